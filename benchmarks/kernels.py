"""What `kata bench` times: for each vectorised kata a kernel at a usual size, in float32."""

import numpy as np
import torch
import torch.nn.functional as F

from kata.author.bench import Kernel


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def _lstm_arguments(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    n, d, hidden = 64, 128, 128
    shapes = (n, d), (n, hidden), (n, hidden), (4 * hidden, d), (4 * hidden, hidden)
    biases = (4 * hidden,), (4 * hidden,)
    return tuple(_normal(rng, *shape) for shape in (*shapes, *biases))


def _lstm_torch(x, h, c, *weights):
    with torch.no_grad():
        return torch.lstm_cell(x, (h, c), *weights)


def _confusion_torch(targets, predictions, n_classes):
    cells = targets * n_classes + predictions
    return torch.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


KERNELS = [
    Kernel(
        "basics/softmax",
        "softmax",
        "one_row_at_a_time",
        lambda rng: (_normal(rng, 512, 256),),
        lambda x: torch.softmax(x, dim=-1),
    ),
    Kernel(
        "basics/relu",
        "relu",
        "relu_one_entry_at_a_time",
        lambda rng: (_normal(rng, 256, 256),),
        torch.relu,
    ),
    Kernel(
        "basics/linear",
        "linear",
        "one_row_at_a_time",
        lambda rng: (_normal(rng, 256, 512), _normal(rng, 256, 512), _normal(rng, 256)),
        F.linear,
    ),
    Kernel(
        "cnn/conv2d",
        "conv2d",
        "one_number_at_a_time",
        lambda rng: (
            _normal(rng, 8, 16, 32, 32),
            _normal(rng, 32, 16, 3, 3),
            _normal(rng, 32),
            1,
            1,
        ),
        F.conv2d,
    ),
    Kernel("rnn/lstm_cell", "lstm_cell", "one_row_at_a_time", _lstm_arguments, _lstm_torch),
    Kernel(
        "attention/scaled_dot_product",
        "scaled_dot_product",
        "one_query_at_a_time",
        lambda rng: tuple(_normal(rng, 8, 4, 128, 32) for _ in range(3)),
        F.scaled_dot_product_attention,
    ),
    Kernel(
        "evaluation/cross_entropy",
        "cross_entropy",
        "one_row_at_a_time",
        lambda rng: (_normal(rng, 512, 256), rng.integers(256, size=512)),
        F.cross_entropy,
    ),
    Kernel(
        "evaluation/confusion_matrix",
        "confusion_matrix",
        "one_sample_at_a_time",
        lambda rng: (rng.integers(10, size=50_000), rng.integers(10, size=50_000), 10),
        _confusion_torch,
    ),
]
