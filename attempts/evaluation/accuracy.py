import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.accuracy import accuracy


def check(logits, targets, top_k):
    if len(logits) != len(targets):
        raise ValueError("logits and targets differ in length")
    if top_k not in range(1, logits.shape[1] + 1):
        raise ValueError("top_k is no number of classes")
    if not np.isin(targets, np.arange(logits.shape[1])).all():
        raise ValueError("a target is no class")


@right(accuracy)
def by_a_stable_sort(logits, targets, top_k=1):
    check(logits, targets, top_k)
    if not len(targets):
        return float("nan")
    best = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]
    return (best == targets[:, None]).any(axis=1).mean()


@right(accuracy)
def by_a_stable_sort_of_reversed_rows(logits, targets, top_k=1):
    check(logits, targets, top_k)
    n, k = logits.shape
    ascending = k - 1 - np.argsort(logits[:, ::-1], axis=-1, kind="stable")
    hits = np.count_nonzero(ascending[:, k - top_k :] == targets.reshape(-1, 1))
    return hits / n if n else np.nan


@right(accuracy)
def one_best_class_after_the_other(logits, targets, top_k=1):
    """It takes the maximum away top_k times; +∞ and −∞ are ranked like all other scores."""
    check(logits, targets, top_k)
    ranks = np.unique(logits, return_inverse=True)[1].reshape(logits.shape)
    hits, rows = np.zeros(len(logits), dtype=bool), np.arange(len(logits))
    for _ in range(top_k):
        best = ranks.argmax(axis=1)
        hits |= best == targets
        ranks[rows, best] = -1
    return float(hits.sum()) / len(hits) if len(hits) else float("nan")


ties_all_count = slip(
    "A class that ties with the last of the best counts as well, so more than top_k may count. Of "
    "equal scores, the lower index comes first.",
    {" | ((logits == score) & is_earlier)": ""},
)

sort_not_stable = slip(
    "Of equal scores, any may rank first: not every sort keeps their order.",
    {
        "comes_before.sum(axis=1) < top_k": (
            "(np.argsort(-logits, axis=1)[:, :top_k] == targets[:, None]).any(axis=1)"
        )
    },
)

partition_takes_any = slip(
    "Of equal scores, a partition takes any. The lower index ranks first.",
    {
        "comes_before.sum(axis=1) < top_k": (
            "(np.argpartition(-logits, top_k - 1, axis=1)[:, :top_k] == targets[:, None])"
            ".any(axis=1)"
        )
    },
)

found_classes_set_to_minus_infinity = slip(
    "Each class that is found is set to −∞, so that it is not found again. But a score may be −∞ "
    "from the start.",
    {
        "comes_before = (logits > score) | ((logits == score) & is_earlier)": (
            "left, hit = logits.copy(), np.zeros(n, bool)\n"
            "for _ in range(top_k):\n"
            "    best = left.argmax(axis=1)\n"
            "    hit |= best == targets\n"
            "    left[np.arange(n), best] = -np.inf"
        ),
        "comes_before.sum(axis=1) < top_k": "hit",
    },
)

ties_never_count = slip(
    "A right class counts only if its score is larger than those of all that are left out. Of "
    "equal scores, the lower index comes first.",
    {
        "(logits > score) | ((logits == score) & is_earlier)": "(logits >= score)",
        "< top_k)": "<= top_k)",
    },
)

higher_index_first = slip(
    "Of equal scores, the higher index comes first. That happens where an ascending sort is read "
    "from its end.",
    {"np.arange(k) < targets[:, None]": "np.arange(k) > targets[:, None]"},
)

smallest_scores = slip(
    "It takes the classes with the smallest scores.", {"logits > score": "logits < score"}
)

one_class_too_many = slip(
    "One class too many counts: the best class has no class before it, not one.",
    {"< top_k)": "<= top_k)"},
)

one_class_too_few = slip("One class too few counts.", {"< top_k)": "< top_k - 1)"})

exactly_in_that_place = slip(
    "Only the class in place top_k counts. All places up to it should.",
    {"comes_before.sum(axis=1) < top_k)": "comes_before.sum(axis=1) == top_k - 1)"},
)

the_best_class_only = slip("The target is only compared with the best class.", {"< top_k)": "< 1)"})

sum_of_right_rows = slip(
    "This counts the rows that are right. The accuracy is their share.",
    {"np.mean(comes": "np.sum(comes"},
)

share_of_wrong_rows = slip(
    "This is the share of rows that are wrong, the error rate.",
    {"return float(np": "return 1 - float(np"},
)

in_percent = slip(
    "This is in percent. A share lies between 0 and 1.",
    {"return float(np": "return 100 * float(np"},
)

divided_by_top_k = slip(
    "It divides by `top_k` as well, as precision at k does. A row has one right class, which is "
    "found or not.",
    {"< top_k))": "< top_k)) / top_k"},
)

mean_over_all_entries = slip(
    "It divides by the number of all logits. The share is one of rows.",
    {"< top_k))": "< top_k)) / k"},
)

target_of_any_row = slip(
    "A target counts where it is among the best of any row. It should be among those of its own.",
    {
        "return float(np.mean(comes_before.sum(axis=1) < top_k))": (
            'best = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]\n'
            "return float(np.mean(np.isin(targets, best)))"
        )
    },
)

ranked_down_the_batch = slip(
    "Scores are compared down the batch, with those that other rows give to the same class. Each "
    "row ranks its own.",
    {
        "comes_before = (logits > score) | ((logits == score) & is_earlier)": (
            "column = logits[:, targets.astype(int)].T\n"
            "earlier = np.arange(n) < np.arange(n)[:, None]\n"
            "comes_before = (column > score) | ((column == score) & earlier)"
        )
    },
)

ranked_by_probabilities = slip(
    "It ranks probabilities: scores far apart become equal where the softmax rounds them to 0.",
    {
        "score = logits[np": (
            "logits = np.exp(logits - logits.max(axis=1, keepdims=True))\n"
            "logits /= logits.sum(axis=1, keepdims=True)\n"
            "score = logits[np"
        )
    },
)

mean_in_the_dtype_of_logits = slip(
    "The share is computed in the logits' dtype. In float16 and float32 it loses digits.",
    {
        "comes_before.sum(axis=1) < top_k)": (
            "(comes_before.sum(axis=1) < top_k).astype(logits.dtype))"
        )
    },
)

no_rows_count_as_wrong = slip(
    "Without rows the accuracy is 0. No row was right, but none was wrong either: it is nan.",
    {"return math.nan": "return 0.0"},
)

negative_targets_from_the_end = slip(
    "Negative targets are let through: NumPy counts them from the end, so −1 means the last class.",
    {"(targets < 0)": "(targets < -k)"},
)

targets_left_to_numpy = slip(
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class from "
    "the end.",
    {"if strangers.size:": "if False:"},
)

targets_that_are_no_class_count_as_wrong = slip(
    "Targets that are no class count as wrong. They should raise a ValueError.",
    {
        "if strangers.size:": "if False:",
        "score = logits[np.arange(n), targets][:, None]": (
            'best = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]\n'
            "return float(np.mean((best == targets[:, None]).any(axis=1)))"
        ),
    },
)

one_target_for_all_rows = slip(
    "The lengths are not compared: a single target is broadcast over all rows.",
    {
        "if len(targets) != n:": (
            "if len(targets) == 1:\n    targets = np.repeat(targets, n)\nif len(targets) != n:"
        )
    },
)

too_large_a_top_k_let_through = slip(
    "A `top_k` beyond the number of classes is let through, and all rows are right.",
    {"if not 1 <= top_k <= k:": "if not 1 <= top_k:"},
)

top_k_unchecked_without_rows = slip(
    "Without rows the accuracy is nan, even with a `top_k` that should raise a ValueError.",
    {"if not 1 <= top_k <= k:": "if n and not 1 <= top_k <= k:"},
)

top_k_of_0_let_through = slip(
    "A `top_k` of 0 is let through, and no row is right.",
    {"if not 1 <= top_k <= k:": "if not 0 <= top_k <= k:"},
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python. A comparison with the target's score, as a "
    "column, serves all rows at once.",
    {
        "comes_before = (logits > score) | ((logits == score) & is_earlier)": (
            "equal = (logits == score) & is_earlier\n"
            "comes_before = np.array([logits[i] > score[i] for i in range(n)]) | equal"
        )
    },
)
