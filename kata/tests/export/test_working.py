"""Everything works in a repository for students."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kata import catalog
from kata.tests.conftest import ROOT


def run(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
    )


@pytest.fixture
def own_one(one, tmp_path):
    """A copy of the repository with softmax alone that may be changed."""
    return shutil.copytree(one, tmp_path / "one")


def test_each_room_of_its_tool_can_be_loaded(everything):
    code = (
        "import importlib, pathlib\n"
        "files = [file for file in pathlib.Path('kata').rglob('[!_]*.py')]\n"
        "rooms = ['.'.join(file.with_suffix('').parts) for file in files]\n"
        "for room in rooms: print(importlib.import_module(room).__file__)"
    )
    result = run(everything, "-c", code)
    assert result.returncode == 0, result.stderr
    loaded = result.stdout.splitlines()
    assert len(loaded) > 20
    assert all(Path(file).is_relative_to(everything) for file in loaded)


def put_solution(folder, name):
    shutil.copy(ROOT / "solutions" / f"{name}.py", folder / "exercises" / f"{name}.py")


def test_the_commands_of_learners_work(own_one, kata):
    """The tool's own copy runs the tests; what else is said depends on the folder alone."""
    assert "softmax is to do" in run(own_one, "-m", "kata").stdout
    assert "0 of 1" in kata(own_one, "list")[1]
    assert "Hint 1 of 3" in kata(own_one, "hint", "softmax")[1]
    put_solution(own_one, "basics/softmax")
    result = run(own_one, "-m", "kata", "test", "softmax")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"softmax is solved: all \d+ tests pass\.", result.stdout)
    assert "Left for grading, as they need the reference solution: 1." in result.stdout
    assert "1 of 1" in kata(own_one, "list")[1]
    assert kata(own_one, "reset", "softmax", "--yes")[0] == 0
    assert "basics/softmax" in kata(own_one, "interview", "--list", "--minutes", "10")[1]
    katas = catalog.load(own_one)
    assert katas.katas[0].exercise.read_bytes() == katas.katas[0].original.read_bytes()


NEEDS_SOLUTIONS = (
    "verify", "verify softmax", "bench", "new basics/sigmoid", "freeze softmax", "export ../again",
    "grade .",
)  # fmt: skip


# Loads what `kata` has once, and says how each command ended.
EACH_COMMAND = """
import sys
from kata import cli
for command in sys.argv[1:]:
    sys.argv = ["kata", *command.split()]
    try:
        cli.main()
    except SystemExit as end:
        print(command, end.code, file=sys.stderr)
"""


def test_the_commands_of_authors_say_why_they_do_not_work(one):
    result = run(one, "-c", EACH_COMMAND, *NEEDS_SOLUTIONS, "solution softmax")
    said = result.stderr.splitlines()
    sentence = (
        "This command is for authors and teachers: "
        "it needs the solutions, which are not part of this repository."
    )
    expected = [(sentence, f"{command} 2") for command in NEEDS_SOLUTIONS]
    expected += [("The solutions are not part of this repository.", "solution softmax 2")]
    assert said == [line for both in expected for line in both]


def test_plain_pytest_works_and_says_what_is_left_for_grading(own_one):
    put_solution(own_one, "basics/softmax")
    result = run(own_one, "-m", "pytest", "tests/basics/test_softmax.py")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Neural network basics: 1 of 1 solved" in result.stdout
    left = (
        "1 test compares with the reference solution; "
        "it is skipped here and runs when you are graded."
    )
    assert left in result.stdout.splitlines()


def test_no_untouched_stub_counts_as_solved(everything):
    """Of a stub that raises, and of those that start from working code."""
    stubs = "basics/test_softmax", "optimization/test_adam_bugs", "cnn/test_conv2d"
    files = [f"tests/{name}.py" for name in stubs]
    result = run(everything, "-m", "pytest", *files, "-p", "no:cacheprovider")
    assert result.returncode == 1
    assert "Traceback" not in result.stdout + result.stderr
    assert len(re.findall(r": 0 of \d+ solved", result.stdout)) == len(stubs)
    assert re.search(r"\n\d+ tests compare with the reference solution; they are", result.stdout)


LOAD_ALL_TESTS = """
import pathlib, runpy
for test in pathlib.Path("tests").glob("*/test_*.py"):
    runpy.run_path(str(test))
    print(test)
"""


def test_all_tests_find_what_they_import_and_solutions_pass_in_it(everything, tmp_path):
    folder = shutil.copytree(everything, tmp_path / "students")
    katas = catalog.load(folder)
    for kata in katas.katas:
        put_solution(folder, kata.id)
    result = run(folder, "-c", LOAD_ALL_TESTS)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(katas.katas)
    # One of each topic, and one that reads data: that all solutions pass is tested elsewhere.
    some = [katas.of_topic(topic.name)[0] for topic in katas.topics]
    tests = [str(kata.test) for kata in (*some, katas.find("feature_maps"))]
    result = run(folder, "-m", "pytest", *tests)
    assert result.returncode == 0, result.stdout
    assert not re.search(r": 0 of \d+ solved", result.stdout)


def test_pictures_are_drawn_though_the_reference_is_not_there(own_one):
    result = run(own_one, "-m", "kata", "show", "softmax")
    assert result.returncode == 0, result.stderr
    said, picture = result.stdout.splitlines()
    assert said == "softmax is to do."
    assert Path(picture.strip()).read_bytes().startswith(b"\x89PNG")
