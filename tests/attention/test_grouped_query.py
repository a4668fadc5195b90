from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.grouped_query import grouped_query_attention
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

MASKED = pytest.mark.parametrize("mask", [None, np.ones((3, 5), bool)], ids=["no mask", "a mask"])


def draw(rng, batch=(2,), heads=6, kv_heads=2, t_q=3, t_k=5, d=4, d_v=7):
    shapes = (heads, t_q, d), (kv_heads, t_k, d), (kv_heads, t_k, d_v)
    return [rng.normal(size=(*batch, *shape)) for shape in shapes]


def draw_mask(rng, *shape):
    """About half of the keys may be seen: one at least, and of several not all."""
    mask = rng.random(shape) < 0.5
    seen = rng.integers(shape[-1], size=(*shape[:-1], 1))
    # Under an inverted mask a query that sees all is blind, and answers differ in what it gets.
    np.put_along_axis(mask, (seen + 1) % shape[-1], False, axis=-1)
    np.put_along_axis(mask, seen, True, axis=-1)
    return mask


def in_torch(q, k, v, mask=None):
    q, k, v = map(torch.tensor, (q, k, v))
    mask = None if mask is None else torch.tensor(mask)
    k, v = (one.repeat_interleave(q.shape[-3] // k.shape[-3], dim=-3) for one in (k, v))
    return F.scaled_dot_product_attention(q, k, v, mask).numpy()


def test_six_heads_that_share_two_worked_out_by_hand():
    # All scores are 0, so each head gets the mean of its group's two values.
    q, k = np.ones((6, 1, 2)), np.zeros((2, 2, 2))
    v = np.array([[[1.0], [3.0]], [[10.0], [30.0]]])
    expected = np.array([2.0, 2.0, 2.0, 20.0, 20.0, 20.0])
    assert_close(grouped_query_attention(q, k, v)[:, 0, 0], expected)


@pytest.mark.parametrize(
    ("heads", "kv_heads"), [(6, 2), (6, 3), (8, 2), (4, 4), (5, 1), (1, 1), (4, 2)]
)
@pytest.mark.parametrize(
    ("batch", "t_q", "t_k", "d", "d_v"),
    [
        ((2,), 3, 5, 4, 7),
        ((), 2, 7, 3, 3),
        ((2, 3), 1, 4, 5, 2),
        ((4,), 4, 4, 4, 4),
        ((1,), 6, 2, 1, 1),
        ((2,), 2, 1, 2, 2),
        ((2,), 2, 300, 4, 3),
    ],
    ids=str,
)
def test_it_agrees_with_torch(rng, heads, kv_heads, batch, t_q, t_k, d, d_v):
    q, k, v = draw(rng, batch, heads, kv_heads, t_q, t_k, d, d_v)
    expected = in_torch(q, k, v)
    assert_close(grouped_query_attention(q, k, v), expected)


@pytest.mark.parametrize(
    "shape",
    [(3, 5), (6, 3, 5), (2, 6, 3, 5), (2, 1, 1, 5), (6, 1, 5), (2, 1, 3, 5), (1, 6, 3, 5), (1, 5)],
    ids=str,
)
def test_a_mask_agrees_with_torch(rng, shape):
    q, k, v = draw(rng)
    mask = draw_mask(rng, *shape)
    expected = in_torch(q, k, v, mask)
    assert_close(grouped_query_attention(q, k, v, mask), expected)


@pytest.mark.parametrize("batch", [(4,), ()], ids=str)
def test_a_mask_agrees_with_torch_where_all_sizes_are_equal(rng, batch):
    q, k, v = draw(rng, batch, 4, 2, 4, 4, 4, 4)
    mask = draw_mask(rng, 4, 4, 4)
    expected = in_torch(q, k, v, mask)
    assert_close(grouped_query_attention(q, k, v, mask), expected)


@pytest.mark.parametrize("shape", [(8, 3, 5), (2, 1, 1, 3, 5), (2, 8, 1, 5)], ids=str)
def test_it_agrees_with_the_reference(rng, reference, shape):
    q, k, v = draw(rng, (2, 2), heads=8, kv_heads=4)
    mask = draw_mask(rng, *shape)
    expected = reference.grouped_query_attention(q, k, v, mask)
    assert_close(grouped_query_attention(q, k, v, mask), expected)


@MASKED
@pytest.mark.parametrize(("heads", "kv_heads"), [(6, 4), (5, 2), (2, 4), (1, 3), (3, 2)])
def test_heads_that_cannot_be_shared_evenly_raise_a_value_error(rng, heads, kv_heads, mask):
    q, k, v = draw(rng, heads=heads, kv_heads=kv_heads)
    assert_value_error(grouped_query_attention, q, k, v, mask)


@MASKED
@pytest.mark.parametrize(("of_k", "of_v"), [(2, 1), (1, 2), (3, 6), (6, 3), (2, 3)])
def test_keys_and_values_of_different_numbers_of_heads_raise_a_value_error(rng, of_k, of_v, mask):
    q, k, _ = draw(rng, kv_heads=of_k)
    assert_value_error(grouped_query_attention, q, k, draw(rng, kv_heads=of_v)[2], mask)


@manners()
def test_manners(rng):
    q, k, v = draw(rng)
    return (
        partial(grouped_query_attention, q, k, v),
        partial(grouped_query_attention, q, k, v, draw_mask(rng, 3, 5)),
        partial(grouped_query_attention, q, k, v, draw_mask(rng, 6, 3, 5)),
    )


@pytest.mark.speed
@pytest.mark.parametrize("t_q", [1, 2])
@pytest.mark.parametrize("masks", ["no mask", "one mask", "one for each head"])
@pytest.mark.parametrize(
    ("batch", "kv_heads", "dtype"),
    [((2,), 2, "float32"), ((), 1, "float64"), ((2, 2), 2, "float32")],
    ids=str,
)
def test_keys_and_values_are_not_copied_for_each_head(rng, t_q, masks, batch, kv_heads, dtype):
    heads = 8 * kv_heads
    drawn = draw(rng, batch, heads, kv_heads, t_q=t_q, t_k=500, d=32, d_v=32)
    q, k, v = (array.astype(dtype) for array in drawn)
    shapes = {"one mask": (t_q, 500), "one for each head": (heads, t_q, 500)}
    mask = draw_mask(rng, *shapes[masks]) if masks in shapes else None
    assert_memory_at_most(3 * (k.nbytes + v.nbytes), grouped_query_attention, q, k, v, mask)


@pytest.mark.speed
@pytest.mark.parametrize("batch_axes", [0, 1, 2])
@pytest.mark.parametrize("masks", ["no mask", "one mask", "a mask each"])
def test_no_python_loop(rng, masks, batch_axes):
    def drawn(batch, parts, groups, heads_a_group, queries, keys):
        axes, heads = (batch, parts)[:batch_axes], groups * heads_a_group
        shapes = {"one mask": (queries, keys), "a mask each": (*axes, heads, queries, keys)}
        mask = draw_mask(rng, *shapes[masks]) if masks in shapes else None
        return *draw(rng, axes, heads, groups, queries, keys, 2, 2), mask

    assert_vectorized(grouped_query_attention, drawn)
