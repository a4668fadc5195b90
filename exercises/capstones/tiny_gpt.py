"""A GPT of your own parts learns to write from a play by Shakespeare.

    x = tokens[ids] + positions                     positions 0, 1, … of the sequence
    x ← x + attention(norm(x))                      in each block
    x ← x + network(norm(x))
    logits = norm(x) tokensᵀ                        the embeddings serve twice

`norm` is layer_norm, `network` is two linear layers with ReLU between them, and `attention` is that
of the kata causal_self_attention: one linear layer gives q, k and v, d columns each; each is cut
into `n_heads` heads of adjacent columns; a second linear layer follows.

`params` is the list [tokens, positions, *block, *block, …, gamma, beta] with any number of blocks.
The last two belong to the last norm. A block is gamma, beta, w_qkv, b_qkv, w_o, b_o for attention
with its norm, then gamma, beta, w1, b1, w2, b2 for the network with its norm.

The tests train on 200 batches of 32 windows from nine tenths of the play, with `init(68, 32, 48, 2,
rng)`, 4 heads, a peak of 0.01 and a warmup of 60. In the last tenth, the model then has to predict
characters from the 32 before them, with a lower loss than a table that counts which character
follows which. Everything is computed in the dtype of `params`: float32, which takes about half the
time of float64.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Integer

from exercises.attention.attention_backward import scaled_dot_product_backward
from exercises.attention.causal_mask import causal_mask
from exercises.attention.sampling import next_token_probs, sample
from exercises.attention.scaled_dot_product import scaled_dot_product
from exercises.basics.embedding import embedding, embedding_backward
from exercises.basics.linear import linear, linear_backward
from exercises.basics.relu import relu, relu_backward
from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from exercises.optimization.adamw import AdamW
from exercises.optimization.warmup_cosine import warmup_cosine
from exercises.training.layer_norm import layer_norm, layer_norm_backward


def init(
    n_tokens: int, length: int, d: int, n_blocks: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Make the initial params, in float32.

    Drawn from rng, independent and normally distributed with mean 0, are `tokens` (n_tokens, d)
    with a standard deviation of 0.1, `positions` (length, d) with one of 0.02, and `w_qkv` (3d, d)
    and `w1` (4d, d) with one of 1/√d. `w_o` (d, d) and `w2` (d, 4d) are 0, so that every block
    begins by adding nothing; biases and betas are 0, gammas 1.
    """
    raise NotImplementedError


def forward(
    params: Sequence[np.ndarray], ids: Integer[np.ndarray, "n t"], n_heads: int
) -> Float[np.ndarray, "n t n_tokens"]:
    """Return the logits of the token after each of the t ≤ length positions."""
    raise NotImplementedError


def loss_and_gradients(
    params: Sequence[np.ndarray], windows: Integer[np.ndarray, "n t_plus_1"], n_heads: int
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of all windows, and its gradients.

    In each window of t + 1 tokens, every token after the first is predicted from those before it;
    the mean is over all n · t of them. The gradients come in the order of `params`, with their
    shapes.
    """
    raise NotImplementedError


def train(
    params: Sequence[np.ndarray],
    batches: Integer[np.ndarray, "steps n t_plus_1"],
    n_heads: int,
    peak: float,
    warmup: int,
    report: Callable[[float, float], None],
) -> list[np.ndarray]:
    """Train on each batch of windows once, in order; return the new params.

    Step i = 0, 1, … is one of AdamW on batch i. Its lr is warmup_cosine(i, peak, warmup, steps);
    AdamW's other settings have their defaults. After the step call `report((i + 1) / steps, loss)`
    with the loss from which its gradients came.
    """
    raise NotImplementedError


def write(
    params: Sequence[np.ndarray],
    start: Sequence[int],
    n_new: int,
    n_heads: int,
    temperature: float,
    rng: np.random.Generator,
) -> list[int]:
    """Continue the text `start`, of one token or more; return only the `n_new` added tokens.

    Each is drawn by rng from softmax(logits / temperature), with the logits that follow the last
    `length` tokens so far, or all if they are fewer; at a temperature of 0 it is the most probable.
    """
    raise NotImplementedError
