import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.optimization.gradient_descent import gradient_descent
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

# Shapes of x, y and w that do not fit. NumPy would broadcast many of them.
MISFITS = {
    "x is a vector": [(5,), (5,), (5,)],
    "x has an axis more": [(5, 5, 3), (5,), (3,)],
    "x is transposed": [(3, 5), (5,), (3,)],
    "y has a row too few": [(5, 3), (4,), (3,)],
    "y is a number": [(5, 3), (), (3,)],
    "y is a column": [(5, 3), (5, 1), (3,)],
    "y is a row": [(5, 3), (1, 5), (3,)],
    "y is a column, of one row": [(1, 3), (1, 1), (3,)],
    "w has a weight too few": [(5, 3), (5,), (2,)],
    "w is one weight for all": [(5, 3), (5,), (1,)],
    "w is a number": [(5, 3), (5,), ()],
    "w is a column": [(5, 3), (5,), (3, 1)],
    "w is a column of one": [(5, 1), (5,), (1, 1)],
}


def draw(rng, n=7, d=4):
    """Random x, y and w."""
    return rng.normal(size=(n, d)), rng.normal(scale=3.0, size=n), rng.normal(size=d)


def run_torch(x, y, w, lr, steps):
    weights = torch.tensor(w, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr)
    losses = []
    for _ in range(steps + 1):
        loss = F.mse_loss(torch.tensor(x) @ weights, torch.tensor(y))
        losses.append(loss.item())
        last = weights.detach().numpy().copy()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return last, losses


def test_two_steps_worked_out_by_hand():
    # The loss is (w − 3)² + 1, and a quarter of its gradient is half the way to 3.
    x, y = np.array([[1.0], [1.0]]), np.array([2.0, 4.0])
    expected = np.array([2.5]), [5.0, 2.0, 1.25]
    assert_close(gradient_descent(x, y, np.array([1.0]), 0.25, 2), expected)


def test_one_step_with_two_weights_worked_out_by_hand():
    # The errors are 1, −3 and 0, so the gradient is ⅔ · (1 · [1, 2, 0] − 3 · [0, 1, 1]).
    x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    y, w = np.array([2.0, 5.0, 1.0]), np.array([1.0, 1.0, 1.0])
    expected = np.array([0.0, 2.0, 4.0]), [10.0 / 3, (2.0**2 + 1.0**2 + 1.0**2) / 3]
    assert_close(gradient_descent(x, y, w, 1.5, 1), expected)


@pytest.mark.parametrize("steps", [0, 1, 2, 7], ids=str)
@pytest.mark.parametrize(
    ("n", "d", "lr"), [(7, 4, 0.1), (3, 5, 0.03), (11, 1, 0.3), (1, 3, 0.05), (4, 4, 0.0)], ids=str
)
def test_it_agrees_with_torch(rng, n, d, lr, steps):
    x, y, w = draw(rng, n, d)
    expected = run_torch(x, y, w, lr, steps)
    # One row may be met so well that all that is left of its loss is rounding.
    assert_close(gradient_descent(x, y, w, lr, steps), expected, atol=1e-12)


def test_near_the_best_weights_a_loss_keeps_its_digits():
    # All products, sums and quarters are exact. In units of 2⁻²⁰, the weights move by 23 and 19
    # at first.
    x = np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 2.0], [0.0, 1.0]])
    best = np.array([100.0, -200.0])
    errors = 2.0**-20 * np.array([[3, 4, 4, 1], [-58, -84, -80, -18], [1168, 1704, 1616, 360]])
    expected = (errors**2).mean(axis=1).tolist()
    _, losses = gradient_descent(x, x @ best, best + 2.0**-20, 2.0, 2)
    assert_close(losses, expected, atol=0.0)


def test_it_agrees_with_the_reference(rng, reference):
    x, y, w = draw(rng, 9, 2)
    expected = reference.gradient_descent(x, y, w, 0.05, 6)
    assert_close(gradient_descent(x, y, w, 0.05, 6), expected)


def test_without_columns_there_is_no_weight_and_the_loss_stays():
    x, y = np.zeros((2, 0)), np.array([1.0, 3.0])
    assert_close(gradient_descent(x, y, np.zeros(0), 0.1, 2), (np.zeros(0), [5.0, 5.0, 5.0]))


def test_where_the_slope_is_0_it_goes_on_and_nothing_moves():
    # The errors are 1 and −1 in both columns: no weights do better.
    x, y = np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([4.0, 6.0])
    expected = np.array([1.0, 2.0]), [1.0] * 4
    assert_close(gradient_descent(x, y, np.array([1.0, 2.0]), 0.7, 3), expected)


def test_where_the_loss_is_0_it_goes_on():
    x, y, w = np.array([[1.0]]), np.array([2.0]), np.array([0.0])
    assert_close(gradient_descent(x, y, w, 0.5, 3), (np.array([2.0]), [4.0, 0.0, 0.0, 0.0]))


@pytest.mark.parametrize("steps", [3, 601], ids=str)
def test_while_the_loss_rises_even_to_infinity_it_goes_on(steps):
    # The loss is w², and w − 1.5 · 2w is −2w.
    x, y, w = np.array([[1.0]]), np.array([0.0]), np.array([1.0])
    expected = np.array([-(2.0**steps)]), [4.0**k if k < 512 else np.inf for k in range(steps + 1)]
    with np.errstate(over="ignore"):
        assert_close(gradient_descent(x, y, w, 1.5, steps), expected)


def test_once_the_loss_is_no_number_it_goes_on():
    x, y, w = np.array([[1.0]]), np.array([0.0]), np.array([1.0])
    with np.errstate(over="ignore", invalid="ignore"):
        _, losses = gradient_descent(x, y, w, 50.0, 300)
    assert_close((len(losses), losses[-1]), (301, math.nan))


@pytest.mark.parametrize("steps", [0, 2], ids=str)
@pytest.mark.parametrize("misfit", MISFITS)
def test_shapes_that_do_not_fit_raise_a_value_error(misfit, steps):
    assert_value_error(gradient_descent, *map(np.ones, MISFITS[misfit]), 0.1, steps)


@pytest.mark.parametrize("steps", [0, 2], ids=str)
@pytest.mark.parametrize("columns", [0, 3], ids=str)
def test_no_rows_raise_a_value_error(columns, steps):
    x, y, w = np.ones((0, columns)), np.ones(0), np.ones(columns)
    assert_value_error(gradient_descent, x, y, w, 0.1, steps)


@pytest.mark.parametrize("steps", [-1, -4], ids=str)
def test_a_negative_number_of_steps_raises_a_value_error(steps):
    assert_value_error(gradient_descent, np.ones((5, 3)), np.ones(5), np.ones(3), 0.1, steps)


@manners()
def test_manners(rng):
    x, y, w = draw(rng)
    return (
        partial(gradient_descent, x, y, w, 0.1, 3),
        partial(gradient_descent, x, y, w, 0.02, 3),
        partial(gradient_descent, x, y, w, 0.1, 4),
        partial(gradient_descent, x, y, w, 0.1, 0),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(
        lambda x, y, w: gradient_descent(x, y, w, 0.001, 2),
        lambda rows, weights: draw(rng, rows, weights),
    )
