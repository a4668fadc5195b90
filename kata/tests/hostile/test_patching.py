"""Answers that patch what judges them. Here, there is nothing that judges."""

import pytest

IDENTITY = "def softmax(x, axis=-1):\n    return x\n"

PATCHES = {
    "numpy's comparisons": """
import numpy as np
def true(*args, **kwargs): return True
np.allclose = np.isclose = np.array_equal = np.all = np.testing.assert_allclose = true
np.testing.assert_array_equal = np.abs = np.max = true
""",
    "what numpy's arrays are": """
import numpy as np
np.ndarray = object
np.float64 = float
""",
    "builtins": """
import builtins
builtins.all = builtins.isinstance = builtins.abs = lambda *args: True
builtins.AssertionError = type("AssertionError", (BaseException,), {})
""",
    "assert itself": """
import builtins
class AssertionError(Exception):
    def __new__(cls, *args): return SystemExit(0)
builtins.AssertionError = AssertionError
""",
    "pytest's report": """
try:
    import _pytest.reports
    class Passed(_pytest.reports.TestReport):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.outcome = "passed"
    _pytest.reports.TestReport = Passed
    _pytest.reports.TestReport.from_item_and_call = classmethod(lambda *args: None)
except ImportError:
    pass
""",
    "pytest's config, found by the garbage collector": """
import gc
gc.unfreeze()
for one in gc.get_objects():
    if type(one).__name__ == "Config" and hasattr(one, "pluginmanager"):
        one.pluginmanager.register(object())
        one.hook.pytest_runtest_makereport = lambda **kwargs: None
""",
    "pytest.raises and approx": """
try:
    import contextlib, pytest
    pytest.raises = lambda *args, **kwargs: contextlib.suppress(BaseException)
    pytest.approx = pytest.fail = lambda *args, **kwargs: None
except ImportError:
    pass
""",
    "unittest": """
import unittest, unittest.case
unittest.TestCase.failureException = SystemExit
unittest.case._Outcome = object
""",
    "json": """
import json
json.loads = lambda *args, **kwargs: {"status": "solved", "score": 10}
json.dumps = lambda *args, **kwargs: '{"status": "solved", "score": 10}'
json.JSONEncoder.encode = json.dumps
""",
    "time": """
import time
time.time = time.perf_counter = time.monotonic = lambda: 0.0
""",
    "random numbers": """
import random, numpy as np
np.random.default_rng = lambda *args: None
np.random.seed(0)
random.seed(0)
""",
    "modules of the tool": """
import sys, types
for name in ("kata", "kata.testing", "kata.gauges", "solutions", "tests", "conftest"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].assert_close = sys.modules[name].difference = lambda *args: None
""",
    "the codec of its own file": """
import codecs
codecs.register(lambda name: codecs.lookup("latin-1"))
""",
    "the sockets": """
import socket
def deliver(self, data, *args): return len(data)
socket.socket.sendall = socket.socket.send = deliver
""",
    "the way out": """
import sys
sys.excepthook = sys.unraisablehook = lambda *args: None
sys.settrace(lambda *args: None)
sys.setprofile(lambda *args: None)
""",
    "all functions of the sandbox": """
import gc, types
gc.unfreeze()
for one in gc.get_objects():
    if isinstance(one, types.FunctionType) and one.__module__ == "kata.wall.sandbox":
        try: one.__code__ = (lambda *args, **kwargs: None).__code__
        except ValueError: pass  # It is a closure.
""",
    "what the answer is called": """
import sys
sys.modules[__name__] = type("Right", (), {"softmax": staticmethod(lambda x, axis=-1: x)})()
""",
    "attributes on demand": """
def __getattr__(name):
    return lambda *args, **kwargs: True
""",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_a_patch_gains_nothing(gains_no_more_than, patch):
    """Neither at import nor in each call."""
    again = "".join(f"    {line}\n" for line in patch.splitlines())
    gains_no_more_than(f"{patch}def softmax(x, axis=-1):\n{again}    return x\n", IDENTITY)
