import numpy as np

from exercises.attention.scaled_dot_product import scaled_dot_product
from kata.attempts import rewrite, right, slip
from solutions.attention.cross_attention import cross_attention

Q = "q = _split(x @ w_q.T, n_heads)"
K = "_split(memory @ w_k.T, n_heads)"
V = "_split(memory @ w_v.T, n_heads)"
SEEN = "np.arange(memory.shape[1]) < memory_lengths[:, None]"
MASK = "seen[:, None, None, :]"
ATTEND = "= scaled_dot_product(q, k, v, mask)"
JOIN = "heads.swapaxes(1, 2).reshape(n, t, d)"
CUT = "a.reshape(n, t, n_heads, d // n_heads).swapaxes(1, 2)"
OUT = "joined @ w_o.T"


@right(cross_attention)
def by_einsum_alone(x, memory, w_q, w_k, w_v, w_o, n_heads, memory_lengths=None):
    d = x.shape[2]
    width = d // n_heads
    if width * n_heads != d:
        raise ValueError("n_heads must divide d")
    q = np.einsum("ntd,hed->nthe", x, w_q.reshape(n_heads, width, -1))
    k = np.einsum("nmd,hed->nmhe", memory, w_k.reshape(n_heads, width, -1))
    v = np.einsum("nmd,hed->nmhe", memory, w_v.reshape(n_heads, width, -1))
    scores = np.einsum("nthe,nmhe->nhtm", q, k) / width**0.5
    is_memory = True
    if memory_lengths is not None:
        is_memory = np.indices(memory.shape[:2])[1] < np.reshape(memory_lengths, (-1, 1))
        is_memory = is_memory[:, None, None]
    scores = np.where(is_memory, scores, np.finfo(x.dtype).min)
    weights = np.exp(scores - scores.max(axis=3, keepdims=True)) * is_memory
    total = weights.sum(axis=3, keepdims=True)
    weights = weights / np.where(total > 0, total, total.dtype.type(1))
    return np.einsum("nhtm,nmhe->nthe", weights, v).reshape(x.shape) @ w_o.T


with_the_heads_in_the_batch = rewrite(
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "if mask is not None:\n"
            "    mask = np.repeat(mask[:, 0], n_heads, axis=0)\n"
            "q, k, v = (a.reshape(n * n_heads, a.shape[2], -1) for a in (q, k, v))\n"
            "heads = scaled_dot_product(q, k, v, mask).reshape(n, n_heads, t, -1)"
        )
    }
)

with_a_full_mask = rewrite(
    {
        "mask = None\n": "mask = np.ones((n, 1, t, memory.shape[1]), dtype=bool)\n",
        MASK: "mask & seen[:, None, None, :]",
    }
)

# --- Which sequence is which -----------------------------------------------------------------

queries_from_the_memory = slip(
    "The queries come from the memory, keys and values from x. x asks, the memory answers.",
    {
        Q: "q = _split(memory @ w_q.T, n_heads)",
        K: "_split(x @ w_k.T, n_heads)",
        V: "_split(x @ w_v.T, n_heads)",
    },
)

x_looks_at_itself = slip(
    "Keys and values come from x: that is self-attention.",
    {K: "_split(x @ w_k.T, n_heads)", V: "_split(x @ w_v.T, n_heads)"},
)

keys_from_x = slip("The keys come from x.", {K: "_split(x @ w_k.T, n_heads)"})

x_among_the_keys = slip(
    "Keys and values of x itself are among those of the memory. Only the memory is looked at.",
    {
        K: "_split(np.concatenate([memory, x], axis=1) @ w_k.T, n_heads)",
        V: "_split(np.concatenate([memory, x], axis=1) @ w_v.T, n_heads)",
    },
)

causal = slip(
    "A causal mask is applied: the first position of x sees the first of the memory only. The "
    "whole memory is known, so every position may see all of it.",
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "past = np.tri(t, memory.shape[1], dtype=bool)\n"
            "heads = scaled_dot_product(q, k, v, past & (mask is None or mask))"
        )
    },
)

memory_of_another_sequence = slip(
    "All sequences look into the memory of the first one.",
    {
        K: "_split(memory[:1] @ w_k.T, n_heads).repeat(n, 0)",
        V: "_split(memory[:1] @ w_v.T, n_heads).repeat(n, 0)",
    },
)

residual_added = slip(
    "x is added to the result. The way around attention belongs to the block, not to this "
    "function.",
    {OUT: "x + joined @ w_o.T"},
)

# --- Lengths ---------------------------------------------------------------------------------

lengths_ignored = slip("`memory_lengths` is not used.", {ATTEND: "= scaled_dot_product(q, k, v)"})

one_position_too_many = slip(
    "Each sequence sees one position of the padding.",
    {SEEN: "np.arange(memory.shape[1]) <= memory_lengths[:, None]"},
)

one_position_too_few = slip(
    "The last position of each memory is taken for padding.",
    {SEEN: "np.arange(memory.shape[1]) < memory_lengths[:, None] - np.int64(1)"},
)

padding_seen = slip(
    "The mask is inverted: only the padding is seen. In this course, True shows a key.",
    {SEEN: "np.arange(memory.shape[1]) >= memory_lengths[:, None]"},
)

padding_first = slip(
    "The padding is taken to come first. The memory does, and the padding follows.",
    {SEEN: "np.arange(memory.shape[1])[::-1] < memory_lengths[:, None]"},
)

lengths_of_the_queries = slip(
    "The lengths hide positions of x. They are those of the memory, so they hide keys.",
    {SEEN: "np.arange(t) < memory_lengths[:, None]", MASK: "seen[:, None, :, None]"},
)

mask_without_the_axis_of_heads = slip(
    "The mask has the shape (n, 1, t_m), so its sequences meet the axis of heads. It needs an axis "
    "for the heads and one for the queries.",
    {MASK: "seen[:, None, :]"},
)

mask_without_two_axes = slip(
    "The mask has the shape (n, t_m), so its sequences meet the axis of queries. It needs an axis "
    "for the heads and one for the queries.",
    {MASK: "seen"},
)

length_of_the_first = slip(
    "All sequences get the length of the first.",
    {SEEN: "np.arange(memory.shape[1]) < memory_lengths[0] + 0 * memory_lengths[:, None]"},
)

padding_set_to_zero = slip(
    "The padding is set to zeros, but not hidden: its scores of 0 still have weight.",
    {MASK: "None\nk, v = k * seen[:, None, :, None], v * seen[:, None, :, None]"},
)

padding_hidden_after_the_softmax = slip(
    "The values of the padding are left out, but their weights were part of the softmax: those "
    "that are left no longer sum to 1.",
    {MASK: "None\nv = v * seen[:, None, :, None]"},
)

maximum_over_the_padding_too = slip(
    "The padding still counts in the softmax's maximum: one large score in it drowns all others.",
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "scores = q @ k.swapaxes(-1, -2) / (d // n_heads) ** 0.5\n"
            "weights = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
            "weights *= True if mask is None else mask\n"
            "total = weights.sum(axis=-1, keepdims=True)\n"
            "heads = weights @ v / np.where(total > 0, total, total.dtype.type(1))"
        )
    },
)

minus_1e4 = slip(
    "The scores of the padding become a number such as -1e4. Real scores may be lower.",
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "scores = q @ k.swapaxes(-1, -2) / (d // n_heads) ** 0.5\n"
            "scores = scores if mask is None else np.where(mask, scores, x.dtype.type(-1e4))\n"
            "weights = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
            "heads = weights @ v / weights.sum(axis=-1, keepdims=True)\n"
            "heads *= True if mask is None else mask.any(axis=-1, keepdims=True)"
        )
    },
)

empty_taken_for_whole = slip(
    "A length of 0 is taken for none given: the whole memory is seen.",
    {
        SEEN: (
            "np.arange(memory.shape[1]) < memory_lengths[:, None]\n"
            "seen = seen | (memory_lengths == 0)[:, None]"
        )
    },
)

mean_for_the_empty = slip(
    "Where the length is 0, all scores are equally low, so they share the weight and the result is "
    "a mean of the padding. It should be zeros.",
    {
        MASK: (
            "seen[:, None, None, :]\n"
            "some = mask.any(axis=-1, keepdims=True)\n"
            "q, mask = q * some, mask | ~some"
        )
    },
)

# --- Heads -----------------------------------------------------------------------------------

cut_by_reshape_alone = slip(
    "The heads are cut by a reshape to (n, n_heads, t, d / n_heads): a head then has all columns "
    "of a few positions, where it should have a few columns of all positions.",
    {CUT: "a.reshape(n, n_heads, t, d // n_heads)"},
)

joined_by_reshape_alone = slip(
    "The heads' results are reshaped to (n, t, d) before their axes are swapped back: what stands "
    "side by side then comes from different positions.",
    {JOIN: "heads.reshape(n, t, d)"},
)

interleaved_heads = slip(
    "A head has every n_heads-th column. Its columns should be next to each other.",
    {
        CUT: "a.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)",
        JOIN: "heads.transpose(0, 2, 3, 1).reshape(n, t, d)",
    },
)

cut_alone_interleaved = slip(
    "A head gets every n_heads-th column of Q, K and V. Its columns should be next to each other.",
    {CUT: "a.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)"},
)

one_head = slip(
    "There is one attention over the whole width. Each head should attend on its own.",
    {CUT: "a[:, None]", JOIN: "heads[:, 0]"},
)

scaled_by_the_whole_width = slip(
    "The scores are divided by √d. A score is a sum over the width of one head.",
    {ATTEND: "= scaled_dot_product(q / n_heads**0.5, k, v, mask)"},
)

scaled_twice = slip(
    "The scores are divided by the root of a head's width twice. `scaled_dot_product` does that by "
    "itself.",
    {ATTEND: "= scaled_dot_product(q / (d // n_heads) ** 0.5, k, v, mask)"},
)

not_scaled = slip(
    "The scores are not scaled.",
    {ATTEND: "= scaled_dot_product(q * (d // n_heads) ** 0.5, k, v, mask)"},
)

# --- Weights ---------------------------------------------------------------------------------

keys_as_values = slip(
    "What is averaged is K. It should be V.", {V: "_split(memory @ w_k.T, n_heads)"}
)

keys_and_values_swapped = slip(
    "K and V are swapped.", {ATTEND: "= scaled_dot_product(q, v, k, mask)"}
)

no_output_weights = slip("w_o is not used: it mixes what the heads give.", {OUT: "joined"})

output_weights_not_transposed = slip(
    "w_o is not transposed: weights are (out, in).", {OUT: "joined @ w_o"}
)

query_weights_not_transposed = slip(
    "w_q is not transposed: weights are (out, in).", {Q: "q = _split(x @ w_q, n_heads)"}
)

# --- Speed -----------------------------------------------------------------------------------

one_sequence_at_a_time = slip(
    "It loops over the sequences in Python. A mask lets one call serve all of them.",
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "full = np.broadcast_to(True if mask is None else mask, (n, 1, 1, memory.shape[1]))\n"
            "heads = np.stack([scaled_dot_product(*parts) for parts in zip(q, k, v, full)])"
        )
    },
)
