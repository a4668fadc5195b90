"""Multi-head attention: several attentions side by side, each on a slice of the width."""

import numpy as np
from jaxtyping import Bool, Float

from exercises.attention.scaled_dot_product import scaled_dot_product


def multi_head(
    x: Float[np.ndarray, "n t d"],
    w_q: Float[np.ndarray, "d d"],
    w_k: Float[np.ndarray, "d d"],
    w_v: Float[np.ndarray, "d d"],
    w_o: Float[np.ndarray, "d d"],
    n_heads: int,
    mask: Bool[np.ndarray, "*#batch #t #t"] | None = None,
) -> Float[np.ndarray, "n t d"]:
    """Attend in `n_heads` separate heads, concatenate their results and apply W_o.

        Q = x W_qᵀ    K = x W_kᵀ    V = x W_vᵀ
        head_i = attention(Q_i, K_i, V_i)
        y = [head_1 … head_h] W_oᵀ

    Q_i is the i-th of `n_heads` slices of Q, each of d / n_heads adjacent columns; K_i and V_i
    likewise. `mask` is True where a query may see a key. It broadcasts to (n, n_heads, t, t): the
    first one or two axes may be missing, and any may have length 1. So (t, t) is one mask for all,
    (n_heads, t, t) one for each head, (n, 1, t, t) one for each sequence. Where a query sees no
    key, its head gives zeros. t is at least 1.
    `scaled_dot_product(q, k, v, mask)` is your own, from the kata of that name.

    Numerics  keeps the dtype, the same for all arrays
    Raises    ValueError if d is not a multiple of n_heads (n_heads ≥ 1)
    Speed     no Python loop over n, the heads or t
    Source    Vaswani et al. 2017, §3.2.2

    >>> x, eye = np.array([[[1.0, 2.0], [3.0, 6.0]]]), np.eye(2)
    >>> multi_head(x, 0 * eye, eye, eye, eye, n_heads=2)
    array([[[2., 4.],
            [2., 4.]]])
    """
    raise NotImplementedError
