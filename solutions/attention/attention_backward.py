"""The backward pass of scaled dot-product attention."""

import math

import numpy as np
from jaxtyping import Bool, Float


def scaled_dot_product_backward(
    grad_y: Float[np.ndarray, "*batch t_q d_v"],
    q: Float[np.ndarray, "*batch t_q d"],
    k: Float[np.ndarray, "*batch t_k d"],
    v: Float[np.ndarray, "*batch t_k d_v"],
    mask: Bool[np.ndarray, "*#batch #t_q #t_k"] | None = None,
) -> tuple[
    Float[np.ndarray, "*batch t_q d"],
    Float[np.ndarray, "*batch t_k d"],
    Float[np.ndarray, "*batch t_k d_v"],
]:
    """Return the gradients with respect to q, k and v; `grad_y` is that with respect to Y.

        Y = softmax(Q Kᵀ / √d) V        softmax over the keys

    `mask` is True where a query may see a key; the softmax runs over these keys only. It is
    broadcast to (*batch, t_q, t_k): batch axes may be missing on its left, and any axis may have
    length 1. Nothing but the mask is broadcast. There is at least one key. A query whose keys are
    all masked has a row of zeros in Y: its gradient is 0, and it adds nothing to those of k and v.

    Numerics  right for scores Q Kᵀ / √d of up to 1e4 in size, in float32 and float64, even where
              the mask hides the largest; keeps the dtype
    Raises    ValueError if the shapes do not fit together as above
    Speed     no Python loop over the batch, the queries or the keys; where d and d_v are far
              smaller than t_q and t_k, at most 10 times the memory of the scores
    Source    Dao et al. 2022, appendix B.2

    >>> q, k, v = np.array([[4.0]]), np.array([[1.0], [1.0]]), np.array([[1.0], [3.0]])
    >>> grad_q, grad_k, grad_v = scaled_dot_product_backward(np.array([[2.0]]), q, k, v)
    >>> grad_k
    array([[-4.],
           [ 4.]])
    """
    *batch, t_q, d = q.shape
    *_, t_k, d_v = v.shape
    _check_shape("grad_y", grad_y, (*batch, t_q, d_v))
    _check_shape("k", k, (*batch, t_k, d))
    _check_shape("v", v, (*batch, t_k, d_v))
    if mask is not None:
        _check_mask(mask, (*batch, t_q, t_k))

    scale = 1 / math.sqrt(d)
    weights = _softmax(q @ k.swapaxes(-1, -2) * scale, mask)  # (*batch, t_q, t_k)
    grad_v = weights.swapaxes(-1, -2) @ grad_y
    grad_weights = grad_y @ v.swapaxes(-1, -2)
    # A masked key has a weight of 0, and so a gradient of 0: the mask has no part in this.
    mean = (weights * grad_weights).sum(axis=-1, keepdims=True)
    grad_scores = weights * (grad_weights - mean) * scale
    return grad_scores @ k, grad_scores.swapaxes(-1, -2) @ q, grad_v


def _softmax(scores: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    if mask is not None:
        np.copyto(scores, -np.inf, where=~mask)
    top = scores.max(axis=-1, keepdims=True)
    # A query that sees nothing has only -inf, and -inf − -inf would be nan.
    top[np.isneginf(top)] = 0
    scores = np.exp(scores - top)
    # The top key's own term is exp(0), so a sum below 1 can only be 0: nothing was seen.
    return scores / np.maximum(scores.sum(axis=-1, keepdims=True), 1)


def _check_shape(name: str, array: np.ndarray, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")


def _check_mask(mask: np.ndarray, scores: tuple[int, ...]) -> None:
    ends = zip(reversed(mask.shape), reversed(scores), strict=False)
    if mask.ndim > len(scores) or any(size not in (1, full) for size, full in ends):
        raise ValueError(f"mask has shape {mask.shape}, which does not broadcast to {scores}")
