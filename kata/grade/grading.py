"""Grades submissions: one judge and its sandboxes for each kata, marks as they come."""

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from kata import stubs
from kata.catalog import Catalog, Kata, KataError
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

# How many judges may end before they run a test.
_TRIES = 3


class Grader:
    """Grades one submission after the other; close it (or use it in a `with`) at the end."""

    def __init__(self, katas: Catalog) -> None:
        self._katas = katas
        self._runner = Runner(katas, serve=judge.serve)
        self._nurseries: dict[bool, Nursery] = {}
        self._unearned: dict[tuple[str, int], int] = {}

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
        for torch in {kata.torch for kata in chosen} - set(self._nurseries):
            self._nurseries[torch] = Nursery(torch=torch)
        start = time.perf_counter()
        began = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        marks = begun or Marks(submission.name, seed, secret, began, {})
        start -= marks.seconds
        on_marks(marks)
        for kata in chosen[len(marks.katas) :]:
            mark, protections = self._mark(submission, kata, _to_lend(kata, marks), seed)
            marks = replace(
                marks,
                katas=(*marks.katas, mark),
                protections=_weakest(marks.protections, protections),
                complete=len(marks.katas) + 1 == len(chosen),
                seconds=time.perf_counter() - start,
            )
            on_marks(marks)
        return marks

    def _mark(
        self, submission: Submission, kata: Kata, parts: tuple[str, ...], seed: int
    ) -> tuple[KataMark, dict[str, str]]:
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
        return self._of_verdict(blank, verdict, seed), verdict.protections

    def _run(
        self, kata: Kata, sources: dict[str, bytes], seed: int, parts: tuple[str, ...] = ()
    ) -> Verdict:
        sent = {name: content.decode("latin-1") for name, content in sources.items()}
        address = self._nurseries[kata.torch].address
        for _ in range(_TRIES):
            verdict = self._runner.run(
                kata, seed=seed, sandboxes=address, sources=sent, parts=parts
            )
            if verdict.unavailable:
                reason = f"no sandbox could be started: {verdict.unavailable}"
                break
            if verdict.tests or verdict.protections:
                return verdict
            # The judge ended before there was anything to judge: that is not the answer's doing.
            reason = f"{_TRIES} judges ended before they ran a test. {verdict.problem}".rstrip(".")
        raise KataError(f"{kata.id} was not graded: {reason}.")

    def _of_verdict(self, blank: KataMark, verdict: Verdict, seed: int) -> KataMark:
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
        passed = sum(test.outcome == PASSED for test in tests)
        outcomes = {test.outcome for test in tests}
        if verdict.problem or not tests:
            status = BROKEN
        elif outcomes == {PASSED}:
            status = SOLVED
        else:
            status = TODO if outcomes == {TODO} else FAILED
        earned = 0.0
        if status in (SOLVED, FAILED):
            unearned = self._unearned_of(verdict.kata, seed) if status == FAILED else 0
            earned = score(blank.points, passed, len(tests), unearned)
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

    def _unearned_of(self, kata: Kata, seed: int) -> int:
        """How many tests the stub passes as it is handed out, where it starts from working code."""
        if kata.kind not in ("vectorise", "debug"):
            return 0
        key = kata.id, seed
        if key not in self._unearned:
            stub = {f"{FOLDER}/{kata.id}.py": stubs.handed_out(kata).encode()}
            self._unearned[key] = self._run(kata, stub, seed).passed
        return self._unearned[key]


def need_solutions(chosen: Sequence[Kata]) -> None:
    """Raise KataError where a solution is missing: without it there is nothing to grade by."""
    for kata in chosen:
        if not kata.solution.is_file():
            file = kata.relative(kata.solution)
            raise KataError(f"{file} is missing: grade from the full checkout, not an export.")


def _to_lend(kata: Kata, marks: Marks) -> tuple[str, ...]:
    """What a kata builds on and was not solved: a wrong answer costs its own points only."""
    unsolved = {mark.id for mark in marks.katas if mark.status != SOLVED}
    return tuple(name for name in kata.after if name in unsolved)


def _weakest(known: dict[str, str], protections: dict[str, str]) -> dict[str, str]:
    """Held only where it held for every kata."""
    lost = {name: reason for name, reason in known.items() if reason != HELD}
    return {**known, **protections, **lost}
