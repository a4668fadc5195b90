"""Gradient checking: measure slopes by small steps, and compare gradients with them.

Both functions take arrays with one axis or more, each of any length (or 0).

    Numerics  both work in float64, whatever dtype the arrays have
    Source    Goodfellow, Bengio & Courville 2016, §11.5; Nocedal & Wright 2006, §8.1
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float64, Real


def numerical_gradient(
    function: Callable[[Float64[np.ndarray, "*shape"]], float],
    x: Real[np.ndarray, "*shape"],
    h: float = 1e-5,
) -> Float64[np.ndarray, "*shape"]:
    """Measure the gradient of a function of an array at x, by central differences.

        g[i] = (function(x + h eᵢ) − function(x − h eᵢ)) / (2 h)

    The gradient has the shape of x; each entry says how fast the function grows when that entry of
    x alone grows. eᵢ has the shape of x, with 1 at the index i and 0 elsewhere.

    x may hold integers. `function` takes a float64 array of x's shape, does not write into it, and
    returns one number: a float or an array without axes. It may also read x itself, so x must not
    change, not even for a moment.

    Raises    ValueError if h ≤ 0, or if `function` returns an array whose size is not 1
    Speed     at most two calls of `function` for each entry of x

    >>> numerical_gradient(lambda x: x[0] * x[1], np.array([3.0, 5.0])).round(6)
    array([5., 3.])
    """
    raise NotImplementedError


def relative_error(
    actual: Real[np.ndarray, "*shape"], expected: Real[np.ndarray, "*shape"]
) -> float:
    """Compare two gradients entry by entry, relative to the entries' size; return the worst error.

        error = maxᵢ |aᵢ − eᵢ| / max(1e-8, |aᵢ| + |eᵢ|)

    Entries are up to 1e300 in size, or nan. The error is between 0 (all entries are equal) and 1.
    Without entries it is 0. If any entry is nan, so is the error: no check passes because of a nan.

    Raises    ValueError if the shapes differ: nothing is broadcast
    Speed     no Python loop over the entries

    >>> relative_error(np.array([1.0, -3.0]), np.array([1.0, -1.0]))
    0.5
    """
    raise NotImplementedError
