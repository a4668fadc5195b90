"""What the checks of a test saw, for the diagnosis to compare with what known mistakes give."""

import contextlib
import copy
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_USUAL_ERRORS: Any = np.geterr()
_USUAL_PRINTS: Any = np.get_printoptions()


class SideEffectError(AssertionError):
    """An answer wrote into its arguments, or remembers what it should not.

    It is told before other failures: what follows from it may mislead.
    """


@dataclass(frozen=True)
class Note:
    """One check: what it was given, what it expected, and what was wrong (or None).

    `tolerance` is how far a figure that was measured may be from one of the same kind of answer.
    """

    actual: Any
    expected: Any
    problem: str | None
    tolerance: float | None = None


@dataclass
class Recorder:
    """Collects the notes of one test. While `diagnosing`, no check reads a clock."""

    notes: list[Note] = field(default_factory=list)
    diagnosing: bool = False
    # Arguments that an answer in another process wrote into; here they are still as they were.
    written: list[Any] = field(default_factory=list)

    def check(
        self,
        actual: Any,
        expected: Any,
        problem: str | None,
        *,
        tolerance: float | None = None,
        error: type[AssertionError] = AssertionError,
    ) -> None:
        """Note what a check saw; where there is a problem, raise it as `error`."""
        __tracebackhide__ = True
        self.notes.append(Note(_snapshot(actual), _snapshot(expected), problem, tolerance))
        if problem:
            raise error(problem)


recorder = Recorder()


@contextmanager
def recording(*, diagnosing: bool = False) -> Iterator[list[Note]]:
    """Start a new list of notes and give it; what was being recorded goes on afterwards.

    Meanwhile the settings of NumPy, PyTorch and Python are the usual ones, whatever an answer has
    made of them while it was loaded: they must change neither an oracle nor another answer.
    """
    before = recorder.notes, recorder.diagnosing, recorder.written
    recorder.notes, recorder.diagnosing, recorder.written = [], diagnosing, []
    try:
        with _usual_settings():
            yield recorder.notes
    finally:
        recorder.notes, recorder.diagnosing, recorder.written = before


@contextmanager
def _usual_settings() -> Iterator[None]:
    torch = sys.modules.get("torch")
    with (
        torch.enable_grad() if torch else contextlib.nullcontext(),
        np.errstate(**_USUAL_ERRORS),
        np.printoptions(**_USUAL_PRINTS),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        yield


def diagnosing() -> bool:
    """Whether this is a run for the diagnosis, which leaves out what is long or timed."""
    return recorder.diagnosing


def _snapshot(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # A learner's object may refuse to be copied; compared, it then differs.
        return value
