"""The truth of each question is measured here, with fixed data and a wide margin."""

import numpy as np
import torch
from torch import nn

from exercises.training.predict_signals import (
    batch_norm_in_evaluation,
    batch_norm_statistics,
    bias_before_batch_norm,
    dropout_in_evaluation,
    equal_weights,
    kept_by_dropout,
    layer_norm_statistics,
    linear_stack,
    relu_stack,
    running_mean,
    sigmoid_gradients,
    weights_before_batch_norm,
)
from kata.testing import assert_close

# Answers have three digits, and eps is left out of account.
DIGITS = 5e-4


def assert_digits(answer, truth):
    number = truth.item() if isinstance(truth, torch.Tensor) else float(truth)
    assert_close(answer, number, rtol=0.0, atol=DIGITS)


def batch(mean, std=3.0):
    """A column of 32 numbers with just this mean and standard deviation."""
    x = np.random.default_rng(0).normal(size=(32, 1))
    return torch.tensor((x - x.mean()) / x.std() * std + mean)


def batch_norm():
    return nn.BatchNorm1d(1, dtype=torch.float64)


def drop(training):
    return nn.Dropout(0.2).train(training)(torch.ones(50, 40)).max()


def stack(activation, n_layers, std, width=100):
    """The sizes of the outputs and of each layer's gradients, from normal inputs of size 1."""
    rng = np.random.default_rng(0)
    shape = (width, width)
    weights = [
        torch.tensor(rng.normal(scale=std, size=shape), requires_grad=True) for _ in range(n_layers)
    ]
    h = torch.tensor(rng.normal(size=(256, width)))
    for weight in weights:
        h = activation(h @ weight.T)
    h.backward(torch.tensor(rng.normal(size=h.shape)))
    return h.square().mean().sqrt().item(), [w.grad.square().mean().sqrt().item() for w in weights]


def norm_after_linear(scale):
    """A linear layer's weight and bias, after a backward pass through a BatchNorm."""
    rng = np.random.default_rng(0)
    linear = nn.Linear(3, 1, dtype=torch.float64)
    with torch.no_grad():
        linear.weight[...] = torch.tensor(scale * rng.uniform(1.0, 2.0, size=(1, 3)))
    x, target = torch.tensor(rng.normal(size=(32, 3))), torch.tensor(rng.normal(size=(32, 1)))
    (batch_norm()(linear(x)) - target).square().sum().backward()
    return linear.weight.grad, linear.bias.grad


def test_the_mean_of_a_batch_in_evaluation():
    truth = batch_norm().eval()(batch(7.0)).mean()
    assert_digits(batch_norm_in_evaluation(), truth)


def test_the_running_mean_after_one_batch():
    norm = batch_norm()
    norm(batch(10.0))
    assert_digits(running_mean(), norm.running_mean)


def test_the_shape_of_the_means_of_pictures():
    norm = nn.BatchNorm2d(16)
    norm(torch.ones(8, 16, 5, 5))
    assert_close(batch_norm_statistics(), tuple(norm.running_mean.shape))


def test_the_number_of_means_of_a_layer_norm():
    _, means, _ = torch.native_layer_norm(torch.ones(8, 10, 64), [64], None, None, 1e-5)
    assert_close(layer_norm_statistics(), means.numel())


def test_the_gradient_of_a_bias_before_a_batch_norm():
    _, gradient = norm_after_linear(1.0)
    assert_digits(bias_before_batch_norm(), gradient)


def test_the_gradient_of_doubled_weights_before_a_batch_norm():
    (once, _), (twice, _) = norm_after_linear(1.0), norm_after_linear(2.0)
    assert_digits(weights_before_batch_norm(), twice.norm() / once.norm())


def test_the_largest_output_of_dropout_in_training():
    assert_digits(kept_by_dropout(), drop(training=True))


def test_the_largest_output_of_dropout_in_evaluation():
    assert_digits(dropout_in_evaluation(), drop(training=False))


def test_the_outputs_of_twenty_linear_layers():
    size, _ = stack(lambda h: h, 20, 0.05)
    choices = {"1e-26": 1e-26, "1e-6": 1e-6, "0.05": 0.05, "1": 1.0, "1e6": 1e6}
    truth = min(choices, key=lambda choice: abs(np.log(size / choices[choice])))
    assert_close(linear_stack(), truth)


def fate(ratio, low, within, high):
    """What a factor of a thousand or more is called, in either direction."""
    return high if ratio > 1e3 else low if ratio < 1e-3 else within


def test_the_signal_of_thirty_relu_layers():
    size, _ = stack(torch.relu, 30, 100**-0.5)
    truth = fate(size, "vanishes", "stays", "explodes")
    assert_close(relu_stack(), truth)


def test_the_gradients_of_ten_sigmoid_layers():
    _, sizes = stack(torch.sigmoid, 10, 100**-0.5)
    truth = fate(sizes[0] / sizes[-1], "vanishing", "healthy", "exploding")
    assert_close(sigmoid_gradients(), truth)


def test_the_units_that_differ_after_equal_weights():
    rng = np.random.default_rng(0)
    x, target = torch.tensor(rng.normal(size=(32, 3))), torch.tensor(rng.normal(size=(32, 1)))
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
    for param in net.parameters():
        nn.init.constant_(param, 0.5)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        (net(x) - target).square().mean().backward()
        optimizer.step()
    units = net[0].weight.detach().numpy()
    truth = len(np.unique(units.round(6), axis=0))
    assert_close(equal_weights(), truth)
