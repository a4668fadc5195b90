from functools import partial

import numpy as np
import pytest

from exercises.evaluation.average_precision import average_precision
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)


def threshold_by_threshold(scores, labels):
    both = list(zip(scores.tolist(), labels.tolist(), strict=True))
    all_positives = sum(label for _, label in both)
    area, recall_before = 0.0, 0.0
    for threshold in sorted({score for score, _ in both}, reverse=True):
        called = [label for score, label in both if score >= threshold]
        precision, recall = sum(called) / len(called), sum(called) / all_positives
        area += (recall - recall_before) * precision
        recall_before = recall
    return area


def draw(rng, n, levels=None):
    """Labels with a positive, and scores that tell something about them; with levels, many tie."""
    labels = rng.permutation([1, *rng.integers(2, size=n - 1)])
    scores = rng.normal(size=n) + 0.8 * labels
    return (scores if levels is None else np.round(scores * levels) / levels), labels


def test_positives_at_ranks_1_3_and_6():
    # Precision is 1/1, 2/3 and 3/6 there.
    scores, labels = np.array([0.2, 0.9, 0.5, 0.7, 0.4, 0.3]), np.array([1, 1, 1, 0, 0, 0])
    assert_close(average_precision(scores, labels), (1 + 2 / 3 + 1 / 2) / 3)


def test_samples_with_equal_scores_are_called_together():
    # First one positive, then three at once, of which one is positive: precision 1/1 and 2/4.
    scores, labels = np.array([0.9, 0.5, 0.5, 0.5, 0.1]), np.array([1, 0, 1, 0, 0])
    assert_close(average_precision(scores, labels), (1 + 2 / 4) / 2)


@pytest.mark.parametrize("levels", [None, 0.5, 1, 3], ids=["distinct", "few", "some", "many"])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 61, 150])
def test_it_agrees_with_going_through_the_thresholds(rng, n, levels):
    scores, labels = draw(rng, n, levels)
    expected = threshold_by_threshold(scores, labels)
    assert_close(average_precision(scores, labels), expected)


@pytest.mark.parametrize("positive", [1, 3, 59, 60])
def test_rare_and_frequent_positives_agree_too(rng, positive):
    labels = rng.permutation((np.arange(60) < positive).astype(int))
    scores = rng.integers(9, size=60) / 8 + 0.25 * labels
    expected = threshold_by_threshold(scores, labels)
    assert_close(average_precision(scores, labels), expected)


def test_it_agrees_with_the_reference(rng, reference):
    scores, labels = draw(rng, 61, 2)
    expected = reference.average_precision(scores, labels)
    assert_close(average_precision(scores, labels), expected)


@pytest.mark.parametrize("order", [1, -1], ids=["positives first", "negatives first"])
@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ([0.5] * 5, [1, 1, 0, 0, 0], 0.4),
        ([0.5] * 4 + [0.1], [1, 1, 0, 0, 0], 0.5),
        ([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1.0),
        ([0.2, 0.1, 0.9, 0.8], [1, 1, 0, 0], (1 / 3 + 2 / 4) / 2),
        ([0.3, 0.2], [1, 1], 1.0),
        ([0.3], [1], 1.0),
        ([-1.0, -3.0, -2.0], [1, 1, 0], (1 + 2 / 3) / 2),
        ([np.inf, 1.0, -np.inf, np.inf, -np.inf], [1, 1, 1, 0, 0], (1 / 2 + 2 / 3 + 3 / 5) / 3),
        ([np.inf, np.finfo(float).max, 5e-324, 0.0], [1, 0, 1, 0], (1 + 2 / 3) / 2),
    ],
    ids=[
        "all equal",
        "all but one equal",
        "all right",
        "all wrong",
        "no negative",
        "one sample",
        "below zero",
        "infinite",
        "extreme",
    ],
)
def test_the_order_of_the_samples_does_not_matter(scores, labels, expected, order):
    scores, labels = np.array(scores)[::order], np.array(labels)[::order]
    assert_close(average_precision(scores, labels), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_scores_that_differ_in_the_last_digit_do_not_tie(dtype):
    scores = np.array([1.0, np.nextafter(dtype(1.0), dtype(2.0)), 1.0], dtype)
    assert_close(average_precision(scores, np.array([0, 1, 1])), (1 + 2 / 3) / 2)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_more_samples_than_8_bits_hold_are_counted(dtype):
    labels = np.tile(np.array([1, 0], dtype), 500)
    scores = np.repeat([0.75, 0.25], 500)
    assert_close(average_precision(scores, labels), 0.5)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_a_positive_it_raises_a_value_error(rng, n):
    assert_value_error(average_precision, rng.normal(size=n), np.zeros(n, dtype=int))


@pytest.mark.parametrize("lengths", [(3, 4), (4, 3), (1, 4), (4, 1), (0, 4), (4, 0)], ids=str)
def test_other_numbers_of_scores_than_of_labels_raise_a_value_error(lengths):
    n_scores, n_labels = lengths
    assert_value_error(average_precision, np.arange(n_scores) / 4, np.ones(n_labels, dtype=int))


@manners(dtypes=())
def test_manners(rng):
    scores, labels = draw(rng, 30, 3)
    return (
        partial(average_precision, scores, labels),
        partial(average_precision, scores - labels, labels),
    )


@pytest.mark.speed
@pytest.mark.parametrize("levels", [None, 1], ids=["all distinct", "few levels"])
def test_no_python_loop(rng, levels):
    assert_vectorized(average_precision, lambda samples: draw(rng, samples, levels))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_memory_stays_within_300_bytes_for_each_sample(rng, dtype):
    scores, labels = draw(rng, 3000)
    assert_memory_at_most(300 * 3000, average_precision, scores.astype(dtype), labels)
