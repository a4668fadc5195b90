from collections import Counter
from functools import partial
from itertools import permutations

import numpy as np
import pytest

from exercises.optimization.minibatches import minibatches
from kata.testing import (
    assert_close,
    assert_no_loop_over,
    assert_value_error,
    draws,
    manners,
    unchanged,
)


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
    (1, 1, [1], []),
    (0, 4, [], []),
]


@pytest.mark.parametrize("drop_last", [False, True], ids=["keeping", "dropping"])
@pytest.mark.parametrize(("n", "batch_size", "full", "rest"), SIZES, ids=str)
def test_only_the_last_batch_is_smaller_and_drop_last_drops_it(
    rng, n, batch_size, full, rest, drop_last
):
    batches = list(minibatches(np.ones((n, 2)), np.zeros((n, 1)), batch_size, rng, drop_last))
    sizes = full if drop_last else full + rest
    assert_close([len(y_batch) for _, y_batch in batches], sizes)
    assert_close(batches, [(np.ones((size, 2)), np.zeros((size, 1))) for size in sizes])


@pytest.mark.parametrize(
    ("n", "batch_size"), [(17, 5), (15, 5), (17, 1), (17, 17), (17, 40), (70_000, 30_000)], ids=str
)
def test_every_row_comes_once(rng, n, batch_size):
    x_rows, y_rows = deal(n, batch_size, rng)
    assert_close((np.sort(x_rows), np.sort(y_rows)), (np.arange(n), np.arange(n)))


@pytest.mark.parametrize("batch_size", [5, 23, 40], ids=str)
def test_each_row_of_x_stays_beside_its_row_of_y(rng, batch_size):
    x_rows, y_rows = deal(23, batch_size, rng)
    assert_that("each row of x is beside its row of y", np.array_equal(x_rows, y_rows))


@pytest.mark.parametrize(
    ("batch_size", "drop_last"),
    [(1, False), (2, False), (3, False), (4, False), (9, False), (2, True), (3, True), (4, True)],
    ids=str,
)
def test_all_orders_are_equally_likely(rng, batch_size, drop_last):
    dealt = [deal(4, batch_size, rng, drop_last)[0].tolist() for _ in range(300)]
    counts = Counter(map(tuple, dealt))
    # 24 orders, of 3 rows as of 4, each 12.5 times on average; two of them never come with odds
    # of 276 · (22/24)^300 = 1e-9.
    assert_that("all orders come", len(counts) >= 23)
    # The sum is chi-squared with 23 degrees of freedom, which is above 85 with odds of 5e-9.
    spread = sum((counts[order] - 12.5) ** 2 for order in permutations(range(4), len(dealt[0])))
    assert_that("all orders come about equally often", spread / 12.5 < 85)


def test_rows_from_everywhere_come_everywhere(rng):
    # By eighths of 40,000 rows: how many of each eighth come in each eighth of the order.
    places = np.argsort(deal(40_000, 7_000, rng)[0])
    counts, *_ = np.histogram2d(np.arange(40_000), places, bins=8)
    # 625 each. Rows and columns have fixed sums, so 49 degrees of freedom are left. Such a
    # chi-squared sum is above 130 with odds of 3e-9; a shuffle that swaps each row with any row,
    # and not only with those after it, makes it about 400.
    spread = ((counts - 625) ** 2).sum() / 625
    assert_that("all rows come everywhere about equally often", spread < 130)


def test_any_two_rows_share_a_batch_now_and_then(rng):
    n, batch_size, calls = 30, 5, 400
    together = np.zeros((n, n), dtype=int)
    for _ in range(calls):
        batch_of = np.argsort(deal(n, batch_size, rng)[0]) // batch_size
        together += batch_of[:, np.newaxis] == batch_of
    times = together[np.triu_indices(n, 1)]
    # A pair shares a batch with odds of 4/29, so about 55 times, and with odds of 1e-13 fewer
    # than 11 or more than 115 times.
    seldom, often = int((times < 11).sum()), int((times > 115).sum())
    assert_close({"too seldom": seldom, "too often": often}, {"too seldom": 0, "too often": 0})


def test_many_rows_do_not_keep_their_order_by_pieces(rng):
    steps = np.diff(deal(300_000, 150_000, rng)[0])
    # Each row but the first comes after one with a lower number in half of all orders: about
    # n / 2 times, with a deviation of √(n / 12) = 158. A stable sort of whole random numbers below
    # 16 n makes about 1,500 rises more: their ties keep their order.
    rises = int((steps > 0).sum())
    assert_that("row numbers rise about as often as they fall", abs(rises - 150_000) < 900)
    # A row comes beside one of the 8 before or after it 16 times; with odds of 1e-9 more than 45
    # times. NumPy's usual sort scrambles ties, but leaves many of them near each other: about
    # 1,000 for whole random numbers below 1,000.
    neighbours = int((abs(steps) <= 8).sum())
    assert_that("rows seldom stay beside their old neighbours", neighbours <= 45)


def test_with_drop_last_any_row_may_be_left_out(rng):
    # One of 5 rows is left out: a given row never in 150 calls with odds of 0.8^150 = 3e-15.
    left_out = {int(10 - deal(5, 2, rng, drop_last=True)[0].sum()) for _ in range(150)}
    assert_close(sorted(left_out), [0, 1, 2, 3, 4])


@draws()
def test_it_draws_from_rng(rng):
    return deal(40, 7, rng)


@pytest.mark.parametrize("batch_size", [4, 11, 30], ids=str)
@pytest.mark.parametrize(
    ("x_type", "y_type"), [("uint8", "float32"), ("float64", "uint8")], ids=str
)
@pytest.mark.parametrize("row", [(2, 3), (4,)], ids=str)
def test_rows_of_any_shape_and_dtype_come_through_whole(rng, row, x_type, y_type, batch_size):
    x = (100 * rng.random((11, *row))).astype(x_type)
    y = np.stack([np.arange(11), rng.integers(9, size=11)], axis=1).astype(y_type)
    batches = list(minibatches(x.copy(), y.copy(), batch_size, rng))
    y_dealt = np.concatenate([y_batch for _, y_batch in batches])
    back = np.argsort(y_dealt[:, 0])
    assert_close(y_dealt[back], y)
    assert_close(np.concatenate([x_batch for x_batch, _ in batches])[back], x)


@pytest.mark.parametrize("n", [11, 1], ids=str)
@pytest.mark.parametrize("batch_size", [1, 4, 11, 30], ids=str)
def test_writing_into_a_batch_does_not_reach_x_or_y(rng, batch_size, n):
    x, y = rng.normal(size=(n, 3)), rng.normal(size=n)
    with unchanged(x, y):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            x_batch[...] = 0.0
            y_batch[...] = 0.0


def first_batch(*args):
    return next(iter(minibatches(*args)), "no batch")


@pytest.mark.parametrize(
    ("x_length", "y_length"), [(6, 5), (5, 6), (0, 1), (6, 1), (6, 0)], ids=str
)
def test_another_number_of_rows_in_y_raises_a_value_error(rng, x_length, y_length):
    assert_value_error(first_batch, np.ones((x_length, 2)), np.ones(y_length), 4, rng)


@pytest.mark.parametrize("drop_last", [False, True], ids=["keeping", "dropping"])
@pytest.mark.parametrize("n", [5, 0], ids=["rows", "no rows"])
@pytest.mark.parametrize("batch_size", [0, -1, -4], ids=str)
def test_a_batch_size_below_one_raises_a_value_error(rng, batch_size, n, drop_last):
    assert_value_error(first_batch, np.ones((n, 2)), np.ones(n), batch_size, rng, drop_last)


@manners()
def test_manners(rng):
    def dealt(x, y, batch_size, seed, drop_last=False):
        np.random.seed(seed)  # Whoever draws from the global generator fails elsewhere.
        return list(minibatches(x, y, batch_size, np.random.default_rng(seed), drop_last))

    x, y = rng.normal(size=(11, 2, 3)), rng.normal(size=11)
    settings = (4, 3), (20, 3), (4, 3, True)
    labelled = partial(dealt, x[:, 0], rng.random((11, 1)) < 0.5, 4, 3)
    return [labelled, *(partial(dealt, x, y, *setting) for setting in settings)]


@pytest.mark.speed
@pytest.mark.parametrize("drop_last", [False, True], ids=["keeping", "dropping"])
def test_no_python_loop_over_rows(drop_last):
    def two_batches(x):
        return list(minibatches(x, x, len(x) // 2, np.random.default_rng(1), drop_last))

    x = np.ones((200, 2))
    assert_no_loop_over("the rows", two_batches, (x[:20],), (x,))
