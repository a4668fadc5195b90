import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.linear import linear, linear_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    torch_gradients,
    unchanged,
)

BATCHES = [(), (7,), (1,), (2, 5), (3, 1, 2), (0,)]

# Shapes of x, w and b that do not fit. NumPy would broadcast many of them.
MISFITS = {
    "x has too many features": [(5, 4), (2, 3), (2,)],
    "x has one feature": [(5, 1), (2, 3), (2,)],
    "x is a number": [(), (2, 3), (2,)],
    "w is transposed": [(5, 3), (3, 2), (2,)],
    "w has one column": [(5, 3), (2, 1), (2,)],
    "w is a vector": [(5, 3), (3,), (1,)],
    "w is a stack of matrices": [(5, 3), (3, 3, 3), (3,)],
    "b has too many entries": [(5, 3), (2, 3), (3,)],
    "b has one entry": [(5, 3), (2, 3), (1,)],
    "b is a number": [(5, 3), (2, 3), ()],
    "b is a row": [(5, 3), (2, 3), (1, 2)],
    "b is a column": [(2, 3), (2, 3), (2, 1)],
    "b has a row for each row of x": [(5, 3), (2, 3), (5, 2)],
}

# Shapes of grad_y and x that do not fit a w of shape (4, 3).
GRADIENT_MISFITS = {
    "grad_y has too many features": [(5, 6), (5, 3)],
    "grad_y has one feature": [(5, 1), (5, 3)],
    "grad_y is one row for all": [(1, 4), (5, 3)],
    "grad_y has no batch axis": [(4,), (1, 3)],
    "grad_y has one axis more": [(1, 5, 4), (5, 3)],
    "grad_y has its batch axes swapped": [(5, 2, 4), (2, 5, 3)],
    "grad_y has its batch axes merged": [(10, 4), (2, 5, 3)],
}


def draw(rng, batch=(4,), n_in=5, n_out=3):
    """Random grad_y, x, w and b."""
    shapes = [(*batch, n_out), (*batch, n_in), (n_out, n_in), (n_out,)]
    return [rng.normal(size=shape) for shape in shapes]


def draw_small_integers(rng):
    """Random grad_y, x, w and b in float32, whose sums and products are exact."""
    shapes = [(2, 4, 3), (2, 4, 5), (3, 5), (3,)]
    return [rng.integers(-4, 5, size=shape).astype(np.float32) for shape in shapes]


def linear_by_torch(x, w, b):
    return F.linear(torch.tensor(x), torch.tensor(w), torch.tensor(b)).numpy()


def test_two_features_become_three():
    w, b = np.array([[3.0, 4.0], [5.0, 6.0], [0.0, -1.0]]), np.array([0.5, 0.0, 1.0])
    x = np.array([[1.0, 2.0], [0.0, -1.0]])
    assert_close(linear(x, w, b), np.array([[11.5, 17.0, -1.0], [-3.5, -6.0, 2.0]]))


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_linear_agrees_with_torch_for_any_batch_axes(rng, batch):
    _, x, w, b = draw(rng, batch)
    assert_close(linear(x, w, b), linear_by_torch(x, w, b))


def test_linear_agrees_with_torch_where_all_sizes_are_equal(rng):
    _, x, w, b = draw(rng, (4,), 4, 4)
    assert_close(linear(x, w, b), linear_by_torch(x, w, b))


def test_one_feature_becomes_one(rng):
    _, x, w, b = draw(rng, (6,), 1, 1)
    assert_close(linear(x, w, b), linear_by_torch(x, w, b))


def test_gradients_worked_out_by_hand():
    x, w = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[4.0, 6.0], [7.0, 8.0], [0.0, -1.0]])
    grad_y = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.0]])
    grad_x = np.array([[4.0, 4.0], [-7.0, -8.0]])
    grad_w = np.array([[1.0, 2.0], [-3.0, -5.0], [2.0, 4.0]])
    grad_b = np.array([1.0, -1.0, 2.0])
    assert_close(linear_backward(grad_y, x, w, np.zeros(3)), (grad_x, grad_w, grad_b))


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_linear_backward_agrees_with_torch_for_any_batch_axes(rng, batch):
    grad_y, x, w, b = draw(rng, batch)
    expected = torch_gradients(F.linear, [x, w, b], grad_y)
    assert_close(linear_backward(grad_y, x, w, b), expected)


def test_linear_backward_agrees_with_torch_where_all_sizes_are_equal(rng):
    grad_y, x, w, b = draw(rng, (4,), 4, 4)
    expected = torch_gradients(F.linear, [x, w, b], grad_y)
    assert_close(linear_backward(grad_y, x, w, b), expected)


def test_linear_backward_agrees_with_torch_for_one_feature(rng):
    grad_y, x, w, b = draw(rng, (6,), 1, 1)
    expected = torch_gradients(F.linear, [x, w, b], grad_y)
    assert_close(linear_backward(grad_y, x, w, b), expected)


def test_both_agree_with_the_reference(rng, reference):
    grad_y, x, w, b = draw(rng, (3, 6), 7, 2)
    assert_close(linear(x, w, b), reference.linear(x, w, b))
    expected = reference.linear_backward(grad_y, x, w, b)
    assert_close(linear_backward(grad_y, x, w, b), expected)


def test_arrays_in_fortran_order_are_right_too(rng):
    grad_y, x, w, b = map(np.asfortranarray, draw(rng, (2, 5)))
    assert_close(linear(x, w, b), linear_by_torch(x, w, b))
    expected = torch_gradients(F.linear, [x, w, b], grad_y)
    assert_close(linear_backward(grad_y, x, w, b), expected)


def test_linear_keeps_the_dtype(rng):
    _, x, w, b = draw_small_integers(rng)
    assert_close(linear(x, w, b), linear_by_torch(x, w, b))


def test_linear_backward_keeps_the_dtype(rng):
    grad_y, x, w, b = draw_small_integers(rng)
    expected = torch_gradients(F.linear, [x, w, b], grad_y)
    assert_close(linear_backward(grad_y, x, w, b), expected)


@pytest.mark.parametrize("misfit", MISFITS)
def test_linear_refuses_shapes_that_do_not_fit(misfit):
    x, w, b = map(np.ones, MISFITS[misfit])
    with pytest.raises(ValueError):
        linear(x, w, b)


@pytest.mark.parametrize("misfit", MISFITS)
def test_linear_backward_refuses_shapes_that_do_not_fit(misfit):
    x, w, b = map(np.ones, MISFITS[misfit])
    grad_y = np.ones((*x.shape[:-1], *w.shape[:1]))
    with pytest.raises(ValueError):
        linear_backward(grad_y, x, w, b)


@pytest.mark.parametrize("misfit", GRADIENT_MISFITS)
def test_linear_backward_refuses_a_gradient_that_is_not_shaped_like_the_output(misfit):
    grad_y, x = map(np.ones, GRADIENT_MISFITS[misfit])
    with pytest.raises(ValueError):
        linear_backward(grad_y, x, np.ones((4, 3)), np.ones(4))


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=str)
def test_linear_leaves_its_arguments_unchanged(rng, batch):
    _, x, w, b = draw(rng, batch)
    with unchanged(x, w, b):
        linear(x, w, b)


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=str)
def test_linear_backward_leaves_its_arguments_unchanged(rng, batch):
    grad_y, x, w, b = draw(rng, batch)
    with unchanged(grad_y, x, w, b):
        linear_backward(grad_y, x, w, b)


LONG_AXES = {"the rows": [(96,), 4, 4], "the inputs": [(4,), 96, 4], "the outputs": [(4,), 4, 96]}


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_linear_has_no_python_loop(rng, axis):
    _, *short = draw(rng, (4,), 4, 4)
    _, *long = draw(rng, *LONG_AXES[axis])
    assert_no_loop_over(axis, linear, short, long)


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_linear_backward_has_no_python_loop(rng, axis):
    assert_no_loop_over(axis, linear_backward, draw(rng, (4,), 4, 4), draw(rng, *LONG_AXES[axis]))


@pytest.mark.speed
def test_linear_takes_at_most_four_times_the_memory_of_arguments_and_result(rng):
    y, *arguments = draw(rng, (64,), 48, 40)
    assert_memory_at_most(4 * sum(a.nbytes for a in [y, *arguments]), linear, *arguments)


@pytest.mark.speed
def test_linear_backward_takes_at_most_four_times_the_memory_of_arguments_and_results(rng):
    arguments = draw(rng, (64,), 48, 40)
    results = arguments[1:]  # Each gradient is as large as what it belongs to.
    limit = 4 * sum(a.nbytes for a in [*arguments, *results])
    assert_memory_at_most(limit, linear_backward, *arguments)
