import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.training.batch_norm import BatchNorm

FORWARD_STATISTICS = "n, (mean, var) = len(x), self._statistics(x)"
BACKWARD_STATISTICS = "mean, var = self._statistics(x)"
RUNNING_VALUES = "mean, var = self.running_mean, self.running_var"
UNBIASED = "var * (n / (n - 1))"
MOVED_VAR = f"self._moved(self.running_var, {UNBIASED})"
MOMENTUM = "(1.0 - self.momentum) * old + self.momentum * new"
Y = "self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta"
STD = "std = np.sqrt(var + self.eps)"
TAKEN_BACK = "(grad_beta + x_hat * grad_gamma) / len(x)"
PARAM_GRADS = "grad_gamma.astype(x.dtype), grad_beta.astype(x.dtype)"


@right(BatchNorm)
class StepByStep:
    """Each step of the forward pass, then each of them backwards."""

    def __init__(self, n_features, eps=1e-5, momentum=0.1):
        self.size, self.eps, self.momentum = n_features, eps, momentum
        self.gamma, self.beta = np.ones(n_features), np.zeros(n_features)
        self.running_mean, self.running_var = np.zeros(n_features), np.ones(n_features)

    def check(self, x, training):
        if x.shape[1:] != (self.size,):
            raise ValueError("x has another number of features")
        if training and x.shape[0] <= 1:
            raise ValueError("one row has no variance")

    def forward(self, x, training):
        self.check(x, training)
        if training:
            wide = x.astype(np.float64)
            mean = np.einsum("nf->f", wide) / len(x)
            unbiased = np.var(wide, axis=0, ddof=1)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (unbiased - self.running_var)
            var = np.square(wide - mean).mean(axis=0)
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.gamma * (var + self.eps) ** -0.5
        return ((x - mean) * scale + self.beta).astype(x.dtype)

    def backward(self, grad_y, x):
        self.check(x, True)
        if grad_y.shape != x.shape:
            raise ValueError("grad_y and x differ in shape")
        n = len(x)
        centred = x - np.mean(x, axis=0, dtype=np.float64)
        var = np.mean(centred**2, axis=0)
        inverse = 1.0 / np.sqrt(var + self.eps)
        grad_normal = grad_y * self.gamma
        grad_inverse = np.sum(grad_normal * centred, axis=0)
        grad_var = grad_inverse * -0.5 * (var + self.eps) ** -1.5
        grad_centred = grad_normal * inverse + grad_var * 2.0 * centred / n
        grad_x = grad_centred - grad_centred.mean(axis=0)
        grads = grad_x, (grad_y * centred * inverse).sum(0), grad_y.sum(0)
        return tuple(grad.astype(x.dtype) for grad in grads)


in_other_words = rewrite(
    {
        "return x.mean(axis=0, dtype=np.float64), x.var(axis=0, dtype=np.float64)": (
            "mean = x.astype(np.float64).mean(axis=0)\n"
            "return mean, np.square(x - mean).mean(axis=0)"
        ),
        MOMENTUM: "old + self.momentum * (new - old)",
        Y: "self.gamma * ((x - mean) * (var + self.eps) ** -0.5) + self.beta",
        "grad_x = self.gamma / std * (grad_y - taken_back)": (
            "grad_x = (grad_y - taken_back) * (self.gamma / std)"
        ),
    }
)


# --- Forward, in training --------------------------------------------------------------------

normalized_by_the_unbiased_variance = slip(
    "The batch is normalized by the unbiased variance (ddof 1), which belongs in running_var only.",
    {MOVED_VAR: f"{MOVED_VAR}\nvar *= n / (n - 1)"},
)

no_epsilon = slip(
    "eps is missing: a feature that is constant in the batch becomes 0/0.",
    {"np.sqrt(var + self.eps) + self.beta": "np.sqrt(var) + self.beta"},
)

epsilon_outside_the_root = slip(
    "eps is added to the root. It belongs inside, added to the variance.",
    {"np.sqrt(var + self.eps) + self.beta": "(np.sqrt(var) + self.eps) + self.beta"},
)

epsilon_outside_the_root_in_training = slip(
    "In training, eps is added to the root. It belongs inside, as in evaluation.",
    {
        MOVED_VAR: (
            f"{MOVED_VAR}\n"
            "y = self.gamma * (x - mean) / (np.sqrt(var) + self.eps)\n"
            "return (y + self.beta).astype(x.dtype)"
        )
    },
)

epsilon_outside_the_root_throughout = slip(
    "eps is added to the root, forward and backward. It belongs inside, added to the variance.",
    {
        "np.sqrt(var + self.eps) + self.beta": "(np.sqrt(var) + self.eps) + self.beta",
        STD: "std = np.sqrt(var) + self.eps",
    },
)

no_epsilon_in_evaluation = slip(
    "eps is missing in evaluation. Both modes divide by √(σ² + eps).",
    {"self.running_var\n": "self.running_var - self.eps\n"},
)

no_root = slip(
    "The square root is missing: it divides by the variance.",
    {"np.sqrt(var + self.eps) + self.beta": "(var + self.eps) + self.beta"},
)

no_mean = slip("The mean is not subtracted.", {"self.gamma * (x - mean)": "self.gamma * x"})

no_gamma = slip(
    "gamma is not used: the normalized values are never scaled.",
    {"self.gamma * (x - mean)": "(x - mean)"},
)

no_beta = slip(
    "beta is not used: the normalized values are never shifted.", {" + self.beta\n": "\n"}
)

no_affine_map = slip(
    "gamma and beta are both missing: this is only the normalization.",
    {"self.gamma * (x - mean)": "(x - mean)", " + self.beta\n": "\n"},
)

gamma_times_beta = slip(
    "gamma multiplies beta as well. The shift comes last.",
    {Y: "self.gamma * ((x - mean) / np.sqrt(var + self.eps) + self.beta)"},
)

statistics_of_each_row = slip(
    "The statistics run over the features of each row: that is layer norm. Batch norm takes each "
    "feature over the rows.",
    {
        MOVED_VAR: (
            f"{MOVED_VAR}\nmean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"
        )
    },
)

one_mean_for_all_features = slip(
    "There is one mean and one variance for the whole array. Each feature has its own.",
    {
        FORWARD_STATISTICS: (
            "n, mean, var = len(x), np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())"
        )
    },
)

mean_of_the_squares = slip(
    "The variance is taken as mean(x²) − mean(x)²: with a large mean, nearly all digits cancel.",
    {
        FORWARD_STATISTICS: (
            "n, mean = len(x), x.mean(axis=0, dtype=np.float64)\n"
            "var = np.square(x, dtype=np.float64).mean(axis=0) - mean**2"
        )
    },
)

statistics_in_the_dtype_of_x = slip(
    "The mean and the variance of float32 numbers are taken in float32, which is too coarse for "
    "a mean of 10⁶.",
    {FORWARD_STATISTICS: "n, mean, var = len(x), x.mean(axis=0), x.var(axis=0)"},
)

running_values_in_training = slip(
    "In training it normalizes by the running values. They only matter in evaluation.",
    {MOVED_VAR: f"{MOVED_VAR}\n{RUNNING_VALUES}"},
)

# --- The running values, and evaluation ------------------------------------------------------

batch_statistics_in_evaluation = slip(
    "Evaluation normalizes by the batch it is given, so a row's result depends on its "
    "neighbours. It should use the running values.",
    {RUNNING_VALUES: f"{RUNNING_VALUES}\nif len(x):\n    mean, var = self._statistics(x)"},
)

running_values_never_updated = slip(
    "running_mean and running_var stay as they are. Training should move them.", {MOMENTUM: "old"}
)

running_mean_never_updated = slip(
    "running_mean stays as it is. Training should move it.",
    {"self._moved(self.running_mean, mean)": "self.running_mean"},
)

running_var_never_updated = slip(
    "running_var stays as it is. Training should move it.", {MOVED_VAR: "self.running_var"}
)

updated_in_evaluation = slip(
    "Evaluation updates the running values too, so test data leaks into the model.",
    {RUNNING_VALUES: f"{RUNNING_VALUES}\nif len(x) > 1:\n    self.forward(x, True)"},
)

biased_running_var = slip(
    "running_var keeps the biased variance, which is too small by n/(n − 1).", {UNBIASED: "var"}
)

correction_upside_down = slip(
    "The factor n/(n − 1) is upside down: running_var is made smaller still.",
    {"n / (n - 1)": "(n - 1) / n"},
)

running_standard_deviation = slip(
    "running_var averages standard deviations. It should average variances.",
    {UNBIASED: f"np.sqrt({UNBIASED})"},
)

momentum_of_the_old_value = slip(
    "momentum weighs the old running value. As in torch, it should weigh the new one.",
    {MOMENTUM: "self.momentum * old + (1.0 - self.momentum) * new"},
)

running_values_of_tensorflow = slip(
    "momentum weighs the old running values, and running_var keeps the biased variance, as in "
    "TensorFlow. Here momentum weighs the new ones, and the unbiased variance is kept.",
    {UNBIASED: "var", MOMENTUM: "self.momentum * old + (1.0 - self.momentum) * new"},
)

only_the_last_batch = slip(
    "The running values are overwritten with those of the last batch. They should be averages "
    "over many.",
    {MOMENTUM: "new"},
)

running_var_from_zero = slip(
    "running_var starts at 0. It should start at 1.",
    {"self.running_var = np.ones(n_features)": "self.running_var = np.zeros(n_features)"},
)

# --- Backward --------------------------------------------------------------------------------

no_gradient_of_x = slip(
    "No gradient reaches x: it is always zero.",
    {"return grad_x.astype(x.dtype)": "return np.zeros_like(x)"},
)

statistics_as_constants = slip(
    "The mean and the variance are treated as constants. They depend on every row, so the "
    "gradient also flows through both.",
    {"(grad_y - taken_back)": "grad_y"},
)

variance_as_a_constant = slip(
    "The variance is treated as a constant. It depends on every row, so the gradient also flows "
    "through it.",
    {TAKEN_BACK: "grad_beta / len(x)"},
)

mean_as_a_constant = slip(
    "The mean is treated as a constant. It depends on every row, so the gradient also flows "
    "through it.",
    {TAKEN_BACK: "x_hat * grad_gamma / len(x)"},
)

without_the_share_of_a_row = slip(
    "The parts through mean and variance are not divided by n. Each row has a share of 1/n.",
    {TAKEN_BACK: "grad_beta + x_hat * grad_gamma"},
)

no_gamma_in_the_gradient = slip(
    "gamma is missing in the gradient with respect to x: y is gamma times the normalized x.",
    {"self.gamma / std * (grad_y": "1 / std * (grad_y"},
)

gradient_over_the_variance = slip(
    "The gradient with respect to x is divided by the variance instead of its root.",
    {"self.gamma / std * (grad_y": "self.gamma / std**2 * (grad_y"},
)

gradient_without_the_scale = slip(
    "The scale 1/√(σ² + eps) is missing in the gradient with respect to x.",
    {"self.gamma / std * (grad_y": "self.gamma * (grad_y"},
)

no_epsilon_in_backward = slip(
    "eps is missing in the backward pass, though the forward pass has it.",
    {STD: "std = np.sqrt(var)"},
)

unbiased_variance_in_backward = slip(
    "The backward pass uses the unbiased variance (ddof 1), but the forward pass normalizes by "
    "the biased one.",
    {STD: "std = np.sqrt(var * len(x) / (len(x) - 1) + self.eps)"},
)

unbiased_variance_throughout = slip(
    "Forward and backward use the unbiased variance (ddof 1), which is for running_var only.",
    {"x.var(axis=0, dtype=np.float64)": "x.var(axis=0, dtype=np.float64, ddof=1)", UNBIASED: "var"},
)

running_values_in_backward = slip(
    "The backward pass uses the running values. The forward pass in training does not.",
    {BACKWARD_STATISTICS: RUNNING_VALUES},
)

statistics_of_the_last_forward = slip(
    "The backward pass uses the statistics that the last forward pass kept. Another batch may "
    "have come since.",
    {
        FORWARD_STATISTICS: f"{FORWARD_STATISTICS}\nself.last = mean, var",
        BACKWARD_STATISTICS: 'mean, var = getattr(self, "last", self._statistics(x))',
    },
)

last_batch_for_x = slip(
    "The backward pass uses the x that the last forward pass kept. Another batch may have come "
    "since: use the argument.",
    {
        FORWARD_STATISTICS: f"{FORWARD_STATISTICS}\nself.kept = x",
        BACKWARD_STATISTICS: (
            'kept = getattr(self, "kept", x)\n'
            "x = kept if len(kept) == len(x) else x\n"
            f"{BACKWARD_STATISTICS}"
        ),
    },
)

backward_updates_running_values = slip(
    "The backward pass updates the running values: each batch then counts twice.",
    {"return grad_x": "self.forward(x, True)\nreturn grad_x"},
)

gradient_of_gamma_from_x = slip(
    "The gradient with respect to gamma uses the raw x. gamma multiplies the normalized x.",
    {"return grad_x": "grad_gamma = (grad_y * x).sum(axis=0)\nreturn grad_x"},
)

gradient_of_gamma_from_the_centred_x = slip(
    "The gradient with respect to gamma uses x − μ, not yet divided by √(σ² + eps). gamma "
    "multiplies the normalized x.",
    {
        "(grad_y * x_hat).sum(axis=0)": "(grad_y * (x - mean)).sum(axis=0)",
        "x_hat * grad_gamma)": "x_hat * (grad_y * x_hat).sum(axis=0))",
    },
)

means_for_gamma_and_beta = slip(
    "The gradients with respect to gamma and beta are means over the rows. They should be sums.",
    {PARAM_GRADS: "(grad_gamma / len(x)).astype(x.dtype), (grad_beta / len(x)).astype(x.dtype)"},
)

gamma_and_beta_swapped = slip(
    "The gradients with respect to gamma and beta are swapped: the order is x, gamma, beta.",
    {PARAM_GRADS: "grad_beta.astype(x.dtype), grad_gamma.astype(x.dtype)"},
)

# --- Manners ---------------------------------------------------------------------------------

a_single_row_in_training = slip(
    "A single row is normalized in training. It is its own mean, and its unbiased variance is 0/0.",
    {
        "least_rows=2 if training": "least_rows=1 if training",
        "least_rows=2)": "least_rows=1)",
        "n / (n - 1)": "n / max(n - 1, 1)",
    },
)

no_rows_refused_in_evaluation = slip(
    "An empty batch is refused in evaluation. It is allowed there: nothing is estimated from it.",
    {"least_rows=2 if training else 0": "least_rows=2 if training else 1"},
)

two_rows_asked_for_in_evaluation = slip(
    "Evaluation refuses fewer than 2 rows too. Only training needs them: it estimates a variance.",
    {"least_rows=2 if training else 0": "least_rows=2"},
)

one_column_broadcast = slip(
    "The number of features is not checked: an x with one column is broadcast over all features.",
    {"x.shape[1] != self.n_features": "x.shape[1] not in (1, self.n_features)"},
)
