from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.conv2d import conv2d
from kata.testing import (
    assert_close,
    assert_keeps_pace,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_value_error,
    manners,
)

SMALL = {"pictures": 4, "input channels": 4, "output channels": 4, "rows": 5, "columns": 6}


def draw(rng, x_shape, c_out, kernel, dtype=np.float64):
    """Pictures, kernels and biases."""
    shapes = x_shape, (c_out, x_shape[1], *kernel), (c_out,)
    return tuple(rng.normal(size=shape).astype(dtype) for shape in shapes)


def in_torch(x, w, b, stride=1, padding=0):
    return F.conv2d(*map(torch.tensor, (x, w, b)), stride=stride, padding=padding).numpy()


def test_a_kernel_of_powers_of_ten_shows_what_it_meets():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
    w = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    expected = np.array([[[[5421.5, 6532.5], [8754.5, 9865.5]]]])
    assert_close(conv2d(x, w, np.array([0.5])), expected)


def test_the_channels_of_a_picture_are_summed():
    x = np.array([[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]])
    w = np.array([[[[1.0]], [[10.0]], [[100.0]]], [[[0.0]], [[0.0]], [[-1.0]]]])
    expected = np.array([[[[531.0, 642.0]], [[-5.0, -6.0]]]])
    assert_close(conv2d(x, w, np.zeros(2)), expected)


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
    x, w, b = draw(rng, (2, 3, 7, 8), 5, kernel)
    expected = in_torch(x, w, b, stride, padding)
    assert_close(conv2d(x, w, b, stride, padding), expected)


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
        ((0, 3, 5, 4), 2, (2, 3)),
    ],
    ids=str,
)
def test_sizes_of_one_and_equal_sizes_agree_with_torch(rng, x_shape, c_out, kernel):
    x, w, b = draw(rng, x_shape, c_out, kernel)
    expected = [in_torch(x, w, b), in_torch(x, w, b, 2, 1)]
    assert_close([conv2d(x.copy(), w.copy(), b.copy()), conv2d(x, w, b, 2, 1)], expected)


@pytest.mark.parametrize("kernel", [(8, 7), (7, 6), (8, 1), (1, 7)], ids=str)
def test_a_kernel_larger_than_the_picture_may_fit_where_it_is_padded(rng, kernel):
    x, w, b = draw(rng, (2, 3, 2, 3), 4, kernel)
    expected = in_torch(x, w, b, 1, (3, 2))
    assert_close(conv2d(x, w, b, 1, (3, 2)), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, w, b = draw(rng, (3, 4, 9, 7), 2, (3, 5))
    expected = reference.conv2d(x, w, b, (2, 3), (1, 4))
    assert_close(conv2d(x, w, b, (2, 3), (1, 4)), expected)


def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng):
    x, w, b = draw(rng, (2, 3, 2, 3), 4, (5, 4))
    expected = in_torch(x, w, b, padding=2)
    assert_close(conv2d(x, w, b, padding=2), expected)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "b_shape"),
    [
        ((2, 3, 5, 6), (4, 2, 2, 3), (4,)),
        ((2, 3, 5, 6), (4, 1, 2, 3), (4,)),
        ((2, 1, 5, 6), (4, 3, 2, 3), (4,)),
        ((2, 3, 5, 6), (4, 3, 2, 3), (3,)),
        ((2, 3, 5, 6), (4, 3, 2, 3), (1,)),
        ((2, 3, 5, 6), (1, 3, 2, 3), (4,)),
        ((2, 3, 5, 6), (4, 1, 1, 1), (4,)),
    ],
    ids=str,
)
def test_channels_that_disagree_raise_a_value_error(x_shape, w_shape, b_shape):
    for n in (2, 0):
        assert_value_error(conv2d, np.ones(x_shape)[:n], np.ones(w_shape), np.ones(b_shape))


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((6, 1), 1, 0),
        ((1, 7), 1, 0),
        ((7, 9), 1, 0),
        ((6, 7), 3, 0),
        ((8, 1), 1, 1),
        ((6, 1), 1, (0, 1)),
        ((1, 7), 1, (1, 0)),
    ],
    ids=str,
)
def test_a_kernel_larger_than_the_padded_picture_raises_a_value_error(kernel, stride, padding):
    x, w = np.ones((2, 3, 5, 6)), np.ones((4, 3, *kernel))
    for n in (2, 0):
        assert_value_error(conv2d, x[:n], w, np.ones(4), stride, padding)


@manners()
def test_manners(rng):
    x, w, b = draw(rng, (2, 3, 6, 7), 4, (2, 3))
    taps = rng.normal(size=(4, 3, 1, 1))
    settings = [{}, {"stride": (2, 1)}, {"stride": (1, 2)}, {"padding": (2, 1)}]
    return [partial(conv2d, x, taps, b), *(partial(conv2d, x, w, b, **one) for one in settings)]


@pytest.mark.speed
@pytest.mark.parametrize("axis", SMALL)
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [((2, 3), 1, 0), ((1, 1), 1, 0), ((2, 2), 2, 1), ((2, 1), (1, 2), (0, 1))],
    ids=str,
)
def test_no_python_loop_over(rng, axis, kernel, stride, padding):
    def drawn(sizes):
        pictures, c_in, c_out, rows, columns = sizes.values()
        return *draw(rng, (pictures, c_in, rows, columns), c_out, kernel), stride, padding

    assert_no_loop_over(f"the {axis}", conv2d, drawn(SMALL), drawn(SMALL | {axis: 40}))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize(
    ("height", "stride", "padding"),
    [(9, 1, 0), (20, 6, 0), (5, 1, 2)],
    ids=["dense", "sparse", "padded"],
)
def test_memory_stays_within_four_times_p_y_and_all_windows(rng, height, stride, padding, dtype):
    x, w, b = draw(rng, (2, 3, height, height + 1), 20, (3, 3), dtype)
    down, along = height + 2 * padding, height + 1 + 2 * padding
    positions = ((down - 3) // stride + 1) * ((along - 3) // stride + 1)
    limit = 4 * 2 * (3 * down * along + (20 + 3 * 3 * 3) * positions) * x.itemsize
    assert_memory_at_most(limit, conv2d, x, w, b, stride, padding)


@pytest.mark.speed
def test_it_keeps_pace_with_the_reference(rng, reference):
    # Once this much has been freed, malloc keeps what is freed for the next call. To get it anew
    # from the system could take longer than the work.
    np.empty(3 << 20)
    # A new draw for each call: an answer that remembers earlier results gains nothing.
    assert_keeps_pace(conv2d, reference.conv2d, lambda: draw(rng, (12, 24, 11, 11), 8, (3, 3)))
