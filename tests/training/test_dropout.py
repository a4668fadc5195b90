"""Which entries are dropped is up to chance, so these tests count and never look at one draw.

They count so many entries that a right answer fails a test with odds below 1e-8. By Hoeffding's
inequality, the share of n independent draws is off its mean by t or more with odds of at most
2·exp(−2nt²). A share rounded to two decimals is as expected unless it is off by 0.005: below
1e-8 for the 400,000 entries of `large`. Rounded to one decimal, 0.05: below 1e-8 for 4,000 draws.
"""

import numpy as np
import pytest

from exercises.training.dropout import dropout
from kata.testing import assert_close, assert_no_loop_over, unchanged


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


@pytest.mark.parametrize("p", [0.1, 0.3, 0.8])
def test_what_is_kept_is_divided_by_one_minus_p(rng, p):
    x = large(rng, (60, 70))
    y = dropout(x, p, rng)
    factors = np.where(y == 0, 1.0 / (1.0 - p), y / x)
    assert_close([factors.min(), factors.max()], [1.0 / (1.0 - p)] * 2)


def test_zeros_stay_zeros(rng):
    assert_close(dropout(np.zeros((4, 5)), 0.6, rng), np.zeros((4, 5)))


def test_large_and_small_entries_are_dropped_alike(rng):
    x = large(rng) * np.array([[1e-3], [1e3]]).repeat(250, axis=0)
    y = dropout(x, 0.3, rng)
    shares = [round(float(np.mean(half == 0)), 1) for half in (y[:250], y[250:])]
    assert_close(shares, [0.3, 0.3])


# --- Chance ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((90, 100), 0),
        ((90, 100), 1),
        ((30, 20, 40), 0),
        ((30, 20, 40), 1),
        ((30, 20, 40), 2),
        ((9000,), 0),
    ],
    ids=str,
)
def test_neighbours_along_any_axis_are_dropped_independently(rng, shape, axis):
    y = np.moveaxis(dropout(large(rng, shape), 0.5, rng), axis, 0)
    assert_close(share_alike(y[0::2], y[1::2]), 0.5)


def test_the_number_of_dropped_entries_is_up_to_chance_too(rng):
    # Thirty times the same number: odds below 1e-17, for none of the 11 has more than 0.25.
    x = large(rng, (1, 10))
    counts = {int(np.sum(dropout(x, 0.5, draws) == 0)) for draws in rng.spawn(30)}
    assert_close({"always as many": len(counts) == 1}, {"always as many": False})


def test_another_generator_drops_other_entries(rng):
    x = large(rng, (80, 60))
    first, second = (dropout(x, 0.5, draws) for draws in rng.spawn(2))
    assert_close(share_alike(first, second), 0.5)


def test_a_generator_in_the_same_state_drops_the_same_entries(rng):
    x = large(rng, (80, 60))
    first, second = (dropout(x, 0.5, np.random.default_rng(11)) for _ in range(2))
    assert_close(share_alike(first, second), 1.0)


# --- The ends of the range, and evaluation ---------------------------------------------------


def test_p_of_0_keeps_everything(rng):
    x = large(rng, (50, 30))
    assert_close(dropout(x, 0.0, rng), x)


def test_p_of_1_drops_everything_without_a_warning(rng):
    x = large(rng, (5, 3))
    with np.errstate(all="raise"):
        y = dropout(x, 1.0, rng)
    assert_close(y, np.zeros((5, 3)))


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_outside_training_nothing_changes(rng, p):
    x = large(rng, (6, 4, 5))
    assert_close(dropout(x, p, rng, training=False), x)


def test_training_is_the_default(rng):
    x = large(rng, (5, 4))
    assert_close(dropout(x, 1.0, rng), np.zeros((5, 4)))


@pytest.mark.parametrize("shape", [(0,), (3, 0, 2)], ids=str)
def test_nothing_stays_nothing(rng, shape):
    assert_close(dropout(np.zeros(shape), 0.5, rng), np.zeros(shape))


# --- Manners ---------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_float32_stays_float32(rng, training, p):
    y = dropout(np.zeros((4, 3), dtype=np.float32), p, rng, training)
    assert_close(y, np.zeros((4, 3), dtype=np.float32))


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("p", [-0.1, 1.1, 50.0])
def test_p_outside_0_to_1_raises_a_value_error(rng, training, p):
    with pytest.raises(ValueError):
        dropout(np.ones((2, 3)), p, rng, training)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_x_is_left_unchanged(rng, p):
    x = large(rng, (40, 30))
    with unchanged(x):
        dropout(x, p, rng)


@pytest.mark.parametrize("p", [0.0, 0.3])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_the_result_is_a_new_array(rng, training, p):
    x = large(rng, (40, 30))
    with unchanged(x):
        dropout(x, p, rng, training)[...] = 7.0


@pytest.mark.speed
def test_no_python_loop_over_rows(rng):
    x = large(rng, (96, 5))
    assert_no_loop_over("the rows", dropout, (x[:8], 0.3, rng), (x, 0.3, rng))


@pytest.mark.speed
def test_no_python_loop_over_columns(rng):
    x = large(rng, (5, 96))
    assert_no_loop_over("the columns", dropout, (x[:, :8].copy(), 0.3, rng), (x, 0.3, rng))
