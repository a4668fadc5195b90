"""The marks of a class as tables: for spreadsheets, for reading, for Canvas and for Moodle.

Names of submissions and students, and all that code had a hand in, are strangers' texts.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kata.grade.course import Course, CourseMark
from kata.grade.marks import Marks
from kata.grade.students import Student
from kata.grade.text import clean, number, plain, table_row

# Columns of a roster that the two systems may know a student by, or want to have.
CANVAS_ID, SECTION, EMAIL = "canvas_id", "section", "email"
# Canvas takes a column for one of its own where these words are in its name.
_CANVAS_KEEPS = re.compile(r"(Current|Final|Override) (?=Score|Points|Grade|Status)")
Cell = str | float


@dataclass(frozen=True)
class Row:
    """A student and the marks, or a note that says why there are none."""

    student: Student
    marks: Marks | None = None
    note: str = ""

    @property
    def name(self) -> str:
        return self.student.name


def percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


# --- All marks -------------------------------------------------------------------------------


def csv_of(rows: Sequence[Row], course: Course) -> str:
    """One line for each student. No cell can be taken for a formula."""
    return _csv(_lines(rows, course))


def table_of(rows: Sequence[Row], course: Course) -> str:
    """The same as a table in Markdown."""
    header, *body = _lines(rows, course)
    lines = markdown_table(header, [[_shown(cell) for cell in cells] for cells in body])
    return "\n".join([*lines, ""])


def _lines(rows: Sequence[Row], course: Course) -> list[list[Cell]]:
    """The header, and a line for each student. An id is told where it is not the name."""
    with_id = any(row.student.id != row.student.name for row in rows)
    parts = [part.name for part in course.parts if part.name]
    katas = [kata.id for kata in course.katas]
    ids: list[Cell] = ["id"] if with_id else []
    lines: list[list[Cell]] = [["name", *ids, "score", "points", "percent", *parts, *katas, "note"]]
    for row in rows:
        ids = [row.student.id] if with_id else []
        mark = course.mark(row.student, row.marks)
        lines.append([row.name, *ids, *_cells(mark, course), _note(row, mark)])
    return lines


def _cells(mark: CourseMark | None, course: Course) -> list[Cell]:
    parts = sum(bool(part.name) for part in course.parts)
    if mark is None:
        return ["", course.weight, "", *[""] * (parts + len(course.katas))]
    share = round(percent(mark.points, course.weight), 1)
    of_parts = [one.points for one in mark.parts if one.part.name]
    return [mark.points, course.weight, share, *of_parts, *mark.katas.values()]


def _note(row: Row, mark: CourseMark | None) -> str:
    return " ".join(part for part in (row.note, *(mark.notes if mark else ())) if part)


# --- Canvas and Moodle -----------------------------------------------------------------------


def canvas_of(rows: Sequence[Row], course: Course) -> str:
    """What Canvas's gradebook imports; it knows a student by one of the three ids, or the name."""
    names = [_CANVAS_KEEPS.sub(r"\1-", part.name) for part in course.parts]
    possible: list[Cell] = [part.weight for part in course.parts]
    lines: list[list[Cell]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names],
        ["    Points Possible", "", "", "", "", *possible],
    ]
    for row in rows:
        one = row.student
        who = [one.columns.get(CANVAS_ID, ""), one.id, one.id, one.columns.get(SECTION, "")]
        lines.append([one.name, *who, *_points_of_parts(row, course)])
    return _csv(lines)


def moodle_of(rows: Sequence[Row], course: Course) -> str:
    """What Moodle's gradebook imports; which column is which is chosen there."""
    names = [part.name for part in course.parts]
    lines: list[list[Cell]] = [["ID number", "Full name", "Email address", *names]]
    for row in rows:
        one = row.student
        who = [one.id, one.name, one.columns.get(EMAIL, "")]
        lines.append([*who, *_points_of_parts(row, course)])
    return _csv(lines)


def _points_of_parts(row: Row, course: Course) -> list[Cell]:
    mark = course.mark(row.student, row.marks)
    return [one.points for one in mark.parts] if mark else [""] * len(course.parts)


# --- Writing ---------------------------------------------------------------------------------


def _csv(lines: Iterable[Sequence[Cell]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(map(_for_csv, line) for line in lines)
    return file.getvalue()


def _for_csv(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return _harmless(cell)
    text = number(cell)
    return float(text) if "." in text else int(text)


def _shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else number(cell)


def _harmless(text: str) -> str:
    """`text` with nothing that a spreadsheet would execute.

    A formula begins a cell. To a spreadsheet that separates by semicolons, or takes quotation marks
    otherwise, a cell may begin within a text: after a separator or a quotation mark.
    """
    formula = r'(^|[,;"])(\s*)(?=[=+\-@＝＋－＠])'
    return re.sub(formula, r"\1\2'", clean(text, lines=False))


def markdown_table(header: Sequence[Cell], body: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; only its first column is of words."""
    rule = ["---", *("---:" for _ in header[1:])]
    rows = [table_row([plain(str(cell)) for cell in cells]) for cells in (header, *body)]
    return [rows[0], f"|{'|'.join(rule)}|", *rows[1:]]
