import numpy as np
import pytest
import torch

from exercises.basics.neuron import loss_and_gradients, neuron
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

# n, d
SIZES = [(7, 3), (4, 4), (1, 5), (6, 1), (1, 1)]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])

# Shapes of x and w that do not fit. NumPy would broadcast or multiply many of them.
MISFITS = {
    "w is too short": [(5, 3), (2,)],
    "w is too long": [(5, 3), (4,)],
    "w has one entry": [(5, 3), (1,)],
    "w is a number": [(5, 3), ()],
    "w is a column": [(5, 3), (3, 1)],
    "w is a row": [(5, 3), (1, 3)],
    "w is square": [(3, 3), (3, 3)],
    "x is a single sample": [(3,), (3,)],
    "x has one column": [(5, 1), (3,)],
    "x is transposed": [(3, 5), (3,)],
    "x has an axis more": [(2, 5, 3), (3,)],
}


def draw(rng, n=7, d=3):
    """Random x, target, w and b."""
    return rng.normal(size=(n, d)), rng.uniform(size=n), rng.normal(size=d), float(rng.normal())


def outputs_in_torch(x, w, b):
    return torch.sigmoid(torch.as_tensor(x) @ w + b)


def outputs_by_torch(x, w, b):
    return outputs_in_torch(x, torch.tensor(w), b).numpy()


def by_torch(x, target, w, b):
    """The loss as a float, and the gradients."""

    def loss(w, b):
        return torch.nn.functional.mse_loss(outputs_in_torch(x, w, b), torch.tensor(target))

    grad_w, grad_b = torch_gradients(loss, [w, np.array(b, dtype=w.dtype)])
    return loss(torch.tensor(w), b).item(), (grad_w, float(grad_b))


def far_and_near(dtype):
    """Samples of two features, for w = (1, 1): weighted sums of any size."""
    sums = np.array([-1e30, -1e4, -200.0, 0.5, 1.5, 200.0, 1e4, 1e30])
    return np.column_stack([sums, np.zeros(8)]).astype(dtype)


# --- neuron ----------------------------------------------------------------------------------


def test_odds_of_3_to_1_become_three_quarters():
    # The weighted sums are log 3, 0 and −log 9.
    x = np.array([[np.log(3.0), 0.25], [0.5, 0.5], [-0.5 - np.log(9.0), 0.0]])
    assert_close(neuron(x, np.array([1.0, -2.0]), 0.5), np.array([0.75, 0.5, 0.1]))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_outputs_agree_with_torch(rng, sizes):
    x, _, w, b = draw(rng, *sizes)
    assert_close(neuron(x, w, b), outputs_by_torch(x, w, b))


@pytest.mark.parametrize("b", [-3.0, 0.0, 0.25], ids=str)
def test_the_bias_counts(rng, b):
    x, _, w, _ = draw(rng)
    assert_close(neuron(x, w, b), outputs_by_torch(x, w, b))


@DTYPES
def test_weighted_sums_of_any_size_are_right(dtype):
    x, w = far_and_near(dtype), np.ones(2, dtype=dtype)
    assert_close(neuron(x, w, 0.25), outputs_by_torch(x, w, 0.25))


def test_the_outputs_agree_with_the_reference(rng, reference):
    x, _, w, b = draw(rng, 20, 6)
    assert_close(neuron(x, w, b), reference.neuron(x, w, b))


def test_the_outputs_are_right_in_fortran_order_too(rng):
    x, _, w, b = draw(rng)
    assert_close(neuron(np.asfortranarray(x), w, b), outputs_by_torch(x, w, b))


def test_the_outputs_keep_the_dtype(rng):
    x, _, w, _ = draw(rng)
    x, w = x.astype(np.float32), w.astype(np.float32)
    assert_close(neuron(x, w, 0.5), outputs_by_torch(x, w, 0.5))


@pytest.mark.parametrize("misfit", MISFITS)
def test_neuron_raises_a_value_error_when(misfit):
    x, w = (np.ones(shape) for shape in MISFITS[misfit])
    with pytest.raises(ValueError):
        neuron(x, w, 0.5)


def test_neuron_leaves_its_arguments_unchanged(rng):
    x, _, w, b = draw(rng)
    with unchanged(x, w):
        neuron(x, w, b)


# --- loss_and_gradients ----------------------------------------------------------------------


def test_loss_and_gradients_worked_out_by_hand():
    # z = 0, log 3 and 0, so y = 1/2, 3/4 and 1/2, with the slopes 1/4, 3/16 and 1/4. The errors are
    # 1/2, −1/4 and 0, so ∂loss/∂z = 2/3 · error · slope = 1/12, −1/32 and 0.
    x, w = np.array([[2.0, 1.0], [4.0 + np.log(3.0), 2.0], [6.0, 3.0]]), np.array([1.0, -2.0])
    loss, gradients = loss_and_gradients(x, np.array([0.0, 1.0, 0.5]), w, 0.0)
    assert_close(loss, (1 / 4 + 1 / 16) / 3)
    grad_w = np.array([2 / 12 - (4.0 + np.log(3.0)) / 32, 1 / 12 - 2 / 32])
    assert_close(gradients, (grad_w, 1 / 12 - 1 / 32))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_loss_agrees_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    loss, _ = loss_and_gradients(*arguments)
    expected, _ = by_torch(*arguments)
    assert_close(loss, expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_gradients_agree_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    _, gradients = loss_and_gradients(*arguments)
    _, expected = by_torch(*arguments)
    assert_close(gradients, expected)


def test_targets_outside_of_0_and_1_are_compared_like_any(rng):
    x, _, w, b = draw(rng)
    target = rng.normal(scale=5.0, size=7)
    assert_close(loss_and_gradients(x, target, w, b), by_torch(x, target, w, b))


def test_both_agree_with_the_reference(rng, reference):
    x, target, w, b = draw(rng, 20, 6)
    expected = reference.loss_and_gradients(x, target, w, b)
    assert_close(loss_and_gradients(x, target, w, b), expected)


def test_a_saturated_neuron_gets_no_gradient_however_wrong_it_is():
    x, target = np.array([[1000.0], [-3000.0], [800.0]]), np.array([0.0, 1.0, 0.0])
    # What is left of the slope may be tiny, as where exp's argument was bounded.
    expected = 1.0, (np.zeros(1), 0.0)
    assert_close(loss_and_gradients(x, target, np.ones(1), 0.0), expected, atol=1e-12)


@DTYPES
def test_gradients_at_weighted_sums_of_any_size_are_right(dtype):
    x, target, w = far_and_near(dtype), np.zeros(8, dtype=dtype), np.ones(2, dtype=dtype)
    loss, (grad_w, grad_b) = loss_and_gradients(x, target, w, 0.25)
    expected, (expected_w, expected_b) = by_torch(x, target, w, 0.25)
    # Floats, but found in the arrays' dtype.
    assert_close([loss, grad_b], [expected, expected_b], rtol=1e-5)
    assert_close(grad_w, expected_w)


def test_the_same_batch_twice_over_has_the_same_loss_and_gradients(rng):
    x, target, w, b = draw(rng, 5, 4)
    once = loss_and_gradients(x, target, w, b)
    twice = loss_and_gradients(np.tile(x, (2, 1)), np.tile(target, 2), w, b)
    assert_close(twice, once)


def test_gradients_are_right_in_fortran_order_too(rng):
    x, target, w, b = draw(rng)
    expected = by_torch(x, target, w, b)
    assert_close(loss_and_gradients(np.asfortranarray(x), target, w, b), expected)


def test_grad_w_keeps_the_dtype_and_the_others_are_floats(rng):
    # All terms of each sum have one sign, so that none loses digits.
    x, target = rng.uniform(0.5, 1.0, size=(5, 3)), np.zeros(5)
    w, b = rng.uniform(-0.5, 0.5, size=3), 0.25
    expected, (expected_w, expected_b) = by_torch(x, target, w, b)
    in_float32 = [array.astype(np.float32) for array in (x, target, w)]
    loss, (grad_w, grad_b) = loss_and_gradients(*in_float32, b)
    assert_close([loss, grad_b], [expected, expected_b], rtol=1e-5)
    assert_close(grad_w, expected_w.astype(np.float32))


@pytest.mark.parametrize("misfit", MISFITS)
def test_loss_and_gradients_raises_a_value_error_when(misfit):
    x, w = (np.ones(shape) for shape in MISFITS[misfit])
    with pytest.raises(ValueError):
        loss_and_gradients(x, np.ones(len(x)), w, 0.5)


@pytest.mark.parametrize("shape", [(4,), (6,), (1,), (), (5, 1), (1, 5), (5, 5)], ids=str)
def test_a_target_that_is_not_shaped_like_the_output_raises_a_value_error(shape):
    with pytest.raises(ValueError):
        loss_and_gradients(np.ones((5, 3)), np.ones(shape), np.ones(3), 0.5)


def test_loss_and_gradients_leaves_its_arguments_unchanged(rng):
    x, target, w, b = draw(rng)
    with unchanged(x, target, w):
        loss_and_gradients(x, target, w, b)


# --- Speed -----------------------------------------------------------------------------------

LONG_AXES = {"the samples": (96, 5), "the inputs": (5, 96)}


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_neuron_has_no_python_loop(rng, axis):
    x, _, w, b = draw(rng, 5, 5)
    long_x, _, long_w, _ = draw(rng, *LONG_AXES[axis])
    assert_no_loop_over(axis, neuron, (x, w, b), (long_x, long_w, b))


@pytest.mark.speed
@pytest.mark.parametrize("axis", LONG_AXES)
def test_loss_and_gradients_has_no_python_loop(rng, axis):
    short, long = draw(rng, 5, 5), draw(rng, *LONG_AXES[axis])
    assert_no_loop_over(axis, loss_and_gradients, short, long)
