from functools import partial

import numpy as np
import pytest

from exercises.evaluation.roc_auc import roc_auc
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)


def pair_by_pair(scores, labels):
    """In whole numbers: 2 for a pair ranked right, 1 for equal scores."""
    both = list(zip(scores.tolist(), labels.tolist(), strict=True))
    positive, negative = ([score for score, one in both if one == label] for label in (1, 0))
    points = sum(2 * (p > q) + (p == q) for p in positive for q in negative)
    return points / (2 * len(positive) * len(negative))


def draw(rng, n, levels=None):
    """Labels of both classes, and scores that tell something about them; with levels, many tie."""
    labels = rng.permutation([0, 1, *rng.integers(2, size=n - 2)])
    scores = rng.normal(size=n) + 0.8 * labels
    return (scores if levels is None else np.round(scores * levels) / levels), labels


def test_three_of_four_pairs_are_in_order():
    scores, labels = np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0])
    assert_close(roc_auc(scores, labels), 0.75)


def test_a_pair_of_equal_scores_counts_half():
    # Of the six pairs, four are in order and one is equal.
    scores, labels = np.array([0.8, 0.5, 0.5, 0.6, 0.2]), np.array([1, 1, 0, 0, 0])
    assert_close(roc_auc(scores, labels), (1 + 1 + 1 + 0.5 + 0 + 1) / 6)


@pytest.mark.parametrize("levels", [None, 0.5, 1, 3], ids=["distinct", "few", "some", "many"])
@pytest.mark.parametrize("n", [2, 3, 8, 61, 150])
def test_it_agrees_with_counting_pair_by_pair(rng, n, levels):
    scores, labels = draw(rng, n, levels)
    expected = pair_by_pair(scores, labels)
    assert_close(roc_auc(scores, labels), expected)


@pytest.mark.parametrize("positive", [1, 3, 57, 59])
def test_unequal_classes_agree_too(rng, positive):
    labels = rng.permutation((np.arange(60) < positive).astype(int))
    scores = rng.integers(9, size=60) / 8 + 0.25 * labels
    expected = pair_by_pair(scores, labels)
    assert_close(roc_auc(scores, labels), expected)


def test_it_agrees_with_the_reference(rng, reference):
    scores, labels = draw(rng, 61, 2)
    expected = reference.roc_auc(scores, labels)
    assert_close(roc_auc(scores, labels), expected)


@pytest.mark.parametrize("order", [1, -1], ids=["positives first", "negatives first"])
@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ([0.5] * 6, [1, 1, 0, 0, 0, 0], 0.5),
        ([0.5] * 5 + [0.1], [1, 1, 0, 0, 0, 0], 0.625),
        ([2.0, 1.0], [1, 0], 1.0),
        ([1.0, 2.0], [1, 0], 0.0),
        ([-1.0, -1.0, -2.0], [1, 0, 0], 0.75),
        ([np.inf, 1.0, -np.inf, np.inf, -np.inf], [1, 1, 0, 0, 0], 4.5 / 6),
        ([np.inf, np.finfo(float).max, 5e-324, 0.0], [1, 0, 1, 0], 3 / 4),
    ],
    ids=[
        "all equal",
        "all but one equal",
        "all right",
        "all wrong",
        "below zero",
        "infinite",
        "extreme",
    ],
)
def test_the_order_of_the_samples_does_not_matter(scores, labels, expected, order):
    assert_close(roc_auc(np.array(scores)[::order], np.array(labels)[::order]), expected)


def test_only_the_order_of_the_scores_matters(rng):
    scores, labels = draw(rng, 40, 2)
    expected = pair_by_pair(scores, labels)
    others = [1e-9 * scores, 1e9 * scores, scores - 1000.0, np.exp(scores)]
    assert_close([roc_auc(one, labels) for one in others], [expected] * len(others))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_scores_that_differ_in_the_last_digit_do_not_tie(dtype):
    scores = np.array([1.0, np.nextafter(dtype(1.0), dtype(2.0)), 1.0], dtype)
    assert_close(roc_auc(scores, np.array([0, 1, 1])), 0.75)


@pytest.mark.parametrize(
    ("dtype", "of_scores"), [("int8", "float16"), ("uint8", "float32"), ("int64", "float64")]
)
def test_pairs_beyond_16_bits_are_counted(rng, dtype, of_scores):
    # 3,000 of each class, more ranks than float16 can tell apart: the pairs of scores 0 to 3 can be
    # counted by hand.
    of_positives, of_negatives = np.array([1, 2, 3, 4]), np.array([4, 3, 2, 1])
    counts = 300 * np.append(of_positives, of_negatives)
    scores = np.repeat(np.tile(np.arange(4, dtype=of_scores), 2), counts)
    labels = np.repeat(np.array([1, 0], dtype), 3000)
    order = rng.permutation(6000)
    # 2·4 + 3·7 + 4·9 below and half of 4 + 6 + 6 + 4 equal, of 100.
    assert_close(roc_auc(scores[order], labels[order]), 0.75)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_one_class_alone_raises_a_value_error(rng, n, label):
    assert_value_error(roc_auc, rng.normal(size=n), np.full(n, label))


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_score_of_nan_raises_a_value_error(rng, place, dtype):
    scores = rng.normal(size=5).astype(dtype)
    scores[[place, place - 1]] = np.nan, np.inf
    assert_value_error(roc_auc, scores, np.array([0, 1, 0, 1, 1]))
    assert_value_error(roc_auc, np.full(5, np.nan, dtype), np.array([0, 1, 0, 1, 1]))


@pytest.mark.parametrize("lengths", [(3, 4), (4, 3), (1, 4), (4, 0), (0, 4)], ids=str)
def test_other_numbers_of_scores_than_of_labels_raise_a_value_error(lengths):
    n_scores, n_labels = lengths
    assert_value_error(roc_auc, np.arange(n_scores) / 4, np.arange(n_labels) % 2)


@manners(dtypes=())
def test_manners(rng):
    scores, labels = draw(rng, 30, 3)
    return partial(roc_auc, scores, labels), partial(roc_auc, scores + labels, labels)


@pytest.mark.speed
@pytest.mark.parametrize("levels", [None, 1], ids=["all distinct", "few levels"])
def test_no_python_loop(rng, levels):
    assert_vectorized(roc_auc, lambda samples: draw(rng, samples, levels))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_memory_stays_within_300_bytes_for_each_sample(rng, dtype):
    scores, labels = draw(rng, 3000)
    assert_memory_at_most(300 * 3000, roc_auc, scores.astype(dtype), labels)
