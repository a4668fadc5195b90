"""Pairwise distances: from every row of one matrix to every row of another."""

import numpy as np
from jaxtyping import Float


def pairwise_distances(
    a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "m d"]
) -> Float[np.ndarray, "n m"]:
    """Measure the Euclidean distance between each row of a and each row of b.

        result[i, j] = √ Σₖ (a[i, k] − b[j, k])²

    a and b have the same dtype, which the result keeps. n and m may be 0.

    Numerics  where squared lengths neither overflow nor underflow: never nan; in float64 off by at
              most 1e-6 times the largest length of a row, so equal rows need not be at exactly 0
    Raises    ValueError if a and b differ in their number of columns
    Speed     no Python loop over n, m or d; at most 6 × the memory of a, b and the result together,
              so no array of n · m · d numbers

    >>> pairwise_distances(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[0.0, 4.0]]))
    array([[4.],
           [5.]])
    """
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"rows of a have {a.shape[1]} entries, rows of b {b.shape[1]}")
    # |a − b|² = |a|² + |b|² − 2 a·b turns n · m · d differences into one matrix product.
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2 * (a @ b.T)
    # Where rows are nearly equal, rounding may leave a little less than 0.
    return np.sqrt(np.maximum(squares, 0))
