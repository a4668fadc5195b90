import numpy as np
import pytest
import torch

from exercises.basics.sigmoid import sigmoid, sigmoid_backward
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

SHAPES = [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
ERRORS = pytest.mark.parametrize("error", ["over", "invalid", "divide"])


def huge(dtype):
    return np.array([-1e30, -1e4, -150.0, 0.0, 150.0, 1e4, 1e30], dtype=dtype)


def test_odds_of_3_to_1_become_three_quarters():
    x = np.array([[np.log(3.0), -np.log(3.0)], [0.0, np.log(9.0)]])
    assert_close(sigmoid(x), np.array([[0.75, 0.25], [0.5, 0.9]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_agrees_with_torch(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    assert_close(sigmoid(x), torch.sigmoid(torch.tensor(x)).numpy())


def test_far_above_0_it_is_1():
    assert_close(sigmoid(np.array([40.0, 1000.0, 1e300])), np.ones(3))


def test_far_below_0_it_keeps_its_digits():
    x = np.array([-30.0, -100.0, -700.0])
    assert_close(sigmoid(x), np.exp(x), atol=0.0)


def test_huge_and_small_entries_in_one_array_are_each_right():
    x = np.array([[-1000.0, 0.5], [1000.0, -0.5]])
    tame = 1 / (1 + np.exp(-0.5))
    assert_close(sigmoid(x), np.array([[0.0, tame], [1.0, 1 - tame]]))


@DTYPES
@ERRORS
def test_huge_entries_cause_no_floating_point_error(error, dtype):
    with np.errstate(**{error: "raise"}):
        y = sigmoid(huge(dtype))
    with np.errstate(all="ignore"):
        expected = torch.sigmoid(torch.tensor(huge(dtype))).numpy()
    assert_close(y, expected)


def test_the_derivative_at_0_is_a_quarter():
    assert_close(sigmoid_backward(np.array([8.0, -2.0]), np.zeros(2)), np.array([2.0, -0.5]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_agrees_with_torch(rng, shape):
    x, grad_y = rng.normal(scale=3.0, size=shape), rng.normal(size=shape)
    (expected,) = torch_gradients(torch.sigmoid, [x], grad_y)
    assert_close(sigmoid_backward(grad_y, x), expected)


def test_backward_keeps_its_digits_in_both_tails():
    x = np.array([-300.0, -50.0, 50.0, 300.0])
    expected = 3.0 * np.exp(-np.abs(x))
    assert_close(sigmoid_backward(np.full(4, 3.0), x), expected, atol=0.0)


@DTYPES
@ERRORS
def test_backward_at_huge_entries_causes_no_floating_point_error(error, dtype):
    x = huge(dtype)
    with np.errstate(**{error: "raise"}):
        grad_x = sigmoid_backward(np.ones_like(x), x)
    expected = np.zeros_like(x)
    expected[3] = 0.25
    assert_close(grad_x, expected)


def test_both_agree_with_the_reference(rng, reference):
    x, grad_y = rng.normal(scale=20.0, size=(6, 11)), rng.normal(size=(6, 11))
    assert_close(sigmoid(x), reference.sigmoid(x))
    assert_close(sigmoid_backward(grad_y, x), reference.sigmoid_backward(grad_y, x))


def test_arrays_in_fortran_order_are_right_too(rng):
    grad_y, x = (np.asfortranarray(rng.normal(size=(4, 5))) for _ in range(2))
    assert_close(sigmoid(x), torch.sigmoid(torch.tensor(x)).numpy())
    assert_close(sigmoid_backward(grad_y, x), *torch_gradients(torch.sigmoid, [x], grad_y))


def test_sigmoid_keeps_the_dtype():
    x = np.array([-2.0, 0.0, 3.0], dtype=np.float32)
    assert_close(sigmoid(x), torch.sigmoid(torch.tensor(x)).numpy())


def test_sigmoid_backward_keeps_the_dtype():
    x, grad_y = np.array([[-2.0, 0.0, 3.0], [5.0, 6.0, 7.0]], dtype=np.float32)
    assert_close(sigmoid_backward(grad_y, x), *torch_gradients(torch.sigmoid, [x], grad_y))


def test_sigmoid_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        sigmoid(x)


def test_sigmoid_backward_leaves_its_arguments_unchanged(rng):
    x, grad_y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    with unchanged(grad_y, x):
        sigmoid_backward(grad_y, x)


@pytest.mark.speed
def test_sigmoid_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", sigmoid, (x[:8],), (x,))


@pytest.mark.speed
def test_sigmoid_backward_has_no_python_loop(rng):
    x, grad_y = rng.normal(size=96), rng.normal(size=96)
    assert_no_loop_over("x", sigmoid_backward, (grad_y[:8], x[:8]), (grad_y, x))
