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
    _check(p, q)
    possible = p > 0
    # 1 for p where it is 0: the logarithm is finite then, and its factor 0.
    with np.errstate(divide="ignore"):
        log_ratio = np.log(np.where(possible, p, 1)) - np.log(np.where(possible, q, 1))
    return (p * log_ratio).sum(axis=-1)


def kl_from_logits(
    p_logits: Float[np.ndarray, "*batch k"], q_logits: Float[np.ndarray, "*batch k"]
) -> Float[np.ndarray, "*batch"]:
    """Return KL(p ‖ q) of each row, in nats, where p and q are the softmax of the logits.

    Right for float32 and float64 logits up to ±1e30, even if a probability rounds to 0.

    >>> kl_from_logits(np.array([[0.0, 0.0]]), np.array([[0.0, -2000.0]]))
    array([999.30685282])
    """
    _check(p_logits, q_logits)
    log_p, log_q = _log_softmax(p_logits), _log_softmax(q_logits)
    return (np.exp(log_p) * (log_p - log_q)).sum(axis=-1)


def _check(p: Float[np.ndarray, "*batch k"], q: Float[np.ndarray, "*batch k"]) -> None:
    if p.shape != q.shape:
        raise ValueError(f"the second array has shape {q.shape}, the first {p.shape}")


def _log_softmax(x: Float[np.ndarray, "*batch k"]) -> Float[np.ndarray, "*batch k"]:
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
