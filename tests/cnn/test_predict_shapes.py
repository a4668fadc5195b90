"""Each truth is found by running PyTorch or by counting, never from a stored answer."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from exercises.cnn.predict_shapes import (
    averaged_corner,
    batch_norm_parameters,
    dilated_size,
    flattened,
    moved_picture,
    multiplications,
    overlap,
    parameters,
    pooled_corner,
    receptive_field,
    sliding,
    strided_convolution,
)
from kata.testing import assert_close


def count_parameters(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


def first_layer():
    return nn.Conv2d(3, 64, 7, stride=2, padding=3)


def change(before, after):
    if np.allclose(before, after):
        return "stays"
    moved = before.ndim > 1 and np.allclose(np.roll(before, 4, axis=-1), after)
    return "moves" if moved else "changes"


def test_the_shape_after_a_strided_convolution():
    y = first_layer()(torch.zeros(2, 3, 224, 224))
    assert_close(strided_convolution(), tuple(y.shape))


def test_the_parameters_of_that_layer():
    expected = count_parameters(first_layer())
    assert_close(parameters(), expected)


def test_the_multiplications_of_a_convolution():
    # Where all numbers are 1, every product adds 1.
    y = F.conv2d(torch.ones(1, 16, 10, 10).double(), torch.ones(32, 16, 3, 3).double())
    assert_close(multiplications(), int(y.sum()))


def test_the_size_after_a_dilated_convolution():
    y = F.conv2d(torch.ones(1, 1, 10, 10), torch.ones(1, 1, 3, 3), dilation=2)
    assert_close(dilated_size(), y.shape[2])


def test_the_receptive_field_of_three_layers():
    # What can reach the number has a gradient.
    x = torch.ones(1, 1, 63, 63, requires_grad=True)
    y, w = x, torch.ones(1, 1, 3, 3)
    for stride in (2, 2, 1):
        y = F.conv2d(y, w, stride=stride)
    y[0, 0, 3, 3].backward()
    expected = int((x.grad[0, 0] != 0).any(dim=1).sum())
    assert_close(receptive_field(), expected)


def test_the_inputs_of_the_linear_layer():
    first = nn.Conv2d(3, 16, 3, padding=1)
    second = nn.Conv2d(16, 32, 3)
    y = F.max_pool2d(first(torch.zeros(1, 3, 32, 32)), 2)
    y = F.max_pool2d(second(y), 2)
    assert_close(flattened(), y.numel())


def test_the_corner_after_max_pooling():
    y = F.max_pool2d(-torch.ones(1, 1, 4, 4), 3, stride=2, padding=1)
    assert_close(pooled_corner(), y[0, 0, 0, 0].item())


def test_the_corner_after_average_pooling():
    y = F.avg_pool2d(torch.ones(1, 1, 4, 4), 2, stride=2, padding=1)
    assert_close(averaged_corner(), y[0, 0, 0, 0].item())


def test_what_a_sliding_kernel_gives():
    y = F.conv1d(torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[1.0, 10.0]]]))
    assert_close(sliding(), tuple(y.flatten().tolist()))


def test_the_parameters_of_a_batch_norm():
    expected = count_parameters(nn.BatchNorm2d(64))
    assert_close(batch_norm_parameters(), expected)


def test_what_a_moved_picture_changes():
    pictures = torch.zeros(2, 1, 24, 24, dtype=torch.float64)
    thing = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
    pictures[0, 0, 8:11, 8:11] = pictures[1, 0, 8:11, 12:15] = thing
    w = torch.linspace(-1.0, 2.0, 9, dtype=torch.float64).reshape(1, 1, 3, 3)
    y = pictures
    for _ in range(3):
        y = F.conv2d(y, w, padding=1)
    before, after = y.numpy()
    means = before.mean(axis=(1, 2)), after.mean(axis=(1, 2))
    assert_close(moved_picture(), f"{change(before, after)}, {change(*means)}")


def test_the_overlap_of_two_boxes():
    first, second = np.zeros((2, 10, 15), dtype=bool)
    first[:, :10] = second[:, 5:] = True
    expected = float((first & second).sum() / (first | second).sum())
    assert_close(overlap(), expected, atol=0.0005)
