"""Gradients through broadcasting: those of all copies add up.

Both functions take float arrays of any shape, even () or one with axes of length 0. Every result is
an array, even one of shape ().

    Numerics  keeps the arguments' dtype
    Speed     no Python loop over the entries along an axis
    Source    Baydin, Pearlmutter, Radul & Siskind 2018, §3.2; NumPy user guide, "Broadcasting"
"""

import numpy as np
from jaxtyping import Float


def unbroadcast(
    grad: Float[np.ndarray, "*broadcast"], shape: tuple[int, ...]
) -> Float[np.ndarray, "*shape"]:
    """Turn `grad`, the loss's gradient with respect to a broadcast x, into that with respect to x.

        y = np.broadcast_to(x, grad.shape),  where x has the shape `shape`
        grad_x[i] = Σ grad[j]                over all j where y[j] is a copy of x[i]

    Raises    ValueError if an array of `shape` cannot be broadcast to grad's shape

    >>> unbroadcast(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), (2, 1))
    array([[ 6.],
           [15.]])
    """
    raise NotImplementedError


def multiply_backward(
    grad_y: Float[np.ndarray, "*y"], a: Float[np.ndarray, "*a"], b: Float[np.ndarray, "*b"]
) -> tuple[Float[np.ndarray, "*a"], Float[np.ndarray, "*b"]]:
    """Turn grad_y, the loss's gradient with respect to y, into those with respect to a and b.

        y = a · b

    Returns (grad_a, grad_b). The product is NumPy's: entry by entry, after a and b are broadcast to
    a common shape.

    Raises    ValueError if a and b have no common shape, or if grad_y's is not that of y

    >>> multiply_backward(np.array([1.0, 10.0]), np.array([3.0]), np.array([5.0, 7.0]))
    (array([75.]), array([ 3., 30.]))
    """
    raise NotImplementedError
