"""Grades submissions: one judge and its sandboxes for each kata, marks as they come."""

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from kata import stubs
from kata.catalog import Catalog, Kata, KataError
from kata.grade import trivial
from kata.grade.marks import (
    BROKEN,
    FAILED,
    MISSING,
    NOT_RUN,
    PASSED,
    SOLVED,
    TODO,
    KataMark,
    Marks,
    TestMark,
    score,
)
from kata.grade.submission import FOLDER, Submission
from kata.runner import Runner
from kata.verdict import Verdict
from kata.wall import judge
from kata.wall.jail import HELD
from kata.wall.nursery import Nursery

# A mark, and how its sandbox was protected; those that are known of a submission, by kata.
Marked = tuple[KataMark, dict[str, str]]
Known = dict[str, Marked]

# How many judges may end before they run a test.
_TRIES = 3


class Grader:
    """Grades one submission after the other; close it (or use it in a `with`) at the end."""

    def __init__(self, katas: Catalog) -> None:
        self._katas = katas
        self._runner = Runner(katas, serve=judge.serve)
        self._nurseries: dict[bool, Nursery] = {}
        self._free: dict[str, frozenset[str]] = {}

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._runner.close()
        for nursery in self._nurseries.values():
            nursery.close()

    def grade(
        self,
        submission: Submission,
        chosen: Sequence[Kata],
        *,
        seed: int = 0,
        secret: bool = False,
        begun: Marks | None = None,
        on_marks: Callable[[Marks], None] = lambda marks: None,
    ) -> Marks:
        """Grade the chosen katas; `on_marks` is told the marks so far, first and after each kata.

        `begun` are the marks of an earlier run for the first of these katas; it goes on from there.
        Raises KataError where a solution is missing, and where the machine gives no sandbox.
        """
        need_solutions(chosen)
        start = time.perf_counter()
        began = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        marks = begun or Marks(submission.name, seed, secret, began, {})
        start -= marks.seconds
        on_marks(marks)
        known = {mark.id: (mark, marks.protections) for mark in marks.katas}
        for kata in chosen[len(marks.katas) :]:
            mark, protections = self._mark(submission, kata, seed, known)
            marks = replace(
                marks,
                katas=(*marks.katas, mark),
                protections=_weakest(marks.protections, protections),
                complete=len(marks.katas) + 1 == len(chosen),
                seconds=time.perf_counter() - start,
            )
            on_marks(marks)
        return marks

    def judge_solution(self, kata: Kata, seed: int) -> Verdict:
        """The verdict on the reference solution, as if it had been handed in."""
        return self._run(kata, judge.solutions(self._katas.katas), seed, ())

    def _mark(self, submission: Submission, kata: Kata, seed: int, known: Known) -> Marked:
        """The mark of a kata; it and all that it builds on are then among the `known` ones.

        Where what it builds on is not solved, the solution stands in: a wrong answer costs its own
        points only. So a mark depends on the submission, and not on what else is graded.
        """
        if kata.id not in known:
            parts = [
                self._katas.find(name)
                for name in kata.parts_in(submission.sources.get(f"{FOLDER}/{kata.id}.py", b""))
            ]
            marks = [self._mark(submission, part, seed, known)[0] for part in parts]
            # One that was solved with the help of others needs them here, too.
            lent = [
                name
                for mark in marks
                for name in (mark.lent if mark.status == SOLVED else (mark.id,))
            ]
            known[kata.id] = self._mark_alone(submission, kata, tuple(dict.fromkeys(lent)), seed)
        return known[kata.id]

    def _mark_alone(
        self, submission: Submission, kata: Kata, parts: tuple[str, ...], seed: int
    ) -> Marked:
        file = f"{FOLDER}/{kata.id}.py"
        test_file = kata.relative(kata.test)
        blank = KataMark(kata.id, kata.title, test_file, kata.points, 0.0, MISSING)
        if file in submission.refused:
            problem = f"{file} was not read: {submission.refused[file]}."
            return replace(blank, status=BROKEN, problem=problem), {}
        if file not in submission.sources:
            return replace(blank, problem=f"{file} was not handed in."), {}
        if submission.sources[file] == stubs.handed_out(kata).encode():
            return replace(blank, status=TODO), {}
        verdict = self._run(kata, submission.sources, seed, parts)
        blank = replace(blank, lent=parts)
        return self._of_verdict(blank, verdict), verdict.protections

    def _run(
        self,
        kata: Kata,
        sources: dict[str, bytes],
        seed: int,
        parts: tuple[str, ...],
        *,
        diagnose: bool = True,
    ) -> Verdict:
        sent = {name: content.decode("latin-1") for name, content in sources.items()}
        address = self._nursery(torch=kata.torch).address
        for _ in range(_TRIES):
            verdict = self._runner.run(
                kata, seed=seed, diagnose=diagnose, sandboxes=address, sources=sent, parts=parts
            )
            if verdict.unavailable:
                reason = f"no sandbox could be started: {verdict.unavailable}"
                break
            if verdict.tests or verdict.protections:
                return verdict
            # The judge ended before there was anything to judge: that is not the answer's doing.
            reason = f"{_TRIES} judges ended before they ran a test. {verdict.problem}".rstrip(".")
        raise KataError(f"{kata.id} was not graded: {reason}.")

    def _nursery(self, *, torch: bool) -> Nursery:
        if torch not in self._nurseries:
            self._nurseries[torch] = Nursery(torch=torch)
        return self._nurseries[torch]

    def _of_verdict(self, blank: KataMark, verdict: Verdict) -> KataMark:
        failures = {failure.name: failure for failure in verdict.failures}
        tests = tuple(
            TestMark(
                name,
                verdict.outcomes.get(name, NOT_RUN),
                verdict.seconds_of.get(name, 0.0),
                failures.get(name),
            )
            for name in verdict.tests
        )
        outcomes = {test.outcome for test in tests}
        if verdict.problem or not tests:
            status = BROKEN
        elif outcomes == {PASSED}:
            status = SOLVED
        else:
            status = TODO if outcomes == {TODO} else FAILED
        earned = 0.0
        if status in (SOLVED, FAILED):
            free = self._free_tests(verdict.kata) if status == FAILED else ()
            passed = {test.name: test.outcome == PASSED for test in tests}
            earned = score(blank.points, passed, free)
        return replace(
            blank,
            score=earned,
            status=status,
            problem=verdict.problem,
            tests=tests,
            mistakes=tuple(verdict.mistakes),
            prints=verdict.prints,
            seconds=verdict.seconds,
        )

    def _free_tests(self, kata: Kata) -> frozenset[str]:
        """The tests that pass without any work."""
        if kata.id not in self._free:
            passed = set()
            for source in trivial.answers(kata):
                sources = {f"{FOLDER}/{kata.id}.py": source.encode()}
                outcomes = self._run(kata, sources, 0, kata.after, diagnose=False).outcomes
                passed |= {name for name, outcome in outcomes.items() if outcome == PASSED}
            self._free[kata.id] = frozenset(passed)
        return self._free[kata.id]


def need_solutions(chosen: Sequence[Kata]) -> None:
    """Raise KataError where a solution is missing: without it there is nothing to grade by."""
    for kata in chosen:
        if not kata.solution.is_file():
            file = kata.relative(kata.solution)
            raise KataError(f"{file} is missing: grade from the full checkout, not an export.")


def _weakest(known: dict[str, str], protections: dict[str, str]) -> dict[str, str]:
    """Held only where it held for every kata."""
    lost = {name: reason for name, reason in known.items() if reason != HELD}
    return {**known, **protections, **lost}
