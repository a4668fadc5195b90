from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.online_softmax import blockwise_attention
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

BLOCKS = pytest.mark.parametrize("block", [1, 2, 3, 4, 5, 6, 11, 12, 13, 100])


def draw(rng, t_q=5, t_k=12, d=6, d_v=3):
    return [rng.normal(size=shape) for shape in [(t_q, d), (t_k, d), (t_k, d_v)]]


def in_torch(q, k, v):
    return F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v))).numpy()


def with_scores(scores):
    """Queries and keys with these scores (t_q, t_k)."""
    return np.eye(len(scores)) * len(scores) ** 0.5, scores.T.copy()


def test_three_keys_in_blocks_of_two_worked_out_by_hand():
    # q · k / √4 is log 1, log 3 and log 4, so the weights are 1/8, 3/8 and 4/8.
    q, k = np.array([[2.0, 0.0, 0.0, 5.0]]), np.zeros((3, 4))
    k[:, 0] = np.log([1.0, 3.0, 4.0])
    v = np.array([[8.0, 1.0], [16.0, 1.0], [2.0, 1.0]])
    assert_close(blockwise_attention(q, k, v, 2), np.array([[8.0, 1.0]]))


@BLOCKS
def test_it_agrees_with_torch_for_any_block(rng, block):
    q, k, v = draw(rng)
    expected = in_torch(q, k, v)
    assert_close(blockwise_attention(q, k, v, block), expected)


@pytest.mark.parametrize(
    ("t_q", "t_k", "d", "d_v"),
    [
        (1, 1, 1, 1),
        (1, 9, 3, 2),
        (6, 1, 3, 2),
        (5, 5, 5, 5),
        (7, 4, 1, 3),
        (3, 8, 6, 1),
        (2, 3, 9, 4),
    ],
    ids=str,
)
@pytest.mark.parametrize("block", [1, 3, 5])
def test_it_agrees_with_torch_for_any_sizes(rng, t_q, t_k, d, d_v, block):
    q, k, v = draw(rng, t_q, t_k, d, d_v)
    expected = in_torch(q, k, v)
    assert_close(blockwise_attention(q, k, v, block), expected)


@BLOCKS
@pytest.mark.parametrize("rise", [0.5, 10.0, 100.0, 1000.0, -0.5, -10.0, -100.0, -1000.0])
def test_scores_that_rise_or_fall_from_block_to_block_are_right(rng, block, rise):
    # One query sees them rise, one fall, one as they come, and one all equal.
    steps = rise * (np.arange(12) // 2)
    scores = np.stack([steps, -steps, rng.permuted(steps), 0 * steps]) + rng.normal(size=(4, 12))
    (q, k), v = with_scores(scores), rng.normal(size=(12, 3))
    expected = in_torch(q, k, v)
    assert_close(blockwise_attention(q, k, v, block), expected)


@BLOCKS
def test_scores_that_are_all_far_from_zero_are_right(rng, block):
    scores = np.array([[9990.0], [-9990.0], [-9000.0], [50.0], [-50.0]]) + rng.uniform(
        -3, 3, size=(5, 12)
    )
    (q, k), v = with_scores(scores), rng.normal(size=(12, 3))
    expected = in_torch(q, k, v)
    assert_close(blockwise_attention(q, k, v, block), expected)


@BLOCKS
def test_keys_of_little_weight_count_where_their_values_are_large(block):
    (q, k), v = with_scores(np.array([[50.0, 0.0, 1.0]])), np.array([[1.0], [5e21], [2e21]])
    expected = in_torch(q, k, v)
    assert_close(blockwise_attention(q, k, v, block), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_rising_scores_are_right_in_every_dtype(dtype):
    # Whole scores, which float32 holds exactly; √d is 2.
    q, k, v = np.zeros((3, 4), dtype), np.zeros((9, 4), dtype), np.arange(18.0, dtype=dtype)
    q[:, 0], q[2, 1] = [2.0, -2.0, 0.0], -200.0
    k[:, 0] = [-1000, 1, 0, 2, 1000, 1001, 1002, 2000, 2001]
    k[:, 1], k[4, 1] = 100, 99
    scores = torch.tensor(q.astype(float) @ k.T.astype(float) / 2)
    expected = torch.softmax(scores, 1).numpy() @ v.reshape(9, 2)
    # If a sum is kept as its logarithm, near 2000 here, float32 rounds that by a ten-thousandth.
    result = blockwise_attention(q, k, v.reshape(9, 2), 2)
    assert_close(result, expected.astype(dtype), rtol=1e-3 if dtype == np.float32 else None)


def test_it_agrees_with_the_reference(rng, reference):
    q, k, v = draw(rng, 6, 17, 5, 4)
    expected = reference.blockwise_attention(q, k, v, 4)
    assert_close(blockwise_attention(q, k, v, 4), expected)


def test_four_thousand_keys_are_right(rng):
    q, k, v = draw(rng, 3, 4000, 8, 2)
    expected = in_torch(q, 3 * k, v)
    assert_close(blockwise_attention(q, 3 * k, v, 7), expected)


@pytest.mark.parametrize("block", [0, -1, -5])
def test_a_block_below_1_raises_a_value_error(rng, block):
    assert_value_error(blockwise_attention, *draw(rng), block)


@pytest.mark.parametrize(
    ("position", "shape"),
    [(0, (5, 3)), (0, (5, 1)), (1, (12, 1)), (1, (11, 6)), (1, (1, 6)), (2, (13, 3)), (2, (1, 3))],
    ids=str,
)
@pytest.mark.parametrize("block", [1, 4, 20])
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape, block):
    arguments = draw(rng)
    arguments[position] = np.ones(shape)
    assert_value_error(blockwise_attention, *arguments, block)


@manners()
def test_manners(rng):
    # Not the same arrays for two blocks: the block has no effect on the result.
    return [partial(blockwise_attention, *draw(rng), block) for block in (1, 5, 12)]


@pytest.mark.speed
def test_no_python_loop_but_that_over_the_blocks(rng):
    def sized(queries, keys_in_a_block, features, features_of_a_value):
        arguments = draw(rng, queries, 3 * keys_in_a_block, features, features_of_a_value)
        return *arguments, keys_in_a_block

    assert_vectorized(blockwise_attention, sized)
    assert_vectorized(
        blockwise_attention, lambda features_of_a_value: sized(1, 4, 3, features_of_a_value)
    )


@pytest.mark.speed
@pytest.mark.parametrize(
    ("t_q", "t_k", "block", "dtype"),
    [
        (500, 500, 8, "float16"),
        (500, 500, 8, "float32"),
        (150, 1500, 8, "float64"),
        (1500, 150, 8, "float32"),
        (200, 600, 2, "float64"),
        (1500, 1500, 64, "float32"),
    ],
)
def test_memory_grows_with_the_lengths_only(rng, t_q, t_k, block, dtype):
    arguments = [array.astype(dtype) for array in draw(rng, t_q, t_k, 3, 2)]
    numbers = 8 * (t_q + t_k) * (3 + 2 + block)
    limit = numbers * np.dtype(dtype).itemsize
    assert_memory_at_most(limit, blockwise_attention, *arguments, block)
