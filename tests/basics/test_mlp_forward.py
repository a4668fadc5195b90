import copy
import itertools
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.mlp_forward import mlp_forward
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

BATCHES = [(), (7,), (1,), (2, 5), (3, 1, 2), (0,), (2, 0)]

# How many features go in, and how many come out of each layer.
SIZES = {
    "one layer": (3, 2),
    "two layers": (5, 4, 3),
    "three layers": (2, 6, 3, 4),
    "five layers": (3, 4, 2, 5, 6, 1),
    "layers of equal sizes": (4, 4, 4, 4),
    "one unit each": (1, 1, 1),
    "ten layers": (2, *[3] * 10),
}


def relu(z):
    return np.maximum(z, 0)


# As NumPy and as torch have them. The cosine of 0 is not 0, and it is not monotone.
ACTIVATIONS = {
    "relu": (relu, torch.relu),
    "tanh": (np.tanh, torch.tanh),
    "cos": (np.cos, torch.cos),
}

# What a layer's w and b may wrongly be, where it takes `n` features and gives `m`, and x has
# `m` rows. NumPy would broadcast many of them.
MISFITS = {
    "w has a column too many": lambda m, n: [(m, n + 1), (m,)],
    "w has one column": lambda m, n: [(m, 1), (m,)],
    "w is transposed": lambda m, n: [(n, m), (m,)],
    "w is a vector": lambda m, n: [(n,), (1,)],
    "b has an entry too many": lambda m, n: [(m, n), (m + 1,)],
    "b has one entry": lambda m, n: [(m, n), (1,)],
    "b is a number": lambda m, n: [(m, n), ()],
    "b is a row": lambda m, n: [(m, n), (1, m)],
    "b is a column": lambda m, n: [(m, n), (m, 1)],
    "b has a row for each row of x": lambda m, n: [(m, n), (m, m)],
}


def draw(rng, sizes, batch=(6,)):
    """Random x and layers."""
    layers = [
        (rng.normal(size=(n_out, n_in)), rng.normal(size=n_out))
        for n_in, n_out in itertools.pairwise(sizes)
    ]
    return rng.normal(size=(*batch, sizes[0])), layers


def by_torch(x, layers, name="tanh"):
    """The output, with an activation of this name."""
    _, activation = ACTIVATIONS[name]
    h = torch.tensor(x)
    for i, (w, b) in enumerate(layers):
        h = F.linear(activation(h) if i else h, torch.tensor(w), torch.tensor(b))
    return h.numpy()


def test_two_layers_worked_out_by_hand():
    # h = relu([[3, −1], [0, 4]]) = [[3, 0], [0, 4]]
    x = np.array([[1.0, 2.0], [2.0, -2.0]])
    w1, b1 = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[2.0, 5.0], [-1.0, 0.0], [0.0, -0.5]]), np.array([1.0, 0.0, 0.5])
    expected = np.array([[7.0, -3.0, 0.5], [21.0, 0.0, -1.5]])
    assert_close(mlp_forward(x, [(w1, b1), (w2, b2)], relu), expected)


@pytest.mark.parametrize("network", SIZES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_agrees_with_torch_for_any_layers_and_activation(rng, name, network):
    x, layers = draw(rng, SIZES[network])
    expected = by_torch(x, layers, name)
    assert_close(mlp_forward(x, layers, ACTIVATIONS[name][0]), expected)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_it_agrees_with_torch_for_any_batch_axes(rng, batch):
    x, layers = draw(rng, (5, 4, 6, 3), batch)
    expected = by_torch(x, layers)
    assert_close(mlp_forward(x, layers, np.tanh), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, layers = draw(rng, (7, 3, 5, 2), (4,))
    expected = reference.mlp_forward(x, layers, np.cos)
    assert_close(mlp_forward(x, layers, np.cos), expected)


def test_the_same_layer_may_stand_in_the_list_several_times(rng):
    x, (first, other) = draw(rng, (4, 4, 4))
    layers = [first, first, other, first]
    expected = by_torch(x, layers)
    assert_close(mlp_forward(x, layers, np.tanh), expected)


@pytest.mark.parametrize("network", SIZES)
def test_the_activation_is_called_once_for_each_layer_but_the_last(rng, network):
    x, layers = draw(rng, SIZES[network], (2, 6))
    calls = []

    def counted(z):
        calls.append(1)
        return np.tanh(z)

    mlp_forward(x, layers, counted)
    assert_close(len(calls), len(SIZES[network]) - 2)


@pytest.mark.parametrize("new", ["x", "the first layer", "the last layer", "the activation"])
def test_the_result_is_new_even_if_there_is_nothing_new_but(rng, new):
    (x, layers), (other_x, others) = draw(rng, (5, 4, 6, 3)), draw(rng, (5, 4, 6, 3))
    mlp_forward(*copy.deepcopy((x, layers)), np.tanh)
    x, layers, name = {
        "x": (other_x, layers, "tanh"),
        "the first layer": (x, [others[0], *layers[1:]], "tanh"),
        "the last layer": (x, [*layers[:-1], others[-1]], "tanh"),
        "the activation": (x, layers, "cos"),
    }[new]
    expected = by_torch(x, layers, name)
    assert_close(mlp_forward(x, layers, ACTIVATIONS[name][0]), expected)


@pytest.mark.parametrize("batch", [(), (4,)], ids=str)
@pytest.mark.parametrize("layers", [[], ()], ids=["list", "tuple"])
def test_no_layers_raise_a_value_error(batch, layers):
    assert_value_error(mlp_forward, np.ones((*batch, 3)), layers, np.tanh)


@pytest.mark.parametrize("shape", [(5, 4), (5, 1), (5, 0), (3, 5), ()], ids=str)
def test_an_x_that_does_not_fit_the_first_layer_raises_a_value_error(rng, shape):
    _, layers = draw(rng, (3, 4, 2))
    assert_value_error(mlp_forward, np.ones(shape), layers, np.tanh)


@pytest.mark.parametrize("misfit", MISFITS)
@pytest.mark.parametrize(
    ("sizes", "which"),
    [((3, 4, 6, 2), 0), ((3, 4, 6, 2), 1), ((3, 4, 6, 2), 2), ((3, 2), 0)],
    ids=["the first", "the middle", "the last", "the only one"],
)
def test_a_layer_of_which_a_shape_does_not_fit_raises_a_value_error(rng, sizes, which, misfit):
    n_in, n_out = sizes[which : which + 2]
    x, layers = draw(rng, sizes, (n_out,))
    layers[which] = tuple(map(np.ones, MISFITS[misfit](n_out, n_in)))
    assert_value_error(mlp_forward, x, layers, np.tanh)


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the last"])
def test_a_layer_with_a_stack_of_matrices_raises_a_value_error(rng, which):
    x, layers = draw(rng, (3, 3, 3), (5,))
    layers[which] = np.ones((3, 3, 3)), np.ones(3)
    assert_value_error(mlp_forward, x, layers, np.tanh)


@manners()
def test_manners(rng):
    calls = [((3, 5, 2), (2, 3)), ((3, 2), (4,)), ((2, 3, 3, 1), ()), ((3, 3, 3), (0,))]
    return [partial(mlp_forward, *draw(rng, sizes, batch), np.tanh) for sizes, batch in calls]


@pytest.mark.speed
def test_it_has_no_python_loop(rng):
    def sized(batch, heads, rows, inputs, hidden_units, outputs):
        return *draw(rng, (inputs, hidden_units, outputs), (batch, heads, rows)), np.tanh

    assert_vectorized(mlp_forward, sized)
