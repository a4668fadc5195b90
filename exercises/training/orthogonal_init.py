"""Orthogonal initialization: a random matrix that changes no vector's length."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float


def orthogonal(
    shape: Sequence[int], rng: np.random.Generator, gain: float = 1.0
) -> Float[np.ndarray, "..."]:
    """Draw a weight whose rows, or columns, are orthogonal to each other and of length `gain`.

    The weight, (out, in, *kernel), is read as the matrix W = weight.reshape(out, −1):

        W Wᵀ = gain² · I    if rows ≤ columns
        Wᵀ W = gain² · I    if rows ≥ columns

    All such matrices are equally likely (Haar's distribution), so W is as likely as W with rows or
    columns swapped or negated. All sizes are 1 or more, `gain` is a Python number above 0, and all
    randomness comes from `rng`. The result is float64.

    Raises    ValueError if `shape` has fewer than two axes
    Speed     no Python loop over any axis
    Source    Saxe, McClelland & Ganguli 2014, §3; Mezzadri 2007, §5 (equally likely)

    >>> w = orthogonal((2, 3), np.random.default_rng(0), gain=3.0)
    >>> np.abs(w @ w.T).round(6)
    array([[9., 0.],
           [0., 9.]])
    """
    raise NotImplementedError
