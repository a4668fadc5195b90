import numpy as np

from kata.attempts import right, wrong
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


def match(q, k):
    return q @ k.swapaxes(-1, -2)


def scaled(q, k):
    return match(q, k) / q.shape[-1] ** 0.5


def exponentials(scores, mask, axis=-1):
    """exp of the scores, up to a factor a row; 0 where masked."""
    mask = seen(mask, scores)
    top = np.where(mask, scores, -np.inf).max(axis=axis, keepdims=True)
    return np.exp(np.where(mask, scores - np.where(top == -np.inf, 0, top), -np.inf))


def softmax(scores, mask, axis=-1):
    e = exponentials(scores, mask, axis)
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


def plain_softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


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


@wrong(
    scaled_dot_product,
    "The scores are not scaled: products of long vectors are large, and the softmax would be stuck "
    "at one key.",
)
def no_scale(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k), mask) @ v


@wrong(
    scaled_dot_product,
    "The scores are divided by d. Their standard deviation grows like the root of d.",
)
def scaled_by_d(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k) / q.shape[-1], mask) @ v


@wrong(
    scaled_dot_product,
    "The scores are multiplied by √d where they should become smaller.",
)
def scaled_up(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k) * q.shape[-1] ** 0.5, mask) @ v


@wrong(
    scaled_dot_product,
    "The scale is taken from the width of the values. What is summed in a score is d products of q "
    "and k.",
)
def scaled_by_the_width_of_the_values(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k) / v.shape[-1] ** 0.5, mask) @ v


@wrong(
    scaled_dot_product,
    "The scale is taken from the number of keys, not from the length d of a query.",
)
def scaled_by_the_number_of_keys(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k) / k.shape[-2] ** 0.5, mask) @ v


@wrong(
    scaled_dot_product,
    "The scale is that of all heads together, √d_model. Each score is a product within one head.",
)
def scaled_by_the_width_of_all_heads(q, k, v, mask=None):
    check(q, k, v, mask)
    heads = q.shape[-3] if q.ndim > 3 else 1
    return softmax(match(q, k) / (heads * q.shape[-1]) ** 0.5, mask) @ v


@wrong(
    scaled_dot_product,
    "The scale comes after the softmax, where it only shrinks the result: the weights no longer "
    "sum to 1.",
)
def scaled_after_the_softmax(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(match(q, k), mask) @ v / q.shape[-1] ** 0.5


@wrong(
    scaled_dot_product,
    "The softmax runs over the queries. The weights of one query, over its keys, should sum to 1.",
)
def softmax_over_queries(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), mask, axis=-2) @ v


@wrong(
    scaled_dot_product,
    "The softmax runs along axis 1. That is the keys only where there is no batch axis.",
)
def softmax_along_axis_1(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), mask, axis=1) @ v


@wrong(
    scaled_dot_product,
    "The softmax runs over the whole array: the weights of each query should sum to 1.",
)
def softmax_over_everything(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), mask, axis=tuple(range(q.ndim))) @ v


@wrong(
    scaled_dot_product,
    "There is no softmax: the exponentials of one query's scores are not divided by their sum.",
)
def not_normalised(q, k, v, mask=None):
    check(q, k, v, mask)
    return exponentials(scaled(q, k), mask) @ v


@wrong(scaled_dot_product, "The scores themselves are the weights: there is no softmax.")
def no_softmax(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    return np.where(seen(mask, scores), scores, 0) @ v


@wrong(
    scaled_dot_product,
    "Every query gets the plain mean of the values it may see: its match with the keys plays no "
    "part.",
)
def mean_of_the_values(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(0 * scaled(q, k), mask) @ v


@wrong(scaled_dot_product, "These are the weights. The result is their mean of the values.")
def weights_only(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), mask)


@wrong(
    scaled_dot_product,
    "`.T` turns around all axes, the batch axes too. Only the last two should change places.",
)
def k_dot_t(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = q @ k.T / q.shape[-1] ** 0.5
    return softmax(scores, mask) @ v


@wrong(
    scaled_dot_product,
    "The keys are reshaped to (d, t_k), not transposed: reshape keeps the order of the numbers and "
    "mixes the keys.",
)
def k_reshaped(q, k, v, mask=None):
    check(q, k, v, mask)
    *batch, t_k, d = k.shape
    scores = q @ k.reshape(*batch, d, t_k) / d**0.5
    return softmax(scores, mask) @ v


@wrong(scaled_dot_product, "The argument `mask` is not used.")
def mask_ignored(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), None) @ v


@wrong(
    scaled_dot_product,
    "The mask is read the other way round. Here True shows a key (in torch's nn.MultiheadAttention "
    "it hides one).",
)
def mask_inverted(q, k, v, mask=None):
    check(q, k, v, mask)
    return softmax(scaled(q, k), None if mask is None else ~mask) @ v


@wrong(
    scaled_dot_product,
    "The mask comes after the softmax: the weights that are left no longer sum to 1.",
)
def mask_after_the_softmax(q, k, v, mask=None):
    check(q, k, v, mask)
    weights = plain_softmax(scaled(q, k))
    return (weights * seen(mask, weights)) @ v


@wrong(
    scaled_dot_product,
    "The masked keys take part in the softmax, or at least in its maximum. Where one of them has "
    "by far the largest score, nothing is left of the others.",
)
def maximum_over_masked_keys_too(q, k, v, mask=None):
    check(q, k, v, mask)
    weights = plain_softmax(scaled(q, k))
    weights *= seen(mask, weights)
    total = weights.sum(axis=-1, keepdims=True)
    return (weights / np.where(total == 0, 1, total)) @ v


@wrong(
    scaled_dot_product,
    "A masked score of 0 still counts, for exp(0) is 1. Which score has an exponential of 0?",
)
def masked_scores_are_zero(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    mask = seen(mask, scores)
    return (plain_softmax(scores * mask) * mask.any(axis=-1, keepdims=True)) @ v


@wrong(
    scaled_dot_product,
    "The boolean mask is added to the scores: it adds 1 for a key that may be seen, and takes "
    "nothing from the others.",
)
def mask_added_as_a_number(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    mask = seen(mask, scores)
    return (plain_softmax(scores + mask) * mask.any(axis=-1, keepdims=True)) @ v


@wrong(
    scaled_dot_product,
    "A number such as -1e9 is added to masked scores. Where all keys are masked it cancels and the "
    "query sees them all; and a real score may be lower still.",
)
def minus_1e9_added(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    return plain_softmax(scores + np.where(seen(mask, scores), 0, -1e9).astype(q.dtype)) @ v


@wrong(
    scaled_dot_product,
    "Masked scores become a number such as -1e9. Where all keys are masked they share the weight "
    "equally; and a real score may be lower still.",
)
def minus_1e9(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    return plain_softmax(np.where(seen(mask, scores), scores, scores.dtype.type(-1e9))) @ v


@wrong(
    scaled_dot_product,
    "Masked scores become a number such as -1e9, but a real score may be lower still: then the "
    "masked keys win.",
)
def minus_1e9_and_zeros(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    mask = seen(mask, scores)
    weights = plain_softmax(np.where(mask, scores, scores.dtype.type(-1e9)))
    return np.where(mask.any(axis=-1, keepdims=True), weights, 0) @ v


@wrong(
    scaled_dot_product,
    "A query whose keys are all masked gets the mean of all values: equally low scores share the "
    "weight.",
)
def mean_for_blind_queries(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    return plain_softmax(np.where(seen(mask, scores), scores, np.finfo(scores.dtype).min)) @ v


@wrong(
    scaled_dot_product,
    "A query whose keys are all masked gets nan: -inf minus the maximum, -inf.",
)
def nan_for_blind_queries(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    return plain_softmax(np.where(seen(mask, scores), scores, -np.inf)) @ v


@wrong(
    scaled_dot_product,
    "Zeros are given only where no query sees anything. A blind query beside others gets nan: -inf "
    "minus the maximum, -inf.",
)
def zeros_only_if_all_are_blind(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    if not seen(mask, scores).any():
        return np.zeros((*q.shape[:-1], v.shape[-1]), q.dtype)
    return plain_softmax(np.where(seen(mask, scores), scores, -np.inf)) @ v


@wrong(
    scaled_dot_product,
    "nan is computed, with a warning, and then painted over; a nan that comes from bad data would "
    "be hidden with it.",
)
def nan_painted_over(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    weights = plain_softmax(np.where(seen(mask, scores), scores, -np.inf))
    return np.nan_to_num(weights) @ v


@wrong(
    scaled_dot_product,
    "A small constant in the sum keeps 0/0 away, but the weights of all other queries no longer "
    "sum to 1.",
)
def epsilon_in_the_sum(q, k, v, mask=None):
    check(q, k, v, mask)
    e = exponentials(scaled(q, k), mask)
    return e / (e.sum(axis=-1, keepdims=True) + 1e-6) @ v


@wrong(
    scaled_dot_product,
    "exp overflows for large scores: the softmax needs its maximum subtracted first.",
)
def without_the_maximum(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    e = np.exp(np.where(seen(mask, scores), scores, -np.inf))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@wrong(
    scaled_dot_product,
    "One maximum for the whole array: a query whose scores are far below it underflows to nothing. "
    "Each query needs its own.",
)
def one_maximum_for_all_queries(q, k, v, mask=None):
    check(q, k, v, mask)
    e = exponentials(scaled(q, k), mask, axis=tuple(range(q.ndim)))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@wrong(
    scaled_dot_product,
    "The logarithm of the sum is added to a huge maximum, which rounds it away: equal huge scores "
    "then get a weight of 1 each.",
)
def log_of_the_sum_of_huge_scores(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    scores = np.where(seen(mask, scores), scores, -np.inf)
    log_total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    return np.exp(scores - np.where(log_total == -np.inf, 0, log_total)) @ v


@wrong(
    scaled_dot_product,
    "Indexing with a boolean array, `scores[~mask]`, does not broadcast: it wants a mask of the "
    "scores' own shape.",
)
def mask_as_an_index(q, k, v, mask=None):
    check(q, k, v, mask)
    scores = scaled(q, k)
    allowed = np.ones_like(scores, dtype=bool)
    if mask is not None:
        allowed[~mask] = False
    return softmax(scores, allowed) @ v


@wrong(
    scaled_dot_product,
    "The result is float64 whatever the inputs are. NumPy's np.sqrt(d), for one, is a float64 and "
    "converts float32 arrays.",
)
def always_float64(q, k, v, mask=None):
    return scaled_dot_product(np.float64(q), np.float64(k), np.float64(v), mask)


@wrong(
    scaled_dot_product,
    "It writes into q: an in-place operation such as `q /= …` changes the caller's array.",
)
def writes_into_q(q, k, v, mask=None):
    check(q, k, v, mask)
    q /= q.shape[-1] ** 0.5
    return softmax(match(q, k), mask) @ v


@wrong(
    scaled_dot_product,
    "Keys or values of another batch are stretched by broadcasting, without a word. Check the "
    "shapes.",
)
def batch_unchecked(q, k, v, mask=None):
    scores = scaled(q, k)
    if mask is not None:
        np.broadcast_to(mask, scores.shape)
    return softmax(scores, mask) @ v


@wrong(
    scaled_dot_product,
    "A mask that is larger than the scores stretches them, without a word. Check that it "
    "broadcasts to their shape.",
)
def mask_unchecked(q, k, v, mask=None):
    check(q, k, v, None)
    scores = scaled(q, k)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return softmax(scores, scores > -np.inf) @ v


@wrong(
    scaled_dot_product,
    "It goes through the batch one matrix at a time in Python. `@` multiplies all matrices of a "
    "batch at once.",
)
def one_matrix_at_a_time(q, k, v, mask=None):
    check(q, k, v, mask)
    result = np.empty((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    allowed = np.broadcast_to(True if mask is None else mask, (*q.shape[:-1], k.shape[-2]))
    for index in np.ndindex(q.shape[:-2]):
        result[index] = softmax(scaled(q[index], k[index]), allowed[index]) @ v[index]
    return result


@wrong(
    scaled_dot_product,
    "It goes through the queries one at a time in Python. One matrix product gives the scores of "
    "all of them.",
)
def one_query_at_a_time(q, k, v, mask=None):
    check(q, k, v, mask)
    allowed = np.broadcast_to(True if mask is None else mask, (*q.shape[:-1], k.shape[-2]))
    rows = []
    for i in range(q.shape[-2]):
        row = slice(i, i + 1)
        rows.append(softmax(scaled(q[..., row, :], k), allowed[..., row, :]) @ v)
    return np.concatenate(rows, axis=-2)


@wrong(
    scaled_dot_product,
    "It adds up the values one key at a time in Python: a weighted sum over the keys is a matrix "
    "product.",
)
def one_key_at_a_time(q, k, v, mask=None):
    check(q, k, v, mask)
    weights = softmax(scaled(q, k), mask)
    result = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    for j in range(k.shape[-2]):
        result += weights[..., j, None] * v[..., None, j, :]
    return result
