"""Principal component analysis: the directions in which the data vary most.

x has n rows of d features. The variances along its first k components are not 0, and differ from
each other and from all others.

    Numerics  right to nine digits for data far from 0, such as numbers between 1e6 and 1e6 + 10
    Speed     no Python loop over n or d; where n > d, never n × n numbers in memory at once
    Source    Hastie, Tibshirani & Friedman 2009, §14.5.1
"""

import numpy as np
from jaxtyping import Float64


def fit(
    x: Float64[np.ndarray, "n d"], k: int
) -> tuple[Float64[np.ndarray, "d"], Float64[np.ndarray, "k d"], Float64[np.ndarray, "k"]]:
    """Find the k principal components. Returns (mean, components, variances).

    `mean` holds each column's mean. The components are orthonormal directions, one per row: the
    first is the one along which x varies most, and each further one varies most among those that
    are orthogonal to all before it. In each, the entry largest in size is positive; of two equally
    large ones, either may be. variances[j] is x's variance along component j, with divisor n − 1.

    Raises    ValueError unless 1 ≤ k ≤ min(n − 1, d)

    >>> mean, components, variances = fit(np.array([[1.0, 2.0], [4.0, 6.0], [7.0, 10.0]]), k=1)
    >>> mean, components.round(3), variances.round(3)
    (array([4., 6.]), array([[0.6, 0.8]]), array([25.]))
    """
    raise NotImplementedError


def project(
    x: Float64[np.ndarray, "n d"],
    mean: Float64[np.ndarray, "d"],
    components: Float64[np.ndarray, "k d"],
) -> Float64[np.ndarray, "n k"]:
    """Return the coordinates of each row along the components, seen from the mean.

    >>> project(np.array([[7.0, 10.0]]), np.array([4.0, 6.0]), np.array([[0.6, 0.8]])).round(3)
    array([[5.]])
    """
    raise NotImplementedError


def reconstruct(
    z: Float64[np.ndarray, "n k"],
    mean: Float64[np.ndarray, "d"],
    components: Float64[np.ndarray, "k d"],
) -> Float64[np.ndarray, "n d"]:
    """Return the rows with these coordinates that lie in the plane of the components.

    >>> reconstruct(np.array([[5.0]]), np.array([4.0, 6.0]), np.array([[0.6, 0.8]])).round(3)
    array([[ 7., 10.]])
    """
    raise NotImplementedError
