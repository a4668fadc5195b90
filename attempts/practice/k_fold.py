import numpy as np

from kata.attempts import right, slip
from solutions.practice.k_fold import k_fold

CUT = "folds = np.array_split(order, k)"
ORDER = "np.arange(n) if rng is None else rng.permutation(n)"


@right(k_fold)
def by_the_fold_of_each_row(n, k, rng=None):
    if k < 2 or k > n:
        raise ValueError("k should lie between 2 and n")
    fold_of = np.repeat(np.arange(k), [n // k + (i < n % k) for i in range(k)])
    if rng is not None:
        rng.shuffle(fold_of)
    return [(np.flatnonzero(fold_of != i), np.flatnonzero(fold_of == i)) for i in range(k)]


@right(k_fold)
def by_running_ends(n, k, rng=None):
    if k < 2 or k > n:
        raise ValueError("k should lie between 2 and n")
    rows = list(range(n))
    if rng is not None:
        rng.shuffle(rows)
    folds, start = [], 0
    for i in range(k):
        end = start + n // k + (1 if i < n % k else 0)
        folds.append((np.array(rows[:start] + rows[end:]), np.array(rows[start:end])))
        start = end
    return folds


swapped = slip(
    "The two are swapped: the training rows come first, and they are the larger part.",
    {
        "(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i].copy())": (
            "(folds[i].copy(), np.concatenate(folds[:i] + folds[i + 1 :]))"
        )
    },
)

remainder_dropped = slip(
    "The rows left over after n // k a fold are in no fold.",
    {CUT: "folds = np.split(order[: n - n % k], k)"},
)

remainder_in_the_last_fold = slip(
    "The last fold takes all rows left over. The first n mod k folds should take one each.",
    {CUT: "folds = np.split(order, [n // k * i for i in range(1, k)])"},
)

larger_folds_last = slip(
    "The folds with one row more come last. They should come first.",
    {CUT: "folds = [fold[::-1] for fold in np.array_split(order[::-1], k)][::-1]"},
)

rounded_up = slip(
    "Each fold takes n / k rows, rounded up, until none is left: the last folds may be too small.",
    {CUT: "folds = [order[i * -(-n // k) : (i + 1) * -(-n // k)] for i in range(k)]"},
)

every_kth_row = slip(
    "A fold is every k-th row. Without rng it should be a run of neighbours.",
    {CUT: "folds = [order[i::k] for i in range(k)]"},
)

every_kth_row_of_the_rest_in_order = slip(
    "A fold is every k-th row. Without rng it should be a run of neighbours.",
    {
        CUT: "folds = [order[i::k] for i in range(k)]",
        "np.concatenate(folds[:i] + folds[i + 1 :])": "np.delete(order, np.s_[i::k])",
    },
)

training_keeps_all = slip(
    "The rows of the fold are trained on too: `train` is all rows.",
    {"np.concatenate(folds[:i] + folds[i + 1 :])": "np.concatenate(folds)"},
)

folds_before_it_only = slip(
    "Only the rows before the fold or only those after it are trained on. `train` is both.",
    {"np.concatenate(folds[:i] + folds[i + 1 :])": "np.concatenate(folds[:i] or folds[i + 1 :])"},
)

next_folds_first = slip(
    "`train` goes on after the fold and comes round to row 0. Without rng it should rise.",
    {"folds[:i] + folds[i + 1 :]": "folds[i + 1 :] + folds[:i]"},
)

shuffled_for_each_fold = slip(
    "The rows are shuffled anew for each fold, so some are validated on twice and others never. "
    "One shuffle serves all folds.",
    {
        f"order = {ORDER}\n{CUT}": f"cuts = [np.array_split({ORDER}, k) for _ in range(k)]",
        "folds[:i] + folds[i + 1 :]), folds[i]": "cuts[i][:i] + cuts[i][i + 1 :]), cuts[i][i]",
    },
)

not_shuffled = slip(
    "With rng, the rows are cut in their old order all the same.", {ORDER: "np.arange(n)"}
)

folds_shuffled_instead_of_rows = slip(
    "Only the order of the folds is drawn: the same neighbours always share a fold.",
    {
        ORDER: "np.arange(n)",
        CUT: f"{CUT}\nfolds = folds if rng is None else sorted(folds, key=lambda _: rng.random())\n"
        "folds.sort(key=len, reverse=True)",
    },
)

swapped_with_any_row = slip(
    "Each row in turn changes places with any of the rows, those already dealt with included. Then "
    "some orders are likelier than others.",
    {
        ORDER: (
            "np.arange(n)\n"
            "for i in range(n if rng is not None else 0):\n"
            "    j = rng.integers(n)\n"
            "    order[i], order[j] = order[j], order[i]"
        )
    },
)

sorted_by_numbers_with_ties = slip(
    "Some rows keep their order too often, as where they are sorted by random numbers of which "
    "several are equal. All orders should be equally likely.",
    {ORDER: 'np.argsort([0] * n if rng is None else rng.integers(n, size=n), kind="stable")'},
)

with_replacement = slip(
    "The rows are drawn with replacement: some come twice, others never.",
    {ORDER: "np.arange(n) if rng is None else rng.integers(n, size=n)"},
)

one_fold_allowed = slip(
    "One fold or none is let through. With one, nothing is left to train on.",
    {"not 2 <= k <= n": "k > n", CUT: "folds = np.array_split(order, max(k, 1)) + [order[:0]]"},
)

one_row_a_fold_refused = slip(
    "As many folds as rows are refused. Then each fold is one row: leave-one-out.",
    {"2 <= k <= n:": "2 <= k < n:"},
)

more_folds_than_rows = slip(
    "More folds than rows are let through, so some folds are empty.", {"2 <= k <= n:": "2 <= k:"}
)
