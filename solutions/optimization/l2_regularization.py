"""L2 regularization: a penalty on large weights, and its gradient.

Both functions take the list of all parameters of a network: arrays of any shapes, with one axis or
more and finite entries. A parameter with two axes or more is a weight, even if an axis has length
1; w runs over the entries of all weights. One with a single axis, a bias or a gain, is left out.

    Numerics  right for float64 entries from 1e-100 to 1e100 in size
    Raises    ValueError if strength < 0
    Speed     no Python loop over the entries of a parameter
    Source    Goodfellow, Bengio & Courville 2016, §7.1.1
"""

from collections.abc import Sequence

import numpy as np


def l2_penalty(params: Sequence[np.ndarray], strength: float) -> float:
    """Return the penalty on the weights, a term that is added to the loss.

        penalty = strength / 2 · Σ w²

    Returns a Python float whatever the parameters' dtypes are. Without weights it is 0.

    >>> l2_penalty([np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([5.0, 5.0])], strength=0.5)
    3.5
    """
    _check(strength)
    return (
        strength / 2 * sum(float(np.square(param).sum()) for param in params if _is_weight(param))
    )


def l2_gradients(params: Sequence[np.ndarray], strength: float) -> list[np.ndarray]:
    """Return the gradient of `l2_penalty(params, strength)` with respect to each parameter.

    The penalty does not depend on biases. Each gradient has its parameter's shape and dtype.

    >>> l2_gradients([np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([5.0, 5.0])], strength=0.5)
    [array([[ 0.5, -1. ],
           [ 1.5,  0. ]]), array([0., 0.])]
    """
    _check(strength)
    return [strength * param if _is_weight(param) else np.zeros_like(param) for param in params]


def _is_weight(param: np.ndarray) -> bool:
    return param.ndim > 1


def _check(strength: float) -> None:
    if strength < 0:
        raise ValueError(f"strength is {strength}: it should be 0 or more")
