"""The same marks with fewer protections, and reports that say which ones held.

As root and as an ordinary user, with Landlock and as if the kernel had none.
"""

import ctypes
import functools
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kata.grade import formats
from kata.grade.marks import from_dict
from kata.wall import jail
from kata.wall.jail import FILES, HELD, LIMITS, NETWORK, SIGNALS, USER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's protections")

ROOT = Path(__file__).resolve().parents[3]
NOBODY = 65534
READS_ALL = 1 << 2  # CAP_DAC_READ_SEARCH: this user may read the interpreter, wherever it lies.

GRADE = """
import json, sys
from pathlib import Path
from kata import catalog
from kata.wall import nursery
from kata.grade.grading import Grader
from kata.grade.marks import to_dict
from kata.grade.submission import read

if __name__ == "__main__":
    root, folder, landlock, *names = sys.argv[1:]
    if not landlock:
        absent = "from kata.wall import jail; jail.landlock_version = lambda: 0\\n"
        nursery._START = nursery._START.replace("from kata", absent + "from kata", 1)
    katas = catalog.load(Path(root))
    with Grader(katas) as grader:
        marks = grader.grade(read(Path(folder)), [katas.find(name) for name in names])
    print(json.dumps(to_dict(marks)))
"""


def become_ordinary() -> None:
    """Become a user who may read all, and has no other right."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(8, 1, 0, 0, 0) == 0  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header, data = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[READS_ALL] * 3, 0, 0, 0)
    assert libc.capset(header, data) == 0
    assert libc.prctl(47, 2, 2, 0, 0) == 0  # PR_CAP_AMBIENT, to be kept by the program that starts.


@pytest.fixture(scope="module")
def submission(tmp_path_factory) -> Path:
    """A right answer, a wrong one, one that ends Python, and one that is not there."""
    top = tmp_path_factory.mktemp("submission")
    folder = top / "exercises" / "basics"
    folder.mkdir(parents=True)
    changes = {"softmax": "", "sigmoid": "def sigmoid(x):\n    return -x\n"}
    changes["tanh"] = "import os\ndef tanh(x):\n    os._exit(0)\n"
    for name, change in changes.items():
        source = (ROOT / "solutions" / "basics" / f"{name}.py").read_text()
        (folder / f"{name}.py").write_text(f"{source}\n\n{change}")
    return top


@pytest.fixture(scope="module")
def grade(submission) -> Callable[..., dict]:
    """Grades in a process of its own, once for each mode; gives the marks as JSON holds them."""

    @functools.cache
    def grade(*, ordinary: bool, landlock: bool) -> dict:
        if ordinary and os.geteuid() != 0:
            become = None  # It is one already.
        else:
            become = become_ordinary if ordinary else None
        names = ["softmax", "sigmoid", "tanh", "linear"]
        command = [sys.executable, "-c", GRADE, str(ROOT), str(submission), "yes" * landlock]
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
        return json.loads(run.stdout)

    return grade


def lost(marks: dict) -> set[str]:
    return {name for name, outcome in marks["protections"].items() if outcome != HELD}


NO_LANDLOCK = "this kernel has no Landlock"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs to be started as root")


def test_marks_are_the_same_whatever_protects(grade):
    modes = [(True, True), (True, False)]
    if os.geteuid() == 0:
        modes += [(False, True), (False, False)]
    seen = []
    for ordinary, landlock in modes:
        marks = grade(ordinary=ordinary, landlock=landlock)
        seen.append([(mark["id"], mark["status"], mark["score"]) for mark in marks["katas"]])
        assert [status for _, status, _ in seen[0]] == ["solved", "failed", "failed", "missing"]
        assert seen[-1] == seen[0]


@as_root
def test_root_on_a_new_kernel_has_all_protections(grade):
    if jail.landlock_version() < 6:
        pytest.skip("needs Linux 6.12 or newer")
    assert lost(grade(ordinary=False, landlock=True)) == set()


@as_root
def test_root_without_landlock_still_has_limits_and_users(grade):
    marks = grade(ordinary=False, landlock=False)
    assert lost(marks) == {FILES, NETWORK}
    assert marks["protections"][FILES] == NO_LANDLOCK


def test_an_ordinary_user_has_no_other_to_become(grade):
    if not jail.landlock_version():
        pytest.skip("needs Landlock")
    marks = grade(ordinary=True, landlock=True)
    assert marks["protections"][USER] == "not started as root"
    assert marks["protections"][FILES] == marks["protections"][LIMITS] == HELD


def test_without_either_the_report_says_so(grade):
    marks = grade(ordinary=True, landlock=False)
    assert lost(marks) == {USER, FILES, NETWORK, SIGNALS}
    for name in ("table", "markdown", "gradescope"):
        text = " ".join(formats.render(name, from_dict(marks)).split())
        assert "Protections that held: limits. Protections that did not hold: " in text
        assert NO_LANDLOCK in text
