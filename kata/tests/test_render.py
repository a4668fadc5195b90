"""What a learner reads."""

import dataclasses
import io

import pytest
from rich.console import Console

from kata import render
from kata.comparison import Comparison
from kata.verdict import BROKEN, FAILED, SOLVED, TODO, Failure, Verdict


@pytest.fixture
def shown():
    def shown(renderable, width=80):
        console = Console(file=io.StringIO(), width=width)
        console.print(renderable)
        return console.file.getvalue()

    return shown


@pytest.fixture
def failed(softmax):
    failure = Failure(
        "test_rows_sum_to_one[3-4]",
        "AssertionError",
        "got 0.5, expected 1",
        test_line=7,
        test_code="assert_close(softmax(x).sum(-1), np.ones(3))  # and a comment that is long " * 3,
    )
    return Verdict(
        softmax,
        FAILED,
        tests=["test_a", "test_rows_sum_to_one[3-4]", "test_c"],
        outcomes={"test_a": "passed", "test_rows_sum_to_one[3-4]": "failed", "test_c": "todo"},
        failures=[failure],
        mistakes=[("one", "The sum is over the wrong axis.")],
    )


def test_a_failure_shows_counts_mistake_claim_place_and_facts(shown, failed):
    text = shown(render.verdict(failed))
    assert text.splitlines()[0] == "✗ softmax: 1 of 3 tests pass, 1 to do."
    assert "This looks like:\n  The sum is over the wrong axis." in text
    assert "Fails: rows sum to one [3-4]" in text
    assert "tests/basics/test_softmax.py:7  assert_close(softmax(x)" in text
    assert "got 0.5, expected 1" in text
    assert max(map(len, text.splitlines())) <= 80


def states(shown, failed, *, right):
    failed.functions = {f"right_{number}": ["test_a"] for number in range(right)}
    failed.functions |= {"wrong": ["test_a", "test_rows_sum_to_one[3-4]"], "begun": ["test_c"]}
    text = shown(render.verdict(failed), 36)
    return [" ".join(line.split()) for line in text.splitlines()]


def test_each_of_a_few_functions_has_its_state_and_of_many_each_that_is_not_right(shown, failed):
    bad = "wrong ✗ 1 of 2 fails begun ·"
    assert states(shown, failed, right=2)[2:4] == ["right_0 ✓ right_1 ✓", bad]
    assert states(shown, failed, right=9)[2:4] == [bad, "9 others ✓"]


def test_where_nothing_fails_what_is_done_and_what_is_left_is_told_without_a_cross(shown, failed):
    failed.outcomes["test_rows_sum_to_one[3-4]"], failed.failures = "passed", []
    failed.functions = {"done": ["test_a"], "begun": ["test_a", "test_c"]}
    lines = shown(render.verdict(failed)).splitlines()
    assert lines[0] == "· softmax: 2 of 3 tests pass, 1 to do."
    assert lines[1].split() == ["done", "✓", "begun", "·"]


def test_tests_that_need_the_reference_are_not_counted_as_run(shown, failed):
    failed.outcomes["test_c"] = "skipped"
    assert "✗ softmax: 1 of 2 tests pass.\n" in shown(render.verdict(failed))
    failed.status = SOLVED
    text = shown(render.verdict(failed))
    assert "✓ softmax is solved: all 2 tests pass.\n" in text
    assert "Left for grading, as they need the reference solution: 1.\n" in text


def test_two_possible_mistakes_are_told_as_such(shown, failed):
    failed.mistakes.append(("two", "The rows are not normalized."))
    text = shown(render.verdict(failed))
    assert "This looks like one or more of these:" in text
    assert "The rows are not normalized." in text
    failed.at_once = True
    assert "Two mistakes at once would give these results:" in shown(render.verdict(failed))


def test_one_text_for_two_attempts_is_told_once(shown, failed):
    failed.mistakes.append(("two", "The sum is over the wrong axis."))
    assert shown(render.verdict(failed)).count("The sum is over") == 1


def test_in_a_debug_kata_the_bugs_are_not_named(shown, failed):
    failed.kata = dataclasses.replace(failed.kata, kind="debug")
    text = shown(render.verdict(failed))
    assert "The sum is over" not in text
    assert "Fails: rows sum to one" in text


def test_an_error_in_the_answer_shows_its_line(shown, failed):
    failed.failures[0] = Failure(
        "test_a",
        "ZeroDivisionError",
        "division by zero",
        answer_file="exercises/basics/softmax.py",
        answer_line=21,
        answer_code="return 1 / 0",
    )
    text = shown(render.verdict(failed))
    assert "exercises/basics/softmax.py:21  return 1 / 0" in text
    assert "ZeroDivisionError: division by zero" in text


def test_what_was_printed_is_cut_to_a_few_lines(shown, failed):
    failed.prints = "\n".join(f"line {number}" for number in range(100))
    text = shown(render.verdict(failed))
    assert "line 5" in text
    assert "line 6" not in text
    assert "… and 94 more lines" in text


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (SOLVED, "✓ softmax is solved: all 3 tests pass."),
        (TODO, "· softmax is to do."),
        (BROKEN, "✗ softmax.py:3: invalid syntax"),
    ],
)
def test_other_verdicts_are_one_line(shown, softmax, status, line):
    tests = ["test_a", "test_b", "test_c"]
    problem = "softmax.py:3: invalid syntax" if status == BROKEN else ""
    verdict = Verdict(softmax, status, problem=problem, tests=tests)
    assert shown(render.verdict(verdict)) == line + "\n"


def test_a_kata_that_is_not_solved_names_the_parts_that_are_missing(shown, failed, softmax):
    text = shown(render.verdict(failed, [softmax]))
    assert text.splitlines()[1] == "  It imports katas you have not solved yet: basics/softmax."


@pytest.mark.parametrize("width", [100, 160], ids=["narrow", "wide"])
def test_the_solution_is_shown_beside_the_learners_code(shown, answer, softmax, width):
    answer("return x")
    text = shown(Comparison(softmax), width)
    assert "return x" in text
    assert "y /= y.sum" in text
