from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.attention_backward import scaled_dot_product_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

BATCH, T_Q, T_K, D, D_V = (2, 3), 5, 7, 4, 6
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def draw(rng, batch=BATCH, t_q=T_Q, t_k=T_K, d=D, d_v=D_V):
    """grad_y, q, k and v."""
    shapes = [(t_q, d_v), (t_q, d), (t_k, d), (t_k, d_v)]
    return [rng.normal(size=(*batch, *shape)) for shape in shapes]


def draw_mask(rng, *shape):
    """About half of the keys are masked, but never all keys of a query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def in_torch(grad_y, q, k, v, mask=None):
    mask = None if mask is None else torch.tensor(mask)
    attend = partial(F.scaled_dot_product_attention, attn_mask=mask)
    return torch_gradients(attend, [q, k, v], grad_y)


def test_two_keys_worked_out_by_hand():
    # q · k / √4 is log 1 and log 3, so the weights are 1/4 and 3/4. Their gradients are 0 and 4,
    # with a mean of 3 under the weights, so those of the scores are -3/4 and 3/4.
    q = np.array([[2.0, 0.0, 0.0, 5.0]])
    k = np.array([[0.0, 3.0, 1.0, 0.0], [np.log(3.0), 0.0, 2.0, 0.0]])
    grad_y, v = np.array([[1.0, 0.0]]), np.array([[0.0, 8.0], [4.0, 0.0]])
    grad_q = 3 / 8 * np.array([[np.log(3.0), -3.0, 1.0, 0.0]])
    grad_k = 3 / 8 * np.array([[-2.0, 0.0, 0.0, -5.0], [2.0, 0.0, 0.0, 5.0]])
    expected = grad_q, grad_k, np.array([[1 / 4, 0.0], [3 / 4, 0.0]])
    assert_close(scaled_dot_product_backward(grad_y, q, k, v), expected)


@pytest.mark.parametrize(
    ("batch", "t_q", "t_k", "d", "d_v"),
    [
        ((), 5, 7, 4, 3),
        ((3,), 7, 2, 5, 4),
        ((2, 3), 5, 7, 4, 6),
        ((2, 1, 3), 2, 3, 5, 1),
        ((4,), 6, 6, 6, 6),
        ((3, 3), 3, 3, 3, 3),
        ((3,), 1, 9, 2, 5),
        ((2,), 3, 4, 1, 2),
    ],
    ids=str,
)
def test_it_agrees_with_torch(rng, batch, t_q, t_k, d, d_v):
    arguments = draw(rng, batch, t_q, t_k, d, d_v)
    expected = in_torch(*arguments)
    assert_close(scaled_dot_product_backward(*arguments), expected)


def test_a_single_key_moves_nothing_but_its_value(rng):
    grad_y, q, k, v = draw(rng, t_k=1)
    expected = np.zeros_like(q), np.zeros_like(k), grad_y.sum(axis=-2, keepdims=True)
    # Where the difference of two equal sums should be 0, their rounding may be left.
    assert_close(scaled_dot_product_backward(grad_y, q, k, v), expected, atol=1e-13)


@pytest.mark.parametrize(
    "shape", [(2, 3, 5, 7), (5, 7), (2, 1, 5, 7), (3, 5, 7), (2, 1, 1, 7)], ids=str
)
def test_a_mask_agrees_with_torch(rng, shape):
    arguments, mask = draw(rng), draw_mask(rng, *shape)
    expected = in_torch(*arguments, mask)
    assert_close(scaled_dot_product_backward(*arguments, mask), expected)


def test_a_causal_mask_agrees_with_torch(rng):
    arguments, mask = draw(rng, (3,), 5, 5, 5, 5), np.tri(5, dtype=bool)
    expected = in_torch(*arguments, mask)
    assert_close(scaled_dot_product_backward(*arguments, mask), expected)


@pytest.mark.parametrize("blind", [[0], [4], [1, 2]], ids=str)
@pytest.mark.parametrize("columns", [1, T_K])
def test_queries_whose_keys_are_all_masked_have_no_part(rng, columns, blind):
    (grad_y, q, k, v), mask = draw(rng), draw_mask(rng, T_Q, columns)
    seeing = np.setdiff1d(np.arange(T_Q), blind)
    grad_q = np.zeros_like(q)
    grad_q[..., seeing, :], grad_k, grad_v = in_torch(
        grad_y[..., seeing, :], q[..., seeing, :], k, v, mask[seeing]
    )
    mask[blind] = False
    assert_close(scaled_dot_product_backward(grad_y, q, k, v, mask), (grad_q, grad_k, grad_v))


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (2, 3, 5, 7)], ids=str)
def test_all_gradients_are_zero_when_every_key_is_masked(rng, shape):
    grad_y, *inputs = draw(rng)
    expected = tuple(map(np.zeros_like, inputs))
    mask = np.zeros(shape, dtype=bool)
    assert_close(scaled_dot_product_backward(grad_y, *inputs, mask), expected)


@DTYPES
@pytest.mark.parametrize("size", [1.0, 1e2, 1e4])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "largest masked"])
def test_scores_of_any_size_are_right(size, masked, dtype):
    # Queries with scores of all sizes, of both signs, and with ties.
    q = np.zeros((6, 4))
    q[:, 0] = 2 * size * np.array([1.0, -1.0, 0.5, -0.5, 0.0, 1e-4])
    k, v = np.zeros((5, 4)), np.array([[3.0, -1.0], [2.0, 7.0], [-6.0, 2.0], [0.5, 4.0], [1, 5]])
    k[:, 0], k[:, 1] = [1.0, 0.5, 0.5, 0.0, -1.0], [1.0, 2.0, 3.0, 4.0, 5.0]
    grad_y = np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, 1.0], [3.0, 1.0], [1.0, 1.0], [2.0, -2.0]])
    mask = np.array([[False, True, True, True, False]]) if masked else None
    arguments = [array.astype(dtype) for array in (grad_y, q, k, v)]
    expected = in_torch(*(array.astype(float) for array in arguments), mask)
    expected = tuple(array.astype(dtype) for array in expected)
    assert_close(scaled_dot_product_backward(*arguments, mask), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments, mask = draw(rng, (2, 3, 2)), rng.random((2, 1, 2, T_Q, T_K)) < 0.3
    expected = reference.scaled_dot_product_backward(*arguments, mask)
    assert_close(scaled_dot_product_backward(*arguments, mask), expected)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("grad_y", (2, 3, 5, 1)),
        ("grad_y", (2, 3, 1, 6)),
        ("grad_y", (2, 1, 5, 6)),
        ("grad_y", (5, 6)),
        ("q", (2, 3, 5, 1)),
        ("q", (2, 1, 5, 4)),
        ("k", (2, 3, 1, 4)),
        ("k", (1, 3, 7, 4)),
        ("v", (2, 3, 5, 6)),
        ("v", (2, 3, 1, 6)),
        ("v", (2, 1, 7, 6)),
        ("v", (7, 6)),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, name, shape):
    arguments = dict(zip(["grad_y", "q", "k", "v"], draw(rng), strict=True))
    assert_value_error(scaled_dot_product_backward, **arguments | {name: np.zeros(shape)})


@pytest.mark.parametrize(
    ("batch", "t_q", "shape"),
    [((2, 3), 5, (7, 5)), ((2, 3), 1, (5, 7)), ((1,), 5, (4, 5, 7)), ((), 5, (1, 5, 7))],
    ids=str,
)
def test_a_mask_that_does_not_fit_raises_a_value_error(rng, batch, t_q, shape):
    arguments, mask = draw(rng, batch, t_q), np.ones(shape, dtype=bool)
    assert_value_error(scaled_dot_product_backward, *arguments, mask)


@manners()
def test_manners(rng):
    arguments, mask = draw(rng), draw_mask(rng, T_Q, T_K)
    mask[2] = False
    call = partial(scaled_dot_product_backward, *arguments)
    blind = partial(scaled_dot_product_backward, *draw(rng, d_v=D), np.zeros((1, 1), dtype=bool))
    return call, partial(call, mask), blind


@pytest.mark.speed
@pytest.mark.parametrize("batch_axes", [1, 2, 3])
@pytest.mark.parametrize("masks", ["no mask", "one mask", "a mask each"])
def test_no_python_loop(rng, masks, batch_axes):
    def sized(batch, groups, heads, queries, keys):
        axes = (batch, groups, heads)[:batch_axes]
        shapes = {"one mask": (queries, keys), "a mask each": (*axes, queries, keys)}
        mask = draw_mask(rng, *shapes[masks]) if masks in shapes else None
        return *draw(rng, axes, queries, keys), mask

    assert_vectorized(scaled_dot_product_backward, sized)


@pytest.mark.speed
@DTYPES
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "a mask"])
def test_memory_stays_within_ten_times_the_scores(rng, masked, dtype):
    arguments = [array.astype(dtype) for array in draw(rng, (2,), 80, 90, 2, 2)]
    scores = 2 * 80 * 90 * arguments[0].itemsize
    mask = draw_mask(rng, 80, 90) if masked else None
    assert_memory_at_most(10 * scores, scaled_dot_product_backward, *arguments, mask)
