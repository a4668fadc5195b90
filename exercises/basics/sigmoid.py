"""The sigmoid, and its gradient.

Both functions work entry by entry, on arrays of finite numbers with one axis or more, each of any
length (or 0).

    Numerics  in float32 and float64: no overflow, division or invalid-value warnings,
              however large the entries; the results keep their digits down to the smallest normal
              number. Keeps the arguments' dtype
    Speed     no Python loop over the entries; at most 8 × x.nbytes of memory, the result included
    Source    Goodfellow, Bengio & Courville 2016, §3.10
"""

import numpy as np
from jaxtyping import Float


def sigmoid(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Squash each entry to a number between 0 and 1.

        y = 1 / (1 + exp(−x))

    Far below 0, y is tiny but keeps its digits: sigmoid(−100) is exp(−100), not 0.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    raise NotImplementedError


def sigmoid_backward(
    grad_y: Float[np.ndarray, "*shape"], x: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Turn grad_y, the loss's gradient with respect to y = sigmoid(x), into that with respect to x.

    The derivative is y · (1 − y). It keeps its digits in both tails: at ±50 it is about exp(−50).

    >>> sigmoid_backward(np.array([1.0, 8.0]), np.array([0.0, 0.0]))
    array([0.25, 2.  ])
    """
    raise NotImplementedError
