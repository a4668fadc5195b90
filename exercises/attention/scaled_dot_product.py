"""Scaled dot-product attention: every query takes a weighted mean of the values."""

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
    raise NotImplementedError
