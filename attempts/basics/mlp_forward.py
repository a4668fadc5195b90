from kata.attempts import rewrite, slip

STEP = "z if i == len(layers) - 1 else activation(z)"

activation_on_the_way_in = rewrite(
    {"h @ w.T + b": "(activation(h) if i else h) @ w.T + b", STEP: "z"}
)

with_one_column_for_each_row = rewrite(
    {
        "z = h @ w.T + b": (
            "columns = w @ h.reshape(-1, h.shape[-1]).T + b[:, None]\n"
            "z = columns.T.reshape(*h.shape[:-1], len(b))"
        )
    }
)

with_each_bias_as_one_more_weight = rewrite(
    {
        "z = h @ w.T + b": (
            "with_one = np.concatenate([h, np.ones_like(h[..., :1])], axis=-1)\n"
            "z = np.tensordot(with_one, np.column_stack([w, b]), axes=(-1, 1))"
        )
    }
)

without_the_activation = slip(
    "There is no activation: without it, linear layers in a row are one linear layer.", {STEP: "z"}
)

always_relu = slip(
    "The activation that was passed is not used: it is always ReLU.",
    {"else activation(z)": "else np.maximum(z, 0)"},
)

activation_at_the_end_too = slip(
    "The activation is applied to the output too. The last layer is linear.",
    {STEP: "activation(z)"},
)

activation_of_x = slip(
    "The activation comes before every layer, the first included. x itself does not go through it.",
    {"h @ w.T": "activation(h) @ w.T", STEP: "z"},
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
    "The activation stops one layer too early: the layer before the last has none.",
    {"i == len(layers) - 1": "i >= len(layers) - 2"},
)

the_last_layer_by_its_identity = slip(
    "The last layer is recognized by its arrays. A layer may stand in the list twice.",
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
    "The weights are not transposed. Each row of W holds one unit's weights and meets the inputs.",
    {"h @ w.T": "h @ w"},
)

every_layer_takes_x = slip(
    "Every layer is given x itself. From the second on, a layer takes what the one before gave.",
    {"h @ w.T": "x @ w.T"},
)

without_the_last_layer = slip(
    "The last layer is left out: the loop ends one layer too early.", {"h = z if": "h = h if"}
)

last_layer_first = slip(
    "The layers are taken from the last to the first. The list begins with the one that takes x.",
    {"enumerate(layers)": "enumerate(reversed(layers))"},
)

two_layers_taken_for_granted = slip(
    "At least two layers are assumed. A single one is both first and last.",
    {
        "enumerate(layers)": "enumerate([layers[0], *layers[1:-1], layers[-1]])",
        "len(layers) - 1 else": "max(len(layers), 2) - 1 else",
    },
)

two_layers_and_no_more = slip(
    "The layers between the first and the last are left out.",
    {
        "enumerate(layers)": "enumerate([layers[0], *layers[1:][-1:]])",
        "len(layers) - 1 else": "min(len(layers), 2) - 1 else",
    },
)

activation_for_nothing = slip(
    "The activation is called for the last layer too, and its result is thrown away.",
    {STEP: "activation(z)", "return h": "return z"},
)

activation_of_each_entry = slip(
    "The activation is called once for every entry, as `np.vectorize` does. It takes whole arrays.",
    {"else activation(z)": "else np.vectorize(activation, otypes=[z.dtype])(z)"},
)

axes_of_length_1_lost = slip(
    "`squeeze` drops every axis of length 1, such as that of a batch of one or a single output.",
    {"return h": "return h.squeeze()"},
)

all_axes_reversed = slip(
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis.",
    {"h @ w.T": "(w @ h.T).T"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are silently broadcast, such as a b of shape (1,) or (batch, to).",
    {"w.ndim != 2 or h.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]": "False"},
)

only_the_first_layer_checked = slip(
    "Only the first layer's shapes are checked. Misfits in a later one are broadcast silently.",
    {
        "if w.ndim != 2": "if i == 0 and w.ndim != 2",
        "h.shape[-1:] != w.shape[1:] or b.shape": (
            "i == 0 and h.shape[-1:] != w.shape[1:] or i == 0 and b.shape"
        ),
    },
)

biases_not_checked = slip(
    "The biases' shapes are not checked: a b of shape (1,) is silently broadcast.",
    {" or b.shape != w.shape[:1]": ""},
)

an_x_without_axes = slip(
    "An x without axes has no last length: `shape[-1]` raises an IndexError, not a ValueError.",
    {"h.shape[-1:] != w.shape[1:]": "h.shape[-1] != w.shape[1]"},
)

no_layers_give_x = slip(
    "An empty list of layers gives x back. A ValueError was promised.",
    {'raise ValueError("layers is empty: there should be one layer or more")': "pass"},
)
