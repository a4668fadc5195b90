import warnings
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.padding import pad, same_padding
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

MODES = ["zeros", "reflect", "replicate", "circular"]


def pad_in_torch(x, padding, mode):
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    # torch counts the axes from the last.
    return F.pad(torch.tensor(x), (pw, pw, ph, ph), "constant" if mode == "zeros" else mode).numpy()


def same_in_torch(kernel, dilation):
    """Whichever (before, after) gives what torch's "same" gives."""
    x = torch.arange(1.0, 30.0, dtype=torch.float64).reshape(1, 1, -1) ** 2
    w = torch.arange(1.0, kernel + 1.0, dtype=torch.float64).reshape(1, 1, -1)
    with warnings.catch_warnings(action="ignore"):  # That an even kernel needs a copy of x.
        same = F.conv1d(x, w, padding="same", dilation=dilation)
    splits = [(before, after) for before in range(8) for after in range(8)]
    outputs = {split: F.conv1d(F.pad(x, split), w, dilation=dilation) for split in splits}
    (found,) = [split for split, output in outputs.items() if torch.equal(output, same)]
    return found


# --- The frame -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("zeros", [0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0]),
        ("reflect", [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]),
        ("replicate", [1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0]),
        ("circular", [2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]),
    ],
)
def test_a_row_and_a_column_padded_by_two(mode, expected):
    row, line = np.array([1.0, 2.0, 3.0]), np.array(expected)
    actual = [
        pad(row.reshape(1, 1, 1, 3), (0, 2), mode),
        pad(row.reshape(1, 1, 3, 1), (2, 0), mode),
    ]
    assert_close(actual, [line.reshape(1, 1, 1, 7), line.reshape(1, 1, 7, 1)])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [0, 1, 3, (1, 3), (3, 0), (0, 2), (2, 4), (0, 0)], ids=str)
def test_it_agrees_with_torch(rng, padding, mode):
    x = rng.normal(size=(2, 3, 4, 5))
    expected = pad_in_torch(x, padding, mode)
    assert_close(pad(x, padding, mode), expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(1, 1, 3, 3), (3, 3, 3, 3), (4, 1, 2, 7), (1, 5, 6, 2)], ids=str)
def test_sizes_of_one_and_equal_sizes_agree_with_torch(rng, shape, mode):
    x = rng.normal(size=shape)
    expected = [pad_in_torch(x, padding, mode) for padding in (1, (1, 0), (0, 1))]
    assert_close([pad(x.copy(), padding, mode) for padding in (1, (1, 0), (0, 1))], expected)


@pytest.mark.parametrize(
    ("mode", "padding"), [("zeros", (9, 7)), ("replicate", (9, 7)), ("circular", (2, 3))], ids=str
)
def test_a_frame_as_wide_as_the_picture_or_wider_agrees_with_torch(rng, mode, padding):
    x = rng.normal(size=(2, 2, 2, 3))
    expected = pad_in_torch(x, padding, mode)
    assert_close(pad(x, padding, mode), expected)


def test_zeros_are_the_default(rng):
    x = rng.normal(size=(2, 3, 4, 5))
    expected = pad_in_torch(x, 2, "zeros")
    assert_close(pad(x, 2), expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32])
def test_the_dtype_is_kept(rng, dtype, mode):
    x = rng.integers(0, 256, size=(2, 3, 4, 5)).astype(dtype)
    expected = pad_in_torch(x.astype(np.float64), (1, 2), mode).astype(dtype)
    assert_close(pad(x, (1, 2), mode), expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "pixels", [[2**53 + 1, -(2**62) - 1], [1.0 + 2.0j, -3.0j], [np.inf, np.nan]], ids=str
)
def test_pixels_are_copied_exactly(pixels, mode):
    x = np.array(pixels * 6).reshape(1, 1, 3, 4)
    places = pad_in_torch(np.arange(1.0, 13.0).reshape(x.shape), (1, 2), mode).astype(int)
    # What shows no pixel, place 0, is 0.
    expected = np.append(x.dtype.type(0), x)[places]
    assert_close(pad(x, (1, 2), mode), expected)


@pytest.mark.parametrize("mode", MODES)
def test_no_pictures_stay_none(mode):
    x, expected = np.zeros((0, 3, 4, 5), np.float32), np.zeros((0, 3, 6, 9), np.float32)
    assert_close(pad(x, (1, 2), mode), expected)


@pytest.mark.parametrize(
    ("mode", "padding"),
    [
        ("reflect", (4, 1)),
        ("reflect", (1, 5)),
        ("reflect", 4),
        ("circular", (5, 1)),
        ("circular", (1, 6)),
        ("circular", 6),
    ],
    ids=str,
)
def test_a_frame_that_shows_more_than_there_is_raises_a_value_error(mode, padding):
    for n in (2, 0):
        assert_value_error(pad, np.zeros((n, 3, 4, 5)), padding, mode)


@pytest.mark.parametrize("padding", [(1, 0), (0, 1)], ids=str)
def test_a_single_pixel_cannot_be_reflected(padding):
    assert_value_error(pad, np.zeros((2, 3, 1, 1)), padding, "reflect")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [-1, (-1, 1), (1, -1)], ids=str)
def test_a_padding_below_zero_raises_a_value_error(padding, mode):
    assert_value_error(pad, np.zeros((2, 3, 4, 5)), padding, mode)


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("mode", ["constant", "symmetric", "edge", "wrap", "zero", "Zeros", ""])
def test_an_unknown_mode_raises_a_value_error(mode, padding):
    assert_value_error(pad, np.zeros((2, 3, 4, 5)), padding, mode)


# --- "Same" ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_padding_gives_what_the_same_of_torch_gives(dilation):
    expected = {kernel: same_in_torch(kernel, dilation) for kernel in range(1, 6)}
    assert_close({kernel: same_padding(kernel, dilation) for kernel in range(1, 6)}, expected)


def test_kernels_of_1_to_4_need_0_to_3_zeros():
    assert_close([same_padding(k) for k in (1, 2, 3, 4)], [(0, 0), (0, 1), (1, 1), (1, 2)])


@pytest.mark.parametrize(
    ("kernel", "dilation"), [(0, 1), (-1, 1), (3, 0), (3, -1), (1, 0), (0, 0)], ids=str
)
def test_a_kernel_or_a_dilation_below_one_raises_a_value_error(kernel, dilation):
    assert_value_error(same_padding, kernel, dilation)


# --- Both ------------------------------------------------------------------------------------


def test_they_agree_with_the_reference(rng, reference):
    x = rng.normal(size=(3, 2, 6, 8))
    expected = reference.pad(x, (5, 4), "reflect"), reference.same_padding(12, 5)
    assert_close((pad(x, (5, 4), "reflect"), same_padding(12, 5)), expected)


@manners()
def test_manners(rng):
    x = rng.normal(size=(2, 3, 4, 5))
    kernel = int(rng.integers(3, 9))
    return (
        *(partial(pad, rng.normal(size=(2, 3, 4, 5)), 0, mode) for mode in MODES),
        *(partial(pad, x, 2, mode) for mode in MODES),
        partial(pad, x, (1, 2)),
        partial(pad, x, (2, 1)),
        partial(same_padding, kernel),
        partial(same_padding, kernel + 2),
        partial(same_padding, kernel, 3),
    )


@pytest.mark.speed
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [(1, 3), (3, 2)], ids=str)
def test_no_python_loop(rng, mode, padding):
    def draw(pictures, channels, rows, columns):
        return rng.normal(size=(pictures, channels, rows, columns)), padding, mode

    assert_vectorized(pad, draw)
