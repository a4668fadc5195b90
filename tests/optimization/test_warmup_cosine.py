from functools import partial

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from exercises.optimization.warmup_cosine import warmup_cosine
from kata.testing import assert_close, assert_value_error, manners, schedule, torch_rates

# Towards a floor of 0 the cosine nearly cancels: a formula may leave 1e-16 there or exactly 0.
COSINE = 1e-14
BEYOND = 5


def rates_of(peak, warmup, total, floor):
    """The learning rates from step 0 to a few steps beyond `total`."""
    return [warmup_cosine(step, peak, warmup, total, floor) for step in range(total + BEYOND)]


def expected_rates(peak, warmup, total, floor):
    """The same from torch: a line, its cosine schedule, and the floor once that has ended."""
    line = torch.linspace(0.0, peak, warmup + 1, dtype=torch.float64)[:-1].tolist()
    cosine = total - warmup
    wave = torch_rates(CosineAnnealingLR, peak, cosine, T_max=cosine, eta_min=floor)
    return line + wave + [floor] * BEYOND


def test_every_step_worked_out_by_hand():
    # The cosine is 1, 1/2, −1/2 and −1 at thirds of half a wave.
    expected = [0.0, 2.0, 4.0, 6.0, 8.0, 6.5, 3.5, 2.0, 2.0, 2.0, 2.0, 2.0]
    assert_close(rates_of(8.0, 4, 7, 2.0), expected)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0], ids=lambda share: f"floor {share:.0%}")
@pytest.mark.parametrize(
    ("warmup", "total"),
    [(5, 17), (1, 8), (12, 16), (2, 3), (9, 29), (0, 7), (0, 1)],
    ids=lambda steps: str(steps),
)
def test_it_agrees_with_torch(rng, warmup, total, share):
    peak = float(rng.uniform(0.01, 3.0))
    settings = peak, warmup, total, share * peak
    assert_close(rates_of(*settings), expected_rates(*settings), atol=COSINE)


def test_it_agrees_with_the_reference(rng, reference):
    for step in rng.integers(0, 60, size=10).tolist():
        expected = reference.warmup_cosine(step, 0.3, 11, 47, 0.02)
        assert_close(warmup_cosine(step, 0.3, 11, 47, 0.02), expected)


@pytest.mark.parametrize("floor", [0.0, 0.03], ids=str)
@pytest.mark.parametrize("step", [9, 10, 12, 15, 21, 10_000], ids=str)
def test_from_total_on_it_stays_at_the_floor(step, floor):
    assert_close(warmup_cosine(step, 0.4, 3, 9, floor), floor, atol=COSINE)


def test_the_floor_is_0_unless_told():
    rates = [warmup_cosine(step, 8.0, 1, 7) for step in (1, 3, 4, 5, 7)]
    assert_close(rates, [8.0, 6.0, 4.0, 2.0, 0.0], atol=COSINE)


def test_a_run_of_ten_thousand_steps_is_right():
    # Half of the warm-up, its end, and the cosine at its thirds and its middle.
    steps = (50, 100, 3_400, 5_050, 6_700, 10_000)
    rates = [warmup_cosine(step, 1e-3, 100, 10_000, 2e-4) for step in steps]
    assert_close(rates, [5e-4, 1e-3, 8e-4, 6e-4, 4e-4, 2e-4])


def test_any_step_of_a_run_of_a_million_is_right(rng):
    for step in rng.integers(1_000, 1_001_000, size=50).tolist():
        share = torch.tensor((step - 1_000) / 1_000_000, dtype=torch.float64)
        expected = (0.1 + 0.3 * torch.cos(share * torch.pi / 2) ** 2).item()
        assert_close(warmup_cosine(step, 0.4, 1_000, 1_001_000, 0.1), expected)


@pytest.mark.parametrize("step", [-1, -5, -1000], ids=str)
@pytest.mark.parametrize("warmup", [0, 4], ids=["no warm-up", "a warm-up"])
def test_a_negative_step_raises_a_value_error(warmup, step):
    assert_value_error(warmup_cosine, step, 0.1, warmup, 10, 0.01)


@pytest.mark.parametrize("step", [0, 3, 20], ids=str)
@pytest.mark.parametrize("warmup", [-1, -6], ids=str)
def test_a_negative_warm_up_raises_a_value_error(warmup, step):
    assert_value_error(warmup_cosine, step, 0.1, warmup, 10, 0.01)


@pytest.mark.parametrize("step", [0, 3, 20], ids=str)
@pytest.mark.parametrize(("warmup", "total"), [(10, 10), (11, 10), (0, 0), (0, -4)], ids=str)
def test_a_total_that_leaves_no_step_after_the_warm_up_raises_a_value_error(warmup, total, step):
    assert_value_error(warmup_cosine, step, 0.1, warmup, total, 0.01)


@manners()
def test_manners(rng):
    peak = float(rng.uniform(0.5, 1.0))
    settings = [(2, 5, 40), (3, 5, 40), (20, 5, 40), (20, 6, 40), (20, 5, 41), (20, 5, 40, 0.1)]
    return [partial(warmup_cosine, step, peak, *others) for step, *others in settings]


@schedule()
def test_it_is_a_schedule(length):
    return partial(warmup_cosine, peak=0.1, warmup=length // 10, total=length, floor=0.01)
