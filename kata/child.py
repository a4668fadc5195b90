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
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

import pytest

from kata import catalog, changes, examples, loading, plugin, target
from kata.catalog import Kata
from kata.diagnosis import Diagnosis, test_name
from kata.prints import Prints, caught
from kata.stage import Stage
from kata.subjects import by_function
from kata.summary import TODO
from kata.testing import remark_on
from kata.verdict import PATIENCE, Job
from kata.witness import sights

MEMORY_BYTES = 4 << 30
# For what runs none of the learner's code: collecting, which may have to compile the test first,
# the diagnosis, and an attempt with all the tests.
SECONDS_OF_OUR_OWN = 60.0
_MESSAGE_KEPT = 4000
_SECONDS_BETWEEN_NEWS = 0.2
# For tests that are run once more, to show what they called; they took a part of this before.
_SECONDS_TO_SHOW = 2.0


def work(connection: Connection, stage: Stage | None, kind: "type[Worker]") -> None:
    """Wait for one job, and do it as a `kind` of worker; on this stage if it is of its checkout."""
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()
    try:
        job = Job(**json.loads(connection.recv_bytes()))
    except EOFError:  # The tool has ended.
        return
    try:
        if stage is None or not stage.is_of(Path(job.root)):
            stage = Stage(Path(job.root))
        worker = kind(connection, job, stage)
    except catalog.KataError as error:  # The curriculum was changed, and is wrong now.
        events = [{"event": "broken", "problem": str(error)}]
        connection.send_bytes(json.dumps(events).encode())
        return
    worker.run()


class Worker:
    """Runs the tests of one kata on the answer that `load` loads."""

    # Whether the tests are to be run, and fail, where the answer can't be loaded.
    counts_all_tests = False

    def __init__(self, connection: Connection, job: Job, stage: Stage) -> None:
        self._connection = connection
        self._unsent: list[dict[str, Any]] = []
        self._told_at = 0.0
        self._stage = stage
        self.job = job
        self.katas = stage.katas
        self.kata = self.katas.find(job.kata)

    def run(self) -> None:
        os.chdir(self.job.root)
        sys.breakpointhook = self._refuse_to_stop
        _limit_memory()
        prints = Prints()
        with Path(self.job.log).open("w") as log, _standard_output(prints):
            faulthandler.enable(log)
            with _timer(log) as self._set_timer:
                self._load_and_test()
            faulthandler.disable()
        self.close()
        self.send("finished", prints=prints.take())

    def send(self, event: str, **values: Any) -> None:
        self.note(event, **values)
        # What UTF-8 cannot encode would break whoever reads the JSON that it ends in.
        text = json.dumps(self._unsent, ensure_ascii=False)
        self._connection.send_bytes(text.encode("utf-8", "replace"))
        self._unsent = []

    def note(self, event: str, **values: Any) -> None:
        """Send this together with what is sent next."""
        self._unsent.append({"event": event} | values)

    def begin(self, name: str, seconds: float = 0.0) -> None:
        """Announce what begins; if it hangs, this process writes its stack and ends."""
        limit = seconds or self.kata.seconds
        self.send("begins", name=name, seconds=limit)
        self._set_timer(limit)

    def _refuse_to_stop(self, *_: object, **__: object) -> None:
        raise RuntimeError(
            f"breakpoint() can't stop here. In another terminal, run: kata debug {self.kata.name}"
        )

    @property
    def has_a_reader(self) -> bool:
        """Whether a learner looks at the verdict, not a judge or an author's proof."""
        return not (self.job.change or self.job.survey or self.job.sandboxes)

    def _load_and_test(self) -> None:
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

    def load(self) -> str:
        """Load the answer into this process; gives what is wrong with it."""
        change = changes.find(self.kata, tuple(self.job.change))
        chosen = {self.kata.id: change} if change else {}
        target.install(self.katas, self.job.tree, chosen, trees=self.job.trees)
        try:
            target.answer_module(self.kata)
        except BaseException as error:  # Learner code may raise anything while it is loaded.
            return _loading_problem(self.kata, self.job.tree, error)
        return ""

    def missing_names(self) -> str:
        """What is said of an answer that lacks names which the tests import; "" where none do."""
        module = target.answer_module(self.kata)
        missing = [name for name in tested_names(self.kata) if not hasattr(module, name)]
        if not missing:
            return ""
        file = self.kata.relative(self.kata.file_in(self.job.tree))
        return f"{file} does not define {' and '.join(missing)}, which the tests import."

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

    def close(self) -> None:
        """Tell what is known only at the end."""


class _Reporter:
    """A pytest plugin that sends on how each test went."""

    def __init__(self, worker: Worker, kata: Kata, stage: Stage) -> None:
        self._worker = worker
        self._kata = kata
        self._stage = stage
        self._speed: list[str] = []
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
            self._worker.send("broken", problem=problem[:_MESSAGE_KEPT])

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
        self._worker.note("result", name=item.name, seconds=round(seconds, 6), **facts)
        return True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._worker.begin("", SECONDS_OF_OUR_OWN)
        diagnosis = self._stage.diagnosis_of(self._kata)
        mistakes = diagnosis.mistakes() if self._worker.job.diagnose else []
        telling = test_name(mistakes[0].explains[0]) if mistakes else ""
        found = [[mistake.attempt.name, diagnosis.text_of(mistake)] for mistake in mistakes]
        self._worker.send("diagnosed", mistakes=found, telling=telling)
        self._worker.conclude(diagnosis, self._speed)
        if self._worker.has_a_reader:
            self._show(diagnosis, telling)

    def _show(self, diagnosis: Diagnosis, telling: str) -> None:
        """Tell which tests are about which function, and what the failing ones called."""
        names = tested_names(self._kata)
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
def _timer(log: TextIO) -> Iterator[Callable[[float], object]]:
    """Give what sets the time, in seconds, after which this process writes its stack and ends.

    That is time in which it works, where it can be measured. It needs no interpreter lock, so a
    loop in C doesn't stop it.
    """
    if not hasattr(signal, "setitimer"):
        yield lambda seconds: faulthandler.dump_traceback_later(seconds, exit=True, file=log)
        faulthandler.cancel_dump_traceback_later()
        return

    def set_timer(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)

    # Ten times as fast to set as the other, which starts a thread each time.
    for number in (signal.SIGPROF, signal.SIGALRM):
        faulthandler.register(number, file=log, chain=True)
    yield set_timer
    set_timer(0)
    for number in (signal.SIGPROF, signal.SIGALRM):
        faulthandler.unregister(number)


@contextlib.contextmanager
def _standard_output(prints: Prints) -> Iterator[None]:
    """Catch what Python prints; what C code or a child process prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    with caught(prints):
        yield
