"""Online softmax: attention in blocks, without the table of all scores."""

import math

import numpy as np
from jaxtyping import Float


def blockwise_attention(
    q: Float[np.ndarray, "t_q d"],
    k: Float[np.ndarray, "t_k d"],
    v: Float[np.ndarray, "t_k d_v"],
    block: int,
) -> Float[np.ndarray, "t_q d_v"]:
    """Compute attention in memory that grows with t_q + t_k, not with t_q · t_k.

        Y = softmax(Q Kᵀ / √d) V        softmax over the keys

    Go through the keys `block` at a time. The last block may be shorter, and `block` larger than
    the number of keys; there is at least one key. The result is exact: it does not depend on
    `block`, except for rounding.

    Numerics  right for scores of up to 1e4 in size, whatever their order; keeps the dtype
    Raises    ValueError if k differs from q in its features or from v in its rows, or if block is
              below 1
    Speed     no Python loop except the one over the blocks of keys; holds at most
              8 · (t_q + t_k) · (d + d_v + block) numbers at a time, the result included
    Source    Milakov & Gimelshein 2018, Algorithm 3; Dao et al. 2022, Algorithm 1

    >>> q, k, v = np.zeros((1, 4)), np.ones((3, 4)), np.array([[1.0], [3.0], [8.0]])
    >>> blockwise_attention(q, k, v, block=2)
    array([[4.]])
    """
    if k.shape[1] != q.shape[1]:
        raise ValueError(f"k has {k.shape[1]} features, but q has {q.shape[1]}")
    if len(v) != len(k):
        raise ValueError(f"v has {len(v)} rows, but k has {len(k)}")
    if block < 1:
        raise ValueError(f"block is {block}: it should be at least 1")

    q = q * (1 / math.sqrt(q.shape[1]))
    top = np.full((len(q), 1), -np.inf, q.dtype)
    total = np.zeros((len(q), 1), q.dtype)
    y = np.zeros((len(q), v.shape[1]), q.dtype)
    for start in range(0, len(k), block):
        scores = q @ k[start : start + block].T
        new_top = np.maximum(top, scores.max(axis=1, keepdims=True))
        weights = np.exp(scores - new_top)
        # All terms so far are relative to the old maximum. At first there are none: exp(-inf) is 0.
        shrink = np.exp(top - new_top)
        total = total * shrink + weights.sum(axis=1, keepdims=True)
        y = y * shrink + weights @ v[start : start + block]
        top = new_top
    return y / total
