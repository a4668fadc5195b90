"""What `kata bench` times: for each vectorized kata a kernel at a usual size, in float32."""

import numpy as np
import torch
import torch.nn.functional as F

from kata.author.bench import Kernel


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def _gates(rng: np.random.Generator, states: int, gates: int) -> tuple[np.ndarray, ...]:
    """An input, `states` states, and the weights and biases of `gates` gates."""
    n, d, hidden = 64, 128, 128
    rows = gates * hidden
    shapes = (n, d), *[(n, hidden)] * states, (rows, d), (rows, hidden), (rows,), (rows,)
    return tuple(_normal(rng, *shape) for shape in shapes)


def _lstm_torch(x, h, c, *weights):
    with torch.no_grad():
        return torch.lstm_cell(x, (h, c), *weights)


def _gru_torch(*arguments):
    with torch.no_grad():
        return torch.gru_cell(*arguments)


def _iou_torch(a, b):
    low, high = torch.maximum(a[:, None, :2], b[:, :2]), torch.minimum(a[:, None, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(dim=-1) for boxes in (a, b)]
    return shared / (areas[0][:, None] + areas[1] - shared)


def _boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    corners = rng.random((n, 2))
    return np.hstack([corners, corners + rng.random((n, 2))]).astype(np.float32)


def _confusion_torch(targets, predictions, n_classes):
    cells = targets * n_classes + predictions
    return torch.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


KERNELS = [
    Kernel(
        "basics/softmax",
        "softmax",
        lambda rng: (_normal(rng, 512, 256),),
        lambda x: torch.softmax(x, dim=-1),
        loops="one_row_at_a_time",
    ),
    Kernel(
        "basics/relu",
        "relu",
        lambda rng: (_normal(rng, 256, 256),),
        torch.relu,
        loops="relu_one_entry_at_a_time",
    ),
    Kernel(
        "basics/log_softmax",
        "log_softmax",
        lambda rng: (_normal(rng, 512, 256),),
        lambda x: torch.log_softmax(x, dim=-1),
    ),
    Kernel("basics/sigmoid", "sigmoid", lambda rng: (_normal(rng, 256, 256),), torch.sigmoid),
    Kernel("basics/tanh", "tanh", lambda rng: (_normal(rng, 256, 256),), torch.tanh),
    Kernel("basics/gelu", "gelu", lambda rng: (_normal(rng, 256, 256),), F.gelu),
    Kernel(
        "basics/linear",
        "linear",
        lambda rng: (_normal(rng, 256, 512), _normal(rng, 256, 512), _normal(rng, 256)),
        F.linear,
        loops="one_row_at_a_time",
    ),
    Kernel(
        "basics/pairwise_distances",
        "pairwise_distances",
        lambda rng: (_normal(rng, 512, 64), _normal(rng, 512, 64)),
        lambda a, b: torch.cdist(a, b),
        loops="one_row_at_a_time",
    ),
    Kernel(
        "basics/embedding",
        "embedding_backward",
        lambda rng: (
            _normal(rng, 64, 32, 64),
            rng.integers(5000, size=(64, 32)),
            _normal(rng, 5000, 64),
        ),
        lambda grad_y, ids, table: torch.zeros_like(table).index_add(
            0, ids.flatten(), grad_y.flatten(0, 1)
        ),
        loops="one_id_at_a_time",
    ),
    Kernel(
        "training/layer_norm",
        "layer_norm",
        lambda rng: (_normal(rng, 512, 256), _normal(rng, 256), _normal(rng, 256)),
        lambda x, gamma, beta: F.layer_norm(x, gamma.shape, gamma, beta),
    ),
    Kernel(
        "training/rms_norm",
        "rms_norm",
        lambda rng: (_normal(rng, 512, 256), _normal(rng, 256)),
        lambda x, weight: F.rms_norm(x, weight.shape, weight, 1e-5),
    ),
    Kernel(
        "cnn/conv2d",
        "conv2d",
        lambda rng: (
            _normal(rng, 8, 16, 32, 32),
            _normal(rng, 32, 16, 3, 3),
            _normal(rng, 32),
            1,
            1,
        ),
        F.conv2d,
        loops="one_number_at_a_time",
    ),
    Kernel(
        "cnn/im2col",
        "im2col",
        lambda rng: (_normal(rng, 8, 16, 32, 32), 3, 1, 1),
        lambda x, kernel, stride, padding: F.unfold(x, kernel, 1, padding, stride),
        loops="one_window_at_a_time",
    ),
    Kernel(
        "cnn/max_pool",
        "max_pool",
        lambda rng: (_normal(rng, 8, 16, 32, 32), 2),
        F.max_pool2d,
        loops="one_window_at_a_time",
    ),
    Kernel("cnn/avg_pool", "avg_pool", lambda rng: (_normal(rng, 8, 16, 32, 32), 2), F.avg_pool2d),
    Kernel(
        "cnn/box_iou",
        "box_iou",
        lambda rng: (_boxes(rng, 100), _boxes(rng, 100)),
        _iou_torch,
        loops="one_pair_at_a_time",
    ),
    Kernel(
        "rnn/rnn_cell", "rnn_cell", lambda rng: _gates(rng, states=1, gates=1), torch.rnn_tanh_cell
    ),
    Kernel(
        "rnn/gru_cell",
        "gru_cell",
        lambda rng: _gates(rng, states=1, gates=3),
        _gru_torch,
        loops="one_row_at_a_time",
    ),
    Kernel(
        "rnn/lstm_cell",
        "lstm_cell",
        lambda rng: _gates(rng, states=2, gates=4),
        _lstm_torch,
        loops="one_row_at_a_time",
    ),
    Kernel(
        "attention/scaled_dot_product",
        "scaled_dot_product",
        lambda rng: tuple(_normal(rng, 8, 4, 128, 32) for _ in range(3)),
        F.scaled_dot_product_attention,
        loops="one_query_at_a_time",
    ),
    Kernel(
        "attention/online_softmax",
        "blockwise_attention",
        lambda rng: (*(_normal(rng, 1024, 64) for _ in range(3)), 128),
        lambda q, k, v, block: F.scaled_dot_product_attention(q[None], k[None], v[None]),
        loops="one_query_at_a_time",
    ),
    Kernel(
        "evaluation/cross_entropy",
        "cross_entropy",
        lambda rng: (_normal(rng, 512, 256), rng.integers(256, size=512)),
        F.cross_entropy,
    ),
    Kernel(
        "evaluation/confusion_matrix",
        "confusion_matrix",
        lambda rng: (rng.integers(10, size=50_000), rng.integers(10, size=50_000), 10),
        _confusion_torch,
    ),
]
