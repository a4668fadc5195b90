"""The perceptron: a neuron that learns from its mistakes.

A sample has d numbers, its features, and a label, which is 0 or 1. There may be no samples.

    Raises    ValueError if a shape does not fit the signature: nothing is broadcast
    Speed     no Python loop over the features; `predict` has none over the samples either
    Source    Rosenblatt 1958; Novikoff 1962 (when it converges)
"""

import numpy as np
from jaxtyping import Float, Int, Integer


def predict(
    x: Float[np.ndarray, "n d"], w: Float[np.ndarray, "d"], b: float
) -> Int[np.ndarray, "n"]:
    """Label each sample 0 or 1, as int64.

        label = 1 where w · x + b > 0,  0 elsewhere

    >>> predict(np.array([[3.0, 1.0], [1.0, 1.0], [0.0, 4.0]]), np.array([1.0, -1.0]), 0.0)
    array([1, 0, 0])
    """
    raise NotImplementedError


def fit(
    x: Float[np.ndarray, "n d"], y: Integer[np.ndarray, "n"], epochs: int, lr: float
) -> tuple[Float[np.ndarray, "d"], float, list[int]]:
    """Learn w and b from samples x with the labels y.

    Both start at 0. An epoch goes through the samples in order, one at a time; each uses the w and
    b that the sample before it left:

        w ← w + lr · (y[i] − ŷ) · x[i]              ŷ: the label predicted for x[i]
        b ← b + lr · (y[i] − ŷ)

    A sample with ŷ ≠ y[i] is a mistake. Training ends after `epochs` epochs, or earlier, after the
    first one without a mistake.

    Returns (w, b, mistakes): w in x's dtype, b as a float, and the number of mistakes per epoch.
    `epochs` may be 0; `lr` is a Python number above 0.

    Raises    ValueError if y holds anything but 0 and 1

    >>> fit(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0]), epochs=10, lr=0.5)
    (array([-1.5,  2. ]), 0.5, [2, 2, 1, 0])
    """
    raise NotImplementedError
