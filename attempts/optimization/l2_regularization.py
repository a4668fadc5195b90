import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.l2_regularization import l2_gradients, l2_penalty


def check(strength):
    if strength < 0:
        raise ValueError("strength should not be negative")


def squares(params):
    """The sum of all weights' squares."""
    return float(sum(np.sum(param**2) for param in params if param.ndim > 1))


# --- The penalty -----------------------------------------------------------------------------


@right(l2_penalty)
def one_long_vector(params, strength):
    check(strength)
    weights = [param.ravel().astype(float) for param in params if param.ndim != 1]
    vector = np.concatenate([np.zeros(0), *weights])
    return float(0.5 * strength * (vector @ vector))


@right(l2_penalty)
def norms_squared(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if len(param.shape) >= 2:
            total += np.float64(np.linalg.norm(param.reshape(-1))) ** 2
    return strength * total / 2


@wrong(
    l2_penalty,
    "The ½ is missing: the penalty is twice as large as promised, and its gradient would be "
    "2 · strength · w.",
)
def without_the_half(params, strength):
    check(strength)
    return strength * squares(params)


@wrong(
    l2_penalty,
    "The biases are in the sum. There are few of them, and shrinking them only moves the function: "
    "they cost nothing here.",
)
def with_the_biases(params, strength):
    check(strength)
    return strength / 2 * float(sum(np.sum(param**2) for param in params))


@wrong(
    l2_penalty,
    "Only arrays with exactly two axes count. The kernels of a convolution have four.",
)
def only_matrices(params, strength):
    return l2_penalty([param for param in params if param.ndim == 2], strength)


@wrong(
    l2_penalty,
    "A weight with one row or one column is taken for a bias. The number of axes decides, not "
    "their length.",
)
def rows_taken_for_biases(params, strength):
    return l2_penalty([param for param in params if param.squeeze().ndim > 1], strength)


@wrong(
    l2_penalty,
    "This is the norm. The penalty is its square, without the root.",
)
def the_norm(params, strength):
    check(strength)
    return strength / 2 * squares(params) ** 0.5


@wrong(l2_penalty, "Those are absolute values, so L1's penalty. L2 takes squares.")
def absolute_values(params, strength):
    check(strength)
    return strength / 2 * float(sum(np.abs(param).sum() for param in params if param.ndim > 1))


@wrong(
    l2_penalty,
    "The mean of the squares is taken. The penalty is a sum, so that each weight costs the same "
    "in a large network as in a small one.",
)
def the_mean(params, strength):
    check(strength)
    entries = sum(param.size for param in params if param.ndim > 1)
    return strength / 2 * squares(params) / max(entries, 1)


@wrong(
    l2_penalty,
    "The mean is taken within each weight, so entries of large arrays cost less than those of "
    "small ones.",
)
def a_mean_for_each_weight(params, strength):
    check(strength)
    weights = [param for param in params if param.ndim > 1 and param.size]
    return strength / 2 * float(sum(np.mean(weight**2) for weight in weights))


@wrong(
    l2_penalty,
    "The weights are added up before they are squared, so positive and negative ones cancel.",
)
def the_square_of_the_sum(params, strength):
    check(strength)
    return strength / 2 * float(sum(param.sum() ** 2 for param in params if param.ndim > 1))


@wrong(
    l2_penalty,
    "np.linalg.norm with ord=2 gives the largest singular value of a matrix, not the root of its "
    "sum of squares.",
)
def the_spectral_norm(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if param.ndim == 2 and param.size:
            total += float(np.linalg.norm(param, 2)) ** 2
        elif param.ndim > 1:
            total += float(np.sum(param**2))
    return strength / 2 * total


@wrong(l2_penalty, "The argument `strength` is not used.")
def strength_ignored(params, strength):
    check(strength)
    return squares(params) / 2


@wrong(l2_penalty, "The last parameter overwrites the sum of those before it.")
def only_the_last_weight(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if param.ndim > 1:
            total = float(np.sum(param**2))
    return strength / 2 * total


@wrong(
    l2_penalty,
    "The penalty has the dtype of the parameters, such as float32. It should be a Python float.",
)
def a_float32_penalty(params, strength):
    penalty = l2_penalty(params, strength)
    return params[0].dtype.type(penalty) if params else penalty


@wrong(l2_penalty, "It squares the weights where they are, which changes the network itself.")
def squared_in_place(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if param.ndim > 1:
            np.square(param, out=param)
            total += float(param.sum())
    return strength / 2 * total


@wrong(l2_penalty, "A negative strength raises no error: it would reward large weights.")
def a_negative_penalty(params, strength):
    return strength / 2 * squares(params)


@wrong(
    l2_penalty,
    "Python loops over the entries or rows of a weight. NumPy squares and sums a whole array.",
)
def the_penalty_by_a_python_loop(params, strength):
    check(strength)
    weights = [param for param in params if param.ndim > 1]
    return strength / 2 * float(sum(w * w for weight in weights for w in weight.ravel()))


# --- The gradients ---------------------------------------------------------------------------


@right(l2_gradients)
def a_factor_for_each_parameter(params, strength):
    check(strength)
    gradients = []
    for param in params:
        factor = float(strength) if param.ndim >= 2 else 0.0
        gradients.append(factor * param)
    return gradients


@right(l2_gradients)
def zeros_filled_in(params, strength):
    check(strength)
    gradients = [np.zeros(param.shape, param.dtype) for param in params]
    for param, gradient in zip(params, gradients, strict=True):
        if param.ndim != 1:
            gradient += param
            gradient *= strength
    return gradients


@wrong(
    l2_gradients,
    "The gradient is twice as large as it should be: the 2 of the square cancels against the ½.",
)
def twice_the_gradient(params, strength):
    return l2_gradients(params, 2 * strength)


@wrong(
    l2_gradients,
    "The ½ of the penalty is still there: the derivative of w² is 2 · w, which cancels it.",
)
def half_the_gradient(params, strength):
    return l2_gradients(params, strength / 2)


@wrong(
    l2_gradients,
    "The biases get a gradient too, though the penalty does not depend on them.",
)
def gradients_for_the_biases(params, strength):
    check(strength)
    return [strength * param for param in params]


@wrong(
    l2_gradients,
    "A bias has no gradient in the list, and those behind it move up. Its gradient is zeros.",
)
def biases_missing(params, strength):
    check(strength)
    return [strength * param for param in params if param.ndim > 1]


@wrong(
    l2_gradients,
    "The gradient of a bias is None. The penalty does not depend on it, so it is zeros.",
)
def none_for_the_biases(params, strength):
    check(strength)
    return [strength * param if param.ndim > 1 else None for param in params]


@wrong(
    l2_gradients,
    "A bias stands in the list itself, in place of its gradient.",
)
def biases_for_their_gradients(params, strength):
    check(strength)
    return [strength * param if param.ndim > 1 else param.copy() for param in params]


@wrong(
    l2_gradients,
    "Only arrays with exactly two axes get a gradient. The kernels of a convolution have four.",
)
def gradients_of_matrices_only(params, strength):
    check(strength)
    return [strength * param if param.ndim == 2 else np.zeros_like(param) for param in params]


@wrong(
    l2_gradients,
    "A weight with one row or one column is taken for a bias. The number of axes decides, not "
    "their length.",
)
def no_gradients_for_rows(params, strength):
    check(strength)
    return [
        strength * param if param.squeeze().ndim > 1 else np.zeros_like(param) for param in params
    ]


@wrong(l2_gradients, "That is L1's gradient: the pull of L2 grows with the weight.")
def signs(params, strength):
    check(strength)
    return [
        strength * np.sign(param) if param.ndim > 1 else np.zeros_like(param) for param in params
    ]


@wrong(
    l2_gradients,
    "The sign is wrong. This is the direction of descent; the gradient points up, away from 0.",
)
def downhill(params, strength):
    return [-gradient for gradient in l2_gradients(params, strength)]


@wrong(
    l2_gradients,
    "Each gradient is divided by its weight's norm: that belongs to the norm without the square.",
)
def gradients_of_the_norm(params, strength):
    check(strength)
    norms = [max(float(np.linalg.norm(param.ravel())), 1e-300) for param in params]
    return [
        strength / norm * param if param.ndim > 1 else np.zeros_like(param)
        for param, norm in zip(params, norms, strict=True)
    ]


@wrong(
    l2_gradients,
    "Each gradient is divided by the number of entries, as for a mean. The penalty is a sum.",
)
def gradients_of_the_mean(params, strength):
    gradients = l2_gradients(params, strength)
    return [gradient / max(gradient.size, 1) for gradient in gradients]


@wrong(l2_gradients, "The gradients are float64 whatever the parameters are.")
def float64_gradients(params, strength):
    return [gradient.astype(np.float64) for gradient in l2_gradients(params, strength)]


@wrong(
    l2_gradients,
    "It multiplies the parameters where they are, as `param *= …` does. Return new arrays.",
)
def gradients_in_place(params, strength):
    for param, gradient in zip(params, l2_gradients(params, strength), strict=True):
        param[...] = gradient
    return list(params)


@wrong(l2_gradients, "A negative strength raises no error: it would push the weights away from 0.")
def gradients_of_a_negative_strength(params, strength):
    return [strength * param if param.ndim > 1 else np.zeros_like(param) for param in params]


@wrong(l2_gradients, "Python loops over the entries or rows of a weight. NumPy takes all at once.")
def gradients_by_a_python_loop(params, strength):
    gradients = l2_gradients(params, strength)
    for param, gradient in zip(params, gradients, strict=True):
        if param.ndim > 1:
            for index in np.ndindex(param.shape):
                gradient[index] = strength * param[index]
    return gradients


@wrong(
    l2_penalty,
    "Where there are no weights it returns 0 before it has checked `strength`.",
)
def strength_checked_too_late(params, strength):
    if not any(param.ndim > 1 for param in params):
        return 0.0
    return l2_penalty(params, strength)


@wrong(
    l2_penalty,
    "The weights are divided by the largest one before they are squared. Where all are 0, that is "
    "0 / 0.",
)
def scaled_by_the_largest(params, strength):
    check(strength)
    weights = [param.astype(float) for param in params if param.ndim > 1]
    largest = max((np.abs(w).max(initial=0.0) for w in weights), default=1.0)
    with np.errstate(invalid="ignore"):
        return float(strength / 2 * largest**2 * squares([w / largest for w in weights]))
