from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, StepLR

from exercises.optimization.learning_rate_schedules import (
    cosine_decay,
    exponential_decay,
    step_decay,
)
from kata.testing import assert_close, assert_value_error, manners, schedule, torch_rates

# Towards a floor of 0 the cosine nearly cancels: a formula may leave 1e-16 there or exactly 0.
COSINE = 1e-14
# Powers as small as floats go, and beyond.
FAR = [
    (0.1, 300),
    (0.1, 400),
    (0.1, 1_000_000),
    (0.5, 1000),
    (0.93, 9000),
    (0.999, 700_000),
    (0.99999, 1_000_000),
    (1.0, 1_000_000),
]


# --- By steps --------------------------------------------------------------------------------


def test_halved_every_two_steps():
    rates = [step_decay(step, 8.0, 2, 0.5) for step in range(7)]
    assert_close(rates, [8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 1.0])


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.93, 1.0], ids=str)
@pytest.mark.parametrize("step_size", [1, 2, 7, 40], ids=str)
def test_by_steps_it_agrees_with_torch(rng, step_size, gamma):
    base_lr = float(rng.uniform(0.01, 3.0))
    rates = [step_decay(step, base_lr, step_size, gamma) for step in range(30)]
    expected = torch_rates(StepLR, base_lr, 30, step_size=step_size, gamma=gamma)
    assert_close(rates, expected)


def test_by_steps_it_falls_to_a_tenth_unless_told():
    rates = [step_decay(step, 3.0, 4) for step in (3, 4, 7, 8)]
    assert_close(rates, [3.0, 0.3, 0.3, 0.03])


def test_by_steps_no_drop_of_long_steps_comes_early():
    for size in (5_000, 10**9):
        rates = [step_decay(step, 8.0, size, 0.5) for step in (size - 1, size, 3 * size - 1)]
        assert_close(rates, [8.0, 4.0, 2.0])


def test_by_steps_no_rounding_delays_a_drop():
    # 49 · (1 / 49) is below 1 in floating point, and other sizes have other such multiples.
    corners = [(size, drop) for size in range(1, 50) for drop in (1, 2, 3)]
    rates = [
        [step_decay(size * drop - before, 8.0, size, 0.5) for before in (1, 0)]
        for size, drop in corners
    ]
    expected = [[8.0 * 0.5 ** (drop - 1), 8.0 * 0.5**drop] for _, drop in corners]
    assert_close(np.array(rates), np.array(expected))


@pytest.mark.parametrize(("gamma", "drops"), FAR, ids=str)
def test_by_steps_a_far_step_is_right(gamma, drops):
    expected = float(2 * Decimal(gamma) ** drops)
    assert_close(step_decay(7 * drops + 5, 2.0, 7, gamma), expected)


@pytest.mark.parametrize("step_size", [0, -3], ids=str)
@pytest.mark.parametrize("step", [0, 7], ids=str)
def test_a_step_size_below_1_raises_a_value_error(step, step_size):
    assert_value_error(step_decay, step, 0.1, step_size, 0.5)


# --- Exponential -----------------------------------------------------------------------------


def test_halved_every_step():
    rates = [exponential_decay(step, 8.0, 0.5) for step in range(4)]
    assert_close(rates, [8.0, 4.0, 2.0, 1.0])


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.93, 0.999, 1.0], ids=str)
def test_exponential_agrees_with_torch(rng, gamma):
    base_lr = float(rng.uniform(0.01, 3.0))
    rates = [exponential_decay(step, base_lr, gamma) for step in range(30)]
    assert_close(rates, torch_rates(ExponentialLR, base_lr, 30, gamma=gamma))


@pytest.mark.parametrize(("gamma", "step"), FAR, ids=str)
def test_exponential_at_a_far_step_is_right(gamma, step):
    expected = float(2 * Decimal(gamma) ** step)
    assert_close(exponential_decay(step, 2.0, gamma), expected)


# --- Cosine ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sixth", [1, 10_000], ids=["6 steps", "60,000 steps"])
def test_cosine_at_thirds_and_halves_worked_out_by_hand(sixth):
    # 1 + cos is 2, 3/2, 1, 1/2 and 0.
    rates = [cosine_decay(sixth * k, 10.0, sixth * 6, 2.0) for k in (0, 2, 3, 4, 6)]
    assert_close(rates, [10.0, 8.0, 6.0, 4.0, 2.0])


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0], ids=lambda share: f"floor {share:.0%}")
@pytest.mark.parametrize("total", [1, 2, 5, 28], ids=str)
def test_cosine_agrees_with_torch_up_to_total(rng, total, share):
    base_lr = float(rng.uniform(0.01, 3.0))
    floor = share * base_lr
    rates = [cosine_decay(step, base_lr, total, floor) for step in range(total + 1)]
    expected = torch_rates(CosineAnnealingLR, base_lr, total + 1, T_max=total, eta_min=floor)
    assert_close(rates, expected, atol=COSINE)


@pytest.mark.parametrize("floor", [0.0, 0.03], ids=str)
@pytest.mark.parametrize("step", [7, 8, 9, 14, 15, 21, 10_000_000], ids=str)
def test_from_total_on_cosine_stays_at_its_floor(step, floor):
    assert_close(cosine_decay(step, 0.4, 7, floor), floor, atol=COSINE)


def test_the_floor_is_0_unless_told():
    rates = [cosine_decay(step, 8.0, 6) for step in (0, 2, 3, 4, 6)]
    assert_close(rates, [8.0, 6.0, 4.0, 2.0, 0.0], atol=COSINE)


@pytest.mark.parametrize("total", [0, -3], ids=str)
@pytest.mark.parametrize("step", [0, 7], ids=str)
def test_a_total_below_1_raises_a_value_error(step, total):
    assert_value_error(cosine_decay, step, 0.1, total, 0.01)


# --- All three -------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [-1, -5, -1000], ids=str)
def test_a_negative_step_raises_a_value_error(step):
    assert_value_error(step_decay, step, 0.1, 5, 0.5)
    assert_value_error(exponential_decay, step, 0.1, 0.5)
    assert_value_error(cosine_decay, step, 0.1, 10, 0.01)


def test_all_three_agree_with_the_reference(rng, reference):
    for step in rng.integers(0, 50, size=10).tolist():
        assert_close(step_decay(step, 0.3, 6, 0.8), reference.step_decay(step, 0.3, 6, 0.8))
        expected = reference.exponential_decay(step, 0.3, 0.8)
        assert_close(exponential_decay(step, 0.3, 0.8), expected)
        expected = reference.cosine_decay(step, 0.3, 31, 0.02)
        assert_close(cosine_decay(step, 0.3, 31, 0.02), expected, atol=COSINE)


@manners()
def test_manners(rng):
    lr, gamma = float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.5, 0.9))
    return (
        partial(step_decay, 12, lr, 4, gamma),
        partial(step_decay, 12, lr, 5, gamma),
        partial(exponential_decay, 12, lr, gamma),
        partial(exponential_decay, 13, lr, gamma),
        partial(cosine_decay, 12, lr, 30, 0.1),
        partial(cosine_decay, 12, lr, 31, 0.1),
    )


@schedule()
def test_step_decay_is_a_schedule(length):
    return partial(step_decay, base_lr=0.1, step_size=3, gamma=0.99)


@schedule()
def test_exponential_decay_is_a_schedule(length):
    return partial(exponential_decay, base_lr=0.1, gamma=0.99)


@schedule()
def test_cosine_decay_is_a_schedule(length):
    return partial(cosine_decay, base_lr=0.1, total=length, floor=0.01)
