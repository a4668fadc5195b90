"""Slow answers to conv2d that try to look fast."""

from collections.abc import Callable

import pytest

from kata.grade.submission import Submission
from kata.tests.conftest import ROOT

SPEED_TEST = "test_it_keeps_pace_with_the_reference"

# Right, and many times slower than allowed, without one step of Python more; only where it counts,
# in the one test that reads a clock.
SLOW = f"""
import ctypes, os, sys, threading, time
{(ROOT / "solutions" / "cnn" / "conv2d.py").read_text()}
right = conv2d
def slow(*args):
    if args[0].size > 20_000:
        ctypes.CDLL(None).usleep(8_000)
    return right(*args)
def conv2d(x, w, b, stride=1, padding=0):
    return slow(x, w, b, stride, padding)
"""
REMEMBERS = """
known = {{}}
def conv2d(x, w, b, stride=1, padding=0):
    key = {key}
    if key not in known:
        known[key] = slow(x, w, b, stride, padding)
    return known[key].copy()
"""
KEYS = {
    "by id": "id(x), id(w), stride, padding",
    "by shape": "x.shape, w.shape, stride, padding",
    "by shape and first value": "x.shape, w.shape, x.flat[0], w.flat[0], stride, padding",
    "by value": "x.tobytes(), w.tobytes(), b.tobytes(), x.shape, w.shape, stride, padding",
    "by address": "x.ctypes.data, x.shape, w.shape, stride, padding",
}
TRICKS = {
    "no trick": "",
    "an array that is computed when it is read": """
import numpy as np
class Lazy(np.ndarray):
    def tobytes(self, *args):
        return slow(*self.args).tobytes()
    def __array_finalize__(self, other):
        self.args = getattr(other, "args", None)
def conv2d(x, w, b, stride=1, padding=0):
    lazy = np.empty((1,)).view(Lazy)
    lazy.args = x, w, b, stride, padding
    return lazy
""",
    "an object that is computed when it is read": """
class Lazy:
    def __init__(self, *args):
        self.args = args
    def __array__(self, *args, **kwargs):
        return slow(*self.args)
def conv2d(x, w, b, stride=1, padding=0):
    return Lazy(x, w, b, stride, padding)
""",
    "an empty array that a thread fills": """
import numpy as np
def conv2d(x, w, b, stride=1, padding=0):
    y = right(x, w, b, stride, padding) * 0
    def fill():
        y[...] = slow(x, w, b, stride, padding)
    threading.Thread(target=fill).start()
    return y
""",
    "clocks that stand still": """
for name in ("time", "perf_counter", "monotonic", "process_time"):
    setattr(time, name, lambda: 0.0)
""",
    "a hash that is given before the result is there": """
import gc
gc.unfreeze()
from types import FrameType
def sandbox():
    frame = sys._getframe()
    while frame:
        box = frame.f_locals.get("self")
        if type(box).__name__ == "Sandbox":
            return box
        frame = frame.f_back
def reply(message):
    box = sandbox()
    if message.body["op"] == "timed":
        box.promised = message
        return type(message)({"digest": "0" * 128}).packed()
    if "reset" in message.body:
        box._reset()
    return box._answer(box.promised if message.body["op"] == "fetch" else message)
def conv2d(x, w, b, stride=1, padding=0):
    sandbox()._reply = reply
    return slow(x, w, b, stride, padding)
""",
    "threads that keep the cores busy meanwhile": """
import hashlib
data = bytes(1 << 24)
def spin():
    while True: hashlib.sha256(data)
for _ in range(4):
    try: threading.Thread(target=spin, daemon=True).start()
    except RuntimeError: pass
""",
    "processes that keep the cores busy meanwhile": """
for _ in range(8):
    try: child = os.fork()
    except OSError: break
    if child == 0:
        while True: pass
""",
    "a low priority for the reference": """
try: os.setpriority(os.PRIO_PROCESS, 0, -20)
except OSError: pass
try: os.setpriority(os.PRIO_PGRP, os.getppid(), 19)
except OSError: pass
""",
    "no accuracy for the others": """
import numpy as np
def conv2d(x, w, b, stride=1, padding=0):
    if x.size < 6 * 8 * 14 * 14:
        return slow(x, w, b, stride, padding)
    return right(x[:, :, ::2, ::2], w[:, :, :1, :1], b)
""",
}
ATTACKS = TRICKS | {f"remembers {name}": REMEMBERS.format(key=key) for name, key in KEYS.items()}


@pytest.fixture
def outcomes(grader, katas) -> Callable[[str], dict[str, str]]:
    """Grades an answer to conv2d; gives each test's outcome."""

    def outcomes(source: str) -> dict[str, str]:
        submission = Submission("slow", {"exercises/cnn/conv2d.py": source.encode()}, {})
        marks = grader.grade(submission, [katas.find("conv2d")])
        return {test.name: test.outcome for test in marks.katas[0].tests}

    return outcomes


@pytest.mark.parametrize("trick", ATTACKS.values(), ids=ATTACKS)
def test_a_slow_answer_is_found_out(outcomes, trick):
    assert outcomes(SLOW + trick)[SPEED_TEST] == "failed"


def test_slowness_is_all_that_is_wrong_with_it(outcomes):
    found = outcomes(SLOW)
    assert [name for name, outcome in found.items() if outcome != "passed"] == [SPEED_TEST]
