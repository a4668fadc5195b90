"""ReLU and leaky ReLU, with their gradients.

Every function works entry by entry, on arrays with one axis or more, each of any length (or 0), of
numbers up to 1e30 in size (in float16, up to 3e4).

Training makes one number small, the loss. A backward function is given grad_y, the loss's gradient
with respect to y: how fast the loss grows with each entry of y. It returns grad_x, the gradient
with respect to x. As y[i] depends on x[i] alone, the chain rule is a product:

    grad_x[i] = grad_y[i] · (the slope of y[i] at x[i])

    Numerics  keeps the arguments' dtype
    Speed     no Python loop over the entries; at most 8 × x.nbytes of memory, the result included
    Source    Nair & Hinton 2010 (ReLU); Maas, Hannun & Ng 2013 (leaky ReLU)
"""

import numpy as np
from jaxtyping import Float


def relu(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Keep what is positive; the rest becomes 0.

        y = x where x > 0,  0 elsewhere

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    raise NotImplementedError


def relu_backward(
    grad_y: Float[np.ndarray, "*shape"], x: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Return grad_x for y = relu(x). At 0, where relu has a kink, its slope counts as 0.

    >>> relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 7.])
    """
    raise NotImplementedError


def leaky_relu(x: Float[np.ndarray, "*shape"], slope: float = 0.01) -> Float[np.ndarray, "*shape"]:
    """Keep what is positive; multiply the rest by `slope`, any Python number up to 1e20 in size.

    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]), slope=0.5)
    array([-1.,  0.,  3.])
    """
    raise NotImplementedError


def leaky_relu_backward(
    grad_y: Float[np.ndarray, "*shape"], x: Float[np.ndarray, "*shape"], slope: float = 0.01
) -> Float[np.ndarray, "*shape"]:
    """Return grad_x for y = leaky_relu(x, slope). At 0, leaky_relu's slope counts as `slope`.

    >>> leaky_relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-2.0, 0.0, 3.0]), slope=0.5)
    array([2.5, 3. , 7. ])
    """
    raise NotImplementedError
