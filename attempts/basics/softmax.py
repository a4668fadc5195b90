import numpy as np

from kata.attempts import right, slip
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


without_the_maximum = slip(
    "exp overflows for large scores. What could you subtract from every score of a row without "
    "changing the ratio?",
    {"x - x.max(axis=axis, keepdims=True)": "x"},
)

one_maximum_for_all_rows = slip(
    "One maximum for the whole array: a row far below it underflows to 0/0. Each row needs its "
    "own maximum.",
    {"x.max(axis=axis, keepdims=True)": "x.max(initial=-np.inf)"},
)

maximum_of_absolute_values = slip(
    "The maximum is taken of absolute values: where all scores are far below zero, every exp "
    "underflows and the sum is 0.",
    {"x.max(": "np.abs(x).max("},
)

maximum_along_the_last_axis = slip(
    "The maximum is always taken along the last axis: along any other one, the scores are then "
    "shifted by different amounts.",
    {"x.max(axis=axis, keepdims=True)": "x.max(axis=-1, keepdims=True, initial=-np.inf)"},
)

logarithm_added_to_the_maximum = slip(
    "Added to a huge maximum, the logarithm of the sum is rounded away: two equal scores of 1e20 "
    "would each get probability 1.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "top = x.max(axis=axis, keepdims=True)\n"
        "total = np.log(np.exp(x - top).sum(axis=axis, keepdims=True))\n"
        "return np.exp(x - (top + total))",
    },
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each row (each line along the axis) is a distribution of "
    "its own and sums to 1.",
    {"y.sum(axis=axis, keepdims=True)": "y.sum()"},
)

sum_along_the_last_axis = slip(
    "The maximum is taken along the axis, but the sum along the last one: both belong to the axis.",
    {"y.sum(axis=axis": "y.sum(axis=-1"},
)

the_axis_lost = slip(
    "A reduction has lost its axis: one row's number then meets another row's scores, or NumPy "
    "finds shapes that don't fit.",
    {
        "x.max(axis=axis, keepdims=True)": "x.max(axis=axis)",
        "y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis)",
    },
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one row's sum then meets another row's scores, or NumPy finds "
    "shapes that don't fit.",
    {"y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis)"},
)

without_the_division = slip(
    "These are the exponentials alone. Divided by their sum, those of a row would sum to 1.",
    {"y /= y.sum(axis=axis, keepdims=True)": "pass"},
)

always_the_last_axis = slip(
    "The argument `axis` is not used: the result is always along the last axis.",
    {"x.max(axis=axis": "x.max(axis=-1", "y.sum(axis=axis": "y.sum(axis=-1"},
)

logarithms = slip(
    "These are logarithms of probabilities: the last step back, exp, is missing.",
    {"return y": "return np.log(y)"},
)

epsilon_in_the_sum = slip(
    "A small constant added to the sum: the rows no longer sum to 1, and after subtracting the "
    "maximum the sum is never 0 anyway.",
    {"y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis, keepdims=True) + 1e-6"},
)

always_float64 = slip(
    "The result is float64 whatever x is: something on the way converts it.",
    {"np.exp(x": "np.exp(x.astype(np.float64)"},
)

every_score_with_every_other = slip(
    "Every score is compared with every other, which takes n × n numbers a row. One sum serves all "
    "scores of a row.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "scores = np.moveaxis(x, axis, -1)\n"
        'with np.errstate(over="ignore"):\n'
        "    ratios = np.exp(scores[..., None, :] - scores[..., :, None])\n"
        "return np.moveaxis(1 / ratios.sum(axis=-1), -1, axis)",
    },
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python. `keepdims=True` lets one expression serve "
    "all rows.",
    {
        "y /= y.sum(axis=axis, keepdims=True)": "rows = np.moveaxis(y, axis, -1)\n"
        "for index in np.ndindex(rows.shape[:-1]):\n"
        "    rows[index] /= rows[index].sum()",
    },
)

in_float64 = slip(
    "It works on float64 copies. For float32 scores these are twice as large, and more memory than "
    "is allowed.",
    {"np.exp(x": "np.exp(x.astype(np.float64)", "return y": "return y.astype(x.dtype)"},
)
