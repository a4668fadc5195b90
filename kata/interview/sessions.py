"""Interviews as they are kept: a folder each, with its record, its report and what was written.

The record is written whole at every step, so an interview that was broken off can be resumed, or
closed with what was done.
"""

import itertools
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from kata import store

KNEW, HALF, NO = "knew", "half", "no"
# What is told when all tests run in the middle of an interview: all, how many pass, or nothing.
FULL, COUNTS, NONE = STRICTNESS = "full", "counts", "none"
# What is asked before the code, and what after it.
PLAN, EDGES, COST = "plan", "edge cases", "cost"


@dataclass
class FollowUp:
    """A question, what the learner typed, and the mark they gave themselves ("" until then)."""

    question: str
    said: str = ""
    mark: str = ""


@dataclass
class Challenge:
    """One kata of an interview. All times are in seconds on its own clock.

    `tries` are the times that all tests ran, `right_after` when they first passed, if they did.
    `passed` of `tests` passed in the last run, `fast` of `speed` among those that measure speed;
    `mistakes` is what the diagnosis said. `stages` are PLAN, EDGES and COST in place of questions;
    `planned` says whether those before the code were asked.
    """

    kata: str
    limit: float
    spent: float = 0.0
    tries: int = 0
    right_after: float | None = None
    passed: int = 0
    tests: int = 0
    fast: int = 0
    speed: int = 0
    mistakes: list[str] = field(default_factory=list)
    planned: bool = False
    over: bool = False
    follow_ups: list[FollowUp] = field(default_factory=list)
    stages: list[FollowUp] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return self.right_after is not None

    def marks(self, mark: str) -> int:
        return sum(follow_up.mark == mark for follow_up in self.follow_ups)


@dataclass
class Interview:
    """One interview; `began` and `ended` are UTC, `ended` is None while it is open.

    `seed` is None where the learner named the katas. `strict` is one of STRICTNESS. Where the time
    is `shared`, what one challenge leaves over is the next one's.
    """

    folder: Path
    seed: int | None
    began: datetime
    challenges: list[Challenge]
    ended: datetime | None = None
    strict: str = COUNTS
    shared: bool = False

    @property
    def seconds_left(self) -> float:
        return sum(one.limit - one.spent for one in self.challenges if not one.over)

    @property
    def finished(self) -> list[Challenge]:
        return [challenge for challenge in self.challenges if challenge.over]

    @property
    def record(self) -> Path:
        return self.folder / "interview.json"

    @property
    def report(self) -> Path:
        return self.folder / "report.md"

    def hand_on_time(self) -> None:
        """Give what challenges that are over have left to the next one, where time is shared."""
        following = next((one for one in self.challenges if not one.over), None)
        if self.shared and following:
            for one in self.finished:
                following.limit += one.limit - one.spent
                one.limit = one.spent

    def save(self) -> None:
        data = {
            "seed": self.seed,
            "began": self.began.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "strict": self.strict,
            "shared": self.shared,
            "tasks": [asdict(challenge) for challenge in self.challenges],
        }
        store.save(self.record, data)


class Interviews:
    """All interviews in one checkout."""

    def __init__(self, root: Path) -> None:
        self._folder = root / store.FOLDER / "interviews"

    def begin(
        self,
        seed: int | None,
        now: datetime,
        challenges: list[Challenge],
        strict: str = COUNTS,
        *,
        shared: bool = False,
    ) -> Interview:
        folder = self._new_folder(now)
        interview = Interview(folder, seed, now, challenges, strict=strict, shared=shared)
        interview.save()
        return interview

    def _new_folder(self, now: datetime) -> Path:
        name = now.astimezone().strftime("%Y-%m-%d_%H-%M-%S")
        names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        return next(folder for folder in map(self._folder.joinpath, names) if not folder.exists())

    def all(self) -> list[Interview]:
        """Every interview, the oldest first."""
        files = sorted(self._folder.glob("*/interview.json"))
        read = [store.read(file, partial(_interview, file.parent)) for file in files]
        return sorted(filter(None, read), key=lambda interview: interview.began)

    def ended(self) -> list[Interview]:
        return [interview for interview in self.all() if interview.ended]

    def open(self) -> Interview | None:
        """The one that was neither ended nor closed."""
        return next((interview for interview in self.all() if not interview.ended), None)

    def alone(self) -> AbstractContextManager[None]:
        """Hold interviews and reviews in one terminal at a time."""
        busy = "An interview or a review is already running in another terminal."
        return store.locked(self._folder / "lock", busy)


def _interview(folder: Path, data: dict[str, Any]) -> Interview:
    ended = data["ended"]
    return Interview(
        folder,
        None if data["seed"] is None else int(data["seed"]),
        _moment(data["began"]),
        [_challenge(challenge) for challenge in data["tasks"]],
        _moment(ended) if ended else None,
        str(data.get("strict", FULL)),  # Records of before had no choice.
        bool(data.get("shared", False)),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _challenge(data: dict[str, Any]) -> Challenge:
    """Each field as the type that it has to be, or an error now rather than later."""
    right_after = data["right_after"]
    return Challenge(
        kata=str(data["kata"]),
        limit=float(data["limit"]),
        spent=float(data["spent"]),
        tries=int(data["tries"]),
        right_after=None if right_after is None else float(right_after),
        passed=int(data["passed"]),
        tests=int(data["tests"]),
        fast=int(data["fast"]),
        speed=int(data["speed"]),
        mistakes=[str(text) for text in data["mistakes"]],
        planned=bool(data.get("planned", True)),  # Records of before had no plans.
        over=bool(data["over"]),
        follow_ups=list(map(_follow_up, data["follow_ups"])),
        stages=list(map(_follow_up, data.get("stages", []))),
    )


def _follow_up(data: dict[str, Any]) -> FollowUp:
    return FollowUp(str(data["question"]), str(data["said"]), str(data["mark"]))
