from attempts.basics.softmax import no_rows_refused, the_last_axis_checked
from kata.attempts import rewrite, slip

GRADIENT = "y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))"
EXP = "y = np.exp(x - x.max(axis=axis, keepdims=True))"
NORMALIZE = "y /= y.sum(axis=axis, keepdims=True)"

back_through_the_fraction = rewrite(
    {
        NORMALIZE: (
            "# With respect to e and s, for y = e / s and s = Σ e.\n"
            "e, s = y, y.sum(axis=axis, keepdims=True)\n"
            "grad_s = -(grad_y * e).sum(axis=axis, keepdims=True) / (s * s)\n"
            "return e * (grad_y / s + grad_s)"
        )
    }
)

back_through_the_logarithm = rewrite(
    {
        EXP: (
            "# Through y = exp(log_y) first, then through the log-softmax.\n"
            "shifted = x - np.max(x, axis, keepdims=True)\n"
            "y = np.exp(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))\n"
            "return grad_y * y - y * (grad_y * y).sum(axis=axis, keepdims=True)"
        )
    }
)

with_the_axis_moved_last = rewrite(
    {
        "return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": (
            "g, y = np.moveaxis(grad_y, axis, -1), np.moveaxis(y, axis, -1)\n"
            'return np.moveaxis(y * (g - np.einsum("...n,...n->...", g, y)[..., None]), -1, '
            "axis)"
        )
    }
)

# --- The sum ---------------------------------------------------------------------------------

by_the_jacobian = slip(
    "It builds the Jacobian, n × n numbers a row. Most of it is one product of two vectors.",
    {
        "return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": (
            "g, y = np.moveaxis(grad_y, axis, -1), np.moveaxis(y, axis, -1)\n"
            "jacobian = y[..., None] * (np.eye(x.shape[axis], dtype=x.dtype) - y[..., None, "
            ":])\n"
            'return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)'
        )
    },
)

the_diagonal_alone = slip(
    "Only the Jacobian's diagonal is used, but each score changes the other probabilities too.",
    {GRADIENT: "grad_y * y * (1 - y)"},
)

without_the_sum = slip(
    "The sum of the exponentials is taken as fixed, but it depends on every score too.",
    {"(grad_y - (grad_y * y).sum(axis=axis, keepdims=True))": "grad_y"},
)

the_sum_alone = slip(
    "Only the part through the sum is there. Each score is in its own numerator too.",
    {"(grad_y - (grad_y * y).sum(": "(-(grad_y * y).sum("},
)

all_zeros = slip(
    "The result is zero. That is right for the sum of the probabilities, but not for any grad_y.",
    {GRADIENT: "np.zeros_like(x)"},
)

the_sum_without_probabilities = slip(
    "The upstream gradients are summed as they are, not weighted by their probabilities.",
    {"(grad_y * y).sum(": "grad_y.sum("},
)

the_plain_mean = slip(
    "The plain mean of the upstream gradients is subtracted, not that weighted by probabilities.",
    {"(grad_y * y).sum(": "grad_y.mean("},
)

the_sum_divided_by_n = slip(
    "The weighted sum of the upstream gradients is divided by n. The weights already sum to 1.",
    {"(grad_y * y).sum(": "(grad_y * y).mean("},
)

without_the_factor_in_front = slip(
    "The factor in front is missing: a score's effect is in proportion to its own probability.",
    {"return y * (": "return ("},
)

the_factor_in_one_term_only = slip(
    "Only the first term has the factor y; the sum that is subtracted needs it too.",
    {"y * (grad_y - (grad_y * y)": "(y * grad_y - (grad_y * y)"},
)

the_sum_added = slip(
    "The sum is added, but a score that grows takes probability from the others.",
    {"(grad_y - (": "(grad_y + ("},
)

the_sign_turned = slip(
    "The sign is reversed: the whole gradient points the other way.",
    {"return y * (": "return -y * ("},
)

one_factor_too_many = slip(
    "The factor y is there once too often.", {"return y * (": "return y * y * ("}
)

as_for_log_softmax = slip(
    "This is the gradient of log-softmax. Softmax has another one.",
    {GRADIENT: "grad_y - y * grad_y.sum(axis=axis, keepdims=True)"},
)

as_for_cross_entropy = slip(
    "This is the gradient of softmax and cross-entropy together, with grad_y for the target.",
    {GRADIENT: "y - grad_y"},
)

without_the_upstream_gradient = slip(
    "grad_y is not used. The chain rule multiplies the derivative by it.", {GRADIENT: "y * (1 - y)"}
)

# --- The softmax -----------------------------------------------------------------------------

x_taken_for_y = slip(
    "x is taken for the probabilities, which are softmax(x).", {EXP: "y = x", NORMALIZE: "pass"}
)

softmax_twice = slip(
    "Softmax is applied twice, as if x held probabilities already.",
    {
        NORMALIZE: (
            "y /= y.sum(axis=axis, keepdims=True)\n"
            "y = np.exp(y)\n"
            "y /= y.sum(axis=axis, keepdims=True)"
        )
    },
)

without_the_division = slip(
    "The exponentials are not divided by their sum, so they are not yet probabilities.",
    {NORMALIZE: "pass"},
)

with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {EXP: "grad_y, x = x, grad_y\ny = np.exp(x - x.max(axis=axis, keepdims=True))"},
)

without_the_maximum = slip(
    "exp overflows for large scores. What can be subtracted without changing the probabilities?",
    {"np.exp(x - x.max(axis=axis, keepdims=True))": "np.exp(x)"},
)

one_maximum_for_all_rows = slip(
    "One maximum serves the whole array: a row far below it underflows to 0/0.",
    {"x.max(axis=axis, keepdims=True)": "x.max(initial=-np.inf)"},
)

epsilon_in_the_sum = slip(
    "A small constant is added to the sum: the probabilities no longer sum to 1.",
    {NORMALIZE: "y /= y.sum(axis=axis, keepdims=True) + 1e-6"},
)

clipped_probabilities = slip(
    "The probabilities are clipped, which also changes the gradients of improbable scores.",
    {NORMALIZE: "y = np.clip(y / y.sum(axis=axis, keepdims=True), 1e-12, 1.0)"},
)

# --- Axes ------------------------------------------------------------------------------------

axis_0_taken_for_none = slip(
    "`axis or …` takes axis 0 for none given, since 0 counts as false.",
    {EXP: "axis = axis or -1\ny = np.exp(x - x.max(axis=axis, keepdims=True))"},
)

the_sum_along_the_last_axis = slip(
    "The probabilities are along the axis, but the upstream gradients' sum is along the last.",
    {"(grad_y * y).sum(axis=axis": "(grad_y * y).sum(axis=-1"},
)

the_softmax_along_the_last_axis = slip(
    "The upstream gradients are summed along the axis, but the softmax is along the last one.",
    {
        "x.max(axis=axis, keepdims=True)": "x.max(axis=-1, keepdims=True, initial=-np.inf)",
        "y /= y.sum(axis=axis": "y /= y.sum(axis=-1",
    },
)

one_sum_for_all_rows = slip(
    "The sum runs over the whole array. Each line along the axis has its own.",
    {"(grad_y * y).sum(axis=axis, keepdims=True)": "(grad_y * y).sum()"},
)

the_axis_lost = slip(
    "The sum has lost its axis: one row's number meets another row's gradients, or the shapes "
    "don't fit.",
    {"(grad_y * y).sum(axis=axis, keepdims=True)": "(grad_y * y).sum(axis=axis)"},
)

shapes_left_to_numpy = slip(
    "The shapes are not compared: a gradient for one row may be silently broadcast over all.",
    {"if grad_y.shape != x.shape:": "if False:"},
)

no_scores_as_they_are = slip(
    "An empty array comes back as it is. A ValueError was promised.",
    {"if x.shape[axis] == 0:": "if x.size == 0:\n    return x.copy()\nif x.shape[axis] == 0:"},
)
