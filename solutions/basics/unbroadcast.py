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
    added = grad.ndim - len(shape)
    if added < 0 or any(n not in (1, m) for n, m in zip(shape, grad.shape[added:], strict=True)):
        raise ValueError(f"an array of shape {shape} cannot be broadcast to {grad.shape}")
    # Lengths of 1 are summed even where grad has 1 too: that sum is the entry itself.
    stretched = [added + axis for axis, n in enumerate(shape) if n == 1]
    # With no axis at all to sum over this is a copy; of an array without axes it is a number.
    summed = np.asarray(grad.sum(axis=(*range(added), *stretched), keepdims=True))
    return summed.reshape(shape)


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
    shape = np.broadcast_shapes(a.shape, b.shape)
    if grad_y.shape != shape:
        raise ValueError(f"grad_y has shape {grad_y.shape}; the product's is {shape}")
    # The product of two arrays without axes is no array any more, but a number.
    grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)  # both of y's shape
    return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)
