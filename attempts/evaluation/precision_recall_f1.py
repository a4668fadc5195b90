import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.evaluation.precision_recall_f1 import precision_recall_f1


@right(precision_recall_f1)
def from_a_confusion_matrix(targets, predictions, n_classes, average):
    if len(targets) != len(predictions):
        raise ValueError("the lengths differ")
    if average not in {"binary", "macro", "weighted", "micro"}:
        raise ValueError(f"no such average: {average}")
    if average == "binary" and n_classes != 2:
        raise ValueError("binary needs two classes")
    matrix = np.zeros((n_classes, n_classes))
    np.add.at(matrix, (targets, predictions), 1)
    if average == "micro":
        share = np.trace(matrix) / max(len(targets), 1)
        return share, share, share
    precision = np.diag(matrix) / (matrix.sum(axis=0) + 1e-8)
    recall = np.diag(matrix) / (matrix.sum(axis=1) + 1e-8)
    f1 = 2 * precision * recall / (precision + recall + 1e-8)
    if average == "binary":
        return precision[1], recall[1], f1[1]
    weights = matrix.sum(axis=1) if average == "weighted" else np.ones(n_classes)
    if weights.sum() == 0:
        return 0.0, 0.0, 0.0
    return tuple(np.average(one, weights=weights) for one in (precision, recall, f1))


def ratio(part, whole):
    return float(part / whole) if whole else 0.0


@right(precision_recall_f1)
def class_by_class(targets, predictions, n_classes, average):
    if targets.size != predictions.size or average not in ("binary", "macro", "weighted", "micro"):
        raise ValueError("targets, predictions and average, please")
    if average == "binary" and n_classes != 2:
        raise ValueError("binary needs two classes")
    rows, totals = [], np.zeros(3, dtype=int)
    for one in range(n_classes):
        is_it, is_said = targets == one, predictions == one
        tp, fp, fn = (is_it & is_said).sum(), (~is_it & is_said).sum(), (is_it & ~is_said).sum()
        totals += [tp, fp, fn]
        rows.append((ratio(tp, tp + fp), ratio(tp, tp + fn), ratio(2 * tp, 2 * tp + fp + fn)))
    if average == "binary":
        return rows[1]
    if average == "macro":
        return tuple(float(mean) for mean in np.mean(rows, axis=0))
    if average == "weighted":
        shares = [ratio((targets == one).sum(), targets.size) for one in range(n_classes)]
        return tuple(sum(s * row[i] for s, row in zip(shares, rows, strict=True)) for i in range(3))
    tp, fp, fn = totals
    return ratio(tp, tp + fp), ratio(tp, tp + fn), ratio(2 * tp, 2 * tp + fp + fn)


with_the_harmonic_mean = rewrite(
    {
        "f1s = _share(2 * hits, support + predicted)": (
            "p, r = precisions, recalls\nf1s = 2 * p * r / np.where(p + r > 0, p + r, 1.0)"
        )
    }
)

precision_and_recall_swapped = slip(
    "Precision and recall are swapped. Precision is a share of the predictions of a class, recall "
    "of its samples.",
    {"precisions, recalls =": "recalls, precisions ="},
)

f1_of_the_averages = slip(
    "F1 is computed from the averaged precision and recall. It is the average of the classes' F1s.",
    {
        "return precision, recall, f1": (
            "f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0\n"
            "return precision, recall, f1"
        )
    },
)

arithmetic_mean = slip(
    "This F1 is the arithmetic mean of precision and recall. It is the harmonic one, which is high "
    "only where both are.",
    {"_share(2 * hits, support + predicted)": ("(precisions + recalls) / 2")},
)

geometric_mean = slip(
    "This F1 is the geometric mean of precision and recall. It is the harmonic one.",
    {"_share(2 * hits, support + predicted)": ("np.sqrt(precisions * recalls)")},
)

hits_counted_once_in_f1 = slip(
    "TP is counted once in F1, above or below the line. It stands twice in both places.",
    {"_share(2 * hits, support + predicted)": "_share(hits, support + predicted)"},
)

overlap_over_union = slip(
    "This F1 is TP / (TP + FP + FN), the intersection over union. In F1, TP counts twice.",
    {"_share(2 * hits, support + predicted)": "_share(hits, support + predicted - hits)"},
)

absent_classes_left_out = slip(
    "Classes that never occur are left out of the macro average. Here they count as 0.",
    {
        "weights = _weights(average, support)": (
            "weights = _weights(average, support)\n"
            "if average == 'macro':\n"
            "    weights = (support + predicted > 0).astype(int)"
        )
    },
)

classes_of_the_targets = slip(
    "The macro average runs over the classes among the targets. One that is only predicted, or "
    "never occurs, counts as 0.",
    {
        "weights = _weights(average, support)": (
            "weights = _weights(average, support)\n"
            "if average == 'macro':\n"
            "    weights = (support > 0).astype(int)"
        )
    },
)

classes_predicted = slip(
    "The macro average runs over the classes that are predicted. One that never is counts as 0.",
    {
        "weights = _weights(average, support)": (
            "weights = _weights(average, support)\n"
            "if average == 'macro':\n"
            "    weights = (predicted > 0).astype(int)"
        )
    },
)

up_to_the_largest_label = slip(
    "The macro average ends at the largest label that occurs. It runs over all n_classes.",
    {
        "weights = _weights(average, support)": (
            "weights = _weights(average, support)\n"
            "if average == 'macro':\n"
            "    weights[1 + max(targets.max(initial=0), predictions.max(initial=0)) :] = 0"
        )
    },
)

weighted_by_predictions = slip(
    "The weights are how often each class is predicted. They are the numbers of its targets.",
    {
        "_weights(average, support)": (
            '_weights(average, predicted if average == "weighted" else support)'
        )
    },
)

weighted_as_macro = slip(
    '"weighted" counts all classes alike, as "macro" does.',
    {
        'if average == "weighted":\n    return support\nif average in ("macro", "micro"):': (
            'if average in ("macro", "weighted", "micro"):'
        )
    },
)

rare_classes_weigh_more = slip(
    "The weights are the inverse of the numbers of targets. A class with more targets counts more.",
    {
        'if average == "weighted":\n    return support': (
            'if average == "weighted":\n'
            "    return (support > 0) / np.maximum(support, 1) / max((support > 0).sum(), 1)"
            " * support.sum()"
        )
    },
)

macro_as_micro = slip(
    '"macro" sums the counts over the classes, as "micro" does. It is the mean of their scores.',
    {'if average == "micro":': 'if average in ("macro", "micro"):'},
)

micro_as_macro = slip(
    '"micro" takes the mean of the classes\' scores, as "macro" does. It sums their counts first.',
    {'if average == "micro":': "if False:"},
)

micro_of_the_positive_classes = slip(
    'Class 0 is left out of the sums of "micro", as if it were the negative class. Here all '
    "classes are alike.",
    {"np.array([c.sum()])": "np.array([c[1:].sum()])"},
)

class_0_is_positive = slip(
    '"binary" reports class 0. The positive class is 1.', {"np.array([0, 1])": "np.array([1, 0])"}
)

binary_as_macro = slip(
    '"binary" takes the mean of both classes. It is about class 1 alone.',
    {"np.array([0, 1])": "np.array([1, 1])"},
)

nothing_predicted_is_perfect = slip(
    "0/0 counts as 1. A class that is never predicted, or never occurs, should get 0.",
    {
        "return part / np.maximum(whole, 1)": (
            "return np.where(whole > 0, part / np.maximum(whole, 1), 1.0)"
        ),
        "float(_share(each @ weights, weights.sum()))": (
            "float(each @ weights / weights.sum()) if weights.sum() else 0.0"
        ),
    },
)

nothing_by_nothing_is_nan = slip(
    "0/0 gives nan, which spreads into every mean. Here it counts as 0.",
    {
        "return part / np.maximum(whole, 1)": (
            "with np.errstate(invalid='ignore'):\n    return np.asarray(part) / whole"
        )
    },
)

rounded = slip(
    "The results are rounded.",
    {
        "return precision, recall, f1": (
            "return round(precision, 4), round(recall, 4), round(f1, 4)"
        )
    },
)

percent = slip(
    "These are percentages. A score lies between 0 and 1.",
    {"return precision, recall, f1": "return 100 * precision, 100 * recall, 100 * f1"},
)

accuracy_for_precision = slip(
    "The precision is a share of all samples. It is one of the predictions of a class.",
    {"_share(hits, predicted),": "_share(hits, np.array(targets.size)),"},
)

cells_in_the_dtype_of_labels = slip(
    "The cells of the matrix are numbered in the labels' dtype. In 8 bits, 256 is 0 again.",
    {
        "hits = _count(targets[targets == predictions], n_classes)": (
            "cells = (targets * n_classes + predictions).astype(np.int64)\n"
            "hits = np.bincount(cells, minlength=n_classes**2)[: n_classes**2 : n_classes + 1]"
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

unknown_average_taken_for_macro = slip(
    "An unknown average is taken for macro. It should raise a ValueError.",
    {
        'raise ValueError(f"average is {average!r}, not binary, macro, weighted or micro")': (
            "return np.ones_like(support)"
        )
    },
)

binary_with_more_classes = slip(
    '"binary" takes class 1 of more than two classes. It should raise a ValueError.',
    {
        "if len(support) != 2:": "if len(support) < 2:",
        "np.array([0, 1])": "np.arange(len(support)) == 1",
    },
)
