import numpy as np

from kata.attempts import right, wrong
from solutions.basics.backprop import forward, loss_and_gradients


def check(target, x, b2):
    if target.shape != (len(x), len(b2)):
        raise ValueError("target is not shaped like the output")


# --- forward ---------------------------------------------------------------------------------


@right(forward)
def forward_by_einsum(x, w1, b1, w2, b2):
    z = np.einsum("ni,hi->nh", x, w1) + b1
    return np.einsum("nh,oh->no", np.where(z > 0, z, 0), w2) + b2


@wrong(forward, "There is no relu: without it, two linear layers in a row are one linear layer.")
def forward_without_relu(x, w1, b1, w2, b2):
    return (x @ w1.T + b1) @ w2.T + b2


@wrong(
    forward, "relu is applied to the output too. The last layer is linear, so y may be negative."
)
def relu_at_the_end_too(x, w1, b1, w2, b2):
    return np.maximum(forward(x, w1, b1, w2, b2), 0)


@wrong(forward, "The hidden layer's activation is tanh; here it is relu.")
def tanh_for_relu(x, w1, b1, w2, b2):
    return np.tanh(x @ w1.T + b1) @ w2.T + b2


@wrong(forward, "relu comes before b₁ is added. It belongs to the whole of x W₁ᵀ + b₁.")
def relu_before_the_bias(x, w1, b1, w2, b2):
    return (np.maximum(x @ w1.T, 0) + b1) @ w2.T + b2


@wrong(forward, "The biases are missing.")
def forward_without_biases(x, w1, b1, w2, b2):
    return np.maximum(x @ w1.T, 0) @ w2.T


@wrong(forward, "b₁ is missing in the hidden layer.")
def forward_without_b1(x, w1, b1, w2, b2):
    return forward(x, w1, np.zeros_like(b1), w2, b2)


@wrong(forward, "b₂ is missing in the output layer.")
def forward_without_b2(x, w1, b1, w2, b2):
    return np.maximum(x @ w1.T + b1, 0) @ w2.T


@wrong(
    forward,
    "The weights are not transposed. Each row of w holds one unit's weights, so its second axis "
    "meets the inputs.",
)
def weights_not_transposed(x, w1, b1, w2, b2):
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


@wrong(
    forward, "The result is float64 whatever x is: an array made on the way has the default dtype."
)
def forward_always_float64(x, w1, b1, w2, b2):
    h = np.zeros((len(x), len(b1)))
    return np.maximum(x @ w1.T + b1, h) @ w2.T + b2


@wrong(forward, "It goes through the batch one row at a time. One matrix product serves all rows.")
def forward_one_row_at_a_time(x, w1, b1, w2, b2):
    return np.stack([w2 @ np.maximum(w1 @ row + b1, 0) + b2 for row in x])


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


def parts(x, target, w1, b1, w2, b2):
    """z, h, the error, and the loss's gradients with respect to y, h and z."""
    check(target, x, b2)
    z = x @ w1.T + b1
    h = np.maximum(z, 0)
    error = h @ w2.T + b2 - target
    grad_y = 2 / error.size * error
    grad_h = grad_y @ w2
    return z, h, error, grad_y, grad_h, grad_h * (z > 0)


def gathered(error, x, grad_z, h, grad_y):
    """The loss and the gradients from what went into each layer and what came back to it."""
    loss = float(np.mean(error**2))
    return loss, (grad_z.T @ x, grad_z.sum(axis=0), grad_y.T @ h, grad_y.sum(axis=0))


@wrong(
    loss_and_gradients,
    "The first layer's gradients are 0. The loss depends on w1 and b1 too, through h.",
)
def last_layer_only(x, target, w1, b1, w2, b2):
    loss, (grad_w1, grad_b1, grad_w2, grad_b2) = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, (np.zeros_like(grad_w1), np.zeros_like(grad_b1), grad_w2, grad_b2)


@wrong(
    loss_and_gradients,
    "The gradient goes back through relu unchanged. Where a hidden unit was off, none passes.",
)
def without_the_relu_mask(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h, h, grad_y)


@wrong(
    loss_and_gradients,
    "The mask is taken from the gradient. Whether a unit was on was settled by z in the forward "
    "pass.",
)
def mask_from_the_gradient(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h * (grad_h > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The mask is taken from x W₁ᵀ without b₁. What went into relu included the bias.",
)
def mask_without_the_bias(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h * (x @ w1.T > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "Units exactly at 0 pass their gradient. By convention relu's derivative there is 0.",
)
def mask_true_at_zero(x, target, w1, b1, w2, b2):
    z, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h * (z >= 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The gradient is multiplied by relu's value h. The chain rule multiplies by its derivative, 1 "
    "or 0.",
)
def times_h_for_the_mask(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h * h, h, grad_y)


@wrong(
    loss_and_gradients,
    "The mask reaches grad_w1 but not grad_b1. Both belong to z, behind relu.",
)
def b1_without_the_mask(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, grad_z = parts(x, target, w1, b1, w2, b2)
    loss, (grad_w1, _, grad_w2, grad_b2) = gathered(error, x, grad_z, h, grad_y)
    return loss, (grad_w1, grad_h.sum(axis=0), grad_w2, grad_b2)


@wrong(
    loss_and_gradients,
    "The mask reaches grad_b1 but not grad_w1. Both belong to z, behind relu.",
)
def w1_without_the_mask(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, grad_h, grad_z = parts(x, target, w1, b1, w2, b2)
    loss, (_, grad_b1, grad_w2, grad_b2) = gathered(error, x, grad_z, h, grad_y)
    return loss, (grad_h.T @ x, grad_b1, grad_w2, grad_b2)


@wrong(
    loss_and_gradients,
    "relu is missing on the way there and on the way back: this network is linear.",
)
def a_linear_network(x, target, w1, b1, w2, b2):
    check(target, x, b2)
    h = x @ w1.T + b1
    error = h @ w2.T + b2 - target
    grad_y = 2 / error.size * error
    return gathered(error, x, grad_y @ w2, h, grad_y)


@wrong(
    loss_and_gradients,
    "grad_w2 is formed with z, from before relu. What went into the second layer was h.",
)
def grad_w2_from_before_relu(x, target, w1, b1, w2, b2):
    z, _, error, grad_y, _, grad_z = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_z, z, grad_y)


@wrong(
    loss_and_gradients,
    "The factor 2 from the square is missing in the gradients: this loss has no ½ to cancel it.",
)
def gradients_without_the_factor_two(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, tuple(gradient / 2 for gradient in gradients)


@wrong(
    loss_and_gradients,
    "The loss is halved, and its gradients with it. Here the mean squared error has no ½.",
)
def half_the_squared_error(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss / 2, tuple(gradient / 2 for gradient in gradients)


@wrong(
    loss_and_gradients,
    "The loss is halved, but not the gradients. Here the mean squared error has no ½.",
)
def half_the_loss_only(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss / 2, gradients


@wrong(
    loss_and_gradients,
    "The gradients are divided by the batch's size alone. The loss is a mean over all n · out "
    "entries.",
)
def gradients_averaged_over_the_batch(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, tuple(gradient * len(b2) for gradient in gradients)


@wrong(
    loss_and_gradients,
    "The squares are summed over the outputs and averaged over the batch only. The mean is over "
    "all n · out entries.",
)
def loss_averaged_over_the_batch(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss * len(b2), tuple(gradient * len(b2) for gradient in gradients)


@wrong(
    loss_and_gradients,
    "The gradients are not divided by the number of entries: they belong to the sum of squares, "
    "not to the mean.",
)
def gradients_of_the_sum(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, tuple(gradient * target.size for gradient in gradients)


@wrong(loss_and_gradients, "The squares are summed. The loss is their mean over all entries.")
def sum_of_squares(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss * target.size, tuple(gradient * target.size for gradient in gradients)


@wrong(
    loss_and_gradients,
    "The gradients' mean is over the entries, and then once more over the batch. The loss already "
    "contains the mean.",
)
def divided_by_the_batch_twice(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, tuple(gradient / len(x) for gradient in gradients)


@wrong(
    loss_and_gradients,
    "All gradients have the wrong sign: the derivative of (y − target)² with respect to y is "
    "2(y − target).",
)
def wrong_sign(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, tuple(-gradient for gradient in gradients)


@wrong(loss_and_gradients, "The loss is the root of the mean squared error. Here it has no root.")
def root_of_the_loss(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss**0.5, gradients


@wrong(
    loss_and_gradients,
    "The gradients start from 1 for every output: the derivative of the loss with respect to y is "
    "missing.",
)
def without_the_losss_derivative(x, target, w1, b1, w2, b2):
    z, h, error, *_ = parts(x, target, w1, b1, w2, b2)
    ones = np.ones_like(error)
    return gathered(error, x, (ones @ w2) * (z > 0), h, ones)


@wrong(
    loss_and_gradients,
    "The bias gradients are not summed over the batch. Every row uses the same biases, so its "
    "gradients add up.",
)
def bias_gradients_not_summed(x, target, w1, b1, w2, b2):
    _, h, error, grad_y, _, grad_z = parts(x, target, w1, b1, w2, b2)
    loss, (grad_w1, _, grad_w2, _) = gathered(error, x, grad_z, h, grad_y)
    return loss, (grad_w1, grad_z, grad_w2, grad_y)


@wrong(
    loss_and_gradients,
    "The bias gradients are averaged over the batch. The mean is already in the loss's derivative; "
    "from there on the rows add up.",
)
def bias_gradients_averaged(x, target, w1, b1, w2, b2):
    loss, (grad_w1, grad_b1, grad_w2, grad_b2) = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, (grad_w1, grad_b1 / len(x), grad_w2, grad_b2 / len(x))


@wrong(
    loss_and_gradients,
    "The bias gradients keep an axis of length 1. A gradient has the shape of what it belongs to.",
)
def bias_gradients_with_a_batch_axis(x, target, w1, b1, w2, b2):
    loss, (grad_w1, grad_b1, grad_w2, grad_b2) = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, (grad_w1, grad_b1[None], grad_w2, grad_b2[None])


@wrong(
    loss_and_gradients,
    "The gradient goes back through w2 the way forward does. On the way back the sum runs over the "
    "outputs.",
)
def back_through_w2_transposed(x, target, w1, b1, w2, b2):
    z, h, error, grad_y, _, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, (grad_y @ w2.T) * (z > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The weights' gradients are transposed: a gradient has the shape of what it belongs to.",
)
def weight_gradients_transposed(x, target, w1, b1, w2, b2):
    loss, (grad_w1, grad_b1, grad_w2, grad_b2) = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, (grad_w1.T, grad_b1, grad_w2.T, grad_b2)


@wrong(
    loss_and_gradients,
    "The first layer's gradient passes through a w2 that has already moved. It belongs to the w2 "
    "of the forward pass.",
)
def through_an_updated_w2(x, target, w1, b1, w2, b2):
    z, h, error, grad_y, _, _ = parts(x, target, w1, b1, w2, b2)
    moved = w2 - 0.1 * (grad_y.T @ h)
    return gathered(error, x, (grad_y @ moved) * (z > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The first layer's gradient does not pass through w2. The chain rule goes through every layer "
    "between.",
)
def past_w2(x, target, w1, b1, w2, b2):
    z, h, error, grad_y, _, _ = parts(x, target, w1, b1, w2, b2)
    grad_h = np.broadcast_to(grad_y.sum(axis=1, keepdims=True), h.shape)
    return gathered(error, x, grad_h * (z > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The gradients come from the last layer to the first. They should come in the order of the "
    "arguments: w1, b1, w2, b2.",
)
def last_layer_first(x, target, w1, b1, w2, b2):
    loss, (grad_w1, grad_b1, grad_w2, grad_b2) = loss_and_gradients(x, target, w1, b1, w2, b2)
    return loss, (grad_w2, grad_b2, grad_w1, grad_b1)


KEPT = {}


@wrong(
    loss_and_gradients,
    "The hidden layer is remembered with x. For the same x and other weights it is another one.",
)
def hidden_layer_kept(x, target, w1, b1, w2, b2):
    check(target, x, b2)
    z = KEPT.setdefault((x.tobytes(), w1.shape), x @ w1.T + b1)
    h = np.maximum(z, 0)
    error = h @ w2.T + b2 - target
    grad_y = 2 / error.size * error
    return gathered(error, x, (grad_y @ w2) * (z > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "A target of another shape is broadcast without a word: (n, 1) minus (n,) is (n, n).",
)
def target_not_checked(x, target, w1, b1, w2, b2):
    h = np.maximum(x @ w1.T + b1, 0)
    error = h @ w2.T + b2 - target
    grad_y = 2 / error.size * error
    return gathered(error, x, (grad_y @ w2) * (h > 0), h, grad_y)


@wrong(
    loss_and_gradients,
    "The gradients are float64 whatever the arguments are: an array made on the way has the "
    "default dtype.",
)
def always_float64(x, target, w1, b1, w2, b2):
    z, h, error, grad_y, grad_h, _ = parts(x, target, w1, b1, w2, b2)
    return gathered(error, x, grad_h * np.where(z > 0, 1.0, 0.0), h, grad_y * np.ones(grad_y.shape))


@wrong(
    loss_and_gradients,
    "The loss is an entry of an array with the arguments' dtype; it should be a plain float.",
)
def loss_not_a_float(x, target, w1, b1, w2, b2):
    _, _, error, *_ = parts(x, target, w1, b1, w2, b2)
    _, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    return np.mean(error**2), gradients


@wrong(
    loss_and_gradients,
    "It changes w1, b1, w2 and b2. The function gives gradients; a step is for the caller to take.",
)
def takes_a_step(x, target, w1, b1, w2, b2):
    loss, gradients = loss_and_gradients(x, target, w1, b1, w2, b2)
    for param, gradient in zip((w1, b1, w2, b2), gradients, strict=True):
        param -= 0.1 * gradient
    return loss, gradients


@wrong(
    loss_and_gradients,
    "It goes through the batch one row at a time. Sums over rows are what matrix products do.",
)
def one_row_at_a_time(x, target, w1, b1, w2, b2):
    check(target, x, b2)
    loss = 0.0
    grad_w1, grad_b1, grad_w2, grad_b2 = map(np.zeros_like, (w1, b1, w2, b2))
    for row, wanted in zip(x, target, strict=True):
        h = np.maximum(w1 @ row + b1, 0)
        error = w2 @ h + b2 - wanted
        loss += float(error @ error)
        grad_z = (error @ w2) * (h > 0)
        grad_w1 += np.outer(grad_z, row)
        grad_b1 += grad_z
        grad_w2 += np.outer(error, h)
        grad_b2 += error
    scale = 2 / target.size
    gradients = scale * grad_w1, scale * grad_b1, scale * grad_w2, scale * grad_b2
    return loss / target.size, gradients


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
