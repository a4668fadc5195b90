"""Grades hostile submissions: an answer to softmax that attacks, beside a right answer to relu."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kata import catalog
from kata.catalog import Catalog
from kata.grade.grading import Grader
from kata.grade.marks import KataMark, Marks
from kata.grade.submission import read

ROOT = Path(__file__).resolve().parents[3]

# How to make a folder of the submission beside its exercises, or to spoil it, before it is read.
Prepare = Callable[[Path], object]


@pytest.fixture(scope="session")
def katas(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The real trees, with a time limit of one second for each test, to hang shorter."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("tests", "solutions", "attempts", "hints", "conftest.py", "pyproject.toml"):
        (root / name).symlink_to(ROOT / name)
    (root / "kata").mkdir()
    (root / "kata" / "originals").symlink_to(ROOT / "kata" / "originals")
    (root / "exercises").mkdir()
    curriculum = (ROOT / "curriculum.toml").read_text()
    shorter = curriculum.replace("points = 10\n", "points = 10\nseconds = 1\n")
    (root / "curriculum.toml").write_text(shorter)
    return catalog.load(root)


@pytest.fixture(scope="session")
def grader(katas: Catalog) -> Iterator[Grader]:
    with Grader(katas) as grader:
        yield grader


@pytest.fixture
def grade(katas: Catalog, grader: Grader, tmp_path: Path) -> Callable[..., Marks]:
    """Grades softmax as `source` gives it, and a right relu after it."""

    def grade(source: str | bytes, prepare: Prepare = lambda folder: None, seed: int = 0) -> Marks:
        folder = tmp_path / "submission"
        basics = folder / "exercises" / "basics"
        basics.mkdir(parents=True)
        content = source.encode() if isinstance(source, str) else source
        (basics / "softmax.py").write_bytes(content)
        (basics / "relu.py").write_bytes(katas.find("relu").solution.read_bytes())
        prepare(folder)
        chosen = [katas.find("softmax"), katas.find("relu")]
        return grader.grade(read(folder), chosen, seed=seed)

    return grade


@pytest.fixture
def gains_nothing(grade: Callable[..., Marks]) -> Callable[..., KataMark]:
    """Grades, sees to it that softmax earned nothing and relu all, and gives softmax's mark."""

    def check(source: str | bytes, prepare: Prepare = lambda folder: None) -> KataMark:
        marks = grade(source, prepare)
        softmax, relu = marks.katas
        assert softmax.score == 0, [test.name for test in softmax.tests if test.outcome == "passed"]
        assert relu.score == relu.points
        assert marks.complete
        return softmax

    return check
