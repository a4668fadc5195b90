"""Grouped-query attention: several query heads share the keys and values of one head."""

import numpy as np
from jaxtyping import Bool, Float

from exercises.attention.scaled_dot_product import scaled_dot_product


def grouped_query_attention(
    q: Float[np.ndarray, "*batch heads t_q d"],
    k: Float[np.ndarray, "*batch kv_heads t_k d"],
    v: Float[np.ndarray, "*batch kv_heads t_k d_v"],
    mask: Bool[np.ndarray, "... #t_q #t_k"] | None = None,
) -> Float[np.ndarray, "*batch heads t_q d_v"]:
    """Let each query head attend to the keys and values of the head that its group shares.

        y[h] = softmax(q[h] k[g]ᵀ / √d) v[g]        g = h // (heads / kv_heads)

    Neighbouring query heads share: with 6 heads and 2 kv_heads, heads 0, 1 and 2 use g = 0. The
    mask is True where a query may see a key, and is broadcast to (*batch, heads, t_q, t_k). Every
    query sees at least one key, and all sizes are 1 or more. The result keeps the dtype, which all
    arrays share. `scaled_dot_product(q, k, v, mask)` is your own, from the kata of that name, if
    you want to use it.

    Raises    ValueError if kv_heads does not divide heads, or v has another number of heads than k
    Speed     k and v are never copied for each query head: with 8 heads to a group, d and d_v of 32
              or more, and one query or two, a call takes at most 3 times the memory of k and v;
              no Python loop over any axis
    Source    Ainslie et al. 2023, §2.2; Shazeer 2019 (kv_heads = 1)

    >>> q, k = np.zeros((4, 1, 1)), np.zeros((2, 1, 1))
    >>> v = np.array([[[5.0]], [[7.0]]])
    >>> grouped_query_attention(q, k, v)[:, 0, 0]
    array([5., 5., 7., 7.])
    """
    *batch, heads, t_q, d = q.shape
    *_, kv_heads, t_k, d_v = v.shape
    if heads % kv_heads:
        raise ValueError(f"{heads} query heads cannot share {kv_heads} heads evenly")
    # A group's queries are put in one long row, as if they were all of one head.
    rows = heads // kv_heads * t_q
    if mask is not None:
        mask = np.broadcast_to(mask, (*batch, heads, t_q, t_k)).reshape(*batch, kv_heads, rows, t_k)
    y = scaled_dot_product(q.reshape(*batch, kv_heads, rows, d), k, v, mask)
    return y.reshape(*batch, heads, t_q, d_v)
