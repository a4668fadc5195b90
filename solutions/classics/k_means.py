"""k-means: clusters around their means, and k-means++, which says where to start.

The distance of two rows is Euclidean. x has at least one row, and k is at least 1.

    Speed     no Python loop over the n rows; never n × k × d numbers in memory at once
    Source    Lloyd 1982; Arthur & Vassilvitskii 2007 (k-means++)
"""

import numpy as np
from jaxtyping import Float64, Int64


def k_means(
    x: Float64[np.ndarray, "n d"], centers: Float64[np.ndarray, "k d"], n_iterations: int
) -> tuple[Float64[np.ndarray, "k d"], Int64[np.ndarray, "n"]]:
    """Move the given centres by Lloyd's algorithm. Returns (centers, labels).

    An iteration assigns each row to its nearest centre (of equally near ones, to that with the
    lower index), then moves each centre to the mean of its rows. A centre without rows stays where
    it is. `n_iterations` may be 0. The labels are the indices of the rows' nearest centres among
    those that are returned.

    Raises    ValueError if x and centers differ in their number of columns
    Speed     iterations that would change nothing are not run

    >>> x = np.array([[0.0], [2.0], [10.0], [12.0]])
    >>> k_means(x, np.array([[0.0], [2.0]]), n_iterations=9)
    (array([[ 1.],
           [11.]]), array([0, 0, 1, 1]))
    """
    if x.shape[1] != centers.shape[1]:
        raise ValueError(f"x has {x.shape[1]} columns, centers have {centers.shape[1]}")
    centers = centers.copy()
    labels = _nearest(x, centers)
    for _ in range(n_iterations):
        for j in range(len(centers)):
            rows = x[labels == j]
            if len(rows):
                centers[j] = rows.mean(axis=0)
        previous, labels = labels, _nearest(x, centers)
        # The same rows would have the same means.
        if np.array_equal(labels, previous):
            break
    return centers, labels


def k_means_plus_plus(
    x: Float64[np.ndarray, "n d"], k: int, rng: np.random.Generator
) -> Float64[np.ndarray, "k d"]:
    """Draw k rows of x that lie far apart, in the order in which they are drawn.

    All rows are equally likely to be the first. Each further one is drawn with probabilities
    proportional to the square of a row's distance to the nearest of those drawn before it. So no
    two of them are equal.

    Raises    ValueError unless x has at least k different rows

    >>> k_means_plus_plus(np.array([[0.0], [5.0], [0.0]]), 2, np.random.default_rng(0)).sum()
    np.float64(5.0)
    """
    drawn = [x[rng.integers(len(x))]]
    squares = _squared_distances(x, drawn[0])
    while len(drawn) < k:
        total = squares.sum()
        if total == 0.0:
            raise ValueError(f"k is {k}, but x has only {len(drawn)} different rows")
        drawn.append(x[rng.choice(len(x), p=squares / total)])
        squares = np.minimum(squares, _squared_distances(x, drawn[-1]))
    return np.stack(drawn)


def _nearest(x: np.ndarray, centers: np.ndarray) -> np.ndarray:
    # Of equal distances argmin takes the first.
    return np.argmin([_squared_distances(x, center) for center in centers], axis=0)


def _squared_distances(x: np.ndarray, center: np.ndarray) -> np.ndarray:
    return ((x - center) ** 2).sum(axis=1)
