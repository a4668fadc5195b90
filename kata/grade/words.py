"""What every report says of marks, in words.

Whatever a submission had a hand in goes through `clean` first.
"""

from kata.grade.marks import BROKEN, FAILED, MISSING, SOLVED, TODO, KataMark, Marks, TestMark
from kata.grade.text import clean, number, short
from kata.verdict import Failure
from kata.wall.jail import HELD

# In characters.
MOST_TEXT = 2_000
_MOST_LINE = 200


def line(text: str) -> str:
    """A stranger's text as one line of a report."""
    return short(clean(text, lines=False).strip(), _MOST_LINE)


def lines(text: str, most: int = MOST_TEXT) -> str:
    """A stranger's text as a part of a report."""
    return short(clean(text, lines=True).strip(), most)


def tally(mark: KataMark) -> str:
    """How a kata stands."""
    if mark.status == SOLVED:
        return f"solved: all {len(mark.tests)} tests pass"
    words = {TODO: "to do", MISSING: "not handed in", BROKEN: "could not be tested"}
    return words.get(mark.status, f"{mark.passed} of {len(mark.tests)} tests pass")


def headline(mark: KataMark) -> str:
    """One line about a kata: its problem, or how it stands."""
    return line(mark.problem) or tally(mark)


def first_failure(mark: KataMark) -> TestMark | None:
    """The first test that failed; where none did, the first that is to do."""
    told = (test for outcome in (FAILED, TODO) for test in mark.tests if test.outcome == outcome)
    return next(told, None)


def claim_of(test: TestMark) -> str:
    return line(Failure(test.name).claim)


def failure_text(mark: KataMark, test: TestMark) -> str:
    """What failed, by which value, and where."""
    failure = test.failure
    if failure is None:
        to_do = test.outcome == TODO
        return "This part is to do." if to_do else lines(mark.problem) or "This test was not run."
    kind = "" if failure.kind in ("AssertionError", "Failed") else failure.kind
    said = lines(": ".join(part for part in (kind, failure.text) if part.strip())) or "it failed"
    places = []
    if failure.test_code:
        places.append(f"test, line {failure.test_line}: {failure.test_code}")
    if failure.answer_file:
        places.append(f"{failure.answer_file}:{failure.answer_line}: {failure.answer_code}")
    return "\n".join([said, *(lines(place, _MOST_LINE) for place in places)])


def looks_like(mark: KataMark) -> list[str]:
    """What explains the failures; the texts of known mistakes are our own."""
    texts = list(dict.fromkeys(text for _, text in mark.mistakes))
    return [f"This looks like: {text}" for text in texts]


def lent(mark: KataMark) -> list[str]:
    if not mark.lent:
        return []
    return [
        f"Graded with the reference solution of {', '.join(mark.lent)}: yours is not right yet."
    ]


def explanation(mark: KataMark) -> str:
    """All that helps with a kata that is not solved, in a few lines; "" where there is nothing."""
    parts = [lines(mark.problem) or tally(mark)] if mark.status in (BROKEN, MISSING) else []
    failed = first_failure(mark)
    if failed and mark.status != BROKEN:
        parts += [claim_of(failed), failure_text(mark, failed)]
    return "\n".join([*parts, *looks_like(mark), *lent(mark)])


def protections(marks: Marks) -> str:
    """Which protections of the wall held, and which did not."""
    held = [name for name, outcome in marks.protections.items() if outcome == HELD]
    lost = [f"{name} ({why})" for name, why in marks.protections.items() if why != HELD]
    parts = [f"Protections that held: {', '.join(held)}."] if held else []
    parts += [f"Protections that did not hold: {', '.join(lost)}."] if lost else []
    return clean(" ".join(parts) or "No code was run.", lines=False)


def total(marks: Marks) -> str:
    text = f"{number(marks.score)} of {marks.points} points"
    return text if marks.complete else f"{text} so far; grading did not finish"


def seed(marks: Marks) -> str:
    return "Secret seed." if marks.secret else f"Seed {marks.seed}."
