"""Scaled dot-product attention: every query takes a weighted mean of the values."""

import math

import numpy as np
from jaxtyping import Bool, Float


def scaled_dot_product(
    q: Float[np.ndarray, "*batch t_q d"],
    k: Float[np.ndarray, "*batch t_k d"],
    v: Float[np.ndarray, "*batch t_k d_v"],
    mask: Bool[np.ndarray, "*#batch #t_q #t_k"] | None = None,
) -> Float[np.ndarray, "*batch t_q d_v"]:
    """For each query, average the values, weighted by how well it matches each key.

        attention(Q, K, V) = softmax(Q Kᵀ / √d) V        softmax over the keys

    `mask` is True where a query may see a key; the softmax then runs over these keys only. It is
    broadcast to (*batch, t_q, t_k): batch axes may be missing on its left, and any axis may have
    length 1. Nothing but the mask is broadcast. There is at least one key. A query whose keys are
    all masked gets zeros.

    Numerics  right for scores Q Kᵀ / √d and values up to 1e290 in size (1e30 in float32), even
              where the mask hides the largest score; without overflow, division or invalid-value
              warnings; keeps the dtype, the same for all arrays
    Raises    ValueError if the shapes do not fit together as above
    Speed     no Python loop over the batch, the queries or the keys
    Source    Vaswani et al. 2017, §3.2.1

    >>> q, k, v = np.zeros((1, 4)), np.ones((2, 4)), np.array([[1.0], [3.0]])
    >>> scaled_dot_product(q, k, v)
    array([[2.]])
    >>> scaled_dot_product(q, k, v, mask=np.array([[True, False]]))
    array([[1.]])
    """
    *batch, t_q, d = q.shape
    *_, t_k, d_v = v.shape
    _check_shape("k", k, (*batch, t_k, d))
    _check_shape("v", v, (*batch, t_k, d_v))
    if mask is not None:
        _check_mask(mask, (*batch, t_q, t_k))

    # The scale goes to q, which is smaller than the scores.
    scores = (q * (1 / math.sqrt(d))) @ k.swapaxes(-1, -2)  # (*batch, t_q, t_k)
    if mask is not None:
        np.copyto(scores, -np.inf, where=~mask)
    top = scores.max(axis=-1, keepdims=True)
    # A query that sees nothing has only -inf, and -inf − -inf would be nan.
    top[np.isneginf(top)] = 0
    scores -= top
    weights = np.exp(scores, out=scores)
    # The top key's own term is exp(0), so a sum below 1 can only be 0: nothing was seen.
    total = np.maximum(weights.sum(axis=-1, keepdims=True), 1)
    # Dividing after the product is the same, and cheaper where d_v is less than t_k.
    return (weights @ v) / total


def _check_shape(name: str, array: np.ndarray, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")


def _check_mask(mask: np.ndarray, scores: tuple[int, ...]) -> None:
    ends = zip(reversed(mask.shape), reversed(scores), strict=False)
    if mask.ndim > len(scores) or any(size not in (1, full) for size, full in ends):
        raise ValueError(f"mask has shape {mask.shape}, which does not broadcast to {scores}")
