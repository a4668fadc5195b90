"""What grading finds out: marks of a test, of a kata, of a submission."""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kata.verdict import Failure

PASSED, FAILED, TODO, NOT_RUN = "passed", "failed", "todo", "not run"
SOLVED, MISSING, BROKEN = "solved", "missing", "broken"


@dataclass(frozen=True)
class TestMark:
    """One expected test.

    `outcome` is "passed", "failed", "todo" (it met a hole that is not filled) or "not run".
    """

    __test__ = False  # The name is no invitation to pytest.

    name: str
    outcome: str = NOT_RUN
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True)
class KataMark:
    """One kata of a submission.

    `status` is "solved", "failed", "todo" (as handed out), "missing" (not handed in) or "broken"
    (it could not be loaded; `problem` says why). `score` is of `points`; it is all of them only if
    every test passed. `mistakes` are the names and texts of known mistakes that explain the
    failures. `prints` is what the answer printed. `lent` are katas that this one builds on and that
    were not solved: their solutions stood in.
    """

    id: str
    title: str
    test_file: str
    points: int
    score: float
    status: str
    problem: str = ""
    tests: tuple[TestMark, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = ()
    prints: str = ""
    lent: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return sum(test.outcome == PASSED for test in self.tests)

    @property
    def failures(self) -> list[Failure]:
        return [test.failure for test in self.tests if test.failure]


@dataclass(frozen=True)
class Marks:
    """One submission graded.

    `protections` says of each protection of the wall "held", or why it did not. `began` is the time
    in UTC, ISO 8601. `complete` is False in what was written before the run was done.
    """

    submission: str
    seed: int
    secret: bool
    began: str
    protections: dict[str, str]
    katas: tuple[KataMark, ...] = ()
    complete: bool = False
    seconds: float = 0.0

    @property
    def score(self) -> float:
        return sum(mark.score for mark in self.katas)

    @property
    def points(self) -> int:
        return sum(mark.points for mark in self.katas)


def score(points: int, outcomes: Mapping[str, bool], free: Collection[str]) -> float:
    """The part of `points` that an answer has earned, in quarters of a point, rounded down.

    Readers add scores up, in any order: quarters have no rounding errors.
    `outcomes` says of each expected test whether it passed. The `free` ones pass without any work:
    they earn nothing, but to fail them costs their share of all tests.
    """
    if outcomes and all(outcomes.values()):
        return float(points)
    earning = [passed for name, passed in outcomes.items() if name not in free]
    lost = sum(not passed for name, passed in outcomes.items() if name in free)
    if not earning:
        return 0.0
    share = sum(earning) * (len(outcomes) - lost) / (len(earning) * len(outcomes))
    return math.floor(4 * points * share) / 4


def to_dict(marks: Marks) -> dict[str, Any]:
    """`marks` as plain data, with the sums beside."""
    return {"score": marks.score, "points": marks.points} | asdict(marks)


def from_dict(data: dict[str, Any]) -> Marks:
    """The inverse of `to_dict`."""
    fields = {name: value for name, value in data.items() if name not in ("score", "points")}
    return Marks(**fields | {"katas": tuple(map(_kata_mark, data["katas"]))})


def _kata_mark(data: dict[str, Any]) -> KataMark:
    tests = tuple(map(_test_mark, data["tests"]))
    mistakes = tuple((name, text) for name, text in data["mistakes"])
    lent = tuple(data["lent"])
    return KataMark(**data | {"tests": tests, "mistakes": mistakes, "lent": lent})


def _test_mark(data: dict[str, Any]) -> TestMark:
    failure = Failure(**data["failure"]) if data["failure"] else None
    return TestMark(**data | {"failure": failure})
