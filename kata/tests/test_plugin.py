"""Plain pytest in a checkout, as a learner, an editor or a CI runs it."""

import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from kata import sockets, target
from kata.progress import Progress
from kata.runner import PRELOADED
from kata.tests.conftest import RIGHT, WRONG

ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "100"}


@pytest.fixture
def run_anew(checkout):
    """Runs pytest in a Python of its own."""

    def run(*arguments, plugins=()):
        environment = os.environ | ENVIRONMENT
        loaded = [word for name in ("pytest_timeout", *plugins) for word in ("-p", name)]
        command = [sys.executable, "-m", "pytest", *loaded, *arguments]
        return subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture
def run(checkout, tmp_path):
    """Runs pytest in a fork of a process that has loaded what takes long to load."""
    forks = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    if sys.platform == "linux":
        forks.set_forkserver_preload(PRELOADED)

    def run(*arguments):
        stdout, stderr = tmp_path / "stdout.txt", tmp_path / "stderr.txt"
        process = forks.Process(target=run_pytest, args=(checkout, arguments, stdout, stderr))
        with sockets.in_folder():
            process.start()
        process.join()
        said = stdout.read_text("utf-8"), stderr.read_text("utf-8")
        return subprocess.CompletedProcess(arguments, process.exitcode, *said)

    return run


def run_pytest(checkout, arguments, *files):
    """As `python -m pytest` in that folder does; what it says goes to two files."""
    # What `exercises` is was settled for another checkout.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder) is not target._Finder]
    os.chdir(checkout)
    sys.path.insert(0, str(checkout))
    os.environ |= ENVIRONMENT
    for number, file in enumerate(files, 1):
        with file.open("w") as opened:
            os.dup2(opened.fileno(), number)
    # It warns that the plugin is loaded already.
    quiet = "ignore::pytest.PytestAssertRewriteWarning"
    sys.exit(pytest.main(["-p", "pytest_timeout", "-W", quiet, *arguments]))


def test_on_a_fresh_clone_katas_are_to_do_on_a_line_each(run_anew):
    result = run_anew()
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert "NotImplementedError" not in result.stdout
    assert "Neural network basics: 0 of 1 solved" in result.stdout
    assert "softmax                      to do      exercises/basics/softmax.py" in result.stdout
    assert len(result.stdout.splitlines()) < 10


def test_a_solved_kata_passes(run, answer):
    answer(RIGHT)
    result = run()
    assert result.returncode == 0
    assert "Neural network basics: 1 of 1 solved" in result.stdout


def test_what_passes_whole_counts_as_solved_in_the_tool_too(run, answer, checkout, softmax):
    answer(RIGHT)
    run("--solutions")
    run("-k", "huge")
    assert not Progress(checkout).is_solved(softmax)
    run()
    assert Progress(checkout).is_solved(softmax)


@pytest.mark.parametrize(
    "chosen", [["-k", "huge"], ["tests/basics/test_softmax.py::test_huge_scores_stay_finite"]]
)
def test_a_part_of_the_tests_never_says_solved(run, answer, chosen):
    answer(RIGHT)
    result = run(*chosen)
    assert "0 of 1 solved" in result.stdout
    assert re.search(r"softmax +[12] pass, of those that were run", result.stdout)


INDIRECT = """

@pytest.fixture
def doubled(request):
    return 2 * request.param


@pytest.mark.parametrize("doubled", [2], INDIRECT)
def test_a_parameter_goes_through_its_fixture(doubled):
    assert doubled == 4
"""


@pytest.mark.parametrize("said", ["indirect=True", "indirect=['doubled']"])
def test_a_parameter_may_be_for_a_fixture(run, runner, answer, softmax, said):
    answer(RIGHT)
    softmax.test.write_text(softmax.test.read_text() + INDIRECT.replace("INDIRECT", said))
    assert run().returncode == 0
    assert runner.run(softmax).status == "solved"


def test_a_kata_has_the_time_that_the_curriculum_gives_it(run, answer, checkout, softmax):
    answer(RIGHT)
    slow = "\n\ndef test_slow():\n    import time; time.sleep(0.6)\n"
    softmax.test.write_text(softmax.test.read_text() + slow)
    assert run("-o", "timeout=0.3").returncode == 0
    assert "Timeout (>0.3s)" in run("--timeout=0.3").stdout
    settings = checkout / "pyproject.toml"
    settings.write_text(settings.read_text().replace("timeout = 60\n", ""))
    assert run().returncode == 0


def test_tests_that_are_interrupted_solve_nothing(run, answer, checkout, softmax):
    answer(RIGHT)
    interrupt = "\n\ndef test_zzz():\n    pytest.exit('now')\n"
    softmax.test.write_text(softmax.test.read_text() + interrupt)
    assert "1 of 1 solved" not in run().stdout
    assert not Progress(checkout).is_solved(softmax)


def test_where_nothing_can_be_recorded_the_tests_pass_all_the_same(run, answer, checkout):
    answer(RIGHT)
    (checkout / ".kata").write_text("in the way")
    result = run()
    assert result.returncode == 0
    assert "1 of 1 solved" in result.stdout
    assert "Not recorded as solved: Cannot read" in result.stdout


def test_a_test_that_is_to_do_says_where_to_begin(run, checkout):
    run("--junitxml=result.xml")
    text = (checkout / "result.xml").read_text()
    assert "to do: begin with exercises/basics/softmax.py" in text


def test_a_failure_shows_the_claim_the_facts_the_diagnosis_and_the_hint(run, answer):
    answer(WRONG)
    result = run("tests/basics/test_softmax.py")
    assert result.returncode == 1
    for expected in (
        "test_huge_scores_stay_finite",
        "assert_close(softmax(x), expected)",
        "4 of 6 entries differ; the worst at [0, 0]: got nan, expected 0.0900305732",
        "this looks like",
        "exp overflows for large scores.",
        "for a hint: kata hint softmax",
    ):
        assert expected in result.stdout
    for internal in ("kata/testing/", "_pytest", "kata/diagnosis.py"):
        assert internal not in result.stdout


def test_a_failure_is_shown_while_an_author_edits_the_attempts(run, answer, checkout):
    answer(WRONG)
    attempts = checkout / "attempts" / "basics" / "softmax.py"
    attempts.write_text(attempts.read_text("utf-8") + "\nslip('It fits nothing.', {'?': '!'})\n1/0")
    result = run("tests/basics/test_softmax.py")
    assert result.returncode == 1
    assert "4 of 6 entries differ" in result.stdout
    assert "this looks like" not in result.stdout


def test_the_solutions_pass(run):
    assert run("--solutions").returncode == 0
    assert run("--solutions", "--seed", "7").returncode == 0


def test_another_seed_draws_other_inputs_and_the_same_seed_the_same(run, checkout):
    test = checkout / "tests" / "basics" / "test_softmax.py"
    test.write_text(
        "from exercises.basics.softmax import softmax\n"
        "def test_it(rng):\n    print('drew', rng.random())\n"
    )
    first, again, other = (run("-s", "--seed", seed).stdout for seed in ("1", "1", "2"))
    drawn = [line for line in first.splitlines() if "drew" in line][:1]
    assert drawn
    assert drawn[0] in again
    assert drawn[0] not in other


def test_k_x_lf_and_junitxml_work_as_everywhere(run, answer, checkout):
    answer(WRONG)
    assert "1 passed" in run("-k", "eighths").stdout
    assert "1 failed" in run("-x").stdout
    run("-p", "cacheprovider")
    assert "passed" not in run("--lf").stdout.splitlines()[-1]
    run("--junitxml", "out.xml")
    failures = ET.parse(checkout / "out.xml").findall(".//failure")
    assert failures
    assert all("exp overflows for large scores" in (failure.text or "") for failure in failures)


def test_in_parallel_a_mistake_is_named_too(run_anew, answer):
    answer(WRONG)
    result = run_anew("-n", "2", plugins=["xdist.plugin", "xdist.looponfail"])
    assert result.returncode == 1
    assert "exp overflows for large scores" in result.stdout


def test_a_syntax_error_is_shown_with_its_line(run, softmax):
    softmax.exercise.write_text("x = (\n")
    result = run()
    assert result.returncode == 2
    assert "SyntaxError: '(' was never closed" in result.stdout
    assert "cannot be loaded or run" in result.stdout


def test_half_a_kata_is_told_as_such(run, answer):
    answer("if axis == -1:\n    return softmax(x, x.ndim - 1)\n" + RIGHT.replace("return", "z ="))
    text = run().stdout
    assert re.search(r"softmax +\d+ of \d+ pass", text)
    answer("if x.ndim > 1: raise NotImplementedError\n" + RIGHT)
    text = run().stdout
    assert re.search(r"softmax +\d+ of \d+ pass", text)
    assert "to do; for a hint: kata hint softmax" in text


LEFT_FOR_GRADING = (
    "1 test compares with the reference solution; it is skipped here and runs when you are graded."
)


@pytest.fixture
def for_students(checkout, softmax):
    softmax.original.parent.mkdir(parents=True)
    shutil.copy(softmax.exercise, softmax.original)
    shutil.rmtree(checkout / "solutions")
    shutil.rmtree(checkout / "attempts")


@pytest.mark.usefixtures("for_students")
def test_where_solutions_are_not_shipped_their_tests_are_skipped(run, answer):
    answer(RIGHT)
    result = run("-rs")
    assert result.returncode == 0
    assert "the reference solution is not part of this repository" in result.stdout
    assert "1 of 1 solved" in result.stdout
    assert LEFT_FOR_GRADING in result.stdout.splitlines()
    answer(WRONG)
    assert "4 of 6 entries differ" in run().stdout


@pytest.mark.usefixtures("for_students")
def test_tests_left_for_grading_are_counted_in_parallel_too(run_anew, answer):
    answer(RIGHT)
    result = run_anew("-n", "2", plugins=["xdist.plugin", "xdist.looponfail"])
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 of 1 solved" in result.stdout
    assert LEFT_FOR_GRADING in result.stdout.splitlines()


def test_other_skipped_tests_are_not_said_to_be_left_for_grading(run, answer, softmax):
    answer(RIGHT)
    test = "import pytest\n\n\ndef test_a_skipped_one():\n    pytest.skip('not today')\n"
    softmax.test.write_text(f"{test}\n\n{softmax.test.read_text()}")
    result = run()
    assert "1 skipped" in result.stdout
    assert "1 of 1 solved" in result.stdout
    assert "when you are graded" not in result.stdout


@pytest.mark.usefixtures("for_students")
def test_where_solutions_are_not_shipped_they_cannot_be_tested(run):
    result = run("--solutions")
    assert result.returncode == 4
    assert "--solutions: the solutions are not part of this repository." in result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_a_mistake_in_the_curriculum_is_one_sentence(run, checkout):
    (checkout / "curriculum.toml").write_text("[[kata]]\nname = 'softmax'")
    result = run()
    assert result.returncode == 4
    assert "the name 'softmax' should be 'topic/kata'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_capstone_whose_part_is_to_do_says_which(run, checkout, answer):
    curriculum = checkout / "curriculum.toml"
    entry = curriculum.read_text().split("[[kata]]")[1].replace("softmax", "sharp")
    curriculum.write_text(
        f"{curriculum.read_text()}\n[[kata]]{entry}\nafter = ['basics/softmax']\n"
    )
    (checkout / "exercises" / "basics" / "sharp.py").write_text(
        "from exercises.basics.softmax import softmax\n\n\n"
        "def sharp(x):\n    return softmax(2 * x)\n"
    )
    (checkout / "tests" / "basics" / "test_sharp.py").write_text(
        "import numpy as np\nfrom exercises.basics.sharp import sharp\n\n\n"
        "def test_it():\n    assert sharp(np.zeros(2))[0] == 0.5\n"
    )
    assert "sharp                        needs basics/softmax, to do" in run().stdout
    answer(RIGHT)
    assert "2 of 2 solved" in run().stdout


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_checkout_reached_through_a_link_is_the_same(run, checkout, tmp_path):
    (tmp_path / "link").symlink_to(checkout)
    result = run(str(tmp_path / "link" / "tests"), "--rootdir", str(tmp_path / "link"))
    assert "0 of 1 solved" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
