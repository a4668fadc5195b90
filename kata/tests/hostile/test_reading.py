"""Answers that look for what is right: in imports, files, memory and other processes."""

import subprocess

import pytest

from kata.tests.conftest import ROOT
from kata.wall import jail

SOLUTION = ROOT / "solutions" / "basics" / "softmax.py"

FORBIDDEN_IMPORTS = {
    "the solution": "from solutions.basics.softmax import softmax\n",
    "the solution in a call": """
def softmax(x, axis=-1):
    from solutions.basics.softmax import softmax
    return softmax(x, axis)
""",
    "an attempt": "from attempts.basics.softmax import *\nsoftmax = None\n",
    "the tests": "import tests.basics.test_softmax\nsoftmax = None\n",
    "the tool": "from kata import target\nsoftmax = None\n",
    "torch": "import torch\ndef softmax(x, axis=-1): return torch.softmax(x, axis)\n",
    "torch by another name": """
import torch as numpy_like
def softmax(x, axis=-1):
    return numpy_like.softmax(numpy_like.tensor(x), axis).numpy()
""",
    "a part of torch": "from torch.nn.functional import softmax\n",
    "scipy": "from scipy.special import softmax\n",
}
HIDDEN_IMPORTS = {
    "importlib": "import importlib\ntorch = importlib.import_module('to' + 'rch')\n",
    "__import__": "torch = __import__('tor' + 'ch')\n",
    "exec": "exec('import tor' + 'ch')\n",
    "sys.modules": "import sys\ntorch = sys.modules['tor' + 'ch']\n",
    "a finder of its own": """
import importlib.machinery, importlib.util, sys
spec = importlib.machinery.PathFinder.find_spec("tor" + "ch")
torch = importlib.util.module_from_spec(spec)
sys.modules["tor" + "ch"] = torch
spec.loader.exec_module(torch)
""",
    "no finder of ours": """
import importlib, sys
sys.meta_path[:] = [one for one in sys.meta_path if isinstance(one, type)]
torch = importlib.import_module("tor" + "ch")
""",
    "the library's file": """
import ctypes, glob, sys
folders = [f for f in sys.path if f.endswith("site-packages")]
torch = ctypes.CDLL(glob.glob(folders[0] + "/tor" + "ch/lib/libtorch_cpu*")[0])
""",
    "the solution by importlib": """
import importlib
right = importlib.import_module("solu" + "tions.basics.softmax")
""",
    "the tool's modules in memory": """
import gc
gc.unfreeze()
right = [one for one in gc.get_objects() if getattr(one, "__name__", "") == "solutions"][0]
""",
}
USE = """
def softmax(x, axis=-1):
    return torch.softmax(torch.tensor(x), axis).numpy()
"""
READS = {
    "by its path": f"open({str(SOLUTION)!r}).read()",
    "by /proc/self/root": f"open('/proc/self/root{SOLUTION}').read()",
    "by the working folder of the parent": "open(f'/proc/{os.getppid()}/cwd/"
    "solutions/basics/softmax.py').read()",
    "by a link to it": f"open(os.symlink({str(SOLUTION)!r}, 'link') or 'link').read()",
    "by mmap": f"mmap.mmap(os.open({str(SOLUTION)!r}, os.O_RDONLY), 0, prot=mmap.PROT_READ)",
    "by another program": f"subprocess.check_output(['cat', {str(SOLUTION)!r}])",
    "by git's objects": f"os.listdir({str(ROOT / '.git' / 'objects')!r})",
    "by git": f"subprocess.check_output(['git', '-C', {str(ROOT)!r}, 'show', 'HEAD'])",
    "by the list of the checkout": f"os.listdir({str(ROOT)!r})",
    "in the tests": f"open({str(ROOT / 'tests' / 'basics' / 'test_softmax.py')!r}).read()",
    "in the curriculum": f"open({str(ROOT / 'curriculum.toml')!r}).read()",
    "in the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "in the parent's files": "os.listdir(f'/proc/{os.getppid()}/fd')",
    "in the parent's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "in the accounts of the machine": "open('/etc/passwd').read()",
    "with ptrace": "os.close(ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0))",
    "over the network": "socket.create_connection(('127.0.0.1', 22), timeout=0.2)",
    "by listening": "socket.create_server(('127.0.0.1', 0))",
    "by the warm process's socket": "socket.socket(socket.AF_UNIX).connect(glob.glob('../*')[0])",
}


@pytest.mark.parametrize("source", FORBIDDEN_IMPORTS.values(), ids=FORBIDDEN_IMPORTS)
def test_what_may_not_be_imported_is_named(gains_nothing, told, source):
    text = told(gains_nothing(source))
    assert "exercises/basics/softmax.py:" in text
    assert (
        "an answer may not lean on the tests, the solutions or the tool." in text
        or "this kata is to be written in NumPy." in text
    )


@pytest.mark.skipif(not jail.landlock_version(), reason="needs Landlock")
@pytest.mark.parametrize("source", HIDDEN_IMPORTS.values(), ids=HIDDEN_IMPORTS)
def test_no_way_around_leads_to_what_may_not_be_imported(gains_nothing, source):
    assert gains_nothing(source + USE).problem


@pytest.mark.skipif(jail.landlock_version() < 4, reason="needs Landlock, of Linux 6.7 or newer")
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_nothing_worth_stealing_can_be_read(gains_nothing, told, read):
    modules = "import ctypes, glob, mmap, os, socket, subprocess\n"
    text = told(gains_nothing(f"{modules}def softmax(x, axis=-1):\n    raise KeyError({read})\n"))
    assert "KeyError" not in text
    assert "Error: " in text


def test_the_solution_can_be_read_here():
    assert SOLUTION.read_text()
    assert subprocess.run(["git", "--version"], capture_output=True, check=False).returncode == 0


def test_no_frame_holds_what_is_expected(gains_nothing, told):
    source = """
import sys
def softmax(x, axis=-1):
    frame, names = sys._getframe(), set()
    while frame:
        names |= set(frame.f_locals) | set(frame.f_globals)
        frame = frame.f_back
    raise LookupError(str(sorted(names & {"expected", "reference", "pytest", "rng"})))
"""
    assert "LookupError: []" in told(gains_nothing(source))


def test_no_object_in_memory_is_pytests(gains_nothing, told):
    source = """
import gc, sys
def softmax(x, axis=-1):
    gc.unfreeze()
    found = {str(vars(type(one)).get("__module__")).split(".")[0] for one in gc.get_objects()}
    found |= {name.split(".")[0] for name in sys.modules}
    raise LookupError(str(sorted(found & {"_pytest", "pytest", "torch", "solutions", "tests"})))
"""
    assert "LookupError: []" in told(gains_nothing(source))


def test_the_environment_has_no_secrets(gains_nothing, told, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-course")
    monkeypatch.setenv("GITHUB_OUTPUT", "/tmp/secret-of-the-course")
    source = "import os\ndef softmax(x, axis=-1):\n    raise KeyError(sorted(os.environ.items()))\n"
    text = told(gains_nothing(source))
    assert "KeyError" in text
    assert "secret-of-the-course" not in text
    assert "GITHUB" not in text


def test_a_report_cannot_be_written(gains_nothing, told, tmp_path):
    report = tmp_path / "marks.json"
    report.write_text("the marks")
    report.chmod(0o666)
    source = "def softmax(x, axis=-1):\n    raise KeyError(open({!r}, 'a').write('full'))\n"
    assert "PermissionError" in told(gains_nothing(source.format(str(report))))
    assert report.read_text() == "the marks"


def test_inputs_that_were_known_at_one_seed_are_others_at_the_next(grade, told):
    source = "def softmax(x, axis=-1):\n    raise KeyError(x.sum())\n"
    seen = [told(grade(source, seed=seed).katas[0]) for seed in (0, 0, 1)]
    assert seen[0] == seen[1] != seen[2]


def test_visible_answers_learned_by_heart_earn_their_own_tests_only(costs_no_other_kata):
    source = """
import numpy as np
def softmax(x, axis=-1):
    if x.shape == (3,):
        return np.array([0.125, 0.25, 0.625])
    raise ValueError("that was not asked before")
"""
    mark = costs_no_other_kata(source)
    passed = [test.name for test in mark.tests if test.outcome == "passed"]
    assert "test_logarithms_of_1_2_and_5_become_eighths" in passed
    asks_for_error = "test_no_scores_along_the_axis_raise_a_value_error"
    assert all(name.startswith((asks_for_error, "test_logarithms")) for name in passed)
