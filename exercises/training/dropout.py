"""Dropout: a network that cannot rely on any one of its units."""

import numpy as np
from jaxtyping import Float


def dropout(
    x: Float[np.ndarray, "*shape"], p: float, rng: np.random.Generator, training: bool = True
) -> Float[np.ndarray, "*shape"]:
    """Drop each entry of x with probability p, and scale up the others to keep the mean.

        y[i] = 0                 with probability p
               x[i] / (1 − p)    otherwise

    Entries are dropped independently of each other, and all randomness comes from `rng`. If
    `training` is false, y equals x for every valid p. x has one axis or more, each of any length
    (or 0). Where p < 1, neither 1 / (1 − p) nor x / (1 − p) is too large for x's dtype.

    Numerics  p = 1 gives zeros, without nan and without a warning; keeps x's dtype
    Raises    ValueError if p is below 0 or above 1, in training or not
    Speed     no Python loop over any axis
    Source    Srivastava et al. 2014, §10 (the scaling during training)

    >>> np.unique(dropout(np.ones((40, 50)), 0.75, np.random.default_rng(0)))
    array([0., 4.])
    """
    raise NotImplementedError
