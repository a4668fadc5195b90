import functools
import math
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from exercises.evaluation.reading_a_confusion_matrix import (
    balanced_accuracy,
    most_confused,
    per_class_precision,
    per_class_recall,
    what_accuracy_hides,
)
from kata.testing import assert_close, manners

DIGITS = Path(__file__).parents[2] / "data" / "digits.npz"

# 0 is frequent, 2 rare: by count 0 is most often taken for 1, by rate 2 for 1.
SKEWED = np.array([[60, 12, 0], [5, 20, 0], [1, 2, 1]])


# --- By hand, in fractions -------------------------------------------------------------------


def recalls(rows):
    return [Fraction(row[i], sum(row) or 1) for i, row in enumerate(rows)]


def precisions(rows):
    return recalls(list(zip(*rows, strict=True)))


def balanced(rows):
    occurring = [recall for recall, row in zip(recalls(rows), rows, strict=True) if sum(row)]
    return float(sum(occurring) / len(occurring)) if occurring else math.nan


def confused(rows):
    pairs = [(i, j) for i, row in enumerate(rows) for j, n in enumerate(row) if n and i != j]
    return min(pairs, key=lambda p: (-Fraction(rows[p[0]][p[1]], sum(rows[p[0]])), p), default=None)


def hidden(rows):
    of_class, of_prediction = [sum(row) for row in rows], [sum(n) for n in zip(*rows, strict=True)]
    right = sum(row[i] for i, row in enumerate(rows))
    low = [
        [c for c, share in enumerate(shares) if totals[c] and share < Fraction(1, 2)]
        for shares, totals in [(recalls(rows), of_class), (precisions(rows), of_prediction)]
    ]
    most, pair = max(of_class), confused(rows)
    lines = [f"always predicting {of_class.index(most)} is no less accurate"] * (most >= right)
    lines += [f"fewer than half of class {i} are found" for i in low[0]]
    lines += [f"fewer than half of predictions of {j} are right" for j in low[1]]
    if pair:
        lines += [
            "{} is taken for {} in {} of {} cases".format(
                *pair, rows[pair[0]][pair[1]], of_class[pair[0]]
            )
        ]
    return lines if any(of_class) else []


def floats(shares):
    return np.array([float(share) for share in shares])


BY_HAND = {
    "per_class_recall": lambda rows: floats(recalls(rows)),
    "per_class_precision": lambda rows: floats(precisions(rows)),
    "balanced_accuracy": balanced,
    "most_confused": confused,
    "what_accuracy_hides": hidden,
}
EACH = pytest.mark.parametrize("name", BY_HAND)


def answer(name, matrix):
    return {
        "per_class_recall": per_class_recall,
        "per_class_precision": per_class_precision,
        "balanced_accuracy": balanced_accuracy,
        "most_confused": most_confused,
        "what_accuracy_hides": what_accuracy_hides,
    }[name](matrix)


def check(name, matrix):
    expected = BY_HAND[name](matrix.tolist())
    assert_close(answer(name, matrix), expected)


# --- Small matrices --------------------------------------------------------------------------


def test_recalls_are_shares_of_rows():
    assert_close(per_class_recall(SKEWED), np.array([60 / 72, 20 / 25, 1 / 4]))


def test_precisions_are_shares_of_columns():
    assert_close(per_class_precision(SKEWED), np.array([60 / 66, 20 / 34, 1.0]))


def test_the_balanced_accuracy_is_the_mean_recall():
    assert_close(balanced_accuracy(SKEWED), (60 / 72 + 20 / 25 + 1 / 4) / 3)


def test_the_most_confused_pair_is_so_by_rate():
    assert_close(most_confused(SKEWED), (2, 1))


def test_a_rare_class_is_lost_behind_an_accuracy_of_four_fifths():
    expected = ["fewer than half of class 2 are found", "2 is taken for 1 in 2 of 4 cases"]
    assert_close(what_accuracy_hides(SKEWED), expected)


def test_a_classifier_that_has_learned_nothing_is_found_out():
    expected = [
        "always predicting 1 is no less accurate",
        "fewer than half of class 0 are found",
        "fewer than half of class 2 are found",
        "fewer than half of predictions of 0 are right",
        "0 is taken for 1 in 5 of 5 cases",
    ]
    assert_close(what_accuracy_hides(np.array([[0, 5, 0], [2, 88, 0], [0, 5, 0]])), expected)


SPECIAL = {
    "no samples": [[0, 0], [0, 0]],
    "no samples of one class": [[0]],
    "one class": [[7]],
    "all right": [[3, 0, 0], [0, 4, 0], [0, 0, 5]],
    "all wrong": [[0, 2], [3, 0]],
    "a class that never occurs": [[4, 1, 2], [0, 0, 0], [1, 0, 6]],
    "a class never predicted": [[4, 0, 2], [3, 0, 1], [1, 0, 6]],
    "a class that does neither": [[5, 0, 1], [0, 0, 0], [2, 0, 6]],
    "only one class occurs": [[0, 0, 0], [1, 9, 0], [0, 0, 0]],
    "exactly half": [[4, 4, 0], [0, 5, 5], [4, 1, 5]],
    "one less than half": [[4, 5, 0], [0, 9, 0], [5, 0, 5]],
    "equal rates in one row": [[6, 0, 0], [2, 2, 2], [0, 0, 6]],
    "equal rates of unequal counts": [[20, 10, 0], [0, 9, 0], [3, 0, 6]],
    "the later row has the higher rate": [[10, 9, 0], [0, 9, 0], [0, 6, 6]],
    "as accurate as one class": [[6, 1, 0], [1, 0, 0], [2, 0, 1]],
    "more accurate than one class by one": [[6, 0, 0], [1, 1, 0], [2, 0, 0]],
    "all rates a little below a half": [[499, 501], [501, 499]],
    "more accurate than one class by a hair": [[9000, 0], [999, 1]],
    "one mistake in ten million": [[9_999_999, 1], [0, 5]],
    "less than half by a hair": [[4_999_999_999_999, 5_000_000_000_001], [0, 5]],
    "rates that differ by a hair": [[9 * 10**11, 10**11], [10**11 + 1, 9 * 10**11 - 1]],
    "two classes are most frequent": [[1, 2, 1], [0, 1, 4], [3, 1, 1]],
}


@EACH
@pytest.mark.parametrize("case", SPECIAL)
def test_it_reads_special_matrices_as_by_hand(name, case):
    check(name, np.array(SPECIAL[case]))


@EACH
@pytest.mark.parametrize("k", [2, 3, 6, 12])
def test_it_reads_random_matrices_as_by_hand(rng, name, k):
    matrix = rng.integers(-2, 6, size=(k, k)).clip(0) + np.diag(rng.integers(9, size=k))
    matrix[rng.integers(k)] = 0
    check(name, matrix)


@EACH
def test_counts_in_the_billions_are_read_in_int32_too(name):
    check(name, np.array([[2_000_000_000, 1_000_000_000], [300, 2_100_000_000]], dtype=np.int32))


@EACH
def test_it_agrees_with_the_reference(rng, reference, name):
    matrix = rng.integers(20, size=(5, 5))
    expected = getattr(reference, name)(matrix)
    assert_close(answer(name, matrix), expected)


# --- Digits ----------------------------------------------------------------------------------


@functools.cache
def matrix_of_digits():
    """What a network takes held-out digits for: digits_mlp's, trained little, on few eights."""
    parts = ["basics.linear", "basics.relu", "evaluation.cross_entropy", "optimization.adam"]
    linear, relu, loss, adam = (
        pytest.importorskip(f"solutions.{part}", reason="it needs the solutions") for part in parts
    )
    with np.load(DIGITS) as data:
        x, y = data["images"].reshape(-1, 64) / 16, data["labels"].astype(np.int64)
    kept = (y != 8) | (np.arange(len(y)) % 8 == 0)
    x, y = x[kept], y[kept]
    rng = np.random.default_rng(0)
    params = [
        rng.normal(scale=0.2, size=(32, 64)),
        np.zeros(32),
        rng.normal(scale=0.2, size=(10, 32)),
        np.zeros(10),
    ]
    optimizer = adam.Adam(lr=0.02)
    for start in range(0, 900, 45):
        w1, b1, w2, b2 = params
        rows = slice(start, start + 45)
        z = linear.linear(x[rows], w1, b1)
        units = relu.relu(z)
        grad = loss.cross_entropy_backward(1.0, linear.linear(units, w2, b2), y[rows])
        grad, *of_second = linear.linear_backward(grad, units, w2, b2)
        of_first = linear.linear_backward(relu.relu_backward(grad, z), x[rows], w1, b1)[1:]
        params = optimizer.step(params, [*of_first, *of_second])
    w1, b1, w2, b2 = params
    predictions = linear.linear(relu.relu(linear.linear(x[900:], w1, b1)), w2, b2).argmax(axis=1)
    matrix = np.zeros((10, 10), dtype=np.int64)
    np.add.at(matrix, (y[900:], predictions), 1)
    return matrix


@EACH
def test_it_reads_what_a_network_takes_digits_for(reference, name):
    check(name, matrix_of_digits().copy())


@manners()
def test_manners(rng):
    matrix = rng.integers(1, 100, size=(4, 4))
    return (
        partial(per_class_recall, matrix),
        partial(per_class_precision, matrix),
        partial(balanced_accuracy, matrix),
        partial(most_confused, matrix),
        partial(what_accuracy_hides, matrix),
    )
