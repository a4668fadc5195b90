"""One attention head learns to read sequences backwards, and its weights show how.

The parts are your own: embedding, attention with its backward pass, cross-entropy and Adam. To
give back a sequence in reverse, position i has to look at position length − 1 − i, whatever token
is there. So each token's vector has that of its position added to it:

    x = tokens[ids] + positions             q = x W_qᵀ    k = x W_kᵀ    v = x W_vᵀ
    logits = softmax(q kᵀ / √d) v W_outᵀ    without a mask, softmax over the keys

`params` is the list [tokens, positions, w_q, w_k, w_v, w_out], in float64. The tests train on 100
batches of 64 random sequences, of 8 tokens out of 10, with d = 32 and lr = 0.01. In new sequences,
99 % of the reversed tokens must then have the largest logit, and position i must give position
7 − i a mean weight of 0.9 or more.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Integer

from exercises.attention.attention_backward import scaled_dot_product_backward
from exercises.attention.scaled_dot_product import scaled_dot_product
from exercises.basics.embedding import embedding, embedding_backward
from exercises.basics.softmax import softmax
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adam import Adam


def init(n_tokens: int, length: int, d: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw the initial params from rng, independent and normally distributed, with mean 0.

    `tokens` (n_tokens, d) and `positions` (length, d) have variance 1; `w_q`, `w_k` and `w_v`
    (d, d) have variance 1 / d. Only `w_out` (n_tokens, d) is 0: at first, all tokens are equally
    likely everywhere.
    """
    raise NotImplementedError


def weights(
    params: Sequence[np.ndarray], ids: Integer[np.ndarray, "n length"]
) -> Float[np.ndarray, "n length length"]:
    """Return the attention weights: entry [n, i, j] is how much position i takes from j."""
    raise NotImplementedError


def forward(
    params: Sequence[np.ndarray], ids: Integer[np.ndarray, "n length"]
) -> Float[np.ndarray, "n length n_tokens"]:
    """Return the logits of the token to put at each position."""
    raise NotImplementedError


def loss_and_gradients(
    params: Sequence[np.ndarray],
    ids: Integer[np.ndarray, "n length"],
    targets: Integer[np.ndarray, "n length"],
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of all n · length targets, and its gradients.

    targets[i, j] is the token to put at position j of sequence i. The gradients are in the order of
    `params` and shaped alike.
    """
    raise NotImplementedError


def train(
    params: Sequence[np.ndarray],
    batches: Integer[np.ndarray, "steps n length"],
    lr: float,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train on reversing the sequences of each batch; return the new params.

    Each of the batches, one or more, makes one step of Adam, in their order. The step size is `lr`,
    Adam's other settings have their defaults. After step i = 1, 2, … call `report(i / steps, loss)`
    with the loss from which the step's gradients came.
    """
    raise NotImplementedError
