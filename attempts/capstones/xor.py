import numpy as np

from exercises.basics import backprop, perceptron
from exercises.basics.neuron import neuron
from exercises.optimization.sgd import SGD
from kata.attempts import right, wrong
from solutions.capstones.xor import classify, init, perceptron_accuracy, picture, train


@right(perceptron_accuracy)
def counted_mistakes(x, y, epochs, lr):
    w, b, _ = perceptron.fit(x, y, epochs, lr)
    wrong_ones = sum(perceptron.predict(x, w, b) != y)
    return 1.0 - float(wrong_ones) / len(y)


@right(init)
def standard_normal_and_scaled(hidden, rng):
    w2 = rng.standard_normal((hidden, 1)).T * (2.0 / hidden) ** 0.5
    return [rng.standard_normal((hidden, 2)), np.zeros((hidden,)), w2, np.zeros((1,))]


@right(train)
def without_the_other_katas(params, x, y, steps, lr):
    w1, b1, w2, b2 = params
    losses = []
    for _ in range(steps):
        h = np.clip(x @ w1.T + b1, 0, None)
        error = (h @ w2.T + b2)[:, 0] - y
        losses.append(float(error @ error) / len(y))
        delta = 2 * error / len(y)
        delta_h = np.outer(delta, w2[0]) * np.sign(h)
        w1, b1 = w1 - lr * delta_h.T @ x, b1 - lr * delta_h.sum(axis=0)
        w2, b2 = w2 - lr * delta @ h, b2 - lr * delta.sum()
    return [w1.copy(), b1.copy(), w2.copy(), b2.copy()], losses


@right(classify)
def one_point_at_a_time(params, x):
    outputs = [backprop.forward(point[None], *params).item() for point in x]
    return np.array([int(output > 0.5) for output in outputs], dtype=np.int64)


@right(picture)
def cell_by_cell(params, size):
    lines = []
    for row in range(size):
        x2 = 1.5 - 2 * (row + 0.5) / size
        cells = np.array([[-0.5 + 2 * (column + 0.5) / size, x2] for column in range(size)])
        lines.append("".join("#" if label else "·" for label in classify(params, cells)))
    return "\n".join(lines)


# --- perceptron_accuracy ----------------------------------------------------------------------


@wrong(
    perceptron_accuracy,
    "It gives the share of wrong labels. The accuracy is the share of those that are right.",
)
def share_of_errors(x, y, epochs, lr):
    return 1.0 - perceptron_accuracy(x, y, epochs, lr)


@wrong(perceptron_accuracy, "It counts the right labels; their number is to be divided by n.")
def number_of_right_ones(x, y, epochs, lr):
    return len(y) * perceptron_accuracy(x, y, epochs, lr)


@wrong(
    perceptron_accuracy,
    "The mistakes of the last epoch are counted. They were made while w and b were still moving; "
    "ask the perceptron again after training.",
)
def mistakes_on_the_way(x, y, epochs, lr):
    *_, mistakes = perceptron.fit(x, y, epochs, lr)
    last = mistakes[-1] if mistakes else np.sum(y != 0)
    return 1.0 - float(last) / len(y)


@wrong(perceptron_accuracy, "b is left out when the labels are predicted.")
def without_b(x, y, epochs, lr):
    w, _, _ = perceptron.fit(x, y, epochs, lr)
    return float(np.mean(perceptron.predict(x, w, 0.0) == y))


# --- init -------------------------------------------------------------------------------------


@wrong(init, "All weights begin at 0: the hidden units are alike and no gradient tells them apart.")
def zeros(hidden, rng):
    return [np.zeros((hidden, 2)), np.zeros(hidden), np.zeros((1, hidden)), np.zeros(1)]


@wrong(init, "w2 is drawn with variance 1. Its layer has `hidden` inputs, so it is 2 / hidden.")
def w2_not_scaled(hidden, rng):
    w1, b1, w2, b2 = init(hidden, rng)
    return [w1, b1, w2 * np.sqrt(hidden / 2), b2]


@wrong(init, "2 over the number of inputs is the variance, but here it is the standard deviation.")
def variance_taken_for_deviation(hidden, rng):
    w1, b1, w2, b2 = init(hidden, rng)
    return [w1, b1, w2 * np.sqrt(2 / hidden), b2]


@wrong(init, "The biases are drawn too; they should begin at 0.")
def biases_drawn(hidden, rng):
    w1, b1, w2, b2 = init(hidden, rng)
    return [w1, rng.normal(size=b1.shape), w2, rng.normal(size=b2.shape)]


@wrong(init, "The weights have shape (in, out); those of `backprop` are (out, in).")
def weights_turned_over(hidden, rng):
    return [param.T.copy() for param in init(hidden, rng)]


@wrong(
    init,
    "Every call draws the same weights: a generator with a fixed seed stands in for `rng`.",
)
def own_generator(hidden, rng):
    return init(hidden, np.random.default_rng(0))


@wrong(
    init,
    "w2 is the same in every call: it comes from a generator of its own with a fixed seed, not "
    "from `rng`.",
)
def own_generator_for_w2(hidden, rng):
    w1, b1, _, b2 = init(hidden, rng)
    return [w1, b1, init(hidden, np.random.default_rng(0))[2], b2]


@wrong(
    init,
    "w2 repeats numbers of w1: both layers draw from generators in the same state. Draw both from "
    "`rng` itself.",
)
def one_seed_for_both_layers(hidden, rng):
    seed = rng.integers(2**32)
    w1, b1, _, b2 = init(hidden, np.random.default_rng(seed))
    w2 = np.random.default_rng(seed).normal(scale=np.sqrt(2 / hidden), size=(1, hidden))
    return [w1, b1, w2, b2]


# --- train ------------------------------------------------------------------------------------


def trained(params, x, target, steps, lr, *, sign=1.0, late=False):
    """The solution's course, save for what the arguments change."""
    params, losses = list(params), []
    sgd = SGD(sign * lr)
    for _ in range(steps):
        loss, grads = backprop.loss_and_gradients(x, target, *params)
        params = sgd.step(params, list(grads))
        if late:
            loss, _ = backprop.loss_and_gradients(x, target, *params)
        losses.append(loss)
    return params, losses


def column(y):
    return y[:, None].astype(np.float64)


@wrong(train, "It goes up the slope: the gradient has to be subtracted.")
def uphill(params, x, y, steps, lr):
    return trained(params, x, column(y), steps, lr, sign=-1.0)


@wrong(train, "The losses are those after each step; the first one should be the start's.")
def losses_after_the_steps(params, x, y, steps, lr):
    return trained(params, x, column(y), steps, lr, late=True)


@wrong(
    train,
    "What `step` returns is thrown away: it writes into no argument, so every step begins at the "
    "same params.",
)
def step_thrown_away(params, x, y, steps, lr):
    losses = [backprop.loss_and_gradients(x, column(y), *params)[0]] * steps
    return list(params), losses


@wrong(
    train,
    "The loss is halved, and with it every step: ½ · (y − target)² is another loss. That of "
    "`backprop` has no ½.",
)
def half_the_loss(params, x, y, steps, lr):
    params, losses = trained(params, x, column(y), steps, lr / 2)
    return params, [loss / 2 for loss in losses]


@wrong(train, "The losses are halved: the loss of `backprop` has no factor ½.")
def halved_losses(params, x, y, steps, lr):
    params, losses = trained(params, x, column(y), steps, lr)
    return params, [loss / 2 for loss in losses]


@wrong(train, "It takes one step more than asked.")
def one_step_more(params, x, y, steps, lr):
    more, losses = trained(params, x, column(y), steps + 1, lr)
    return more, losses[:steps]


@wrong(train, "It takes one step fewer: the params that it returns are those before the last one.")
def last_step_forgotten(params, x, y, steps, lr):
    fewer, _ = trained(params, x, column(y), max(steps - 1, 0), lr)
    return fewer, trained(params, x, column(y), steps, lr)[1]


@wrong(
    train, "It ends early where the gradients are 0; as many steps as asked for are to be taken."
)
def early_end(params, x, y, steps, lr):
    params, losses = list(params), []
    for _ in range(steps):
        loss, grads = backprop.loss_and_gradients(x, column(y), *params)
        losses.append(loss)
        if max(np.abs(grad).max() for grad in grads) < 1e-9:
            break
        params = SGD(lr).step(params, list(grads))
    return params, losses


@wrong(
    train,
    "The second layer moves first, and the first layer's gradients are then taken with the new w2. "
    "All gradients of a step belong to the same params.",
)
def layer_by_layer(params, x, y, steps, lr):
    params, losses = list(params), []
    for _ in range(steps):
        loss, grads = backprop.loss_and_gradients(x, column(y), *params)
        losses.append(loss)
        params[2:] = SGD(lr).step(params[2:], list(grads[2:]))
        _, grads = backprop.loss_and_gradients(x, column(y), *params)
        params[:2] = SGD(lr).step(params[:2], list(grads[:2]))
    return params, losses


@wrong(train, "It takes a step for each point in turn. Each step is on all points at once.")
def point_by_point(params, x, y, steps, lr):
    params, losses = list(params), []
    target = column(y)
    for _ in range(steps):
        losses.append(backprop.loss_and_gradients(x, target, *params)[0])
        for i in range(len(x)):
            _, grads = backprop.loss_and_gradients(x[i : i + 1], target[i : i + 1], *params)
            params = SGD(lr).step(params, list(grads))
    return params, losses


@wrong(train, "The targets are −1 and 1. The labels themselves, 0 and 1, are the targets.")
def targets_of_both_signs(params, x, y, steps, lr):
    return trained(params, x, 2 * column(y) - 1, steps, lr)


@wrong(train, "The biases never move: they get a gradient too.")
def biases_kept(params, x, y, steps, lr):
    params, losses = list(params), []
    for _ in range(steps):
        loss, (grad_w1, _, grad_w2, _) = backprop.loss_and_gradients(x, column(y), *params)
        params = SGD(lr).step(params, [grad_w1, None, grad_w2, None])
        losses.append(loss)
    return params, losses


# --- classify ---------------------------------------------------------------------------------


@wrong(classify, "The output is rounded: 2 becomes a label. All above ½ is 1, all else 0.")
def rounded(params, x):
    return np.rint(backprop.forward(x, *params)[:, 0]).astype(np.int64)


@wrong(classify, "The border is at 0. The outputs aim at 0 and 1, so it lies between them, at ½.")
def border_at_zero(params, x):
    return (backprop.forward(x, *params)[:, 0] > 0.0).astype(np.int64)


@wrong(classify, "An output of just ½ gets the label 1; it has to be above ½.")
def half_is_enough(params, x):
    return (backprop.forward(x, *params)[:, 0] >= 0.5).astype(np.int64)


@wrong(classify, "The labels have shape (n, 1), one column, as the outputs do; (n,) is asked for.")
def one_column(params, x):
    return (backprop.forward(x, *params) > 0.5).astype(np.int64)


@wrong(
    classify,
    "The output is sent through a sigmoid first. It was trained to be 0 or 1 itself, and the "
    "sigmoid of 0 is ½ already.",
)
def sigmoid_first(params, x):
    outputs = neuron(backprop.forward(x, *params), np.ones(1), 0.0)
    return (outputs > 0.5 + 1e-3).astype(np.int64)


# --- picture ----------------------------------------------------------------------------------


def drawn(params, x1, x2, marks="·#", separator="\n"):
    """A picture of the points that have the columns `x1` and the lines `x2`."""
    lines = [classify(params, np.stack([x1, np.full(len(x1), up)], axis=1)) for up in x2]
    return separator.join("".join(marks[label] for label in line) for line in lines)


def middles(size):
    return 2 * (np.arange(size) + 0.5) / size - 0.5


@wrong(picture, "It is upside down: the first line should be the one with the largest x₂.")
def upside_down(params, size):
    return drawn(params, middles(size), middles(size))


@wrong(picture, "x₁ and x₂ have changed places: the first number of a point runs to the right.")
def turned_over(params, size):
    lines = picture(params, size).split("\n")[::-1]
    return "\n".join(map("".join, list(zip(*lines, strict=True))[::-1]))


@wrong(picture, "It is mirrored: the first number of a point should grow from left to right.")
def mirrored(params, size):
    return drawn(params, middles(size)[::-1], middles(size)[::-1])


@wrong(picture, "The characters stand for the edges of their cells, not for their middles.")
def edges(params, size):
    ends = np.linspace(-0.5, 1.5, size)
    return drawn(params, ends, ends[::-1])


@wrong(
    picture,
    "The middles are counted up with a float step. For some sizes, rounding lets in one too many; "
    "count with whole numbers.",
)
def float_steps(params, size):
    middles = np.arange(-0.5, 1.5, 2 / size) + 1 / size
    return drawn(params, middles, middles[::-1])


@wrong(picture, "The picture goes from 0 to 1; a border around the corners belongs to it.")
def no_border(params, size):
    inner = (np.arange(size) + 0.5) / size
    return drawn(params, inner, inner[::-1])


@wrong(picture, "The two characters have changed places: # stands for the label 1.")
def negative(params, size):
    return drawn(params, middles(size), middles(size)[::-1], marks="#·")


@wrong(picture, "There is a newline at the end; newlines stand only between the lines.")
def newline_at_the_end(params, size):
    return picture(params, size) + "\n"
