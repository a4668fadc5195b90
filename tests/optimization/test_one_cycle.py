from functools import partial

import pytest
from torch.optim.lr_scheduler import OneCycleLR

from exercises.optimization.one_cycle import one_cycle
from kata.testing import assert_close, assert_value_error, manners, schedule, torch_rates


def rates_of(max_lr, total_steps, **settings):
    """The learning rates of all steps, from step 0 on."""
    return [one_cycle(step, max_lr, total_steps, **settings) for step in range(total_steps)]


def expected_rates(max_lr, total_steps, **settings):
    settings |= {"max_lr": max_lr, "total_steps": total_steps, "cycle_momentum": False}
    return torch_rates(OneCycleLR, 1.0, total_steps, **settings)


def test_every_step_worked_out_by_hand():
    # Up from 2 to 8 in two steps, down to 1 in three; 1 + cos is 2, 1, 0, then 2, 3/2, 1/2, 0.
    rates = rates_of(8.0, 6, pct_start=0.5, div_factor=4.0, final_div_factor=2.0)
    assert_close(rates, [2.0, 5.0, 8.0, 6.25, 2.75, 1.0])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"pct_start": 0.5},
        {"pct_start": 0.13},
        {"pct_start": 0.85},
        {"div_factor": 3.0},
        {"div_factor": 1.0},
        {"final_div_factor": 7.0},
        {"final_div_factor": 1.0},
        {"pct_start": 0.4, "div_factor": 10.0, "final_div_factor": 50.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("total_steps", [10, 23, 40], ids=str)
def test_it_agrees_with_torch(rng, total_steps, settings):
    max_lr = float(rng.uniform(0.01, 3.0))
    expected = expected_rates(max_lr, total_steps, **settings)
    assert_close(rates_of(max_lr, total_steps, **settings), expected)


@pytest.mark.parametrize(
    ("total_steps", "pct_start"), [(2, 0.75), (3, 0.5), (4, 0.3), (5, 0.99)], ids=str
)
def test_runs_of_a_few_steps_agree_with_torch(total_steps, pct_start):
    expected = expected_rates(0.6, total_steps, pct_start=pct_start)
    assert_close(rates_of(0.6, total_steps, pct_start=pct_start), expected)


def test_it_agrees_with_the_reference(rng, reference):
    for step in rng.integers(0, 60, size=10).tolist():
        expected = reference.one_cycle(step, 0.3, 47, 0.37, 6.0, 30.0)
        assert_close(one_cycle(step, 0.3, 47, 0.37, 6.0, 30.0), expected)


@pytest.mark.parametrize("max_lr", [1e-6, 3.0], ids=str)
@pytest.mark.parametrize("final_div_factor", [1e2, 1e4], ids=str)
def test_it_ends_far_below_its_start(max_lr, final_div_factor):
    rates = [one_cycle(step, max_lr, 20, 0.3, 10.0, final_div_factor) for step in (0, 19, 40)]
    final = max_lr / 10.0 / final_div_factor
    assert_close(rates, [max_lr / 10.0, final, final], atol=0.0)


@pytest.mark.parametrize("step", [19, 20, 21, 25, 33, 34, 48, 10_000], ids=str)
def test_from_its_last_step_on_it_stays_at_the_start_over_final_div_factor(step):
    assert_close(one_cycle(step, 6.0, 20, 0.3, 4.0, 10.0), 0.15)


def test_a_peak_between_two_steps_is_passed_at_the_right_place():
    # peak = 1.5 lies half-way between steps 1 and 2: two thirds up, and a fifth down.
    rates = [one_cycle(step, 8.0, 5, 0.5, 2.0, 4.0) for step in (1, 2)]
    fifth = (1 + 5**0.5) / 4  # The cosine of π/5.
    assert_close(rates, [7.0, 1.0 + 7.0 * (1 + fifth) / 2])


def test_a_run_of_ten_thousand_steps_is_right():
    # peak = 4,999 and last = 9,999.
    steps = (0, 4_999, 7_499, 9_999)
    rates = [one_cycle(step, 0.4, 10_000, 0.5, 4.0, 10.0) for step in steps]
    assert_close(rates, [0.1, 0.4, 0.205, 0.01])


@pytest.mark.parametrize("step", [-1, -5, -1000], ids=str)
def test_a_negative_step_raises_a_value_error(step):
    assert_value_error(one_cycle, step, 0.1, 20)


@pytest.mark.parametrize("step", [0, 2, 30], ids=str)
@pytest.mark.parametrize(
    ("total_steps", "pct_start"),
    [(2, 0.5), (20, 0.01), (20, 0.0), (20, -0.5), (3, 0.3), (1, 0.5), (0, 0.5), (-20, 0.5)],
    ids=str,
)
def test_a_peak_at_the_first_step_or_before_raises_a_value_error(total_steps, pct_start, step):
    assert_value_error(one_cycle, step, 0.1, total_steps, pct_start)


@pytest.mark.parametrize("step", [0, 2, 30], ids=str)
@pytest.mark.parametrize("pct_start", [1.0, 1.5], ids=str)
def test_a_peak_at_the_last_step_or_after_raises_a_value_error(pct_start, step):
    assert_value_error(one_cycle, step, 0.1, 20, pct_start)


@manners()
def test_manners(rng):
    max_lr = float(rng.uniform(0.5, 1.0))
    settings = [
        (3, 30, 0.3, 9.0, 7.0),
        (3, 30, 0.3, 8.0, 7.0),
        (20, 30, 0.3, 9.0, 7.0),
        (21, 30, 0.3, 9.0, 7.0),
        (20, 31, 0.3, 9.0, 7.0),
        (20, 30, 0.4, 9.0, 7.0),
        (20, 30, 0.3, 9.0, 8.0),
    ]
    return [partial(one_cycle, step, max_lr, *others) for step, *others in settings]


@schedule()
def test_it_is_a_schedule(length):
    return partial(one_cycle, max_lr=0.1, total_steps=length)
