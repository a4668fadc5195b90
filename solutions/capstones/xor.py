"""XOR: what one perceptron cannot learn, and two layers can.

The four points are (0, 0), (0, 1), (1, 0) and (1, 1); a point's label is 1 where exactly one of its
numbers is 1. No straight line has the two 1s on one side and the two 0s on the other.

Everything is built from parts that you wrote before. `params` is the list [w1, b1, w2, b2]
of the network of `backprop`, with one output, in float64.

`python -m exercises.capstones.xor` trains your network and prints what it has learned.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int64, Integer

from exercises.basics import backprop, perceptron
from exercises.optimization.sgd import SGD


def perceptron_accuracy(
    x: Float[np.ndarray, "n 2"], y: Integer[np.ndarray, "n"], epochs: int, lr: float
) -> float:
    """Fit a perceptron to x and y; return the fraction of the points that it then labels right.

    Source    Minsky & Papert 1969

    >>> perceptron_accuracy(np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([0, 1]), 10, lr=1.0)
    1.0
    """
    w, b, _ = perceptron.fit(x, y, epochs, lr)
    return float(np.mean(perceptron.predict(x, w, b) == y))


def init(hidden: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw the initial params of a network with 2 inputs, `hidden` units and 1 output, in float64.

    w1 is of shape (hidden, 2) and w2 of (1, hidden). Their entries are drawn from rng, independent
    and normally distributed with mean 0 and variance 2 / (the number of inputs of their layer). The
    biases, of shapes (hidden,) and (1,), are 0.

    Source    He, Zhang, Ren & Sun 2015, §2.2
    """
    w1 = rng.normal(scale=np.sqrt(2 / 2), size=(hidden, 2))
    w2 = rng.normal(scale=np.sqrt(2 / hidden), size=(1, hidden))
    return [w1, np.zeros(hidden), w2, np.zeros(1)]


def train(
    params: Sequence[np.ndarray],
    x: Float[np.ndarray, "n 2"],
    y: Integer[np.ndarray, "n"],
    steps: int,
    lr: float,
) -> tuple[list[np.ndarray], list[float]]:
    """Train the network and return (the params after the last step, the loss before each step).

    Each step is one of SGD, on all points at once. The loss is that of `backprop`; the targets
    are the labels as floats, in one column.
    """
    params, losses = [param.copy() for param in params], []
    target = y[:, None].astype(np.float64)  # (n, 1), as the outputs
    sgd = SGD(lr)
    for _ in range(steps):
        loss, grads = backprop.loss_and_gradients(x, target, *params)
        params = sgd.step(params, list(grads))
        losses.append(loss)
    return params, losses


def classify(params: Sequence[np.ndarray], x: Float[np.ndarray, "n 2"]) -> Int64[np.ndarray, "n"]:
    """Return the label of each point, as int64: 1 where the network's output is above ½, else 0."""
    return (backprop.forward(x, *params)[:, 0] > 0.5).astype(np.int64)


def picture(params: Sequence[np.ndarray], size: int) -> str:
    """Draw how the network divides the square from −½ to 1½, in `size` lines of `size` characters.

    A character stands for the middle of its cell of the square: # where the label is 1, · where it
    is 0. The first number of a point runs from left to right, the second from bottom to top. The
    lines are joined by a newline; there is none at the end.

    >>> right_of_one_half = [np.array([[1.0, 0.0]]), np.zeros(1), np.array([[1.0]]), np.zeros(1)]
    >>> print(picture(right_of_one_half, 4))
    ··##
    ··##
    ··##
    ··##
    """
    middles = 2 * (np.arange(size) + 0.5) / size - 0.5
    across, up = np.meshgrid(middles, middles[::-1])  # the top line comes first
    labels = classify(params, np.stack([across, up], axis=-1).reshape(-1, 2))
    return "\n".join("".join("·#"[label] for label in row) for row in labels.reshape(size, size))


if __name__ == "__main__":
    corners, labels = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), [0, 1, 1, 0]
    accuracy = perceptron_accuracy(corners, np.array(labels), epochs=100, lr=0.1)
    print(f"A perceptron labels {accuracy:.0%} of the four points right. Two layers:")
    trained, losses = train(init(16, np.random.default_rng()), corners, np.array(labels), 500, 0.05)
    print(f"{picture(trained, 24)}\nThe loss fell from {losses[0]:.3f} to {losses[-1]:.5f}.")
