import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.average_precision import average_precision


@right(average_precision)
def as_differences_of_recall(scores, labels):
    if scores.shape != labels.shape or not np.any(labels == 1):
        raise ValueError("one label for each score, and a positive, please")
    order = np.argsort(-scores, kind="stable")
    s, y = scores[order], (labels[order] == 1).astype(float)
    ends = np.append(np.flatnonzero(s[1:] != s[:-1]), len(s) - 1)
    hits = np.cumsum(y)[ends]
    recall, precision = hits / y.sum(), hits / (ends + 1)
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision))


@right(average_precision)
def as_a_mean_over_the_positives(scores, labels):
    if len(scores) != len(labels):
        raise ValueError("lengths differ")
    every, positive = np.sort(scores), np.sort(scores[labels == 1])
    if positive.size == 0:
        raise ValueError("no positive")
    called = len(every) - np.searchsorted(every, positive)
    hits = len(positive) - np.searchsorted(positive, positive)
    return (hits / called).mean()


trapezoids = slip(
    "The points are joined by straight lines, which is too optimistic. Each step of recall counts "
    "with the precision at its end.",
    {
        "return float(positives @ precision / positives.sum())": (
            "before = np.append(1.0, precision[:-1])\n"
            "return float(positives @ (precision + before) / 2 / positives.sum())"
        )
    },
)

trapezoids_from_the_first_point = slip(
    "The points are joined by straight lines. Each step of recall counts with the precision at its "
    "end.",
    {
        "return float(positives @ precision / positives.sum())": (
            "before = np.append(precision[:1], precision[:-1])\n"
            "return float(positives @ (precision + before) / 2 / positives.sum())"
        )
    },
)

interpolated = slip(
    "Precision is replaced by the best at any higher recall. Here it is not interpolated.",
    {
        "return float(positives @ precision / positives.sum())": (
            "precision = np.maximum.accumulate(precision[::-1])[::-1]\n"
            "return float(positives @ precision / positives.sum())"
        )
    },
)

eleven_points = slip(
    "This is the mean at eleven fixed recalls. The sum runs over all distinct scores.",
    {
        "return float(positives @ precision / positives.sum())": (
            "recall = positives.cumsum() / positives.sum()\n"
            "best = [precision[recall >= r - 1e-12].max() for r in np.linspace(0, 1, 11)]\n"
            "return float(np.mean(best))"
        )
    },
)

precision_before_the_step = slip(
    "Each step of recall counts with the precision before it. It counts with the one at its end.",
    {"positives @ precision": "positives @ np.append(1.0, precision[:-1])"},
)

first_step_missing = slip(
    "The first step is missing: recall starts at 0, before the highest score.",
    {"positives @ precision": "positives[1:] @ precision[1:]"},
)

last_step_missing = slip(
    "The last distinct score is missing.",
    {"positives @ precision": "positives[:-1] @ precision[:-1]"},
)

mean_over_all_thresholds = slip(
    "This is the mean precision over all thresholds. Each counts by the recall that it adds, which "
    "may be none.",
    {"positives @ precision / positives.sum()": "precision.mean()"},
)

mean_over_thresholds_with_a_positive = slip(
    "Every score that some positive has counts alike. It counts by how many positives have it.",
    {"positives @ precision / positives.sum()": "precision[positives > 0].mean()"},
)

divided_by_all_samples = slip(
    "It is divided by the number of samples. Recall is a share of the positives.",
    {"positives @ precision / positives.sum()": "positives @ precision / len(labels)"},
)

not_divided = slip(
    "The precisions are summed over the positives. Steps of recall make it a mean.",
    {"positives @ precision / positives.sum()": "positives @ precision"},
)

infinite_scores_called_one_by_one = slip(
    "Equal scores that are infinite are called one after the other. Does a difference tell equal "
    "scores apart? ∞ − ∞ is nan, not 0.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            'order = np.argsort(-scores, kind="stable")\n'
            'with np.errstate(invalid="ignore"):\n'
            "    place = np.cumsum(np.append(False, np.diff(scores[order]) != 0))\n"
            "group = np.empty(len(scores), np.int64)\n"
            "group[order] = place[-1] - place\n"
            "values = np.arange(place[-1] + 1)"
        )
    },
)

equal_scores_called_one_by_one = slip(
    "Equal scores are called positive one after the other, in the order of the arrays. A threshold "
    "takes all of them or none.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(-scores, kind='stable')[::-1]\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

equal_scores_from_the_last = slip(
    "Equal scores are called positive one after the other, the last of the arrays first. A "
    "threshold takes all of them or none.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(scores, kind='stable')\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

lowest_scores_first = slip(
    "The ranking starts with the lowest scores. The highest are called positive first.",
    {
        "called = np.bincount(group, minlength=len(values))[::-1]": (
            "called = np.bincount(group, minlength=len(values))"
        ),
        "positives = np.bincount(group[labels == 1], minlength=len(values))[::-1]": (
            "positives = np.bincount(group[labels == 1], minlength=len(values))"
        ),
    },
)

negatives_for_positives = slip(
    "Label 0 is taken for the positive one.",
    {
        "positives = np.bincount(group[labels == 1], minlength=len(values))[::-1]": (
            "positives = np.bincount(group[labels != 1], minlength=len(values))[::-1]"
        ),
        "/ positives.sum()": "/ max(positives.sum(), 1)",
    },
)

area_under_roc = slip(
    "This is the area under the ROC curve, a share of pairs ranked right. Precision is a share of "
    "what is called positive.",
    {
        "return float(positives @ precision / positives.sum())": (
            "negatives = called - positives\n"
            "below = negatives.sum() - negatives.cumsum() + negatives / 2\n"
            "return float(positives @ below / positives.sum() / max(negatives.sum(), 1))"
        )
    },
)

best_f1 = slip(
    "This is the best F1 of all thresholds.",
    {
        "return float(positives @ precision / positives.sum())": (
            "recall = positives.cumsum() / positives.sum()\n"
            "both = np.maximum(precision + recall, 1e-12)\n"
            "return float((2 * precision * recall / both).max())"
        )
    },
)

precision_of_the_step_alone = slip(
    "The precision is that of the samples with one score. It is that of all with this score or a "
    "higher one.",
    {"positives.cumsum() / called.cumsum()": "positives / called"},
)

no_positive_gives_zero = slip(
    "Without a positive it gives 0. Recall is 0/0 then, and it should raise a ValueError.",
    {'raise ValueError("labels hold no 1: without a positive there is no recall")': "return 0.0"},
)

no_positive_gives_nan = slip(
    "Without a positive it gives nan. It should raise a ValueError.",
    {
        'raise ValueError("labels hold no 1: without a positive there is no recall")': (
            "return float('nan')"
        )
    },
)

cut_to_the_shorter = slip(
    "Scores without a label are dropped, or labels without a score. It should raise a ValueError.",
    {
        'raise ValueError(f"{len(scores)} scores, but {len(labels)} labels")': (
            "n = min(len(scores), len(labels))\n"
            "if n == 0:\n"
            "    return 0.0\n"
            "scores, labels = scores[:n], labels[:n]"
        )
    },
)

one_label_for_all = slip(
    "A single label is used for all scores, or a single score for all labels: broadcasting hides "
    "that the lengths differ.",
    {
        "if len(scores) != len(labels):": (
            "if 1 in (len(scores), len(labels)):\n"
            "    scores, labels = np.broadcast_arrays(scores, labels)\n"
            "if len(scores) != len(labels):"
        )
    },
)

every_threshold_with_every_score = slip(
    "Every threshold is compared with every score at once: that takes n × n numbers. In sorted "
    "order, a running count serves all thresholds.",
    {
        "precision = positives.cumsum() / called.cumsum()": (
            "above = scores >= values[::-1, None]\n"
            "precision = (above & (labels == 1)).sum(axis=1) / above.sum(axis=1)"
        )
    },
)

one_threshold_at_a_time = slip(
    "It loops over the thresholds in Python. In sorted order, a running count serves all of them.",
    {
        "precision = positives.cumsum() / called.cumsum()": (
            "precision = np.array([(labels[scores >= t] == 1).mean() for t in values[::-1]])"
        )
    },
)
