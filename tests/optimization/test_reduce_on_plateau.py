import math

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from exercises.optimization.reduce_on_plateau import ReduceOnPlateau
from kata.testing import assert_close


def run(schedule, metrics):
    """The learning rate after each epoch."""
    return [schedule.step(metric) for metric in metrics]


def run_torch(metrics, lr, **settings):
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=lr)
    # Torch leaves out what would change the learning rate by less than eps.
    schedule = ReduceLROnPlateau(optimiser, eps=0.0, **settings)
    rates = []
    for metric in metrics:
        schedule.step(metric)
        rates.append(optimiser.param_groups[0]["lr"])
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
    {"patience": 2, "threshold": 0.25},
    {"patience": 1, "threshold": 0.0},
    {"patience": 2, "threshold": 0.5, "factor": 0.7},
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


def test_on_a_constant_metric_it_falls_again_and_again():
    # The first epoch improves on ∞; then each third epoch is one bad epoch too many.
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=2), [1.0] * 10)
    assert_close(rates, [8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0, 1.0])


def test_without_patience_every_bad_epoch_counts():
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=0), [3.0, 3.0, 4.0, 2.0, 2.5])
    assert_close(rates, [8.0, 4.0, 2.0, 2.0, 1.0])


def test_an_improvement_starts_the_count_of_bad_epochs_anew():
    metrics = [5.0, 6.0, 6.0, 4.0, 5.0, 5.0, 3.0, 4.0, 4.0, 2.0]
    assert_close(run(ReduceOnPlateau(0.3, patience=2), metrics), [0.3] * 10)


def test_an_improvement_never_brings_the_learning_rate_back():
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=0), [3.0, 3.0, 2.0, 1.0, 0.5])
    assert_close(rates, [8.0, 4.0, 4.0, 4.0, 4.0])


def test_a_metric_below_the_last_one_but_not_below_the_best_is_bad():
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=2), [1.0, 9.0, 8.0, 7.0])
    assert_close(rates, [8.0, 8.0, 8.0, 4.0])


def test_the_best_outlasts_a_reduction():
    metrics = [1.0, 3.0, 3.0, 2.0, 1.5]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=1), metrics)
    assert_close(rates, [8.0, 8.0, 4.0, 4.0, 2.0])


def test_small_gains_add_up_until_they_pass_the_threshold():
    # Only 0.7 is more than a quarter below 1.0.
    metrics = [1.0, 0.9, 0.8, 0.7, 0.65, 0.6, 0.5]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=2, threshold=0.25), metrics)
    assert_close(rates, [8.0] * 7)


def test_gains_that_stay_below_the_threshold_are_bad_epochs():
    metrics = [1.0, 0.95, 0.9, 0.85, 0.8]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=1, threshold=0.25), metrics)
    assert_close(rates, [8.0, 8.0, 4.0, 4.0, 2.0])


@pytest.mark.parametrize("metric", [6.0, 6.01], ids=["at it", "just above it"])
def test_a_metric_at_the_threshold_is_bad(metric):
    schedule = ReduceOnPlateau(8.0, factor=0.5, patience=0, threshold=0.25)
    assert_close(run(schedule, [8.0, metric]), [8.0, 4.0])


def test_a_metric_just_below_the_threshold_improves():
    schedule = ReduceOnPlateau(8.0, factor=0.5, patience=0, threshold=0.25)
    assert_close(run(schedule, [8.0, 5.99]), [8.0, 8.0])


@pytest.mark.parametrize("scale", [1e-9, 1e9], ids=str)
def test_the_scale_of_the_metric_does_not_matter(scale):
    metrics = [scale * metric for metric in [4.0, 3.9, 2.0, 1.9, 1.0]]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=0, threshold=0.125), metrics)
    assert_close(rates, [8.0, 4.0, 4.0, 2.0, 2.0])


def test_nothing_improves_on_a_loss_of_0():
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=1), [0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert_close(rates, [8.0, 8.0, 8.0, 4.0, 4.0, 2.0])


def test_a_negative_best_is_passed_above_it_too():
    # −8 · (1 − 1/4) is −6, so −7 improves, is the new best, and −6 improves on that.
    schedule = ReduceOnPlateau(8.0, factor=0.5, patience=0, threshold=0.25)
    assert_close(run(schedule, [-8.0, -7.0, -6.0, -4.0]), [8.0, 8.0, 8.0, 4.0])


@pytest.mark.parametrize("metric", [math.nan, math.inf], ids=str)
def test_a_metric_of_nan_or_infinity_is_bad_from_the_first_epoch_on(metric):
    metrics = [metric, metric, 5.0, metric, metric, 4.0, metric, 5.0, 6.0, 7.0]
    rates = run(ReduceOnPlateau(8.0, factor=0.5, patience=1), metrics)
    assert_close(rates, [8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.5])


def test_it_falls_to_min_lr_and_stays_there():
    schedule = ReduceOnPlateau(8.0, factor=0.25, patience=0, min_lr=1.5)
    assert_close(run(schedule, [1.0] * 5), [8.0, 2.0, 1.5, 1.5, 1.5])


def test_a_min_lr_of_lr_keeps_it():
    assert_close(run(ReduceOnPlateau(0.2, patience=0, min_lr=0.2), [1.0] * 3), [0.2] * 3)


def test_without_min_lr_it_falls_as_far_as_it_likes():
    rates = run(ReduceOnPlateau(1e-6, patience=0), [1.0] * 6)
    assert_close(rates, [1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11])


def test_its_patience_is_10_epochs_and_its_factor_a_tenth_unless_told():
    assert_close(run(ReduceOnPlateau(3.0), [1.0] * 12), [3.0] * 11 + [0.3])


@pytest.mark.parametrize(
    ("gain", "rate"), [(0.9e-4, 0.3), (1.1e-4, 3.0)], ids=["too small", "large enough"]
)
def test_its_threshold_is_a_ten_thousandth_unless_told(gain, rate):
    assert_close(run(ReduceOnPlateau(3.0, patience=0), [5.0, 5.0 * (1 - gain)]), [3.0, rate])


def test_two_schedules_share_no_state(rng):
    metrics, settings = falling_and_flat(rng), {"factor": 0.4, "patience": 1}
    schedule, other = ReduceOnPlateau(0.7, **settings), ReduceOnPlateau(0.9, **settings)
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
        {"threshold": -0.1},
        {"threshold": 1.0},
        {"threshold": 1.5},
        {"min_lr": -0.01},
        {"min_lr": 0.51},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_raise_a_value_error(settings):
    with pytest.raises(ValueError):
        ReduceOnPlateau(0.5, **settings)
