"""A teacher's copy of this repository, and what is exported from it: once for all tests."""

import shutil
import sys

import pytest

from kata import catalog, cli
from kata.author import export
from kata.tests.conftest import ROOT
from kata.tests.export.support import MINE

TREES = (
    "attempts", "classroom", "data", "docs", "exercises", "hints", "kata", "pictures", "solutions",
    "tests",
)  # fmt: skip
FILES = (".gitignore", "LICENSE", "conftest.py", "curriculum.toml", "README.md", "pyproject.toml")


@pytest.fixture(scope="session")
def full(tmp_path_factory):
    """A copy of this repository in which a teacher has worked; no test changes it."""
    root = tmp_path_factory.mktemp("teacher") / "full"
    for tree in TREES:
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    for kata in catalog.load(root).katas:
        kata.exercise.write_text(f"{MINE}\n{kata.solution.read_text('utf-8')}", "utf-8")
    (root / "exercises" / "basics" / "notes.py").write_text(MINE)
    (root / ".kata" / "backups").mkdir(parents=True)
    (root / ".kata" / "backups" / "softmax.py").write_text(MINE)
    (root / "deep_learning_essentials.egg-info").mkdir()
    (root / "kata" / "__pycache__").mkdir()
    (root / "kata" / "__pycache__" / "cli.pyc").write_text(MINE)
    return root


@pytest.fixture
def own(full, tmp_path):
    """A copy of the teacher's that may be changed."""
    return shutil.copytree(full, tmp_path / "own" / "full")


@pytest.fixture(scope="session")
def everything(full):
    folder = full.parent / "students"
    katas = catalog.load(full)
    export.export(katas, katas.katas, folder)
    return folder


@pytest.fixture(scope="session")
def one(full):
    """Softmax alone."""
    folder = full.parent / "one"
    katas = catalog.load(full)
    export.export(katas, [katas.find("softmax")], folder)
    return folder


@pytest.fixture
def kata(full, monkeypatch, capsys):
    """Runs `kata` in this process, in a folder; gives its exit code and what it said."""
    monkeypatch.setenv("COLUMNS", "100")

    def kata(folder, *arguments):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["kata", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code or 0, *capsys.readouterr()

    return kata
