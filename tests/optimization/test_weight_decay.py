import numpy as np
import pytest
import torch

from exercises.optimization.weight_decay import SGD, gap
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]
BOTH = pytest.mark.parametrize("decoupled", [False, True], ids=["coupled", "decoupled"])
SETTINGS = {"lr": 0.2, "momentum": 0.8, "weight_decay": 0.7}


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
    """The parameters after each step."""
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    in_the_gradient = 0.0 if decoupled else weight_decay
    optimiser = torch.optim.SGD(tensors, lr, momentum, weight_decay=in_the_gradient)
    states = []
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
            if decoupled and grad is not None:
                tensor.data.mul_(1 - lr * weight_decay)
        optimiser.step()
        states.append([tensor.detach().numpy().copy() for tensor in tensors])
    return states


def torch_gap(params, steps_of_grads, **settings):
    coupled = run_torch(params, steps_of_grads, **settings)
    decoupled = run_torch(params, steps_of_grads, **settings, decoupled=True)
    return [
        max(float(abs(a - b).max(initial=0.0)) for a, b in zip(one, other, strict=True))
        for one, other in zip(coupled, decoupled, strict=True)
    ]


# --- SGD -------------------------------------------------------------------------------------


@BOTH
def test_one_step_worked_out_by_hand(decoupled):
    # p · (1 − 1/2 · 1/5) − 1/2 · g either way
    optimiser = SGD(lr=0.5, momentum=0.9, weight_decay=0.2, decoupled=decoupled)
    new = optimiser.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([-0.6, 3.8])])


@pytest.mark.parametrize(
    ("decoupled", "expected"), [(False, 2.25), (True, 3.25)], ids=["coupled", "decoupled"]
)
def test_two_steps_worked_out_by_hand(decoupled, expected):
    # Coupled: v = 2 + 4 and p = 8 − 3 = 5; v = 3 + 2.5 and p = 5 − 2.75.
    # Decoupled: v = 2 and p = 6 − 1 = 5; v = 1 and p = 3.75 − 0.5.
    optimiser = SGD(lr=0.5, momentum=0.5, weight_decay=0.5, decoupled=decoupled)
    new = run(optimiser, [np.array([8.0])], [[np.array([2.0])], [np.array([0.0])]])
    assert_close(new, [np.array([expected])])


@BOTH
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.3},
        {"lr": 0.3, "weight_decay": 0.6},
        {"lr": 0.3, "momentum": 0.6},
        {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01},
        {"lr": 0.2, "momentum": 0.7, "weight_decay": 1.3},
        {"lr": 0.6, "momentum": 0.3, "weight_decay": 2.5},
        {"momentum": 0.9, "weight_decay": 9.0},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings, decoupled):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings, decoupled=decoupled)[-1]
    assert_close(run(SGD(**settings, decoupled=decoupled), params, steps_of_grads), expected)


def test_decay_is_coupled_unless_told(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    expected = run_torch(params, steps_of_grads, **SETTINGS)[-1]
    assert_close(run(SGD(**SETTINGS), params, steps_of_grads), expected)


@BOTH
def test_it_agrees_with_the_reference(rng, reference, decoupled):
    params, steps_of_grads = draw(rng), [draw(rng, scale=100.0) for _ in range(3)]
    expected = run(reference.SGD(**SETTINGS, decoupled=decoupled), params, steps_of_grads)
    assert_close(run(SGD(**SETTINGS, decoupled=decoupled), params, steps_of_grads), expected)


@BOTH
def test_without_momentum_it_is_the_same_as_the_other_decay(rng, decoupled):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    settings = {"lr": 0.3, "weight_decay": 0.6}
    other = run_torch(params, steps_of_grads, **settings, decoupled=not decoupled)[-1]
    assert_close(run(SGD(**settings, decoupled=decoupled), params, steps_of_grads), other)


def test_without_gradients_decoupled_decay_is_the_same_for_any_momentum():
    zeros = [[np.zeros(2)]] * 3
    new = run(SGD(0.5, 0.9, 0.4, decoupled=True), [np.array([1000.0, -500.0])], zeros)
    assert_close(new, [np.array([512.0, -256.0])])


def test_without_gradients_coupled_decay_gathers_speed():
    # v is 400, then 360 + 320 = 680.
    new = run(SGD(0.5, 0.9, 0.4), [np.array([1000.0])], [[np.zeros(1)]] * 2)
    assert_close(new, [np.array([460.0])])


@BOTH
def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers(rng, decoupled):
    params, grads = draw(rng), draw(rng)
    steps_of_grads = [grads, [np.zeros_like(grad) for grad in grads]]
    expected = run_torch(params, steps_of_grads, **SETTINGS, decoupled=decoupled)[-1]
    assert_close(run(SGD(**SETTINGS, decoupled=decoupled), params, steps_of_grads), expected)


@BOTH
def test_a_gradient_of_none_leaves_its_parameter_and_state_alone(rng, decoupled):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    expected = run_torch(params, steps_of_grads, **SETTINGS, decoupled=decoupled)[-1]
    assert_close(run(SGD(**SETTINGS, decoupled=decoupled), params, steps_of_grads), expected)


@pytest.mark.parametrize(
    ("decoupled", "expected"), [(False, 6.5), (True, 7.0)], ids=["coupled", "decoupled"]
)
def test_values_that_were_changed_between_two_steps_are_taken_as_they_are(decoupled, expected):
    optimiser = SGD(lr=0.5, momentum=0.5, weight_decay=0.4, decoupled=decoupled)
    optimiser.step([np.array([5.0])], [np.array([2.0])])
    # Coupled, v is 4, then 2 + 1 + 4 = 7; decoupled, it is 2, then 1 + 1 = 2.
    assert_close(optimiser.step([np.array([10.0])], [np.array([1.0])]), [np.array([expected])])


def test_two_optimisers_share_no_state(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    other, optimiser = SGD(0.1, 0.9, 0.3, decoupled=True), SGD(**SETTINGS)
    others, actual = draw(rng), params
    for grads in steps_of_grads:
        others = other.step(others, draw(rng))
        actual = optimiser.step(actual, grads)
    assert_close(actual, run_torch(params, steps_of_grads, **SETTINGS)[-1])


@BOTH
def test_the_dtype_is_kept(rng, decoupled):
    params, grads = draw(rng), draw(rng)
    params = [param.astype(np.float32) for param in params]
    grads = [grad.astype(np.float32) for grad in grads]
    actual = run(SGD(**SETTINGS, decoupled=decoupled), params, [grads] * 3)
    expected = run_torch(params, [grads] * 3, **SETTINGS, decoupled=decoupled)[-1]
    # Where the terms nearly cancel, float32 leaves few digits.
    assert_close(actual, expected, rtol=1e-4)


@BOTH
def test_arrays_in_fortran_order_are_right_too(rng, decoupled):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    actual = run(SGD(**SETTINGS, decoupled=decoupled), params, [grads] * 2)
    expected = run_torch(params, [grads] * 2, **SETTINGS, decoupled=decoupled)[-1]
    assert_close(actual, expected)


@BOTH
@pytest.mark.parametrize("momentum", [0.0, 0.8], ids=str)
def test_params_and_grads_are_left_unchanged(rng, momentum, decoupled):
    optimiser = SGD(0.2, momentum, 0.7, decoupled)
    params, grads = draw(rng), draw(rng)
    grads[1] = None
    with unchanged(params, grads):
        optimiser.step(optimiser.step(params, grads), grads)


@BOTH
def test_earlier_results_are_left_unchanged(rng, decoupled):
    optimiser, grads = SGD(**SETTINGS, decoupled=decoupled), draw(rng)
    first = optimiser.step(draw(rng), grads)
    with unchanged(first):
        optimiser.step(first, grads)


@BOTH
def test_the_caller_may_write_into_its_arrays_after_a_step(rng, decoupled):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    expected = run_torch(params, steps_of_grads, **SETTINGS, decoupled=decoupled)[-1]
    optimiser = SGD(**SETTINGS, decoupled=decoupled)
    for grads in steps_of_grads:
        new = optimiser.step(params, grads)
        kept = [array.copy() for array in new]
        for array in (*params, *grads, *new):
            array[...] = 1000.0
        params = kept
    assert_close(params, expected)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        SGD().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


@BOTH
@pytest.mark.parametrize(
    ("of_param", "of_grad"),
    [
        ((3, 2), (2,)),
        ((3, 2), (2, 3)),
        ((3, 2), (1, 2)),
        ((3, 1), (1, 3)),
        ((3, 1), (3,)),
        ((3,), (3, 1)),
    ],
    ids=str,
)
def test_a_gradient_of_another_shape_raises_a_value_error(of_param, of_grad, decoupled):
    with pytest.raises(ValueError):
        SGD(decoupled=decoupled).step([np.zeros(of_param)], [np.zeros(of_grad)])


def test_at_a_later_step_another_number_of_gradients_raises_a_value_error():
    optimiser, arrays = SGD(), [np.ones(2), np.ones(2)]
    optimiser.step(arrays, arrays)
    with pytest.raises(ValueError):
        optimiser.step(arrays, arrays[:1])


def test_at_a_later_step_a_gradient_of_another_shape_raises_a_value_error():
    optimiser, params = SGD(), [np.ones((3, 2))]
    optimiser.step(params, params)
    with pytest.raises(ValueError):
        optimiser.step(params, [np.ones((1, 2))])


# --- Where they part -------------------------------------------------------------------------


def test_the_gap_worked_out_by_hand():
    # Coupled, 8 becomes 5 and 2.25, decoupled 5 and 3.25; −16 becomes −11, then −5.75 or −7.75.
    params = [np.array([8.0]), np.array([[-16.0]])]
    steps_of_grads = [[np.array([2.0]), np.array([[-2.0]])], [np.zeros(1), np.zeros((1, 1))]]
    assert_close(gap(params, steps_of_grads, 0.5, 0.5, 0.5), [0.0, 2.0])


@pytest.mark.parametrize(
    ("lr", "momentum", "weight_decay"),
    [(0.2, 0.8, 0.7), (0.05, 0.9, 0.1), (0.6, 0.3, 2.5), (0.3, 0.5, 0.0)],
    ids=str,
)
def test_the_gap_agrees_with_torch(rng, lr, momentum, weight_decay):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(6)]
    expected = torch_gap(
        params, steps_of_grads, lr=lr, momentum=momentum, weight_decay=weight_decay
    )
    # A gap of 0 may come out as a rounding error of either run.
    assert_close(gap(params, steps_of_grads, lr, momentum, weight_decay), expected, atol=1e-12)


def test_there_is_no_gap_without_momentum(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(5)]
    assert_close(gap(params, steps_of_grads, 0.3, 0.0, 0.6), [0.0] * 5, atol=1e-12)


def test_with_momentum_the_gap_opens_at_the_second_step(rng):
    params, grads = draw(rng), draw(rng)
    first, second = gap(params, [grads, grads], 0.2, 0.8, 0.7)
    assert_close(first, 0.0, atol=1e-12)
    # Coupled decay is remembered: once more lr · momentum · weight_decay · p.
    largest = max(float(abs(param).max(initial=0.0)) for param in params)
    assert_close(second, 0.2 * 0.8 * 0.7 * largest)


def test_a_gap_counts_parameters_whose_gradients_may_be_none(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[1][0] = None
    steps_of_grads[3] = [None] * len(params)
    actual = gap(params, steps_of_grads, 0.2, 0.8, 0.7)
    assert_close(actual, torch_gap(params, steps_of_grads, **SETTINGS), atol=1e-12)


@pytest.mark.parametrize(
    ("params", "steps_of_grads", "expected"),
    [
        pytest.param([np.ones(3)], [], [], id="no steps"),
        pytest.param([], [[], []], [0.0, 0.0], id="no parameters"),
        pytest.param([np.ones((0, 2))], [[np.ones((0, 2))]], [0.0], id="no entries"),
    ],
)
def test_without_anything_to_differ_there_is_no_gap(params, steps_of_grads, expected):
    assert_close(gap(params, steps_of_grads, 0.2, 0.8, 0.7), expected)


def test_the_gap_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=9.0) for _ in range(3)]
    expected = reference.gap(params, steps_of_grads, 0.1, 0.9, 0.4)
    assert_close(gap(params, steps_of_grads, 0.1, 0.9, 0.4), expected, atol=1e-12)


def test_gap_leaves_its_arguments_unchanged(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    with unchanged(params, steps_of_grads):
        gap(params, steps_of_grads, 0.2, 0.8, 0.7)
