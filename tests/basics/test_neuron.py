from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.neuron import loss_and_gradients, neuron
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    torch_gradients,
)

# n, d
SIZES = [(7, 3), (4, 4), (1, 5), (6, 1), (1, 1)]

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
    "both have an axis more": [(3, 3, 3), (3, 3)],
}


def draw(rng, n=7, d=3):
    """Random x, target, w and b."""
    return [rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), float(rng.normal())]


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


# --- neuron ----------------------------------------------------------------------------------


def test_odds_of_3_to_1_become_three_quarters():
    # The weighted sums are log 3, 0 and −log 9.
    x = np.array([[np.log(3.0), 0.25], [0.5, 0.5], [-0.5 - np.log(9.0), 0.0]])
    assert_close(neuron(x, np.array([1.0, -2.0]), 0.5), np.array([0.75, 0.5, 0.1]))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("b", [-3.0, 0.0, 0.25], ids=str)
def test_the_outputs_agree_with_torch(rng, sizes, b):
    x, _, w, _ = draw(rng, *sizes)
    expected = outputs_by_torch(x, w, b)
    assert_close(neuron(x, w, b), expected)


def test_the_outputs_agree_with_the_reference(rng, reference):
    x, _, w, b = draw(rng, 20, 6)
    expected = reference.neuron(x, w, b)
    assert_close(neuron(x, w, b), expected)


@pytest.mark.parametrize("misfit", MISFITS)
def test_neuron_raises_a_value_error_when(misfit):
    x, w = map(np.ones, MISFITS[misfit])
    assert_value_error(neuron, x, w, 0.5)


# --- loss_and_gradients ----------------------------------------------------------------------


def test_loss_and_gradients_worked_out_by_hand():
    # z = 0, log 3 and 0, so y = 1/2, 3/4 and 1/2, with the slopes 1/4, 3/16 and 1/4. The errors are
    # 1/2, −1/4 and 0, so ∂loss/∂z = 2/3 · error · slope = 1/12, −1/32 and 0.
    x, w = np.array([[2.0, 1.0], [4.0 + np.log(3.0), 2.0], [6.0, 3.0]]), np.array([1.0, -2.0])
    grad_w = np.array([2 / 12 - (4.0 + np.log(3.0)) / 32, 1 / 12 - 2 / 32])
    expected = (1 / 4 + 1 / 16) / 3, (grad_w, 1 / 12 - 1 / 32)
    assert_close(loss_and_gradients(x, np.array([0.0, 1.0, 0.5]), w, 0.0), expected)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_loss_and_gradients_agree_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    expected = by_torch(*arguments)
    assert_close(loss_and_gradients(*arguments), expected)


def test_loss_and_gradients_agree_with_the_reference(rng, reference):
    arguments = draw(rng, 20, 6)
    expected = reference.loss_and_gradients(*arguments)
    assert_close(loss_and_gradients(*arguments), expected)


@pytest.mark.parametrize("misfit", MISFITS)
def test_loss_and_gradients_raises_a_value_error_when(misfit):
    x, w = map(np.ones, MISFITS[misfit])
    assert_value_error(loss_and_gradients, x, np.ones(len(x)), w, 0.5)


@pytest.mark.parametrize(
    ("n", "shape"),
    [
        *((5, shape) for shape in [(4,), (6,), (1,), (), (5, 1), (1, 5), (5, 5)]),
        *((1, shape) for shape in [(3,), (), (1, 1)]),
    ],
    ids=str,
)
def test_a_target_that_is_not_shaped_like_the_output_raises_a_value_error(n, shape):
    assert_value_error(loss_and_gradients, np.ones((n, 3)), np.ones(shape), np.ones(3), 0.5)


# --- Both ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weighted_sums_of_any_size_are_right(dtype):
    sums = np.logspace(-30, 30, 41)
    sums = np.concatenate([-sums, [-200.0, -0.5, 0.0, 0.5, 200.0], sums])
    x = np.column_stack([sums, np.zeros(len(sums))]).astype(dtype)
    target, w = np.zeros(len(x), dtype), np.ones(2, dtype)
    outputs, (loss, (grad_w, grad_b)) = outputs_by_torch(x, w, 0.25), by_torch(x, target, w, 0.25)
    assert_close(neuron(x, w, 0.25), outputs)
    actual, (actual_w, actual_b) = loss_and_gradients(x, target, w, 0.25)
    # The first two are floats, but found in the arrays' dtype.
    assert_close([actual, actual_b], [loss, grad_b], rtol=1e-5 if dtype == "float32" else None)
    assert_close(actual_w, grad_w)


@pytest.mark.parametrize("new", range(4), ids=["x", "target", "w", "b"])
def test_results_are_new_even_if_only_one_argument_is(rng, new):
    old, arguments = draw(rng), draw(rng)
    arguments = [*old[:new], arguments[new], *old[new + 1 :]]
    x, _, w, b = arguments
    outputs, expected = outputs_by_torch(x, w, b), by_torch(*arguments)
    neuron(old[0], *old[2:])
    loss_and_gradients(*old)
    assert_close(loss_and_gradients(*arguments), expected)
    assert_close(neuron(x, w, b), outputs)


@manners()
def test_manners(rng):
    x, target, w, b = draw(rng)
    return partial(neuron, x, w, b), partial(loss_and_gradients, x, target, w, b)


@pytest.mark.speed
def test_neuron_has_no_python_loop(rng):
    def sized(samples, inputs):
        return rng.normal(size=(samples, inputs)), rng.normal(size=inputs), 0.5

    assert_vectorized(neuron, sized)


@pytest.mark.speed
def test_loss_and_gradients_has_no_python_loop(rng):
    assert_vectorized(loss_and_gradients, lambda samples, inputs: draw(rng, samples, inputs))
