"""Causal self-attention, as in GPT: every position looks at itself and at what came before."""

import numpy as np
from jaxtyping import Float

from exercises.attention.scaled_dot_product import scaled_dot_product


def causal_self_attention(
    x: Float[np.ndarray, "n t d"],
    w_qkv: Float[np.ndarray, "3*d d"],
    b_qkv: Float[np.ndarray, "3*d"],
    w_o: Float[np.ndarray, "d d"],
    b_o: Float[np.ndarray, "d"],
    n_heads: int,
) -> Float[np.ndarray, "n t d"]:
    """Attend in `n_heads` heads; no position sees a later one.

        [Q K V] = x W_qkvᵀ + b_qkv
        head_i = attention(Q_i, K_i, V_i)          position s sees positions 0 to s
        y = [head_1 … head_h] W_oᵀ + b_o

    The first d rows of `w_qkv` and `b_qkv` give Q, the next d give K, the last d give V. Q_i is the
    i-th of `n_heads` slices of Q, each of d / n_heads adjacent columns. K_i and V_i are cut the
    same way. t is at least 1. `scaled_dot_product(q, k, v, mask)` is your own, from the kata of
    that name.

    Numerics  keeps the dtype, the same for all arrays
    Raises    ValueError if d is not a multiple of n_heads (n_heads ≥ 1)
    Speed     no Python loop over n, the heads or t
    Source    Radford et al. 2018, §3.1; packed as in torch.nn.MultiheadAttention

    >>> x, w_qkv = np.array([[[2.0], [4.0], [9.0]]]), np.array([[0.0], [0.0], [1.0]])
    >>> causal_self_attention(x, w_qkv, np.zeros(3), np.eye(1), np.ones(1), n_heads=1)
    array([[[3.],
            [4.],
            [6.]]])
    """
    n, t, d = x.shape
    if d % n_heads != 0:
        raise ValueError(f"{n_heads} heads cannot share a width of {d}")
    packed = x @ w_qkv.T + b_qkv
    q, k, v = (
        part.reshape(n, t, n_heads, d // n_heads).swapaxes(1, 2)  # (n, n_heads, t, d_head)
        for part in np.split(packed, 3, axis=-1)
    )
    not_later = np.tri(t, dtype=bool)
    heads = scaled_dot_product(q, k, v, not_later)
    joined = heads.swapaxes(1, 2).reshape(n, t, d)
    return joined @ w_o.T + b_o
