from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.relu import leaky_relu, leaky_relu_backward, relu, relu_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_vectorized,
    manners,
    of_four_axes,
    torch_gradients,
)

NAMES = pytest.mark.parametrize(
    "name", ["relu", "relu_backward", "leaky_relu", "leaky_relu_backward"]
)
SLOPES = pytest.mark.parametrize("slope", [0.2, 0.0, 1.0, 2.5, -0.5, 1e20, -1e20], ids=str)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def call(name, grad_y, x, module=None):
    """What a function gives, of this module's if of no other; its slope is 1/2 where it has one."""
    arrays = (grad_y, x) if "backward" in name else (x,)
    function = getattr(module, name) if module else globals()[name]
    return function(*arrays, slope=0.5) if "leaky" in name else function(*arrays)


def in_torch(name, grad_y, x, slope=0.5):
    function = partial(F.leaky_relu, negative_slope=slope) if "leaky" in name else torch.relu
    if "backward" in name:
        return torch_gradients(function, [x], grad_y)[0]
    return function(torch.tensor(x)).numpy()


def on_and_around_the_kink(rng, shape):
    """Multiples of 1/2 from -2 to 2, many of them exactly 0."""
    return rng.integers(-4, 5, size=shape) / 2.0


def test_relu_keeps_the_positive_and_zeroes_the_rest():
    x = np.array([[-2.0, 0.0, 3.0], [0.5, -0.25, -7.0]])
    assert_close(relu(x), np.array([[0.0, 0.0, 3.0], [0.5, 0.0, 0.0]]))


def test_relu_backward_passes_the_gradient_only_where_x_is_positive():
    x = np.array([[-2.0, 0.5, 3.0], [4.0, -0.25, 7.0]])
    grad_y = np.array([[5.0, -6.0, 7.0], [0.0, -9.0, 10.0]])
    assert_close(relu_backward(grad_y, x), np.array([[0.0, -6.0, 7.0], [0.0, 0.0, 10.0]]))


def test_leaky_relu_scales_what_is_not_positive():
    x = np.array([[-2.0, 0.0, 3.0], [0.5, -0.25, -7.0]])
    assert_close(leaky_relu(x, 0.5), np.array([[-1.0, 0.0, 3.0], [0.5, -0.125, -3.5]]))


def test_leaky_relu_backward_scales_the_gradient_where_x_is_not_positive():
    x = np.array([[-2.0, 0.5, 3.0], [4.0, -0.25, 7.0]])
    grad_y = np.array([[5.0, -6.0, 7.0], [0.0, -9.0, 10.0]])
    expected = np.array([[2.5, -6.0, 7.0], [0.0, -4.5, 10.0]])
    assert_close(leaky_relu_backward(grad_y, x, 0.5), expected)


def test_leaky_relu_has_a_slope_of_a_hundredth_unless_told(rng):
    x = rng.normal(size=(4, 5))
    expected = in_torch("leaky_relu", None, x, 0.01)
    assert_close(leaky_relu(x), expected)


def test_leaky_relu_backward_has_a_slope_of_a_hundredth_unless_told(rng):
    grad_y, x = rng.normal(size=(2, 4, 5))
    expected = in_torch("leaky_relu_backward", grad_y, x, 0.01)
    assert_close(leaky_relu_backward(grad_y, x), expected)


@SLOPES
def test_leaky_relu_agrees_with_torch_at_any_slope(rng, slope):
    x = on_and_around_the_kink(rng, (6, 5))
    expected = in_torch("leaky_relu", None, x, slope)
    assert_close(leaky_relu(x, slope), expected, atol=0.0)


@SLOPES
def test_leaky_relu_backward_agrees_with_torch_at_any_slope(rng, slope):
    x, grad_y = on_and_around_the_kink(rng, (6, 5)), rng.normal(size=(6, 5))
    expected = in_torch("leaky_relu_backward", grad_y, x, slope)
    assert_close(leaky_relu_backward(grad_y, x, slope), expected, atol=0.0)


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (1, 1), (0, 4)], ids=str)
@NAMES
def test_it_agrees_with_torch(rng, name, shape):
    x, grad_y = on_and_around_the_kink(rng, shape), rng.normal(size=shape)
    expected = in_torch(name, grad_y, x)
    assert_close(call(name, grad_y, x), expected)


@DTYPES
@NAMES
def test_it_is_right_for_huge_and_tiny_entries(rng, name, dtype):
    sizes = np.geomspace(8 * np.finfo(dtype).tiny, 1e30, 150).astype(dtype)
    x = np.concatenate([-sizes, sizes])
    grad_y = rng.permutation(x)
    expected = in_torch(name, grad_y, x)
    assert_close(call(name, grad_y, x), expected, atol=0.0)


@NAMES
def test_it_agrees_with_the_reference(rng, reference, name):
    x, grad_y = on_and_around_the_kink(rng, (6, 11)), rng.normal(size=(6, 11))
    expected = call(name, grad_y, x, reference)
    assert_close(call(name, grad_y, x), expected)


@manners()
def test_manners(rng):
    grad_y, x = rng.normal(size=(2, 2, 3, 4))
    # Backward first and last: there it shows if a forward call has left something behind.
    return (
        partial(relu_backward, grad_y, x),
        partial(relu_backward, grad_y, np.abs(x)),
        partial(relu_backward, 0.0 * grad_y, x),
        partial(leaky_relu_backward, grad_y, x),
        partial(leaky_relu_backward, grad_y, x, 0.3),
        partial(leaky_relu_backward, grad_y, x, 1.0),
        partial(leaky_relu_backward, 0.0 * grad_y, x),
        *(partial(f, z) for f in (relu, leaky_relu) for z in (x, np.abs(x), x[0, 0], x[:, :0])),
        partial(leaky_relu, x, 0.3),
        partial(leaky_relu, x, 1.0),
        *(partial(f, grad_y[:0], x[:0]) for f in (relu_backward, leaky_relu_backward)),
        partial(relu_backward, grad_y, x),
        partial(leaky_relu_backward, grad_y, x),
    )


@pytest.mark.speed
@NAMES
def test_no_python_loop(rng, name):
    assert_vectorized(partial(call, name), of_four_axes(rng, 2))


@pytest.mark.speed
@DTYPES
@NAMES
def test_memory_stays_within_eight_times_x(rng, name, dtype):
    grad_y, x = rng.normal(size=(2, 40, 90)).astype(dtype)
    assert_memory_at_most(8 * x.nbytes, partial(call, name), grad_y, x)
