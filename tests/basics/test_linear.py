from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.linear import linear, linear_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

BATCHES = [(), (7,), (1,), (2, 5), (3, 1, 2, 1, 2), (0,), (2, 0)]

# Shapes of x, w and b that do not fit. NumPy would broadcast many of them.
MISFITS = {
    "x has too many features": [(5, 4), (2, 3), (2,)],
    "x has one feature": [(5, 1), (2, 3), (2,)],
    "x has none": [(5, 0), (2, 3), (2,)],
    "x is a number": [(), (2, 3), (2,)],
    "w is transposed": [(5, 3), (3, 2), (2,)],
    "w has one column": [(5, 3), (2, 1), (2,)],
    "w has one row": [(5, 3), (1, 3), (2,)],
    "w is a vector": [(5, 3), (3,), (1,)],
    "w is a stack of matrices": [(5, 3), (3, 3, 3), (3,)],
    "b has too many entries": [(5, 3), (2, 3), (3,)],
    "b has one entry": [(5, 3), (2, 3), (1,)],
    "b is a number": [(5, 3), (2, 3), ()],
    "b is a row": [(5, 3), (2, 3), (1, 2)],
    "b is a column": [(2, 3), (2, 3), (2, 1)],
    "b has a row for each row of x": [(5, 3), (2, 3), (5, 2)],
    "b has one entry, and x no rows": [(0, 3), (2, 3), (1,)],
}

# Shapes of grad_y and x that do not fit a w of shape (4, 3).
GRADIENT_MISFITS = {
    "grad_y has too many features": [(5, 6), (5, 3)],
    "grad_y has one feature": [(5, 1), (5, 3)],
    "grad_y is one row for all": [(1, 4), (5, 3)],
    "grad_y has no batch axis": [(4,), (1, 3)],
    "grad_y has one axis more": [(1, 5, 4), (5, 3)],
    "grad_y has an axis where x has none": [(1, 4), (3,)],
    "grad_y has no rows": [(0, 4), (5, 3)],
    "grad_y has one axis more, and neither has rows": [(2, 0, 4), (0, 3)],
    "grad_y has its batch axes swapped": [(5, 2, 4), (2, 5, 3)],
    "grad_y has its batch axes merged": [(10, 4), (2, 5, 3)],
}


def draw(rng, batch=(4,), n_in=5, n_out=3):
    """Random grad_y, x, w and b."""
    shapes = [(*batch, n_out), (*batch, n_in), (n_out, n_in), (n_out,)]
    return [rng.normal(size=shape) for shape in shapes]


def linear_by_torch(x, w, b):
    return F.linear(*map(torch.tensor, (x, w, b))).numpy()


def test_two_features_become_three():
    w, b = np.array([[3.0, 4.0], [5.0, 6.0], [0.0, -1.0]]), np.array([0.5, 0.0, 1.0])
    x = np.array([[1.0, 2.0], [0.0, -1.0]])
    assert_close(linear(x, w, b), np.array([[11.5, 17.0, -1.0], [-3.5, -6.0, 2.0]]))


def test_gradients_worked_out_by_hand():
    x, w = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[4.0, 6.0], [7.0, 8.0], [0.0, -1.0]])
    grad_y = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.0]])
    grad_x = np.array([[4.0, 4.0], [-7.0, -8.0]])
    grad_w = np.array([[1.0, 2.0], [-3.0, -5.0], [2.0, 4.0]])
    grad_b = np.array([1.0, -1.0, 2.0])
    assert_close(linear_backward(grad_y, x, w, np.zeros(3)), (grad_x, grad_w, grad_b))


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("sizes", [(5, 3), (4, 4), (1, 1), (1, 3), (3, 1)], ids=str)
def test_linear_agrees_with_torch(rng, batch, sizes):
    _, x, w, b = draw(rng, batch, *sizes)
    expected = linear_by_torch(x, w, b)
    assert_close(linear(x, w, b), expected)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("sizes", [(5, 3), (4, 4), (1, 1), (1, 3), (3, 1)], ids=str)
def test_linear_backward_agrees_with_torch(rng, batch, sizes):
    grad_y, *inputs = draw(rng, batch, *sizes)
    expected = torch_gradients(F.linear, inputs, grad_y)
    assert_close(linear_backward(grad_y, *inputs), expected)


def test_both_agree_with_the_reference(rng, reference):
    arguments = draw(rng, (2, 6), 7, 4)
    expected = reference.linear(*arguments[1:]), reference.linear_backward(*arguments)
    assert_close(linear(*arguments[1:]), expected[0])
    assert_close(linear_backward(*arguments), expected[1])


@pytest.mark.parametrize("new", range(4), ids=["grad_y", "x", "w", "b"])
def test_results_are_new_even_if_only_one_argument_is(rng, new):
    old, arguments = draw(rng), draw(rng)
    grad_y, *inputs = [*old[:new], arguments[new], *old[new + 1 :]]
    expected = linear_by_torch(*inputs), torch_gradients(F.linear, inputs, grad_y)
    linear(*old[1:])
    linear_backward(*old)
    assert_close(linear_backward(grad_y, *inputs), expected[1])
    assert_close(linear(*inputs), expected[0])


@pytest.mark.parametrize("misfit", MISFITS)
def test_linear_refuses_shapes_that_do_not_fit(misfit):
    assert_value_error(linear, *map(np.ones, MISFITS[misfit]))


@pytest.mark.parametrize("misfit", MISFITS)
def test_linear_backward_refuses_shapes_that_do_not_fit(misfit):
    x, w, b = map(np.ones, MISFITS[misfit])
    grad_y = np.ones((*x.shape[:-1], *w.shape[:1]))
    assert_value_error(linear_backward, grad_y, x, w, b)


@pytest.mark.parametrize("misfit", GRADIENT_MISFITS)
def test_linear_backward_refuses_a_gradient_that_is_not_shaped_like_the_output(misfit):
    grad_y, x = map(np.ones, GRADIENT_MISFITS[misfit])
    assert_value_error(linear_backward, grad_y, x, np.ones((4, 3)), np.ones(4))


@manners()
def test_manners(rng):
    calls = []
    for batch in [(), (1,), (2, 3), (0,)]:
        grad_y, *inputs = draw(rng, batch)
        calls += [partial(linear, *inputs), partial(linear_backward, grad_y, *inputs)]
    return calls


@pytest.mark.speed
@pytest.mark.parametrize("backward", [False, True], ids=["linear", "linear_backward"])
def test_no_python_loop(rng, backward):
    def sized(batch, heads, rows, inputs, outputs):
        return draw(rng, (batch, heads, rows), inputs, outputs)[0 if backward else 1 :]

    assert_vectorized(linear_backward if backward else linear, sized)


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize(
    "sizes",
    [((128,), 128, 128), ((16, 8), 128, 128), ((512,), 8, 8), ((8,), 512, 8), ((8,), 8, 512)],
    ids=str,
)
def test_memory_stays_within_four_times_that_of_arguments_and_results(rng, sizes, dtype):
    y, *inputs = (array.astype(dtype) for array in draw(rng, *sizes))
    size = sum(array.nbytes for array in inputs)
    assert_memory_at_most(4 * (size + y.nbytes), linear, *inputs)
    # Each gradient is as large as what it belongs to.
    assert_memory_at_most(4 * (y.nbytes + 2 * size), linear_backward, y, *inputs)
