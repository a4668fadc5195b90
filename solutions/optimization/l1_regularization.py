"""L1 regularization: a penalty that drives weights to exactly 0, and its proximal step.

Parameters have finite entries. One with two axes or more is a weight, even if an axis has length 1;
one with a single axis is a bias (or a gain), and costs nothing. Settings are Python numbers.

    Numerics  keeps the dtypes of arrays; entries that become 0 are exactly 0
    Speed     no Python loop over the entries of an array
    Source    Parikh & Boyd 2014, §4.2 and §6.5.2; Beck & Teboulle 2009, §1
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float


def l1_penalty(params: Sequence[np.ndarray], strength: float) -> float:
    """Return strength · Σ |w|, over all entries of all weights: it is added to the loss.

    Numerics  a Python float, added up in float64 whatever the dtypes are; 0 without weights
    Raises    ValueError if strength < 0

    >>> l1_penalty([np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([5.0, 5.0])], strength=0.5)
    3.0
    """
    if strength < 0:
        raise ValueError(f"strength is {strength}: it should be 0 or more")
    sums = (np.abs(param).sum(dtype=np.float64) for param in params if param.ndim > 1)
    return strength * float(sum(sums))


def soft_threshold(x: Float[np.ndarray, "*shape"], threshold: float) -> Float[np.ndarray, "*shape"]:
    """Move every entry towards 0 by `threshold`, but not past it.

    The result is the z that minimizes ½ · (z − x)² + threshold · |z|. x has one axis or more.

    Raises    ValueError if threshold < 0

    >>> soft_threshold(np.array([-3.0, -0.5, 0.25, 2.0]), threshold=0.5)
    array([-2.5,  0. ,  0. ,  1.5])
    """
    if threshold < 0:
        raise ValueError(f"threshold is {threshold}: it should be 0 or more")
    # What the entry loses is itself, limited to the threshold: inside, x − x is exactly 0.
    return x - np.clip(x, -threshold, threshold)


def proximal_step(
    params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None], lr: float, strength: float
) -> list[np.ndarray]:
    """Take one step of proximal gradient descent on loss + l1_penalty(params, strength).

    Each parameter p moves to q = p − lr · g, with g the gradient of the loss alone. A bias stays
    there; each entry of a weight goes on to the z that minimizes

        (z − q)² / (2 · lr) + strength · |z|

    Returns the new parameters in their order; one whose gradient is None keeps its value.

    Raises    ValueError if `params` and `grads` differ in length or a shape, lr ≤ 0 or strength < 0

    >>> w, b = np.array([[1.0, -2.0]]), np.array([3.0])
    >>> proximal_step([w, b], [np.array([[0.0, -1.0]]), np.array([4.0])], lr=0.5, strength=2.0)
    [array([[ 0. , -0.5]]), array([1.])]
    """
    if len(params) != len(grads):
        raise ValueError(f"got {len(params)} params but {len(grads)} grads")
    if lr <= 0 or strength < 0:
        raise ValueError(f"lr is {lr}, strength {strength}: expected lr > 0 and strength ≥ 0")
    return [_moved(p, g, lr, strength) for p, g in zip(params, grads, strict=True)]


def _moved(param: np.ndarray, grad: np.ndarray | None, lr: float, strength: float) -> np.ndarray:
    if grad is None:
        return param.copy()
    if grad.shape != param.shape:
        raise ValueError(f"a gradient has shape {grad.shape}, its parameter {param.shape}")
    stepped = param - lr * grad
    # Times lr, what is to be smallest is ½ · (z − q)² + lr · strength · |z|.
    return soft_threshold(stepped, lr * strength) if param.ndim > 1 else stepped
