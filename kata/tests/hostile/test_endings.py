"""Answers that end Python, or keep it from ending."""

import re

import pytest

IN_A_CALL = "def softmax(x, axis=-1):\n    "

EXITS = {
    "os._exit at import": "import os\nos._exit(0)\n",
    "os._exit in a call": f"import os\n{IN_A_CALL}os._exit(0)\n",
    "os._exit when an object is dropped": f"""
import os
class Last:
    def __del__(self):
        os._exit(0)
{IN_A_CALL}Last()
""",
}
CRASHES = {
    "segfault": f"import ctypes\n{IN_A_CALL}ctypes.string_at(0)\n",
    "segfault at import": "import ctypes\nctypes.string_at(0)\n",
    "abort": f"import os\n{IN_A_CALL}os.abort()\n",
    "kills itself": f"import os, signal\n{IN_A_CALL}os.kill(os.getpid(), signal.SIGKILL)\n",
}
ERRORS = {
    "kills its process group": f"import os, signal\n{IN_A_CALL}os.killpg(0, signal.SIGKILL)\n",
    "sys.exit in a call": f"import sys\n{IN_A_CALL}sys.exit(0)\n",
    "KeyboardInterrupt": f"{IN_A_CALL}raise KeyboardInterrupt\n",
    "GeneratorExit": f"{IN_A_CALL}raise GeneratorExit\n",
    "an exception that is none": f"class Odd(BaseException): pass\n{IN_A_CALL}raise Odd\n",
    "recursion": f"{IN_A_CALL}return softmax(x, axis)\n",
    "recursion in repr": f"""
class Deep(Exception):
    def __str__(self):
        return str(self)
{IN_A_CALL}raise Deep
""",
    "pytest's own way to skip": f"import pytest\n{IN_A_CALL}pytest.skip('all is well')\n",
    "pytest's own way to end": f"import pytest\n{IN_A_CALL}pytest.exit('all is well', 0)\n",
    "a failure that is expected": f"import pytest\n{IN_A_CALL}pytest.xfail('all is well')\n",
    "a test to be skipped": f"import unittest\n{IN_A_CALL}raise unittest.SkipTest('all is well')\n",
    "an exception named as pytest's": f"""
class Skipped(BaseException):
    pass
Skipped.__module__ = "_pytest.outcomes"
{IN_A_CALL}raise Skipped('all is well')
""",
}
LOOPS = {
    "in Python": f"{IN_A_CALL}\n    while True: pass\n",
    "in C": f"{IN_A_CALL}return sum(range(10**12))\n",
    "asleep": f"import time\n{IN_A_CALL}time.sleep(10**6)\n",
    "that excepts all": f"""
{IN_A_CALL}
    while True:
        try:
            while True: pass
        except BaseException: pass
""",
    "deaf to signals": f"""
import signal
for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
    signal.signal(number, signal.SIG_IGN)
{IN_A_CALL}
    while True: pass
""",
    "stopped": f"import os, signal\n{IN_A_CALL}os.kill(os.getpid(), signal.SIGSTOP)\n",
    "in a regular expression": f"import re\n{IN_A_CALL}re.match('(a+)+$', 'a' * 60 + 'b')\n",
}
LOOPS_AT_IMPORT = {
    "in Python": "while True: pass\n",
    "in C": "sum(range(10**12))\n",
    "in a class": "class Endless:\n    while True: pass\n",
    "in the exit of a thread": "import threading\nthreading.Event().wait()\n",
}


@pytest.mark.parametrize("source", EXITS.values(), ids=EXITS)
def test_to_end_python_gains_nothing(gains_nothing, told, source):
    assert "ended Python (exit code 0)" in told(gains_nothing(source))


@pytest.mark.parametrize("source", CRASHES.values(), ids=CRASHES)
def test_to_crash_python_gains_nothing(gains_nothing, told, source):
    assert "ended Python with a crash (SIG" in told(gains_nothing(source))


@pytest.mark.parametrize("source", ERRORS.values(), ids=ERRORS)
def test_to_raise_what_is_no_error_fails_the_test(gains_nothing, source):
    mark = gains_nothing(source)
    assert {test.outcome for test in mark.tests} == {"failed"}
    raised = {failure.kind for failure in mark.failures}
    assert raised & {"SystemExit", "KeyboardInterrupt", "GeneratorExit", "Odd", "RecursionError",
                     "Deep", "Skipped", "Exit", "XFailed", "SkipTest", "AnswerError",
                     "PermissionError"}  # fmt: skip


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_an_endless_loop_is_ended(gains_nothing, told, source):
    text = told(gains_nothing(source))
    assert re.search(r"exceeded [\d.]+ seconds", text)
    assert "The time for this kata is used up." in text


@pytest.mark.parametrize("source", LOOPS_AT_IMPORT.values(), ids=LOOPS_AT_IMPORT)
def test_an_endless_loop_at_import_is_ended(gains_nothing, source):
    assert "While loading, the answer exceeded" in gains_nothing(source).problem


def test_exit_at_import_is_told(gains_nothing):
    mark = gains_nothing("raise SystemExit(0)\n")
    assert mark.problem.endswith("ends the program while it is loaded (SystemExit).")


def test_what_is_registered_for_the_end_is_not_waited_for(costs_no_other_kata, right_softmax):
    endless = "import atexit, threading, time\n@atexit.register\ndef end():\n    while True: pass\n"
    mark = costs_no_other_kata(right_softmax + endless)
    assert mark.status == "solved"


def test_recursion_without_a_limit_is_ended(gains_nothing):
    unlimited = "import sys\nsys.setrecursionlimit(10**9)\n"
    gains_nothing(f"{unlimited}def softmax(x, axis=-1):\n    return softmax([x], axis)\n")


def test_after_a_loop_in_one_test_the_next_is_tried(costs_no_other_kata, right_softmax):
    loop = "right = softmax\ndef softmax(x, axis=-1):\n    while x.shape == (7,): pass\n"
    mark = costs_no_other_kata(f"{right_softmax}{loop}    return right(x, axis)\n")
    outcomes = [test.outcome for test in mark.tests]
    assert "failed" in outcomes
    assert "passed" in outcomes[outcomes.index("failed") :]
