import numpy as np

from kata.attempts import right, slip
from solutions.training.layer_norm import layer_norm, layer_norm_backward


def check(x, *vectors):
    for vector in vectors:
        if vector.shape != (x.shape[-1],):
            raise ValueError("gamma and beta have one entry for each feature")


@right(layer_norm)
def with_numpy_mean_and_variance(x, gamma, beta, eps=1e-5):
    check(x, gamma, beta)
    wide = x.astype(np.float64)
    mean, var = np.mean(wide, -1, keepdims=True), np.var(wide, -1, keepdims=True)
    return ((wide - mean) * (var + eps) ** -0.5 * gamma + beta).astype(x.dtype)


@right(layer_norm)
def with_features_first(x, gamma, beta, eps=1e-5):
    check(x, gamma, beta)
    columns = np.moveaxis(x, -1, 0).astype(np.float64)
    columns -= columns.mean(0)
    size = np.sqrt(np.einsum("i...,i...->...", columns, columns) / len(columns) + eps)
    y = np.moveaxis(columns / size, 0, -1) * gamma
    y += beta
    return y.astype(x.dtype)


@right(layer_norm_backward)
def step_by_step(grad_y, x, gamma, beta, eps=1e-5):
    """Each step of the forward pass, then each of them backwards, as on a computation graph."""
    check(x, gamma, beta)
    if grad_y.shape != x.shape:
        raise ValueError("grad_y and x differ in shape")
    d = len(gamma)
    grads, rows = grad_y.reshape(-1, d).astype(np.float64), x.reshape(-1, d).astype(np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True)
    inverse = 1.0 / np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    grad_normal = grads * gamma
    grad_inverse = (grad_normal * centred).sum(axis=1, keepdims=True)
    grad_var = grad_inverse * -0.5 * inverse**3
    grad_centred = grad_normal * inverse + grad_var * 2.0 * centred / d
    grad_x = grad_centred - grad_centred.mean(axis=1, keepdims=True)
    grad_gamma = np.einsum("nd,nd->d", grads, centred * inverse).astype(gamma.dtype)
    return grad_x.reshape(x.shape).astype(x.dtype), grad_gamma, grads.sum(0).astype(beta.dtype)


# --- Mean and variance -----------------------------------------------------------------------

unbiased_variance = slip(
    "The variance is divided by d − 1. Norms take the biased one, divided by d.",
    {
        "np.square(centred).mean(axis=-1, keepdims=True)": (
            "np.square(centred).sum(axis=-1, keepdims=True) / max(x.shape[-1] - 1, 1)"
        )
    },
)

over_the_batch = slip(
    "The statistics run along the first axis, over the batch: that is batch norm. Layer norm takes "
    "each row over its own features.",
    {
        "x.mean(axis=-1,": "x.mean(axis=0,",
        "np.square(centred).mean(axis=-1,": "np.square(centred).mean(axis=0,",
    },
)

over_all_axes = slip(
    "One mean and one variance for the whole array. Each row has its own.",
    {
        "x.mean(axis=-1, ": "x.mean(",
        "np.square(centred).mean(axis=-1, ": "np.square(centred).mean(",
    },
)

over_all_but_the_first_axis = slip(
    "The statistics run over all axes but the first. With more than one batch axis, each row still "
    "has its own: only the last axis is averaged.",
    {
        "x.mean(axis=-1,": "x.mean(axis=tuple(range(1, x.ndim)) or 0,",
        "np.square(centred).mean(axis=-1,": (
            "np.square(centred).mean(axis=tuple(range(1, x.ndim)) or 0,"
        ),
    },
)

the_axis_of_the_variance_lost = slip(
    "A mean over the row has lost its axis: one row's value then meets another row's entries, or "
    "NumPy finds shapes that don't fit.",
    {"np.square(centred).mean(axis=-1, keepdims=True)": "np.square(centred).mean(axis=-1)"},
)

no_mean = slip(
    "The mean is not subtracted: that is closer to RMS norm.",
    {
        "centred = x - x.mean(axis=-1, keepdims=True, dtype=np.float64)": (
            "centred = x.astype(np.float64)"
        )
    },
)

not_divided = slip(
    "Rows are centred, but not divided by their standard deviation.",
    {"return centred / std, std": "return centred, std / std"},
)

squares_not_centred = slip(
    "It divides by the root of the mean square. The variance is that of the entries less their "
    "mean.",
    {"np.square(centred)": "np.square(x, dtype=np.float64)"},
)

mean_of_the_squares_less_the_square = slip(
    "The variance is taken as mean(x²) − μ²: where the mean is large, nearly all digits cancel.",
    {
        "np.square(centred).mean(axis=-1, keepdims=True)": (
            "abs(np.square(x, dtype=np.float64).mean(axis=-1, keepdims=True) - "
            "x.mean(axis=-1, keepdims=True, dtype=np.float64) ** 2)"
        )
    },
)

in_the_dtype_of_x = slip(
    "Mean and variance of float32 rows are taken in float32: a large mean is then off by more than "
    "the entries differ, and squares of large entries overflow.",
    {"x.mean(axis=-1, keepdims=True, dtype=np.float64)": "x.mean(axis=-1, keepdims=True)"},
)

no_root = slip(
    "The square root is missing: it divides by the variance.",
    {
        "np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + eps)": (
            "(np.square(centred).mean(axis=-1, keepdims=True) + eps)"
        )
    },
)

# --- eps -------------------------------------------------------------------------------------

epsilon_outside_the_root = slip(
    "eps is added to the standard deviation. It belongs inside the root, added to the variance.",
    {
        "np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + eps)": (
            "(np.sqrt(np.square(centred).mean(axis=-1, keepdims=True)) + eps)"
        )
    },
)

no_epsilon = slip(
    "eps is missing: a row of equal entries becomes 0/0.",
    {"keepdims=True) + eps)": "keepdims=True))"},
)

epsilon_ignored = slip(
    "The argument `eps` is not used.", {"keepdims=True) + eps)": "keepdims=True) + 1e-5)"}
)

epsilon_as_a_floor = slip(
    "eps is a floor under the variance. It is added, however large the variance is.",
    {
        "np.square(centred).mean(axis=-1, keepdims=True) + eps": (
            "np.maximum(np.square(centred).mean(axis=-1, keepdims=True), eps)"
        )
    },
)

# --- gamma and beta --------------------------------------------------------------------------

no_affine_map = slip(
    "gamma and beta are not used: this is only the normalization.",
    {"(gamma * x_hat + beta)": "x_hat"},
)

no_gamma = slip(
    "gamma is not used: the normalized values are never scaled.",
    {"(gamma * x_hat + beta)": "(x_hat + beta)"},
)

no_beta = slip(
    "beta is not used: the normalized values are never shifted.",
    {"(gamma * x_hat + beta)": "(gamma * x_hat)"},
)

gamma_and_beta_swapped = slip(
    "gamma and beta are swapped: gamma scales, beta shifts.",
    {"(gamma * x_hat + beta)": "(beta * x_hat + gamma)"},
)

rounded_before_the_affine_map = slip(
    "Where terms cancel, float32 results lose digits, as where x̂ is rounded to x's dtype before "
    "gamma and beta come in. All is computed in float64.",
    {"(gamma * x_hat + beta)": "(gamma * x_hat.astype(x.dtype) + beta)"},
)

gamma_times_beta = slip(
    "gamma also multiplies beta. The shift comes last.",
    {"(gamma * x_hat + beta)": "(gamma * (x_hat + beta))"},
)

# --- Backward --------------------------------------------------------------------------------

statistics_taken_as_constants = slip(
    "Mean and variance are treated as constants. Every entry of the row takes part in both, so "
    "there are two more ways from x to y.",
    {"(grad_x_hat - mean - along * x_hat)": "grad_x_hat"},
)

variance_taken_as_constant = slip(
    "The variance is treated as a constant: the term along x̂ is missing.",
    {"(grad_x_hat - mean - along * x_hat)": "(grad_x_hat - mean)"},
)

mean_taken_as_constant = slip(
    "The mean is treated as a constant: the mean of the gradient is not taken out.",
    {"(grad_x_hat - mean - along * x_hat)": "(grad_x_hat - along * x_hat)"},
)

sums_for_means = slip(
    "The two terms that are taken out are sums over the row. μ and σ² are means, so these are "
    "means too.",
    {
        "mean = grad_x_hat.mean(axis=-1, keepdims=True)": (
            "mean = grad_x_hat.sum(axis=-1, keepdims=True)"
        ),
        "(grad_x_hat * x_hat).mean(": "(grad_x_hat * x_hat).sum(",
    },
)

along_the_centred_row = slip(
    "The part along the row is taken with x − μ where x̂ belongs: a division by the standard "
    "deviation is missing.",
    {"(grad_x_hat * x_hat).mean(": "(grad_x_hat * x_hat * std).mean("},
)

gamma_after_the_means = slip(
    "gamma multiplies only at the end, as it may in batch norm. In layer norm it differs within "
    "the row, so it belongs inside the means.",
    {
        "grad_y * gamma.astype(np.float64)": "grad_y.astype(np.float64)",
        "grad_x = (": "grad_x = gamma * (",
    },
)

gamma_left_out_backward = slip(
    "gamma is missing in the gradient with respect to x: y is gamma · x̂ + beta.",
    {"grad_y * gamma.astype(np.float64)": "grad_y.astype(np.float64)"},
)

backward_over_the_batch = slip(
    "The means of the backward pass run over the batch, as in batch norm. They belong to a row and "
    "run over its features.",
    {
        "mean = grad_x_hat.mean(axis=-1,": "mean = grad_x_hat.mean(axis=0,",
        "(grad_x_hat * x_hat).mean(axis=-1,": "(grad_x_hat * x_hat).mean(axis=0,",
    },
)

backward_in_its_own_dtype = slip(
    "grad_y · gamma is rounded to float32 before its mean is taken out: where that mean is large, "
    "the digits that count are lost.",
    {"grad_y * gamma.astype(np.float64)": "grad_y * gamma"},
)

not_divided_backward = slip(
    "The gradient with respect to x is not divided by √(σ² + eps).",
    {"(grad_x_hat - mean - along * x_hat) / std": "(grad_x_hat - mean - along * x_hat)"},
)

gradient_of_gamma_from_y = slip(
    "gamma's gradient is taken with y. What gamma multiplies is x̂, before gamma and beta.",
    {"(grad_y * x_hat).sum(": "(grad_y * (gamma * x_hat + beta)).sum("},
)

gradient_of_gamma_from_x = slip(
    "gamma's gradient is taken with x. What gamma multiplies is x̂.",
    {"(grad_y * x_hat).sum(": "(grad_y * x.astype(np.float64)).sum("},
)

summed_over_the_first_axis = slip(
    "The gradients of gamma and beta are summed over the first axis only. They serve the rows of "
    "every batch axis.",
    {"batch_axes = tuple(range(x.ndim - 1))": "batch_axes = tuple(range(x.ndim - 1))[:1]"},
)

averaged_over_the_batch = slip(
    "The gradients of gamma and beta are means over the rows. What is used many times gets the sum "
    "of its gradients.",
    {
        "grad_gamma.astype(": "(grad_gamma / max(x.size // x.shape[-1], 1)).astype(",
        "grad_beta.astype(": "(grad_beta / max(x.size // x.shape[-1], 1)).astype(",
    },
)

gradient_of_beta_summed_in_its_dtype = slip(
    "beta's gradient is summed in grad_y's own dtype: in float16, a sum over many rows loses "
    "digits and at last no longer grows.",
    {"axis=batch_axes, dtype=np.float64)": "axis=batch_axes)"},
)

gradient_of_beta_with_gamma = slip(
    "beta's gradient is multiplied by gamma. beta is added last, so grad_y reaches it as it is.",
    {"grad_beta = grad_y.sum(": "grad_beta = grad_x_hat.sum("},
)

gradient_of_gamma_with_gamma = slip(
    "gamma's gradient is multiplied by gamma. y is gamma · x̂ + beta, whose slope in gamma is x̂.",
    {"grad_gamma = (grad_y * x_hat)": "grad_gamma = (grad_x_hat * x_hat)"},
)

gamma_and_beta_exchanged = slip(
    "The gradients of gamma and beta are exchanged.",
    {
        "grad_gamma.astype(gamma.dtype), grad_beta.astype(beta.dtype)": (
            "grad_beta.astype(beta.dtype), grad_gamma.astype(gamma.dtype)"
        )
    },
)

# --- Shapes ----------------------------------------------------------------------------------

beta_unchecked = slip(
    "Only gamma is checked: a beta of another shape should raise a ValueError, too.",
    {'(("gamma", gamma), ("beta", beta))': '[("gamma", gamma)]'},
)

gamma_unchecked = slip(
    "Only beta is checked: a gamma of another shape should raise a ValueError, too.",
    {'(("gamma", gamma), ("beta", beta))': '[("beta", beta)]'},
)

gradient_unchecked = slip(
    "A grad_y of another shape than x is not refused: NumPy broadcasts one to the other.",
    {"if grad_y.shape != x.shape": "if False"},
)
