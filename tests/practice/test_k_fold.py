from collections import Counter
from functools import partial

import numpy as np
import pytest

from exercises.practice.k_fold import k_fold
from kata.testing import assert_close, assert_value_error, draws, manners

SIZES = pytest.mark.parametrize(
    ("n", "k"), [(12, 3), (13, 3), (14, 3), (7, 2), (2, 2), (9, 9), (10, 9), (300, 7)], ids=str
)


def lists(folds, sort=False):
    """The folds as plain lists, for what they hold is whole numbers of any size."""
    arrange = np.sort if sort else np.asarray
    return [(arrange(train).tolist(), arrange(val).tolist()) for train, val in folds]


def sizes_of(n, k):
    return [n // k + (i < n % k) for i in range(k)]


def test_seven_rows_in_three_folds():
    expected = [
        ([3, 4, 5, 6], [0, 1, 2]),
        ([0, 1, 2, 5, 6], [3, 4]),
        ([0, 1, 2, 3, 4], [5, 6]),
    ]
    assert_close(lists(k_fold(7, 3)), expected)


def test_the_folds_are_a_list_of_pairs_of_arrays():
    folds = k_fold(7, 3)
    types = type(folds), *(tuple(map(type, [fold, *fold])) for fold in folds)
    assert_close(types, (list, *[(tuple, np.ndarray, np.ndarray)] * 3))


@SIZES
def test_without_rng_the_folds_are_runs_of_rows(n, k):
    starts = np.cumsum([0, *sizes_of(n, k)]).tolist()
    runs = [list(range(starts[i], starts[i + 1])) for i in range(k)]
    expected = [([row for row in range(n) if row not in run], run) for run in runs]
    assert_close(lists(k_fold(n, k)), expected)


@SIZES
def test_with_rng_each_row_is_validated_on_once(rng, n, k):
    folds = lists(k_fold(n, k, rng), sort=True)
    assert_close(sorted(row for _, val in folds for row in val), list(range(n)))
    assert_close([len(val) for _, val in folds], sizes_of(n, k))


@SIZES
def test_with_rng_all_other_rows_are_trained_on(rng, n, k):
    folds = lists(k_fold(n, k, rng), sort=True)
    assert_close(
        [train for train, _ in folds],
        [[row for row in range(n) if row not in val] for _, val in folds],
    )


def test_any_rows_may_share_a_fold(rng):
    calls = 3000
    found = Counter(
        tuple(tuple(val) for _, val in lists(k_fold(5, 3, rng), sort=True)) for _ in range(calls)
    )
    # Folds of 2, 2 and 1 of five rows: 30 partitions, each about 100 times. The sum is chi-squared
    # with 29 degrees of freedom, which is above 95 with odds of 6e-9.
    spread = sum((count - 100) ** 2 / 100 for count in found.values()) + 100 * (30 - len(found))
    assert_close({"partitions": len(found), "even": spread < 95}, {"partitions": 30, "even": True})


def test_a_hundred_rows_come_in_any_order(rng):
    orders = [np.concatenate([val for _, val in k_fold(100, 100, rng)]) for _ in range(20)]
    # Half of 1,980 steps rise: 80 more or less have odds of 1e-9. Where rows are sorted by random
    # numbers below 100, ties stay in their order, and 165 more do.
    assert_close(np.mean(np.diff(orders) > 0), 0.5, rtol=0.0, atol=0.04)
    # The mean place of the first half has a deviation of 0.7.
    assert_close(np.argsort(orders)[:, :50].mean(), 49.5, rtol=0.0, atol=8)


def test_the_first_and_the_last_rows_may_be_in_any_fold(rng):
    folds = [k_fold(400, 2, rng)[0][1] for _ in range(100)]
    # Of a fold, a quarter is below 100 and a quarter from 300 on, with deviations of 0.0022. Where
    # each row in turn changes places with any row, one of the two is off by 0.026.
    shares = [np.mean([fold < 100, fold >= 300], axis=1) for fold in folds]
    assert_close(np.mean(shares, axis=0), np.array([0.25, 0.25]), rtol=0.0, atol=0.012)


@draws()
def test_it_draws_from_rng(rng):
    return lists(k_fold(40, 4, rng), sort=True)


@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "shuffled"])
@pytest.mark.parametrize(("n", "k"), [(5, 1), (5, 0), (5, -2), (5, 6), (1, 1), (0, 2)], ids=str)
def test_fewer_than_two_folds_or_more_than_rows_raise_a_value_error(rng, n, k, shuffled):
    assert_value_error(k_fold, n, k, *([rng] if shuffled else []))


@manners()
def test_manners(rng):
    def seeded(n, k, seed):
        return k_fold(n, k, np.random.default_rng(seed))

    seed = int(rng.integers(2**32))
    plain = [partial(k_fold, n, k) for n, k in ((11, 3), (11, 4), (12, 3))]
    return [*plain, *(partial(seeded, 11, k, seed) for k in (3, 4))]
