from functools import partial

import numpy as np
import pytest

from exercises.practice.cutout import cutout
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners


def draw_pictures(rng, shape, dtype="float64"):
    """No entry is 0, half of the floats are below, and int64 is beyond float64."""
    x = (rng.permutation(np.prod(shape)) % 127 + 1).reshape(shape)
    x = x * rng.choice([-1, 1], shape) if "float" in dtype else x
    return (x + {"int64": 2**53, "complex128": 1j}.get(dtype, 0)).astype(dtype)


def all_holes(height, width, size):
    """For each centre, by rows, a mask that is True where the square is."""
    holes = []
    for i in range(height):
        for j in range(width):
            hole = np.zeros((height, width), bool)
            top, left = i - size // 2, j - size // 2
            hole[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = True
            holes.append(hole)
    return np.array(holes)


def test_of_two_by_two_pixels_a_square_of_two_hides_one_two_or_all(rng):
    # Centred at the last pixel the square hides all, at the first one only that.
    seen = np.unique(cutout(np.full((200, 1, 2, 2), 7.0), 2, rng).reshape(200, 4), axis=0)
    expected = [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 7.0, 7.0], [0.0, 7.0, 0.0, 7.0], [0.0, 7, 7, 7]]
    # That one of the four never comes has odds of 4e-25.
    assert_close(seen, np.array(expected))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 20])
@pytest.mark.parametrize(
    "shape", [(9, 3, 4, 5), (8, 1, 6, 4), (7, 2, 3, 3), (1, 2, 5, 4), (5, 5, 5, 5)], ids=str
)
@pytest.mark.parametrize("dtype", ["float64", "uint8", "int64", "complex128", "bool"])
def test_each_picture_has_one_hole_of_zeros_through_all_channels(rng, shape, size, dtype):
    x = draw_pictures(rng, shape, dtype)
    y = cutout(x.copy(), size, rng)
    holes = all_holes(*shape[2:], size)
    choices = np.where(holes[None, :, None], x.dtype.type(0), x[:, None])
    # Of all holes, the one that is nearest should be it.
    nearest = (choices != y[:, None]).sum(axis=(2, 3, 4)).argmin(axis=1)
    assert_close(y, choices[np.arange(len(x)), nearest])


@pytest.mark.parametrize("shape", [(200, 1, 300, 3), (200, 1, 3, 300)], ids=str)
def test_a_picture_may_have_more_than_256_rows_or_columns(rng, shape):
    hidden = cutout(np.ones(shape), 1, rng) == 0
    assert_close(hidden.sum(axis=(1, 2, 3)), np.ones(200, dtype=int))
    # That none of the 44 last rows or columns has a centre has odds of 2e-14.
    last = bool(hidden[:, :, 256:].any() or hidden[..., 256:].any())
    assert_close({"in the last ones": last}, {"in the last ones": True})


def test_a_size_of_0_changes_nothing_and_a_batch_may_be_empty(rng):
    x = draw_pictures(rng, (4, 3, 5, 6))
    expected = x.copy()
    assert_close([cutout(x, 0, rng), cutout(x[:0], 3, rng)], [expected, expected[:0]])


@pytest.mark.parametrize(
    ("height", "width", "size", "limit"),
    [(3, 4, 1, 70), (4, 3, 2, 70), (4, 3, 3, 70), (3, 3, 3, 60), (5, 5, 4, 95)],
    ids=str,
)
def test_all_pixels_are_centres_equally_often(rng, height, width, size, limit):
    holes = all_holes(height, width, size)
    n = 200 * len(holes)
    hidden = cutout(np.ones((n, 1, height, width)), size, rng)[:, 0] == 0
    found = np.array([(hidden == hole).all(axis=(1, 2)) for hole in holes])
    counts = found.sum(axis=1)
    assert_close(np.flatnonzero(counts).tolist(), list(range(len(holes))))
    # Chi-squared with 8, 11 and 24 degrees of freedom: above the limits with odds below 3e-9, and
    # 0 with odds below 1e-11. Centres that are dealt out, not drawn, are as even as that.
    chi_squared = ((counts - 200) ** 2).sum() / 200
    assert_close({"even": bool(chi_squared < limit)}, {"even": True})
    assert_close({"all equal": bool(chi_squared == 0)}, {"all equal": False})
    # Pictures are independent: of 900 pairs or more, a share is off by 0.15 with odds of 1e-17.
    number = np.argmax(found, axis=0)
    first, second = np.split(number, 2)
    pairs = (number[::2], number[1::2]), (first, second), (first, second[::-1])
    alike = [np.mean(one == other) for one, other in pairs]
    assert_close(alike, [1 / len(holes)] * 3, rtol=0.0, atol=0.15)


def test_corners_are_centres_as_often_as_other_pixels(rng):
    # A standard deviation is 1.1 %.
    hidden = cutout(np.ones((2000, 1, 3, 3)), 1, rng) == 0
    corners = float(hidden[:, :, ::2, ::2].sum()) / 2000
    assert_close({"in a corner": corners}, {"in a corner": 4 / 9}, rtol=0.0, atol=0.12)


@pytest.mark.parametrize("shape", [(2, 1, 2, 1), (2, 1, 1, 2)], ids=str)
def test_pictures_of_one_batch_may_have_the_same_centre(rng, shape):
    # Half of them have, with a standard deviation of 2.5 %.
    pairs = [cutout(np.ones(shape), 1, rng) for _ in range(400)]
    alike = np.mean([(one == other).all() for one, other in pairs])
    assert_close(alike, 0.5, rtol=0.0, atol=0.16)


@draws()
def test_it_draws_from_rng(rng):
    return cutout(np.ones((20, 1, 9, 9)), 3, rng)


def test_it_agrees_with_the_reference(rng, reference):
    x = draw_pictures(rng, (3, 2, 4, 5))
    # Wherever its centre is, such a square hides all.
    expected = reference.cutout(x, 10, rng)
    assert_close(cutout(x, 10, rng), expected)


@pytest.mark.parametrize("size", [-1, -2, -9])
def test_a_size_below_0_raises_a_value_error(rng, size):
    assert_value_error(cutout, np.ones((3, 1, 6, 6)), size, rng)


@manners()
def test_manners(rng):
    def seeded(x, size, seed):
        return cutout(x, size, np.random.default_rng(seed))

    x, seed = rng.normal(size=(20, 2, 3, 4)), int(rng.integers(2**32))
    return tuple(partial(seeded, x, size, seed) for size in (1, 2, 0))


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(pictures, channels, rows, columns):
        return rng.normal(size=(pictures, channels, rows, columns)), 3, rng

    assert_vectorized(cutout, draw)
