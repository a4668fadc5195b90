import numpy as np

from kata.attempts import right, wrong
from solutions.basics.softmax import softmax


@right(softmax)
def through_log_sum_exp(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True)
    return np.exp(x - top - np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)))


@right(softmax)
def with_the_axis_moved_last(x, axis=-1):
    scores = np.moveaxis(x, axis, -1).copy()
    if not scores.shape[-1]:
        raise ValueError("nothing to normalise")
    scores -= scores.max(-1)[..., None]
    np.exp(scores, out=scores)
    return np.moveaxis(scores / np.einsum("...n->...", scores)[..., None], -1, axis)


@wrong(
    softmax,
    "exp overflows for large scores. What could you subtract from every score of a row without "
    "changing the ratio?",
)
def without_the_maximum(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


@wrong(
    softmax,
    "One maximum for the whole array: a row far below it underflows to 0/0. Each row needs its "
    "own maximum.",
)
def one_maximum_for_all_rows(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(initial=-np.inf))
    return e / e.sum(axis=axis, keepdims=True)


@wrong(
    softmax,
    "The maximum is taken of absolute values: where all scores are far below zero, every exp "
    "underflows and the sum is 0.",
)
def maximum_of_absolute_values(x, axis=-1):
    e = np.exp(x - np.abs(x).max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong(
    softmax,
    "The maximum is always taken along the last axis: along any other one, the scores are then "
    "shifted by different amounts.",
)
def maximum_along_the_last_axis(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=axis, keepdims=True)


@wrong(
    softmax,
    "Added to a huge maximum, the logarithm of the sum is rounded away: two equal scores of 1e20 "
    "would each get probability 1.",
)
def logarithm_added_to_the_maximum(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    return np.exp(x - (top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))))


@wrong(
    softmax,
    "The sum runs over the whole array. Each row (each line along the axis) is a distribution of "
    "its own and sums to 1.",
)
def one_sum_for_all_rows(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum()


@wrong(
    softmax,
    "The maximum is taken along the axis, but the sum along the last one: both belong to the axis.",
)
def sum_along_the_last_axis(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong(
    softmax,
    "A reduction has lost its axis: one row's number then meets another row's scores, or NumPy "
    "finds shapes that don't fit.",
)
def the_axis_lost(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=axis))
    return e / e.sum(axis=axis)


@wrong(
    softmax,
    "The sum has lost its axis: one row's sum then meets another row's scores, or NumPy finds "
    "shapes that don't fit.",
)
def the_axis_of_the_sum_lost(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis)


@wrong(
    softmax,
    "These are the exponentials alone. Divided by their sum, those of a row would sum to 1.",
)
def without_the_division(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    return np.exp(x - x.max(axis=axis, keepdims=True))


@wrong(softmax, "The argument `axis` is not used: the result is always along the last axis.")
def always_the_last_axis(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong(
    softmax,
    "These are logarithms of probabilities: the last step back, exp, is missing.",
)
def logarithms(x, axis=-1):
    return np.log(softmax(x, axis))


@wrong(
    softmax,
    "A small constant added to the sum: the rows no longer sum to 1, and after subtracting the "
    "maximum the sum is never 0 anyway.",
)
def epsilon_in_the_sum(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / (e.sum(axis=axis, keepdims=True) + 1e-6)


@wrong(softmax, "The result is float64 whatever x is: something on the way converts it.")
def always_float64(x, axis=-1):
    return softmax(x.astype(np.float64), axis)


@wrong(
    softmax,
    "It writes into x: an in-place operation such as `x -= …` changes the caller's array.",
)
def in_place(x, axis=-1):
    x -= x.max(axis=axis, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=axis, keepdims=True)
    return x


@wrong(
    softmax,
    "Every score is compared with every other, which takes n × n numbers a row. One sum serves all "
    "scores of a row.",
)
def every_score_with_every_other(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    scores = np.moveaxis(x, axis, -1)
    with np.errstate(over="ignore"):
        ratios = np.exp(scores[..., None, :] - scores[..., :, None])
    return np.moveaxis(1 / ratios.sum(axis=-1), -1, axis)


@wrong(
    softmax,
    "It goes through the rows one at a time in Python. `keepdims=True` lets one expression serve "
    "all rows.",
)
def one_row_at_a_time(x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    rows = np.moveaxis(x, axis, -1)
    y = np.empty_like(rows)
    for index in np.ndindex(rows.shape[:-1]):
        e = np.exp(rows[index] - rows[index].max())
        y[index] = e / e.sum()
    return np.moveaxis(y, -1, axis)


@wrong(
    softmax,
    "It works on float64 copies. For float32 scores these are twice as large, and more memory than "
    "is allowed.",
)
def in_float64(x, axis=-1):
    return softmax(x.astype(np.float64), axis).astype(x.dtype)
