"""The pytest side: options, fixtures, the "to do" status and the diagnosis.

`conftest.py` loads this. Tests outside the trees of the katas are left alone.
"""

import math
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from _pytest._code.code import ExceptionRepr
from _pytest.outcomes import Exit, Failed
from _pytest.runner import runtestprotocol

from kata import catalog, diagnosis, stubs, target
from kata.catalog import Catalog, Kata
from kata.outcome import outcome_of
from kata.progress import Progress
from kata.remarks import remark_on
from kata.summary import NO_REFERENCE, TODO, Summary
from kata.testing import Note, recording
from kata.verdict import PATIENCE

STATE = pytest.StashKey["KataPlugin"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("katas")
    group.addoption(
        "--solutions", action="store_true", help="test the reference solutions, not your files"
    )
    group.addoption(
        "--seed", type=int, default=0, metavar="N", help="draw other random inputs (default: 0)"
    )


def pytest_configure(config: pytest.Config) -> None:
    try:
        katas = catalog.load(config.rootpath)
    except catalog.KataError as error:
        raise pytest.UsageError(str(error)) from error
    if config.getoption("--solutions") and not katas.has_solutions:
        raise pytest.UsageError("--solutions: the solutions are not part of this repository.")
    if not target.installed():  # A worker of the tool settles it before it calls pytest.
        target.install(katas, "solutions" if config.getoption("--solutions") else target.NAME)
    if config.getoption("dist", None) == "load":  # xdist: speed tests stay on one worker.
        config.option.dist = "loadgroup"
    state = KataPlugin(katas, int(config.getoption("--seed") or 0))
    config.stash[STATE] = state
    config.pluginmanager.register(state, "kata_state")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator seeded by the test's name, so that a failure repeats; `--seed` changes all."""
    return request.config.stash[STATE].generator(request.node)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> ModuleType:
    """The reference solution's module; the test is skipped where solutions are not shipped."""
    kata = request.config.stash[STATE].kata_of(request.node)
    if kata is None:
        raise pytest.UsageError(f"{request.node.path} is no kata's test: it has no reference.")
    if not kata.solution.is_file():
        pytest.skip(NO_REFERENCE)
    return target.solution_module(kata)


@pytest.fixture
def progress(request: pytest.FixtureRequest) -> Callable[[float, float], None]:
    """What a training calls with the share that is done, 0 to 1, and its loss: a bar shows them."""
    return request.config.stash[STATE].show_progress


class TodoError(Failed):
    """A test met a hole that its learner has not filled yet, in this kata."""

    def __init__(self, kata: Kata) -> None:
        self.kata_id = kata.id
        super().__init__(f"to do: begin with {kata.relative(kata.exercise)}", pytrace=False)


class KataPlugin:
    """What one pytest session knows of the katas it runs."""

    def __init__(self, katas: Catalog, seed: int) -> None:
        self._katas = katas
        self.seed = seed
        self._diagnoses: dict[str, diagnosis.Diagnosis] = {}
        self._among_many = False
        self._texts: dict[str, list[str]] = {}  # From other processes, by the ids of tests.
        self._held_back: list[tuple[pytest.Item, list[pytest.TestReport]]] = []
        self._collected: list[str] = []  # The ids of all tests that are to be run.
        self.explains_failures = True
        # Whoever watches the session puts its own in this place.
        self.show_progress: Callable[[float, float], None] = lambda done, loss: None

    def kata_of(self, item: pytest.Item) -> Kata | None:
        """The kata that a test is about; None for a test of something else."""
        # A path may lead through a link; those in the catalog are resolved.
        return self._katas.of_test(item.path) or self._katas.of_test(item.path.resolve())

    def generator(self, item: pytest.Item) -> np.random.Generator:
        """What a test draws from, at its beginning; torch's own, which a few use, begins too."""
        kata = self.kata_of(item)
        name = f"{kata.id if kata else item.nodeid}::{item.name.split('@')[0]}"
        seed = [self.seed, zlib.crc32(name.encode())]
        torch = sys.modules.get("torch")
        if torch:  # torch.manual_seed looks for GPUs, which takes longer than most katas' tests.
            torch.default_generator.manual_seed(sum(seed) % 2**32)
        return np.random.default_rng(seed)

    def diagnosis_of(self, kata: Kata) -> diagnosis.Diagnosis:
        """What this session's tests have shown of `kata`."""
        return self._diagnoses.setdefault(kata.id, diagnosis.Diagnosis(kata))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        order: dict[Kata | None, int] = {
            kata: position for position, kata in enumerate(self._katas.katas)
        }
        tested = {item.path: self.kata_of(item) for item in items}
        items.sort(key=lambda item: order.get(tested[item.path], -1))
        many = len(set(tested.values()) - {None}) > 1
        self._among_many = many and not config.getoption("--solutions")
        grouped = config.pluginmanager.hasplugin("xdist")
        # pytest-timeout is there, and nobody has chosen a limit for this run.
        timed = config.getoption("timeout", 0) is None
        usual = float(config.getini("timeout") or math.inf) if timed else math.inf
        for item in items:
            kata = tested[item.path]
            if kata and grouped:  # One process sees all its failures, and can say what they show.
                item.add_marker(pytest.mark.xdist_group(kata.id))
            if kata and PATIENCE * kata.seconds > usual:
                item.add_marker(pytest.mark.timeout(PATIENCE * kata.seconds))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = self._collected or [item.nodeid for item in session.items]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Each process of xdist's has found the same tests, and shares them with the others."""
        self._collected = list(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Hand a test its parameters, and what it draws from: pytest's own way takes longer."""
        if not isinstance(item, pytest.Function) or self.kata_of(item) is None:
            return
        indirect = [mark.kwargs.get("indirect") for mark in item.iter_markers("parametrize")]
        if indirect and not any(indirect):  # Others go through a fixture.
            item.funcargs.update(item.callspec.params)
        if "rng" in item.fixturenames:
            item.funcargs["rng"] = self.generator(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        kata = self.kata_of(pyfuncitem)
        if kata is None:
            return (yield)
        begun = time.perf_counter()
        with recording() as notes:
            try:
                result = yield
            except BaseException as error:
                todo = self._todo(kata, error)
                if todo:
                    raise TodoError(todo) from None
                seconds = time.perf_counter() - begun
                self._remember(kata, pyfuncitem, notes, error, seconds)
                raise
        self._remember(kata, pyfuncitem, notes, None, time.perf_counter() - begun)
        return result

    def _remember(
        self,
        kata: Kata,
        item: pytest.Function,
        notes: list[Note],
        error: BaseException | None,
        seconds: float,
    ) -> None:
        values = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}

        def make_arguments() -> dict[str, Any]:
            return values | ({"rng": self.generator(item)} if "rng" in values else {})

        outcome = outcome_of(item.obj, notes, error)
        run = diagnosis.Run(item.nodeid, item.obj, make_arguments, outcome, seconds)
        self.diagnosis_of(kata).add(run)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        kata = self.kata_of(item)
        if kata is None:
            return report
        report.kata = kata.id  # type: ignore[attr-defined]
        if call.excinfo is None or not report.failed:
            return report
        if isinstance(call.excinfo.value, TodoError):
            report.todo = call.excinfo.value.kata_id  # type: ignore[attr-defined]
        remark = remark_on(call.excinfo.value)
        if remark and isinstance(report.longrepr, ExceptionRepr):
            report.longrepr.addsection("a remark", remark)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        """Hold back the reports of a kata until all its failures are known: only they tell why."""
        kata = self.kata_of(item)
        if kata is None or not self.explains_failures or hasattr(item.config, "workeroutput"):
            return None
        self._held_back.append((item, runtestprotocol(item, log=False, nextitem=nextitem)))
        if nextitem is None or self.kata_of(nextitem) != kata:
            self._explain_and_report()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._explain_and_report()  # What was held back when the session was interrupted.
        output = getattr(session.config, "workeroutput", None)
        if output is not None:  # xdist takes each report at once; the texts follow.
            output["kata_texts"] = self._texts_by_test(map(self._katas.by_id.get, self._diagnoses))
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        for report in terminal.stats.get("failed", []) if self._texts and terminal else ():
            explain(report, self._texts.get(report.nodeid, []))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a process of xdist's has to say of its failures."""
        self._texts |= getattr(node, "workeroutput", {}).get("kata_texts", {})

    def _explain_and_report(self) -> None:
        held_back, self._held_back = self._held_back, []
        texts = self._texts_by_test({self.kata_of(item) for item, _ in held_back})
        for item, reports in held_back:
            if item.session.shouldfail:  # As after -x.
                break
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for report in reports:
                if report.failed and report.when == "call":
                    explain(report, texts.get(item.nodeid, []))
                item.ihook.pytest_runtest_logreport(report=report)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _texts_by_test(self, katas: Iterable[Kata | None]) -> dict[str, list[str]]:
        """What to say of failed tests, by their ids."""
        texts: dict[str, list[str]] = {}
        # In a debug kata, to find the bugs is the exercise.
        for kata in katas:
            found = self._diagnoses.get(kata.id) if kata and kata.kind != "debug" else None
            if found is None:
                continue
            for mistake in found.mistakes():
                for name in mistake.explains:
                    texts.setdefault(name, []).append(found.text_of(mistake))
        return texts

    def _todo(self, kata: Kata, error: BaseException) -> Kata | None:
        """The kata whose hole raised this: most often the tested one, else one it builds on.

        A stub that starts from working code has no hole. Among many katas it is to do until it is
        touched; run alone, it shows what fails, for that is where one begins.
        """
        if isinstance(error, KeyboardInterrupt | Exit):
            return None
        if self._among_many and kata.kind in ("vectorize", "debug") and stubs.is_untouched(kata):
            return kata
        if not isinstance(error, NotImplementedError):
            return None
        carried = getattr(error, "answer_place", None)  # By an error from another process.
        if carried:
            return self._katas.of_exercise(self._katas.root / carried[0])
        *_, (innermost, _line) = traceback.walk_tb(error.__traceback__)
        return self._katas.of_exercise(Path(innermost.f_code.co_filename))

    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, str] | None:
        return (TODO, "t", "TODO") if hasattr(report, TODO) else None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        summary = Summary(self._katas, terminalreporter, self._collected)
        summary.write()
        if summary.solved and not terminalreporter.config.getoption("--solutions"):
            self._record(summary.solved, terminalreporter)

    def _record(self, solved: Iterable[Kata], terminal: pytest.TerminalReporter) -> None:
        try:
            progress = Progress(self._katas.root)
            for kata in solved:
                progress.ran(kata, solved=True)
        except catalog.KataError as error:  # The tests have passed all the same.
            terminal.write_line(f"\nNot recorded as solved: {error}", yellow=True)


def explain(report: pytest.TestReport, texts: list[str]) -> None:
    """Add to a failure's report what the texts of its mistakes say."""
    if not texts:
        return
    texts = list(dict.fromkeys(texts))
    title = "this looks like" if len(texts) == 1 else "this looks like one of these"
    text = "\n".join(texts)
    if isinstance(report.longrepr, ExceptionRepr):
        report.longrepr.addsection(title, text)
    else:
        report.sections.append((title, text))
