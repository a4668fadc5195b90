"""The failure names the mistake; where it is no known one, nothing is said."""

import numpy as np
import pytest

from kata.diagnosis import Ending, Outcome, same
from kata.runner import FAILED
from kata.testing import Note
from kata.tests.conftest import RIGHT, WRONG

MISTAKES = {
    "without_the_maximum": WRONG,
    "always_the_last_axis": RIGHT.replace("axis=axis", "axis=-1"),
    "one_sum_for_all_rows": RIGHT.replace("e.sum(axis=axis, keepdims=True)", "np.sum(e)"),
    "always_float64": RIGHT.replace("/ e.sum", "/ e.astype(np.float64).sum"),
    "one_row_at_a_time": (
        "rows = np.moveaxis(x, axis, -1)\n"
        "flat = rows.reshape(-1, rows.shape[-1])\n"
        "if not rows.shape[-1]: raise ValueError\n"
        "new = [np.exp(r - max(r)) / np.exp(r - max(r)).sum() for r in flat]\n"
        "return np.moveaxis(np.reshape(new, rows.shape), -1, axis).astype(x.dtype)"
    ),
}


@pytest.mark.parametrize(("name", "body"), MISTAKES.items(), ids=MISTAKES.keys())
def test_a_known_mistake_in_other_words_is_named(runner, softmax, answer, name, body):
    answer(body)
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert [mistake for mistake, _ in verdict.mistakes] == [name]


def test_the_failure_that_is_shown_fits_the_mistake_that_is_named(runner, softmax, answer):
    answer("e = np.exp(x - x.max())\nreturn e / e.sum(axis=axis, keepdims=True)")
    verdict = runner.run(softmax)  # It fails on an empty batch, too, but that comes from max.
    assert [name for name, _ in verdict.mistakes] == ["one_maximum_for_all_rows"]
    assert verdict.failures[0].name == "test_it_agrees_with_torch_on_the_last_axis[(0, 4)]"
    assert verdict.failure_to_show.name == "test_huge_scores_stay_finite"


UNKNOWN = {
    "cubes": "return x**3",
    "a softmax of another temperature": RIGHT.replace("np.exp(", "np.exp(0.5 * "),
    "the right answer, off by a little": RIGHT + " + 1e-4",
    "the right answer in a wrong shape": RIGHT.replace("return e", "return e[None]"),
    "an error of its own": "return x @ x.T @ x @ np.ones(17)",
    "no check of an empty axis": RIGHT.replace(
        'if x.shape[axis] == 0:\n    raise ValueError("x is empty")\n', ""
    ).replace("keepdims=True))", "keepdims=True, initial=-1e308))", 1),
}


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_mistake_that_is_not_known_gets_no_name(runner, softmax, answer, body):
    answer(body)
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert verdict.mistakes == []


def test_two_known_mistakes_at_once_are_not_mistaken_for_one(runner, softmax, answer):
    answer(WRONG.replace("axis=axis", "axis=-1"))
    names = [name for name, _ in runner.run(softmax).mistakes]
    assert set(names) <= {"without_the_maximum", "always_the_last_axis"}


# --- When two runs show the same ---


def outcome(*notes, ending=None):
    return Outcome(tuple(Note(a, e, None if a == e else "differs") for a, e in notes), ending)


RIGHT_AND_WRONG = outcome((1.0, 1.0), (2.0, 3.0))


def test_the_same_wrong_value_is_the_same():
    assert same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (2.0, 3.0), (9.0, 8.0)))


def test_another_wrong_value_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (2.5, 3.0)))


def test_a_right_value_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (3.0, 3.0)))


def test_an_earlier_mistake_that_the_learner_does_not_make_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((5.0, 1.0), (2.0, 3.0)))


def test_an_attempt_that_ended_before_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0)))


def test_small_mistakes_of_different_size_are_told_apart():
    learner = Outcome((Note(np.array([1.0 + 2e-7]), np.array([1.0]), "differs"),), None)
    other = Outcome((Note(np.array([1.0 + 2.3e-7]), np.array([1.0]), "differs"),), None)
    assert same(learner, learner)
    assert not same(learner, other)


def test_the_same_exception_at_the_same_line_is_the_same():
    ending = Ending("ValueError", "shapes (3,) and (4,)", 12)
    assert same(outcome(ending=ending), outcome(ending=ending))
    for other in (
        None,
        Ending("TypeError", ending.text, 12),
        Ending("ValueError", "shapes", 12),
        Ending("ValueError", ending.text, 13),
    ):
        assert not same(outcome(ending=ending), outcome(ending=other))
