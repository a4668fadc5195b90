import numpy as np
import pytest
import torch

from exercises.optimization.nesterov import Nesterov, look_ahead
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]


def torch_optimiser(tensors, lr, momentum):
    # Without momentum torch will not call it Nesterov's.
    return torch.optim.SGD(tensors, lr, momentum, nesterov=momentum > 0)


# --- Looking ahead ---------------------------------------------------------------------------


def slope(point):
    """A slope that differs from place to place, and with every row of the point."""
    return np.tanh(2.0 * point - 1.0) + 0.3 * point[::-1]


def look_ahead_by_torch(x, gradient, lr, momentum, steps):
    """x and u from torch, whose parameter is the point ahead: p = x + momentum · u, u = −lr · v."""
    tensor = torch.tensor(x, requires_grad=True)
    optimiser = torch_optimiser([tensor], lr, momentum)
    v = torch.zeros_like(tensor)
    for _ in range(steps):
        tensor.grad = torch.tensor(gradient(tensor.detach().numpy()))
        optimiser.step()
        v = optimiser.state[tensor]["momentum_buffer"] if momentum else tensor.grad
    u = -lr * v
    return (tensor.detach() - momentum * u).detach().numpy(), u.detach().numpy()


def test_two_steps_of_look_ahead_worked_out_by_hand():
    # The slope is the point itself. u is −4, so x is 4; at 4 − 2 = 2, u becomes −2 − 1.
    actual = look_ahead(np.array([8.0]), lambda point: 1.0 * point, 0.5, 0.5, 2)
    assert_close(actual, (np.array([1.0]), np.array([-3.0])))


SETTINGS = pytest.mark.parametrize(
    ("lr", "momentum"),
    [(0.1, 0.9), (0.4, 0.5), (0.05, 0.3), (0.2, 0.0), (0.1, 0.99)],
    ids=str,
)


@SETTINGS
@pytest.mark.parametrize("steps", [1, 2, 7], ids=str)
@pytest.mark.parametrize("shape", [(3, 2), (5,), (2, 1, 3)], ids=str)
def test_look_ahead_agrees_with_torch(rng, shape, steps, lr, momentum):
    x = rng.normal(size=shape)
    expected = look_ahead_by_torch(x, slope, lr, momentum, steps)
    # Where torch's point and its way there are taken apart again, a digit is lost.
    assert_close(look_ahead(x, slope, lr, momentum, steps), expected, atol=1e-12)


def test_look_ahead_agrees_with_the_reference(rng, reference):
    x = rng.normal(size=(4, 3))
    expected = reference.look_ahead(x, slope, 0.2, 0.8, 5)
    assert_close(look_ahead(x, slope, 0.2, 0.8, 5), expected)


def test_no_steps_lead_nowhere(rng):
    x = rng.normal(size=(2, 3))
    assert_close(look_ahead(x, slope, 0.2, 0.8, 0), (x, np.zeros((2, 3))))


def test_the_slope_is_measured_ahead_and_once_for_each_step():
    asked = []

    def gradient(point):
        asked.append(point.copy())
        return 1.0 * point

    look_ahead(np.array([8.0]), gradient, 0.5, 0.5, 3)
    # x is 8, 4, 1 and u is 0, −4, −3.
    assert_close(asked, [np.array([8.0]), np.array([2.0]), np.array([-0.5])])


def test_on_a_steady_slope_the_moves_grow_towards_a_limit():
    # lr · slope is 1, so the moves are 1, 1.5, 1.75.
    actual = look_ahead(np.zeros(2), lambda point: np.array([4.0, -4.0]), 0.25, 0.5, 3)
    assert_close(actual, (np.array([-4.25, 4.25]), np.array([-1.75, 1.75])))


def test_look_ahead_keeps_the_dtype(rng):
    # Small whole numbers and powers of 2, which float32 holds exactly.
    x = rng.integers(-8, 9, size=(3, 2)).astype(np.float32)

    def gradient(point):
        return 2 * point + 1

    expected = look_ahead_by_torch(x, gradient, 0.25, 0.5, 3)
    assert_close(look_ahead(x, gradient, 0.25, 0.5, 3), expected)


def test_look_ahead_leaves_x_unchanged(rng):
    x = rng.normal(size=(3, 2))
    with unchanged(x):
        look_ahead(x, slope, 0.2, 0.8, 3)


# --- The optimiser ---------------------------------------------------------------------------


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, lr=0.001, momentum=0.9, lrs=None):
    """The parameters after all steps; `lrs` are the learning rates of steps that differ in it."""
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    optimiser = torch_optimiser(tensors, lr, momentum)
    for step, grads in enumerate(steps_of_grads):
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        optimiser.param_groups[0]["lr"] = lrs[step] if lrs else lr
        optimiser.step()
    return [tensor.detach().numpy() for tensor in tensors]


def test_the_first_step_is_longer_than_that_of_plain_gradient_descent():
    new = Nesterov(lr=0.5, momentum=0.5).step([np.array([1.0, 2.0])], [np.array([4.0, -8.0])])
    assert_close(new, [np.array([1.0 - 1.5 * 2.0, 2.0 + 1.5 * 4.0])])


def test_three_steps_worked_out_by_hand():
    # v is 8, then 4 + 2 = 6, then 3 − 1 = 2, so g + v / 2 is 12, then 5, then 0.
    steps_of_grads = [[np.array([8.0])], [np.array([2.0])], [np.array([-1.0])]]
    new = run(Nesterov(lr=0.25, momentum=0.5), [np.array([10.0])], steps_of_grads)
    assert_close(new, [np.array([10.0 - 3.0 - 1.25])])


@pytest.mark.parametrize(("lr", "momentum"), [(0.1, 0.9), (0.4, 0.5), (0.2, 0.0)], ids=str)
def test_its_parameter_is_always_the_point_ahead(rng, lr, momentum):
    x = rng.normal(size=(3, 2))
    optimiser, params, u = Nesterov(lr, momentum), [x], np.zeros((3, 2))
    path, expected = [], []
    for _ in range(5):
        params = optimiser.step(params, [slope(params[0])])
        path += params
        u = momentum * u - lr * slope(x + momentum * u)
        x = x + u
        expected.append(x + momentum * u)
    assert_close(path, expected)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.3},
        {"momentum": 0.5},
        {"lr": 0.3, "momentum": 0.7},
        {"lr": 1.7, "momentum": 0.2},
        {"lr": 0.1, "momentum": 0.0},
        {"lr": 0.1, "momentum": 0.99},
    ],
    ids=str,
)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(Nesterov(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=100.0) for _ in range(3)]
    expected = run(reference.Nesterov(0.1, 0.6), params, steps_of_grads)
    assert_close(run(Nesterov(0.1, 0.6), params, steps_of_grads), expected)


def test_steady_gradients_lead_to_steps_that_grow_towards_a_limit():
    # lr · g is 1, so the moves are 1 + 1/2, 1 + 3/4, …; they come up to 1 / (1 − momentum) = 2.
    optimiser, params = Nesterov(lr=0.25, momentum=0.5), [np.array([0.0])]
    path = []
    for _ in range(4):
        params = optimiser.step(params, [np.array([-4.0])])
        path += params
    assert_close(path, [np.array([total]) for total in (1.5, 3.25, 5.125, 7.0625)])


def test_after_a_zero_gradient_it_still_moves_by_what_it_remembers():
    # v is 8, 4, 2, so g + v / 2 is 12, 2, 1.
    steps_of_grads = [[np.array([8.0, -4.0])], [np.zeros(2)], [np.zeros(2)]]
    new = run(Nesterov(lr=0.5, momentum=0.5), [np.zeros(2)], steps_of_grads)
    assert_close(new, [np.array([-7.5, 3.75])])


def test_a_zero_gradient_moves_nothing_at_first():
    assert_close(Nesterov().step([np.ones((2, 3))], [np.zeros((2, 3))]), [np.ones((2, 3))])


def test_a_new_learning_rate_holds_for_the_whole_of_the_next_step(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    lrs = [0.3, 0.03, 0.0, 0.8]
    optimiser, actual = Nesterov(momentum=0.7), params
    for lr, grads in zip(lrs, steps_of_grads, strict=True):
        optimiser.lr = lr
        actual = optimiser.step(actual, grads)
    assert_close(actual, run_torch(params, steps_of_grads, momentum=0.7, lrs=lrs))


def test_a_gradient_of_none_leaves_its_parameter_and_state_alone(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(5)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    expected = run_torch(params, steps_of_grads, 0.2, 0.8)
    assert_close(run(Nesterov(0.2, 0.8), params, steps_of_grads), expected)


def test_two_steps_without_any_gradient_change_nothing(rng):
    params, (first, last), none = draw(rng), (draw(rng), draw(rng)), [None] * len(SHAPES)
    expected = run_torch(params, [first, last], 0.2, 0.8)
    assert_close(run(Nesterov(0.2, 0.8), params, [none, first, none, none, last]), expected)


def test_values_that_were_changed_between_two_steps_are_taken_as_they_are():
    optimiser = Nesterov(lr=0.5, momentum=0.5)
    optimiser.step([np.array([1.0])], [np.array([4.0])])
    # v is 4 again, so the step is half of 2 + 2.
    assert_close(optimiser.step([np.array([10.0])], [np.array([2.0])]), [np.array([8.0])])


def test_two_optimisers_share_no_state(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    other, optimiser = Nesterov(0.1, 0.9), Nesterov(0.2, 0.8)
    others, actual = draw(rng), params
    for grads in steps_of_grads:
        others = other.step(others, draw(rng))
        actual = optimiser.step(actual, grads)
    assert_close(actual, run_torch(params, steps_of_grads, 0.2, 0.8))


def test_the_dtypes_are_kept(rng):
    # Small whole numbers and powers of 2, which float32 holds exactly.
    dtypes = list(zip(SHAPES, "fdfdf", strict=True))
    params, *steps_of_grads = (
        [rng.integers(-8, 9, size=shape).astype(dtype) for shape, dtype in dtypes] for _ in range(4)
    )
    steps_of_grads[0][2] = None
    expected = run_torch(params, steps_of_grads, 0.25, 0.5)
    assert_close(run(Nesterov(0.25, 0.5), params, steps_of_grads), expected)


def test_arrays_in_fortran_order_are_right_too(rng):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    expected = run_torch(params, [grads] * 2, 0.2, 0.8)
    assert_close(run(Nesterov(0.2, 0.8), params, [grads] * 2), expected)


def test_params_and_grads_are_left_unchanged(rng):
    optimiser, params, grads = Nesterov(0.2, 0.8), draw(rng), draw(rng)
    others = draw(rng)
    others[1] = None
    with unchanged(params, grads, others):
        run(optimiser, params, [grads, others, grads])


def test_earlier_results_are_left_unchanged(rng):
    optimiser, grads = Nesterov(0.2, 0.8), draw(rng)
    first = optimiser.step(draw(rng), grads)
    with unchanged(first):
        optimiser.step(first, grads)


def test_the_caller_may_write_into_its_arrays_after_a_step(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    expected = run_torch(params, steps_of_grads, 0.2, 0.8)
    optimiser = Nesterov(0.2, 0.8)
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
        Nesterov().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


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
        Nesterov().step([np.zeros(4), np.zeros(of_param)], [np.zeros(4), np.zeros(of_grad)])


def test_at_a_later_step_another_number_of_gradients_raises_a_value_error():
    optimiser, arrays = Nesterov(), [np.ones(2), np.ones(2)]
    optimiser.step(arrays, arrays)
    with pytest.raises(ValueError):
        optimiser.step(arrays, arrays[:1])


def test_at_a_later_step_a_gradient_of_another_shape_raises_a_value_error():
    optimiser, params = Nesterov(), [np.ones((3, 2))]
    optimiser.step(params, params)
    with pytest.raises(ValueError):
        optimiser.step(params, [np.ones((1, 2))])
