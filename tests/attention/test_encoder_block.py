from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.encoder_block import encoder_block
from kata.testing import assert_close, assert_value_error, manners

ORDERS = pytest.mark.parametrize("norm_first", [True, False], ids=["pre-norm", "post-norm"])


def draw(rng, n=2, t=5, d=6, hidden=7):
    """x and the parameters, with weights that keep the size of what passes through them."""

    def weights(*shape):
        return rng.normal(size=shape) / np.sqrt(shape[-1])

    # Not in the order of the steps: what counts is the names.
    params = {
        "network": (weights(hidden, d), rng.normal(size=hidden), weights(d, hidden), weights(d)),
        "norm2": (rng.normal(size=d), rng.normal(size=d)),
        "norm1": (rng.normal(size=d), rng.normal(size=d)),
        "attention": tuple(weights(d, d) for _ in range(4)),
    }
    return rng.normal(size=(n, t, d)), params


def draw_mask(rng, *shape):
    """About half of the keys are masked, but never all keys of a query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def in_torch(x, params, n_heads, mask=None, norm_first=True):
    """torch's own layer, with biases of 0 in attention; its mask is True where a key is hidden."""
    n, t, d = x.shape
    (*w_qkv, w_o), (w1, b1, w2, b2) = params["attention"], params["network"]
    state = {
        "self_attn.in_proj_weight": np.concatenate(w_qkv),
        "self_attn.in_proj_bias": np.zeros(3 * d),
        "self_attn.out_proj.weight": w_o,
        "self_attn.out_proj.bias": np.zeros(d),
        **dict(zip(["norm1.weight", "norm1.bias"], params["norm1"], strict=True)),
        **dict(zip(["norm2.weight", "norm2.bias"], params["norm2"], strict=True)),
        "linear1.weight": w1,
        "linear1.bias": b1,
        "linear2.weight": w2,
        "linear2.bias": b2,
    }
    layer = torch.nn.TransformerEncoderLayer(
        d, n_heads, len(b1), 0.0, "gelu", batch_first=True, norm_first=norm_first
    ).double()
    layer.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    if mask is not None:
        mask = ~torch.tensor(mask).expand(n, n_heads, t, t).reshape(n * n_heads, t, t)
    return layer(torch.tensor(x), src_mask=mask).detach().numpy()


def with_zeros(params, name):
    """The same parameters, but for those of this name."""
    return params | {name: tuple(0 * array for array in params[name])}


@ORDERS
def test_one_position_worked_out_by_hand(norm_first):
    # (0, 2) is normed to (−1, 1), but for eps; gammas of 0 leave the betas, (1, 0) and (0, 1).
    # One position sees itself, so attention gives 2 · 3 = 6 times its input, and the network 100.
    gamma, eye = np.zeros(2), np.eye(2)
    params = {
        "norm1": (gamma, np.array([1.0, 0.0])),
        "attention": (eye, eye, 2 * eye, 3 * eye),
        "norm2": (gamma, np.array([0.0, 1.0])),
        "network": (0 * eye, np.zeros(2), eye, np.array([100.0, 100.0])),
    }
    expected = np.array([[[106.0, 102.0]]]) if norm_first else np.array([[[0.0, 1.0]]])
    assert_close(encoder_block(np.array([[[0.0, 2.0]]]), params, 1, None, norm_first), expected)


@ORDERS
@pytest.mark.parametrize(
    ("n", "t", "d", "hidden", "n_heads"),
    [
        pytest.param(2, 5, 6, 7, 3, id="three heads of width 2"),
        pytest.param(3, 4, 10, 3, 2, id="two heads of width 5"),
        pytest.param(3, 3, 3, 3, 3, id="all sizes equal"),
        pytest.param(3, 1, 4, 8, 1, id="one position"),
    ],
)
def test_it_agrees_with_torch(rng, n, t, d, hidden, n_heads, norm_first):
    x, params = draw(rng, n, t, d, hidden)
    expected = in_torch(x, params, n_heads, None, norm_first)
    assert_close(encoder_block(x, params, n_heads, norm_first=norm_first), expected)


@ORDERS
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((5, 5), id="one for all"),
        pytest.param((3, 5, 5), id="one for each head"),
        pytest.param((2, 1, 1, 5), id="one row for each sequence"),
        pytest.param((2, 3, 5, 5), id="one for each head of each sequence"),
    ],
)
def test_a_mask_agrees_with_torch(rng, shape, norm_first):
    x, params = draw(rng)
    mask = draw_mask(rng, *shape)
    expected = in_torch(x, params, 3, mask, norm_first)
    assert_close(encoder_block(x, params, 3, mask, norm_first), expected)


@ORDERS
@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_small_and_large_x_agree_with_torch(rng, scale, norm_first):
    x, params = draw(rng)
    # Without attention, what is normed is as small or large as x itself.
    params = with_zeros(params, "attention")
    expected = in_torch(scale * x, params, 2, None, norm_first)
    assert_close(encoder_block(scale * x, params, 2, norm_first=norm_first), expected)


@ORDERS
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_it_agrees_with_the_reference(rng, reference, share, norm_first):
    x, params = draw(rng, 3, 4, 8, 5)
    mask = rng.random((3, 1, 4, 4)) < share
    mask[1, 0, 2] = False
    expected = reference.encoder_block(x, params, 4, mask, norm_first)
    assert_close(encoder_block(x, params, 4, mask, norm_first), expected)


def test_pre_norm_lets_x_through_where_nothing_is_added(rng):
    x, params = draw(rng)
    expected = x.copy()
    params = with_zeros(with_zeros(params, "attention"), "network")
    assert_close(encoder_block(x, params, 3), expected)


@ORDERS
@pytest.mark.parametrize(("d", "n_heads"), [(6, 4), (5, 2), (4, 8)], ids=str)
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, d, n_heads, norm_first):
    assert_value_error(encoder_block, *draw(rng, d=d), n_heads, norm_first=norm_first)


@manners()
def test_manners(rng):
    x, params = draw(rng)
    mask = draw_mask(rng, 2, 1, 5, 5)
    mask[0, 0, 2] = False
    return (
        partial(encoder_block, x, params, 2),
        partial(encoder_block, x, params, 3),
        partial(encoder_block, x, params, 3, mask),
        partial(encoder_block, x, params, 3, mask, norm_first=False),
        partial(encoder_block, x, params, 3, norm_first=False),
        # What comes back has the numbers of x.
        partial(encoder_block, x, with_zeros(with_zeros(params, "attention"), "network"), 3),
    )
