"""Who is in a class: the rows of a roster, or the folders and zips in a folder.

A roster is a CSV with a header. `name`, `id` and `submission` are needed; the last is the path of a
folder or a zip, from the roster's own folder, and is empty for a student who handed in nothing.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kata.catalog import KataError
from kata.grade.submission import FOLDER

NAME, ID, SUBMISSION = "name", "id", "submission"
HANDED_IN = "handed_in"
_MOST_BYTES = 10 << 20
_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz")
# Semicolons where the comma is the decimal sign; tabs from a spreadsheet's clipboard.
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Student:
    """One of a class; the id is unique.

    `problem` is why there is no `submission` to be read; `has_nothing` where nothing was handed in.
    `columns` is the whole row of a roster.
    """

    id: str
    name: str
    submission: Path | None = None
    problem: str = ""
    has_nothing: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


def of_class(roster: Path) -> list[Student]:
    """The students, by the order of their ids; raises KataError where none can be found."""
    students = _of_folder(roster) if roster.is_dir() else _of_roster(roster)
    return sorted(students, key=lambda student: student.id)


def paths_of(roster: Path) -> list[Path]:
    """Where submissions are, among which no marks may be written."""
    if roster.is_dir() or not roster.exists():
        return [roster]
    return [student.submission for student in _of_roster(roster) if student.submission]


# --- A folder of submissions -----------------------------------------------------------------


def _of_folder(folder: Path) -> list[Student]:
    if (folder / FOLDER).is_dir():
        raise KataError(f"{folder} is a single submission: grade it without --class.")
    try:
        with os.scandir(folder) as entries:
            found = [_of_entry(entry) for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise KataError(f"{folder} cannot be read: {error.strerror}.") from error
    students = [student for student in found if student]
    if not students:
        raise KataError(
            f"{folder} contains no folders or zips: it should hold one for each submission."
        )
    _check_ids(folder, [student.id for student in students])
    return students


def _of_entry(entry: os.DirEntry[str]) -> Student | None:
    """The student who handed this in; None for a file that is no submission."""
    if entry.is_symlink():
        return Student(entry.name, entry.name, problem="It is a link, which is not followed.")
    if entry.is_dir(follow_symlinks=False):
        return Student(entry.name, entry.name, Path(entry))
    stem, suffix = os.path.splitext(entry.name)
    if suffix.lower() == ".zip":
        return Student(stem, stem, Path(entry))
    if suffix.lower() in _ARCHIVES:
        problem = "It is an archive, but no zip: unpack it, or make it a zip."
        return Student(entry.name, entry.name, problem=problem)
    return None


# --- A roster --------------------------------------------------------------------------------


def _of_roster(file: Path) -> list[Student]:
    rows = _rows(file)
    if not rows:
        raise KataError(f"{file} has no students: write a row for each below the header.")
    _check_ids(file, [row[ID] for row in rows])
    return [_of_row(file, row) for row in rows]


def _of_row(file: Path, row: dict[str, str]) -> Student:
    path = file.parent / row[SUBMISSION]
    if row[SUBMISSION] and os.path.lexists(path):
        return Student(row[ID], row[NAME], path, columns=row)
    where = f": {row[SUBMISSION]} is not there" if row[SUBMISSION] else ""
    problem = f"Nothing was handed in{where}."
    return Student(row[ID], row[NAME], problem=problem, has_nothing=True, columns=row)


def _rows(file: Path) -> list[dict[str, str]]:
    """The rows that are not empty, each with all columns."""
    text = _text_of(file)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        header, *lines = [[cell.strip() for cell in line] for line in reader if any(line)] or [[]]
    except csv.Error as error:
        raise KataError(f"{file} is no CSV that can be read: {error}.") from error
    _check_header(file, header)
    for line in lines:
        if len(line) != len(header):
            raise KataError(
                f"{file}: the row of {line[0]!r} has {len(line)} cells, the header {len(header)}."
            )
    return [dict(zip(header, line, strict=True)) for line in lines]


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KataError(f"{file} cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise KataError(f"{file} is larger than {_MOST_BYTES:,} bytes: that is no roster.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise KataError(f"{file} is not UTF-8 text: save it as CSV in UTF-8.") from None


def _check_header(file: Path, header: list[str]) -> None:
    for name in (NAME, ID, SUBMISSION):
        if name not in header:
            needed = f"{NAME}, {ID} and {SUBMISSION}"
            raise KataError(f"{file} has no column {name!r}: its header needs {needed}.")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise KataError(f"{file} has two columns {twice[0]!r}.")


def _check_ids(source: Path, ids: list[str]) -> None:
    """Raise KataError unless each names files of its own, on every machine."""
    seen: dict[str, str] = {}
    for one in ids:
        if not one:
            raise KataError(f"{source} has a student without an id.")
        other = seen.get(one.casefold())
        if other == one:
            raise KataError(f"{source} has the student {one!r} twice.")
        if other:
            raise KataError(f"{source} has {other!r} and {one!r}: write the ids more differently.")
        seen[one.casefold()] = one
