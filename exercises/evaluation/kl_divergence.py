"""The Kullback-Leibler divergence: the cost of mistaking one distribution for another.

Both arrays of a call have one shape, with two axes or more, and one dtype. Each row along the last
axis stands for a distribution over k ≥ 1 outcomes; the result has one number per row. There are any
batch axes, of any length, including 0.

    Numerics  keeps the dtype, which has room for the result and for every p[j] / q[j]
    Raises    ValueError unless both arrays have one shape
    Speed     no Python loop over any axis
    Source    Goodfellow, Bengio & Courville 2016, §3.13
"""

import numpy as np
from jaxtyping import Float


def kl_divergence(
    p: Float[np.ndarray, "*batch k"], q: Float[np.ndarray, "*batch k"]
) -> Float[np.ndarray, "*batch"]:
    """Return KL(p ‖ q) of each row, in nats.

        KL(p ‖ q) = Σⱼ p[j] · log(p[j] / q[j])

    The rows of p and q sum to 1, which need not be checked. An outcome with p[j] = 0 adds 0, even
    where q[j] = 0. One with p[j] > 0 and q[j] = 0 makes the result ∞. None of this may warn.

    >>> kl_divergence(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.25, 0.75], [0.5, 0.5]]))
    array([0.14384104, 0.69314718])
    """
    raise NotImplementedError


def kl_from_logits(
    p_logits: Float[np.ndarray, "*batch k"], q_logits: Float[np.ndarray, "*batch k"]
) -> Float[np.ndarray, "*batch"]:
    """Return KL(p ‖ q) of each row, in nats, where p and q are the softmax of the logits.

    Right for float32 and float64 logits up to ±1e30, even if a probability rounds to 0.

    >>> kl_from_logits(np.array([[0.0, 0.0]]), np.array([[0.0, -2000.0]]))
    array([999.30685282])
    """
    raise NotImplementedError
