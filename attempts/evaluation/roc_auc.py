import numpy as np

from kata.attempts import right, slip, wrong
from solutions.evaluation.roc_auc import roc_auc


def check(scores, labels):
    if len(scores) != len(labels):
        raise ValueError("the lengths differ")
    if np.isnan(scores).any() or len(np.unique(labels)) != 2:
        raise ValueError("scores without nan and labels of both classes, please")


@right(roc_auc)
def by_average_ranks(scores, labels):
    check(scores, labels)
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group]
    positive = labels == 1
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    above = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)


@right(roc_auc)
def by_binary_search(scores, labels):
    check(scores, labels)
    positive, negative = scores[labels == 1], np.sort(scores[labels == 0])
    below = np.searchsorted(negative, positive, side="left")
    not_above = np.searchsorted(negative, positive, side="right")
    return float(np.mean(below + not_above) / 2 / len(negative))


@right(roc_auc)
def by_trapezoids(scores, labels):
    check(scores, labels)
    order = np.argsort(-scores)
    s, y = scores[order], labels[order].astype(float)
    ends = np.append(np.flatnonzero(s[1:] != s[:-1]), len(s) - 1)
    tpr = np.append(0.0, np.cumsum(y)[ends] / y.sum())
    fpr = np.append(0.0, np.cumsum(1 - y)[ends] / (1 - y).sum())
    return np.sum((fpr[1:] - fpr[:-1]) * (tpr[1:] + tpr[:-1]) / 2)


equal_scores_count_nothing = slip(
    "A pair with equal scores counts as wrong. It counts half.",
    {"negatives_below + negatives / 2": "negatives_below"},
)

equal_scores_count_in_full = slip(
    "A pair with equal scores counts as right. It counts half.",
    {"negatives_below + negatives / 2": "negatives_below + negatives"},
)

equal_scores_ranked_by_place = slip(
    "Equal scores are ranked by their place in the arrays, so the same samples in another order "
    "give another area.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(scores, kind='stable')\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

equal_scores_ranked_as_sorted = slip(
    "Equal scores get different ranks, as a sort happens to leave them. Such a pair counts half.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(scores)\nvalues, group = scores[order], np.argsort(order)"
        )
    },
)

equal_scores_ranked_by_place_downwards = slip(
    "Of equal scores, the one that stands first counts as the higher. The curve has one point for "
    "all of them.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "order = np.argsort(-scores, kind='stable')[::-1]\n"
            "values, group = scores[order], np.argsort(order, kind='stable')"
        )
    },
)

upside_down = slip(
    "This is 1 − AUC: it counts negatives above positives. Positives should be above.",
    {"return float(positives @": "return float(1 - positives @"},
)

never_below_a_half = slip(
    "An area below 1/2 is turned into one above. A ranking that is worse than chance is allowed.",
    {
        "return float(positives @ (negatives_below + negatives / 2) / pairs)": (
            "area = float(positives @ (negatives_below + negatives / 2) / pairs)\n"
            "return max(area, 1 - area)"
        )
    },
)

gini = slip(
    "This is the Gini coefficient, 2·AUC − 1: chance gives 0. The area for chance is 1/2.",
    {
        "float(positives @ (negatives_below + negatives / 2) / pairs)": (
            "float(2 * (positives @ (negatives_below + negatives / 2) / pairs) - 1)"
        )
    },
)

pairs_counted_not_shared = slip(
    "This is the number of pairs in order. Their share of all pairs is wanted.",
    {"(negatives_below + negatives / 2) / pairs": "(negatives_below + negatives / 2)"},
)

share_of_all_pairs = slip(
    "It is divided by all pairs of samples. Only those of a positive and a negative one count.",
    {
        "(negatives_below + negatives / 2) / pairs": (
            "(negatives_below + negatives / 2) / (len(scores) * (len(scores) - 1) / 2)"
        )
    },
)

share_of_the_square = slip(
    "It is divided by the square of n. Only pairs of a positive and a negative count.",
    {
        "(negatives_below + negatives / 2) / pairs": (
            "(negatives_below + negatives / 2) / len(scores) ** 2"
        )
    },
)

area_of_one_threshold = slip(
    "The scores are cut at 0.5 first: this is the area under a curve with one threshold. It should "
    "have all of them.",
    {
        "values, group = np.unique(scores, return_inverse=True)": (
            "values, group = np.unique(scores >= 0.5, return_inverse=True)"
        )
    },
)


@wrong(roc_auc, "The ranks start at 0, but the formula for ranks from 1 is used.")
def ranks_from_0(scores, labels):
    check(scores, labels)
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group] - 1
    n_positive, n_negative = int((labels == 1).sum()), int((labels == 0).sum())
    above = ranks[labels == 1].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


@wrong(roc_auc, "The smallest possible sum of the positives' ranks is not subtracted.")
def ranks_not_shifted(scores, labels):
    check(scores, labels)
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group]
    n_positive, n_negative = int((labels == 1).sum()), int((labels == 0).sum())
    return float(ranks[labels == 1].sum() / (n_positive * n_negative))


@wrong(
    roc_auc,
    "Ranks go up by 1 from one distinct score to the next, however many samples share a score.",
)
def dense_ranks(scores, labels):
    check(scores, labels)
    ranks = np.unique(scores, return_inverse=True)[1] + 1
    n_positive, n_negative = int((labels == 1).sum()), int((labels == 0).sum())
    above = ranks[labels == 1].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


@wrong(
    roc_auc,
    "Equal scores all get the lowest of their ranks, positives among each other too. Their ranks "
    "should be the mean.",
)
def lowest_ranks(scores, labels):
    check(scores, labels)
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - counts + 1)[group]
    n_positive, n_negative = int((labels == 1).sum()), int((labels == 0).sum())
    above = ranks[labels == 1].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


@wrong(
    roc_auc,
    "This is the area under precision against recall. ROC sets the true-positive rate against the "
    "false-positive rate.",
)
def area_under_precision_and_recall(scores, labels):
    check(scores, labels)
    values, group = np.unique(scores, return_inverse=True)
    called = np.bincount(group, minlength=len(values))[::-1]
    positives = np.bincount(group[labels == 1], minlength=len(values))[::-1]
    return float(positives @ (positives.cumsum() / called.cumsum()) / positives.sum())


@wrong(
    roc_auc,
    "The curve begins at its first point: the area between there and (0, 0) is missing.",
)
def curve_not_begun_at_0(scores, labels):
    check(scores, labels)
    values, group = np.unique(-scores, return_inverse=True)
    hits = np.cumsum(np.bincount(group[labels == 1], minlength=len(values))) / (labels == 1).sum()
    alarms = np.cumsum(np.bincount(group[labels == 0], minlength=len(values))) / (labels == 0).sum()
    return float(np.sum(np.diff(alarms) * (hits[1:] + hits[:-1]) / 2))


one_class_gives_a_half = slip(
    "One class alone gives 1/2. There is no pair to rank, so it should raise a ValueError.",
    {'raise ValueError("labels hold one class only; both 0 and 1 are needed")': "return 0.5"},
)

one_class_gives_nan = slip(
    "One class alone gives nan. It should raise a ValueError.",
    {
        'raise ValueError("labels hold one class only; both 0 and 1 are needed")': (
            "return float('nan')"
        )
    },
)

one_class_gives_zero = slip(
    "One class alone gives 0, the worst ranking there is. It should raise a ValueError.",
    {'raise ValueError("labels hold one class only; both 0 and 1 are needed")': "return 0.0"},
)

nan_is_ranked = slip(
    "A score of nan is ranked like the others, as NumPy sorts it last. It should raise a "
    "ValueError.",
    {"if np.isnan(scores).any():": "if False:"},
)

nan_is_dropped = slip(
    "Samples with a score of nan are dropped. It should raise a ValueError.",
    {
        'raise ValueError("scores hold nan, which is neither above nor below any other")': (
            "labels = labels[~np.isnan(scores)]\n"
            "scores = scores[~np.isnan(scores)]\n"
            "if not len(scores):\n"
            "    return 0.5"
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

infinite_scores_refused = slip(
    "Infinite scores are refused. They have a place in the order; only nan has none.",
    {"np.isnan(scores).any()": "not np.isfinite(scores).all()"},
)

every_positive_with_every_negative = slip(
    "Every positive is compared with every negative at once: that takes n × n numbers. In sorted "
    "order, a running count says how many are below.",
    {
        "return float(positives @ (negatives_below + negatives / 2) / pairs)": (
            "p, q = scores[labels == 1][:, None], scores[labels == 0]\n"
            "return float(((p > q).sum() + (p == q).sum() / 2) / pairs)"
        )
    },
)

one_positive_at_a_time = slip(
    "It loops over the positives in Python. In sorted order, a running count says how many "
    "negatives are below.",
    {
        "return float(positives @ (negatives_below + negatives / 2) / pairs)": (
            "q = scores[labels == 0]\n"
            "points = [(p > q).sum() + (p == q).sum() / 2 for p in scores[labels == 1]]\n"
            "return float(sum(points) / pairs)"
        )
    },
)
