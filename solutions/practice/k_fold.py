"""k-fold cross-validation: every row is validated on once."""

import numpy as np
from jaxtyping import Int


def k_fold(
    n: int, k: int, rng: np.random.Generator | None = None
) -> list[tuple[Int[np.ndarray, "n_train"], Int[np.ndarray, "n_val"]]]:
    """Cut the rows 0 … n − 1 into k folds; return (train, val), row indices, for each fold.

    `val` are the rows of the fold and `train` all others. The first n mod k folds have one row more
    than the others. The folds follow each other:

        without rng   rows 0, 1, 2, … are cut as they come; `train` and `val` are in rising order
        with rng      the rows are shuffled once and then cut; any order within `train` and `val`

    Chance    all orders of the n rows are equally likely; drawn from rng, anew in each call
    Raises    ValueError unless 2 ≤ k ≤ n
    Source    Hastie, Tibshirani & Friedman 2009, §7.10

    >>> k_fold(5, 2)
    [(array([3, 4]), array([0, 1, 2])), (array([0, 1, 2]), array([3, 4]))]
    """
    if not 2 <= k <= n:
        raise ValueError(f"cannot make {k} folds of {n} rows: expected 2 ≤ k ≤ n")
    order = np.arange(n) if rng is None else rng.permutation(n)
    folds = np.array_split(order, k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i].copy()) for i in range(k)]
