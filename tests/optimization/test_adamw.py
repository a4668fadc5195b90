import numpy as np
import pytest
import torch

from exercises.optimization.adamw import AdamW
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, oracle=torch.optim.AdamW, **settings):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    optimiser = oracle(tensors, **settings)
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        optimiser.step()
    return [tensor.detach().numpy() for tensor in tensors]


def test_the_first_step_is_the_decay_and_lr_against_the_gradients_sign():
    optimiser = AdamW(lr=0.5, eps=0.0, weight_decay=0.2)
    new = optimiser.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.4, 2.3])])


def test_two_steps_worked_out_by_hand():
    # β₁ = β₂ = 1/2, so m = 1, then 1/2 + 0 and v = 2, then 1; corrected by 1/2, then 3/4.
    new = run(
        AdamW(lr=0.5, betas=(0.5, 0.5), eps=1.0, weight_decay=0.4),
        [np.array([10.0])],
        [[np.array([2.0])], [np.array([0.0])]],
    )
    first = 10.0 * 0.8 - 0.5 * 2.0 / (2.0 + 1.0)
    second = first * 0.8 - 0.5 * (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    assert_close(new, [np.array([second])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.3},
        {"weight_decay": 0.7},
        {"weight_decay": 0.0},
        {"betas": (0.5, 0.999)},
        {"betas": (0.9, 0.7)},
        {"betas": (0.0, 0.0)},
        {"eps": 0.1},
        {"lr": 0.05, "betas": (0.8, 0.6), "eps": 0.01, "weight_decay": 0.9},
        {"lr": 0.4, "weight_decay": 3.5},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(AdamW(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=100.0) for _ in range(3)]
    settings = {"lr": 0.1, "weight_decay": 0.3}
    expected = run(reference.AdamW(**settings), params, steps_of_grads)
    assert_close(run(AdamW(**settings), params, steps_of_grads), expected)


def test_without_decay_it_is_adam(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    expected = run_torch(params, steps_of_grads, torch.optim.Adam, lr=0.1)
    assert_close(run(AdamW(lr=0.1, weight_decay=0.0), params, steps_of_grads), expected)


def test_weights_decay_alike_whatever_the_size_of_their_gradients():
    params, grads = [np.full(4, 8.0)], [np.array([1e-5, 1.0, -1e5, 1e5])]
    new = AdamW(lr=0.25, eps=0.0, weight_decay=0.5).step(params, grads)
    assert_close(new, [np.array([6.75, 6.75, 7.25, 6.75])])


def test_at_a_gradient_of_zero_only_the_decay_is_left():
    params, zeros = [np.array([[4.0, -8.0]]), np.array([2.0])], [np.zeros((1, 2)), np.zeros(1)]
    new = run(AdamW(lr=0.5, weight_decay=0.2), params, [zeros, zeros])
    assert_close(new, [np.array([[3.24, -6.48]]), np.array([1.62])])


def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers(rng):
    params, grads = draw(rng), draw(rng)
    steps_of_grads = [grads, [np.zeros_like(grad) for grad in grads]]
    settings = {"lr": 0.1, "weight_decay": 0.3}
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(AdamW(**settings), params, steps_of_grads), expected)


def test_a_gradient_of_none_leaves_its_parameter_and_state_alone(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    settings = {"lr": 0.1, "weight_decay": 0.3}
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(AdamW(**settings), params, steps_of_grads), expected)


def test_values_that_were_changed_between_two_steps_are_taken_as_they_are():
    optimiser = AdamW(lr=0.5, betas=(0.5, 0.5), eps=1.0, weight_decay=0.4)
    optimiser.step([np.array([10.0])], [np.array([2.0])])
    # m = 1/2 and v = 1 by now, both to be corrected by 3/4.
    second = 0.5 * (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    new = optimiser.step([np.array([-7.0])], [np.array([0.0])])
    assert_close(new, [np.array([-7.0 * 0.8 - second])])


def test_two_optimisers_share_no_state(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    other, settings = AdamW(lr=0.1), {"lr": 0.2, "weight_decay": 0.3}
    optimiser, others, actual = AdamW(**settings), draw(rng), params
    for grads in steps_of_grads:
        others = other.step(others, draw(rng))
        actual = optimiser.step(actual, grads)
    assert_close(actual, run_torch(params, steps_of_grads, **settings))


def test_the_dtype_is_kept(rng):
    params, grads = draw(rng), draw(rng)
    params = [param.astype(np.float32) for param in params]
    grads = [grad.astype(np.float32) for grad in grads]
    settings = {"lr": 0.1, "weight_decay": 0.3}
    actual = run(AdamW(**settings), params, [grads] * 3)
    assert_close(actual, run_torch(params, [grads] * 3, **settings))


def test_arrays_in_fortran_order_are_right_too(rng):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    settings = {"lr": 0.1, "weight_decay": 0.3}
    actual = run(AdamW(**settings), params, [grads] * 2)
    assert_close(actual, run_torch(params, [grads] * 2, **settings))


def test_params_and_grads_are_left_unchanged(rng):
    optimiser, params, grads = AdamW(lr=0.1), draw(rng), draw(rng)
    grads[1] = None
    with unchanged(params, grads):
        optimiser.step(optimiser.step(params, grads), grads)


def test_earlier_results_are_left_unchanged(rng):
    optimiser, grads = AdamW(lr=0.1), draw(rng)
    first = optimiser.step(draw(rng), grads)
    with unchanged(first):
        optimiser.step(first, grads)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        AdamW().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


@pytest.mark.parametrize(
    ("of_param", "of_grad"),
    [
        ((3, 2), (2,)),
        ((3, 2), (2, 3)),
        ((3, 2), (1, 2)),
        ((3, 1), (1, 3)),
        ((3, 1), (3,)),
        ((3,), (3, 1)),
        ((3,), (1,)),
    ],
    ids=str,
)
def test_a_gradient_of_another_shape_raises_a_value_error(of_param, of_grad):
    with pytest.raises(ValueError):
        AdamW().step([np.zeros(of_param)], [np.zeros(of_grad)])


def test_at_a_later_step_another_number_of_gradients_raises_a_value_error():
    optimiser, arrays = AdamW(), [np.ones(2), np.ones(2)]
    optimiser.step(arrays, arrays)
    with pytest.raises(ValueError):
        optimiser.step(arrays, arrays[:1])


def test_at_a_later_step_a_gradient_of_another_shape_raises_a_value_error():
    optimiser, params = AdamW(), [np.ones((3, 2))]
    optimiser.step(params, params)
    with pytest.raises(ValueError):
        optimiser.step(params, [np.ones((1, 2))])
