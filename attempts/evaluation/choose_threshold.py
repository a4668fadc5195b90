import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.choose_threshold import choose_threshold


@right(choose_threshold)
def downwards_through_the_sorted_scores(scores, labels, cost_fp, cost_fn):
    if scores.shape != labels.shape:
        raise ValueError("one label for each score, please")
    if scores.size == 0:
        return float("inf")
    order = np.argsort(scores)[::-1]
    sorted_scores, sorted_labels = scores[order], labels[order].astype(np.int64)
    last_of_equals = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
    tp, fp = np.cumsum(sorted_labels), np.cumsum(1 - sorted_labels)
    costs = (cost_fp * fp + cost_fn * (tp[-1] - tp))[last_of_equals]
    best = np.argmin(costs)
    if cost_fn * tp[-1] <= costs[best]:
        return float("inf")
    return float(sorted_scores[last_of_equals][best])


@right(choose_threshold)
def by_binary_search(scores, labels, cost_fp, cost_fn):
    if len(scores) != len(labels):
        raise ValueError("lengths differ")
    candidates = np.concatenate([np.unique(scores), [np.inf]])[::-1]
    positive, negative = np.sort(scores[labels == 1]), np.sort(scores[labels != 1])
    misses = np.searchsorted(positive, candidates)
    alarms = len(negative) - np.searchsorted(negative, candidates)
    return candidates[np.argmin(cost_fp * alarms + cost_fn * misses)].item()


@right(choose_threshold)
def among_the_positives(scores, labels, cost_fp, cost_fn):
    """At a score that only negatives have, calling them positive gains nothing."""
    if len(scores) != len(labels):
        raise ValueError("lengths differ")
    candidates = np.append(np.inf, np.unique(scores)[::-1])
    candidates = candidates[np.isin(candidates, np.append(scores[labels == 1], np.inf))]
    misses = np.searchsorted(np.sort(scores[labels == 1]), candidates)
    alarms = np.searchsorted(np.sort(-scores[labels == 0]), -candidates, side="right")
    return float(candidates[np.argmin(cost_fp * alarms + cost_fn * misses)])


always_a_half = slip(
    "The threshold is always 0.5. Which one is best depends on the costs and the scores.",
    {"costs = cost_fp": "return 0.5\ncosts = cost_fp"},
)

from_the_costs_alone = slip(
    "The threshold comes from the costs alone. That holds for calibrated probabilities; these are "
    "any scores.",
    {"costs = cost_fp": "return cost_fp / max(cost_fp + cost_fn, 1)\ncosts = cost_fp"},
)

costs_ignored = slip(
    "All mistakes count alike, as for accuracy. Each kind has a cost of its own.",
    {"cost_fp * alarms + cost_fn * missed": "alarms + missed"},
)

costs_swapped = slip(
    "The costs are swapped. A false positive is a negative called positive.",
    {"cost_fp * alarms + cost_fn * missed": "cost_fn * alarms + cost_fp * missed"},
)

alarms_alone = slip(
    "What is missed does not add to the cost. Both kinds of mistakes should.",
    {"cost_fp * alarms + cost_fn * missed": "cost_fp * alarms"},
)

misses_alone = slip(
    "Only false negatives cost anything.",
    {"cost_fp * alarms + cost_fn * missed": "cost_fn * missed"},
)

rates_for_counts = slip(
    "Each cost is multiplied by a rate, so the larger class counts for less. It is paid for every "
    "mistake.",
    {
        "cost_fp * alarms + cost_fn * missed": (
            "cost_fp * alarms * max(positives.sum(), 1)"
            " + cost_fn * missed * max(negatives.sum(), 1)"
        )
    },
)

rates_without_costs = slip(
    "The two rates of mistakes are added, as in Youden's index, and the costs have no part.",
    {
        "cost_fp * alarms + cost_fn * missed": (
            "alarms * max(positives.sum(), 1) + missed * max(negatives.sum(), 1)"
        )
    },
)

highest_f1 = slip(
    "This is the threshold with the highest F1. Costs decide here.",
    {
        "costs = cost_fp * alarms + cost_fn * missed": (
            "hits = positives.sum() - missed\n"
            "costs = -2 * hits / np.maximum(2 * hits + alarms + missed, 1)"
        )
    },
)

equal_to_the_threshold_is_negative = slip(
    "A score equal to the threshold is called negative. It is positive.",
    {
        "missed = np.append(0, positives.cumsum())": (
            "missed = np.append(positives.cumsum(), positives.sum())"
        ),
        "np.append(0, negatives.cumsum())": "np.append(negatives.cumsum(), negatives.sum())",
    },
)

labels_swapped = slip(
    "Label 0 is taken for the positive one.",
    {"group[labels == 1]": "group[labels != 1]", "group[labels == 0]": "group[labels != 0]"},
)

equal_scores_called_one_by_one = slip(
    "Equal scores are called positive one after the other. A threshold takes all of them or none.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(scores, kind='stable')\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

equal_scores_called_one_by_one_from_the_top = slip(
    "Equal scores are called positive one after the other, in the order of the array. A threshold "
    "takes all of them or none.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(-scores, kind='stable')[::-1]\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

ratio_of_the_costs = slip(
    "A division before the totals are compared rounds them, so that equal ones may differ in the "
    "last digit.",
    {
        "costs = cost_fp * alarms + cost_fn * missed": (
            "costs = alarms + cost_fn / cost_fp * missed if cost_fp else cost_fn * missed"
        )
    },
)

totals_as_floats = slip(
    "The totals are floats, which take large ones that differ by 1 for equal.",
    {
        "costs = cost_fp * alarms + cost_fn * missed": (
            "costs = float(cost_fp) * alarms + float(cost_fn) * missed"
        )
    },
)

lowest_of_the_best = slip(
    "Of several thresholds that cost least, the lowest is taken. It should be the highest.",
    {"np.flatnonzero(costs == costs.min())[-1]": "costs.argmin()"},
)

something_is_always_called = slip(
    "+inf is missing: to call nothing positive may cost least.",
    {"costs == costs.min()": "costs[: len(values) or 1] == costs[: len(values) or 1].min()"},
)

just_above_the_highest = slip(
    "To call nothing positive, the threshold is placed right above the highest score. Here it is "
    "+inf.",
    {
        "np.append(values, np.inf)": (
            "np.append(values, values[-1:] + 1.0 if len(values) else np.inf)"
        )
    },
)

one_for_nothing = slip(
    "A threshold of 1 stands for calling nothing positive. Scores may be 1 or more.",
    {"np.append(values, np.inf)": "np.append(values, 1.0)"},
)

everything_below_the_lowest = slip(
    "To call all positive, −inf is taken. Candidates are the scores that occur and +inf.",
    {"np.append(values, np.inf)": ("np.append(values, np.inf)\nthresholds[:-1][:1] = -np.inf")},
)

midpoints = slip(
    "The threshold lies midway between two scores. Candidates are the scores themselves.",
    {
        "np.append(values, np.inf)": (
            "np.append(np.append(values[:1], (values[1:] + values[:-1]) / 2), np.inf)"
        )
    },
)

highest_cost = slip(
    "This is the threshold at which mistakes cost most, as if low scores were called positive.",
    {"costs == costs.min()": "costs == costs.max()"},
)

the_cost_itself = slip(
    "This is the least cost. The threshold that has it is wanted.",
    {"float(thresholds[np.flatnonzero(costs == costs.min())[-1]])": "float(costs.min())"},
)

a_grid_of_thresholds = slip(
    "Thresholds from a fixed grid are tried. Scores need not lie between 0 and 1, and the best may "
    "lie between two points of the grid.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "values = np.linspace(0, 1, 101)\n"
            "group = np.searchsorted(values, scores, side='right') - 1\n"
            "group = np.maximum(group, 0)"
        )
    },
)

cut_to_the_shorter = slip(
    "Scores without a label are dropped, or labels without a score. It should raise a ValueError.",
    {
        'raise ValueError(f"{len(scores)} scores, but {len(labels)} labels")': (
            "n = min(len(scores), len(labels))\nscores, labels = scores[:n], labels[:n]"
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

every_candidate_with_every_score = slip(
    "Every candidate is compared with every score at once: that takes n × n numbers. Sorted scores "
    "let one pass count for all of them.",
    {
        "missed = np.append(0, positives.cumsum())": (
            "called = scores >= thresholds[:, None]\nmissed = (~called & (labels == 1)).sum(axis=1)"
        )
    },
)

one_candidate_at_a_time = slip(
    "It loops over the candidates in Python. Sorted scores let one pass count for all of them.",
    {
        "missed = np.append(0, positives.cumsum())": (
            "missed = np.array([(scores[labels == 1] < t).sum() for t in thresholds])"
        )
    },
)
