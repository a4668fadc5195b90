"""Mixup: train on what lies between two rows, and between their labels."""

import numpy as np
from jaxtyping import Float


def mixup(
    x: Float[np.ndarray, "n *x_shape"],
    y: Float[np.ndarray, "n k"],
    alpha: float,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "n *x_shape"], Float[np.ndarray, "n k"]]:
    """Mix every row of a batch with a partner from the batch; return (mixed x, mixed y).

        x'[i] = λ · x[i] + (1 − λ) · x[π(i)]
        y'[i] = λ · y[i] + (1 − λ) · y[π(i)]

    The rows of y are one-hot labels, or other probabilities. One λ and one π serve the whole batch,
    x and y alike. An `alpha` of 0 mixes nothing: λ is 1. n may be 0.

    Chance    λ from the Beta(alpha, alpha) distribution; π a permutation of the rows, all equally
              likely, so a row may be its own partner; both from rng, anew in each call, and
              independent of each other
    Numerics  keeps the dtypes
    Raises    ValueError if x and y differ in length or alpha < 0
    Speed     no Python loop over any axis
    Source    Zhang, Cissé, Dauphin & Lopez-Paz 2018, §2

    >>> x, y = mixup(np.ones((4, 3)), np.eye(4), 0.2, np.random.default_rng(0))
    >>> x[0], round(float(y[0].sum()), 4)
    (array([1., 1., 1.]), 1.0)
    """
    raise NotImplementedError
