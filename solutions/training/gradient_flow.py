"""Gradient flow: does the gradient reach the first layers?"""

import math
from collections.abc import Sequence

import numpy as np


def gradient_sizes(grads: Sequence[np.ndarray]) -> list[float]:
    """Measure how large the entries of each gradient are, by their root mean square.

        size = √(mean of g²)

    Layers have different numbers of entries: their means can be compared, their norms cannot.
    `grads` has one float array per layer (there may be none), for example the loss's gradient with
    respect to that layer's output. Each has a dtype and a shape of its own, even (), and one entry
    or more. The sizes are floats, in order.

    Numerics  right for entries that are 0 or from 1e-200 to 1e200 in size, as far as the dtype has
              them; if an entry is inf or nan, so is the size (either will do)
    Speed     no Python loop over the entries of a gradient

    >>> gradient_sizes([np.array([[1.0, -7.0]]), np.zeros(3)])
    [5.0, 0.0]
    """
    return [_root_mean_square(grad) for grad in grads]


def verdict(sizes: Sequence[float], low: float = 1e-3, high: float = 1e3) -> str:
    """Judge how the gradient changes on its way back, from its size in each layer.

    `sizes` are floats, 0 or more, in the order of the layers: the first belongs to the layer next
    to the input, which the gradient reaches last. What counts is the ratio first / last:

        "exploding"    if any size is inf or nan; otherwise if ratio > high
        "vanishing"    if the first is 0, even if the last is 0 too, or if ratio < low
        "healthy"      otherwise

    If only the last is 0, the ratio is infinite. `low` and `high` are finite Python numbers.

    Raises    ValueError if there are no sizes

    >>> verdict([1e-6, 0.5, 0.1]), verdict([0.2, 0.5, 0.1])
    ('vanishing', 'healthy')
    """
    if not sizes:
        raise ValueError("sizes is empty: there should be one layer or more")
    first, last = sizes[0], sizes[-1]
    # nan is neither above nor below a limit: it has to be asked for.
    if not all(map(math.isfinite, sizes)):
        return "exploding"
    if first == 0:
        return "vanishing"
    ratio = first / last if last else math.inf
    if ratio > high:
        return "exploding"
    return "vanishing" if ratio < low else "healthy"


def _root_mean_square(grad: np.ndarray) -> float:
    largest = float(np.abs(grad).max())
    if largest == 0 or not math.isfinite(largest):
        return largest
    # The square of 1e200 overflows, that of 1e-200 is 0.
    scaled = grad.astype(np.float64) / largest
    return largest * math.sqrt(np.square(scaled).mean())
