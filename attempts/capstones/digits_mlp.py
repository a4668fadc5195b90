from itertools import pairwise

import numpy as np

from exercises.basics.linear import linear, linear_backward
from exercises.basics.relu import relu, relu_backward
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.minibatches import minibatches
from kata.attempts import right, wrong
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


def drawn(sizes, rng, scale, draw=None):
    """Params like the solution's, except for what `scale` makes of (n_in, n_out)."""
    draw = draw or rng.standard_normal
    pairs = [(scale(i, o) * draw((o, i)), np.zeros(o)) for i, o in pairwise(sizes)]
    return [param for pair in pairs for param in pair]


@wrong(
    init,
    "The variance counts a layer's outputs. What adds up in one unit is its inputs: their number "
    "belongs there.",
)
def outputs_counted(sizes, rng):
    return drawn(sizes, rng, lambda n_in, n_out: np.sqrt(2 / n_out))


@wrong(init, "2 / n_in is the variance, but here it is the standard deviation.")
def variance_taken_for_deviation(sizes, rng):
    return drawn(sizes, rng, lambda n_in, n_out: 2 / n_in)


@wrong(
    init,
    "The variance is 1 / n_in. ReLU drops half of the signal's power, and the 2 makes up for it.",
)
def variance_without_the_two(sizes, rng):
    return drawn(sizes, rng, lambda n_in, n_out: np.sqrt(1 / n_in))


@wrong(init, "Inputs and outputs are averaged. That is Xavier's variance, made for tanh.")
def xavier(sizes, rng):
    return drawn(sizes, rng, lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)))


@wrong(init, "The weights are uniform; they should be normally distributed.")
def uniform(sizes, rng):
    def uniform_of_variance_one(shape):
        return rng.uniform(-np.sqrt(3), np.sqrt(3), size=shape)

    return drawn(sizes, rng, lambda n_in, n_out: np.sqrt(2 / n_in), uniform_of_variance_one)


@wrong(
    init,
    "All weights begin at 0: all hidden units of a layer are then alike, get the same gradient and "
    "stay alike.",
)
def zeros(sizes, rng):
    return drawn(sizes, rng, lambda n_in, n_out: 0.0)


@wrong(init, "The biases are drawn too; they should begin at 0.")
def biases_drawn(sizes, rng):
    pairs = zip(init(sizes, rng)[::2], sizes[1:], strict=True)
    return [param for w, n_out in pairs for param in (w, rng.normal(scale=0.1, size=n_out))]


@wrong(init, "The weights have shape (in, out); `linear` takes (out, in).")
def weights_turned_over(sizes, rng):
    return [param.T.copy() for param in init(sizes, rng)]


@wrong(
    init,
    "Every call draws the same weights: a generator with a fixed seed stands in for `rng`.",
)
def fixed_seed(sizes, rng):
    return init(sizes, np.random.default_rng(0))


@wrong(
    init,
    "The weights do not come from the argument `rng` but from another generator, so no run can be "
    "repeated.",
)
def another_generator(sizes, rng):
    return init(sizes, np.random.default_rng())


@wrong(
    init,
    "Only the first layer is drawn from `rng`; the others come from a generator with a fixed seed.",
)
def own_generator_after_the_first_layer(sizes, rng):
    first = init(sizes[:2], rng)
    return first + init(sizes, np.random.default_rng(0))[2:]


@wrong(
    init,
    "All layers draw from generators in the same state, so that their weights repeat the same "
    "numbers. Draw all of them from `rng` itself.",
)
def one_seed_for_all_layers(sizes, rng):
    seed = rng.integers(2**32)
    pairs = [init(pair, np.random.default_rng(seed)) for pair in pairwise(sizes)]
    return [param for pair in pairs for param in pair]


# --- forward and predict ---------------------------------------------------------------------


@wrong(
    forward,
    "The last layer goes through ReLU as well: negative logits are cut off, and with them all "
    "gradients through them.",
)
def relu_after_the_last_layer(params, x):
    return relu(forward(params, x))


@wrong(
    forward,
    "There is no ReLU between the layers: any number of linear layers is just one linear layer.",
)
def no_relu(params, x):
    for w, b in zip(params[::2], params[1::2], strict=True):
        x = linear(x, w, b)
    return x


@wrong(
    forward,
    "These are probabilities. Leave the softmax out: the cross-entropy takes logits.",
)
def probabilities(params, x):
    logits = forward(params, x)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong(forward, "Two layers are built in; `params` may hold any number of them.")
def two_layers_only(params, x):
    return linear(relu(linear(x, *params[:2])), *params[-2:]) if params[2:] else linear(x, *params)


@wrong(predict, "The largest logit is searched among the rows, not among a row's classes.")
def along_the_rows(params, x):
    return forward(params, x).argmax(axis=0)


@wrong(predict, "This is the largest logit itself. Which class has it?")
def largest_logit(params, x):
    return forward(params, x).max(axis=1)


@wrong(predict, "Sorting puts the last of equal logits at the end; argmax takes the first.")
def last_of_equal_logits(params, x):
    return np.argsort(forward(params, x), axis=1, kind="stable")[:, -1]


# --- loss_and_gradients ----------------------------------------------------------------------


def backward(params, x, y, grad_loss=1.0, through_relu=relu_backward):
    """The gradients, with two places for something else."""
    layers = list(zip(params[::2], params[1::2], strict=True))
    inputs, zs = [], []
    for w, b in layers:
        inputs.append(x)
        zs.append(linear(x, w, b))
        x = relu(zs[-1])
    grad = cross_entropy_backward(grad_loss, zs[-1], y)
    grads = []
    for i in reversed(range(len(layers))):
        grad, grad_w, grad_b = linear_backward(grad, inputs[i], *layers[i])
        grads = [grad_w, grad_b, *grads]
        grad = through_relu(grad, zs[i - 1]) if i else grad
    return grads


@wrong(
    loss_and_gradients,
    "On the way back the gradient passes ReLU as if it were not there. Units that were cut off let "
    "nothing through.",
)
def relu_forgotten_on_the_way_back(params, x, y):
    loss, _ = loss_and_gradients(params, x, y)
    return loss, backward(params, x, y, through_relu=lambda grad, z: grad)


@wrong(
    loss_and_gradients,
    "`relu` is applied to the gradient itself. What counts is the sign of what went into ReLU on "
    "the way forward.",
)
def relu_of_the_gradient(params, x, y):
    loss, _ = loss_and_gradients(params, x, y)
    return loss, backward(params, x, y, through_relu=lambda grad, z: relu(grad))


@wrong(
    loss_and_gradients,
    "The gradients stand in the order of the way back, last layer first. Each should have the "
    "place of its parameter.",
)
def gradients_backwards(params, x, y):
    loss, grads = loss_and_gradients(params, x, y)
    pairs = list(zip(grads[::2], grads[1::2], strict=True))
    return loss, [grad for pair in reversed(pairs) for grad in pair]


@wrong(
    loss_and_gradients,
    "The gradients are those of the sum over the rows; the loss is the mean.",
)
def gradients_of_the_sum(params, x, y):
    loss, _ = loss_and_gradients(params, x, y)
    return loss, backward(params, x, y, grad_loss=float(len(x)))


@wrong(
    loss_and_gradients,
    "The mean over the rows is taken twice: `cross_entropy_backward` has divided already.",
)
def divided_twice(params, x, y):
    loss, _ = loss_and_gradients(params, x, y)
    return loss, backward(params, x, y, grad_loss=1 / len(x))


@wrong(
    loss_and_gradients,
    "Backpropagation starts from the value of the loss; it should start from 1.",
)
def loss_for_upstream_gradient(params, x, y):
    loss, _ = loss_and_gradients(params, x, y)
    return loss, backward(params, x, y, grad_loss=loss)


@wrong(loss_and_gradients, "The loss and all gradients are halved: cross-entropy has no factor ½.")
def half_the_loss(params, x, y):
    loss, grads = loss_and_gradients(params, x, y)
    return loss / 2, [grad / 2 for grad in grads]


@wrong(
    loss_and_gradients,
    "Only the last layer gets a gradient: it is not carried on through ReLU to the layers before.",
)
def last_layer_only(params, x, y):
    loss, grads = loss_and_gradients(params, x, y)
    return loss, [np.zeros_like(grad) for grad in grads[:-2]] + grads[-2:]


# --- train -----------------------------------------------------------------------------------


def trained(x, y, sizes, epochs, lr, rng, deal, adam=None):
    """The solution's loop over the batches that `deal` gives for each epoch."""
    params, adam = init(sizes, rng), adam or Adam(lr=lr)
    for _ in range(epochs):
        for x_batch, y_batch in deal():
            params = adam.step(params, loss_and_gradients(params, x_batch, y_batch)[1])
    return params


@wrong(
    train,
    "What `step` returns is thrown away. It writes into nothing: the new params are its result.",
)
def steps_thrown_away(x, y, sizes, epochs, batch_size, lr, rng):
    params, adam = init(sizes, rng), Adam(lr=lr)
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            adam.step(params, loss_and_gradients(params, x_batch, y_batch)[1])
    return params


@wrong(
    train,
    "Every step is made by a new Adam, which remembers nothing: make one before the loops.",
)
def a_new_adam_for_every_batch(x, y, sizes, epochs, batch_size, lr, rng):
    class Forgetful:
        def step(self, params, grads):
            return Adam(lr=lr).step(params, grads)

    def deal():
        return minibatches(x, y, batch_size, rng)

    return trained(x, y, sizes, epochs, lr, rng, deal, Forgetful())


@wrong(
    train,
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
)
def a_new_adam_for_every_epoch(x, y, sizes, epochs, batch_size, lr, rng):
    params = init(sizes, rng)
    for _ in range(epochs):
        adam = Adam(lr=lr)
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = adam.step(params, loss_and_gradients(params, x_batch, y_batch)[1])
    return params


@wrong(
    train,
    "Every epoch has the same batches in the same order; each should deal the rows anew. Were the "
    "batches made before the loop, or shuffled by a fixed seed, or not at all?",
)
def dealt_once(x, y, sizes, epochs, batch_size, lr, rng):
    params, adam = init(sizes, rng), Adam(lr=lr)
    batches = list(minibatches(x, y, batch_size, rng))
    for _ in range(epochs):
        for x_batch, y_batch in batches:
            params = adam.step(params, loss_and_gradients(params, x_batch, y_batch)[1])
    return params


@wrong(
    train,
    "The generator of batches is made once, before the loop over the epochs. After the first epoch "
    "it is used up.",
)
def batches_used_up(x, y, sizes, epochs, batch_size, lr, rng):
    params, adam = init(sizes, rng), Adam(lr=lr)
    batches = iter(minibatches(x, y, batch_size, rng))
    for _ in range(epochs):
        for x_batch, y_batch in batches:
            params = adam.step(params, loss_and_gradients(params, x_batch, y_batch)[1])
    return params


@wrong(train, "There is one epoch too few.")
def one_epoch_too_few(x, y, sizes, epochs, batch_size, lr, rng):
    return train(x, y, sizes, max(epochs - 1, 0), batch_size, lr, rng)


@wrong(train, "A smaller last batch is left out; it should make a step like the others.")
def drops_the_last_batch(x, y, sizes, epochs, batch_size, lr, rng):
    def deal():
        return minibatches(x, y, batch_size, rng, drop_last=True)

    return trained(x, y, sizes, epochs, lr, rng, deal)


@wrong(train, "Only the first batch of each epoch makes a step: the loop ends too early.")
def first_batch_only(x, y, sizes, epochs, batch_size, lr, rng):
    def deal():
        return list(minibatches(x, y, batch_size, rng))[:1]

    return trained(x, y, sizes, epochs, lr, rng, deal)


@wrong(train, "`batch_size` is ignored: each epoch makes a single step on all rows.")
def all_rows_at_once(x, y, sizes, epochs, batch_size, lr, rng):
    return train(x, y, sizes, epochs, len(x), lr, rng)


@wrong(train, "`lr` is ignored: Adam is made with its default step size.")
def default_step_size(x, y, sizes, epochs, batch_size, lr, rng):
    return train(x, y, sizes, epochs, batch_size, 0.001, rng)


@wrong(train, "These are the plain steps of gradient descent, not Adam's.")
def plain_gradient_descent(x, y, sizes, epochs, batch_size, lr, rng):
    class Plain:
        def step(self, params, grads):
            return [param - lr * grad for param, grad in zip(params, grads, strict=True)]

    def deal():
        return minibatches(x, y, batch_size, rng)

    return trained(x, y, sizes, epochs, lr, rng, deal, Plain())


@wrong(
    train,
    "The batches are dealt by a generator without a seed, so no run can be repeated. Pass on the "
    "argument `rng`.",
)
def dealt_by_another_generator(x, y, sizes, epochs, batch_size, lr, rng):
    def deal():
        return minibatches(x, y, batch_size, np.random.default_rng())

    return trained(x, y, sizes, epochs, lr, rng, deal)
