import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.minibatches import minibatches


def check(x, y, batch_size):
    if len(x) != len(y):
        raise ValueError("x and y should have the same number of rows")
    if batch_size < 1:
        raise ValueError("batch_size should be at least 1")


def cut(order, batch_size, drop_last):
    """The row numbers of each batch."""
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    if drop_last and batches and len(batches[-1]) < batch_size:
        batches.pop()
    return batches


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


@wrong(
    minibatches,
    "x is shuffled but y is not: rows of x meet the labels of other rows.",
)
def x_without_y(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    x = rng.permutation(x)
    for rows in cut(np.arange(len(y)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "x and y are shuffled separately, so each gets an order of its own and the pairs come apart.",
)
def an_order_each(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    x, y = rng.permutation(x), rng.permutation(y)
    for rows in cut(np.arange(len(y)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(minibatches, "Nothing is shuffled: every call deals the rows in their old order.")
def not_shuffled(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    for rows in cut(np.arange(len(x)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "Only the order of the batches changes; the same rows always share a batch. Shuffle the rows, "
    "then cut.",
)
def batches_shuffled_instead_of_rows(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    batches = cut(np.arange(len(x)), batch_size, drop_last)
    for i in rng.permutation(len(batches)):
        yield x[batches[i]], y[batches[i]]


@wrong(
    minibatches,
    "The rows are cut into batches first; then the batches are shuffled, and the rows within each. "
    "The same rows still share a batch.",
)
def batches_shuffled_and_rows_within(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    full = len(x) - len(x) % batch_size
    blocks = np.arange(full).reshape(-1, batch_size)
    blocks = rng.permuted(rng.permutation(blocks), axis=1)
    order = np.concatenate([blocks.ravel(), rng.permutation(np.arange(full, len(x)))])
    for rows in cut(order, batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "The rows are only rotated to another start: each row keeps its neighbours.",
)
def a_random_start(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    rows = np.arange(len(x))
    start = rng.integers(len(x)) if len(x) else 0
    for batch in cut(np.roll(rows, -start), batch_size, drop_last):
        yield x[batch], y[batch]


@wrong(
    minibatches,
    "Some orders come more often than others, as when rows are sorted by whole random numbers: "
    "where two numbers are equal, the rows keep their old order.",
)
def sorted_by_numbers_with_ties(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = np.argsort(rng.integers(0, max(len(x), 1), size=len(x)), kind="stable")
    for rows in cut(order, batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "The rows are drawn with replacement: some come several times, others never.",
)
def with_replacement(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = rng.integers(0, max(len(x), 1), size=len(x))
    for rows in cut(order, batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "Each batch is drawn from all rows, whatever earlier batches took: some rows come several "
    "times, others never.",
)
def a_fresh_draw_for_each_batch(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    for batch in cut(np.arange(len(x)), batch_size, drop_last):
        rows = rng.choice(len(x), size=len(batch), replace=False)
        yield x[rows], y[rows]


@wrong(minibatches, "A smaller last batch is dropped though `drop_last` is False.")
def always_drops(x, y, batch_size, rng, drop_last=False):
    return minibatches(x, y, batch_size, rng, drop_last=True)


@wrong(minibatches, "`drop_last` is ignored: the smaller last batch is still there.")
def never_drops(x, y, batch_size, rng, drop_last=False):
    return minibatches(x, y, batch_size, rng)


@wrong(
    minibatches,
    "`drop_last` drops the last batch even when it is full. It means a batch that is too small.",
)
def drops_a_full_batch(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    batches = cut(rng.permutation(len(x)), batch_size, False)
    for rows in batches[:-1] if drop_last else batches:
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "With `drop_last` the surplus is cut off before the shuffle, so the rows at the end of x never "
    "come at all.",
)
def drops_before_the_shuffle(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    n = len(x) - len(x) % batch_size if drop_last else len(x)
    for rows in cut(rng.permutation(n), batch_size, False):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "The last batch is filled up with rows that have come already. It should be smaller instead.",
)
def last_batch_filled_up(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = rng.permutation(len(x))
    for rows in cut(order, batch_size, drop_last):
        padded = np.resize(np.concatenate([rows, order]), batch_size)
        yield x[padded], y[padded]


@wrong(
    minibatches,
    "The range of starts ends one too early: a last batch of a single row is lost.",
)
def loses_a_single_last_row(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = rng.permutation(len(x))
    for start in range(0, len(x) - 1, batch_size):
        rows = order[start : start + batch_size]
        if not drop_last or len(rows) == batch_size:
            yield x[rows], y[rows]


@wrong(
    minibatches,
    "It writes into x and y, as shuffling in place does. Shuffle row numbers instead.",
)
def in_place(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    order = rng.permutation(len(x))
    x[:], y[:] = x[order], y[order]
    for rows in cut(np.arange(len(x)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "When one batch holds all rows it is x and y themselves: not shuffled, and not a copy.",
)
def everything_as_it_is(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    if len(x) == batch_size or (0 < len(x) < batch_size and not drop_last):
        return [(x, y)]
    return minibatches(x, y, batch_size, rng, drop_last)


@wrong(
    minibatches,
    "The order does not come from the argument `rng` but from another generator (the global one, "
    "or a new one without a seed), so no run can be repeated.",
)
def global_generator(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    for rows in cut(np.random.permutation(len(x)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "Every call deals the same order, whatever `rng` is. A generator with a fixed seed does that, "
    "and so does an order that is drawn once and kept.",
)
def fixed_seed(x, y, batch_size, rng, drop_last=False):
    return minibatches(x, y, batch_size, np.random.default_rng(0), drop_last)


@wrong(minibatches, "Nothing checks that x and y have the same number of rows.")
def lengths_unchecked(x, y, batch_size, rng, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size should be at least 1")
    for rows in cut(rng.permutation(min(len(x), len(y))), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "A negative batch_size gives no batches and no error: `range` complains about 0 only.",
)
def negative_batch_size_unchecked(x, y, batch_size, rng, drop_last=False):
    check(x, y, max(batch_size, 1))
    for rows in cut(rng.permutation(len(x)), batch_size, drop_last):
        yield x[rows], y[rows]


@wrong(
    minibatches,
    "Python goes through the rows one at a time. `rng` can shuffle all row numbers in one call, "
    "and an array of them picks all rows of a batch at once.",
)
def one_row_at_a_time(x, y, batch_size, rng, drop_last=False):
    check(x, y, batch_size)
    for rows in cut(rng.permutation(len(x)), batch_size, drop_last):
        yield np.array([x[i] for i in rows]), np.array([y[i] for i in rows])
