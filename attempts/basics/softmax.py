import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.basics.softmax import softmax


@right(softmax)
def through_log_sum_exp(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True)
    return np.exp(x - top - np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)))


with_the_axis_moved_last = rewrite(
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": (
            "scores = np.moveaxis(x, axis, -1).copy()\n"
            "scores -= scores.max(-1)[..., None]\n"
            "np.exp(scores, out=scores)\n"
            'return np.moveaxis(scores / np.einsum("...n->...", scores)[..., None], -1, axis)'
        )
    }
)

without_the_maximum = slip(
    "exp overflows for large scores. What can be subtracted from a row without changing the ratio?",
    {"x - x.max(axis=axis, keepdims=True)": "x"},
)

one_maximum_for_all_rows = slip(
    "One maximum serves the whole array: a row far below it underflows to 0/0.",
    {"x.max(axis=axis, keepdims=True)": "x.max(initial=-np.inf)"},
)

maximum_of_absolute_values = slip(
    "The maximum is that of absolute values: if all scores are far below 0, every exp underflows.",
    {"x.max(": "np.abs(x).max("},
)

the_mean_for_the_maximum = slip(
    "The mean is subtracted before exp: where a score is far above it, exp overflows.",
    {"x.max(": "x.mean("},
)

the_smallest_for_the_maximum = slip(
    "The smallest score is subtracted before exp: where others are far above it, exp overflows.",
    {"x.max(axis=axis, keepdims=True)": "x.min(axis=axis, keepdims=True)"},
)

maximum_along_the_last_axis = slip(
    "The maximum is always taken along the last axis: along others, scores get different shifts.",
    {"x.max(axis=axis, keepdims=True)": "x.max(axis=-1, keepdims=True, initial=-np.inf)"},
)

logarithm_added_to_the_maximum = slip(
    "Beside a huge maximum, the sum's logarithm is rounded away: equal scores of 1e20 all get 1.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": (
            "top = x.max(axis=axis, keepdims=True)\n"
            "total = np.log(np.exp(x - top).sum(axis=axis, keepdims=True))\n"
            "return np.exp(x - (top + total))"
        )
    },
)

clipped_scores = slip(
    "The scores are clipped before exp: those beyond the bound count as equal, however far apart.",
    {"x - x.max(axis=axis, keepdims=True)": "np.clip(x, -700, 700)"},
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each line along the axis is its own distribution.",
    {"y.sum(axis=axis, keepdims=True)": "y.sum()"},
)

sum_along_the_last_axis = slip(
    "The sum is always taken along the last axis, whichever axis is asked for.",
    {"y.sum(axis=axis": "y.sum(axis=-1"},
)

the_axis_lost = slip(
    "The reductions have lost their axis: one row's number meets another row's scores, or the "
    "shapes don't fit.",
    {
        "x.max(axis=axis, keepdims=True)": "x.max(axis=axis)",
        "y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis)",
    },
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one row's sum meets another row's scores, or the shapes don't fit.",
    {"y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis)"},
)

without_the_division = slip(
    "These are the exponentials alone: those of a row do not sum to 1.",
    {"y /= y.sum(axis=axis, keepdims=True)": "pass"},
)

divided_by_the_mean = slip(
    "The exponentials are divided by their mean: those of a row sum to their number, not to 1.",
    {"y.sum(": "y.mean("},
)

logarithms = slip(
    "These are logarithms of probabilities: the last step back, exp, is missing.",
    {"return y": "return np.log(y)"},
)

epsilon_in_the_sum = slip(
    "A small constant is added to the sum: the rows no longer sum to 1. Can the sum be 0 at all?",
    {"y.sum(axis=axis, keepdims=True)": "y.sum(axis=axis, keepdims=True) + 1e-6"},
)

every_score_with_every_other = slip(
    "Every score is compared with every other: that takes n × n numbers a row.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": (
            "scores = np.moveaxis(x, axis, -1)\n"
            'with np.errstate(over="ignore"):\n'
            "    ratios = np.exp(scores[..., None, :] - scores[..., :, None])\n"
            "return np.moveaxis(1 / ratios.sum(axis=-1), -1, axis)"
        )
    },
)

one_row_at_a_time = slip(
    "It loops over the rows in Python. `keepdims=True` lets one expression serve all rows.",
    {
        "y /= y.sum(axis=axis, keepdims=True)": (
            "rows = np.moveaxis(y, axis, -1)\n"
            "for index in np.ndindex(rows.shape[:-1]):\n"
            "    rows[index] /= rows[index].sum()"
        )
    },
)

the_last_axis_checked = slip(
    "Only the last axis is checked. The scores lie along `axis`.",
    {"x.shape[axis] == 0": "x.shape[-1] == 0"},
)

no_rows_refused = slip(
    "An x of shape (0, 4) is refused, though its rows have 4 scores: there just are no rows.",
    {"x.shape[axis] == 0": "x.size == 0"},
)
