import math
from functools import partial

import numpy as np
import pytest

from exercises.evaluation.calibration import expected_calibration_error, reliability
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

EDGES = [0.25, 0.5, 0.75, 1.0]


def draw(rng, n, k, sharpness=3.0):
    """Probabilities, and targets that are likelier than chance to be the largest one's class."""
    e = np.exp(rng.normal(scale=sharpness, size=(n, k)))
    probs = e / e.sum(axis=1, keepdims=True)
    noise = rng.integers(k, size=n)
    return probs, np.where(rng.random(n) < 0.6, probs.argmax(axis=1), noise)


def by_hand(probs, targets, n_bins):
    """Bin by bin and row by row, as the docstring says."""
    bins = [[] for _ in range(n_bins)]
    for row, target in zip(probs.tolist(), targets.tolist(), strict=True):
        confidence = max(row)
        [number] = [i for i in range(n_bins) if i / n_bins < confidence <= (i + 1) / n_bins]
        bins[number].append((confidence, row.index(confidence) == target))
    confidence, accuracy = (
        np.array(
            [
                math.fsum(one[part] for one in rows) / len(rows) if rows else math.nan
                for rows in bins
            ]
        )
        for part in (0, 1)
    )
    return confidence, accuracy, np.array([len(rows) for rows in bins])


def error_by_hand(probs, targets, n_bins):
    confidence, accuracy, count = by_hand(probs, targets, n_bins)
    return float(np.nansum(np.abs(confidence - accuracy) * count / len(targets)))


def binary(confidences):
    """Two classes; the first one's probability is the row's confidence."""
    return np.stack([np.array(confidences), 1 - np.array(confidences)], axis=1)


# --- reliability -----------------------------------------------------------------------------


def test_four_rows_in_two_of_four_bins():
    probs, targets = binary([0.5625, 0.6875, 0.875, 1.0]), np.array([0, 1, 0, 0])
    nan = math.nan
    confidence, accuracy = np.array([nan, nan, 0.625, 0.9375]), np.array([nan, nan, 0.5, 1.0])
    assert_close(reliability(probs, targets, 4), (confidence, accuracy, np.array([0, 0, 2, 2])))


@pytest.mark.parametrize("edge", EDGES)
def test_a_confidence_on_an_edge_falls_into_the_bin_that_ends_there(edge):
    # One row on the edge, which is right, and two above, by little and by the least, which are not.
    tops = edge, min(edge + 0.125, 1.0), min(np.nextafter(edge, 2.0), 1.0)
    rows = [[top, *[(1 - top) / 3] * 3] for top in tops]
    probs, targets = np.array(rows), np.array([0, 1, 1])
    expected = by_hand(probs, targets, 4)
    assert_close(reliability(probs, targets, 4), expected)


@pytest.mark.parametrize("n_bins", [1, 2, 7, 10, 40])
@pytest.mark.parametrize(("n", "k"), [(100, 3), (40, 10), (7, 2), (1, 4)], ids=str)
def test_it_agrees_with_binning_by_hand(rng, n, k, n_bins):
    probs, targets = draw(rng, n, k)
    expected = by_hand(probs, targets, n_bins)
    assert_close(reliability(probs, targets, n_bins), expected)


def test_of_equal_probabilities_the_lowest_class_is_predicted():
    probs = np.array([[0.25, 0.375, 0.375], [0.5, 0.0, 0.5], [0.5, 0.0, 0.5]])
    expected = by_hand(probs, np.array([1, 0, 2]), 4)
    assert_close(reliability(probs, np.array([1, 0, 2]), 4), expected)


def test_a_class_beyond_8_bits_is_not_the_target_that_it_is_in_8_bits():
    probs = np.eye(1, 300, 256)
    expected = np.array([1.0]), np.array([0.0]), np.array([1])
    assert_close(reliability(probs, np.zeros(1, dtype=np.uint8), 1), expected)


def test_one_class_is_always_certain():
    expected = np.array([math.nan, 1.0]), np.array([math.nan, 1.0]), np.array([0, 3])
    assert_close(reliability(np.ones((3, 1)), np.zeros(3, dtype=np.int64), 2), expected)


def test_without_rows_all_bins_are_empty():
    expected = np.full(3, math.nan), np.full(3, math.nan), np.zeros(3, dtype=np.int64)
    assert_close(reliability(np.zeros((0, 4)), np.zeros(0, dtype=np.int64), 3), expected)


# --- expected_calibration_error --------------------------------------------------------------


def test_gaps_are_weighted_by_counts():
    # One row of 9/16, wrong; three of 7/8, two of them right: (9/16 + 3 · |2/3 − 7/8|) / 4.
    probs, targets = binary([0.5625, 0.875, 0.875, 0.875]), np.array([1, 0, 0, 1])
    assert_close(expected_calibration_error(probs, targets, 4), 19 / 64)


def test_gaps_of_both_signs_do_not_cancel():
    # Too modest by 7/16 in one bin, too bold by 7/8 in the other; each row is half of all.
    probs, targets = binary([0.5625, 0.875]), np.array([0, 1])
    assert_close(expected_calibration_error(probs, targets, 4), 21 / 32)


def test_within_a_bin_they_do():
    # One of two is right, and both together were three quarters sure.
    probs, targets = binary([0.625, 0.875]), np.array([0, 1])
    assert_close(expected_calibration_error(probs, targets, 1), 0.25)


@pytest.mark.parametrize("n_bins", [1, 2, 7, 10, 40])
@pytest.mark.parametrize(("n", "k"), [(100, 3), (40, 10), (7, 2), (1, 4)], ids=str)
def test_the_error_agrees_with_binning_by_hand(rng, n, k, n_bins):
    probs, targets = draw(rng, n, k)
    expected = error_by_hand(probs, targets, n_bins)
    assert_close(expected_calibration_error(probs, targets, n_bins), expected)


def test_the_error_of_confidences_on_edges_agrees_too():
    probs, targets = binary([0.5, 0.75, 0.75, 1.0, 1.0]), np.array([1, 0, 1, 0, 1])
    expected = error_by_hand(probs, targets, 8)
    assert_close(expected_calibration_error(probs, targets, 8), expected)


@pytest.mark.parametrize("n_bins", [1, 10])
def test_without_rows_the_error_is_nan(n_bins):
    nothing = np.zeros((0, 3)), np.zeros(0, dtype=np.int64)
    assert_close(expected_calibration_error(*nothing, n_bins), math.nan)


# --- Both ------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize(
    "name", ["reliability", "expected_calibration_error"], ids=["reliability", "the error"]
)


def answer(name, *args):
    return {"reliability": reliability}.get(name, expected_calibration_error)(*args)


@BOTH
def test_both_agree_with_the_reference(rng, reference, name):
    probs, targets = draw(rng, 60, 5)
    expected = getattr(reference, name)(probs, targets, 10)
    assert_close(answer(name, probs, targets, 10), expected)


@BOTH
@pytest.mark.parametrize(("rows", "n"), [(4, 0), (4, 1), (4, 3), (4, 5), (1, 4), (0, 1)])
def test_as_many_targets_as_rows_are_needed(name, rows, n):
    assert_value_error(answer, name, np.full((rows, 2), 0.5), np.zeros(n, dtype=np.int64), 4)


@manners(dtypes=())
def test_manners(rng):
    # Ten modest rows that are right and ten bold ones that are wrong: in one bin their gaps cancel.
    tops = np.repeat([9 / 16, 15 / 16], 10)
    probs = np.stack([tops, *[(1 - tops) / 3] * 3], axis=1)
    drawn, of_drawn = draw(rng, 4, 4)
    probs, targets = np.concatenate([drawn, probs]), np.append(of_drawn, np.repeat([0, 1], 10))
    return (
        partial(reliability, probs, targets, 5),
        partial(reliability, probs, targets, 8),
        partial(expected_calibration_error, probs, targets, 1),
        partial(expected_calibration_error, probs, targets, 8),
    )


@pytest.mark.speed
@BOTH
def test_no_python_loop(rng, name):
    def draw_for_two_bins(rows, classes):
        # Both bins have rows at any size, so that a loop over the bins costs the same.
        tops = np.resize([0.3, 0.9], rows)
        probs = np.stack([tops, *[(1 - tops) / (classes - 1)] * (classes - 1)], axis=1)
        return probs, rng.integers(classes, size=rows), 2

    assert_vectorized(partial(answer, name), draw_for_two_bins)
