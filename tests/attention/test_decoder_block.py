from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.decoder_block import decoder_block
from kata.testing import assert_close, assert_value_error, manners

CASES = [
    pytest.param(2, 5, 7, 6, 4, 7, 3, id="more memory than positions"),
    pytest.param(3, 6, 2, 8, 5, 5, 2, id="less memory than positions"),
    pytest.param(2, 4, 4, 6, 6, 8, 3, id="equal widths and lengths"),
    pytest.param(3, 3, 3, 3, 3, 3, 3, id="all sizes equal"),
    pytest.param(3, 1, 4, 4, 2, 8, 1, id="one position"),
    pytest.param(1, 4, 5, 6, 3, 5, 2, id="one sequence"),
]


def draw(rng, n=2, t=5, t_m=7, d=6, d_m=4, hidden=7):
    """x, the memory and the parameters; the weights keep the size of what passes through them."""

    def weights(*shape):
        return rng.normal(size=shape) / np.sqrt(shape[-1])

    # Not in the order of the steps: what counts is the names.
    params = {
        "network": (weights(hidden, d), rng.normal(size=hidden), weights(d, hidden), weights(d)),
        "norm3": (rng.normal(size=d), rng.normal(size=d)),
        "norm1": (rng.normal(size=d), rng.normal(size=d)),
        "norm2": (rng.normal(size=d), rng.normal(size=d)),
        "cross_attention": (weights(d, d), weights(d, d_m), weights(d, d_m), weights(d, d)),
        "self_attention": (weights(3 * d, d), weights(3 * d), weights(d, d), rng.normal(size=d)),
    }
    return rng.normal(size=(n, t, d)), rng.normal(size=(n, t_m, d_m)), params


def without_cross(params):
    return {key: params[key] for key in params if key not in ("norm2", "cross_attention")}


def in_torch(x, params, n_heads, memory=None, lengths=None):
    """torch's own decoder layer or, without a memory, its encoder layer with a causal mask."""
    d, hidden = x.shape[2], len(params["network"][1])
    kind = torch.nn.TransformerEncoderLayer if memory is None else torch.nn.TransformerDecoderLayer
    layer = kind(d, n_heads, hidden, 0.0, "gelu", batch_first=True, norm_first=True).double()
    attention = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
    norms = ["norm1", "norm3"] if memory is None else ["norm1", "norm2", "norm3"]
    state = {
        **name_all("self_attn", attention, params["self_attention"]),
        **name_all("linear1", ["weight", "bias"], params["network"][:2]),
        **name_all("linear2", ["weight", "bias"], params["network"][2:]),
    }
    for number, norm in enumerate(norms, 1):
        state |= name_all(f"norm{number}", ["weight", "bias"], params[norm])
    later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    if memory is None:
        load(layer, state)
        return layer(torch.tensor(x), src_mask=later).detach().numpy()
    # torch wants a memory as wide as x: features and weights of 0 change nothing.
    missing = d - memory.shape[2]
    w_q, w_k, w_v, w_o = params["cross_attention"]
    w_k, w_v = (np.pad(w, ((0, 0), (0, missing))) for w in (w_k, w_v))
    weights = np.concatenate([w_q, w_k, w_v]), np.zeros(3 * d), w_o, np.zeros(d)
    load(layer, state | name_all("multihead_attn", attention, weights))
    padding = None
    if lengths is not None:
        padding = torch.arange(memory.shape[1]) >= torch.tensor(lengths)[:, None]
    memory = torch.tensor(np.pad(memory, ((0, 0), (0, 0), (0, missing))))
    masks = {"tgt_mask": later, "memory_key_padding_mask": padding}
    return layer(torch.tensor(x), memory, **masks).detach().numpy()


def name_all(module, names, arrays):
    return {f"{module}.{name}": array for name, array in zip(names, arrays, strict=True)}


def load(layer, state):
    layer.load_state_dict({name: torch.tensor(array) for name, array in state.items()})


def test_one_position_worked_out_by_hand():
    # Gammas of 0 leave the betas. One position sees itself: self-attention gives 2 · 3 times
    # (1, 0), and 1 more by its bias. Cross-attention gives 4 · 5 times the memory, the network 100.
    gamma, zeros, eye = np.zeros(2), np.zeros(2), np.eye(2)
    params = {
        "norm1": (gamma, np.array([1.0, 0.0])),
        "self_attention": (np.concatenate([eye, eye, 2 * eye]), np.zeros(6), 3 * eye, np.ones(2)),
        "norm2": (gamma, np.array([0.0, 1.0])),
        "cross_attention": (eye, np.ones((2, 1)), np.array([[4.0], [0.0]]), 5 * eye),
        "norm3": (gamma, np.array([1.0, 1.0])),
        "network": (0 * eye, zeros, eye, np.array([100.0, 100.0])),
    }
    x, memory = np.array([[[0.0, 2.0]]]), np.array([[[50.0]]])
    assert_close(decoder_block(x, params, 1), np.array([[[107.0, 103.0]]]))
    assert_close(decoder_block(x, params, 1, memory), np.array([[[1107.0, 103.0]]]))


@pytest.mark.parametrize(("n", "t", "t_m", "d", "d_m", "hidden", "n_heads"), CASES)
def test_with_a_memory_it_agrees_with_torch(rng, n, t, t_m, d, d_m, hidden, n_heads):
    x, memory, params = draw(rng, n, t, t_m, d, d_m, hidden)
    expected = in_torch(x, params, n_heads, memory)
    assert_close(decoder_block(x, params, n_heads, memory), expected)


@pytest.mark.parametrize(("n", "t", "t_m", "d", "d_m", "hidden", "n_heads"), CASES)
def test_lengths_of_the_memory_agree_with_torch(rng, n, t, t_m, d, d_m, hidden, n_heads):
    x, memory, params = draw(rng, n, t, t_m, d, d_m, hidden)
    lengths = rng.permutation(np.linspace(1, t_m, n).astype(int))
    expected = in_torch(x, params, n_heads, memory, lengths)
    assert_close(decoder_block(x, params, n_heads, memory, lengths), expected)


@pytest.mark.parametrize(
    "choose", [without_cross, dict], ids=["no weights for it", "weights for it"]
)
@pytest.mark.parametrize(("n", "t", "t_m", "d", "d_m", "hidden", "n_heads"), CASES)
def test_without_a_memory_it_agrees_with_torch(rng, n, t, t_m, d, d_m, hidden, n_heads, choose):
    x, _, params = draw(rng, n, t, t_m, d, d_m, hidden)
    expected = in_torch(x, params, n_heads)
    assert_close(decoder_block(x, choose(params), n_heads), expected)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
@pytest.mark.parametrize("with_memory", [True, False], ids=["a memory", "no memory"])
def test_small_and_large_x_agree_with_torch(rng, scale, with_memory):
    x, memory, params = draw(rng)
    # Without attention, what is normed is as small or large as x itself.
    for name in ("self_attention", "cross_attention"):
        params[name] = tuple(0 * array for array in params[name])
    given = memory if with_memory else None
    expected = in_torch(scale * x, params, 3, given)
    assert_close(decoder_block(scale * x, params, 3, given), expected)


@pytest.mark.parametrize(
    ("t_m", "lengths"),
    [(6, [6, 0, 2]), (6, [0, 0]), (5, [0]), (1, [1, 0]), (150, [7, 120])],
    ids=str,
)
def test_it_agrees_with_the_reference(rng, reference, t_m, lengths):
    x, memory, params = draw(rng, len(lengths), 4, t_m, 8, 3, 5)
    lengths = np.array(lengths)
    expected = reference.decoder_block(x, params, 4, memory, lengths)
    assert_close(decoder_block(x, params, 4, memory, lengths), expected)


@pytest.mark.parametrize(("d", "n_heads"), [(6, 4), (5, 2), (4, 8)], ids=str)
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, d, n_heads):
    x, memory, params = draw(rng, d=d)
    assert_value_error(decoder_block, x, params, n_heads)
    assert_value_error(decoder_block, x, params, n_heads, memory)


@manners()
def test_manners(rng):
    x, memory, params = draw(rng)
    nothing = {key: tuple(0 * array for array in params[key]) for key in params}
    return (
        partial(decoder_block, x, params, 2),
        partial(decoder_block, x, params, 3),
        partial(decoder_block, x, params, 3, memory),
        partial(decoder_block, x, params, 3, memory, np.array([7, 0])),
        partial(decoder_block, 2 * x, without_cross(params), 1),
        # What comes back has the numbers of x.
        partial(decoder_block, x, nothing, 3, memory),
    )
