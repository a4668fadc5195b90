import re
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.scaled_dot_product import scaled_dot_product
from kata.testing import assert_close, assert_no_loop_over, assert_value_error, manners

BATCH, T_Q, T_K, D, D_V = (2, 3), 5, 7, 4, 6
BATCH_AXES = ["first batch axis", "second batch axis", "third batch axis"]
LARGEST = {np.float32: 1e30, np.float64: 1e290}
DTYPES = pytest.mark.parametrize("dtype", LARGEST, ids=["float32", "float64"])


def draw(rng, batch=BATCH, t_q=T_Q, t_k=T_K, d=D, d_v=D_V):
    return [rng.normal(size=(*batch, *axes)) for axes in [(t_q, d), (t_k, d), (t_k, d_v)]]


def draw_mask(rng, *shape):
    """About half of the keys are masked, but never all keys of a query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def in_torch(q, k, v, mask=None):
    mask = None if mask is None else torch.tensor(mask)
    return F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)), mask).numpy()


def run_where_it_raises(error, *args):
    """The result, where floating-point errors of this kind raise."""
    try:
        with np.errstate(all="ignore"), np.errstate(**{error: "raise"}):
            return scaled_dot_product(*args)
    except FloatingPointError as raised:
        # Some builds of BLAS give false alarms in any product of matrices.
        if not re.search("matmul|dot", str(raised)):
            raise
    with np.errstate(all="ignore"):
        return scaled_dot_product(*args)


def test_two_keys_worked_out_by_hand():
    # q · k / √4 is log 1 and log 3, so the weights are 1/4 and 3/4.
    q = np.array([[2.0, 0.0, 0.0, 5.0]])
    k = np.array([[0.0, 3.0, 1.0, 0.0], [np.log(3.0), 0.0, 2.0, 0.0]])
    v = np.array([[0.0, 8.0, 1.0], [4.0, 0.0, 1.0]])
    assert_close(scaled_dot_product(q, k, v), np.array([[3.0, 2.0, 1.0]]))


@pytest.mark.parametrize(
    ("batch", "t_q", "t_k", "d", "d_v"),
    [
        pytest.param((), 5, 7, 4, 3, id="no batch"),
        pytest.param((3,), 7, 2, 5, 4, id="one batch axis"),
        pytest.param((2, 3), 5, 7, 4, 6, id="two batch axes"),
        pytest.param((2, 1, 3), 2, 3, 5, 1, id="three batch axes"),
        pytest.param((4,), 6, 6, 6, 6, id="square"),
        pytest.param((3, 3), 3, 3, 3, 3, id="all sizes equal"),
        pytest.param((3,), 1, 9, 2, 5, id="one query"),
        pytest.param((3,), 4, 1, 2, 5, id="one key"),
        pytest.param((2,), 3, 300, 4, 2, id="many keys"),
        pytest.param((2,), 3, 4, 1, 2, id="d of 1"),
        pytest.param((1,), 1, 1, 1, 1, id="all sizes one"),
    ],
)
def test_it_agrees_with_torch(rng, batch, t_q, t_k, d, d_v):
    q, k, v = draw(rng, batch, t_q, t_k, d, d_v)
    expected = in_torch(q, k, v)
    assert_close(scaled_dot_product(q, k, v), expected)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((2, 3, 5, 7), id="full"),
        pytest.param((5, 7), id="without batch axes"),
        pytest.param((1, 1, 5, 7), id="batch axes of 1"),
        pytest.param((2, 1, 5, 7), id="one for all heads"),
        pytest.param((3, 5, 7), id="without the first axis"),
        pytest.param((2, 1, 1, 7), id="one for all heads and queries"),
        pytest.param((1, 7), id="one row for all queries"),
    ],
)
def test_a_mask_agrees_with_torch(rng, shape):
    q, k, v = draw(rng)
    mask = draw_mask(rng, *shape)
    expected = in_torch(q, k, v, mask)
    assert_close(scaled_dot_product(q, k, v, mask), expected)


@pytest.mark.parametrize("shape", [(5, 1), (3, 5, 1), (2, 1, 5, 1), (2, 3, 1, 1)], ids=str)
def test_a_mask_with_one_column_shows_all_keys_or_none(rng, shape):
    q, k, v = draw(rng)
    mask = rng.permuted(np.arange(np.prod(shape)) % 2 == 0).reshape(shape)
    expected = np.where(mask, in_torch(q, k, v), 0.0)
    assert_close(scaled_dot_product(q, k, v, mask), expected)


def test_a_square_mask_agrees_with_torch(rng):
    # It has as many rows as there are sequences, but they are those of the queries.
    q, k, v = draw(rng, (5,), 5, 5, 5, 5)
    mask = draw_mask(rng, 5, 5)
    expected = in_torch(q, k, v, mask)
    assert_close(scaled_dot_product(q, k, v, mask), expected)


def test_it_agrees_with_the_reference(rng, reference):
    q, k, v = draw(rng, (2, 3, 2))
    mask = rng.random((2, 1, 2, T_Q, T_K)) < 0.3
    expected = reference.scaled_dot_product(q, k, v, mask)
    assert_close(scaled_dot_product(q, k, v, mask), expected)


def test_a_query_whose_keys_are_all_masked_gets_zeros(rng):
    q, k, v = draw(rng)
    mask = draw_mask(rng, T_Q, T_K)
    expected = in_torch(q, k, v, mask)
    mask[[0, 3]] = False
    expected[..., [0, 3], :] = 0.0
    assert_close(scaled_dot_product(q, k, v, mask), expected)


@DTYPES
def test_all_queries_get_zeros_when_every_key_is_masked(rng, dtype):
    q, k, v = (array.astype(dtype) for array in draw(rng))
    mask = np.zeros((1, 1), dtype=bool)
    assert_close(scaled_dot_product(q, k, v, mask), np.zeros((*BATCH, T_Q, D_V), dtype))


def sizes(dtype):
    """From 1e-3 to the largest, of both signs, but none near those that are put in place of ∞."""
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e13, LARGEST[dtype], 20)
    return np.concatenate([-huge, -usual, usual, huge])


def with_scores_of_every_size(dtype):
    """For each size a query, with that many times the scores 1, 1/2, 1/2, 0 and -1; four masks."""
    k = np.array([[1.0], [0.5], [0.5], [0.0], [-1.0]])
    v = np.array([[3.0, -1.0], [2.0, 7.0], [-6.0, 2.0], [0.5, 4.0], [1.0, 5.0]])
    q, k, v = (np.stack([array.astype(dtype)] * 4) for array in (sizes(dtype)[:, None], k, v))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 1], [0, 0, 0, 0, 0]]) == 1
    return q, k, v, mask[:, None]


def right_means(q, k, v, mask):
    """The means by torch's softmax in float64, for a d of 1 and a mask that may hide all keys."""
    q, k, v = (torch.tensor(array, dtype=torch.float64) for array in (q, k, v))
    scores = torch.where(torch.tensor(mask), q @ k.mT, -torch.inf)
    return torch.nan_to_num(torch.softmax(scores, dim=-1)).matmul(v).numpy()


@DTYPES
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "a mask"])
def test_scores_of_every_size_give_the_right_means(dtype, masked):
    *args, mask = with_scores_of_every_size(dtype)
    mask = mask if masked else np.ones_like(mask)
    expected = right_means(*args, mask).astype(dtype)
    with np.errstate(all="ignore"):
        assert_close(scaled_dot_product(*args, mask if masked else None), expected)


@DTYPES
@pytest.mark.parametrize("error", ["over", "invalid", "divide"])
def test_no_size_causes_a_floating_point_warning(error, dtype):
    args = with_scores_of_every_size(dtype)
    expected = right_means(*args).astype(dtype)
    assert_close(run_where_it_raises(error, *args), expected)


@DTYPES
def test_values_of_every_size_give_the_right_means(dtype):
    q, k = np.array([[0.5], [-1.0]], dtype), np.array([[1.0], [-2.0], [0.5], [0.0]], dtype)
    v = (sizes(dtype) * np.array([[1.0], [0.5], [0.25], [0.0]])).astype(dtype)
    v[3], mask = LARGEST[dtype], np.array([[True, True, True, False]])
    expected = right_means(q, k, v, mask).astype(dtype)
    assert_close(run_where_it_raises("over", q, k, v, mask), expected, atol=0.0)


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        pytest.param(0, (2, 3, 5, 1), id="q with another d"),
        pytest.param(0, (3, 5, 4), id="q without the first axis"),
        pytest.param(1, (2, 3, 7, 1), id="k with another d"),
        pytest.param(1, (2, 3, 1, 4), id="one key for seven values"),
        pytest.param(1, (2, 3, 4, 7), id="k transposed"),
        pytest.param(1, (1, 3, 7, 4), id="k with a batch axis of 1"),
        pytest.param(1, (7, 4), id="k without batch axes"),
        pytest.param(2, (2, 3, 5, 6), id="five values for seven keys"),
        pytest.param(2, (2, 1, 7, 6), id="v with a batch axis of 1"),
        pytest.param(2, (7, 6), id="v without batch axes"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng)
    args[position] = np.zeros(shape)
    assert_value_error(scaled_dot_product, *args)


@pytest.mark.parametrize(
    ("batch", "t_q", "shape"),
    [
        pytest.param((2, 3), 5, (7, 5), id="transposed"),
        pytest.param((2, 3), 5, (5, 6), id="for another number of keys"),
        pytest.param((2, 3), 1, (5, 7), id="for more queries"),
        pytest.param((2, 3), 5, (2, 5, 7), id="batch axes misaligned"),
        pytest.param((1,), 5, (4, 5, 7), id="for a larger batch"),
        pytest.param((), 5, (2, 5, 7), id="for a batch where there is none"),
        pytest.param((), 5, (1, 5, 7), id="with an axis too many"),
    ],
)
def test_a_mask_that_does_not_fit_raises_a_value_error(rng, batch, t_q, shape):
    q, k, v = draw(rng, batch, t_q)
    assert_value_error(scaled_dot_product, q, k, v, np.ones(shape, dtype=bool))


@manners()
def test_manners(rng):
    q, k, v = draw(rng)
    mask = draw_mask(rng, T_Q, T_K)
    mask[2] = False
    return partial(scaled_dot_product, q, k, v), partial(scaled_dot_product, q, k, v, mask)


@pytest.mark.speed
@pytest.mark.parametrize("batch_axes", [1, 2, 3])
@pytest.mark.parametrize("masks", ["no mask", "one mask", "a mask each"])
def test_no_python_loop(rng, masks, batch_axes):
    axes = [*BATCH_AXES[:batch_axes], "queries", "keys"]

    def drawn(large=None):
        *batch, t_q, t_k = [100 if axis == large else 4 for axis in axes]
        shapes = {"one mask": (t_q, t_k), "a mask each": (*batch, t_q, t_k)}
        mask = draw_mask(rng, *shapes[masks]) if masks in shapes else None
        return *draw(rng, batch, t_q, t_k), mask

    for axis in axes:
        assert_no_loop_over(f"the {axis}", scaled_dot_product, drawn(), drawn(axis))
