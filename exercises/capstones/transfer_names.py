"""Transfer: a network that knows women's names learns men's names from a few.

Everything is built from `char_rnn`: names, params, `encode`, `init`, `loss_and_gradients` and
`train` are as they are there. The *head* is the last layer, w_out and b_out; the four params before
it are the *body*.

The tests `train` on all women's names in data/, hold out 588 of the men's names that are new, and
`compare` what is learned from 30, 100 and 300 others in eight epochs, with a batch_size of 10. Both
networks that start from the women's names must end at least 0.15, 0.1 and 0.05 nats per symbol
below the one trained from scratch.

`python -m exercises.capstones.transfer_names` prints such a comparison of your own.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from exercises.basics.linear import linear, linear_backward
from exercises.basics.one_hot import one_hot
from exercises.capstones.char_rnn import encode, init, loss_and_gradients, train
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.clip_gradients import clip_by_global_norm
from exercises.optimization.minibatches import minibatches
from exercises.rnn.rnn_forward import rnn_forward

# The lr of each way to learn. What is already good should not move far.
RATES = {"head": 0.003, "all": 0.001, "scratch": 0.005}


def hold_out(
    names: Sequence[str], known: Sequence[str], n: int, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Drop the names in `known`; split the rest into (those to train on, n that are held out).

    Both lists are in random order, drawn from rng: all orders of the new names are equally likely.
    `names` holds no name twice; n is at most the number of the new ones.

    >>> others, held_out = hold_out(["jo", "al", "max"], ["zoe", "jo"], 1, np.random.default_rng(0))
    >>> sorted(others + held_out)
    ['al', 'max']
    """
    raise NotImplementedError


def train_head(
    params: Sequence[np.ndarray],
    names: Sequence[str],
    epochs: int,
    batch_size: int,
    lr: float,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train the head alone; return all six params, the body's with the values they had.

    All else is as in `train`, except that only the head's gradients count in the norm of at most 1.
    """
    raise NotImplementedError


def compare(
    pretrained: Sequence[np.ndarray],
    names: Sequence[str],
    held_out: Sequence[str],
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> dict[str, float]:
    """Train three networks on `names`, apart, and return their losses on all of `held_out`.

        head       starts from `pretrained` and trains its head alone
        all        starts from `pretrained` and trains all params
        scratch    starts from new params, drawn from rng, with as many hidden units

    Each has its lr from `RATES`; epochs, batch_size, rng and report are handed on.
    """
    raise NotImplementedError


if __name__ == "__main__":
    data, rng = Path(__file__).parents[2] / "data", np.random.default_rng()
    women, men = ((data / f"{file}.txt").read_text().split() for file in ("women", "men"))
    few, held_out = hold_out(men, women, 588, rng)

    def show(done: float, loss: float) -> None:
        print(f"{done:4.0%} {loss:.3f}", end="\r")

    pretrained = train(init(64, rng), women, 3, 32, 0.005, rng, show)
    print(f"women's names alone   {loss_and_gradients(pretrained, *encode(held_out))[0]:.3f}")
    for count in (30, 100, 300):
        losses = compare(pretrained, few[:count], held_out, 8, 10, rng, show)
        print(f"{count:3} men's names", *(f"  {way} {loss:.3f}" for way, loss in losses.items()))
