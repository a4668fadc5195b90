"""Which entries are dropped is up to chance, so these tests count and never look at one draw.

They count so many entries that a right answer fails a test with odds below 1e-8. By Hoeffding's
inequality, the share of n independent draws is off its mean by t or more with odds of at most
2·exp(−2nt²). A share rounded to two decimals is as expected unless it is off by 0.005: below
1e-8 for the 400,000 entries of `large`. Rounded to one decimal, 0.05: below 1e-8 for 4,000 draws.
"""

from functools import partial

import numpy as np
import pytest

from exercises.training.dropout import dropout
from kata.testing import (
    assert_close,
    assert_no_loop_over,
    assert_value_error,
    assert_vectorized,
    draws,
    manners,
)

SIZES = {"samples": 4, "channels": 3, "rows": 5, "columns": 4}
ORDERS = {
    "in C order": lambda x: x,
    "in Fortran order": np.asfortranarray,
    "with axes swapped": lambda x: x.swapaxes(0, -1).copy().swapaxes(0, -1),
    "with gaps": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "reversed": lambda x: x[::-1].copy()[::-1],
}


def large(rng, shape=(500, 800)):
    """Entries of both signs, none of them near zero: a zero in the result was dropped."""
    return rng.uniform(1.0, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def share_alike(first, second):
    """The share of places where both are dropped or both are kept, in tenths."""
    return round(float(np.mean((first == 0) == (second == 0))), 1)


# --- What becomes of an entry ----------------------------------------------------------------


def test_ones_become_zeros_and_fours_when_three_quarters_are_dropped(rng):
    assert_close(np.unique(dropout(np.ones((40, 50)), 0.75, rng)), np.array([0.0, 4.0]))


@pytest.mark.parametrize("p", [0.1, 0.2, 0.5, 0.7, 0.93])
def test_p_is_the_share_of_entries_that_are_dropped(rng, p):
    y = dropout(large(rng), p, rng)
    assert_close(round(float(np.mean(y == 0)), 2), p)


@pytest.mark.parametrize("dtype", [np.float16, np.float64], ids=["float16", "float64"])
@pytest.mark.parametrize("p", [0.0, 0.001, 0.125, 0.3779, 0.9997])
def test_p_is_met_to_the_last_digit(rng, p, dtype):
    # Seven standard deviations of the number that is dropped, which is off by less with odds of
    # 1 − 1e-9 though the smaller are not quite normally distributed.
    n = 400_000
    dropped = int(np.sum(dropout(large(rng).astype(dtype), p, rng) == 0))
    assert_close(float(dropped), n * p, rtol=0.0, atol=7 * (n * p * (1 - p)) ** 0.5)


@pytest.mark.parametrize("p", [7e-6, 1.0 - 7e-6], ids=str)
def test_a_p_close_to_0_drops_some_and_one_close_to_1_keeps_some(rng, p):
    # Of 3,000,000 draws 21 on average, and none with odds of 1e-9. 16 random bits would be too few.
    y = dropout(np.ones(3_000_000), p, rng)
    assert_close(np.unique(y), np.array([0.0, 1.0 / (1.0 - p)]))


@pytest.mark.parametrize("p", [0.1, 0.3, 0.8])
def test_what_is_kept_is_divided_by_one_minus_p(rng, p):
    x = large(rng, (60, 70))
    y = dropout(x.copy(), p, rng)
    factors = np.where(y == 0, 1.0 / (1.0 - p), y / x)
    assert_close([factors.min(), factors.max()], [1.0 / (1.0 - p)] * 2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=["float16", "float32"])
@pytest.mark.parametrize(
    ("p", "training", "values"),
    [(0.75, True, [0, 4]), (0.75, False, [1]), (0.0, True, [1]), (1.0, True, [0])],
    ids=["training", "evaluation", "p of 0", "p of 1"],
)
def test_the_dtype_is_kept(rng, p, training, values, dtype):
    y = dropout(np.ones((40, 50), dtype), p, rng, training)
    assert_close(np.unique(y), np.array(values, dtype))


@pytest.mark.parametrize("shape", [(4, 5), (0,), (3, 0, 2)], ids=str)
def test_zeros_and_nothing_stay_as_they_are(rng, shape):
    assert_close(dropout(np.zeros(shape), 0.6, rng), np.zeros(shape))


# --- Chance ----------------------------------------------------------------------------------


def test_large_and_small_entries_are_dropped_alike(rng):
    x = large(rng) * np.array([[1e-3], [1e3]]).repeat(250, axis=0)
    y = dropout(x, 0.3, rng)
    shares = [round(float(np.mean(half == 0)), 1) for half in (y[:250], y[250:])]
    assert_close(shares, [0.3, 0.3])


@pytest.mark.parametrize(
    ("shape", "order"),
    [
        ((9000,), "in C order"),
        ((90, 100), "in C order"),
        ((30, 20, 40), "in C order"),
        *(((10, 12, 16, 14), order) for order in ORDERS),
    ],
    ids=str,
)
def test_neighbours_along_any_axis_are_dropped_independently(rng, shape, order):
    y = dropout(ORDERS[order](large(rng, shape)), 0.5, rng)
    shares = [
        share_alike(np.take(y, range(0, n, 2), axis), np.take(y, range(1, n, 2), axis))
        for axis, n in enumerate(shape)
    ]
    assert_close(shares, [0.5] * len(shape))


@pytest.mark.parametrize("shape", [(7, 11, 31, 37), (1000, 1100)], ids=str)
def test_entries_at_no_distance_share_their_draws(rng, shape):
    # The correlation with itself, at all n distances. The odds that one of them is off by 0.05 are
    # 2n·exp(−(n/2)·0.05²/2) at most, below 1e-18.
    signs = np.where(dropout(large(rng, shape), 0.5, rng) == 0, -1.0, 1.0).ravel()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(signs)) ** 2, signs.size) / signs.size
    assert_close(round(float(np.abs(correlation[1:]).max()), 1), 0.0)


def test_the_number_of_dropped_entries_is_up_to_chance_too(rng):
    # None of four, or all, with odds of 1/16 each: one of them never in 400 calls with 1e-11.
    x = large(rng, (1, 4))
    counts = {int(np.sum(dropout(x, 0.5, draws) == 0)) for draws in rng.spawn(400)}
    assert_close(sorted(counts), [0, 1, 2, 3, 4])


def test_the_next_call_and_another_generator_drop_other_entries(rng):
    x, (other,) = large(rng, (80, 60)), rng.spawn(1)
    first, second, third = (dropout(x, 0.5, draws) for draws in (rng, rng, other))
    assert_close([share_alike(first, second), share_alike(first, third)], [0.5, 0.5])


@draws()
def test_it_draws_from_rng(rng):
    return dropout(np.ones((40, 50)), 0.5, rng)


# --- The ends of the range, evaluation, manners ----------------------------------------------


def test_p_of_1_drops_everything_without_a_warning(rng):
    x = large(rng, (5, 3))
    with np.errstate(all="raise"):
        y = dropout(x, 1.0, rng)
    assert_close(y, np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("p", "training"), [(0.0, True), (0.0, False), (0.4, False), (1.0, False)], ids=str
)
def test_with_a_p_of_0_or_outside_training_nothing_changes(rng, p, training):
    x = large(rng, (6, 4, 5))
    expected = x.copy()
    assert_close(dropout(x, p, rng, training), expected)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("p", [-50.0, -0.1, -1e-9, 1.0 + 1e-9, 1.1, 50.0])
def test_p_outside_0_to_1_raises_a_value_error(rng, training, p):
    assert_value_error(dropout, np.ones((2, 3)), p, rng, training)


def seeded(x, p, seed, training=True):
    np.random.seed(seed)  # Who draws from NumPy's global generator is told so by the tests above.
    return dropout(x, p, np.random.default_rng(seed), training)


# No dtypes: who draws in x's own dtype draws other numbers.
@manners(dtypes=[])
def test_manners(rng):
    x, seed = large(rng, (4, 30)), int(rng.integers(2**32))
    evaluated = partial(seeded, x, 0.3, seed, training=False)
    return [*(partial(seeded, x, p, seed) for p in (0.0, 0.3, 1.0)), evaluated]


@pytest.mark.speed
@pytest.mark.parametrize("axis", SIZES)
def test_no_python_loop_over(rng, axis):
    few, many = (large(rng, (*sizes.values(),)) for sizes in (SIZES, SIZES | {axis: 100}))
    assert_no_loop_over(f"the {axis}", dropout, (few, 0.3, rng), (many, 0.3, rng))


@pytest.mark.speed
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_no_python_loop_over_a_single_axis(rng, training):
    assert_vectorized(
        partial(dropout, p=0.3, rng=rng, training=training), lambda entries: (large(rng, entries),)
    )
