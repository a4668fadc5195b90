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
    params = [_normal(0.1, (n_tokens, d), rng), _normal(0.02, (length, d), rng)]
    for _ in range(n_blocks):
        params += _norm(d) + _layer(_normal(d**-0.5, (3 * d, d), rng)) + _layer(_zeros(d, d))
        params += _norm(d) + _layer(_normal(d**-0.5, (4 * d, d), rng)) + _layer(_zeros(d, 4 * d))
    return params + _norm(d)


def forward(
    params: Sequence[np.ndarray], ids: Integer[np.ndarray, "n t"], n_heads: int
) -> Float[np.ndarray, "n t n_tokens"]:
    """Return the logits of the token after each of the t ≤ length positions."""
    *_, x = _stream(params, ids, n_heads)
    return layer_norm(x, *params[-2:]) @ params[0].T


def loss_and_gradients(
    params: Sequence[np.ndarray], windows: Integer[np.ndarray, "n t_plus_1"], n_heads: int
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy of all windows, and its gradients.

    In each window of t + 1 tokens, every token after the first is predicted from those before it;
    the mean is over all n · t of them. The gradients come in the order of `params`, with their
    shapes.
    """
    ids, targets = windows[:, :-1], windows[:, 1:].reshape(-1)
    tokens, positions, *_, gamma, beta = params
    *inputs, x = _stream(params, ids, n_heads)
    features = layer_norm(x, gamma, beta)
    logits = (features @ tokens.T).reshape(-1, len(tokens))

    grad_logits = cross_entropy_backward(1.0, logits, targets)
    grad_features = (grad_logits @ tokens).reshape(x.shape)
    grad_x, *grads = layer_norm_backward(grad_features, x, gamma, beta)
    before = zip(inputs[::2], inputs[1::2], strict=True)
    for block, (x, middle) in reversed(list(zip(_blocks(params), before, strict=True))):
        grad_x, network = _network_backward(grad_x, middle, block[6:])
        grad_x, attention = _attention_backward(grad_x, x, block[:6], n_heads)
        grads = [*attention, *network, *grads]

    # A token's vector is used at both ends: to look it up, and to score it.
    grad_tokens = embedding_backward(grad_x, ids, tokens)
    grad_tokens += grad_logits.T @ features.reshape(len(targets), -1)
    grad_positions = np.zeros_like(positions)
    grad_positions[: ids.shape[1]] = grad_x.sum(axis=0)
    return cross_entropy(logits, targets), [grad_tokens, grad_positions, *grads]


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
    params, adamw, steps = list(params), AdamW(), len(batches)
    for i, windows in enumerate(batches):
        loss, grads = loss_and_gradients(params, windows, n_heads)
        adamw.lr = warmup_cosine(i, peak, warmup, steps)
        params = adamw.step(params, grads)
        report((i + 1) / steps, loss)
    return params


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
    length, text = len(params[1]), list(start)
    for _ in range(n_new):
        logits = forward(params, np.array([text[-length:]]), n_heads)[0, -1]
        text.append(sample(next_token_probs(logits.astype(np.float64), temperature), rng))
    return text[len(start) :]


def _normal(std: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.normal(scale=std, size=shape).astype(np.float32)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _norm(d: int) -> list[np.ndarray]:
    return [np.ones(d, np.float32), _zeros(d)]


def _layer(w: np.ndarray) -> list[np.ndarray]:
    return [w, _zeros(len(w))]


def _blocks(params: Sequence[np.ndarray]) -> list[Sequence[np.ndarray]]:
    return [params[i : i + 12] for i in range(2, len(params) - 2, 12)]


def _stream(
    params: Sequence[np.ndarray], ids: Integer[np.ndarray, "n t"], n_heads: int
) -> list[np.ndarray]:
    """Return x as it is before each attention and each network, and after the last."""
    tokens, positions = params[:2]
    stream = [embedding(ids, tokens) + positions[: ids.shape[1]]]
    for block in _blocks(params):
        stream.append(stream[-1] + _attention(stream[-1], block[:6], n_heads))
        stream.append(stream[-1] + _network(stream[-1], block[6:]))
    return stream


def _attention(x: np.ndarray, weights: Sequence[np.ndarray], n_heads: int) -> np.ndarray:
    gamma, beta, w_qkv, b_qkv, w_o, b_o = weights
    q, k, v = _split(linear(layer_norm(x, gamma, beta), w_qkv, b_qkv), n_heads, 3)
    return linear(_join(scaled_dot_product(q, k, v, causal_mask(x.shape[1]))), w_o, b_o)


# The backward passes compute again what their forward passes knew: less memory, shorter code.
def _attention_backward(
    grad_y: np.ndarray, x: np.ndarray, weights: Sequence[np.ndarray], n_heads: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the gradients of x + attention with respect to x, and to all weights."""
    gamma, beta, w_qkv, b_qkv, w_o, b_o = weights
    normed, mask = layer_norm(x, gamma, beta), causal_mask(x.shape[1])
    q, k, v = _split(linear(normed, w_qkv, b_qkv), n_heads, 3)
    joined = _join(scaled_dot_product(q, k, v, mask))
    grad_joined, *grads_o = linear_backward(grad_y, joined, w_o, b_o)
    (grad_heads,) = _split(grad_joined, n_heads, 1)
    grads_heads = scaled_dot_product_backward(grad_heads, q, k, v, mask)
    grad_qkv = np.concatenate([_join(grad) for grad in grads_heads], axis=2)
    grad_normed, *grads_qkv = linear_backward(grad_qkv, normed, w_qkv, b_qkv)
    grad_x, *grads_norm = layer_norm_backward(grad_normed, x, gamma, beta)
    return grad_y + grad_x, [*grads_norm, *grads_qkv, *grads_o]


def _network(x: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    gamma, beta, w1, b1, w2, b2 = weights
    return linear(relu(linear(layer_norm(x, gamma, beta), w1, b1)), w2, b2)


def _network_backward(
    grad_y: np.ndarray, x: np.ndarray, weights: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the gradients of x + network with respect to x, and to all weights."""
    gamma, beta, w1, b1, w2, b2 = weights
    normed = layer_norm(x, gamma, beta)
    z = linear(normed, w1, b1)
    grad_hidden, *grads2 = linear_backward(grad_y, relu(z), w2, b2)
    grad_normed, *grads1 = linear_backward(relu_backward(grad_hidden, z), normed, w1, b1)
    grad_x, *grads_norm = layer_norm_backward(grad_normed, x, gamma, beta)
    return grad_y + grad_x, [*grads_norm, *grads1, *grads2]


def _split(
    x: Float[np.ndarray, "n t columns"], n_heads: int, parts: int
) -> list[Float[np.ndarray, "n heads t d_head"]]:
    """Cut the columns into parts, and each part into heads."""
    n, t, _ = x.shape
    return [part.reshape(n, t, n_heads, -1).swapaxes(1, 2) for part in np.split(x, parts, axis=2)]


def _join(heads: Float[np.ndarray, "n heads t d_head"]) -> Float[np.ndarray, "n t d"]:
    n, n_heads, t, d_head = heads.shape
    return heads.swapaxes(1, 2).reshape(n, t, n_heads * d_head)
