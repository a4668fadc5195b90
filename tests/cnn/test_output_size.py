from functools import partial

import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.output_size import output_size, receptive_field
from kata.testing import assert_close, assert_value_error, manners


def size_in_torch(size, kernel, stride, padding, dilation):
    x, w = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    return F.conv1d(x, w, None, stride, padding, dilation).shape[-1]


def seen_in_torch(layers):
    """(field, jump), from what the gradients of the first two outputs reach."""
    x = torch.ones(1, 1, 500, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, dilation in layers:
        y = F.conv1d(y, torch.ones(1, 1, kernel, dtype=torch.float64), None, stride, 0, dilation)
    (first,), (second,) = (torch.autograd.grad(y[0, 0, i], x, retain_graph=True) for i in (0, 1))
    reached, reached_next = first[0, 0].nonzero(), second[0, 0].nonzero()
    field = reached.max() - reached.min() + 1
    return int(field), int(reached_next.min() - reached.min())


# --- The size --------------------------------------------------------------------------------


def test_the_taps_of_a_kernel_of_3_are_at_0_2_4_then_3_5_7_then_6_8_10():
    assert_close(output_size(12, kernel=3, stride=3, padding=0, dilation=2), 3)


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 6])
def test_it_agrees_with_torch(kernel, dilation):
    span = dilation * (kernel - 1) + 1
    cases = [
        (size, kernel, stride, padding, dilation)
        for stride, padding in [(1, 0), (1, 2), (2, 0), (2, 1), (3, 2), (7, 1)]
        for size in range(max(1, span - 2 * padding), 24)
    ]
    expected = {case: size_in_torch(*case) for case in cases}
    assert_close({case: output_size(*case) for case in cases}, expected)


def test_the_defaults_are_those_of_torch():
    expected = [size_in_torch(9, 4, 1, 0, 1), size_in_torch(9, 4, 2, 3, 1)]
    assert_close([output_size(9, 4), output_size(9, 4, 2, 3)], expected)


@pytest.mark.parametrize(("padding", "kernel", "expected"), [(1, 2, 1), (2, 3, 2), (3, 1, 6)])
def test_nothing_but_padding_has_a_size_too(padding, kernel, expected):
    assert_close(output_size(0, kernel, padding=padding), expected)


@pytest.mark.parametrize("stride", [1, 2, 3, 10**9 + 7])
def test_huge_sizes_are_exact(stride):
    size = 3 * 10**30 + 1
    expected = (size + 2 * 10**25 - 7 * (10**20 - 1) - 1) // stride + 1
    assert_close(output_size(size, 10**20, stride, 10**25, 7), expected)


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "dilation"),
    [(4, 5, 0, 1), (0, 1, 0, 1), (2, 7, 2, 1), (4, 3, 0, 2), (6, 3, 1, 4), (1, 2, 0, 1)],
)
@pytest.mark.parametrize("stride", [1, 2, 50])
def test_a_kernel_that_does_not_fit_raises_a_value_error(size, kernel, padding, dilation, stride):
    assert_value_error(output_size, size, kernel, stride, padding, dilation)


@pytest.mark.parametrize(
    "settings",
    [
        {"size": -1, "padding": 4},
        {"padding": -1},
        {"kernel": 0},
        {"kernel": -2},
        {"stride": 0},
        {"stride": 0, "size": 3},
        {"stride": -1},
        {"dilation": 0},
        {"dilation": -1},
        {"kernel": 1, "dilation": 0},
    ],
    ids=str,
)
def test_a_setting_out_of_range_raises_a_value_error(settings):
    assert_value_error(output_size, **{"size": 9, "kernel": 3} | settings)


# --- The receptive field ---------------------------------------------------------------------


def test_a_stride_widens_what_the_layers_after_it_see():
    # The first layer sees 3 pixels, every second time; the next one's three taps are 2 apart.
    assert_close(receptive_field([(3, 2, 1), (3, 1, 1)]), (7, 2))


def test_a_stack_without_layers_sees_one_pixel():
    assert_close(receptive_field([]), (1, 1))


@pytest.mark.parametrize(
    "layers",
    [
        [(1, 1, 1)],
        [(5, 1, 1)],
        [(2, 3, 1)],
        [(3, 1, 4)],
        [(4, 2, 3)],
        [(1, 2, 1), (1, 3, 5), (2, 1, 1)],
        [(3, 1, 1), (3, 2, 1)],
        [(2, 2, 1), (5, 3, 1), (3, 2, 1)],
        [(7, 2, 1), (3, 2, 1), (3, 1, 1), (3, 2, 1)],
        [(3, 1, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8)],
        [(3, 2, 2), (2, 3, 3), (4, 1, 2), (2, 2, 1)],
    ],
    ids=str,
)
def test_it_is_what_a_gradient_reaches_in_torch(layers):
    expected = seen_in_torch(layers)
    assert_close(receptive_field(layers), expected)


def test_a_hundred_layers_are_exact():
    assert_close(receptive_field([(3, 2, 1)] * 100), (2**101 - 1, 2**100))


@pytest.mark.parametrize("place", [0, 1], ids=["first layer", "last layer"])
@pytest.mark.parametrize(
    "layer", [(0, 1, 1), (-1, 1, 1), (3, 0, 1), (3, -2, 1), (3, 1, 0), (3, 1, -1), (1, 1, 0)]
)
def test_a_layer_out_of_range_raises_a_value_error(layer, place):
    layers = [(3, 2, 1)]
    layers.insert(place, layer)
    assert_value_error(receptive_field, layers)


# --- Both ------------------------------------------------------------------------------------


def test_they_agree_with_the_reference(rng, reference):
    layers = [tuple(map(int, rng.integers(1, 6, size=3))) for _ in range(5)]
    expected = [reference.receptive_field(layers), reference.output_size(97, 7, 4, 3, 5)]
    assert_close([receptive_field(layers), output_size(97, 7, 4, 3, 5)], expected)


@manners()
def test_manners(rng):
    layers = [tuple(map(int, rng.integers(2, 6, size=3))) for _ in range(3)]
    size = int(rng.integers(30, 50))
    return (
        partial(output_size, size, 4, 2, 1, 2),
        partial(output_size, size, 8, 2, 1, 2),
        partial(output_size, size, 4, 5, 1, 2),
        partial(output_size, size, 4, 2, 9, 2),
        partial(output_size, size, 4, 2, 1, 5),
        partial(receptive_field, layers),
        partial(receptive_field, layers[:2]),
    )
