import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.binary_cross_entropy import (
    bce,
    bce_backward,
    bce_with_logits,
    bce_with_logits_backward,
)
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    loss,
    manners,
    torch_gradients,
)

LOGITS = [0.0, 1.0, -3.0, 12.0, 16.0, -16.0, 20.01, -30.0, 40.0, 90.0, -100.0, 710.0, -800.0]
LOGITS += [1e4, -1e4, 1e30, -1e30]
TARGETS = pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
DTYPES = pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-9), ("float32", 1e-6)])
OUTSIDE = pytest.mark.parametrize("outside", [-1.0, -1e-9, 1 + 1e-9, 2.0])


def draw_probabilities(rng, *shape):
    return rng.uniform(0.02, 0.98, size=shape), rng.uniform(size=shape)


def draw_logits(rng, *shape):
    return rng.normal(scale=3.0, size=shape), rng.uniform(size=shape)


# --- From probabilities ----------------------------------------------------------------------


def test_the_loss_of_probabilities_worked_out_by_hand():
    # The three answers have probabilities 1/2, 1/4 and 1 − 3/4.
    p, target = np.array([0.5, 0.25, 0.75]), np.array([0.0, 1.0, 0.0])
    assert_close(bce(p, target), (1 + 2 + 2) * math.log(2.0) / 3)


def test_a_soft_target_weighs_both_logarithms():
    assert_close(bce(np.array([0.25]), np.array([0.5])), -0.5 * math.log(3 / 16))


def test_the_gradient_of_probabilities_worked_out_by_hand():
    # −1/p for a yes and 1/(1 − p) for a no, halved by the mean.
    grad = bce_backward(1.0, np.array([0.25, 0.75]), np.array([1.0, 0.0]))
    assert_close(grad, np.array([-2.0, 2.0]))


@loss(F.binary_cross_entropy)
def test_bce_is_a_loss(rng, batch, rows, columns):
    return partial(bce, *draw_probabilities(rng, batch, rows, columns)), bce_backward


@TARGETS
@pytest.mark.parametrize("p", [0.0, 1e-300, 1e-50, 1e-40, 1e-9, 1.0])
def test_logarithms_end_at_minus_100(p, target):
    array, targets = np.array([p]), np.array([target])
    expected = F.binary_cross_entropy(torch.tensor(array), torch.tensor(targets)).item()
    assert_close(bce(array, targets), expected, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_logarithm_of_0_is_minus_100_in_every_dtype(dtype):
    p, target = np.array([0, 0, 1], dtype), np.array([1, 0, 0], dtype)
    assert_close(bce(p, target), 200 / 3, rtol=1e-3)


def test_the_gradient_of_a_probability_near_0_or_1_is_exact():
    p, target = np.array([1e-20, 1e-42, 1e-20, 1 - 2**-50]), np.array([1.0, 1.0, 0.0, 0.0])
    assert_close(bce_backward(4.0, p, target), np.array([-1e20, -1e42, 1.0, 2.0**50]), atol=0.0)


# --- From logits -----------------------------------------------------------------------------


def test_the_loss_of_logits_worked_out_by_hand():
    # p is 1/2, 1/4 and 3/4.
    z, target = np.array([0.0, -math.log(3.0), math.log(3.0)]), np.array([0.0, 1.0, 0.0])
    assert_close(bce_with_logits(z, target), 5 * math.log(2.0) / 3)


def test_the_gradient_of_logits_worked_out_by_hand():
    # p is 1/4 and 3/4.
    z, target = np.array([-math.log(3.0), math.log(3.0)]), np.array([1.0, 0.0])
    assert_close(bce_with_logits_backward(8.0, z, target), np.array([-3.0, 3.0]))


@loss(F.binary_cross_entropy_with_logits)
def test_bce_with_logits_is_a_loss(rng, batch, rows, columns):
    arguments = draw_logits(rng, batch, rows, columns)
    return partial(bce_with_logits, *arguments), bce_with_logits_backward


@DTYPES
@TARGETS
def test_the_loss_of_logits_is_right_at_any_scale(dtype, error, target):
    arrays = [np.array([[z], [target]], dtype) for z in LOGITS]
    expected = [F.binary_cross_entropy_with_logits(*torch.tensor(array)).item() for array in arrays]
    losses = [bce_with_logits(*array) for array in arrays]
    assert_close(losses, expected, rtol=10 * error, atol=error)


@DTYPES
@TARGETS
def test_the_gradient_of_logits_is_right_at_any_scale(dtype, error, target):
    z = np.array(LOGITS, dtype)
    targets = np.full_like(z, target)
    in_torch = partial(F.binary_cross_entropy_with_logits, target=torch.tensor(targets))
    [expected] = torch_gradients(in_torch, [z], len(z))
    assert_close(bce_with_logits_backward(float(len(z)), z, targets), expected, atol=error)


def test_the_sum_of_the_losses_may_be_too_large_for_float16():
    ones, no = np.ones(1000, np.float16), np.zeros(1000, np.float16)
    assert_close([bce(ones, no), bce_with_logits(100 * ones, no)], [100.0, 100.0])


@pytest.mark.parametrize("shape", [(0,), (4, 0), (2, 0, 3)], ids=str)
def test_empty_arrays_have_a_loss_of_nan_and_an_empty_gradient(shape):
    nothing = np.zeros(shape, np.float32)
    assert_close([f(nothing, nothing) for f in (bce, bce_with_logits)], [math.nan] * 2)
    grads = [f(1.0, nothing, nothing) for f in (bce_backward, bce_with_logits_backward)]
    assert_close(grads, [np.zeros(shape, np.float32)] * 2)


# --- Errors and manners ----------------------------------------------------------------------


@OUTSIDE
def test_a_target_outside_0_to_1_raises_a_value_error(outside):
    scores, target = np.full((2, 2), 0.5), np.array([[1.0, outside], [0.0, 1.0]])
    assert_value_error(bce, scores, target)
    assert_value_error(bce_backward, 1.0, scores, target)
    assert_value_error(bce_with_logits, scores, target)
    assert_value_error(bce_with_logits_backward, 1.0, scores, target)


@OUTSIDE
def test_a_probability_outside_0_to_1_raises_a_value_error(outside):
    p, target = np.array([[0.5, outside], [1.0, 0.5]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    assert_value_error(bce, p, target)
    assert_value_error(bce_backward, 1.0, p, target)


@pytest.mark.speed
@pytest.mark.parametrize(
    "function",
    [bce, partial(bce_backward, 0.7), bce_with_logits, partial(bce_with_logits_backward, 0.7)],
    ids=["bce", "bce_backward", "bce_with_logits", "bce_with_logits_backward"],
)
def test_no_python_loop_over_four_axes(rng, function):
    assert_vectorized(
        function,
        lambda batch, maps, rows, columns: draw_probabilities(rng, batch, maps, rows, columns),
    )


@manners()
def test_manners(rng):
    p, target = draw_probabilities(rng, 3, 4)
    z, _ = draw_logits(rng, 3, 4)
    return (
        partial(bce, p, target),
        partial(bce_backward, 0.7, p, target),
        partial(bce_backward, -1.3, p, target),
        partial(bce_with_logits, z, target),
        partial(bce_with_logits_backward, 0.7, z, target),
        partial(bce_with_logits_backward, -1.3, z, target),
    )
