import numpy as np

from exercises.basics import backprop, perceptron
from kata.attempts import right, slip
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

share_of_errors = slip(
    "It gives the share of wrong labels. The accuracy is the share of those that are right.",
    {"predict(x, w, b) == y": "predict(x, w, b) != y"},
)

number_of_right_ones = slip(
    "It counts the right labels; their number is to be divided by n.",
    {"np.mean(perceptron": "np.sum(perceptron"},
)

mistakes_on_the_way = slip(
    "The mistakes of the last epoch are counted. They were made while w and b were still moving; "
    "ask the perceptron again after training.",
    {
        "w, b, _ =": "_, _, mistakes =",
        "np.mean(perceptron.predict(x, w, b) == y)": (
            "1 - (mistakes[-1] if mistakes else np.sum(y)) / len(y)"
        ),
    },
)

without_b = slip(
    "b is left out when the labels are predicted.", {"predict(x, w, b)": "predict(x, w, 0.0)"}
)

no_epochs_are_one = slip(
    "With 0 epochs it fits for one: nothing should be learned then, and w and b stay at 0.",
    {"fit(x, y, epochs, lr)": "fit(x, y, epochs or 1, lr)"},
)


# --- init -------------------------------------------------------------------------------------

zeros = slip(
    "All weights begin at 0: the hidden units are alike and no gradient tells them apart.",
    {
        "rng.normal(scale=np.sqrt(2 / 2), size=(hidden, 2))": "np.zeros((hidden, 2))",
        "rng.normal(scale=np.sqrt(2 / hidden), size=(1, hidden))": "np.zeros((1, hidden))",
    },
)

w2_not_scaled = slip(
    "w2 is drawn with variance 1. Its layer has `hidden` inputs, so it is 2 / hidden.",
    {"scale=np.sqrt(2 / hidden), ": ""},
)

variance_taken_for_deviation = slip(
    "2 over the number of inputs is the variance, but here it is the standard deviation.",
    {"np.sqrt(2 / hidden)": "2 / hidden", "np.sqrt(2 / 2)": "2 / 2"},
)

variance_without_the_two = slip(
    "The variance is 1 over the number of inputs; it should be 2 over that number.",
    {"np.sqrt(2 / hidden)": "np.sqrt(1 / hidden)", "np.sqrt(2 / 2)": "np.sqrt(1 / 2)"},
)

outputs_counted = slip(
    "The variance counts a layer's outputs. What adds up in one unit is its inputs: their number "
    "belongs there.",
    {"np.sqrt(2 / hidden)": "np.sqrt(2 / 1)", "np.sqrt(2 / 2)": "np.sqrt(2 / hidden)"},
)

uniform = slip(
    "The weights are uniform; they should be normally distributed.",
    {
        "rng.normal(scale=np.sqrt(2 / hidden)": "np.sqrt(6 / hidden) * rng.uniform(-1, 1",
        "rng.normal(scale=np.sqrt(2 / 2)": "np.sqrt(6 / 2) * rng.uniform(-1, 1",
    },
)

biases_drawn = slip(
    "The biases are drawn too; they should begin at 0.",
    {"np.zeros(hidden), w2, np.zeros(1)": "rng.normal(size=hidden), w2, rng.normal(size=1)"},
)

weights_turned_over = slip(
    "The weights have shape (in, out); those of `backprop` are (out, in).",
    {"size=(hidden, 2)": "size=(2, hidden)", "size=(1, hidden)": "size=(hidden, 1)"},
)

own_generator = slip(
    "Every call draws the same weights: a generator with a fixed seed stands in for `rng`.",
    {"w1 = rng.normal": "rng = np.random.default_rng(0)\nw1 = rng.normal"},
)

own_generator_for_w2 = slip(
    "w2 is the same in every call: it comes from a generator of its own with a fixed seed, not "
    "from `rng`.",
    {"w2 = rng.normal": "w2 = np.random.default_rng(0).normal"},
)

one_seed_for_both_layers = slip(
    "w2 repeats numbers of w1: both layers draw from generators in the same state. Draw both from "
    "`rng` itself.",
    {
        "w1 = rng.normal": "seed = rng.integers(2**32)\nw1 = np.random.default_rng(seed).normal",
        "w2 = rng.normal": "w2 = np.random.default_rng(seed).normal",
    },
)


# --- train ------------------------------------------------------------------------------------

uphill = slip("It goes up the slope: the gradient has to be subtracted.", {"SGD(lr)": "SGD(-lr)"})

losses_after_the_steps = slip(
    "The losses are those after each step; the first one should be the start's.",
    {"losses.append(loss)": "losses.append(backprop.loss_and_gradients(x, target, *params)[0])"},
)

step_thrown_away = slip(
    "What `step` returns is thrown away: it writes into no argument, so every step begins at the "
    "same params.",
    {"params = sgd.step(": "sgd.step("},
)

half_the_loss = slip(
    "The loss is halved, and with it every step: ½ · (y − target)² is another loss. That of "
    "`backprop` has no ½.",
    {"list(grads)": "[grad / 2 for grad in grads]", "append(loss)": "append(loss / 2)"},
)

halved_losses = slip(
    "The losses are halved: the loss of `backprop` has no factor ½.",
    {"append(loss)": "append(loss / 2)"},
)

one_step_more = slip("It takes one step more than asked.", {"range(steps)": "range(steps + 1)"})

last_step_forgotten = slip(
    "It takes one step fewer: the params that it returns are those before the last one.",
    {
        "params = sgd.step(params, list(grads))": "if len(losses) < steps - 1:\n"
        "    params = sgd.step(params, list(grads))"
    },
)

early_end = slip(
    "It ends early where the gradients are 0; as many steps as asked for are to be taken.",
    {
        "losses.append(loss)": "losses.append(loss)\n"
        "if all(np.abs(grad).max() < 1e-9 for grad in grads):\n"
        "    break"
    },
)

layer_by_layer = slip(
    "The second layer moves first, and the first layer's gradients are then taken with the new w2. "
    "All gradients of a step belong to the same params.",
    {
        "params = sgd.step(params, list(grads))": (
            "params[2:] = sgd.step(params[2:], list(grads[2:]))\n"
            "_, grads = backprop.loss_and_gradients(x, target, *params)\n"
            "params[:2] = sgd.step(params[:2], list(grads[:2]))"
        )
    },
)

point_by_point = slip(
    "It takes a step for each point in turn. Each step is on all points at once.",
    {
        "params = sgd.step(params, list(grads))": "for i in range(len(x)):\n"
        "    point = x[i : i + 1], target[i : i + 1]\n"
        "    _, grads = backprop.loss_and_gradients(*point, *params)\n"
        "    params = sgd.step(params, list(grads))"
    },
)

targets_of_both_signs = slip(
    "The targets are −1 and 1. The labels themselves, 0 and 1, are the targets.",
    {"y[:, None].astype(np.float64)": "2 * y[:, None].astype(np.float64) - 1"},
)

biases_kept = slip(
    "The biases never move: they get a gradient too.",
    {"list(grads)": "[grads[0], None, grads[2], None]"},
)


# --- classify ---------------------------------------------------------------------------------

rounded = slip(
    "The output is rounded: 2 becomes a label. All above ½ is 1, all else 0.",
    {"(backprop.forward(x, *params)[:, 0] > 0.5)": ("np.rint(backprop.forward(x, *params)[:, 0])")},
)

border_at_zero = slip(
    "The border is at 0, as if a sigmoid came after. The outputs aim at 0 and 1, so it lies "
    "between them, at ½.",
    {"> 0.5": "> 0.0"},
)

half_is_enough = slip(
    "An output of just ½ gets the label 1; it has to be above ½.", {"> 0.5": ">= 0.5"}
)

one_column = slip(
    "The labels have shape (n, 1), one column, as the outputs do; (n,) is asked for.",
    {"[:, 0] > 0.5": " > 0.5"},
)

one_point_squeezed = slip(
    "Of a single point, `squeeze` takes away both axes: its label should have the shape (1,).",
    {"[:, 0] > 0.5": ".squeeze() > 0.5"},
)


# --- picture ----------------------------------------------------------------------------------

upside_down = slip(
    "It is upside down: the first line should be the one with the largest x₂.",
    {"middles[::-1]": "middles"},
)

turned_over = slip(
    "x₁ and x₂ have changed places: the first number of a point runs to the right.",
    {"[across, up]": "[up, across]"},
)

mirrored = slip(
    "It is mirrored: the first number of a point should grow from left to right.",
    {"np.meshgrid(middles,": "np.meshgrid(middles[::-1],"},
)

edges = slip(
    "The characters stand for the edges of their cells, not for their middles.",
    {"2 * (np.arange(size) + 0.5) / size - 0.5": "np.linspace(-0.5, 1.5, size)"},
)

float_steps = slip(
    "The middles are counted up with a float step. For some sizes, rounding lets in one too many; "
    "count with whole numbers.",
    {"2 * (np.arange(size) + 0.5) / size - 0.5": "np.arange(-0.5, 1.5, 2 / size) + 1 / size"},
)

no_border = slip(
    "The picture goes from 0 to 1; a border around the corners belongs to it.",
    {"2 * (np.arange(size) + 0.5) / size - 0.5": "(np.arange(size) + 0.5) / size"},
)

negative = slip(
    "The two characters have changed places: # stands for the label 1.", {'"·#"': '"#·"'}
)

newline_at_the_end = slip(
    "There is a newline at the end; newlines stand only between the lines.",
    {"labels.reshape(size, size))": 'labels.reshape(size, size)) + "\\n"'},
)
