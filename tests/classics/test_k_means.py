from functools import partial
from itertools import permutations

import numpy as np
import pytest
import torch

from exercises.classics.k_means import k_means, k_means_plus_plus
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_value_error,
    assert_vectorized,
    draws,
    manners,
)

SIZES = [(40, 3, 4), (9, 2, 1), (5, 1, 5), (6, 3, 6), (1, 2, 3), (30, 4, 2), (150, 2, 4)]


def nearest_in_torch(x, centers):
    exact = "donot_use_mm_for_euclid_dist"
    rows = torch.cdist(torch.tensor(x), torch.tensor(centers), compute_mode=exact).tolist()
    return np.array([row.index(min(row)) for row in rows], dtype=np.int64)


def one_by_one(x, centers, n_iterations):
    centers = centers.copy()
    for _ in range(n_iterations):
        labels = nearest_in_torch(x, centers)
        for j in set(labels.tolist()):
            centers[j] = np.mean(
                [row for row, label in zip(x, labels, strict=True) if label == j], 0
            )
    return centers, nearest_in_torch(x, centers)


def draw(rng, n, d, k):
    return rng.normal(size=(n, d)), rng.normal(size=(k, d))


# --- k-means ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "far"), [(1.0, 0.0), (1e-9, 0.0), (1.0, 2.0**20)], ids=str)
def test_four_points_on_a_line_worked_out_by_hand(unit, far):
    # First 0 stands alone, and the mean of the others is 8; then 2 is nearer to 0 than to 8.
    x, labels = unit * np.array([[0.0], [2.0], [10.0], [12.0]]) + far, np.array([0, 0, 1, 1])
    centers = [unit * np.array(pair)[:, None] + far for pair in [(0, 2), (0, 8), (1, 11)]]
    expected = list(zip(centers, [np.array([0, 1, 1, 1]), labels, labels], strict=True))
    start = centers[0].copy()
    assert_close([k_means(x, start, n_iterations) for n_iterations in (0, 1, 2)], expected)


@pytest.mark.parametrize("n_iterations", [0, 1, 2, 3, 30])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_agrees_with_rows_taken_one_by_one(rng, size, n_iterations):
    x, centers = draw(rng, *size)
    expected = one_by_one(x, centers, n_iterations)
    assert_close(k_means(x, centers, n_iterations), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, centers = draw(rng, 60, 3, 4)
    x[0] = centers[0] = 1e4  # The others move little beside that.
    expected = reference.k_means(x, centers, 9)
    assert_close(k_means(x, centers, 9), expected)


@pytest.mark.parametrize("n_iterations", [1, 5])
def test_a_centre_without_rows_stays_where_it_is(rng, n_iterations):
    x, centers = draw(rng, 20, 2, 4)
    centers[0], centers[2] = 1e3, -50.0
    expected = one_by_one(x, centers, n_iterations)
    assert_close(k_means(x, centers, n_iterations), expected)


def test_a_centre_that_loses_its_rows_stays_at_their_last_mean():
    # First 17 has 10 and 20, and moves to 15; then both are nearer to the other means, 8 and 21.
    x, centers = np.array([[8.0], [10.0], [20.0], [21.0]]), np.array([[17.0], [24.0], [2.0]])
    expected = np.array([[15.0], [20.5], [9.0]]), np.array([2, 2, 1, 1])
    assert_close(k_means(x, centers, 6), expected)


def test_of_equally_near_centres_the_lower_index_has_the_row():
    # 0 is as near to −1 as to 1, and the last centre stands where the first does.
    x, centers = np.array([[0.0], [-1.0], [1.0]]), np.array([[-1.0], [1.0], [-1.0]])
    expected = [
        (centers.copy(), np.array([0, 0, 1])),
        (np.array([[-0.5], [1.0], [-1.0]]), np.array([0, 2, 1])),
    ]
    assert_close([k_means(x, centers, n_iterations) for n_iterations in (0, 1)], expected)
    x, centers = np.array([[0.0]]), np.array([[-1.0], [1.0 - 1e-9]])
    assert_close(k_means(x, centers, 0), (centers.copy(), np.array([1])))


@pytest.mark.parametrize("n_iterations", [0, 4])
@pytest.mark.parametrize(("d", "columns"), [(2, 1), (2, 3), (1, 2)], ids=str)
def test_columns_that_differ_raise_a_value_error(rng, d, columns, n_iterations):
    x, centers = rng.normal(size=(6, d)), rng.normal(size=(3, columns))
    assert_value_error(k_means, x, centers, n_iterations)


# --- k-means++ -------------------------------------------------------------------------------


def frequencies(points, k, rng, calls):
    """How often each sequence of rows is drawn, by the rows' numbers."""
    counts = np.zeros((len(points),) * k)
    for _ in range(calls):
        drawn = k_means_plus_plus(points, k, rng)
        counts[tuple(int(np.flatnonzero(points[:, 0] == value)[0]) for value in drawn[:, 0])] += 1
    return counts / calls


def probabilities(points, k):
    found = np.zeros((len(points),) * k)
    for rows in permutations(range(len(points)), k):
        found[rows] = 1 / len(points)
        for i in range(1, k):
            squares = ((points[:, None] - points[list(rows[:i])]) ** 2).sum(axis=2).min(axis=1)
            found[rows] *= squares[rows[i]] / squares.sum()
    return found


def test_all_rows_are_equally_likely_to_be_the_first(rng):
    points = np.array([[0.0], [1.0], [6.0], [50.0]])
    # A fourth has a deviation of 0.011 in 1,500 draws; 0.07 are exceeded with odds of 1e-9.
    assert_close(frequencies(points, 1, rng, 1500), np.full(4, 0.25), rtol=0.0, atol=0.07)
    # Equal rows as well: 0 comes as often as all three of them.
    points = np.array([[0.0], [0.0], [6.0], [0.0]])
    expected = np.array([0.75, 0.0, 0.25, 0.0])
    # A deviation is 0.019; 0.12 are exceeded with odds of 1e-9.
    assert_close(frequencies(points, 1, rng, 500), expected, rtol=0.0, atol=0.12)


def test_the_second_is_drawn_by_the_squared_distance(rng):
    # Not on a line, where sums of absolute differences would be distances.
    points = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 6.0]])
    expected = probabilities(points, 2)
    # All bounds are at least 5.5 deviations away. Without the square, two of the odds would be
    # 0.05 and not 0.01, more than 4 deviations beyond theirs.
    assert_close(frequencies(points, 2, rng, 2000), expected, rtol=0.2, atol=0.015)


def test_each_of_equal_rows_counts(rng):
    # From 0, which is the first in half of the calls, three rows are as far as the one at -1.
    points = np.array([[0.0]] * 4 + [[1.0]] * 3 + [[-1.0]])
    # A deviation is below 0.013.
    found = frequencies(points, 2, rng, 1500)[0, [4, 7]]
    assert_close(found, np.array([0.375, 0.125]), rtol=0.0, atol=0.08)


def test_no_earlier_one_is_forgotten(rng):
    # Of six pairs of rows, 1 apart, a second row is drawn with odds below 1e-8.
    x = np.add.outer(np.arange(6.0), [0.0, 1e-5]).reshape(12, 1)
    results = [np.sort(k_means_plus_plus(x, 6, rng).round(), axis=0) for _ in range(5)]
    assert_close(results, [np.arange(6.0)[:, None]] * 5)


def test_the_third_is_drawn_by_the_distance_to_the_nearest(rng):
    points = np.array([[0.0], [1.0], [6.0], [11.0]])
    expected = probabilities(points, 3).sum(axis=(0, 1))
    # A deviation is below 0.013.
    assert_close(frequencies(points, 3, rng, 1500).sum(axis=(0, 1)), expected, rtol=0.0, atol=0.08)


@pytest.mark.parametrize("unit", [1.0, 1e-9])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_centre_for_each_row_takes_every_row_once(rng, n, unit):
    x = unit * rng.normal(size=(n, 2))
    expected = [x[np.argsort(x[:, 0])]] * 5
    results = [k_means_plus_plus(x, n, rng) for _ in range(5)]
    assert_close([drawn[np.argsort(drawn[:, 0])] for drawn in results], expected)


def test_rows_that_repeat_are_drawn_once(rng):
    x = np.array([[0.0, 1.0]] * 9 + [[3.0, 1.0], [3.0, 2.0]])
    expected = [np.array([[0.0, 1.0], [3.0, 1.0], [3.0, 2.0]])] * 5
    results = [np.unique(k_means_plus_plus(x, 3, rng), axis=0) for _ in range(5)]
    assert_close(results, expected)


@pytest.mark.parametrize("rows", [[1.0, 2.0], [1.0, 2.0, 1.0]], ids=str)
def test_too_few_different_rows_raise_a_value_error(rng, rows):
    assert_value_error(k_means_plus_plus, np.array(rows)[:, None], 3, rng)


@draws()
def test_it_draws_from_rng(rng):
    return k_means_plus_plus(np.arange(120.0).reshape(60, 2), 5, rng)


# --- Manners and speed -----------------------------------------------------------------------


@manners(dtypes=())
def test_manners(rng):
    def drawn(x, k, seed):
        return k_means_plus_plus(x, k, np.random.default_rng(seed))

    x, centers = draw(rng, 20, 2, 4)
    return (
        partial(drawn, x, 3, 1),
        partial(k_means, x, centers, 0),
        partial(k_means, x, centers, 1),
        partial(k_means, x[:3], x[:3].copy(), 3),
    )


@pytest.mark.speed
def test_no_python_loop_over_the_rows(rng):
    def sized(rows):
        x = rng.normal(size=(rows, 3))
        return x, x[:2].copy(), 1

    assert_vectorized(k_means, sized)
    assert_vectorized(lambda x, *_: k_means_plus_plus(x, 3, np.random.default_rng(1)), sized)


@pytest.mark.speed
def test_iterations_that_would_change_nothing_are_not_run(rng):
    x = np.array([[0.0], [2.0], [10.0], [12.0]])
    small, large = ((x, x[:2].copy(), n_iterations) for n_iterations in (20, 400))
    assert_no_loop_over("iterations after the last change", k_means, small, large)


@pytest.mark.speed
def test_memory_stays_far_below_a_number_for_each_row_centre_and_column(rng):
    x = rng.normal(size=(150, 40))
    limit = x.nbytes * 100 // 4
    assert_memory_at_most(limit, k_means, x, x[:100].copy(), 2)
    assert_memory_at_most(limit, lambda x: k_means_plus_plus(x, 100, np.random.default_rng(1)), x)
