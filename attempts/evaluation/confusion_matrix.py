import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.confusion_matrix import confusion_matrix


def check(targets, predictions, n_classes):
    if len(targets) != len(predictions):
        raise ValueError("the lengths differ")
    for labels in (targets, predictions):
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


transposed = slip(
    "The matrix is transposed: rows should be the true classes, columns the predicted ones.",
    {
        "targets.astype(np.int64) * n_classes + predictions.astype(np.int64)": (
            "predictions.astype(np.int64) * n_classes + targets.astype(np.int64)"
        ),
    },
)

each_pair_once = slip(
    "No cell exceeds 1: with an index that occurs several times, `matrix[i, j] += 1` adds only "
    "once.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros(n_classes**2, dtype=np.int64)\ncounts[cells] += 1"
        ),
    },
)

classes_from_the_targets = slip(
    "Only the classes among the targets have a place. A class that is never a target needs its "
    "row and column, too.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "present = np.unique(targets).astype(np.int64)\n"
            "return counts[np.ix_(present, present)]"
        ),
    },
)

classes_that_occur = slip(
    "Only the classes that occur have a place. All n_classes need their row and column.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "present = np.union1d(targets, predictions).astype(np.int64)\n"
            "return counts[np.ix_(present, present)]"
        ),
    },
)

up_to_the_largest_label = slip(
    "The matrix ends at the largest label that occurs. It should have n_classes rows and columns, "
    "whatever occurs.",
    {
        "# In the labels' own dtype, 20 · 19 would overflow uint8.": (
            "n_classes = 1 + int(max(targets.max(initial=0), predictions.max(initial=0)))"
        ),
    },
)

bincount_without_minlength = slip(
    "The counts cannot be reshaped: `np.bincount` stops at the largest number that occurs unless "
    "it is told how many there are.",
    {", minlength=n_classes**2": ""},
)

histogram_of_what_occurs = slip(
    "np.histogram2d spreads its bins from the smallest to the largest label that occurs. Which "
    "bins it should have, it must be told.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts, *_ = np.histogram2d(targets, predictions, bins=n_classes)"
        ),
    },
)

rows_one_short = slip(
    "Different pairs fall into the same cell: a row is n_classes cells long, not one fewer.",
    {"* n_classes +": "* (n_classes - 1) +"},
)

labels_from_one = slip(
    "The labels are numbered from 0, not from 1: all counts are a row and a column off.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "rows, columns = targets.astype(np.int64) - 1, predictions.astype(np.int64) - 1\n"
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (rows, columns), 1)"
        ),
    },
)

hits_only = slip(
    "Only the correct predictions are counted, those on the diagonal.",
    {"np.bincount(cells,": "np.bincount(cells[targets == predictions],"},
)

misses_only = slip(
    "Only the wrong predictions are counted. The diagonal counts the hits.",
    {"np.bincount(cells,": "np.bincount(cells[targets != predictions],"},
)

shares_of_each_row = slip(
    "These are shares of each row, not counts. Divide where you report, so that no number is lost.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)"
        ),
    },
)

shares_of_all = slip(
    "These are shares of all samples, not counts. Divide where you report, so that no number is "
    "lost.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "return counts.reshape(n_classes, n_classes) / max(targets.size, 1)"
        ),
    },
)

counts_as_floats = slip(
    "The counts are floats. `np.zeros` without a dtype gives float64.",
    {".astype(np.int64, copy=False)": ".astype(np.float64)"},
)

counts_in_the_labels_dtype = slip(
    "The counts have the dtype of the labels. They should be int64.",
    {".astype(np.int64, copy=False)": ".astype(targets.dtype)"},
)

overflow_of_small_labels = slip(
    "With small label types such as uint8 the arithmetic overflows: target × n_classes no longer "
    "fits. What dtype does your product have?",
    {
        "targets.astype(np.int64) * n_classes + predictions.astype(np.int64)": (
            "targets * n_classes + predictions"
        ),
    },
)

cut_to_int32_before_the_check = slip(
    "The labels are converted to int32 before they are checked: 2**32 becomes class 0.",
    {
        'for name, labels in (("targets", targets), ("predictions", predictions)):': (
            "targets, predictions = targets.astype(np.int32), predictions.astype(np.int32)\n"
            'for name, labels in (("targets", targets), ("predictions", predictions)):'
        ),
    },
)

cut_to_the_shorter = slip(
    "Samples without a partner are dropped. Targets and predictions of different lengths should "
    "raise a ValueError.",
    {
        'raise ValueError(f"{targets.size} targets, but {predictions.size} predictions")': (
            "n = min(targets.size, predictions.size)\n"
            "targets, predictions = targets[:n], predictions[:n]"
        ),
    },
)

one_label_for_all = slip(
    "A single label is silently used for all samples: broadcasting hides that the lengths differ.",
    {
        "if targets.shape != predictions.shape:": (
            "if 1 not in (targets.size, predictions.size) and targets.size != predictions.size:"
        ),
    },
)

negative_labels_from_the_end = slip(
    "Negative labels are not refused: as an index, −1 counts for the last class.",
    {
        "(labels < 0)": "(labels < -n_classes)",
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
        ),
    },
)

labels_beyond_are_dropped = slip(
    "Labels beyond the last class are dropped. They should raise a ValueError.",
    {
        "[(labels < 0) | (labels >= n_classes)]": "[labels < 0]",
        "# In the labels' own dtype, 20 · 19 would overflow uint8.": (
            "known = (targets < n_classes) & (predictions < n_classes)\n"
            "targets, predictions = targets[known], predictions[known]"
        ),
    },
)

unknown_labels_are_dropped = slip(
    "Samples with a label that is no class are dropped. They should raise a ValueError.",
    {
        'for name, labels in (("targets", targets), ("predictions", predictions)):': (
            "known = (targets >= 0) & (targets < n_classes)\n"
            "known &= (predictions >= 0) & (predictions < n_classes)\n"
            "targets, predictions = targets[known], predictions[known]\n"
            'for name, labels in (("targets", targets), ("predictions", predictions)):'
        ),
    },
)

index_error_for_labels_beyond = slip(
    "Labels beyond the last class raise an IndexError while counting. Check them first and raise "
    "a ValueError.",
    {
        "[(labels < 0) | (labels >= n_classes)]": "[labels < 0]",
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
        ),
    },
)

n_classes_is_let_through = slip(
    "n_classes itself passes as a label. The last class is n_classes − 1.",
    {"labels >= n_classes": "labels > n_classes"},
)

predictions_unchecked = slip(
    "Only the targets are checked. A prediction that is no class should raise a ValueError, too.",
    {
        'for name, labels in (("targets", targets), ("predictions", predictions)):': (
            'for name, labels in [("targets", targets)]:'
        ),
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
        ),
    },
)

targets_unchecked = slip(
    "Only the predictions are checked. A target that is no class should raise a ValueError, too.",
    {
        'for name, labels in (("targets", targets), ("predictions", predictions)):': (
            'for name, labels in [("predictions", predictions)]:'
        ),
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
        ),
    },
)

only_cells_are_checked = slip(
    "Only the cell's number is checked, not the labels: a prediction beyond the last class lands "
    "in the next row.",
    {
        'for name, labels in (("targets", targets), ("predictions", predictions)):': (
            "both = targets.astype(np.int64) * n_classes + predictions.astype(np.int64)\n"
            'for name, labels in [("cells", both)]:'
        ),
        "labels >= n_classes": "labels >= n_classes**2",
    },
)

no_samples_fail = slip(
    "It fails without samples, since nothing has no maximum. The answer is a matrix of zeros.",
    {"if strangers.size:": "if labels.min() < 0 or labels.max() >= n_classes:"},
)

one_sample_at_a_time = slip(
    "It counts the samples one at a time in Python. If every pair had a number of its own, NumPy "
    "could count them.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "for target, prediction in zip(targets, predictions, strict=True):\n"
            "    counts[target, prediction] += 1"
        ),
    },
)

one_class_at_a_time = slip(
    "It goes through all samples again for every class. One pass can count all cells.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "labels = predictions.astype(np.int64)\n"
            "taken_for = [labels[targets == i] for i in range(n_classes)]\n"
            "counts = np.array([np.bincount(taken, minlength=n_classes) for taken in taken_for])"
        ),
    },
)
