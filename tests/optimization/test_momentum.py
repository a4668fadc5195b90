from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.momentum import Momentum
from kata.testing import assert_close, draw_params, optimizer, take_steps, torch_steps


def test_the_first_step_is_that_of_plain_gradient_descent():
    new = Momentum(lr=0.5, momentum=0.9).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([-0.5, 4.0])])


def test_three_steps_worked_out_by_hand():
    # v is 8, then 4 + 2 = 6, then 3 − 1 = 2.
    steps_of_grads = [[np.array([8.0])], [np.array([2.0])], [np.array([-1.0])]]
    new = take_steps(Momentum(lr=0.25, momentum=0.5), [np.array([10.0])], steps_of_grads)
    assert_close(new, [np.array([10.0 - 2.0 - 1.5 - 0.5])])


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
    in_torch = {"momentum": 0.9} | settings
    expected = torch_steps(torch.optim.SGD, params, steps_of_grads, **in_torch)
    assert_close(take_steps(Momentum(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    expected = take_steps(reference.Momentum(0.1, 0.6), params, steps_of_grads)
    assert_close(take_steps(Momentum(0.1, 0.6), params, steps_of_grads), expected)


def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers():
    steps_of_grads = [[np.array([8.0, -4.0, 0.0])], [np.zeros(3)], [np.zeros(3)]]
    new = take_steps(Momentum(lr=0.5, momentum=0.5), [np.zeros(3)], steps_of_grads)
    assert_close(new, [np.array([-7.0, 3.5, 0.0])])


def test_a_new_learning_rate_holds_for_the_whole_of_the_next_step():
    # v is 8, then 4 + 2, 3 + 1 and 2 + 4, whatever lr is.
    optimizer, params, path = Momentum(momentum=0.5), [np.array([0.0])], []
    for lr, grad in [(0.5, 8.0), (0.25, 2.0), (0.0, 1.0), (1.0, 4.0)]:
        optimizer.lr = lr
        params = optimizer.step(params, [np.array([grad])])
        path += params
    assert_close(path, [np.array([total]) for total in (-4.0, -5.5, -5.5, -11.5)])


@optimizer("SGD", lr=0.2, momentum=0.8)
def test_it_is_an_optimizer():
    return partial(Momentum, 0.2, 0.8), partial(Momentum, 0.1, 0.5)
