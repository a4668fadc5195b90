"""The same marks with fewer protections, and reports that say which ones held.

As root, as root of a container and as an ordinary user; with all that the kernel offers, and as if
it had no Landlock, or neither that nor a filter for system calls.
"""

import functools
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kata.grade import formats
from kata.grade.marks import from_dict
from kata.tests.conftest import ROOT
from kata.tests.hostile.users import become_ordinary, become_root_of_a_container
from kata.wall import jail
from kata.wall.jail import CALLS, FILES, HELD, NETWORK, SIGNALS, USER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's protections")


GRADE = """
import json, sys
from pathlib import Path
from kata import catalog
from kata.wall import nursery
from kata.grade.grading import Grader
from kata.grade.marks import to_dict
from kata.grade.submission import read

if __name__ == "__main__":
    root, folder, modes, *names = sys.argv[1:]
    katas, start = catalog.load(Path(root)), nursery._START
    with Grader(katas) as grader:
        for mode in json.loads(modes):
            nursery._START = start.replace("from kata", mode + "from kata", 1)
            marks = grader.grade(read(Path(folder)), [katas.find(name) for name in names])
            print(json.dumps(to_dict(marks)))
            while grader._nurseries:  # They were started in this mode.
                grader._nurseries.popitem()[1].close()
"""


@pytest.fixture(scope="module")
def submission(tmp_path_factory) -> Path:
    """A right answer, a wrong one, one that ends Python, and one that is not there."""
    top = tmp_path_factory.mktemp("submission")
    folder = top / "exercises" / "basics"
    folder.mkdir(parents=True)
    # A module that is not loaded yet: it has to be found and read behind the protections.
    changes = {"softmax": "import colorsys\n", "sigmoid": "def sigmoid(x):\n    return -x\n"}
    changes["predict_arrays"] = "import os\ndef sigmoid_slope():\n    os._exit(0)\n"
    for name, change in changes.items():
        source = (ROOT / "solutions" / "basics" / f"{name}.py").read_text()
        (folder / f"{name}.py").write_text(f"{source}\n\n{change}")
    return top


ALL = ""
NO_LANDLOCK = "from kata.wall import jail; jail.landlock_version = lambda: 0\n"
NOTHING = (
    NO_LANDLOCK
    + """
def enter():
    raise OSError(0, "this kernel has no filter")
jail.seccomp.enter = enter
"""
)
MODES = [ALL, NO_LANDLOCK, NOTHING]
LANDLOCK_IS_LOST = "this kernel has no Landlock"
IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="needs to be started as root")


@pytest.fixture(scope="module")
def grade(submission, katas) -> Callable[..., dict]:
    """Grades in a process of its own, once for each user; gives the marks as JSON holds them."""

    @functools.cache
    def grade_in_all_modes(become: Callable[[], None] | None) -> list[dict]:
        names = ["softmax", "sigmoid", "predict_arrays", "linear"]
        command = [sys.executable, "-c", GRADE, str(katas.root), str(submission), json.dumps(MODES)]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/", "TMPDIR": "/tmp"}
        run = subprocess.run(
            [*command, *names],
            cwd="/",
            env=environment,
            preexec_fn=become,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
        return [*map(json.loads, run.stdout.splitlines())]

    def grade(*, become: Callable[[], None] | None, absent: str) -> dict:
        return grade_in_all_modes(become)[MODES.index(absent)]

    return grade


def lost(marks: dict) -> set[str]:
    return {name for name, outcome in marks["protections"].items() if outcome != HELD}


def test_marks_are_the_same_whatever_protects(grade):
    users = (None, become_ordinary, become_root_of_a_container) if IS_ROOT else (None,)
    seen = []
    for become, absent in itertools.product(users, MODES):
        marks = grade(become=become, absent=absent)
        seen.append([(mark["id"], mark["status"], mark["score"]) for mark in marks["katas"]])
        assert [status for _, status, _ in seen[0]] == ["solved", "failed", "failed", "missing"]
        assert seen[-1] == seen[0]


@as_root
def test_root_on_a_new_kernel_has_all_protections(grade):
    if not jail.landlock_version():
        pytest.skip("needs Landlock")
    assert lost(grade(become=None, absent=ALL)) == set()


@as_root
def test_root_of_a_container_has_them_too(grade):
    if not jail.landlock_version():
        pytest.skip("needs Landlock")
    assert lost(grade(become=become_root_of_a_container, absent=ALL)) == set()


@as_root
def test_root_without_landlock_still_has_the_others(grade):
    marks = grade(become=None, absent=NO_LANDLOCK)
    # Root's home, where Python may lie, is closed to the user that an answer would run as.
    assert lost(marks) - {USER} == {FILES}
    assert marks["protections"][FILES] == LANDLOCK_IS_LOST


def test_an_ordinary_user_has_no_other_to_become(grade):
    if not jail.landlock_version():
        pytest.skip("needs Landlock")
    marks = grade(become=become_ordinary if IS_ROOT else None, absent=ALL)
    assert lost(marks) == {USER}
    assert marks["protections"][USER] == "not started as root"


def test_where_nothing_can_be_had_the_report_says_so(grade):
    marks = grade(become=become_ordinary if IS_ROOT else None, absent=NOTHING)
    assert lost(marks) == {USER, FILES, CALLS, NETWORK, SIGNALS}
    for name in ("table", "markdown", "gradescope"):
        text = " ".join(formats.render(name, from_dict(marks)).split())
        assert "Protections that held: limits. Protections that did not hold: " in text
        assert LANDLOCK_IS_LOST in text
        assert "this kernel has no filter" in text
