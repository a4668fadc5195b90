from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.softmax_backward import softmax_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
    of_four_axes,
    torch_gradients,
)

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def draw(rng, *shape, scale=2.0):
    return rng.normal(size=shape), rng.normal(scale=scale, size=shape)


def in_torch(grad_y, x, axis=-1):
    (gradient,) = torch_gradients(lambda x: torch.softmax(x, dim=axis), [x], grad_y)
    return gradient


def test_a_gradient_worked_out_by_hand():
    # The probabilities are 1/8, 2/8, 5/8 and 1/2, 1/4, 1/4.
    x = np.log([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])
    grad_y = np.array([[8.0, 4.0, 0.0], [0.0, -8.0, 0.0]])
    expected = np.array([[0.75, 0.5, -1.25], [1.0, -1.5, 0.5]])
    assert_close(softmax_backward(grad_y, x), expected)


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (1, 6)], ids=str)
def test_it_agrees_with_torch_on_the_last_axis(rng, shape):
    grad_y, x = draw(rng, *shape)
    expected = in_torch(grad_y, x)
    assert_close(softmax_backward(grad_y, x), expected)


@pytest.mark.parametrize("axis", [0, 1, 2, -2, -3])
def test_it_agrees_with_torch_on_any_axis(rng, axis):
    grad_y, x = draw(rng, 2, 3, 4)
    expected = in_torch(grad_y, x, axis)
    assert_close(softmax_backward(grad_y, x, axis), expected)


def test_of_no_rows_there_are_no_gradients():
    for x, axis in ((np.zeros((0, 4), np.float32), -1), (np.zeros((4, 0)), 0)):
        assert_close(softmax_backward(x, x, axis), x)


def test_it_agrees_with_the_reference(rng, reference):
    grad_y, x = draw(rng, 11, 6, scale=5.0)
    expected = reference.softmax_backward(grad_y, x, axis=0)
    assert_close(softmax_backward(grad_y, x, axis=0), expected)


def test_a_single_score_gets_no_gradient(rng):
    grad_y, x = draw(rng, 3, 1)
    assert_close(softmax_backward(grad_y, x), np.zeros((3, 1)))


def test_rows_far_apart_in_one_batch_each_get_their_gradient():
    x = np.array([[0.0, 0.0], [-800.0, -800.0], [800.0, 800.0], [1e300, 1e300]])
    grad_y = np.array([[8.0, 0.0], [0.0, 4.0], [-4.0, 0.0], [0.0, 2.0]])
    expected = np.array([[2.0, -2.0], [-1.0, 1.0], [-1.0, 1.0], [-0.5, 0.5]])
    assert_close(softmax_backward(grad_y, x), expected)


@DTYPES
def test_scores_far_apart_in_one_row_stay_finite(dtype):
    huge = np.finfo(dtype).max
    x = np.array([[1000.0, 0.0, 1000.0], [-huge, huge, huge], [huge, 0.0, -huge]], dtype)
    grad_y = np.array([[8.0, 5.0, 0.0], [5.0, 0.0, 4.0], [3.0, -2.0, 7.0]], dtype)
    expected = np.array([[2.0, 0.0, -2.0], [0.0, -1.0, 1.0], [0.0, 0.0, 0.0]], dtype)
    with np.errstate(over="ignore"):
        assert_close(softmax_backward(grad_y, x), expected)
        assert_close(softmax_backward(grad_y[0], x[0]), expected[0])


@DTYPES
def test_gradients_of_improbable_scores_keep_their_digits(dtype):
    gaps = np.linspace(5.0, -1.0 - np.log(np.finfo(dtype).tiny), 60)
    x = np.stack([np.full(60, 2.0), 2.0 - gaps], axis=1).astype(dtype)
    grad_y = np.tile(np.array([3.0, -2.0], dtype), (60, 1))
    gap = torch.tensor(x[:, 0].astype(np.float64) - x[:, 1])
    expected = (-5.0 * torch.sigmoid(gap) * torch.sigmoid(-gap)).numpy().astype(dtype)
    # In the other column, the probable one, what is left is rounding.
    assert_close(softmax_backward(grad_y, x)[:, 1].copy(), expected, atol=0.0)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1), (1, 2, 3), (3, 2), (6,), (0, 3)], ids=str)
def test_a_gradient_of_another_shape_raises_a_value_error(shape):
    assert_value_error(softmax_backward, np.ones(shape), np.zeros((2, 3)))
    assert_value_error(softmax_backward, np.ones((2, 3)), np.zeros(shape))


@pytest.mark.parametrize(("shape", "axis"), [((0,), -1), ((3, 0), -1), ((0, 3), 0)], ids=str)
def test_no_scores_along_the_axis_raise_a_value_error(shape, axis):
    assert_value_error(softmax_backward, np.zeros(shape), np.zeros(shape), axis)


@manners()
def test_manners(rng):
    grad_y, x = draw(rng, 2, 3, 4)
    return (
        partial(softmax_backward, grad_y, x),
        partial(softmax_backward, grad_y, x, axis=1),
        partial(softmax_backward, grad_y[..., :1], x[..., :1]),
        partial(softmax_backward, grad_y[0, 0], x[0, 0]),
        partial(softmax_backward, 0.0 * grad_y, x),
    )


@pytest.mark.speed
@pytest.mark.parametrize("axis", [-1, 0, 1, -2, -3])
def test_no_python_loop(rng, axis):
    assert_vectorized(lambda grad_y, x: softmax_backward(grad_y, x, axis), of_four_axes(rng, 2))


@pytest.mark.speed
@DTYPES
# Beside x, the buffers that NumPy casts in, such as those of a sum in float64, are small.
@pytest.mark.parametrize("shape", [(256, 64), (24, 500), (900,)], ids=str)
def test_memory_stays_within_six_times_x(rng, shape, dtype):
    grad_y, x = (array.astype(dtype) for array in draw(rng, *shape))
    assert_memory_at_most(6 * x.nbytes, softmax_backward, grad_y, x)
