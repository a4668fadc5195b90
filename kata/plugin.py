"""The pytest side: options, fixtures, the "to do" status, the diagnosis and the summary.

`conftest.py` loads this. Tests outside the trees of the katas are left alone.
"""

import time
import traceback
import zlib
from collections import Counter
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
from kata.progress import Progress
from kata.testing import Note, recording, remark_on

TODO = "todo"
NO_REFERENCE = "the reference solution is not part of this repository"
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
        self._by_path: dict[Path, Kata] = {kata.test: kata for kata in katas.katas}
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
        return self._by_path.get(item.path) or self._by_path.get(item.path.resolve())

    def generator(self, item: pytest.Item) -> np.random.Generator:
        kata = self.kata_of(item)
        name = f"{kata.id if kata else item.nodeid}::{item.name.split('@')[0]}"
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

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
        if config.pluginmanager.hasplugin("xdist"):
            for item in items:
                kata = tested[item.path]
                if kata:  # One process sees all failures of a kata, and can say what they show.
                    item.add_marker(pytest.mark.xdist_group(kata.id))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = self._collected or [item.nodeid for item in session.items]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Each process of xdist's has found the same tests, and shares them with the others."""
        self._collected = list(ids)

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

        outcome = diagnosis.outcome_of(item.obj, notes, error)
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
        if self._among_many and kata.kind in ("vectorise", "debug") and stubs.is_untouched(kata):
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
        summary = _Summary(self._katas, terminalreporter, self._collected)
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


class _Summary:
    """The closing lines: each topic, and in it each kata that was run."""

    def __init__(
        self, katas: Catalog, terminal: pytest.TerminalReporter, collected: Iterable[str]
    ) -> None:
        self._katas = katas
        self._terminal = terminal
        self._collected = Counter(map(self._kata_of_file, collected))
        self._counts: dict[str, Counter[str]] = {}
        self._needs: dict[str, set[str]] = {}
        self._chooses = _chooses_tests(terminal.config)
        for category in ("passed", "failed", "error", "skipped", TODO):
            for report in terminal.stats.get(category, []):
                self._count(report, category)

    def _count(self, report: pytest.TestReport | pytest.CollectReport, category: str) -> None:
        kata_id = getattr(report, "kata", None) or self._kata_of_file(report.nodeid)
        if kata_id:
            self._counts.setdefault(kata_id, Counter())[category] += 1
            needed = {getattr(report, TODO, kata_id)} - {kata_id}
            self._needs.setdefault(kata_id, set()).update(needed)

    def _kata_of_file(self, nodeid: str) -> str | None:
        kata = self._katas.of_test(self._katas.root / nodeid.split("::")[0])
        return kata.id if kata else None

    @property
    def solved(self) -> list[Kata]:
        """The katas of which all tests were run, and none failed."""
        return [self._katas.by_id[name] for name in self._counts if self._is_solved(name)]

    def _is_solved(self, name: str) -> bool:
        counts = self._counts[name]
        run_to_the_end = counts.total() == self._collected[name]
        return run_to_the_end and not self._chooses and _all_passed(counts)

    def write(self) -> None:
        for topic in self._katas.topics:
            run = [kata for kata in self._katas.of_topic(topic.name) if kata.id in self._counts]
            if run:
                self._write_topic(topic, run)
        skipped = sum(map(_lacks_reference, self._terminal.stats.get("skipped", [])))
        if skipped:
            self._terminal.write_line("")
            self._terminal.write_line(_without_reference(skipped))

    def _write_topic(self, topic: catalog.Topic, run: Iterable[Kata]) -> None:
        katas = list(run)
        solved = sum(self._is_solved(kata.id) for kata in katas)
        self._terminal.write_line("")
        self._terminal.write_line(f"{topic.title}: {solved} of {len(katas)} solved", bold=True)
        for kata in katas:
            counts = self._counts[kata.id]
            color = (
                "green" if _all_passed(counts) else "yellow" if _is_unbegun(kata, counts) else "red"
            )
            self._terminal.write_line(f"  {kata.name:<28} {self._state(kata)}", **{color: True})

    def _state(self, kata: Kata) -> str:
        counts, needs = self._counts[kata.id], self._needs[kata.id]
        if self._is_solved(kata.id):
            return "solved"
        if _all_passed(counts):
            return f"{counts['passed']} pass, of those that were run"
        if needs:
            return f"needs {' and '.join(sorted(needs))}, to do"
        if _is_unbegun(kata, counts):
            return f"to do      {kata.relative(kata.exercise)}"
        if counts["error"]:
            return f"cannot be loaded or run; see above, or: kata test {kata.name}"
        text = f"{counts['passed']} of {_total(counts)} pass"
        if counts[TODO]:
            text += f", {counts[TODO]} to do"
        return f"{text}; for a hint: kata hint {kata.name}"


def _lacks_reference(report: pytest.TestReport | pytest.CollectReport) -> bool:
    # Of a skip, pytest gives the file, the line and "Skipped: " with the reason.
    return isinstance(report.longrepr, tuple) and report.longrepr[2].endswith(NO_REFERENCE)


def _without_reference(tests: int) -> str:
    if tests == 1:
        what = "1 test compares with the reference solution; it is skipped here and runs"
    else:
        what = f"{tests} tests compare with the reference solution; they are skipped here and run"
    return f"{what} when you are graded."


def _chooses_tests(config: pytest.Config) -> bool:
    """Whether some tests of the files that are run are left out."""
    options = ("keyword", "markexpr", "deselect", "lf", "stepwise")
    chosen = any(config.getoption(name, None) for name in options)
    return chosen or any("::" in argument for argument in config.args)


def _total(counts: Counter[str]) -> int:
    """The tests that say something of the answer."""
    return counts.total() - counts["skipped"]


def _all_passed(counts: Counter[str]) -> bool:
    return 0 < counts["passed"] == _total(counts)


def _is_unbegun(kata: Kata, counts: Counter[str]) -> bool:
    nothing_else = counts["passed"] + counts[TODO] == _total(counts)
    return nothing_else and (not counts["passed"] or stubs.is_untouched(kata))
