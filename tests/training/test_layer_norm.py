from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.training.layer_norm import layer_norm, layer_norm_backward
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

SHAPES = pytest.mark.parametrize(
    "shape",
    [(7, 3), (2, 3, 5), (2, 1, 3, 4), (6,), (1, 4), (4, 4), (0, 3)],
    ids=str,
)
EPSILONS = pytest.mark.parametrize("eps", [1e-5, 0.1, 3.0])
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])
# With means of 1e6, float64 keeps ten digits behind the point; sums lose one or two of them.
DIGITS = {"float32": 1e-6, "float64": 1e-8}


def draw(rng, shape):
    """grad_y, x, gamma and beta; the rows of x differ in mean and in spread."""
    d, batch = shape[-1], (*shape[:-1], 1)
    x = rng.normal(size=shape) * rng.uniform(0.3, 4.0, size=batch) + rng.normal(size=batch)
    return rng.normal(size=shape), x, rng.normal(size=d), rng.normal(size=d)


def with_large_means(rng, dtype):
    grad_y, x, gamma, beta = draw(rng, (3, 9))
    x = (rng.normal(size=(3, 9)) + np.array([[1e6], [-1e6], [0.0]])).astype(dtype)
    return grad_y.astype(dtype), x, gamma.astype(dtype), beta.astype(dtype)


def in_torch(x, gamma, beta, eps=1e-5):
    """In float64, whatever the dtypes; the result has x's."""
    wide = [torch.tensor(array, dtype=torch.float64) for array in (x, gamma, beta)]
    return F.layer_norm(wide[0], gamma.shape, *wide[1:], eps=eps).numpy().astype(x.dtype)


def torch_backward(grad_y, x, gamma, beta, eps=1e-5):
    def forward(x, gamma, beta):
        return F.layer_norm(x, gamma.shape, gamma, beta, eps=eps)

    wide = [array.astype(np.float64) for array in (x, gamma, beta)]
    gradients = torch_gradients(forward, wide, grad_y.astype(np.float64))
    own = zip(gradients, (x, gamma, beta), strict=True)
    return tuple(gradient.astype(array.dtype) for gradient, array in own)


# --- Forward ---------------------------------------------------------------------------------


def test_a_row_of_0_and_6_worked_out_by_hand():
    # The mean is 3, the variance 9, and √(9 + 16) = 5.
    x, gamma, beta = np.array([[0.0, 6.0]]), np.array([2.0, 2.0]), np.array([0.0, 1.0])
    assert_close(layer_norm(x, gamma, beta, eps=16.0), np.array([[-1.2, 2.2]]))


@SHAPES
@EPSILONS
def test_it_agrees_with_torch(rng, shape, eps):
    _, x, gamma, beta = draw(rng, shape)
    expected = in_torch(x, gamma, beta, eps)
    assert_close(layer_norm(x, gamma, beta, eps), expected)


def test_a_row_of_equal_entries_becomes_beta(rng):
    _, _, gamma, beta = draw(rng, (4, 3))
    x = np.array([[0.0], [5.0], [-1e6], [0.1]]).repeat(3, axis=1)
    expected = np.tile(beta, (4, 1))
    assert_close(layer_norm(x, gamma, beta), expected, atol=1e-7)


def test_eps_is_one_hundred_thousandth_unless_told(rng):
    grad_y, x, gamma, beta = draw(rng, (4, 3))
    x *= 1e-3
    expected = in_torch(x, gamma, beta), torch_backward(grad_y, x, gamma, beta)
    result = layer_norm(x, gamma, beta), layer_norm_backward(grad_y, x, gamma, beta)
    assert_close(result, expected)


def test_it_agrees_with_the_reference(rng, reference):
    grad_y, *rest = draw(rng, (3, 5, 8))
    expected = (
        reference.layer_norm(*rest, 0.05),
        reference.layer_norm_backward(grad_y, *rest, 0.05),
    )
    assert_close((layer_norm(*rest, 0.05), layer_norm_backward(grad_y, *rest, 0.05)), expected)


# --- Backward --------------------------------------------------------------------------------


def test_gradients_worked_out_by_hand():
    # x̂ is ±0.6. Of [1, 0], the mean is 0.5 and the part along x̂ is −0.3.
    x, ones = np.array([0.0, 6.0]), np.ones(2)
    expected = np.array([0.064, -0.064]), np.array([-0.6, 0.0]), np.array([1.0, 0.0])
    assert_close(layer_norm_backward(np.array([1.0, 0.0]), x, ones, ones, 16.0), expected)


@SHAPES
@EPSILONS
def test_the_gradients_agree_with_torch(rng, shape, eps):
    grad_y, x, gamma, beta = draw(rng, shape)
    expected = torch_backward(grad_y, x, gamma, beta, eps)
    assert_close(layer_norm_backward(grad_y, x, gamma, beta, eps), expected)


@pytest.mark.parametrize("shape", [(5, 2), (2, 5, 2), (2,), (5, 1), (1,)], ids=str)
def test_rows_of_one_or_two_features_are_right(rng, shape):
    # With a small eps nothing would be left of grad_x but what was rounded away.
    grad_y, *rest = draw(rng, shape)
    expected = in_torch(*rest, 1.0), torch_backward(grad_y, *rest, 1.0)
    result = layer_norm(*rest, 1.0), layer_norm_backward(grad_y, *rest, 1.0)
    assert_close(list(result), list(expected), atol=1e-12)


def test_a_row_of_equal_entries_and_a_gamma_of_zero_have_the_right_gradients(rng):
    grad_y, x, gamma, beta = draw(rng, (5, 3))
    x[1], gamma[2] = 3.0, 0.0
    expected = torch_backward(grad_y, x, gamma, beta, 0.25)
    assert_close(layer_norm_backward(grad_y, x, gamma, beta, 0.25), expected)


# --- Numerics and dtypes ---------------------------------------------------------------------


@DTYPES
def test_a_large_mean_costs_no_digits(rng, dtype):
    grad_y, *rest = with_large_means(rng, dtype)
    expected = [in_torch(*rest, 0.1), *torch_backward(grad_y, *rest, 0.1)]
    result = [layer_norm(*rest, 0.1), *layer_norm_backward(grad_y, *rest, 0.1)]
    assert_close(result, expected, atol=DIGITS[dtype])


@DTYPES
@pytest.mark.parametrize("eps", [1e-5, 1e-30])
def test_rows_of_tiny_and_of_huge_entries_are_normalized_too(dtype, eps):
    sizes = np.geomspace(1e-15, 1e30, 46)[:, None]
    x, ones = (sizes * [0.25, -0.5, 1.0]).astype(dtype), np.ones(3, dtype)
    expected = in_torch(x, ones, 0 * ones, eps)
    assert_close(layer_norm(x, ones, 0 * ones, eps), expected)


@DTYPES
def test_the_gradients_of_huge_rows_are_right(rng, dtype):
    sizes = np.geomspace(1.0, 1e30, 31)[:, None]
    grad_y, _, gamma, beta = (array.astype(dtype) for array in draw(rng, (31, 3)))
    x = (sizes * [0.25, -0.5, 1.0]).astype(dtype)
    grad_x, *others = torch_backward(grad_y, x, gamma, beta)
    # A row's gradient is as small as the row is large.
    expected = [grad_x * sizes, *others]
    grad_x, *others = layer_norm_backward(grad_y, x, gamma, beta)
    close = 1e-4 if dtype == "float32" else 1e-8
    assert_close([grad_x * sizes, *others], expected, rtol=close)


def test_many_gradients_in_half_precision_add_up():
    # x̂ is ±0.5. In float16 a sum of ones ends at 2048.
    grad_y, x = (
        np.ones((4000, 2), np.float16),
        np.tile(np.array([-1.0, 1.0], np.float16), (4000, 1)),
    )
    gamma, beta = np.ones((2, 2), np.float16)
    _, *result = layer_norm_backward(grad_y, x, gamma, beta, eps=3.0)
    expected = np.array([-2000.0, 2000.0], np.float16), np.full(2, 4000.0, np.float16)
    assert_close(result, list(expected))


def test_what_cancels_keeps_its_digits_in_float32():
    # x̂ is ±3 / √10. It and gamma are off by 1e-8 or more once they are rounded to float32.
    x, x_hat = np.array([0.0, 6.0], np.float32), np.array([-3.0, 3.0]) / np.sqrt(10.0)
    y = layer_norm(x, np.full(2, 0.7), 1e-7 - 0.7 * x_hat, eps=1.0)
    assert_close(y, np.full(2, 1e-7, np.float32))


def test_what_cancels_in_the_gradients_keeps_its_digits_in_float32(rng):
    grad_y, x, gamma, beta = draw(rng, (3, 5))
    grad_y, gamma = grad_y + np.array([[1e6], [0.0], [-1e6]]), np.full_like(gamma, 0.1)
    x[2] = x[0]  # So that gamma's gradient cancels too.
    args = [array.astype(np.float32) for array in (grad_y, x, gamma, beta)]
    expected = torch_backward(*args)
    assert_close(layer_norm_backward(*args), expected)


@pytest.mark.parametrize("n", [6, 0])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("narrow", ["grad_y", "x", "gamma", "beta"])
def test_results_have_the_dtype_of_what_they_belong_to(rng, narrow, dtype, n):
    args = list(draw(rng, (n, 3)))
    which = ["grad_y", "x", "gamma", "beta"].index(narrow)
    args[which] = args[which].astype(dtype)
    grad_y, *rest = args
    expected = [in_torch(*rest, 0.1), *torch_backward(grad_y, *rest, 0.1)]
    result = [layer_norm(*rest, 0.1), *layer_norm_backward(grad_y, *rest, 0.1)]
    assert_close(result, expected)


# --- Both ------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["gamma", "beta"])
@pytest.mark.parametrize("shape", [(1,), (3,), (5,), (1, 4), (4, 1), (2, 4), ()], ids=str)
def test_a_gamma_or_beta_of_another_shape_raises_a_value_error(shape, which):
    x, grad_y, given = np.ones((2, 4)), np.ones((2, 4)), {"gamma": np.ones(4), "beta": np.ones(4)}
    given[which] = np.ones(shape)
    assert_value_error(layer_norm, x, **given)
    assert_value_error(layer_norm_backward, grad_y, x, **given)


@pytest.mark.parametrize("shape", [(4,), (1, 4), (2, 1), (2, 1, 4), (3, 4)], ids=str)
def test_a_gradient_of_another_shape_than_x_raises_a_value_error(shape):
    assert_value_error(layer_norm_backward, np.ones(shape), np.ones((2, 4)), np.ones(4), np.ones(4))


@manners()
def test_manners(rng):
    grad_y, *rest = draw(rng, (2, 3, 4))
    row = [rest[0][0, 0], *rest[1:]]
    return (
        partial(layer_norm, *rest, 0.1),
        partial(layer_norm, *rest, 0.2),
        partial(layer_norm, *row),
        # Nothing of x is left, but y is no view of beta.
        partial(layer_norm, row[0], np.zeros(4), row[2]),
        partial(layer_norm_backward, grad_y, *rest, 0.1),
        partial(layer_norm_backward, grad_y, *rest, 0.2),
        partial(layer_norm_backward, grad_y[0, 0], *row),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sized(batch, rows, features):
        return draw(rng, (batch, rows, features))

    assert_vectorized(lambda grad_y, x, gamma, beta: layer_norm(x, gamma, beta), sized)
    assert_vectorized(layer_norm_backward, sized)
