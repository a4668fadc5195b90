from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from exercises.optimization.minibatches import minibatches
from kata.testing import assert_close, assert_no_loop_over, unchanged


def assert_that(claim, holds):
    assert_close({claim: bool(holds)}, {claim: True})


def deal(n, batch_size, rng, drop_last=False):
    """The row numbers in the order in which they are dealt, by x and by y."""
    rows = np.arange(n)
    batches = list(minibatches(rows, -rows, batch_size, rng, drop_last))
    if not batches:
        return rows[:0], rows[:0]
    return (
        np.concatenate([x_batch for x_batch, _ in batches]),
        -np.concatenate([y_batch for _, y_batch in batches]),
    )


SIZES = [
    (17, 5, [5, 5, 5], [2]),
    (16, 5, [5, 5, 5], [1]),
    (15, 5, [5, 5, 5], []),
    (7, 7, [7], []),
    (7, 1, [1] * 7, []),
    (3, 20, [], [3]),
    (0, 4, [], []),
]


@pytest.mark.parametrize(("n", "batch_size", "full", "rest"), SIZES, ids=str)
def test_the_last_batch_has_what_is_left_over(rng, n, batch_size, full, rest):
    batches = list(minibatches(np.ones((n, 2)), np.ones(n), batch_size, rng))
    assert_close([len(x_batch) for x_batch, _ in batches], full + rest)
    assert_close([len(y_batch) for _, y_batch in batches], full + rest)


@pytest.mark.parametrize(("n", "batch_size", "full", "rest"), SIZES, ids=str)
def test_drop_last_leaves_out_only_a_smaller_last_batch(rng, n, batch_size, full, rest):
    batches = list(minibatches(np.ones((n, 2)), np.ones(n), batch_size, rng, drop_last=True))
    assert_close([len(x_batch) for x_batch, _ in batches], full)
    assert_close([len(y_batch) for _, y_batch in batches], full)


@pytest.mark.parametrize(("n", "batch_size"), [(17, 5), (15, 5), (17, 1), (17, 40)], ids=str)
def test_every_row_comes_once(rng, n, batch_size):
    x_rows, y_rows = deal(n, batch_size, rng)
    assert_close(np.sort(x_rows), np.arange(n))
    assert_close(np.sort(y_rows), np.arange(n))


def test_with_drop_last_no_row_comes_twice(rng):
    x_rows, _ = deal(41, 6, rng, drop_last=True)
    assert_close(len(set(x_rows.tolist())), 36)


@pytest.mark.parametrize("batch_size", [5, 40], ids=str)
def test_each_row_of_x_stays_beside_its_row_of_y(rng, batch_size):
    x_rows, y_rows = deal(23, batch_size, rng)
    assert_that("each row of x is beside its row of y", np.array_equal(x_rows, y_rows))


@pytest.mark.parametrize("batch_size", [1, 7, 40, 50], ids=str)
def test_the_rows_are_shuffled(rng, batch_size):
    # 40 shuffled rows come in their old order once in 40! times.
    x_rows, y_rows = deal(40, batch_size, rng)
    assert_that("x is shuffled", not np.array_equal(x_rows, np.arange(40)))
    assert_that("y is shuffled", not np.array_equal(y_rows, np.arange(40)))


@pytest.mark.parametrize("batch_size", [1, 7], ids=str)
def test_neighbours_are_parted(rng, batch_size):
    # On average one of the 59 pairs stays together; 16 or more do with odds below 1e-13.
    x_rows, _ = deal(60, batch_size, rng)
    together = np.sum(np.diff(x_rows) == 1)
    assert_that("most rows have lost the neighbour that follows them in x", together < 16)


def test_each_call_shuffles_anew(rng):
    first, _ = deal(40, 7, rng)
    second, _ = deal(40, 7, rng)
    assert_that("the second call deals in another order", not np.array_equal(first, second))


def test_the_order_is_drawn_from_rng():
    one, other = (deal(40, 7, np.random.default_rng(5))[0] for _ in range(2))
    assert_that("equal generators give equal orders", np.array_equal(one, other))


def test_all_orders_are_equally_likely(rng):
    counts = Counter(tuple(deal(4, 3, rng)[0].tolist()) for _ in range(600))
    # 24 orders, each about 25 times; one of them never comes with odds of 24 · (23/24)^600 = 2e-10.
    assert_close(len(counts), 24)
    # The sum is chi-squared with 23 degrees of freedom, which is above 80 with odds of 3e-8.
    spread = sum((counts[order] - 25) ** 2 / 25 for order in permutations(range(4)))
    assert_that("all orders come about equally often", spread < 80)


def test_every_row_is_equally_likely_at_every_place(rng):
    n, calls = 30, 400
    counts = np.zeros((n, n))
    for _ in range(calls):
        counts[np.arange(n), deal(n, n, rng)[0]] += 1
    # Rows and columns have fixed sums, so (n − 1)² = 841 degrees of freedom are left. Such a
    # chi-squared sum is above 1080 with odds of 4e-8.
    spread = ((counts - calls / n) ** 2).sum() / (calls / n) * (n - 1) / n
    assert_that("every row comes to every place about equally often", spread < 1080)


def test_with_drop_last_any_row_may_be_left_out(rng):
    # One of 5 rows is left out: a given row never in 150 calls with odds of 0.8^150 = 3e-15.
    left_out = {int(10 - deal(5, 2, rng, drop_last=True)[0].sum()) for _ in range(150)}
    assert_close(sorted(left_out), [0, 1, 2, 3, 4])


@pytest.mark.parametrize("batch_size", [4, 30], ids=str)
@pytest.mark.parametrize(
    ("x_type", "y_type"), [("uint8", "float32"), ("float64", "int64")], ids=str
)
def test_rows_of_any_shape_and_dtype_come_through_whole(rng, x_type, y_type, batch_size):
    x = (100 * rng.random((11, 2, 3))).astype(x_type)
    y = np.stack([np.arange(11), rng.integers(9, size=11)], axis=1).astype(y_type)
    batches = list(minibatches(x, y, batch_size, rng))
    y_dealt = np.concatenate([y_batch for _, y_batch in batches])
    back = np.argsort(y_dealt[:, 0])
    assert_close(y_dealt[back], y)
    assert_close(np.concatenate([x_batch for x_batch, _ in batches])[back], x)


@pytest.mark.parametrize("batch_size", [4, 30], ids=str)
def test_x_and_y_are_left_unchanged(rng, batch_size):
    x, y = rng.normal(size=(11, 3)), rng.normal(size=11)
    with unchanged(x, y):
        list(minibatches(x, y, batch_size, rng))


@pytest.mark.parametrize("batch_size", [1, 4, 11, 30], ids=str)
def test_writing_into_a_batch_does_not_reach_x_or_y(rng, batch_size):
    x, y = rng.normal(size=(11, 3)), rng.normal(size=11)
    with unchanged(x, y):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            x_batch[...] = 0.0
            y_batch[...] = 0.0


@pytest.mark.parametrize(("x_length", "y_length"), [(6, 5), (5, 6), (0, 1)], ids=str)
def test_another_number_of_rows_in_y_raises_a_value_error(rng, x_length, y_length):
    with pytest.raises(ValueError):
        list(minibatches(np.ones((x_length, 2)), np.ones(y_length), 4, rng))


@pytest.mark.parametrize("drop_last", [False, True], ids=["keeping", "dropping"])
@pytest.mark.parametrize("batch_size", [0, -1, -4], ids=str)
def test_a_batch_size_below_one_raises_a_value_error(rng, batch_size, drop_last):
    with pytest.raises(ValueError):
        list(minibatches(np.ones((5, 2)), np.ones(5), batch_size, rng, drop_last))


@pytest.mark.speed
def test_no_python_loop_over_the_rows_of_a_batch():
    def two_batches(x):
        return list(minibatches(x, x, len(x) // 2, np.random.default_rng(1)))

    x = np.ones((200, 2))
    assert_no_loop_over("a batch", two_batches, (x[:20],), (x,))
