"""Which known mistake gives the learner's wrong results.

When tests fail, each public function of the kata is repaired in turn: the solution's is put in its
place in the learner's own module, and the failures that change with it are that function's. Then
the wrong attempts of the same function are put there instead, on the same random draws. An attempt
is named if it gives the learner's results in at least two thirds of the function's failures (in
all, if these results are nothing but nan and errors that the answer raises), more than any other
attempt does, and if it passes all that the learner passes. Nothing here runs while tests pass.

Where no attempt explains enough, a longer look tries two at once, which have to explain more.
"""

import contextlib
import dataclasses
import itertools
import math
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from kata import target
from kata.attempts import Attempt, together
from kata.catalog import Kata
from kata.outcome import Outcome, TestFunction, observe, same
from kata.testing import VALUE_ERROR, agree, recording

# How much of a function's failures a mistake has to explain, and how long it may be looked for: in
# seconds of work, so that names are the same on a busy machine.
_SHARE_TO_EXPLAIN, _SHARE_FOR_TWO = 2 / 3, 4 / 5
_SECONDS = 5.0
SECONDS_FOR_TWO = 6.0
# How many tests have to show numbers before two mistakes are believed that explain them.
_TESTS_FOR_TWO = 3


def test_name(identifier: str) -> str:
    """The name that a test's id ends with."""
    return identifier.split("::", 1)[1]


@dataclass(frozen=True)
class Run:
    """One test as it went with the learner's code, and how to run it again."""

    name: str
    function: TestFunction
    make_arguments: Callable[[], dict[str, Any]]
    outcome: Outcome
    seconds: float = 0.0


@dataclass(frozen=True)
class Mistake:
    """A known mistake that is named: of which functions, and which failed tests it explains."""

    attempt: Attempt
    names: tuple[str, ...]
    explains: tuple[str, ...]


# Of attempts at one function, those that explain its failures and pass what passes.
_Search = Callable[[list[Attempt], list[Run], list[Run]], Sequence[Mistake]]


class Diagnosis:
    """The runs of one kata's tests, and what they have in common with its wrong attempts."""

    def __init__(self, kata: Kata) -> None:
        self._kata = kata
        self._runs: list[Run] = []
        self._outcomes: dict[tuple[str, tuple[str, ...], str], Outcome] = {}
        self._failed_last: dict[tuple[str, ...], str] = {}
        self._deadline = math.inf

    def add(self, run: Run) -> None:
        self._runs.append(run)

    @property
    def failed(self) -> list[Run]:
        return [run for run in self._runs if not run.outcome.passed]

    def mistakes(self) -> list[Mistake]:
        """The mistakes that explain the failures, those that explain most first.

        None where the attempts cannot be loaded, as while an author edits them: `kata verify` says
        why.
        """
        return self._found(self._best, _SECONDS)

    def two_mistakes(self) -> list[Mistake]:
        """Two at once that explain the failures of a function: to find them takes seconds."""
        return self._found(self._two_at_once, SECONDS_FOR_TWO)

    def text_of(self, mistake: Mistake) -> str:
        """What is wrong, with the functions that it is about where there are several."""
        several = len(target.public_names(target.solution_module(self._kata))) > 1
        text = mistake.attempt.text or ""
        return f"{', '.join(mistake.names)}: {text}" if several else text

    def survey(self, attempt: Attempt) -> tuple[bool, list[Attempt]]:
        """Whether the tests that were run fail a wrong attempt, and its diagnosis.

        What was run is the solution: an attempt's runs are those with it in the solution's place.
        It explains all of its failures, so another is named with it only if that does the same.
        Once it has failed, and nobody else is left, the slower tests are not needed.
        """
        named = [one for one in self.wrong_attempts if {*one.replaces} & {*attempt.replaces}]
        failed: list[Run] = []
        without_a_check: list[Run] = []
        with recording(diagnosing=True):
            for run in _quick_ones_first(self._runs):
                outcome = self._outcome(attempt, run)
                if outcome.passed:
                    named = [one for one in named if self._outcome(one, run).passed]
                elif _lacks_a_check(outcome):
                    without_a_check.append(run)
                else:
                    failed.append(run)
                    named = [one for one in named if same(outcome, self._outcome(one, run))]
                if failed and named == [attempt]:
                    return True, named
            for run in () if failed else without_a_check:
                outcome = self._outcome(attempt, run)
                named = [one for one in named if same(outcome, self._outcome(one, run))]
        return (True, named) if failed or without_a_check else (False, [])

    def passes(self, attempt: Attempt, names: Collection[str]) -> bool:
        """Whether an answer passes these of the tests that were run.

        The test that failed the last one of the same function begins: it often fails the next.
        """
        runs = [run for run in _quick_ones_first(self._runs) if test_name(run.name) in names]
        runs.sort(key=lambda run: run.name != self._failed_last.get(attempt.replaces))
        for run in runs:
            if not self._in_place(attempt, run).passed:
                self._failed_last[attempt.replaces] = run.name
                return False
        return True

    def expectations(self, attempt: Attempt, but: Collection[str]) -> Iterator[tuple[str, bool]]:
        """Each test's name but these, and whether it expects something else than it should."""
        for run in self._runs:
            if test_name(run.name) not in but:
                yield run.name, _expects_else(self._in_place(attempt, run), run)

    @property
    def comparing_with_itself(self) -> list[str]:
        """The tests in which the answer itself says what is expected."""
        runs = [run for run in self._runs if hasattr(run.function, "compares_with_itself")]
        return [test_name(run.name) for run in runs]

    @cached_property
    def wrong_attempts(self) -> list[Attempt]:
        return [attempt for attempt in target.attempts_of(self._kata) if not attempt.is_right]

    def _found(self, search: _Search, seconds: float) -> list[Mistake]:
        """What a search finds in the functions, one after the other, in so much time of work."""
        try:
            attempts_by_name = self._attempts_by_name()
        except Exception:  # A half-written file may raise anything.
            return []
        found: list[Mistake] = []
        self._deadline = time.process_time() + seconds
        with contextlib.suppress(_TimeIsUpError), recording(diagnosing=True):
            for name, attempts in attempts_by_name.items():
                found += self._of_one_name(name, attempts, search)
        self._deadline = math.inf
        return _joined(_without_weaker(found))

    def _attempts_by_name(self) -> dict[str, list[Attempt]]:
        by_name: dict[str, list[Attempt]] = {}
        for attempt in self.wrong_attempts:
            for name in attempt.replaces:
                by_name.setdefault(name, []).append(attempt)
        return by_name

    def _of_one_name(
        self, name: str, attempts: list[Attempt], search: _Search
    ) -> Sequence[Mistake]:
        """The mistakes of one public function or class."""
        if not hasattr(target.answer_module(self._kata), name):
            return ()
        solution = getattr(target.solution_copy(self._kata), name)
        repair = Attempt(name, (name,), lambda: {name: solution})
        runs = _quick_ones_first(self._runs)
        failed = [run for run in runs if not run.outcome.passed]
        own = [run for run in failed if self._changes(repair, run)]
        passed = [run for run in runs if run.outcome.passed]
        return search([_of_one(attempt, name) for attempt in attempts], own, passed)

    def _changes(self, repair: Attempt, run: Run) -> bool:
        """Whether a repair changes what a test shows. Left out of a diagnosis, it shows nothing."""
        repaired = self._in_place(repair, run)
        shows = bool(repaired.notes) or repaired.ending is not None
        return shows and not same(run.outcome, repaired)

    def _best(
        self, attempts: list[Attempt], own: list[Run], passed: list[Run]
    ) -> Sequence[Mistake]:
        """The attempt that explains the most of a function's failures, if enough."""
        best = self._explaining(attempts, own, passed, _SHARE_TO_EXPLAIN)
        # Of several that explain as much, each would say something else.
        return best if len(best) == 1 else []

    def _two_at_once(
        self, attempts: list[Attempt], own: list[Run], passed: list[Run]
    ) -> Sequence[Mistake]:
        """Two attempts that together explain a function's failures, as none does alone.

        If several pairs explain as much, those that all of them have in common.
        """
        telling = sum(_shows_numbers(run.outcome) for run in own)
        if telling < _TESTS_FOR_TWO or self._explaining(attempts, own, passed, _SHARE_TO_EXPLAIN):
            return []
        source = self._kata.solution.read_text(encoding="utf-8")
        names: dict[str, set[str]] = {}

        def pairs() -> Iterator[Attempt]:
            for one, other in itertools.combinations(attempts, 2):
                both = together(one, other, source)
                if both:
                    names[both.name] = {one.name, other.name}
                    yield both

        best = self._explaining(pairs(), own, passed, _SHARE_FOR_TWO)
        common = set.intersection(*(names[pair.attempt.name] for pair in best)) if best else set()
        return [
            Mistake(one, one.replaces, best[0].explains) for one in attempts if one.name in common
        ]

    def _explaining(
        self, attempts: Iterable[Attempt], own: list[Run], passed: list[Run], share: float
    ) -> list[Mistake]:
        """Of these attempts, those that explain the most failures, and at least this share."""
        own = [run for run in own if not _lacks_a_check(run.outcome)] or own
        best: list[Mistake] = []
        allowed = math.floor(len(own) * (1 - share) + 1e-9)
        if all(_says_little(run.outcome) for run in own):
            allowed = 0  # What explains nothing else has to explain all: that is soon found out.
        runs = _in_order_to_rule_out(own, passed)
        for attempt in attempts if own else ():
            explained = self._explained(attempt, runs, allowed)
            if explained is None:
                continue
            if best and len(explained) > len(best[0].explains):
                best = []
            best.append(Mistake(attempt, attempt.replaces, explained))
            allowed = len(own) - len(explained)
        return best

    def _explained(self, attempt: Attempt, runs: list[Run], allowed: int) -> tuple[str, ...] | None:
        """The failures that an attempt explains; None once it has missed more than allowed.

        None, too, if it fails what the learner passes. Many mistakes give nan or raise: one that
        explains nothing else has to explain all.
        """
        explained: set[str] = set()
        missed, says_little = 0, True
        for run in runs:
            outcome = self._outcome(attempt, run)
            if run.outcome.passed:
                if not outcome.passed:
                    return None
            elif same(run.outcome, outcome):
                explained.add(run.name)
                says_little = says_little and _says_little(run.outcome)
            else:
                missed += 1
                if missed > allowed:
                    return None
        if says_little and missed:
            return None
        return tuple(run.name for run in self._runs if run.name in explained)

    def _outcome(self, attempt: Attempt, run: Run) -> Outcome:
        key = attempt.name, attempt.replaces, run.name
        if key not in self._outcomes:
            self._outcomes[key] = self._in_place(attempt, run)
        return self._outcomes[key]

    def _in_place(self, attempt: Attempt, run: Run) -> Outcome:
        """What a test shows with an attempt in its place in the learner's own module."""
        if time.process_time() > self._deadline:
            raise _TimeIsUpError
        with put_in_place(attempt.answers, target.answer_module(self._kata), run.function):
            return observe(run.function, run.make_arguments(), diagnosing=True)[0]


class _TimeIsUpError(Exception):
    """The tests are so slow that to look for a name would keep the learner waiting."""


def _of_one(attempt: Attempt, name: str) -> Attempt:
    """What an attempt makes of one of the functions that it changes."""
    if attempt.replaces == (name,):
        return attempt
    return dataclasses.replace(
        attempt, replaces=(name,), make=lambda: {name: attempt.answers[name]}
    )


def _joined(found: list[Mistake]) -> list[Mistake]:
    """One mistake where the same one was found in several functions."""
    joined: dict[str, Mistake] = {}
    for one in found:
        before = joined.get(one.attempt.name)
        joined[one.attempt.name] = (
            Mistake(one.attempt, before.names + one.names, before.explains + one.explains)
            if before
            else one
        )
    return list(joined.values())


def _without_weaker(found: list[Mistake]) -> list[Mistake]:
    """Leave out what explains only a part of what another mistake explains."""
    kept = [one for one in found if not any(set(one.explains) < set(by.explains) for by in found)]
    return sorted(kept, key=lambda mistake: -len(mistake.explains))


def _quick_ones_first(runs: list[Run]) -> list[Run]:
    """Quick tests rule most attempts out before a slow one is run."""
    return sorted(runs, key=lambda run: run.seconds)


def _in_order_to_rule_out(failed: list[Run], passed: list[Run]) -> list[Run]:
    """The tests in an order that rules out most attempts soon; both lists have the quickest first.

    Nearly all attempts differ in a test that the learner fails, fewer in one that passes. So what
    passes comes first only while all of it together is quicker than the first that fails.
    """
    spent = itertools.accumulate(run.seconds for run in passed)
    first = sum(seconds <= failed[0].seconds for seconds in spent) if failed else 0
    return [*passed[:first], *failed, *passed[first:]]


def _lacks_a_check(outcome: Outcome) -> bool:
    """Whether a check was forgotten: that says so by itself, and often hides another mistake."""
    last = outcome.notes[-1] if outcome.notes else None
    return last is not None and last.problem is not None and last.expected is VALUE_ERROR


def _says_little(outcome: Outcome) -> bool:
    """Whether the answer raised an error, or all that a failed check was given is nan."""
    if outcome.ending:
        return outcome.ending.is_answers_own
    return bool(outcome.notes) and _is_nan(outcome.notes[-1].actual)


def _shows_numbers(outcome: Outcome) -> bool:
    """Whether a check failed by what it was given, not by an error or the lack of one."""
    return not (outcome.ending or _lacks_a_check(outcome) or _says_little(outcome))


def _is_nan(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_is_nan, value))
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except Exception:  # A learner's object may do anything when it is converted.
        return False
    return bool(numbers.size) and bool(np.isnan(numbers).all())


def _expects_else(outcome: Outcome, run: Run) -> bool:
    pairs = zip(outcome.notes, run.outcome.notes, strict=False)
    return any(not agree(one.expected, other.expected) for one, other in pairs)


@contextmanager
def put_in_place(
    answers: Mapping[str, Any], answer: ModuleType, function: TestFunction
) -> Iterator[None]:
    """Let an answer's module and its tests use `answers` by these names while the block runs."""
    tests = sys.modules[function.__module__]
    before = dict(vars(tests))
    replaced = {name: getattr(answer, name) for name in answers if hasattr(answer, name)}
    new = {id(value): answers[name] for name, value in replaced.items()}
    vars(answer).update({name: answers[name] for name in replaced})
    vars(tests).update({name: new[id(value)] for name, value in before.items() if id(value) in new})
    try:
        yield
    finally:
        vars(answer).update(replaced)
        vars(tests).clear()
        vars(tests).update(before)
