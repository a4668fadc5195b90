from functools import partial

import numpy as np
import pytest

from exercises.practice.flip_and_crop import random_crop, random_flip
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners

SHAPES = pytest.mark.parametrize(
    "shape",
    [
        (9, 3, 4, 5),
        (8, 1, 5, 4),
        (7, 2, 3, 3),
        (1, 2, 4, 6),
        (6, 6, 6, 6),
        (2, 1, 2, 300),
        (2, 1, 300, 2),
    ],
    ids=str,
)
DTYPES = pytest.mark.parametrize(
    "dtype", ["float64", "float32", "uint8", "int64", "bool", "complex128"]
)


def draw_pictures(rng, shape, dtype="float64"):
    """No entry is 0, and neighbours differ. Floats may be infinite; int64 is beyond float64."""
    x = (rng.permutation(np.prod(shape)) % 255 + 1).reshape(shape).astype(dtype)
    if "float" in dtype:
        x[x == 1] = np.inf
    return x + 2**53 if dtype == "int64" else x


def all_crops(picture, padding):
    """Every crop of one picture (c, h, w), by rows of places."""
    c, height, width = picture.shape
    framed = np.zeros((c, height + 2 * padding, width + 2 * padding), picture.dtype)
    framed[:, padding : padding + height, padding : padding + width] = picture
    return [
        framed[:, top : top + height, left : left + width]
        for top in range(2 * padding + 1)
        for left in range(2 * padding + 1)
    ]


def test_with_a_p_of_1_left_and_right_change_places(rng):
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    assert_close(random_flip(x, 1.0, rng), np.array([[[[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]]]))


def test_a_picture_of_one_pixel_is_seen_at_one_of_25_places(rng):
    y = random_crop(np.full((5000, 1, 1, 1), 7.0), 2, rng)
    assert_close(np.unique(y), np.array([0.0, 7.0]))
    # About 200 times; 100 more or less have odds of 1e-9.
    assert_close(float(np.mean(y == 7.0)), 0.04, rtol=0.0, atol=0.02)


@SHAPES
@DTYPES
def test_with_a_p_of_0_or_without_padding_nothing_changes(rng, shape, dtype):
    x = draw_pictures(rng, shape, dtype)
    expected = x.copy()
    assert_close([random_flip(x, 0.0, rng), random_crop(x, 0, rng)], [expected, expected])
    none = [random_flip(x[:0], 0.5, rng), random_crop(x[:0], 2, rng)]
    assert_close(none, [expected[:0], expected[:0]])


@SHAPES
@DTYPES
def test_each_picture_is_flipped_or_not(rng, shape, dtype):
    x = draw_pictures(rng, shape, dtype)
    y = random_flip(x.copy(), 0.5, rng)
    flipped = (y != x).any(axis=(1, 2, 3))
    assert_close(y, np.where(flipped[:, None, None, None], x[..., ::-1], x))


@SHAPES
@DTYPES
@pytest.mark.parametrize("padding", [1, 2])
def test_each_crop_is_one_of_its_own_picture(rng, shape, dtype, padding):
    x = draw_pictures(rng, shape, dtype)
    y = random_crop(x.copy(), padding, rng)
    choices = np.array([all_crops(picture, padding) for picture in x])
    # Of all crops of a picture, the one that is nearest should be it.
    nearest = (choices != y[:, None]).sum(axis=(2, 3, 4)).argmin(axis=1)
    assert_close(y, choices[np.arange(len(x)), nearest])


def test_of_two_pictures_both_one_or_none_may_be_flipped(rng):
    pair = np.tile([1.0, 2.0], (2, 1, 1, 1))
    counts = [np.sum(random_flip(pair, 0.5, rng)[..., 0] == 2.0) for _ in range(400)]
    # By Hoeffding's inequality, a share of 400 is off by 0.2 with odds of 3e-14.
    shares = [np.mean(np.equal(counts, count)) for count in (0, 1, 2)]
    assert_close(shares, [0.25, 0.5, 0.25], rtol=0.0, atol=0.2)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.8])
def test_p_is_the_share_of_pictures_that_are_flipped(rng, p):
    y = random_flip(np.tile([1.0, 2.0], (20_000, 1, 1, 1)), p, rng)
    flipped = y[:, 0, 0, 0] == 2.0
    first, second = np.split(flipped, 2)
    pairs = (flipped[::2], flipped[1::2]), (first, second), (first, second[::-1])
    both = [np.mean(one & other) for one, other in pairs]
    # By Hoeffding's inequality a share of 10,000 is off by 0.04 with odds below 1e-13.
    assert_close([flipped.mean(), *both], [p, *[p * p] * 3], rtol=0.0, atol=0.04)


def test_p_may_be_far_below_a_percent(rng):
    # 50 of 50,000 on average; 100 or more, or none, have odds of 4e-9.
    y = random_flip(np.tile([1.0, 2.0], (50_000, 1, 1, 1)), 0.001, rng)
    assert_close(float(np.mean(y[:, 0, 0, 0] == 2.0)), 0.001, rtol=0.0, atol=0.00099)


@pytest.mark.parametrize(("padding", "limit"), [(1, 60), (2, 90)], ids=["1", "2"])
@pytest.mark.parametrize("shape", [(1, 3, 4), (1, 4, 3)], ids=str)
def test_all_places_are_equally_likely(rng, shape, padding, limit):
    picture, count = draw_pictures(rng, shape), (2 * padding + 1) ** 2
    y = random_crop(np.tile(picture, (100 * count, 1, 1, 1)), padding, rng)
    found = [(y == one).all(axis=(1, 2, 3)) for one in all_crops(picture, padding)]
    counts = np.sum(found, axis=1)
    assert_close(np.flatnonzero(counts).tolist(), list(range(count)))
    # The sums are chi-squared with 8 and 24 degrees of freedom: above the limits with odds of 2e-9.
    assert_close(((counts - 100) ** 2).sum() / 100 < limit, True)
    # Pictures are independent: of 450 pairs, a share is off by 0.2 with odds of 5e-16.
    number = np.argmax(found, axis=0)
    first, second = np.split(number, 2)
    pairs = (number[::2], number[1::2]), (first, second), (first, second[::-1])
    alike = [np.mean(one == other) for one, other in pairs]
    assert_close(alike, [1 / count] * 3, rtol=0.0, atol=0.2)


@draws()
def test_random_flip_draws_from_rng(rng):
    return random_flip(np.tile([1.0, 2.0], (100, 1, 1, 1)), 0.5, rng)


@draws()
def test_random_crop_draws_from_rng(rng):
    return random_crop(np.arange(1.0, 601.0).reshape(50, 1, 3, 4), 2, rng)


@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("p", [-0.1, 1.1, 50.0])
def test_a_p_outside_0_to_1_raises_a_value_error(rng, p, n):
    assert_value_error(random_flip, np.ones((n, 1, 2, 2)), p, rng)


@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("padding", [-1, -2])
def test_a_padding_below_0_raises_a_value_error(rng, padding, n):
    assert_value_error(random_crop, np.ones((n, 1, 6, 6)), padding, rng)


@manners()
def test_manners(rng):
    def seeded(function, x, setting, seed):
        return function(x, setting, np.random.default_rng(seed))

    x, seed = rng.normal(size=(20, 2, 3, 4)), int(rng.integers(2**32))
    settings = {random_flip: (0.0, 0.3, 0.7, 1.0), random_crop: (0, 1, 2)}
    return [
        partial(seeded, function, x, setting, seed)
        for function in settings
        for setting in settings[function]
    ]


@pytest.mark.speed
@pytest.mark.parametrize("name", ["random_flip", "random_crop"])
def test_no_python_loop(rng, name):
    functions = {"random_flip": random_flip, "random_crop": random_crop}

    def draw(pictures, channels, rows, columns):
        setting = 0.5 if name == "random_flip" else 2
        return rng.normal(size=(pictures, channels, rows, columns)), setting, rng

    assert_vectorized(functions[name], draw)
