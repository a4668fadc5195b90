"""A worker that runs a kata's tests on an answer behind the wall.

It knows what is right, and never runs the learner's code: the kata's exercise is made of stand-ins
that call a sandbox. Whatever else is imported from `exercises` here is a solution.
"""

import math
import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any, cast

from kata import child, entry, gauges, target, testing
from kata.bounds import SECONDS_OF_OUR_OWN
from kata.catalog import Kata
from kata.gauges import Meter, Timer
from kata.stage import Stage
from kata.verdict import Job
from kata.wall import guarded  # noqa: F401, for its effect.
from kata.wall.line import Node, keep_freed_memory
from kata.wall.remote import Remote
from kata.wall.wall import Answer, Wall


def serve(connection: Connection, root: str) -> None:
    """As `entry.serve`, for a judge."""
    entry.serve(connection, root, Judge)


class Judge(child.Worker):
    """Runs the tests of one kata on the submission in its job."""

    # The marks need to know how many there are.
    counts_all_tests = True

    def __init__(self, connection: Connection, job: Job, stage: Stage) -> None:
        super().__init__(connection, job, stage)
        threading.Thread(target=_end_with_grader, args=(connection,), daemon=True).start()
        keep_freed_memory()
        # What the parts themselves build on are solutions, too.
        target.install(self.katas, "solutions")
        sources = {name: text.encode("latin-1") for name, text in job.sources.items()}
        self._wall = self._wall_of(sources, [self.katas.find(name) for name in job.parts])
        self._reference_wall: Wall | None = None

    def load(self) -> str:
        target.install(self.katas, "solutions", stand_ins={self.kata.id: self._wall.stand_ins()})
        gauges.measure_with(RemoteMeter(self._wall, self._wall_of_solution))
        self._wall.load()
        return self._wall.account.problem

    def begin(self, name: str, seconds: float = 0.0) -> None:
        self._wall.begin_test()
        # The wall keeps the answer's time; beyond that, only the judge itself can take long.
        super().begin(name, (seconds or self._wall.seconds) + SECONDS_OF_OUR_OWN)

    def close(self) -> None:
        self._wall.close()
        if self._reference_wall:
            self._reference_wall.close()
        self.send("graded", **asdict(self._wall.account))

    def _wall_of_solution(self) -> Wall:
        """The reference solution in a sandbox of its own."""
        if self._reference_wall is None:
            self._reference_wall = self._wall_of(solutions(self.katas.katas), [])
        self._reference_wall.begin_test()
        return self._reference_wall

    def _wall_of(self, sources: dict[str, bytes], parts: list[Kata]) -> Wall:
        kata = self.kata
        names = tuple(child.tested_names(kata))
        lent = {part.module: _public(part) for part in parts}
        answer = Answer(kata.module, names, sources, kata.torch, lent)
        address, token = self.job.sandboxes
        return Wall((address, token), answer, kata.seconds)


class RemoteMeter(Meter):
    """Has the sandbox count steps and bytes, and takes the time of both sides of a race alike."""

    def __init__(self, wall: Wall, reference_wall: Callable[[], Wall]) -> None:
        self._wall = wall
        self._reference_wall = reference_wall

    def steps(self, call: Callable[[], Any], most: float = math.inf) -> int:
        if testing.diagnosing():  # The diagnosis tries attempts, which are here.
            return super().steps(call, most)
        gauge: dict[str, Node] = {"gauge": "steps"}
        if most < math.inf:
            gauge["most"] = int(most)
        return sum(self._measured(gauge, call))

    def peak(self, call: Callable[[], Any]) -> int:
        if testing.diagnosing():
            return super().peak(call)
        return max(self._measured({"gauge": "peak"}, call), default=0)

    def timers(
        self, function: Callable[..., Any], reference: Callable[..., Any]
    ) -> tuple[Timer, Timer]:
        # The solution, too, is called over a wall: then only the answers differ.
        wall = self._reference_wall()
        rival = wall.stand_ins()[reference.__name__]
        return (
            lambda args: self._wall.timed(cast(Remote, function), args, reference),
            lambda args: wall.timed(rival, args, reference),
        )

    def _measured(self, gauge: dict[str, Node], call: Callable[[], Any]) -> list[int]:
        self._wall.gauge, self._wall.measured = gauge, []
        try:
            call()
        finally:
            self._wall.gauge = {}
        return self._wall.measured


def _end_with_grader(connection: Connection) -> None:
    """A judge that waits for an answer would not notice that nobody waits for its marks."""
    connection.poll(None)  # Nothing more comes: the grader has ended.
    os._exit(1)


def _public(kata: Kata) -> dict[str, Any]:
    """The functions and classes of a kata's solution."""
    module = target.solution_module(kata)
    return {name: getattr(module, name) for name in target.public_names(module)}


def solutions(katas: tuple[Kata, ...]) -> dict[str, bytes]:
    """The files of a submission that is right."""
    return {f"{target.NAME}/{kata.id}.py": kata.solution.read_bytes() for kata in katas}
