"""Cross-attention: one sequence looks at another, as a decoder does at the encoder's output."""

import numpy as np
from jaxtyping import Float, Integer

from exercises.attention.scaled_dot_product import scaled_dot_product


def cross_attention(
    x: Float[np.ndarray, "n t d"],
    memory: Float[np.ndarray, "n t_m d_m"],
    w_q: Float[np.ndarray, "d d"],
    w_k: Float[np.ndarray, "d d_m"],
    w_v: Float[np.ndarray, "d d_m"],
    w_o: Float[np.ndarray, "d d"],
    n_heads: int,
    memory_lengths: Integer[np.ndarray, "n"] | None = None,
) -> Float[np.ndarray, "n t d"]:
    """Let every position of x attend to the memory, in `n_heads` heads.

        Q = x W_qᵀ    K = memory W_kᵀ    V = memory W_vᵀ
        head_i = attention(Q_i, K_i, V_i)
        y = [head_1 … head_h] W_oᵀ

    Q_i is the i-th of `n_heads` slices of Q, each of d / n_heads adjacent columns. K_i and V_i are
    cut the same way. There are no biases. t_m is at least 1. If given, memory_lengths[s], from 0 to
    t_m, is the number of positions of sequence s that are real. The rest is padding, which no
    position of x sees: it has no effect if its K and V are finite. A sequence of length 0 gives
    zeros. `scaled_dot_product(q, k, v, mask)` is your own, from the kata of that name.

    Numerics  keeps the dtype, which all float arrays share
    Raises    ValueError if d is not a multiple of n_heads (n_heads ≥ 1)
    Speed     no Python loop over n, the heads, t or t_m
    Source    Vaswani et al. 2017, §3.2.3

    >>> x, memory, one = np.zeros((1, 1, 1)), np.array([[[2.0], [4.0], [9.0]]]), np.eye(1)
    >>> cross_attention(x, memory, one, one, one, one, n_heads=1, memory_lengths=np.array([2]))
    array([[[3.]]])
    """
    raise NotImplementedError
