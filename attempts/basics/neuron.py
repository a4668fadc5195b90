import numpy as np

from kata.attempts import right, wrong
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


@wrong(neuron, "The bias is missing: without inputs, y would always be 1/2.")
def without_the_bias(x, w, b):
    return neuron(x, w, 0.0)


@wrong(neuron, "The bias is subtracted, as a threshold would be. Here it is added to the sum.")
def bias_as_a_threshold(x, w, b):
    return neuron(x, w, -b)


@wrong(neuron, "These are the weighted sums: the sigmoid is missing.")
def without_the_sigmoid(x, w, b):
    check(x, w)
    return x @ w + b


@wrong(neuron, "exp(z) stands where exp(−z) belongs: the output falls where it should rise.")
def sign_lost_in_the_exponent(x, w, b):
    return 1 - neuron(x, w, b)


@wrong(
    neuron,
    "exp(z) overflows where z is large, and ∞ / ∞ is nan: this form of the sigmoid is safe only "
    "below 0.",
)
def by_the_other_formula(x, w, b):
    check(x, w)
    with np.errstate(all="ignore"):
        e = np.exp(x @ w + b)
        return e / (1 + e)


@wrong(neuron, "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.")
def tanh_for_the_sigmoid(x, w, b):
    check(x, w)
    return np.tanh(x @ w + b)


@wrong(neuron, "This is a step from 0 to 1, a perceptron. The sigmoid rises smoothly.")
def step_for_the_sigmoid(x, w, b):
    check(x, w)
    return (x @ w + b > 0).astype(x.dtype)


@wrong(neuron, "This is ReLU. The neuron here has a sigmoid, which stays between 0 and 1.")
def relu_for_the_sigmoid(x, w, b):
    check(x, w)
    return np.maximum(x @ w + b, 0)


@wrong(
    neuron,
    "The sigmoid is applied to each product before they are added up. First comes the whole sum.",
)
def sigmoid_before_the_sum(x, w, b):
    check(x, w)
    return ((1 + np.tanh((x * w + b) / 2)) / 2).sum(axis=1)


@wrong(neuron, "The products are averaged; the weighted sum is their sum.")
def mean_for_sum(x, w, b):
    return neuron(x, w / x.dtype.type(max(1, w.size)), b)


@wrong(neuron, "The bias is added after the sigmoid. It belongs to the weighted sum.")
def bias_after_the_sigmoid(x, w, b):
    return neuron(x, w, 0.0) + b


@wrong(neuron, "Each output has an axis of its own: (n, 1). There should be one axis, (n,).")
def a_column_of_outputs(x, w, b):
    return neuron(x, w, b)[:, None]


@wrong(
    neuron,
    "Shapes that do not fit are broadcast or multiplied without a word; they should be refused.",
)
def shapes_not_checked(x, w, b):
    return (1 + np.tanh(((x * w).sum(axis=-1) + b) / 2)) / 2


@wrong(
    neuron, "The result is float64 whatever x is: an array made on the way has the default dtype."
)
def always_float64(x, w, b):
    return neuron(x, w, b).astype(np.float64)


@wrong(neuron, "It multiplies w into x itself: `x *= w` changes the caller's array.")
def products_in_place(x, w, b):
    check(x, w)
    x *= w
    return (1 + np.tanh((x.sum(axis=1) + b) / 2)) / 2


@wrong(neuron, "It goes through the samples one at a time in Python. One product serves them all.")
def one_sample_at_a_time(x, w, b):
    check(x, w)
    return np.array([(1 + np.tanh((row @ w + b) / 2)) / 2 for row in x], dtype=x.dtype)


@wrong(neuron, "It adds up the inputs one at a time in Python. One product serves them all.")
def one_input_at_a_time(x, w, b):
    check(x, w)
    z = np.full(len(x), b, dtype=x.dtype)
    for column, weight in zip(x.T, w, strict=True):
        z += weight * column
    return (1 + np.tanh(z / 2)) / 2


# --- loss_and_gradients ----------------------------------------------------------------------


def pieces(x, target, w, b):
    """The outputs, the errors and the gradients with respect to the weighted sums."""
    check_all(x, target, w)
    y = neuron(x, w, b)
    error = y - target
    return y, error, 2 / len(x) * error * y * (1 - y)


def results(x, error, grad_z):
    return float((error**2).mean()), (x.T @ grad_z, float(grad_z.sum()))


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


@wrong(
    loss_and_gradients,
    "The sigmoid's slope y · (1 − y) is missing: the gradients pass it as if it were not there. "
    "(With cross-entropy for the loss, it would cancel.)",
)
def without_the_slope(x, target, w, b):
    _, error, _ = pieces(x, target, w, b)
    return results(x, error, 2 / len(x) * error)


@wrong(loss_and_gradients, "One factor is missing: the sigmoid's slope is y · (1 − y), not y.")
def slope_of_y_alone(x, target, w, b):
    y, error, _ = pieces(x, target, w, b)
    return results(x, error, 2 / len(x) * error * y)


@wrong(
    loss_and_gradients,
    "The slope y · (1 − y) is taken with the weighted sum for y. It wants the sigmoid's result.",
)
def slope_at_the_sum(x, target, w, b):
    _, error, _ = pieces(x, target, w, b)
    z = x @ w + b
    return results(x, error, 2 / len(x) * error * z * (1 - z))


@wrong(
    loss_and_gradients,
    "The slope is taken at y, as sigmoid(y) · (1 − sigmoid(y)): the sigmoid is applied twice.",
)
def slope_of_the_output(x, target, w, b):
    y, error, _ = pieces(x, target, w, b)
    twice = (1 + np.tanh(y / 2)) / 2
    return results(x, error, 2 / len(x) * error * twice * (1 - twice))


@wrong(loss_and_gradients, "1 − y² is tanh's slope. The sigmoid's is y · (1 − y).")
def slope_of_tanh(x, target, w, b):
    y, error, _ = pieces(x, target, w, b)
    return results(x, error, 2 / len(x) * error * (1 - y**2))


@wrong(
    loss_and_gradients,
    "The slope is computed from exp(−z) alone, which overflows far below 0: there ∞ / ∞ is nan.",
)
def slope_from_an_overflow(x, target, w, b):
    _, error, _ = pieces(x, target, w, b)
    with np.errstate(all="ignore"):
        e = np.exp(-(x @ w + b))
        return results(x, error, 2 / len(x) * error * e / (1 + e) ** 2)


@wrong(loss_and_gradients, "The gradients lack the 2 that the square's derivative brings.")
def without_the_2(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    return results(x, error, grad_z / 2)


@wrong(
    loss_and_gradients,
    "There is a ½ in front of the squares. Here the loss is their plain mean.",
)
def half_of_everything(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss / 2, (grad_w / 2, grad_b / 2)


@wrong(
    loss_and_gradients,
    "The loss is a mean over the batch, but the gradients are those of a sum: 1/n is missing.",
)
def gradients_of_the_sum(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    return results(x, error, grad_z * len(x))


@wrong(loss_and_gradients, "The squares are summed over the batch. The loss is their mean.")
def sum_for_mean(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss * len(x), (grad_w * len(x), grad_b * len(x))


@wrong(
    loss_and_gradients,
    "1/n is counted twice: the gradients are averaged over the batch though it is in them already.",
)
def mean_counted_twice(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    return results(x, error, grad_z / len(x))


@wrong(
    loss_and_gradients,
    "grad_b is averaged over the batch, though 1/n is in the loss's gradient already.",
)
def grad_b_averaged(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss, (grad_w, grad_b / len(x))


@wrong(
    loss_and_gradients,
    "The gradients have the wrong sign: they should point to where the loss grows. It is y − "
    "target, not target − y.",
)
def downhill(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss, (-grad_w, -grad_b)


@wrong(loss_and_gradients, "grad_b is multiplied by the inputs as well. The bias meets a 1.")
def grad_b_with_the_inputs(x, target, w, b):
    loss, (grad_w, _) = loss_and_gradients(x, target, w, b)
    return loss, (grad_w, float(grad_w.sum()))


@wrong(
    loss_and_gradients,
    "grad_w is multiplied by w. By the chain rule, the derivative of w · x with respect to w is x.",
)
def grad_w_through_w(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    return float((error**2).mean()), (grad_z.sum() * w, float(grad_z.sum()))


@wrong(
    loss_and_gradients,
    "There is a gradient for each sample. One w and one b serve the batch, so each gets the sum.",
)
def a_gradient_for_each_sample(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    return float((error**2).mean()), (grad_z[:, None] * x, grad_z)


@wrong(
    loss_and_gradients,
    "The bias is left out on the way to the outputs, so loss and gradients are another neuron's.",
)
def loss_without_the_bias(x, target, w, b):
    return loss_and_gradients(x, target, w, 0.0)


@wrong(loss_and_gradients, "The loss is the cross-entropy. Here it is the squared error.")
def cross_entropy(x, target, w, b):
    y, error, _ = pieces(x, target, w, b)
    with np.errstate(all="ignore"):
        losses = -target * np.log(y) - (1 - target) * np.log1p(-y)
    _, gradients = results(x, error, error / len(x))
    return float(losses.mean()), gradients


@wrong(loss_and_gradients, "The loss takes absolute values where it should take squares.")
def absolute_errors(x, target, w, b):
    y, error, _ = pieces(x, target, w, b)
    _, gradients = results(x, error, np.sign(error) * y * (1 - y) / len(x))
    return float(np.abs(error).mean()), gradients


@wrong(loss_and_gradients, "A root is taken of the mean. The loss is the mean of the squares.")
def root_of_the_mean(x, target, w, b):
    loss, gradients = loss_and_gradients(x, target, w, b)
    return loss**0.5, gradients


@wrong(
    loss_and_gradients,
    "A target that is not shaped like the output is broadcast: (n, 1) against (n,) gives (n, n). "
    "It should be refused.",
)
def target_not_checked(x, target, w, b):
    y, _, _ = pieces(x, np.zeros(len(x)), w, b)
    error = np.atleast_2d(y - target)
    grad_z = (2 / error.size * error * y * (1 - y)).sum(axis=0)
    return results(x, error, grad_z)


@wrong(
    loss_and_gradients,
    "The shapes of x and w are not checked: what does not fit is broadcast, and should be refused.",
)
def w_not_checked(x, target, w, b):
    if target.shape != x.shape[:1]:
        raise ValueError("target is not shaped like the output")
    y = (1 + np.tanh(((x * w).sum(axis=-1) + b) / 2)) / 2
    error = (y.T - target).T
    grad_z = 2 / error.size * error * y * (1 - y)
    return results(x, error, grad_z)


@wrong(loss_and_gradients, "The gradients stand in another order: first grad_w, then grad_b.")
def gradients_swapped(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss, (grad_b, grad_w)


@wrong(
    loss_and_gradients,
    "grad_w is float64 whatever the arrays are: something made on the way has the default dtype.",
)
def gradients_always_float64(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return loss, (grad_w.astype(np.float64), grad_b)


@wrong(
    loss_and_gradients,
    "For float32 arrays the loss and grad_b are NumPy's float32. They should be plain floats.",
)
def numbers_in_the_dtype(x, target, w, b):
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, b)
    return x.dtype.type(loss), (grad_w, x.dtype.type(grad_b))


@wrong(loss_and_gradients, "It writes into target: `target -= y` changes the caller's array.")
def errors_in_place(x, target, w, b):
    found = loss_and_gradients(x, target, w, b)
    target -= neuron(x, w, b)
    return found


@wrong(
    loss_and_gradients,
    "It goes through the samples one at a time in Python. The sum over the batch is one product.",
)
def gradients_one_sample_at_a_time(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    grad_w = np.zeros_like(w)
    for row, gradient in zip(x, grad_z, strict=True):
        grad_w += gradient * row
    return float((error**2).mean()), (grad_w, float(grad_z.sum()))


@wrong(
    loss_and_gradients,
    "It finds the weights' gradients one at a time in Python. One product gives all of them.",
)
def gradients_one_weight_at_a_time(x, target, w, b):
    _, error, grad_z = pieces(x, target, w, b)
    grad_w = np.array([column @ grad_z for column in x.T], dtype=x.dtype)
    return float((error**2).mean()), (grad_w, float(grad_z.sum()))
