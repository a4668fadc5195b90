"""The linear layer, forward and backward.

Both functions take any number of leading batch axes (or none), each of any length (also 0). `in`
and `out` are 1 or more.

    Numerics  keeps the arguments' dtype
    Raises    ValueError if a shape does not fit the signature: nothing is broadcast
    Speed     no Python loop over any axis; a call takes at most 4 × as much memory
              as its arguments and results have, the results included
    Source    Goodfellow, Bengio & Courville 2016, §6.5
"""

import numpy as np
from jaxtyping import Float


def linear(
    x: Float[np.ndarray, "*batch in"],
    w: Float[np.ndarray, "out in"],
    b: Float[np.ndarray, "out"],
) -> Float[np.ndarray, "*batch out"]:
    """Map every vector along the last axis of x to a new one.

        y[o] = Σᵢ w[o, i] · x[i] + b[o]              in short: y = x Wᵀ + b

    >>> linear(np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([0.5, 0.0]))
    array([11.5, 17. ])
    """
    raise NotImplementedError


def linear_backward(
    grad_y: Float[np.ndarray, "*batch out"],
    x: Float[np.ndarray, "*batch in"],
    w: Float[np.ndarray, "out in"],
    b: Float[np.ndarray, "out"],
) -> tuple[Float[np.ndarray, "*batch in"], Float[np.ndarray, "out in"], Float[np.ndarray, "out"]]:
    """Turn grad_y, the loss's gradient with respect to y, into those with respect to x, w and b.

        y = linear(x, w, b)

    Returns (grad_x, grad_w, grad_b). Every vector of the batch passes through the same w and b.

    >>> linear_backward(np.array([1.0]), np.array([2.0, 3.0]), np.array([[4.0, 5.0]]), np.zeros(1))
    (array([4., 5.]), array([[2., 3.]]), array([1.]))
    """
    raise NotImplementedError
