"""Softmax: from scores to probabilities."""

import numpy as np
from jaxtyping import Float


def softmax(x: Float[np.ndarray, "*shape"], axis: int = -1) -> Float[np.ndarray, "*shape"]:
    """Turn the scores along one axis into probabilities.

        y[i] = exp(x[i]) / Σⱼ exp(x[j])

    Numerics  finite for every finite x; keeps x's dtype
    Raises    ValueError if there are no scores along the axis; other axes may have length 0
    Speed     no Python loop over any axis; at most 4 × x.nbytes of memory, the result included
    Source    Goodfellow, Bengio & Courville 2016, §4.1

    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    if x.shape[axis] == 0:
        raise ValueError(f"x has no scores along axis {axis}: its shape is {x.shape}")
    # Any shift cancels in the ratio. This one makes the largest exponent 0, so exp cannot
    # overflow and the sum is at least 1.
    y = np.exp(x - x.max(axis=axis, keepdims=True))
    y /= y.sum(axis=axis, keepdims=True)
    return y
