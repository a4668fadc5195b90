"""What the learner has solved, tried and seen: one small text file, `.kata/progress.json`.

Entries go by the kata's name, so katas may be reordered. A write replaces the file in one step:
whatever happens, either the old or the new one is there, whole.
"""

import datetime
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from kata.catalog import Catalog, Kata, KataError

FOLDER = ".kata"


@dataclass
class Entry:
    """The record of one kata.

    `solved` is when it first passed, in ISO format, or None. `attempts` counts the runs that
    failed before that, `hints` the highest level shown, `seen` whether the solution was.
    """

    solved: str | None = None
    attempts: int = 0
    hints: int = 0
    solution_seen: bool = False


class Progress:
    """The learner's record in one checkout; every change is written at once."""

    def __init__(self, root: Path) -> None:
        self._file = root / FOLDER / "progress.json"
        self._current, self._entries = self._read()

    def __getitem__(self, kata: Kata) -> Entry:
        return self._entries.get(kata.id, Entry())

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

    def unsolved_before(self, kata: Kata, katas: Catalog) -> list[Kata]:
        """The katas that this one builds on and that are not solved."""
        needed = [katas.by_id[name] for name in kata.after]
        return [other for other in needed if not self.is_solved(other)]

    def move_to(self, kata: Kata) -> None:
        with self._changing():
            self._current = kata.id

    def ran(self, kata: Kata, *, solved: bool) -> None:
        """Record a run: as an attempt until the kata is solved, or as what solved it."""
        with self._changing():
            entry = self._entries.setdefault(kata.id, Entry())
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
        try:
            self._file.parent.mkdir(exist_ok=True)
            with FileLock(self._file.with_suffix(".lock"), timeout=5):
                self._current, self._entries = self._read()
                yield
                self._write()
        except OSError as error:
            raise KataError(f"Cannot write {self._file}: {error.strerror or error}.") from error

    def _read(self) -> tuple[str, dict[str, Entry]]:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            katas = {name: _entry(entry) for name, entry in data["katas"].items()}
            return str(data["current"]), katas
        except FileNotFoundError:
            return "", {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return self._set_aside(error)

    def _set_aside(self, error: Exception) -> tuple[str, dict[str, Entry]]:
        aside = self._file.with_suffix(".broken.json")
        problem = f"{self._file} cannot be read ({error})"
        try:
            os.replace(self._file, aside)
        except OSError as move_error:
            raise KataError(f"{problem}: repair or remove it.") from move_error
        raise KataError(
            f"{problem}. It is now {aside.name}; run the command again to start afresh."
        )

    def _write(self) -> None:
        katas = {name: asdict(entry) for name, entry in self._entries.items()}
        data: dict[str, Any] = {"current": self._current, "katas": katas}
        write_whole(self._file, json.dumps(data, indent=1).encode())


def _entry(data: dict[str, Any]) -> Entry:
    entry = Entry(**data)
    if entry.solved is not None:
        datetime.datetime.fromisoformat(entry.solved)  # Raises where it is no date.
    return entry


def write_whole(file: Path, content: bytes) -> None:
    """Replace `file` in one step, so that no reader and no crash ever meets half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.new")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, file)
