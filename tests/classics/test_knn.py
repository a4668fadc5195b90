from collections import Counter
from functools import partial

import numpy as np
import pytest
import torch

from exercises.classics.knn import knn
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_value_error,
    manners,
)

SIZES = [(7, 5, 3), (40, 3, 2), (4, 4, 4), (1, 3, 2), (9, 1, 1), (140, 2, 90), (9, 300, 2)]


def vote(labels):
    counts = Counter(labels)
    return min(counts, key=lambda label: (-counts[label], label))


def one_by_one(x_train, y_train, x, k):
    """Distances by torch, neighbours and votes by Python's own sort."""
    distances = torch.cdist(
        torch.tensor(x), torch.tensor(x_train), compute_mode="donot_use_mm_for_euclid_dist"
    )
    labels = []
    for row in distances.tolist():
        nearest = sorted(range(len(row)), key=lambda i: (row[i], i))[:k]
        labels.append(vote(y_train[nearest].tolist()))
    return np.array(labels, dtype=np.int64)


def draw(rng, n, m, d, labels=3):
    return rng.normal(size=(n, d)), rng.integers(labels, size=n), rng.normal(size=(m, d))


def test_three_neighbours_on_a_line_worked_out_by_hand():
    # To 1: the rows at 0, 2 and 4. To 7: those at 8, 9 and 4. To 3.5: those at 4, 2 and 0.
    x_train = np.array([[0.0], [2.0], [4.0], [8.0], [9.0]])
    labels = knn(x_train, np.array([6, 6, 2, 2, 1]), np.array([[1.0], [7.0], [3.5]]), 3)
    assert_close(labels, np.array([6, 2, 6]))


def test_near_is_meant_in_a_straight_line():
    # Of the first row's distances, 5 is less than 6; added up along the axes, 3 + 4 is more. Of
    # the second row's, 5 is more than 4.9; along the longest side, 4 is less.
    x_train, x = np.array([[3.0, 4.0], [6.0, 0.0], [100.0, 104.9]]), np.zeros((1, 2))
    assert_close(knn(x_train, np.array([1, 0, 0]), x, 1), np.array([1]))
    x_train = np.array([[3.0, 4.0], [4.9, 0.0], [100.0, 104.9]])
    assert_close(knn(x_train, np.array([1, 0, 0]), x, 1), np.array([0]))


@pytest.mark.parametrize("offset", [1.0, -300.0])
def test_rows_that_lie_close_together_far_from_zero_are_told_apart(offset):
    x_train = offset * (1.0 + 1e-5 * np.arange(8.0)[:, None])
    x = offset * (1.0 + 1e-5 * (np.arange(8.0)[::-1, None] + 0.2))
    labels = np.array([3, 1, 4, 15, 9, 2, 6, 5])
    expected = labels[::-1].copy()
    assert_close(knn(x_train, labels, x, 1), expected)


@pytest.mark.parametrize("k", [1, 2, 3, 6, "all"])
@pytest.mark.parametrize("labels", [1, 2, 5])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_agrees_with_a_vote_one_by_one(rng, size, labels, k):
    x_train, y_train, x = draw(rng, *size, labels)
    k = size[0] if k == "all" else min(k, size[0])
    expected = one_by_one(x_train, y_train, x, k)
    assert_close(knn(x_train, y_train, x, k), expected)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_distances_may_be_of_any_size(rng, scale):
    x_train, y_train, x = draw(rng, 30, 20, 3)
    expected = one_by_one(scale * x_train, y_train, scale * x, 3)
    assert_close(knn(scale * x_train, y_train, scale * x, 3), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x_train, y_train, x = draw(rng, 30, 11, 4)
    expected = reference.knn(x_train, y_train, x, 4)
    assert_close(knn(x_train, y_train, x, 4), expected)


@pytest.mark.parametrize("k", [1, 2, 4, 7, 40])
def test_of_equal_distances_the_lower_index_comes_first(rng, k):
    # Whole numbers, so that equal distances are exactly equal, and there are many.
    x_train = rng.integers(-2, 3, size=(60, 2)).astype(np.float64)
    y_train, x = rng.integers(6, size=60), rng.integers(-2, 3, size=(20, 2)).astype(np.float64)
    expected = one_by_one(x_train, y_train, x, k)
    assert_close(knn(x_train, y_train, x, k), expected)


@pytest.mark.parametrize("nearest_first", [[3, 1], [1, 3], [4, 2, 2, 4, 7], [2, 4, 4, 2, 7]])
def test_of_labels_with_as_many_votes_the_lowest_wins(nearest_first):
    x_train = np.arange(1.0, len(nearest_first) + 1.0)[:, None]
    expected = np.array([vote(nearest_first)])
    got = knn(x_train, np.array(nearest_first), np.zeros((1, 1)), len(nearest_first))
    assert_close(got, expected)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("bits", [64, 8])
def test_labels_may_be_any_integers(rng, bits, k):
    x_train, places, x = draw(rng, 200, 100, 2, 4)
    large = np.array([-(2**40), -(2**60) - 1, 2**60 + 1, 2**60 + 2])
    y_train = (large if bits == 64 else np.array([-128, -100, 100, 127], np.int8))[places]
    expected = one_by_one(x_train, y_train, x, k)
    assert_close(knn(x_train, y_train, x, k), expected)


def test_a_row_of_the_training_set_is_its_own_neighbour(rng):
    x_train = rng.normal(size=(20, 3))
    assert_close(knn(x_train, np.arange(20), x_train, 1), np.arange(20))


@pytest.mark.parametrize("length", [1, 4, 6])
def test_lengths_that_differ_raise_a_value_error(rng, length):
    x_train, _, x = draw(rng, 5, 3, 2)
    assert_value_error(knn, x_train, np.zeros(length, np.int64), x, 1)


@pytest.mark.parametrize("columns", [1, 3])
def test_columns_that_differ_raise_a_value_error(rng, columns):
    x_train, y_train, _ = draw(rng, 5, 3, 2)
    assert_value_error(knn, x_train, y_train, np.ones((3, columns)), 1)


@pytest.mark.parametrize("k", [-1, 0, 6])
def test_a_k_that_is_not_from_1_to_n_raises_a_value_error(rng, k):
    assert_value_error(knn, *draw(rng, 5, 3, 2), k)


@manners(dtypes=())
def test_manners(rng):
    x_train, _, x = draw(rng, 30, 12, 2)
    arguments = x_train, rng.permutation(30), x
    return partial(knn, *arguments, 1), partial(knn, *arguments, 25)


@pytest.mark.speed
@pytest.mark.parametrize("axis", ["rows", "features"])
def test_no_python_loop(rng, axis):
    few, many = {"rows": [(4, 3, 5), (100, 3, 5)], "features": [(5, 3, 4), (5, 3, 100)]}[axis]
    small, large = ((*draw(rng, *size, 2), 3) for size in (few, many))
    assert_no_loop_over(f"the {axis} of x_train", knn, small, large)


@pytest.mark.speed
def test_memory_stays_far_below_a_number_for_each_row_row_and_feature(rng):
    n, m, d = 100, 80, 120
    assert_memory_at_most(8 * n * m * d // 4, knn, *draw(rng, n, m, d), 3)
