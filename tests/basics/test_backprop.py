from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.backprop import forward, loss_and_gradients
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

# n, in, hidden, out
SIZES = [(7, 5, 4, 3), (4, 4, 4, 4), (1, 2, 6, 3), (6, 3, 5, 1), (5, 1, 1, 2), (1, 1, 1, 1)]


def draw(rng, n=7, n_in=5, n_hidden=4, n_out=3):
    """Random x, target, w1, b1, w2 and b2."""
    shapes = [(n, n_in), (n, n_out), (n_hidden, n_in), (n_hidden,), (n_out, n_hidden), (n_out,)]
    return [rng.normal(size=shape) for shape in shapes]


def forward_in_torch(x, w1, b1, w2, b2):
    return F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2)


def forward_by_torch(*arguments):
    return forward_in_torch(*map(torch.tensor, arguments)).numpy()


def by_torch(x, target, *params):
    """The loss as a float, and the gradients."""

    def loss(*params):
        return F.mse_loss(forward_in_torch(torch.tensor(x), *params), torch.tensor(target))

    return loss(*map(torch.tensor, params)).item(), torch_gradients(loss, params)


def worked_by_hand():
    # z = [[3, −1], [0, 4]], so h = [[3, 0], [0, 4]].
    x = np.array([[1.0, 2.0], [2.0, -2.0]])
    w1, b1 = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[2.0, 5.0]]), np.array([1.0])
    return x, w1, b1, w2, b2


def test_an_output_worked_out_by_hand():
    assert_close(forward(*worked_by_hand()), np.array([[7.0], [21.0]]))


def test_loss_and_gradients_worked_out_by_hand():
    x, *params = worked_by_hand()
    target = np.array([[4.0], [22.0]])
    # The errors are 3 and −1, so ∂loss/∂y is 3 and −1, and ∂loss/∂z = [[6, 0], [0, −5]].
    grad_w1, grad_b1 = np.array([[6.0, 12.0], [-10.0, 10.0]]), np.array([6.0, -5.0])
    grad_w2, grad_b2 = np.array([[9.0, -4.0]]), np.array([2.0])
    expected = 5.0, (grad_w1, grad_b1, grad_w2, grad_b2)
    assert_close(loss_and_gradients(x, target, *params), expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_forward_agrees_with_torch(rng, sizes):
    x, _, *params = draw(rng, *sizes)
    expected = forward_by_torch(x, *params)
    assert_close(forward(x, *params), expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_loss_and_gradients_agree_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    expected = by_torch(*arguments)
    assert_close(loss_and_gradients(*arguments), expected)


@pytest.mark.parametrize("size", [1e-12, 1e12], ids=str)
def test_it_agrees_with_torch_where_units_give_tiny_or_huge_numbers(rng, size):
    x, target, w1, b1, w2, b2 = draw(rng)
    arguments = x, target, size * w1, size * b1, w2 / size, b2
    expected = forward_by_torch(x, *arguments[2:]), by_torch(*arguments)
    assert_close((forward(x, *arguments[2:]), loss_and_gradients(*arguments)), expected)


def test_both_agree_with_the_reference(rng, reference):
    x, target, *params = draw(rng, 9, 4, 6, 2)
    y = reference.forward(x, *params)
    expected = reference.loss_and_gradients(x, target, *params)
    assert_close(forward(x, *params), y)
    assert_close(loss_and_gradients(x, target, *params), expected)


def test_a_hidden_unit_exactly_at_zero_passes_no_gradient(rng):
    x, target, w1, b1, w2, b2 = draw(rng)
    # One unit is at 0 for one row, one for all rows.
    x[3], b1[1], w1[2], b1[2] = 0.0, 0.0, 0.0, 0.0
    expected = by_torch(x, target, w1, b1, w2, b2)
    assert_close(loss_and_gradients(x, target, w1, b1, w2, b2), expected)


@pytest.mark.parametrize("new", range(6), ids=["x", "target", "w1", "b1", "w2", "b2"])
def test_results_are_new_even_if_only_one_argument_is(rng, new):
    old, arguments = draw(rng), draw(rng)
    arguments = [*old[:new], arguments[new], *old[new + 1 :]]
    x, _, *params = arguments
    y, expected = forward_by_torch(x, *params), by_torch(*arguments)
    forward(old[0], *old[2:])
    loss_and_gradients(*old)
    assert_close(loss_and_gradients(*arguments), expected)
    assert_close(forward(x, *params), y)


# What is not shaped like an output of this shape.
MISFITS = {
    (5, 3): [(5,), (), (1, 3), (5, 1), (3,), (3, 5), (1, 5, 3)],
    (1, 3): [(3,), (3, 1), (1, 1), ()],
    (5, 1): [(5,), (1, 5), (5, 3), (5, 2), (1, 1), ()],
}


@pytest.mark.parametrize(
    ("output", "shape"), [(one, other) for one in MISFITS for other in MISFITS[one]], ids=str
)
def test_a_target_that_is_not_shaped_like_the_output_raises_a_value_error(rng, output, shape):
    x, _, *params = draw(rng, output[0], 4, 6, output[1])
    assert_value_error(loss_and_gradients, x, np.ones(shape), *params)


@manners()
def test_manners(rng):
    x, target, *params = draw(rng)
    return partial(forward, x, *params), partial(loss_and_gradients, x, target, *params)


@pytest.mark.speed
def test_forward_has_no_python_loop(rng):
    def sized(batch, inputs, hidden, outputs):
        x, _, *params = draw(rng, batch, inputs, hidden, outputs)
        return x, *params

    assert_vectorized(forward, sized)


@pytest.mark.speed
def test_loss_and_gradients_has_no_python_loop(rng):
    assert_vectorized(
        loss_and_gradients,
        lambda batch, inputs, hidden, outputs: draw(rng, batch, inputs, hidden, outputs),
    )
