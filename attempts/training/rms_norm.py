import numpy as np

from kata.attempts import right, slip
from solutions.training.rms_norm import rms_norm, rms_norm_backward


@right(rms_norm)
def by_the_length_of_each_row(x, weight, eps=1e-5):
    d = x.shape[-1]
    if weight.shape != (d,):
        raise ValueError("one weight for each feature")
    length = np.linalg.norm(x.astype(np.float64), axis=-1)
    return (x / np.hypot(length / d**0.5, eps**0.5)[..., None] * weight).astype(x.dtype)


@right(rms_norm)
def with_rows_scaled_by_their_largest(x, weight, eps=1e-5):
    if weight.ndim != 1 or len(weight) != x.shape[-1]:
        raise ValueError("weight does not fit x")
    wide = np.array(x, dtype=np.float64)
    top = np.abs(wide).max(-1, keepdims=True)
    top[top == 0] = 1.0
    wide /= top
    wide /= np.sqrt(np.einsum("...i,...i->...", wide, wide)[..., None] / len(weight) + eps / top**2)
    return np.multiply(wide, weight).astype(x.dtype)


@right(rms_norm_backward)
def by_the_quotient_rule(grad_y, x, weight, eps=1e-5):
    if np.shape(weight) != (x.shape[-1],) or np.shape(grad_y) != np.shape(x):
        raise ValueError("shapes do not fit")
    d = len(weight)
    grads, rows = (a.reshape(-1, d).astype(np.float64) for a in (grad_y, x))
    rms = ((rows * rows).sum(1) / d + eps) ** 0.5
    grad_rms = -((grads * weight * rows).sum(1)) / rms / rms
    grad_x = grads * weight / rms[:, None] + rows / rms[:, None] * (grad_rms / d)[:, None]
    grad_weight = np.einsum("nd,nd,n->d", grads, rows, 1 / rms)
    return grad_x.reshape(x.shape).astype(x.dtype), grad_weight.astype(weight.dtype)


# --- The size of a row -----------------------------------------------------------------------

mean_subtracted = slip(
    "The mean is subtracted first: that is layer norm without beta. RMS norm leaves the mean in.",
    {
        "return (weight * (x * _inverse_rms(x, eps))).astype(x.dtype)": (
            "centred = x - x.mean(axis=-1, keepdims=True, dtype=np.float64)\n"
            "return (weight * (centred * _inverse_rms(centred, eps))).astype(x.dtype)"
        )
    },
)

deviation_from_the_mean = slip(
    "It divides by the standard deviation, which leaves the mean out. The root mean square is that "
    "of the entries themselves.",
    {"squares.mean(axis=-1, keepdims=True)": "x.var(axis=-1, keepdims=True, dtype=np.float64)"},
)

sum_for_mean = slip(
    "It divides by the length of the row, the root of the sum of squares. It is the mean of the "
    "squares that counts, so that the result does not depend on d.",
    {"squares.mean(": "squares.sum("},
)

no_root = slip(
    "The square root is missing: it divides by the mean of the squares.",
    {
        "1.0 / np.sqrt(squares.mean(axis=-1, keepdims=True) + eps)": (
            "1.0 / (squares.mean(axis=-1, keepdims=True) + eps)"
        )
    },
)

mean_of_the_sizes = slip(
    "It divides by the mean of the absolute values. RMS is the root of the mean of the squares.",
    {
        "np.sqrt(squares.mean(axis=-1, keepdims=True) + eps)": (
            "(np.sqrt(squares).mean(axis=-1, keepdims=True) + eps)"
        )
    },
)

divided_by_one_less = slip(
    "The mean of the squares is divided by d − 1. No mean is estimated, so all d count.",
    {
        "squares.mean(axis=-1, keepdims=True)": (
            "squares.sum(axis=-1, keepdims=True) / max(x.shape[-1] - 1, 1)"
        )
    },
)

over_the_batch = slip(
    "The mean runs along the first axis, over the batch. Each row is normalized on its own, over "
    "its features.",
    {"squares.mean(axis=-1,": "squares.mean(axis=0,"},
)

one_size_for_all_rows = slip(
    "One root mean square for the whole array. Each row has its own.",
    {"squares.mean(axis=-1, keepdims=True)": "squares.mean(keepdims=True)"},
)

over_all_but_the_first_axis = slip(
    "The mean runs over all axes but the first. With more than one batch axis, each row still has "
    "its own: only the last axis is averaged.",
    {"squares.mean(axis=-1,": "squares.mean(axis=tuple(range(1, x.ndim)) or 0,"},
)

the_axis_lost = slip(
    "The mean has lost its axis: one row's size then meets another row's entries, or NumPy finds "
    "shapes that don't fit.",
    {"squares.mean(axis=-1, keepdims=True)": "squares.mean(axis=-1)"},
)

squares_in_the_dtype_of_x = slip(
    "The squares are taken in x's own dtype: in float32 they overflow from 2e19 on, and below "
    "1e-23 they are 0.",
    {"np.square(x, dtype=np.float64)": "np.square(x)"},
)

rounded_before_the_weight = slip(
    "Half-precision results are off by a digit, as where x̂ is rounded to x's dtype before `weight` "
    "multiplies it. Llama's code does that; here all is computed in float64.",
    {"(x * _inverse_rms(x, eps))).astype": "(x * _inverse_rms(x, eps)).astype(x.dtype)).astype"},
)

# --- eps -------------------------------------------------------------------------------------

epsilon_outside_the_root = slip(
    "eps is added to the root. It belongs inside, added to the mean of the squares.",
    {
        "np.sqrt(squares.mean(axis=-1, keepdims=True) + eps)": (
            "(np.sqrt(squares.mean(axis=-1, keepdims=True)) + eps)"
        )
    },
)

no_epsilon = slip(
    "eps is missing: a row of zeros becomes 0/0.", {"keepdims=True) + eps)": "keepdims=True))"}
)

epsilon_ignored = slip(
    "The argument `eps` is not used.", {"keepdims=True) + eps)": "keepdims=True) + 1e-5)"}
)

epsilon_as_a_floor = slip(
    "eps is a floor under the mean of the squares. It is added, however large that mean is.",
    {
        "squares.mean(axis=-1, keepdims=True) + eps": (
            "np.maximum(squares.mean(axis=-1, keepdims=True), eps)"
        )
    },
)

epsilon_added_to_x = slip(
    "eps is added to every entry before squaring. It belongs to the mean of the squares.",
    {
        "np.square(x, dtype=np.float64)": "np.square(x + np.float64(eps))",
        "keepdims=True) + eps)": "keepdims=True))",
    },
)

# --- The weight ------------------------------------------------------------------------------

weight_dropped = slip(
    "`weight` is not used: each feature should be scaled by its own.",
    {"(weight * (x * _inverse_rms(x, eps)))": "(x * _inverse_rms(x, eps))"},
)

weight_added_to_one = slip(
    "The features are scaled by 1 + weight, as Gemma stores its weights. In this kata it is "
    "weight itself.",
    {"(weight * (x": "((1 + weight) * (x"},
)

weight_first = slip(
    "x is scaled by the weights before its size is measured. Normalize first, then scale.",
    {"(weight * (x * _inverse_rms(x, eps)))": "(weight * x * _inverse_rms(weight * x, eps))"},
)

weight_added = slip("`weight` is added. It should multiply.", {"(weight * (x": "(weight + (x"})

# --- Backward --------------------------------------------------------------------------------

size_taken_as_constant = slip(
    "The size of the row is treated as a constant. Every entry of the row takes part in it, so "
    "there is a second way from x to y.",
    {"(grad_x_hat - along * x_hat)": "grad_x_hat"},
)

along_added = slip(
    "The part along x̂ is added. A larger row is divided by more, so it is taken away.",
    {"(grad_x_hat - along * x_hat)": "(grad_x_hat + along * x_hat)"},
)

along_with_the_sum = slip(
    "The part along x̂ is a sum over the row where a mean belongs: the size is the root of a mean.",
    {"(grad_x_hat * x_hat).mean(": "(grad_x_hat * x_hat).sum("},
)

along_the_raw_row = slip(
    "The part along the row is taken with x where x̂ belongs: one division by the root mean square "
    "is missing.",
    {"(grad_x_hat * x_hat).mean(": "(grad_x_hat * x).mean("},
)

along_in_full = slip(
    "The part along the row is taken out in full, as if eps were 0. With eps in the root, to "
    "stretch a row still changes y a little.",
    {
        "(grad_x_hat * x_hat).mean(axis=-1, keepdims=True)": (
            "(grad_x_hat * x_hat).sum(axis=-1, keepdims=True)\n"
            "along = along / np.maximum((x_hat**2).sum(axis=-1, keepdims=True), 1e-300)"
        )
    },
)

mean_of_the_gradient_subtracted = slip(
    "The mean of the gradient is subtracted too, as in layer norm. RMS norm subtracts no mean on "
    "the way forward, so none comes back.",
    {
        "(grad_x_hat - along * x_hat)": (
            "(grad_x_hat - grad_x_hat.mean(axis=-1, keepdims=True) - along * x_hat)"
        )
    },
)

weight_after_the_mean = slip(
    "`weight` multiplies only at the end. It differs from feature to feature, so it belongs "
    "inside the mean over the row.",
    {
        "grad_y * weight.astype(np.float64)": "grad_y.astype(np.float64)",
        "grad_x = inverse * (": "grad_x = weight * inverse * (",
    },
)

weight_left_out_backward = slip(
    "`weight` is missing in the gradient with respect to x: y is weight · x̂.",
    {"grad_y * weight.astype(np.float64)": "grad_y.astype(np.float64)"},
)

not_divided_by_the_size = slip(
    "The gradient with respect to x is not divided by the root mean square: this is the one with "
    "respect to x̂.",
    {"grad_x = inverse * (": "grad_x = ("},
)

gradient_of_the_weight_from_x = slip(
    "The weight's gradient is taken with x. What the weight multiplies is x̂.",
    {"(grad_y * x_hat).sum(": "(grad_y * x.astype(np.float64)).sum("},
)

gradient_of_the_weight_from_y = slip(
    "The weight's gradient is taken with y. What the weight multiplies is x̂, before the weight.",
    {"(grad_y * x_hat).sum(": "(grad_y * (weight * x_hat)).sum("},
)

gradient_of_the_weight_over_the_first_axis = slip(
    "The weight's gradient is summed over the first axis only. The same weights serve the rows of "
    "every batch axis.",
    {"axis=tuple(range(x.ndim - 1))": "axis=tuple(range(x.ndim - 1))[:1]"},
)

gradient_of_the_weight_averaged = slip(
    "The weight's gradient is a mean over the rows. What is used many times gets the sum of its "
    "gradients.",
    {
        "grad_weight.astype(weight.dtype)": (
            "(grad_weight / max(x.size // x.shape[-1], 1)).astype(weight.dtype)"
        )
    },
)

backward_in_its_own_dtype = slip(
    "grad_y · weight is rounded to float32 before its part along the row is taken out: where that "
    "part is large, the digits that count are lost.",
    {"grad_y * weight.astype(np.float64)": "grad_y * weight"},
)

gradient_of_the_weight_summed_in_its_dtype = slip(
    "The weight's gradient is summed in the weight's own dtype: in float16, a sum over many rows "
    "loses digits and at last no longer grows.",
    {"(grad_y * x_hat).sum(": "(grad_y * x_hat).astype(weight.dtype).sum("},
)

gradient_of_the_weight_in_the_dtype_of_x = slip(
    "The weight's gradient has x's dtype. It has that of the weight.",
    {"grad_weight.astype(weight.dtype)": "grad_weight.astype(x.dtype)"},
)

gradients_swapped = slip(
    "The gradients are in the wrong order: first that of x, then that of weight.",
    {
        "return grad_x.astype(x.dtype), grad_weight.astype(weight.dtype)": (
            "return grad_weight.astype(weight.dtype), grad_x.astype(x.dtype)"
        )
    },
)

# --- Shapes ----------------------------------------------------------------------------------

weight_unchecked = slip(
    "A weight of another shape is not refused: NumPy broadcasts it, or complains too late.",
    {"if weight.shape != x.shape[-1:]": "if weight.size not in (1, *x.shape)"},
)

gradient_unchecked = slip(
    "A grad_y of another shape than x is not refused: NumPy broadcasts one to the other.",
    {"if grad_y.shape != x.shape": "if False"},
)
