import numpy as np
import pytest
import torch

from exercises.basics.unbroadcast import multiply_backward, unbroadcast
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

# The shape of an array, and one that it can be broadcast to.
BROADCASTS = [
    ((3,), (2, 3)),
    ((3,), (4, 2, 3)),
    ((4,), (4, 4)),
    ((1, 3), (5, 3)),
    ((5, 1), (5, 3)),
    ((4, 1), (4, 4)),
    ((1, 1), (3, 4)),
    ((2, 1, 4), (2, 3, 4)),
    ((1, 3, 1), (2, 3, 4)),
    ((3, 1), (2, 3, 4)),
    ((1, 3, 1), (6, 4, 3, 5)),
    ((1,), (7,)),
    ((1,), (4, 1)),
    ((3,), (1, 3)),
    ((1, 3), (1, 3)),
    ((2, 3), (2, 3)),
    ((), (2, 3)),
    ((), (5,)),
    ((), ()),
    ((1,), (0,)),
    ((3,), (0, 3)),
    ((1, 3), (0, 3)),
    ((0, 3), (2, 0, 3)),
    ((), (0, 2)),
]

# The shape of an array, and one that it cannot be broadcast to.
MISFITS = [
    ((2,), (3,)),
    ((4,), (2,)),
    ((3,), (1,)),
    ((2, 3), (1, 3)),
    ((3, 2), (2, 3)),
    ((2,), (2, 3)),
    ((2, 3), (2, 3, 4)),
    ((6,), (2, 3)),
    ((2, 3), (6,)),
    ((2, 3), (3,)),
    ((1, 3), (3,)),
    ((1, 1), (1,)),
    ((1,), ()),
    ((0,), (1,)),
    ((0, 0), (3, 0)),
    ((0,), (3,)),
    ((3,), (0,)),
]

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


@pytest.mark.parametrize(("shape", "to"), BROADCASTS, ids=str)
def test_unbroadcast_agrees_with_torch(rng, shape, to):
    grad = np.asarray(rng.normal(size=to))
    assert_close(unbroadcast(grad, shape), by_torch(grad, shape))


def test_unbroadcast_agrees_with_the_reference(rng, reference):
    grad = rng.normal(size=(3, 2, 5, 4))
    assert_close(unbroadcast(grad, (2, 1, 4)), reference.unbroadcast(grad, (2, 1, 4)))


def test_unbroadcast_is_right_in_any_order_in_memory(rng):
    grad = np.asfortranarray(rng.normal(size=(3, 4, 5)))
    assert_close(unbroadcast(grad, (4, 1)), by_torch(grad, (4, 1)))
    assert_close(unbroadcast(grad[:, ::2].T, (2, 1)), by_torch(grad[:, ::2].T, (2, 1)))


@pytest.mark.parametrize("shape", [(2, 3), (3,), (2, 1), ()], ids=str)
def test_unbroadcast_keeps_the_dtype(rng, shape):
    grad = rng.integers(-9, 10, size=(2, 3))
    expected = by_torch(grad.astype(np.float64), shape).astype(np.float32)
    assert_close(unbroadcast(grad.astype(np.float32), shape), expected)


@pytest.mark.parametrize(("shape", "to"), MISFITS, ids=str)
def test_a_shape_that_cannot_be_broadcast_to_that_of_grad_raises_a_value_error(shape, to):
    with pytest.raises(ValueError):
        unbroadcast(np.ones(to), shape)


@pytest.mark.parametrize(("shape", "to"), BROADCASTS, ids=str)
def test_the_result_is_a_new_array(rng, shape, to):
    grad = np.asarray(rng.normal(size=to))
    with unchanged(grad):
        result = unbroadcast(grad, shape)
        result += 1.0


LONG_AXES = {
    "an axis that shape lacks": ((96, 4), (4,)),
    "an axis of length 1 in shape": ((4, 96), (4, 1)),
    "an axis that is kept": ((4, 96), (96,)),
}


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_unbroadcast_has_no_python_loop(rng, axis):
    to, shape = LONG_AXES[axis]
    small = np.ones((4, 4)), tuple(min(n, 4) for n in shape)
    assert_no_loop_over(axis, unbroadcast, small, (rng.normal(size=to), shape))


# --- multiply_backward -----------------------------------------------------------------------


def test_gradients_of_a_product_worked_out_by_hand():
    a, b = np.array([[2.0], [3.0]]), np.array([5.0, 7.0, 11.0])
    grad_y = np.array([[1.0, 10.0, 0.0], [0.0, -1.0, 2.0]])
    # Row by row 1·5 + 10·7 and −1·7 + 2·11; column by column 1·2, 10·2 − 1·3 and 2·3.
    expected = np.array([[75.0], [15.0]]), np.array([2.0, 17.0, 6.0])
    assert_close(multiply_backward(grad_y, a, b), expected)


@pytest.mark.parametrize(("a_shape", "b_shape"), FACTORS, ids=str)
def test_multiply_backward_agrees_with_torch(rng, a_shape, b_shape):
    grad_y, a, b = draw(rng, a_shape, b_shape)
    expected = torch_gradients(torch.mul, [a, b], grad_y)
    assert_close(multiply_backward(grad_y, a, b), expected)


def test_a_factor_of_0_has_a_gradient_too():
    grad_y, a, b = (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([0.0, 5.0]),
        np.array([[0.0], [7.0]]),
    )
    expected = np.array([21.0, 28.0]), np.array([[10.0], [20.0]])
    assert_close(multiply_backward(grad_y, a, b), expected)


def test_multiply_backward_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, (3, 1, 4), (5, 1))
    assert_close(multiply_backward(*arguments), reference.multiply_backward(*arguments))


def test_multiply_backward_is_right_in_fortran_order_too(rng):
    grad_y, a, b = map(np.asfortranarray, draw(rng, (3, 4, 5), (4, 1)))
    expected = torch_gradients(torch.mul, [a, b], grad_y)
    assert_close(multiply_backward(grad_y, a, b), expected)


@pytest.mark.parametrize(
    ("a_shape", "b_shape"), [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((), ())], ids=str
)
def test_multiply_backward_keeps_the_dtype(rng, a_shape, b_shape):
    # Rounded, so that all sums and products are exact.
    grad_y, a, b = (np.rint(3 * x).astype(np.float32) for x in draw(rng, a_shape, b_shape))
    grad_y, a, b = map(np.asarray, (grad_y, a, b))
    expected = torch_gradients(torch.mul, [a, b], grad_y)
    assert_close(multiply_backward(grad_y, a, b), expected)


@pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [((2, 3), (2,)), ((3,), (4,)), ((2, 3), (3, 2)), ((4, 3), (2, 3)), ((0,), (3,))],
    ids=str,
)
def test_factors_without_a_common_shape_raise_a_value_error(a_shape, b_shape):
    a, b = np.ones(a_shape), np.ones(b_shape)
    with pytest.raises(ValueError):
        multiply_backward(np.ones(a_shape), a, b)


def test_a_grad_y_that_is_longer_than_the_product_raises_a_value_error():
    with pytest.raises(ValueError):
        multiply_backward(np.ones((4, 3)), np.ones((1, 3)), np.ones((1, 3)))


@pytest.mark.parametrize(
    "shape", [(3,), (4, 1), (1, 3), (1,), (), (2, 4, 3), (1, 4, 3), (3, 4), (12,)], ids=str
)
@pytest.mark.parametrize(
    ("a_shape", "b_shape"), [((4, 1), (3,)), ((4, 3), (4, 3)), ((4, 3), ())], ids=str
)
def test_a_grad_y_that_is_not_shaped_like_the_product_raises_a_value_error(a_shape, b_shape, shape):
    with pytest.raises(ValueError):
        multiply_backward(np.ones(shape), np.ones(a_shape), np.ones(b_shape))


@pytest.mark.parametrize(("a_shape", "b_shape"), FACTORS, ids=str)
def test_both_gradients_are_new_arrays(rng, a_shape, b_shape):
    grad_y, a, b = draw(rng, a_shape, b_shape)
    with unchanged(grad_y, a, b):
        for gradient in multiply_backward(grad_y, a, b):
            gradient += 1.0


def test_a_square_has_two_gradients_of_its_own(rng):
    grad_y, a = rng.normal(size=(2, 3, 4))
    grad_a, grad_b = multiply_backward(grad_y, a, a)
    grad_a += 1.0
    assert_close([grad_a, grad_b], [grad_y * a + 1.0, grad_y * a])


@pytest.mark.speed
@pytest.mark.parametrize(
    ("a_shape", "b_shape"), [((96, 4), (4,)), ((4, 1), (96,)), ((96, 4), (96, 4))], ids=str
)
def test_multiply_backward_has_no_python_loop(rng, a_shape, b_shape):
    short = (tuple(min(n, 4) for n in shape) for shape in (a_shape, b_shape))
    small, large = draw(rng, *short), draw(rng, a_shape, b_shape)
    assert_no_loop_over("an axis", multiply_backward, small, large)
