from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.sigmoid import sigmoid, sigmoid_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_vectorized,
    manners,
    of_four_axes,
    torch_gradients,
)

SHAPES = pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)], ids=str)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def from_end_to_end(dtype):
    """Entries of all sizes, most of them where the results are neither 0 nor 1."""
    largest, last = np.finfo(dtype).max, -np.log(np.finfo(dtype).tiny)
    some = np.geomspace(1 / largest, largest / 2, 100), np.geomspace(1e-4, 0.5, 50)
    sizes = np.concatenate([*some, np.linspace(0.5, 750, 300), [0.99 * last, largest]])
    return np.concatenate([-sizes, [0.0], sizes]).astype(dtype)


def in_torch(x):
    return torch.sigmoid(torch.tensor(x, dtype=torch.float64)).numpy()


def test_odds_of_3_to_1_become_three_quarters():
    x = np.array([[np.log(3.0), -np.log(3.0)], [0.0, np.log(9.0)]])
    assert_close(sigmoid(x), np.array([[0.75, 0.25], [0.5, 0.9]]))


@SHAPES
def test_it_agrees_with_torch(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    expected = in_torch(x)
    assert_close(sigmoid(x), expected)


def test_far_above_0_it_is_1():
    assert_close(sigmoid(np.array([40.0, 1000.0, 1e300])), np.ones(3))


def test_far_below_0_it_keeps_its_digits():
    x = np.array([-30.0, -100.0, -700.0])
    expected = np.exp(x)
    assert_close(sigmoid(x), expected, atol=0.0)


@DTYPES
def test_it_is_right_from_end_to_end_without_a_floating_point_error(dtype):
    x = from_end_to_end(dtype)
    expected = in_torch(x).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = sigmoid(x)
    assert_close(y, expected, atol=np.finfo(dtype).tiny)


def test_the_derivative_at_0_is_a_quarter():
    assert_close(sigmoid_backward(np.array([8.0, -2.0]), np.zeros(2)), np.array([2.0, -0.5]))


@SHAPES
def test_backward_agrees_with_torch(rng, shape):
    x, grad_y = rng.normal(scale=3.0, size=shape), rng.normal(size=shape)
    (expected,) = torch_gradients(torch.sigmoid, [x], grad_y)
    assert_close(sigmoid_backward(grad_y, x), expected)


def test_backward_keeps_its_digits_in_both_tails():
    x = np.array([-300.0, -50.0, 50.0, 300.0])
    expected = 3.0 * np.exp(-np.abs(x))
    assert_close(sigmoid_backward(np.full(4, 3.0), x), expected, atol=0.0)


@DTYPES
def test_backward_is_right_from_end_to_end_without_a_floating_point_error(rng, dtype):
    x = from_end_to_end(dtype)
    grad_y = rng.normal(size=x.shape).astype(dtype)
    expected = (grad_y * (in_torch(x) * in_torch(-x))).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        grad_x = sigmoid_backward(grad_y, x)
    assert_close(grad_x, expected, atol=10 * np.finfo(dtype).tiny)


def test_both_agree_with_the_reference(rng, reference):
    x, grad_y = rng.normal(scale=20.0, size=(6, 11)), rng.normal(size=(6, 11))
    expected = reference.sigmoid(x), reference.sigmoid_backward(grad_y, x)
    assert_close(sigmoid(x), expected[0])
    assert_close(sigmoid_backward(grad_y, x), expected[1])


@manners()
def test_manners(rng):
    grad_y, x = rng.normal(size=(2, 2, 3, 4))
    # Backward first and last: there it shows if a forward call has left something behind.
    backward = partial(sigmoid_backward, grad_y, x)
    calls = partial(sigmoid_backward, 0.0 * grad_y, x), partial(sigmoid_backward, grad_y[:0], x[:0])
    return backward, *calls, partial(sigmoid, x), partial(sigmoid, x[:, :0]), backward


@pytest.mark.speed
def test_sigmoid_has_no_python_loop(rng):
    assert_vectorized(sigmoid, of_four_axes(rng))


@pytest.mark.speed
def test_sigmoid_backward_has_no_python_loop(rng):
    assert_vectorized(sigmoid_backward, of_four_axes(rng, 2))


@pytest.mark.speed
@DTYPES
def test_memory_stays_within_eight_times_x(rng, dtype):
    grad_y, x = rng.normal(size=(2, 40, 90)).astype(dtype)
    assert_memory_at_most(8 * x.nbytes, sigmoid, x)
    assert_memory_at_most(8 * x.nbytes, sigmoid_backward, grad_y, x)
