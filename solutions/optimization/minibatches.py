"""Minibatches: every row once, in a new order each time."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Shaped


def minibatches(
    x: Shaped[np.ndarray, "n *x_shape"],
    y: Shaped[np.ndarray, "n *y_shape"],
    batch_size: int,
    rng: np.random.Generator,
    drop_last: bool = False,
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Shuffle the rows and deal them out as pairs (x_batch, y_batch).

    Returns a generator or a list. Row i of y_batch belongs to row i of x_batch. Every row appears
    once, in batches of `batch_size` rows. Rows left over make a smaller last batch, or are dropped
    if `drop_last` is true. Without rows there are no batches.

    Order     drawn from rng, anew in each call; all orders of the n rows are equally likely
    Arrays    batches keep the dtypes and are copies: writing into one leaves x and y as they are
    Raises    ValueError, by the time the first batch is asked for, if x and y differ in length
              or if batch_size < 1
    Speed     no Python loop over rows, neither to draw the order nor to make a batch
    Source    Goodfellow, Bengio & Courville 2016, §8.1.3

    >>> x, y, rng = np.ones((10, 3)), np.arange(10), np.random.default_rng(0)
    >>> [len(y_batch) for x_batch, y_batch in minibatches(x, y, 4, rng)]
    [4, 4, 2]
    """
    n = len(x)
    if len(y) != n:
        raise ValueError(f"x has {n} rows but y has {len(y)}: each row of x needs one of y")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}: it should be at least 1")
    order = rng.permutation(n)
    end = n - n % batch_size if drop_last else n
    batches = (order[start : start + batch_size] for start in range(0, end, batch_size))
    # Indexing with an array of row numbers copies the rows.
    return ((x[rows], y[rows]) for rows in batches)
