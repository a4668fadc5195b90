"""Weights are up to chance, so these tests measure distributions and never look at one draw.

Each measures 200,000 weights or more, or 1,000 draws of two or three. A share or a mean of n draws
is off by less than six of its standard deviations but for odds of 2e-9; the tolerances are at least
that.
"""

import math
from functools import partial

import numpy as np
import pytest

from exercises.training.weight_init import (
    fans,
    kaiming_normal,
    kaiming_uniform,
    xavier_normal,
    xavier_uniform,
)
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners

# With fan_in and fan_out, worked out by hand.
SHAPES = {
    (300, 700): (700, 300),
    (1, 200_000): (200_000, 1),
    (200_000, 1): (1, 200_000),
    (450, 450): (450, 450),
    (40, 90, 60): (5400, 2400),
    (60, 30, 10, 12): (3600, 7200),
    (20, 30, 6, 7, 8): (10_080, 6720),
}
FEW = {(1, 2): (2, 1), (2, 1): (1, 2), (1, 3): (3, 1), (3, 1): (1, 3)}
LARGE = pytest.mark.parametrize("shape", SHAPES, ids=str)
NAMES = pytest.mark.parametrize(
    "name", ["xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"]
)


def draw(name, *args, **settings):
    functions = {
        "xavier_uniform": xavier_uniform,
        "xavier_normal": xavier_normal,
        "kaiming_uniform": kaiming_uniform,
        "kaiming_normal": kaiming_normal,
    }
    return functions[name](*args, **settings)


def std_of(name, shape, gain=1.0):
    fan_in, fan_out = (SHAPES | FEW)[shape]
    return gain * math.sqrt(2 / (fan_in + fan_out) if "xavier" in name else 2 / fan_in)


def assert_uniform(w, std):
    """Bounds are met to a part in 5,000: all draws miss one by more with odds of 2e-9."""
    w, bound = w / std, math.sqrt(3.0)
    assert_close(w.std(), 1.0, atol=0.008)
    assert_close([w.min(), w.max()], [-bound, bound], atol=4e-4)
    assert_close([w.mean(), np.mean(abs(w) < bound / 2)], [0.0, 0.5], atol=0.015)


def assert_normal(w, std):
    """Of 200,000 weights, six standard deviations of the last two shares are 0.0007 and 0.0003."""
    w = w / std
    assert_close(w.std(), 1.0, atol=0.012)
    shares = [np.mean(abs(w) < 0.5), np.mean(abs(w) > 2.0), np.mean(abs(w) > 3.0)]
    assert_close([w.mean(), *shares], [0.0, 0.38292, 0.0455, 0.0027], atol=0.015, rtol=0.0)
    assert_close(shares[1:], [0.0455, 0.0027], atol=0.003, rtol=0.0)
    assert_close(shares[2], 0.0027, atol=0.0007, rtol=0.0)
    assert_close(np.mean(abs(w) > 3.5), 0.000465, atol=0.0003, rtol=0.0)


# --- Fans ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((6, 3, 5, 5), (75, 150)),
        ((2, 3), (3, 2)),
        ((1, 1), (1, 1)),
        ((4, 1, 3, 1), (3, 12)),
        *SHAPES.items(),
    ],
    ids=str,
)
def test_fans_worked_out_by_hand(shape, expected):
    assert_close(fans(shape), expected)


def test_fans_agree_with_the_reference(rng, reference):
    shapes = [tuple(rng.integers(1, 9, size=n).tolist()) for n in (2, 2, 3, 3, 4, 5)]
    expected = [reference.fans(shape) for shape in shapes]
    assert_close([fans(shape) for shape in shapes], expected)


# --- Distributions ---------------------------------------------------------------------------


@LARGE
@pytest.mark.parametrize("name", ["xavier_uniform", "kaiming_uniform"])
def test_uniform_weights_have_the_right_bounds(rng, name, shape):
    assert_uniform(draw(name, shape, rng), std_of(name, shape))


@LARGE
@pytest.mark.parametrize("name", ["xavier_normal", "kaiming_normal"])
def test_normal_weights_have_the_right_spread_and_tails(rng, name, shape):
    assert_normal(draw(name, shape, rng), std_of(name, shape))


@pytest.mark.parametrize("gain", [0.1, 5 / 3, 4.0])
def test_a_gain_multiplies_the_standard_deviation(rng, gain):
    shape = (300, 700)
    std = std_of("xavier", shape, gain)
    assert_uniform(xavier_uniform(shape, rng, gain), std)
    assert_normal(xavier_normal(shape, rng, gain), std)


@NAMES
@pytest.mark.parametrize("shape", FEW, ids=str)
def test_two_weights_are_independent_of_each_other(rng, name, shape):
    # The half of all weights is smaller than the median, in uniform and in normal distributions.
    median = std_of(name, shape) * (math.sqrt(3.0) / 2 if "uniform" in name else 0.67449)
    one, other, *_ = np.stack([draw(name, shape, rng).ravel() for _ in range(1000)], axis=1)
    shares = [np.mean((one > 0) == (other > 0)), *(np.mean(abs(w) < median) for w in (one, other))]
    assert_close(shares, [0.5, 0.5, 0.5], atol=0.1, rtol=0.0)


@pytest.mark.parametrize("name", ["xavier_uniform", "xavier_normal"])
def test_a_gain_of_0_gives_zeros(rng, name):
    assert_close(draw(name, (2, 3), rng, gain=0.0), np.zeros((2, 3)))


@NAMES
@pytest.mark.parametrize("shape", [(128, 512), (16, 32, 8, 16)], ids=str)
def test_weights_at_no_distance_go_together(rng, name, shape):
    # Their signs' correlation with themselves, at all n distances. The odds that one of them is off
    # by 0.05 are 2n·exp(−n·0.05²/4) at most, below 1e-12.
    signs = np.sign(draw(name, shape, rng)).ravel()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(signs)) ** 2, signs.size) / signs.size
    assert_close(round(float(np.abs(correlation[1:]).max()), 1), 0.0)


@NAMES
@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (2, 1, 4), (4, 3, 2, 5)], ids=str)
def test_weights_have_the_shape_and_are_float64(rng, name, shape):
    w = draw(name, shape, rng)
    assert_close([list(w.shape), str(w.dtype)], [list(shape), "float64"])
    # Not all alike, though a single one has nothing to differ from.
    assert_close(len(np.unique(w)), math.prod(shape))


# --- All functions ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (5,), (0,)], ids=str)
def test_fewer_than_two_axes_raise_a_value_error(rng, shape):
    assert_value_error(fans, shape)
    assert_value_error(fans, list(shape))


@NAMES
@pytest.mark.parametrize("shape", [(), (5,), (0,)], ids=str)
def test_a_shape_without_fans_raises_a_value_error(rng, name, shape):
    assert_value_error(draw, name, shape, rng)


@draws()
def test_xavier_uniform_draws_from_rng(rng):
    return xavier_uniform((4, 5), rng)


@draws()
def test_xavier_normal_draws_from_rng(rng):
    return xavier_normal((4, 5), rng)


@draws()
def test_kaiming_uniform_draws_from_rng(rng):
    return kaiming_uniform((4, 5), rng)


@draws()
def test_kaiming_normal_draws_from_rng(rng):
    return kaiming_normal((4, 5), rng)


def seeded(name, shape, seed, **settings):
    return draw(name, shape, np.random.default_rng(seed), **settings)


@manners()
def test_manners(rng):
    seed = int(rng.integers(2**32))
    gains = [partial(seeded, "xavier_uniform", [3, 4], seed, gain=gain) for gain in (1.0, 2.0)]
    gains += [partial(seeded, "xavier_normal", [3, 4], seed, gain=gain) for gain in (1.0, 2.0)]
    others = [
        partial(seeded, name, [2, 3, 4], seed) for name in ("kaiming_uniform", "kaiming_normal")
    ]
    return [partial(fans, [3, 4, 5]), *gains, *others]


@pytest.mark.speed
@NAMES
def test_no_python_loop(rng, name):
    assert_vectorized(
        partial(draw, name), lambda outputs, inputs, kernel: ((outputs, inputs, kernel), rng)
    )
