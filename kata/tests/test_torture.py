"""Whatever the learner's code does, the verdict comes in a line or two and the loop goes on."""

import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from kata import runner as runner_module
from kata.runner import Runner
from kata.tests.conftest import RIGHT, WRONG
from kata.verdict import BROKEN, CANCELLED, FAILED, SOLVED, TODO

BREAKING = {
    "a loop in Python": (
        "while True: pass",
        "exceeded 0.4 seconds, at exercises/basics/softmax.py:",
    ),
    "a loop in C": (
        "sum(range(10**12))",
        "exceeded 0.4 seconds, at exercises/basics/softmax.py:",
    ),
    "a loop that catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        "exceeded 0.4 seconds",
    ),
    "os._exit": ("import os; os._exit(0)", "ended Python (exit code 0)"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "crash (SIGSEGV), at exercises"),
}

FAILING = {
    "sys.exit": ("import sys; sys.exit(3)", "SystemExit", "3"),
    "endless recursion": ("return softmax(x, axis)", "RecursionError", "recursion"),
    "30 GB": ("np.ones(30 << 27); return x", "MemoryError", "Unable to allocate"),
    "None": ("return None", "AssertionError", "got None, expected an array"),
    "a tensor": (
        "import importlib; return importlib.import_module('torch').tensor(x)",
        "AssertionError",
        "got a tensor",
    ),
    "a list": ("return x.tolist()", "AssertionError", "got a list of 3"),
    "a view of the input": ("return x[...]", "AssertionError", "entries differ"),
    "a subclass that equals everything": (
        "class Equal(np.ndarray):\n    def __eq__(self, other): return np.True_\n"
        "return x.view(Equal)",
        "AssertionError",
        "got a Equal",
    ),
}


@pytest.mark.parametrize(("body", "problem"), BREAKING.values(), ids=BREAKING.keys())
def test_code_that_ends_or_holds_up_python_gets_a_line(runner, softmax, answer, body, problem):
    answer(body)
    verdict = runner.run(softmax)
    assert verdict.status == BROKEN
    assert problem in verdict.problem
    assert "\n" not in verdict.problem


@pytest.mark.parametrize(("body", "kind", "text"), FAILING.values(), ids=FAILING.keys())
def test_a_result_or_error_of_any_kind_is_a_plain_failure(
    runner, softmax, answer, body, kind, text
):
    answer(body)
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert len(verdict.outcomes) == len(verdict.tests)
    assert verdict.failures[0].kind == kind
    assert text in verdict.failures[0].text


LOADING = {
    "null bytes": ("\0\0\0", "null bytes"),
    "a syntax error": (
        "x = (\n",
        "exercises/basics/softmax.py:1: '(' was never closed\n    x = (\n        ^",
    ),
    "a half-written file": ("import numpy as np\n\ndef soft", "exercises/basics/softmax.py:3: "),
    "an empty file": ("", "is empty: `kata reset softmax` brings the stub back."),
    "a renamed function": ("def soft_max(x, axis=-1): return x", "does not define softmax"),
    "both sides of a merge": (
        "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n",
        "softmax.py:1: git has left two versions here",
    ),
    "an import error": (
        "import numpi",
        "softmax.py:1: ModuleNotFoundError: No module named 'numpi'",
    ),
    "sys.exit": ("import sys; sys.exit()", "ends the program while it is loaded"),
    "an endless loop": (
        "while True: pass",
        "Loading exercises/basics/softmax.py exceeded 0.4",
    ),
    "a loop in C": ("sum(range(10**12))", "Loading exercises/basics/softmax.py exceeded 0.4"),
    "os._exit": (
        "import os; os._exit(7)",
        "Loading exercises/basics/softmax.py ended Python (exit",
    ),
    "torch": (
        "import numpy as np\nimport torch as t",
        "softmax.py:2 imports torch: this kata is to",
    ),
    "the solution": (
        "from solutions.basics.softmax import softmax",
        "softmax.py:1 imports solutions: an answer may not lean on",
    ),
}


def test_torch_may_be_compared_with_where_the_file_is_run_as_a_script(runner, softmax):
    script = '\n\nif __name__ == "__main__":\n    import torch\n'
    softmax.exercise.write_text(softmax.solution.read_text() + script)
    assert runner.run(softmax).status == SOLVED


def test_breakpoint_says_where_it_works(runner, softmax, answer):
    answer("breakpoint()\nreturn x")
    text = runner.run(softmax).failures[0].text
    assert "breakpoint() can't stop here" in text
    assert "kata debug softmax" in text


@pytest.mark.parametrize(("text", "problem"), LOADING.values(), ids=LOADING.keys())
def test_a_file_that_cannot_be_loaded_gets_a_line(runner, softmax, text, problem):
    softmax.exercise.write_text(text)
    verdict = runner.run(softmax)
    assert verdict.status == BROKEN
    assert problem in verdict.problem


def test_a_file_that_is_not_utf_8_gets_a_line(runner, softmax, answer):
    answer("# Größe\n" + RIGHT + "  # größte")
    text = softmax.exercise.read_text().replace("Turn the scores", "Größe")
    softmax.exercise.write_bytes(text.encode("latin-1", errors="replace"))
    verdict = runner.run(softmax)
    assert verdict.status == BROKEN
    assert "UTF-8" in verdict.problem
    assert "\n" not in verdict.problem


def test_a_byte_in_a_comment_that_is_not_utf_8_is_refused_as_python_does(runner, softmax):
    softmax.exercise.write_bytes(softmax.solution.read_bytes() + b"# caf\xe9\n")
    assert runner.run(softmax).problem == (
        "exercises/basics/softmax.py is not UTF-8 text: save it as UTF-8."
    )


def test_a_deleted_file_gets_a_line_with_the_way_back(runner, softmax):
    softmax.exercise.unlink()
    verdict = runner.run(softmax)
    assert (
        verdict.problem
        == "exercises/basics/softmax.py is gone; `kata reset softmax` brings it back."
    )


def test_deleted_tests_get_a_line(runner, softmax, answer):
    answer(RIGHT)
    softmax.test.unlink()
    verdict = runner.run(softmax)
    assert verdict.status == BROKEN
    assert verdict.problem.startswith("tests/basics/test_softmax.py is gone")


def test_a_curriculum_that_breaks_while_a_process_waits_gets_a_line(runner, softmax, checkout):
    runner.warm_up()
    (checkout / "curriculum.toml").write_text("[[kata]]\nname = 'softmax'\n")
    verdict = runner.run(softmax)
    assert verdict.status == BROKEN
    assert verdict.problem == "curriculum.toml: the name 'softmax' should be 'topic/kata'."


def test_too_many_arguments_are_told_as_what_they_are(runner, softmax, answer):
    answer(RIGHT)
    text = softmax.exercise.read_text().replace(", axis: int = -1", "")
    softmax.exercise.write_text(text)
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert any("positional argument" in failure.text for failure in verdict.failures)


def test_a_flood_of_prints_is_cut(runner, softmax, answer):
    answer("for _ in range(400): print('x' * 10_000)\n" + RIGHT)  # Over 100 MB in all tests.
    verdict = runner.run(softmax)
    assert verdict.status == SOLVED
    assert len(verdict.prints) == 2000


def test_a_flood_of_c_prints_goes_nowhere(runner, softmax, answer):
    answer("import os\nfor _ in range(4000): os.write(1, b'x' * 1000)\n" + RIGHT)
    verdict = runner.run(softmax)
    assert verdict.status == SOLVED
    assert verdict.prints == ""


def test_an_answer_that_raises_keyboard_interrupt_does_not_stop_the_tool(runner, softmax, answer):
    answer("raise KeyboardInterrupt")
    verdict = runner.run(softmax)
    assert verdict.status in (BROKEN, FAILED)
    answer(RIGHT)
    assert runner.run(softmax).status == SOLVED


@pytest.mark.skipif(sys.platform == "win32", reason="ps")
def test_processes_that_an_answer_leaves_behind_are_ended(runner, softmax, answer):
    marker = f"{os.getpid()}.314159"
    answer(f"import subprocess; subprocess.Popen(['sleep', '{marker}'])\n" + RIGHT)
    runner.run(softmax)
    runner.warm_up()
    time.sleep(0.2)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert f"sleep {marker}" not in running


def test_the_next_run_is_as_if_nothing_had_been(runner, softmax, answer):
    answer("import os; os._exit(1)")
    runner.run(softmax)
    answer(RIGHT)
    assert runner.run(softmax).status == SOLVED


def test_a_run_can_be_cancelled(runner, softmax, answer):
    answer("while True: pass")
    runner.warm_up()
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    assert runner.run(softmax, cancelled=cancel).status == CANCELLED


def test_a_limit_is_on_work_and_not_on_waiting_for_a_busy_machine(runner, softmax):
    solution = softmax.solution.read_text()
    softmax.exercise.write_text(f"import time\n{solution}\ntime.sleep(0.8)\n")
    assert runner.run(softmax).status == SOLVED
    softmax.exercise.write_text(f"import time\n{solution}\ntime.sleep(60)\n")
    assert "exceeded 0.4 seconds" in runner.run(softmax).problem


@pytest.mark.skipif(sys.platform != "linux", reason="needs a forkserver")
def test_runners_of_several_kinds_are_forked_from_what_they_all_need(katas, monkeypatch):
    from kata.author import survey
    from kata.wall import judge

    monkeypatch.setattr(runner_module, "PRELOADED", ["kata.warm"])
    with Runner(katas, serve=survey.serve), Runner(katas, serve=judge.serve):
        needed = ["kata.warm", "kata.author.survey", "kata.wall.judge"]
        assert runner_module.multiprocessing.forkserver._forkserver._preload_modules == needed


def test_without_fork_a_spare_process_gives_the_same_verdicts(katas, softmax, answer):
    with Runner(katas, start_method="spawn") as runner:
        assert runner.run(softmax).status == TODO
        answer(WRONG)
        verdict = runner.run(softmax)
        assert [name for name, _ in verdict.mistakes] == ["without_the_maximum"]
        answer("while True: pass")
        assert "exceeded 0.4 seconds" in runner.run(softmax).problem
        answer(RIGHT)
        assert runner.run(softmax).status == SOLVED


# --- A stub in any state ---------------------------------------------------------------------

STATES = {
    "an edited docstring": lambda text: text.replace(
        "Turn the scores", "Mein Text: turn the scores"
    ),
    "other imports": lambda text: text.replace(
        "import numpy as np", "import math\nimport numpy as np"
    ),
    "no annotations": lambda text: text.replace(
        'x: Float[np.ndarray, "*shape"], axis: int = -1) -> Float[np.ndarray, "*shape"]',
        "x, axis=-1)",
    ),
    "from __future__": lambda text: "from __future__ import annotations\n" + text,
    "helpers": lambda text: text.replace(
        "def softmax", "def helper(x):\n    return x\n\n\ndef softmax"
    ),
    "a print at import": lambda text: text + "\nprint(softmax(np.zeros(2)))\n",
    "their own tests": lambda text: (
        text + "\n\ndef test_mine():\n    assert softmax(np.zeros(2))[0] == 0.5\n\n\ntest_mine()\n"
    ),
    "a main block": lambda text: text + '\nif __name__ == "__main__":\n    raise SystemExit\n',
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("change", STATES.values(), ids=STATES.keys())
def test_a_right_answer_in_a_file_of_any_style_is_solved(runner, softmax, answer, change):
    answer(RIGHT)
    changed = change(softmax.exercise.read_text())
    softmax.exercise.write_bytes(changed.encode())
    verdict = runner.run(softmax)
    assert verdict.status == SOLVED, verdict


def test_two_quick_saves_of_the_same_size_are_told_apart(runner, softmax, answer):
    answer(RIGHT)
    assert runner.run(softmax).status == SOLVED
    stat = softmax.exercise.stat()
    text = softmax.exercise.read_text()
    softmax.exercise.write_text(text.replace("return e /", "return e *"))
    os.utime(softmax.exercise, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert runner.run(softmax).status == FAILED


def test_nothing_is_written_beside_the_learners_files(runner, softmax, answer):
    answer(RIGHT)
    runner.run(softmax)
    names = {path.name for path in softmax.exercise.parent.iterdir()}
    assert names == {"softmax.py", "README.md"}


def test_a_checkout_in_a_folder_with_spaces_and_umlauts_works(checkout, tmp_path, answer):
    from kata import catalog

    answer(RIGHT)
    moved = shutil.move(checkout, tmp_path / "Lern Übungen")
    katas = catalog.load(tmp_path / "Lern Übungen")
    with Runner(katas) as runner:
        assert runner.run(katas.find("softmax")).status == SOLVED, moved
