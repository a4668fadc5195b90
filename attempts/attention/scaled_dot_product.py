from kata.attempts import rewrite, slip

QUERIES = "(q * (1 / math.sqrt(d)))"
HIDE = "np.copyto(scores, -np.inf, where=~mask)"
BLIND = "top[np.isneginf(top)] = 0"
EXP = "weights = np.exp(scores, out=scores)"
TOTAL = "np.maximum(weights.sum(axis=-1, keepdims=True), 1)"
MEANS = "(weights @ v) / total"
PLAIN_TOTAL = "weights.sum(axis=-1, keepdims=True)\ntotal[total == 0] = 1"

through_logarithms = rewrite(
    {
        "scores -= top": (
            "scores -= top\n"
            "log_total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)\n"
            "log_total[np.isneginf(log_total)] = 0\n"
            "scores -= log_total"
        ),
        MEANS: "weights @ v",
    }
)

with_the_batch_flattened = rewrite(
    {
        "scores = (q * (1 / math.sqrt(d))) @ k.swapaxes(-1, -2)": (
            "flat = q.reshape(-1, t_q, d) @ k.reshape(-1, t_k, d).transpose(0, 2, 1)\n"
            "scores = flat.reshape(*batch, t_q, t_k) / math.sqrt(d)"
        ),
        HIDE: "scores = np.where(mask, scores, np.finfo(q.dtype).min)",
        EXP: "weights = np.exp(scores) * (True if mask is None else mask)",
    }
)

with_queries_as_columns = rewrite(
    {
        "scores = (q * (1 / math.sqrt(d))) @ k.swapaxes(-1, -2)": (
            "root = d**0.25\nscores = (k / root @ (q / root).swapaxes(-1, -2)).swapaxes(-1, -2)"
        )
    }
)

no_scale = slip(
    "The scores are not scaled: for a large d they are large, and the softmax saturates.",
    {QUERIES: "q"},
)

scaled_by_d = slip(
    "The scores are divided by d. Their standard deviation grows more slowly than that.",
    {"math.sqrt(d)": "d"},
)

scaled_up = slip(
    "The scores are multiplied by √d where they should become smaller.",
    {"(1 / math.sqrt(d))": "math.sqrt(d)"},
)

scaled_by_the_width_of_the_values = slip(
    "The scale is taken from the width of the values. How many products are summed in a score?",
    {"math.sqrt(d)": "math.sqrt(d_v)"},
)

scaled_by_the_width_of_all_heads = slip(
    "The scale is that of all heads together, √d_model. A score is a product within one head.",
    {"math.sqrt(d)": "math.sqrt(d * (batch[-1] if len(batch) > 1 else 1))"},
)

scaled_after_the_softmax = slip(
    "The scale comes after the softmax, where it only shrinks the result.",
    {QUERIES: "q", "/ total": "/ total / math.sqrt(d)"},
)

softmax_over_queries = slip(
    "The softmax runs over the queries. Whose weights should sum to 1?",
    {
        "scores.max(axis=-1": "scores.max(axis=-2",
        "weights.sum(axis=-1": "weights.sum(axis=-2",
        MEANS: "(weights / total) @ v",
    },
)

softmax_along_axis_1 = slip(
    "The softmax runs along axis 1, which is the keys only where there is no batch axis.",
    {
        "scores.max(axis=-1": "scores.max(axis=1",
        "weights.sum(axis=-1": "weights.sum(axis=1",
        MEANS: "(weights / total) @ v",
    },
)

softmax_over_everything = slip(
    "The softmax runs over the whole array, but each query has weights of its own.",
    {"scores.max(axis=-1, ": "scores.max(", "weights.sum(axis=-1, ": "weights.sum("},
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one query's sum meets another query's result, or the shapes don't "
    "fit.",
    {"weights.sum(axis=-1, keepdims=True)": "weights.sum(axis=-1)"},
)

not_normalized = slip(
    "The exponentials of a query's scores are not divided by their sum.", {MEANS: "weights @ v"}
)

no_softmax = slip(
    "The scores themselves are the weights: there is no softmax.",
    {
        "scores, -np.inf": "scores, 0",
        "top = scores.max(axis=-1, keepdims=True)": "return scores @ v",
    },
)

mean_of_the_values = slip(
    "Every query gets the plain mean of the values it may see: the scores play no part.",
    {QUERIES: "(q * 0)"},
)

weights_only = slip(
    "These are the weights. The result is the mean of the values weighted by them.",
    {MEANS: "weights / total"},
)

k_dot_t = slip(
    "It is not k's last two axes that change places. `.T` reverses the batch axes, too.",
    {"k.swapaxes(-1, -2)": "k.T"},
)

k_reshaped = slip(
    "The keys are reshaped, not transposed: their numbers keep their order, which mixes the keys.",
    {"k.swapaxes(-1, -2)": "k.reshape(*batch, d, t_k)"},
)

mask_inverted = slip(
    "The mask is inverted: True shows a key here. (In torch's nn.MultiheadAttention it hides one.)",
    {"~mask)": "mask)"},
)

mask_of_false_taken_for_none = slip(
    "A mask without a single True is taken for none at all, but it hides every key.",
    {"if mask is not None:\n    np.copyto": ("if mask is not None and mask.any():\n    np.copyto")},
)

mask_after_the_softmax = slip(
    "The mask comes after the softmax: the weights that are left no longer sum to 1.",
    {HIDE: "pass", MEANS: "(weights / total * (True if mask is None else mask)) @ v"},
)

maximum_over_masked_keys_too = slip(
    "Masked keys still count in the softmax's maximum: one large score among them drowns others.",
    {
        HIDE: "pass",
        EXP: "weights = np.exp(scores, out=scores) * (True if mask is None else mask)",
        TOTAL: PLAIN_TOTAL,
    },
)

masked_scores_are_zero = slip(
    "A masked score of 0 still counts. Which score has an exponential of 0?",
    {"scores, -np.inf": "scores, 0"},
)

mask_added_as_a_number = slip(
    "The boolean mask is added to the scores: a key that may be seen gets 1 more, none is hidden.",
    {HIDE: "scores += mask"},
)

minus_1e9_added = slip(
    "A number such as -1e9 is added to masked scores. If all keys are masked it cancels, and real "
    "scores may be lower.",
    {HIDE: "scores += np.where(mask, 0, -1e9)"},
)

minus_1e9 = slip(
    "Masked scores become a number such as -1e9. If all keys are masked they share the weight, and "
    "real scores may be lower.",
    {"scores, -np.inf": "scores, -1e9"},
)

minus_1e9_but_zeros_for_blind_queries = slip(
    "Masked scores become a number such as -1e9, and real scores may be lower.",
    {
        "scores, -np.inf": "scores, -1e9",
        EXP: "weights = np.exp(scores, out=scores) * (True if mask is None else mask)",
        TOTAL: PLAIN_TOTAL,
    },
)

mean_for_blind_queries = slip(
    "A query whose keys are all masked gets the mean of all values: equally low scores share the "
    "weight.",
    {"scores, -np.inf": "scores, np.finfo(q.dtype).min"},
)

nan_for_blind_queries = slip(
    "A query whose keys are all masked gets nan: its maximum is −∞, and −∞ − (−∞) is nan.",
    {BLIND: "pass"},
)

nan_painted_over = slip(
    "nan is computed and then painted over, which would also hide a nan from bad data.",
    {BLIND: "pass", MEANS: "np.nan_to_num(weights / total) @ v"},
)

epsilon_in_the_sum = slip(
    "A small constant is added to the sum: the weights of all queries no longer sum to 1.",
    {TOTAL: "weights.sum(axis=-1, keepdims=True) + 1e-6"},
)

without_the_maximum = slip(
    "exp overflows for large scores. What can be subtracted without changing the weights?",
    {"scores -= top": "pass", TOTAL: PLAIN_TOTAL},
)

without_the_maximum_where_nothing_is_masked = slip(
    "Where no mask is given, exp overflows for large scores, as if no maximum were subtracted.",
    {"scores -= top": "scores -= top if mask is not None else 0", TOTAL: PLAIN_TOTAL},
)

scores_clipped = slip(
    "The scores are clipped so that exp does not overflow: those beyond the bound become equal.",
    {
        "scores -= top": "np.clip(scores, -60, 60, out=scores, where=scores > -np.inf)",
        TOTAL: PLAIN_TOTAL,
    },
)

one_maximum_for_all_queries = slip(
    "One maximum serves the whole array: a query whose scores are far below it underflows.",
    {"scores.max(axis=-1, keepdims=True)": "scores.max(keepdims=True)", TOTAL: PLAIN_TOTAL},
)

log_of_the_sum_of_huge_scores = slip(
    "Added to a huge maximum, the logarithm of the sum is rounded away: equal scores get a weight "
    "of 1 each.",
    {
        "scores -= top": (
            "total = np.exp(scores - top).sum(axis=-1, keepdims=True)\n"
            "scores -= top + np.log(np.maximum(total, 1))"
        ),
        MEANS: "weights @ v",
    },
)

mask_as_an_index = slip(
    "Indexing with a boolean array, `scores[~mask]`, does not broadcast the mask.",
    {HIDE: "scores[~mask] = -np.inf"},
)

batch_unchecked = slip(
    "Keys or values of another batch are silently broadcast.",
    {
        '_check_shape("k", k, (*batch, t_k, d))': "pass",
        '_check_shape("v", v, (*batch, t_k, d_v))': "pass",
    },
)

mask_unchecked = slip(
    "A mask that is larger than the scores silently stretches them.",
    {
        "_check_mask(mask, (*batch, t_q, t_k))": "pass",
        HIDE: "scores = np.where(mask, scores, -np.inf)",
    },
)

one_query_at_a_time = slip(
    "It loops over the queries in Python. One matrix product gives the scores of all of them.",
    {
        "# The scale goes to q, which is smaller than the scores.": (
            "if t_q > 1:\n"
            "    full = np.broadcast_to(True if mask is None else mask, (*batch, t_q, t_k))\n"
            "    parts = [(q[..., i, None, :], full[..., i, None, :]) for i in range(t_q)]\n"
            "    rows = [scaled_dot_product(query, k, v, sees) for query, sees in parts]\n"
            "    return np.concatenate(rows, axis=-2)"
        )
    },
)
