from functools import partial

import numpy as np
import pytest

from exercises.evaluation.choose_threshold import choose_threshold
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

COSTS = [(1, 1), (1, 5), (7, 2), (1, 100), (0, 3), (3, 0), (0, 0)]


def one_by_one(scores, labels, cost_fp, cost_fn):
    def cost(threshold):
        called = [score >= threshold for score in scores.tolist()]
        pairs = list(zip(called, labels.tolist(), strict=True))
        return cost_fp * pairs.count((True, 0)) + cost_fn * pairs.count((False, 1))

    candidates = [*scores.tolist(), float("inf")]
    return max(candidates, key=lambda threshold: (-cost(threshold), threshold))


def draw(rng, n, levels=None):
    """Labels, and scores that tell something about them; with levels, many are equal."""
    labels = rng.integers(2, size=n)
    scores = rng.normal(size=n) + labels
    return (scores if levels is None else np.round(scores * levels) / levels), labels


@pytest.mark.parametrize(
    ("cost_fp", "cost_fn", "expected"),
    # From the left: 2 negatives called positive; 1; 1 and 1 missed; 1 missed; 2 missed.
    [(1, 1, 0.9), (1, 3, 0.4), (4, 1, 0.9), (1, 0, float("inf"))],
)
def test_four_scores_with_several_costs(cost_fp, cost_fn, expected):
    scores, labels = np.array([0.1, 0.4, 0.6, 0.9]), np.array([0, 1, 0, 1])
    assert_close(choose_threshold(scores, labels, cost_fp, cost_fn), expected)


@pytest.mark.parametrize(("cost_fp", "cost_fn"), COSTS)
@pytest.mark.parametrize("levels", [None, 1, 4], ids=["all distinct", "few levels", "some equal"])
@pytest.mark.parametrize("n", [2, 7, 60])
def test_it_agrees_with_trying_all_candidates(rng, n, levels, cost_fp, cost_fn):
    scores, labels = draw(rng, n, levels)
    expected = one_by_one(scores, labels, cost_fp, cost_fn)
    assert_close(choose_threshold(scores, labels, cost_fp, cost_fn), expected, rtol=0.0)


def test_it_agrees_with_the_reference(rng, reference):
    scores, labels = draw(rng, 60, 3)
    expected = reference.choose_threshold(scores, labels, 2, 3)
    assert_close(choose_threshold(scores, labels, 2, 3), expected, rtol=0.0)


@pytest.mark.parametrize(
    ("scores", "labels", "costs", "expected"),
    [
        ([], [], (1, 1), float("inf")),
        ([0.3], [1], (1, 1), 0.3),
        ([0.3], [0], (1, 1), float("inf")),
        ([0.3, 0.8], [0, 0], (1, 9), float("inf")),
        ([0.3, 0.8], [1, 1], (9, 1), 0.3),
        ([0.3, 0.8], [1, 1], (9, 0), float("inf")),
        ([0.5, 0.5, 0.5], [1, 0, 1], (1, 1), 0.5),
        ([0.5, 0.5, 0.5], [1, 0, 0], (1, 1), float("inf")),
        ([0.5, 0.5], [1, 0], (1, 1), float("inf")),
        ([0.2, 0.7, 0.7, 0.7], [0, 1, 1, 0], (3, 2), 0.7),
        ([-5.0, -3.0, 2.0], [0, 1, 1], (1, 1), -3.0),
        ([-5.0, -3.0, -2.0], [0, 1, 1], (1, 1), -3.0),
        ([5e-7, 3e-7, 2e-7], [1, 1, 0], (1, 1), 3e-7),
        ([2e300, 1e300], [1, 0], (1, 1), 2e300),
        ([2e300, 1e300], [0, 1], (1, 1), float("inf")),
        ([1.0, np.nextafter(1.0, 2.0)], [0, 1], (1, 1), np.nextafter(1.0, 2.0)),
    ],
    ids=[
        "no sample",
        "one positive",
        "one negative",
        "no positive",
        "no negative",
        "no negative, and a miss is free",
        "equal scores",
        "equal scores, more negatives",
        "equal scores, a tie",
        "equal scores at the top",
        "both signs",
        "below zero",
        "tiny",
        "huge",
        "huge, a tie",
        "near",
    ],
)
def test_special_cases(scores, labels, costs, expected):
    scores, labels = np.array(scores), np.array(labels, dtype=int)
    assert_close(choose_threshold(scores, labels, *costs), expected, rtol=0.0)


def test_of_equal_costs_the_highest_threshold_wins():
    # At 0.4 there is one false alarm, at 0.9 one miss; all other thresholds cost 2.
    scores, labels = np.array([0.9, 0.2, 0.4, 0.6]), np.array([1, 0, 1, 0])
    assert_close(choose_threshold(scores, labels, 1, 1), 0.9, rtol=0.0)
    assert_close(choose_threshold(-scores, 1 - labels, 1, 1), -0.2, rtol=0.0)
    assert_close(choose_threshold(scores, labels, 0, 0), float("inf"))


@pytest.mark.parametrize("cost", [2**24, 2**31 - 1, 2**53])
def test_large_costs_that_differ_by_1_are_no_tie(cost):
    scores, labels = np.array([1.0, 2.0]), np.array([1, 0])
    assert_close(choose_threshold(scores, labels, cost, cost + 1), 1.0)
    assert_close(choose_threshold(scores, labels, cost + 1, cost), float("inf"))


def test_ties_are_exact_where_the_ratio_of_the_costs_is_rounded():
    # 63 · 3 is 27 · 7, but as a float, 7 / 3 · 27 is a little more than 63.
    scores, labels = np.full(90, 0.5), (np.arange(90) < 27).astype(int)
    assert_close(choose_threshold(scores, labels, 3, 7), float("inf"))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_threshold_is_exactly_a_score(rng, dtype):
    scores, labels = draw(rng, 40)
    scores = scores.astype(dtype)
    expected = one_by_one(scores, labels, 1, 2)
    assert_close(choose_threshold(scores, labels, 1, 2), expected, rtol=0.0)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_more_samples_than_8_bits_hold_are_counted(dtype):
    scores = np.repeat([0.1, 0.2, 0.3], [400, 300, 350])
    labels = np.repeat(np.array([0, 1, 0], dtype), [400, 300, 350])
    results = [choose_threshold(scores, labels, *costs) for costs in [(1, 1), (60, 70), (300, 400)]]
    assert_close(results, [float("inf"), float("inf"), 0.2])


@pytest.mark.parametrize("lengths", [(3, 4), (4, 3), (1, 4), (4, 1), (0, 1), (1, 0)], ids=str)
def test_other_numbers_of_scores_than_of_labels_raise_a_value_error(lengths):
    n_scores, n_labels = lengths
    assert_value_error(choose_threshold, np.ones(n_scores), np.ones(n_labels, dtype=int), 1, 1)


@manners(dtypes=())
def test_manners(rng):
    # The three calls give the lowest score, a middle one and the highest.
    scores = np.sort(rng.normal(size=(3, 6)).ravel())
    labels = np.array([0] * 5 + [1] + [0] * 3 + [1, 0, 1] + [0, 0, 1, 1, 0, 1])
    return (
        partial(choose_threshold, scores, labels, 1, 1),
        partial(choose_threshold, scores, labels, 30, 1),
        partial(choose_threshold, scores, labels, 1, 30),
    )


@pytest.mark.speed
@pytest.mark.parametrize("levels", [None, 1], ids=["all distinct", "few levels"])
def test_no_python_loop(rng, levels):
    assert_vectorized(choose_threshold, lambda samples: (*draw(rng, samples, levels), 1, 2))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_memory_stays_within_300_bytes_for_each_sample(rng, dtype):
    scores, labels = draw(rng, 3000)
    assert_memory_at_most(300 * 3000, choose_threshold, scores.astype(dtype), labels, 1, 2)
