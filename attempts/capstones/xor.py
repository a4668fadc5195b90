from kata.attempts import rewrite, slip

W1 = "rng.normal(scale=np.sqrt(2 / 2), size=(hidden, 2))"
W2 = "rng.normal(scale=np.sqrt(2 / hidden), size=(1, hidden))"
STEP = "params = sgd.step(params, list(grads))"
LOSS = "loss, grads = backprop.loss_and_gradients(x, target, *params)"
BY_HAND = (
    "w1, b1, w2, b2 = params\n"
    "h = np.clip(x @ w1.T + b1, 0, None)\n"
    "error = h @ w2.T + b2 - target\n"
    "loss, delta = float(np.mean(error**2)), 2 * error / len(y)\n"
    "delta_h = delta @ w2 * np.sign(h)\n"
    "grads = delta_h.T @ x, delta_h.sum(axis=0), delta.T @ h, delta.sum(axis=0)"
)
MIDDLES = "2 * (np.arange(size) + 0.5) / size - 0.5"

counted_mistakes = rewrite(
    {
        "np.mean(perceptron.predict(x, w, b) == y)": (
            "1 - sum(perceptron.predict(x, w, b) != y) / len(y)"
        )
    }
)

standard_normal_and_scaled = rewrite(
    {
        W1: "rng.standard_normal((hidden, 2))",
        W2: "rng.standard_normal((hidden, 1)).T * (2.0 / hidden) ** 0.5",
    }
)

without_the_other_katas = rewrite(
    {
        LOSS: BY_HAND,
        STEP: ("params = [param - lr * grad for param, grad in zip(params, grads, strict=True)]"),
    }
)

one_point_at_a_time = rewrite(
    {
        "return (backprop.forward(x, *params)[:, 0] > 0.5).astype(np.int64)": (
            "outputs = [backprop.forward(point[None], *params).item() for point in x]\n"
            "return np.array([output > 0.5 for output in outputs], dtype=np.int64)"
        )
    }
)

cell_by_cell = rewrite(
    {
        "across, up = np.meshgrid(middles, middles[::-1])": (
            "rows = [np.array([[x1, x2] for x1 in middles]) for x2 in middles[::-1]]\n"
            'lines = (["·#"[label] for label in classify(params, row)] for row in rows)\n'
            'return "\\n".join(map("".join, lines))'
        )
    }
)

# --- perceptron_accuracy ----------------------------------------------------------------------

share_of_errors = slip(
    "This is the share of wrong labels. The accuracy is the share of right ones.",
    {"predict(x, w, b) == y": "predict(x, w, b) != y"},
)

number_of_right_ones = slip(
    "This is the number of right labels, not their share.",
    {"np.mean(perceptron": "np.sum(perceptron"},
)

mistakes_on_the_way = slip(
    "The last epoch's mistakes are counted, but w and b were still moving when they were made.",
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
    "With 0 epochs it fits for one, though nothing should be learned then.",
    {"fit(x, y, epochs, lr)": "fit(x, y, epochs or 1, lr)"},
)

# --- init -------------------------------------------------------------------------------------

zeros = slip(
    "All weights begin at 0: the hidden units are alike and no gradient tells them apart.",
    {W1: "np.zeros((hidden, 2))", W2: "np.zeros((1, hidden))"},
)

w2_not_scaled = slip(
    "w2 is drawn with variance 1. Its layer has `hidden` inputs.",
    {"scale=np.sqrt(2 / hidden), ": ""},
)

variance_taken_for_deviation = slip(
    "2 over the number of inputs is the variance, but it is used as the standard deviation.",
    {"np.sqrt(2 / hidden)": "2 / hidden", "np.sqrt(2 / 2)": "2 / 2"},
)

variance_without_the_two = slip(
    "The variance is 1 over the number of inputs; it should be 2 over that number.",
    {"np.sqrt(2 / hidden)": "np.sqrt(1 / hidden)", "np.sqrt(2 / 2)": "np.sqrt(1 / 2)"},
)

outputs_counted = slip(
    "The variance counts a layer's outputs, but its inputs are what adds up in a unit.",
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

one_seed_for_both_layers = slip(
    "w2 repeats numbers of w1: both layers draw from generators in the same state.",
    {
        "w1 = rng.normal": "seed = rng.integers(2**32)\nw1 = np.random.default_rng(seed).normal",
        "w2 = rng.normal": "w2 = np.random.default_rng(seed).normal",
    },
)

# --- train ------------------------------------------------------------------------------------

uphill = slip("It goes up the slope: the gradient is added.", {"SGD(lr)": "SGD(-lr)"})

losses_after_the_steps = slip(
    "The losses are those after each step; the first should be that of the start.",
    {"losses.append(loss)": ("losses.append(backprop.loss_and_gradients(x, target, *params)[0])")},
)

a_slope_of_1_at_0 = slip(
    "Where the input of relu is exactly 0, a gradient passes. Its derivative counts as 0 there.",
    {LOSS: BY_HAND.replace("np.sign(h)", "(x @ w1.T + b1 >= 0)")},
)

step_thrown_away = slip(
    "What `step` returns is thrown away, so every step begins at the same params.",
    {"params = sgd.step(": "sgd.step("},
)

half_the_loss = slip(
    "The loss is halved, and with it every step. The loss of `backprop` has no ½.",
    {"list(grads)": "[grad / 2 for grad in grads]", "append(loss)": "append(loss / 2)"},
)

halved_losses = slip(
    "The losses are halved. The loss of `backprop` has no ½.", {"append(loss)": "append(loss / 2)"}
)

one_step_more = slip("It takes one step more than asked.", {"range(steps)": "range(steps + 1)"})

last_step_forgotten = slip(
    "It takes one step fewer: the params returned are those before the last step.",
    {STEP: "params = sgd.step(params, list(grads)) if len(losses) < steps - 1 else params"},
)

early_end = slip(
    "It ends early where the gradients are 0, though all steps should be taken.",
    {
        "losses.append(loss)": (
            "losses.append(loss)\nif all(np.abs(grad).max() < 1e-9 for grad in grads):\n    break"
        )
    },
)

layer_by_layer = slip(
    "The second layer moves first, and the first layer's gradients are taken with the new w2.",
    {
        STEP: (
            "params[2:] = sgd.step(params[2:], list(grads[2:]))\n"
            "_, grads = backprop.loss_and_gradients(x, target, *params)\n"
            "params[:2] = sgd.step(params[:2], list(grads[:2]))"
        )
    },
)

point_by_point = slip(
    "It takes a step for each point in turn. Each step should be on all points at once.",
    {
        STEP: (
            "for i in range(len(x)):\n"
            "    point = x[i : i + 1], target[i : i + 1]\n"
            "    _, grads = backprop.loss_and_gradients(*point, *params)\n"
            "    params = sgd.step(params, list(grads))"
        )
    },
)

targets_of_both_signs = slip(
    "The targets are −1 and 1. They should be the labels themselves.",
    {"y[:, None].astype(np.float64)": "2 * y[:, None].astype(np.float64) - 1"},
)

biases_kept = slip(
    "The biases never move, though they have gradients too.",
    {"list(grads)": "[grads[0], None, grads[2], None]"},
)

# --- classify ---------------------------------------------------------------------------------

rounded = slip(
    "The output is rounded, so 2 becomes a label. Labels are 0 or 1.",
    {"(backprop.forward(x, *params)[:, 0] > 0.5)": ("np.rint(backprop.forward(x, *params)[:, 0])")},
)

border_at_zero = slip(
    "The border is at 0, as if a sigmoid came after. The outputs aim at 0 and 1.",
    {"> 0.5": "> 0.0"},
)

half_is_enough = slip(
    "An output of exactly ½ gets the label 1; it should be above ½.", {"> 0.5": ">= 0.5"}
)

# --- picture ----------------------------------------------------------------------------------

upside_down = slip(
    "It is upside down: the first line should have the largest x₂.", {"middles[::-1]": "middles"}
)

turned_over = slip(
    "x₁ and x₂ have changed places: x₁ runs to the right.", {"[across, up]": "[up, across]"}
)

mirrored = slip(
    "It is mirrored: x₁ should grow from left to right.",
    {"np.meshgrid(middles,": "np.meshgrid(middles[::-1],"},
)

edges = slip(
    "The characters stand for the edges of their cells, not for their middles.",
    {MIDDLES: "np.linspace(-0.5, 1.5, size)"},
)

float_steps = slip(
    "The middles are counted up with a float step: for some sizes, rounding adds one too many.",
    {MIDDLES: "np.arange(-0.5, 1.5, 2 / size) + 1 / size"},
)

no_border = slip(
    "The picture goes from 0 to 1, without the border around the corners.",
    {MIDDLES: "(np.arange(size) + 0.5) / size"},
)

negative = slip(
    "The two characters have changed places: # stands for the label 1.", {'"·#"': '"#·"'}
)
