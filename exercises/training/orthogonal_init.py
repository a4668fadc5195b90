"""Orthogonal initialization: a random matrix that changes no vector's length."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float


def orthogonal(
    shape: Sequence[int], rng: np.random.Generator, gain: float = 1.0
) -> Float[np.ndarray, "..."]:
    """Draw a weight whose rows, or columns, are orthogonal to each other and `gain` long.

    The weight, (out, in, *kernel), is read as a matrix W of `out` rows; the other axes make its
    columns, in their order:

        W Wᵀ = gain² · I    if W has no more rows than columns
        Wᵀ W = gain² · I    if it has no fewer

    All such matrices are equally likely (Haar's distribution): for a square one, W, −W, and W with
    some rows or columns exchanged or negated. All sizes are 1 or more, `gain` is a Python number
    above 0, and all randomness comes from `rng`. The result is float64.

    Raises    ValueError if `shape` has fewer than two axes
    Speed     no Python loop over any axis
    Source    Saxe, McClelland & Ganguli 2014, §3; Mezzadri 2007, §5 (equally likely)

    >>> w = orthogonal((2, 3), np.random.default_rng(0), gain=3.0)
    >>> np.abs(w @ w.T).round(6)
    array([[9., 0.],
           [0., 9.]])
    """
    raise NotImplementedError
