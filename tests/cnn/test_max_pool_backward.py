from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.max_pool_backward import max_pool_backward
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

SHAPE = (2, 3, 7, 8)


def y_shape(shape, kernel, stride=None, padding=0):
    return tuple(F.max_pool2d(torch.zeros(shape), kernel, stride, padding).shape)


def in_torch(grad_y, x, kernel, stride=None, padding=0):
    pool = partial(F.max_pool2d, kernel_size=kernel, stride=stride, padding=padding)
    return torch_gradients(pool, [x], grad_y)[0]


def draw(rng, shape, *settings):
    """An upstream gradient, and pictures of few grey levels, so that many pixels are equal.

    None is above 0: a frame of zeros would win, and the maximum of many a window is 0.
    """
    return rng.normal(size=y_shape(shape, *settings)), rng.integers(-3, 1, size=shape) * 1.0


def test_the_maximum_of_each_window_takes_the_gradient():
    x = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, -8.0, -1.0]]]])
    expected = np.array([[[[0.0, 10.0, 20.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]])
    assert_close(max_pool_backward(np.array([[[[10.0, 20.0]]]]), x, 2), expected)


def test_of_equal_pixels_the_first_in_the_window_takes_it():
    # Read row by row, the first 4 is on the right; read column by column, it is below.
    x = np.array([[[[1.0, 4.0, 7.0, 7.0], [4.0, 4.0, 7.0, 7.0]]]])
    expected = np.array([[[[0.0, 10.0, 20.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]])
    assert_close(max_pool_backward(np.array([[[[10.0, 20.0]]]]), x, 2), expected)


def test_a_pixel_that_wins_in_several_windows_gets_their_sum():
    x = np.array([[[[0.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 0.0]]]])
    expected = np.array([[[[0.0, 0.0, 0.0], [0.0, 1111.0, 0.0], [0.0, 0.0, 0.0]]]])
    grad_y = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    assert_close(max_pool_backward(grad_y, x, 2, 1), expected)


# kernel, stride, padding
SETTINGS = [
    (1, None, 0),
    (1, 2, 0),
    (2, None, 0),
    (2, 1, 1),
    (3, 2, 0),
    (3, 2, 1),
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
@pytest.mark.parametrize("equal", [True, False], ids=["with equal pixels", "without"])
def test_it_agrees_with_torch(rng, settings, equal):
    grad_y, x = draw(rng, SHAPE, *settings)
    if not equal:
        # Almost equal in each channel.
        x = rng.normal(size=(2, 3, 1, 1)) + 1e-12 * rng.normal(size=SHAPE)
    expected = in_torch(grad_y, x, *settings)
    assert_close(max_pool_backward(grad_y, x, *settings), expected)


def test_the_last_pixel_of_a_window_with_300_places_can_win():
    x = np.arange(300.0).reshape(1, 1, 15, 20)
    expected = np.where(x == 299.0, 2.0, 0.0)
    assert_close(max_pool_backward(np.full((1, 1, 1, 1), 2.0), x, (15, 20)), expected)


@pytest.mark.parametrize("settings", [(4, 1, 2), (4, 3, 2), ((1, 5), 1, (0, 2))], ids=str)
def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng, settings):
    grad_y, x = draw(rng, (2, 3, 1, 2), *settings)
    expected = in_torch(grad_y, x, *settings)
    assert_close(max_pool_backward(grad_y, x, *settings), expected)


@pytest.mark.parametrize(
    "shape", [(1, 1, 2, 3), (3, 3, 3, 3), (4, 1, 6, 3), (1, 4, 2, 9), (2, 2, 4, 4)], ids=str
)
@pytest.mark.parametrize(
    "settings", [((2, 3), None, (1, 0)), (2, 1, 0), (2, 2, 1), ((4, 5), 1, 2)], ids=str
)
def test_sizes_of_one_and_equal_sizes_agree_with_torch(rng, shape, settings):
    grad_y, x = draw(rng, shape, *settings)
    expected = in_torch(grad_y, x, *settings)
    assert_close(max_pool_backward(grad_y, x, *settings), expected)


def test_no_pictures_stay_none():
    grad_y, x = np.zeros((0, 3, 2, 3), np.float32), np.zeros((0, 3, 4, 6), np.float32)
    assert_close(max_pool_backward(grad_y, x, 2), x.copy())


def test_it_agrees_with_the_reference(rng, reference):
    settings = (5, 3), (2, 4), (2, 1)
    grad_y, x = draw(rng, (3, 2, 11, 9), *settings)
    expected = reference.max_pool_backward(grad_y, x, *settings)
    assert_close(max_pool_backward(grad_y, x, *settings), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_lowest_numbers_of_a_dtype_win_over_the_frame(rng, dtype):
    x = np.full((1, 2, 3, 4), np.finfo(dtype).min, dtype)
    grad_y = rng.normal(size=(1, 2, 2, 2)).astype(dtype)
    expected = np.zeros_like(x)
    expected[..., ::2, :2] = grad_y
    assert_close(max_pool_backward(grad_y, x, (1, 3), (2, 2), (0, 1)), expected)


@pytest.mark.parametrize(
    ("kernel", "padding"),
    [(1, 1), (3, 2), ((3, 5), 2), ((5, 3), 2), (3, -1), (3, (-1, 1)), (3, (1, -1))],
    ids=str,
)
def test_a_padding_out_of_range_raises_a_value_error(kernel, padding):
    pairs = [one if isinstance(one, tuple) else (one, one) for one in (kernel, padding)]
    sizes = [n + 2 * p - k + 1 for n, k, p in zip((6, 7), *pairs, strict=True)]
    grad_y, x = np.ones((2, 3, *sizes)), np.ones((2, 3, 6, 7))
    for n in (2, 0):
        assert_value_error(max_pool_backward, grad_y[:n], x[:n], kernel, 1, padding)


@pytest.mark.parametrize(
    ("kernel", "padding"), [((6, 1), 0), ((1, 7), 0), ((8, 2), 1), ((2, 9), 1)], ids=str
)
def test_a_kernel_larger_than_the_padded_picture_raises_a_value_error(kernel, padding):
    grad_y = np.ones((2, 3, 6 + 2 * padding - kernel[0], 7 + 2 * padding - kernel[1]))
    assert_value_error(max_pool_backward, grad_y, np.ones((2, 3, 5, 6)), kernel, 1, padding)


@pytest.mark.parametrize(
    "shape",
    [(2, 3, 3, 1), (2, 3, 1, 4), (1, 3, 3, 4), (2, 1, 3, 4), (2, 3, 4, 4), (2, 3, 4, 3), (1,) * 4],
    ids=str,
)
def test_a_gradient_of_another_shape_than_y_raises_a_value_error(shape):
    assert_value_error(max_pool_backward, np.ones(shape), np.ones((2, 3, 7, 8)), 2)


@manners()
def test_manners(rng):
    x = rng.normal(size=SHAPE)

    def call(*settings):
        return partial(max_pool_backward, rng.normal(size=y_shape(SHAPE, *settings)), x, *settings)

    same = rng.normal(size=y_shape(SHAPE, 2))
    return (
        call(1),
        call((3, 2)),
        call(3, (2, 1), 1),
        call(3, (1, 2), (1, 0)),
        partial(max_pool_backward, same, x, 2),
        partial(max_pool_backward, same, -x, 2),
        partial(max_pool_backward, 2.0 * same, x, 2),
    )


@pytest.mark.speed
@pytest.mark.parametrize(
    "settings", [(2, None, 0), ((3, 2), 1, 1), (1, (1, 2), 0), ((2, 3), (3, 2), (1, 0))], ids=str
)
def test_no_python_loop(rng, settings):
    def drawn(pictures, channels, rows, columns):
        return *draw(rng, (pictures, channels, rows, columns), *settings), *settings

    assert_vectorized(max_pool_backward, drawn)
