from collections import Counter

import numpy as np
import pytest

from exercises.evaluation.confusion_matrix import confusion_matrix
from kata.testing import assert_close, assert_no_loop_over, unchanged


def count_pairs(targets, predictions, n_classes):
    pairs = Counter(zip(targets.tolist(), predictions.tolist(), strict=True))
    rows = [[pairs[i, j] for j in range(n_classes)] for i in range(n_classes)]
    return np.array(rows, dtype=np.int64)


def test_rows_are_true_classes_and_columns_predicted_ones():
    targets, predictions = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2, 0])
    expected = np.array([[1, 2, 0], [0, 1, 1], [1, 0, 0]], dtype=np.int64)
    assert_close(confusion_matrix(targets, predictions, 3), expected)


@pytest.mark.parametrize("n_classes", [2, 3, 7, 10])
def test_it_agrees_with_counting_one_by_one(rng, n_classes):
    targets, predictions = rng.integers(n_classes, size=(2, 113))
    expected = count_pairs(targets, predictions, n_classes)
    assert_close(confusion_matrix(targets, predictions, n_classes), expected)


def test_it_agrees_with_the_reference(rng, reference):
    targets, predictions = rng.integers(6, size=(2, 200))
    expected = reference.confusion_matrix(targets, predictions, 6)
    assert_close(confusion_matrix(targets, predictions, 6), expected)


def test_perfect_predictions_fill_the_diagonal_only():
    targets = np.array([2, 0, 1, 2, 2])
    expected = np.diag(np.array([1, 1, 3], dtype=np.int64))
    assert_close(confusion_matrix(targets, targets.copy(), 3), expected)


def test_row_sums_count_the_targets_of_each_class(rng):
    targets, predictions = rng.integers(5, size=(2, 90))
    expected = np.array([np.sum(targets == i) for i in range(5)], dtype=np.int64)
    assert_close(confusion_matrix(targets, predictions, 5).sum(axis=1), expected)


def test_a_class_that_is_only_ever_predicted_has_a_row_of_zeros():
    expected = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0]], dtype=np.int64)
    assert_close(confusion_matrix(np.array([0, 0, 1, 1]), np.array([0, 2, 1, 2]), 3), expected)


def test_a_class_that_is_never_predicted_has_a_column_of_zeros():
    expected = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=np.int64)
    assert_close(confusion_matrix(np.array([0, 1, 2, 2]), np.array([0, 1, 0, 1]), 3), expected)


@pytest.mark.parametrize(
    ("targets", "predictions"),
    [([1, 3, 3], [3, 1, 3]), ([0, 0], [0, 0]), ([4], [4])],
    ids=["in the middle", "at the end", "at the start"],
)
def test_classes_that_never_occur_keep_their_places(targets, predictions):
    targets, predictions = np.array(targets), np.array(predictions)
    expected = count_pairs(targets, predictions, 5)
    assert_close(confusion_matrix(targets, predictions, 5), expected)


def test_a_single_class_gives_a_single_count():
    zeros = np.zeros(4, dtype=np.int64)
    assert_close(confusion_matrix(zeros, zeros.copy(), 1), np.array([[4]], dtype=np.int64))


def test_without_samples_all_counts_are_zero():
    nothing = np.array([], dtype=np.int64)
    assert_close(confusion_matrix(nothing, nothing.copy(), 3), np.zeros((3, 3), dtype=np.int64))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32], ids=["uint8", "int8", "int32"])
def test_labels_of_small_integer_types_are_counted(rng, dtype):
    targets, predictions = rng.integers(40, size=(2, 300)).astype(dtype)
    expected = count_pairs(targets, predictions, 40)
    assert_close(confusion_matrix(targets, predictions, 40), expected)


def test_more_than_255_samples_of_small_labels_are_counted():
    zeros = np.zeros(300, dtype=np.uint8)
    assert_close(confusion_matrix(zeros, zeros.copy(), 2), np.array([[300, 0], [0, 0]]))


def test_targets_may_be_of_a_smaller_type_than_predictions(rng):
    targets, predictions = rng.integers(40, size=(2, 300))
    targets = targets.astype(np.uint8)
    expected = count_pairs(targets, predictions, 40)
    assert_close(confusion_matrix(targets, predictions, 40), expected)


@pytest.mark.parametrize(
    ("n_targets", "n_predictions"), [(3, 4), (4, 3), (1, 4), (4, 1), (0, 4), (4, 0)]
)
def test_other_numbers_of_targets_than_of_predictions_raise_a_value_error(n_targets, n_predictions):
    targets = np.zeros(n_targets, dtype=np.int64)
    predictions = np.zeros(n_predictions, dtype=np.int64)
    with pytest.raises(ValueError):
        confusion_matrix(targets, predictions, 2)


@pytest.mark.parametrize(("label", "place"), [(-1, 1), (-3, 2), (3, 0), (4, 1), (100, 0)])
def test_a_target_that_is_no_class_raises_a_value_error(label, place):
    targets, predictions = np.array([0, 1, 2]), np.array([2, 1, 0])
    targets[place] = label
    with pytest.raises(ValueError):
        confusion_matrix(targets, predictions, 3)


@pytest.mark.parametrize(("label", "place"), [(-1, 1), (-3, 2), (3, 0), (4, 1), (100, 0)])
def test_a_prediction_that_is_no_class_raises_a_value_error(label, place):
    targets, predictions = np.array([0, 1, 2]), np.array([2, 1, 0])
    predictions[place] = label
    with pytest.raises(ValueError):
        confusion_matrix(targets, predictions, 3)


def test_targets_and_predictions_are_left_unchanged(rng):
    targets, predictions = rng.integers(4, size=(2, 30))
    with unchanged(targets, predictions):
        confusion_matrix(targets, predictions, 4)


@pytest.mark.speed
def test_no_python_loop_over_samples(rng):
    targets, predictions = rng.integers(5, size=(2, 96))
    small = targets[:8], predictions[:8], 5
    assert_no_loop_over("the samples", confusion_matrix, small, (targets, predictions, 5))


@pytest.mark.speed
def test_no_python_loop_over_classes(rng):
    targets, predictions = rng.integers(3, size=(2, 30))
    small, large = (targets, predictions, 3), (targets, predictions, 60)
    assert_no_loop_over("the classes", confusion_matrix, small, large)
