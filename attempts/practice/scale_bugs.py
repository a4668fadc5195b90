from kata.attempts import rewrite, slip

SCALED = "images.reshape(len(images), -1) / 255"
W1 = "rng.normal(size=(hidden, pixels)) * np.sqrt(2 / pixels)"
W2 = "rng.normal(size=(classes, hidden)) * np.sqrt(2 / hidden)"
DRAWN = f"w1 = {W1}\nw2 = {W2}"
MEAN = "grad_logits /= len(y)  # The mean: the step does not grow with the batch."
NORM = "np.sqrt(sum((grad**2).sum() for grad in grads))"
SCALE = "min(1.0, max_norm / (norm + 1e-6))"
DECAYS = "[decay, 0.0, decay, 0.0]"
MOVE = "param - lr * (scale * grad + rate * param)"
BATCHES = "range(0, len(x), batch_size)"
STEP = "params = step(params, grads, lr, max_norm=1.0, decay=1e-4)"

from_uniform_weights = rewrite(
    {
        SCALED: "np.stack([image.ravel() for image in images]).astype(np.float64) / 255",
        DRAWN: (
            "w1 = rng.uniform(-1, 1, size=(hidden, pixels)) * np.sqrt(6 / pixels)\n"
            "w2 = rng.uniform(-1, 1, size=(classes, hidden)) * np.sqrt(6 / hidden)"
        ),
        MEAN: "",
        "grad_hidden = (grad_logits @ w2) * (hidden > 0)\n": (
            "grad_hidden = (grad_logits @ w2) * (hidden > 0) / len(y)\n"
            "grad_logits = grad_logits / len(y)\n"
        ),
        NORM: "np.linalg.norm([np.linalg.norm(grad) for grad in grads])",
    }
)

with_decay_by_shape = rewrite(
    {
        DRAWN: (
            "w1 = rng.normal(scale=(2 / pixels) ** 0.5, size=(hidden, pixels))\n"
            "w2 = rng.normal(scale=(2 / hidden) ** 0.5, size=(classes, hidden))"
        ),
        MEAN: "grad_logits = np.divide(grad_logits, len(x))",
        f"norm = {NORM}": "norm = np.linalg.norm(np.concatenate([grad.ravel() for grad in grads]))",
        SCALE: "max_norm / max(max_norm, norm + 1e-6)",
        DECAYS: "[decay if param.ndim == 2 else 0.0 for param in params]",
        MOVE: "param * (1 - lr * rate) - lr * scale * grad",
    }
)

# --- The four bugs of the stub, each alone -----------------------------------------------------

pixels_up_to_255 = slip(
    "The pixels are not scaled: inputs of up to 255 make gradients hundreds of times too large.",
    {SCALED: "images.reshape(len(images), -1).astype(np.float64)"},
)

weights_of_variance_1 = slip(
    "The weights have variance 1, whatever the number of inputs: the sums grow with each layer.",
    {W1: "rng.normal(size=(hidden, pixels))", W2: "rng.normal(size=(classes, hidden))"},
)

sums_for_means = slip(
    "The gradients are those of the sum of the losses: with a larger batch the steps grow.",
    {MEAN: ""},
)

moves_clipped = slip(
    "lr times the gradient is clipped. Clip the gradient; then lr decides how far a step goes.",
    {
        f"norm = {NORM}": (
            "grads = [lr * grad for grad in grads]\n"
            "norm = np.sqrt(sum((grad**2).sum() for grad in grads))"
        ),
        MOVE: "param - scale * grad - lr * rate * param",
    },
)

# --- Repairs that go wrong ---------------------------------------------------------------------

scaled_by_the_largest = slip(
    "The pixels are divided by the largest one that is there, so a picture's scale depends on the "
    "others.",
    {SCALED: "images.reshape(len(images), -1) / max(int(images.max()), 1)"},
)

scaled_one_by_one = slip(
    "Each picture is divided by its own largest pixel: a dark one becomes bright.",
    {
        SCALED: (
            "images.reshape(len(images), -1) / np.maximum(\n"
            "    images.reshape(len(images), -1).max(axis=1, keepdims=True), 1\n"
            ")"
        )
    },
)

divided_in_integers = slip(
    "An integer division leaves only 0 and 1.",
    {SCALED: "(images.reshape(len(images), -1) // 255).astype(np.float64)"},
)

divided_by_256 = slip(
    "The pixels are divided by 256, so the brightest is less than 1.",
    {SCALED: "images.reshape(len(images), -1) / 256"},
)

scaled_to_both_sides_of_0 = slip(
    "The pixels are scaled to -1 … 1; 0 … 1 is asked for.",
    {SCALED: "images.reshape(len(images), -1) / 127.5 - 1"},
)

variance_for_deviation = slip(
    "The weights are scaled by their variance. Scale by its root, the standard deviation.",
    {
        DRAWN: DRAWN.replace("np.sqrt(2 / pixels)", "(2 / pixels)").replace(
            "np.sqrt(2 / hidden)", "(2 / hidden)"
        )
    },
)

uniform_of_a_third = slip(
    "Uniform weights within ±√(2 / inputs) have a third of the variance that is asked for.",
    {DRAWN: DRAWN.replace("rng.normal(", "rng.uniform(-1, 1, ")},
)

variance_1_by_inputs = slip(
    "The variance is 1 / inputs. ReLU takes away half, so 2 / inputs is asked for.",
    {
        W1: "rng.normal(size=(hidden, pixels)) * np.sqrt(1 / pixels)",
        W2: "rng.normal(size=(classes, hidden)) * np.sqrt(1 / hidden)",
    },
)

variance_by_outputs = slip(
    "The variance is divided by the number of outputs of a layer; inputs are asked for.",
    {
        W1: "rng.normal(size=(hidden, pixels)) * np.sqrt(2 / hidden)",
        W2: "rng.normal(size=(classes, hidden)) * np.sqrt(2 / classes)",
    },
)

variance_by_both = slip(
    "This is Xavier's variance, 2 / (inputs + outputs).",
    {
        W1: "rng.normal(size=(hidden, pixels)) * np.sqrt(2 / (pixels + hidden))",
        W2: "rng.normal(size=(classes, hidden)) * np.sqrt(2 / (hidden + classes))",
    },
)

only_the_first_layer = slip(
    "The weights of the second layer still have variance 1.",
    {W2: "rng.normal(size=(classes, hidden))"},
)

inputs_of_the_first_layer = slip(
    "The second layer's variance is worked out from the first one's inputs.",
    {W2: "rng.normal(size=(classes, hidden)) * np.sqrt(2 / pixels)"},
)

outputs_of_the_second_layer = slip(
    "The second layer's variance is divided by its number of outputs; inputs are asked for.",
    {W2: "rng.normal(size=(classes, hidden)) * np.sqrt(2 / classes)"},
)

small_weights_for_all = slip(
    "The weights have a standard deviation of 0.01, whatever the number of inputs.",
    {
        W1: "rng.normal(size=(hidden, pixels)) * 0.01",
        W2: "rng.normal(size=(classes, hidden)) * 0.01",
    },
)

mean_over_classes_too = slip(
    "The gradients are divided by the number of classes as well.",
    {MEAN: "grad_logits /= grad_logits.size"},
)

mean_in_the_second_layer_only = slip(
    "Only the second layer's gradients are divided by the number of rows.",
    {
        MEAN: "",
        "grad_logits.T @ hidden": "grad_logits.T @ hidden / len(y)",
        "grad_logits.sum(axis=0)": "grad_logits.mean(axis=0)",
    },
)

mean_in_the_biases_only = slip(
    "Only the biases' gradients are divided by the number of rows.",
    {
        MEAN: "",
        "grad_hidden.sum(axis=0)": "grad_hidden.mean(axis=0)",
        "grad_logits.sum(axis=0)": "grad_logits.mean(axis=0)",
    },
)

divided_twice = slip(
    "The first layer's gradients are divided by the number of rows twice.",
    {"(grad_logits @ w2) * (hidden > 0)": "(grad_logits @ w2) * (hidden > 0) / len(y)"},
)

without_the_maximum = slip(
    "exp overflows for large logits: their maximum is not subtracted first.",
    {"np.exp(logits - logits.max(axis=1, keepdims=True))": "np.exp(logits)"},
)

clipped_one_by_one = slip(
    "Each array is clipped by its own norm, so the direction of the step changes.",
    {
        f"norm = {NORM}\nscale = {SCALE}": (
            "norms = [np.sqrt((grad**2).sum()) for grad in grads]\n"
            "grads = [\n"
            "    grad * min(1.0, max_norm / (norm + 1e-6))\n"
            "    for grad, norm in zip(grads, norms, strict=True)\n"
            "]\n"
            "scale = 1.0"
        )
    },
)

clipped_by_value = slip(
    "Each entry is limited on its own. Clip the norm of all gradients together.",
    {
        f"norm = {NORM}\nscale = {SCALE}": (
            "grads = [np.clip(grad, -max_norm, max_norm) for grad in grads]\nscale = 1.0"
        )
    },
)

never_clipped = slip("The gradients are no longer clipped.", {SCALE: "1.0"})

always_scaled = slip(
    "Short gradients are stretched. Only long ones should change.",
    {SCALE: "max_norm / (norm + 1e-6)"},
)

nothing_added_to_the_norm = slip(
    "The 1e-6 beside the norm is missing.", {SCALE: "min(1.0, max_norm / max(norm, 1e-300))"}
)

norm_without_the_root = slip(
    "The gradients are compared by the square of their norm; the root is missing.",
    {NORM: "sum((grad**2).sum() for grad in grads)"},
)

norms_added = slip(
    "The norms of the arrays are added. It is their squares that add up, to the norm's square.",
    {NORM: "sum(np.sqrt((grad**2).sum()) for grad in grads)"},
)

biases_decay_too = slip("The biases decay too.", {DECAYS: "[decay] * 4"})

decay_without_lr = slip(
    "The decay is not multiplied by lr.", {MOVE: "param - lr * scale * grad - rate * param"}
)

decay_clipped_too = slip(
    "The decay is scaled with the gradients. It is added after the clipping.",
    {MOVE: "param - lr * scale * (grad + rate * param)"},
)

no_decay = slip("The weights do not decay.", {DECAYS: "[0.0] * 4"})

weights_grow = slip(
    "The decay has the wrong sign: weights grow.",
    {MOVE: "param - lr * (scale * grad - rate * param)"},
)

uphill = slip(
    "The step goes up the gradient.", {MOVE: "param + lr * (scale * grad - rate * param)"}
)

last_batch_lost = slip(
    "A smaller last batch is left out.", {BATCHES: "range(0, len(x) - batch_size + 1, batch_size)"}
)

rate_for_the_sum = slip(
    "lr is divided by the size of the batch. The gradients are means already.",
    {STEP: "params = step(params, grads, lr / len(x[rows]), max_norm=1.0, decay=1e-4)"},
)

first_params_in_every_epoch = slip(
    "Each epoch starts from the first params again.",
    {"for _ in range(epochs):\n": "first = params\nfor _ in range(epochs):\n    params = first\n"},
)
