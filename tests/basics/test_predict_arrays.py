"""Each truth is found by running NumPy or PyTorch, never from a stored answer."""

import numpy as np
import torch
from torch import nn

from exercises.basics.predict_arrays import (
    batched_product,
    bias_gradient,
    broadcast_shape,
    doubled_logits,
    mean_by_axis,
    network_parameters,
    predictions_minus_targets,
    relu_gradient,
    shifted_logits,
    sigmoid_slope,
    stacked_without_activation,
    two_class_softmax,
)
from kata.testing import assert_close

# Answers have three digits.
DIGITS = 5e-4


def assert_digits(answer, truth):
    assert_close(answer, truth, rtol=0.0, atol=DIGITS)


def change_of_softmax(change):
    """What becomes of the softmax of some logits."""
    logits = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    before, after = (torch.softmax(x, 0).max().item() for x in (logits, change(logits)))
    if abs(after - before) < 1e-6:
        return "nothing"
    return "it becomes more extreme" if after > before else "it becomes more even"


def test_the_shape_of_a_broadcast_sum():
    assert_close(broadcast_shape(), (np.zeros((5, 1, 4)) + np.zeros((3, 1))).shape)


def test_the_shape_of_predictions_minus_targets():
    assert_close(predictions_minus_targets(), (np.zeros((32, 1)) - np.zeros(32)).shape)


def test_the_shape_of_a_mean():
    assert_close(mean_by_axis(), np.zeros((8, 10, 64)).mean(axis=1, keepdims=True).shape)


def test_the_shape_of_a_product():
    assert_close(batched_product(), (np.zeros((6, 2, 3)) @ np.zeros((3, 5))).shape)


def test_the_parameters_of_a_network():
    network = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
    assert_close(network_parameters(), sum(weights.numel() for weights in network.parameters()))


def test_what_layers_without_activations_compute():
    # A linear map, up to its bias, treats a step alike wherever it starts; a curve does not.
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(50, 50)) / 7, rng.normal(size=50)) for _ in range(3)]
    x, step = rng.normal(size=(2, 50))
    rises = []
    for start in (x, -3 * x):
        ends = []
        for h in (start, start + step):
            for w, b in layers:
                h = w @ h + b
            ends.append(h)
        rises.append(ends[1] - ends[0])
    truth = "nothing" if np.allclose(*rises) else "curves"
    assert_close(stacked_without_activation(), truth)


def test_the_softmax_of_two_classes():
    logits = torch.tensor([3.0, 1.0], dtype=torch.float64).log()
    assert_digits(two_class_softmax(), torch.softmax(logits, 0)[0].item())


def test_the_softmax_of_shifted_logits():
    assert_close(shifted_logits(), change_of_softmax(lambda logits: logits + 100))


def test_the_softmax_of_doubled_logits():
    assert_close(doubled_logits(), change_of_softmax(lambda logits: 2 * logits))


def test_the_gradient_through_relu():
    x = torch.tensor([-2.0, 0.5, 3.0], dtype=torch.float64, requires_grad=True)
    torch.relu(x).square().sum().backward()
    assert_digits(relu_gradient(), tuple(x.grad.tolist()))


def test_the_steepest_slope_of_the_sigmoid():
    x = torch.linspace(-5, 5, 1001, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).sum().backward()
    assert_digits(sigmoid_slope(), x.grad.max().item())


def test_the_gradient_of_a_bias():
    unit = nn.Linear(4, 1, dtype=torch.float64)
    unit(torch.ones(32, 4, dtype=torch.float64)).backward(torch.full((32, 1), 0.5).double())
    assert_digits(bias_gradient(), unit.bias.grad.item())
