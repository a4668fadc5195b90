import numpy as np

from exercises.basics.linear import linear, linear_backward
from exercises.basics.relu import relu, relu_backward
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.minibatches import minibatches
from kata.attempts import right, slip
from solutions.capstones.digits_mlp import forward, init, loss_and_gradients, predict, train


@right(loss_and_gradients)
def recursive(params, x, y):
    def from_layer(params, x):
        """The loss, its gradient with respect to x, and those with respect to params."""
        (w, b), rest = params[:2], params[2:]
        z = linear(x, w, b)
        if rest:
            loss, grad, later = from_layer(rest, relu(z))
            grad = relu_backward(grad, z)
        else:
            loss, grad, later = cross_entropy(z, y), cross_entropy_backward(1.0, z, y), []
        grad_x, grad_w, grad_b = linear_backward(grad, x, w, b)
        return loss, grad_x, [grad_w, grad_b, *later]

    loss, _, grads = from_layer(list(params), x)
    return loss, grads


@right(loss_and_gradients)
def without_the_other_katas(params, x, y):
    ws, bs = params[0::2], params[1::2]
    activations = [x]
    for w, b in zip(ws[:-1], bs[:-1], strict=True):
        activations.append(np.clip(activations[-1] @ w.T + b, 0, None))
    logits = activations[-1] @ ws[-1].T + bs[-1]
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    delta = (np.exp(log_p) - np.eye(logits.shape[1])[y]) / len(x)
    grads = []
    for w, activation in zip(ws[::-1], activations[::-1], strict=True):
        grads[:0] = [np.einsum("no,ni->oi", delta, activation), delta.sum(axis=0)]
        delta = (delta @ w) * np.sign(activation)
    return float(-log_p[np.arange(len(y)), y].mean()), grads


@right(init)
def standard_normal_and_scaled(sizes, rng):
    params = []
    for i in range(1, len(sizes)):
        w = rng.standard_normal((sizes[i - 1], sizes[i])).T
        params += [w * (2.0 / sizes[i - 1]) ** 0.5, np.zeros((sizes[i],))]
    return params


@right(predict)
def through_the_order_of_logits(params, x):
    return np.argsort(-forward(params, x), axis=1, kind="stable")[:, 0]


@right(train)
def with_a_list_of_batches(x, y, sizes, epochs, batch_size, lr, rng):
    params, adam = init(sizes, rng), Adam(lr)
    while epochs > 0:
        for rows, labels in list(minibatches(x, y, batch_size, rng)):
            params = adam.step(params, loss_and_gradients(params, rows, labels)[1])
        epochs -= 1
    return params


# --- init ------------------------------------------------------------------------------------

outputs_counted = slip(
    "The variance counts a layer's outputs. What adds up in one unit is its inputs: their number "
    "belongs there.",
    {"np.sqrt(2 / n_in)": "np.sqrt(2 / n_out)"},
)

variance_taken_for_deviation = slip(
    "2 / n_in is the variance, but here it is the standard deviation.",
    {"np.sqrt(2 / n_in)": "2 / n_in"},
)

variance_without_the_two = slip(
    "The variance is 1 / n_in. ReLU drops half of the signal's power, and the 2 makes up for it.",
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
    "All weights begin at 0: all hidden units of a layer are then alike, get the same gradient and "
    "stay alike.",
    {"rng.normal(scale=np.sqrt(2 / n_in), size=(n_out, n_in))": "np.zeros((n_out, n_in))"},
)

biases_drawn = slip(
    "The biases are drawn too; they should begin at 0.",
    {"np.zeros(n_out)": "rng.normal(scale=0.1, size=n_out)"},
)

weights_turned_over = slip(
    "The weights have shape (in, out); `linear` takes (out, in).",
    {"size=(n_out, n_in)": "size=(n_in, n_out)"},
)

fixed_seed = slip(
    "Every call draws the same weights: a generator with a fixed seed stands in for `rng`.",
    {"params = []": "params, rng = [], np.random.default_rng(0)"},
)

another_generator = slip(
    "The weights do not come from the argument `rng` but from another generator, so no run can be "
    "repeated.",
    {"params = []": "params, rng = [], np.random.default_rng()"},
)

own_generator_after_the_first_layer = slip(
    "Only the first layer is drawn from `rng`; the others come from a generator with a fixed seed.",
    {
        "params.append(np.zeros(n_out))": "params.append(np.zeros(n_out))\n"
        "rng = np.random.default_rng(0)"
    },
)

one_seed_for_all_layers = slip(
    "All layers draw from generators in the same state, so that their weights repeat the same "
    "numbers. Draw all of them from `rng` itself.",
    {
        "params = []": "params, seed = [], rng.integers(2**32)",
        "rng.normal": "np.random.default_rng(seed).normal",
    },
)


# --- forward and predict ---------------------------------------------------------------------

relu_after_the_last_layer = slip(
    "The last layer goes through ReLU as well: negative logits are cut off, and with them all "
    "gradients through them.",
    {"return linear(x, *last)": "return relu(linear(x, *last))"},
)

no_relu = slip(
    "There is no ReLU between the layers: any number of linear layers is just one linear layer.",
    {"x = relu(linear(x, w, b))": "x = linear(x, w, b)"},
)

probabilities = slip(
    "These are probabilities. Leave the softmax out: the cross-entropy takes logits.",
    {
        "return linear(x, *last)": "x = linear(x, *last)\n"
        "e = np.exp(x - x.max(axis=1, keepdims=True))\n"
        "return e / e.sum(axis=1, keepdims=True)"
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
    "Sorting puts the last of equal logits at the end; argmax takes the first.",
    {"argmax(axis=1)": 'argsort(axis=1, kind="stable")[:, -1]'},
)

exponentials_compared = slip(
    "exp of large logits is infinite and of very low ones 0, so that classes tie. The largest "
    "logit has the largest probability: compare the logits.",
    {"return forward(params, x).argmax": "return np.exp(forward(params, x)).argmax"},
)


# --- loss_and_gradients ----------------------------------------------------------------------

relu_forgotten_on_the_way_back = slip(
    "On the way back the gradient passes ReLU as if it were not there. Units that were cut off let "
    "nothing through.",
    {"relu_backward(grad_x, z)": "grad_x"},
)

relu_of_the_gradient = slip(
    "`relu` is applied to the gradient itself. What counts is the sign of what went into ReLU on "
    "the way forward.",
    {"relu_backward(grad_x, z)": "relu(grad_x)"},
)

masked_by_the_last_z = slip(
    "On the way back all layers are masked with the z of the last hidden one. Each has its own.",
    {"for x, w, b, z in reversed(passed)": "for x, w, b, _ in reversed(passed)"},
)

gradients_backwards = slip(
    "The gradients stand in the order of the way back, last layer first. Each should have the "
    "place of its parameter.",
    {"[grad_w, grad_b, *grads]": "[*grads, grad_w, grad_b]"},
)

gradients_of_the_sum = slip(
    "The gradients are those of the sum over the rows; the loss is the mean.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(float(len(x)),"},
)

the_loss_of_the_sum = slip(
    "The loss is the sum over the rows; it should be their mean, whose gradients these are.",
    {"return cross_entropy(logits, y), grads": "return cross_entropy(logits, y) * len(y), grads"},
)

divided_twice = slip(
    "The mean over the rows is taken twice: `cross_entropy_backward` has divided already.",
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
        "return cross_entropy(logits, y), grads": "return cross_entropy(logits, y) / 2, grads",
    },
)

last_layer_only = slip(
    "Only the last layer gets a gradient: it is not carried on through ReLU to the layers before.",
    {"relu_backward(grad_x, z)": "np.zeros_like(z)"},
)


# --- train -----------------------------------------------------------------------------------

steps_thrown_away = slip(
    "What `step` returns is thrown away. It writes into nothing: the new params are its result.",
    {"params = adam.step(": "adam.step("},
)

a_new_adam_for_every_batch = slip(
    "Every step is made by a new Adam, which remembers nothing: make one before the loops.",
    {"params = adam.step(": "params = Adam(lr=lr).step("},
)

a_new_adam_for_every_epoch = slip(
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
    {"for _ in range(epochs):": "for _ in range(epochs):\n    adam = Adam(lr=lr)"},
)

dealt_once = slip(
    "Every epoch has the same batches in the same order; each should deal the rows anew. Were the "
    "batches made before the loop, or shuffled by a fixed seed, or not at all?",
    {
        "for _ in range(epochs):": "batches = list(minibatches(x, y, batch_size, rng))\n"
        "for _ in range(epochs):",
        "in minibatches(x, y, batch_size, rng):": "in batches:",
    },
)

batches_used_up = slip(
    "The generator of batches is made once, before the loop over the epochs. After the first epoch "
    "it is used up.",
    {
        "for _ in range(epochs):": "batches = iter(minibatches(x, y, batch_size, rng))\n"
        "for _ in range(epochs):",
        "in minibatches(x, y, batch_size, rng):": "in batches:",
    },
)

one_epoch_too_few = slip("There is one epoch too few.", {"range(epochs)": "range(epochs - 1)"})

no_epochs_are_one = slip(
    "With 0 epochs one is trained: the params should then be those that `init` draws.",
    {"range(epochs)": "range(epochs or 1)"},
)

drops_the_last_batch = slip(
    "A smaller last batch is left out; it should make a step like the others.",
    {"batch_size, rng):": "batch_size, rng, drop_last=True):"},
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
    {"adam.step(params, grads)": "[p - lr * grad for p, grad in zip(params, grads, strict=True)]"},
)

eps_of_another_framework = slip(
    "Adam's eps is 1e-7; all its settings but `lr` should have their defaults.",
    {"Adam(lr=lr)": "Adam(lr=lr, eps=1e-7)"},
)

dealt_by_another_generator = slip(
    "The batches are dealt by a generator without a seed, so no run can be repeated. Pass on the "
    "argument `rng`.",
    {"batch_size, rng):": "batch_size, np.random.default_rng()):"},
)

dealt_alike_in_every_run = slip(
    "The batches are dealt by a generator with a fixed seed, so that every run deals them alike. "
    "Pass on the argument `rng`.",
    {
        "for _ in range(epochs):": "dealer = np.random.default_rng(0)\nfor _ in range(epochs):",
        "batch_size, rng):": "batch_size, dealer):",
    },
)
