"""What the learner has solved, tried and seen: one small text file, `.kata/progress.json`.

Entries go by the kata's name, so katas may be reordered.
"""

import datetime
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kata import store
from kata.catalog import Catalog, Kata, KataError
from kata.verdict import SOLVED, TODO, Verdict

# Of each kata, so many mistakes are remembered, each with so many days.
_MISTAKES_KEPT, _DAYS_KEPT = 8, 7


@dataclass
class Entry:
    """The record of one kata.

    `solved` is when it first passed, in ISO format, or None. `attempts` counts the runs that
    failed before that, `hints` the highest level shown, `solution_seen` whether the solution was.
    `tests` is a digest of the tests that it passed. `mistakes` are the names of those that were
    diagnosed, the latest last, each with the days on which it was made.
    """

    solved: str | None = None
    attempts: int = 0
    hints: int = 0
    solution_seen: bool = False
    tests: str = ""
    mistakes: dict[str, list[str]] = field(default_factory=dict)

    def remember(self, mistakes: Iterable[str]) -> None:
        today = datetime.datetime.now().astimezone().date().isoformat()
        for name in mistakes:
            days = [day for day in self.mistakes.pop(name, []) if day != today]
            self.mistakes[name] = [*days, today][-_DAYS_KEPT:]
        self.mistakes = dict(list(self.mistakes.items())[-_MISTAKES_KEPT:])


class Progress:
    """The learner's record in one checkout; every change is written at once."""

    def __init__(self, root: Path) -> None:
        self._file = root / store.FOLDER / "progress.json"
        self._current, self._entries = self._read()

    def __getitem__(self, kata: Kata) -> Entry:
        return self._entries.get(kata.id, Entry())

    @property
    def is_empty(self) -> bool:
        """Whether no kata has been tried yet."""
        return not self._entries

    def is_solved(self, kata: Kata) -> bool:
        return self[kata].solved is not None

    def current(self, katas: Catalog) -> Kata:
        """Where the learner is: the kata last worked on, else the first unsolved one."""
        if self._current in katas.by_id:
            return katas.by_id[self._current]
        if not katas.katas:
            raise KataError("curriculum.toml has no katas.")
        return self.next_unsolved(katas) or katas.katas[0]

    def next_unsolved(self, katas: Catalog, after: Kata | None = None) -> Kata | None:
        """The next unsolved kata in the order of study, from the beginning again after the last."""
        position = katas.katas.index(after) + 1 if after else 0
        rotated = katas.katas[position:] + katas.katas[:position]
        return next((kata for kata in rotated if not self.is_solved(kata)), None)

    def unsolved_parts(self, kata: Kata, katas: Catalog) -> list[Kata]:
        """The katas that the learner's file imports and that are not solved."""
        try:
            source = kata.exercise.read_bytes()
        except OSError:  # The verdict says so.
            return []
        needed = [katas.by_id[name] for name in kata.parts_in(source)]
        return [other for other in needed if not self.is_solved(other)]

    def move_to(self, kata: Kata) -> None:
        with self._changing():
            self._current = kata.id

    def judged(self, verdict: Verdict) -> None:
        """Record a run of the learner's file, with the mistakes that it showed."""
        if verdict.status != TODO:
            self.ran(verdict.kata, solved=verdict.status == SOLVED)
        self.mistook(verdict)

    def mistook(self, verdict: Verdict) -> None:
        """Remember the mistakes that were named; in a debug kata they are not the learner's."""
        names = [name for name, _ in verdict.mistakes]
        if names and verdict.status != TODO and verdict.kata.kind != "debug":
            with self._changing():
                self._entries.setdefault(verdict.kata.id, Entry()).remember(names)

    def ran(self, kata: Kata, *, solved: bool) -> None:
        """Record a run: as an attempt until the kata is solved, or as what solved it.

        A kata that fails tests newer than those it passed is to be solved again.
        """
        tests = _digest(kata.test)
        if solved and self.is_solved(kata) and self[kata].tests == tests:
            return
        with self._changing():
            entry = self._entries.setdefault(kata.id, Entry())
            if not solved and entry.tests not in ("", tests):
                entry.solved = None
            if solved:
                entry.tests = tests
            if entry.solved is None and solved:
                entry.solved = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            elif entry.solved is None:
                entry.attempts += 1

    def hinted(self, kata: Kata, level: int) -> None:
        with self._changing():
            entry = self._entries.setdefault(kata.id, Entry())
            entry.hints = max(entry.hints, level)

    def saw_solution(self, kata: Kata) -> None:
        with self._changing():
            self._entries.setdefault(kata.id, Entry()).solution_seen = True

    def forget(self, kata: Kata) -> None:
        """Start the kata afresh: it is no longer solved; what was seen stays on record."""
        with self._changing():
            self._entries.setdefault(kata.id, Entry()).solved = None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Read anew, let the block change the record, write it: another `kata` may be running."""
        busy = f"Another program is writing {self._file}: try again."
        with store.locked(self._file.with_suffix(".lock"), busy, seconds=5):
            self._current, self._entries = self._read()
            yield
            katas = {name: asdict(entry) for name, entry in self._entries.items()}
            store.save(self._file, {"current": self._current, "katas": katas})

    def _read(self) -> tuple[str, dict[str, Entry]]:
        return store.read(self._file, _parsed) or ("", {})


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


def _parsed(data: Any) -> tuple[str, dict[str, Entry]]:
    entries = {name: Entry(**entry) for name, entry in data["katas"].items()}
    for entry in entries.values():
        if entry.solved is not None:
            datetime.datetime.fromisoformat(entry.solved)  # Raises where it is no date.
        for day in itertools.chain(*entry.mistakes.values()):
            datetime.date.fromisoformat(day)
    return str(data["current"]), entries
