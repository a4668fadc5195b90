from functools import partial

import numpy as np
import pytest
import torch

from exercises.classics.linear_regression import linear_regression
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

SIZES = [(9, 3), (30, 5), (7, 1), (12, 4), (5, 0)]

MISFITS = {
    "a target too few": [(5, 3), (4,)],
    "one target": [(5, 3), (1,)],
    "y is a column": [(5, 3), (5, 1)],
    "y is a row": [(5, 3), (1, 5)],
    "x is flat": [(5,), (5,)],
    "x has three axes": [(5, 3, 1), (5,)],
    "a target too many": [(5, 3), (6,)],
}


def draw(rng, n=7, d=3):
    """Random x and y; neither has a mean of 0."""
    return rng.normal(size=(n, d)) + rng.normal(size=d), rng.normal(loc=5.0, scale=3.0, size=n)


def by_normal_equations(x, y, l2):
    """The penalized normal equations in torch, with a column of ones for b."""
    ones = torch.ones((len(x), 1), dtype=torch.float64)
    columns = torch.cat([torch.tensor(x), ones], dim=1)
    penalty = torch.diag(torch.tensor([l2] * x.shape[1] + [0.0], dtype=torch.float64))
    matrix = columns.T @ columns + penalty
    solved = torch.linalg.solve(matrix, columns.T @ torch.tensor(y)).numpy()
    return solved[:-1].copy(), float(solved[-1])


def of_smallest_norm(x, y):
    """Torch's pseudo-inverse of the centred rows."""
    x_mean, y_mean = x.mean(axis=0), y.mean()
    inverse = torch.linalg.pinv(torch.tensor(x - x_mean), rtol=1e-10).numpy()
    w = inverse @ (y - y_mean)
    return w, float(y_mean - x_mean @ w)


def test_three_points_worked_out_by_hand():
    # Seen from the means (1, 4): the points are (−1, −3), (0, −1) and (1, 4), so w = 7 / 2.
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 8.0])
    assert_close(linear_regression(x, y), (np.array([3.5]), 0.5))


@pytest.mark.parametrize("unit", [1.0, 1e-4])
def test_a_penalty_worked_out_by_hand(unit):
    # As above, with w = 7 / (2 + 5).
    x, y = unit * np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 8.0])
    assert_close(linear_regression(x, y, 5.0 * unit**2), (np.array([1.0 / unit]), 3.0))


@pytest.mark.parametrize("l2", [0.0, 0.1, 3.0, 200.0])
@pytest.mark.parametrize(("n", "d"), SIZES, ids=str)
def test_it_agrees_with_the_normal_equations_in_torch(rng, n, d, l2):
    x, y = draw(rng, n, d)
    expected = by_normal_equations(x, y, l2)
    assert_close(linear_regression(x, y, l2), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, y = draw(rng, 11, 4)
    expected = reference.linear_regression(x, y, 0.7)
    assert_close(linear_regression(x, y, 0.7), expected)


@pytest.mark.parametrize("unit", [1.0, 1e-9])
def test_a_column_that_repeats_shares_its_weight(unit):
    x, y = unit * np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 8.0])
    expected = np.array([1.75, 1.75]) / unit, 0.5
    assert_close(linear_regression(np.hstack([x, x]), y), expected)


def test_a_constant_column_gets_no_weight():
    x, y = np.array([[4.0, 0.0], [4.0, 1.0], [4.0, 2.0]]), np.array([1.0, 3.0, 8.0])
    assert_close(linear_regression(x, y), (np.array([0.0, 3.5]), 0.5), atol=1e-12)


def test_one_row_gives_its_target_as_b():
    result = linear_regression(np.array([[3.0, -2.0]]), np.array([5.0]))
    assert_close(result, (np.array([0.0, 0.0]), 5.0), atol=1e-12)


@pytest.mark.parametrize(("n", "d"), [(2, 3), (4, 4), (4, 7), (6, 20)], ids=str)
def test_with_too_few_rows_the_smallest_w_is_found(rng, n, d):
    x, y = draw(rng, n, d)
    x[:, :n] += 9.0 * np.eye(n)  # The rows are far apart, so that the rank is beyond doubt.
    expected = of_smallest_norm(x, y)
    assert_close(linear_regression(x, y), expected)


def test_with_too_few_rows_a_penalty_still_leaves_b_out(rng):
    x, y = draw(rng, 4, 7)
    expected = by_normal_equations(x, y, 2.0)
    assert_close(linear_regression(x, y, 2.0), expected)


def test_a_huge_penalty_leaves_only_the_mean(rng):
    x, y = draw(rng)
    expected = np.zeros(3), float(y.mean())
    assert_close(linear_regression(x, y, 1e15), expected, atol=1e-12)


@pytest.mark.parametrize("l2", [0.0, 4.0])
def test_years_keep_their_digits(rng, l2):
    years = np.arange(1995.0, 2008.0)
    x, y = np.stack([years, rng.permutation(years)], axis=1), rng.normal(size=13)
    # The years alone are shifted by a whole number, which costs no digit.
    w, b = by_normal_equations(x - 2001.0, y, l2)
    expected = w, float(b - 2001.0 * w.sum())
    assert_close(linear_regression(x, y, l2), expected)


@pytest.mark.parametrize("misfit", MISFITS)
def test_shapes_that_do_not_fit_raise_a_value_error(misfit):
    assert_value_error(linear_regression, *map(np.ones, MISFITS[misfit]))


def test_no_rows_raise_a_value_error():
    assert_value_error(linear_regression, np.ones((0, 3)), np.ones(0))


@pytest.mark.parametrize("d", [3, 0])
@pytest.mark.parametrize("l2", [-1.0, -1e-12])
def test_a_negative_penalty_raises_a_value_error(rng, d, l2):
    assert_value_error(linear_regression, *draw(rng, 7, d), l2)


@manners(dtypes=())
def test_manners(rng):
    x, y = draw(rng)
    return partial(linear_regression, x, y), partial(linear_regression, x, y, 0.7)


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(linear_regression, lambda rows, columns: draw(rng, rows, columns))
