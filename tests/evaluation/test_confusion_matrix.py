from functools import partial

import numpy as np
import pytest

from exercises.evaluation.confusion_matrix import confusion_matrix
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def count_pairs(targets, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    for target, prediction in zip(targets.tolist(), predictions.tolist(), strict=True):
        matrix[target, prediction] += 1
    return matrix


def test_rows_are_true_classes_and_columns_predicted_ones():
    targets, predictions = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2, 0])
    expected = np.array([[1, 2, 0], [0, 1, 1], [1, 0, 0]], dtype=np.int64)
    assert_close(confusion_matrix(targets, predictions, 3), expected)


@pytest.mark.parametrize("n_classes", [1, 2, 3, 10, 50])
@pytest.mark.parametrize("n", [0, 1, 3, 113])
def test_it_agrees_with_counting_one_by_one(rng, n, n_classes):
    targets, predictions = rng.integers(n_classes, size=(2, n))
    expected = count_pairs(targets, predictions, n_classes)
    assert_close(confusion_matrix(targets, predictions, n_classes), expected)


def test_it_agrees_with_the_reference(rng, reference):
    # Of sizes that were there before, so that nothing can be kept by size.
    targets, predictions = rng.integers(10, size=(2, 113))
    expected = reference.confusion_matrix(targets, predictions, 10)
    assert_close(confusion_matrix(targets, predictions, 10), expected)


@pytest.mark.parametrize(
    ("targets", "predictions"),
    [
        ([0, 0, 1, 1], [0, 4, 1, 4]),
        ([0, 1, 4, 4], [0, 1, 0, 1]),
        ([1, 3, 3], [3, 1, 3]),
        ([0, 0], [0, 0]),
        ([4], [4]),
    ],
    ids=["only predicted", "never predicted", "in the middle", "at the end", "at the start"],
)
def test_classes_that_do_not_occur_keep_their_places(targets, predictions):
    targets, predictions = np.array(targets), np.array(predictions)
    expected = count_pairs(targets, predictions, 5)
    assert_close(confusion_matrix(targets, predictions, 5), expected)


@pytest.mark.parametrize(
    ("of_targets", "of_predictions", "labels", "n_classes"),
    [
        ("uint8", "uint8", 40, 40),
        ("uint8", "int64", 40, 40),
        ("int64", "uint64", 40, 40),
        ("uint64", "int8", 40, 40),
        ("int8", "int8", 128, 130),
        ("int16", "int16", 190, 190),
        ("int64", "int64", 260, 260),
    ],
)
def test_labels_of_any_integer_dtypes_are_counted(
    rng, of_targets, of_predictions, labels, n_classes
):
    targets, predictions = rng.integers(labels, size=(2, 500))
    expected = count_pairs(targets, predictions, n_classes)
    targets, predictions = targets.astype(of_targets), predictions.astype(of_predictions)
    assert_close(confusion_matrix(targets, predictions, n_classes), expected)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64"])
def test_70_000_samples_in_one_cell_are_counted(dtype):
    ones = np.ones(70_000, dtype=dtype)
    expected = np.array([[0, 0], [0, 70_000]], dtype=np.int64)
    assert_close(confusion_matrix(ones, ones.copy(), 2), expected)


@pytest.mark.parametrize(
    ("n_targets", "n_predictions"), [(3, 4), (4, 3), (1, 4), (4, 1), (0, 4), (4, 0)]
)
def test_other_numbers_of_targets_than_of_predictions_raise_a_value_error(n_targets, n_predictions):
    targets, predictions = np.zeros(n_targets, dtype=np.int64), np.zeros(n_predictions, dtype="int")
    assert_value_error(confusion_matrix, targets, predictions, 2)


# As an index, the small ones count from the end; the large ones are 0 or 1 in a narrower dtype.
STRANGERS = {
    "int64": [-(2**63), -(2**32), -255, -3, -1, 3, 4, 100, 256, 257, 2**16 + 1, 2**32, 2**63 - 1],
    "int8": [-128, -1, 3, 127],
    "uint8": [3, 255],
    "uint64": [3, 257, 2**63, 2**64 - 1],
}


@pytest.mark.parametrize(
    ("dtype", "label"), [(dtype, label) for dtype, labels in STRANGERS.items() for label in labels]
)
def test_a_label_that_is_no_class_raises_a_value_error(dtype, label):
    good, bad = np.array([0, 1, 2], dtype=dtype), np.array([0, label, 2], dtype=dtype)
    for other in (good, good.astype(np.int64)):
        assert_value_error(confusion_matrix, bad, other, 3)
        assert_value_error(confusion_matrix, other, bad, 3)
    assert_value_error(confusion_matrix, bad[1:2], bad[1:2], 3)


@manners()
def test_manners(rng):
    # 40 · 40 cells are more than a small dtype can count.
    targets, predictions = rng.integers(40, size=(2, 60))
    return (
        partial(confusion_matrix, targets, predictions, 40),
        partial(confusion_matrix, targets, predictions, 41),
        partial(confusion_matrix, predictions, targets, 40),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(samples, classes):
        targets, predictions = rng.integers(classes, size=(2, samples))
        return targets, predictions, classes

    assert_vectorized(confusion_matrix, draw)
