import numpy as np

from kata.attempts import right, slip
from solutions.optimization.l2_regularization import l2_gradients, l2_penalty


def check(strength):
    if strength < 0:
        raise ValueError("strength should not be negative")


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


without_the_half = slip(
    "The ½ is missing: the penalty is twice as large as promised, and its gradient would be 2 · "
    "strength · w.",
    {"strength / 2 *": "strength *"},
)

with_the_biases = slip(
    "The biases are in the sum. They should cost nothing: there are few of them, and shrinking "
    "them only moves the function.",
    {" if _is_weight(param))": ")"},
)

only_matrices = slip(
    "Only arrays with exactly two axes count as weights. The kernels of a convolution have four.",
    {"param.ndim > 1": "param.ndim == 2"},
)

rows_taken_for_biases = slip(
    "A weight with one row or one column is taken for a bias. The number of axes decides, not "
    "their length.",
    {"param.ndim > 1": "param.squeeze().ndim > 1"},
)

the_norm = slip(
    "This is the norm. The penalty is its square, without the root.",
    {"if _is_weight(param))": "if _is_weight(param)) ** 0.5"},
)

a_norm_for_each_weight = slip(
    "The norms of the weights are added up. It should be their squares.",
    {"np.square(param).sum()": "np.linalg.norm(param)"},
)

absolute_values = slip(
    "Those are absolute values, so L1's penalty. L2 takes squares.",
    {"np.square(param)": "np.abs(param)"},
)

the_mean = slip(
    "The mean of the squares is taken. The penalty is a sum, so that each weight costs the same "
    "in a large network as in a small one.",
    {
        "return (\n    strength / 2 * sum(": (
            "entries = sum(param.size for param in params if _is_weight(param))\n"
            "return (\n"
            "    strength / 2 / max(entries, 1) * sum("
        ),
    },
)

a_mean_for_each_weight = slip(
    "The mean is taken within each weight, so entries of large arrays cost less than those of "
    "small ones.",
    {"np.square(param).sum()": "np.square(param).mean()"},
)

the_square_of_the_sum = slip(
    "The weights are added up before they are squared, so positive and negative ones cancel.",
    {"np.square(param).sum()": "np.square(param.sum())"},
)

the_spectral_norm = slip(
    "np.linalg.norm with ord=2 gives the largest singular value of a matrix, not the root of "
    "its sum of squares, and takes no array with three axes.",
    {"np.square(param).sum()": "np.linalg.norm(param, 2) ** 2"},
)

only_the_last_weight = slip(
    "The last parameter overwrites the sum of those before it.",
    {
        "sum(float(np.square(param).sum()) for param in params if _is_weight(param))": (
            "[0.0, *(float(np.square(w).sum()) for w in params if _is_weight(w))][-1]"
        ),
    },
)

a_float32_penalty = slip(
    "The penalty has the dtype of the parameters, such as float32. It should be a Python float.",
    {"float(np.square(param).sum())": "np.square(param).sum()"},
)

a_negative_strength = slip(
    "A negative strength raises no error: it would reward large weights, and push them away "
    "from 0.",
    {"if strength < 0:": "if False:"},
)

the_penalty_by_a_python_loop = slip(
    "Python loops over the entries or rows of a weight. NumPy squares and sums a whole array.",
    {"np.square(param).sum()": "sum(w * w for w in param.ravel())"},
)

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


twice_the_gradient = slip(
    "The gradient is twice as large as it should be: the 2 of the square cancels against the ½.",
    {"strength * param if": "2 * strength * param if"},
)

half_the_gradient = slip(
    "The ½ of the penalty is still there: the derivative of w² is 2 · w, which cancels it.",
    {"strength * param if": "strength / 2 * param if"},
)

gradients_for_the_biases = slip(
    "The biases get a gradient too, though the penalty does not depend on them.",
    {" if _is_weight(param) else np.zeros_like(param)": ""},
)

biases_missing = slip(
    "A bias has no gradient in the list, and those behind it move up. Its gradient is zeros.",
    {
        "if _is_weight(param) else np.zeros_like(param) for param in params": (
            "for param in params if _is_weight(param)"
        ),
    },
)

none_for_the_biases = slip(
    "The gradient of a bias is None. The penalty does not depend on it, so it is zeros.",
    {"np.zeros_like(param)": "None"},
)

biases_for_their_gradients = slip(
    "A bias stands in the list itself, in place of its gradient.",
    {"np.zeros_like(param)": "param.copy()"},
)

signs = slip(
    "That is L1's gradient: the pull of L2 grows with the weight.",
    {"strength * param if": "strength * np.sign(param) if"},
)

downhill = slip(
    "The sign is wrong. This is the direction of descent; the gradient points up, away from 0.",
    {"strength * param if": "-strength * param if"},
)

gradients_of_the_norm = slip(
    "Each gradient is divided by its weight's norm: that belongs to the norm without the square.",
    {"strength * param if": "strength / max(float(np.linalg.norm(param)), 1e-300) * param if"},
)

gradients_of_the_mean = slip(
    "Each gradient is divided by the number of entries, as for a mean. The penalty is a sum.",
    {"strength * param if": "strength / max(param.size, 1) * param if"},
)

float64_gradients = slip(
    "The gradients are float64 whatever the parameters are.",
    {
        "strength * param if": "strength * param.astype(np.float64) if",
        "np.zeros_like(param)": "np.zeros(param.shape)",
    },
)

float64_zeros = slip(
    "The zeros for a bias are float64 whatever the bias is.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

gradients_by_a_python_loop = slip(
    "Python loops over the entries or rows of a weight. NumPy takes all at once.",
    {
        "strength * param if": (
            "np.reshape([strength * w for w in param.ravel()], param.shape).astype(param.dtype) if"
        ),
    },
)

strength_checked_too_late = slip(
    "Where there are no weights it returns 0 before it has checked `strength`.",
    {
        "_check(strength)\nreturn (": (
            "if not any(map(_is_weight, params)):\n    return 0.0\n_check(strength)\nreturn ("
        ),
    },
)

scaled_by_the_largest = slip(
    "The weights are divided by the largest one before they are squared. Where all are 0, that "
    "is 0 / 0.",
    {
        "return (\n    strength / 2 * sum(float(np.square(param)": (
            "sizes = [float(np.abs(w).max(initial=0.0)) for w in params if _is_weight(w)]\n"
            "largest = max(sizes, default=1.0)\n"
            "return (\n"
            "    strength / 2 * largest**2 * sum(float(np.square(param / largest)"
        ),
    },
)
