"""What a run of a test showed, and whether two runs show the same mistake."""

import dis
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from kata import target
from kata.testing import Note, agree, recording

# Two runs of the same mistake agree up to rounding, however small the mistake shows.
_ROUNDING = 1e-10
_SHARE_OF_THE_ERROR = 1e-3
_SMALL_ERROR = 1e-4
# Where the dtype is the mistake, one of two like answers may have rounded to the narrower one.
_SINGLE_PRECISION, _HALF_PRECISION = 1e-5, 1e-2
# Where the modules of answers are; a slip's file is its name in <>.
_ANSWERS = (target.NAME, "solutions", "attempts")

TestFunction = Callable[..., Any]


@dataclass(frozen=True)
class Ending:
    """An exception, other than a failed check, that ended a test: which, and at which test line.

    Its text does not count where the answer itself raised it, for everybody words that otherwise.
    """

    kind: str
    text: str
    line: int
    is_answers_own: bool = False

    def is_like(self, other: "Ending | None") -> bool:
        if other and self.is_answers_own and other.is_answers_own:
            return (self.kind, self.line) == (other.kind, other.line)
        return self == other


@dataclass(frozen=True)
class Outcome:
    """What one run of a test showed."""

    notes: tuple[Note, ...]
    ending: Ending | None

    @property
    def passed(self) -> bool:
        return self.ending is None and all(note.problem is None for note in self.notes)


def observe(
    function: TestFunction, arguments: dict[str, Any], *, diagnosing: bool = False
) -> tuple[Outcome, BaseException | None]:
    """Run a test; give what it showed and the exception that ended it."""
    with recording(diagnosing=diagnosing) as notes:
        try:
            function(**arguments)
        except BaseException as error:  # Learner code may raise anything, SystemExit included.
            return outcome_of(function, notes, error), error
    return outcome_of(function, notes, None), None


def outcome_of(function: TestFunction, notes: list[Note], error: BaseException | None) -> Outcome:
    return Outcome(tuple(notes), _ending(function, notes, error))


def same(learner: Outcome, attempt: Outcome) -> bool:
    """Whether two runs of one test, the learner's a failed one, show the same mistake."""
    if learner.ending and not learner.ending.is_like(attempt.ending):
        return False
    # An attempt may be checked further. But an error in a later pass of a loop is another one.
    further = len(attempt.notes) - len(learner.notes)
    if further < 0 or (further and learner.ending):
        return False
    return all(map(_alike, learner.notes, attempt.notes))


def _alike(learner: Note, attempt: Note) -> bool:
    if learner.problem is None:
        return attempt.problem is None
    if attempt.problem is None:
        return False
    try:
        return agree(learner.actual, attempt.actual, rtol=_tolerance(learner))
    except Exception:  # A learner's object may do anything when compared.
        return False


def _tolerance(note: Note) -> float | None:
    """Stricter than usual (None) where the mistake itself shows only in the last digits."""
    if note.tolerance is not None:
        return note.tolerance
    try:
        actual = np.asarray(note.actual, dtype=np.float64)
        expected = np.asarray(note.expected, dtype=np.float64)
        dtypes = np.result_type(note.actual), np.result_type(note.expected)
        if dtypes[0] != dtypes[1]:
            return _HALF_PRECISION if np.float16 in dtypes else _SINGLE_PRECISION
        with np.errstate(all="ignore"):
            error = float(np.max(np.abs(actual - expected)) / np.max(np.abs(expected)))
    except Exception:  # Lists of arrays, other shapes, a learner's object that is no number.
        return None
    return max(_ROUNDING, _SHARE_OF_THE_ERROR * error) if error < _SMALL_ERROR else None


def _ending(
    function: TestFunction, notes: list[Note], error: BaseException | None
) -> Ending | None:
    if error is None or (notes and notes[-1].problem and str(error) == notes[-1].problem):
        return None
    entries = [*_entries(error)]
    lines = [one.tb_lineno for one in entries if one.tb_frame.f_code is function.__code__]
    line = lines[-1] if lines else 0
    text = re.sub(r"0x[0-9a-f]+", "0x", str(error))
    return Ending(type(error).__name__, text, line, _is_answers_own(error))


def _is_answers_own(error: BaseException) -> bool:
    """Whether a `raise` of the answer, or of an attempt, raised this."""
    carried = getattr(error, "answer_place", None)  # By an error from another process.
    if carried:
        return str(carried[2]).lstrip().startswith("raise")
    *_, innermost = _entries(error)
    code, module = innermost.tb_frame.f_code, str(innermost.tb_frame.f_globals.get("__name__"))
    is_answer = module.partition(".")[0] in _ANSWERS or code.co_filename.startswith("<")
    return is_answer and code.co_code[innermost.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _entries(error: BaseException) -> Iterator[TracebackType]:
    """The parts of a traceback, the innermost last."""
    entry = error.__traceback__
    while entry:
        yield entry
        entry = entry.tb_next
