from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.unbroadcast import multiply_backward, unbroadcast
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

# A shape, and those that can be broadcast to it.
BROADCASTS = {
    (2, 3): [(2, 3), (1, 3), (2, 1), (3,), (1,), ()],
    (4, 4): [(4, 4), (1, 4), (4, 1), (1, 1), (4,)],
    (2, 3, 4): [(2, 1, 4), (1, 3, 1), (3, 1), (4,), ()],
    (2, 4, 3, 5, 2): [(2, 1, 3, 1, 2), (1, 3, 1, 2), (4, 1, 1, 1), (2,)],
    (1, 3): [(1, 3), (3,), (1, 1), (1,), ()],
    (4, 1): [(4, 1), (1,)],
    (1, 1): [(1, 1), (1,), ()],
    (7,): [(7,), (1,), ()],
    (): [()],
    (0,): [(0,), (1,), ()],
    (0, 3): [(0, 3), (1, 3), (3,), (1,)],
    (2, 0, 3): [(0, 3), (2, 1, 3), (2, 1, 1)],
}

# A shape, and some that cannot be.
MISFITS = {
    (3,): [(2,), (0,), (1, 3), (2, 3), (1, 1)],
    (1,): [(3,), (0,), (1, 1)],
    (2, 3): [(2,), (3, 2), (6,), (2, 1, 3)],
    (1, 3): [(2, 3), (2, 1)],
    (2, 3, 4): [(2, 3), (3,), (2, 1, 3)],
    (6,): [(2, 3), (6, 1)],
    (0,): [(3,), (0, 1)],
    (3, 0): [(0, 0), (3,)],
    (): [(1,), (0,)],
}

# Shapes of a and b.
FACTORS = [
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((4, 4), (4,)),
    ((4, 4), (4, 1)),
    ((4, 1), (3,)),
    ((5, 1, 3), (4, 1)),
    ((3,), (2, 1, 3)),
    ((1, 6), (5, 1)),
    ((1,), (7,)),
    ((1, 1), (2,)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((), ()),
    ((0, 3), (3,)),
    ((1,), (0,)),
]


def pairs(table):
    return [(to, shape) for to, shapes in table.items() for shape in shapes]


def by_torch(grad, shape):
    (expected,) = torch_gradients(lambda x: x.expand(grad.shape), [np.zeros(shape)], grad)
    return expected


def draw(rng, a_shape, b_shape):
    """Random grad_y, a and b."""
    shapes = np.broadcast_shapes(a_shape, b_shape), a_shape, b_shape
    # `asarray`, as a draw without axes is a number.
    return [np.asarray(rng.normal(size=shape)) for shape in shapes]


# --- unbroadcast -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((2, 1), [[6.0], [150.0]]),
        ((3,), [41.0, 52.0, 63.0]),
        ((1, 3), [[41.0, 52.0, 63.0]]),
        ((), 156.0),
    ],
    ids=str,
)
def test_sums_worked_out_by_hand(shape, expected):
    grad = np.array([[1.0, 2.0, 3.0], [40.0, 50.0, 60.0]])
    assert_close(unbroadcast(grad, shape), np.array(expected))


@pytest.mark.parametrize(("to", "shape"), pairs(BROADCASTS), ids=str)
def test_unbroadcast_agrees_with_torch_and_gives_an_array_of_its_own(rng, to, shape):
    grad = np.asarray(rng.normal(size=to))
    expected = by_torch(grad, shape)
    result = unbroadcast(grad, shape)
    grad += 1.0
    assert_close(result, expected)


def test_unbroadcast_agrees_with_the_reference(rng, reference):
    grad = rng.normal(size=(3, 2, 5, 4))
    expected = reference.unbroadcast(grad, (2, 1, 4))
    assert_close(unbroadcast(grad, (2, 1, 4)), expected)


@pytest.mark.parametrize(("to", "shape"), pairs(MISFITS), ids=str)
def test_a_shape_that_cannot_be_broadcast_to_that_of_grad_raises_a_value_error(to, shape):
    assert_value_error(unbroadcast, np.ones(to), shape)


# --- multiply_backward -----------------------------------------------------------------------


def test_gradients_of_a_product_worked_out_by_hand():
    a, b = np.array([[2.0], [3.0]]), np.array([5.0, 7.0, 11.0])
    grad_y = np.array([[1.0, 10.0, 0.0], [0.0, -1.0, 2.0]])
    # Row by row 1·5 + 10·7 and −1·7 + 2·11; column by column 1·2, 10·2 − 1·3 and 2·3.
    expected = np.array([[75.0], [15.0]]), np.array([2.0, 17.0, 6.0])
    assert_close(multiply_backward(grad_y, a, b), expected)


@pytest.mark.parametrize("factors", FACTORS, ids=str)
def test_multiply_backward_agrees_with_torch_and_gives_arrays_of_its_own(rng, factors):
    grad_y, a, b = draw(rng, *factors)
    expected = torch_gradients(torch.mul, [a, b], grad_y)
    grads = multiply_backward(grad_y, a, b)
    for array in (grad_y, a, b):
        array += 1.0
    assert_close(grads, expected)


def test_a_factor_of_0_has_a_gradient_too():
    grad_y = np.array([[1.0, 2.0], [3.0, 4.0]])
    a, b = np.array([0.0, 5.0]), np.array([[0.0], [7.0]])
    expected = np.array([21.0, 28.0]), np.array([[10.0], [20.0]])
    assert_close(multiply_backward(grad_y, a, b), expected)


def test_multiply_backward_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, (3, 1, 4), (5, 1))
    expected = reference.multiply_backward(*arguments)
    assert_close(multiply_backward(*arguments), expected)


@pytest.mark.parametrize("new", range(3), ids=["grad_y", "a", "b"])
def test_results_are_new_even_if_only_one_argument_is(rng, new):
    old, arguments = draw(rng, (3, 4), (4,)), draw(rng, (3, 4), (4,))
    arguments = [*old[:new], arguments[new], *old[new + 1 :]]
    expected = torch_gradients(torch.mul, arguments[1:], arguments[0])
    multiply_backward(*old)
    assert_close(multiply_backward(*arguments), expected)


@pytest.mark.parametrize(
    "factors",
    [((2, 3), (2,)), ((3,), (4,)), ((2, 3), (3, 2)), ((4, 3), (2, 3)), ((0,), (3,))],
    ids=str,
)
def test_factors_without_a_common_shape_raise_a_value_error(factors):
    a, b = map(np.ones, factors)
    assert_value_error(multiply_backward, np.ones_like(a), a, b)
    assert_value_error(multiply_backward, np.ones_like(b), a, b)


@pytest.mark.parametrize(
    "shape", [(3,), (4, 1), (1, 3), (1,), (1, 1), (2, 4, 3), (1, 4, 3), (3, 4), (12,)], ids=str
)
@pytest.mark.parametrize(
    "factors", [((4, 1), (3,)), ((4, 3), (4, 3)), ((4, 3), ()), ((1, 4), (1, 4)), ((), ())], ids=str
)
def test_a_grad_y_that_is_not_shaped_like_the_product_raises_a_value_error(factors, shape):
    assert_value_error(multiply_backward, np.ones(shape), *map(np.ones, factors))


def test_a_grad_y_without_axes_serves_no_product_with_some():
    assert_value_error(multiply_backward, np.ones(()), np.ones((4, 1)), np.ones(3))


# --- Both ------------------------------------------------------------------------------------


@manners()
def test_manners(rng):
    grad = rng.normal(size=(3, 1, 4))
    shapes = [(4,), (1, 4), (3, 1, 4), (1, 1), ()]
    grad_y, a = rng.normal(size=(2, 3, 4))
    factors = [((3, 4), (4,)), ((3, 1), (4,)), ((2, 3), (2, 3)), ((), (3,)), ((), ())]
    return [
        *(partial(unbroadcast, grad, shape) for shape in shapes),
        *(partial(unbroadcast, grad[:0], shape) for shape in [(1, 1, 4), (4,), (0, 1, 4)]),
        *(partial(multiply_backward, *draw(rng, *both)) for both in factors),
        partial(multiply_backward, grad_y, a, a),  # A square has two gradients of its own.
    ]


@pytest.mark.speed
def test_unbroadcast_has_no_python_loop(rng):
    def sized(axis_that_shape_lacks, axis_of_length_1_in_shape, kept_axis):
        grad = rng.normal(size=(axis_that_shape_lacks, axis_of_length_1_in_shape, kept_axis))
        return grad, (1, kept_axis)

    assert_vectorized(unbroadcast, sized)


SIZED = {
    "two matrices": lambda m, n: ((m, n), (m, n)),
    "a row and a matrix": lambda m, n: ((n,), (m, n)),
    "a column and a row": lambda m, n: ((m, 1), (n,)),
    "a matrix and a number": lambda m, n: ((m, n), ()),
}


@pytest.mark.speed
@pytest.mark.parametrize("factors", SIZED)
def test_multiply_backward_has_no_python_loop(rng, factors):
    assert_vectorized(
        multiply_backward, lambda rows, columns: draw(rng, *SIZED[factors](rows, columns))
    )
