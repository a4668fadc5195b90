"""Answers that take more than their share, or leave something running."""

import re

import pytest

IN_A_CALL = "def softmax(x, axis=-1):\n    "

TOO_MUCH_MEMORY = {
    "64 GiB at once": f"import numpy as np\n{IN_A_CALL}return np.ones(1 << 33)\n",
    "64 GiB of bytes": f"{IN_A_CALL}return bytearray(1 << 36)\n",
    "64 GiB mapped": f"import mmap\n{IN_A_CALL}return mmap.mmap(-1, 1 << 36)\n",
    "more and more": f"""
{IN_A_CALL}
    kept = []
    while True: kept.append(bytearray(1 << 26))
""",
}
# What holds two that are one, which holds two that are one, and so on.
BY_TWOS = f"{IN_A_CALL}\n    y = [1]\n    for _ in range(50): y = {{}}\n    return y\n"
TOO_LARGE_RESULTS = {
    "an array of 1 GiB": f"import numpy as np\n{IN_A_CALL}return np.ones(1 << 27)\n",
    "a broadcast of 8 TiB": f"import numpy as np\n{IN_A_CALL}"
    "return np.broadcast_to(x.flat[0], (1 << 20, 1 << 20))\n",
    "an object array": f"import numpy as np\n{IN_A_CALL}return np.array([None] * 10**7)\n",
    "a list of ten million": f"{IN_A_CALL}return [0.5] * 10**7\n",
    "a text of 1 GiB": f"{IN_A_CALL}return 'x' * (1 << 30)\n",
    "an int of a million digits": f"{IN_A_CALL}return 1 << (1 << 22)\n",
    "a deep list": f"{IN_A_CALL}\n    y = []\n    for _ in range(10**5): y = [y]\n    return y\n",
    "a deep tuple": f"{IN_A_CALL}\n    y = ()\n    for _ in range(10**5): y = (y,)\n    return y\n",
    "lists by twos": BY_TWOS.format("[y, y]"),
    "dicts by twos": BY_TWOS.format("{1: y, 2: y}"),
    "an error of 1 GiB": f"{IN_A_CALL}raise ValueError('x' * (1 << 30))\n",
}
CROWDS = {
    "a fork bomb": f"import os\n{IN_A_CALL}\n    while True: os.fork()\n",
    "forks that all answer": f"import os\n{IN_A_CALL}\n    for _ in range(8): os.fork()\n",
    "threads without end": f"""
import threading, time
{IN_A_CALL}
    while True: threading.Thread(target=time.sleep, args=(10**6,)).start()
""",
    "threads that outlive the call": f"""
import threading, time
def spin():
    while True: pass
{IN_A_CALL}[threading.Thread(target=spin).start() for _ in range(3)]
""",
    "a child": f"import os, time\n{IN_A_CALL}os.fork() or time.sleep(10**6)\n",
    "a child in a session of its own": f"""
import os, time
{IN_A_CALL}
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            while True: time.sleep(1)
        os._exit(0)
""",
    "children that are deaf": f"""
import os, signal, time
{IN_A_CALL}
    if os.fork() == 0:
        for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
            signal.signal(number, signal.SIG_IGN)
        while True: pass
""",
    "children that multiply": f"""
import os, time
{IN_A_CALL}
    if os.fork() == 0:
        os.setsid()
        while True:
            try:
                if os.fork(): os._exit(0)
            except OSError: time.sleep(0.001)
""",
    "other programs": f"import subprocess\n{IN_A_CALL}subprocess.Popen(['sleep', '1000000'])\n",
    "multiprocessing": f"""
import multiprocessing, time
{IN_A_CALL}multiprocessing.get_context('fork').Process(target=time.sleep, args=(10**6,)).start()
""",
}


@pytest.mark.parametrize("source", TOO_MUCH_MEMORY.values(), ids=TOO_MUCH_MEMORY)
def test_memory_without_end_is_not_given(gains_nothing, told, source):
    text = told(gains_nothing(source))
    # To fill what it is given may take longer than a test.
    assert re.search("MemoryError|Cannot allocate memory|exceeded", text)


@pytest.mark.parametrize("source", TOO_LARGE_RESULTS.values(), ids=TOO_LARGE_RESULTS)
def test_a_result_that_is_too_large_fails_the_test(gains_nothing, source):
    mark = gains_nothing(source)
    assert {test.outcome for test in mark.tests} == {"failed"}


@pytest.mark.parametrize("source", CROWDS.values(), ids=CROWDS)
def test_a_crowd_gains_nothing(gains_no_more_than, source):
    gains_no_more_than(source, f"{IN_A_CALL}return None\n")


@pytest.mark.parametrize("source", CROWDS.values(), ids=CROWDS)
def test_all_that_an_answer_starts_ends_with_it(grade_in, crowded_grader, source):
    softmax, sigmoid = grade_in(crowded_grader, source).katas
    assert softmax.score < 1
    assert sigmoid.score == sigmoid.points


def test_no_process_and_no_thread_can_be_started(gains_nothing, told, right_softmax):
    assert "PermissionError" in gains_nothing(f"import os\nos.fork()\n{right_softmax}").problem
    thread = "import threading\nthreading.Thread(target=print).start()\n"
    assert "can't start new thread" in gains_nothing(thread + right_softmax).problem


def test_a_child_beside_a_right_answer_costs_nothing(grade_in, crowded_grader, right_softmax):
    child = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(10**6)\n"
    marks = grade_in(crowded_grader, right_softmax + child)
    assert [mark.status for mark in marks.katas] == ["solved", "solved"]


def test_a_list_that_holds_itself_is_no_result(gains_no_more_than, told):
    itself = f"{IN_A_CALL}\n    loop = []\n    loop.append(loop)\n    return loop\n"
    gains_no_more_than(itself, f"{IN_A_CALL}return []\n")


def test_gigabytes_of_prints_are_cut(costs_no_other_kata, right_softmax):
    flood = "right = softmax\ndef softmax(x, axis=-1):\n    print('spam ' * (1 << 22))\n"
    mark = costs_no_other_kata(f"{right_softmax}{flood}    return right(x, axis)\n")
    assert mark.prints.startswith("spam spam")
    assert len(mark.prints) <= 2000


def test_prints_without_end_are_a_loop_like_others(gains_nothing, told):
    mark = gains_nothing(f"{IN_A_CALL}\n    while True: print('spam')\n")
    assert "exceeded" in told(mark)
    assert len(mark.prints) <= 2000


@pytest.mark.parametrize("channel", ["sys.__stdout__.fileno()", "2", "0"])
def test_what_is_written_past_print_goes_nowhere(capfd, costs_no_other_kata, channel):
    write = f"os.write({channel}, b'::error::spam' * 1000)"
    costs_no_other_kata(f"import os, sys\n{IN_A_CALL}\n    while True: {write}\n")
    assert "spam" not in "".join(capfd.readouterr())


def test_no_file_can_be_written(gains_nothing, told):
    source = f"""
import os, tempfile
{IN_A_CALL}
    written = []
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "/"):
        try:
            with open(os.path.join(folder, "spam"), "wb") as file:
                file.write(b"spam" * (1 << 20))
            written.append(folder)
        except OSError:
            pass
    with tempfile.TemporaryFile() as file:
        file.write(b"spam")
    raise ValueError(f"written: {{written}}")
"""
    text = told(gains_nothing(source))
    assert "written:" not in text
    assert "Error" in text


def test_memory_that_looks_like_a_file_is_limited_too(gains_nothing, told):
    source = f"""
import os
{IN_A_CALL}
    file = os.memfd_create("spam")
    os.write(file, b"spam" * 1000)
    raise ValueError("written")
"""
    assert "written" not in told(gains_nothing(source))


def test_open_files_run_out(gains_nothing, told):
    source = f"{IN_A_CALL}\n    kept = []\n    while True: kept.append(open('/dev/null'))\n"
    assert "Too many open files" in told(gains_nothing(source))
