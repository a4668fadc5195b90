import math
from functools import partial

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from exercises.optimization.reduce_on_plateau import ReduceOnPlateau
from kata.testing import assert_close, assert_value_error, manners


def run(schedule, metrics):
    """The learning rate after each epoch."""
    return [schedule.step(metric) for metric in metrics]


def run_torch(metrics, lr, **settings):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    # Torch leaves out what would change the learning rate by less than eps.
    schedule = ReduceLROnPlateau(optimizer, eps=0.0, **settings)
    rates = []
    for metric in metrics:
        schedule.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def falling_and_flat(rng, epochs=60):
    """A loss that falls at first, under noise."""
    return [3.0 * 0.8**t + 1.0 + float(rng.uniform(0, 0.3)) for t in range(epochs)]


def multiples_of_a_quarter(rng, low, epochs=60):
    """Many equal metrics, and many that lie exactly at a quarter or a half below another."""
    return (rng.integers(low, 33, size=epochs) / 4.0).tolist()


SETTINGS = [
    {},
    {"factor": 0.5},
    {"patience": 0},
    {"patience": 3},
    {"patience": 4, "threshold": 0.25},
    {"patience": 1, "threshold": 0.0},
    {"patience": 5, "threshold": 0.5, "factor": 0.7},
    {"factor": 0.3, "patience": 1, "threshold": 0.03, "min_lr": 0.02},
    {"factor": 0.6, "patience": 0, "threshold": 0.25, "min_lr": 0.1},
]


def test_two_plateaus_worked_out_by_hand():
    schedule = ReduceOnPlateau(8.0, factor=0.5, patience=1, threshold=0.25)
    # Only 8, 5 and the first 3 improve. Two bad epochs in a row are one too many: 7 and 6, 6 and 4,
    # 4 and 4.5, and the last two.
    metrics = [8.0, 7.0, 6.0, 5.0, 6.0, 4.0, 4.0, 4.5, 3.0, 3.0, 3.0]
    expected = [8.0, 8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.5]
    assert_close(run(schedule, metrics), expected)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_on_a_noisy_loss_it_agrees_with_torch(rng, settings):
    lr, metrics = float(rng.uniform(0.2, 3.0)), falling_and_flat(rng)
    assert_close(run(ReduceOnPlateau(lr, **settings), metrics), run_torch(metrics, lr, **settings))


@pytest.mark.parametrize("low", [1, 0, -32], ids=["positive", "with 0", "of both signs"])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_on_metrics_with_ties_it_agrees_with_torch(rng, settings, low):
    lr, metrics = float(rng.uniform(0.2, 3.0)), multiples_of_a_quarter(rng, low)
    assert_close(run(ReduceOnPlateau(lr, **settings), metrics), run_torch(metrics, lr, **settings))


def test_it_agrees_with_the_reference(rng, reference):
    metrics, settings = falling_and_flat(rng), {"factor": 0.4, "patience": 2, "threshold": 0.02}
    expected = run(reference.ReduceOnPlateau(0.7, **settings), metrics)
    assert_close(run(ReduceOnPlateau(0.7, **settings), metrics), expected)


# Settings, metrics and learning rates: each starts at 8 and is halved, unless told.
CASES = {
    # The first epoch improves on ∞; then each third epoch is one bad epoch too many.
    "a constant metric": ({"patience": 2}, [1] * 10, [8, 8, 8, 4, 4, 4, 2, 2, 2, 1]),
    "bad epochs not in a row": ({"patience": 2}, [5, 6, 6, 4, 5, 5, 3, 4, 4, 2], [8] * 10),
    "gains after a reduction": ({"patience": 0}, [3, 3, 2, 1, 0.5], [8, 4, 4, 4, 4]),
    "below the last but not the best": ({"patience": 2}, [1, 9, 8, 7], [8, 8, 8, 4]),
    "the best outlasts a reduction": ({"patience": 1}, [1, 3, 3, 2, 1.5], [8, 8, 4, 4, 2]),
    # Only 0.7 is more than a quarter below 1.
    "small gains add up": (
        {"patience": 2, "threshold": 0.25},
        [1, 0.9, 0.8, 0.7, 0.65, 0.6, 0.5],
        [8] * 7,
    ),
    "small gains that do not": (
        {"patience": 1, "threshold": 0.25},
        [1, 0.95, 0.9, 0.85, 0.8],
        [8, 8, 4, 4, 2],
    ),
    "a threshold of 0": ({"patience": 0, "threshold": 0.0}, [1, 0.99999, 0.99998], [8] * 3),
    "at the threshold": ({"patience": 0, "threshold": 0.25}, [8, 6], [8, 4]),
    "about the threshold": ({"patience": 0, "threshold": 0.25}, [8, 6.01, 5.99], [8, 4, 4]),
    "tiny metrics": ({"patience": 0}, [4e-300, 5e-300, 2e-300, 3e-300, 1e-300], [8, 4, 4, 2, 2]),
    "huge metrics": ({"patience": 0}, [4e300, 5e300, 2e300, 3e300, 1e300], [8, 4, 4, 2, 2]),
    "nothing improves on 0": ({"patience": 1}, [0.5, 0, 0, 0, 0, 0], [8, 8, 8, 4, 4, 2]),
    "nothing improves on -inf": ({"patience": 1}, [2, -math.inf, 0, -math.inf, 0], [8, 8, 8, 4, 4]),
    "0 comes first": ({"patience": 0}, [0, 0, 1, -1e-5], [8, 4, 2, 2]),
    # −8 · (1 − 1/4) is −6, so −7 improves, is the new best, and −6 improves on that.
    "a negative best": ({"patience": 0, "threshold": 0.25}, [-8, -7, -6, -4], [8, 8, 8, 4]),
    "down to min_lr": (
        {"factor": 0.25, "patience": 0, "min_lr": 1.5},
        [1] * 5,
        [8, 2, 1.5, 1.5, 1.5],
    ),
    "a min_lr of lr": ({"patience": 0, "min_lr": 8.0}, [1] * 3, [8] * 3),
}


@pytest.mark.parametrize("case", CASES)
def test_single_cases_worked_out_by_hand(case):
    settings, metrics, rates = CASES[case]
    schedule = ReduceOnPlateau(8.0, **{"factor": 0.5} | settings)
    assert_close(run(schedule, map(float, metrics)), list(map(float, rates)))


@pytest.mark.parametrize("metric", [math.nan, math.inf], ids=str)
def test_a_metric_of_nan_or_infinity_is_bad_from_the_first_epoch_on(metric):
    metrics = [metric, metric, 5.0, metric, metric, 4.0, metric, 5.0, 6.0, 7.0]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=1), metrics)
    assert_close(rates, [8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.5])


def test_without_min_lr_it_falls_to_the_smallest_floats_and_to_0():
    rates = run(ReduceOnPlateau(1.0, patience=0), [1.0] * 400)
    assert_close([rates[k] for k in (8, 100, 300, 399)], [1e-8, 1e-100, 1e-300, 0.0])


@pytest.mark.parametrize(
    "end", [{"lr": 0.0}, {"factor": 1e-9}, {"factor": 0.9999}, {"threshold": 0.9999}], ids=str
)
def test_settings_up_to_the_ends_are_allowed(end):
    settings = {"lr": 2.0, "factor": 0.5, "patience": 0} | end
    expected = [settings["lr"], settings["lr"] * settings["factor"]]
    assert_close(run(ReduceOnPlateau(**settings), [1.0, 1.0]), expected)


@pytest.mark.parametrize(
    ("gain", "rate"), [(0.9e-4, 0.3), (1.1e-4, 3.0)], ids=["too small", "large enough"]
)
def test_its_threshold_is_a_ten_thousandth_unless_told(gain, rate):
    assert_close(run(ReduceOnPlateau(3.0, patience=0), [5.0, 5.0 * (1 - gain)]), [3.0, rate])


def test_two_schedules_share_no_state(rng):
    metrics, settings = falling_and_flat(rng), {"factor": 0.4, "patience": 1}
    schedule = ReduceOnPlateau(0.7, **settings)
    other = ReduceOnPlateau(0.9, factor=0.8, patience=3, threshold=0.2, min_lr=0.6)
    rates = []
    for metric in metrics:
        rates.append(schedule.step(metric))
        other.step(metric / 2)
    assert_close(rates, run_torch(metrics, 0.7, **settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"factor": 0.0},
        {"factor": -0.5},
        {"factor": 1.0},
        {"factor": 10.0},
        {"patience": -1},
        {"threshold": -1e-9},
        {"threshold": 1.0},
        {"threshold": 1.5},
        {"min_lr": -1e-9},
        {"min_lr": 0.51},
        {"lr": -0.5},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_raise_a_value_error(settings):
    assert_value_error(lambda: ReduceOnPlateau(**{"lr": 0.5} | settings) and "a schedule")


@manners()
def test_manners(rng):
    def rates(metrics, *settings):
        return run(ReduceOnPlateau(*settings), metrics)

    lr, metrics = float(rng.uniform(0.2, 3.0)), [4.0, 3.0, 2.5] + [2.4] * 9
    settings = [
        (lr, 0.5, 3, 0.1, 0.0),
        (lr, 0.6, 3, 0.1, 0.0),
        (lr, 0.5, 4, 0.1, 0.0),
        (lr, 0.5, 3, 0.5, 0.0),
        (lr, 0.5, 3, 0.1, 0.9 * lr),
    ]
    return [partial(rates, metrics, *setting) for setting in settings]
