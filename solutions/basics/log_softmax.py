"""Log-softmax, and logsumexp, on which it is built.

Both functions work along one axis, on arrays whose entries are −∞ or up to 1e30 in size.

    Numerics  right however large the scores and however small a probability; near 0 an error of
              1e-9 is allowed (1e-6 in float32); keeps x's dtype
    Raises    ValueError if there are no scores along the axis; other axes may have length 0
    Speed     no Python loop over any axis; at most 6 × x.nbytes of memory, the result included
    Source    Goodfellow, Bengio & Courville 2016, §4.1; Blanchard, Higham & Higham 2021
"""

import numpy as np
from jaxtyping import Float


def logsumexp(x: Float[np.ndarray, "*shape"], axis: int = -1) -> Float[np.ndarray, "*rest"]:
    """Add up the exponentials along one axis, and take the logarithm of the sum.

        y = log Σⱼ exp(x[j])

    x has two axes or more, the result one fewer. A score of −∞ adds nothing; if all are, so is y.

    >>> logsumexp(np.array([[1000.0, 1000.0], [-np.inf, 3.0]]))
    array([1000.69314718,    3.        ])
    """
    top = _largest(x, axis)
    # Where all is −∞, the shift has to be finite: −∞ − (−∞) would be nan.
    top[np.isneginf(top)] = 0
    with np.errstate(divide="ignore"):  # There the logarithm is that of 0, −∞ as promised.
        logs = np.log(np.exp(x - top).sum(axis=axis))
    return top.squeeze(axis) + logs


def log_softmax(x: Float[np.ndarray, "*shape"], axis: int = -1) -> Float[np.ndarray, "*shape"]:
    """Turn the scores along one axis into logarithms of probabilities.

        y[i] = log softmax(x)[i] = x[i] − log Σⱼ exp(x[j])

    However large the scores, their differences count: two scores of 1e20 get −log 2 each. A score
    of −∞ gets −∞; at least one along the axis is finite.

    >>> log_softmax(np.array([0.0, -5000.0]))
    array([    0., -5000.])
    """
    # Two steps: added to a huge maximum, the logarithm of the sum would be rounded away.
    shifted = x - _largest(x, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _largest(x: Float[np.ndarray, "*shape"], axis: int) -> Float[np.ndarray, "*shape_with_a_1"]:
    if x.shape[axis] == 0:
        raise ValueError(f"x has no scores along axis {axis}: its shape is {x.shape}")
    return x.max(axis=axis, keepdims=True)
