"""Grades hostile submissions: a softmax that attacks, beside a sigmoid that is right."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from kata import catalog
from kata.catalog import Catalog
from kata.grade.grading import Grader
from kata.grade.marks import BROKEN, FAILED, SOLVED, KataMark, Marks
from kata.grade.submission import read
from kata.tests.conftest import ROOT
from kata.wall import nursery

# Shorter than usual for the one that may hang; the other has the usual time.
SECONDS = 0.3
SECONDS_UNTIL_ALL_HAVE_ENDED = 20

# An attack that ends its sandbox in each test asks for as many new ones.
# What stands beside it only has to be found unharmed.
ONE_OF_EACH = '''

def pytest_collection_modifyitems(items):
    """Keep the first test of each function, and all of the manners; of sigmoid the first five."""
    kept = {item.name if "manners" in item.name else item.function: item for item in items[::-1]}
    items[:] = [item for item in items if item in kept.values()]
    if any(item.path.stem == "test_sigmoid" for item in items):
        del items[5:]
'''

# How to make a folder of the submission beside its exercises, or to spoil it, before it is read.
Prepare = Callable[[Path], object]


@pytest.fixture(scope="session")
def katas(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The real trees with fewer tests, and a short time limit for softmax."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("tests", "solutions", "attempts", "hints", "pyproject.toml"):
        (root / name).symlink_to(ROOT / name)
    (root / "conftest.py").write_text((ROOT / "conftest.py").read_text() + ONE_OF_EACH)
    (root / "exercises").mkdir()
    name = 'name = "basics/softmax"\n'
    curriculum = (ROOT / "curriculum.toml").read_text()
    assert name in curriculum
    shorter = curriculum.replace(name, f"{name}seconds = {SECONDS}\n")
    (root / "curriculum.toml").write_text(shorter)
    return catalog.load(root)


@pytest.fixture(scope="session")
def folder_of_sandboxes() -> Iterator[Path]:
    """Where warm processes have their sockets: all sandboxes have it in their command line."""
    # Not one of pytest's own folders: a socket's path has to be short.
    with (
        tempfile.TemporaryDirectory(prefix="kata-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(nursery, "sockets", SimpleNamespace(folder=lambda: folder))
        yield Path(folder)


@pytest.fixture(scope="session")
def grader(katas: Catalog, folder_of_sandboxes: Path) -> Iterator[Grader]:
    with Grader(katas) as grader:
        yield grader


@pytest.fixture(scope="session")
def crowded_grader(katas: Catalog, folder_of_sandboxes: Path) -> Iterator[Grader]:
    """A grader whose answers may start processes and threads, as where nothing forbids it."""
    crowded = "from kata.wall import jail; jail.TASKS = 16; jail.seccomp.enter = int\n"
    with pytest.MonkeyPatch.context() as patch, Grader(katas) as grader:
        patch.setattr(nursery, "_START", nursery._START.replace("from", f"{crowded}from", 1))
        yield grader


@pytest.fixture
def grade_in(katas: Catalog, tmp_path: Path, folder_of_sandboxes: Path) -> Callable[..., Marks]:
    """Grades by a given grader: softmax as `source` gives it, and a right sigmoid after it.

    Nothing that the answers started may live on.
    """

    def grade(
        grader: Grader, source: str | bytes, prepare: Prepare = lambda folder: None, seed: int = 0
    ) -> Marks:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        basics = folder / "exercises" / "basics"
        basics.mkdir(parents=True)
        content = source.encode() if isinstance(source, str) else source
        (basics / "softmax.py").write_bytes(content)
        (basics / "sigmoid.py").write_bytes(katas.find("sigmoid").solution.read_bytes())
        prepare(folder)
        chosen = [katas.find("softmax"), katas.find("sigmoid")]
        marks = grader.grade(read(folder), chosen, seed=seed)
        assert _left_over(folder_of_sandboxes) == []
        return marks

    return grade


@pytest.fixture
def grade(grade_in: Callable[..., Marks], grader: Grader) -> Callable[..., Marks]:
    """As `grade_in`, by the session's grader."""
    return lambda *args, **kwargs: grade_in(grader, *args, **kwargs)


@pytest.fixture
def costs_no_other_kata(grade: Callable[..., Marks]) -> Callable[..., KataMark]:
    """Grades, sees to it that sigmoid keeps all its points, and gives softmax's mark."""

    def check(source: str | bytes, prepare: Prepare = lambda folder: None) -> KataMark:
        marks = grade(source, prepare)
        softmax, sigmoid = marks.katas
        assert sigmoid.status == SOLVED, (sigmoid.problem, sigmoid.failures)
        assert sigmoid.score == sigmoid.points
        assert marks.complete
        return softmax

    return check


@pytest.fixture
def gains_nothing(costs_no_other_kata: Callable[..., KataMark]) -> Callable[..., KataMark]:
    """As `costs_no_other_kata`, and softmax has earned nothing."""

    def check(source: str | bytes, prepare: Prepare = lambda folder: None) -> KataMark:
        softmax = costs_no_other_kata(source, prepare)
        assert softmax.score == 0, [test.name for test in softmax.tests if test.outcome == "passed"]
        return softmax

    return check


@pytest.fixture(scope="session")
def honest_marks() -> dict[str, KataMark]:
    """The marks of plain wrong answers, which many attacks are compared with, by their source."""
    return {}


@pytest.fixture
def gains_no_more_than(
    costs_no_other_kata: Callable[..., KataMark], honest_marks: dict[str, KataMark]
) -> Callable[[str, str], KataMark]:
    """The attack passes no test that the plain wrong answer, without it, fails."""

    def check(attack: str, plain: str) -> KataMark:
        attacking = costs_no_other_kata(attack)
        if plain not in honest_marks:
            honest_marks[plain] = costs_no_other_kata(plain)
        honest = honest_marks[plain]
        assert attacking.status in (FAILED, BROKEN)
        passed = {test.name for test in attacking.tests if test.outcome == "passed"}
        assert passed <= {test.name for test in honest.tests if test.outcome == "passed"}
        assert attacking.score <= honest.score < honest.points
        return attacking

    return check


@pytest.fixture
def told() -> Callable[[KataMark], str]:
    """All that the report says of a kata."""

    def all_of(mark: KataMark) -> str:
        told = (f"{failure.kind}: {failure.text}" for failure in mark.failures)
        return "\n".join([mark.problem, *told])

    return all_of


@pytest.fixture
def right_softmax() -> str:
    """The source of an answer that is right."""
    return (ROOT / "solutions" / "basics" / "softmax.py").read_text()


def _left_over(folder: Path) -> list[str]:
    """The sandboxes' processes, and what these started, that have not ended after a while."""
    until = time.monotonic() + SECONDS_UNTIL_ALL_HAVE_ENDED
    while (left := _sandboxes(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _sandboxes(folder: Path) -> list[str]:
    """What was forked by a warm process: it has its command line, but is no child of this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:  # It has ended meanwhile.
            continue
        if str(folder).encode() in line and int(parent) != os.getpid():
            found.append(process.name)
    return found
