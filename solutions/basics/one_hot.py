"""One-hot: from class numbers to rows with a single 1."""

import numpy as np
from jaxtyping import Float64, Integer


def one_hot(
    labels: Integer[np.ndarray, "*shape"], n_classes: int
) -> Float64[np.ndarray, "*shape n_classes"]:
    """Turn each label into a row of n_classes zeros, with a 1 at the label's place.

        result[…, j] = 1 if labels[…] = j, else 0

    The classes are 0, 1, …, n_classes − 1; a class that never occurs still gets its column.
    `labels` may have any integer dtype and any number of axes, or none, each of any length (or 0);
    the classes become a new last axis.

    Raises    ValueError if a label is not one of the classes
    Speed     no Python loop over labels or classes

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    strangers = labels[(labels < 0) | (labels >= n_classes)]
    if strangers.size:  # As an index, −1 would be the last class.
        raise ValueError(f"labels hold {strangers[0]}; classes are 0 to {n_classes - 1}")
    return (labels[..., None] == np.arange(n_classes)).astype(np.float64)
