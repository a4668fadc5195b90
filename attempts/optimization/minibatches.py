import numpy as np

from kata.attempts import right, slip
from solutions.optimization.minibatches import minibatches


def check(x, y, batch_size):
    if len(x) != len(y):
        raise ValueError("x and y should have the same number of rows")
    if batch_size < 1:
        raise ValueError("batch_size should be at least 1")


@right(minibatches)
def a_generator(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    rows = np.arange(len(x))
    rng.shuffle(rows)
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        if drop_last and len(batch) < batch_size:
            return
        yield x[batch], y[batch]


@right(minibatches)
def shuffled_copies_cut_into_a_list(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = np.argsort(rng.random(len(x)))
    x, y = np.take(x, order, axis=0), np.take(y, order, axis=0)
    count = len(x) // batch_size if drop_last else -(-len(x) // batch_size)
    places = [slice(k * batch_size, (k + 1) * batch_size) for k in range(count)]
    return [(x[place], y[place]) for place in places]


x_without_y = slip(
    "x is shuffled but y is not: rows of x meet the labels of other rows.",
    {"order = rng.permutation(n)": "order, x = np.arange(n), rng.permutation(x)"},
)

an_order_each = slip(
    "x and y are shuffled separately, each into an order of its own, so the pairs come apart.",
    {
        "order = rng.permutation(n)": (
            "order, x, y = np.arange(n), rng.permutation(x), rng.permutation(y)"
        )
    },
)

not_shuffled = slip(
    "Nothing is shuffled: every call deals the rows in their old order.",
    {"rng.permutation(n)": "np.arange(n)"},
)

batches_shuffled_instead_of_rows = slip(
    "Only the order of the batches changes; the same rows always share a batch. Shuffle the "
    "rows, then cut.",
    {
        "rng.permutation(n)": "np.arange(n)",
        "range(0, end, batch_size)": "rng.permutation(range(0, end, batch_size))",
    },
)

batches_shuffled_and_rows_within = slip(
    "The rows are cut into batches before anything is shuffled: the same rows still share a batch.",
    {
        "rng.permutation(n)": "np.arange(n)",
        "batches = (order[start : start + batch_size]": (
            "batches = (rng.permutation(order[start : start + batch_size])"
        ),
        "range(0, end, batch_size)": "rng.permutation(range(0, end, batch_size))",
    },
)

a_random_start = slip(
    "The rows are only rotated to another start: each row keeps its neighbours.",
    {"rng.permutation(n)": "np.roll(np.arange(n), rng.integers(max(n, 1)))"},
)

sorted_by_numbers_with_ties = slip(
    "Some orders come more often than others, as when rows are sorted by whole random numbers: "
    "ties keep their old order.",
    {"rng.permutation(n)": 'np.argsort(rng.integers(0, max(n, 1), n), kind="stable")'},
)

sorted_by_a_million_numbers = slip(
    "Where there are many rows, some orders come more often than others, as when rows are sorted "
    "by whole random numbers: ties keep their old order.",
    {"rng.permutation(n)": 'np.argsort(rng.integers(0, 10**6, n), kind="stable")'},
)

swapped_with_any_row = slip(
    "Each row is swapped with any row, even one that has its place already: some orders come "
    "more often than others.",
    {
        "order = rng.permutation(n)": "order = np.arange(n)\n"
        "for i, j in enumerate(rng.integers(0, max(n, 1), n)):\n"
        "    order[[i, j]] = order[[j, i]]"
    },
)

with_replacement = slip(
    "The rows are drawn with replacement: some come several times, others never.",
    {"rng.permutation(n)": "rng.integers(0, max(n, 1), n)"},
)

a_fresh_draw_for_each_batch = slip(
    "Each batch is drawn from all rows, whatever earlier batches took: some rows come several "
    "times, others never.",
    {
        "order[start : start + batch_size] for": (
            "rng.choice(n, min(batch_size, n - start), replace=False) for"
        )
    },
)

always_drops = slip(
    "A smaller last batch is dropped though `drop_last` is False.",
    {"n - n % batch_size if drop_last else n": "n - n % batch_size"},
)

drop_last_the_wrong_way_round = slip(
    "`drop_last` is read the wrong way round.",
    {"n - n % batch_size if drop_last else n": "n if drop_last else n - n % batch_size"},
)

drops_a_full_batch = slip(
    "`drop_last` drops the last batch even when it is full. It means a batch that is too small.",
    {"n - n % batch_size if": "(n - 1) // batch_size * batch_size if"},
)

drops_before_the_shuffle = slip(
    "With `drop_last` the surplus is cut off before the shuffle, so the last rows of x never come.",
    {
        "order = rng.permutation(n)\nend = n - n % batch_size if drop_last else n": (
            "end = n - n % batch_size if drop_last else n\norder = rng.permutation(end)"
        )
    },
)

last_batch_filled_up = slip(
    "The last batch is filled up with rows that have come already. It should be smaller instead.",
    {
        "order[start : start + batch_size] for": (
            "order[np.arange(start, start + batch_size) % n] for"
        )
    },
)

batches_of_about_equal_size = slip(
    "np.array_split makes batches of about equal size. Only the last may be smaller.",
    {"batches = (": ("batches = np.array_split(order[:end], -(-end // batch_size)) if end else (")},
)

an_empty_batch_at_the_end = slip(
    "Where batch_size divides the number of rows, an empty batch follows the last one.",
    {"n - n % batch_size if drop_last else n": "n - n % batch_size if drop_last else n + 1"},
)

everything_as_it_is = slip(
    "If one batch holds all rows, it is x and y themselves: neither shuffled nor copied.",
    {
        "order = rng.permutation(n)": "if 0 < n <= batch_size and not drop_last:\n"
        "    return [(x, y)]\n"
        "order = rng.permutation(n)"
    },
)

targets_as_int64 = slip(
    "The rows of y come back as int64, whatever y's dtype is.",
    {"y[rows])": "y[rows].astype(np.int64))"},
)

targets_without_their_axis = slip(
    "Targets of shape (n, 1) come back as vectors: an axis of size 1 is lost.",
    {"(x[rows], y[rows])": "(x[rows], y[rows].reshape(len(rows), *y.squeeze().shape[1:]))"},
)

lengths_unchecked = slip(
    "Nothing checks that x and y have the same number of rows.", {"len(y) != n": "False"}
)

negative_batch_size_unchecked = slip(
    "A negative batch_size gives no batches and no error: `range` only complains about 0.",
    {"batch_size < 1:": "batch_size == 0:"},
)
