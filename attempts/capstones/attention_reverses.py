from kata.attempts import rewrite, slip

SCORES = "q @ k.swapaxes(1, 2) / math.sqrt(q.shape[2])"
LOSS = "return cross_entropy(logits, targets.reshape(-1)), ["
STEP = "params = adam.step(params, grads)"

by_attending_to_unit_vectors = rewrite(
    {
        f"softmax({SCORES})": (
            "scaled_dot_product(q, k, np.tile(np.eye(q.shape[1]), (len(q), 1, 1)))"
        ),
        "scaled_dot_product(q, k, v) @ params[5].T": "weights(params, ids) @ v @ params[5].T",
    }
)

without_the_other_katas = rewrite(
    {
        "x, q, k, v = _project(params, ids)\nmixed = scaled_dot_product(q, k, v)": (
            "n, t = ids.shape\n"
            "one_hot = np.eye(len(tokens))[ids]\n"
            "x = one_hot @ tokens + params[1][None]\n"
            "q, k, v = (np.einsum('nti,oi->nto', x, w) for w in (w_q, w_k, w_v))\n"
            "s = np.einsum('nid,njd->nij', q, k) * len(w_q) ** -0.5\n"
            "p = np.exp(s - np.logaddexp.reduce(s, axis=2, keepdims=True))\n"
            "mixed = p @ v\n"
            "scores = mixed @ w_out.T\n"
            "log_p = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)\n"
            "right = np.eye(len(w_out))[targets]\n"
            "delta = (np.exp(log_p) - right) / (n * t)\n"
            "back = delta @ w_out\n"
            "d_p = np.einsum('nid,njd->nij', back, v)\n"
            "d_s = p * (d_p - (p * d_p).sum(2)[..., None]) * len(w_q) ** -0.5\n"
            "d_q = d_s @ k\n"
            "d_k, d_v = np.einsum('nij,nid->njd', d_s, q), np.einsum('nij,nid->njd', p, back)\n"
            "d_x = d_q @ w_q + d_k @ w_k + d_v @ w_v\n"
            "pairs = [(d_q, x), (d_k, x), (d_v, x), (delta, mixed)]\n"
            "matrices = [sum(one.T @ two for one, two in zip(*both)) for both in pairs]\n"
            "d_tokens = np.tensordot(one_hot, d_x, axes=([0, 1], [0, 1]))\n"
            "loss = float(-(log_p * right).sum() / (n * t))\n"
            "return loss, [d_tokens, np.add.reduce(d_x), *matrices]\n"
            "mixed = scaled_dot_product(q, k, v)"
        )
    }
)

with_lists_for_its_loop = rewrite(
    {
        "for i, ids in enumerate(batches, start=1):": (
            "for i, ids in zip(range(1, 1 + len(batches)), list(batches)):"
        ),
        "ids, ids[:, ::-1]": "ids, np.flip(ids, axis=-1)",
        "report(i / len(batches), loss)": "report(1 - (len(batches) - i) / len(batches), loss)",
    }
)

# --- init ------------------------------------------------------------------------------------

matrices_as_large_as_the_tables = slip(
    "All params have variance 1. Then queries times keys grow with d, and the softmax begins hard, "
    "with hardly a gradient.",
    {"/ math.sqrt(d) for": "for"},
)

variance_taken_for_deviation = slip(
    "The matrices' standard deviation is 1 / d; that is their variance.",
    {"/ math.sqrt(d) for": "/ d for"},
)

w_out_drawn = slip(
    "`w_out` is drawn too. It should be 0 at first.",
    {"np.zeros((n_tokens, d))": "rng.normal(size=(n_tokens, d)) / math.sqrt(d)"},
)

one_matrix_for_all = slip(
    "w_q, w_k and w_v are the same numbers. Each should be drawn for itself.",
    {"for _ in range(3)]": "] * 3"},
)

# --- weights and forward ---------------------------------------------------------------------

no_positions = slip(
    "The positions are not added. Attention sees a set: without them no position knows which one "
    "it is.",
    {"embedding(ids, tokens) + positions": "embedding(ids, tokens) + 0 * positions"},
)

softmax_over_the_queries = slip(
    "The softmax runs over the queries, so the columns sum to 1. It should run over the keys.",
    {f"softmax({SCORES})": f"softmax({SCORES}, axis=1)"},
)

no_scale = slip("The scores are not divided by √d.", {SCORES: "q @ k.swapaxes(1, 2)"})

a_causal_mask = slip(
    "A causal mask hides the later positions. Here every position looks at all.",
    {
        f"softmax({SCORES})": (
            f"softmax(np.where(np.tri(ids.shape[1], dtype=bool), {SCORES}, -np.inf))"
        ),
        "scaled_dot_product(q, k, v) @ params[5].T": (
            "scaled_dot_product(q, k, v, np.tri(ids.shape[1], dtype=bool)) @ params[5].T"
        ),
        "mixed = scaled_dot_product(q, k, v)": (
            "seen = np.tri(ids.shape[1], dtype=bool)\nmixed = scaled_dot_product(q, k, v, seen)"
        ),
        "scaled_dot_product_backward(grad_logits @ w_out, q, k, v)": (
            "scaled_dot_product_backward(grad_logits @ w_out, q, k, v, seen)"
        ),
    },
)

matrices_not_transposed = slip(
    "x is multiplied by w_q, w_k and w_v as they are. It should be by their transposes.",
    {"return x, x @ w_q.T, x @ w_k.T, x @ w_v.T": "return x, x @ w_q, x @ w_k, x @ w_v"},
)

scores_for_weights = slip(
    "These are the scores. The weights are their softmax.", {f"softmax({SCORES})": SCORES}
)

keys_by_queries = slip(
    "The weights are transposed: rows are for the positions that look, columns for those looked "
    "at.",
    {f"softmax({SCORES})": f"softmax({SCORES}).swapaxes(1, 2)"},
)

values_for_logits = slip(
    "`w_out` is not applied: these are the mixed values, not a logit for each token.",
    {"scaled_dot_product(q, k, v) @ params[5].T": "scaled_dot_product(q, k, v)"},
)

# --- loss_and_gradients ----------------------------------------------------------------------

through_the_values_only = slip(
    "The gradient of x comes through v only. It also comes through q and through k.",
    {"grad_x = grad_q @ w_q + grad_k @ w_k + grad_v @ w_v": "grad_x = grad_v @ w_v"},
)

not_through_the_keys = slip(
    "The gradient of x comes through q and v only. It also comes through k.",
    {" + grad_k @ w_k": ""},
)

not_through_the_queries = slip(
    "The gradient of x comes through k and v only. It also comes through q.",
    {"grad_q @ w_q + ": ""},
)

not_through_the_values = slip(
    "The gradient of x comes through q and k only. It also comes through v.",
    {" + grad_v @ w_v": ""},
)

w_out_by_the_values = slip(
    "The gradient of w_out is taken with the values. Its input is what attention made of them.",
    {"_weight_gradient(grad_logits, mixed)": "_weight_gradient(grad_logits, v)"},
)

gradients_of_the_sum = slip(
    "The gradients are those of the sum over all targets; the loss is their mean.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(float(targets.size),"},
)

weights_transposed_on_the_way_back = slip(
    "Going back through q, k and v, the gradient is multiplied by transposed weights. These were "
    "the way forward.",
    {
        "grad_q @ w_q + grad_k @ w_k + grad_v @ w_v": (
            "grad_q @ w_q.T + grad_k @ w_k.T + grad_v @ w_v.T"
        )
    },
)

repeated_tokens_count_once = slip(
    "Where a token stands at several places, only one of its gradients reaches its vector.",
    {
        LOSS: f"grad_tokens = np.zeros_like(tokens)\ngrad_tokens[ids] += grad_x\n{LOSS}",
        "embedding_backward(grad_x, ids, tokens)": "grad_tokens",
    },
)

positions_get_the_mean = slip(
    "The positions' gradient is a mean over the sequences. They all use the same positions, so "
    "their gradients add up.",
    {"grad_x.sum(axis=0)": "grad_x.mean(axis=0)"},
)

mean_over_the_sequences = slip(
    "The losses of a sequence's positions are added up. The loss is the mean of all n · length.",
    {
        "cross_entropy_backward(1.0,": "cross_entropy_backward(float(ids.shape[1]),",
        "return cross_entropy(": "return ids.shape[1] * cross_entropy(",
    },
)

divided_twice = slip(
    "The gradients are divided by the number of sequences once too often: "
    "`cross_entropy_backward` gives those of the mean.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(1.0 / len(ids),"},
)

gradients_of_queries_and_keys_swapped = slip(
    "The gradients of w_q and w_k have changed places.",
    {
        "(grad_q, x)": "(grad_for_k, x)",
        "(grad_k, x)": "(grad_q, x)",
        "(grad_for_k, x)": "(grad_k, x)",
    },
)

# --- train -----------------------------------------------------------------------------------

it_learns_to_copy = slip(
    "The targets are the sequences as they are. The network learns to copy, not to reverse.",
    {"ids, ids[:, ::-1]": "ids, ids"},
)

batch_reversed = slip(
    "The order of the sequences in a batch is reversed, not that of the tokens in a sequence.",
    {"ids, ids[:, ::-1]": "ids, ids[::-1]"},
)

steps_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {STEP: "adam.step(params, grads)"},
)

a_new_adam_for_every_batch = slip(
    "Every step is made by a new Adam, which remembers nothing.",
    {STEP: "params = Adam(lr=lr).step(params, grads)"},
)

share_done_counted_from_zero = slip(
    "The share done leaves out the step just made: the last report should say 1.",
    {"report(i / len(batches), loss)": "report((i - 1) / len(batches), loss)"},
)

loss_after_the_step = slip(
    "The loss reported is that after the step. It should be the one that the step started from.",
    {
        "report(i / len(batches), loss)": (
            "report(i / len(batches), loss_and_gradients(params, ids, ids[:, ::-1])[0])"
        )
    },
)
