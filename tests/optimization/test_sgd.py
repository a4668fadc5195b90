import numpy as np
import pytest
import torch

from exercises.optimization.sgd import SGD, epoch
from kata.testing import assert_close, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def run(optimiser, params, steps_of_grads):
    for grads in steps_of_grads:
        params = optimiser.step(params, grads)
    return params


def run_torch(params, steps_of_grads, **settings):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    optimiser = torch.optim.SGD(tensors, **settings)
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        optimiser.step()
    return [tensor.detach().numpy() for tensor in tensors]


# --- SGD -------------------------------------------------------------------------------------


def test_one_step_worked_out_by_hand():
    params, grads = (
        [np.array([1.0, 2.0]), np.array([[8.0]])],
        [np.array([3.0, -4.0]), np.ones((1, 1))],
    )
    assert_close(SGD(lr=0.5).step(params, grads), [np.array([-0.5, 4.0]), np.array([[7.5]])])


@pytest.mark.parametrize("settings", [{}, {"lr": 0.3}, {"lr": 2.5}], ids=str)
def test_seven_steps_agree_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(7)]
    expected = run_torch(params, steps_of_grads, **settings)
    assert_close(run(SGD(**settings), params, steps_of_grads), expected)


def test_it_agrees_with_the_reference(rng, reference):
    params, steps_of_grads = draw(rng), [draw(rng, scale=100.0) for _ in range(3)]
    expected = run(reference.SGD(lr=0.1), params, steps_of_grads)
    assert_close(run(SGD(lr=0.1), params, steps_of_grads), expected)


def test_a_gradient_of_zero_moves_nothing(rng):
    params = draw(rng)
    steps_of_grads = [draw(rng), [np.zeros(shape) for shape in SHAPES]]
    assert_close(
        run(SGD(0.3), params, steps_of_grads), run_torch(params, steps_of_grads[:1], lr=0.3)
    )


def test_a_step_is_as_long_as_the_gradient_says():
    new = SGD(lr=0.5).step([np.zeros(4)], [np.array([1e-6, 1.0, -1e3, 1e6])])
    assert_close(new, [np.array([-5e-7, -0.5, 5e2, -5e5])], atol=0.0)


def test_the_learning_rate_may_be_assigned_between_steps():
    optimiser, params, grads = SGD(lr=0.5), [np.array([8.0, 0.0])], [np.array([2.0, -4.0])]
    params = optimiser.step(params, grads)
    optimiser.lr = 0.25
    params = optimiser.step(params, grads)
    assert_close(params, [np.array([6.5, 3.0])])


def test_the_next_step_may_be_given_other_parameters(rng):
    optimiser = SGD(lr=0.3)
    optimiser.step([np.ones((2, 3)), np.ones(4)], [np.ones((2, 3)), None])
    params, grads = draw(rng), draw(rng)
    assert_close(optimiser.step(params, grads), run_torch(params, [grads], lr=0.3))


def test_a_gradient_of_none_leaves_its_parameter_as_it_is(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[0][0] = None
    steps_of_grads[2][1] = None
    expected = run_torch(params, steps_of_grads, lr=0.3)
    assert_close(run(SGD(lr=0.3), params, steps_of_grads), expected)


def test_where_all_gradients_are_none_all_parameters_stay(rng):
    params = draw(rng)
    assert_close(SGD(lr=0.3).step(params, [None] * len(params)), params)


def test_two_optimisers_share_no_learning_rate(rng):
    params, grads = draw(rng), draw(rng)
    optimiser, other = SGD(lr=0.3), SGD(lr=0.1)
    other.lr = 0.2
    assert_close(optimiser.step(params, grads), run_torch(params, [grads], lr=0.3))


def test_the_dtypes_are_kept(rng):
    params, grads = draw(rng), draw(rng)
    for i in (0, 2, 4):
        params[i], grads[i] = params[i].astype(np.float32), grads[i].astype(np.float32)
    grads[2] = None
    assert_close(run(SGD(lr=0.3), params, [grads] * 3), run_torch(params, [grads] * 3, lr=0.3))


def test_arrays_in_fortran_order_are_right_too(rng):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    assert_close(SGD(lr=0.3).step(params, grads), run_torch(params, [grads], lr=0.3))


def test_params_and_grads_are_left_unchanged(rng):
    optimiser, params, grads = SGD(lr=0.1), draw(rng), draw(rng)
    grads[1] = None
    with unchanged(params, grads):
        optimiser.step(optimiser.step(params, grads), grads)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        SGD().step([np.zeros(2)] * n_params, [np.zeros(2)] * n_grads)


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
        SGD().step([np.zeros(4), np.zeros(of_param)], [np.zeros(4), np.zeros(of_grad)])


# --- An epoch --------------------------------------------------------------------------------


def draw_batches(rng, sizes=(4, 4, 3)):
    return [(rng.normal(size=(size, 3)), rng.normal(size=(size, 2))) for size in sizes]


def draw_params(rng):
    return [rng.normal(size=(3, 2)), rng.normal(size=2)]


def linear_gradients(params, x, y):
    """The gradients of the mean squared error of x w + b against y."""
    w, b = params
    error = 2 * (x @ w + b - y) / y.size
    return [x.T @ error, error.sum(axis=0)]


def epoch_by_torch(params, batches, lr):
    w, b = (torch.tensor(param, requires_grad=True) for param in params)
    optimiser = torch.optim.SGD([w, b], lr)
    for x, y in batches:
        optimiser.zero_grad()
        loss = torch.nn.functional.mse_loss(torch.tensor(x) @ w + b, torch.tensor(y))
        loss.backward()
        optimiser.step()
    return [w.detach().numpy(), b.detach().numpy()]


def towards_the_mean(params, x, y):
    return [params[0] - x.mean(axis=0)]


def test_an_epoch_worked_out_by_hand():
    # Half the way from 0 to 4, then half the way from 2 to 8.
    batches = [(np.array([[3.0], [5.0]]), np.zeros(2)), (np.array([[8.0]]), np.zeros(1))]
    assert_close(epoch([np.array([0.0])], batches, towards_the_mean, 0.5), [np.array([5.0])])


@pytest.mark.parametrize("lr", [0.01, 0.3], ids=str)
@pytest.mark.parametrize("sizes", [(4, 4, 3), (5,), (1, 1, 1, 1, 1, 1), (2, 6)], ids=str)
def test_an_epoch_agrees_with_torch(rng, sizes, lr):
    params, batches = draw_params(rng), draw_batches(rng, sizes)
    expected = epoch_by_torch(params, batches, lr)
    assert_close(epoch(params, batches, linear_gradients, lr), expected)


def test_an_epoch_agrees_with_the_reference(rng, reference):
    params, batches = draw_params(rng), draw_batches(rng)
    expected = reference.epoch(params, batches, linear_gradients, 0.2)
    assert_close(epoch(params, batches, linear_gradients, 0.2), expected)


def test_without_batches_the_parameters_stay(rng):
    params = draw_params(rng)
    assert_close(epoch(params, [], linear_gradients, 0.3), params)


def test_a_second_epoch_goes_on_where_the_first_has_ended(rng):
    params, batches = draw_params(rng), draw_batches(rng)
    once = epoch(params, batches, linear_gradients, 0.2)
    twice = epoch(once, batches, linear_gradients, 0.2)
    assert_close(twice, epoch_by_torch(params, batches * 2, 0.2))


def test_gradients_are_asked_for_once_for_each_batch(rng):
    params, batches, asked = draw_params(rng), draw_batches(rng), []

    def gradients(params, x, y):
        asked.append((x.copy(), y.copy()))
        return linear_gradients(params, x, y)

    epoch(params, batches, gradients, 0.2)
    assert_close(asked, batches)


def test_gradients_are_asked_for_a_list_of_the_newest_parameters(rng):
    params, batches, asked = draw_params(rng), draw_batches(rng), []

    def gradients(params, x, y):
        asked.append([param.copy() for param in params])
        assert_close(type(params).__name__, "list")
        return linear_gradients(params, x, y)

    last = epoch(params, batches, gradients, 0.2)
    expected = [epoch_by_torch(params, batches[:done], 0.2) for done in range(4)]
    assert_close([*asked, last], expected)


def test_a_parameter_without_a_gradient_stays_while_others_move(rng):
    params, batches = draw_params(rng), draw_batches(rng)

    def of_w_alone(params, x, y):
        return [linear_gradients(params, x, y)[0], None]

    w = params[0]
    for x, y in batches:
        w = w - 0.2 * linear_gradients([w, params[1]], x, y)[0]
    assert_close(epoch(params, batches, of_w_alone, 0.2), [w, params[1]])


def test_an_epoch_leaves_its_arguments_unchanged(rng):
    params, batches = draw_params(rng), draw_batches(rng)
    with unchanged(params, batches):
        epoch(params, batches, linear_gradients, 0.2)
