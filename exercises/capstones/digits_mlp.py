"""A network of your own reads handwritten digits.

It is built from parts that you wrote before. The digits are pictures of 8×8 pixels, which the tests
scale to 0 … 1. After `train` with sizes (64, 128, 10), 30 epochs, a batch_size of 32 and an lr of
0.001, `predict` has to be right for at least 96 % of the pictures that were held out.

`params` is the list [w1, b1, w2, b2, …] of all layers' weights, of shape (out, in), and biases, of
shape (out,). There may be any number of layers, from one up.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Integer

from exercises.basics.linear import linear, linear_backward
from exercises.basics.relu import relu, relu_backward
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.minibatches import minibatches


def init(sizes: Sequence[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Draw the initial params of a network, in float64.

    `sizes` counts the inputs, the units of each hidden layer and the classes: (64, 32, 10) makes
    w1 of shape (32, 64), b1 (32,), w2 (10, 32) and b2 (10,). The weights are drawn from rng,
    independent and normally distributed with mean 0 and variance 2 / (the layer's number of
    inputs). The biases are 0.

    Source    He, Zhang, Ren & Sun 2015, §2.2
    """
    raise NotImplementedError


def forward(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n features"]
) -> Float[np.ndarray, "n classes"]:
    """Return the logits for the rows of x: linear layers, with ReLU between them."""
    raise NotImplementedError


def loss_and_gradients(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n features"], y: Integer[np.ndarray, "n"]
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of the rows of x, whose classes are y, and its gradients.

    The gradients are in the order of `params` and shaped alike.
    """
    raise NotImplementedError


def train(
    x: Float[np.ndarray, "n features"],
    y: Integer[np.ndarray, "n"],
    sizes: Sequence[int],
    epochs: int,
    batch_size: int,
    lr: float,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Train a new network to predict the classes y of the rows of x; return its params.

    It starts by drawing the params as `init` does, from rng; `epochs` = 0 returns these. An epoch
    deals all rows once in minibatches, in a new order drawn from rng; a smaller last batch counts
    too. Each batch makes one step of Adam on its mean cross-entropy. The step size is `lr`, Adam's
    other settings have their defaults, and one Adam serves the whole training.
    """
    raise NotImplementedError


def predict(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n features"]
) -> Int[np.ndarray, "n"]:
    """Return the most probable class of each row of x; on a tie, the lowest."""
    raise NotImplementedError
