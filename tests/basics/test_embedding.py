from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.embedding import embedding, embedding_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

# Shape of the ids, vocabulary, features: many ids repeat, or few.
CASES = [((6,), 9, 4), ((20,), 3, 2), ((5, 3), 7, 1), ((2, 3, 4), 5, 3), ((4,), 4, 4), ((1,), 1, 1)]
CASES.append(((), 4, 3))
EMPTY = [((0,), 5, 3), ((2, 0), 5, 3)]


def draw(rng, shape, vocabulary, features):
    ids = rng.integers(vocabulary, size=shape)
    return rng.normal(size=(*shape, features)), ids, rng.normal(size=(vocabulary, features))


def gradient_in_torch(grad_y, ids, table, padding_id=None):
    leaf = torch.tensor(table, requires_grad=True)
    F.embedding(torch.tensor(ids), leaf, padding_id).backward(torch.tensor(grad_y))
    return leaf.grad.numpy()


# --- Forward ---------------------------------------------------------------------------------


def test_rows_are_looked_up_by_their_number():
    table = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    expected = np.array([[[4.0, 5.0], [0.0, 1.0]], [[4.0, 5.0], [2.0, 3.0]]])
    assert_close(embedding(np.array([[2, 0], [2, 1]]), table), expected)


@pytest.mark.parametrize("sizes", CASES + EMPTY, ids=str)
def test_forward_agrees_with_torch(rng, sizes):
    _, ids, table = draw(rng, *sizes)
    expected = F.embedding(torch.tensor(ids), torch.tensor(table)).numpy()
    assert_close(embedding(ids, table), expected)


def test_rows_of_infinity_or_nan_stay_in_their_places():
    table = np.array([[1.0, 2.0], [np.nan, np.inf], [3.0, 4.0]])
    expected = np.array([[3.0, 4.0], [np.nan, np.inf], [1.0, 2.0]])
    assert_close(embedding(np.array([2, 1, 0]), table), expected)


# --- Backward --------------------------------------------------------------------------------


def test_gradients_of_a_repeated_id_add_up():
    grad_y, ids = np.array([[1.0], [2.0], [4.0], [8.0]]), np.array([2, 0, 2, 2])
    expected = np.array([[2.0], [0.0], [13.0]])
    assert_close(embedding_backward(grad_y, ids, np.ones((3, 1))), expected)


@pytest.mark.parametrize("sizes", CASES, ids=str)
def test_backward_agrees_with_torch(rng, sizes):
    args = draw(rng, *sizes)
    expected = gradient_in_torch(*args)
    assert_close(embedding_backward(*args), expected)


@pytest.mark.parametrize("sizes", EMPTY, ids=str)
def test_without_ids_the_gradient_is_zero(rng, sizes):
    args = draw(rng, *sizes)
    expected = np.zeros((5, 3))
    assert_close(embedding_backward(*args), expected)


@pytest.mark.parametrize("padding_id", [0, 1, 3, 4])
def test_the_row_for_padding_has_no_gradient(rng, padding_id):
    args = draw(rng, (6, 5), 5, 3)
    expected = gradient_in_torch(*args, padding_id)
    assert_close(embedding_backward(*args, padding_id), expected)


def test_a_gradient_of_nan_at_padding_stays_out(rng):
    grad_y, ids, table = draw(rng, (12,), 4, 3)
    ids[:3] = 0, 1, 3
    grad_y[0, 0] = np.nan  # This one stays, at id 0.
    grad_y[ids == 1] = 0.0
    expected = gradient_in_torch(grad_y, ids, table, 1)
    grad_y[ids == 1] = np.nan
    assert_close(embedding_backward(grad_y, ids, table, 1), expected)


# --- Both ------------------------------------------------------------------------------------


def test_they_agree_with_the_reference(rng, reference):
    grad_y, ids, table = draw(rng, (3, 8), 6, 5)
    expected = reference.embedding(ids, table), reference.embedding_backward(grad_y, ids, table, 2)
    assert_close((embedding(ids, table), embedding_backward(grad_y, ids, table, 2)), expected)


@pytest.mark.parametrize("id_", [-6, -5, -1, 5, 6, 100, 2**32, 2**64 - 1])
@pytest.mark.parametrize("place", [0, 3, 5])
def test_an_id_without_a_row_raises_a_value_error(rng, id_, place):
    grad_y, ids, table = draw(rng, (6,), 5, 3)
    ids = ids.astype(np.uint64 if id_ > 2**63 else np.int64)
    ids[place] = id_
    assert_value_error(embedding, ids, table)
    assert_value_error(embedding_backward, grad_y, ids, table)


@pytest.mark.parametrize(
    "shape",
    [
        *[(6, 3), (2, 6, 3), (4, 3, 3), (4, 6), (4, 6, 1), (4, 1, 3), (1, 6, 3), (3,)],
        # As many entries as y.
        *[(6, 4, 3), (3, 4, 6), (24, 3), (1, 4, 6, 3), (72,)],
    ],
    ids=str,
)
def test_a_gradient_of_another_shape_than_y_raises_a_value_error(rng, shape):
    _, ids, table = draw(rng, (4, 6), 5, 3)
    assert_value_error(embedding_backward, np.ones(shape), ids, table)
    assert_value_error(embedding_backward, np.ones(shape), ids[:0], table)


def test_a_gradient_that_lacks_an_axis_of_length_1_raises_a_value_error(rng):
    _, ids, table = draw(rng, (1, 6), 5, 3)
    assert_value_error(embedding_backward, np.ones((6, 3)), ids, table)


@pytest.mark.parametrize(("dtype", "last"), [("uint8", 255), ("int8", 127), ("int16", 300)])
def test_ids_of_narrow_dtypes_find_their_rows(dtype, last):
    ids, table = np.array([last, 0], dtype), np.arange(3.0 * (last + 1)).reshape(-1, 3)
    expected, grad_y = table[[-1, 0]].copy(), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    expected_gradient = np.zeros_like(table)
    expected_gradient[[-1, 0]] = grad_y
    assert_close(embedding(ids, table), expected)
    assert_close(embedding_backward(grad_y, ids, table), expected_gradient)


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_the_gradient_has_the_dtype_of_the_table(rng, dtypes):
    of_grad, of_table = dtypes
    grad_y, ids, table = draw(rng, (3, 4), 5, 3)
    grad_y = grad_y.astype(of_grad)
    expected = gradient_in_torch(grad_y.astype(np.float64), ids, table).astype(of_table)
    actual = embedding_backward(grad_y, ids, table.astype(of_table))
    # Sums may be taken in the narrower dtype.
    assert_close(actual, expected, rtol=1e-5)


@manners()
def test_manners(rng):
    grad_y, ids, table = draw(rng, (4, 3), 5, 2)
    return (
        partial(embedding, ids, table),
        # These rows lie side by side in the table.
        *(partial(embedding, np.arange(*ends), table) for ends in [(1, 4), (1, 2), (0, 5)]),
        *(partial(embedding, few, table) for few in (ids[0, 0, ...], ids[:0])),
        partial(embedding_backward, grad_y, ids, table),
        partial(embedding_backward, grad_y, ids, table, int(ids[0, 0])),
        partial(embedding_backward, grad_y[:0], ids[:0], table),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sizes(sequences, ids, vocabulary, features):
        return draw(rng, (sequences, ids), vocabulary, features)

    assert_vectorized(lambda grad_y, ids, table: embedding(ids, table), sizes)
    assert_vectorized(embedding_backward, sizes)


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_memory_stays_within_five_times_the_arguments(rng, dtype):
    grad_y, ids, table = draw(rng, (400,), 500, 8)
    grad_y, table = grad_y.astype(dtype), table.astype(dtype)
    limit = 5 * (grad_y.nbytes + ids.nbytes + table.nbytes)
    assert_memory_at_most(limit, embedding_backward, grad_y, ids, table)
