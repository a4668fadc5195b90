import copy
from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.sgd import SGD, epoch
from kata.testing import assert_close, draw_params, manners, optimizer, take_steps, torch_steps

# --- SGD -------------------------------------------------------------------------------------


def test_one_step_worked_out_by_hand():
    params = [np.array([1.0, 2.0]), np.array([[8.0]])]
    grads = [np.array([3.0, -4.0]), np.array([[1.0]])]
    assert_close(SGD(lr=0.5).step(params, grads), [np.array([-0.5, 4.0]), np.array([[7.5]])])


@pytest.mark.parametrize("settings", [{}, {"lr": 0.0}, {"lr": 0.3}, {"lr": 2.5}], ids=str)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    expected = torch_steps(torch.optim.SGD, params, steps_of_grads, **settings)
    assert_close(take_steps(SGD(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    expected = take_steps(reference.SGD(lr=0.1), params, steps_of_grads)
    assert_close(take_steps(SGD(lr=0.1), params, steps_of_grads), expected)


def test_a_step_is_as_long_as_the_gradient_says():
    sizes = np.logspace(-300, 300, 41)
    for sign in (1.0, -1.0):
        new = SGD(lr=0.5).step([np.zeros(41)], [sign * sizes])
        assert_close(new, [-0.5 * sign * sizes], atol=0.0)


def test_the_learning_rate_may_be_assigned_between_steps():
    optimizer, params, path = SGD(lr=0.5), [np.array([8.0, 0.0])], []
    for lr in (0.5, 0.25, 0.0):
        optimizer.lr = lr
        params = optimizer.step(params, [np.array([2.0, -4.0])])
        path += params
    assert_close(path, [np.array([7.0, 2.0]), np.array([6.5, 3.0]), np.array([6.5, 3.0])])


def test_the_next_step_may_be_given_other_parameters(rng):
    optimizer, params, grads = SGD(lr=0.3), draw_params(rng), draw_params(rng)
    expected = torch_steps(torch.optim.SGD, params, [grads], lr=0.3)
    optimizer.step([np.ones((2, 3)), np.ones(4)], [np.ones((2, 3)), None])
    assert_close(optimizer.step(params, grads), expected)


@optimizer("SGD", lr=0.3)
def test_it_is_an_optimizer():
    return partial(SGD, lr=0.3), partial(SGD, lr=0.1)


@manners(dtypes=())
def test_manners_of_a_step(rng):
    a, b, c = rng.normal(size=(3, 2, 3))
    calls = [(0.1, a, b), (0.0, a, b), (0.1, b, np.zeros((2, 3))), (0.1, c, None)]
    return [partial(SGD(lr).step, [param], [grad]) for lr, param, grad in calls]


# --- An epoch --------------------------------------------------------------------------------


def draw_batches(rng, sizes=(4, 4, 3)):
    return [(rng.normal(size=(size, 3)), rng.normal(size=(size, 2))) for size in sizes]


def draw_weights(rng):
    return [rng.normal(size=(3, 2)), rng.normal(size=2)]


def linear_gradients(params, x, y):
    """The gradients of the mean squared error of x w + b against y."""
    w, b = params
    error = 2 * (x @ w + b - y) / y.size
    return [x.T @ error, error.sum(axis=0)]


def epoch_by_torch(params, batches, lr):
    w, b = (torch.tensor(param, requires_grad=True) for param in params)
    optimizer = torch.optim.SGD([w, b], lr)
    for x, y in batches:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(torch.tensor(x) @ w + b, torch.tensor(y))
        loss.backward()
        optimizer.step()
    return [w.detach().numpy(), b.detach().numpy()]


def test_an_epoch_worked_out_by_hand():
    def towards_the_mean(params, x, y):
        return [params[0] - x.mean(axis=0)]

    # Half the way from 0 to 4, then half the way from 2 to 8.
    batches = [(np.array([[3.0], [5.0]]), np.zeros(2)), (np.array([[8.0]]), np.zeros(1))]
    assert_close(epoch([np.array([0.0])], batches, towards_the_mean, 0.5), [np.array([5.0])])


@pytest.mark.parametrize("lr", [0.01, 0.3], ids=str)
@pytest.mark.parametrize("sizes", [(4, 4, 3), (5,), (1, 1, 1, 1, 1, 1), (2, 6), ()], ids=str)
def test_an_epoch_agrees_with_torch(rng, sizes, lr):
    params, batches = draw_weights(rng), draw_batches(rng, sizes)
    expected = epoch_by_torch(params, batches, lr)
    assert_close(epoch(params, batches, linear_gradients, lr), expected)


def test_an_epoch_agrees_with_the_reference(rng, reference):
    params, batches = draw_weights(rng), draw_batches(rng)
    expected = reference.epoch(params, batches, linear_gradients, 0.2)
    assert_close(epoch(params, batches, linear_gradients, 0.2), expected)


@pytest.mark.parametrize("lr", [0.2, 0.0], ids=str)
def test_gradients_are_asked_for_once_for_each_batch_and_for_a_list_of_the_newest_parameters(
    rng, lr
):
    # A batch without rows counts as a batch, too.
    params, batches, asked = draw_weights(rng), draw_batches(rng, (4, 4, 0, 3)), []
    path = [epoch_by_torch(params, batches[:done], lr) for done in range(5)]
    expected = [("list", *path[i], *copy.deepcopy(batches[i])) for i in range(4)]

    def gradients(params, x, y):
        asked.append((type(params).__name__, *copy.deepcopy(params), x.copy(), y.copy()))
        return linear_gradients(params, x, y)

    last = epoch(tuple(params), batches, gradients, lr)
    assert_close(asked, expected)
    assert_close(last, path[4])


def test_a_parameter_without_a_gradient_stays_while_others_move(rng):
    (w, b), batches = draw_weights(rng), draw_batches(rng)
    params = [w.copy(), b.copy()]
    for x, y in batches:
        w = w - 0.2 * linear_gradients([w, b], x, y)[0]

    def of_w_alone(params, x, y):
        return [linear_gradients(params, x, y)[0], None]

    assert_close(epoch(params, batches, of_w_alone, 0.2), [w, b])


def test_a_batch_without_a_slope_is_no_end():
    def slope(params, x, y):
        return [x[0]]

    batches = [(np.array([[value]]), np.zeros(1)) for value in (8.0, 0.0, 2.0)]
    assert_close(epoch([np.zeros(1)], batches, slope, 0.5), [np.array([-5.0])])


def test_gradients_may_be_the_parameters_themselves():
    # From (8, 16) to (8 − 8, 16 − 4), then on to (0 − 6, 12 − 0).
    def swapped(params, x, y):
        return [params[1], params[0]]

    params, batch = [np.array([8.0]), np.array([16.0])], (np.zeros((1, 1)), np.zeros(1))
    assert_close(epoch(params, [batch] * 2, swapped, 0.5), [np.array([-6.0]), np.array([12.0])])


@manners()
def test_manners_of_an_epoch(rng):
    call = partial(epoch, draw_weights(rng), draw_batches(rng), linear_gradients)
    none = partial(epoch, draw_weights(rng), [], linear_gradients)
    return partial(call, 0.2), partial(call, 0.1), partial(call, 0.0), partial(none, 0.2)
