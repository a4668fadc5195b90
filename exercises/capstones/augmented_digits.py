"""Small random moves teach a network that a digit may stand anywhere.

The network of `digits_mlp` reads about 98 % of the digits that were held out, but only half of them
once they are moved by a single pixel. Here the same network learns from pictures that are moved at
random. It is built from parts that you wrote before; `params` and `sizes` are those of
`digits_mlp`, whose first layer gets a picture's pixels row by row.

The tests train it with sizes (64, 128, 10), 20 epochs, a batch_size of 32, an lr of 0.003 and a
shift of 1. It then has to read at least 85 % of the held-out digits when they are moved by a pixel,
and at least 88 % as they are.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Integer

from exercises.capstones.digits_mlp import init, loss_and_gradients, predict
from exercises.optimization.adam import Adam
from exercises.optimization.minibatches import minibatches
from exercises.practice.flip_and_crop import random_crop


def moved(
    x: Float[np.ndarray, "n height width"], down: int, right: int
) -> Float[np.ndarray, "n height width"]:
    """Move all pictures by so many pixels; a negative number means up, or left.

    What leaves the frame is lost, and what enters is 0. The numbers are at most 1 in size.

    >>> moved(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 0, 1)
    array([[[0., 1.],
            [0., 3.]]])
    """
    raise NotImplementedError


def accuracies(
    params: Sequence[np.ndarray],
    x: Float[np.ndarray, "n height width"],
    y: Integer[np.ndarray, "n"],
) -> tuple[float, float]:
    """Return the share of pictures that are read right as they are, and when moved by a pixel.

    The second is the mean of four shares: of all pictures moved down, up, to the right and to the
    left. There is at least one picture.
    """
    raise NotImplementedError


def train(
    x: Float[np.ndarray, "n height width"],
    y: Integer[np.ndarray, "n"],
    sizes: Sequence[int],
    epochs: int,
    batch_size: int,
    lr: float,
    shift: int,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train a new network to predict the classes y of the pictures x; return its params.

    It trains as `train` of `digits_mlp` does: it draws the params, deals all pictures anew in every
    epoch, a smaller last batch included, and makes a step of one Adam on each batch. But the
    pictures in a batch are moved first: each by a number of pixels down or up, and by another to
    the right or left. Each number is one of −shift, …, shift, all equally likely, and is drawn from
    rng for each picture in each epoch. As in `moved`, 0 enters; a shift of 0 moves nothing.

    After each epoch it calls report(done, loss): `done` is the share of the epochs that are done, 1
    after the last; `loss` is the mean over the epoch's batches of their losses, each taken before
    the batch's step.

    Source    Simard, Steinkraus & Platt 2003, §2
    """
    raise NotImplementedError
