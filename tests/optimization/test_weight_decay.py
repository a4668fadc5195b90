from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.weight_decay import SGD, gap
from kata.testing import assert_close, draw_params, manners, optimizer, take_steps

BOTH = pytest.mark.parametrize("decoupled", [False, True], ids=["coupled", "decoupled"])
SETTINGS = {"lr": 0.2, "momentum": 0.8, "weight_decay": 0.7}


def path_by_torch(params, steps_of_grads, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=True):
    """The parameters after each step."""
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    in_the_gradient = 0.0 if decoupled else weight_decay
    optimizer = torch.optim.SGD(tensors, lr, momentum, weight_decay=in_the_gradient)
    path = []
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
            if decoupled and grad is not None:
                tensor.data.mul_(1 - lr * weight_decay)
        optimizer.step()
        path.append([tensor.detach().numpy().copy() for tensor in tensors])
    return path


def draw(rng, scale=1.0):
    """As draw_params, but the empty one is not the last: neither end of the list tells the gap."""
    return [*draw_params(rng, scale), rng.normal(scale=scale, size=2)]


def gap_by_torch(params, steps_of_grads, *settings):
    paths = [path_by_torch(params, steps_of_grads, *settings, kind) for kind in (False, True)]
    return [
        max(float(abs(a - b).max(initial=0.0)) for a, b in zip(*both, strict=True))
        for both in zip(*paths, strict=True)
    ]


# --- SGD -------------------------------------------------------------------------------------


@BOTH
def test_one_step_worked_out_by_hand(decoupled):
    # p · (1 − 1/2 · 1/5) − 1/2 · g either way
    optimizer = SGD(lr=0.5, momentum=0.9, weight_decay=0.2, decoupled=decoupled)
    new = optimizer.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
    assert_close(new, [np.array([-0.6, 3.8])])


@pytest.mark.parametrize(
    ("decoupled", "expected"), [(False, 2.25), (True, 3.25)], ids=["coupled", "decoupled"]
)
def test_two_steps_worked_out_by_hand(decoupled, expected):
    # Coupled: v = 2 + 4 and p = 8 − 3 = 5; v = 3 + 2.5 and p = 5 − 2.75.
    # Decoupled: v = 2 and p = 6 − 1 = 5; v = 1 and p = 3.75 − 0.5.
    optimizer = SGD(lr=0.5, momentum=0.5, weight_decay=0.5, decoupled=decoupled)
    new = take_steps(optimizer, [np.array([8.0])], [[np.array([2.0])], [np.array([0.0])]])
    assert_close(new, [np.array([expected])])


@BOTH
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lr": 0.0},
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
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(7)]
    settings = settings | {"decoupled": decoupled}
    expected = path_by_torch(params, steps_of_grads, **settings)[-1]
    assert_close(take_steps(SGD(**settings), params, steps_of_grads), expected)


@BOTH
def test_it_agrees_with_the_reference(rng, reference, decoupled):
    params, steps_of_grads = draw_params(rng), [draw_params(rng, scale=100.0) for _ in range(3)]
    settings = SETTINGS | {"decoupled": decoupled}
    expected = take_steps(reference.SGD(**settings), params, steps_of_grads)
    assert_close(take_steps(SGD(**settings), params, steps_of_grads), expected)


@optimizer("SGD", **SETTINGS)
def test_with_coupled_decay_it_is_an_optimizer():
    others = {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.2}
    return (
        partial(SGD, **SETTINGS),
        partial(SGD, **others),
        partial(SGD, **SETTINGS, decoupled=True),
    )


@optimizer()
def test_with_decoupled_decay_it_is_an_optimizer():
    return [partial(SGD, **SETTINGS, decoupled=True)]


@optimizer("SGD", lr=0.2, momentum=0.8)
def test_without_decay_it_is_an_optimizer():
    return [partial(SGD, lr=0.2, momentum=0.8)]


# --- Where they part -------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gap_worked_out_by_hand(dtype):
    # Coupled, 8 becomes 5 and 2.25, decoupled 5 and 3.25; −16 becomes −11, then −5.75 or −7.75.
    params = [np.array([8.0], dtype), np.array([[-16.0]], dtype)]
    steps_of_grads = [[0.25 * params[0], 0.125 * params[1]], [0.0 * param for param in params]]
    assert_close(gap(params, steps_of_grads, 0.5, 0.5, 0.5), [0.0, 2.0])


@pytest.mark.parametrize(
    "settings",
    [
        *[(0.2, 0.8, 0.7), (0.05, 0.9, 0.1), (0.6, 0.3, 2.5)],
        *[(0.3, 0.5, 0.0), (0.3, 0.0, 0.6), (0.0, 0.8, 0.7)],
    ],
    ids=str,
)
def test_the_gap_agrees_with_torch(rng, settings):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(6)]
    expected = gap_by_torch(params, steps_of_grads, *settings)
    # A gap of 0 may come out as a rounding error of either run.
    assert_close(gap(params, steps_of_grads, *settings), expected, atol=1e-12)


def test_a_gap_counts_parameters_whose_gradients_may_be_none(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(4)]
    steps_of_grads[1][0] = None
    steps_of_grads[3] = [None] * len(params)
    expected = gap_by_torch(params, steps_of_grads, 0.2, 0.8, 0.7)
    assert_close(gap(params, steps_of_grads, 0.2, 0.8, 0.7), expected, atol=1e-12)


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


def test_a_tiny_gap_is_told(rng):
    params, steps_of_grads = draw(rng), [draw(rng) for _ in range(3)]
    small, *smaller = ([2.0**-60 * array for array in a] for a in (params, *steps_of_grads))
    # The first gap, of 0, may be a rounding error.
    _, *expected = gap_by_torch(small, smaller, 0.2, 0.8, 0.7)
    _, *actual = gap(small, smaller, 0.2, 0.8, 0.7)
    assert_close(actual, expected, atol=0.0)


def test_from_parameters_of_0_the_gap_opens_at_the_third_step():
    # Both kinds lead to −4, then to −5, and part there.
    steps_of_grads = [[np.array([8.0])], *[[np.zeros(1)]] * 3]
    expected = gap_by_torch([np.zeros(1)], steps_of_grads, 0.5, 0.5, 0.5)
    assert_close(gap([np.zeros(1)], steps_of_grads, 0.5, 0.5, 0.5), expected)


@manners(dtypes=())
def test_manners_of_gap(rng):
    params, *steps_of_grads = (draw_params(rng)[:2] for _ in range(3))
    call = partial(gap, params, steps_of_grads)
    settings = [(0.2, 0.8, 0.7), (0.1, 0.8, 0.7), (0.2, 0.5, 0.7), (0.2, 0.8, 0.3)]
    return [partial(call, *one) for one in settings]
