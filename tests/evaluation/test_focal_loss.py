import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.evaluation.focal_loss import focal_loss, focal_loss_backward
from kata.testing import assert_close, assert_vectorized, loss, manners, torch_gradients

SCALES = [0.0, 1.0, 20.0, 40.0, 100.0, 800.0, 1e4]
GAMMAS = pytest.mark.parametrize("gamma", [0.0, 1.0, 1.5, 2.0, 5.0])


def in_torch(logits, targets, gamma=2.0, alpha=None):
    """The formula; 1 − p is the sum of the others, which autograd can differentiate at 0."""
    log_p = torch.log_softmax(logits, dim=1)
    others = torch.exp(log_p).scatter(1, targets[:, None], 0.0).sum(dim=1)
    losses = -(others**gamma) * log_p.gather(1, targets[:, None])[:, 0]
    return (losses if alpha is None else alpha[targets] * losses).mean()


def both_in_torch(logits, targets, gamma, alpha=None):
    """The loss, and its gradient for a gradient of the loss of 0.7."""
    others = torch.tensor(targets), gamma, None if alpha is None else torch.tensor(alpha)

    def mean(x):
        return in_torch(x, *others)

    return mean(torch.tensor(logits)).item(), torch_gradients(mean, [logits], 0.7)[0]


def draw(rng, n, k):
    logits, targets = rng.normal(scale=2.0, size=(n, k)), rng.integers(0, k, size=n)
    return logits, targets, rng.uniform(0.1, 3.0, size=k)


# --- Values ----------------------------------------------------------------------------------


def test_the_loss_worked_out_by_hand():
    # p is 1/4 and 1/2: (3/4)² · log 4 and (1/2)² · log 2.
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    expected = (9 / 16 * 2 + 1 / 4) * math.log(2.0) / 2
    assert_close(focal_loss(logits, np.array([1, 0])), expected)


def test_alpha_weighs_a_row_by_its_target_and_the_mean_is_over_rows():
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    expected = (3 * 9 / 16 * 2 + 5 / 4) * math.log(2.0) / 2
    assert_close(focal_loss(logits, np.array([1, 0]), 2.0, np.array([5.0, 3.0, 7.0])), expected)


def test_the_gradient_worked_out_by_hand():
    # −(1 − p) log p with p = 1/2 has the slope log(1/2) − 1 by p, and p the slope ±1/4.
    grad = focal_loss_backward(4.0, np.zeros((1, 2)), np.array([1]), 1.0)
    assert_close(grad, np.array([[1.0, -1.0]]) * (1 + math.log(2.0)))


@loss(in_torch)
def test_it_is_a_loss(rng, rows, classes):
    logits, targets, alpha = draw(rng, rows, classes)
    return partial(focal_loss, logits, targets, 1.5, alpha), focal_loss_backward


@GAMMAS
@pytest.mark.parametrize("factor", [None, 1.0, 0.0], ids=["no alpha", "alpha", "alpha of 0"])
def test_any_gamma_agrees_with_and_without_alpha(rng, gamma, factor):
    logits, targets, alpha = draw(rng, 7, 4)
    alpha = None if factor is None else factor * alpha
    expected = both_in_torch(logits, targets, gamma, alpha)
    assert_close(focal_loss(logits, targets, gamma, alpha), expected[0])
    assert_close(focal_loss_backward(0.7, logits, targets, gamma, alpha), expected[1])


def test_gamma_is_2_unless_told(rng):
    logits, targets, alpha = draw(rng, 7, 4)
    expected = both_in_torch(logits, targets, 2.0, alpha)
    assert_close(focal_loss(logits, targets, alpha=alpha), expected[0])
    assert_close(focal_loss_backward(0.7, logits, targets, alpha=alpha), expected[1])


@GAMMAS
@pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-9), ("float32", 1e-5)])
def test_probabilities_of_0_and_1_are_right(gamma, dtype, error):
    logits = [
        np.array([row], dtype) for a in SCALES for row in ([a, -a, 0], [-a, a, -a], [a, a - 1, 0])
    ]
    rows = [(row, np.array([target])) for row in logits for target in (0, 1)]
    # In float32, torch itself has only four digits for the gradient.
    expected = [both_in_torch(row.astype(np.float64), target, gamma) for row, target in rows]
    losses = [focal_loss(*row, gamma) for row in rows]
    assert_close(losses, [one for one, _ in expected], rtol=error, atol=error)
    grads = [focal_loss_backward(0.7, *row, gamma) for row in rows]
    assert_close(grads, [one.astype(dtype) for _, one in expected], rtol=error, atol=error)


def test_rows_far_apart_are_right_together():
    logits, targets = np.array([[1000.0, 999.0], [-1000.0, -999.0]]), np.array([1, 0])
    expected = both_in_torch(logits, targets, 2.0)
    assert_close(focal_loss(logits, targets), expected[0])
    assert_close(focal_loss_backward(0.7, logits, targets), expected[1])


@pytest.mark.parametrize("alpha", [None, np.ones(4, np.float32)], ids=["no alpha", "alpha"])
def test_without_rows_the_loss_is_a_float_and_the_gradient_keeps_the_dtype(alpha):
    nothing = np.zeros((0, 4), np.float32), np.zeros(0, np.int64), 2.0, alpha
    assert_close(focal_loss(*nothing), math.nan)
    assert_close(focal_loss_backward(1.0, *nothing), np.zeros((0, 4), np.float32))


# --- Manners ---------------------------------------------------------------------------------


@manners()
def test_manners(rng):
    logits, _, alpha = draw(rng, 7, 4)
    targets = rng.permutation([0, 0, 1, 1, 2, 3, 3])
    return (
        partial(focal_loss, logits, targets),
        partial(focal_loss, logits, targets, 1.0),
        partial(focal_loss, logits, targets, 1.0, alpha),
        partial(focal_loss_backward, 0.7, logits, targets),
        partial(focal_loss_backward, 0.7, logits, targets, 1.0),
        partial(focal_loss_backward, 0.7, logits, targets, 1.0, alpha),
        partial(focal_loss_backward, -1.3, logits, targets, 1.0, alpha),
    )


@pytest.mark.speed
@pytest.mark.parametrize(
    "function", [focal_loss, partial(focal_loss_backward, 0.7)], ids=["the loss", "the gradient"]
)
def test_no_python_loop_without_alpha(rng, function):
    assert_vectorized(function, lambda rows, classes: draw(rng, rows, classes)[:2])
