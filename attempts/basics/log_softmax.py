import math

import numpy as np

from kata.attempts import right, slip
from solutions.basics.log_softmax import log_softmax, logsumexp


def check(x, axis):
    if x.shape[axis] == 0:
        raise ValueError("there are no scores along the axis")


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


logsumexp_without_the_maximum = slip(
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can you take "
    "out of every exponential of a row, and put back behind the logarithm?",
    {"np.exp(x - top)": "np.exp(x)", "top.squeeze(axis) + logs": "logs"},
)

logsumexp_with_one_maximum = slip(
    "One maximum for the whole array: in a row far below it every exp underflows, and the sum is "
    "0. Each row needs its own.",
    {"top = _largest(x, axis)": "top = np.full_like(_largest(x, axis), x.max(initial=-np.inf))"},
)

logsumexp_with_the_largest_absolute_value = slip(
    "The largest absolute value is subtracted: where all scores are far below zero, every exp "
    "underflows and the sum is 0.",
    {"top = _largest(x, axis)": "top = _largest(np.abs(x), axis)"},
)

logsumexp_with_the_mean = slip(
    "The mean is subtracted in place of the maximum: a score far above the mean still overflows.",
    {"top = _largest(x, axis)": "_largest(x, axis)\ntop = x.mean(axis=axis, keepdims=True)"},
)

nan_for_nothing_but_minus_infinity = slip(
    "Where all scores are −∞, so is their maximum, and −∞ − (−∞) is nan. Such a row needs another "
    "shift.",
    {"top[np.isneginf(top)] = 0": "pass"},
)

minus_infinity_made_finite = slip(
    "−∞ is replaced by a very low number. Where nothing else is left, the result is that number "
    "and not −∞.",
    {"top = _largest(x, axis)": "x = np.nan_to_num(x)\ntop = _largest(x, axis)"},
)

the_maximum_not_added_back = slip(
    "What was subtracted before exp is missing: it has to be added to the logarithm.",
    {"top.squeeze(axis) + logs": "logs"},
)

the_maximum_subtracted_again = slip(
    "What was subtracted before exp is subtracted once more after it. There it has to be added.",
    {"top.squeeze(axis) + logs": "logs - top.squeeze(axis)"},
)

the_largest_score = slip(
    "This is the largest score. The others add to the sum too, if less.",
    {"top.squeeze(axis) + logs": "x.max(axis=axis)"},
)

the_logarithm_of_the_mean = slip(
    "The logarithm of the mean of the exponentials is taken, not of their sum.",
    {"np.exp(x - top).sum(": "np.exp(x - top).mean("},
)

epsilon_in_logsumexp = slip(
    "A small constant added inside the logarithm shifts every result. With the maximum subtracted "
    "the sum is never 0, except where all scores are −∞.",
    {"np.exp(x - top).sum(axis=axis)": "np.exp(x - top).sum(axis=axis) + 1e-6"},
)

logsumexp_of_the_whole_array = slip(
    "The sum runs over the whole array. Each row (each line along the axis) has a sum of its own.",
    {"np.exp(x - top).sum(axis=axis)": "np.exp(x - top).sum()"},
)

the_axis_of_the_maximum_lost = slip(
    "The maximum has lost its axis: one row's number then meets another row's scores, or NumPy "
    "finds shapes that don't fit.",
    {
        "top = _largest(x, axis)": "top = _largest(x, axis).squeeze(axis)",
        "top.squeeze(axis) + logs": "top + logs",
    },
)

the_axis_kept = slip(
    "The axis is still there, with length 1. The result should have one axis less.",
    {
        "np.exp(x - top).sum(axis=axis)": "np.exp(x - top).sum(axis=axis, keepdims=True)",
        "top.squeeze(axis) + logs": "top + logs",
    },
)

every_axis_of_length_1_squeezed = slip(
    "`squeeze` without an axis drops every axis of length 1, not only the one that is summed.",
    {"top.squeeze(axis)": "top.squeeze()"},
)

logsumexp_along_the_last_axis = slip(
    "The argument `axis` is not used: the exponentials are always added up along the last axis.",
    {"top = _largest(x, axis)": "axis = -1\ntop = _largest(x, axis)"},
)

minus_infinity_for_no_scores = slip(
    "The sum of nothing is 0 and its logarithm −∞, which passes for a result. The promise is a "
    "ValueError.",
    {"top = _largest(x, axis)": "top = x.max(axis=axis, keepdims=True, initial=-np.inf)"},
)

logsumexp_always_float64 = slip(
    "The result is float64 whatever x is: something on the way converts it.",
    {"np.exp(x - top)": "np.exp(x.astype(np.float64) - top)"},
)

logsumexp_line_by_line = slip(
    "It adds up one line of scores at a time in Python. NumPy's reductions take an axis, and then "
    "serve all lines at once.",
    {
        "return top.squeeze(axis) + logs": "scores = np.moveaxis(x, axis, -1)\n"
        "for index in np.ndindex(logs.shape):\n"
        "    logs[index] = np.logaddexp.reduce(scores[index])\n"
        "return logs"
    },
)

logsumexp_score_by_score = slip(
    "It goes along the axis in Python, from score to score. NumPy's reductions do it in C.",
    {
        "return top.squeeze(axis) + logs": "logs[...] = -np.inf\n"
        "for scores in np.moveaxis(x, axis, 0):\n"
        "    logs = np.logaddexp(logs, scores)\n"
        "return logs"
    },
)

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


logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 gives −∞. The "
    "logarithm of the fraction is a difference.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "e = np.exp(shifted)\n"
        'with np.errstate(divide="ignore"):\n'
        "    return np.log(e / e.sum(axis=axis, keepdims=True))"
    },
)

clipped_probabilities = slip(
    "Clipping the probabilities avoids log(0), but gives every improbable score the same value, "
    "−27.6, and none gets −∞.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "e = np.exp(shifted)\n"
        "return np.log(np.clip(e / e.sum(axis=axis, keepdims=True), 1e-12, 1.0))"
    },
)

epsilon_in_the_logarithm = slip(
    "A small constant added inside the logarithm shifts all results, and none falls below −20.7.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "e = np.exp(shifted)\n"
        "return np.log(e / e.sum(axis=axis, keepdims=True) + 1e-9)"
    },
)

without_the_maximum = slip(
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can be "
    "subtracted from every score of a row without changing its probabilities?",
    {"shifted = x - _largest(x, axis)": "_largest(x, axis)\nshifted = x"},
)

one_maximum_for_all_rows = slip(
    "One maximum for the whole array: in a row far below it every exp underflows, and the sum is "
    "0. Each row needs its own.",
    {"shifted = x - _largest(x, axis)": "_largest(x, axis)\nshifted = x - x.max(initial=-np.inf)"},
)

logarithm_added_to_the_maximum = slip(
    "Added to a huge maximum, the logarithm of the sum is rounded away: two equal scores of 1e20 "
    "would get 0 each. Can both be subtracted one after the other?",
    {
        "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": "x - "
        "np.expand_dims(logsumexp(x, axis), axis)"
    },
)

the_maximum_in_the_sum_only = slip(
    "The maximum is subtracted from the exponents, but then not from x itself: what is left out of "
    "the sum has to be left out of the score too.",
    {"return shifted -": "return x -"},
)

without_the_sum = slip(
    "Only the maximum is subtracted. The logarithm of the sum of the exponentials is missing.",
    {"shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": "shifted"},
)

without_the_logarithm = slip(
    "The sum itself is subtracted. It is its logarithm that the fraction becomes.",
    {
        "np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": "np.exp(shifted).sum(axis=axis, "
        "keepdims=True)"
    },
)

divided_by_the_logarithm = slip(
    "The scores are divided by the logarithm. The logarithm of a fraction is a difference.",
    {"return shifted -": "return shifted /"},
)

the_logarithm_added = slip(
    "The logarithm of the sum is added. It is subtracted: the logarithm of a fraction is a "
    "difference.",
    {"return shifted -": "return shifted +"},
)

the_mean_of_the_exponentials = slip(
    "The logarithm of the mean of the exponentials is subtracted, not that of their sum.",
    {"np.exp(shifted).sum(": "np.exp(shifted).mean("},
)

probabilities = slip(
    "These are the probabilities themselves, not their logarithms.",
    {
        "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": "np.exp(shifted) / "
        "np.exp(shifted).sum(axis=axis, keepdims=True)"
    },
)

the_sign_turned = slip(
    "The sign is turned: a logarithm of a probability is at most 0.",
    {"return shifted - np": "return -shifted + np"},
)

log2_softmax = slip(
    "These are logarithms to base 2. Here log is the natural one.",
    {
        "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))) / float(np.log(2))"
    },
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each row (each line along the axis) is a distribution of "
    "its own.",
    {"np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum()"},
)

always_the_last_axis = slip(
    "The argument `axis` is not used: the result is always along the last axis.",
    {"shifted = x - _largest(x, axis)": "axis = -1\nshifted = x - _largest(x, axis)"},
)

axis_0_taken_for_none = slip(
    "`axis or …` takes axis 0 for none at all, as 0 counts as false, and goes along the last one.",
    {"shifted = x - _largest(x, axis)": "axis = axis or -1\nshifted = x - _largest(x, axis)"},
)

maximum_along_the_last_axis = slip(
    "The maximum is always taken along the last axis: along any other one, the scores are then "
    "shifted by different amounts.",
    {
        "shifted = x - _largest(x, axis)": "_largest(x, axis)\n"
        "shifted = x - x.max(axis=-1, keepdims=True, initial=-np.inf)"
    },
)

the_axis_lost = slip(
    "A reduction has lost its axis: the row's number then meets another row's scores, or NumPy "
    "finds shapes that don't fit.",
    {
        "shifted = x - _largest(x, axis)": "shifted = x - _largest(x, axis).squeeze(axis)",
        "np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum(axis=axis)",
    },
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one row's sum then meets another row's scores, or NumPy finds "
    "shapes that don't fit.",
    {"np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum(axis=axis)"},
)

finite_for_minus_infinity = slip(
    "−∞ is replaced by a finite number on the way, so an impossible score gets a finite logarithm.",
    {"shifted = x - _largest(x, axis)": "shifted = np.nan_to_num(x - _largest(x, axis))"},
)

always_float64 = slip(
    "The result is float64 whatever x is: something on the way converts it.",
    {"shifted = x - _largest(x, axis)": "shifted = x.astype(np.float64) - _largest(x, axis)"},
)

no_scores_as_they_are = slip(
    "An array of no scores comes back as it is. The promise is a ValueError.",
    {
        "shifted = x - _largest(x, axis)": "shifted = x - x.max(axis=axis, keepdims=True, "
        "initial=-np.inf)"
    },
)

every_score_with_every_other = slip(
    "Every score is compared with every other, which takes n × n numbers a row. One sum serves all "
    "scores of a row.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "scores = np.moveaxis(shifted, axis, -1)\n"
        "gaps = np.nan_to_num(scores)[..., None, :] - scores[..., :, None]\n"
        "return np.moveaxis(-np.logaddexp.reduce(gaps, axis=-1), -1, axis)"
    },
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python. `keepdims=True` lets one expression serve "
    "all rows.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": ""
        "rows = np.moveaxis(shifted, axis, -1)\n"
        "for index in np.ndindex(rows.shape[:-1]):\n"
        "    rows[index] -= np.logaddexp.reduce(rows[index])\n"
        "return shifted"
    },
)
