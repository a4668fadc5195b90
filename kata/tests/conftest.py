"""A small checkout of its own for each test: one topic, the softmax kata, the usual files."""

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from kata import catalog, runner, stubs, target
from kata.catalog import Catalog, Kata
from kata.runner import Runner
from kata.tests.terminals import Terminal

ROOT = Path(__file__).resolve().parent.parent.parent

# What this run was told, say to go in parallel, is not for the runs that tests start.
os.environ.pop("PYTEST_ADDOPTS", None)
# Where a script starts the tests in the background, all that they start would be deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if sys.platform == "win32":  # `kata grade` refuses to start there.
    collect_ignore = ["grade", "hostile", "wall"]
else:  # Whichever test begins, the others need these as well.
    runner.PRELOADED += ["kata.author.survey", "kata.wall.judge"]

CURRICULUM = """
[[topic]]
name = "basics"
title = "Neural network basics"

[[kata]]
name = "basics/softmax"
title = "Softmax: from scores to probabilities"
kind = "implement"
level = "easy"
minutes = 10
points = 10
seconds = 0.4
"""

SOFTMAX = (
    "tests/basics/test_softmax.py",
    "solutions/basics/softmax.py",
    "attempts/basics/softmax.py",
    "hints/basics/softmax.md",
    "pictures/basics/softmax.py",
)


# Tests that share what takes long to make: of several processes, one runs them all.
_TOGETHER = ("export/", "grade/test_class", "hostile/test_protections.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most of these start torch, some of them several times, on machines busy with other jobs."""
    here = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(here):
            continue
        item.add_marker(pytest.mark.timeout(300))
        place = item.path.relative_to(here).as_posix()
        for shared in _TOGETHER if item.config.pluginmanager.hasplugin("xdist") else ():
            if place.startswith(shared):
                item.add_marker(pytest.mark.xdist_group(shared))


@contextlib.contextmanager
def solutions_for_exercises(
    katas: Catalog, changes: dict[str, target.Change] | None = None
) -> Iterator[None]:
    """Let `exercises` stand for the solutions while the block runs, some of them changed."""
    finders, modules = list(sys.meta_path), _exercises()
    try:
        target.install(katas, "solutions", changes)
        yield
    finally:
        sys.meta_path[:] = finders
        for name in _exercises():
            del sys.modules[name]
        sys.modules.update(modules)


def _exercises() -> dict[str, ModuleType]:
    loaded = dict(sys.modules)
    return {name: loaded[name] for name in loaded if name.partition(".")[0] == target.NAME}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name in (*SOFTMAX, "pyproject.toml", "conftest.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "exercises" / "basics").mkdir(parents=True)
    (root / "exercises" / "basics" / "README.md").write_text("[softmax](softmax.py)\n")
    (root / "curriculum.toml").write_text(CURRICULUM)
    stubs.reset(catalog.load(root).find("softmax"))
    return root


@pytest.fixture
def katas(checkout: Path) -> Catalog:
    return catalog.load(checkout)


@pytest.fixture
def softmax(katas: Catalog) -> Kata:
    return katas.find("softmax")


@pytest.fixture
def runner(katas: Catalog) -> Iterator[Runner]:
    with Runner(katas) as runner:
        yield runner


@pytest.fixture
def answer(softmax: Kata) -> Callable[[str], None]:
    """Writes a body for softmax into the learner's file, in place of the stub's."""

    def write(body: str, above: str = "") -> None:
        stub = stubs.handed_out(softmax)
        head = stub[: stub.index("    raise NotImplementedError")]
        lines = "\n".join("    " + line for line in body.splitlines())
        softmax.exercise.write_text(
            head.replace("def softmax", above + "def softmax") + lines + "\n"
        )

    return write


RIGHT = """\
if x.shape[axis] == 0:
    raise ValueError("x is empty")
e = np.exp(x - x.max(axis=axis, keepdims=True))
return e / e.sum(axis=axis, keepdims=True)"""

WRONG = RIGHT.replace("x - x.max(axis=axis, keepdims=True)", "x")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals inside the tests' own process; each is left at the end."""
    terminals = []

    def opened(program: Callable[[Console], None]) -> Terminal:
        terminals.append(Terminal(program, monkeypatch))
        return terminals[-1]

    yield opened
    for terminal in terminals:
        terminal.leave()
