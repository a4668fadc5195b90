"""The process that runs one kata's tests; it ends with them.

It is told what to run in one message, and answers in JSON: what it begins, how each test went, and
at the end what the diagnosis found. If the learner's code kills it, all that was sent is known.
"""

import ast
import contextlib
import faulthandler
import functools
import json
import linecache
import os
import sys
import traceback
from collections.abc import Generator, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

import pytest

from kata import catalog, changes, examples, loading, plugin, target
from kata.catalog import Kata
from kata.diagnosis import Diagnosis
from kata.prints import Prints, caught
from kata.testing import remark_on
from kata.verdict import Job

MEMORY_BYTES = 4 << 30
# Of pytest's own plugins, those that no kata needs: they cost a third of the time. The limits on
# time and the stack of a crash are kept here instead.
_UNUSED_PLUGINS = (
    "cacheprovider", "doctest", "faulthandler", "junitxml", "logging", "pastebin", "stepwise",
    "timeout", "unittest",
)  # fmt: skip
# For what runs none of the learner's code: collecting, which may have to compile the test first,
# the diagnosis, and an attempt with all the tests.
SECONDS_OF_OUR_OWN = 60.0
_MESSAGE_KEPT = 4000


def work(connection: Connection, kind: "type[Worker]") -> None:
    """Wait for one job, and do it as a `kind` of worker."""
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()
    try:
        job = Job(**json.loads(connection.recv_bytes()))
    except EOFError:  # The tool has ended.
        return
    try:
        worker = kind(connection, job)
    except catalog.KataError as error:  # The curriculum was changed, and is wrong now.
        connection.send_bytes(json.dumps({"event": "broken", "problem": str(error)}).encode())
        return
    worker.run()


class Worker:
    """Runs the tests of one kata on the answer that `load` loads."""

    # Whether the tests are to be run, and fail, where the answer can't be loaded.
    counts_all_tests = False

    def __init__(self, connection: Connection, job: Job) -> None:
        self._connection = connection
        self.job = job
        self.katas = catalog.load(Path(job.root))
        self.kata = self.katas.find(job.kata)

    def run(self) -> None:
        os.chdir(self.job.root)
        _limit_memory()
        prints = Prints()
        with Path(self.job.log).open("w") as log, _standard_output(prints):
            faulthandler.enable(log)
            self._load_and_test(log)
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()
        self.close()
        self.send("finished", prints=prints.take())

    def send(self, event: str, **values: Any) -> None:
        self._connection.send_bytes(json.dumps({"event": event} | values).encode())

    def begin(self, name: str, log: TextIO, seconds: float = 0.0) -> None:
        """Announce what begins; if it hangs, this process writes its stack and ends.

        The timer is a C thread: it needs no interpreter lock, so a loop in C doesn't stop it.
        """
        limit = seconds or self.kata.seconds
        self.send("begins", name=name, seconds=limit)
        faulthandler.dump_traceback_later(limit, exit=True, file=log)

    def _load_and_test(self, log: TextIO) -> None:
        self.begin("", log)
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
            self.run_examples(log)
            return
        self.begin("", log, SECONDS_OF_OUR_OWN)
        reporter = _Reporter(self, self.kata, log)
        pytest.main(self._arguments(), plugins=[reporter])

    def load(self) -> str:
        """Load the answer into this process; gives what is wrong with it."""
        change = changes.find(self.kata, tuple(self.job.change))
        chosen = {self.kata.id: change} if change else {}
        target.install(self.katas, self.job.tree, chosen, trees=self.job.trees)
        try:
            module = target.answer_module(self.kata)
        except BaseException as error:  # Learner code may raise anything while it is loaded.
            return _loading_problem(self.kata, self.job.tree, error)
        missing = [name for name in tested_names(self.kata) if not hasattr(module, name)]
        if not missing:
            return ""
        file = self.kata.relative(self.kata.file_in(self.job.tree))
        return f"{file} does not define {' and '.join(missing)}, which the tests import."

    def run_examples(self, log: TextIO) -> None:
        """Tell what the examples of the docstrings give."""
        self.begin("the_examples_of_its_docstrings", log)
        found = examples.run(self.kata, target.answer_module(self.kata))
        self.send("examples", examples=[asdict(example) for example in found])

    def conclude(self, diagnosis: Diagnosis, speed: list[str], log: TextIO) -> None:
        """What is left to do once the tests have run; `speed` names those of them about speed."""
        if self.job.change:
            self.run_examples(log)

    def close(self) -> None:
        """Tell what is known only at the end."""

    def _arguments(self) -> list[str]:
        root = Path(self.job.root)
        arguments = [
            str(self.kata.test),
            "--rootdir",
            str(root),
            "-c",
            str(root / "pyproject.toml"),
        ]
        arguments += [word for name in _UNUSED_PLUGINS for word in ("-p", f"no:{name}")]
        arguments += ["--capture=no"]
        arguments += ["--seed", str(self.job.seed)]
        return arguments


class _Reporter:
    """A pytest plugin that sends on how each test went."""

    def __init__(self, worker: Worker, kata: Kata, log: TextIO) -> None:
        self._worker = worker
        self._kata = kata
        self._log = log
        self._speed: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")
        config.stash[plugin.STATE].explains_failures = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        tests = [item.name for item in session.items]
        self._speed = [item.name for item in session.items if item.get_closest_marker("speed")]
        self._worker.send("collected", tests=tests, speed=self._speed)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            problem = f"{self._kata.relative(self._kata.test)} cannot be loaded: {report.longrepr}"
            self._worker.send("broken", problem=problem[:_MESSAGE_KEPT])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        # Nobody reads pytest's own report here, and to draw it takes longer than the test.
        item.repr_failure = _text_of  # type: ignore[method-assign]
        self._worker.begin(item.name, self._log)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" or not report.passed:
            outcome = plugin.TODO if hasattr(report, plugin.TODO) else report.outcome
            values = {"name": item.name, "outcome": outcome, "seconds": round(call.duration, 6)}
            if report.failed and call.excinfo:
                values |= _failure(self._kata, call.excinfo.value)
            self._worker.send("result", **values)
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._worker.begin("", self._log, SECONDS_OF_OUR_OWN)
        diagnosis = session.config.stash[plugin.STATE].diagnosis_of(self._kata)
        mistakes = diagnosis.mistakes()
        telling = mistakes[0].explains[0].split("::", 1)[1] if mistakes else ""
        found = [[mistake.attempt.name, diagnosis.text_of(mistake)] for mistake in mistakes]
        self._worker.send("diagnosed", mistakes=found, telling=telling)
        self._worker.conclude(diagnosis, self._speed, self._log)


def _text_of(excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
    return str(excinfo.value)


def tested_names(kata: Kata) -> list[str]:
    """The names that the tests import from the kata's exercise."""
    module = f"{target.NAME}.{kata.module}"
    tree = ast.parse(kata.test.read_bytes())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [alias.name for node in imports if node.module == module for alias in node.names]


def _failure(kata: Kata, error: BaseException) -> dict[str, Any]:
    """What was raised, by which line of the test and by which of the answer."""
    text = str(error)[:_MESSAGE_KEPT]
    remark = remark_on(error)
    text = f"{text}\n{remark}" if remark else text
    facts: dict[str, Any] = {"kind": type(error).__name__, "text": text}
    in_test = _test_frame(kata, error)
    if in_test:
        facts |= {"test_line": in_test.lineno, "test_code": _statement(in_test)}
    place = loading.last_place(error, functools.partial(_name_of, kata))
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


def _loading_problem(kata: Kata, tree: str, error: BaseException) -> str:
    """One sentence about a file that cannot be loaded."""
    answer = kata.file_in(tree)
    file = kata.relative(answer)
    if loading.is_of_encoding(str(error)):
        return f"{file} is not UTF-8 text: save it as UTF-8."
    if isinstance(error, ModuleNotFoundError) and not answer.is_file():
        is_exercise = tree == target.NAME
        way = f"`kata reset {kata.name}` brings it back" if is_exercise else "save it again"
        return f"{file} is gone; {way}."
    return loading.problem(error, functools.partial(_name_of, kata))


def _name_of(kata: Kata, filename: str) -> str | None:
    return target.learners_name(kata, Path(filename))


def _limit_memory() -> None:
    """So that an answer that asks for far too much gets a MemoryError, not the machine."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def _standard_output(prints: Prints) -> Iterator[None]:
    """Catch what Python prints; what C code or a child process prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    with caught(prints):
        yield
