"""What mutants.py and surveys.py share: how the tests judge a solution that was changed.

A changed solution is tested as a learner's answer is, in a copy of the checkout. There, every other
exercise is its solution, for capstones are made of other exercises. Each core has its own copy.
"""

import ast
import contextlib
import os
import queue
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kata import catalog
from kata.catalog import Catalog, Kata
from kata.runner import Runner
from kata.verdict import SOLVED, Verdict

PARALLEL = os.cpu_count() or 1


class Copies:
    """Copies of a checkout, one for each core; all exercises in them are solutions."""

    def __init__(self, katas: Catalog, *, attempts: bool) -> None:
        """Without attempts, nothing is named, which is faster."""
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="changed-solutions-"))
            self._free: queue.SimpleQueue[tuple[Catalog, Runner]] = queue.SimpleQueue()
            for number in range(PARALLEL):
                copy = copy_of(katas, Path(folder, str(number)), attempts=attempts)
                self._free.put((copy, stack.enter_context(Runner(copy))))
            self._pool = stack.enter_context(ThreadPoolExecutor(PARALLEL))
            self._open = stack.pop_all()

    def __enter__(self) -> "Copies":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def can_tell(self, kata: Kata) -> bool:
        """Whether the unchanged solution passes. If not, says so: then no change shows anything."""
        verdict = next(self.verdicts_on(kata, [kata.solution.read_text(encoding="utf-8")]))
        if verdict.status != SOLVED:
            failed = [f"{failure.claim}: {failure.text}" for failure in verdict.failures[:1]]
            why = " ".join([verdict.problem, *failed]).strip()
            print(f"{kata.id}: LEFT OUT, its own solution is {verdict.status}. {why}", flush=True)
        return verdict.status == SOLVED

    def verdicts_on(self, kata: Kata, answers: Iterable[str]) -> Iterator[Verdict]:
        """What the tests of a kata say about each of these texts, in their order."""
        return self._pool.map(lambda answer: self._verdict_on(kata, answer), answers)

    def _verdict_on(self, kata: Kata, answer: str) -> Verdict:
        copy, runner = self._free.get()
        there = copy.by_id[kata.id]
        try:
            there.exercise.write_text(answer, encoding="utf-8")
            return runner.run(there)
        finally:
            shutil.copyfile(there.solution, there.exercise)
            self._free.put((copy, runner))


def copy_of(katas: Catalog, root: Path, *, attempts: bool) -> Catalog:
    """A checkout of its own in which every exercise is its solution."""
    left_out = () if attempts else ("attempts",)
    ignored = shutil.ignore_patterns(".*", "__pycache__", *left_out)
    shutil.copytree(katas.root, root, ignore=ignored)
    copy = catalog.load(root)
    for kata in copy.katas:
        shutil.copyfile(kata.solution, kata.exercise)
    return copy


def is_script(node: ast.AST) -> bool:
    """Whether this is what runs only if the file itself is run, which no test does."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
