"""The process that runs one kata's tests; it ends with them.

It is told what to run in one message, and answers in JSON: what it begins, how each test went, and
at the end what the diagnosis found. If the learner's code kills it, all that was sent is known.
"""

import ast
import functools
import linecache
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from kata import bounds, catalog, examples, loading, plugin, target
from kata.bounds import MESSAGE_KEPT, SECONDS_OF_OUR_OWN
from kata.catalog import Kata
from kata.diagnosis import SECONDS_FOR_TWO, Diagnosis, Mistake, test_name
from kata.remarks import remark_on
from kata.stage import Stage
from kata.subjects import by_function
from kata.summary import TODO
from kata.verdict import Job
from kata.witness import sights

_SECONDS_BETWEEN_NEWS = 0.2
# For tests that are run once more, to show what they called; they took a part of this before.
_SECONDS_TO_SHOW = 2.0


def work(connection: Connection, stage: Stage | None, kind: "type[Worker]") -> None:
    """Wait for one job, and do it as a `kind` of worker; on this stage if it is of its checkout."""
    bounds.lead_own_group()
    try:
        job = bounds.wait_for_job(connection)
    except EOFError:  # The tool has ended.
        return
    try:
        if stage is None or not stage.is_of(Path(job.root)):
            stage = Stage(Path(job.root))
        worker = kind(connection, job, stage)
    except catalog.KataError as error:  # The curriculum was changed, and is wrong now.
        bounds.refuse(connection, str(error))
        return
    worker.run()


class Worker(bounds.Bounded):
    """Runs the tests of one kata."""

    # Whether the tests are to be run, and fail, where the answer can't be loaded.
    counts_all_tests = False

    def __init__(self, connection: Connection, job: Job, stage: Stage) -> None:
        super().__init__(connection, job, stage.katas)
        self._told_at = 0.0
        self._stage = stage

    @property
    def has_a_reader(self) -> bool:
        """Whether a learner looks at the verdict, not a judge or an author's proof."""
        return not (self.job.change or self.job.survey or self.job.sandboxes)

    def do(self) -> None:
        self.begin("")
        if not self.kata.test.is_file():
            test = self.kata.relative(self.kata.test)
            self.send("broken", problem=f"{test} is gone: without tests there is no verdict.")
            return
        problem = self.load()
        if problem:
            self.send("broken", problem=problem)
            if not self.counts_all_tests:
                return
        if self.job.examples:
            self._run_examples_alone()
            return
        self.begin("", SECONDS_OF_OUR_OWN)
        if self.has_a_reader:
            self._stage.show_progress(self._tell_progress)
        self._stage.run(self.kata, self.job.seed, _Reporter(self, self.kata, self._stage))

    def _tell_progress(self, done: float, loss: float) -> None:
        """Send on how far a training is, though not so often that it costs time."""
        now = time.monotonic()
        if now - self._told_at >= _SECONDS_BETWEEN_NEWS:
            self._told_at = now
            self.send("progress", done=float(done), loss=float(loss))

    def missing_names(self) -> str:
        """What is said of an answer that lacks names which the tests import; "" where none do."""
        module = target.answer_module(self.kata)
        missing = [name for name in tested_names(self.kata) if not hasattr(module, name)]
        if not missing:
            return ""
        answer = self.kata.file_in(self.job.tree)
        file = self.kata.relative(answer)
        if self.job.tree == target.NAME and answer.is_file() and not answer.read_bytes().strip():
            return f"{file} is empty: `kata reset {self.kata.name}` brings the stub back."
        return f"{file} does not define {', '.join(missing)}, which the tests import."

    def _run_examples_alone(self) -> None:
        problem = self.missing_names()
        if problem:
            self.send("broken", problem=problem)
        else:
            self.run_examples()

    def run_examples(self) -> None:
        """Tell what the examples of the docstrings give."""
        self.begin("the_examples_of_its_docstrings")
        found = examples.run(self.kata, target.answer_module(self.kata))
        self.send("examples", examples=[asdict(example) for example in found])

    def conclude(self, diagnosis: Diagnosis, speed: list[str]) -> None:
        """What is left to do once the tests have run; `speed` names those of them about speed."""
        if self.job.change:
            self.run_examples()


class _Reporter:
    """A pytest plugin that sends on how each test went."""

    def __init__(self, worker: Worker, kata: Kata, stage: Stage) -> None:
        self._worker = worker
        self._kata = kata
        self._stage = stage
        self._speed: list[str] = []
        self._all_right = True
        self._items: list[pytest.Item] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        test = self._kata.test
        return None if collection_path in (test, *test.parents) else True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._items = session.items
        tests = [item.name for item in session.items]
        self._speed = [item.name for item in session.items if item.get_closest_marker("speed")]
        self._worker.send("collected", tests=tests, speed=self._speed)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            test = self._kata.relative(self._kata.test)
            problem = self._worker.missing_names() or f"{test} cannot be loaded: {report.longrepr}"
            self._worker.send("broken", problem=problem[:MESSAGE_KEPT])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """As pytest's own, without its reports: nobody reads them, and they take long to draw."""
        self._worker.begin(item.name)
        hook, seconds = item.config.hook, 0.0
        error = _raised_by(hook.pytest_runtest_setup, item=item)
        if error is None:
            start = time.perf_counter()
            error = _raised_by(hook.pytest_runtest_call, item=item)
            seconds = time.perf_counter() - start
        after = _raised_by(hook.pytest_runtest_teardown, item=item, nextitem=nextitem)
        facts = _outcome(self._kata, error or after)
        self._all_right &= facts["outcome"] in ("passed", "skipped")
        self._worker.note("result", name=item.name, seconds=round(seconds, 6), **facts)
        return True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._worker.begin("", SECONDS_OF_OUR_OWN)
        diagnosis = self._stage.diagnosis_of(self._kata)
        mistakes = diagnosis.mistakes() if self._worker.job.diagnose else []
        telling = self._tell(mistakes, diagnosis)
        self._worker.conclude(diagnosis, self._speed)
        if self._worker.has_a_reader:
            self._show(diagnosis, telling)
            if self._worker.job.also_two and not mistakes:
                # Two slips may loop for ever together; by now nothing changes the verdict.
                self._worker.begin("", SECONDS_FOR_TWO + 2.0)
                self._tell(diagnosis.two_mistakes(), diagnosis, at_once=True)

    def _tell(self, mistakes: list[Mistake], diagnosis: Diagnosis, *, at_once: bool = False) -> str:
        """Tell which mistakes explain the failures; give the test that the first one explains."""
        telling = test_name(mistakes[0].explains[0]) if mistakes else ""
        found = [[mistake.attempt.name, diagnosis.text_of(mistake)] for mistake in mistakes]
        self._worker.send("diagnosed", mistakes=found, telling=telling, at_once=at_once)
        return telling

    def _show(self, diagnosis: Diagnosis, telling: str) -> None:
        """Tell which tests are about which function, and what the failing ones called."""
        names = [] if self._all_right else _in_their_order(self._kata)
        functions = by_function(self._items, names) if len(names) > 1 else {}
        self._worker.send("told", functions=functions)
        self._worker.begin("", _SECONDS_TO_SHOW)
        failed = [run for run in diagnosis.failed if test_name(run.name) not in self._speed]
        failed.sort(key=lambda run: not run.name.endswith(f"::{telling}"))
        for name, call, prints in sights(self._kata, failed):
            self._worker.note("seen", name=test_name(name), call=call, prints=prints)


def _raised_by(function: Callable[..., Any], **arguments: Any) -> BaseException | None:
    try:
        function(**arguments)
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as error:  # Learner code may raise anything, SystemExit included.
        return error
    return None


def _outcome(kata: Kata, error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {"outcome": "passed"}
    if isinstance(error, plugin.TodoError):
        return {"outcome": TODO}
    if isinstance(error, pytest.skip.Exception):
        return {"outcome": "skipped"}
    return {"outcome": "failed"} | _failure(kata, error)


def tested_names(kata: Kata) -> list[str]:
    """The names that the tests import from the kata's exercise."""
    module = f"{target.NAME}.{kata.module}"
    tree = ast.parse(kata.test.read_bytes())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [alias.name for node in imports if node.module == module for alias in node.names]


def _in_their_order(kata: Kata) -> list[str]:
    """The names that the tests import, as they come in the answer."""
    # A learner's module may be any object, and a thread of theirs may still change it.
    order, tested = [*getattr(target.answer_module(kata), "__dict__", {})], tested_names(kata)
    return [name for name in order if name in tested]


def _failure(kata: Kata, error: BaseException) -> dict[str, Any]:
    """What was raised, by which line of the test and by which of the answer."""
    text = str(error)[:MESSAGE_KEPT]
    remark = remark_on(error)
    text = f"{text}\n{remark}" if remark else text
    facts: dict[str, Any] = {"kind": type(error).__name__, "text": text}
    in_test = _test_frame(kata, error)
    if in_test:
        facts |= {"test_line": in_test.lineno, "test_code": _statement(in_test)}
    place = loading.last_place(error, functools.partial(bounds.name_of, kata))
    if place:
        facts |= dict(zip(("answer_file", "answer_line", "answer_code"), place, strict=True))
    return facts


def _test_frame(kata: Kata, error: BaseException) -> traceback.FrameSummary | None:
    """The test's own frame: a helper that it calls says less about what it claims.

    Source is read for this frame alone, as reading is slow.
    """
    entry = error.__traceback__
    while entry and Path(entry.tb_frame.f_code.co_filename) != kata.test:
        entry = entry.tb_next
    return traceback.extract_tb(entry, limit=1)[0] if entry else None


def _statement(frame: traceback.FrameSummary) -> str:
    """The whole statement a frame stands at, dedented, on at most a few lines."""
    first, last = frame.lineno or 1, getattr(frame, "end_lineno", None) or frame.lineno or 1
    lines = [
        linecache.getline(frame.filename, n).strip() for n in range(first, min(last, first + 3) + 1)
    ]
    return " ".join(lines)
