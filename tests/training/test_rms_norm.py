from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.training.rms_norm import rms_norm, rms_norm_backward
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

SHAPES = pytest.mark.parametrize(
    "shape", [(7, 3), (2, 3, 5), (2, 1, 3, 4), (6,), (1, 4), (4, 4), (0, 3)], ids=str
)
EPSILONS = pytest.mark.parametrize("eps", [1e-5, 0.1, 3.0])
DTYPES = pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
LARGEST = {"float16": 3e4, "float32": 1e38, "float64": 1e100}


def draw(rng, shape):
    """grad_y, x and weight; the rows of x differ in size and in mean."""
    d, batch = shape[-1], shape[:-1]
    x = rng.normal(size=shape) * rng.uniform(0.2, 4.0, size=(*batch, 1)) + rng.normal(size=d)
    return rng.normal(size=shape), x, rng.normal(size=d)


def in_torch(x, weight, eps=1e-5):
    x, weight = torch.tensor(x), torch.tensor(weight)
    return F.rms_norm(x, weight.shape, weight, eps=eps).numpy()


def torch_backward(grad_y, x, weight, eps=1e-5):
    def forward(x, weight):
        return F.rms_norm(x, weight.shape, weight, eps=eps)

    return torch_gradients(forward, [x, weight], grad_y)


def rows_of_all_sizes(dtype):
    """Rows (n, 3) from tiny to the largest, among them one of zeros."""
    sizes = np.append(np.geomspace(4 / LARGEST[dtype], LARGEST[dtype], 41), 0.0)
    return (sizes[:, None] * [1.0, -0.5, 0.25]).astype(dtype)


# --- Forward ---------------------------------------------------------------------------------


def test_a_row_of_1_and_7_worked_out_by_hand():
    # The mean of 1 and 49 is 25, and √(25 + 24) = 7.
    y = rms_norm(np.array([[1.0, 7.0], [0.0, 0.0]]), np.array([1.0, 2.0]), eps=24.0)
    assert_close(y, np.array([[1 / 7, 2.0], [0.0, 0.0]]))


@SHAPES
@EPSILONS
def test_it_agrees_with_torch(rng, shape, eps):
    _, x, weight = draw(rng, shape)
    expected = in_torch(x, weight, eps)
    assert_close(rms_norm(x, weight, eps), expected)


def test_eps_is_one_hundred_thousandth_unless_told(rng):
    grad_y, x, weight = draw(rng, (4, 3))
    x *= 1e-3
    expected = in_torch(x, weight), torch_backward(grad_y, x, weight)
    assert_close((rms_norm(x, weight), rms_norm_backward(grad_y, x, weight)), expected)


@DTYPES
@pytest.mark.parametrize("eps", [1e-5, 1e-30, 1e-250])
def test_rows_of_any_size_are_right(dtype, eps):
    x, weight = rows_of_all_sizes(dtype), np.array([1.0, 0.3, -1.7], dtype)
    expected = in_torch(x.astype(np.float64), weight.astype(np.float64), eps).astype(dtype)
    # Rounded once, at the end, half precision is the same to its last digit.
    close = 1e-9 if dtype == "float16" else None
    assert_close(rms_norm(x, weight, eps), expected, rtol=close, atol=1e-45)


def test_it_agrees_with_the_reference(rng, reference):
    grad_y, x, weight = draw(rng, (3, 5, 8))
    expected = (
        reference.rms_norm(x, weight, 0.05),
        reference.rms_norm_backward(grad_y, x, weight, 0.05),
    )
    result = rms_norm(x, weight, 0.05), rms_norm_backward(grad_y, x, weight, 0.05)
    assert_close(result, expected)


# --- Backward --------------------------------------------------------------------------------


def test_gradients_worked_out_by_hand():
    # The part along x̂ = [1/7, 1] is the mean of [2/7, 0], which is 1/7.
    arguments = np.array([1.0, 0.0]), np.array([1.0, 7.0]), np.array([2.0, 2.0])
    expected = np.array([2 - 1 / 49, -1 / 7]) / 7, np.array([1 / 7, 0.0])
    assert_close(rms_norm_backward(*arguments, eps=24.0), expected)


@SHAPES
@EPSILONS
def test_the_gradients_agree_with_torch(rng, shape, eps):
    grad_y, x, weight = draw(rng, shape)
    expected = torch_backward(grad_y, x, weight, eps)
    assert_close(rms_norm_backward(grad_y, x, weight, eps), expected)


@pytest.mark.parametrize("shape", [(5, 1), (2, 5, 1), (1,)], ids=str)
def test_rows_of_one_feature_are_right(rng, shape):
    # With a small eps nothing would be left of grad_x but what was rounded away.
    grad_y, x, weight = draw(rng, shape)
    expected = in_torch(x, weight, 1.0), torch_backward(grad_y, x, weight, 1.0)
    assert_close((rms_norm(x, weight, 1.0), rms_norm_backward(grad_y, x, weight, 1.0)), expected)


def test_a_row_of_zeros_and_a_weight_of_zero_have_the_right_gradients(rng):
    grad_y, x, weight = draw(rng, (5, 3))
    x[1], weight[2] = 0.0, 0.0
    expected = torch_backward(grad_y, x, weight, 1e-4)
    assert_close(rms_norm_backward(grad_y, x, weight, 1e-4), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("eps", [1e-5, 1e-30])
def test_the_gradients_of_rows_of_any_size_are_right(rng, dtype, eps):
    x, weight = rows_of_all_sizes(dtype)[10:], np.array([1.0, 0.3, -1.7], dtype)
    # Most of grad_y · weight lies along the row, and is taken out.
    along = 1e3 * np.array([1.0, -0.5, 0.25]) / weight
    grad_y = (rng.normal(size=x.shape) + along).astype(dtype)
    wide = [array.astype(np.float64) for array in (grad_y, x, weight)]
    expected = torch_backward(*wide, eps)
    sizes = np.abs(expected[0]).max(axis=1, keepdims=True)
    grad_x, grad_weight = rms_norm_backward(grad_y, x, weight, eps)
    # Each row beside its own size; float32 has none below 1e-45.
    result = [grad_x.astype(np.float64) / sizes, grad_weight]
    wanted = [expected[0] / sizes, expected[1].astype(dtype)]
    close = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {}
    assert_close(result, wanted, **close)


def test_many_gradients_in_half_precision_add_up():
    # x̂ is a half everywhere. In float16 a sum of halves ends at 1024.
    ones, weight = np.ones((4000, 2), np.float16), np.ones(2, np.float16)
    _, grad_weight = rms_norm_backward(ones, ones, weight, eps=3.0)
    assert_close(grad_weight, np.full(2, 2000.0, np.float16))


@pytest.mark.parametrize("n", [60, 0])
@pytest.mark.parametrize(
    "dtypes",
    [
        ("float64", "float16", "float64"),
        ("float64", "float32", "float64"),
        ("float64", "float64", "float32"),
        ("float32", "float64", "float64"),
    ],
    ids=str,
)
def test_results_have_the_dtype_of_what_they_belong_to(rng, dtypes, n):
    drawn = zip(draw(rng, (n, 3)), dtypes, strict=True)
    grad_y, x, weight = (array.astype(dtype) for array, dtype in drawn)
    wide = [array.astype(np.float64) for array in (grad_y, x, weight)]
    expected = in_torch(*wide[1:], 0.1), *torch_backward(*wide, 0.1)
    result = rms_norm(x, weight, 0.1), *rms_norm_backward(grad_y, x, weight, 0.1)
    own = (dtypes[1], dtypes[1], dtypes[2])
    expected = [array.astype(dtype) for array, dtype in zip(expected, own, strict=True)]
    assert_close(list(result), expected, rtol=1e-9 if "float16" in own else None)


# --- Both ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "features"),
    [((1,), 4), ((3,), 4), ((5,), 4), ((1, 4), 4), ((4, 1), 4), ((2, 4), 4), ((), 4), ((4,), 1)],
    ids=str,
)
def test_a_weight_of_another_shape_raises_a_value_error(shape, features):
    x, weight = np.ones((2, features)), np.ones(shape)
    assert_value_error(rms_norm, x, weight)
    assert_value_error(rms_norm_backward, np.ones((2, features)), x, weight)


@pytest.mark.parametrize("shape", [(4,), (1, 4), (2, 1), (2, 1, 4), (3, 4)], ids=str)
def test_a_gradient_of_another_shape_than_x_raises_a_value_error(shape):
    assert_value_error(rms_norm_backward, np.ones(shape), np.ones((2, 4)), np.ones(4))


@manners()
def test_manners(rng):
    grad_y, x, weight = draw(rng, (2, 3, 4))
    return (
        partial(rms_norm, x, weight, 0.1),
        partial(rms_norm, x, weight, 0.2),
        partial(rms_norm, x[0, 0], weight),
        partial(rms_norm_backward, grad_y, x, weight, 0.1),
        partial(rms_norm_backward, grad_y, x, weight, 0.2),
        partial(rms_norm_backward, grad_y[0, 0], x[0, 0], weight),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sized(batch, rows, features):
        return draw(rng, (batch, rows, features))

    assert_vectorized(lambda grad_y, x, weight: rms_norm(x, weight), sized)
    assert_vectorized(rms_norm_backward, sized)
