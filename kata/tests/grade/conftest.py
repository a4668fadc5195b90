"""One class, graded once for all tests that look at its marks, and the command in this process."""

import shutil
import sys

import pytest

from kata import catalog, cli
from kata.grade import roster, workers
from kata.grade.grading import Grader
from kata.tests.conftest import ROOT
from kata.tests.grade.examples import EXAMPLES
from kata.tests.grade.support import (
    EXITS,
    FORMULA,
    LINES,
    NAMES,
    SECRET,
    hand_in,
    solutions,
    untouched,
)


@pytest.fixture(scope="session")
def katas():
    return catalog.load(ROOT)


@pytest.fixture(scope="session")
def chosen(katas):
    return [katas.find(name) for name in NAMES]


@pytest.fixture(scope="session")
def grader(katas):
    with Grader(katas) as grader:
        yield grader


@pytest.fixture(scope="session")
def handed_in(tmp_path_factory):
    """A class: right, wrong and broken answers, and what else lies in such a folder."""
    folder = tmp_path_factory.mktemp("homework") / "class"
    right = solutions()
    wrong = right["softmax"].replace("x - x.max(axis=axis, keepdims=True)", "x")
    assert wrong != right["softmax"]
    hand_in(folder / "ada", **right)
    shutil.make_archive(str(folder / "ada"), "zip", folder / "ada")
    shutil.rmtree(folder / "ada")
    hand_in(folder / "bob", **untouched())
    hand_in(folder / "eve", softmax=EXITS, relu=right["relu"])
    hand_in(folder / FORMULA, softmax=wrong, relu=right["relu"])
    hand_in(folder / LINES, relu="def relu(:\n")
    (folder / "empty").mkdir()
    (folder / ".git").mkdir()
    (folder / "roster.txt").write_text("ada bob eve")
    (folder / "friend").symlink_to(folder / "bob")
    return folder


@pytest.fixture(scope="session")
def graded(katas, chosen, handed_in, tmp_path_factory):
    """The folder with the marks of one real run, with a secret seed; tests get a copy of it."""
    output = tmp_path_factory.mktemp("graded") / "marks"
    roster.grade_class(katas, handed_in, chosen, (SECRET, True), output, processes=2)
    return output


@pytest.fixture
def output(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "marks")


@pytest.fixture
def own_class(handed_in, tmp_path):
    """A copy of the class that may be changed."""
    return shutil.copytree(handed_in, tmp_path / "class", symlinks=True)


@pytest.fixture
def own_checkout(tmp_path):
    root = tmp_path / "checkout"
    for name in ("tests", "solutions", "attempts", "data"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("curriculum.toml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    return root


# --- Formats ---------------------------------------------------------------------------------


CLASSROOM_50 = {
    "CLASSROOM": "dl-2026",
    "ASSIGNMENT": "homework-1",
    "SUBMISSION_TAG": "submission-7",
    "USERNAME": "ada",
    "COMMIT_URL": "https://example.org/commit",
    "RELEASE_URL": "https://example.org/release",
    "REVIEW_URL": "https://example.org/review",
}


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES)
def marks(request):
    return request.param


@pytest.fixture
def classroom_50(monkeypatch):
    monkeypatch.delenv("OWNER", raising=False)
    for name, value in CLASSROOM_50.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def said(monkeypatch, capsys):
    """Runs `kata` in this process; gives its exit code and what it said."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(workers, "_SECONDS_TO_CONNECT", 0.2)

    def said(*arguments):
        monkeypatch.setattr(sys, "argv", ["kata", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, *capsys.readouterr()

    return said
