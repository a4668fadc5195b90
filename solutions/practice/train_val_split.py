"""Train and validation split: the same share of every class, drawn at random."""

import math

import numpy as np
from jaxtyping import Int, Integer


def train_val_split(
    y: Integer[np.ndarray, "n"], fraction: float, rng: np.random.Generator
) -> tuple[Int[np.ndarray, "n_train"], Int[np.ndarray, "n_val"]]:
    """Split rows into training and validation rows, in every class alike.

    `y` holds the class of each row, of one row or more; classes are any integers. Returns the
    indices of the training rows and of the validation rows, both in any order: each row is in
    exactly one of them. Of the m rows of a class,

        floor(fraction · m + ½)

    go to validation, but from two rows on at least 1 and at most m − 1. The only row of a class
    goes to training.

    Chance    all choices of a class's validation rows are equally likely, and independent of the
              choice in another class; drawn from rng, anew in each call
    Raises    ValueError unless 0 < fraction < 1
    Speed     no Python loop over rows (one over classes is fine)
    Source    Kohavi 1995, §2 (stratification)

    >>> y = np.array([7, 7, -3, 7, 7, -3])
    >>> train, val = train_val_split(y, 0.5, np.random.default_rng(0))
    >>> sorted(y[val].tolist())
    [-3, 7, 7]
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction is {fraction}: it should be above 0 and below 1")
    train, val = [], []
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        count = math.floor(fraction * len(rows) + 0.5)
        count = min(max(count, 1), len(rows) - 1)
        val.append(rows[:count])
        train.append(rows[count:])
    return np.concatenate(train), np.concatenate(val)
