"""Submissions whose folders attack, before any code runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kata.tests.conftest import ROOT

EVIL = "import os\nos._exit(0)\n"
SOFTMAX = Path("exercises", "basics", "softmax.py")


def write(*names: str, text: str = EVIL):
    def prepare(folder: Path) -> None:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    return prepare


BESIDE = {
    "conftest.py": write("conftest.py", "exercises/conftest.py", "exercises/basics/conftest.py"),
    "pytest.ini": write("pytest.ini", "exercises/pytest.ini", text="[pytest]\naddopts = --co\n"),
    "pyproject.toml": write("pyproject.toml", text="[tool.pytest.ini_options]\naddopts = '-k x'\n"),
    "curriculum.toml": write("curriculum.toml", text="[[kata]]\nname = 'basics/softmax'\n"),
    "numpy.py": write("numpy.py", "exercises/numpy.py", "exercises/basics/numpy.py"),
    "sitecustomize.py": write("sitecustomize.py", "usercustomize.py", "exercises/sitecustomize.py"),
    "tests": write("tests/basics/test_softmax.py", "tests/conftest.py", text="def test_(): pass\n"),
    "solutions": write("solutions/basics/softmax.py", "exercises/solutions/basics/softmax.py"),
    "kata": write("kata/__init__.py", "exercises/kata/__init__.py"),
    "packages of its own": write("exercises/__init__.py", "exercises/basics/__init__.py", text=""),
    "a link to all": lambda folder: (folder / "all").symlink_to("/"),
    "a link to itself": lambda folder: (folder / "exercises/loop").symlink_to(folder),
    "a folder named like a file": lambda folder: (folder / "exercises/basics/x.py").mkdir(),
    "a pipe": lambda folder: os.mkfifo(folder / "exercises/basics/pipe.py"),
    "a name that is no text": lambda folder: Path(
        os.fsdecode(bytes(folder) + b"/exercises/basics/\xff\xfe.py")
    ).write_text(EVIL),
    "a name of many lines": write("exercises/basics/::error::\n::error::.py"),
    "a thousand folders deep": lambda folder: deep(folder / "exercises"),
    "thousands of files": lambda folder: [
        (folder / "exercises" / "basics" / f"z{number}.py").touch() for number in range(3000)
    ],
}


def deep(folder: Path) -> None:
    before = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(300):
            os.mkdir("a" * 50)
            os.chdir("a" * 50)
        Path("deep.py").touch()
    finally:
        os.chdir(before)


@pytest.mark.parametrize("prepare", BESIDE.values(), ids=BESIDE)
def test_what_lies_beside_a_wrong_answer_gains_nothing(gains_nothing, prepare):
    gains_nothing("def softmax(x, axis=-1):\n    raise KeyError\n", prepare)


def replaced(by):
    """Puts something else where the answer is looked for."""

    def prepare(folder: Path) -> None:
        (folder / SOFTMAX).unlink()
        by(folder / SOFTMAX)

    return prepare


def sparse(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(1 << 30)


SOLUTION = ROOT / "solutions" / "basics" / "softmax.py"
NO_FILES = {
    "a link to the solution": (lambda file: file.symlink_to(SOLUTION), "it is a link"),
    "a link out": (lambda file: file.symlink_to("/etc/passwd"), "it is a link"),
    "a link to itself": (lambda file: file.symlink_to(file), "it is a link"),
    "a link to nothing": (lambda file: file.symlink_to("nothing"), "it is a link"),
    "a folder": (lambda file: file.mkdir(), "is a directory"),
    "a pipe": (os.mkfifo, "it is not a regular file"),
    "a gigabyte": (sparse, "it is larger than 262,144 bytes"),
}


@pytest.mark.parametrize(("by", "reason"), NO_FILES.values(), ids=NO_FILES)
def test_an_answer_that_is_no_small_file_is_not_taken(gains_nothing, by, reason):
    mark = gains_nothing("", replaced(by))
    assert mark.problem.startswith(f"{SOFTMAX} was not read: ")
    assert reason in mark.problem


def test_an_answer_in_a_linked_folder_is_not_handed_in(grade, katas):
    def link(folder: Path) -> None:
        (folder / "exercises").rename(folder / "elsewhere")
        (folder / "exercises").mkdir()
        (folder / "exercises" / "basics").symlink_to(folder / "elsewhere" / "basics")

    assert {mark.status for mark in grade("", link).katas} == {"missing"}


def test_a_hard_link_is_a_file_like_others(grade, right_softmax, tmp_path):
    (tmp_path / "elsewhere").write_text(right_softmax)
    marks = grade("", replaced(lambda file: file.hardlink_to(tmp_path / "elsewhere")))
    assert marks.katas[0].status == "solved"


NO_PYTHON = {
    "no UTF-8": (b"softmax = '\xff\xfe'\n", "is not UTF-8 text: save it as UTF-8."),
    "UTF-16": ("def softmax(x, axis=-1): return x\n".encode("utf-16"), "is not UTF-8 text"),
    "NUL bytes": (b"softmax = 0\x00\n", "null bytes"),
    "empty": (b"", "does not define softmax"),
    "spaces": (b" \n\t\n", "does not define softmax"),
    "an unknown coding": (b"# coding: nonsense\n", "nonsense"),
    "a broken line": (b"def softmax(x, axis=-1)\n    return x\n", "expected ':'"),
    "a syntax error that is a command": (b"::error::x\n", "invalid syntax"),
    "deep brackets": (b"softmax = " + b"(" * 5000 + b")" * 5000, "too many nested parentheses"),
    "deep unary minus": (b"softmax = " + b"-" * 100_000 + b"1\n", ""),
    "a long sum": (b"softmax = " + b"1 + " * 60_000 + b"1\n", ""),
    "a huge power": (b"def softmax(x, axis=-1):\n    return 10 ** 10 ** 10\n", ""),
}


@pytest.mark.parametrize(("content", "reason"), NO_PYTHON.values(), ids=NO_PYTHON)
def test_a_file_that_cannot_be_run_is_told(gains_nothing, told, content, reason):
    text = told(gains_nothing(content))
    assert reason in text
    assert len(text) > 1


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONSTARTUP"])
def test_no_sandbox_minds_the_environment(grade, right_softmax, monkeypatch, tmp_path, name):
    grade(right_softmax)  # Judges are the caller's own, and mind it; let theirs be running.
    (tmp_path / "sitecustomize.py").write_text(EVIL)
    monkeypatch.setenv(name, str(tmp_path))
    marks = grade(right_softmax)
    assert [mark.status for mark in marks.katas] == ["solved", "solved"]


def test_no_judge_minds_what_is_set_for_pytest(katas, tmp_path):
    file = tmp_path / "exercises" / "basics" / "softmax.py"
    file.parent.mkdir(parents=True)
    file.write_bytes(katas.find("softmax").solution.read_bytes())
    command = [sys.executable, "-m", "kata", "grade", str(tmp_path), "softmax", "--format", "json"]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTEST_ADDOPTS": "--collect-only", "PYTEST_PLUGINS": "evil"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [mark["status"] for mark in json.loads(result.stdout)["katas"]] == ["solved"]
