import numpy as np

from kata.attempts import right, slip, wrong
from solutions.basics.backprop import forward, loss_and_gradients


def check(target, x, b2):
    if target.shape != (len(x), len(b2)):
        raise ValueError("target is not shaped like the output")


# --- forward ---------------------------------------------------------------------------------


@right(forward)
def forward_by_einsum(x, w1, b1, w2, b2):
    z = np.einsum("ni,hi->nh", x, w1) + b1
    return np.einsum("nh,oh->no", np.where(z > 0, z, 0), w2) + b2


forward_without_relu = slip(
    "There is no relu: without it, two linear layers in a row are one linear layer.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return (x @ w1.T + b1)"},
)

relu_at_the_end_too = slip(
    "relu is applied to the output too. The last layer is linear, so y may be negative.",
    {
        "return np.maximum(x @ w1.T + b1, 0) @ w2.T + b2": (
            "return np.maximum(np.maximum(x @ w1.T + b1, 0) @ w2.T + b2, 0)"
        )
    },
)

tanh_for_relu = slip(
    "The hidden layer's activation is tanh; here it is relu.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return np.tanh(x @ w1.T + b1)"},
)

relu_before_the_bias = slip(
    "relu comes before b₁ is added. It belongs to the whole of x W₁ᵀ + b₁.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return (np.maximum(x @ w1.T, 0) + b1)"},
)

forward_without_biases = slip(
    "The biases are missing.",
    {"return np.maximum(x @ w1.T + b1, 0) @ w2.T + b2": ("return np.maximum(x @ w1.T, 0) @ w2.T")},
)

forward_without_b1 = slip(
    "b₁ is missing in the hidden layer.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return np.maximum(x @ w1.T, 0)"},
)

forward_without_b2 = slip(
    "b₂ is missing in the output layer.",
    {"0) @ w2.T + b2": "0) @ w2.T"},
)

weights_not_transposed = slip(
    "The weights are not transposed. Each row of w holds one unit's weights, so its second axis "
    "meets the inputs.",
    {
        "return np.maximum(x @ w1.T + b1, 0) @ w2.T + b2": (
            "return np.maximum(x @ w1 + b1, 0) @ w2 + b2"
        )
    },
)

forward_always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has the default dtype.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return np.maximum(x @ w1.T + b1, np.zeros(len(b1)))"},
)

forward_one_row_at_a_time = slip(
    "It goes through the batch one row at a time. One matrix product serves all rows.",
    {
        "return np.maximum(x @ w1.T + b1, 0) @ w2.T + b2": (
            "return np.stack([w2 @ np.maximum(w1 @ row + b1, 0) + b2 for row in x])"
        )
    },
)


# --- loss_and_gradients ----------------------------------------------------------------------


@right(loss_and_gradients)
def with_the_biases_as_one_more_weight(x, target, w1, b1, w2, b2):
    check(target, x, b2)
    one = np.ones_like(x[:, :1])
    x, w1 = np.hstack([x, one]), np.column_stack([w1, b1])
    z = x @ w1.T
    h, v2 = np.hstack([z.clip(0), one]), np.column_stack([w2, b2])
    error = h @ v2.T - target
    delta2 = error * (2 / error.size)
    delta1 = np.where(z > 0, delta2 @ w2, 0)
    both1, both2 = delta1.T @ x, delta2.T @ h
    return (error**2).mean().item(), (both1[:, :-1], both1[:, -1], both2[:, :-1], both2[:, -1])


@right(loss_and_gradients)
def layer_by_layer(x, target, w1, b1, w2, b2):
    """As for any depth: a list of what went into each layer, then the way back through it."""
    check(target, x, b2)
    layers = [(w1, b1), (w2, b2)]
    inputs = [x]
    for w, b in layers[:-1]:
        inputs.append(np.maximum(np.einsum("ni,oi->no", inputs[-1], w) + b, 0))
    grad = inputs[-1] @ w2.T + b2 - target
    loss = float(np.vdot(grad, grad)) / grad.size
    grad = grad / (grad.size / 2)
    gradients = []
    for (w, _), at in zip(reversed(layers), reversed(inputs), strict=True):
        gradients = [np.einsum("no,ni->oi", grad, at), np.einsum("no->o", grad), *gradients]
        grad = (grad @ w) * np.sign(at)
    return loss, tuple(gradients)


last_layer_only = slip(
    "The first layer's gradients are 0. The loss depends on w1 and b1 too, through h.",
    {"grad_z.T @ x": "np.zeros_like(w1)", "grad_z.sum(axis=0)": "np.zeros_like(b1)"},
)

without_the_relu_mask = slip(
    "The gradient goes back through relu unchanged. Where a hidden unit was off, none passes.",
    {" * (h > 0)": ""},
)

mask_from_the_gradient = slip(
    "The mask is taken from the gradient. Whether a unit was on was settled by z in the forward "
    "pass.",
    {"(h > 0)": "(grad_y @ w2 > 0)"},
)

mask_without_the_bias = slip(
    "The mask is taken from x W₁ᵀ without b₁. What went into relu included the bias.",
    {"(h > 0)": "(x @ w1.T > 0)"},
)

mask_true_at_zero = slip(
    "Units exactly at 0 pass their gradient. By convention relu's derivative there is 0.",
    {"(h > 0)": "(x @ w1.T + b1 >= 0)"},
)

times_h_for_the_mask = slip(
    "The gradient is multiplied by relu's value h. The chain rule multiplies by its derivative, 1 "
    "or 0.",
    {"(h > 0)": "h"},
)

b1_without_the_mask = slip(
    "The mask reaches grad_w1 but not grad_b1. Both belong to z, behind relu.",
    {"grad_z.sum(axis=0)": "(grad_y @ w2).sum(axis=0)"},
)

w1_without_the_mask = slip(
    "The mask reaches grad_b1 but not grad_w1. Both belong to z, behind relu.",
    {"grad_z.T @ x": "(grad_y @ w2).T @ x"},
)

a_linear_network = slip(
    "relu is missing on the way there and on the way back: this network is linear.",
    {"h = np.maximum(x @ w1.T + b1, 0)": "h = x @ w1.T + b1", " * (h > 0)": ""},
)

grad_w2_from_before_relu = slip(
    "grad_w2 is formed with z, from before relu. What went into the second layer was h.",
    {"grad_y.T @ h": "grad_y.T @ (x @ w1.T + b1)"},
)

grad_w1_from_h = slip(
    "grad_w1 is formed with h. What went into the first layer was x.",
    {"grad_z.T @ x": "grad_z.T @ h"},
)

gradients_without_the_factor_two = slip(
    "The factor 2 from the square is missing in the gradients: this loss has no ½ to cancel it.",
    {"2 / y.size": "1 / y.size"},
)

half_the_squared_error = slip(
    "The loss is halved, and its gradients with it. Here the mean squared error has no ½.",
    {"float(np.mean(error**2))": "float(np.mean(error**2)) / 2", "2 / y.size": "1 / y.size"},
)

half_the_loss_only = slip(
    "The loss is halved, but not the gradients. Here the mean squared error has no ½.",
    {"float(np.mean(error**2))": "float(np.mean(error**2)) / 2"},
)

gradients_averaged_over_the_batch = slip(
    "The gradients are divided by the batch's size alone. The loss is a mean over all n · out "
    "entries.",
    {"2 / y.size": "2 / len(y)"},
)

loss_averaged_over_the_batch = slip(
    "The squares are summed over the outputs and averaged over the batch only. The mean is over "
    "all n · out entries.",
    {"np.mean(error**2)": "np.sum(error**2) / len(y)", "2 / y.size": "2 / len(y)"},
)

gradients_of_the_sum = slip(
    "The gradients are not divided by the number of entries: they belong to the sum of squares, "
    "not to the mean.",
    {"2 / y.size": "2"},
)

sum_of_squares = slip(
    "The squares are summed. The loss is their mean over all entries.",
    {"np.mean(error**2)": "np.sum(error**2)", "2 / y.size": "2"},
)

divided_by_the_batch_twice = slip(
    "The gradients' mean is over the entries, and then once more over the batch. The loss already "
    "contains the mean.",
    {"2 / y.size": "2 / y.size / len(y)"},
)

wrong_sign = slip(
    "All gradients have the wrong sign: the derivative of (y − target)² with respect to y is "
    "2(y − target).",
    {"error = y - target": "error = target - y"},
)

root_of_the_loss = slip(
    "The loss is the root of the mean squared error. Here it has no root.",
    {"np.mean(error**2)": "np.sqrt(np.mean(error**2))"},
)

without_the_losss_derivative = slip(
    "The gradients start from 1 for every output: the derivative of the loss with respect to y is "
    "missing.",
    {"2 / y.size * error": "np.ones_like(error)"},
)

bias_gradients_not_summed = slip(
    "The bias gradients are not summed over the batch. Every row uses the same biases, so its "
    "gradients add up.",
    {"grad_z.sum(axis=0)": "grad_z", "grad_y.sum(axis=0)": "grad_y"},
)

bias_gradients_averaged = slip(
    "The bias gradients are averaged over the batch. The mean is already in the loss's derivative; "
    "from there on the rows add up.",
    {"grad_z.sum(": "grad_z.mean(", "grad_y.sum(": "grad_y.mean("},
)

bias_gradients_summed_over_the_units = slip(
    "The bias gradients are summed over the units. A bias belongs to one unit, and to all rows of "
    "the batch.",
    {"grad_z.sum(axis=0)": "grad_z.sum(axis=1)", "grad_y.sum(axis=0)": "grad_y.sum(axis=1)"},
)

bias_gradients_with_a_batch_axis = slip(
    "The bias gradients keep an axis of length 1. A gradient has the shape of what it belongs to.",
    {
        "grad_z.sum(axis=0)": "grad_z.sum(axis=0, keepdims=True)",
        "grad_y.sum(axis=0)": "grad_y.sum(axis=0, keepdims=True)",
    },
)

back_through_w2_transposed = slip(
    "The gradient goes back through w2 the way forward does. On the way back the sum runs over the "
    "outputs.",
    {"grad_y @ w2": "grad_y @ w2.T"},
)

weight_gradients_transposed = slip(
    "The weights' gradients are transposed: a gradient has the shape of what it belongs to.",
    {"grad_z.T @ x": "x.T @ grad_z", "grad_y.T @ h": "h.T @ grad_y"},
)

through_an_updated_w2 = slip(
    "The first layer's gradient passes through a w2 that has already moved. It belongs to the w2 "
    "of the forward pass.",
    {"grad_y @ w2": "grad_y @ (w2 - 0.1 * grad_w2)"},
)

past_w2 = slip(
    "The first layer's gradient does not pass through w2. The chain rule goes through every layer "
    "between.",
    {"(grad_y @ w2)": "grad_y.sum(axis=1, keepdims=True)"},
)

last_layer_first = slip(
    "The gradients come from the last layer to the first. They should come in the order of the "
    "arguments: w1, b1, w2, b2.",
    {
        "return loss, (grad_w1, grad_b1, grad_w2, grad_b2)": (
            "return loss, (grad_w2, grad_b2, grad_w1, grad_b1)"
        )
    },
)

target_not_checked = slip(
    "A target of another shape is broadcast without a word: (n, 1) minus (n,) is (n, n).",
    {"target.shape != y.shape": "False"},
)

always_float64 = slip(
    "The gradients are float64 whatever the arguments are: an array or a NumPy number made on the "
    "way has the default dtype.",
    {"2 / y.size": "2 / np.prod(y.shape)"},
)

a_mask_of_float64 = slip(
    "The first layer's gradients are float64 whatever the arguments are: the mask is.",
    {"(h > 0)": "np.where(h > 0, 1.0, 0.0)"},
)

loss_not_a_float = slip(
    "The loss is an entry of an array with the arguments' dtype; it should be a plain float.",
    {"float(np.mean(error**2))": "np.mean(error**2)"},
)

one_row_at_a_time = slip(
    "It goes through the batch one row at a time. Sums over rows are what matrix products do.",
    {
        "grad_y.T @ h": "sum(np.outer(out, row) for out, row in zip(grad_y, h, strict=True))",
        "grad_z.T @ x": "sum(np.outer(out, row) for out, row in zip(grad_z, x, strict=True))",
    },
)


@wrong(
    loss_and_gradients,
    "It nudges every parameter in turn and runs the network twice for each. Backpropagation gives "
    "all gradients in one pass back.",
)
def by_central_differences(x, target, w1, b1, w2, b2):
    check(target, x, b2)

    def loss(*params):
        return float(np.mean((forward(x, *params) - target) ** 2))

    def slope(which, index):
        ends = []
        for step in (1e-5, -1e-5):
            params = [param.astype(np.float64) for param in (w1, b1, w2, b2)]
            params[which][index] += step
            ends.append(loss(*params))
        return (ends[0] - ends[1]) / 2e-5

    gradients = []
    for which, param in enumerate((w1, b1, w2, b2)):
        slopes = [slope(which, index) for index in np.ndindex(param.shape)]
        gradients.append(np.array(slopes, dtype=param.dtype).reshape(param.shape))
    return loss(w1, b1, w2, b2), tuple(gradients)
