import numpy as np

from kata.attempts import right, wrong
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


@wrong(
    softmax_backward,
    "It builds the Jacobian, n × n numbers a row. Multiply it out by hand first: most of it is one "
    "product of two vectors.",
)
def by_the_jacobian(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    g, y = np.moveaxis(grad_y, axis, -1), softmax(np.moveaxis(x, axis, -1), -1)
    identity = np.eye(x.shape[axis], dtype=x.dtype)
    jacobian = y[..., None] * (identity - y[..., None, :])
    return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)


@wrong(
    softmax_backward,
    "Only the Jacobian's diagonal is used, as if softmax worked entry by entry. Each score changes "
    "the other probabilities too.",
)
def the_diagonal_alone(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return grad_y * y * (1 - y)


@wrong(
    softmax_backward,
    "This is the gradient of the exponentials over a fixed sum. The sum depends on every score "
    "too, and that path is missing.",
)
def without_the_sum(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return grad_y * softmax(x, axis)


@wrong(
    softmax_backward,
    "The result is zero. That is right for the sum of the probabilities, which is always 1, but "
    "not for any grad_y.",
)
def all_zeros(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return np.zeros_like(x)


@wrong(
    softmax_backward,
    "The upstream gradients are summed as they are. In the chain rule each is weighed by its "
    "probability.",
)
def the_sum_without_probabilities(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax(x, axis) * (grad_y - total(grad_y, axis))


@wrong(
    softmax_backward,
    "The plain mean of the upstream gradients is subtracted. The mean that is wanted weighs each "
    "by its probability.",
)
def the_plain_mean(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax(x, axis) * (grad_y - total(grad_y, axis) / x.shape[axis])


@wrong(
    softmax_backward,
    "The weighted sum of the upstream gradients is right, but the mean is taken where a sum is "
    "meant: it is divided by n once more.",
)
def the_sum_divided_by_n(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (grad_y - (grad_y * y).mean(axis=axis, keepdims=True))


@wrong(
    softmax_backward,
    "The factor in front is missing: how far a score moves anything is in proportion to its own "
    "probability.",
)
def without_the_factor_in_front(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return grad_y - total(grad_y * softmax(x, axis), axis)


@wrong(
    softmax_backward,
    "Only the first term has the factor y; the sum that is subtracted needs it too.",
)
def the_factor_in_one_term_only(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    weighed = grad_y * softmax(x, axis)
    return weighed - total(weighed, axis)


@wrong(
    softmax_backward,
    "The sum is added. A score that grows takes probability from all the others, so it is "
    "subtracted.",
)
def the_sum_added(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (grad_y + total(grad_y * y, axis))


@wrong(softmax_backward, "The sign is turned: the whole gradient points the other way.")
def the_sign_turned(grad_y, x, axis=-1):
    return -softmax_backward(grad_y, x, axis)


@wrong(
    softmax_backward,
    "The probabilities enter squared: the factor y is there once too often.",
)
def one_factor_too_many(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax(x, axis) * softmax_backward(grad_y, x, axis)


@wrong(
    softmax_backward,
    "This is the gradient of log-softmax. Softmax itself has another one.",
)
def as_for_log_softmax(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return grad_y - softmax(x, axis) * total(grad_y, axis)


@wrong(
    softmax_backward,
    "Probability minus something is the gradient of softmax and cross-entropy together, with "
    "grad_y taken for the target. Here there is softmax alone.",
)
def as_for_cross_entropy(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax(x, axis) - grad_y


@wrong(
    softmax_backward,
    "grad_y is not used. The chain rule multiplies the derivative by what comes from above.",
)
def without_the_upstream_gradient(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (1 - y)


# --- The softmax -----------------------------------------------------------------------------


@wrong(
    softmax_backward,
    "x is taken for the probabilities. These are softmax(x), which has to be computed first.",
)
def x_taken_for_y(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    with np.errstate(over="ignore", invalid="ignore"):
        return x * (grad_y - total(grad_y * x, axis))


@wrong(softmax_backward, "Softmax is applied twice, as if x held probabilities already.")
def softmax_twice(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax_backward(grad_y, softmax(x, axis), axis)


@wrong(softmax_backward, "The arguments are swapped: grad_y comes first, x second.")
def with_arguments_swapped(grad_y, x, axis=-1):
    return softmax_backward(x, grad_y, axis)


@wrong(
    softmax_backward,
    "exp overflows for large scores, and for scores far below zero the sum is 0. What can be "
    "subtracted from every score of a row without changing its probabilities?",
)
def without_the_maximum(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    with np.errstate(all="ignore"):
        e = np.exp(x)
        y = e / total(e, axis)
        return y * (grad_y - total(grad_y * y, axis))


@wrong(
    softmax_backward,
    "One maximum for the whole array: a row far below it underflows to 0/0. Each row needs its "
    "own.",
)
def one_maximum_for_all_rows(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    e = np.exp(x - x.max(initial=-np.inf))
    with np.errstate(invalid="ignore"):
        y = e / total(e, axis)
    return y * (grad_y - total(grad_y * y, axis))


@wrong(
    softmax_backward,
    "A small constant is added to the sum of the exponentials: the probabilities no longer sum to "
    "1. With the maximum subtracted, that sum is never 0.",
)
def epsilon_in_the_sum(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    y = e / (total(e, axis) + 1e-6)
    return y * (grad_y - total(grad_y * y, axis))


@wrong(
    softmax_backward,
    "The probabilities are clipped: those below the bound, and their gradients, all become alike. "
    "There is no logarithm here to guard.",
)
def clipped_probabilities(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = np.clip(softmax(x, axis), 1e-12, 1.0)
    return y * (grad_y - total(grad_y * y, axis))


# --- Axes and manners ------------------------------------------------------------------------


@wrong(softmax_backward, "The argument `axis` is not used: everything is along the last axis.")
def always_the_last_axis(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    return softmax_backward(grad_y, x)


@wrong(
    softmax_backward,
    "The probabilities are along the axis, but the upstream gradients are summed along the last "
    "one.",
)
def the_sum_along_the_last_axis(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (grad_y - total(grad_y * y, -1))


@wrong(
    softmax_backward,
    "The upstream gradients are summed along the axis, but the probabilities are those along the "
    "last one.",
)
def the_softmax_along_the_last_axis(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, -1)
    return y * (grad_y - total(grad_y * y, axis))


@wrong(
    softmax_backward,
    "The sum runs over the whole array. Each row (each line along the axis) has its own.",
)
def one_sum_for_all_rows(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (grad_y - (grad_y * y).sum())


@wrong(
    softmax_backward,
    "The sum has lost its axis: one row's number then meets another row's gradients, or NumPy "
    "finds shapes that don't fit.",
)
def the_axis_lost(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    y = softmax(x, axis)
    return y * (grad_y - (grad_y * y).sum(axis=axis))


@wrong(
    softmax_backward,
    "The shapes are not compared: a gradient for one row is silently broadcast over all, or an "
    "error comes from somewhere else.",
)
def shapes_left_to_numpy(grad_y, x, axis=-1):
    if x.shape[axis] == 0:
        raise ValueError("there are no scores along the axis")
    y = softmax(x, axis)
    return y * (grad_y - total(grad_y * y, axis))


@wrong(softmax_backward, "An empty array comes back as it is. No scores should be a ValueError.")
def no_scores_as_they_are(grad_y, x, axis=-1):
    return softmax_backward(grad_y, x, axis) if x.size else x.copy()


@wrong(softmax_backward, "The result is float64 whatever x is: something on the way converts it.")
def always_float64(grad_y, x, axis=-1):
    return softmax_backward(grad_y.astype(np.float64), x.astype(np.float64), axis)


@wrong(
    softmax_backward,
    "It writes into x: an operation in place, such as `x -= …`, changes the caller's array.",
)
def into_x(grad_y, x, axis=-1):
    grad_x = softmax_backward(grad_y, x, axis)
    x[...] = softmax(x, axis)
    return grad_x


@wrong(
    softmax_backward,
    "It writes into grad_y: an operation in place, such as `grad_y -= …`, changes the caller's "
    "array.",
)
def into_grad_y(grad_y, x, axis=-1):
    grad_y[...] = softmax_backward(grad_y, x, axis)
    return grad_y


@wrong(
    softmax_backward,
    "It goes through the lines of scores one at a time in Python. `keepdims=True` lets one "
    "expression serve all of them.",
)
def one_line_at_a_time(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    g, scores = np.moveaxis(grad_y, axis, -1), np.moveaxis(x, axis, -1)
    grad = np.empty_like(scores)
    for index in np.ndindex(scores.shape[:-1]):
        grad[index] = softmax_backward(g[index], scores[index])
    return np.moveaxis(grad, -1, axis)


@wrong(
    softmax_backward,
    "It takes the Jacobian's columns one at a time in Python, one for each score. Their common "
    "part can be summed once.",
)
def one_column_of_the_jacobian_at_a_time(grad_y, x, axis=-1):
    check(grad_y, x, axis)
    g, y = np.moveaxis(grad_y, axis, -1), softmax(np.moveaxis(x, axis, -1), -1)
    grad = g * y
    for j in range(x.shape[axis]):
        grad[..., j] -= (g * y * y[..., j : j + 1]).sum(axis=-1)
    return np.moveaxis(grad, -1, axis)


@wrong(
    softmax_backward,
    "It works on float64 copies. For float32 scores these are twice as large, and more memory than "
    "there is room for.",
)
def in_float64(grad_y, x, axis=-1):
    wide = softmax_backward(grad_y.astype(np.float64), x.astype(np.float64), axis)
    return wide.astype(x.dtype)
