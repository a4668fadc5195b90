from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.adam import Adam
from kata.testing import assert_close, draw_params, optimizer, take_steps, torch_steps


def test_the_first_step_is_lr_against_the_sign_of_the_gradient():
    new = Adam(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.5, 2.5])])


def test_two_steps_worked_out_by_hand():
    # β₁ = β₂ = 1/2, so m = 1, then 1/2 + 0 and v = 2, then 1; corrected by 1/2, then 3/4.
    first = 2.0 / (2.0 + 1.0)
    second = (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    optimizer = Adam(lr=1.0, betas=(0.5, 0.5), eps=1.0)
    new = take_steps(optimizer, [np.array([10.0])], [[np.array([2.0])], [np.array([0.0])]])
    assert_close(new, [np.array([10.0 - first - second])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.0},
        {"betas": (0.5, 0.999)},
        {"betas": (0.9, 0.7)},
        {"betas": (0.0, 0.0)},
        {"betas": (0.6, 0.0)},
        {"eps": 0.1},
        {"lr": 0.05, "betas": (0.8, 0.6), "eps": 0.01},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    expected = torch_steps(torch.optim.Adam, params, steps_of_grads, **settings)
    assert_close(take_steps(Adam(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    expected = take_steps(reference.Adam(lr=0.1), params, steps_of_grads)
    assert_close(take_steps(Adam(lr=0.1), params, steps_of_grads), expected)


def test_the_size_of_a_gradient_does_not_matter_at_first():
    sizes = np.logspace(-100, 100, 41)
    new = Adam(lr=0.25, eps=0.0).step([np.zeros((2, 41))], [np.stack([sizes, -sizes])])
    assert_close(new, [np.stack([np.full(41, -0.25), np.full(41, 0.25)])])


def test_eps_shows_where_gradients_are_as_small_as_it():
    # As in torch, eps is 1e-8 unless told.
    new = Adam(lr=1.0).step([np.zeros(3)], [np.array([1e-8, -3e-8, 0.0])])
    assert_close(new, [np.array([-0.5, 0.75, 0.0])])


@optimizer("Adam", lr=0.1, eps=1e-3)
def test_it_is_an_optimizer():
    others = {"lr": 0.3, "betas": (0.5, 0.7), "eps": 0.1}
    return partial(Adam, lr=0.1, eps=1e-3), partial(Adam, **others)
