import math

import numpy as np

from kata.attempts import right, slip
from solutions.attention.grouped_query import grouped_query_attention

ROWS = "rows = heads // kv_heads * t_q\n"
SHARED = "y = scaled_dot_product(q.reshape(*batch, kv_heads, rows, d), k, v, mask)"
MASK = "np.broadcast_to(mask, (*batch, heads, t_q, t_k)).reshape(*batch, kv_heads, rows, t_k)"
RESULT = "return y.reshape(*batch, heads, t_q, d_v)"


def with_heads_from(keys, values=None):
    """Edits by which query head h uses the key head keys[h] and the value head values[h]."""
    return {
        ROWS: (
            "share = heads // kv_heads\n"
            "if len(k.shape) != len(v.shape) or k.shape[-3] != kv_heads:\n"
            '    raise ValueError("k and v differ in heads")\n'
            "h = np.arange(heads)\n"
            f"k, v = k[..., {keys}, :, :], v[..., {values or keys}, :, :]\n"
            "return scaled_dot_product(q, k, v, mask)\n"
        )
    }


@right(grouped_query_attention)
def with_an_axis_for_the_group(q, k, v, mask=None):
    *batch, heads, t_q, d = q.shape
    groups, t_k = k.shape[-3:-1]
    if heads % groups != 0 or v.shape[-3] != groups:
        raise ValueError("heads do not fit")
    scores = q.reshape(*batch, groups, -1, t_q, d) @ k.swapaxes(-1, -2)[..., None, :, :]
    scores = scores / math.sqrt(d)
    if mask is not None:
        mask = np.broadcast_to(mask, (*batch, heads, t_q, t_k)).reshape(scores.shape)
        scores = np.where(mask, scores, np.array(-np.inf, dtype=scores.dtype))
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return (weights @ v[..., None, :, :]).reshape(*batch, heads, t_q, -1)


@right(grouped_query_attention)
def with_einsum(q, k, v, mask=None):
    share, rest = divmod(q.shape[-3], k.shape[-3])
    if rest or share == 0 or k.shape[-3] != v.shape[-3]:
        raise ValueError("heads do not fit")
    parts = q.reshape(*q.shape[:-3], k.shape[-3], share, *q.shape[-2:])
    scores = np.einsum("...grqd,...gkd->...grqk", parts, k) * q.shape[-1] ** -0.5
    flat = scores.reshape(*q.shape[:-1], k.shape[-2])
    if mask is not None:
        flat = np.where(mask, flat, np.finfo(q.dtype).min)
    flat = np.exp(flat - flat.max(axis=-1, keepdims=True))
    flat = flat / flat.sum(axis=-1, keepdims=True)
    mixed = np.einsum("...grqk,...gkd->...grqd", flat.reshape(scores.shape), v)
    return mixed.reshape(*q.shape[:-1], -1)


heads_take_turns = slip(
    "Query heads take turns, h % kv_heads, as `np.tile` lays them out. Neighbours share a head.",
    with_heads_from("h % kv_heads"),
)

cut_in_turns = slip(
    "Query heads take turns, h % kv_heads: they are cut into heads of a group, then groups. It is "
    "the other way round.",
    {
        SHARED: (
            "size = heads // kv_heads\n"
            "q = q.reshape(*batch, size, kv_heads, t_q, d).swapaxes(-4, -3)\n"
            "if mask is not None:\n"
            "    mask = mask.reshape(*batch, size, kv_heads, t_q, t_k).swapaxes(-4, -3)\n"
            "    mask = mask.reshape(*batch, kv_heads, rows, t_k)\n" + SHARED + "\n"
            "y = y.reshape(*batch, kv_heads, size, t_q, d_v).swapaxes(-4, -3)"
        )
    },
)

groups_reversed = slip(
    "The groups are in reverse order: the first query heads use the last head of keys and values.",
    with_heads_from("kv_heads - 1 - h // share"),
)

first_head_for_all = slip(
    "All query heads use the first head of keys and values: that is multi-query attention.",
    with_heads_from("0 * h"),
)

groups_as_large_as_kv_heads = slip(
    "h is divided by kv_heads. A group has heads / kv_heads query heads.",
    with_heads_from("np.minimum(h // kv_heads, kv_heads - 1)"),
)

last_head_for_the_rest = slip(
    "The first query heads have a head of keys and values each, and all others share the last one.",
    with_heads_from("np.minimum(h, kv_heads - 1)"),
)

values_take_turns = slip(
    "Keys are shared by neighbours, but values go to the heads in turns.",
    with_heads_from("h // share", "h % kv_heads"),
)

keys_take_turns = slip(
    "Values are shared by neighbours, but keys go to the heads in turns.",
    with_heads_from("h % kv_heads", "h // share"),
)

copied_for_each_head = slip(
    "It takes so much memory that k and v may have been copied for each query head. Then groups "
    "would save nothing.",
    with_heads_from("h // share"),
)

queries_averaged = slip(
    "The queries of a group are averaged, so its heads all give the same.",
    {
        SHARED: (
            "q = q.reshape(*batch, kv_heads, heads // kv_heads, t_q, d)\n"
            "q = np.broadcast_to(q.mean(axis=-3, keepdims=True), q.shape)\n" + SHARED
        )
    },
)

results_averaged = slip(
    "The results of a group's heads are averaged. Each query head has its own.",
    {
        RESULT: (
            "y = y.reshape(*batch, kv_heads, heads // kv_heads, t_q, d_v)\n"
            "y = np.broadcast_to(y.mean(axis=-3, keepdims=True), y.shape)\n" + RESULT
        )
    },
)

queries_and_heads_mixed = slip(
    "The queries are laid out by position, then by head, but read the other way round, which mixes "
    "the two.",
    {
        "q.reshape(*batch, kv_heads, rows, d)": (
            "q.swapaxes(-2, -3).reshape(*batch, kv_heads, rows, d)"
        )
    },
)

results_in_turns = slip(
    "The groups share the right heads, but the results come back in another order of heads.",
    {
        RESULT: (
            "y = y.reshape(*batch, kv_heads, heads // kv_heads, t_q, d_v).swapaxes(-3, -4)\n"
            + RESULT
        )
    },
)

scaled_by_all_heads = slip(
    "The scale is that of all heads together. A score is a product within one head.",
    {
        "q.reshape(*batch, kv_heads, rows, d)": (
            "q.reshape(*batch, kv_heads, rows, d) / q.dtype.type(heads) ** 0.5"
        )
    },
)

scaled_by_the_group = slip(
    "The scale grows with the number of heads in a group. It is √d, as in every head.",
    {
        "q.reshape(*batch, kv_heads, rows, d)": (
            "q.reshape(*batch, kv_heads, rows, d) / q.dtype.type(heads / kv_heads) ** 0.5"
        )
    },
)

scaled_twice = slip(
    "The scores are divided by √d twice: scaled_dot_product does so itself.",
    {
        "q.reshape(*batch, kv_heads, rows, d)": (
            "q.reshape(*batch, kv_heads, rows, d) * q.dtype.type(d) ** -0.5"
        )
    },
)

results_mixed = slip(
    "A group's results are cut by position, then by head, though its queries lie by head, then by "
    "position.",
    {
        RESULT: (
            "y = y.reshape(*batch, kv_heads, t_q, heads // kv_heads, d_v).swapaxes(-3, -2)\n"
            + RESULT
        )
    },
)

no_scale = slip(
    "The scores are not divided by √d.",
    {
        "q.reshape(*batch, kv_heads, rows, d)": (
            "q.reshape(*batch, kv_heads, rows, d) * q.dtype.type(d) ** 0.5"
        )
    },
)

mask_ignored = slip("The mask is not used.", {"rows, d), k, v, mask)": "rows, d), k, v)"})

mask_inverted = slip("The mask is inverted: True shows a key.", {MASK: "~" + MASK})

mask_in_turns = slip(
    "The heads' masks are handed out in turns: head h gets the mask of another head.",
    {
        MASK: (
            "np.broadcast_to(mask, (*batch, heads, t_q, t_k))\n"
            "mask = mask.reshape(*batch, heads // kv_heads, kv_heads, t_q, t_k).swapaxes(-3, -4)\n"
            "mask = mask.reshape(*batch, kv_heads, rows, t_k)"
        )
    },
)

one_mask_for_a_group = slip(
    "All heads of a group get the mask of its first head. Each query head may have its own.",
    {
        MASK: (
            "np.broadcast_to(mask, (*batch, heads, t_q, t_k))\n"
            "mask = mask[..., :: heads // kv_heads, :, :].repeat(heads // kv_heads, axis=-3)\n"
            "mask = mask.reshape(*batch, kv_heads, rows, t_k)"
        )
    },
)

mask_of_the_first_head = slip(
    "All heads get the first head's mask.",
    {
        MASK: "np.broadcast_to(mask, (*batch, heads, t_q, t_k))[..., :1, :, :]\n"
        "mask = mask.repeat(kv_heads, axis=-3)\n"
        "mask = np.concatenate([mask] * (heads // kv_heads), axis=-2)"
    },
)

uneven_groups = slip(
    "Heads that cannot be shared evenly are taken: some groups are then larger than others.",
    {
        "if heads % kv_heads:": (
            "if heads % kv_heads and kv_heads == k.shape[-3]:\n"
            "    h = np.arange(heads) * kv_heads // heads\n"
            "    return scaled_dot_product(q, k[..., h, :, :], v[..., h, :, :], mask)\n"
            "if heads % kv_heads:"
        )
    },
)

heads_of_values_stretched = slip(
    "One head of values is silently used for all heads of keys.",
    {
        ROWS: ROWS + "if kv_heads == 1:\n    kv_heads = k.shape[-3]\n"
        "    rows = heads // kv_heads * t_q\n"
        "    v = np.broadcast_to(v, (*batch, kv_heads, *v.shape[-2:]))\n"
    },
)
