from kata.attempts import rewrite, slip

SCORES = "_softmax(q @ k.swapaxes(-1, -2) * scale, mask)"
HIDE = "np.copyto(scores, -np.inf, where=~mask)"
TOP = "top = scores.max(axis=-1, keepdims=True)"
BLIND = "top[np.isneginf(top)] = 0"
EXP = "scores = np.exp(scores - top)"
TOTAL = "np.maximum(scores.sum(axis=-1, keepdims=True), 1)"
PLAIN_TOTAL = "np.where(scores.any(-1, keepdims=True), scores.sum(-1, keepdims=True), 1)"
MEAN = "mean = (weights * grad_weights).sum(axis=-1, keepdims=True)"
GRAD_SCORES = "weights * (grad_weights - mean) * scale"
GRAD_Q = "return grad_scores @ k"
GRAD_K = "grad_scores.swapaxes(-1, -2) @ q"
GRAD_V = "grad_v = weights.swapaxes(-1, -2) @ grad_y"

with_the_mean_from_the_output = rewrite(
    {MEAN: "mean = (grad_y * (weights @ v)).sum(axis=-1, keepdims=True)"}
)

through_einsum = rewrite(
    {
        SCORES: '_softmax(np.einsum("...qd,...kd->...qk", q, k) / d**0.5, mask)',
        GRAD_V: 'grad_v = np.einsum("...qk,...qe->...ke", weights, grad_y)',
        MEAN: 'mean = np.einsum("...qk,...qk->...q", weights, grad_weights)[..., None]',
        GRAD_K: 'np.einsum("...qk,...qd->...kd", grad_scores, q)',
    }
)

with_the_batch_flattened_and_a_large_negative_number = rewrite(
    {
        SCORES: (
            "_softmax((q.reshape(-1, t_q, d) @ k.reshape(-1, t_k, d).transpose(0, 2, 1))"
            ".reshape(*batch, t_q, t_k) * scale, mask)"
        ),
        HIDE: "scores = np.where(mask, scores, -6e4)",
        EXP: "scores = np.exp(scores - top) * (True if mask is None else mask)",
        TOTAL: PLAIN_TOTAL,
    }
)

without_the_mean = slip(
    "The mean of the weights' gradients is not subtracted: when one score rises, the other weights "
    "of the query fall.",
    {"grad_weights - mean": "grad_weights"},
)

plain_mean = slip(
    "The plain mean of the weights' gradients is subtracted. It should be their mean under the "
    "weights.",
    {MEAN: "mean = grad_weights.mean(axis=-1, keepdims=True)"},
)

mean_over_queries = slip(
    "The sum runs over the queries. Each query has a softmax, and so a sum, of its own over the "
    "keys.",
    {MEAN: "mean = (weights * grad_weights).sum(axis=-2, keepdims=True)"},
)

mean_over_everything = slip(
    "The sum runs over the whole array. Each query has one of its own.",
    {MEAN: "mean = (weights * grad_weights).sum()"},
)

the_axis_of_the_sum_lost = slip(
    "A sum or a maximum over the keys has lost its axis: one query's number meets another query's "
    "keys, or the shapes don't fit.",
    {"grad_weights).sum(axis=-1, keepdims=True)": "grad_weights).sum(axis=-1)"},
)

mean_times_the_weights_twice = slip(
    "The sum is multiplied by the weights twice.",
    {"grad_weights - mean": "grad_weights - weights * mean"},
)

diagonal_only = slip(
    "Only the diagonal of the softmax's Jacobian is there, P(1 − P): each score also moves the "
    "weights of all other keys.",
    {"(grad_weights - mean)": "(1 - weights) * grad_weights"},
)

sign_of_the_scores = slip(
    "The gradient of the scores has the wrong sign.", {"grad_weights - mean": "mean - grad_weights"}
)

without_the_softmax = slip(
    "The gradient of the weights is taken for that of the scores: the softmax in between is left "
    "out.",
    {GRAD_SCORES: "grad_weights * scale * (True if mask is None else mask)"},
)

gradients_not_scaled = slip(
    "The gradients of q and k lack the factor 1/√d. The scale is a part of the scores.",
    {"(grad_weights - mean) * scale": "(grad_weights - mean)"},
)

grad_q_not_scaled = slip(
    "The gradient of q lacks the factor 1/√d.", {GRAD_Q: "return grad_scores @ k / scale"}
)

grad_k_not_scaled = slip(
    "The gradient of k lacks the factor 1/√d.", {GRAD_K: "grad_scores.swapaxes(-1, -2) @ q / scale"}
)

scores_not_scaled = slip(
    "The scores are not scaled on the way to the weights, only their gradient is.",
    {"k.swapaxes(-1, -2) * scale": "k.swapaxes(-1, -2)"},
)

no_scale = slip(
    "The scores are not scaled by 1/√d. Is the scale missing, in the gradients too?",
    {"scale = 1 / math.sqrt(d)": "scale = 1"},
)

scaled_twice = slip(
    "The gradients of q and k are scaled twice.",
    {"(grad_weights - mean) * scale": "(grad_weights - mean) * scale**2"},
)

scaled_by_d = slip("The scale is 1/d. It should be 1/√d.", {"math.sqrt(d)": "d"})

scaled_by_the_width_of_the_values = slip(
    "The scale is taken from the width of the values. How many products are summed in a score?",
    {"math.sqrt(d)": "math.sqrt(d_v)"},
)

values_with_a_scale = slip(
    "The gradient of v is scaled by 1/√d. Only the scores are.", {GRAD_V: f"{GRAD_V} * scale"}
)

grad_k_not_transposed = slip(
    "The gradient of k is summed over the keys. It should collect, for each key, what comes from "
    "all queries.",
    {GRAD_K: "grad_scores @ q"},
)

grad_v_not_transposed = slip(
    "The gradient of v is summed over the keys. It should collect, for each key, what comes from "
    "all queries.",
    {GRAD_V: "grad_v = weights @ grad_y"},
)

grad_v_from_the_scores = slip(
    "The gradient of v is made from the scores. Y is the softmax's weights times v.",
    {GRAD_V: "grad_v = (q @ k.swapaxes(-1, -2) * scale).swapaxes(-1, -2) @ grad_y"},
)

grad_v_from_their_gradient = slip(
    "The gradient of v is made from the gradient of the scores. Y is the weights times v.",
    {"return grad_scores @ k": "grad_v = grad_scores.swapaxes(-1, -2) @ grad_y\n" + GRAD_Q},
)

q_and_k_confused = slip(
    "The gradient of q is made from q, that of k from k. In a product, each factor's gradient "
    "holds the other.",
    {GRAD_Q: "return grad_scores @ q", GRAD_K: "grad_scores.swapaxes(-1, -2) @ k"},
)

softmax_over_queries = slip(
    "The softmax runs over the queries. It should run over the keys.",
    {
        "scores.max(axis=-1": "scores.max(axis=-2",
        "scores.sum(axis=-1": "scores.sum(axis=-2",
        "grad_weights).sum(axis=-1": "grad_weights).sum(axis=-2",
    },
)

k_dot_t = slip(
    "`.T` reverses the batch axes too. Only the last two should change places.",
    {"q @ k.swapaxes(-1, -2)": "q @ k.T"},
)

mask_inverted = slip("The mask is inverted: True shows a key here.", {"~mask)": "mask)"})

mask_ignored = slip("The mask is not used: masked keys get weights and gradients.", {HIDE: "pass"})

mask_on_the_gradient_only = slip(
    "The mask hides only the gradients of the scores. The weights themselves are still shared with "
    "masked keys.",
    {
        HIDE: "pass",
        "(grad_weights - mean)": "(grad_weights - mean) * (True if mask is None else mask)",
    },
)

mask_after_the_softmax = slip(
    "The mask comes after the softmax: the weights that are left no longer sum to 1.",
    {HIDE: "pass", SCORES: f"{SCORES} * (True if mask is None else mask)"},
)

maximum_over_masked_keys_too = slip(
    "Masked keys still count in the softmax's maximum: one large score among them drowns all "
    "others.",
    {
        HIDE: "pass",
        EXP: "scores = np.exp(scores - top) * (True if mask is None else mask)",
        TOTAL: PLAIN_TOTAL,
    },
)

masked_scores_are_zero = slip(
    "A masked score of 0 still counts. Which score has an exponential of 0?",
    {HIDE: "np.copyto(scores, 0, where=~mask)"},
)

mean_for_blind_queries = slip(
    "A query whose keys are all masked gets equal weights on all of them: all its scores are "
    "equally low. So it adds to the gradient of v.",
    {HIDE: "np.copyto(scores, np.finfo(scores.dtype).min, where=~mask)"},
)

nan_for_blind_queries = slip(
    "A query whose keys are all masked gives nan: its maximum is −∞, and −∞ − (−∞) is nan. In a "
    "sum over queries one nan is enough.",
    {BLIND: "pass"},
)

without_the_maximum = slip(
    "exp overflows for large scores. What can be subtracted without changing the weights?",
    {EXP: "scores = np.exp(scores)", TOTAL: PLAIN_TOTAL},
)

without_the_maximum_where_nothing_is_masked = slip(
    "Where no mask is given, exp overflows for large scores, as if no maximum were subtracted.",
    {EXP: "scores = np.exp(scores - top if mask is not None else scores)", TOTAL: PLAIN_TOTAL},
)

one_maximum_for_all_queries = slip(
    "One maximum serves the whole array: a query whose scores are far below it underflows.",
    {TOP: "top = scores.max(keepdims=True)", TOTAL: PLAIN_TOTAL},
)

batch_unchecked = slip(
    "Keys or values of another batch are silently broadcast.",
    {
        '_check_shape("k", k, (*batch, t_k, d))': "pass",
        '_check_shape("v", v, (*batch, t_k, d_v))': "pass",
    },
)

grad_y_unchecked = slip(
    "A grad_y of another shape than Y is silently broadcast.",
    {'_check_shape("grad_y", grad_y, (*batch, t_q, d_v))': "pass"},
)

mask_unchecked = slip(
    "A mask that is larger than the scores silently stretches them.",
    {
        "_check_mask(mask, (*batch, t_q, t_k))": "pass",
        HIDE: "scores = np.where(mask, scores, -np.inf)",
    },
)

with_the_whole_jacobian = slip(
    "It builds the softmax's Jacobian: t_k × t_k numbers for every query.",
    {
        GRAD_SCORES: (
            "(np.eye(t_k, dtype=q.dtype) * weights[..., None]"
            " - weights[..., None] * weights[..., None, :])\n"
            "grad_scores = (grad_scores @ grad_weights[..., None])[..., 0] * scale"
        )
    },
)

one_query_at_a_time = slip(
    "It goes through the queries one at a time in Python. The products of matrices take all of "
    "them at once.",
    {
        GRAD_SCORES: (
            "np.empty_like(weights)\n"
            "for i in range(t_q):\n"
            "    rest = grad_weights[..., i, :] - mean[..., i, :]\n"
            "    grad_scores[..., i, :] = weights[..., i, :] * rest * scale"
        )
    },
)
