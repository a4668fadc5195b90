import numpy as np
import pytest
import torch

from exercises.optimization.l2_regularization import l2_gradients, l2_penalty
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

SHAPES = [(4, 3), (4,), (2, 3, 1, 2), (3,), (1, 5), (5, 1), (2, 3, 2), (0, 3), (1, 1), (1,)]


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


@pytest.mark.parametrize("strength", [0.0, 1e-4, 0.7, 1.0, 13.0], ids=str)
def test_the_penalty_agrees_with_torch(rng, strength):
    params = draw(rng)
    assert_close(l2_penalty(params, strength), expected_penalty(params, strength))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (2, 3, 2), (1, 1, 4, 1)], ids=str)
def test_a_weight_of_any_shape_counts(rng, shape):
    params = [rng.normal(size=shape)]
    assert_close(l2_penalty(params, 0.6), expected_penalty(params, 0.6))


def test_biases_cost_nothing():
    assert_close(l2_penalty([np.array([3.0, -4.0]), np.array([1e9]), np.ones(5)], 0.6), 0.0)


@pytest.mark.parametrize("params", [[], [np.zeros((0, 3))]], ids=["no parameters", "no entries"])
def test_no_weights_cost_nothing(params):
    assert_close(l2_penalty(params, 0.6), 0.0)


def test_the_penalty_agrees_with_the_reference(rng, reference):
    params = draw(rng, 30.0)
    assert_close(l2_penalty(params, 0.4), reference.l2_penalty(params, 0.4))


def test_huge_and_tiny_weights_cost_their_squares():
    assert_close(l2_penalty([np.array([[3e100, -4e100]])], 0.2), 2.5e200)
    assert_close(l2_penalty([np.array([[3e-100], [-4e-100]])], 0.2), 2.5e-200)


def test_the_penalty_is_right_in_fortran_order_too(rng):
    params = [np.asfortranarray(param) for param in draw(rng)]
    assert_close(l2_penalty(params, 0.4), expected_penalty(params, 0.4))


def test_the_penalty_of_float32_is_a_float(rng):
    params = [param.astype(np.float32) for param in draw(rng)]
    # The squares may be summed in float32.
    assert_close(l2_penalty(params, 0.4), expected_penalty(params, 0.4), rtol=1e-5)


@pytest.mark.parametrize("strength", [-1.0, -1e-9], ids=str)
def test_the_penalty_of_a_negative_strength_raises_a_value_error(strength):
    with pytest.raises(ValueError):
        l2_penalty([np.ones((2, 3))], strength)
    with pytest.raises(ValueError):
        l2_penalty([np.ones(3)], strength)


def test_weights_of_0_cost_nothing():
    assert_close(l2_penalty([np.zeros((2, 3)), np.ones(3)], 0.4), 0.0)


def test_the_penalty_leaves_the_parameters_unchanged(rng):
    params = draw(rng)
    with unchanged(params):
        l2_penalty(params, 0.4)


# --- The gradients ---------------------------------------------------------------------------


def test_each_weight_is_pulled_by_strength_times_itself():
    params = [np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([100.0]), np.array([[-2.0]])]
    expected = [np.array([[0.3, -0.6], [0.9, 0.0]]), np.array([0.0]), np.array([[-0.6]])]
    assert_close(l2_gradients(params, 0.3), expected)


@pytest.mark.parametrize("strength", [0.0, 1e-4, 0.7, 1.0, 13.0], ids=str)
def test_the_gradients_agree_with_torch(rng, strength):
    params = draw(rng)
    assert_close(l2_gradients(params, strength), expected_gradients(params, strength))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (2, 3, 2), (1, 1, 4, 1)], ids=str)
def test_a_weight_of_any_shape_is_pulled(rng, shape):
    params = [rng.normal(size=shape)]
    assert_close(l2_gradients(params, 0.6), expected_gradients(params, 0.6))


def test_no_parameters_have_no_gradients():
    assert_close(l2_gradients([], 0.6), [])


def test_the_gradients_agree_with_the_reference(rng, reference):
    params = draw(rng, 30.0)
    assert_close(l2_gradients(params, 0.4), reference.l2_gradients(params, 0.4))


def test_huge_and_tiny_weights_are_pulled_alike():
    params = [np.array([[3e100, -4e-100, 0.0, -0.5]]), np.array([1e100])]
    expected = [np.array([[6e99, -8e-101, 0.0, -0.1]]), np.zeros(1)]
    assert_close(l2_gradients(params, 0.2), expected, atol=0.0)


def test_the_gradients_are_right_in_fortran_order_too(rng):
    params = [np.asfortranarray(param) for param in draw(rng)]
    assert_close(l2_gradients(params, 0.4), expected_gradients(params, 0.4))


def test_the_gradients_keep_each_dtype(rng):
    params = draw(rng)
    params[0], params[1] = params[0].astype(np.float32), params[1].astype(np.float32)
    assert_close(l2_gradients(params, 0.4), expected_gradients(params, 0.4))


@pytest.mark.parametrize("strength", [-1.0, -1e-9], ids=str)
def test_the_gradients_of_a_negative_strength_raise_a_value_error(strength):
    with pytest.raises(ValueError):
        l2_gradients([np.ones((2, 3))], strength)


@pytest.mark.parametrize("strength", [0.4, 1.0], ids=str)
def test_the_gradients_leave_the_parameters_unchanged(rng, strength):
    params = draw(rng)
    with unchanged(params):
        l2_gradients(params, strength)


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_the_penalty_has_no_python_loop(rng, shape):
    w = rng.normal(size=shape)
    assert_no_loop_over("a parameter", l2_penalty, ([w[:8, :8]], 0.4), ([w], 0.4))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_the_gradients_have_no_python_loop(rng, shape):
    w = rng.normal(size=shape)
    assert_no_loop_over("a parameter", l2_gradients, ([w[:8, :8]], 0.4), ([w], 0.4))
