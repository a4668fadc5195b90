"""What a class did, and what to talk about next.

Names of submissions, and all that their code had a hand in, are strangers' texts.
"""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from kata.grade.course import Course
from kata.grade.marks import BROKEN, FAILED, MISSING, SOLVED, TODO, KataMark, Marks
from kata.grade.tables import Row, markdown_table, percent
from kata.grade.text import plain, short
from kata.verdict import Failure, claim
from kata.wall.errors import AnswerError
from kata.wall.jail import HELD

_MOST_LISTED = 5
_MOST_TEXT = 200
_STATES = {
    "solved": (SOLVED,),
    "begun": (FAILED, BROKEN),
    "to do": (TODO,),
    "not handed in": (MISSING,),
}


def report_of(rows: Sequence[Row], course: Course) -> str:
    """What a teacher wants to see before the next lecture, as Markdown."""
    graded = [(row.name, row.marks) for row in rows if row.marks]
    marks = {
        kata.id: [(name, mark) for name, one in graded for mark in one.katas if mark.id == kata.id]
        for kata in course.katas
    }
    lines = ["# Class report", "", *_summary(rows, course)]
    lines += _section("## Where the class stands", _standing(marks))
    lines += _section("## What to talk about first", _most_common(marks))
    for name, own in marks.items():
        lines += _section(f"## {plain(name)}", _details(own))
    lines += _section("## Answers that could not be loaded, or ended early", list(_ended(marks)))
    notes = [f"- {plain(row.name)}: {plain(row.note)}" for row in rows if not row.marks]
    lines += _section("## Without marks", notes)
    lines += _section("## Protections that did not hold", _lost([one for _, one in graded]))
    return "\n".join([*lines, ""])


# A submission's name and its mark in one kata.
_Named = tuple[str, KataMark]


def _section(heading: str, lines: list[str]) -> list[str]:
    return ["", heading, "", *lines] if lines else []


def _summary(rows: Sequence[Row], course: Course) -> list[str]:
    found = [course.mark(row.student, row.marks) for row in rows if row.marks]
    shares = [percent(mark.points, course.weight) for mark in found if mark]
    counts = f"{len(rows)} students, {len(shares)} of them graded, {len(course.katas)} katas."
    if not shares:
        return [counts]
    median = statistics.median(shares)
    spread = f"from {min(shares):.0f} % to {max(shares):.0f} %"
    return [f"{counts} The median is {median:.0f} % of the points, {spread}."]


def _standing(marks: dict[str, list[_Named]]) -> list[str]:
    body = []
    for name, own in marks.items():
        statuses = Counter(mark.status for _, mark in own)
        counts = [sum(statuses[one] for one in those) for those in _STATES.values()]
        shares = [f"{count} ({percent(count, len(own)):.0f} %)" for count in counts]
        body.append([name, *shares, _median_of_tests(own)])
    note = "The median counts only those who began."
    return [*markdown_table(["kata", *_STATES, "tests passed, median"], body), "", note]


def _median_of_tests(own: list[_Named]) -> str:
    shares = [percent(mark.passed, len(mark.tests)) for _, mark in own if mark.tests]
    return f"{statistics.median(shares):.0f} %" if shares else ""


def _most_common(marks: dict[str, list[_Named]]) -> list[str]:
    found: Counter[tuple[str, str]] = Counter()
    for name, own in marks.items():
        found.update({(name, text): count for text, count in _counted(own, _mistakes).items()})
    graded = max(map(len, marks.values()), default=0)
    return [
        f"- {plain(name)}, {count} of {graded}: {plain(text)}"
        for (name, text), count in found.most_common(_MOST_LISTED)
    ]


def _details(own: list[_Named]) -> list[str]:
    """What went wrong in one kata: known mistakes, and tests that failed without one."""
    mistakes = _counted(own, _mistakes).most_common(_MOST_LISTED)
    lines = [f"- {count} of {len(own)}: {plain(text)}" for text, count in mistakes]
    failing = _counted(own, _unexplained).most_common(_MOST_LISTED)
    lines += [
        f"- {count} of {len(own)}, no known mistake: {plain(text)}" for text, count in failing
    ]
    return lines


def _counted(own: list[_Named], told: Callable[[KataMark], Iterable[str]]) -> Counter[str]:
    """How many submissions each text is told of."""
    return Counter(text for _, mark in own for text in dict.fromkeys(told(mark)))


def _mistakes(mark: KataMark) -> list[str]:
    return [_first_sentence(text) or name for name, text in mark.mistakes]


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def _unexplained(mark: KataMark) -> list[str]:
    """The tests that fail, as sentences, where no known mistake explains it."""
    if mark.status != FAILED or mark.mistakes:
        return []
    # Tests that had no answer to call tell nothing about it.
    failed = [failure for failure in mark.failures if not _had_no_answer(failure)]
    return [f"{claim(failure.name.partition('[')[0])}." for failure in failed]


def _ended(marks: dict[str, list[_Named]]) -> Iterator[str]:
    for name, own in marks.items():
        for who, mark in own:
            reason = _reason_of_end(mark)
            if reason:
                text = short(reason.splitlines()[0], _MOST_TEXT)
                yield f"- {plain(name)}: {plain(who)}: {plain(text)}"


def _reason_of_end(mark: KataMark) -> str:
    """Why an answer was not there to be tested: in all tests, or from one of them on."""
    if mark.status == BROKEN:
        return mark.problem
    ends = [failure.text for failure in mark.failures if _had_no_answer(failure)]
    return ends[0] if ends else ""


def _had_no_answer(failure: Failure) -> bool:
    return failure.kind == AnswerError.__name__


def _lost(graded: list[Marks]) -> list[str]:
    counts = Counter(one for marks in graded for one in marks.protections.items())
    return [
        f"- {plain(protection)}, for {count} of {len(graded)}: {plain(outcome)}."
        for (protection, outcome), count in counts.items()
        if outcome != HELD
    ]
