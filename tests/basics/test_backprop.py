import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.backprop import forward, loss_and_gradients
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

# n, in, hidden, out
SIZES = [(7, 5, 4, 3), (4, 4, 4, 4), (1, 2, 6, 3), (6, 3, 5, 1), (5, 1, 1, 2)]


def draw(rng, n, n_in, n_hidden, n_out):
    """Random x, target, w1, b1, w2 and b2."""
    shapes = [(n, n_in), (n, n_out), (n_hidden, n_in), (n_hidden,), (n_out, n_hidden), (n_out,)]
    return [rng.normal(size=shape) for shape in shapes]


def draw_small_integers(rng):
    """The same, as numbers whose sums and products are exact in float32."""
    x, target, w1, b1, w2, b2 = draw(rng, 8, 3, 5, 2)
    return [np.rint(array).astype(np.float32) for array in (x, target, w1, b1, w2, b2)]


def forward_in_torch(x, w1, b1, w2, b2):
    return F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2)


def by_torch(x, target, w1, b1, w2, b2):
    """The loss as a float, and the gradients."""

    def loss(*params):
        return F.mse_loss(forward_in_torch(torch.tensor(x), *params), torch.tensor(target))

    params = [w1, b1, w2, b2]
    return loss(*map(torch.tensor, params)).item(), torch_gradients(loss, params)


def worked_by_hand():
    # z = [[3, −1], [0, 4]], so h = [[3, 0], [0, 4]].
    x = np.array([[1.0, 2.0], [2.0, -2.0]])
    w1, b1 = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[2.0, 5.0]]), np.array([1.0])
    return x, w1, b1, w2, b2


def test_an_output_worked_out_by_hand():
    assert_close(forward(*worked_by_hand()), np.array([[7.0], [21.0]]))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_forward_agrees_with_torch(rng, sizes):
    x, _, *params = draw(rng, *sizes)
    expected = forward_in_torch(*map(torch.tensor, [x, *params])).numpy()
    assert_close(forward(x, *params), expected)


def test_loss_and_gradients_worked_out_by_hand():
    x, *params = worked_by_hand()
    target = np.array([[4.0], [22.0]])
    # The errors are 3 and −1, so ∂loss/∂y is 3 and −1, and ∂loss/∂z = [[6, 0], [0, −5]].
    grad_w1, grad_b1 = np.array([[6.0, 12.0], [-10.0, 10.0]]), np.array([6.0, -5.0])
    grad_w2, grad_b2 = np.array([[9.0, -4.0]]), np.array([2.0])
    expected = 5.0, (grad_w1, grad_b1, grad_w2, grad_b2)
    assert_close(loss_and_gradients(x, target, *params), expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_loss_agrees_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    expected, _ = by_torch(*arguments)
    loss, _ = loss_and_gradients(*arguments)
    assert_close(loss, expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_agree_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    _, expected = by_torch(*arguments)
    _, gradients = loss_and_gradients(*arguments)
    assert_close(gradients, expected)


def test_both_agree_with_the_reference(rng, reference):
    x, target, *params = draw(rng, 9, 4, 6, 2)
    assert_close(forward(x, *params), reference.forward(x, *params))
    expected = reference.loss_and_gradients(x, target, *params)
    assert_close(loss_and_gradients(x, target, *params), expected)


def test_arrays_in_fortran_order_are_right_too(rng):
    x, target, *params = map(np.asfortranarray, draw(rng, 7, 5, 4, 3))
    expected = forward_in_torch(*map(torch.tensor, [x, *params])).numpy()
    assert_close(forward(x, *params), expected)
    assert_close(loss_and_gradients(x, target, *params), by_torch(x, target, *params))


def test_a_hidden_unit_exactly_at_zero_passes_no_gradient(rng):
    x, target, w1, b1, w2, b2 = draw(rng, 7, 5, 4, 3)
    x[3] = 0.0
    b1[1] = 0.0
    expected = by_torch(x, target, w1, b1, w2, b2)
    assert_close(loss_and_gradients(x, target, w1, b1, w2, b2), expected)


def test_a_hidden_unit_that_is_off_for_the_whole_batch_gets_no_gradient(rng):
    x, target, w1, b1, w2, b2 = draw(rng, 7, 5, 4, 3)
    b1[2] = -1000.0
    _, (grad_w1, grad_b1, grad_w2, _) = loss_and_gradients(x, target, w1, b1, w2, b2)
    assert_close([grad_w1[2], grad_b1[2]], [np.zeros(5), np.float64(0.0)])
    assert_close(grad_w2[:, 2], np.zeros(3))


def test_the_same_batch_twice_over_has_the_same_loss_and_gradients(rng):
    x, target, *params = draw(rng, 5, 4, 6, 3)
    once = loss_and_gradients(x, target, *params)
    twice = loss_and_gradients(np.tile(x, (2, 1)), np.tile(target, (2, 1)), *params)
    assert_close(twice, once)


def test_forward_keeps_the_dtype(rng):
    x, _, *params = draw_small_integers(rng)
    expected = forward_in_torch(*map(torch.tensor, [x, *params])).numpy()
    assert_close(forward(x, *params), expected)


def test_gradients_keep_the_dtype_and_the_loss_is_a_float(rng):
    arguments = draw_small_integers(rng)
    assert_close(loss_and_gradients(*arguments), by_torch(*arguments))


@pytest.mark.parametrize("shape", [(5,), (), (1, 3), (5, 1), (3,), (3, 5), (1, 5, 3)], ids=str)
def test_a_target_that_is_not_shaped_like_the_output_raises_a_value_error(rng, shape):
    x, _, *params = draw(rng, 5, 4, 6, 3)
    with pytest.raises(ValueError):
        loss_and_gradients(x, np.ones(shape), *params)


@pytest.mark.parametrize("shape", [(5, 3), (5, 2)], ids=str)
def test_a_target_with_more_outputs_than_the_network_raises_a_value_error(rng, shape):
    x, _, *params = draw(rng, 5, 4, 6, 1)
    with pytest.raises(ValueError):
        loss_and_gradients(x, np.ones(shape), *params)


def test_a_target_without_the_axis_of_the_one_output_raises_a_value_error(rng):
    x, _, *params = draw(rng, 5, 4, 6, 1)
    with pytest.raises(ValueError):
        loss_and_gradients(x, np.ones(5), *params)


def test_forward_leaves_its_arguments_unchanged(rng):
    x, _, *params = draw(rng, 5, 4, 6, 3)
    with unchanged(x, *params):
        forward(x, *params)


def test_loss_and_gradients_leaves_its_arguments_unchanged(rng):
    arguments = draw(rng, 5, 4, 6, 3)
    with unchanged(*arguments):
        loss_and_gradients(*arguments)


LONG_AXES = {
    "the batch": (96, 4, 4, 4),
    "the inputs": (4, 96, 4, 4),
    "the hidden units": (4, 4, 96, 4),
    "the outputs": (4, 4, 4, 96),
}


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_forward_has_no_python_loop(rng, axis):
    x, _, *params = draw(rng, 4, 4, 4, 4)
    long_x, _, *long_params = draw(rng, *LONG_AXES[axis])
    assert_no_loop_over(axis, forward, (x, *params), (long_x, *long_params))


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_loss_and_gradients_has_no_python_loop(rng, axis):
    short, long = draw(rng, 4, 4, 4, 4), draw(rng, *LONG_AXES[axis])
    assert_no_loop_over(axis, loss_and_gradients, short, long)
