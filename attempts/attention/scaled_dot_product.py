import numpy as np

from kata.attempts import right, slip
from solutions.attention.scaled_dot_product import scaled_dot_product


def check(q, k, v, mask):
    *batch, t_q, d = q.shape
    if list(k.shape[:-2]) != batch or k.shape[-1] != d or k.shape[:-1] != v.shape[:-1]:
        raise ValueError("q, k and v do not fit")
    if mask is not None:
        np.broadcast_to(mask, (*batch, t_q, k.shape[-2]))


def seen(mask, scores):
    """The mask in full, shaped like the scores."""
    return np.broadcast_to(True if mask is None else mask, scores.shape)


def softmax(scores, mask, axis):
    """0 where masked, and where all is masked."""
    top = np.where(mask, scores, -np.inf).max(axis=axis, keepdims=True)
    e = np.exp(np.where(mask, scores - np.where(top == -np.inf, 0, top), -np.inf))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


@right(scaled_dot_product)
def through_logarithms(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = np.einsum("...qd,...kd->...qk", q, k) * q.dtype.type(q.shape[-1] ** -0.5)
    scores = np.where(seen(mask, scores), scores, -np.inf)
    top = np.amax(scores, -1)[..., None]
    scores = scores - np.where(np.isfinite(top), top, 0)
    log_total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    log_total[log_total == -np.inf] = 0
    return np.einsum("...qk,...kd->...qd", np.exp(scores - log_total), v)


@right(scaled_dot_product)
def with_the_batch_flattened(q, k, v, mask=None):
    check(q, k, v, mask)
    *batch, t_q, d = q.shape
    t_k, d_v = v.shape[-2:]
    flat = np.matmul(q.reshape(-1, t_q, d), k.reshape(-1, t_k, d).transpose(0, 2, 1))
    flat /= d**0.5
    mask = np.ones((t_q, t_k), bool) if mask is None else mask
    mask = np.broadcast_to(mask, (*batch, t_q, t_k)).reshape(flat.shape)
    flat = np.where(mask, flat, np.finfo(flat.dtype).min)
    flat = np.exp(flat - flat.max(2, keepdims=True)) * mask
    total = flat.sum(2, keepdims=True)
    weights = np.divide(flat, total, out=np.zeros_like(flat), where=total > 0)
    return (weights @ v.reshape(-1, t_k, d_v)).reshape(*batch, t_q, d_v)


@right(scaled_dot_product)
def with_queries_as_columns(q, k, v, mask=None):
    check(q, k, v, mask)
    root = q.shape[-1] ** 0.25
    columns = np.matmul(k / root, np.swapaxes(q / root, -1, -2))
    allowed = np.swapaxes(seen(mask, np.swapaxes(columns, -1, -2)), -1, -2)
    weights = softmax(columns, allowed, axis=-2)
    return np.swapaxes(np.swapaxes(v, -1, -2) @ weights, -1, -2)


no_scale = slip(
    "The scores are not scaled: products of long vectors are large, and the softmax would be "
    "stuck at one key.",
    {"(q * (1 / math.sqrt(d)))": "q"},
)

scaled_by_d = slip(
    "The scores are divided by d. Their standard deviation grows like the root of d.",
    {"math.sqrt(d)": "d"},
)

scaled_up = slip(
    "The scores are multiplied by √d where they should become smaller.",
    {"(1 / math.sqrt(d))": "math.sqrt(d)"},
)

scaled_by_the_width_of_the_values = slip(
    "The scale is taken from the width of the values. What is summed in a score is d products of "
    "q and k.",
    {"math.sqrt(d)": "math.sqrt(d_v)"},
)

scaled_by_the_number_of_keys = slip(
    "The scale is taken from the number of keys, not from the length d of a query.",
    {"math.sqrt(d)": "math.sqrt(t_k)"},
)

scaled_by_the_width_of_all_heads = slip(
    "The scale is that of all heads together, √d_model. Each score is a product within one head.",
    {"math.sqrt(d)": "math.sqrt(d * (batch[-1] if len(batch) > 1 else 1))"},
)

scaled_after_the_softmax = slip(
    "The scale comes after the softmax, where it only shrinks the result: the weights no longer "
    "sum to 1.",
    {"(q * (1 / math.sqrt(d)))": "q", "/ total": "/ total / math.sqrt(d)"},
)

softmax_over_queries = slip(
    "The softmax runs over the queries. The weights of one query, over its keys, should sum to 1.",
    {
        "scores.max(axis=-1": "scores.max(axis=-2",
        "weights.sum(axis=-1": "weights.sum(axis=-2",
        "return (weights @ v) / total": "return (weights / total) @ v",
    },
)

softmax_along_axis_1 = slip(
    "The softmax runs along axis 1. That is the keys only where there is no batch axis.",
    {
        "scores.max(axis=-1": "scores.max(axis=1",
        "weights.sum(axis=-1": "weights.sum(axis=1",
        "return (weights @ v) / total": "return (weights / total) @ v",
    },
)

softmax_over_everything = slip(
    "The softmax runs over the whole array: the weights of each query should sum to 1.",
    {"scores.max(axis=-1, ": "scores.max(", "weights.sum(axis=-1, ": "weights.sum("},
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one query's sum then meets another query's result, or NumPy finds "
    "shapes that don't fit.",
    {"weights.sum(axis=-1, keepdims=True)": "weights.sum(axis=-1)"},
)

not_normalised = slip(
    "There is no softmax: the exponentials of one query's scores are not divided by their sum.",
    {"(weights @ v) / total": "weights @ v"},
)

no_softmax = slip(
    "The scores themselves are the weights: there is no softmax.",
    {
        "scores, -np.inf": "scores, 0",
        "top = scores.max(axis=-1, keepdims=True)": "return scores @ v",
    },
)

mean_of_the_values = slip(
    "Every query gets the plain mean of the values it may see: its match with the keys plays no "
    "part.",
    {"(q * (1 / math.sqrt(d)))": "(q * 0)"},
)

weights_only = slip(
    "These are the weights. The result is their mean of the values.",
    {"(weights @ v) / total": "weights / total"},
)

k_dot_t = slip(
    "The wrong axes of k change places, as with `.T`, which turns around the batch axes too. Only "
    "the last two should.",
    {"k.swapaxes(-1, -2)": "k.T"},
)

k_reshaped = slip(
    "The keys are reshaped to (d, t_k), not transposed: reshape keeps the order of the numbers "
    "and mixes the keys.",
    {"k.swapaxes(-1, -2)": "k.reshape(*batch, d, t_k)"},
)

mask_inverted = slip(
    "The mask is read the other way round. Here True shows a key (in torch's "
    "nn.MultiheadAttention it hides one).",
    {"~mask)": "mask)"},
)

mask_of_false_taken_for_none = slip(
    "A mask without a single True is taken for none at all. It hides every key.",
    {
        "if mask is not None:\n    np.copyto": "if mask is not None and mask.any():\n    np.copyto",
    },
)

mask_after_the_softmax = slip(
    "The mask comes after the softmax: the weights that are left no longer sum to 1.",
    {
        "np.copyto(scores, -np.inf, where=~mask)": "pass",
        "return (weights @ v) / total": "weights = weights / total\n"
        "return (weights if mask is None else weights * mask) @ v",
    },
)

maximum_over_masked_keys_too = slip(
    "The masked keys take part in the softmax, or at least in its maximum. Where one of them has "
    "by far the largest score, nothing is left of the others.",
    {
        "np.copyto(scores, -np.inf, where=~mask)": "pass",
        "weights = np.exp(scores, out=scores)": "weights = np.exp(scores, out=scores)\n"
        "if mask is not None:\n"
        "    weights *= mask",
        "np.maximum(weights.sum(axis=-1, keepdims=True), 1)": (
            "weights.sum(axis=-1, keepdims=True)\ntotal[total == 0] = 1"
        ),
    },
)

masked_scores_are_zero = slip(
    "A masked score of 0 still counts, for exp(0) is 1. Which score has an exponential of 0?",
    {"scores, -np.inf": "scores, 0"},
)

mask_added_as_a_number = slip(
    "The boolean mask is added to the scores: it adds 1 for a key that may be seen, and takes "
    "nothing from the others.",
    {"np.copyto(scores, -np.inf, where=~mask)": "scores += mask"},
)

minus_1e9_added = slip(
    "A number such as -1e9 is added to masked scores. Where all keys are masked it cancels and "
    "the query sees them all; and a real score may be lower still.",
    {"np.copyto(scores, -np.inf, where=~mask)": "scores += np.where(mask, 0, -1e9)"},
)

minus_1e9 = slip(
    "Masked scores become a number such as -1e9. Where all keys are masked they share the weight "
    "equally; and a real score may be lower still.",
    {"scores, -np.inf": "scores, -1e9"},
)

minus_1e9_and_zeros = slip(
    "Masked scores become a number such as -1e9, but a real score may be lower still: then the "
    "masked keys win.",
    {
        "scores, -np.inf": "scores, -1e9",
        "weights = np.exp(scores, out=scores)": "weights = np.exp(scores, out=scores)\n"
        "if mask is not None:\n"
        "    weights *= mask.any(axis=-1, keepdims=True)",
    },
)

mean_for_blind_queries = slip(
    "A query whose keys are all masked gets the mean of all values: equally low scores share the "
    "weight.",
    {"scores, -np.inf": "scores, np.finfo(q.dtype).min"},
)

nan_for_blind_queries = slip(
    "A query whose keys are all masked gets nan: -inf minus the maximum, -inf.",
    {"top[np.isneginf(top)] = 0": "pass"},
)

zeros_only_if_all_are_blind = slip(
    "Zeros are given only where no query sees anything. A blind query beside others gets nan: "
    "-inf minus the maximum, -inf.",
    {
        "top[np.isneginf(top)] = 0": "if mask is not None and not mask.any():\n"
        "    return np.zeros((*batch, t_q, d_v), q.dtype)",
    },
)

nan_painted_over = slip(
    "nan is computed, with a warning, and then painted over; a nan that comes from bad data would "
    "be hidden with it.",
    {
        "top[np.isneginf(top)] = 0": "pass",
        "return (weights @ v) / total": "return np.nan_to_num(weights / total) @ v",
    },
)

epsilon_in_the_sum = slip(
    "A small constant in the sum keeps 0/0 away, but the weights of all other queries no longer "
    "sum to 1.",
    {
        "np.maximum(weights.sum(axis=-1, keepdims=True), 1)": (
            "weights.sum(axis=-1, keepdims=True) + 1e-6"
        ),
    },
)

without_the_maximum = slip(
    "exp overflows for large scores: the softmax needs its maximum subtracted first.",
    {
        "scores -= top": "pass",
        "np.maximum(weights.sum(axis=-1, keepdims=True), 1)": (
            "weights.sum(axis=-1, keepdims=True)\ntotal[total == 0] = 1"
        ),
    },
)

scores_clipped = slip(
    "The scores are clipped so that exp does not overflow: those beyond the bound all count the "
    "same.",
    {
        "scores -= top": "np.clip(scores, -60, 60, out=scores, where=scores > -np.inf)",
        "np.maximum(weights.sum(axis=-1, keepdims=True), 1)": (
            "weights.sum(axis=-1, keepdims=True)\ntotal[total == 0] = 1"
        ),
    },
)

one_maximum_for_all_queries = slip(
    "One maximum for the whole array: a query whose scores are far below it underflows to "
    "nothing. Each query needs its own.",
    {
        "scores.max(axis=-1, keepdims=True)": "scores.max(keepdims=True)",
        "np.maximum(weights.sum(axis=-1, keepdims=True), 1)": (
            "weights.sum(axis=-1, keepdims=True)\ntotal[total == 0] = 1"
        ),
    },
)

log_of_the_sum_of_huge_scores = slip(
    "The logarithm of the sum is added to a huge maximum, which rounds it away: equal huge scores "
    "then get a weight of 1 each.",
    {
        "scores -= top": "total = np.exp(scores - top).sum(axis=-1, keepdims=True)\n"
        "scores -= top + np.log(np.maximum(total, 1))",
        "return (weights @ v) / total": "return weights @ v",
    },
)

mask_as_an_index = slip(
    "Indexing with a boolean array, `scores[~mask]`, does not broadcast: it wants a mask of the "
    "scores' own shape.",
    {"np.copyto(scores, -np.inf, where=~mask)": "scores[~mask] = -np.inf"},
)

always_float64 = slip(
    "The result is float64 whatever the inputs are. NumPy's np.sqrt(d), for one, is a float64 and "
    "converts float32 arrays.",
    {"math.sqrt(d)": "np.sqrt(d)"},
)

batch_unchecked = slip(
    "Keys or values of another batch are stretched by broadcasting, without a word. Check the "
    "shapes.",
    {
        '_check_shape("k", k, (*batch, t_k, d))': "pass",
        '_check_shape("v", v, (*batch, t_k, d_v))': "pass",
    },
)

mask_unchecked = slip(
    "A mask that is larger than the scores stretches them, without a word. Check that it "
    "broadcasts to their shape.",
    {
        "_check_mask(mask, (*batch, t_q, t_k))": "pass",
        "np.copyto(scores, -np.inf, where=~mask)": "scores = np.where(mask, scores, -np.inf)",
    },
)

one_matrix_at_a_time = slip(
    "It goes through the batch one matrix at a time in Python. `@` multiplies all matrices of a "
    "batch at once.",
    {
        "return (weights @ v) / total": (
            "products = [weights[i] @ v[i] for i in np.ndindex(*batch)]\n"
            "return np.array(products, q.dtype).reshape(*batch, t_q, d_v) / total"
        ),
    },
)

one_query_at_a_time = slip(
    "It goes through the queries one at a time in Python. One matrix product gives the scores of "
    "all of them.",
    {
        "# The scale goes to q, which is smaller than the scores.": "if t_q > 1:\n"
        "    full = np.broadcast_to(True if mask is None else mask, (*batch, t_q, t_k))\n"
        "    parts = [(q[..., i, None, :], full[..., i, None, :]) for i in range(t_q)]\n"
        "    rows = [scaled_dot_product(query, k, v, sees) for query, sees in parts]\n"
        "    return np.concatenate(rows, axis=-2)",
    },
)

one_key_at_a_time = slip(
    "It adds up the values one key at a time in Python: a weighted sum over the keys is a matrix "
    "product.",
    {
        "return (weights @ v) / total": (
            "terms = (weights[..., j, None] * v[..., None, j, :] for j in range(t_k))\n"
            "return sum(terms) / total"
        ),
    },
)
