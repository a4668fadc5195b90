from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.pairwise_distances import pairwise_distances
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)


def in_torch(a, b):
    exact = "donot_use_mm_for_euclid_dist"
    return torch.cdist(torch.tensor(a), torch.tensor(b), compute_mode=exact).numpy()


def largest_length(*arrays):
    return max(float(np.linalg.norm(array, axis=1).max()) for array in arrays)


def assert_near(actual, expected, size):
    """Compare within the promised error."""
    assert_close(actual, expected, rtol=0.0, atol=1e-6 * size)


def test_a_triangle_of_sides_3_4_and_5():
    a, b = np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[0.0, 4.0], [3.0, -4.0], [-3.0, 8.0]])
    expected = np.array([[4.0, 5.0, 73.0**0.5], [5.0, 4.0, 10.0]])
    assert_close(pairwise_distances(a, b), expected)


@pytest.mark.parametrize(
    ("n", "m", "d"),
    [(5, 7, 3), (7, 5, 3), (4, 4, 4), (1, 6, 2), (6, 1, 2), (1, 1, 5), (3, 8, 1), (2, 3, 60)],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, m, d):
    # The two lie apart, so that no distance is tiny.
    a, b = rng.normal(size=(n, d)), 3.0 + rng.normal(size=(m, d)) / 3
    expected = in_torch(a, b)
    assert_near(pairwise_distances(a, b), expected, largest_length(a, b))


def test_it_agrees_with_the_reference(rng, reference):
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(9, 4))
    expected = reference.pairwise_distances(a, b)
    assert_near(pairwise_distances(a, b), expected, largest_length(a, b))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("shape", [(40, 1), (40, 3), (40, 30)], ids=str)
@pytest.mark.parametrize("gap", [1e-15, 4e-6])
def test_equal_and_nearly_equal_rows_are_near_and_never_nan(rng, gap, shape, scale):
    a = scale * rng.normal(size=shape)
    b = a * (1 + gap * rng.integers(-2, 3, size=shape))
    expected = in_torch(a, a), in_torch(a, b)
    actual = pairwise_distances(a, a.copy()), pairwise_distances(a, b)
    assert_near(actual, expected, largest_length(a, b))


@pytest.mark.parametrize("step", [1e-5, 1e-2, 1.0, 1e3])
def test_rows_in_even_steps_are_as_far_apart_as_steps_lie_between_them(step):
    places = np.arange(5.0)
    expected = step * np.abs(places[:, None] - places)
    rows = step * places[:, None]
    assert_near(pairwise_distances(rows, rows), expected, 4.0 * step)


@pytest.mark.parametrize("sizes", [(0, 3, 2), (3, 0, 2), (0, 0, 2)], ids=str)
def test_without_rows_there_are_no_distances(sizes):
    n, m, d = sizes
    assert_close(pairwise_distances(np.ones((n, d)), np.ones((m, d))), np.ones((n, m)))


@pytest.mark.parametrize("columns", [(3, 2), (2, 3), (1, 3), (3, 1), (0, 3)], ids=str)
def test_rows_of_other_lengths_raise_a_value_error(columns):
    for n, m in ((4, 5), (4, 4), (1, 1), (0, 3), (3, 0)):
        assert_value_error(pairwise_distances, np.ones((n, columns[0])), np.ones((m, columns[1])))


@manners()
def test_manners(rng):
    # Apart, so that no distance is lost in float16.
    a, b = rng.normal(size=(4, 3)), 5.0 + rng.normal(size=(5, 3))
    return (
        partial(pairwise_distances, a, b),
        partial(pairwise_distances, b, a),
        partial(pairwise_distances, a[:0], b),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(rows_of_a, rows_of_b, columns):
        return rng.normal(size=(rows_of_a, columns)), rng.normal(size=(rows_of_b, columns))

    assert_vectorized(pairwise_distances, draw)


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("sizes", [(60, 50, 80), (150, 140, 30)], ids=str)
def test_memory_stays_within_six_times_a_b_and_the_result(rng, sizes, dtype):
    n, m, d = sizes
    a, b = rng.normal(size=(n, d)).astype(dtype), rng.normal(size=(m, d)).astype(dtype)
    limit = 6 * (a.nbytes + b.nbytes + n * m * a.itemsize)
    assert_memory_at_most(limit, pairwise_distances, a, b)
