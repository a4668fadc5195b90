"""Gradient clipping, by the global norm and by value.

Both functions take the list of all parameters' gradients: arrays of any shapes, with one axis or
more and finite entries. They return the list of the new gradients, in the same order. A gradient of
None stays None.

    Numerics  right for entries from 1e-30 to 1e30 in size, in float32 as in float64, and for a
              limit of 0 or from 1e-6 up; keeps each gradient's dtype
    Speed     no Python loop over the entries of a gradient
    Source    Pascanu, Mikolov & Bengio 2013, §3.2; as torch.nn.utils.clip_grad_norm_ and
              clip_grad_value_
"""

import math
from collections.abc import Sequence

import numpy as np


def clip_by_global_norm(
    grads: Sequence[np.ndarray | None], max_norm: float
) -> tuple[list[np.ndarray | None], float]:
    """Shorten all gradients by one factor so that together they are at most `max_norm` long.

        norm = √(Σ g²)                    over all entries of all gradients
        g ← g · min(1, max_norm / (norm + 1e-6))

    Returns (clipped, norm): the new gradients, and the norm before clipping as a float, which is 0
    if there are no entries. `max_norm` is a Python number; it may be 0 or infinite.

    Raises    ValueError if max_norm < 0

    >>> clip_by_global_norm([np.array([3.0, 0.0]), None, np.array([-4.0])], max_norm=10.0)
    ([array([3., 0.]), None, array([-4.])], 5.0)
    """
    if max_norm < 0:
        raise ValueError(f"max_norm is {max_norm}: it should be 0 or more")
    # In float32 a square overflows from 2e19 on.
    squares = (float(np.square(g, dtype=np.float64).sum()) for g in grads if g is not None)
    norm = math.sqrt(sum(squares))
    scale = min(1.0, max_norm / (norm + 1e-6))
    # A Python float leaves the arrays their dtype.
    return [None if g is None else g * scale for g in grads], norm


def clip_by_value(grads: Sequence[np.ndarray | None], clip_value: float) -> list[np.ndarray | None]:
    """Limit every entry, each on its own, to the interval from −clip_value to clip_value.

        g[i] ← the number in [−clip_value, clip_value] that is nearest to g[i]

    `clip_value` is a Python number; it may be 0 or infinite.

    Raises    ValueError if clip_value < 0

    >>> clip_by_value([np.array([3.0, 0.5]), None, np.array([-4.0])], clip_value=2.0)
    [array([2. , 0.5]), None, array([-2.])]
    """
    if clip_value < 0:
        raise ValueError(f"clip_value is {clip_value}: it should be 0 or more")
    return [None if g is None else np.clip(g, -clip_value, clip_value) for g in grads]
