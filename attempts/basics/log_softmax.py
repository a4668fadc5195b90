import math

import numpy as np

from kata.attempts import right, wrong
from solutions.basics.log_softmax import log_softmax, logsumexp


def check(x, axis):
    if x.shape[axis] == 0:
        raise ValueError("there are no scores along the axis")


def largest(x, axis):
    """The largest finite score along the axis, or 0."""
    check(x, axis)
    top = x.max(axis=axis, keepdims=True)
    return np.where(np.isneginf(top), x.dtype.type(0), top)


def log(x):
    with np.errstate(divide="ignore"):
        return np.log(x)


# --- logsumexp -------------------------------------------------------------------------------


@right(logsumexp)
def logaddexp_from_score_to_score(x, axis=-1):
    check(x, axis)
    return np.logaddexp.reduce(x, axis=axis)


@right(logsumexp)
def in_base_2(x, axis=-1):
    check(x, axis)
    return np.logaddexp2.reduce(x / math.log(2.0), axis=axis) * math.log(2.0)


@right(logsumexp)
def with_a_mask_and_the_axis_moved_last(x, axis=-1):
    check(x, axis)
    scores = np.moveaxis(x, axis, -1)
    y = scores.max(-1)
    some = y > -np.inf
    shifted = scores[some] - y[some][:, None]
    y[some] += np.log(np.exp(shifted) @ np.ones(x.shape[axis], dtype=x.dtype))
    return y


@wrong(
    logsumexp,
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can you take "
    "out of every exponential of a row, and put back behind the logarithm?",
)
def logsumexp_without_the_maximum(x, axis=-1):
    check(x, axis)
    with np.errstate(over="ignore"):
        return log(np.exp(x).sum(axis=axis))


@wrong(
    logsumexp,
    "One maximum for the whole array: in a row far below it every exp underflows, and the sum is "
    "0. Each row needs its own.",
)
def logsumexp_with_one_maximum(x, axis=-1):
    check(x, axis)
    top = x.max(initial=-np.inf)
    return top + log(np.exp(x - top).sum(axis=axis)) if np.isfinite(top) else logsumexp(x, axis)


@wrong(
    logsumexp,
    "The largest absolute value is subtracted: where all scores are far below zero, every exp "
    "underflows and the sum is 0.",
)
def logsumexp_with_the_largest_absolute_value(x, axis=-1):
    check(x, axis)
    top = np.abs(np.where(np.isneginf(x), x.dtype.type(0), x)).max(axis=axis, keepdims=True)
    return top.squeeze(axis) + log(np.exp(x - top).sum(axis=axis))


@wrong(
    logsumexp,
    "The mean is subtracted in place of the maximum: a score far above the mean still overflows.",
)
def logsumexp_with_the_mean(x, axis=-1):
    check(x, axis)
    shift = np.where(np.isneginf(x), x.dtype.type(0), x).mean(axis=axis, keepdims=True)
    with np.errstate(over="ignore"):
        return shift.squeeze(axis) + log(np.exp(x - shift).sum(axis=axis))


@wrong(
    logsumexp,
    "Where all scores are −∞, so is their maximum, and −∞ − (−∞) is nan. Such a row needs another "
    "shift.",
)
def nan_for_nothing_but_minus_infinity(x, axis=-1):
    check(x, axis)
    top = x.max(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore"):
        return top.squeeze(axis) + np.log(np.exp(x - top).sum(axis=axis))


@wrong(
    logsumexp,
    "−∞ is replaced by a very low number. Where nothing else is left, the result is that number "
    "and not −∞.",
)
def minus_infinity_made_finite(x, axis=-1):
    check(x, axis)
    return logsumexp(np.nan_to_num(x), axis)


@wrong(logsumexp, "What was subtracted before exp is missing: it has to be added to the logarithm.")
def the_maximum_not_added_back(x, axis=-1):
    return log(np.exp(x - largest(x, axis)).sum(axis=axis))


@wrong(logsumexp, "This is the largest score. The others add to the sum too, if less.")
def the_largest_score(x, axis=-1):
    check(x, axis)
    return x.max(axis=axis)


@wrong(logsumexp, "The logarithm of the mean of the exponentials is taken, not of their sum.")
def the_logarithm_of_the_mean(x, axis=-1):
    return logsumexp(x, axis) - math.log(x.shape[axis] or 1)


@wrong(
    logsumexp,
    "A small constant added inside the logarithm shifts every result. With the maximum subtracted "
    "the sum is never 0, except where all scores are −∞.",
)
def epsilon_in_logsumexp(x, axis=-1):
    top = largest(x, axis)
    return top.squeeze(axis) + np.log(np.exp(x - top).sum(axis=axis) + 1e-6)


@wrong(
    logsumexp,
    "The sum runs over the whole array. Each row (each line along the axis) has a sum of its own.",
)
def logsumexp_of_the_whole_array(x, axis=-1):
    top = largest(x, axis)
    return top.squeeze(axis) + log(np.exp(x - top).sum())


@wrong(logsumexp, "The axis is still there, with length 1. The result should have one axis less.")
def the_axis_kept(x, axis=-1):
    return np.expand_dims(logsumexp(x, axis), axis)


@wrong(
    logsumexp,
    "The argument `axis` is not used: the exponentials are always added up along the last axis.",
)
def logsumexp_along_the_last_axis(x, axis=-1):
    check(x, axis)
    return logsumexp(x)


@wrong(
    logsumexp,
    "The sum of nothing is 0 and its logarithm −∞, which passes for a result. The promise is a "
    "ValueError.",
)
def minus_infinity_for_no_scores(x, axis=-1):
    return np.logaddexp.reduce(x, axis=axis)


@wrong(logsumexp, "The result is float64 whatever x is: something on the way converts it.")
def logsumexp_always_float64(x, axis=-1):
    return logsumexp(x.astype(np.float64), axis)


@wrong(
    logsumexp,
    "It writes into x: an operation in place, such as `x -= …`, changes the caller's array.",
)
def logsumexp_in_place(x, axis=-1):
    y, top = logsumexp(x, axis), largest(x, axis)
    x -= top
    np.exp(x, out=x)
    return y


@wrong(
    logsumexp,
    "It adds up one line of scores at a time in Python. NumPy's reductions take an axis, and then "
    "serve all lines at once.",
)
def logsumexp_line_by_line(x, axis=-1):
    check(x, axis)
    scores = np.moveaxis(x, axis, -1)
    y = np.empty_like(scores[..., 0])
    for index in np.ndindex(y.shape):
        y[index] = np.logaddexp.reduce(scores[index])
    return y


@wrong(
    logsumexp,
    "It goes along the axis in Python, from score to score. NumPy's reductions do it in C.",
)
def logsumexp_score_by_score(x, axis=-1):
    check(x, axis)
    first, *others = np.moveaxis(x, axis, 0)
    y = first.copy()
    for scores in others:
        y = np.logaddexp(y, scores)
    return y


# --- log_softmax -----------------------------------------------------------------------------


@right(log_softmax)
def shifted_twice(x, axis=-1):
    check(x, axis)
    y = x - x.max(axis=axis, keepdims=True)
    y -= np.expand_dims(np.logaddexp.reduce(y, axis=axis), axis)
    return y


@right(log_softmax)
def with_the_axis_moved_last(x, axis=-1):
    check(x, axis)
    scores = np.moveaxis(x, axis, -1)
    scores = scores - np.take_along_axis(scores, scores.argmax(-1)[..., None], -1)
    odds = np.exp(scores, out=np.zeros_like(scores), where=scores > -1000)
    return np.moveaxis(scores - np.log(np.einsum("...n->...", odds))[..., None], -1, axis)


@wrong(
    log_softmax,
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 gives −∞. The "
    "logarithm of the fraction is a difference.",
)
def logarithm_of_the_softmax(x, axis=-1):
    return log(np.exp(log_softmax(x, axis)))


@wrong(
    log_softmax,
    "Clipping the probabilities avoids log(0), but gives every improbable score the same value, "
    "−27.6, and none gets −∞.",
)
def clipped_probabilities(x, axis=-1):
    return np.log(np.clip(np.exp(log_softmax(x, axis)), 1e-12, 1.0))


@wrong(
    log_softmax,
    "A small constant added inside the logarithm shifts all results, and none falls below −20.7.",
)
def epsilon_in_the_logarithm(x, axis=-1):
    return np.log(np.exp(log_softmax(x, axis)) + 1e-9)


@wrong(
    log_softmax,
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can be "
    "subtracted from every score of a row without changing its probabilities?",
)
def without_the_maximum(x, axis=-1):
    check(x, axis)
    with np.errstate(over="ignore"):
        return x - log(np.exp(x).sum(axis=axis, keepdims=True))


@wrong(
    log_softmax,
    "One maximum for the whole array: in a row far below it every exp underflows, and the sum is "
    "0. Each row needs its own.",
)
def one_maximum_for_all_rows(x, axis=-1):
    check(x, axis)
    shifted = x - x.max(initial=-np.inf)
    return shifted - log(np.exp(shifted).sum(axis=axis, keepdims=True))


@wrong(
    log_softmax,
    "Added to a huge maximum, the logarithm of the sum is rounded away: two equal scores of 1e20 "
    "would get 0 each. Can both be subtracted one after the other?",
)
def logarithm_added_to_the_maximum(x, axis=-1):
    return x - np.expand_dims(logsumexp(x, axis), axis)


@wrong(
    log_softmax,
    "The maximum is subtracted from the exponents, but then not from x itself: what is left out of "
    "the sum has to be left out of the score too.",
)
def the_maximum_in_the_sum_only(x, axis=-1):
    top = largest(x, axis)
    return x - np.log(np.exp(x - top).sum(axis=axis, keepdims=True))


@wrong(
    log_softmax,
    "Only the maximum is subtracted. The logarithm of the sum of the exponentials is missing.",
)
def without_the_sum(x, axis=-1):
    return x - largest(x, axis)


@wrong(
    log_softmax,
    "The sum itself is subtracted. It is its logarithm that the fraction becomes.",
)
def without_the_logarithm(x, axis=-1):
    shifted = x - largest(x, axis)
    return shifted - np.exp(shifted).sum(axis=axis, keepdims=True)


@wrong(
    log_softmax,
    "The scores are divided by the logarithm. The logarithm of a fraction is a difference.",
)
def divided_by_the_logarithm(x, axis=-1):
    shifted = x - largest(x, axis)
    with np.errstate(all="ignore"):
        return shifted / np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@wrong(log_softmax, "These are the probabilities themselves, not their logarithms.")
def probabilities(x, axis=-1):
    return np.exp(log_softmax(x, axis))


@wrong(log_softmax, "The sign is turned: a logarithm of a probability is at most 0.")
def the_sign_turned(x, axis=-1):
    return -log_softmax(x, axis)


@wrong(log_softmax, "These are logarithms to base 2. Here log is the natural one.")
def log2_softmax(x, axis=-1):
    return log_softmax(x, axis) / math.log(2.0)


@wrong(
    log_softmax,
    "The sum runs over the whole array. Each row (each line along the axis) is a distribution of "
    "its own.",
)
def one_sum_for_all_rows(x, axis=-1):
    shifted = x - largest(x, axis)
    return shifted - np.log(np.exp(shifted).sum())


@wrong(log_softmax, "The argument `axis` is not used: the result is always along the last axis.")
def always_the_last_axis(x, axis=-1):
    check(x, axis)
    return log_softmax(x)


@wrong(
    log_softmax,
    "The maximum is always taken along the last axis: along any other one, the scores are then "
    "shifted by different amounts.",
)
def maximum_along_the_last_axis(x, axis=-1):
    check(x, axis)
    shifted = x - x.max(axis=-1, keepdims=True, initial=-np.inf)
    return shifted - log(np.exp(shifted).sum(axis=axis, keepdims=True))


@wrong(
    log_softmax,
    "A reduction has lost its axis: the row's number then meets another row's scores, or NumPy "
    "finds shapes that don't fit.",
)
def the_axis_lost(x, axis=-1):
    check(x, axis)
    shifted = x - x.max(axis=axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis))


@wrong(
    log_softmax,
    "−∞ is replaced by a finite number on the way, so an impossible score gets a finite logarithm.",
)
def finite_for_minus_infinity(x, axis=-1):
    return np.nan_to_num(log_softmax(x, axis))


@wrong(log_softmax, "The result is float64 whatever x is: something on the way converts it.")
def always_float64(x, axis=-1):
    return log_softmax(x.astype(np.float64), axis)


@wrong(
    log_softmax,
    "It writes into x: an operation in place, such as `x -= …`, changes the caller's array.",
)
def in_place(x, axis=-1):
    x[...] = log_softmax(x, axis)
    return x


@wrong(
    log_softmax,
    "An array of no scores comes back as it is. The promise is a ValueError.",
)
def no_scores_as_they_are(x, axis=-1):
    return log_softmax(x, axis) if x.shape[axis] else x.copy()


@wrong(
    log_softmax,
    "Every score is compared with every other, which takes n × n numbers a row. One sum serves all "
    "scores of a row.",
)
def every_score_with_every_other(x, axis=-1):
    check(x, axis)
    scores = np.moveaxis(x, axis, -1)
    shifted = scores - scores.max(-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        gaps = shifted[..., None, :] - shifted[..., :, None]
    y = -np.logaddexp.reduce(np.where(np.isnan(gaps), x.dtype.type(0), gaps), axis=-1)
    return np.moveaxis(y, -1, axis)


@wrong(
    log_softmax,
    "It goes through the rows one at a time in Python. `keepdims=True` lets one expression serve "
    "all rows.",
)
def one_row_at_a_time(x, axis=-1):
    check(x, axis)
    rows = np.moveaxis(x, axis, -1)
    y = np.empty_like(rows)
    for index in np.ndindex(rows.shape[:-1]):
        y[index] = log_softmax(rows[index])
    return np.moveaxis(y, -1, axis)
