from kata.attempts import rewrite, slip

MASKED = "scaled_dot_product(q, k, v, causal_mask(x.shape[1]))"
STEP = "params = adamw.step(params, grads)"
RATE = "adamw.lr = warmup_cosine(i, peak, warmup, steps)"
CONTEXT = "np.array([text[-length:]])"

with_your_own_causal_self_attention = rewrite(
    {
        "q, k, v = _split(linear(layer_norm(x, gamma, beta), w_qkv, b_qkv), n_heads, 3)\n"
        f"return linear(_join({MASKED}), w_o, b_o)": (
            "from exercises.attention.causal_self_attention import causal_self_attention\n\n"
            "normed = layer_norm(x, gamma, beta)\n"
            "return causal_self_attention(normed, w_qkv, b_qkv, w_o, b_o, n_heads)"
        ),
        "sample(next_token_probs(logits.astype(np.float64), temperature), rng)": (
            "int(logits.argmax() if temperature == 0 else (logits / temperature + "
            "rng.gumbel(size=len(logits))).argmax())"
        ),
    }
)

with_one_head_after_another = rewrite(
    {
        "grads_heads = scaled_dot_product_backward(grad_heads, q, k, v, mask)\n"
        "grad_qkv = np.concatenate([_join(grad) for grad in grads_heads], axis=2)": (
            "each = [\n"
            "    scaled_dot_product_backward(grad_heads[:, i], q[:, i], k[:, i], v[:, i], mask)\n"
            "    for i in range(n_heads)\n"
            "]\n"
            "grad_qkv = np.concatenate([one[i] for i in range(3) for one in each], axis=2)"
        ),
        "grad_tokens = embedding_backward(grad_x, ids, tokens)": (
            "one_hot = np.eye(len(tokens), dtype=tokens.dtype)[ids]\n"
            "grad_tokens = np.einsum('ntv,ntd->vd', one_hot, grad_x)"
        ),
    }
)

# --- init ------------------------------------------------------------------------------------

residuals_drawn = slip(
    "`w_o` and `w2` are drawn too. They should be 0, so that every block begins by adding nothing.",
    {
        "_layer(_zeros(d, d))": "_layer(_normal(d**-0.5, (d, d), rng))",
        "_layer(_zeros(d, 4 * d))": "_layer(_normal((4 * d) ** -0.5, (d, 4 * d), rng))",
    },
)

tables_alike = slip(
    "`tokens` and `positions` have the same standard deviation. That of the positions is smaller.",
    {"_normal(0.02,": "_normal(0.1,"},
)

variance_taken_for_deviation = slip(
    "The matrices have a standard deviation of 1 / d. Its root is asked for.",
    {
        "_normal(d**-0.5, (3 * d, d), rng)": "_normal(1 / d, (3 * d, d), rng)",
        "_normal(d**-0.5, (4 * d, d), rng)": "_normal(1 / d, (4 * d, d), rng)",
    },
)

# --- forward and loss_and_gradients ----------------------------------------------------------

no_mask = slip(
    "There is no causal mask: each position sees the token that it should predict. The training "
    "loss falls to almost 0, and nothing is learned that helps in writing.",
    {
        MASKED: "scaled_dot_product(q, k, v)",
        "causal_mask(x.shape[1])\nq, k": "np.ones((x.shape[1],) * 2, bool)\nq, k",
    },
)

no_mask_on_the_way_back = slip(
    "The backward pass has no causal mask, so it is that of another function.",
    {"backward(grad_heads, q, k, v, mask)": "backward(grad_heads, q, k, v)"},
)

no_positions = slip("The positions are not added.", {" + positions[: ids.shape[1]]]": "]"})

no_residual = slip(
    "x is not added to what attention gives: there is no residual connection around it.",
    {"stream[-1] + _attention(": "0 * stream[-1] + _attention("},
)

no_norm_before_attention = slip(
    "Attention gets x itself. Its norm comes first.",
    {"_split(linear(layer_norm(x, gamma, beta), w_qkv": "_split(linear(x, w_qkv"},
)

no_last_norm = slip(
    "The last norm is missing: the logits come from x itself.",
    {"return layer_norm(x, *params[-2:]) @": "return x @"},
)

heads_cut_without_a_transpose = slip(
    "Reshaping to heads alone mixes columns and positions: cut the columns, then swap the axes.",
    {
        "part.reshape(n, t, n_heads, -1).swapaxes(1, 2)": "part.reshape(n, n_heads, t, -1)",
        "heads.swapaxes(1, 2).reshape(n, t": "heads.reshape(n, t",
    },
)

interleaved_heads = slip(
    "A head has every n_heads-th column. Its columns should be next to each other.",
    {
        "part.reshape(n, t, n_heads, -1).swapaxes(1, 2)": (
            "part.reshape(n, t, -1, n_heads).transpose(0, 3, 1, 2)"
        ),
        "heads.swapaxes(1, 2).reshape(n, t": "heads.transpose(0, 2, 3, 1).reshape(n, t",
    },
)

not_shifted = slip(
    "Each position is asked for its own token, which it sees. It should predict the next one.",
    {"windows[:, 1:].reshape": "windows[:, :-1].reshape"},
)

last_position_only = slip(
    "Only the last token of each window is predicted. Every token but the first should be.",
    {
        "targets = windows[:, :-1], windows[:, 1:].reshape(-1)": (
            "targets = windows[:, :-1], np.where(\n"
            "    np.arange(1, windows.shape[1]) < windows.shape[1] - 1, -100, windows[:, 1:]\n"
            ").reshape(-1)"
        )
    },
)

tokens_learn_as_inputs_only = slip(
    "The tokens' gradient leaves out the logits, where they are used a second time.",
    {"grad_tokens += grad_logits": "grad_tokens += 0 * grad_logits"},
)

tokens_learn_as_outputs_only = slip(
    "The tokens' gradient leaves out that they are looked up, at the other end.",
    {"= embedding_backward(grad_x, ids, tokens)": "= embedding_backward(0 * grad_x, ids, tokens)"},
)

positions_get_the_mean = slip(
    "The positions' gradient is a mean over the windows. They share the positions, so it is a sum.",
    {"grad_x.sum(axis=0)": "grad_x.mean(axis=0)"},
)

residual_forgotten_on_the_way_back = slip(
    "The gradient goes back through attention only, not around it as well.",
    {"return grad_y + grad_x, [*grads_norm, *grads_qkv": "return grad_x, [*grads_norm, *grads_qkv"},
)

relu_forgotten_on_the_way_back = slip(
    "On the way back the gradient passes ReLU unchanged, through units that were off, too.",
    {"relu_backward(grad_hidden, z)": "grad_hidden"},
)

blocks_backwards = slip(
    "The gradients stand last block first, not in the order of `params`.",
    {
        "grads = [*attention, *network, *grads]": (
            "grads = [*grads[:-2], *attention, *network, *grads[-2:]]"
        )
    },
)

divided_twice = slip(
    "The gradients are divided by the number of windows once more. Those of the mean are there "
    "already.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(1.0 / len(ids),"},
)

# --- train -----------------------------------------------------------------------------------

rate_from_step_one = slip(
    "The schedule is asked for step i + 1. Steps are counted from 0.",
    {RATE: "adamw.lr = warmup_cosine(i + 1, peak, warmup, steps)"},
)

always_at_the_peak = slip(
    "The learning rate is always the peak: it neither warms up nor decays.",
    {RATE: "adamw.lr = peak"},
)

rate_never_set = slip("The learning rate stays at AdamW's default.", {RATE: "pass"})

a_new_adamw_for_every_batch = slip(
    "Every step is made by a new AdamW, which remembers nothing.",
    {STEP: "params = AdamW(lr=adamw.lr).step(params, grads)"},
)

no_decay = slip(
    "No weight decays: AdamW's weight_decay has its default, 0.01.",
    {"AdamW(), len": "AdamW(weight_decay=0.0), len"},
)

share_done_counted_from_zero = slip(
    "The share done leaves out the step just made: the last report should say 1.",
    {"report((i + 1) / steps, loss)\n": "report(i / steps, loss)\n"},
)

# --- write -----------------------------------------------------------------------------------

always_the_most_probable = slip(
    "The most probable token is always taken: it is not drawn.",
    {"astype(np.float64), temperature)": "astype(np.float64), 0.0)"},
)

first_position = slip(
    "The logits are those of the first position. The next token follows the last one.",
    {"n_heads)[0, -1]": "n_heads)[0, 0]"},
)

only_the_last_token_seen = slip(
    "The model is shown the last token alone. It should see what came before it, too.",
    {CONTEXT: "np.array([text[-1:]])"},
)

only_the_start_seen = slip(
    "The model never sees what it has written: it always gets the start.",
    {CONTEXT: "np.array([list(start)[-length:]])"},
)

cut_from_the_end = slip(
    "Counted from the end, none is all: with no new tokens the whole text comes back.",
    {"return text[len(start) :]": "return text[-n_new:]"},
)

nearly_0_for_0 = slip(
    "At a temperature of 0 a token is drawn, so where others are nearly as probable it may be one "
    "of these.",
    {"astype(np.float64), temperature)": "astype(np.float64), max(temperature, 0.01))"},
)

the_start_comes_back = slip(
    "The start is returned too. Only the new tokens should be.",
    {"return text[len(start) :]": "return text"},
)
