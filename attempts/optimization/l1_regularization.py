import numpy as np

from kata.attempts import right, slip
from solutions.optimization.l1_regularization import l1_penalty, proximal_step, soft_threshold


def check(number):
    if number < 0:
        raise ValueError("strength or threshold should not be negative")


def check_step(params, grads, lr, strength):
    check(strength)
    if lr <= 0:
        raise ValueError("lr should be above 0")
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The penalty -----------------------------------------------------------------------------


@right(l1_penalty)
def signs_times_weights(params, strength):
    check(strength)
    vector = np.concatenate([np.zeros(0), *(p.ravel() for p in params if p.ndim > 1)])
    return float(strength * (np.sign(vector) @ vector))


with_a_half = slip(
    "There is an extra ½. It belongs to L2, where it cancels the 2 of the square.",
    {"strength * float(": "strength / 2 * float("},
)

with_the_biases = slip(
    "The biases are in the sum. They cost nothing.", {" if param.ndim > 1)": ")"}
)

squares = slip(
    "These are squares: L2's penalty. L1 takes absolute values.",
    {"np.abs(param)": "np.square(param)"},
)

without_absolute_values = slip(
    "The signs are still there, so positive and negative weights cancel.",
    {"np.abs(param).sum(dtype=np.float64)": "param.sum()"},
)

the_matrix_norm = slip(
    "np.linalg.norm with ord=1 gives a matrix its largest column sum, not the sum of all entries.",
    {"np.abs(param).sum(dtype=np.float64)": "np.linalg.norm(param, 1)"},
)

the_mean = slip(
    "This is a mean. The penalty is a sum: a weight costs as much in a large network as in a "
    "small one.",
    {
        "return strength * float(": (
            "entries = sum(param.size for param in params if param.ndim > 1)\n"
            "return strength / max(entries, 1) * float("
        )
    },
)

a_mean_for_each_weight = slip(
    "Each weight adds its mean, so entries of large arrays cost less. The penalty is a sum.",
    {"np.abs(param).sum(dtype=np.float64)": "np.abs(param).mean()"},
)

only_matrices = slip(
    "Only arrays with exactly two axes count as weights. The kernels of a convolution have four.",
    {"param.ndim > 1)": "param.ndim == 2)", "param.ndim > 1 else": "param.ndim == 2 else"},
)

rows_taken_for_biases = slip(
    "A weight with one row or column counts as a bias. The number of axes decides, not a length.",
    {
        "param.ndim > 1)": "param.squeeze().ndim > 1)",
        "param.ndim > 1 else": "param.squeeze().ndim > 1 else",
    },
)

added_in_their_own_dtype = slip(
    "The entries are added up in the parameters' own dtype. float16 overflows at 65,504, and "
    "float32 loses digits.",
    {"sum(dtype=np.float64)": "sum()"},
)

a_negative_penalty = slip(
    "A negative strength raises no error: it would reward large weights.",
    {"if strength < 0:": "if False:"},
)

# --- The soft threshold ----------------------------------------------------------------------


@right(soft_threshold)
def the_sign_and_the_rest(x, threshold):
    check(threshold)
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


@right(soft_threshold)
def two_rectifiers(x, threshold):
    check(threshold)
    return np.maximum(x - threshold, 0) - np.maximum(-x - threshold, 0)


hard_threshold = slip(
    "This is the hard threshold: large entries keep their size. They should lose `threshold` too.",
    {"x - np.clip(x, -threshold, threshold)": "np.where(np.abs(x) > threshold, x, 0)"},
)

through_zero = slip(
    "Entries below the threshold are pushed through 0 to the other side. They should stop there.",
    {"x - np.clip(x, -threshold, threshold)": "x - threshold * np.sign(x)"},
)

one_side_only = slip(
    "Whatever is negative becomes 0, however large it is. Treat both sides alike.",
    {"x - np.clip(x, -threshold, threshold)": "np.maximum(x - threshold, 0)"},
)

small_entries_kept = slip(
    "Entries within the threshold stay as they are. They should become 0.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "x - np.where(np.abs(x) > threshold, threshold * np.sign(x), 0)"
        )
    },
)

without_the_sign = slip(
    "The sign is lost: entries below 0 come out above.",
    {"x - np.clip(x, -threshold, threshold)": "np.maximum(np.abs(x) - threshold, 0)"},
)

subtracted_on_both_sides = slip(
    "The threshold is subtracted from negative entries too, which moves them away from 0.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "np.where(np.abs(x) > threshold, x - threshold, 0)"
        )
    },
)

away_from_zero = slip(
    "The threshold has the wrong sign: the entries move away from 0.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "np.where(np.abs(x) > threshold, x + threshold * np.sign(x), 0)"
        )
    },
)

clipped = slip(
    "The entries are clipped to the threshold: that is what they should lose, not what is left.",
    {"x - np.clip(": "np.clip("},
)

by_a_factor = slip(
    "The entries shrink by a factor, as under L2. None ever becomes 0 that way.",
    {"x - np.clip(x, -threshold, threshold)": "x / (1 + threshold)"},
)

divided_by_the_size = slip(
    "threshold / |x| divides by 0 where x is 0; where the threshold is 0 too, the result is nan.",
    {"x - np.clip(x, -threshold, threshold)": "x * np.maximum(1 - threshold / np.abs(x), 0)"},
)

a_negative_threshold = slip(
    "A negative threshold raises no error.", {"if threshold < 0:": "if False:"}
)

# --- The step --------------------------------------------------------------------------------


@right(proximal_step)
def by_two_rectifiers(params, grads, lr, strength):
    check_step(params, grads, lr, strength)
    new = []
    for param, grad in zip(params, grads, strict=True):
        if grad is None:
            new.append(param.copy())
        elif param.ndim == 1:
            new.append(param - lr * grad)
        else:
            above = np.maximum(param - lr * (grad + strength), 0)
            below = np.minimum(param - lr * (grad - strength), 0)
            new.append(above + below)
    return new


subgradient_step = slip(
    "This adds the penalty's gradient, strength · sign(p), and steps down the sum. Weights then "
    "jump around 0 and hardly ever reach it.",
    {"soft_threshold(stepped, lr * strength) if": ("stepped - lr * strength * np.sign(param) if")},
)

threshold_without_lr = slip(
    "The weights lose `strength` in each step, whatever lr is. Multiply the term to be minimized "
    "by lr: what stands before |z|?",
    {"lr * strength) if": "strength) if"},
)

threshold_divided_by_lr = slip(
    "The weights lose strength / lr. In the term to be minimized, lr divides the square, not |z|.",
    {"lr * strength) if": "strength / lr) if"},
)

threshold_twice = slip(
    "The weights lose twice what they should: mind the 2 in (z − q)² / (2 · lr).",
    {"lr * strength) if": "2 * lr * strength) if"},
)

gradient_without_lr = slip(
    "The gradient is not multiplied by lr.", {"param - lr * grad": "param - grad"}
)

shrunk_before_the_step = slip(
    "The old weights are shrunk before the gradient's step, which moves exact zeros away again.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "soft_threshold(param, lr * strength) - lr * grad if"
        )
    },
)

gradient_thresholded = slip(
    "The gradient is thresholded instead of the weight: small gradients are lost, and no weight "
    "becomes 0.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "param - lr * soft_threshold(grad, strength) if"
        )
    },
)

plain_descent = slip(
    "Nothing is shrunk: this is plain gradient descent on the loss.",
    {"soft_threshold(stepped, lr * strength) if": "stepped if"},
)

uphill = slip(
    "The step goes up the gradient: the sign is wrong.", {"param - lr * grad": "param + lr * grad"}
)

biases_shrunk = slip(
    "The biases are shrunk too. They only take the gradient's step.",
    {" if param.ndim > 1 else stepped": ""},
)

biases_left_out = slip(
    "The biases stay where they are. They take the gradient's step as well.",
    {"else stepped": "else param.copy()"},
)

none_as_zero = slip(
    "A gradient of None is treated as 0, so its weight shrinks. None should leave it alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

shapes_unchecked = slip(
    "A gradient of another shape than its parameter may be let through: NumPy broadcasts one to "
    "the other.",
    {"grad.shape != param.shape": "False"},
)

lengths_unchecked = slip(
    "Lists of different lengths are let through: zip stops at the shorter, and the rest is lost.",
    {"len(params) != len(grads)": "False", "strict=True": "strict=False"},
)
