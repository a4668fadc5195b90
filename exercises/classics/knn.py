"""k nearest neighbours: a classifier that only remembers."""

import numpy as np
from jaxtyping import Float64, Int64, Integer


def knn(
    x_train: Float64[np.ndarray, "n d"],
    y_train: Integer[np.ndarray, "n"],
    x: Float64[np.ndarray, "m d"],
    k: int,
) -> Int64[np.ndarray, "m"]:
    """Give each row of x the label that most of its k nearest rows of x_train have.

    Distances are Euclidean. Of training rows at equal distances, those with the lower
    index are taken first; of labels with equally many votes, the lowest wins. Labels may be any
    integers, negative and large ones too.

    Numerics  distances that differ by less than 1e-6 of the rows' norms may count as equal
    Raises    ValueError if x_train and y_train differ in length, x_train and x in the number of
              columns, or unless 1 ≤ k ≤ n
    Speed     no Python loop over n or d (one over the m rows of x is fine); never m × n × d
              numbers in memory at once
    Source    Hastie, Tibshirani & Friedman 2009, §13.3

    >>> x_train, y_train = np.array([[0.0], [2.0], [3.0], [9.0]]), np.array([5, 7, 7, 5])
    >>> knn(x_train, y_train, np.array([[0.5], [8.0]]), k=3)
    array([7, 7])
    """
    raise NotImplementedError
