from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.nesterov import Nesterov, look_ahead
from kata.testing import (
    assert_close,
    draw_params,
    manners,
    optimizer,
    take_steps,
    torch_steps,
    unchanged,
)


def torch_optimizer(tensors, lr=0.001, momentum=0.9):
    # Without momentum torch will not call it Nesterov's.
    return torch.optim.SGD(tensors, lr, momentum, nesterov=momentum > 0)


# --- Looking ahead ---------------------------------------------------------------------------


def slope(point):
    """A slope that differs from place to place, and with every row of the point."""
    return np.tanh(2.0 * point - 1.0) + 0.3 * point[::-1]


def look_ahead_by_torch(x, gradient, lr, momentum, steps):
    """x and u from torch, whose parameter is the point ahead: p = x + momentum · u, u = −lr · v."""
    tensor = torch.tensor(x, requires_grad=True)
    optimizer = torch_optimizer([tensor], lr, momentum)
    v = torch.zeros_like(tensor)
    for _ in range(steps):
        tensor.grad = torch.tensor(gradient(tensor.detach().numpy()))
        optimizer.step()
        v = optimizer.state[tensor]["momentum_buffer"] if momentum else tensor.grad
    u = -lr * v
    return (tensor.detach() - momentum * u).detach().numpy(), u.detach().numpy()


def test_two_steps_of_look_ahead_worked_out_by_hand():
    # The slope is the point itself. u is −4, so x is 4; at 4 − 2 = 2, u becomes −2 − 1.
    actual = look_ahead(np.array([8.0]), lambda point: point, 0.5, 0.5, 2)
    assert_close(actual, (np.array([1.0]), np.array([-3.0])))


@pytest.mark.parametrize(
    ("lr", "momentum"),
    [(0.1, 0.9), (0.4, 0.5), (0.05, 0.3), (0.2, 0.0), (0.1, 0.99)],
    ids=str,
)
@pytest.mark.parametrize("steps", [0, 1, 2, 7], ids=str)
def test_look_ahead_agrees_with_torch(rng, steps, lr, momentum):
    x = rng.normal(size=(3, 2))
    expected = look_ahead_by_torch(x, slope, lr, momentum, steps)
    # Where torch's point and its way there are taken apart again, a digit is lost.
    assert_close(look_ahead(x, slope, lr, momentum, steps), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (2, 1, 3), (1,), (0, 2)], ids=str)
def test_look_ahead_agrees_with_the_reference(rng, reference, shape):
    x = rng.normal(size=shape)
    expected = reference.look_ahead(x.copy(), slope, 0.2, 0.8, 5)
    assert_close(look_ahead(x, slope, 0.2, 0.8, 5), expected)


@pytest.mark.parametrize("size", [1.0, 1e-12, 0.0], ids=str)
def test_the_slope_is_measured_ahead_and_once_for_each_step(size):
    way, asked = size * np.array([1.0, -3.0]), []

    def gradient(point):
        asked.append(point.copy())
        return point

    look_ahead(8.0 * way, gradient, 0.5, 0.5, 3)
    # x is 8, 4, 1 and u is 0, −4, −3.
    assert_close(asked, [8.0 * way, 2.0 * way, -0.5 * way])


def test_on_a_steady_slope_the_moves_grow_towards_a_limit():
    # lr · slope is 1, so the moves are 1, 1.5, 1.75.
    steady = np.array([4.0, -4.0])
    with unchanged(steady):
        actual = look_ahead(np.zeros(2), lambda point: steady, 0.25, 0.5, 3)
    assert_close(actual, (np.array([-4.25, 4.25]), np.array([-1.75, 1.75])))


def test_where_it_is_flat_it_goes_on_by_what_is_left_of_u():
    # u is −4, then −2 and −1.
    actual = look_ahead(np.array([8.0]), lambda point: np.floor(point / 8.0) * 8.0, 0.5, 0.5, 3)
    assert_close(actual, (np.array([1.0]), np.array([-1.0])))


def test_a_move_is_as_long_as_the_slope_says():
    sizes = np.logspace(-300, 300, 41)
    actual = look_ahead(np.zeros(41), lambda point: sizes, 0.25, 0.5, 3)
    assert_close(actual, (-1.0625 * sizes, -0.4375 * sizes), atol=0.0)


@manners()
def test_manners_of_look_ahead(rng):
    call = partial(look_ahead, rng.normal(size=(3, 2)), slope)
    return [
        partial(call, *rest)
        for rest in [(0.2, 0.8, 3), (0.1, 0.8, 3), (0.2, 0.5, 3), (0.2, 0.8, 0)]
    ]


# --- The optimizer ---------------------------------------------------------------------------


def test_the_first_step_is_longer_than_that_of_plain_gradient_descent():
    new = Nesterov(lr=0.5, momentum=0.5).step([np.array([1.0, 2.0])], [np.array([4.0, -8.0])])
    assert_close(new, [np.array([1.0 - 1.5 * 2.0, 2.0 + 1.5 * 4.0])])


def test_three_steps_worked_out_by_hand():
    # v is 8, then 4 + 2 = 6, then 3 − 1 = 2, so g + v / 2 is 12, then 5, then 0.
    steps_of_grads = [[np.array([8.0])], [np.array([2.0])], [np.array([-1.0])]]
    new = take_steps(Nesterov(lr=0.25, momentum=0.5), [np.array([10.0])], steps_of_grads)
    assert_close(new, [np.array([10.0 - 3.0 - 1.25])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.0},
        {"momentum": 0.5},
        {"lr": 0.3, "momentum": 0.7},
        {"lr": 0.1, "momentum": 0.0},
        {"lr": 0.1, "momentum": 0.99},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    expected = torch_steps(torch_optimizer, params, steps_of_grads, **settings)
    assert_close(take_steps(Nesterov(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    expected = take_steps(reference.Nesterov(0.1, 0.6), params, steps_of_grads)
    assert_close(take_steps(Nesterov(0.1, 0.6), params, steps_of_grads), expected)


def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers():
    # v is 8, 4, 2, so g + v / 2 is 12, 2, 1.
    steps_of_grads = [[np.array([8.0, -4.0, 0.0])], [np.zeros(3)], [np.zeros(3)]]
    new = take_steps(Nesterov(lr=0.5, momentum=0.5), [np.zeros(3)], steps_of_grads)
    assert_close(new, [np.array([-7.5, 3.75, 0.0])])


def test_a_new_learning_rate_holds_for_the_whole_of_the_next_step():
    # v is 8, then 4 + 2, 3 + 1 and 2 + 4, whatever lr is, so g + v / 2 is 12, 5, 3 and 7.
    optimizer, params, path = Nesterov(momentum=0.5), [np.array([0.0])], []
    for lr, grad in [(0.5, 8.0), (0.25, 2.0), (0.0, 1.0), (1.0, 4.0)]:
        optimizer.lr = lr
        params = optimizer.step(params, [np.array([grad])])
        path += params
    assert_close(path, [np.array([total]) for total in (-6.0, -7.25, -7.25, -14.25)])


@optimizer("SGD", lr=0.2, momentum=0.8, nesterov=True)
def test_it_is_an_optimizer():
    return partial(Nesterov, 0.2, 0.8), partial(Nesterov, 0.1, 0.5)
