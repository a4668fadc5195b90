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


without_the_half = slip(
    "The ½ is missing: the penalty is twice what it should be.", {"strength / 2 *": "strength *"}
)

with_the_biases = slip(
    "The biases are in the sum. They should cost nothing.", {" if _is_weight(param))": ")"}
)

only_matrices = slip(
    "Only arrays with exactly two axes count as weights. The kernels of a convolution have four.",
    {"param.ndim > 1": "param.ndim == 2"},
)

rows_taken_for_biases = slip(
    "A weight with one row or column counts as a bias. The number of axes decides, not a length.",
    {"param.ndim > 1": "param.squeeze().ndim > 1"},
)

the_norm = slip(
    "This is the norm. The penalty is its square, without the root.",
    {"if _is_weight(param))": "if _is_weight(param)) ** 0.5"},
)

a_norm_for_each_weight = slip(
    "The weights' norms are added up. Add their squares.",
    {"np.square(param).sum()": "np.linalg.norm(param)"},
)

absolute_values = slip(
    "These are absolute values: L1's penalty. L2 takes squares.",
    {"np.square(param)": "np.abs(param)"},
)

the_mean = slip(
    "This is a mean of squares. The penalty is a sum: a weight costs as much in a large network "
    "as in a small one.",
    {
        "return (\n    strength / 2 * sum(": (
            "entries = sum(param.size for param in params if _is_weight(param))\n"
            "return (\n"
            "    strength / 2 / max(entries, 1) * sum("
        )
    },
)

a_mean_for_each_weight = slip(
    "Each weight adds its mean, so entries of large arrays cost less. The penalty is a sum.",
    {"np.square(param).sum()": "np.square(param).mean()"},
)

the_square_of_the_sum = slip(
    "The weights are added up before they are squared, so positive and negative ones cancel.",
    {"np.square(param).sum()": "np.square(param.sum())"},
)

the_spectral_norm = slip(
    "np.linalg.norm with ord=2 gives a matrix its largest singular value, not the root of its "
    "sum of squares.",
    {"np.square(param).sum()": "np.linalg.norm(param, 2) ** 2"},
)

only_the_last_weight = slip(
    "The last parameter overwrites the sum of those before it.",
    {
        "sum(float(np.square(param).sum()) for param in params if _is_weight(param))": (
            "[0.0, *(float(np.square(w).sum()) for w in params if _is_weight(w))][-1]"
        )
    },
)

a_negative_strength = slip(
    "A negative strength raises no error: it would reward large weights.",
    {"if strength < 0:": "if False:"},
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

biases_for_their_gradients = slip(
    "The list holds the bias itself where its gradient should be.",
    {"np.zeros_like(param)": "param.copy()"},
)

zeros_of_float64 = slip(
    "The zeros for the biases are float64. Each gradient has its parameter's dtype.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

signs = slip(
    "This is L1's gradient, the same for all sizes. The pull of L2 grows with the weight.",
    {"strength * param if": "strength * np.sign(param) if"},
)

downhill = slip(
    "The sign is wrong. This is the direction of descent; the gradient points up, away from 0.",
    {"strength * param if": "-strength * param if"},
)

gradients_of_the_norm = slip(
    "Each gradient is divided by its weight's norm: that is the gradient of the plain norm.",
    {"strength * param if": "strength / max(float(np.linalg.norm(param)), 1e-300) * param if"},
)

gradients_of_the_mean = slip(
    "Each gradient is divided by the number of entries, as for a mean. The penalty is a sum.",
    {"strength * param if": "strength / max(param.size, 1) * param if"},
)
