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
    unchanged,
)


def draw(rng, x_shape, c_out, kernel):
    """Pictures, kernels and biases."""
    x = rng.normal(size=x_shape)
    w = rng.normal(size=(c_out, x_shape[1], *kernel))
    return x, w, rng.normal(size=c_out)


def torch_conv2d(x, w, b, **settings):
    return F.conv2d(torch.tensor(x), torch.tensor(w), torch.tensor(b), **settings).numpy()


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


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2), (1, 4), (7, 6)], ids=str)
def test_without_settings_it_agrees_with_torch(rng, kernel):
    x, w, b = draw(rng, (2, 3, 7, 6), 4, kernel)
    assert_close(conv2d(x, w, b), torch_conv2d(x, w, b))


@pytest.mark.parametrize("stride", [2, 3, 4, (2, 1), (1, 2), (3, 2), (1, 9)], ids=str)
def test_with_a_stride_it_agrees_with_torch(rng, stride):
    x, w, b = draw(rng, (2, 3, 8, 9), 4, (2, 3))
    assert_close(conv2d(x, w, b, stride=stride), torch_conv2d(x, w, b, stride=stride))


@pytest.mark.parametrize("padding", [1, 2, (1, 0), (0, 1), (2, 1), (3, 4)], ids=str)
def test_with_padding_it_agrees_with_torch(rng, padding):
    x, w, b = draw(rng, (3, 2, 5, 6), 4, (3, 2))
    assert_close(conv2d(x, w, b, padding=padding), torch_conv2d(x, w, b, padding=padding))


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((3, 3), 2, 1),
        ((2, 3), (3, 2), (1, 2)),
        ((3, 2), (1, 3), 2),
        ((4, 1), 3, (2, 0)),
        ((3, 4), (4, 1), (1, 3)),
    ],
    ids=str,
)
def test_with_stride_and_padding_it_agrees_with_torch(rng, kernel, stride, padding):
    x, w, b = draw(rng, (2, 3, 7, 8), 5, kernel)
    expected = torch_conv2d(x, w, b, stride=stride, padding=padding)
    assert_close(conv2d(x, w, b, stride, padding), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, w, b = draw(rng, (3, 4, 9, 7), 2, (3, 5))
    assert_close(conv2d(x, w, b, (2, 3), (1, 4)), reference.conv2d(x, w, b, (2, 3), (1, 4)))


def test_arrays_in_fortran_order_are_right_too(rng):
    x, w, b = map(np.asfortranarray, draw(rng, (2, 3, 7, 6), 4, (3, 2)))
    assert_close(conv2d(x, w, b), torch_conv2d(x, w, b))
    expected = torch_conv2d(x, w, b, stride=(2, 3), padding=1)
    assert_close(conv2d(x, w, b, (2, 3), 1), expected)


def test_a_kernel_larger_than_the_picture_fits_once_it_is_padded(rng):
    x, w, b = draw(rng, (2, 3, 2, 3), 4, (5, 4))
    assert_close(conv2d(x, w, b, padding=2), torch_conv2d(x, w, b, padding=2))


def test_of_black_pictures_only_the_biases_are_left():
    b = np.array([1.0, -2.0, 3.0])
    expected = np.tile(b[:, None, None], (2, 1, 4, 3))
    assert_close(conv2d(np.zeros((2, 1, 5, 4)), np.ones((3, 1, 2, 2)), b), expected)


def test_a_single_one_in_the_middle_gives_the_picture_back(rng):
    x, w = rng.normal(size=(2, 1, 4, 7)), np.zeros((1, 1, 5, 3))
    w[0, 0, 2, 1] = 1.0
    assert_close(conv2d(x, w, np.zeros(1), padding=(2, 1)), x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_the_dtype_is_kept(rng, dtype):
    # Small whole numbers, whose sums are exact in any order.
    x, w, b = (rng.integers(-3, 4, size=size) for size in [(2, 3, 5, 6), (4, 3, 2, 3), 4])
    x, w, b = x.astype(dtype), w.astype(dtype), b.astype(dtype)
    assert_close(conv2d(x, w, b, 2, 1), torch_conv2d(x, w, b, stride=2, padding=1))


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "b_shape"),
    [
        ((2, 3, 5, 6), (4, 2, 2, 3), (4,)),
        ((2, 3, 5, 6), (4, 1, 2, 3), (4,)),
        ((2, 1, 5, 6), (4, 3, 2, 3), (4,)),
        ((2, 3, 5, 6), (4, 3, 2, 3), (3,)),
        ((2, 3, 5, 6), (4, 3, 2, 3), (1,)),
        ((2, 3, 5, 6), (1, 3, 2, 3), (4,)),
    ],
    ids=str,
)
def test_channels_that_disagree_raise_a_value_error(x_shape, w_shape, b_shape):
    with pytest.raises(ValueError):
        conv2d(np.ones(x_shape), np.ones(w_shape), np.ones(b_shape))


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
    with pytest.raises(ValueError):
        conv2d(x, w, np.ones(4), stride, padding)


@pytest.mark.parametrize("padding", [0, 1])
def test_no_argument_is_written_into(rng, padding):
    x, w, b = draw(rng, (2, 3, 5, 4), 4, (2, 3))
    with unchanged(x, w, b):
        conv2d(x, w, b, padding=padding)


@pytest.mark.speed
def test_no_python_loop_over_pictures(rng):
    x, w, b = draw(rng, (40, 2, 4, 5), 3, (2, 3))
    assert_no_loop_over("the pictures", conv2d, (x[:4], w, b), (x, w, b))


@pytest.mark.speed
def test_no_python_loop_over_input_channels(rng):
    x, w, b = draw(rng, (2, 40, 4, 5), 3, (2, 3))
    assert_no_loop_over("the input channels", conv2d, (x[:, :4], w[:, :4], b), (x, w, b))


@pytest.mark.speed
def test_no_python_loop_over_output_channels(rng):
    x, w, b = draw(rng, (2, 3, 4, 5), 40, (2, 3))
    assert_no_loop_over("the output channels", conv2d, (x, w[:4], b[:4]), (x, w, b))


@pytest.mark.speed
def test_no_python_loop_over_rows(rng):
    x, w, b = draw(rng, (2, 3, 40, 5), 3, (2, 3))
    assert_no_loop_over("the rows", conv2d, (x[:, :, :4], w, b), (x, w, b))


@pytest.mark.speed
def test_no_python_loop_over_columns(rng):
    x, w, b = draw(rng, (2, 3, 5, 40), 3, (2, 3))
    assert_no_loop_over("the columns", conv2d, (x[..., :4], w, b), (x, w, b))


@pytest.mark.speed
@pytest.mark.parametrize(("height", "stride"), [(16, 1), (32, 6)], ids=["dense", "sparse"])
def test_memory_stays_within_four_times_p_y_and_all_windows(rng, height, stride):
    x, w, b = draw(rng, (4, 6, height, height + 1), 40, (3, 3))
    rows, columns = (height - 3) // stride + 1, (height + 1 - 3) // stride + 1
    y_and_windows = 4 * (40 + 6 * 3 * 3) * rows * columns
    limit = 4 * (x.size + y_and_windows) * x.itemsize  # p is x where nothing is padded.
    assert_memory_at_most(limit, conv2d, x, w, b, stride)


@pytest.mark.speed
def test_it_keeps_pace_with_the_reference(rng, reference):
    # A new draw for each call: an answer that remembers earlier results gains nothing.
    assert_keeps_pace(conv2d, reference.conv2d, lambda: draw(rng, (6, 8, 14, 14), 8, (3, 3)))
