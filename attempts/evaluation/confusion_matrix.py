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


transposed = slip(
    "The matrix is transposed: rows should be the true classes, columns the predicted ones.",
    {
        "targets.astype(np.int64) * n_classes + predictions.astype(np.int64)": (
            "predictions.astype(np.int64) * n_classes + targets.astype(np.int64)"
        )
    },
)

each_pair_once = slip(
    "No count exceeds 1: a pair that occurs several times counts once.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros(n_classes**2, dtype=np.int64)\ncounts[cells] += 1"
        )
    },
)

classes_from_the_targets = slip(
    "Only classes among the targets have a place. All n_classes need a row and a column.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "present = np.unique(targets).astype(np.int64)\n"
            "return counts[np.ix_(present, present)]"
        )
    },
)

classes_that_occur = slip(
    "Only classes that occur have a place. All n_classes need a row and a column.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "present = np.union1d(targets, predictions).astype(np.int64)\n"
            "return counts[np.ix_(present, present)]"
        )
    },
)

up_to_the_largest_label = slip(
    "The matrix ends at the largest label that occurs. It should have n_classes rows and columns.",
    {
        "# In the labels' own dtype, 20 · 19 would overflow uint8.": (
            "n_classes = 1 + int(max(targets.max(initial=0), predictions.max(initial=0)))"
        )
    },
)

bincount_without_minlength = slip(
    "The counts cannot be reshaped: `np.bincount` stops at the largest number that occurs unless "
    "it is told how many there are.",
    {", minlength=n_classes**2": ""},
)

histogram_of_what_occurs = slip(
    "np.histogram2d spreads its bins from the smallest to the largest label that occurs. It has "
    "to be told the bins.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts, *_ = np.histogram2d(targets, predictions, bins=n_classes)"
        )
    },
)

rows_one_short = slip(
    "Different pairs fall into the same cell: a row has n_classes cells, not one fewer.",
    {"* n_classes +": "* (n_classes - 1) +"},
)

labels_from_one = slip(
    "The labels are numbered from 1: all counts are a row and a column off. They start at 0.",
    {
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "rows, columns = targets.astype(np.int64) - 1, predictions.astype(np.int64) - 1\n"
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (rows, columns), 1)"
        )
    },
)

hits_only = slip(
    "Only the correct predictions are counted, those on the diagonal.",
    {"np.bincount(cells,": "np.bincount(cells[targets == predictions],"},
)

shares_of_each_row = slip(
    "These are shares of each row, not counts.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "counts = counts.reshape(n_classes, n_classes)\n"
            "return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)"
        )
    },
)

shares_of_all = slip(
    "These are shares of all samples, not counts.",
    {
        "return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)": (
            "return counts.reshape(n_classes, n_classes) / max(targets.size, 1)"
        )
    },
)

overflow_of_small_labels = slip(
    "With small label types such as uint8 the arithmetic overflows. What dtype does target × "
    "n_classes have?",
    {
        "targets.astype(np.int64) * n_classes + predictions.astype(np.int64)": (
            "targets * n_classes + predictions"
        )
    },
)

cut_to_the_shorter = slip(
    "Samples without a partner are dropped. Different lengths should raise a ValueError.",
    {
        'raise ValueError(f"{targets.size} targets, but {predictions.size} predictions")': (
            "n = min(targets.size, predictions.size)\n"
            "targets, predictions = targets[:n], predictions[:n]"
        )
    },
)

one_label_for_all = slip(
    "A single label is used for all samples: broadcasting hides that the lengths differ.",
    {
        "if targets.shape != predictions.shape:": (
            "if 1 not in (targets.size, predictions.size) and targets.size != predictions.size:"
        )
    },
)

negative_labels_from_the_end = slip(
    "Negative labels are let through: as an index, −1 means the last class.",
    {
        "(labels < 0)": "(labels < -n_classes)",
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
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
        )
    },
)

index_error_for_labels_beyond = slip(
    "Labels beyond the last class raise an IndexError while counting. Check them first.",
    {
        "[(labels < 0) | (labels >= n_classes)]": "[labels < 0]",
        "counts = np.bincount(cells, minlength=n_classes**2)": (
            "counts = np.zeros((n_classes, n_classes), dtype=np.int64)\n"
            "np.add.at(counts, (targets.astype(np.int64), predictions.astype(np.int64)), 1)"
        ),
    },
)

n_classes_is_let_through = slip(
    "n_classes itself is let through as a label. The last class is n_classes − 1.",
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
    "It fails without samples: an empty array has no maximum. The answer is a matrix of zeros.",
    {"if strangers.size:": "if labels.min() < 0 or labels.max() >= n_classes:"},
)
