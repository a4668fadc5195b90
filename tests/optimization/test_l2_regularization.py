from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.l2_regularization import l2_gradients, l2_penalty
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

SHAPES = [(4, 3), (4,), (2, 3, 1, 2), (4,), (1, 5), (5, 1), (2, 3, 2), (0, 3), (1, 1), (1,)]
SHAPES += [(1, 1, 4, 1), (1, 2, 1, 2, 2)]
STRENGTHS = [0.0, 1e-4, 0.7, 1.0, 13.0]
SIZES = np.logspace(-100, 100, 41)
NO_WEIGHTS = {
    "no parameters": [],
    "only biases": [np.array([3.0, -4.0]), np.array([1e9])],
    "no entries": [np.zeros((0, 3))],
    "zeros": [np.zeros((2, 3)), np.ones(3)],
}


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def torch_penalty(strength):
    def penalty(*tensors):
        nothing = sum(tensor.sum() for tensor in tensors) * 0.0
        return nothing + 0.5 * strength * sum(w.square().sum() for w in tensors if w.dim() > 1)

    return penalty


def expected_penalty(params, strength):
    return torch_penalty(strength)(*map(torch.tensor, params)).item()


def expected_gradients(params, strength):
    return list(torch_gradients(torch_penalty(strength), params))


# --- The penalty -----------------------------------------------------------------------------


def test_squares_that_sum_to_18_cost_9_times_strength():
    params = [np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([100.0]), np.array([[-2.0]])]
    assert_close(l2_penalty(params, 0.3), 2.7)


@pytest.mark.parametrize("strength", STRENGTHS, ids=str)
def test_the_penalty_agrees_with_torch(rng, strength):
    params = draw(rng)
    expected = expected_penalty(params, strength)
    assert_close(l2_penalty(params, strength), expected)


@pytest.mark.parametrize("params", NO_WEIGHTS.values(), ids=NO_WEIGHTS.keys())
def test_without_weights_there_is_no_cost(params):
    assert_close(l2_penalty([param.copy() for param in params], 0.6), 0.0)


def test_huge_and_tiny_weights_cost_their_squares():
    penalties = [l2_penalty([size * np.array([[1.0, -1.0]])], 0.2) for size in SIZES]
    assert_close(penalties, (0.2 * SIZES**2).tolist())


# --- The gradients ---------------------------------------------------------------------------


def test_each_weight_is_pulled_by_strength_times_itself():
    params = [np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([100.0]), np.array([[-2.0]])]
    expected = [np.array([[0.3, -0.6], [0.9, 0.0]]), np.array([0.0]), np.array([[-0.6]])]
    assert_close(l2_gradients(params, 0.3), expected)


@pytest.mark.parametrize("strength", STRENGTHS, ids=str)
def test_the_gradients_agree_with_torch(rng, strength):
    params = draw(rng)
    expected = expected_gradients(params, strength)
    assert_close(l2_gradients(params, strength), expected)


def test_no_parameters_have_no_gradients():
    assert_close(l2_gradients([], 0.6), [])


def test_huge_and_tiny_weights_are_pulled_alike():
    params = [np.outer(SIZES, [1.0, -1.0, 0.0]), SIZES.copy()]
    expected = [np.outer(SIZES, [0.2, -0.2, 0.0]), np.zeros(41)]
    assert_close(l2_gradients(params, 0.2), expected, atol=0.0)


@pytest.mark.parametrize("strength", [0.4, 0.0], ids=str)
def test_each_gradient_has_the_dtype_of_its_parameter(rng, strength):
    params = draw(rng)
    params[0], params[1] = params[0].astype(np.float32), params[1].astype(np.float32)
    expected = expected_gradients(params, strength)
    assert_close(l2_gradients(params, strength), expected)


# --- Both ------------------------------------------------------------------------------------


def test_both_agree_with_the_reference(rng, reference):
    params = draw(rng, 30.0)
    expected = reference.l2_penalty(params, 0.4), reference.l2_gradients(params, 0.4)
    assert_close((l2_penalty(params, 0.4), l2_gradients(params, 0.4)), expected)


@pytest.mark.parametrize("shapes", [[], [(3,)], [(2, 3)]], ids=["nothing", "a bias", "a weight"])
@pytest.mark.parametrize("strength", [-1.0, -1e-9], ids=str)
def test_a_negative_strength_raises_a_value_error(strength, shapes):
    params = [np.ones(shape) for shape in shapes]
    assert_value_error(l2_penalty, params, strength)
    assert_value_error(l2_gradients, params, strength)


@manners()
def test_manners(rng):
    params = draw(rng)
    return [
        partial(function, params, strength)
        for function in (l2_penalty, l2_gradients)
        for strength in (0.4, 1.0)
    ]


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(rows, columns, depth):
        shapes = (rows, columns), (rows, columns, depth), (rows,)
        return [rng.normal(size=shape) for shape in shapes], 0.4

    assert_vectorized(l2_penalty, draw)
    assert_vectorized(l2_gradients, draw)
