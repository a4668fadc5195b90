from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.causal_mask import causal_mask
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def one_by_one(t_q, t_k):
    rows = [[key <= t_k - t_q + query for key in range(t_k)] for query in range(t_q)]
    return np.array(rows, dtype=bool).reshape(t_q, t_k)


def seen_in_torch(t):
    """Where torch's causal attention over t positions gives a weight above 0."""
    zeros, values = torch.zeros(t, 1), torch.eye(t)
    return (F.scaled_dot_product_attention(zeros, zeros, values, is_causal=True) > 0).numpy()


def test_three_positions_see_themselves_and_their_past():
    assert_close(causal_mask(3), np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1]]) == 1)


def test_two_new_positions_also_see_the_three_in_the_cache():
    assert_close(causal_mask(2, 5), np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]) == 1)


@pytest.mark.parametrize("t", [0, 1, 2, 7, 300])
def test_a_square_mask_is_that_of_torch(t):
    expected = seen_in_torch(t)
    assert_close(causal_mask(t), expected)
    assert_close(causal_mask(t, t), expected)


@pytest.mark.parametrize(
    ("t_q", "t_k"),
    [(0, 0), (0, 1), (0, 4), (1, 2), (1, 7), (2, 3), (3, 8), (6, 8), (8, 9), (290, 300), (2, 2100)],
)
def test_a_query_sees_no_further_than_its_own_position(t_q, t_k):
    expected = one_by_one(t_q, t_k)
    assert_close(causal_mask(t_q, t_k=t_k), expected)


def test_it_agrees_with_the_reference(reference):
    expected = reference.causal_mask(4, 9)
    assert_close(causal_mask(4, 9), expected)


@pytest.mark.parametrize(("t_q", "t_k"), [(2, 1), (5, 3), (9, 8), (1, 0), (3, 0)])
def test_more_queries_than_keys_raise_a_value_error(t_q, t_k):
    assert_value_error(causal_mask, t_q, t_k)


@manners()
def test_manners(rng):
    calls = [(4,), (6,), (3, 5), (4, 7), (5, 7), (1, 5)]
    return [partial(causal_mask, *sizes) for sizes in calls]


@pytest.mark.speed
def test_no_python_loop_over_positions():
    assert_vectorized(causal_mask, lambda positions: (2 * positions,))


@pytest.mark.speed
def test_no_python_loop_over_queries():
    assert_vectorized(causal_mask, lambda queries: (2 * queries, 200))


@pytest.mark.speed
def test_no_python_loop_over_keys():
    assert_vectorized(causal_mask, lambda keys: (4, keys))
