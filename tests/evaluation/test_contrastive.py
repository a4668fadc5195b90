import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.contrastive import info_nce
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

SHAPES = [(7, 4), (4, 7), (5, 5), (2, 3), (9, 1), (2, 1), (50, 3)]


def in_torch(a, b, temperature):
    a, b = torch.tensor(a).double(), torch.tensor(b).double()
    s = (a / a.norm(dim=1, keepdim=True)) @ (b / b.norm(dim=1, keepdim=True)).T / temperature
    pairs = torch.arange(len(s))
    return ((F.cross_entropy(s, pairs) + F.cross_entropy(s.T, pairs)) / 2).item()


def draw(rng, n, d):
    """Pairs that are somewhat alike, of lengths from 0.001 to 1000."""
    a = rng.normal(size=(n, d))
    b = a + rng.normal(size=(n, d))
    lengths = 10 ** rng.uniform(-3, 3, size=(2, n, 1))
    return a * lengths[0], b * lengths[1]


def test_pairs_alike_and_all_others_at_right_angles():
    # Each right score is log 3, each wrong one 0: the right one has probability 3/4.
    a, b = np.array([[1.0, -1.0], [0.5, 0.5]]), np.array([[7.0, -7.0], [0.1, 0.1]])
    assert_close(info_nce(a, b, temperature=1 / math.log(3.0)), math.log(4 / 3))


def test_the_two_directions_are_averaged():
    # a[0] and a[1] find the rows of b alike: log 2 each. Both rows of b prefer a[1], to which they
    # give 3/4: log 4 and log 4/3.
    a, b = np.eye(2), np.array([[0.0, 3.0], [0.0, 3.0]])
    expected = (math.log(2) + (math.log(4) + math.log(4 / 3)) / 2) / 2
    assert_close(info_nce(a, b, 1 / math.log(3.0)), expected)
    assert_close(info_nce(b, a, 1 / math.log(3.0)), expected)


@pytest.mark.parametrize("temperature", [0.07, 1.0, 30.0])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_agrees_with_torch(rng, shape, temperature):
    a, b = draw(rng, *shape)
    expected = in_torch(a, b, temperature)
    # A loss of almost 0 is a difference of larger numbers.
    assert_close(info_nce(a, b, temperature), expected, rtol=1e-9, atol=1e-12)


def test_the_default_temperature_is_a_tenth(rng):
    a, b = draw(rng, 6, 5)
    expected = in_torch(a, b, 0.1)
    assert_close(info_nce(a, b), expected)


def test_it_agrees_with_the_reference(rng, reference):
    a, b = draw(rng, 7, 4)
    expected = reference.info_nce(a, b, 0.3)
    assert_close(info_nce(a, b, 0.3), expected)


RTOL = {"float32": 1e-5, "float64": 1e-9}


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("temperature", [1e-4, 1e-3, 0.01])
def test_a_small_temperature_gives_a_large_loss_but_a_finite_one(temperature, dtype):
    # Each right cosine is −1, each wrong one 1: 2 / temperature in both directions.
    a = np.array([[3.0, 4.0], [-3.0, -4.0]], dtype)
    assert_close(info_nce(a, -a, temperature), 2 / temperature, rtol=RTOL[dtype])


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("temperature", [1e-4, 1e-3, 0.01])
def test_rows_with_scores_far_below_those_of_others_count_as_well(temperature, dtype):
    # a[0] finds both rows of b as unlike as can be, a[1] as alike: log 2 each. By columns, one row
    # of b costs 2 / temperature, the other nothing.
    a, b = np.array([[3.0, 4.0], [-3.0, -4.0]], dtype), np.array([[-3.0, -4.0]] * 2, dtype)
    expected = (math.log(2) + 1 / temperature) / 2
    assert_close(info_nce(a, b, temperature), expected, rtol=RTOL[dtype])


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("scale", [2e-10, 1e-7, 3e9])
def test_scaling_a_row_changes_nothing(scale, dtype):
    a = np.array([[3.0, 4.0, 0.0], [1.0, -2.0, 2.0], [0.0, 1.0, 1.0]], dtype)
    b = np.array([[2.0, 1.0, 2.0], [0.0, -1.0, 0.0], [-1.0, 1.0, 0.0]], dtype)
    expected = in_torch(a, b, 0.5)
    a[1] *= scale
    b[2] *= scale
    assert_close(info_nce(a, b, 0.5), expected, rtol=RTOL[dtype])


@pytest.mark.parametrize("temperature", [1e-4, 0.1])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_single_pair_costs_nothing(sign, temperature):
    a = np.array([[1.0, -2.0, 0.5]])
    assert_close(info_nce(a, sign * a, temperature), 0.0, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_rows_all_alike_cost_the_logarithm_of_n(n):
    a = np.tile([3.0, 4.0], (n, 1))
    assert_close(info_nce(a, -2 * a), math.log(n), atol=1e-10)


@pytest.mark.parametrize("d", [0, 1, 3])
def test_without_pairs_it_is_nan(d):
    assert_close(info_nce(np.zeros((0, d), np.float32), np.zeros((0, d), np.float32)), math.nan)


@pytest.mark.parametrize(
    ("of_a", "of_b"),
    [
        ((3, 4), (2, 4)),
        ((3, 4), (1, 4)),
        ((1, 4), (3, 4)),
        ((0, 4), (3, 4)),
        ((0, 4), (0, 5)),
        ((3, 4), (3, 5)),
        ((3, 1), (3, 4)),
    ],
    ids=str,
)
def test_rows_that_do_not_pair_raise_a_value_error(of_a, of_b):
    assert_value_error(info_nce, np.ones(of_a), np.ones(of_b))


@pytest.mark.parametrize(("n", "row"), [(3, 0), (3, 2), (1, 0)])
def test_a_row_of_zeros_raises_a_value_error(rng, n, row):
    good = rng.normal(size=(n, 4))
    bad = good.copy()
    bad[row] = 0
    assert_value_error(info_nce, bad, good)
    assert_value_error(info_nce, good, bad)


@manners(dtypes=(np.float32,))
def test_manners(rng):
    a, b = rng.normal(size=(2, 7, 4))
    return partial(info_nce, a, b), partial(info_nce, a, b, 0.5)


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(
        info_nce, lambda pairs, features: tuple(rng.normal(size=(2, pairs, features)))
    )


@pytest.mark.speed
@pytest.mark.parametrize(("n", "d"), [(64, 128), (256, 32)])
def test_memory_stays_within_128_bytes_for_each_score_and_number(rng, n, d):
    a, b = rng.normal(size=(2, n, d))
    assert_memory_at_most(128 * n * (n + d), info_nce, a, b)
