import numpy as np

from kata.attempts import right, wrong
from solutions.evaluation.confusion_matrix import confusion_matrix


def check(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    check_labels(targets, n_classes)
    check_labels(predictions, n_classes)


def check_lengths(targets, predictions):
    if len(targets) != len(predictions):
        raise ValueError("the lengths differ")


def check_labels(labels, n_classes):
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("a label is no class")


def count(targets, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(matrix, (targets, predictions), 1)
    return matrix


@right(confusion_matrix)
def with_add_at(targets, predictions, n_classes):
    if targets.size != predictions.size:
        raise ValueError("the lengths differ")
    both = np.concatenate([targets.astype(np.int64), predictions.astype(np.int64)])
    if both.size and not 0 <= both.min() <= both.max() < n_classes:
        raise ValueError("a label is no class")
    return count(targets, predictions, n_classes)


@right(confusion_matrix)
def as_a_product_of_one_hot_rows(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    classes = np.arange(n_classes)
    is_target = targets[:, None].astype(np.int64) == classes
    is_prediction = predictions[:, None].astype(np.int64) == classes
    return is_target.T.astype(np.int64) @ is_prediction.astype(np.int64)


@right(confusion_matrix)
def with_unique_pairs(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    cells = np.ravel_multi_index(
        (targets.astype(np.intp), predictions.astype(np.intp)), (n_classes, n_classes)
    )
    found, counts = np.unique(cells, return_counts=True)
    matrix = np.zeros(n_classes**2, dtype=np.int64)
    matrix[found] = counts
    return matrix.reshape(n_classes, n_classes)


@wrong(
    confusion_matrix,
    "The matrix is transposed: rows should be the true classes, columns the predicted ones.",
)
def transposed(targets, predictions, n_classes):
    return confusion_matrix(predictions, targets, n_classes)


@wrong(
    confusion_matrix,
    "No cell exceeds 1: with an index that occurs several times, `matrix[i, j] += 1` adds only "
    "once.",
)
def each_pair_once(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    matrix[targets, predictions] += 1
    return matrix


@wrong(
    confusion_matrix,
    "Only the classes among the targets have a place. A class that is never a target needs its "
    "row and column, too.",
)
def classes_from_the_targets(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    present = np.unique(targets).astype(np.int64)
    return confusion_matrix(targets, predictions, n_classes)[np.ix_(present, present)]


@wrong(
    confusion_matrix,
    "Only the classes that occur have a place. All n_classes need their row and column.",
)
def classes_that_occur(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    present = np.unique(np.concatenate([targets, predictions]).astype(np.int64))
    return confusion_matrix(targets, predictions, n_classes)[np.ix_(present, present)]


@wrong(
    confusion_matrix,
    "The matrix ends at the largest label that occurs. It should have n_classes rows and columns, "
    "whatever occurs.",
)
def up_to_the_largest_label(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    size = 1 + max(targets.max(initial=0), predictions.max(initial=0))
    return confusion_matrix(targets, predictions, int(size))


@wrong(
    confusion_matrix,
    "The counts cannot be reshaped: `np.bincount` stops at the largest number that occurs unless "
    "it is told how many there are.",
)
def bincount_without_minlength(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    cells = targets.astype(np.int64) * n_classes + predictions.astype(np.int64)
    return np.bincount(cells).reshape(n_classes, n_classes)


@wrong(
    confusion_matrix,
    "Different pairs fall into the same cell: a row is n_classes cells long, not one fewer.",
)
def rows_one_short(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    cells = targets.astype(np.int64) * (n_classes - 1) + predictions.astype(np.int64)
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


@wrong(
    confusion_matrix,
    "The labels are numbered from 0, not from 1: all counts are a row and a column off.",
)
def labels_from_one(targets, predictions, n_classes):
    return np.roll(confusion_matrix(targets, predictions, n_classes), -1, axis=(0, 1))


@wrong(confusion_matrix, "Only the correct predictions are counted, those on the diagonal.")
def hits_only(targets, predictions, n_classes):
    return np.diag(np.diag(confusion_matrix(targets, predictions, n_classes)))


@wrong(confusion_matrix, "Only the wrong predictions are counted. The diagonal counts the hits.")
def misses_only(targets, predictions, n_classes):
    matrix = confusion_matrix(targets, predictions, n_classes).copy()
    np.fill_diagonal(matrix, 0)
    return matrix


@wrong(
    confusion_matrix,
    "These are shares of each row, not counts. Divide where you report, so that no number is lost.",
)
def shares_of_each_row(targets, predictions, n_classes):
    matrix = confusion_matrix(targets, predictions, n_classes)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


@wrong(confusion_matrix, "The counts are floats. `np.zeros` without a dtype gives float64.")
def counts_as_floats(targets, predictions, n_classes):
    return confusion_matrix(targets, predictions, n_classes).astype(np.float64)


@wrong(confusion_matrix, "The counts have the dtype of the labels. They should be int64.")
def counts_in_the_labels_dtype(targets, predictions, n_classes):
    return confusion_matrix(targets, predictions, n_classes).astype(targets.dtype)


@wrong(
    confusion_matrix,
    "With small label types such as uint8 the arithmetic overflows: target × n_classes no longer "
    "fits. What dtype does your product have?",
)
def overflow_of_small_labels(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    cells = targets * n_classes + predictions
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


@wrong(
    confusion_matrix,
    "Samples without a partner are dropped. Targets and predictions of different lengths should "
    "raise a ValueError.",
)
def cut_to_the_shorter(targets, predictions, n_classes):
    n = min(len(targets), len(predictions))
    check_labels(targets, n_classes)
    check_labels(predictions, n_classes)
    return confusion_matrix(targets[:n], predictions[:n], n_classes)


@wrong(
    confusion_matrix,
    "A single label is silently used for all samples: broadcasting hides that the lengths differ.",
)
def one_label_for_all(targets, predictions, n_classes):
    targets, predictions = np.broadcast_arrays(targets, predictions)
    return confusion_matrix(targets, predictions, n_classes)


@wrong(
    confusion_matrix,
    "Negative labels are not refused: as an index, −1 counts for the last class.",
)
def negative_labels_from_the_end(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    if np.any(targets >= n_classes) or np.any(predictions >= n_classes):
        raise ValueError("a label is no class")
    if np.any(targets < -n_classes) or np.any(predictions < -n_classes):
        raise ValueError("a label is no class")
    return count(targets.astype(np.int64), predictions.astype(np.int64), n_classes)


@wrong(
    confusion_matrix, "Labels beyond the last class are dropped. They should raise a ValueError."
)
def labels_beyond_are_dropped(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    if np.any(targets < 0) or np.any(predictions < 0):
        raise ValueError("a label is no class")
    known = (targets < n_classes) & (predictions < n_classes)
    return confusion_matrix(targets[known], predictions[known], n_classes)


@wrong(
    confusion_matrix,
    "Samples with a label that is no class are dropped. They should raise a ValueError.",
)
def unknown_labels_are_dropped(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    known = (targets >= 0) & (targets < n_classes)
    known &= (predictions >= 0) & (predictions < n_classes)
    return confusion_matrix(targets[known], predictions[known], n_classes)


@wrong(
    confusion_matrix,
    "Labels beyond the last class raise an IndexError while counting. Check them first and raise a "
    "ValueError.",
)
def index_error_for_labels_beyond(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    if np.any(targets < 0) or np.any(predictions < 0):
        raise ValueError("a label is no class")
    return count(targets.astype(np.int64), predictions.astype(np.int64), n_classes)


@wrong(
    confusion_matrix,
    "n_classes itself passes as a label. The last class is n_classes − 1.",
)
def n_classes_is_let_through(targets, predictions, n_classes):
    check(targets, predictions, n_classes + 1)
    return confusion_matrix(targets, predictions, n_classes + 1)[:n_classes, :n_classes]


@wrong(
    confusion_matrix,
    "Only the targets are checked. A prediction that is no class should raise a ValueError, too.",
)
def predictions_unchecked(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    check_labels(targets, n_classes)
    return confusion_matrix(targets, np.clip(predictions, 0, n_classes - 1), n_classes)


@wrong(
    confusion_matrix,
    "Only the predictions are checked. A target that is no class should raise a ValueError, too.",
)
def targets_unchecked(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    check_labels(predictions, n_classes)
    return confusion_matrix(np.clip(targets, 0, n_classes - 1), predictions, n_classes)


@wrong(
    confusion_matrix,
    "Only the cell's number is checked, not the labels: a prediction beyond the last class lands "
    "in the next row.",
)
def only_cells_are_checked(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    cells = targets.astype(np.int64) * n_classes + predictions.astype(np.int64)
    check_labels(cells, n_classes**2)
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


@wrong(
    confusion_matrix,
    "It fails without samples, since nothing has no maximum. The answer is a matrix of zeros.",
)
def no_samples_fail(targets, predictions, n_classes):
    check_lengths(targets, predictions)
    if min(targets.min(), predictions.min()) < 0:
        raise ValueError("a label is below 0")
    if max(targets.max(), predictions.max()) >= n_classes:
        raise ValueError("a label is too large")
    return confusion_matrix(targets, predictions, n_classes)


@wrong(
    confusion_matrix,
    "It counts the samples one at a time in Python. If every pair had a number of its own, NumPy "
    "could count them.",
)
def one_sample_at_a_time(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    for target, prediction in zip(targets, predictions, strict=True):
        matrix[target, prediction] += 1
    return matrix


@wrong(
    confusion_matrix,
    "It goes through all samples again for every class. One pass can count all cells.",
)
def one_class_at_a_time(targets, predictions, n_classes):
    check(targets, predictions, n_classes)
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    for i in range(n_classes):
        taken_for = predictions[targets == i].astype(np.int64)
        matrix[i] = np.bincount(taken_for, minlength=n_classes)
    return matrix
