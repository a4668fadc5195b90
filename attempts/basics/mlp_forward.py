from functools import reduce

import numpy as np

from kata.attempts import right, wrong
from solutions.basics.mlp_forward import mlp_forward


def check(x, layers):
    """Raise a ValueError for all that should have one."""
    if len(layers) == 0:
        raise ValueError("there should be a layer")
    features = x.shape[-1:]
    for w, b in layers:
        if w.shape != b.shape + features or b.ndim != 1:
            raise ValueError("a layer's shapes do not fit")
        features = b.shape


def linear(x, layer):
    w, b = layer
    return x @ w.T + b


@right(mlp_forward)
def from_the_last_layer_back(x, layers, activation):
    """What comes in to the last layer is the activation of a shorter network's result."""
    check(x, layers)

    def network(depth):
        before = activation(network(depth - 1)) if depth > 1 else x
        return linear(before, layers[depth - 1])

    return network(len(layers))


@right(mlp_forward)
def with_one_column_for_each_row(x, layers, activation):
    """Features first: every vector of the batch is a column."""
    check(x, layers)
    (w, b), *rest = layers
    columns = w @ x.reshape(-1, x.shape[-1]).T + b[:, None]
    for w, b in rest:
        columns = w @ activation(columns) + b[:, None]
    return columns.T.reshape(*x.shape[:-1], len(b))


@right(mlp_forward)
def with_each_bias_as_one_more_weight(x, layers, activation):
    check(x, layers)

    def step(h, layer):
        with_one = np.concatenate([h, np.ones_like(h[..., :1])], axis=-1)
        return np.tensordot(with_one, np.column_stack(layer), axes=(-1, 1))

    *hidden, last = layers
    return step(reduce(lambda h, layer: activation(step(h, layer)), hidden, x), last)


@wrong(
    mlp_forward,
    "There is no activation: without it, linear layers in a row are one linear layer.",
)
def without_the_activation(x, layers, activation):
    check(x, layers)
    return reduce(linear, layers, x)


@wrong(
    mlp_forward,
    "The activation is applied to the output too. The last layer is linear, so that y may be any "
    "number.",
)
def activation_at_the_end_too(x, layers, activation):
    check(x, layers)
    return reduce(lambda h, layer: activation(linear(h, layer)), layers, x)


@wrong(
    mlp_forward,
    "The activation comes before every layer, so that x itself goes through one. It stands between "
    "two layers.",
)
def activation_of_x(x, layers, activation):
    check(x, layers)
    return reduce(lambda h, layer: linear(activation(h), layer), layers, x)


@wrong(
    mlp_forward,
    "Only the first layer is followed by the activation. All but the last should be.",
)
def activation_after_the_first_layer_only(x, layers, activation):
    check(x, layers)
    first, *rest = layers
    h = linear(x, first)
    return reduce(linear, rest, activation(h) if rest else h)


@wrong(
    mlp_forward,
    "The layer before the last has no activation either: the loop that applies it ends one layer "
    "too early.",
)
def no_activation_before_the_last_layer(x, layers, activation):
    check(x, layers)
    h = x
    for i, layer in enumerate(layers):
        h = linear(h, layer)
        if i < len(layers) - 2:
            h = activation(h)
    return h


@wrong(
    mlp_forward,
    "The last layer is recognised by its arrays, not by its place. Where the same layer stands "
    "earlier in the list too, it loses its activation there.",
)
def the_last_layer_by_its_identity(x, layers, activation):
    check(x, layers)
    h = x
    for layer in layers:
        z = linear(h, layer)
        h = z if layer[0] is layers[-1][0] else activation(z)
    return h


@wrong(
    mlp_forward,
    "The activation comes before the bias is added. It belongs to the whole of h Wᵀ + b.",
)
def activation_before_the_bias(x, layers, activation):
    check(x, layers)
    h = x
    for i, (w, b) in enumerate(layers):
        z = h @ w.T
        h = (activation(z) if i < len(layers) - 1 else z) + b
    return h


@wrong(mlp_forward, "The biases are missing.")
def without_the_biases(x, layers, activation):
    check(x, layers)
    return mlp_forward(x, [(w, np.zeros_like(b)) for w, b in layers], activation)


@wrong(mlp_forward, "The last layer's bias is missing.")
def without_the_last_bias(x, layers, activation):
    check(x, layers)
    *hidden, (w, b) = layers
    return mlp_forward(x, [*hidden, (w, np.zeros_like(b))], activation)


@wrong(
    mlp_forward,
    "The weights are not transposed. Each row of a W holds one unit's weights, so its second axis "
    "meets what comes in.",
)
def weights_not_transposed(x, layers, activation):
    check(x, layers)
    h = x
    for i, (w, b) in enumerate(layers):
        z = h @ w + b
        h = activation(z) if i < len(layers) - 1 else z
    return h


@wrong(
    mlp_forward,
    "Every layer is given x itself. From the second on, a layer takes what the one before it gave.",
)
def every_layer_takes_x(x, layers, activation):
    check(x, layers)
    for layer in layers[:-1]:
        activation(linear(x, layer))
    return linear(x, layers[-1])


@wrong(mlp_forward, "The last layer is left out: the loop ends one layer too early.")
def without_the_last_layer(x, layers, activation):
    check(x, layers)
    return reduce(lambda h, layer: activation(linear(h, layer)), layers[:-1], x)


@wrong(
    mlp_forward,
    "The layers are taken from the last to the first. The list begins with the one that takes x.",
)
def last_layer_first(x, layers, activation):
    check(x, layers)
    *hidden, last = reversed(layers)
    return linear(reduce(lambda h, layer: activation(linear(h, layer)), hidden, x), last)


@wrong(
    mlp_forward,
    "Two layers are taken for granted. A network may have a single one, which is first and last.",
)
def two_layers_taken_for_granted(x, layers, activation):
    check(x, layers)
    h = activation(linear(x, layers[0]))
    for layer in layers[1:-1]:
        h = activation(linear(h, layer))
    return linear(h, layers[-1])


@wrong(
    mlp_forward,
    "The layers between the first and the last are left out. There may be any number of them.",
)
def two_layers_and_no_more(x, layers, activation):
    check(x, layers)
    if len(layers) == 1:
        return linear(x, layers[0])
    return linear(activation(linear(x, layers[0])), layers[-1])


@wrong(mlp_forward, "The activation is always ReLU: the argument `activation` is not used.")
def always_relu(x, layers, activation):
    check(x, layers)
    return mlp_forward(x, layers, lambda z: np.maximum(z, 0))


KEPT = {}


@wrong(
    mlp_forward,
    "The first layer's result is remembered with x. For the same x and other weights it is another "
    "one.",
)
def first_layer_kept(x, layers, activation):
    check(x, layers)
    (w, b), *rest = layers
    z = KEPT.setdefault((x.tobytes(), x.shape, w.shape), linear(x, (w, b)))
    return mlp_forward(activation(z), rest, activation) if rest else z.copy()


@wrong(
    mlp_forward,
    "The activation is called for the last layer too, and its result thrown away. That is one call "
    "too many.",
)
def activation_for_nothing(x, layers, activation):
    check(x, layers)
    h = x
    for layer in layers:
        z = linear(h, layer)
        h = activation(z)
    return z


@wrong(
    mlp_forward,
    "The batch axes are merged into one. The result should have the same leading axes as x.",
)
def batch_axes_merged(x, layers, activation):
    check(x, layers)
    return mlp_forward(x.reshape(-1, x.shape[-1]), layers, activation)


@wrong(
    mlp_forward,
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis.",
)
def all_axes_reversed(x, layers, activation):
    check(x, layers)
    h = x
    for i, (w, b) in enumerate(layers):
        z = (w @ h.T).T + b
        h = activation(z) if i < len(layers) - 1 else z
    return h


@wrong(
    mlp_forward,
    "Shapes that do not fit are broadcast without a word: a b of shape (1,) or (batch, to) should "
    "be refused.",
)
def shapes_not_checked(x, layers, activation):
    if not layers:
        raise ValueError("there should be a layer")
    *hidden, last = layers
    return linear(reduce(lambda h, layer: activation(linear(h, layer)), hidden, x), last)


@wrong(
    mlp_forward,
    "Only the first layer's shapes are checked. A misfit in a later one is broadcast as silently.",
)
def only_the_first_layer_checked(x, layers, activation):
    check(x, layers[:1])
    return shapes_not_checked(x, layers, activation)


@wrong(
    mlp_forward,
    "The weights' shapes are compared, the biases' are not: a b of shape (1,) or (batch, to) is "
    "broadcast without a word.",
)
def biases_not_checked(x, layers, activation):
    check(x, [(w, np.empty(len(w))) for w, _ in layers])
    return shapes_not_checked(x, layers, activation)


@wrong(
    mlp_forward,
    "A failed `assert` raises AssertionError. No layers or bad shapes should raise a ValueError.",
)
def checked_by_assert(x, layers, activation):
    assert layers
    features = x.shape[-1:]
    for w, b in layers:
        assert b.ndim == 1
        assert w.shape == b.shape + features
        features = b.shape
    return shapes_not_checked(x, layers, activation)


@wrong(mlp_forward, "An empty list of layers gives x back. It should be refused with a ValueError.")
def no_layers_give_x(x, layers, activation):
    return mlp_forward(x, layers, activation) if layers else x


@wrong(
    mlp_forward,
    "The result is float64 whatever the arguments are: an array made on the way has the default "
    "dtype.",
)
def always_float64(x, layers, activation):
    return mlp_forward(x, layers, activation).astype(np.float64)


@wrong(
    mlp_forward,
    "It takes the last layer out of the list, as `pop` does, and the caller's network is one "
    "layer shorter.",
)
def last_layer_popped(x, layers, activation):
    check(x, layers)
    w, b = layers.pop()
    return reduce(lambda h, layer: activation(linear(h, layer)), layers, x) @ w.T + b


@wrong(
    mlp_forward,
    "It goes through the batch in Python. One matrix product serves all of it.",
)
def one_row_at_a_time(x, layers, activation):
    check(x, layers)
    if x.ndim == 1 or not x.size:
        return mlp_forward(x, layers, activation)
    rows = x.reshape(-1, x.shape[-1])
    y = np.stack([mlp_forward(row, layers, activation) for row in rows])
    return y.reshape(*x.shape[:-1], -1)


@wrong(
    mlp_forward,
    "Before the last layer, it goes through the batch in Python. One matrix product serves all of "
    "it.",
)
def one_row_at_a_time_but_at_the_end(x, layers, activation):
    check(x, layers)
    h = x
    for w, b in layers[:-1]:
        rows = [row @ w.T + b for row in h.reshape(-1, h.shape[-1])]
        h = activation(np.array(rows, x.dtype).reshape(*h.shape[:-1], len(w)))
    return linear(h, layers[-1])


@wrong(
    mlp_forward,
    "It goes through a layer's units one at a time in Python. One matrix product gives all of "
    "them.",
)
def one_unit_at_a_time(x, layers, activation):
    check(x, layers)
    h = x
    for i, (w, b) in enumerate(layers):
        z = np.stack([h @ weights + bias for weights, bias in zip(w, b, strict=True)], axis=-1)
        h = activation(z) if i < len(layers) - 1 else z
    return h
