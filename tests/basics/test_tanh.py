import numpy as np
import pytest
import torch

from exercises.basics.tanh import tanh, tanh_backward
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

SHAPES = [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
ERRORS = pytest.mark.parametrize("error", ["over", "invalid", "divide"])


def huge(dtype):
    return np.array([-1e30, -1e4, -150.0, 0.0, 150.0, 1e4, 1e30], dtype=dtype)


def test_the_logarithm_of_3_becomes_four_fifths():
    # (3 − 1/3) / (3 + 1/3), and for the logarithm of 2 (2 − 1/2) / (2 + 1/2).
    x = np.array([[np.log(3.0), -np.log(3.0)], [0.0, np.log(2.0)]])
    assert_close(tanh(x), np.array([[0.8, -0.8], [0.0, 0.6]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_agrees_with_torch(rng, shape):
    x = rng.normal(scale=2.0, size=shape)
    assert_close(tanh(x), torch.tanh(torch.tensor(x)).numpy())


def test_it_is_twice_the_sigmoid_of_2x_less_1(rng):
    x = rng.normal(scale=2.0, size=(4, 5))
    assert_close(tanh(x), 2 * torch.sigmoid(2 * torch.tensor(x)).numpy() - 1)


def test_far_from_0_it_is_1_or_minus_1():
    x = np.array([-1e30, -1000.0, -40.0, 40.0, 1000.0, 1e30])
    assert_close(tanh(x), np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]))


@pytest.mark.parametrize("size", [1e-2, 1e-5, 1e-9, 1e-20, 1e-100], ids=str)
def test_near_0_it_keeps_its_digits(size):
    x = np.array([-3.0, -1.0, 1.0, 2.0]) * size
    assert_close(tanh(x), torch.tanh(torch.tensor(x)).numpy(), atol=0.0)


def test_near_0_it_keeps_its_digits_in_float32_too():
    x = np.array([-3e-2, -1e-4, 2e-7, 1e-20], dtype=np.float32)
    assert_close(tanh(x), torch.tanh(torch.tensor(x)).numpy(), atol=0.0)


def test_huge_and_tiny_entries_in_one_array_are_each_right():
    x = np.array([[-1000.0, 1e-12], [1000.0, -1e-12]])
    assert_close(tanh(x), np.array([[-1.0, 1e-12], [1.0, -1e-12]]), atol=0.0)


@DTYPES
@ERRORS
def test_huge_entries_cause_no_floating_point_error(error, dtype):
    with np.errstate(**{error: "raise"}):
        y = tanh(huge(dtype))
    assert_close(y, np.array([-1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0], dtype=dtype))


def test_the_derivative_at_0_is_1():
    assert_close(tanh_backward(np.array([8.0, -2.0]), np.zeros(2)), np.array([8.0, -2.0]))


def test_the_derivative_where_tanh_is_four_fifths_is_9_25ths():
    x = np.array([[np.log(3.0), -np.log(3.0)]])
    assert_close(tanh_backward(np.array([[25.0, -50.0]]), x), np.array([[9.0, -18.0]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_agrees_with_torch(rng, shape):
    x, grad_y = rng.normal(size=shape), rng.normal(size=shape)
    (expected,) = torch_gradients(torch.tanh, [x], grad_y)
    assert_close(tanh_backward(grad_y, x), expected)


def test_backward_keeps_its_digits_in_both_tails():
    x = np.array([-300.0, -50.0, -20.0, 20.0, 50.0, 300.0])
    expected = 3.0 * 4.0 * np.exp(-2.0 * np.abs(x))
    assert_close(tanh_backward(np.full(6, 3.0), x), expected, atol=0.0)


@DTYPES
@ERRORS
def test_backward_at_huge_entries_causes_no_floating_point_error(error, dtype):
    x = huge(dtype)
    with np.errstate(**{error: "raise"}):
        grad_x = tanh_backward(np.ones_like(x), x)
    expected = np.zeros_like(x)
    expected[3] = 1.0
    assert_close(grad_x, expected)


def test_both_agree_with_the_reference(rng, reference):
    x, grad_y = rng.normal(scale=10.0, size=(6, 11)), rng.normal(size=(6, 11))
    assert_close(tanh(x), reference.tanh(x))
    assert_close(tanh_backward(grad_y, x), reference.tanh_backward(grad_y, x))


def test_arrays_in_fortran_order_are_right_too(rng):
    grad_y, x = (np.asfortranarray(rng.normal(size=(4, 5))) for _ in range(2))
    assert_close(tanh(x), torch.tanh(torch.tensor(x)).numpy())
    assert_close(tanh_backward(grad_y, x), *torch_gradients(torch.tanh, [x], grad_y))


def test_tanh_keeps_the_dtype():
    x = np.array([-2.0, 0.0, 3.0], dtype=np.float32)
    assert_close(tanh(x), torch.tanh(torch.tensor(x)).numpy())


def test_tanh_backward_keeps_the_dtype():
    x, grad_y = np.array([[-1.5, 0.0, 0.5], [5.0, 6.0, 7.0]], dtype=np.float32)
    assert_close(tanh_backward(grad_y, x), *torch_gradients(torch.tanh, [x], grad_y))


def test_tanh_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        tanh(x)


def test_tanh_backward_leaves_its_arguments_unchanged(rng):
    x, grad_y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    with unchanged(grad_y, x):
        tanh_backward(grad_y, x)


@pytest.mark.speed
def test_tanh_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", tanh, (x[:8],), (x,))


@pytest.mark.speed
def test_tanh_backward_has_no_python_loop(rng):
    x, grad_y = rng.normal(size=96), rng.normal(size=96)
    assert_no_loop_over("x", tanh_backward, (grad_y[:8], x[:8]), (grad_y, x))
