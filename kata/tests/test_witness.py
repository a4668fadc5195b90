"""What the screen tells of a failing call, and of each function."""

import shutil

import pytest

from kata import catalog
from kata.runner import Runner
from kata.tests.conftest import ROOT, WRONG
from kata.verdict import FAILED


@pytest.fixture(scope="module")
def verdict(tmp_path_factory):
    """The verdict on a relu whose gradient passes at 0 and prints, with one function to do."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("curriculum.toml", "pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root)
    for tree in ("exercises", "solutions", "tests", "attempts", "hints"):
        shutil.copytree(ROOT / tree / "basics", root / tree / "basics")
    text = (ROOT / "solutions/basics/relu.py").read_text()
    text = text.replace("return grad_y * (x > 0)", "print('x', x)\n    return grad_y * (x >= 0)")
    text = text.replace(
        "return np.where(x > 0, grad_y, slope * grad_y)", "raise NotImplementedError"
    )
    (root / "exercises/basics/relu.py").write_text(text)
    katas = catalog.load(root)
    with Runner(katas) as runner:
        return runner.run(katas.find("relu"))


def test_each_function_has_the_tests_that_are_about_it(verdict):
    outcomes = {
        name: {verdict.outcomes[test] for test in tests}
        for name, tests in verdict.functions.items()
    }
    assert outcomes["relu"] == outcomes["leaky_relu"] == {"passed"}
    assert "failed" in outcomes["relu_backward"]
    assert outcomes["leaky_relu_backward"] == {"todo"}


def test_every_failure_that_is_no_matter_of_speed_tells_its_last_call(verdict):
    assert verdict.failures
    for failure in verdict.failures:
        assert failure.call.startswith("relu_backward("), failure.name
        assert failure.prints.startswith("x ["), failure.name


@pytest.mark.parametrize("end", ["while True: pass", "os._exit(3)"], ids=["a loop", "an exit"])
def test_what_happens_when_a_test_is_run_once_more_changes_no_verdict(runner, softmax, answer, end):
    watched = "if sys._getframe(1).f_code.co_filename.endswith('witness.py'):"
    answer(f"import os, sys\n{watched}\n    {end}\n{WRONG}")
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert "exp overflows for large scores." in verdict.diagnosis[0]
    assert not verdict.problem


def test_a_small_array_is_shown_as_it_is_and_a_large_one_by_its_shape(verdict):
    calls = [failure.call for failure in verdict.failures]
    assert any("[" in call for call in calls)
    assert all(len(call) <= 400 for call in calls)
