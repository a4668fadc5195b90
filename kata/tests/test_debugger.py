"""`kata debug`, typed at as a learner would."""

import subprocess
import sys

import pytest

from kata.tests.conftest import WRONG


@pytest.fixture
def debug(checkout):
    def debug(*lines):
        result = subprocess.run(
            [sys.executable, "-m", "kata", "debug", "softmax"],
            cwd=checkout,
            input="".join(f"{line}\n" for line in lines),
            capture_output=True,
            text=True,
            timeout=250,
        )
        assert "Traceback" not in result.stdout + result.stderr
        return result.stdout.partition("(Pdb)")

    return debug


def test_it_stops_in_the_failing_call_and_tells_how_the_test_ends(debug, answer):
    answer(f"print('seen')\n{WRONG}")
    before, _, after = debug("n", "p np.abs(x).max() > 700", "c")
    assert "softmax(" in before
    assert "-> print('seen')" in before
    assert "seen" in after
    assert "True" in after
    assert "entries differ" in after


def test_breakpoint_works_in_it_and_it_can_be_left(debug, answer):
    answer("y = 2 * x\nbreakpoint()\nreturn y")
    before, _, after = debug("c", "p y is not x", "q")
    assert "-> y = 2 * x" in before
    # From Python 3.13 on it stops at the call itself.
    assert ("-> breakpoint()" if sys.version_info >= (3, 13) else "-> return y") in after
    assert after.endswith("(Pdb) True\n(Pdb) ")


def test_without_a_failure_it_says_how_the_kata_stands(debug, softmax):
    softmax.exercise.write_text(softmax.solution.read_text())
    before, prompt, _ = debug()
    assert before.startswith("✓ softmax")
    assert prompt == ""
