"""What is handed back to one student: the points, what they come from, and what went wrong."""

from collections.abc import Iterator

from kata.grade import formats, words
from kata.grade.course import DETAILS, TESTS, Course, CourseMark
from kata.grade.marks import MISSING, PASSED, SOLVED, TODO, KataMark, Marks
from kata.grade.tables import Row
from kata.grade.text import number, plain, table_row

_MOST_TESTS = 20


def feedback_of(row: Row, course: Course) -> str:
    """A page in Markdown, with as much as the course shows."""
    mark = course.mark(row.student, row.marks)
    if mark is None:
        return f"# {plain(words.line(row.name))}: not graded yet\n"
    total = f"{number(mark.points)} of {number(course.weight)} points"
    lines = [f"# {plain(words.line(row.name))}: {total}"]
    lines += ["", plain(row.note)] if row.note else []
    lines += _table(mark, course, row.marks)
    lines += [line for note in mark.notes for line in ("", plain(note))]
    if row.marks and course.shown == TESTS:
        lines += [line for one in row.marks.katas for line in _failing_tests(one)]
    if row.marks and course.shown == DETAILS:
        lines += formats.markdown_details(row.marks.katas)
    return "\n".join([*lines, ""])


def _table(mark: CourseMark, course: Course, marks: Marks | None) -> Iterator[str]:
    found = {one.id: one for one in marks.katas} if marks else {}
    for one in mark.parts:
        total = f"{number(one.points)} of {number(one.part.weight)} points"
        yield from ("", f"## {plain(one.part.name)}: {total}", "")
        yield from (table_row(["kata", "points", "of", "tests"]), "|---|---:|---:|---|")
        for kata in one.part.katas:
            tally = words.tally(found[kata.id]) if kata.id in found else ""
            cells = [number(mark.katas[kata.id]), number(course.points[kata.id]), plain(tally)]
            yield table_row([plain(kata.id), *cells])


def _failing_tests(mark: KataMark) -> list[str]:
    if mark.status in (SOLVED, TODO, MISSING):
        return []
    claims = [plain(words.claim_of(test)) for test in mark.tests if test.outcome != PASSED]
    listed = [f"- {claim}" for claim in claims[:_MOST_TESTS]]
    more = len(claims) - len(listed)
    listed += [f"- and {more} more"] if more else []
    return ["", f"### {plain(mark.id)}", "", *listed]
