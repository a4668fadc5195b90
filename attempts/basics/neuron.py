import numpy as np

from kata.attempts import right, slip
from solutions.basics.neuron import loss_and_gradients, neuron


def check(x, w):
    if x.ndim != 2 or w.shape != (x.shape[1],):
        raise ValueError("x and w do not fit")


def check_all(x, target, w):
    check(x, w)
    if target.shape != (len(x),):
        raise ValueError("target is not shaped like the output")


# --- neuron ----------------------------------------------------------------------------------


@right(neuron)
def from_tanh(x, w, b):
    check(x, w)
    return (1 + np.tanh((x @ w + b) / 2)) / 2


@right(neuron)
def by_two_formulas(x, w, b):
    check(x, w)
    z = np.einsum("nd,d->n", x, w) + b
    on = z >= 0
    y = np.empty_like(z)
    y[on] = 1 / (1 + np.exp(-z[on]))
    y[~on] = np.exp(z[~on]) / (1 + np.exp(z[~on]))
    return y


@right(neuron)
def by_its_formula(x, w, b):
    """NumPy warns where exp overflows, but 1 / ∞ is 0, as it should be."""
    check(x, w)
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-(x @ w + b)))


without_the_bias = slip(
    "The bias is missing: without inputs, y would always be 1/2.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w)"},
)

bias_as_a_threshold = slip(
    "The bias is subtracted, as a threshold would be. Here it is added to the sum.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w - b)"},
)

bias_in_the_inputs = slip(
    "The bias is added to each input, so it is weighed too. It belongs to the weighted sum.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid((x + b) @ w)"},
)

without_the_sigmoid = slip(
    "These are the weighted sums: the sigmoid is missing.",
    {"return _sigmoid(x @ w + b)": "return x @ w + b"},
)

sign_lost_in_the_exponent = slip(
    "exp(z) stands where exp(−z) belongs: the output falls where it should rise.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(-(x @ w + b))"},
)

by_the_other_formula = slip(
    "exp(z) overflows where z is large, and ∞ / ∞ is nan: this form of the sigmoid is safe only "
    "below 0.",
    {"small = np.exp(-np.abs(z))": "small = np.exp(z)", "np.where(z >= 0, 1, small)": "small"},
)

right_above_0_only = slip(
    "exp(−|z|) is used as if it were exp(−z), which it is only above 0: below 0 the output is that "
    "of −z.",
    {"np.where(z >= 0, 1, small)": "1"},
)

tanh_for_the_sigmoid = slip(
    "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
    {"return _sigmoid(x @ w + b)": "return np.tanh(x @ w + b)"},
)

step_for_the_sigmoid = slip(
    "This is a step from 0 to 1, a perceptron. The sigmoid rises smoothly.",
    {"return _sigmoid(x @ w + b)": "return (x @ w + b > 0).astype(x.dtype)"},
)

relu_for_the_sigmoid = slip(
    "This is ReLU. The neuron here has a sigmoid, which stays between 0 and 1.",
    {"return _sigmoid(x @ w + b)": "return np.maximum(x @ w + b, 0)"},
)

sigmoid_before_the_sum = slip(
    "The sigmoid is applied to each product before they are added up. First comes the whole sum.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x * w + b).sum(axis=1)"},
)

mean_for_sum = slip(
    "The products are averaged; the weighted sum is their sum.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w / max(1, len(w)) + b)"},
)

bias_after_the_sigmoid = slip(
    "The bias is added after the sigmoid. It belongs to the weighted sum.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w) + b"},
)

a_column_of_outputs = slip(
    "Each output has an axis of its own: (n, 1). There should be one axis, (n,).",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w + b)[:, None]"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are broadcast or multiplied without a word; they should be refused.",
    {"_check(x, w)\nreturn _sigmoid(x @ w + b)": "return _sigmoid((x * w).sum(axis=-1) + b)"},
)

always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has the default dtype.",
    {"return _sigmoid(x @ w + b)": "return _sigmoid(x @ w + np.full(len(x), b))"},
)

one_sample_at_a_time = slip(
    "It goes through the samples one at a time in Python. One product serves them all.",
    {
        "return _sigmoid(x @ w + b)": ""
        "return np.array([_sigmoid(row @ w + b) for row in x], dtype=x.dtype)"
    },
)

one_input_at_a_time = slip(
    "It adds up the inputs one at a time in Python. One product serves them all.",
    {
        "return _sigmoid(x @ w + b)": "z = np.full(len(x), b, dtype=x.dtype)\n"
        "for column, weight in zip(x.T, w, strict=True):\n"
        "    z += weight * column\n"
        "return _sigmoid(z)"
    },
)

# --- loss_and_gradients ----------------------------------------------------------------------


def pieces(x, target, w, b):
    """The outputs, the errors and the gradients with respect to the weighted sums."""
    check_all(x, target, w)
    y = neuron(x, w, b)
    error = y - target
    return y, error, 2 / len(x) * error * y * (1 - y)


@right(loss_and_gradients)
def with_the_bias_as_one_more_weight(x, target, w, b):
    check_all(x, target, w)
    with_one = np.hstack([x, np.ones_like(x[:, :1])])
    half = np.tanh(with_one @ np.append(w, w.dtype.type(b)) / 2) / 2
    error = half + (0.5 - target)
    # With y = 1/2 + h, the slope y · (1 − y) is 1/4 − h².
    gradient = 2 * np.einsum("n,n,nd->d", error, 0.25 - half**2, with_one) / x.dtype.type(len(x))
    return float(error @ error) / len(x), (gradient[:-1].copy(), float(gradient[-1]))


@right(loss_and_gradients)
def from_the_gradients_of_each_sample(x, target, w, b):
    _, error, _ = pieces(x, target, w, b)
    small = np.exp(-np.abs(x @ w + b))
    by_sum = 2 * error * (small / (1 + small) ** 2)
    return float(np.square(error).mean()), (
        (by_sum[:, None] * x).mean(axis=0),
        float(by_sum.mean()),
    )


without_the_slope = slip(
    "The sigmoid's slope y · (1 − y) is missing: the gradients pass it as if it were not there. "
    "(With cross-entropy for the loss, it would cancel.)",
    {"grad_y * y * (1 - y)": "grad_y"},
)

slope_of_y_alone = slip(
    "One factor is missing: the sigmoid's slope is y · (1 − y), not y.",
    {"grad_y * y * (1 - y)": "grad_y * y"},
)

slope_at_the_sum = slip(
    "The slope y · (1 − y) is taken with the weighted sum for y. It wants the sigmoid's result.",
    {"grad_z = grad_y * y * (1 - y)": "z = x @ w + b\ngrad_z = grad_y * z * (1 - z)"},
)

slope_of_the_output = slip(
    "The slope is taken at y, as sigmoid(y) · (1 − sigmoid(y)): the sigmoid is applied twice.",
    {"grad_y * y * (1 - y)": "grad_y * _sigmoid(y) * (1 - _sigmoid(y))"},
)

slope_of_tanh = slip(
    "1 − y² is tanh's slope. The sigmoid's is y · (1 − y).",
    {"grad_y * y * (1 - y)": "grad_y * (1 - y**2)"},
)

slope_from_an_overflow = slip(
    "The slope is computed from exp(−z) alone, which overflows far below 0: there ∞ / ∞ is nan.",
    {
        "grad_z = grad_y * y * (1 - y)": "e = np.exp(-(x @ w + b))\n"
        "grad_z = grad_y * e / (1 + e) ** 2"
    },
)

without_the_2 = slip(
    "The gradients lack the 2 that the square's derivative brings.",
    {"2 / len(y)": "1 / len(y)"},
)

half_of_everything = slip(
    "There is a ½ in front of the squares. Here the loss is their plain mean.",
    {"np.mean(error**2)": "np.mean(error**2) / 2", "2 / len(y)": "1 / len(y)"},
)

half_of_the_loss = slip(
    "The loss is halved, though its gradients are right: it is the plain mean of the squares.",
    {"np.mean(error**2)": "np.mean(error**2) / 2"},
)

gradients_of_the_sum = slip(
    "The loss is a mean over the batch, but the gradients are those of a sum: 1/n is missing.",
    {"2 / len(y)": "2"},
)

sum_for_mean = slip(
    "The squares are summed over the batch. The loss is their mean.",
    {"np.mean(": "np.sum(", "2 / len(y)": "2"},
)

loss_of_the_sum = slip(
    "The loss is the sum of the squares, though the gradients are those of their mean. It should "
    "be the mean, too.",
    {"np.mean(": "np.sum("},
)

mean_counted_twice = slip(
    "1/n is counted twice: the gradients are averaged over the batch though it is in them already.",
    {"2 / len(y)": "2 / len(y) ** 2"},
)

grad_b_averaged = slip(
    "grad_b is averaged over the batch, though 1/n is in the loss's gradient already.",
    {"grad_z.sum()": "grad_z.mean()"},
)

downhill = slip(
    "The gradients have the wrong sign: they should point to where the loss grows. It is y − "
    "target, not target − y.",
    {"error = y - target": "error = target - y"},
)

grad_b_with_the_inputs = slip(
    "grad_b is multiplied by the inputs as well. The bias meets a 1.",
    {"grad_z.sum()": "(grad_z @ x).sum()"},
)

grad_w_through_w = slip(
    "grad_w is multiplied by w. By the chain rule, the derivative of w · x with respect to w is x.",
    {"grad_z @ x": "grad_z.sum() * w"},
)

a_gradient_for_each_sample = slip(
    "There is a gradient for each sample. One w and one b serve the batch, so each gets the sum.",
    {"(grad_z @ x, float(grad_z.sum()))": "(grad_z[:, None] * x, grad_z)"},
)

loss_without_the_bias = slip(
    "The bias is left out on the way to the outputs, so loss and gradients are another neuron's.",
    {"y = _sigmoid(x @ w + b)": "y = _sigmoid(x @ w)"},
)

cross_entropy = slip(
    "The loss is the cross-entropy. Here it is the squared error.",
    {
        "loss = float(np.mean(error**2))": ""
        "losses = target * np.log(y) + (1 - target) * np.log(1 - y)\n"
        "loss = -float(np.mean(losses))",
        "grad_y * y * (1 - y)": "error / len(y)",
    },
)

absolute_errors = slip(
    "The loss takes absolute values where it should take squares.",
    {"error**2": "np.abs(error)", "2 / len(y) * error": "np.sign(error) / len(y)"},
)

square_of_the_mean = slip(
    "The mean error is squared, and errors of both signs cancel. The loss is the mean of the "
    "squares.",
    {"np.mean(error**2)": "np.mean(error) ** 2"},
)

root_of_the_mean = slip(
    "A root is taken of the mean. The loss is the mean of the squares.",
    {"np.mean(error**2)": "np.sqrt(np.mean(error**2))"},
)

target_not_checked = slip(
    "A target that is not shaped like the output is broadcast: (n, 1) against (n,) gives (n, n). "
    "It should be refused.",
    {"if target.shape != x.shape[:1]:": "if False:"},
)

w_not_checked = slip(
    "The shapes of x and w are not checked: what does not fit is broadcast, and should be refused.",
    {
        "_check(x, w)\nif target": "if target",
        "y = _sigmoid(x @ w + b)": "y = _sigmoid((x * w).sum(axis=-1) + b)",
    },
)

gradients_swapped = slip(
    "The gradients stand in another order: first grad_w, then grad_b.",
    {"(grad_z @ x, float(grad_z.sum()))": "(float(grad_z.sum()), grad_z @ x)"},
)

gradients_always_float64 = slip(
    "grad_w is float64 whatever the arrays are: something made on the way has the default dtype.",
    {"2 / len(y)": "2 / np.prod(y.shape)"},
)

numbers_in_the_dtype = slip(
    "For float32 arrays the loss and grad_b are NumPy's float32. They should be plain floats.",
    {"float(np.mean(error**2))": "np.mean(error**2)", "float(grad_z.sum())": "grad_z.sum()"},
)

gradients_one_sample_at_a_time = slip(
    "It goes through the samples one at a time in Python. The sum over the batch is one product.",
    {
        "return loss, (grad_z @ x, float(grad_z.sum()))": "grad_w = np.zeros_like(w)\n"
        "for row, gradient in zip(x, grad_z, strict=True):\n"
        "    grad_w += gradient * row\n"
        "return loss, (grad_w, float(grad_z.sum()))"
    },
)

gradients_one_weight_at_a_time = slip(
    "It finds the weights' gradients one at a time in Python. One product gives all of them.",
    {"grad_z @ x": "np.array([column @ grad_z for column in x.T], dtype=x.dtype)"},
)
