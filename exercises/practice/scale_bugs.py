"""Four quantities of the wrong size.

This program trains a network with one hidden layer to read pictures. As handed out it runs without
an error and learns a little. But in four places a number is larger or smaller than it should be.

`params` is [w1, b1, w2, b2], with w1 of shape (hidden, pixels) and w2 (classes, hidden).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Integer


# TODO: find the four bugs and fix them; the docstrings are right.
def prepare(images: Integer[np.ndarray, "n h w"]) -> Float[np.ndarray, "n pixels"]:
    """Scale pixels from 0 … 255 to 0 … 1, in float64, and make each picture a row."""
    return images.reshape(len(images), -1).astype(np.float64)


def draw_params(
    pixels: int, hidden: int, classes: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Draw the first params: biases of 0, and independent weights with mean 0.

    The variance of a weight is 2 / (the number of inputs of its layer), whatever its distribution.
    """
    w1 = rng.normal(size=(hidden, pixels))
    w2 = rng.normal(size=(classes, hidden))
    return [w1, np.zeros(hidden), w2, np.zeros(classes)]


def gradients(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n pixels"], y: Integer[np.ndarray, "n"]
) -> list[np.ndarray]:
    """Return the gradients of the mean cross-entropy over the rows of x, whose classes are y.

    The logits are relu(x w1ᵀ + b1) w2ᵀ + b2. The gradients have the order of params.
    """
    w1, b1, w2, b2 = params
    hidden = np.maximum(x @ w1.T + b1, 0)
    logits = hidden @ w2.T + b2
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    grad_logits = exp / exp.sum(axis=1, keepdims=True)
    grad_logits[np.arange(len(y)), y] -= 1
    grad_hidden = (grad_logits @ w2) * (hidden > 0)
    return [
        grad_hidden.T @ x,
        grad_hidden.sum(axis=0),
        grad_logits.T @ hidden,
        grad_logits.sum(axis=0),
    ]


def step(
    params: Sequence[np.ndarray],
    grads: Sequence[np.ndarray],
    lr: float,
    max_norm: float,
    decay: float,
) -> list[np.ndarray]:
    """Take a step with clipped gradients and decaying weights; return the new params.

    norm = √(Σ g²)                                   over all entries of all gradients
    g ← g · min(1, max_norm / (norm + 1e-6))
    w ← w − lr · (g + decay · w)                     for w1 and w2
    b ← b − lr · g                                   for b1 and b2
    """
    moves = [lr * grad for grad in grads]
    norm = np.sqrt(sum((move**2).sum() for move in moves))
    scale = min(1.0, max_norm / (norm + 1e-6))
    decays = [decay, 0.0, decay, 0.0]
    return [
        param - scale * move - lr * rate * param
        for param, move, rate in zip(params, moves, decays, strict=True)
    ]


def train(
    params: Sequence[np.ndarray],
    images: Integer[np.ndarray, "n h w"],
    labels: Integer[np.ndarray, "n"],
    epochs: int,
    batch_size: int,
    lr: float,
) -> list[np.ndarray]:
    """Train on the prepared images, in batches of rows in their order; return the new params.

    The last batch of an epoch has the rows that are left over. A step has a max_norm of 1 and a
    decay of 1e-4.
    """
    x, params = prepare(images), [param.copy() for param in params]
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            grads = gradients(params, x[rows], labels[rows])
            params = step(params, grads, lr, max_norm=1.0, decay=1e-4)
    return params
