from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.adagrad import Adagrad
from kata.testing import assert_close, draw_params, optimizer, take_steps, torch_steps

SETTINGS = {"lr": 0.2, "eps": 0.05}


def test_the_first_step_is_lr_against_the_sign_of_the_gradient():
    new = Adagrad(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.5, 2.5])])


def test_two_steps_worked_out_by_hand():
    # s = 3² = 9, then 9 + 4² = 25, so √s + eps is 4, then 6.
    steps_of_grads = [[np.array([3.0])], [np.array([-4.0])]]
    new = take_steps(Adagrad(lr=2.0, eps=1.0), [np.array([10.0])], steps_of_grads)
    assert_close(new, [np.array([10.0 - 6.0 / 4.0 + 8.0 / 6.0])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        *({"lr": lr} for lr in (0.0, 0.3, 4.0)),
        *({"eps": eps} for eps in (0.1, 1e-3)),
        {"eps": 2.0, "lr": 0.7},
        SETTINGS,
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    expected = torch_steps(torch.optim.Adagrad, params, steps_of_grads, **settings)
    assert_close(take_steps(Adagrad(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=1e4) for _ in range(3)]
    expected = take_steps(reference.Adagrad(**SETTINGS), params, steps_of_grads)
    assert_close(take_steps(Adagrad(**SETTINGS), params, steps_of_grads), expected)


def test_the_size_of_all_gradients_together_does_not_matter():
    sizes = np.logspace(-100, 100, 41)
    grads, way = [np.stack([sizes, -sizes])], 0.25 + 0.25 / np.sqrt(2.0)
    new = take_steps(Adagrad(lr=0.25, eps=0.0), [np.zeros((2, 41))], [grads] * 2)
    assert_close(new, [np.stack([np.full(41, -way), np.full(41, way)])])


def test_eps_shows_where_all_gradients_were_as_small_as_it():
    # As in torch, eps is 1e-10 unless told.
    new = Adagrad(lr=1.0).step([np.zeros(3)], [np.array([1e-10, -3e-10, 0.0])])
    assert_close(new, [np.array([-0.5, 0.75, 0.0])])


def test_a_large_gradient_is_never_forgotten():
    # Half the steps go up and half down, each by lr / √(10⁶ + t): what is left of them is small.
    signs = [(-1.0) ** t for t in range(1, 61)]
    steps_of_grads = [[np.array([1000.0])], *([np.array([sign])] for sign in signs)]
    moves = [-sign / np.sqrt(1000.0**2 + t) for t, sign in enumerate(signs, 1)]
    new = take_steps(Adagrad(lr=1.0, eps=0.0), [np.ones(1)], steps_of_grads)
    assert_close(new, [np.array([sum(moves)])], atol=1e-15)


def test_zero_gradients_between_others_change_nothing(rng):
    params, grads, more = draw_params(rng), draw_params(rng), draw_params(rng)
    zeros = [np.zeros_like(grad) for grad in grads]
    expected = torch_steps(torch.optim.Adagrad, params, [grads, more], **SETTINGS)
    steps_of_grads = [zeros, grads, zeros, zeros, more]
    assert_close(take_steps(Adagrad(**SETTINGS), params, steps_of_grads), expected)


def test_a_first_gradient_of_none_leaves_its_parameter_alone_even_at_an_eps_of_0(rng):
    params, grads = draw_params(rng), draw_params(rng)
    steps_of_grads = [[None, *grads[1:3], None, None], grads]
    expected = torch_steps(torch.optim.Adagrad, params, steps_of_grads, eps=0.0)
    assert_close(take_steps(Adagrad(eps=0.0), params, steps_of_grads), expected)


@optimizer("Adagrad", **SETTINGS)
def test_it_is_an_optimizer():
    return partial(Adagrad, **SETTINGS), partial(Adagrad, lr=0.1, eps=0.2)
