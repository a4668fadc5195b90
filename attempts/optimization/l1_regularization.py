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


def weights_of(params):
    return [param for param in params if param.ndim > 1]


# --- The penalty -----------------------------------------------------------------------------


@right(l1_penalty)
def norms_of_long_vectors(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if len(param.shape) >= 2:
            total += float(np.linalg.norm(param.reshape(-1).astype(float), 1))
    return strength * total


@right(l1_penalty)
def signs_times_weights(params, strength):
    check(strength)
    vector = np.concatenate([np.zeros(0), *(weight.ravel() for weight in weights_of(params))])
    return float(strength * (np.sign(vector) @ vector))


with_a_half = slip(
    "There is an extra ½. It belongs to L2, where it cancels the 2 of the square.",
    {"strength * float(": "strength / 2 * float("},
)

with_the_biases = slip(
    "The biases are in the sum. They cost nothing.",
    {" if param.ndim > 1)": ")"},
)

squares = slip(
    "Those are squares, so L2's penalty. L1 takes absolute values.",
    {"np.abs(param)": "np.square(param)"},
)

without_absolute_values = slip(
    "The signs are still there, so positive and negative weights cancel.",
    {"np.abs(param).sum(dtype=np.float64)": "param.sum()"},
)

the_size_of_the_sum = slip(
    "The absolute value of each weight array's sum is taken; within an array positive and "
    "negative entries cancel.",
    {"np.abs(param).sum(dtype=np.float64)": "np.abs(param.sum())"},
)

the_matrix_norm = slip(
    "np.linalg.norm with ord=1 gives a matrix its largest column sum, not the sum of all "
    "entries, and takes no array with three axes.",
    {"np.abs(param).sum(dtype=np.float64)": "np.linalg.norm(param, 1)"},
)

the_mean = slip(
    "The mean is taken. The penalty is a sum, so that each weight costs the same in a large "
    "network as in a small one.",
    {
        "return strength * float(": (
            "entries = sum(param.size for param in params if param.ndim > 1)\n"
            "return strength / max(entries, 1) * float("
        ),
    },
)

a_mean_for_each_weight = slip(
    "The mean is taken within each weight, so entries of large arrays cost less than those of "
    "small ones.",
    {"np.abs(param).sum(dtype=np.float64)": "np.abs(param).mean()"},
)

only_matrices = slip(
    "Only arrays with exactly two axes count as weights. The kernels of a convolution have four.",
    {"param.ndim > 1)": "param.ndim == 2)", "param.ndim > 1 else": "param.ndim == 2 else"},
)

rows_taken_for_biases = slip(
    "A weight with one row or one column is taken for a bias. The number of axes decides, not "
    "their length.",
    {
        "param.ndim > 1)": "param.squeeze().ndim > 1)",
        "param.ndim > 1 else": "param.squeeze().ndim > 1 else",
    },
)

added_in_their_own_dtype = slip(
    "The entries are added up in the parameters' own dtype. In float16 that overflows at 65,504, "
    "and in float32 it loses digits.",
    {"sum(dtype=np.float64)": "sum()"},
)

a_negative_penalty = slip(
    "A negative strength raises no error: it would reward large weights.",
    {"if strength < 0:": "if False:"},
)

the_penalty_by_a_python_loop = slip(
    "Python loops over the entries or rows of a weight. NumPy's abs and sum take a whole array.",
    {"np.abs(param).sum(dtype=np.float64)": "sum(abs(w) for w in param.ravel())"},
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


@right(soft_threshold)
def three_cases(x, threshold):
    check(threshold)
    y = np.zeros_like(x)
    y[x > threshold] = x[x > threshold] - threshold
    y[x < -threshold] = x[x < -threshold] + threshold
    return y


hard_threshold = slip(
    "This is the hard threshold: small entries become 0, but large ones keep their size. They "
    "should lose `threshold` too.",
    {"x - np.clip(x, -threshold, threshold)": "np.where(np.abs(x) > threshold, x, 0)"},
)

through_zero = slip(
    "Entries smaller than the threshold are pushed through 0 to the other side. They should "
    "stop there.",
    {"x - np.clip(x, -threshold, threshold)": "x - threshold * np.sign(x)"},
)

one_side_only = slip(
    "What is negative becomes 0, however large it is. Both sides should be treated alike.",
    {"x - np.clip(x, -threshold, threshold)": "np.maximum(x - threshold, 0)"},
)

small_entries_kept = slip(
    "Entries within the threshold stay as they are. They should become 0.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "x - np.where(np.abs(x) > threshold, threshold * np.sign(x), 0)"
        ),
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
        ),
    },
)

away_from_zero = slip(
    "The signs of ± are swapped: the entries move away from 0.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "np.where(np.abs(x) > threshold, x + threshold * np.sign(x), 0)"
        ),
    },
)

clipped = slip(
    "The entries are clipped to the threshold: that is what they should lose, not what is left.",
    {"x - np.clip(": "np.clip("},
)

by_a_factor = slip(
    "The entries are shrunk by a factor, as L2 does. None of them ever becomes 0 that way.",
    {"x - np.clip(x, -threshold, threshold)": "x / (1 + threshold)"},
)

a_row_at_a_time = slip(
    "The threshold is applied to the length of each row, as in the group lasso. Every entry "
    "stands alone in L1.",
    {
        "return x - np.clip(x, -threshold, threshold)": (
            "length = np.linalg.norm(x, axis=-1, keepdims=True)\n"
            "return x * np.maximum(1 - threshold / np.maximum(length, 1e-30), 0)"
        ),
    },
)

divided_by_the_size = slip(
    "threshold / |x| divides by 0 where x is 0; where the threshold is 0 too, the result is nan.",
    {"x - np.clip(x, -threshold, threshold)": "x * np.maximum(1 - threshold / np.abs(x), 0)"},
)

with_a_small_constant = slip(
    "A small constant guards a division or a root, so what should be exactly shrunk is a little "
    "off.",
    {
        "x - np.clip(x, -threshold, threshold)": (
            "x * np.maximum(1 - threshold / (np.abs(x) + 1e-8), 0)"
        ),
    },
)

always_float64 = slip(
    "The result is float64 whatever x is: something on the way converts it.",
    {"x - np.clip(": "x.astype(np.float64) - np.clip("},
)

a_negative_threshold = slip(
    "A negative threshold raises no error.",
    {"if threshold < 0:": "if False:"},
)

the_threshold_by_a_python_loop = slip(
    "Python loops over the entries or rows of x. NumPy takes all at once.",
    {
        "return x - np.clip(x, -threshold, threshold)": "y = x.copy()\n"
        "for index in np.ndindex(x.shape):\n"
        "    y[index] -= np.clip(x[index], -threshold, threshold)\n"
        "return y",
    },
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


@right(proximal_step)
def on_scaled_weights(params, grads, lr, strength):
    """Everything divided by lr: then the threshold is `strength` itself."""
    check_step(params, grads, lr, strength)
    new = [param.copy() for param in params]
    for param, grad in zip(new, grads, strict=True):
        if grad is not None:
            param -= lr * grad
            if param.ndim >= 2:
                param[...] = lr * soft_threshold(param / lr, strength)
    return new


subgradient_step = slip(
    "This adds the penalty's gradient, strength · sign(p), and steps down the sum. The weights "
    "then jump to and fro around 0 and are hardly ever exactly 0.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "stepped - lr * strength * np.sign(param) if"
        ),
    },
)

threshold_without_lr = slip(
    "The weights lose `strength` in each step, whatever lr is. Multiply the term that is to be "
    "smallest by lr and see what |z| has before it.",
    {"lr * strength) if": "strength) if"},
)

threshold_divided_by_lr = slip(
    "The weights lose strength / lr: in the term that is to be smallest, it is the square that "
    "is divided by lr, not |z|.",
    {"lr * strength) if": "strength / lr) if"},
)

threshold_twice = slip(
    "The weights lose twice what they should: mind the 2 in (z − q)² / (2 · lr).",
    {"lr * strength) if": "2 * lr * strength) if"},
)

gradient_without_lr = slip(
    "The gradient is not multiplied by lr.",
    {"param - lr * grad": "param - grad"},
)

shrunk_before_the_step = slip(
    "The old weights are shrunk, and then the gradient's step is taken: it moves what was "
    "exactly 0 away again.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "soft_threshold(param, lr * strength) - lr * grad if"
        ),
    },
)

gradient_thresholded = slip(
    "The gradient is thresholded, and not the weight: then small gradients are lost, and no "
    "weight becomes 0.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "param - lr * soft_threshold(grad, strength) if"
        ),
    },
)

zero_where_the_sign_changes = slip(
    "A weight whose sign changes is set to 0, even where the gradient alone would carry it "
    "there. Only q decides.",
    {
        "return soft_threshold(stepped, lr * strength) if param.ndim > 1 else stepped": (
            "new = soft_threshold(stepped, lr * strength)\n"
            "return np.where(new * param < 0, 0, new) if param.ndim > 1 else stepped"
        ),
    },
)

stuck_at_zero = slip(
    "A weight that is 0 stays 0 for ever. It should leave 0 as soon as its gradient is larger "
    "than strength.",
    {
        "soft_threshold(stepped, lr * strength) if": (
            "np.where(param == 0, 0, soft_threshold(stepped, lr * strength)) if"
        ),
    },
)

plain_descent = slip(
    "Nothing is shrunk: this is plain gradient descent on the loss.",
    {"soft_threshold(stepped, lr * strength) if": "stepped if"},
)

uphill = slip(
    "The step goes up the gradient: the sign is wrong.",
    {"param - lr * grad": "param + lr * grad"},
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
    "A gradient of None is taken for 0, so its weight is shrunk. None leaves it alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

float64_step = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {"stepped = param - lr": "stepped = param.astype(np.float64) - lr"},
)

strength_unchecked = slip(
    "A negative strength raises no error where no weight is shrunk: nothing but soft_threshold "
    "looks at it.",
    {"lr <= 0 or strength < 0": "lr <= 0"},
)

lr_unchecked = slip(
    "`lr` is not checked: an lr of 0 raises no error.",
    {"lr <= 0 or strength < 0": "strength < 0"},
)

shapes_unchecked = slip(
    "Not every gradient's shape is compared with its parameter's, so NumPy may broadcast one to "
    "the other.",
    {"grad.shape != param.shape": "False"},
)

lengths_unchecked = slip(
    "The lengths of params and grads are not compared: `zip` stops at the shorter one without a "
    "word.",
    {"len(params) != len(grads)": "False", "strict=True": "strict=False"},
)
