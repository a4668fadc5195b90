"""A convolutional network of your own reads handwritten digits, also when they have moved.

It is built from parts that you wrote before:

    x ─► conv ─► relu ─► max_pool ─► conv ─► relu ─► max over all positions ─► linear ─► logits
     (n,1,8,8)  (n,16,8,8) (n,16,4,4)   (n,32,4,4)             (n,32)                   (n,10)

Both convolutions have kernels of 3×3, a stride of 1 and a padding of 1; max_pool has windows of
3×3, a stride of 2 and a padding of 1. `params` is the list [w1, b1, w2, b2, w3, b3] of the three
layers, with weights of the shapes (first, 1, 3, 3), (second, first, 3, 3) and (classes, second).

The tests train it with 16 and 32 channels and a batch_size of 32, for 10 epochs with an lr of 0.003
and then 5 more with one of 0.0005. It has to read at least 95 % of the digits that were held out,
and at least 60 % of the same digits moved by one pixel, of which the network of `digits_mlp` reads
about 47 %.

    Numerics  params and x have the same dtype, and all functions keep it. The tests train in
              float32, which takes half of the memory and is precise enough for training
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int, Integer

from exercises.basics.linear import linear, linear_backward
from exercises.basics.relu import relu, relu_backward
from exercises.cnn.conv2d import conv2d
from exercises.cnn.conv2d_backward import conv2d_backward
from exercises.cnn.max_pool import max_pool
from exercises.cnn.max_pool_backward import max_pool_backward
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.minibatches import minibatches
from exercises.training.weight_init import kaiming_normal


def init(channels: tuple[int, int], classes: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw the initial params, in float32.

    `channels` counts those after the first and the second convolution. The weights are drawn from
    rng as by `kaiming_normal`, with mean 0 and variance 2 / fan_in; the biases are 0.

    >>> [param.shape for param in init((16, 32), 10, np.random.default_rng(0))]
    [(16, 1, 3, 3), (16,), (32, 16, 3, 3), (32,), (10, 32), (10,)]
    """
    raise NotImplementedError


def forward(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n 1 height width"]
) -> Float[np.ndarray, "n classes"]:
    """Return the logits of the pictures x."""
    raise NotImplementedError


def loss_and_gradients(
    params: Sequence[np.ndarray],
    x: Float[np.ndarray, "n 1 height width"],
    y: Integer[np.ndarray, "n"],
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of the pictures x, whose classes are y, and its gradients.

    The gradients are in the order of `params`, shaped alike and of the same dtype. Where maxima are
    equal, any one of them may get the gradient, or all of them equal parts of it.
    """
    raise NotImplementedError


def train(
    params: Sequence[np.ndarray],
    x: Float[np.ndarray, "n 1 height width"],
    y: Integer[np.ndarray, "n"],
    epochs: int,
    batch_size: int,
    lr: float,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train the network to predict the classes y of the pictures x; return its new params.

    An epoch deals all pictures once in minibatches, in a new order drawn from rng; a smaller last
    batch counts too. Each batch makes one step of Adam on its mean cross-entropy. The step size is
    `lr`, Adam's other settings have their defaults, and one Adam serves the whole training.

    After each epoch it calls report(done, loss): `done` is the share of the epochs that are done, 1
    after the last; `loss` is the mean over the epoch's batches of their losses, each taken before
    the batch's step.
    """
    raise NotImplementedError


def predict(
    params: Sequence[np.ndarray], x: Float[np.ndarray, "n 1 height width"]
) -> Int[np.ndarray, "n"]:
    """Return the most probable class of each picture; on a tie, the lowest."""
    raise NotImplementedError
