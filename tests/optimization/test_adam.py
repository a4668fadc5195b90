import numpy as np
import pytest
import torch

from exercises.optimization.adam import Adam
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,)]


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, **settings):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    optimiser = torch.optim.Adam(tensors, **settings)
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        optimiser.step()
    return [tensor.detach().numpy() for tensor in tensors]


def test_the_first_step_is_lr_against_the_gradients_sign():
    new = Adam(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.5, 2.5])])


def test_two_steps_worked_out_by_hand():
    # β₁ = β₂ = 1/2, so m = 1, then 1/2 + 0 and v = 2, then 1; corrected by 1/2, then 3/4.
    new = run(
        Adam(lr=1.0, betas=(0.5, 0.5), eps=1.0),
        [np.array([10.0])],
        [[np.array([2.0])], [np.array([0.0])]],
    )
    first = 2.0 / (2.0 + 1.0)
    second = (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    assert_close(new, [np.array([10.0 - first - second])])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.3},
        {"betas": (0.5, 0.999)},
        {"betas": (0.9, 0.7)},
        {"betas": (0.0, 0.0)},
        {"eps": 0.1},
        {"lr": 0.05, "betas": (0.8, 0.6), "eps": 0.01},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(Adam(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=100.0) for _ in range(3)]
    expected = run(reference.Adam(lr=0.1), params, steps_of_grads)
    assert_close(run(Adam(lr=0.1), params, steps_of_grads), expected)


def test_a_tiny_gradient_moves_as_far_as_a_large_one():
    grads = [np.array([1e-5, 1.0, 1e5])]
    new = Adam(lr=0.25, eps=0.0).step([np.zeros(3)], grads)
    assert_close(new, [np.full(3, -0.25)])


def test_a_zero_gradient_moves_nothing_at_first():
    assert_close(Adam().step([np.ones((2, 3))], [np.zeros((2, 3))]), [np.ones((2, 3))])


def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers(rng):
    params, grads = draw(rng), draw(rng)
    steps_of_grads = [grads, [np.zeros_like(grad) for grad in grads]]
    assert_close(
        run(Adam(lr=0.1), params, steps_of_grads), run_torch(params, steps_of_grads, lr=0.1)
    )


def test_a_gradient_of_none_leaves_its_parameter_and_state_alone(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    expected = run_torch(params, steps_of_grads, lr=0.1)
    assert_close(run(Adam(lr=0.1), params, steps_of_grads), expected)


def test_values_that_were_changed_between_two_steps_are_taken_as_they_are():
    optimiser = Adam(lr=1.0, betas=(0.5, 0.5), eps=1.0)
    optimiser.step([np.array([10.0])], [np.array([2.0])])
    # m = 1/2 and v = 1 by now, both to be corrected by 3/4.
    second = (0.5 / 0.75) / (np.sqrt(1.0 / 0.75) + 1.0)
    new = optimiser.step([np.array([-7.0])], [np.array([0.0])])
    assert_close(new, [np.array([-7.0 - second])])


def test_two_optimisers_share_no_state(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    run(Adam(lr=0.1), draw(rng), [draw(rng) for _ in range(2)])
    assert_close(
        run(Adam(lr=0.1), params, steps_of_grads), run_torch(params, steps_of_grads, lr=0.1)
    )


def test_the_dtype_is_kept(rng):
    params, grads = draw(rng), draw(rng)
    params = [param.astype(np.float32) for param in params]
    grads = [grad.astype(np.float32) for grad in grads]
    assert_close(run(Adam(lr=0.1), params, [grads] * 3), run_torch(params, [grads] * 3, lr=0.1))


def test_params_and_grads_are_left_unchanged(rng):
    optimiser, params, grads = Adam(lr=0.1), draw(rng), draw(rng)
    with unchanged(params, grads):
        optimiser.step(optimiser.step(params, grads), grads)


def test_earlier_results_are_left_unchanged(rng):
    optimiser, grads = Adam(lr=0.1), draw(rng)
    first = optimiser.step(draw(rng), grads)
    with unchanged(first):
        optimiser.step(first, grads)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        Adam().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


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
        Adam().step([np.zeros(of_param)], [np.zeros(of_grad)])


def test_at_a_later_step_another_number_of_gradients_raises_a_value_error():
    optimiser, arrays = Adam(), [np.ones(2), np.ones(2)]
    optimiser.step(arrays, arrays)
    with pytest.raises(ValueError):
        optimiser.step(arrays, arrays[:1])


def test_at_a_later_step_a_gradient_of_another_shape_raises_a_value_error():
    optimiser, params = Adam(), [np.ones((3, 2))]
    optimiser.step(params, params)
    with pytest.raises(ValueError):
        optimiser.step(params, [np.ones((1, 2))])
