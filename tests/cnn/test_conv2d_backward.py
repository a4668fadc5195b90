from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.conv2d_backward import conv2d_backward
from kata.testing import (
    assert_close,
    assert_keeps_pace,
    assert_no_loop_over,
    assert_value_error,
    manners,
    torch_gradients,
)

SMALL = {"pictures": 4, "input channels": 4, "output channels": 4, "rows": 5, "columns": 6}


def draw(rng, x_shape, c_out, kernel, stride=1, padding=0):
    """An upstream gradient, pictures, kernels and biases."""
    shapes = x_shape, (c_out, x_shape[1], *kernel), (c_out,)
    y = F.conv2d(*map(torch.zeros, shapes), stride=stride, padding=padding)
    return tuple(rng.normal(size=shape) for shape in (y.shape, *shapes))


def in_torch(grad_y, x, w, b, stride=1, padding=0):
    forward = partial(F.conv2d, stride=stride, padding=padding)
    return torch_gradients(forward, [x, w, b], grad_y)


def test_each_gradient_worked_out_by_hand():
    # y = [1·x₀ + 10·x₁, 1·x₁ + 10·x₂] + b
    x, w = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[1.0, 10.0]]]])
    expected = (
        np.array([[[[1.0, 10.0 + 3.0, 30.0]]]]),
        np.array([[[[1.0 + 3.0 * 2.0, 2.0 + 3.0 * 4.0]]]]),
        np.array([1.0 + 3.0]),
    )
    grad_y = np.array([[[[1.0, 3.0]]]])
    assert_close(conv2d_backward(grad_y, x, w, np.zeros(1)), expected)


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2)], ids=str)
@pytest.mark.parametrize(
    ("stride", "padding"),
    [
        (1, 0),
        (2, 0),
        ((2, 3), 0),
        ((3, 1), 0),
        ((1, 9), 0),
        (1, 1),
        (1, (1, 0)),
        (1, (0, 2)),
        (2, 1),
        ((3, 2), (2, 4)),
    ],
    ids=str,
)
def test_it_agrees_with_torch(rng, kernel, stride, padding):
    arrays = draw(rng, (2, 3, 7, 8), 5, kernel, stride, padding)
    expected = in_torch(*arrays, stride, padding)
    assert_close(conv2d_backward(*arrays, stride, padding), expected)


@pytest.mark.parametrize(
    ("x_shape", "c_out", "kernel"),
    [
        ((1, 1, 1, 1), 1, (1, 1)),
        ((2, 3, 7, 6), 4, (7, 6)),
        ((1, 3, 5, 4), 2, (2, 3)),
        ((4, 1, 5, 4), 2, (2, 3)),
        ((4, 3, 5, 4), 1, (2, 3)),
        ((2, 3, 1, 6), 4, (1, 2)),
        ((2, 3, 6, 1), 4, (2, 1)),
        ((3, 3, 3, 3), 3, (3, 3)),
        ((4, 4, 4, 4), 4, (2, 2)),
    ],
    ids=str,
)
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1)], ids=str)
def test_sizes_of_one_and_equal_sizes_agree_with_torch(
    rng, x_shape, c_out, kernel, stride, padding
):
    arrays = draw(rng, x_shape, c_out, kernel, stride, padding)
    expected = in_torch(*arrays, stride, padding)
    assert_close(conv2d_backward(*arrays, stride, padding), expected)


@pytest.mark.parametrize("kernel", [(5, 4), (6, 7), (1, 6)], ids=str)
def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng, kernel):
    arrays = draw(rng, (2, 3, 2, 3), 4, kernel, 1, 2)
    expected = in_torch(*arrays, padding=2)
    assert_close(conv2d_backward(*arrays, padding=2), expected)


def test_no_pictures_have_gradients_of_zero():
    shapes = (0, 2, 3, 4), (0, 3, 4, 5), (2, 3, 2, 2), (2,)
    grad_y, x, w, b = (np.ones(shape, np.float32) for shape in shapes)
    expected = x.copy(), 0 * w, 0 * b
    assert_close(conv2d_backward(grad_y, x, w, b), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arrays = draw(rng, (3, 4, 9, 7), 2, (3, 5), (2, 3), (1, 4))
    expected = reference.conv2d_backward(*arrays, (2, 3), (1, 4))
    assert_close(conv2d_backward(*arrays, (2, 3), (1, 4)), expected)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "b_shape", "y_channels"),
    [
        ((2, 3, 5, 6), (4, 2, 2, 3), (4,), 4),
        ((2, 3, 5, 6), (4, 1, 2, 3), (4,), 4),
        ((2, 1, 5, 6), (4, 3, 2, 3), (4,), 4),
        ((2, 3, 5, 6), (4, 3, 2, 3), (3,), 4),
        ((2, 3, 5, 6), (4, 3, 2, 3), (1,), 4),
        ((2, 3, 5, 6), (1, 3, 2, 3), (4,), 4),
        ((2, 3, 5, 6), (1, 3, 2, 3), (4,), 1),
    ],
    ids=str,
)
def test_channels_that_disagree_raise_a_value_error(x_shape, w_shape, b_shape, y_channels):
    grad_y, x, w, b = map(np.ones, [(2, y_channels, 4, 4), x_shape, w_shape, b_shape])
    for n in (2, 0):
        assert_value_error(conv2d_backward, grad_y[:n], x[:n], w, b)


@pytest.mark.parametrize(
    "shape",
    [(2, 4, 4, 1), (2, 4, 1, 5), (1, 4, 4, 5), (2, 1, 4, 5), (2, 4, 5, 5), (2, 4, 5, 4), (1,) * 4],
    ids=str,
)
def test_a_gradient_of_another_shape_than_y_raises_a_value_error(shape):
    x, w = np.ones((2, 3, 5, 7)), np.ones((4, 3, 2, 3))
    assert_value_error(conv2d_backward, np.ones(shape), x, w, np.ones(4))


@pytest.mark.parametrize(
    ("kernel", "padding"),
    [((6, 1), (0, 0)), ((1, 7), (0, 0)), ((8, 1), (1, 1)), ((6, 1), (0, 1)), ((1, 7), (1, 0))],
    ids=str,
)
def test_a_kernel_larger_than_the_padded_picture_raises_a_value_error(kernel, padding):
    x, w = np.ones((2, 3, 5, 6)), np.ones((4, 3, *kernel))
    sizes = [n + 2 * p - k + 1 for n, p, k in zip((5, 6), padding, kernel, strict=True)]
    for n in (2, 0):
        grad_y = np.ones((n, 4, *sizes))
        assert_value_error(conv2d_backward, grad_y, x[:n], w, np.ones(4), 1, padding)


@manners()
def test_manners(rng):
    grad_y, x, w, b = draw(rng, (2, 3, 6, 7), 4, (2, 3))

    def call(kernel, *settings):
        arrays = draw(rng, (2, 3, 6, 7), 4, kernel, *settings)
        return partial(conv2d_backward, *arrays, *settings)

    return (
        call((1, 1)),
        call((2, 3), (2, 1)),
        call((2, 3), (1, 2), (2, 1)),
        partial(conv2d_backward, grad_y, x, w, b),
        partial(conv2d_backward, grad_y, -x, w, b),
        partial(conv2d_backward, grad_y, x, -w, b),
        partial(conv2d_backward, -grad_y, x, w, b),
    )


@pytest.mark.speed
@pytest.mark.parametrize("axis", SMALL)
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [((2, 3), 1, 0), ((1, 1), 1, 0), ((2, 1), (1, 2), (0, 1)), ((1, 2), (2, 3), 1)],
    ids=str,
)
def test_no_python_loop_over(rng, axis, kernel, stride, padding):
    def drawn(sizes):
        pictures, c_in, c_out, rows, columns = sizes.values()
        arrays = draw(rng, (pictures, c_in, rows, columns), c_out, kernel, stride, padding)
        return *arrays, stride, padding

    assert_no_loop_over(f"the {axis}", conv2d_backward, drawn(SMALL), drawn(SMALL | {axis: 100}))


@pytest.mark.speed
def test_it_keeps_pace_with_the_reference(rng, reference):
    # Once this much has been freed, malloc keeps what is freed for the next call. To get it anew
    # from the system could take longer than the work.
    np.empty(3 << 20)
    # A new draw for each call: an answer that remembers earlier results gains nothing.
    assert_keeps_pace(
        conv2d_backward,
        reference.conv2d_backward,
        lambda: draw(rng, (4, 16, 11, 11), 8, (3, 3)),
    )
