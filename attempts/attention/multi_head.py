import numpy as np

from exercises.attention.scaled_dot_product import scaled_dot_product
from kata.attempts import rewrite, right, slip
from solutions.attention.multi_head import multi_head

SPLIT = "_split(x @ w.T, n_heads)"
PROJECTED = "q, k, v = (_split(x @ w.T, n_heads) for w in (w_q, w_k, w_v))"
ATTEND = "= scaled_dot_product(q, k, v, mask)"
JOIN = "heads.swapaxes(1, 2).reshape(n, t, d)"
CUT = "x.reshape(n, t, n_heads, d // n_heads).swapaxes(1, 2)"


@right(multi_head)
def by_einsum_alone(x, w_q, w_k, w_v, w_o, n_heads, mask=None):
    d = x.shape[2]
    if n_heads * (width := d // n_heads) != d:
        raise ValueError("n_heads must divide d")
    cut = (n_heads, width, d)
    q, k, v = (np.einsum("ntd,hed->nthe", x, w.reshape(cut)) for w in (w_q, w_k, w_v))
    scores = np.einsum("nqhe,nkhe->nhqk", q, k) / width**0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    highest = np.maximum(scores.max(axis=3, keepdims=True), np.finfo(x.dtype).min)
    e = np.exp(scores - highest)
    weights = e / np.maximum(e.sum(axis=3, keepdims=True), np.finfo(x.dtype).tiny)
    heads = np.einsum("nhqk,nkhe->nqhe", weights, v)
    return np.einsum("nqhe,ohe->nqo", heads, w_o.reshape(d, n_heads, width))


@right(multi_head)
def with_the_heads_in_the_batch_and_a_sum_over_heads(x, w_q, w_k, w_v, w_o, n_heads, mask=None):
    n, t, d = x.shape
    if d % n_heads:
        raise ValueError("n_heads must divide d")
    width = d // n_heads
    packed = (x @ np.vstack([w_q, w_k, w_v]).T).reshape(n, t, 3, n_heads, width)
    q, k, v = packed.transpose(2, 0, 3, 1, 4).reshape(3, n * n_heads, t, width)
    if mask is not None:
        mask = np.broadcast_to(mask, (n, n_heads, t, t)).reshape(n * n_heads, t, t)
    heads = scaled_dot_product(q, k, v, mask).reshape(n, n_heads, t, width)
    # [head_1 … head_h] W_oᵀ is the sum of what each head gives through its own columns of W_o.
    return (heads @ w_o.T.reshape(n_heads, width, d)).sum(axis=1)


with_moved_axes = rewrite({CUT: "np.moveaxis(x.reshape(n, t, n_heads, -1), 2, 1)"})

# --- Cutting and joining ---------------------------------------------------------------------

cut_by_reshape_alone = slip(
    "The heads are cut by a reshape to (n, n_heads, t, d / n_heads): a head then has all columns "
    "of a few positions, where it should have a few columns of all positions.",
    {CUT: "x.reshape(n, n_heads, t, d // n_heads)"},
)

joined_by_reshape_alone = slip(
    "The heads' results are reshaped to (n, t, d) before their axes are swapped back: what stands "
    "side by side then comes from different positions.",
    {JOIN: "heads.reshape(n, t, d)"},
)

cut_and_joined_by_reshape_alone = slip(
    "The heads are cut and joined by reshapes alone: a head has all columns of a few positions, "
    "where it should have a few columns of all positions.",
    {CUT: "x.reshape(n, n_heads, t, d // n_heads)", JOIN: "heads.reshape(n, t, d)"},
)

attention_among_heads = slip(
    "The axes of heads and positions are never swapped: at each position, the heads attend to each "
    "other.",
    {CUT: "x.reshape(n, t, n_heads, d // n_heads)", JOIN: "heads.reshape(n, t, d)"},
)

interleaved_heads = slip(
    "A head has every n_heads-th column. Its columns should be next to each other.",
    {
        CUT: "x.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)",
        JOIN: "heads.transpose(0, 2, 3, 1).reshape(n, t, d)",
    },
)

cut_alone_interleaved = slip(
    "A head gets every n_heads-th column of Q, K and V. Its columns should be next to each other.",
    {CUT: "x.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)"},
)

columns_of_the_heads_interleaved = slip(
    "The heads' results are joined column by column, the first of each head first. They should "
    "stand one after the other, each in one piece.",
    {JOIN: "heads.transpose(0, 2, 3, 1).reshape(n, t, d)"},
)

as_many_heads_as_a_head_is_wide = slip(
    "n_heads is taken for the width of a head.",
    {
        PROJECTED: (
            "n_heads = d // n_heads\nq, k, v = (_split(x @ w.T, n_heads) for w in (w_q, w_k, w_v))"
        )
    },
)

one_head = slip(
    "There is one attention over the whole width. Each head should attend on its own, with weights "
    "of its own.",
    {SPLIT: "_split(x @ w.T, 1)"},
)

each_head_sees_its_own_slice_of_x = slip(
    "x is cut before it is multiplied by the weights, so a head sees only its own slice of x. The "
    "slices are those of Q, K and V, which depend on all of x.",
    {SPLIT: "_split(x @ (w * np.kron(np.eye(n_heads), np.ones((d // n_heads,) * 2))).T, n_heads)"},
)

sequences_run_together = slip(
    "All sequences of the batch are one long one here. A sequence should see only itself.",
    {
        PROJECTED: (
            "q, k, v = (_split((x @ w.T).reshape(1, n * t, d), n_heads) for w in (w_q, w_k, w_v))"
        )
    },
)

# --- Scale -----------------------------------------------------------------------------------

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

no_output_weights = slip(
    "w_o is not used: it mixes what the heads give.", {"joined @ w_o.T": "joined"}
)

output_weights_not_transposed = slip(
    "w_o is not transposed: weights are (out, in).", {"joined @ w_o.T": "joined @ w_o"}
)

input_weights_not_transposed = slip(
    "w_q, w_k and w_v are not transposed: weights are (out, in).", {"x @ w.T": "x @ w"}
)

no_weights_transposed = slip(
    "None of the weights is transposed: they are (out, in).",
    {"x @ w.T": "x @ w", "joined @ w_o.T": "joined @ w_o"},
)

w_q_for_all = slip("w_q serves for Q, K and V alike.", {"(w_q, w_k, w_v)": "(w_q, w_q, w_q)"})

keys_as_values = slip(
    "What is averaged is K. It should be V.", {"(w_q, w_k, w_v)": "(w_q, w_k, w_k)"}
)

queries_and_keys_swapped = slip(
    "Q and K are swapped: each position is weighted by how it matches as a query, not as a key.",
    {ATTEND: "= scaled_dot_product(k, q, v, mask)"},
)

keys_and_values_swapped = slip(
    "K and V are swapped.", {ATTEND: "= scaled_dot_product(q, v, k, mask)"}
)

values_not_projected = slip(
    "What is averaged is x itself. It should be V.",
    {ATTEND: "= scaled_dot_product(q, k, _split(x, n_heads), mask)"},
)

residual_added = slip(
    "x is added to the result. The way around attention belongs to the block, not to this "
    "function.",
    {"joined @ w_o.T": "x + joined @ w_o.T"},
)

# --- Mask ------------------------------------------------------------------------------------

mask_inverted = slip(
    "The mask is inverted: True shows a key here. (In torch's nn.MultiheadAttention it hides one.)",
    {ATTEND: "= scaled_dot_product(q, k, v, None if mask is None else ~mask)"},
)

mask_ignored = slip("`mask` is not used.", {ATTEND: "= scaled_dot_product(q, k, v)"})

always_causal = slip(
    "No query sees the positions after its own. Only `mask` should decide what is seen.",
    {ATTEND: ("= scaled_dot_product(q, k, v, np.tri(t, dtype=bool) & (mask is None or mask))")},
)

mask_given_an_axis_of_heads = slip(
    "The mask gets an axis for the heads behind its first one, as if it had none. It is broadcast "
    "to (n, n_heads, t, t) as it is.",
    {ATTEND: "= scaled_dot_product(q, k, v, mask if mask is None else mask[:, None])"},
)

mask_of_three_axes_by_sequence = slip(
    "A mask of three axes is taken for one for each sequence. It is one for each head.",
    {ATTEND: "= scaled_dot_product(q, k, v, mask[:, None] if np.ndim(mask) == 3 else mask)"},
)

mask_loses_its_axis_of_heads = slip(
    "A mask for each sequence loses its axis of heads: its axis of sequences is then taken for "
    "that of heads.",
    {ATTEND: "= scaled_dot_product(q, k, v, mask[:, 0] if np.ndim(mask) == 4 else mask)"},
)

mask_of_the_first_sequence = slip(
    "The mask of the first sequence is used for all of them.",
    {ATTEND: "= scaled_dot_product(q, k, v, mask[0] if np.ndim(mask) == 4 else mask)"},
)

# --- Speed -----------------------------------------------------------------------------------

one_head_at_a_time = slip(
    "It loops over the heads in Python. With the heads as a batch axis, one call serves all.",
    {
        "heads = scaled_dot_product(q, k, v, mask)": (
            "full = np.broadcast_to(True if mask is None else mask, (n, n_heads, t, t))\n"
            "parts = zip(*(a.swapaxes(0, 1) for a in (q, k, v, full)))\n"
            "heads = np.stack([scaled_dot_product(*part) for part in parts], axis=1)"
        )
    },
)
