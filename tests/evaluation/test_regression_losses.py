import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.regression_losses import (
    huber,
    huber_backward,
    mae,
    mae_backward,
    mse,
    mse_backward,
)
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    loss,
    manners,
    of_four_axes,
    torch_gradients,
)

# The residuals are 2, 0, −4 and −1.
PRED, TARGET = np.array([3.0, 1.0, 0.0, -2.0]), np.array([1.0, 1.0, 4.0, -1.0])
DELTAS = pytest.mark.parametrize("delta", [0.5, 1.0, 2.0, 3.5])


def torch_huber(pred, target, delta=1.0):
    return F.huber_loss(pred, target, delta=delta)


def draw(rng, *shape):
    return rng.normal(scale=2.0, size=(2, *shape))


def whole_numbers(rng):
    """pred and target with residuals from −6 to 6, many of them alike."""
    return rng.integers(-3, 4, size=(2, 40, 5)).astype(np.float64)


# --- Values ----------------------------------------------------------------------------------


def test_mse_worked_out_by_hand():
    assert_close(mse(PRED, TARGET), (4 + 0 + 16 + 1) / 4)
    assert_close(mse(PRED + 1e8, TARGET + 1e8), (4 + 0 + 16 + 1) / 4)


def test_mae_worked_out_by_hand():
    assert_close(mae(PRED, TARGET), (2 + 0 + 4 + 1) / 4)


def test_huber_worked_out_by_hand():
    # Beyond 1.5 it is 1.5 · (2 − 0.75) and 1.5 · (4 − 0.75).
    assert_close(huber(PRED, TARGET, 1.5), (1.875 + 0 + 4.875 + 0.5) / 4)


def test_the_gradients_worked_out_by_hand():
    assert_close(mse_backward(2.0, PRED, TARGET), np.array([2.0, 0.0, -4.0, -1.0]))
    assert_close(mae_backward(2.0, PRED, TARGET), np.array([0.5, 0.0, -0.5, -0.5]))
    assert_close(huber_backward(2.0, PRED, TARGET, 1.5), np.array([0.75, 0.0, -0.75, -0.5]))


@loss(F.mse_loss)
def test_mse_is_a_loss(rng, batch, rows, columns):
    return partial(mse, *draw(rng, batch, rows, columns)), mse_backward


@loss(F.l1_loss)
def test_mae_is_a_loss(rng, batch, rows, columns):
    return partial(mae, *draw(rng, batch, rows, columns)), mae_backward


@loss(torch_huber)
def test_huber_is_a_loss(rng, batch, rows, columns):
    return partial(huber, *draw(rng, batch, rows, columns)), huber_backward


# --- Where the formula changes ---------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mae_has_no_gradient_where_the_residual_is_0(rng, dtype):
    pred, target = whole_numbers(rng).astype(dtype)
    [expected] = torch_gradients(partial(F.l1_loss, target=torch.tensor(target)), [pred], -3.0)
    assert_close(mae_backward(-3.0, pred, target), expected)


def test_mae_pulls_as_hard_on_the_smallest_residual():
    pred, target = np.array([1e-12, -1e-300, 0.0, 5.0]), np.zeros(4)
    assert_close(mae_backward(2.0, pred, target), np.array([0.5, -0.5, 0.0, 0.5]))


@DELTAS
def test_huber_agrees_with_torch_inside_delta_beyond_it_and_at_it(rng, delta):
    pred, target = whole_numbers(rng)
    expected = torch_huber(torch.tensor(pred), torch.tensor(target), delta).item()
    assert_close(huber(pred, target, delta), expected)


@DELTAS
def test_the_gradient_of_huber_agrees_too(rng, delta):
    pred, target = whole_numbers(rng)
    in_torch = partial(torch_huber, target=torch.tensor(target), delta=delta)
    [expected] = torch_gradients(in_torch, [pred], -3.0)
    assert_close(huber_backward(-3.0, pred, target, delta), expected)


def test_the_sum_of_the_losses_may_be_too_large_for_float16():
    pred, target = np.full(1000, 90.0, np.float16), np.zeros(1000, np.float16)
    # A loss of 89.5 has four digits in float16.
    assert_close([f(pred, target) for f in (mse, mae, huber)], [8100.0, 90.0, 89.5], rtol=1e-3)


# --- Other shapes ----------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", [((4, 1), (4,)), ((4,), (4, 1)), ((4,), (1,))], ids=str)
def test_a_column_and_a_row_raise_a_value_error(shapes):
    pred, target = map(np.ones, shapes)
    assert_value_error(mse, pred, target)
    assert_value_error(mae, pred, target)
    assert_value_error(huber, pred, target)


@pytest.mark.parametrize("shape", [(0,), (4, 0), (2, 0, 3)], ids=str)
def test_empty_arrays_have_a_loss_of_nan_and_an_empty_gradient(shape):
    nothing = np.zeros(shape, np.float32)
    assert_close([f(nothing, nothing) for f in (mse, mae, huber)], [math.nan] * 3)
    grads = [f(1.0, nothing, nothing) for f in (mse_backward, mae_backward, huber_backward)]
    assert_close(grads, [np.zeros(shape, np.float32)] * 3)


@pytest.mark.speed
@pytest.mark.parametrize(
    "function",
    [mse, mae, huber, *(partial(f, 0.7) for f in (mse_backward, mae_backward, huber_backward))],
    ids=["mse", "mae", "huber", "mse_backward", "mae_backward", "huber_backward"],
)
def test_no_python_loop_over_four_axes(rng, function):
    assert_vectorized(function, of_four_axes(rng, 2))


@manners()
def test_manners(rng):
    pred, target = draw(rng, 3, 4)
    return (
        partial(mse, pred, target),
        partial(mse_backward, 0.7, pred, target),
        partial(mse_backward, -1.3, pred, target),
        partial(mae, pred, target),
        partial(mae_backward, 0.7, pred, target),
        partial(mae_backward, -1.3, pred, target),
        partial(huber, pred, target, 0.5),
        partial(huber, pred, target),
        partial(huber_backward, 0.7, pred, target, 0.5),
        partial(huber_backward, 0.7, pred, target),
        partial(huber_backward, -1.3, pred, target),
    )
