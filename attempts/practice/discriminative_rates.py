from itertools import pairwise

from kata.attempts import right, slip
from solutions.practice.discriminative_rates import parameter_groups

RATE = "lr * decay ** (len(layers) - 1 - depth)"
DECAYS = "names[tensor.ndim >= 2].append(name)"
UNSEEN = "if id(tensor) not in seen:\n    seen.add(id(tensor))\n    " + DECAYS


@right(parameter_groups)
def from_the_top_down(layers, lr, decay, weight_decay):
    if decay <= 0 or decay > 1:
        raise ValueError("decay should be above 0 and at most 1")
    first_names = {}
    for name, tensor in [item for layer in layers for item in layer.items()]:
        first_names.setdefault(id(tensor), name)
    own, groups, rate = {*first_names.values()}, [], float(lr)
    for layer in reversed(layers):
        matrices = [name for name in layer if name in own and layer[name].ndim > 1]
        rest = [name for name in layer if name in own and layer[name].ndim < 2]
        for names, its_decay in ((rest, 0.0), (matrices, weight_decay)):
            if names:
                groups.append({"weight_decay": its_decay, "lr": rate, "names": names})
        rate *= decay
    return groups[::-1]


@right(parameter_groups)
def by_a_search_among_earlier_tensors(layers, lr, decay, weight_decay):
    if not 1 >= decay > 0:
        raise ValueError(decay)
    taken, found = [], []
    for i, layer in enumerate(layers):
        for name, tensor in layer.items():
            if not any(tensor is other for other in taken):
                taken.append(tensor)
                found.append((i, len(tensor.shape) < 2, name))
    found = [(-1, False, ""), *sorted(found, key=lambda one: one[:2])]
    groups = []
    for before, (i, is_vector, name) in pairwise(found):
        if before[:2] != (i, is_vector):
            rate = lr * decay ** len(layers[i + 1 :])
            groups.append({"names": [], "lr": rate, "weight_decay": weight_decay})
            groups[-1]["weight_decay"] *= not is_vector
        groups[-1]["names"].append(name)
    return groups


highest_rate_at_the_bottom = slip(
    "The rates fall towards the output. The lowest layer should have the smallest one.",
    {RATE: "lr * decay**depth"},
)

top_layer_below_lr = slip(
    "All rates are one power of decay too low: the last layer's is lr itself.",
    {RATE: "lr * decay ** (len(layers) - depth)"},
)

one_rate_for_all = slip("All layers have the rate lr.", {RATE: "float(lr)"})

equal_steps = slip(
    "The rates fall in equal steps. Each should be `decay` times the one above.",
    {RATE: "lr * (1 - (1 - decay) * (len(layers) - 1 - depth))"},
)

head_alone_has_lr = slip(
    "All layers below the last have one rate. Each should have its own.",
    {RATE: "lr * (decay if depth < len(layers) - 1 else 1.0)"},
)

multiplied_by_the_distance = slip(
    "The rates do not fall by the same factor from layer to layer.",
    {RATE: "lr * (decay * (len(layers) - 1 - depth) if depth < len(layers) - 1 else 1.0)"},
)

divided_by_decay = slip(
    "The rate of a lower layer is divided by decay, and so grows. It should be multiplied by it.",
    {RATE: "lr / decay ** (len(layers) - 1 - depth)"},
)

counted_from_the_first_group = slip(
    "Layers without parameters are not counted.",
    {RATE: "lr * decay ** sum(map(bool, layers[depth + 1 :]))"},
)

biases_decay_too = slip(
    "All parameters decay, biases and gains too.", {DECAYS: "names[True].append(name)"}
)

both_groups_decay = slip(
    "Biases and gains have groups of their own, but decay all the same.",
    {"weight_decay if decays else 0.0": "weight_decay"},
)

nothing_decays = slip("Nothing decays.", {DECAYS: "names[False].append(name)"})

all_but_scalars_decay = slip(
    "Whatever has an axis decays. Biases and gains have one, and should not.",
    {"ndim >= 2": "ndim >= 1"},
)

two_axes_are_too_few = slip(
    "Matrices do not decay. They have two axes, and two are enough.", {"ndim >= 2": "ndim > 2"}
)

axes_of_1_not_counted = slip(
    "Axes of length 1 are not counted, but the weights of a single output are a matrix too.",
    {"tensor.ndim >= 2": "tensor.squeeze().ndim >= 2"},
)

only_matrices_decay = slip(
    "Only parameters with exactly two axes decay. The kernels of a convolution have four.",
    {"ndim >= 2": "ndim == 2"},
)

decay_by_name = slip(
    "Whether a parameter decays is read from its name. Gains and shifts may have any name.",
    {"tensor.ndim >= 2": '"bias" not in name'},
)

decay_exchanged = slip("Biases and gains decay, and matrices do not.", {"ndim >= 2": "ndim < 2"})

weight_decay_falls_too = slip(
    "The weight decay falls from layer to layer as the rate does. It is the same in all.",
    {"weight_decay if decays": "weight_decay * rate / lr if decays"},
)

tied_twice = slip(
    "A tied tensor is grouped each time it comes, though one object is one parameter: an optimizer "
    "would move it twice in a step.",
    {UNSEEN: DECAYS},
)

tied_by_memory = slip(
    "Tensors that begin at the same address are taken for one. A view is an object of its own.",
    {
        "id(tensor) not in seen": "tensor.data_ptr() not in seen",
        "seen.add(id(tensor))": "seen.add(tensor.data_ptr())",
    },
)

tied_by_value = slip(
    "Tensors with equal values are taken for one. Biases that all begin at 0 are not tied.",
    {
        "id(tensor) not in seen": "str(tensor.tolist()) not in seen",
        "seen.add(id(tensor))": "seen.add(str(tensor.tolist()))",
    },
)

tied_by_in = slip(
    "`in` asks a list whether a tensor is equal to one of its tensors, entry by entry. Whether it "
    "is the same object is another question.",
    {
        "groups, seen = [], set()": "groups, seen = [], []",
        "id(tensor) not in seen": "tensor not in seen",
        "seen.add(id(tensor))": "seen.append(tensor)",
    },
)

tied_once_in_each_layer = slip(
    "A tensor that is tied across layers is grouped in each of them.",
    {"for name, tensor in layer.items():": "seen = set()\nfor name, tensor in layer.items():"},
)

tied_where_it_comes_last = slip(
    "A tied tensor is grouped where it comes last. It should be where it comes first.",
    {
        "groups, seen = [], set()": (
            "groups, seen = [], set()\n"
            "last = {id(tensor): name for layer in layers for name, tensor in layer.items()}"
        ),
        "id(tensor) not in seen": "last[id(tensor)] == name",
    },
)

empty_groups_kept = slip("Groups without parameters are returned too.", {"if own\n": "if True\n"})

merged_without_weight_decay = slip(
    "With a weight_decay of 0 the two groups of a layer become one. They stay apart.",
    {"names[tensor.ndim >= 2]": "names[tensor.ndim >= 2 and weight_decay != 0]"},
)

all_that_decays_first = slip(
    "All groups that decay come before all others. Each layer's two should stand together.",
    {"return groups": 'return sorted(groups, key=lambda group: group["weight_decay"] == 0)'},
)

from_the_top = slip(
    "The groups come from the last layer down. They should come from layer 0 up.",
    {"return groups": "return groups[::-1]"},
)

layers_from_the_top = slip(
    "The groups come from the last layer down. They should come from layer 0 up.",
    {"in enumerate(layers)": "in reversed([*enumerate(layers)])"},
)

biases_first = slip(
    "In each layer the group without decay comes first.",
    {"{True: [], False: []}": "{False: [], True: []}"},
)

names_sorted = slip(
    "The names of a group are sorted. They should come as in the layer.",
    {'"names": own': '"names": sorted(own)'},
)

a_group_for_each_parameter = slip(
    "Each parameter has a group of its own. Those of a layer with the same decay share one.",
    {'"names": own': '"names": [name]', "if own\n": "for name in own\n"},
)

decay_unchecked = slip("Any decay is let through.", {"if not 0 < decay <= 1:": "if False:"})

checked_for_each_layer = slip(
    "The decay is checked once for each layer, so never where there are none.",
    {"if not 0 < decay <= 1:": "if layers and not 0 < decay <= 1:"},
)

decay_of_0_let_through = slip(
    "A decay of 0 is let through: all layers but the last would stand still.",
    {"if not 0 < decay": "if not 0 <= decay"},
)

decay_above_1_let_through = slip(
    "A decay above 1 is let through, with which lower layers get higher rates.",
    {"decay <= 1:": "decay:"},
)
