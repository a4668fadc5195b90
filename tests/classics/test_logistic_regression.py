import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.classics.logistic_regression import fit, loss_and_gradients, predict
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

SIZES = pytest.mark.parametrize(("n", "d"), [(7, 3), (30, 5), (4, 4), (1, 3), (5, 1)], ids=str)
PENALTIES = pytest.mark.parametrize("l2", [0.0, 0.3, 4.0])


def draw(rng, n=7, d=3):
    """Random x, y with both labels (where there are two rows), w and b."""
    y = rng.permutation(np.arange(n) % 2)
    return rng.normal(size=(n, d)) + rng.normal(size=d), y, rng.normal(size=d), rng.normal()


def torch_loss(x, y, w, b, l2):
    z = torch.tensor(x) @ w + b
    likely = F.binary_cross_entropy_with_logits(z, torch.tensor(y, dtype=torch.float64))
    return likely + l2 / 2 * (w**2).sum()


def in_torch(x, y, w, b, l2=0.0):
    w, b = (torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in (w, b))
    loss = torch_loss(x, y, w, b, l2)
    loss.backward()
    return loss.item(), w.grad.numpy(), b.grad.item()


def fit_in_torch(x, y, lr, steps, l2=0.0):
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr)
    for _ in range(steps):
        optimizer.zero_grad()
        torch_loss(x, y, w, b, l2).backward()
        optimizer.step()
    return w.detach().numpy(), b.item()


# --- The loss and its gradients --------------------------------------------------------------


def test_two_rows_worked_out_by_hand():
    # The scores are log 3 and −log 3, so p is 3/4 and 1/4, and the labels are 1 and 1. The penalty
    # is 2 · (log 3)² / 2, and its gradient 2 · log 3.
    x, w = np.array([[1.0], [-1.0]]), np.array([math.log(3.0)])
    loss = (math.log(4 / 3) + math.log(4.0)) / 2 + w[0] ** 2
    expected = loss, np.array([(-1 / 4 + 3 / 4) / 2 + 2 * w[0]]), (-1 / 4 - 3 / 4) / 2
    assert_close(loss_and_gradients(x, np.array([1, 1]), w, 0.0, 2.0), expected)


@SIZES
@PENALTIES
def test_loss_and_gradients_agree_with_torch(rng, n, d, l2):
    arguments = draw(rng, n, d)
    expected = in_torch(*arguments, l2)
    assert_close(loss_and_gradients(*arguments, l2), expected)


def test_all_agrees_with_the_reference(rng, reference):
    x, y, w, b = draw(rng, 11, 4)
    expected = (
        reference.loss_and_gradients(x, y, w, b, 0.2),
        reference.fit(x, y, 0.3, 4, 0.2),
        reference.predict(x, w, b, 0.4),
    )
    result = loss_and_gradients(x, y, w, b, 0.2), fit(x, y, 0.3, 4, 0.2), predict(x, w, b, 0.4)
    assert_close(result, expected)


@pytest.mark.parametrize("size", [40.0, 800.0, 1e6])
def test_sure_rows_that_are_wrong_have_a_finite_loss(size):
    x, y = np.array([[size], [-size], [size], [-size], [0.0]]), np.array([0, 1, 1, 0, 1])
    expected = (2 * size + math.log(2.0)) / 5, np.array([2 * size / 5]), (0.0 - 0.5) / 5
    assert_close(loss_and_gradients(x, y, np.array([1.0]), 0.0), expected, atol=1e-12)


@pytest.mark.parametrize("size", [20.0, 300.0])
def test_sure_rows_that_are_right_have_a_small_loss_with_all_its_digits(size):
    x, y = np.array([[size], [-size]]), np.array([1, 0])
    loss, _, _ = loss_and_gradients(x, y, np.array([1.0]), 0.0)
    assert_close(loss, math.log1p(math.exp(-size)))


# --- Fit -------------------------------------------------------------------------------------


def test_one_step_worked_out_by_hand():
    # At w = 0 and b = 0 each p is a half: the errors are −½, ½ and ½, and their mean with x 4/3.
    x, y = np.array([[2.0], [6.0], [4.0]]), np.array([1, 0, 0])
    assert_close(fit(x, y, 0.75, 1), (np.array([-1.0]), -0.125))


@pytest.mark.parametrize("steps", [0, 1, 2, 9])
@PENALTIES
@SIZES
def test_fit_agrees_with_torch(rng, n, d, l2, steps):
    x, y, *_ = draw(rng, n, d)
    expected = fit_in_torch(x, y, 0.2, steps, l2)
    assert_close(fit(x, y, 0.2, steps, l2), expected, atol=1e-12)


def test_all_steps_are_taken_however_small_they_become():
    # b nears log 3, and each step is about a quarter of the one before.
    x, y = np.zeros((4, 1)), np.array([1, 1, 0, 1])
    expected = fit_in_torch(x, y, 4.0, 15)
    assert_close(fit(x, y, 4.0, 15), expected)


def test_scores_beyond_exp_do_not_stop_it():
    # The first step leads to w = 1000, where the labels are met and all stands still.
    x, y = np.array([[-2.0], [2.0]]), np.array([0, 1])
    # Beside that, what a bounded exponent leaves of b is rounding.
    assert_close(fit(x, y, 1000.0, 5), (np.array([1000.0]), 0.0), atol=1e-9)
    # Nor do gradients close to 0, where the step is not.
    w, _ = fit(1e-13 * x, y, 1e13, 1)
    assert_close(w, np.array([1.0]))


# --- Predict ---------------------------------------------------------------------------------


def test_a_probability_at_the_threshold_is_labelled_1():
    x = np.array([[0.0], [1.0], [2.0]])
    assert_close(predict(x, np.array([1.0]), -1.0), np.array([0, 1, 1]))


@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.5, 0.8, 0.99])
def test_other_thresholds_move_the_border(rng, threshold):
    # The border is at log(t / (1 − t)).
    border = math.log(threshold / (1 - threshold))
    near = [border - 1e-10, border + 1e-10]
    z = np.concatenate([np.linspace(-5.0, 5.0, 44), near, [-1e6, -800.0, 800.0, 1e6]])
    expected = (z >= border).astype(np.int64)
    assert_close(predict(z[:, None] - 2.0, np.array([1.0]), 2.0, threshold), expected)


@SIZES
def test_labels_agree_with_torch(rng, n, d):
    x, _, w, b = draw(rng, n, d)
    expected = (torch.tensor(x) @ torch.tensor(w) + b >= 0).numpy().astype(np.int64)
    assert_close(predict(x, w, b), expected)


# --- Errors, manners and speed ---------------------------------------------------------------


@pytest.mark.parametrize("labels", [[-1, 1, 1], [0, 1, 2], [1, 2, 2], [0, 1, 256]], ids=str)
def test_labels_other_than_0_and_1_raise_a_value_error(rng, labels):
    x, _, w, b = draw(rng, 3, 2)
    assert_value_error(loss_and_gradients, x, np.array(labels), w, b)
    assert_value_error(fit, x, np.array(labels), 0.1, 2)
    assert_value_error(fit, x, np.array(labels), 0.1, 0)


@pytest.mark.parametrize("shape", [(4,), (1,), (5, 1), (1, 5)], ids=str)
def test_labels_of_another_shape_raise_a_value_error(rng, shape):
    x, _, w, b = draw(rng, 5, 3)
    assert_value_error(loss_and_gradients, x, np.ones(shape, np.int64), w, b)
    assert_value_error(fit, x, np.ones(shape, np.int64), 0.1, 2)


@pytest.mark.parametrize("shape", [(2,), (1,), (3, 1), (1, 3)], ids=str)
def test_weights_of_another_shape_raise_a_value_error(rng, shape):
    x, y, _, b = draw(rng, 5, 3)
    assert_value_error(predict, x, np.ones(shape), b)
    assert_value_error(loss_and_gradients, x, y, np.ones(shape), b)


@pytest.mark.parametrize("shape", [(3,), (3, 3, 3)], ids=str)
def test_rows_of_another_shape_raise_a_value_error(shape):
    x, y = np.ones(shape), np.ones(3, np.int64)
    for w in (np.ones(3), np.ones(shape[1:])):
        assert_value_error(predict, x, w, 0.0)
        assert_value_error(loss_and_gradients, x, y, w, 0.0)
    assert_value_error(fit, x, y, 0.1, 2)


@pytest.mark.parametrize(
    ("of_x", "of_y"), [((5, 3), (4,)), ((5, 3), (1,)), ((5, 3), (5, 1)), ((3,), (3,))], ids=str
)
def test_without_steps_too_shapes_that_do_not_fit_raise_a_value_error(of_x, of_y):
    assert_value_error(fit, np.ones(of_x), np.ones(of_y, np.int64), 0.1, 0)


@manners(dtypes=())
def test_manners(rng):
    x, y, w, b = draw(rng)
    return (
        # All scores are near b.
        partial(predict, x, 0.01 * w, 1.0),
        partial(predict, x, 0.01 * w, -1.0),
        partial(predict, x, 0.01 * w, 1.0, 0.9),
        partial(loss_and_gradients, x, y, w, b),
        partial(loss_and_gradients, x, y, w, b, 0.7),
        partial(fit, x, y, 0.1, 3),
        partial(fit, x, y, 0.2, 3),
        partial(fit, x, y, 0.1, 4),
        partial(fit, x, y, 0.1, 3, 0.7),
    )


@pytest.mark.speed
@pytest.mark.parametrize("name", ["predict", "loss_and_gradients", "fit"])
def test_no_python_loop(rng, name):
    answers = {
        "predict": lambda x, y, w: predict(x, w, 0.1),
        "loss_and_gradients": lambda x, y, w: loss_and_gradients(x, y, w, 0.1, 0.3),
        "fit": lambda x, y, w: fit(x, y, 0.1, 2, 0.3),
    }
    assert_vectorized(answers[name], lambda rows, features: draw(rng, rows, features)[:3])
