from functools import reduce

import numpy as np

from kata.attempts import right, slip
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


without_the_activation = slip(
    "There is no activation: without it, linear layers in a row are one linear layer.",
    {"z if i == len(layers) - 1 else activation(z)": "z"},
)

activation_at_the_end_too = slip(
    "The activation is applied to the output too. The last layer is linear, so that y may be any "
    "number.",
    {"z if i == len(layers) - 1 else activation(z)": "activation(z)"},
)

activation_of_x = slip(
    "The activation comes before every layer, so that x itself goes through one. It stands between "
    "two layers.",
    {"h @ w.T": "activation(h) @ w.T", "z if i == len(layers) - 1 else activation(z)": "z"},
)

activation_after_the_first_layer_only = slip(
    "Only the first layer is followed by the activation. All but the last should be.",
    {"i == len(layers) - 1": "i or len(layers) == 1"},
)

activation_after_all_but_the_first = slip(
    "The activation follows every layer but the first. It should follow every layer but the last.",
    {"i == len(layers) - 1": "i == 0"},
)

no_activation_before_the_last_layer = slip(
    "The layer before the last has no activation either: the activation stops one layer too early.",
    {"i == len(layers) - 1": "i >= len(layers) - 2"},
)

the_last_layer_by_its_identity = slip(
    "The last layer is recognised by its arrays, not by its place. Where the same layer stands "
    "earlier in the list too, it loses its activation there.",
    {"i == len(layers) - 1": "w is layers[-1][0]"},
)

activation_before_the_bias = slip(
    "The activation comes before the bias is added. It belongs to the whole of h Wᵀ + b.",
    {"h @ w.T + b": "h @ w.T", "else activation(z)": "else activation(z)\nh = h + b"},
)

without_the_biases = slip("The biases are missing.", {"h @ w.T + b": "h @ w.T"})

without_the_last_bias = slip(
    "The last layer's bias is missing.",
    {"h @ w.T + b": "h @ w.T + (b if i < len(layers) - 1 else 0)"},
)

weights_not_transposed = slip(
    "The weights are not transposed. Each row of a W holds one unit's weights, so its second axis "
    "meets what comes in.",
    {"h @ w.T": "h @ w"},
)

every_layer_takes_x = slip(
    "Every layer is given x itself. From the second on, a layer takes what the one before it gave.",
    {"h @ w.T": "x @ w.T"},
)

without_the_last_layer = slip(
    "The last layer is left out: the loop ends one layer too early.",
    {"h = z if": "h = h if"},
)

last_layer_first = slip(
    "The layers are taken from the last to the first. The list begins with the one that takes x.",
    {"enumerate(layers)": "enumerate(reversed(layers))"},
)

two_layers_taken_for_granted = slip(
    "Two layers are taken for granted. A network may have a single one, which is first and last.",
    {
        "enumerate(layers)": "enumerate([layers[0], *layers[1:-1], layers[-1]])",
        "len(layers) - 1 else": "max(len(layers), 2) - 1 else",
    },
)

two_layers_and_no_more = slip(
    "The layers between the first and the last are left out. There may be any number of them.",
    {
        "enumerate(layers)": "enumerate([layers[0], *layers[1:][-1:]])",
        "len(layers) - 1 else": "min(len(layers), 2) - 1 else",
    },
)

activation_for_nothing = slip(
    "The activation is called for the last layer too, and its result thrown away. That is one call "
    "too many.",
    {"z if i == len(layers) - 1 else activation(z)": "activation(z)", "return h": "return z"},
)

activation_of_each_entry = slip(
    "The activation is called once for every entry, as `np.vectorize` does. It takes a whole array "
    "at once.",
    {
        "z if i == len(layers) - 1 else activation(z)": "(\n"
        "    z if i == len(layers) - 1 else np.vectorize(activation, otypes=[z.dtype])(z)\n"
        ")"
    },
)

batch_axes_merged = slip(
    "The batch axes are merged into one. The result should have the same leading axes as x.",
    {"h = x": "h = x.reshape(-1, *x.shape[-1:])"},
)

a_vector_made_a_row = slip(
    "A single vector comes back as a row: where x has no batch axes, the result has none either.",
    {"h = x": "h = np.atleast_2d(x)"},
)

axes_of_length_1_lost = slip(
    "`squeeze` takes away every axis of length 1: also a batch of one, or a single output.",
    {"return h": "return h.squeeze()"},
)

all_axes_reversed = slip(
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis.",
    {"h @ w.T": "(w @ h.T).T"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are broadcast without a word: a b of shape (1,) or (batch, to) should "
    "be refused.",
    {"w.ndim != 2 or h.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]": "False"},
)

only_the_first_layer_checked = slip(
    "Only the first layer's shapes are checked. A misfit in a later one is broadcast as silently.",
    {
        "w.ndim != 2 or h.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]": "i == 0 and (\n"
        "    w.ndim != 2 or h.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]\n"
        ")"
    },
)

biases_not_checked = slip(
    "The weights' shapes are compared, the biases' are not: a b of shape (1,) or (batch, to) is "
    "broadcast without a word.",
    {" or b.shape != w.shape[:1]": ""},
)

an_x_without_axes = slip(
    "An x without axes has no last length: `shape[-1]` raises an IndexError, not a ValueError.",
    {"h.shape[-1:] != w.shape[1:]": "h.shape[-1] != w.shape[1]"},
)

checked_by_assert = slip(
    "A failed `assert` raises AssertionError. No layers or bad shapes should raise a ValueError.",
    {
        'raise ValueError("layers': 'raise AssertionError("layers',
        "raise ValueError(\n": "raise AssertionError(\n",
    },
)

no_layers_give_x = slip(
    "An empty list of layers gives x back. It should be refused with a ValueError.",
    {'raise ValueError("layers is empty: there should be one layer or more")': "pass"},
)

always_float64 = slip(
    "The result is float64 whatever the arguments are: an array made on the way has the default "
    "dtype.",
    {"return h": "return h.astype(np.float64)"},
)

one_row_at_a_time = slip(
    "It goes through the batch in Python. One matrix product serves all of it.",
    {
        "z = h @ w.T + b": "rows = [w @ row + b for row in h.reshape(-1, h.shape[-1])]\n"
        "z = np.array(rows, h.dtype).reshape(*h.shape[:-1], len(w))"
    },
)

one_unit_at_a_time = slip(
    "It goes through a layer's units one at a time in Python. One matrix product gives all of "
    "them.",
    {
        "z = h @ w.T + b": "units = [h @ row + bias for row, bias in zip(w, b, strict=True)]\n"
        "z = np.stack(units, axis=-1)"
    },
)
