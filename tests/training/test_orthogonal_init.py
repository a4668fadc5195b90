"""Which matrix is drawn is up to chance; that it is orthogonal is not.

The tests of the distribution take means over 1,000 draws. Those are off by less than six of their
standard deviations with odds of 2e-9; the tolerances below are at least that.
"""

import math
from functools import partial

import numpy as np
import pytest

from exercises.training.orthogonal_init import orthogonal
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners

LONG = (3, 100)
SHAPES = pytest.mark.parametrize(
    "shape",
    [
        *[(3, 3), (2, 5), (5, 2), (1, 6), (6, 1), (1, 1), (2, 2), (40, 30)],
        *[
            (4, 3, 2),
            (9, 2, 2),
            (2, 3, 1, 4),
            (7, 3, 2, 1),
            (6, 3, 2),
            (2, 1, 1, 1),
            (3, 2, 2, 2, 2),
        ],
    ],
    ids=str,
)
DRAWS = 1000


def gram(w):
    """The products of all rows, or of all columns where there are fewer of these."""
    matrix = w.reshape(len(w), -1)
    return matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix


def many(shape, rng):
    """Many draws, as matrices (DRAWS, rows, columns)."""
    return np.stack([orthogonal(shape, rng).reshape(shape[0], -1) for _ in range(DRAWS)])


# --- Orthogonality ---------------------------------------------------------------------------


def test_two_rows_of_length_3_are_orthogonal(rng):
    w = orthogonal((2, 5), rng, gain=3.0)
    assert_close(w @ w.T, np.array([[9.0, 0.0], [0.0, 9.0]]), atol=1e-9)


@SHAPES
@pytest.mark.parametrize("gain", [1.0, 0.3, 2.0])
def test_rows_or_columns_are_orthogonal_and_gain_long(rng, shape, gain):
    w = orthogonal(shape, rng, gain)
    few = min(shape[0], math.prod(shape[1:]))
    assert_close(gram(w), gain**2 * np.eye(few), atol=1e-9)


def test_the_gain_is_1_unless_told(rng):
    assert_close(gram(orthogonal((4, 7), rng)), np.eye(4), atol=1e-9)


def test_a_square_weight_keeps_lengths_through_50_layers(rng):
    x = rng.normal(size=(3, 20))
    lengths, h = np.linalg.norm(x, axis=1), x
    for _ in range(50):
        h = h @ orthogonal((20, 20), rng).T
    assert_close(np.linalg.norm(h, axis=1), lengths)


@SHAPES
def test_it_has_the_shape_and_is_float64(rng, shape):
    w = orthogonal(shape, rng)
    assert_close([list(w.shape), str(w.dtype)], [list(shape), "float64"])


# --- Distribution ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [(3, 3), (2, 2), (6, 6), (2, 5), (5, 2), (3, 2, 2), (1, 4), (4, 1), (1, 1)],
    ids=str,
)
def test_every_entry_is_0_on_average(rng, shape):
    # An entry has variance 1 / n, n the longer side, and the trace has variance 1 or less.
    w = many(shape, rng)
    longer = max(w.shape[1:])
    assert_close(w.mean(axis=0), np.zeros(w.shape[1:]), atol=6 / math.sqrt(longer * DRAWS))
    assert_close(np.trace(w.mean(axis=0)), 0.0, atol=6 / math.sqrt(DRAWS))


@pytest.mark.parametrize("shape", [(3, 3), (2, 2), (4, 4)], ids=str)
def test_rotations_and_reflections_are_equally_likely(rng, shape):
    share = np.mean(np.linalg.det(many(shape, rng)) > 0)
    assert_close(share, 0.5, atol=0.1)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2)], ids=str)
def test_no_direction_is_preferred(rng, shape):
    # The fourth powers of Haar's entries have the mean 3 / (n (n + 2)), n the longer side; a mean
    # over the draws of an entry's fourth power is off by 0.01 (one standard deviation) at most.
    w = many(shape, rng)
    n = max(w.shape[1:])
    expected = np.full(w.shape[1:], 3 / (n * (n + 2)))
    assert_close(np.mean(w**4, axis=0), expected, atol=0.06, rtol=0.0)


@pytest.mark.parametrize("shape", [(3, 3), (3, 5), (5, 3), (4, 4)], ids=str)
def test_no_two_entries_go_together(rng, shape):
    # A product of two entries has at most the variance 3 / (n (n + 2)), a fourth power's mean.
    w = many(shape, rng).reshape(DRAWS, -1)
    n = max(shape)
    close = 6 * math.sqrt(3 / (n * (n + 2)) / DRAWS)
    assert_close(w.T @ w / DRAWS, np.eye(math.prod(shape)) / n, atol=close, rtol=0.0)


@pytest.mark.parametrize("shape", [LONG, LONG[::-1]], ids=str)
def test_long_rows_and_columns_point_anywhere(rng, shape):
    # Their entries are as good as normal, with variance 1 / n: half of them are below 0.6745 / √n.
    # Many draws rather than a longer side: some right answers first draw a square.
    w = np.stack([orthogonal(shape, rng) for _ in range(20)])
    assert_close(np.mean(abs(w) < 0.67449 / math.sqrt(max(shape))), 0.5, atol=0.04, rtol=0.0)


@draws()
def test_it_draws_from_rng(rng):
    return orthogonal((4, 5), rng)


# --- Manners ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (5,), (1,)], ids=str)
def test_fewer_than_two_axes_raise_a_value_error(rng, shape):
    assert_value_error(orthogonal, shape, rng)
    assert_value_error(orthogonal, list(shape), rng)


def seeded(shape, seed, gain=1.0):
    return orthogonal(shape, np.random.default_rng(seed), gain)


@manners()
def test_manners(rng):
    seed = int(rng.integers(2**32))
    return (
        partial(seeded, [3, 4], seed),
        partial(seeded, [4, 3], seed, gain=2.0),
        partial(seeded, [4, 3], seed, gain=0.5),
        partial(seeded, [2, 3, 2], seed),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(orthogonal, lambda outputs, inputs, kernel: ((outputs, inputs, kernel), rng))
