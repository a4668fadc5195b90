"""Which known mistake gives the learner's wrong result.

When a test fails, the same test is run again with each wrong attempt of the kata in the learner's
place, on the same random draws, with the checks only noting what they see. An attempt explains the
failure when the learner's values equal its values. Nothing here runs while tests pass.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from kata import target
from kata.attempts import Attempt
from kata.catalog import Kata
from kata.testing import Note, difference, recording

# Two runs of the same mistake agree up to rounding, however small the mistake shows.
_ROUNDING = 1e-10
_SHARE_OF_THE_ERROR = 1e-3
_SMALL_ERROR = 1e-4
# Where the dtype is the mistake, one of two like answers may have rounded to single precision.
_SINGLE_PRECISION = 1e-5

TestFunction = Callable[..., Any]


@dataclass(frozen=True)
class Ending:
    """An exception, other than a failed check, that ended a test: which, and at which test line."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Outcome:
    """What one run of a test showed."""

    notes: tuple[Note, ...]
    ending: Ending | None

    @property
    def passed(self) -> bool:
        return self.ending is None and all(note.problem is None for note in self.notes)


@dataclass(frozen=True)
class Run:
    """One test as it went with the learner's code, and how to run it again."""

    name: str
    function: TestFunction
    make_arguments: Callable[[], dict[str, Any]]
    outcome: Outcome


def observe(
    function: TestFunction, arguments: dict[str, Any], *, only_noting: bool = False
) -> tuple[Outcome, BaseException | None]:
    """Run a test; give what it showed and the exception that ended it."""
    with recording(only_noting=only_noting) as notes:
        try:
            function(**arguments)
        except BaseException as error:  # Learner code may raise anything, SystemExit included.
            return outcome_of(function, notes, error), error
    return outcome_of(function, notes, None), None


def outcome_of(function: TestFunction, notes: list[Note], error: BaseException | None) -> Outcome:
    return Outcome(tuple(notes), _ending(function, notes, error))


class Diagnosis:
    """The runs of one kata's tests, and what they have in common with its wrong attempts."""

    def __init__(self, kata: Kata) -> None:
        self._kata = kata
        self._runs: list[Run] = []
        self._outcomes: dict[tuple[str, str], Outcome] = {}

    def add(self, run: Run) -> None:
        self._runs.append(run)

    def of_last_test(self) -> list[Attempt]:
        """The mistakes that explain the last failure and agree with all tests so far."""
        return self._mistakes(self._runs[-1:], self._runs)

    def of_all_tests(self) -> list[Attempt]:
        """The mistakes that explain the failures so far, those that explain most first."""
        return self._mistakes(self._runs, self._runs)

    def explained_by(self, mistake: Attempt) -> list[str]:
        """The names of the failed tests that a mistake explains, in their order."""
        failures = [run for run in self._runs if not run.outcome.passed]
        return [run.name for run in failures if self._gives_the_same(mistake, run)]

    def survey(self, attempt: Attempt) -> tuple[bool, list[Attempt]]:
        """Whether the tests that were run fail a wrong attempt, and its diagnosis."""
        runs = [
            dataclasses.replace(run, outcome=_up_to_the_failure(self._outcome(attempt, run)))
            for run in self._runs
        ]
        fails = any(not run.outcome.passed for run in runs)
        return fails, self._mistakes(runs, runs)

    def passes(self, attempt: Attempt, tests: Collection[str]) -> bool:
        """Whether an answer passes these of the tests that were run."""
        chosen = (run for run in self._runs if run.name in tests)
        return all(self._outcome(attempt, run).passed for run in chosen)

    def _mistakes(self, runs: list[Run], all_runs: list[Run]) -> list[Attempt]:
        """The attempts that explain failures among `runs` and contradict nothing in `all_runs`.

        A failure that is explained already is not looked at again: each attempt is run on few
        tests, so that a verdict comes at once however many attempts there are.
        """
        failures = [run for run in runs if not run.outcome.passed]
        found: dict[str, tuple[Attempt, set[str]]] = {}
        for run in failures:
            if any(run.name in tests for _, tests in found.values()):
                continue
            for attempt in self.wrong_attempts:
                if self._gives_the_same(attempt, run) and self._contradicts_none(attempt, all_runs):
                    tests = {
                        other.name for other in failures if self._gives_the_same(attempt, other)
                    }
                    found[attempt.name] = attempt, tests
        return _without_weaker(list(found.values()))

    @cached_property
    def wrong_attempts(self) -> list[Attempt]:
        return [attempt for attempt in target.attempts_of(self._kata) if not attempt.is_right]

    @cached_property
    def _world(self) -> ModuleType:
        # Not the module that the `reference` fixture gives: the reference stays right.
        return target.solution_copy(self._kata)

    def _gives_the_same(self, attempt: Attempt, run: Run) -> bool:
        return same(run.outcome, self._outcome(attempt, run))

    def _contradicts_none(self, attempt: Attempt, runs: list[Run]) -> bool:
        return all(self._outcome(attempt, run).passed for run in runs if run.outcome.passed)

    def _outcome(self, attempt: Attempt, run: Run) -> Outcome:
        key = attempt.name, run.name
        if key not in self._outcomes:
            tests = sys.modules[run.function.__module__]
            with _bound(attempt, self._world, self._kata, tests):
                arguments = run.make_arguments()
                self._outcomes[key], _ = observe(run.function, arguments, only_noting=True)
        return self._outcomes[key]


def _without_weaker(found: list[tuple[Attempt, set[str]]]) -> list[Attempt]:
    """Leave out what explains only a part of what another attempt explains."""
    kept = [pair for pair in found if not any(pair[1] < tests for _, tests in found)]
    return [attempt for attempt, _ in sorted(kept, key=lambda pair: -len(pair[1]))]


def _up_to_the_failure(noted: Outcome) -> Outcome:
    """What a run would have shown had it not gone on after a failed check."""
    for number, note in enumerate(noted.notes, 1):
        if note.problem:
            return Outcome(noted.notes[:number], None)
    return noted


def same(learner: Outcome, attempt: Outcome) -> bool:
    """Whether two runs of one test, the learner's a failed one, show the same mistake."""
    if learner.ending and learner.ending != attempt.ending:
        return False
    if len(attempt.notes) < len(learner.notes):
        return False
    return all(map(_alike, learner.notes, attempt.notes))


def _alike(learner: Note, attempt: Note) -> bool:
    if learner.problem is None:
        return attempt.problem is None
    if attempt.problem is None:
        return False
    try:
        return difference(learner.actual, attempt.actual, rtol=_tolerance(learner)) is None
    except Exception:  # A learner's object may do anything when compared.
        return False


def _tolerance(note: Note) -> float | None:
    """Stricter than usual (None) where the mistake itself shows only in the last digits."""
    try:
        actual = np.asarray(note.actual, dtype=np.float64)
        expected = np.asarray(note.expected, dtype=np.float64)
        if np.result_type(note.actual) != np.result_type(note.expected):
            return _SINGLE_PRECISION
        with np.errstate(all="ignore"):
            error = float(np.max(np.abs(actual - expected)) / np.max(np.abs(expected)))
    except (TypeError, ValueError, RuntimeError):  # Lists of arrays, other shapes, no numbers.
        return None
    return max(_ROUNDING, _SHARE_OF_THE_ERROR * error) if error < _SMALL_ERROR else None


@contextmanager
def _bound(attempt: Attempt, world: ModuleType, kata: Kata, tests: ModuleType) -> Iterator[None]:
    """Let the tests use `world`, the solution, with `attempt` in it, while the block runs."""
    answer = target.answer_module(kata)
    tests_before, right = dict(vars(tests)), getattr(world, attempt.replaces)
    setattr(world, attempt.replaces, attempt.answer)
    missing = object()
    for name, value in tests_before.items():
        if getattr(answer, name, missing) is value and hasattr(world, name):
            setattr(tests, name, getattr(world, name))
    try:
        yield
    finally:
        setattr(world, attempt.replaces, right)
        vars(tests).clear()
        vars(tests).update(tests_before)


def _ending(
    function: TestFunction, notes: list[Note], error: BaseException | None
) -> Ending | None:
    if error is None or (notes and notes[-1].problem and str(error) == notes[-1].problem):
        return None
    line = 0
    traceback = error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code is function.__code__:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    text = re.sub(r"0x[0-9a-f]+", "0x", str(error))
    return Ending(type(error).__name__, text, line)
