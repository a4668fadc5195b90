from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.im2col import col2im, im2col
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_value_error,
    manners,
)

SMALL = {"pictures": 4, "channels": 4, "rows": 5, "columns": 6}
SHAPE = (2, 3, 7, 8)
# kernel, stride, padding
SETTINGS = [
    (1, 1, 0),
    (1, 3, 1),
    ((2, 3), 1, 0),
    ((3, 2), 1, 0),
    ((2, 3), (3, 2), 0),
    ((2, 3), (1, 9), (1, 0)),
    ((2, 3), 1, (0, 2)),
    (3, 2, 1),
    (2, 2, 0),
    ((4, 2), (3, 1), (2, 3)),
    ((7, 8), 1, 0),
    ((9, 10), 1, (2, 1)),
]
# A kernel that does not fit into SHAPE, by its height or by its width alone.
TOO_LARGE = [((8, 1), 1, 0), ((1, 9), 1, 0), ((10, 1), 2, (1, 5)), ((1, 11), 1, (5, 1)), (12, 5, 1)]


def unfold(x, kernel, stride=1, padding=0):
    return F.unfold(torch.tensor(x), kernel, padding=padding, stride=stride).numpy()


def fold(cols, shape, kernel, stride=1, padding=0):
    return F.fold(torch.tensor(cols), shape[2:], kernel, padding=padding, stride=stride).numpy()


def draw_cols(rng, shape, *settings):
    return rng.normal(size=unfold(np.zeros(shape), *settings).shape)


def small_and_large(axis):
    return [tuple(sizes.values()) for sizes in (SMALL, SMALL | {axis: 100})]


# --- Into columns ----------------------------------------------------------------------------


def test_each_window_becomes_a_column_read_row_by_row():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
    windows = [[1.0, 2.0, 4.0, 5.0], [2.0, 3.0, 5.0, 6.0], [4.0, 5.0, 7.0, 8.0]]
    assert_close(im2col(x, 2), np.array([[*windows, [5.0, 6.0, 8.0, 9.0]]]).swapaxes(1, 2))


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_im2col_agrees_with_torch(rng, settings):
    x = rng.normal(size=SHAPE)
    expected = unfold(x, *settings)
    assert_close(im2col(x, *settings), expected)


@pytest.mark.parametrize(
    ("shape", "kernel"),
    [
        ((1, 1, 1, 1), 1),
        ((3, 3, 3, 3), 3),
        ((4, 4, 4, 4), 2),
        ((2, 1, 5, 4), (2, 3)),
        ((1, 3, 5, 4), (2, 3)),
        ((2, 3, 1, 6), (1, 2)),
        ((2, 3, 6, 1), (2, 1)),
        ((0, 3, 5, 4), 2),
    ],
    ids=str,
)
def test_special_sizes_agree_with_torch_in_both_directions(rng, shape, kernel):
    x = rng.normal(size=shape)
    # torch refuses a batch of none.
    cols = [unfold(np.resize(x, (max(shape[0], 1), *shape[1:])), kernel)[: len(x)]]
    cols.append(rng.normal(size=cols[0].shape))
    expected = cols[0], fold(cols[1], shape, kernel) if len(x) else x.copy()
    assert_close((im2col(x, kernel), col2im(cols[1], shape, kernel)), expected)


@pytest.mark.parametrize("settings", TOO_LARGE, ids=str)
def test_a_kernel_larger_than_the_padded_picture_raises_a_value_error(settings):
    for n in (2, 0):
        assert_value_error(im2col, np.ones((n, *SHAPE[1:])), *settings)


# --- And back --------------------------------------------------------------------------------


def test_of_ones_come_the_numbers_of_windows_that_a_pixel_is_in():
    expected = np.array([[[[1.0, 2.0, 2.0, 1.0], [2.0, 4.0, 4.0, 2.0], [1.0, 2.0, 2.0, 1.0]]]])
    assert_close(col2im(np.ones((1, 4, 6)), (1, 1, 3, 4), 2), expected)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_col2im_agrees_with_torch(rng, settings):
    cols = draw_cols(rng, SHAPE, *settings)
    expected = fold(cols, SHAPE, *settings)
    assert_close(col2im(cols, SHAPE, *settings), expected)


def test_it_is_the_gradient_of_im2col(rng):
    x = torch.tensor(rng.normal(size=SHAPE), requires_grad=True)
    settings = (3, 2), (2, 3), (1, 0)
    cols = draw_cols(rng, SHAPE, *settings)
    F.unfold(x, settings[0], stride=settings[1], padding=settings[2]).backward(torch.tensor(cols))
    assert_close(col2im(cols, SHAPE, *settings), x.grad.numpy())


@pytest.mark.parametrize("settings", TOO_LARGE, ids=str)
def test_a_kernel_larger_than_the_padded_shape_raises_a_value_error(settings):
    taps = np.prod(settings[0]) if isinstance(settings[0], tuple) else settings[0] ** 2
    for n in (2, 0):
        assert_value_error(col2im, np.ones((n, 3 * taps, 0)), (n, *SHAPE[1:]), *settings)


@pytest.mark.parametrize(
    "cols_shape",
    [(1, 18, 42), (3, 18, 42), (2, 6, 42), (2, 9, 84), (2, 18, 1), (2, 18, 56), (2, 42, 18)],
    ids=str,
)
def test_columns_of_another_shape_raise_a_value_error(cols_shape):
    # With a kernel of 2×3 there are 18 entries and 6·7 or, padded, 6·9 positions.
    assert_value_error(col2im, np.ones(cols_shape), (0, 3, 7, 9), (2, 3))
    assert_value_error(col2im, np.ones(cols_shape), (2, 3, 7, 9), (2, 3))
    assert_value_error(col2im, np.ones(cols_shape), (2, 3, 7, 9), (2, 3), 1, (0, 1))


# --- Both ------------------------------------------------------------------------------------


def test_they_agree_with_the_reference(rng, reference):
    shape, settings = (3, 4, 9, 7), ((3, 5), (2, 3), (1, 4))
    x, cols = rng.normal(size=shape), draw_cols(rng, shape, *settings)
    expected = reference.im2col(x, *settings), reference.col2im(cols, shape, *settings)
    assert_close((im2col(x, *settings), col2im(cols, shape, *settings)), expected)


@manners()
def test_manners(rng):
    x = rng.normal(size=SHAPE)
    settings = [(1, 1, 0), (2, 1, 0), (2, (2, 1), 0), (2, (1, 2), 0), (2, 1, (2, 1))]
    return [
        *(partial(im2col, x, *one) for one in settings),
        *(partial(col2im, draw_cols(rng, SHAPE, *one), SHAPE, *one) for one in settings),
    ]


@pytest.mark.speed
@pytest.mark.parametrize("axis", SMALL)
@pytest.mark.parametrize("settings", [((2, 3), 1, 0), (1, 1, 0), (2, 2, 1)], ids=str)
def test_im2col_has_no_python_loop_over(rng, axis, settings):
    small, large = (rng.normal(size=shape) for shape in small_and_large(axis))
    assert_no_loop_over(f"the {axis}", im2col, (small, *settings), (large, *settings))


@pytest.mark.speed
@pytest.mark.parametrize("axis", SMALL)
@pytest.mark.parametrize("settings", [((2, 3), 1, 0), (1, 1, 0), (2, 2, 1)], ids=str)
def test_col2im_has_no_python_loop_over(rng, axis, settings):
    small, large = (
        (draw_cols(rng, shape, *settings), shape, *settings) for shape in small_and_large(axis)
    )
    assert_no_loop_over(f"the {axis}", col2im, small, large)


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("settings", [(3, 1, 0), (3, 6, 0), (2, 1, 5)], ids=str)
def test_memory_stays_within_three_times_the_columns_and_the_padded_pictures(rng, settings, dtype):
    shape = 4, 5, 24, 25
    x, cols = rng.normal(size=shape).astype(dtype), draw_cols(rng, shape, *settings).astype(dtype)
    padded = 4 * 5 * (24 + 2 * settings[2]) * (25 + 2 * settings[2]) * x.itemsize
    assert_memory_at_most(3 * (cols.nbytes + padded), im2col, x, *settings)
    assert_memory_at_most(3 * (cols.nbytes + padded), col2im, cols, shape, *settings)
