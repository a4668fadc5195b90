from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.avg_pool import avg_pool, avg_pool_backward, global_avg_pool
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

SHAPE = (2, 3, 7, 8)
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
SPECIAL = pytest.mark.parametrize(
    "shape", [(1, 1, 2, 3), (3, 3, 3, 3), (4, 1, 6, 3), (1, 4, 2, 9), (2, 2, 4, 4)], ids=str
)
MORE = [((2, 3), None, (1, 0)), (2, 1, 0), (2, 2, 1), ((4, 5), 1, (2, 2))]


def in_torch(x, kernel, stride=None, padding=0):
    return F.avg_pool2d(torch.tensor(x), kernel, stride, padding).numpy()


def backward_in_torch(grad_y, x, kernel, stride=None, padding=0):
    pool = partial(F.avg_pool2d, kernel_size=kernel, stride=stride, padding=padding)
    return torch_gradients(pool, [x], grad_y)[0]


def draw(rng, shape, *settings):
    return rng.normal(size=in_torch(np.zeros(shape), *settings).shape), rng.normal(size=shape)


# --- Forward ---------------------------------------------------------------------------------


def test_windows_of_four_side_by_side_leave_their_means():
    x = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 7.0, 8.0, -2.0]]]])
    assert_close(avg_pool(x, 2), np.array([[[[4.0, 2.0]]]]))


def test_zeros_of_the_frame_count():
    x = np.array([[[[-4.0, -8.0], [-12.0, -16.0]]]])
    expected = x / 4
    assert_close(avg_pool(x, 2, 2, padding=1), expected)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_it_agrees_with_torch(rng, settings):
    x = rng.normal(size=SHAPE)
    expected = in_torch(x, *settings)
    assert_close(avg_pool(x, *settings), expected)


@SPECIAL
def test_sizes_of_one_and_equal_sizes_agree_with_torch(rng, shape):
    x = rng.normal(size=shape)
    expected = [in_torch(x, *one) for one in MORE]
    assert_close([avg_pool(x.copy(), *one) for one in MORE], expected)


@pytest.mark.parametrize("pixel", [np.inf, np.nan, 1e30], ids=str)
def test_an_extreme_pixel_shows_in_its_own_windows_only(rng, pixel):
    x = rng.normal(size=SHAPE)
    x[0, 0, 1, 1] = pixel
    expected = in_torch(x, 2, 1)
    # By default, the largest number would set the tolerance for all.
    assert_close(avg_pool(x, 2, 1), expected, atol=1e-9)


# --- Backward --------------------------------------------------------------------------------


def test_each_pixel_of_a_window_gets_the_same_share():
    grad_y = np.array([[[[4.0, 8.0]]]])
    expected = np.array([[[[1.0, 1.0, 0.0, 2.0, 2.0], [1.0, 1.0, 0.0, 2.0, 2.0]]]])
    assert_close(avg_pool_backward(grad_y, np.ones((1, 1, 2, 5)), 2, 3), expected)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_gradient_agrees_with_torch(rng, settings):
    grad_y, x = draw(rng, SHAPE, *settings)
    expected = backward_in_torch(grad_y, x, *settings)
    assert_close(avg_pool_backward(grad_y, x, *settings), expected)


def test_the_gradient_does_not_depend_on_the_pixels(rng):
    grad_y, x = draw(rng, SHAPE, 3, 2, 1)
    expected = backward_in_torch(grad_y, x, 3, 2, 1)
    assert_close(avg_pool_backward(grad_y, np.full_like(x, np.nan), 3, 2, 1), expected)


@SPECIAL
@pytest.mark.parametrize("settings", MORE, ids=str)
def test_gradients_of_sizes_of_one_and_equal_sizes_agree_with_torch(rng, shape, settings):
    grad_y, x = draw(rng, shape, *settings)
    expected = backward_in_torch(grad_y, x, *settings)
    assert_close(avg_pool_backward(grad_y, x, *settings), expected)


@pytest.mark.parametrize(
    "shape",
    [(2, 3, 3, 1), (2, 3, 1, 4), (1, 3, 3, 4), (2, 1, 3, 4), (2, 3, 4, 4), (2, 3, 4, 3), (1,) * 4],
    ids=str,
)
def test_a_gradient_of_another_shape_than_y_raises_a_value_error(shape):
    assert_value_error(avg_pool_backward, np.ones(shape), np.ones(SHAPE), 2)


# --- Of the whole picture --------------------------------------------------------------------


def test_each_channel_has_one_mean():
    x = np.array([[[[1.0, 2.0, 6.0]], [[0.0, 0.0, -3.0]]], [[[5.0, 5.0, 5.0]], [[1.0, 0.0, 2.0]]]])
    assert_close(global_avg_pool(x), np.array([[3.0, -1.0], [5.0, 1.0]]))


@pytest.mark.parametrize(
    "shape", [SHAPE, (1, 1, 1, 1), (3, 3, 3, 3), (2, 1, 1, 6), (1, 3, 5, 1), (0, 3, 2, 2)], ids=str
)
def test_the_global_mean_agrees_with_torch(rng, shape):
    x = rng.normal(size=shape)
    expected = torch.tensor(x).mean((2, 3)).numpy()
    assert_close(global_avg_pool(x), expected)


# --- All of them -----------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [(4, 1, 2), (4, 3, 2), ((1, 5), 1, (0, 2))], ids=str)
def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng, settings):
    grad_y, x = draw(rng, (2, 3, 1, 2), *settings)
    expected = in_torch(x, *settings), backward_in_torch(grad_y, x, *settings)
    got = avg_pool(x, *settings), avg_pool_backward(grad_y, x, *settings)
    assert_close(got, expected)


def test_they_agree_with_the_reference(rng, reference):
    settings = (5, 3), (2, 4), (2, 1)
    grad_y, x = draw(rng, (3, 2, 11, 9), *settings)
    expected = (
        reference.avg_pool(x, *settings),
        reference.avg_pool_backward(grad_y, x, *settings),
        reference.global_avg_pool(x),
    )
    actual = avg_pool(x, *settings), avg_pool_backward(grad_y, x, *settings), global_avg_pool(x)
    assert_close(actual, expected)


def test_no_pictures_stay_none():
    x, y = np.zeros((0, 3, 4, 6)), np.zeros((0, 3, 2, 3))
    assert_close((avg_pool(x, 2), avg_pool_backward(y, x, 2)), (y, x))


def ones_for_y(kernel, padding):
    """An upstream gradient that fits pictures of 6 by 7 at a stride of 1, as far as any can."""
    pairs = [one if isinstance(one, tuple) else (one, one) for one in (kernel, padding)]
    sizes = [n + 2 * p - k + 1 for n, k, p in zip((6, 7), *pairs, strict=True)]
    return np.ones((2, 3, *sizes))


MISFITS = pytest.mark.parametrize(
    ("kernel", "padding"),
    [
        (1, 1),
        (3, 2),
        ((3, 5), 2),
        ((5, 3), 2),
        (3, -1),
        (3, (-1, 1)),
        (3, (1, -1)),
        ((7, 1), 0),
        ((1, 8), 0),
        ((9, 2), 1),
        ((2, 10), 1),
    ],
    ids=str,
)


@MISFITS
def test_padding_or_kernel_out_of_range_raise_a_value_error(kernel, padding):
    for n in (2, 0):
        assert_value_error(avg_pool, np.ones((n, 3, 6, 7)), kernel, 1, padding)


@MISFITS
def test_they_raise_a_value_error_in_the_backward_pass_too(kernel, padding):
    grad_y = ones_for_y(kernel, padding)
    for n in (2, 0):
        assert_value_error(avg_pool_backward, grad_y[:n], np.ones((n, 3, 6, 7)), kernel, 1, padding)


@manners()
def test_manners(rng):
    x = rng.normal(size=SHAPE)
    settings = [(1,), ((3, 2),), (3, (2, 1), 1), (3, (1, 2), 1), (3, (1, 2), (1, 0))]
    return [
        *(partial(avg_pool, x, *one) for one in settings),
        *(partial(avg_pool_backward, draw(rng, SHAPE, *one)[0], x, *one) for one in settings),
        partial(global_avg_pool, x),
        partial(global_avg_pool, x[:, :, :1, :1]),
    ]


@pytest.mark.speed
@pytest.mark.parametrize(
    "settings", [(2, None, 0), ((3, 2), 1, 1), (1, (1, 2), 0), ((2, 3), (3, 2), (1, 0))], ids=str
)
def test_no_python_loop(rng, settings):
    def pictures_and_settings(pictures, channels, rows, columns):
        return rng.normal(size=(pictures, channels, rows, columns)), *settings

    def with_gradient(pictures, channels, rows, columns):
        return *draw(rng, (pictures, channels, rows, columns), *settings), *settings

    assert_vectorized(avg_pool, pictures_and_settings)
    assert_vectorized(avg_pool_backward, with_gradient)


@pytest.mark.speed
def test_no_python_loop_in_the_global_mean(rng):
    assert_vectorized(
        global_avg_pool,
        lambda pictures, channels, rows, columns: (
            rng.normal(size=(pictures, channels, rows, columns)),
        ),
    )
