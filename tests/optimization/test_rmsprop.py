from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.rmsprop import RMSProp
from kata.testing import assert_close, draw_params, optimizer, take_steps, torch_steps

SETTINGS = {"lr": 0.05, "alpha": 0.8, "eps": 0.03}


def test_the_first_step_worked_out_by_hand():
    # v is a quarter of g², so √v is half of |g|.
    optimizer = RMSProp(lr=0.5, alpha=0.75, eps=0.0)
    new = optimizer.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.0, 3.0])])


def test_two_steps_worked_out_by_hand():
    # v = 1/4 · 4² = 4, then 3/4 · 4 + 1/4 · 2² = 4, so √v + eps is 2.5 both times.
    optimizer = RMSProp(lr=0.5, alpha=0.75, eps=0.5)
    new = take_steps(optimizer, [np.array([10.0])], [[np.array([4.0])], [np.array([-2.0])]])
    assert_close(new, [np.array([10.0 - 0.8 + 0.4])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.0},
        {"alpha": 0.5},
        {"alpha": 0.0},
        {"eps": 0.1},
        SETTINGS,
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    expected = torch_steps(torch.optim.RMSprop, params, steps_of_grads, **settings)
    assert_close(take_steps(RMSProp(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=1e4) for _ in range(3)]
    expected = take_steps(reference.RMSProp(**SETTINGS), params, steps_of_grads)
    assert_close(take_steps(RMSProp(**SETTINGS), params, steps_of_grads), expected)


def test_the_size_of_a_gradient_does_not_matter_at_first():
    sizes = np.logspace(-100, 100, 41)
    optimizer = RMSProp(lr=0.25, alpha=0.75, eps=0.0)
    new = optimizer.step([np.zeros((2, 41))], [np.stack([sizes, -sizes])])
    assert_close(new, [np.stack([np.full(41, -0.5), np.full(41, 0.5)])])


def test_eps_shows_where_gradients_are_as_small_as_it():
    # As in torch, eps is 1e-8 unless told; √v is half of |g|.
    new = RMSProp(lr=1.0, alpha=0.75).step([np.zeros(3)], [np.array([2e-8, -6e-8, 0.0])])
    assert_close(new, [np.array([-1.0, 1.5, 0.0])])


def test_a_large_gradient_is_forgotten_in_time():
    # What is left of 10⁶ in v after 60 steps is less than 10⁻¹². Then steps are lr long.
    optimizer, many = RMSProp(lr=1.0, alpha=0.5, eps=0.0), [[np.array([1.0, -1.0])]] * 60
    take_steps(optimizer, [np.zeros(2)], [[np.full(2, 1000.0)], *many])
    assert_close(optimizer.step([np.zeros(2)], many[0]), [np.array([-1.0, 1.0])])


def test_under_zero_gradients_v_fades(rng):
    params, grads = draw_params(rng), draw_params(rng)
    zeros = [np.zeros_like(grad) for grad in grads]
    steps_of_grads = [grads, zeros, zeros, draw_params(rng)]
    expected = torch_steps(torch.optim.RMSprop, params, steps_of_grads, **SETTINGS)
    assert_close(take_steps(RMSProp(**SETTINGS), params, steps_of_grads), expected)


@optimizer("RMSprop", **SETTINGS)
def test_it_is_an_optimizer():
    return partial(RMSProp, **SETTINGS), partial(RMSProp, lr=0.1, alpha=0.5, eps=0.2)
