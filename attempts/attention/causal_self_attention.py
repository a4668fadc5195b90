import numpy as np

from exercises.attention.scaled_dot_product import scaled_dot_product
from kata.attempts import rewrite, right, slip
from solutions.attention.causal_self_attention import causal_self_attention

PARTS = "np.split(packed, 3, axis=-1)"
CUT = "part.reshape(n, t, n_heads, d // n_heads).swapaxes(1, 2)"
MASK = "np.tri(t, dtype=bool)"
ATTEND = "scaled_dot_product(q, k, v, not_later)"
JOIN = "heads.swapaxes(1, 2).reshape(n, t, d)"
OUT = "joined @ w_o.T + b_o"


@right(causal_self_attention)
def with_minus_infinity_added(x, w_qkv, b_qkv, w_o, b_o, n_heads):
    n, t, d = x.shape
    width = d // n_heads
    packed = (np.einsum("ntd,ed->nte", x, w_qkv) + b_qkv).reshape(n, t, 3, n_heads, width)
    q, k, v = np.moveaxis(packed, 2, 0)
    scores = np.einsum("nqhe,nkhe->nhqk", q, k) / width**0.5
    scores += np.triu(np.full((t, t), -np.inf, x.dtype), 1)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return np.einsum("nhqk,nkhe->nqhe", weights, v).reshape(n, t, d) @ w_o.T + b_o


@right(causal_self_attention)
def with_the_heads_in_the_batch(x, w_qkv, b_qkv, w_o, b_o, n_heads):
    n, t, d = x.shape
    if d % n_heads:
        raise ValueError("n_heads must divide d")
    order = np.arange(t)
    mask = order[:, None] >= order[None, :]
    q, k, v = (
        (x @ w.T + b).reshape(n, t, n_heads, -1).transpose(0, 2, 1, 3).reshape(n * n_heads, t, -1)
        for w, b in zip(np.split(w_qkv, 3), np.split(b_qkv, 3), strict=True)
    )
    heads = scaled_dot_product(q, k, v, mask)
    return heads.reshape(n, n_heads, t, -1).transpose(0, 2, 1, 3).reshape(n, t, d) @ w_o.T + b_o


# A key's bias adds the same number to all scores of a query, so the softmax does not feel it.
without_the_bias_of_the_keys = rewrite(
    {
        "packed = x @ w_qkv.T + b_qkv": (
            "keys = np.arange(3 * d) // d == 1\n"
            "packed = x @ w_qkv.T + np.where(keys, x.dtype.type(0), b_qkv)"
        )
    }
)

# --- Who sees whom ---------------------------------------------------------------------------

no_mask = slip(
    "Every position sees all others, later ones too.", {ATTEND: "scaled_dot_product(q, k, v)"}
)

sees_the_future = slip(
    "Every position sees itself and what comes later: the mask is the wrong triangle.",
    {MASK: "np.tri(t, dtype=bool).T"},
)

sees_not_itself = slip(
    "A position does not see itself, and the first sees nothing.",
    {MASK: "np.tri(t, k=-1, dtype=bool)"},
)

sees_one_ahead = slip(
    "A position sees the next one too: for a language model, that is the answer.",
    {MASK: "np.tri(t, k=1, dtype=bool)"},
)

mask_inverted = slip(
    "The mask is inverted: every position sees only what comes later, and the last sees nothing.",
    {MASK: "~np.tri(t, dtype=bool)"},
)

mask_after_the_softmax = slip(
    "The weights of later positions are set to 0 after the softmax: the rest no longer sum to 1, "
    "and the future has a part in them.",
    {
        ATTEND: (
            "scaled_dot_product(q, k, np.tile(np.eye(t, dtype=x.dtype), (n, n_heads, 1, 1)))\n"
            "heads = heads * not_later @ v"
        )
    },
)

later_scores_are_zero = slip(
    "The scores of later positions are set to 0 before the softmax. A score of 0 still has weight.",
    {
        ATTEND: (
            "q @ k.swapaxes(-1, -2) / (d // n_heads) ** 0.5 * not_later\n"
            "heads = np.exp(heads)\n"
            "heads = heads / heads.sum(axis=-1, keepdims=True) @ v"
        )
    },
)

sequences_run_together = slip(
    "All sequences of the batch are one long one here: each also sees those before it.",
    {
        "packed = x @ w_qkv.T + b_qkv": (
            "shape, n, t = x.shape, 1, n * t\npacked = x.reshape(n, t, d) @ w_qkv.T + b_qkv"
        ),
        OUT: "(joined @ w_o.T + b_o).reshape(shape)",
    },
)

# --- Packing ---------------------------------------------------------------------------------

packed_as_k_q_v = slip(
    "The first d rows of w_qkv give K here, and the next d give Q. It is Q, K, V.",
    {ATTEND: "scaled_dot_product(k, q, v, not_later)"},
)

packed_as_q_v_k = slip(
    "The last d rows of w_qkv give K here, and those before them V. It is Q, K, V.",
    {ATTEND: "scaled_dot_product(q, v, k, not_later)"},
)

packed_by_heads = slip(
    "The rows of w_qkv are taken head by head, each with its own Q, K and V. They are packed as "
    "all of Q, all of K, all of V.",
    {
        PARTS: (
            "np.moveaxis(packed.reshape(n, t, n_heads, 3, d // n_heads), 3, 0).reshape(3, n, t, d)"
        )
    },
)

packed_in_turn = slip(
    "Every third row of w_qkv is taken for Q. The first d rows are.",
    {PARTS: "np.moveaxis(packed.reshape(n, t, d, 3), 3, 0)"},
)

unpacked_by_reshape_alone = slip(
    "The product of shape (n, t, 3d) is reshaped to (3, n, t, d): that cuts it along its first "
    "axis, where the last should be cut.",
    {PARTS: "packed.reshape(3, n, t, d)"},
)

# --- Heads -----------------------------------------------------------------------------------

cut_by_reshape_alone = slip(
    "The heads are cut by a reshape to (n, n_heads, t, d / n_heads), which mixes positions: in "
    "this way the future leaks, too.",
    {CUT: "part.reshape(n, n_heads, t, d // n_heads)"},
)

joined_by_reshape_alone = slip(
    "The heads' results are reshaped to (n, t, d) before their axes are swapped back: what stands "
    "side by side then comes from different positions.",
    {JOIN: "heads.reshape(n, t, d)"},
)

cut_and_joined_by_reshape_alone = slip(
    "The heads are cut and joined by reshapes alone: a head has all columns of a few positions, "
    "where it should have a few columns of all positions.",
    {CUT: "part.reshape(n, n_heads, t, d // n_heads)", JOIN: "heads.reshape(n, t, d)"},
)

interleaved_heads = slip(
    "A head has every n_heads-th column. Its columns should be next to each other.",
    {
        CUT: "part.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)",
        JOIN: "heads.transpose(0, 2, 3, 1).reshape(n, t, d)",
    },
)

cut_alone_interleaved = slip(
    "A head gets every n_heads-th column of Q, K and V. Its columns should be next to each other.",
    {CUT: "part.reshape(n, t, d // n_heads, n_heads).transpose(0, 3, 1, 2)"},
)

one_head = slip(
    "There is one attention over the whole width. Each head should attend on its own.",
    {CUT: "part.reshape(n, t, 1, d).swapaxes(1, 2)"},
)

scaled_by_the_whole_width = slip(
    "The scores are divided by √d. A score is a sum over the width of one head.",
    {ATTEND: "scaled_dot_product(q / n_heads**0.5, k, v, not_later)"},
)

scaled_twice = slip(
    "The scores are divided by the root of a head's width twice. `scaled_dot_product` does that by "
    "itself.",
    {ATTEND: "scaled_dot_product(q / (d // n_heads) ** 0.5, k, v, not_later)"},
)

not_scaled = slip(
    "The scores are not scaled.",
    {ATTEND: "scaled_dot_product(q * (d // n_heads) ** 0.5, k, v, not_later)"},
)

# --- Weights and biases ----------------------------------------------------------------------

no_first_bias = slip("b_qkv is not added.", {"x @ w_qkv.T + b_qkv": "x @ w_qkv.T"})

no_last_bias = slip("b_o is not added.", {OUT: "joined @ w_o.T"})

last_bias_too_early = slip(
    "b_o is added before the product with w_o. It comes after.", {OUT: "(joined + b_o) @ w_o.T"}
)

no_output_weights = slip("w_o is not used: it mixes what the heads give.", {OUT: "joined + b_o"})

output_weights_not_transposed = slip(
    "w_o is not transposed: weights are (out, in).", {OUT: "joined @ w_o + b_o"}
)

residual_added = slip(
    "x is added to the result. The way around attention belongs to the block, not to this "
    "function.",
    {OUT: "x + joined @ w_o.T + b_o"},
)

# --- Speed -----------------------------------------------------------------------------------

one_position_at_a_time = slip(
    "It loops over the positions in Python. A mask lets one call serve all of them.",
    {
        "heads = scaled_dot_product(q, k, v, not_later)": (
            "parts = [\n"
            "    scaled_dot_product(q[:, :, s : s + 1], k[:, :, : s + 1], v[:, :, : s + 1])\n"
            "    for s in range(t)\n"
            "]\n"
            "heads = np.concatenate(parts, axis=2)"
        )
    },
)
