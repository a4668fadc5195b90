"""Oracles for a backward pass."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kata.testing.values import Array, as_array


def numerical_gradient(
    function: Callable[[Array], Array | float], x: Array, upstream: Array | float = 1.0
) -> Array:
    """The gradient of sum(function(x) · upstream) with respect to x, by central differences."""
    gradient = np.zeros_like(x, dtype=np.float64)
    for index in np.ndindex(x.shape):
        step = 1e-5 * max(1.0, abs(float(x[index])))
        ahead, behind = x.astype(np.float64), x.astype(np.float64)
        ahead[index] += step
        behind[index] -= step
        rise = np.sum((np.asarray(function(ahead)) - np.asarray(function(behind))) * upstream)
        gradient[index] = rise / (ahead[index] - behind[index])
    return gradient


def torch_gradients(
    function: Callable[..., Any], inputs: Sequence[Array], upstream: Array | float = 1.0
) -> tuple[Array, ...]:
    """Torch's gradients of sum(function(*inputs) · upstream) with respect to each input."""
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in inputs]
    output = function(*tensors)
    output.backward(torch.as_tensor(upstream, dtype=output.dtype).expand_as(output))
    return tuple(as_array(tensor.grad) for tensor in tensors)
