from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.max_pool import max_pool
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def in_torch(x, kernel, stride=None, padding=0):
    return F.max_pool2d(torch.tensor(x), kernel, stride, padding).numpy()


def test_windows_of_four_side_by_side_leave_their_maxima():
    x = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, -1.0]]]])
    assert_close(max_pool(x, 2), np.array([[[[5.0, 8.0]]]]))


def test_a_frame_never_wins():
    x = np.array([[[[-3.0, -1.0], [-2.0, -4.0]]]])
    expected = x.copy()
    assert_close(max_pool(x, 2, 2, padding=1), expected)


# kernel, stride, padding
SETTINGS = [
    (1, None, 0),
    (1, 2, 0),
    (2, None, 0),
    (2, 1, 1),
    (3, 2, 0),
    (3, 2, 1),
    (3, None, 1),
    ((2, 3), None, 0),
    ((3, 2), None, (1, 0)),
    ((2, 3), (3, 1), (0, 1)),
    ((3, 2), (1, 3), 1),
    ((4, 5), (2, 3), 2),
    ((2, 3), (9, 1), 0),
    ((7, 8), None, 0),
    ((7, 8), (3, 2), (3, 4)),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("shift", [0.0, -10.0], ids=["both signs", "all below zero"])
def test_it_agrees_with_torch(rng, settings, shift):
    x = rng.normal(size=(2, 3, 7, 8)) + shift
    expected = in_torch(x, *settings)
    assert_close(max_pool(x, *settings), expected)


@pytest.mark.parametrize(
    "shape", [(1, 1, 2, 3), (3, 3, 3, 3), (4, 1, 6, 3), (1, 4, 2, 9), (2, 2, 4, 4)], ids=str
)
def test_sizes_of_one_and_equal_sizes_agree_with_torch(rng, shape):
    x = rng.normal(size=shape) - 5.0
    settings = [((2, 3), None, (1, 0)), (2, 1, 0), (2, 2, 1), (1, 1, 0)]
    expected = [in_torch(x, *one) for one in settings]
    assert_close([max_pool(x.copy(), *one) for one in settings], expected)


def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng):
    x = rng.normal(size=(2, 3, 2, 3)) - 5.0
    expected = in_torch(x, (4, 5), 1, (2, 1))
    assert_close(max_pool(x, (4, 5), 1, (2, 1)), expected)


def test_no_pictures_stay_none():
    x, expected = np.zeros((0, 3, 4, 6), np.float32), np.zeros((0, 3, 2, 3), np.float32)
    assert_close(max_pool(x, 2), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x = rng.normal(size=(3, 2, 11, 9))
    expected = reference.max_pool(x, (5, 3), (2, 4), (2, 1))
    assert_close(max_pool(x, (5, 3), (2, 4), (2, 1)), expected)


def test_a_window_that_holds_nan_gives_nan(rng):
    x = rng.normal(size=(2, 2, 5, 6))
    x[0, 1, 0, 0] = x[1, 0, 2, 3] = x[1, 1, 4, 5] = np.nan
    expected = in_torch(x, 3, 2, 1)
    assert_close(max_pool(x, 3, 2, 1), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_infinities_and_the_lowest_numbers_are_exact_in_every_dtype(dtype):
    lowest, tiny = np.finfo(dtype).min, np.finfo(dtype).tiny
    row = np.array([-np.inf, -np.inf, lowest, -np.inf, np.inf, lowest, -tiny, tiny], dtype)
    expected = np.array([[[[-np.inf, lowest, np.inf, -tiny, tiny]]]], dtype)
    assert_close(max_pool(row.reshape(1, 1, 1, 8), (1, 2), padding=(0, 1)), expected)


@pytest.mark.parametrize(
    ("kernel", "padding"),
    [(1, 1), (2, 2), (3, 2), ((3, 5), 2), ((5, 3), 2), ((4, 1), (0, 1)), ((1, 4), (1, 0))],
    ids=str,
)
def test_a_padding_of_more_than_half_the_kernel_raises_a_value_error(kernel, padding):
    for n in (2, 0):
        assert_value_error(max_pool, np.ones((n, 3, 6, 7)), kernel, None, padding)
        assert_value_error(max_pool, np.ones((n, 3, 6, 7)), kernel, 1, padding)


@pytest.mark.parametrize("padding", [-1, (-1, 1), (1, -1)], ids=str)
def test_a_padding_below_zero_raises_a_value_error(padding):
    assert_value_error(max_pool, np.ones((2, 3, 6, 7)), 3, None, padding)


@pytest.mark.parametrize(
    ("kernel", "padding"),
    [((6, 1), 0), ((1, 7), 0), (8, 0), ((8, 2), (1, 1)), ((2, 9), (1, 1)), ((6, 2), (0, 1))],
    ids=str,
)
@pytest.mark.parametrize("stride", [None, 1], ids=str)
def test_a_kernel_larger_than_the_padded_picture_raises_a_value_error(kernel, stride, padding):
    for n in (2, 0):
        assert_value_error(max_pool, np.ones((n, 3, 5, 6)), kernel, stride, padding)


@manners()
def test_manners(rng):
    x = rng.normal(size=(2, 3, 7, 8))
    return (
        partial(max_pool, x, 1),
        partial(max_pool, x, 3),
        partial(max_pool, x, (3, 2)),
        partial(max_pool, x, 3, (2, 1)),
        partial(max_pool, x, 3, (1, 2)),
        partial(max_pool, x, 3, (1, 2), (1, 0)),
        partial(max_pool, x, 3, (1, 2), (0, 1)),
    )


@pytest.mark.speed
@pytest.mark.parametrize(
    "settings", [(2, None, 0), ((3, 2), 1, 1), (1, (1, 2), 0), ((2, 3), (3, 2), (1, 0))], ids=str
)
def test_no_python_loop(rng, settings):
    def draw(pictures, channels, rows, columns):
        return rng.normal(size=(pictures, channels, rows, columns)), *settings

    assert_vectorized(max_pool, draw)
