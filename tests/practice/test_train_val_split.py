from collections import Counter
from functools import partial

import numpy as np
import pytest

from exercises.practice.train_val_split import train_val_split
from kata.testing import assert_close, assert_no_loop_over, assert_value_error, draws, manners


def of_sizes(rng, sizes):
    """A y with so many rows of each class, in random order."""
    return rng.permutation(np.repeat(list(sizes), list(sizes.values())))


def split(y, fraction, rng):
    train, val = train_val_split(y, fraction, rng)
    return np.sort(train).tolist(), np.sort(val).tolist()


def test_half_of_four_and_half_of_two_go_to_validation(rng):
    y = np.array([7, 7, -3, 7, 7, -3])
    train, val = train_val_split(y, 0.5, rng)
    assert_close([sorted(y[train].tolist()), sorted(y[val].tolist())], [[-3, 7, 7], [-3, 7, 7]])


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5, 0.9])
def test_each_row_is_in_one_of_the_two(rng, fraction):
    y = of_sizes(rng, {0: 190, 1: 8, 5: 1, -2: 2})
    train, val = split(y, fraction, rng)
    assert_close(sorted(train + val), list(range(201)))


# Products of the last three fractions with a size are exact, also where they end in a half.
@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        (0.1, {3: 2, -7: 1, 0: 1, 200: 3, 9: 1, 12: 0}),
        (0.26, {3: 5, -7: 2, 0: 1, 200: 8, 9: 1, 12: 0}),
        (0.99, {3: 19, -7: 5, 0: 1, 200: 29, 9: 4, 12: 0}),
        (0.5 - 2**-30, {3: 10, -7: 3, 0: 1, 200: 15, 9: 2, 12: 0}),
        (0.25, {3: 5, -7: 2, 0: 1, 200: 8, 9: 1, 12: 0}),
        (0.75, {3: 15, -7: 5, 0: 1, 200: 23, 9: 4, 12: 0}),
        (0.5, {3: 10, -7: 3, 0: 1, 200: 15, 9: 3, 12: 0}),
    ],
    ids=str,
)
def test_every_class_gives_its_share(rng, fraction, expected):
    y = of_sizes(rng, {3: 20, -7: 6, 0: 2, 200: 30, 9: 5, 12: 1})
    _, val = train_val_split(y, fraction, rng)
    counts = Counter(y[val].tolist())
    assert_close({label: counts[label] for label in expected}, expected)


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_with_one_class_it_is_a_plain_split(rng, n):
    train, val = split(np.full(n, 4), 0.5, rng)
    assert_close([len(train), len(val)], [n // 2, n - n // 2] if n > 1 else [1, 0])


def test_both_are_arrays_of_integers_also_when_one_is_empty(rng):
    rows = train_val_split(np.array([4]), 0.5, rng)
    assert_close((type(rows), *map(type, rows)), (tuple, np.ndarray, np.ndarray))
    assert_close([part.dtype.kind for part in rows], ["i", "i"])


def test_large_classes_with_neighbouring_numbers_stay_apart(rng):
    # Negative, so that a loop over all numbers from 0 to the largest class ends at once.
    y = of_sizes(rng, {-(2**60): 8, -(2**60) + 1: 1, -(2**60) + 2: 4})
    _, val = train_val_split(y, 0.25, rng)
    assert_close(np.sort(y[val]), np.array([-(2**60), -(2**60), -(2**60) + 2]))


def test_one_of_a_hundred_thousand_rows_may_be_any(rng):
    y = np.zeros(100_000, np.int64)
    # All of ten rows are in the first fifth with odds of 1e-7. Where rows are sorted by random
    # numbers with ties, they always are.
    late = max(split(y, 1e-7, rng)[1][0] for _ in range(10)) >= 20_000
    assert_close(late, True)


def test_large_classes_of_one_size_choose_other_places(rng):
    _, val = split(np.repeat(np.arange(5), 100), 0.5, rng)
    places = {tuple(np.array(val[i : i + 50]) % 100) for i in range(0, 250, 50)}
    assert_close(len(places), 5)


def test_two_classes_choose_their_rows_evenly_and_independently(rng):
    y = np.array([0, 1, 1, 0, 1, 0, 0, 1])
    calls = 3600
    chosen = Counter(tuple(split(y, 0.5, rng)[1]) for _ in range(calls))
    # Two of four rows in each class: 6 · 6 choices, each about 100 times. The sum is chi-squared
    # with 35 degrees of freedom, which is above 110 with odds of 1e-9.
    spread = sum((count - 100) ** 2 / 100 for count in chosen.values()) + 100 * (36 - len(chosen))
    assert_close({"choices": len(chosen), "even": spread < 110}, {"choices": 36, "even": True})


def test_of_two_rows_either_and_of_three_rows_any_may_be_chosen(rng):
    # 6 choices: one that never comes in 120 calls has odds of 2e-9.
    y = np.array([0, 0, 1, 1, 1])
    chosen = {tuple(split(y, 0.4, rng)[1]) for _ in range(120)}
    assert_close(sorted(chosen), [(i, j) for i in (0, 1) for j in (2, 3, 4)])


@draws()
def test_it_draws_from_rng(rng):
    return split(np.arange(200) % 3, 0.3, rng)


@pytest.mark.parametrize("fraction", [0.0, -0.1, 1.0, 1.5, 20.0])
def test_a_fraction_outside_0_to_1_raises_a_value_error(rng, fraction):
    assert_value_error(train_val_split, np.array([0, 0, 1, 1]), fraction, rng)


@manners()
def test_manners(rng):
    def seeded(y, fraction, seed):
        return train_val_split(y, fraction, np.random.default_rng(seed))

    y, seed = rng.permutation(np.arange(30) % 3), int(rng.integers(2**32))
    return partial(seeded, y, 0.25, seed), partial(seeded, y, 0.75, seed)


@pytest.mark.speed
def test_no_python_loop_over_rows(rng):
    def with_rows(n):
        return np.arange(n) % 2, 0.5, rng

    assert_no_loop_over("the rows", train_val_split, with_rows(20), with_rows(400))
