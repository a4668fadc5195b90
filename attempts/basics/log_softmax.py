from attempts.basics.softmax import no_rows_refused, the_last_axis_checked
from kata.attempts import rewrite, slip

LOG_SOFTMAX = "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))"

# --- logsumexp -------------------------------------------------------------------------------

logaddexp_from_score_to_score = rewrite(
    {"return top.squeeze(axis) + logs": "return np.logaddexp.reduce(x, axis=axis)"}
)

in_base_2 = rewrite(
    {
        "return top.squeeze(axis) + logs": (
            "log_2 = float(np.log(2))\nreturn np.logaddexp2.reduce(x / log_2, axis=axis) * log_2"
        )
    }
)

with_a_mask_and_the_axis_moved_last = rewrite(
    {
        "top = _largest(x, axis)": (
            "scores = np.moveaxis(x, axis, -1)\n"
            "y = _largest(scores, -1)[..., 0]\n"
            "some = y > -np.inf\n"
            "y[some] += np.log(np.exp(scores[some] - y[some][:, None]).sum(axis=-1))\n"
            "return y"
        )
    }
)

logsumexp_without_the_maximum = slip(
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can you take "
    "out of every exponential of a row?",
    {"np.exp(x - top)": "np.exp(x)", "top.squeeze(axis) + logs": "logs"},
)

logsumexp_with_one_maximum = slip(
    "One maximum serves the whole array: in rows far below it every exp underflows.",
    {"top = _largest(x, axis)": ("top = np.full_like(_largest(x, axis), x.max(initial=-np.inf))")},
)

logsumexp_with_the_largest_absolute_value = slip(
    "The largest absolute value is subtracted: if all scores are far below zero, every exp "
    "underflows.",
    {"top = _largest(x, axis)": "top = _largest(np.abs(x), axis)"},
)

nan_for_nothing_but_minus_infinity = slip(
    "If all scores are −∞, so is their maximum, and −∞ − (−∞) is nan.",
    {"top[np.isneginf(top)] = 0": "pass"},
)

minus_infinity_made_finite = slip(
    "−∞ is replaced by a very low number, which is the result where nothing else is left.",
    {"top = _largest(x, axis)": "x = np.nan_to_num(x)\ntop = _largest(x, axis)"},
)

the_maximum_not_added_back = slip(
    "What was subtracted before exp is missing in the result.", {"top.squeeze(axis) + logs": "logs"}
)

the_maximum_subtracted_again = slip(
    "What was subtracted before exp is subtracted once more after the logarithm.",
    {"top.squeeze(axis) + logs": "logs - top.squeeze(axis)"},
)

the_largest_score = slip(
    "This is the largest score. The others add to the sum too, if less.",
    {"top.squeeze(axis) + logs": "x.max(axis=axis)"},
)

the_logarithm_of_the_mean = slip(
    "This is the logarithm of the exponentials' mean, not of their sum.",
    {"np.exp(x - top).sum(": "np.exp(x - top).mean("},
)

epsilon_in_logsumexp = slip(
    "A small constant inside the logarithm shifts every result.",
    {"np.exp(x - top).sum(axis=axis)": "np.exp(x - top).sum(axis=axis) + 1e-6"},
)

logsumexp_of_the_whole_array = slip(
    "The sum runs over the whole array. Each line along the axis has its own sum.",
    {"np.exp(x - top).sum(axis=axis)": "np.exp(x - top).sum()"},
)

the_axis_of_the_maximum_lost = slip(
    "The maximum has lost its axis: one row's maximum meets another row's scores, or the shapes "
    "don't fit.",
    {
        "top = _largest(x, axis)": "top = _largest(x, axis).squeeze(axis)",
        "top.squeeze(axis) + logs": "top + logs",
    },
)

every_axis_of_length_1_squeezed = slip(
    "`squeeze` without an axis drops every axis of length 1, not only the one that is summed.",
    {"top.squeeze(axis)": "top.squeeze()"},
)

minus_infinity_for_no_scores = slip(
    "Without scores the result is −∞, which passes for a value. A ValueError was promised.",
    {"top = _largest(x, axis)": "top = x.max(axis=axis, keepdims=True, initial=-np.inf)"},
)

# --- log_softmax -----------------------------------------------------------------------------

shifted_twice = rewrite(
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": (
            "shifted -= np.expand_dims(np.logaddexp.reduce(shifted, axis=axis), axis)\n"
            "return shifted"
        )
    }
)

with_the_axis_moved_last = rewrite(
    {
        "shifted = x - _largest(x, axis)": (
            "scores = np.moveaxis(x, axis, -1)\n"
            "scores = scores - _largest(scores, -1)\n"
            "odds = np.exp(scores, out=np.zeros_like(scores), where=scores > -1000)\n"
            'logs = np.log(np.einsum("...n->...", odds))\n'
            "return np.moveaxis(scores - logs[..., None], -1, axis)"
        )
    }
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 gives −∞.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": (
            "e = np.exp(shifted)\n"
            'with np.errstate(divide="ignore"):\n'
            "    return np.log(e / e.sum(axis=axis, keepdims=True))"
        )
    },
)

clipped_probabilities = slip(
    "Clipping the probabilities avoids log(0), but gives all improbable scores the same −27.6.",
    {
        LOG_SOFTMAX: (
            "np.log(np.clip(np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True), "
            "1e-12, 1))"
        )
    },
)

epsilon_in_the_logarithm = slip(
    "A small constant inside the logarithm shifts all results; none falls below −20.7.",
    {
        LOG_SOFTMAX: (
            "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True) + 1e-9)"
        )
    },
)

without_the_maximum = slip(
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can be "
    "subtracted without changing the probabilities?",
    {"shifted = x - _largest(x, axis)": "_largest(x, axis)\nshifted = x"},
)

one_maximum_for_all_rows = slip(
    "One maximum serves the whole array: in rows far below it every exp underflows.",
    {
        "shifted = x - _largest(x, axis)": (
            "_largest(x, axis)\nshifted = x - x.max(initial=-np.inf)"
        )
    },
)

logarithm_added_to_the_maximum = slip(
    "Added to a huge maximum, the logarithm is rounded away: equal scores of 1e20 get 0 each.",
    {LOG_SOFTMAX: "x - np.expand_dims(logsumexp(x, axis), axis)"},
)

the_maximum_in_the_sum_only = slip(
    "The maximum is subtracted inside the sum, but not from the score itself.",
    {"return shifted -": "return x -"},
)

without_the_sum = slip(
    "Only the maximum is subtracted. The logarithm of the sum of the exponentials is missing.",
    {LOG_SOFTMAX: "shifted"},
)

without_the_logarithm = slip(
    "The sum itself is subtracted, not its logarithm.",
    {LOG_SOFTMAX: "shifted - np.exp(shifted).sum(axis=axis, keepdims=True)"},
)

the_logarithm_added = slip(
    "The logarithm of the sum is added. The logarithm of a fraction is a difference.",
    {"return shifted -": "return shifted +"},
)

the_mean_of_the_exponentials = slip(
    "The logarithm of the mean of the exponentials is subtracted, not that of their sum.",
    {"np.exp(shifted).sum(": "np.exp(shifted).mean("},
)

probabilities = slip(
    "These are the probabilities themselves, not their logarithms.",
    {LOG_SOFTMAX: "np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True)"},
)

the_sign_turned = slip(
    "The sign is reversed: the logarithm of a probability is at most 0.",
    {"return shifted - np": "return -shifted + np"},
)

log2_softmax = slip(
    "These are logarithms to base 2. This kata's log is the natural one.",
    {
        LOG_SOFTMAX: (
            "(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))) / float(np.log(2))"
        )
    },
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each line along the axis is its own distribution.",
    {"np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum()"},
)

axis_0_taken_for_none = slip(
    "`axis or …` takes axis 0 for none given, since 0 counts as false.",
    {"shifted = x - _largest(x, axis)": "axis = axis or -1\nshifted = x - _largest(x, axis)"},
)

maximum_along_the_last_axis = slip(
    "The maximum is always taken along the last axis: along others, scores get different shifts.",
    {
        "shifted = x - _largest(x, axis)": (
            "_largest(x, axis)\nshifted = x - x.max(axis=-1, keepdims=True, initial=-np.inf)"
        )
    },
)

the_axis_lost = slip(
    "The reductions have lost their axis: one row's number meets another row's scores, or the "
    "shapes don't fit.",
    {
        "shifted = x - _largest(x, axis)": "shifted = x - _largest(x, axis).squeeze(axis)",
        "np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum(axis=axis)",
    },
)

the_axis_of_the_sum_lost = slip(
    "The sum has lost its axis: one row's sum meets another row's scores, or the shapes don't fit.",
    {"np.exp(shifted).sum(axis=axis, keepdims=True)": "np.exp(shifted).sum(axis=axis)"},
)

finite_for_minus_infinity = slip(
    "−∞ is replaced by a finite number on the way, so an impossible score gets a finite logarithm.",
    {"shifted = x - _largest(x, axis)": "shifted = np.nan_to_num(x - _largest(x, axis))"},
)

no_scores_as_they_are = slip(
    "An array without scores comes back as it is. A ValueError was promised.",
    {
        "shifted = x - _largest(x, axis)": (
            "shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)"
        )
    },
)

every_score_with_every_other = slip(
    "Every score is compared with every other: that takes n × n numbers a row.",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))": (
            "scores = np.moveaxis(shifted, axis, -1)\n"
            "gaps = np.nan_to_num(scores)[..., None, :] - scores[..., :, None]\n"
            "return np.moveaxis(-np.logaddexp.reduce(gaps, axis=-1), -1, axis)"
        )
    },
)
