from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.log_softmax import log_softmax, logsumexp
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
    of_four_axes,
)

NAMES = pytest.mark.parametrize("name", ["logsumexp", "log_softmax"])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
NEAR_0 = {np.float32: 1e-6, np.float64: 1e-9}


def call(name, x, *axis):
    return globals()[name](x, *axis)


def in_torch(name, x, axis=-1):
    result = getattr(torch, name)(torch.tensor(x, dtype=torch.float64), dim=axis)
    return result.numpy().astype(x.dtype)


def test_logsumexp_adds_logarithms_of_1_2_and_5_up_to_that_of_8():
    x = np.log([[1.0, 2.0, 5.0], [0.5, 0.25, 0.25]])
    assert_close(logsumexp(x), np.array([np.log(8.0), 0.0]))


def test_log_softmax_makes_logarithms_of_1_2_and_5_those_of_eighths():
    x = np.log([1.0, 2.0, 5.0])
    assert_close(log_softmax(x), np.log([0.125, 0.25, 0.625]))


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (3, 1), (3, 1, 4), (1, 6), (1, 1)], ids=str)
@NAMES
def test_it_agrees_with_torch_on_the_last_axis(rng, name, shape):
    x = rng.normal(scale=3.0, size=shape)
    expected = in_torch(name, x)
    assert_close(call(name, x), expected)


@pytest.mark.parametrize("size", [1, 7])
def test_log_softmax_takes_a_single_row(rng, size):
    x = rng.normal(scale=3.0, size=size)
    expected = in_torch("log_softmax", x)
    assert_close(log_softmax(x), expected)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@NAMES
def test_it_agrees_with_torch_on_any_axis(rng, name, axis):
    x = rng.normal(scale=3.0, size=(2, 3, 4))
    expected = in_torch(name, x, axis)
    assert_close(call(name, x, axis), expected)


@NAMES
def test_of_no_rows_nothing_is_given(name):
    rows, columns = np.zeros((0, 4), np.float32), np.zeros((4, 0))
    expected = in_torch(name, rows), in_torch(name, columns, 0)
    assert_close(call(name, rows), expected[0])
    assert_close(call(name, columns, 0), expected[1])


@NAMES
def test_it_agrees_with_the_reference(rng, reference, name):
    x = rng.normal(scale=20.0, size=(11, 6))
    expected = getattr(reference, name)(x, 0)
    assert_close(call(name, x, 0), expected)


@DTYPES
@NAMES
def test_it_is_right_for_scores_and_gaps_of_any_size(name, dtype):
    sizes = np.geomspace(1e-30, 1e30, 121)
    x = np.concatenate([-sizes, sizes])[:, None] * [1.0, 1.0, 0.5]
    x = x.astype(dtype)
    expected = in_torch(name, x)
    assert_close(call(name, x), expected, atol=NEAR_0[dtype])


@DTYPES
def test_log_softmax_shares_alike_among_equal_scores_however_large(dtype):
    sizes = np.geomspace(1e-30, 1e30, 61)
    x = np.concatenate([-sizes, sizes])[:, None].repeat(4, axis=1).astype(dtype)
    assert_close(log_softmax(x), np.full(x.shape, -np.log(4.0), dtype))


@DTYPES
def test_logsumexp_adds_nothing_for_minus_infinity(dtype):
    x = np.array([[-np.inf, 3.0, -np.inf], [0.0, -np.inf, 0.0], [-np.inf, -900.0, -900.0]], dtype)
    expected = np.array([3.0, np.log(2.0), -900.0 + np.log(2.0)], dtype)
    assert_close(logsumexp(x), expected)


@DTYPES
@pytest.mark.parametrize("axis", [0, 1])
def test_logsumexp_of_nothing_but_minus_infinity_is_minus_infinity(dtype, axis):
    x = np.array([[-np.inf, 5.0, 0.0], [-np.inf, 5.0, -np.inf]], dtype)
    expected = np.array([-np.inf, 5.0 + np.log(2.0), 0.0], dtype)
    assert_close(logsumexp(x if axis == 0 else x.T, axis), expected)


@DTYPES
def test_log_softmax_of_minus_infinity_is_minus_infinity(dtype):
    x = np.array([[-np.inf, 3.0, 3.0], [0.0, -np.inf, -np.inf]], dtype)
    half = -np.log(2.0)
    expected = np.array([[-np.inf, half, half], [0.0, -np.inf, -np.inf]], dtype)
    assert_close(log_softmax(x), expected)


@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 0), -1), ((0, 3), 0), ((2, 0, 3), 1), ((0, 0), 0)], ids=str
)
@NAMES
def test_no_scores_along_the_axis_raise_a_value_error(name, shape, axis):
    assert_value_error(call, name, np.zeros(shape), axis)


def test_log_softmax_of_nothing_raises_a_value_error():
    assert_value_error(log_softmax, np.zeros(0))


@manners()
def test_manners(rng):
    x = rng.normal(size=(2, 3, 4))
    x[0, 0, 0] = -np.inf
    return (
        partial(logsumexp, x),
        partial(logsumexp, x, axis=1),
        partial(logsumexp, x[:, :, :1]),
        partial(log_softmax, x),
        partial(log_softmax, x[0, 1]),
        partial(log_softmax, x, axis=1),
        partial(log_softmax, x[:, :, 1:2]),
    )


@pytest.mark.speed
@pytest.mark.parametrize("axis", [-1, 0, 1, -2, -3])
@NAMES
def test_no_python_loop(rng, name, axis):
    assert_vectorized(lambda x: call(name, x, axis), of_four_axes(rng))


@pytest.mark.speed
# Beside x, the buffers that NumPy casts in, such as those of a sum in float64, are small.
@pytest.mark.parametrize("shape", [(256, 64), (24, 500)], ids=["many rows", "many scores"])
@DTYPES
@NAMES
def test_memory_stays_within_six_times_x(rng, name, dtype, shape):
    x = rng.normal(size=shape).astype(dtype)
    assert_memory_at_most(6 * x.nbytes, partial(call, name), x)
