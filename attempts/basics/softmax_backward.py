import numpy as np

from kata.attempts import right, slip
from solutions.basics.softmax_backward import softmax_backward


def check(grad_y, x, axis):
    if grad_y.shape != x.shape:
        raise ValueError("grad_y and x differ in shape")
    if x.shape[axis] == 0:
        raise ValueError("there are no scores along the axis")


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def total(x, axis):
    return x.sum(axis=axis, keepdims=True)


@right(softmax_backward)
def back_through_the_fraction(grad_y, x, axis=-1):
    """Step by step, with respect to e and s, for y = e / s and s = Σ e."""
    check(grad_y, x, axis)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    s = total(e, axis)
    grad_s = -total(grad_y * e, axis) / (s * s)
    return e * (grad_y / s + grad_s)


@right(softmax_backward)
def back_through_the_logarithm(grad_y, x, axis=-1):
    """Through y = exp(log_y) first, then through the log-softmax."""
    check(grad_y, x, axis)
    shifted = x - np.max(x, axis, keepdims=True)
    y = np.exp(shifted - np.log(total(np.exp(shifted), axis)))
    grad_log_y = grad_y * y
    grad_log_y -= y * total(grad_log_y, axis)
    return grad_log_y


@right(softmax_backward)
def with_the_axis_moved_last(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    g, y = np.moveaxis(grad_y, axis, -1), softmax(np.moveaxis(x, axis, -1), -1)
    return np.moveaxis(y * (g - np.einsum("...n,...n->...", g, y)[..., None]), -1, axis)


# --- The sum ---------------------------------------------------------------------------------

by_the_jacobian = slip(
    "It builds the Jacobian, n × n numbers a row. Multiply it out by hand first: most of it is one "
    "product of two vectors.",
    {
        "return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": ""
        "g, y = np.moveaxis(grad_y, axis, -1), np.moveaxis(y, axis, -1)\n"
        "jacobian = y[..., None] * (np.eye(x.shape[axis], dtype=x.dtype) - y[..., None, :])\n"
        'return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)'
    },
)

the_diagonal_alone = slip(
    "Only the Jacobian's diagonal is used, as if softmax worked entry by entry. Each score changes "
    "the other probabilities too.",
    {"y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "grad_y * y * (1 - y)"},
)

without_the_sum = slip(
    "This is the gradient of the exponentials over a fixed sum. The sum depends on every score "
    "too, and that path is missing.",
    {"(grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "grad_y"},
)

the_sum_alone = slip(
    "Only the part that comes through the sum is there. Each score is in its own numerator too.",
    {"(grad_y - (grad_y * y).sum(": "(-(grad_y * y).sum("},
)

all_zeros = slip(
    "The result is zero. That is right for the sum of the probabilities, which is always 1, but "
    "not for any grad_y.",
    {"y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "np.zeros_like(x)"},
)

the_sum_without_probabilities = slip(
    "The upstream gradients are summed as they are. In the chain rule each is weighed by its "
    "probability.",
    {"(grad_y * y).sum(": "grad_y.sum("},
)

the_plain_mean = slip(
    "The plain mean of the upstream gradients is subtracted. The mean that is wanted weighs each "
    "by its probability.",
    {"(grad_y * y).sum(": "grad_y.mean("},
)

the_sum_divided_by_n = slip(
    "The weighted sum of the upstream gradients is right, but the mean is taken where a sum is "
    "meant: it is divided by n once more.",
    {"(grad_y * y).sum(": "(grad_y * y).mean("},
)

without_the_factor_in_front = slip(
    "The factor in front is missing: how far a score moves anything is in proportion to its own "
    "probability.",
    {"return y * (": "return ("},
)

the_factor_in_one_term_only = slip(
    "Only the first term has the factor y; the sum that is subtracted needs it too.",
    {"y * (grad_y - (grad_y * y)": "(y * grad_y - (grad_y * y)"},
)

the_sum_added = slip(
    "The sum is added. A score that grows takes probability from all the others, so it is "
    "subtracted.",
    {"(grad_y - (": "(grad_y + ("},
)

the_sign_turned = slip(
    "The sign is turned: the whole gradient points the other way.",
    {"return y * (": "return -y * ("},
)

one_factor_too_many = slip(
    "The probabilities enter squared: the factor y is there once too often.",
    {"return y * (": "return y * y * ("},
)

as_for_log_softmax = slip(
    "This is the gradient of log-softmax. Softmax itself has another one.",
    {
        "y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": ""
        "grad_y - y * grad_y.sum(axis=axis, keepdims=True)"
    },
)

as_for_cross_entropy = slip(
    "Probability minus something is the gradient of softmax and cross-entropy together, with "
    "grad_y taken for the target. Here there is softmax alone.",
    {"y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "y - grad_y"},
)

without_the_upstream_gradient = slip(
    "grad_y is not used. The chain rule multiplies the derivative by what comes from above.",
    {"y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "y * (1 - y)"},
)

# --- The softmax -----------------------------------------------------------------------------

x_taken_for_y = slip(
    "x is taken for the probabilities. These are softmax(x), which has to be computed first.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "y = x",
        "y /= y.sum(axis=axis, keepdims=True)": "pass",
    },
)

softmax_twice = slip(
    "Softmax is applied twice, as if x held probabilities already.",
    {
        "y /= y.sum(axis=axis, keepdims=True)": "y = np.exp(y / y.sum(axis=axis, keepdims=True))\n"
        "y /= y.sum(axis=axis, keepdims=True)"
    },
)

without_the_division = slip(
    "The exponentials are not divided by their sum, so they are no probabilities yet.",
    {"y /= y.sum(axis=axis, keepdims=True)": "pass"},
)

with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "grad_y, x = x, grad_y\n"
        "y = np.exp(x - x.max(axis=axis, keepdims=True))"
    },
)

without_the_maximum = slip(
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can be "
    "subtracted from every score of a row without changing its probabilities?",
    {"np.exp(x - x.max(axis=axis, keepdims=True))": "np.exp(x)"},
)

one_maximum_for_all_rows = slip(
    "One maximum for the whole array: a row far below it underflows to 0/0. Each row needs its "
    "own.",
    {"x.max(axis=axis, keepdims=True)": "x.max(initial=-np.inf)"},
)

epsilon_in_the_sum = slip(
    "A small constant is added to the sum of the exponentials: the probabilities no longer sum to "
    "1. With the maximum subtracted, that sum is never 0.",
    {"y /= y.sum(axis=axis, keepdims=True)": "y /= y.sum(axis=axis, keepdims=True) + 1e-6"},
)

clipped_probabilities = slip(
    "The probabilities are clipped: those below the bound, and their gradients, all become alike. "
    "There is no logarithm here to guard.",
    {
        "y /= y.sum(axis=axis, keepdims=True)": ""
        "y = np.clip(y / y.sum(axis=axis, keepdims=True), 1e-12, 1.0)"
    },
)

# --- Axes and manners ------------------------------------------------------------------------

always_the_last_axis = slip(
    "The argument `axis` is not used: everything is along the last axis.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "axis = -1\n"
        "y = np.exp(x - x.max(axis=axis, keepdims=True))"
    },
)

axis_0_taken_for_none = slip(
    "`axis or …` takes axis 0 for none at all, as 0 counts as false, and goes along the last one.",
    {
        "y = np.exp(x - x.max(axis=axis, keepdims=True))": "axis = axis or -1\n"
        "y = np.exp(x - x.max(axis=axis, keepdims=True))"
    },
)

the_sum_along_the_last_axis = slip(
    "The probabilities are along the axis, but the upstream gradients are summed along the last "
    "one.",
    {"(grad_y * y).sum(axis=axis": "(grad_y * y).sum(axis=-1"},
)

the_softmax_along_the_last_axis = slip(
    "The upstream gradients are summed along the axis, but the probabilities are those along the "
    "last one.",
    {
        "x.max(axis=axis, keepdims=True)": "x.max(axis=-1, keepdims=True, initial=-np.inf)",
        "y /= y.sum(axis=axis": "y /= y.sum(axis=-1",
    },
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each row (each line along the axis) has its own.",
    {"(grad_y * y).sum(axis=axis, keepdims=True)": "(grad_y * y).sum()"},
)

the_axis_lost = slip(
    "The sum has lost its axis: one row's number then meets another row's gradients, or NumPy "
    "finds shapes that don't fit.",
    {"(grad_y * y).sum(axis=axis, keepdims=True)": "(grad_y * y).sum(axis=axis)"},
)

shapes_left_to_numpy = slip(
    "The shapes are not compared: a gradient for one row is silently broadcast over all, or an "
    "error comes from somewhere else.",
    {"if grad_y.shape != x.shape:": "if False:"},
)

no_scores_as_they_are = slip(
    "An empty array comes back as it is. No scores should be a ValueError.",
    {"if x.shape[axis] == 0:": "if x.size == 0:\n    return x.copy()\nif x.shape[axis] == 0:"},
)

always_float64 = slip(
    "The result is float64 whatever x is: something on the way converts it.",
    {"y = np.exp(x - ": "y = np.exp(x.astype(np.float64) - "},
)

one_line_at_a_time = slip(
    "It goes through the lines of scores one at a time in Python. `keepdims=True` lets one "
    "expression serve all of them.",
    {
        "return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": ""
        "g, lines = np.moveaxis(grad_y, axis, -1), np.moveaxis(y, axis, -1)\n"
        "for index in np.ndindex(lines.shape[:-1]):\n"
        "    lines[index] *= g[index] - g[index] @ lines[index]\n"
        "return y"
    },
)

one_column_of_the_jacobian_at_a_time = slip(
    "It takes the Jacobian's columns one at a time in Python, one for each score. Their common "
    "part can be summed once.",
    {
        "return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": ""
        "g, y = np.moveaxis(grad_y, axis, -1), np.moveaxis(y, axis, -1)\n"
        "grad = g * y\n"
        "for j in range(x.shape[axis]):\n"
        "    grad[..., j] -= (g * y * y[..., j : j + 1]).sum(axis=-1)\n"
        "return np.moveaxis(grad, -1, axis)"
    },
)

in_float64 = slip(
    "It works on float64 copies. For float32 scores these are twice as large, and more memory than "
    "there is room for.",
    {
        "y = np.exp(x - ": "dtype = x.dtype\n"
        "x, grad_y = x.astype(np.float64), grad_y.astype(np.float64)\n"
        "y = np.exp(x - ",
        "y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": ""
        "(y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))).astype(dtype)",
    },
)
