import numpy as np
import pytest
import torch

from exercises.optimization.adagrad import Adagrad
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]
SETTINGS = {"lr": 0.2, "eps": 0.05}


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, **settings):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    optimiser = torch.optim.Adagrad(tensors, **settings)
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        optimiser.step()
    return [tensor.detach().numpy() for tensor in tensors]


def test_the_first_step_is_lr_against_the_gradients_sign():
    new = Adagrad(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([0.5, 2.5])])


def test_two_steps_worked_out_by_hand():
    # s = 3² = 9, then 9 + 4² = 25, so √s + eps is 4, then 6.
    optimiser = Adagrad(lr=2.0, eps=1.0)
    new = run(optimiser, [np.array([10.0])], [[np.array([3.0])], [np.array([-4.0])]])
    assert_close(new, [np.array([10.0 - 6.0 / 4.0 + 8.0 / 6.0])])


@pytest.mark.parametrize(
    "settings",
    [{}, {"lr": 0.3}, {"lr": 4.0}, {"eps": 0.1}, {"eps": 1e-3}, {"eps": 2.0, "lr": 0.7}, SETTINGS],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(Adagrad(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=1e4) for _ in range(3)]
    expected = run(reference.Adagrad(**SETTINGS), params, steps_of_grads)
    assert_close(run(Adagrad(**SETTINGS), params, steps_of_grads), expected)


def test_a_tiny_gradient_moves_as_far_as_a_large_one():
    grads = [np.array([1e-5, 1.0, 1e5])]
    new = run(Adagrad(lr=0.25, eps=0.0), [np.zeros(3)], [grads] * 2)
    assert_close(new, [np.full(3, -0.25 - 0.25 / np.sqrt(2.0))])


def test_eps_shows_where_all_gradients_were_as_small_as_it():
    # As torch has it, eps is 1e-10 unless told.
    grads = [np.array([1e-10, -3e-10])]
    assert_close(Adagrad(lr=1.0).step([np.zeros(2)], grads), [np.array([-0.5, 0.75])])


def test_under_a_constant_gradient_steps_shrink_with_the_root_of_their_number():
    grads = [np.array([20.0, -0.1])]
    new = run(Adagrad(lr=0.5, eps=0.0), [np.zeros(2)], [grads] * 9)
    way = 0.5 * sum(1.0 / np.sqrt(t) for t in range(1, 10))
    assert_close(new, [np.array([-way, way])])


def test_a_large_gradient_is_never_forgotten():
    optimiser = Adagrad(lr=1.0, eps=0.0)
    before = run(optimiser, [np.zeros(1)], [[np.array([1000.0])]] + [[np.array([1.0])]] * 60)
    new = optimiser.step(before, [np.array([1.0])])
    assert_close(new, [before[0] - 1.0 / np.sqrt(1000.0**2 + 61.0)], atol=0.0)


def test_a_weight_with_rare_gradients_keeps_its_long_steps():
    often, rarely = [np.array([1.0, 0.0])], [np.array([1.0, 1.0])]
    optimiser = Adagrad(lr=0.5, eps=0.0)
    before = run(optimiser, [np.zeros(2)], [rarely] + [often] * 7)
    new = optimiser.step(before, rarely)
    assert_close(new, [before[0] - 0.5 / np.sqrt([9.0, 2.0])])


def test_a_zero_gradient_moves_nothing_even_at_first():
    assert_close(Adagrad().step([np.ones((2, 3))], [np.zeros((2, 3))]), [np.ones((2, 3))])


def test_zero_gradients_between_others_change_nothing(rng):
    params, grads, more = draw(rng), draw(rng), draw(rng)
    zeros = [np.zeros_like(grad) for grad in grads]
    expected = run_torch(params, [grads, more], **SETTINGS)
    assert_close(run(Adagrad(**SETTINGS), params, [zeros, grads, zeros, zeros, more]), expected)


def test_a_gradient_of_none_leaves_its_parameter_and_state_alone(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    expected = run_torch(params, steps_of_grads, **SETTINGS)
    assert_close(run(Adagrad(**SETTINGS), params, steps_of_grads), expected)


def test_a_first_gradient_of_none_leaves_its_parameter_alone_even_at_an_eps_of_0(rng):
    params, grads = draw(rng), draw(rng)
    steps_of_grads = [[None, *grads[1:3], None, None], grads]
    expected = run_torch(params, steps_of_grads, eps=0.0)
    assert_close(run(Adagrad(eps=0.0), params, steps_of_grads), expected)


def test_values_that_were_changed_between_two_steps_are_taken_as_they_are(rng):
    optimiser, grads = Adagrad(**SETTINGS), draw(rng)
    optimiser.step(draw(rng), grads)
    changed, more = draw(rng), draw(rng)
    # As if the parameters had been there all along, moved by nothing.
    start = run_torch([np.zeros_like(p) for p in changed], [grads], **SETTINGS)
    end = run_torch([np.zeros_like(p) for p in changed], [grads, more], **SETTINGS)
    expected = [p + b - a for p, a, b in zip(changed, start, end, strict=True)]
    assert_close(optimiser.step(changed, more), expected)


def test_two_optimisers_share_no_state(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    other, optimiser = Adagrad(lr=0.1), Adagrad(**SETTINGS)
    others, actual = draw(rng), params
    for grads in steps_of_grads:
        others = other.step(others, draw(rng))
        actual = optimiser.step(actual, grads)
    assert_close(actual, run_torch(params, steps_of_grads, **SETTINGS))


def test_the_dtype_is_kept(rng):
    params, grads = draw(rng), draw(rng)
    params = [param.astype(np.float32) for param in params]
    grads = [grad.astype(np.float32) for grad in grads]
    expected = run_torch(params, [grads] * 3, **SETTINGS)
    # Where a parameter and its step nearly cancel, float32 leaves few digits.
    assert_close(run(Adagrad(**SETTINGS), params, [grads] * 3), expected, rtol=1e-4)


def test_arrays_in_fortran_order_are_right_too(rng):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    expected = run_torch(params, [grads] * 2, **SETTINGS)
    assert_close(run(Adagrad(**SETTINGS), params, [grads] * 2), expected)


def test_params_and_grads_are_left_unchanged(rng):
    optimiser, params, grads = Adagrad(lr=0.1), draw(rng), draw(rng)
    grads[1] = None
    with unchanged(params, grads):
        optimiser.step(optimiser.step(params, grads), grads)


def test_earlier_results_are_left_unchanged(rng):
    optimiser, grads = Adagrad(lr=0.1), draw(rng)
    first = optimiser.step(draw(rng), grads)
    with unchanged(first):
        optimiser.step(first, grads)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        Adagrad().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


def test_at_a_later_step_another_number_of_gradients_raises_a_value_error():
    optimiser, arrays = Adagrad(), [np.ones(2), np.ones(2)]
    optimiser.step(arrays, arrays)
    with pytest.raises(ValueError):
        optimiser.step(arrays, arrays[:1])


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
        Adagrad().step([np.zeros(of_param)], [np.zeros(of_grad)])


def test_at_a_later_step_a_gradient_of_another_shape_raises_a_value_error():
    optimiser, params = Adagrad(), [np.ones((3, 2))]
    optimiser.step(params, params)
    with pytest.raises(ValueError):
        optimiser.step(params, [np.ones((1, 2))])
