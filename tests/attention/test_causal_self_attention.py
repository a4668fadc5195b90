from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.causal_self_attention import causal_self_attention
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n=2, t=5, d=6):
    """x, then the weights and biases; the weights keep the size of what passes through them."""
    shapes = [(3 * d, d), (3 * d,), (d, d), (d,)]
    return [rng.normal(size=(n, t, d)), *(rng.normal(size=shape) / np.sqrt(d) for shape in shapes)]


def in_torch(x, w_qkv, b_qkv, w_o, b_o, n_heads):
    """torch's own layer; its mask is True where a key is hidden."""
    _, t, d = x.shape
    layer = torch.nn.MultiheadAttention(d, n_heads, batch_first=True).double()
    names = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
    weights = map(torch.tensor, (w_qkv, b_qkv, w_o, b_o))
    layer.load_state_dict(dict(zip(names, weights, strict=True)))
    later = torch.ones(t, t, dtype=torch.bool).triu(1)
    x = torch.tensor(x)
    return layer(x, x, x, attn_mask=later, need_weights=False)[0].detach().numpy()


def test_two_heads_worked_out_by_hand():
    # The first position sees its own values alone. The second has the weights (1/4, 3/4) in head 1
    # and (1/2, 1/2) in head 2, whose values are 1, 9 and 17, 1: side by side they give (7, 9).
    x = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    w_qkv = np.concatenate([np.eye(2), np.log(3.0) * np.eye(2), np.diag([8.0, 16.0])])
    b_qkv = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    w_o, b_o = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([0.5, 0.0])
    expected = np.array([[[18.5, 17.0], [16.5, 9.0]]])
    assert_close(causal_self_attention(x, w_qkv, b_qkv, w_o, b_o, n_heads=2), expected)


@pytest.mark.parametrize(
    ("n", "t", "d", "n_heads"),
    [
        pytest.param(2, 5, 6, 3, id="three heads of width 2"),
        pytest.param(3, 4, 10, 2, id="two heads of width 5"),
        pytest.param(3, 3, 9, 3, id="all sizes equal"),
        pytest.param(2, 4, 6, 1, id="one head"),
        pytest.param(2, 3, 4, 4, id="heads of width 1"),
        pytest.param(3, 1, 4, 2, id="one position"),
        pytest.param(1, 1100, 2, 1, id="one long sequence"),
        pytest.param(1, 1, 1, 1, id="all sizes one"),
    ],
)
def test_it_agrees_with_torch(rng, n, t, d, n_heads):
    arguments = draw(rng, n, t, d)
    expected = in_torch(*arguments, n_heads)
    assert_close(causal_self_attention(*arguments, n_heads), expected)


@pytest.mark.parametrize("known", [1, 2, 5])
def test_what_comes_later_changes_nothing(rng, known):
    x, *weights = draw(rng, 3, 7, 6)
    expected = in_torch(x[:, :known], *weights, 2)
    x[:, known:] *= 100.0
    assert_close(causal_self_attention(x, *weights, 2)[:, :known].copy(), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, 3, 6, 8)
    expected = reference.causal_self_attention(*arguments, 4)
    assert_close(causal_self_attention(*arguments, 4), expected)


@pytest.mark.parametrize(("d", "n_heads"), [(6, 4), (5, 2), (7, 6), (4, 8)], ids=str)
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, d, n_heads):
    assert_value_error(causal_self_attention, *draw(rng, d=d), n_heads)


@manners()
def test_manners(rng):
    arguments = draw(rng)
    return (
        partial(causal_self_attention, *arguments, 2),
        partial(causal_self_attention, *arguments, 3),
        # One position sees itself only.
        partial(causal_self_attention, *draw(rng, t=1), 2),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sized(sequences, heads, positions):
        return *draw(rng, sequences, positions, 2 * heads), heads

    assert_vectorized(causal_self_attention, sized)
    assert_vectorized(causal_self_attention, lambda heads: sized(1, heads, 5))
    assert_vectorized(causal_self_attention, lambda positions: sized(3, 1, positions))
