from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.multi_head import multi_head
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

N, T, D, HEADS = 2, 5, 6, 3


def draw(rng, n=N, t=T, d=D):
    """x and the four weights, which keep the size of what passes through them."""
    return [rng.normal(size=(n, t, d)), *(rng.normal(size=(4, d, d)) / np.sqrt(d))]


def draw_mask(rng, *shape):
    """About half of the keys are masked, but never all keys of a query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def in_torch(x, w_q, w_k, w_v, w_o, n_heads, mask=None):
    """torch's own layer, whose masks are True where a key is hidden."""
    n, t, d = x.shape
    layer = torch.nn.MultiheadAttention(d, n_heads, bias=False, batch_first=True).double()
    weights = {"in_proj_weight": np.concatenate([w_q, w_k, w_v]), "out_proj.weight": w_o}
    layer.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    if mask is not None:
        mask = ~torch.tensor(mask).expand(n, n_heads, t, t).reshape(n * n_heads, t, t)
    x = torch.tensor(x)
    return layer(x, x, x, attn_mask=mask, need_weights=False)[0].detach().numpy()


def test_two_heads_worked_out_by_hand():
    # Head 1 has the weights (1/2, 1/2) at the first position and (1/4, 3/4) at the second, head 2
    # (3/4, 1/4) and (1/2, 1/2). Their values are 0, 8 and 16, 0, so side by side they give
    # (4, 12) and (6, 8).
    x = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    w_q, w_k, w_v = np.eye(2), np.log(3.0) * np.eye(2), np.diag([8.0, 16.0])
    w_o = np.array([[1.0, 1.0], [0.0, 1.0]])
    expected = np.array([[[16.0, 12.0], [14.0, 8.0]]])
    assert_close(multi_head(x, w_q, w_k, w_v, w_o, n_heads=2), expected)


@pytest.mark.parametrize(
    ("n", "t", "d", "n_heads"),
    [
        pytest.param(2, 5, 6, 3, id="three heads of width 2"),
        pytest.param(3, 4, 10, 2, id="two heads of width 5"),
        pytest.param(3, 3, 9, 3, id="all sizes equal"),
        pytest.param(2, 4, 6, 1, id="one head"),
        pytest.param(2, 3, 4, 4, id="heads of width 1"),
        pytest.param(3, 1, 4, 2, id="one position"),
        pytest.param(1, 6, 4, 2, id="one sequence"),
        pytest.param(1, 1, 1, 1, id="all sizes one"),
    ],
)
def test_it_agrees_with_torch(rng, n, t, d, n_heads):
    arguments = draw(rng, n, t, d)
    expected = in_torch(*arguments, n_heads)
    assert_close(multi_head(*arguments, n_heads), expected)


@pytest.mark.parametrize(
    ("n", "shape"),
    [
        pytest.param(2, (5, 5), id="one for all"),
        pytest.param(2, (1, 5), id="one row for all queries"),
        pytest.param(2, (2, 1, 5, 5), id="one for each sequence"),
        pytest.param(2, (2, 1, 1, 5), id="one row for each sequence"),
        pytest.param(3, (3, 1, 5, 5), id="as many sequences as heads"),
        pytest.param(5, (5, 5), id="as many sequences as positions"),
        pytest.param(2, (3, 5, 5), id="one for each head"),
        pytest.param(3, (3, 5, 5), id="one for each head, as many as sequences"),
        pytest.param(2, (3, 1, 5), id="one row for each head"),
        pytest.param(2, (1, 5, 5), id="one for all, of three axes"),
        pytest.param(2, (1, 3, 5, 5), id="one for each head, of four axes"),
        pytest.param(2, (2, 3, 1, 5), id="one row for each head of each sequence"),
        pytest.param(2, (2, 3, 5, 5), id="one for each head of each sequence"),
    ],
)
def test_a_mask_agrees_with_torch(rng, n, shape):
    arguments = draw(rng, n)
    mask = draw_mask(rng, *shape)
    expected = in_torch(*arguments, HEADS, mask)
    assert_close(multi_head(*arguments, HEADS, mask), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, 3, 6, 8)
    mask = rng.random((3, 4, 6, 6)) < 0.3
    mask[0, 1, 2] = False  # Nothing is seen in one head alone.
    expected = reference.multi_head(*arguments, 4, mask)
    assert_close(multi_head(*arguments, 4, mask), expected)


def test_a_query_that_sees_no_key_gets_zeros(rng):
    arguments = draw(rng)
    mask = draw_mask(rng, N, 1, T, T)
    expected = in_torch(*arguments, HEADS, mask)
    mask[0, 0, 2] = mask[1, 0, 0] = False
    expected[0, 2] = expected[1, 0] = 0.0
    assert_close(multi_head(*arguments, HEADS, mask), expected)
    assert_close(multi_head(*arguments, HEADS, np.zeros((T, T), bool)), np.zeros((N, T, D)))


def test_a_mask_of_one_column_shows_all_keys_or_none(rng):
    arguments, mask = draw(rng), np.arange(T)[:, None] % 2 == 0
    expected = np.where(mask, in_torch(*arguments, HEADS), 0.0)
    assert_close(multi_head(*arguments, HEADS, mask), expected)


@pytest.mark.parametrize(("d", "n_heads"), [(6, 4), (5, 2), (7, 6), (4, 8)], ids=str)
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, d, n_heads):
    assert_value_error(multi_head, *draw(rng, d=d), n_heads)


@manners()
def test_manners(rng):
    arguments = draw(rng)
    return (
        partial(multi_head, *arguments, 2),
        partial(multi_head, *arguments, 3),
        partial(multi_head, *arguments, 3, draw_mask(rng, N, 1, T, T)),
    )


@pytest.mark.speed
@pytest.mark.parametrize(
    "masks", ["none", "one for all", "one for each sequence", "one for each head"]
)
def test_no_python_loop(rng, masks):
    def sized(sequences, heads, positions):
        arguments = *draw(rng, sequences, positions, 2 * heads), heads
        of_heads = heads if masks == "one for each head" else 1
        mask = draw_mask(rng, sequences, of_heads, positions, positions)
        mask = mask[0, 0] if masks == "one for all" else mask
        return arguments if masks == "none" else (*arguments, mask)

    assert_vectorized(multi_head, sized)
    assert_vectorized(multi_head, lambda heads: sized(1, heads, 5))
