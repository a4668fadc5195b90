import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.label_smoothing import (
    label_smoothing_loss,
    label_smoothing_loss_backward,
)
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    loss,
    manners,
    torch_gradients,
)

# Any integer may mark the rows that are ignored.
MARKS = [-100, -1, 0, 2, 99, 2**40]
EPSILONS = [0.0, 0.01, 0.5, 1.0]
SCALES = [1e-30, 1.0, 30.0, 800.0, 1e4, 1e30]


def in_torch(logits, targets, eps, ignore_index=-100):
    return F.cross_entropy(logits, targets, label_smoothing=eps, ignore_index=ignore_index)


def both_in_torch(logits, targets, *settings):
    """Torch's loss, and its gradient for a gradient of the loss of 0.7."""
    others = torch.tensor(targets), *settings

    def mean(x):
        return in_torch(x, *others)

    return mean(torch.tensor(logits)).item(), torch_gradients(mean, [logits], 0.7)[0]


def draw(rng, n, k):
    return rng.normal(scale=3.0, size=(n, k)), rng.integers(0, k, size=n)


# --- Values ----------------------------------------------------------------------------------


def test_the_loss_worked_out_by_hand():
    # The probabilities are 1/8, 2/8 and 5/8; eps = 0.3 makes the target 0.1, 0.8, 0.1.
    logits = np.log([[1.0, 2.0, 5.0]])
    expected = math.log(8.0) - 0.8 * math.log(2.0) - 0.1 * math.log(5.0)
    assert_close(label_smoothing_loss(logits, np.array([1]), 0.3), expected)


def test_the_gradient_worked_out_by_hand():
    # p − q in each row, halved by the mean: q is 0.1, 0.8, 0.1 and 0.8, 0.1, 0.1.
    logits = np.log([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])
    grad = label_smoothing_loss_backward(2.0, logits, np.array([1, 0]), 0.3)
    assert_close(grad, np.array([[0.025, -0.55, 0.525], [-0.3, 0.15, 0.15]]))


@loss(in_torch)
def test_it_is_a_loss(rng, rows, classes):
    # Of one class, p − q is 0: with an eps of ¼ it is so in any order, without rounding.
    logits, targets = draw(rng, rows, classes)
    return partial(label_smoothing_loss, logits, targets, 0.25), label_smoothing_loss_backward


@pytest.mark.parametrize("eps", EPSILONS)
def test_any_eps_agrees_with_torch(rng, eps):
    logits, targets = draw(rng, 7, 4)
    expected = both_in_torch(logits, targets, eps)
    assert_close(label_smoothing_loss(logits, targets, eps), expected[0])
    assert_close(label_smoothing_loss_backward(0.7, logits, targets, eps), expected[1])


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
def test_logits_of_any_size_are_right(eps, dtype, rtol):
    batches = [np.array([[a, 0.0, -a], [-a, 0.5 * a, a]], dtype) for a in SCALES]
    batches.append(1e12 * np.array([[1.0], [-1.0]], dtype) + np.array([-1.0, 0.0, 1.0], dtype))
    targets = np.array([2, 1])
    expected = [both_in_torch(batch, targets, eps) for batch in batches]
    losses = [label_smoothing_loss(batch, targets, eps) for batch in batches]
    assert_close(losses, [one for one, _ in expected], rtol=rtol)
    grads = [label_smoothing_loss_backward(0.7, batch, targets, eps) for batch in batches]
    # Where p is q, nothing but rounding is left of two numbers up to 1.
    assert_close(grads, [one for _, one in expected], rtol=rtol, atol=rtol / 10)


# --- Rows that are ignored -------------------------------------------------------------------


@pytest.mark.parametrize("mark", MARKS)
def test_ignored_rows_do_not_count(rng, mark):
    logits, _ = draw(rng, 9, 4)
    targets = np.array([0, mark, 1, 2, mark, mark, 3, 1, 3])
    expected = both_in_torch(logits, targets, 0.2, mark)
    assert_close(label_smoothing_loss(logits, targets, 0.2, mark), expected[0])
    assert_close(label_smoothing_loss_backward(0.7, logits, targets, 0.2, mark), expected[1])


def test_rows_marked_minus_100_are_ignored_unless_told_otherwise(rng):
    logits, targets = draw(rng, 6, 4)
    targets[[1, 4]] = -100
    expected = both_in_torch(logits, targets, 0.2)
    assert_close(label_smoothing_loss(logits, targets, 0.2), expected[0])
    assert_close(label_smoothing_loss_backward(0.7, logits, targets, 0.2), expected[1])


@pytest.mark.parametrize("mark", [-100, 0])
@pytest.mark.parametrize(("n", "dtype"), [(3, "float64"), (3, "float32"), (0, "float32")])
def test_where_no_row_counts_the_loss_is_nan_and_the_gradient_zero(rng, n, dtype, mark):
    logits, targets = rng.normal(size=(n, 4)).astype(dtype), np.full(n, mark)
    expected = np.zeros((n, 4), dtype)
    assert_close(label_smoothing_loss(logits, targets, 0.2, mark), math.nan)
    assert_close(label_smoothing_loss_backward(0.7, logits, targets, 0.2, mark), expected)


@pytest.mark.parametrize(("stranger", "mark"), [(-100, -1), (-1, -100), (3, 99), (-1, 1), (3, 1)])
def test_only_the_ignored_index_may_be_no_class(stranger, mark):
    arguments = np.zeros((3, 3)), np.array([1, mark, stranger]), 0.2, mark
    assert_value_error(label_smoothing_loss, *arguments)
    assert_value_error(label_smoothing_loss_backward, 1.0, *arguments)


@pytest.mark.speed
@pytest.mark.parametrize(
    "function",
    [label_smoothing_loss, partial(label_smoothing_loss_backward, 0.7)],
    ids=["the loss", "the gradient"],
)
def test_ignored_rows_need_no_python_loop(rng, function):
    def draw_with_ignored(rows, classes):
        logits, targets = draw(rng, rows, classes)
        targets[::2] = -100
        return logits, targets, 0.2

    assert_vectorized(function, draw_with_ignored)


@manners()
def test_manners(rng):
    logits, targets = rng.normal(scale=3.0, size=(7, 4)), rng.permutation([0, 0, 1, 1, 2, 3, 3])
    some = np.where(targets == 2, -100, targets)
    return (
        partial(label_smoothing_loss, logits, targets, 0.2),
        partial(label_smoothing_loss, logits, targets, 0.4),
        partial(label_smoothing_loss, logits, targets, 0.4, 0),
        partial(label_smoothing_loss, logits, some, 0.2),
        partial(label_smoothing_loss_backward, 0.7, logits, targets, 0.2),
        partial(label_smoothing_loss_backward, -1.3, logits, targets, 0.2),
        partial(label_smoothing_loss_backward, 0.7, logits, targets, 0.4),
        partial(label_smoothing_loss_backward, 0.7, logits, targets, 0.2, 0),
        partial(label_smoothing_loss_backward, 0.7, logits, some, 0.2),
    )
