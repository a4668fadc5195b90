import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.gelu import gelu, gelu_tanh, silu, softplus
from kata.testing import assert_close, assert_no_loop_over, unchanged

SHAPES = pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1)], ids=str)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
ERRORS = pytest.mark.parametrize("error", ["over", "invalid", "divide"])

LOGS = np.log([[3.0, 1 / 3], [1.0, 9.0]])


def far_and_near(dtype):
    """Entries from one end of the range to the other; beside 1e4, the results below 0 are 0."""
    return np.array([-1e4, -1e3, -200.0, 0.0, 200.0, 1e3, 1e4], dtype=dtype)


def torch_gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def by_torch(function, x):
    return function(torch.tensor(x)).numpy()


# --- gelu ------------------------------------------------------------------------------------


def test_gelu_weighs_1_by_the_share_of_a_normal_distribution_below_it():
    # 84.13447… % of it lie below 1, and 97.72498… % below 2.
    expected = np.array([[0.8413447460685429, -0.15865525393145707], [0.0, 1.9544997361036416]])
    assert_close(gelu(np.array([[1.0, -1.0], [0.0, 2.0]])), expected)


@SHAPES
def test_gelu_agrees_with_torch(rng, shape):
    x = rng.normal(scale=2.0, size=shape)
    assert_close(gelu(x), by_torch(F.gelu, x))


def test_gelu_agrees_with_torch_all_along_the_curve():
    x = np.linspace(-16.0, 16.0, 129)
    assert_close(gelu(x), by_torch(F.gelu, x))


def test_gelu_far_above_0_is_x():
    x = np.array([20.0, 300.0, 1e4])
    assert_close(gelu(x), x)


def test_gelu_far_below_0_keeps_its_digits():
    x = np.array([-5.0, -10.0, -30.0])
    below = np.array([2.8665157187919333e-07, 7.619853024160527e-24, 4.906713927148187e-198])
    assert_close(gelu(x), x * below, atol=0.0)


@DTYPES
@ERRORS
def test_gelu_causes_no_floating_point_error(error, dtype):
    x = far_and_near(dtype)
    with np.errstate(**{error: "raise"}):
        y = gelu(x)
    assert_close(y, np.maximum(x, 0))


# --- gelu_tanh -------------------------------------------------------------------------------


def test_gelu_tanh_at_1_is_the_formula_worked_out():
    # √(2/π) · 1.044715 is 0.83355…, and its tanh 0.68238….
    at_1 = 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))
    assert_close(gelu_tanh(np.array([[1.0, -1.0, 0.0]])), np.array([[at_1, at_1 - 1, 0.0]]))


@SHAPES
def test_gelu_tanh_agrees_with_torch(rng, shape):
    x = rng.normal(scale=2.0, size=shape)
    assert_close(gelu_tanh(x), by_torch(torch_gelu_tanh, x))


def test_gelu_tanh_agrees_with_torch_all_along_the_curve():
    x = np.linspace(-16.0, 16.0, 129)
    assert_close(gelu_tanh(x), by_torch(torch_gelu_tanh, x))


def test_gelu_tanh_far_above_0_is_x():
    x = np.array([20.0, 300.0, 1e4])
    assert_close(gelu_tanh(x), x)


def test_gelu_tanh_far_below_0_keeps_its_digits():
    x = np.array([-6.0, -8.0, -10.0])
    # For u far below 0, ½ (1 + tanh(u)) is exp(2u), to all digits.
    expected = x * np.exp(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    assert_close(gelu_tanh(x), expected, atol=0.0)


@DTYPES
@ERRORS
def test_gelu_tanh_causes_no_floating_point_error(error, dtype):
    x = far_and_near(dtype)
    with np.errstate(**{error: "raise"}):
        y = gelu_tanh(x)
    assert_close(y, np.maximum(x, 0))


# --- silu ------------------------------------------------------------------------------------


def test_silu_at_the_logarithm_of_3_is_three_quarters_of_it():
    shares = np.array([[0.75, 0.25], [0.5, 0.9]])
    assert_close(silu(LOGS), LOGS * shares)


@SHAPES
def test_silu_agrees_with_torch(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    assert_close(silu(x), by_torch(F.silu, x))


def test_silu_agrees_with_torch_all_along_the_curve():
    x = np.linspace(-16.0, 16.0, 129)
    assert_close(silu(x), by_torch(F.silu, x))


def test_silu_far_above_0_is_x():
    x = np.array([50.0, 300.0, 1e4])
    assert_close(silu(x), x)


def test_silu_far_below_0_keeps_its_digits():
    x = np.array([-30.0, -100.0, -700.0])
    assert_close(silu(x), x * np.exp(x), atol=0.0)


@DTYPES
@ERRORS
def test_silu_causes_no_floating_point_error(error, dtype):
    x = far_and_near(dtype)
    with np.errstate(**{error: "raise"}):
        y = silu(x)
    assert_close(y, np.maximum(x, 0))


# --- softplus --------------------------------------------------------------------------------


def test_softplus_at_the_logarithm_of_3_is_that_of_4():
    assert_close(softplus(LOGS), np.log([[4.0, 4 / 3], [2.0, 10.0]]))


@SHAPES
def test_softplus_agrees_with_torch(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    assert_close(softplus(x), by_torch(F.softplus, x))


def test_softplus_agrees_with_torch_all_along_the_curve():
    x = np.linspace(-16.0, 16.0, 129)
    assert_close(softplus(x), by_torch(F.softplus, x))


def test_softplus_far_above_0_is_x():
    x = np.array([50.0, 300.0, 1e4])
    assert_close(softplus(x), x)


def test_softplus_far_below_0_keeps_its_digits():
    x = np.array([-30.0, -100.0, -700.0])
    assert_close(softplus(x), np.exp(x), atol=0.0)


@DTYPES
@ERRORS
def test_softplus_causes_no_floating_point_error(error, dtype):
    x = far_and_near(dtype)
    with np.errstate(**{error: "raise"}):
        y = softplus(x)
    expected = np.maximum(x, 0)
    expected[3] = np.log(2.0)
    assert_close(y, expected)


# --- All four --------------------------------------------------------------------------------


def test_all_four_agree_with_the_reference(rng, reference):
    x = rng.normal(scale=20.0, size=(6, 11))
    assert_close(gelu(x), reference.gelu(x))
    assert_close(gelu_tanh(x), reference.gelu_tanh(x))
    assert_close(silu(x), reference.silu(x))
    assert_close(softplus(x), reference.softplus(x))


def test_arrays_in_fortran_order_are_right_too(rng):
    x = np.asfortranarray(rng.normal(size=(4, 5)))
    assert_close(gelu(x), by_torch(F.gelu, x))
    assert_close(gelu_tanh(x), by_torch(torch_gelu_tanh, x))
    assert_close(silu(x), by_torch(F.silu, x))
    assert_close(softplus(x), by_torch(F.softplus, x))


def test_gelu_keeps_the_dtype():
    x = np.array([[-2.0, 0.0, 3.0]], dtype=np.float32)
    assert_close(gelu(x), by_torch(F.gelu, x))


def test_gelu_tanh_keeps_the_dtype():
    x = np.array([[-2.0, 0.0, 3.0]], dtype=np.float32)
    assert_close(gelu_tanh(x), by_torch(torch_gelu_tanh, x))


def test_silu_keeps_the_dtype():
    x = np.array([[-2.0, 0.0, 3.0]], dtype=np.float32)
    assert_close(silu(x), by_torch(F.silu, x))


def test_softplus_keeps_the_dtype():
    x = np.array([[-2.0, 0.0, 3.0]], dtype=np.float32)
    assert_close(softplus(x), by_torch(F.softplus, x))


def test_gelu_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        gelu(x)


def test_gelu_tanh_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        gelu_tanh(x)


def test_silu_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        silu(x)


def test_softplus_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        softplus(x)


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
def test_gelu_tanh_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", gelu_tanh, (x[:8],), (x,))


@pytest.mark.speed
def test_silu_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", silu, (x[:8],), (x,))


@pytest.mark.speed
def test_softplus_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", softplus, (x[:8],), (x,))
