import copy

import pytest
import torch

from exercises.practice.discriminative_rates import parameter_groups
from kata.testing import assert_close, assert_value_error, unchanged


def draw(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def draw_network(rng):
    """Layers of several kinds, in which a gain and a bias do not stand where they are expected."""
    return [
        {"tokens": draw(rng, 7, 4), "positions": draw(rng, 5, 4)},
        {
            "gain": draw(rng, 4),
            "up": draw(rng, 6, 4),
            "shift": draw(rng, 6),
            "down": draw(rng, 4, 6),
        },
        {},
        {"kernels": draw(rng, 2, 4, 3, 3), "temperature": draw(rng), "heads": draw(rng, 2, 4, 3)},
        {"only_a_bias": draw(rng, 4)},
        {"head": draw(rng, 1, 4), "bias": draw(rng, 1)},
    ]


def group(names, lr, weight_decay):
    return {"names": names.split(), "lr": lr, "weight_decay": weight_decay}


def test_each_layer_has_half_the_rate_of_the_one_above():
    layers = [{"a": torch.ones(2, 2)}, {"b": torch.ones(2, 2)}, {"c": torch.ones(2, 2)}]
    expected = [group("a", 1.0, 0.3), group("b", 2.0, 0.3), group("c", 4.0, 0.3)]
    assert_close(parameter_groups(layers, 4.0, 0.5, 0.3), expected)


@pytest.mark.parametrize("decay", [0.1, 0.9, 1 / 2.6, 1.0])
@pytest.mark.parametrize("weight_decay", [0.0, 0.25])
def test_a_network_of_many_kinds_of_layers(rng, decay, weight_decay):
    expected = [
        group("tokens positions", 0.3 * decay**5, weight_decay),
        group("up down", 0.3 * decay**4, weight_decay),
        group("gain shift", 0.3 * decay**4, 0.0),
        group("kernels heads", 0.3 * decay**2, weight_decay),
        group("temperature", 0.3 * decay**2, 0.0),
        group("only_a_bias", 0.3 * decay, 0.0),
        group("head", 0.3, weight_decay),
        group("bias", 0.3, 0.0),
    ]
    assert_close(parameter_groups(draw_network(rng), 0.3, decay, weight_decay), expected)


@pytest.mark.parametrize("n", [0, 1, 2, 30])
def test_networks_of_any_depth(n):
    layers = [{f"w{i}": torch.ones(2, 3)} for i in range(n)]
    expected = [group(f"w{i}", 0.3 ** (n - 1 - i), 0.5) for i in range(n)]
    assert_close(parameter_groups(layers, 1.0, 0.3, 0.5), expected)


def test_layers_without_parameters_count(rng):
    layers = [{}, {"weight": draw(rng, 2, 3)}, {}, {}, {"bias": draw(rng, 2)}, {}]
    expected = [group("weight", 2.0 * 0.5**4, 0.3), group("bias", 1.0, 0.0)]
    assert_close(parameter_groups(layers, 2.0, 0.5, 0.3), expected)


def test_layers_may_come_in_a_tuple(rng):
    layers = draw_network(rng)
    expected = parameter_groups(layers, 0.3, 0.5, 0.1)
    assert_close(parameter_groups(tuple(layers), 0.3, 0.5, 0.1), expected)


def test_a_tied_tensor_has_the_rate_of_its_first_place(rng):
    embedding, bias = draw(rng, 7, 4), draw(rng, 4)
    layers = [
        {"tokens": embedding},
        {"again": embedding, "w": draw(rng, 4, 4), "bias": bias},
        {"head": embedding, "own": bias, "other": draw(rng, 4)},
    ]
    expected = [
        group("tokens", 0.25, 0.1),
        group("w", 0.5, 0.1),
        group("bias", 0.5, 0.0),
        group("other", 1.0, 0.0),
    ]
    assert_close(parameter_groups(layers, 1.0, 0.5, 0.1), expected)


def test_within_a_layer_too_a_tied_tensor_comes_once(rng):
    shared = draw(rng, 3, 3)
    layers = [{"query": shared, "key": shared, "value": draw(rng, 3, 3)}]
    with unchanged(layers):
        assert_close(parameter_groups(layers, 1.0, 0.5, 0.1), [group("query value", 1.0, 0.1)])


def test_tensors_with_equal_values_are_not_tied():
    layers = [{"a": torch.zeros(3), "b": torch.zeros(3)}, {"c": torch.zeros(3)}]
    expected = [group("a b", 0.5, 0.0), group("c", 1.0, 0.0)]
    assert_close(parameter_groups(layers, 1.0, 0.5, 0.1), expected)


def test_a_tensor_and_a_view_of_it_are_not_tied(rng):
    table = draw(rng, 3, 4)
    layers = [{"table": table, "row": table[0]}, {"all": table[:]}]
    expected = [group("table", 0.5, 0.1), group("row", 0.5, 0.0), group("all", 1.0, 0.1)]
    assert_close(parameter_groups(layers, 1.0, 0.5, 0.1), expected)


def test_a_step_of_sgd_moves_each_layer_at_its_rate(rng):
    layers = draw_network(rng)
    tensors = {name: tensor for layer in layers for name, tensor in layer.items()}
    for tensor in tensors.values():
        tensor.grad = torch.ones_like(tensor)
    expected = {
        name: tensor - 0.5 ** (5 - i) * (1.0 + (0.1 * tensor if tensor.ndim > 1 else 0.0))
        for i, layer in enumerate(layers)
        for name, tensor in layer.items()
    }
    groups = parameter_groups(layers, 1.0, 0.5, 0.1)
    for one in groups:
        one["params"] = [tensors[name] for name in one.pop("names")]
    torch.optim.SGD(groups).step()
    assert_close(tensors, expected)


def test_it_agrees_with_the_reference(rng, reference):
    layers = draw_network(rng)
    expected = reference.parameter_groups(layers, 0.3, 0.7, 0.01)
    assert_close(parameter_groups(layers, 0.3, 0.7, 0.01), expected)


def test_nothing_is_kept_from_call_to_call_and_no_argument_changes(rng):
    layers, others = draw_network(rng), draw_network(rng)
    expected = copy.deepcopy(parameter_groups(layers, 0.3, 0.5, 0.1))
    with unchanged(layers):
        parameter_groups(others, 0.1, 0.2, 0.0)
        again = parameter_groups(layers, 0.3, 0.5, 0.1)
    assert_close(again, expected)
    again[0]["names"].append("another")
    again.clear()
    assert_close(parameter_groups(layers, 0.3, 0.5, 0.1), expected)
    tensors = [tensor for layer in layers for tensor in layer.values()]
    assert_close([(one.requires_grad, vars(one)) for one in tensors], [(False, {})] * 12)
    del layers[-1]["bias"]
    assert_close(parameter_groups(layers, 0.3, 0.5, 0.1), expected[:-1])


@pytest.mark.parametrize("decay", [0.0, -0.5, 1.1, 2.6])
def test_a_decay_outside_0_to_1_raises_a_value_error(rng, decay):
    for layers in (draw_network(rng), []):
        assert_value_error(parameter_groups, layers, 0.1, decay, 0.1)
