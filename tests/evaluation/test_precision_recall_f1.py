from functools import partial

import numpy as np
import pytest

from exercises.evaluation.precision_recall_f1 import precision_recall_f1
from kata.testing import assert_close, assert_no_loop_over, assert_value_error, manners

AVERAGES = ["macro", "weighted", "micro"]
# An eps of 1e-8 or so, added to denominators against 0/0, does no harm.
assert_close = partial(assert_close, rtol=1e-5)


def scores(tp, fp, fn):
    fractions = [(tp, tp + fp), (tp, tp + fn), (2 * tp, 2 * tp + fp + fn)]
    return np.array([part / whole if whole else 0.0 for part, whole in fractions])


def by_definition(targets, predictions, n_classes, average):
    """Each class is counted on its own, sample by sample."""
    pairs = list(zip(targets.tolist(), predictions.tolist(), strict=True))
    counts = np.zeros((n_classes, 3), dtype=int)
    for one in range(n_classes):
        counts[one] = (
            sum(t == one and p == one for t, p in pairs),
            sum(t != one and p == one for t, p in pairs),
            sum(t == one and p != one for t, p in pairs),
        )
    each = [scores(*row) for row in counts.tolist()]
    support = [sum(t == one for t, _ in pairs) for one in range(n_classes)]
    averaged = {
        "binary": lambda: each[1],
        "macro": lambda: sum(each) / n_classes,
        "weighted": lambda: (
            sum(s * row for s, row in zip(support, each, strict=True)) / max(len(pairs), 1)
        ),
        "micro": lambda: scores(*counts.sum(axis=0).tolist()),
    }[average]()
    return tuple(averaged.tolist())


# The matrix of the topic's page: [[5, 1, 0], [2, 3, 1], [0, 0, 4]].
TARGETS = np.array([0] * 6 + [1] * 6 + [2] * 4)
PREDICTIONS = np.array([0] * 5 + [1] + [0] * 2 + [1] * 3 + [2] + [2] * 4)


def test_of_four_positives_three_are_found_and_two_others_are_called_so():
    # TP 3, FN 1, FP 2.
    targets, predictions = np.array([1, 1, 1, 1, 0, 0, 0]), np.array([1, 1, 0, 1, 1, 0, 1])
    assert_close(precision_recall_f1(targets, predictions, 2, "binary"), (3 / 5, 3 / 4, 2 / 3))


@pytest.mark.parametrize(
    ("average", "expected"),
    [
        # Precisions 5/7, 3/4, 4/5; recalls 5/6, 1/2, 1; F1s 10/13, 3/5, 8/9.
        ("macro", (317 / 420, 7 / 9, 1321 / 1755)),
        ("weighted", ((30 / 7 + 4.5 + 3.2) / 16, 12 / 16, (60 / 13 + 3.6 + 32 / 9) / 16)),
        ("micro", (12 / 16, 12 / 16, 12 / 16)),
    ],
)
def test_three_classes_worked_out_by_hand(average, expected):
    assert_close(precision_recall_f1(TARGETS, PREDICTIONS, 3, average), expected)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("n_classes", [1, 2, 3, 10, 40])
@pytest.mark.parametrize("n", [0, 1, 7, 90])
def test_it_agrees_with_the_definition(rng, n, n_classes, average):
    targets, predictions = rng.integers(n_classes, size=(2, n))
    predictions = np.where(rng.random(n) < 0.5, targets, predictions)
    expected = by_definition(targets, predictions, n_classes, average)
    assert_close(precision_recall_f1(targets, predictions, n_classes, average), expected)


@pytest.mark.parametrize(
    ("targets", "predictions"),
    [
        ([0, 0, 1], [0, 0, 0]),
        ([0, 0, 0], [0, 1, 0]),
        ([0, 0, 0], [0, 0, 0]),
        ([1, 1, 0], [0, 0, 1]),
        ([1, 1, 1], [1, 1, 1]),
        ([0], [1]),
        ([], []),
    ],
    ids=[
        "never predicted",
        "no positive",
        "neither",
        "no hit",
        "all positive and found",
        "one sample",
        "no sample",
    ],
)
@pytest.mark.parametrize("average", ["binary", *AVERAGES])
def test_zero_by_zero_is_zero(targets, predictions, average):
    targets, predictions = np.array(targets, dtype=int), np.array(predictions, dtype=int)
    expected = by_definition(targets, predictions, 2, average)
    assert_close(precision_recall_f1(targets, predictions, 2, average), expected)


@pytest.mark.parametrize("absent", [0, 1, 4, 6])
@pytest.mark.parametrize("average", AVERAGES)
def test_a_class_that_never_occurs_counts_in_the_macro_average_alone(rng, average, absent):
    targets, predictions = rng.integers(6, size=(2, 60))
    targets[:6] = predictions[:6] = np.arange(6)
    targets, predictions = (one + (one >= absent) for one in (targets, predictions))
    expected = by_definition(targets, predictions, 7, average)
    assert_close(precision_recall_f1(targets, predictions, 7, average), expected)


@pytest.mark.parametrize("where", ["targets", "predictions"])
@pytest.mark.parametrize("average", AVERAGES)
def test_a_class_may_be_missing_on_one_side(rng, average, where):
    targets, predictions = rng.integers(5, size=(2, 60))
    one = {"targets": targets, "predictions": predictions}[where]
    one[one == 2] = 3
    expected = by_definition(targets, predictions, 5, average)
    assert_close(precision_recall_f1(targets, predictions, 5, average), expected)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_many_samples_of_a_small_dtype_are_counted(dtype):
    targets = np.tile(np.array([0, 1, 1, 1], dtype), 30_000)
    predictions = np.tile(np.array([1, 1, 1, 0], dtype), 30_000)
    expected = (2 / 3, 2 / 3, 2 / 3)
    assert_close(precision_recall_f1(targets, predictions, 2, "binary"), expected)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("n_classes", [100, 300])
def test_labels_of_8_bits_may_be_of_many_classes(n_classes, average):
    targets, predictions = np.array([[0, 1, 20, 95, 19], [0, 20, 20, 0, 19]], dtype=np.uint8)
    expected = by_definition(targets, predictions, n_classes, average)
    assert_close(precision_recall_f1(targets, predictions, n_classes, average), expected)


def test_it_agrees_with_the_reference(rng, reference):
    targets, predictions = rng.integers(4, size=(2, 90))
    expected = [reference.precision_recall_f1(targets, predictions, 4, a) for a in AVERAGES]
    assert_close([precision_recall_f1(targets, predictions, 4, a) for a in AVERAGES], expected)


@pytest.mark.parametrize("average", ["binary", *AVERAGES])
@pytest.mark.parametrize("lengths", [(3, 4), (4, 3), (1, 4), (4, 1), (0, 4), (4, 0)], ids=str)
def test_other_numbers_of_targets_than_of_predictions_raise_a_value_error(lengths, average):
    targets, predictions = (np.ones(n, dtype=np.int64) for n in lengths)
    assert_value_error(precision_recall_f1, targets, predictions, 2, average)


@pytest.mark.parametrize("average", ["Macro", "mean", "samples", ""])
def test_an_unknown_average_raises_a_value_error(average):
    assert_value_error(precision_recall_f1, TARGETS, PREDICTIONS, 3, average)
    assert_value_error(precision_recall_f1, TARGETS[:0], PREDICTIONS[:0], 3, average)


def test_binary_with_one_class_raises_a_value_error():
    assert_value_error(precision_recall_f1, np.zeros(4, int), np.zeros(4, int), 1, "binary")


@pytest.mark.parametrize("n_classes", [3, 4])
def test_binary_with_other_than_two_classes_raises_a_value_error(n_classes):
    assert_value_error(precision_recall_f1, TARGETS, PREDICTIONS, n_classes, "binary")
    assert_value_error(precision_recall_f1, TARGETS % 2, PREDICTIONS % 2, n_classes, "binary")
    assert_value_error(precision_recall_f1, TARGETS[:0], PREDICTIONS[:0], n_classes, "binary")


@manners()
def test_manners(rng):
    # Fixed numbers of each class, and a few hits, so that every average is another number.
    targets = np.repeat([0, 1, 2, 3], [3, 12, 20, 25])
    predictions = np.where(rng.random(60) < 0.5, targets, rng.integers(4, size=60))
    predictions[:3] = [0, 3, 3]
    return (
        partial(precision_recall_f1, targets, predictions, 4, "macro"),
        partial(precision_recall_f1, targets, predictions, 5, "macro"),
        partial(precision_recall_f1, targets, predictions, 4, "weighted"),
        partial(precision_recall_f1, targets, predictions, 4, "micro"),
    )


@pytest.mark.speed
@pytest.mark.parametrize("average", ["binary", *AVERAGES])
def test_no_python_loop_over_samples(average):
    # Equal shares: where nothing is found, an answer may well take fewer steps.
    pairs = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    few, many = ((*np.tile(pairs, times), 2, average) for times in (1, 25))
    assert_no_loop_over("samples", precision_recall_f1, few, many)
