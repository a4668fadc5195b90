import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.relu import leaky_relu, leaky_relu_backward, relu, relu_backward
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

SHAPES = [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)]
SLOPES = [0.2, 0.0, 1.0, 3.0, -0.5]


def on_and_around_the_kink(rng, shape):
    """Multiples of 1/2 from -2 to 2, many of them exactly 0."""
    return rng.integers(-4, 5, size=shape) / 2.0


def test_relu_keeps_the_positive_and_zeroes_the_rest():
    x = np.array([[-2.0, 0.0, 3.0], [0.5, -0.25, -7.0]])
    assert_close(relu(x), np.array([[0.0, 0.0, 3.0], [0.5, 0.0, 0.0]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_relu_agrees_with_torch(rng, shape):
    x = rng.normal(scale=10.0, size=shape)
    expected = torch.relu(torch.tensor(x)).numpy()
    assert_close(relu(x), expected)


def test_relu_keeps_huge_and_tiny_entries_exactly():
    x = np.array([-1e300, -1e-300, 1e-300, 1e300])
    assert_close(relu(x), np.array([0.0, 0.0, 1e-300, 1e300]), atol=0.0)


def test_relu_backward_passes_the_gradient_only_where_x_is_positive():
    x = np.array([[-2.0, 0.5, 3.0], [4.0, -0.25, 7.0]])
    grad_y = np.array([[5.0, -6.0, 7.0], [0.0, -9.0, 10.0]])
    assert_close(relu_backward(grad_y, x), np.array([[0.0, -6.0, 7.0], [0.0, 0.0, 10.0]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_relu_backward_agrees_with_torch(rng, shape):
    x, grad_y = on_and_around_the_kink(rng, shape), rng.normal(size=shape)
    (expected,) = torch_gradients(torch.relu, [x], grad_y)
    assert_close(relu_backward(grad_y, x), expected)


def test_relu_backward_passes_nothing_at_zero():
    assert_close(relu_backward(np.array([3.0, -2.0]), np.array([0.0, -0.0])), np.zeros(2))


def test_leaky_relu_scales_what_is_not_positive():
    x = np.array([[-2.0, 0.0, 3.0], [0.5, -0.25, -7.0]])
    assert_close(leaky_relu(x, 0.5), np.array([[-1.0, 0.0, 3.0], [0.5, -0.125, -3.5]]))


def test_leaky_relu_has_a_slope_of_a_hundredth_unless_told(rng):
    x = rng.normal(size=(4, 5))
    expected = F.leaky_relu(torch.tensor(x)).numpy()
    assert_close(leaky_relu(x), expected)


def test_leaky_relu_keeps_the_positive_exactly_at_a_huge_slope():
    x = np.array([-2.0, 3.0, 0.25])
    assert_close(leaky_relu(x, 1e20), np.array([-2e20, 3.0, 0.25]), atol=0.0)


@pytest.mark.parametrize("slope", SLOPES, ids=str)
def test_leaky_relu_agrees_with_torch_at_any_slope(rng, slope):
    x = rng.normal(scale=10.0, size=(5, 3))
    expected = F.leaky_relu(torch.tensor(x), slope).numpy()
    assert_close(leaky_relu(x, slope), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_leaky_relu_agrees_with_torch_at_any_shape(rng, shape):
    x = on_and_around_the_kink(rng, shape)
    expected = F.leaky_relu(torch.tensor(x), 0.3).numpy()
    assert_close(leaky_relu(x, slope=0.3), expected)


def test_leaky_relu_backward_scales_the_gradient_where_x_is_not_positive():
    x = np.array([[-2.0, 0.5, 3.0], [4.0, -0.25, 7.0]])
    grad_y = np.array([[5.0, -6.0, 7.0], [0.0, -9.0, 10.0]])
    expected = np.array([[2.5, -6.0, 7.0], [0.0, -4.5, 10.0]])
    assert_close(leaky_relu_backward(grad_y, x, 0.5), expected)


def test_leaky_relu_backward_has_a_slope_of_a_hundredth_unless_told(rng):
    x, grad_y = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    (expected,) = torch_gradients(F.leaky_relu, [x], grad_y)
    assert_close(leaky_relu_backward(grad_y, x), expected)


@pytest.mark.parametrize("slope", SLOPES, ids=str)
def test_leaky_relu_backward_agrees_with_torch_at_any_slope(rng, slope):
    x, grad_y = on_and_around_the_kink(rng, (5, 3)), rng.normal(size=(5, 3))
    (expected,) = torch_gradients(lambda x: F.leaky_relu(x, slope), [x], grad_y)
    assert_close(leaky_relu_backward(grad_y, x, slope), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_leaky_relu_backward_agrees_with_torch_at_any_shape(rng, shape):
    x, grad_y = rng.normal(size=shape), rng.normal(size=shape)
    (expected,) = torch_gradients(lambda x: F.leaky_relu(x, 0.3), [x], grad_y)
    assert_close(leaky_relu_backward(grad_y, x, slope=0.3), expected)


def test_leaky_relu_backward_passes_the_gradient_exactly_at_a_huge_slope():
    grad_x = leaky_relu_backward(np.array([5.0, 6.0]), np.array([-2.0, 3.0]), 1e20)
    assert_close(grad_x, np.array([5e20, 6.0]), atol=0.0)


def test_leaky_relu_backward_scales_the_gradient_by_slope_at_zero():
    grad_x = leaky_relu_backward(np.array([3.0, -2.0]), np.array([0.0, -0.0]), 0.25)
    assert_close(grad_x, np.array([0.75, -0.5]))


def test_all_four_agree_with_the_reference(rng, reference):
    x, grad_y = on_and_around_the_kink(rng, (6, 11)), rng.normal(size=(6, 11))
    assert_close(relu(x), reference.relu(x))
    assert_close(relu_backward(grad_y, x), reference.relu_backward(grad_y, x))
    assert_close(leaky_relu(x, 0.4), reference.leaky_relu(x, 0.4))
    expected = reference.leaky_relu_backward(grad_y, x, 0.4)
    assert_close(leaky_relu_backward(grad_y, x, 0.4), expected)


def test_arrays_in_fortran_order_are_right_too(rng):
    grad_y, x = (np.asfortranarray(rng.normal(size=(4, 5))) for _ in range(2))
    assert_close(relu(x), torch.relu(torch.tensor(x)).numpy())
    assert_close(relu_backward(grad_y, x), *torch_gradients(torch.relu, [x], grad_y))
    assert_close(leaky_relu(x), F.leaky_relu(torch.tensor(x)).numpy())
    assert_close(leaky_relu_backward(grad_y, x), *torch_gradients(F.leaky_relu, [x], grad_y))


def test_relu_keeps_the_dtype():
    x = np.array([-2.0, 0.0, 3.0], dtype=np.float32)
    assert_close(relu(x), np.array([0.0, 0.0, 3.0], dtype=np.float32))


def test_relu_backward_keeps_the_dtype():
    grad_y, x = np.array([[5.0, 6.0, 7.0], [-2.0, 0.0, 3.0]], dtype=np.float32)
    assert_close(relu_backward(grad_y, x), np.array([0.0, 0.0, 7.0], dtype=np.float32))


def test_leaky_relu_keeps_the_dtype():
    x = np.array([-2.0, 0.0, 3.0], dtype=np.float32)
    assert_close(leaky_relu(x, 0.5), np.array([-1.0, 0.0, 3.0], dtype=np.float32))


def test_leaky_relu_backward_keeps_the_dtype():
    grad_y, x = np.array([[5.0, 6.0, 7.0], [-2.0, 0.0, 3.0]], dtype=np.float32)
    expected = np.array([2.5, 3.0, 7.0], dtype=np.float32)
    assert_close(leaky_relu_backward(grad_y, x, 0.5), expected)


def test_relu_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        relu(x)


def test_relu_backward_leaves_its_arguments_unchanged(rng):
    x, grad_y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    with unchanged(grad_y, x):
        relu_backward(grad_y, x)


def test_leaky_relu_leaves_x_unchanged(rng):
    x = rng.normal(size=(5, 4))
    with unchanged(x):
        leaky_relu(x)


def test_leaky_relu_backward_leaves_its_arguments_unchanged(rng):
    x, grad_y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    with unchanged(grad_y, x):
        leaky_relu_backward(grad_y, x)


@pytest.mark.speed
def test_relu_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", relu, (x[:8],), (x,))


@pytest.mark.speed
def test_relu_backward_has_no_python_loop(rng):
    x, grad_y = rng.normal(size=96), rng.normal(size=96)
    assert_no_loop_over("x", relu_backward, (grad_y[:8], x[:8]), (grad_y, x))


@pytest.mark.speed
def test_leaky_relu_has_no_python_loop(rng):
    x = rng.normal(size=96)
    assert_no_loop_over("x", leaky_relu, (x[:8],), (x,))


@pytest.mark.speed
def test_leaky_relu_backward_has_no_python_loop(rng):
    x, grad_y = rng.normal(size=96), rng.normal(size=96)
    assert_no_loop_over("x", leaky_relu_backward, (grad_y[:8], x[:8]), (grad_y, x))
