import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from exercises.practice.diagnose_fit import diagnose
from kata.testing import assert_close, assert_value_error, manners

CURVES = Path(__file__).parents[2] / "data" / "curves.json"

# Training losses, validation losses, and the diagnosis for a baseline of 2 and a target of 0.5.
CASES = {
    "a gap": ([2.0, 1.0, 0.25], [2.0, 1.25, 1.5], "overfitting"),
    "high on both": ([2.0, 1.5, 1.25], [2.0, 1.5, 1.5], "underfitting"),
    "low on both": ([2.0, 1.0, 0.25], [2.0, 1.0, 0.375], "good"),
    "as at the start": ([2.0, 2.0, 1.9375], [2.0, 2.0, 1.9375], "not learning"),
    "learned by heart, slowly": ([2.0, 1.9375, 1.875], [2.0, 2.5, 9.0], "not learning"),
    "blown up": ([2.0, 1.0, 8.0], [2.0, 1.0, 8.0], "diverging"),
    "blown up, and back": ([2.0, 1e100, 0.25], [2.0, 1e100, 0.25], "good"),
    "blown up, and back to the start": ([2.0, 1e100, 1.9375], [2.0, 1e100, 1.9375], "not learning"),
    "only the validation loss is huge": ([2.0, 1.0, 0.25], [2.0, 9.0, 80.0], "overfitting"),
    "1.5 times the baseline": ([2.0, 3.0], [2.0, 3.0], "not learning"),
    "a little more": ([2.0, 3.0625], [2.0, 0.25], "diverging"),
    "just below 0.9 of the baseline": ([2.0, 1.75], [2.0, 1.75], "underfitting"),
    "at 0.9 of the baseline": ([2.0, 1.8], [2.0, 1.8], "underfitting"),
    "a hair above it": ([2.0, 1.8 + 2**-40], [2.0, 1.75], "not learning"),
    "good on new rows alone": ([2.0, 1.9375], [2.0, 0.25], "not learning"),
    "at the target": ([2.0, 0.25], [2.0, 0.5], "good"),
    "a hair above the target": ([2.0, 0.25], [2.0, 0.5 + 2**-40], "overfitting"),
    "training is above the target": ([2.0, 0.75], [2.0, 0.375], "good"),
    "both parts alike": ([2.0, 0.75], [2.0, 1.0], "underfitting"),
    "a larger gap": ([2.0, 0.75], [2.0, 1.0625], "overfitting"),
    "a smaller gap": ([2.0, 0.8125], [2.0, 1.0], "underfitting"),
    "a far larger gap": ([2.0, 0.75], [2.0, 2.0], "overfitting"),
    "training is at the target": ([2.0, 0.5], [2.0, 0.625], "overfitting"),
    "training is below the target": ([2.0, 0.25], [2.0, 0.625], "overfitting"),
    "validation below training": ([2.0, 1.0], [2.0, 0.75], "underfitting"),
    "one epoch": ([0.25], [0.25], "good"),
}


@pytest.mark.parametrize("case", CASES)
def test_cases_worked_out_by_hand(case):
    train, val, expected = CASES[case]
    assert_close(diagnose(train, val, 2.0, 0.5), expected)


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=str)
@pytest.mark.parametrize("epoch", [0, 70, 199])
@pytest.mark.parametrize("which", ["training", "validation"])
def test_one_loss_that_is_not_finite_is_enough(bad, epoch, which):
    train, val = [0.25] * 200, [0.25] * 200
    (train if which == "training" else val)[epoch] = bad
    assert_close(diagnose(train, val, 2.0, 0.5), "diverging")


def test_finite_losses_whose_sum_is_not_are_finite():
    losses = [1e308, 1e308, 0.25]
    assert_close(diagnose(losses, losses, 2.0, 0.5), "good")


@pytest.mark.parametrize(
    ("n", "last"), [(1, 1), (4, 1), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3), (503, 100)]
)
def test_means_are_those_of_the_last_fifth(n, last):
    # A mean of just more than 1.5 · 2, which is all due to the first of these epochs, and a low
    # mean; the epochs before say the opposite.
    high = [0.25] * (n - last) + [3.015625 * last] + [0.0] * (last - 1)
    low = [40.0] * (n - last) + [0.25] * last
    for train, expected in ((high, "diverging"), (low, "good")):
        assert_close(diagnose(train, [0.25] * n, 2.0, 0.5), expected)
    for val, expected in ((high, "overfitting"), (low, "good")):
        assert_close(diagnose([0.25] * n, val, 2.0, 0.5), expected)


@pytest.mark.parametrize(
    "last",
    [[0.25, 0.625, 0.25, 0.25], [0.625, 0.25, 0.25, 0.625], [0.25, 0.25, 0.25, 0.875]],
    ids=str,
)
def test_no_single_epoch_decides(last):
    assert_close(diagnose([0.25] * 20, [1.0] * 16 + last, 2.0, 0.5), "good")
    high = [2.0 - 2 * loss for loss in last]
    assert_close(diagnose([0.25] * 20, [0.25] * 16 + high, 2.0, 0.5), "overfitting")


def test_a_mean_is_no_median():
    last = [0.25, 0.25, 2.0, 0.25]
    assert_close(diagnose([0.25] * 20, [0.25] * 16 + last, 2.0, 0.5), "overfitting")
    # A mean of 2.75, which is above 0.9 times the baseline; the median is 1.
    train = [0.25] * 16 + [4 * loss for loss in last]
    assert_close(diagnose(train, [0.25] * 20, 2.0, 0.5), "not learning")


def test_the_target_may_be_0():
    assert_close(diagnose([2.0, 0.25], [2.0, 0.0], 2.0, 0.0), "good")
    for val in (0.5, 2**-20):
        assert_close(diagnose([2.0, 0.25], [2.0, val], 2.0, 0.0), "underfitting")


@pytest.mark.parametrize("scale", [1 / 64, 16.0, 1024.0])
def test_only_ratios_count(scale):
    for train, val, expected in CASES.values():
        losses = [[scale * loss for loss in losses] for losses in (train, val)]
        assert_close(diagnose(*losses, 2.0 * scale, 0.5 * scale), expected)


# Runs that docs/curves.py made so.
@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("a", "underfitting"),
        ("c", "not learning"),
        ("d", "good"),
        ("e", "not learning"),
        ("h", "overfitting"),
        ("j", "not learning"),
        ("k", "diverging"),
    ],
)
def test_recorded_runs(run, expected):
    losses = json.loads(CURVES.read_text(encoding="utf-8"))[run]
    assert_close(diagnose(losses["train"], losses["val"], math.log(10), 0.3), expected)


def test_it_agrees_with_the_reference(rng, reference):
    # Powers of two, so that no rounding decides.
    for n in (1, 7, 10, 20):
        for level in np.geomspace(0.25, 4.0, 9):
            train, val = (level * rng.integers(1, 9, size=(2, n)) / 4).tolist()
            expected = reference.diagnose(train, val, 2.3, 0.7)
            assert_close(diagnose(train, val, 2.3, 0.7), expected)


@pytest.mark.parametrize("lengths", [(0, 0), (0, 2), (2, 0), (3, 2), (2, 3), (2, 4)], ids=str)
@pytest.mark.parametrize("loss", [0.25, math.nan], ids=str)
def test_losses_that_do_not_pair_raise_a_value_error(lengths, loss):
    train, val = ([loss] * n for n in lengths)
    assert_value_error(diagnose, train, val, 2.0, 0.5)


@manners()
def test_manners(rng):
    train, val = [2.0, 1.0, 0.75], [2.0, 1.5, 1.0625]
    return partial(diagnose, train, val, 2.0, 0.5), partial(diagnose, train, val, 2.0, 0.25)
