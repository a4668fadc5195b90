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
    if len(x_train) != len(y_train):
        raise ValueError(f"x_train has {len(x_train)} rows, y_train {len(y_train)} labels")
    if x_train.shape[1] != x.shape[1]:
        raise ValueError(f"x_train has {x_train.shape[1]} columns, x has {x.shape[1]}")
    if not 1 <= k <= len(x_train):
        raise ValueError(f"k is {k}: it should be from 1 to {len(x_train)}, the rows of x_train")
    # Votes are counted by each label's place among the sorted ones, whatever its size.
    classes, places = np.unique(y_train, return_inverse=True)
    winners = np.zeros(len(x), dtype=np.int64)
    for i, row in enumerate(x):
        # The root would not change which are nearest.
        distances = ((x_train - row) ** 2).sum(axis=1)
        # Only a stable sort keeps equal distances in the order of their indices.
        nearest = np.argsort(distances, kind="stable")[:k]
        # Of equal counts argmax takes the first, which is the lowest label.
        winners[i] = np.bincount(places[nearest]).argmax()
    return classes[winners].astype(np.int64)
