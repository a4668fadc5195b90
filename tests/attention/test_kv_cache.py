import itertools
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.kv_cache import CachedAttention
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_value_error,
    assert_vectorized,
    manners,
)


def ways_to_cut(t):
    cut = [(size, *rest) for size in range(1, t) for rest in ways_to_cut(t - size)]
    return [(t,), *cut]


def draw(rng, n=2, t=5, d=6, inner=8):
    """A batch of sequences, and four weights that keep its size."""
    weights = [rng.normal(size=(inner, d)) / d**0.5 for _ in range(3)]
    return rng.normal(size=(n, t, d)), [*weights, rng.normal(size=(d, inner)) / inner**0.5]


def in_torch(x, weights, n_heads):
    """The whole sequence at once."""
    x, w_q, w_k, w_v, w_o = map(torch.tensor, (x, *weights))
    n, t, _ = x.shape
    q, k, v = ((x @ w.T).view(n, t, n_heads, -1).transpose(1, 2) for w in (w_q, w_k, w_v))
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return (heads.transpose(1, 2).reshape(n, t, -1) @ w_o.T).numpy()


def take_steps(attention, x, sizes):
    ends = list(itertools.accumulate(sizes))
    pieces = [x[:, end - size : end].copy() for size, end in zip(sizes, ends, strict=True)]
    return np.concatenate([attention.step(piece) for piece in pieces], axis=1)


def test_running_means_worked_out_by_hand():
    # With queries of 0 all tokens that are seen count the same.
    one = np.ones((1, 1))
    attention = CachedAttention(0 * one, one, one, one, n_heads=1)
    y = [attention.step(np.array(x)) for x in ([[[2.0], [4.0]]], [[[9.0]]], [[[1.0], [-6.0]]])]
    expected = [[[2.0], [3.0]]], [[[5.0]]], [[[4.0], [2.0]]]
    assert_close(y, [np.array(one) for one in expected])


@pytest.mark.parametrize("sizes", ways_to_cut(5), ids=str)
def test_every_way_to_cut_a_sequence_agrees_with_torch(rng, sizes):
    x, weights = draw(rng)
    expected = in_torch(x, weights, 2)
    assert_close(take_steps(CachedAttention(*weights, 2), x, sizes), expected)


@pytest.mark.parametrize(
    ("n", "d", "inner", "n_heads"),
    [(1, 4, 4, 1), (3, 5, 6, 3), (2, 7, 4, 4), (4, 4, 4, 4), (2, 3, 10, 2), (5, 1, 2, 1)],
    ids=str,
)
@pytest.mark.parametrize("sizes", [(4,), (2, 2), (1, 1, 1, 1)], ids=str)
def test_other_shapes_agree_with_torch(rng, n, d, inner, n_heads, sizes):
    x, weights = draw(rng, n, 4, d, inner)
    expected = in_torch(x, weights, n_heads)
    assert_close(take_steps(CachedAttention(*weights, n_heads), x, sizes), expected)


def test_a_prompt_and_many_single_tokens_agree_with_torch(rng):
    x, weights = draw(rng, t=300)
    expected = in_torch(x, weights, 4)
    assert_close(take_steps(CachedAttention(*weights, 4), x, (239, *[1] * 61)), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, weights = draw(rng, n=3, t=9)
    expected = take_steps(reference.CachedAttention(*weights, 2), x, (4, 1, 3, 1))
    assert_close(take_steps(CachedAttention(*weights, 2), x, (4, 1, 3, 1)), expected)


def test_length_counts_the_tokens_of_a_sequence(rng):
    x, weights = draw(rng, n=3, t=6)
    attention, lengths = CachedAttention(*weights, 2), []
    for size in (2, 1, 3):
        lengths.append(attention.length)
        attention.step(x[:, :size])
    assert_close([*lengths, attention.length], [0, 2, 3, 6])


def test_two_objects_remember_different_tokens(rng):
    x, weights = draw(rng, n=4)
    expected = in_torch(x, weights, 2)
    first, second = CachedAttention(*weights, 2), CachedAttention(*weights, 2)
    y = [first.step(x[:2, :3].copy()), second.step(x[2:, :1].copy())]
    y += [first.step(x[:2, 3:].copy()), second.step(x[2:, 1:].copy())]
    result = np.concatenate(y[0::2], axis=1), np.concatenate(y[1::2], axis=1)
    assert_close(result, (expected[:2], expected[2:]))


def test_what_becomes_of_x_and_y_changes_no_later_step(rng):
    x, weights = draw(rng)
    expected = in_torch(x, weights, 2)[:, 3:]
    attention, piece = CachedAttention(*weights, 2), x[:, :3].copy()
    y = attention.step(piece)
    piece[...], y[...] = 7.0, -7.0
    assert_close(attention.step(x[:, 3:].copy()), expected)


@pytest.mark.parametrize("length", [0, 1, 3, 4])
@pytest.mark.parametrize("sizes", [(4,), (1, 2, 1)], ids=str)
def test_after_a_truncation_the_sequence_goes_on_from_there(rng, length, sizes):
    x, weights = draw(rng, t=8)
    expected = in_torch(np.delete(x, np.s_[length:4], axis=1), weights, 2)[:, length:]
    attention = CachedAttention(*weights, 2)
    take_steps(attention, x[:, :4], sizes)
    attention.truncate(length)
    lengths = [attention.length]
    y = take_steps(attention, x[:, 4:], (3, 1))
    assert_close((y, [*lengths, attention.length]), (expected, [length, length + 4]))


def test_a_new_object_may_be_truncated_to_nothing(rng):
    x, weights = draw(rng)
    expected = in_torch(x, weights, 2)
    attention = CachedAttention(*weights, 2)
    assert_value_error(attention.truncate, 1)
    attention.truncate(0)
    assert_close(attention.step(x), expected)


@pytest.mark.parametrize("length", [-1, 4, 100])
def test_a_truncation_to_more_than_there_is_raises_a_value_error(rng, length):
    x, weights = draw(rng)
    expected = in_torch(x, weights, 2)[:, 3:]
    attention = CachedAttention(*weights, 2)
    attention.step(x[:, :4])
    attention.truncate(3)
    assert_value_error(attention.truncate, length)
    assert_close((attention.length, attention.step(x[:, 3:])), (3, expected))


@pytest.mark.parametrize("n_heads", [3, 5, 16])
def test_heads_that_do_not_divide_the_width_raise_a_value_error(rng, n_heads):
    assert_value_error(CachedAttention, *draw(rng)[1], n_heads)


@pytest.mark.parametrize(("n", "other"), [(3, 1), (1, 3), (2, 3), (3, 2)])
def test_another_number_of_sequences_raises_a_value_error(rng, n, other):
    x, weights = draw(rng, n=n)
    expected = in_torch(x, weights, 2)[:, 4:]
    attention = CachedAttention(*weights, 2)
    # What fails, here for its width, is no first step.
    assert_value_error(attention.step, np.ones((other, 1, 5)))
    attention.step(x[:, :4])
    assert_value_error(attention.step, np.ones((other, 1, 6)))
    assert_close((attention.length, attention.step(x[:, 4:])), (4, expected))
    attention.truncate(0)
    assert_value_error(attention.step, np.ones((other, 1, 6)))


def outputs(x, other, w_q, w_k, w_v, w_o, n_heads):
    attention = CachedAttention(w_q, w_k, w_v, w_o, n_heads)
    return [attention.step(x), attention.step(other), attention.step(x)]


@manners()
def test_manners(rng):
    x, weights = draw(rng)
    return (
        partial(outputs, x[:, :1], x[:, 1:], *weights, 2),
        partial(outputs, x[:, :1], x[:, 1:], *weights, 4),
    )


def step(attention, x):
    return attention.step(x)


@pytest.mark.speed
def test_a_step_takes_memory_in_proportion_to_the_keys_and_values(rng):
    # d is much larger than the keys, so that nobody can remember x in their place, and so is the
    # number of tokens, so that a mask of the whole sequence is too large.
    x, weights = draw(rng, n=1, t=1200, d=512, inner=4)
    x, weights = x.astype(np.float32), [w.astype(np.float32) for w in weights]
    attention = CachedAttention(*weights, 2)
    take_steps(attention, x, (600, 600))
    keys_and_values = 2 * (1200 * 4) * 4
    assert_memory_at_most(8 * keys_and_values, step, attention, x[:, :1])


@pytest.mark.speed
@pytest.mark.parametrize("size", [1, 2], ids=lambda size: f"steps of {size}")
def test_no_python_loop_over_earlier_tokens(rng, size):
    def after(steps):
        # Einsum takes more steps for shapes it has not met. Another object meets them all first.
        x, weights = draw(rng, t=size * steps + 2)
        sizes = [size] * steps
        take_steps(CachedAttention(*weights, 2), x, [*sizes, 1, 1])
        attention = CachedAttention(*weights, 2)
        take_steps(attention, x[:, :-2], sizes)
        return attention, x[:, -1:]

    assert_no_loop_over("the earlier steps", step, after(4), after(100))


@pytest.mark.speed
def test_no_python_loop(rng):
    def drawn(sequences, tokens, heads):
        x, weights = draw(rng, sequences, tokens, inner=2 * heads)
        return x, weights, heads

    def prompt(x, weights, n_heads):
        return CachedAttention(*weights, n_heads).step(x)

    def after_a_prompt(sequences, tokens, heads):
        x, weights, heads = drawn(sequences, tokens + 4, heads)
        attention = CachedAttention(*weights, heads)
        attention.step(x[:, :4])
        return attention, x[:, 4:]

    assert_vectorized(prompt, drawn)
    assert_vectorized(step, after_a_prompt)
    assert_vectorized(step, lambda sequences, heads: after_a_prompt(sequences, 1, heads))
    assert_vectorized(step, lambda tokens, heads: after_a_prompt(1, tokens, heads))
