from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.cross_attention import cross_attention
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

CASES = [
    pytest.param(2, 5, 7, 6, 4, 3, id="more memory than positions"),
    pytest.param(3, 6, 2, 4, 5, 2, id="less memory than positions"),
    pytest.param(2, 4, 5, 6, 6, 3, id="equal widths"),
    pytest.param(2, 4, 4, 6, 3, 2, id="equal lengths"),
    pytest.param(3, 3, 3, 3, 3, 3, id="all sizes equal"),
    pytest.param(2, 4, 6, 5, 3, 1, id="one head"),
    pytest.param(4, 1, 5, 4, 3, 2, id="one position"),
    pytest.param(4, 3, 1, 4, 2, 2, id="a memory of one position"),
    pytest.param(1, 4, 5, 6, 3, 2, id="one sequence"),
]


def draw(rng, n=2, t=5, t_m=7, d=6, d_m=4):
    """x, memory and the weights, which keep the size of what passes through them."""
    shapes = [(d, d), (d, d_m), (d, d_m), (d, d)]
    weights = [rng.normal(size=shape) / np.sqrt(shape[1]) for shape in shapes]
    return [rng.normal(size=(n, t, d)), rng.normal(size=(n, t_m, d_m)), *weights]


def in_torch(x, memory, w_q, w_k, w_v, w_o, n_heads, memory_lengths=None):
    """torch's own layer; its mask is True where a key is hidden."""
    d, d_m = w_k.shape
    layer = torch.nn.MultiheadAttention(
        d, n_heads, bias=False, batch_first=True, kdim=d_m, vdim=d_m
    ).double()
    if d == d_m:
        weights = {"in_proj_weight": np.concatenate([w_q, w_k, w_v])}
    else:
        weights = {"q_proj_weight": w_q, "k_proj_weight": w_k, "v_proj_weight": w_v}
    weights["out_proj.weight"] = w_o
    layer.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    padding = None
    if memory_lengths is not None:
        padding = torch.arange(memory.shape[1]) >= torch.tensor(memory_lengths)[:, None]
    x, memory = torch.tensor(x), torch.tensor(memory)
    y, _ = layer(x, memory, memory, key_padding_mask=padding, need_weights=False)
    return y.detach().numpy()


def test_two_heads_worked_out_by_hand():
    # The weights of the two memories are (1/4, 3/4) in head 1 and (1/2, 1/2) in head 2; their
    # values are 0, 8 and 16, 0. Side by side the heads give (6, 8).
    x, memory = np.array([[[1.0, 0.0]]]), np.array([[[0.0, 1.0], [1.0, 0.0]]])
    w_q, w_k, w_v = np.eye(2), np.log(3.0) * np.eye(2), np.diag([8.0, 16.0])
    w_o = np.array([[1.0, 1.0], [0.0, 1.0]])
    expected = np.array([[[14.0, 8.0]]])
    assert_close(cross_attention(x, memory, w_q, w_k, w_v, w_o, n_heads=2), expected)


@pytest.mark.parametrize(("n", "t", "t_m", "d", "d_m", "n_heads"), CASES)
def test_it_agrees_with_torch(rng, n, t, t_m, d, d_m, n_heads):
    arguments = draw(rng, n, t, t_m, d, d_m)
    expected = in_torch(*arguments, n_heads)
    assert_close(cross_attention(*arguments, n_heads), expected)


@pytest.mark.parametrize(("n", "t", "t_m", "d", "d_m", "n_heads"), CASES)
def test_lengths_agree_with_torch(rng, n, t, t_m, d, d_m, n_heads):
    arguments = draw(rng, n, t, t_m, d, d_m)
    lengths = rng.permutation(np.linspace(1, t_m, n).astype(int))
    expected = in_torch(*arguments, n_heads, lengths)
    assert_close(cross_attention(*arguments, n_heads, lengths), expected)


def test_where_the_length_is_0_the_result_is_zeros(rng):
    assert_close(cross_attention(*draw(rng, 1), 2, np.array([0])), np.zeros((1, 5, 6)))
    assert_close(cross_attention(*draw(rng, 1, t_m=1), 2, np.array([0])), np.zeros((1, 5, 6)))
    arguments = draw(rng, 3)
    expected = in_torch(*arguments, 2, np.array([4, 7, 1]))
    expected[1] = 0.0
    assert_close(cross_attention(*arguments, 2, np.array([4, 0, 1])), expected)
    assert_close(cross_attention(*arguments, 2, np.array([0, 0, 0])), np.zeros((3, 5, 6)))


@pytest.mark.parametrize(("dtype", "length"), [("int8", 100), ("uint8", 200), ("int64", 256)])
def test_lengths_of_any_dtype_hide_a_long_padding(rng, dtype, length):
    arguments, lengths = draw(rng, t=3, t_m=300), np.array([length, 5], dtype)
    expected = in_torch(*arguments, 2, lengths.astype(np.int64))
    assert_close(cross_attention(*arguments, 2, lengths), expected)


@pytest.mark.parametrize(("size", "held"), [(1.0, 1e4), (1e5, 1e4), (1.0, 1e200)], ids=str)
def test_what_the_padding_holds_changes_nothing(rng, size, held):
    # So many queries that some have low scores only.
    x, memory, *weights = draw(rng, t=60)
    x *= size
    expected = in_torch(x, memory[:, :3], *weights, 3, np.array([3, 2]))
    memory[0, 3:] = memory[1, 2:] = held
    assert_close(cross_attention(x, memory, *weights, 3, np.array([3, 2])), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments, lengths = draw(rng, 3, 4, 6), np.array([6, 0, 2])
    expected = reference.cross_attention(*arguments, 3, lengths)
    assert_close(cross_attention(*arguments, 3, lengths), expected)


@pytest.mark.parametrize(("d", "n_heads"), [(6, 4), (5, 2), (7, 6), (4, 8)], ids=str)
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, d, n_heads):
    assert_value_error(cross_attention, *draw(rng, d=d), n_heads)


@manners()
def test_manners(rng):
    arguments = draw(rng)
    return (
        partial(cross_attention, *arguments, 2),
        partial(cross_attention, *arguments, 3),
        partial(cross_attention, *arguments, 3, np.array([7, 2])),
        partial(cross_attention, *arguments, 3, np.array([3, 0])),
    )


@pytest.mark.speed
@pytest.mark.parametrize("padded", [False, True], ids=["no lengths", "lengths"])
def test_no_python_loop(rng, padded):
    def sized(sequences, heads, positions, memories):
        arguments = *draw(rng, sequences, positions, memories, 2 * heads, 3), heads
        return (*arguments, rng.integers(memories + 1, size=sequences))[: 7 + padded]

    assert_vectorized(cross_attention, sized)
    assert_vectorized(cross_attention, lambda heads: sized(1, heads, 5, 7))
    assert_vectorized(cross_attention, lambda positions: sized(3, 2, positions, positions))
