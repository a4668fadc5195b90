"""A recurrent network of your own invents names.

It reads a name letter by letter, and before each letter it says how probable each of 27 symbols is:
0 is the edge, where a name begins and ends, and 1 to 26 are the letters a to z. Every name is of
one or more of these letters. The tests `train` on 4,600 of the names in data/, from the params of
`init(64, rng)`, for three epochs, with a batch_size of 32 and an lr of 0.005. The loss on the other
names then has to be at least 0.15 below that of a bigram table, which counts how often one symbol
follows another.

`params` is the list [w_ih, w_hh, b_ih, b_hh, w_out, b_out]. The first four are those of
`rnn_forward`, which reads the symbols as one-hot rows and starts from zeros. The last two, (27,
hidden) and (27,), make a linear layer from each hidden state to the logits of the next symbol. They
are float32, which halves the training time, provided no float64 array slips in.

`python -m exercises.capstones.char_rnn` trains your network and prints names that it invents.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64, Integer

from exercises.attention import sampling
from exercises.basics.linear import linear, linear_backward
from exercises.basics.one_hot import one_hot
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam
from exercises.optimization.clip_gradients import clip_by_global_norm
from exercises.optimization.minibatches import minibatches
from exercises.practice.collate import collate
from exercises.rnn.backprop_through_time import rnn_backward
from exercises.rnn.rnn_cell import rnn_cell
from exercises.rnn.rnn_forward import rnn_forward
from exercises.training.orthogonal_init import orthogonal
from exercises.training.weight_init import xavier_normal

SYMBOLS = 27


def encode(names: Sequence[str]) -> tuple[Int64[np.ndarray, "n t"], Int64[np.ndarray, "n t"]]:
    """Return (inputs, targets): what the network reads of each name, and what comes next.

    A name of k letters fills k + 1 places of its row. It is read from the edge before it to its
    last letter; the targets go from its first letter to the edge after it. t is that of the longest
    name. Places that are left over hold 0 in `inputs` and −100 in `targets`.

    >>> inputs, targets = encode(["eve", "al"])
    >>> inputs
    array([[ 0,  5, 22,  5],
           [ 0,  1, 12,  0]])
    >>> targets
    array([[   5,   22,    5,    0],
           [   1,   12,    0, -100]])
    """
    raise NotImplementedError


def init(hidden: int, rng: np.random.Generator) -> list[Float32[np.ndarray, "..."]]:
    """Draw the initial params of a network with `hidden` units, in float32.

    w_hh is drawn as `orthogonal` does, w_ih and w_out as `xavier_normal` does, from rng and
    independent of each other. The biases are 0.
    """
    raise NotImplementedError


def loss_and_gradients(
    params: Sequence[np.ndarray],
    inputs: Integer[np.ndarray, "n t"],
    targets: Integer[np.ndarray, "n t"],
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of the targets, in nats per symbol, and its gradients.

    All targets other than −100 count alike. The gradients are in the order of `params` and shaped
    alike; they have its dtype, float32 or float64.
    """
    raise NotImplementedError


def train(
    params: Sequence[np.ndarray],
    names: Sequence[str],
    epochs: int,
    batch_size: int,
    lr: float,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train the network on names, starting from `params`; return the new params, in their dtype.

    An epoch deals all names once in minibatches, in a new order drawn from rng; a smaller last
    batch counts too. Each batch makes one step of Adam on its loss, along gradients that
    `clip_by_global_norm` limits to a norm of 1. The step size is `lr`, Adam's other settings have
    their defaults, and one Adam serves the whole training.

    After each epoch report(done, loss) is called, with the share of the epochs that are done, up to
    1, and the mean of the losses of this epoch's batches.
    """
    raise NotImplementedError


def invent(
    params: Sequence[np.ndarray], temperature: float, longest: int, rng: np.random.Generator
) -> str:
    """Draw a new name, symbol by symbol, until the edge is drawn or there are `longest` letters.

    The network reads the edge first, and then each letter that was drawn. The next symbol is drawn
    from rng, with the probabilities that `next_token_probs` gives at this temperature.
    """
    raise NotImplementedError


if __name__ == "__main__":
    files = [Path(__file__).parents[2] / "data" / f"{file}.txt" for file in ("women", "men")]
    names = [name for file in files for name in file.read_text().split()]
    rng = np.random.default_rng()
    trained = train(
        init(64, rng), names, 5, 32, 0.005, rng, lambda done, loss: print(f"{done:4.0%} {loss:.3f}")
    )
    for temperature in (0.5, 1.0, 1.5):
        print(f"at {temperature}:", *(invent(trained, temperature, 12, rng) for _ in range(9)))
