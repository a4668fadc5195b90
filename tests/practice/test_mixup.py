import math
from collections import Counter
from functools import partial
from itertools import permutations, product

import numpy as np
import pytest

from exercises.practice.mixup import mixup
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners


def mixed_by(n, alpha, rng):
    """The matrix M of a batch of n rows: mixed x is M x, and mixed y is M y."""
    return mixup(np.eye(n), np.zeros((n, 1)), alpha, rng)[0]


def partners_in(mixed):
    """The partner of each row, where M is λ·I + (1 − λ)·P."""
    others = mixed * (1 - np.eye(len(mixed)))
    own = np.arange(len(mixed))
    return tuple(np.where(others.any(axis=1), others.argmax(axis=1), own).tolist())


def weight_in(mixed):
    """λ; where each row is its own partner, which nobody can tell from a λ of 1, it is 1."""
    return float(mixed.diagonal().min())


def test_all_rows_are_mixed_with_one_weight(rng):
    for _ in range(20):
        mixed = mixed_by(5, 1.0, rng)
        weight, partners = weight_in(mixed), partners_in(mixed)
        assert_close(sorted(partners), list(range(5)))
        assert_close(mixed, weight * np.eye(5) + (1 - weight) * np.eye(5)[list(partners)])


@pytest.mark.parametrize(
    "shape", [(7, 9), (6, 2, 3, 5), (3, 4, 2), (2, 2), (1, 3), (0, 3)], ids=str
)
@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_x_and_y_are_mixed_alike(rng, alpha, shape):
    n, size = shape[0], math.prod(shape[1:])
    # The first n features of a row say which it is.
    x, y = np.hstack([np.eye(n), rng.normal(size=(n, size - n))]), rng.random((n, 4))
    mixed_x, mixed_y = mixup(x.reshape(shape).copy(), y.copy(), alpha, rng)
    mixed = mixed_x.reshape(n, size)[:, :n]
    assert_close((mixed_x, mixed_y), ((mixed @ x).reshape(shape), mixed @ y))


def test_two_rows_become_a_weighted_mean(rng):
    x, y = mixup(np.array([[0.0], [8.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), 1.0, rng)
    assert_close(y, np.hstack([1 - x / 8, x / 8]))


@pytest.mark.parametrize("n", [1, 2, 5, 0])
def test_an_alpha_of_0_changes_nothing(rng, n):
    x, y = rng.normal(size=(n, 3)), rng.random((n, 2))
    expected = x.copy(), y.copy()
    assert_close(mixup(x, y, 0.0, rng), expected)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize(("of_x", "of_y"), [("float32", "float64"), ("float64", "float32")])
def test_x_and_y_may_have_different_dtypes(rng, alpha, of_x, of_y):
    x, y = mixup(np.ones((5, 3), of_x), np.ones((5, 2), of_y), alpha, rng)
    assert_close((x.dtype.name, y.dtype.name), (of_x, of_y))


# How often Beta(alpha, alpha) is below t.
BELOW = {
    0.2: {0.1: 0.33669, 0.25: 0.41406, 0.5: 0.5, 0.75: 0.58594, 0.9: 0.66331}.get,
    1e-4: lambda t: 0.5,
    1.0: lambda t: t,
    3.0: lambda t: 10 * t**3 - 15 * t**4 + 6 * t**5,
    40.0: lambda t: 0.5 + 0.5 * np.sign(t - 0.5),
}


@pytest.mark.parametrize("alpha", BELOW)
def test_the_weight_has_a_beta_distribution(rng, alpha):
    weights = np.array([weight_in(mixed_by(8, alpha, rng)) for _ in range(1500)])
    ends = [0.1, 0.25, 0.5, 0.75, 0.9]
    # By Hoeffding's inequality, a share of 1,500 is off by 0.085 with odds of 8e-10.
    shares = [float(np.mean(weights < end)) for end in ends]
    assert_close(shares, [BELOW[alpha](end) for end in ends], rtol=0.0, atol=0.085)


def test_all_permutations_are_equally_likely_whatever_the_weight(rng):
    batches = [mixed_by(3, 1.0, rng) for _ in range(1200)]
    counts = Counter((partners_in(mixed), weight_in(mixed) < 0.5) for mixed in batches)
    # Six permutations, each about 100 times with a λ below ½ and 100 times with another; where each
    # row is its own partner, λ counts as 1. The sum is chi-squared with 10 degrees of freedom,
    # which is above 65 with odds of 4e-10.
    often = dict.fromkeys(product(permutations(range(3)), [False, True]), 100)
    often[(0, 1, 2), False] += often.pop(((0, 1, 2), True))
    spread = sum((counts[pair] - n) ** 2 / n for pair, n in often.items())
    found = {"permutations and halves": len(counts), "even": spread < 65}
    assert_close(found, {"permutations and halves": 11, "even": True})


def test_thousands_of_rows_have_partners_in_any_order(rng):
    x, y = np.arange(2000.0), np.eye(2000, 1)
    mixed, marks = mixup(x, y, 1.0, rng)
    # All but the first row have a label of 0, so its label is λ (or 1, if it is its own partner).
    partners = mixed - marks[0] * x
    rises = float(np.sum(np.diff(partners) > 0))
    # Half of 1,999, with a deviation of 13: 150 more or less have odds of 3e-31. Where rows are
    # sorted by random numbers below 1,000, ties stay in their order, and there are 1,310 or so.
    assert_close(rises, 999.5, rtol=0.0, atol=150)


@draws()
def test_it_draws_from_rng(rng):
    return mixup(np.arange(40.0), np.ones((40, 1)), 1.0, rng)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize(("rows", "labels"), [(4, 3), (3, 4), (4, 1), (1, 4), (4, 0)], ids=str)
def test_another_number_of_labels_raises_a_value_error(rng, rows, labels, alpha):
    assert_value_error(mixup, np.ones((rows, 2)), np.ones((labels, 2)), alpha, rng)


@pytest.mark.parametrize("alpha", [-1e-4, -2.0])
def test_a_negative_alpha_raises_a_value_error(rng, alpha):
    assert_value_error(mixup, np.ones((3, 2)), np.ones((3, 2)), alpha, rng)


@manners()
def test_manners(rng):
    def seeded(x, y, alpha, seed):
        return mixup(x, y, alpha, np.random.default_rng(seed))

    x, y, seed = rng.normal(size=(6, 2, 3)), rng.random((6, 4)), int(rng.integers(2**32))
    several = [partial(seeded, x, y, alpha, seed) for alpha in (0.0, 0.5, 1.0)]
    return [*several, partial(seeded, x[:1].copy(), y[:1].copy(), 0.5, seed)]


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(batch, features, classes):
        return rng.normal(size=(batch, features)), rng.random((batch, classes)), 0.5, rng

    assert_vectorized(mixup, draw)
