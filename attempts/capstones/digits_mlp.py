from kata.attempts import rewrite, slip

LOSS = "return cross_entropy(logits, y), grads"
WEIGHTS = "rng.normal(scale=np.sqrt(2 / n_in), size=(n_out, n_in))"
EPOCHS = "for _ in range(epochs):"
BATCHES = "in minibatches(x, y, batch_size, rng):"

without_the_other_katas = rewrite(
    {
        "passed = []": (
            "inputs = [x]\nfor w, b in hidden:\n"
            "    inputs.append(np.clip(inputs[-1] @ w.T + b, 0, None))\n"
            "logits = inputs[-1] @ last[0].T + last[1]\n"
            "log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)\n"
            "delta, grads = (np.exp(log_p) - np.eye(logits.shape[1])[y]) / len(x), []\n"
            "for (w, _), at in zip([*hidden, last][::-1], inputs[::-1], strict=True):\n"
            "    grads = [delta.T @ at, delta.sum(axis=0), *grads]\n"
            "    delta = (delta @ w) * np.sign(at)\n"
            "return float(-log_p[np.arange(len(y)), y].mean()), grads"
        )
    }
)

standard_normal_and_scaled = rewrite(
    {WEIGHTS: "rng.standard_normal((n_in, n_out)).T * (2.0 / n_in) ** 0.5"}
)

through_the_order_of_logits = rewrite(
    {
        "forward(params, x).argmax(axis=1)": (
            'np.argsort(-forward(params, x), axis=1, kind="stable")[:, 0]'
        )
    }
)

with_a_list_of_batches = rewrite(
    {
        BATCHES: "in list(minibatches(x, y, batch_size, rng)):",
        "adam = Adam(lr=lr)": "adam = Adam(lr)",
    }
)

# --- init ------------------------------------------------------------------------------------

outputs_counted = slip(
    "The variance counts a layer's outputs, but its inputs are what adds up in a unit.",
    {"np.sqrt(2 / n_in)": "np.sqrt(2 / n_out)"},
)

variance_taken_for_deviation = slip(
    "2 / n_in is the variance, but it is used as the standard deviation.",
    {"np.sqrt(2 / n_in)": "2 / n_in"},
)

variance_without_the_two = slip(
    "The variance is 1 / n_in. ReLU halves the signal's power, and the 2 makes up for it.",
    {"np.sqrt(2 / n_in)": "np.sqrt(1 / n_in)"},
)

xavier = slip(
    "Inputs and outputs are averaged. That is Xavier's variance, made for tanh.",
    {"np.sqrt(2 / n_in)": "np.sqrt(2 / (n_in + n_out))"},
)

uniform = slip(
    "The weights are uniform; they should be normally distributed.",
    {"rng.normal(scale=np.sqrt(2 / n_in)": "np.sqrt(6 / n_in) * rng.uniform(-1, 1"},
)

zeros = slip(
    "All weights begin at 0: a layer's hidden units are alike, and no gradient tells them apart.",
    {WEIGHTS: "np.zeros((n_out, n_in))"},
)

biases_drawn = slip(
    "The biases are drawn too; they should begin at 0.",
    {"np.zeros(n_out)": "rng.normal(scale=0.1, size=n_out)"},
)

one_seed_for_all_layers = slip(
    "The layers' weights repeat the same numbers: they draw from generators in the same state.",
    {
        "params = []": "params, seed = [], rng.integers(2**32)",
        "rng.normal": "np.random.default_rng(seed).normal",
    },
)

# --- forward and predict ---------------------------------------------------------------------

relu_after_the_last_layer = slip(
    "The last layer goes through ReLU as well: negative logits are cut off.",
    {"return linear(x, *last)": "return relu(linear(x, *last))"},
)

no_relu = slip(
    "There is no ReLU between the layers: linear layers in a row are one linear layer.",
    {"x = relu(linear(x, w, b))": "x = linear(x, w, b)"},
)

probabilities = slip(
    "These are probabilities, but the cross-entropy takes logits.",
    {
        "return linear(x, *last)": (
            "x = linear(x, *last)\n"
            "e = np.exp(x - x.max(axis=1, keepdims=True))\n"
            "return e / e.sum(axis=1, keepdims=True)"
        )
    },
)

two_layers_only = slip(
    "Two layers are built in; `params` may hold any number of them.",
    {"for w, b in hidden:\n    x =": "for w, b in hidden[:1]:\n    x ="},
)

along_the_rows = slip(
    "The largest logit is searched among the rows, not among a row's classes.",
    {"argmax(axis=1)": "argmax(axis=0)"},
)

largest_logit = slip(
    "This is the largest logit itself. Which class has it?", {"argmax(axis=1)": "max(axis=1)"}
)

last_of_equal_logits = slip(
    "Of equal logits the last is taken, not the first.",
    {"argmax(axis=1)": 'argsort(axis=1, kind="stable")[:, -1]'},
)

exponentials_compared = slip(
    "exp of large logits is infinite and of very low ones 0, so that classes tie.",
    {"return forward(params, x).argmax": "return np.exp(forward(params, x)).argmax"},
)

# --- loss_and_gradients ----------------------------------------------------------------------

relu_forgotten_on_the_way_back = slip(
    "On the way back the gradient passes ReLU unchanged, through units that were off, too.",
    {"relu_backward(grad_x, z)": "grad_x"},
)

relu_of_the_gradient = slip(
    "`relu` is applied to the gradient itself. What counts is what went into ReLU.",
    {"relu_backward(grad_x, z)": "relu(grad_x)"},
)

masked_by_the_last_z = slip(
    "On the way back all layers are masked with the z of the last hidden one.",
    {"for x, w, b, z in reversed(passed)": "for x, w, b, _ in reversed(passed)"},
)

gradients_backwards = slip(
    "The gradients stand last layer first, not in the order of their parameters.",
    {"[grad_w, grad_b, *grads]": "[*grads, grad_w, grad_b]"},
)

gradients_of_the_sum = slip(
    "The gradients are those of the sum over the rows; the loss is the mean.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(float(len(x)),"},
)

the_loss_of_the_sum = slip(
    "The loss is the sum over the rows; it should be their mean, whose gradients these are.",
    {LOSS: "return cross_entropy(logits, y) * len(y), grads"},
)

divided_twice = slip(
    "The gradients are divided by n twice: `cross_entropy_backward` has done so already.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(1.0 / len(x),"},
)

loss_for_upstream_gradient = slip(
    "Backpropagation starts from the value of the loss; it should start from 1.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(cross_entropy(logits, y),"},
)

half_the_loss = slip(
    "The loss and all gradients are halved: cross-entropy has no factor ½.",
    {
        "cross_entropy_backward(1.0,": "cross_entropy_backward(0.5,",
        LOSS: "return cross_entropy(logits, y) / 2, grads",
    },
)

last_layer_only = slip(
    "Only the last layer gets a gradient: none is carried on through ReLU to the layers before.",
    {"relu_backward(grad_x, z)": "np.zeros_like(z)"},
)

# --- train -----------------------------------------------------------------------------------

clipped = slip(
    "Long gradients are shortened. Each step should take them as they are.",
    {
        "params = adam.step(params, grads)": (
            "norm = np.sqrt(sum(np.sum(grad**2) for grad in grads))\n"
            "params = adam.step(params, [grad / max(norm, 1.0) for grad in grads])"
        )
    },
)

steps_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {"params = adam.step(": "adam.step("},
)

a_new_adam_for_every_batch = slip(
    "Every step is made by a new Adam, which remembers nothing.",
    {"params = adam.step(": "params = Adam(lr=lr).step("},
)

a_new_adam_for_every_epoch = slip(
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
    {EPOCHS: "for _ in range(epochs):\n    adam = Adam(lr=lr)"},
)

dealt_once = slip(
    "Every epoch has the same batches in the same order. Each should deal the rows anew.",
    {
        EPOCHS: "batches = list(minibatches(x, y, batch_size, rng))\nfor _ in range(epochs):",
        BATCHES: "in batches:",
    },
)

batches_used_up = slip(
    "The generator of batches is made once, and after the first epoch it is used up.",
    {
        EPOCHS: "batches = iter(minibatches(x, y, batch_size, rng))\nfor _ in range(epochs):",
        BATCHES: "in batches:",
    },
)

one_epoch_too_few = slip("There is one epoch too few.", {"range(epochs)": "range(epochs - 1)"})

no_epochs_are_one = slip(
    "With 0 epochs one is trained: the params should be those that `init` draws.",
    {"range(epochs)": "range(epochs or 1)"},
)

drops_the_last_batch = slip(
    "A smaller last batch is left out.", {"batch_size, rng):": "batch_size, rng, drop_last=True):"}
)

first_batch_only = slip(
    "Only the first batch of each epoch makes a step: the loop ends too early.",
    {"params = adam.step(params, grads)": "params = adam.step(params, grads)\nbreak"},
)

all_rows_at_once = slip(
    "`batch_size` is ignored: each epoch makes a single step on all rows.",
    {"batch_size, rng):": "len(x), rng):"},
)

default_step_size = slip(
    "`lr` is ignored: Adam is made with its default step size.", {"Adam(lr=lr)": "Adam()"}
)

plain_gradient_descent = slip(
    "These are the plain steps of gradient descent, not Adam's.",
    {
        "adam.step(params, grads)": (
            "[p - lr * grad for p, grad in zip(params, grads, strict=True)]"
        )
    },
)

eps_of_another_framework = slip(
    "Adam's eps is 1e-7; all its settings but `lr` should have their defaults.",
    {"Adam(lr=lr)": "Adam(lr=lr, eps=1e-7)"},
)

dealt_alike_in_every_run = slip(
    "The batches are dealt by a generator with a fixed seed, so every run deals them alike.",
    {
        EPOCHS: "dealer = np.random.default_rng(0)\nfor _ in range(epochs):",
        "batch_size, rng):": "batch_size, dealer):",
    },
)
