import copy
from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.adam_bugs import Adam
from kata.testing import assert_close, draw_params, manners, take_steps, torch_steps, unchanged

SETTINGS = {"lr": 0.05, "betas": (0.8, 0.6), "eps": 0.01}


def ones(*values):
    """A gradient for one parameter in each step."""
    return [[np.array([value])] for value in values]


# --- One parameter ---------------------------------------------------------------------------


def test_eps_is_added_to_the_root():
    # Without memory, m̂ and v̂ are 1: the step is 1 / (1 + 3).
    adam = Adam(lr=1.0, betas=(0.0, 0.0), eps=3.0)
    assert_close(adam.step([np.array([5.0])], [np.array([1.0])]), [np.array([4.75])])


def test_the_first_step_is_lr_against_the_sign_of_the_gradient():
    new = Adam(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.5, 2.5])])


@pytest.mark.parametrize("betas", [(0.0, 0.9), (0.9, 0.0), (0.5, 0.5), (0.9, 0.999)], ids=str)
@pytest.mark.parametrize("steps", [2, 3, 10])
def test_under_a_steady_gradient_every_step_is_lr_long(steps, betas):
    adam = Adam(lr=0.25, betas=betas, eps=0.0)
    new = take_steps(adam, [np.array([8.0])], ones(*[2.0] * steps))
    assert_close(new, [np.array([8.0 - 0.25 * steps])])


def test_a_second_gradient_of_zero_halves_both_averages():
    # β₁ = β₂ = 1/2: m is 1, then 1/2; v is 2, then 1; they are corrected by 1/2, then by 3/4.
    adam = Adam(lr=1.0, betas=(0.5, 0.5), eps=1.0)
    moves = 2.0 / (2.0 + 1.0), (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    assert_close(
        take_steps(adam, [np.array([10.0])], ones(2.0, 0.0)), [np.array([10 - sum(moves)])]
    )


@pytest.mark.parametrize(("steps", "scale"), [(1, 1.0), (2, 1.0), (2, 1e-6), (120, 1.0)])
@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["defaults", "others"])
def test_one_parameter_moves_as_in_torch(rng, settings, steps, scale):
    params = [rng.normal(size=(3, 4))]
    grads = [[rng.normal(scale=scale, size=(3, 4))] for _ in range(steps)]
    expected = torch_steps(torch.optim.Adam, params, grads, **settings)
    assert_close(take_steps(Adam(**settings), params, grads), expected)


# --- Several parameters ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3])
def test_in_the_first_step_every_parameter_moves_by_lr(count):
    params = [np.array([8.0 + i]) for i in range(count)]
    grads = [np.array([2.0 + i]) for i in range(count)]
    expected = [param - 0.5 for param in params]
    assert_close(Adam(lr=0.5, eps=0.0).step(params, grads), expected)


@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["defaults", "others"])
def test_several_parameters_move_as_in_torch(rng, settings, steps):
    params, grads = draw_params(rng), [draw_params(rng) for _ in range(steps)]
    expected = torch_steps(torch.optim.Adam, params, grads, **settings)
    assert_close(take_steps(Adam(**settings), params, grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    expected = take_steps(reference.Adam(lr=0.1), params, grads)
    assert_close(take_steps(Adam(lr=0.1), params, grads), expected)


def test_two_optimizers_share_nothing(rng):
    params, grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    expected = torch_steps(torch.optim.Adam, params, grads, **SETTINGS)
    one, other = Adam(**SETTINGS), Adam(lr=0.3)
    for own in grads:
        params = one.step(params, own)
        other.step(draw_params(rng), draw_params(rng))
    assert_close(params, expected)


# --- Whose memory it is ----------------------------------------------------------------------


def test_no_argument_is_written_into(rng):
    params, grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    adam, new = Adam(**SETTINGS), params
    with unchanged(params, grads):
        for own in grads:
            new = adam.step(new, own)


def test_all_arrays_may_be_overwritten_after_a_step(rng):
    params, steps = draw_params(rng), [draw_params(rng) for _ in range(4)]
    expected = torch_steps(torch.optim.Adam, params, steps, **SETTINGS)
    adam, buffers = Adam(**SETTINGS), draw_params(rng)
    for grads in steps:
        for buffer, grad in zip(buffers, grads, strict=True):
            buffer[...] = grad
        new = adam.step(params, buffers)
        params = copy.deepcopy(new)
        for array in (*new, *buffers):
            array[...] = 1e3
    assert_close(params, expected)


def moved(params, *steps):
    return take_steps(Adam(**SETTINGS), params, steps)


@manners()
def test_manners(rng):
    # Far from 0, so that float16 keeps their squares.
    draws = [[rng.uniform(0.5, 2.0, size=size) for size in ((2, 3), (4,))] for _ in range(4)]
    return partial(moved, *draws)
