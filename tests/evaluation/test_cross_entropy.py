import math

import numpy as np
import pytest
import torch

from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    torch_gradients,
    unchanged,
)

SHAPES = [(7, 4), (4, 7), (1, 5), (3, 1), (50, 3)]


def draw(rng, n, k):
    return rng.normal(scale=3.0, size=(n, k)), rng.integers(0, k, size=n)


def torch_loss(logits, targets, **settings):
    loss = torch.nn.functional.cross_entropy
    return loss(torch.tensor(logits), torch.tensor(targets), **settings).item()


def torch_gradient(grad_loss, logits, targets, **settings):
    def loss(x):
        return torch.nn.functional.cross_entropy(x, torch.tensor(targets), **settings)

    return torch_gradients(loss, [logits], grad_loss)[0]


# --- The loss --------------------------------------------------------------------------------


def test_the_loss_is_minus_the_logarithm_of_the_right_probability():
    # The probabilities are 1/8, 2/8 and 5/8.
    assert_close(cross_entropy(np.log([[1.0, 2.0, 5.0]]), np.array([1])), math.log(4.0))


def test_the_loss_is_the_mean_over_the_rows():
    # The right classes have probability 1/4 and 1/2, so log 4 and log 2.
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    assert_close(cross_entropy(logits, np.array([1, 0])), 1.5 * math.log(2.0))


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    assert_close(cross_entropy(np.full((3, 10), 2.5), np.array([0, 4, 9])), math.log(10.0))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_loss_agrees_with_torch(rng, shape):
    logits, targets = draw(rng, *shape)
    assert_close(cross_entropy(logits, targets), torch_loss(logits, targets))


def test_the_loss_agrees_with_the_reference(rng, reference):
    logits, targets = draw(rng, 11, 6)
    targets[[0, 3, 7]] = 2
    expected = reference.cross_entropy(logits, targets, ignore_index=2)
    assert_close(cross_entropy(logits, targets, ignore_index=2), expected)


@pytest.mark.parametrize(
    ("logits", "target", "loss"),
    [
        ([1000.0, 998.0], 0, math.log(1.0 + math.exp(-2.0))),
        ([0.0, -800.0, 3.0], 1, 803.0 + math.log(1.0 + math.exp(-3.0))),
        ([-1000.0, -998.0], 1, math.log(1.0 + math.exp(-2.0))),
        ([1e300, 0.0, -1e300], 2, 2e300),
    ],
    ids=["large scores", "a tiny probability", "scores far below zero", "1e300"],
)
def test_the_loss_stays_exact_for_huge_logits(logits, target, loss):
    assert_close(cross_entropy(np.array([logits]), np.array([target])), loss)


def test_rows_far_apart_in_one_batch_are_each_right():
    logits = np.array([[0.0, 1.0], [-800.0, -799.0], [800.0, 801.0]])
    loss = cross_entropy(logits, np.array([0, 0, 0]))
    assert_close(loss, math.log(1.0 + math.e))


@pytest.mark.parametrize("ignore_index", [-100, -1, 2, 99])
def test_ignored_rows_do_not_count_in_the_loss(rng, ignore_index):
    logits, targets = draw(rng, 9, 4)
    targets[[1, 2, 6]] = ignore_index
    expected = torch_loss(logits, targets, ignore_index=ignore_index)
    assert_close(cross_entropy(logits, targets, ignore_index=ignore_index), expected)


def test_rows_marked_minus_100_are_ignored_unless_told_otherwise(rng):
    logits, targets = draw(rng, 6, 5)
    targets[[0, 4]] = -100
    assert_close(cross_entropy(logits, targets), torch_loss(logits, targets))


@pytest.mark.parametrize("n", [0, 3])
def test_the_loss_is_nan_when_no_row_counts(rng, n):
    targets = np.full(n, -100)
    assert_close(cross_entropy(rng.normal(size=(n, 4)), targets), math.nan)


def test_float32_logits_give_a_float_too(rng):
    logits, targets = draw(rng, 9, 4)
    logits = logits.astype(np.float32)
    # The logits' own digits are float32's, seven or so.
    assert_close(cross_entropy(logits, targets), torch_loss(logits, targets), rtol=1e-5)


@pytest.mark.parametrize("targets", [[0], [0, 1, 2], [0, 1, 2, 0, 1]], ids=str)
def test_as_many_targets_as_rows_are_needed(targets):
    with pytest.raises(ValueError):
        cross_entropy(np.zeros((4, 3)), np.array(targets))


@pytest.mark.parametrize("target", [-1, 3, -3, 100])
def test_a_target_that_is_no_class_raises_a_value_error(target):
    with pytest.raises(ValueError):
        cross_entropy(np.zeros((2, 3)), np.array([1, target]))


def test_minus_100_is_no_class_where_another_index_is_ignored():
    with pytest.raises(ValueError):
        cross_entropy(np.zeros((2, 3)), np.array([1, -100]), ignore_index=-1)


def test_the_loss_leaves_its_arguments_unchanged(rng):
    logits, targets = draw(rng, 5, 3)
    targets[2] = -100
    with unchanged(logits, targets):
        cross_entropy(logits, targets)


def test_the_loss_is_right_in_fortran_order_too(rng):
    logits, targets = draw(rng, 5, 7)
    logits, targets = np.asfortranarray(logits), np.repeat(targets, 2)[::2]
    assert_close(cross_entropy(logits, targets), torch_loss(logits, targets))


# --- Its gradient ----------------------------------------------------------------------------


def test_the_gradient_worked_out_by_hand():
    # The probabilities are 1/8, 2/8, 5/8 and 1/2, 1/4, 1/4; the loss is a mean over two rows.
    logits = np.log([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])
    grad = cross_entropy_backward(16.0, logits, np.array([1, 0]))
    assert_close(grad, np.array([[1.0, -6.0, 5.0], [-4.0, 2.0, 2.0]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_gradient_agrees_with_torch(rng, shape):
    logits, targets = draw(rng, *shape)
    grad_loss = rng.normal()
    grad = cross_entropy_backward(grad_loss, logits, targets)
    assert_close(grad, torch_gradient(grad_loss, logits, targets))


def test_the_gradient_agrees_with_the_reference(rng, reference):
    logits, targets = draw(rng, 8, 6)
    targets[[1, 5]] = -7
    expected = reference.cross_entropy_backward(-2.5, logits, targets, ignore_index=-7)
    assert_close(cross_entropy_backward(-2.5, logits, targets, ignore_index=-7), expected)


def test_each_row_of_the_gradient_sums_to_zero(rng):
    logits, targets = draw(rng, 6, 4)
    total = cross_entropy_backward(2.0, logits, targets).sum(axis=1)
    assert_close(total, np.zeros(6), atol=1e-12)  # Rounding, beside entries of 0.1 or so.


@pytest.mark.parametrize(
    ("logits", "target", "gradient"),
    [
        ([1000.0, 0.0], 1, [3.0, -3.0]),
        ([0.0, -800.0, -1000.0], 2, [3.0, 0.0, -3.0]),
        ([-1000.0, -1000.0], 1, [1.5, -1.5]),
        ([1e300, 0.0, -1e300], 2, [3.0, 0.0, -3.0]),
    ],
    ids=["large scores", "a tiny probability", "scores far below zero", "1e300"],
)
def test_the_gradient_stays_exact_for_huge_logits(logits, target, gradient):
    grad = cross_entropy_backward(3.0, np.array([logits]), np.array([target]))
    assert_close(grad, np.array([gradient]))


def test_rows_far_apart_in_one_batch_each_get_their_gradient():
    logits = np.array([[0.0, 0.0], [-800.0, -800.0], [800.0, 800.0]])
    grad = cross_entropy_backward(6.0, logits, np.array([0, 1, 1]))
    assert_close(grad, np.array([[-1.0, 1.0], [1.0, -1.0], [1.0, -1.0]]))


@pytest.mark.parametrize("ignore_index", [-100, -1, 2, 99])
def test_ignored_rows_get_no_gradient(rng, ignore_index):
    logits, targets = draw(rng, 9, 4)
    targets[[1, 2, 6]] = ignore_index
    expected = torch_gradient(0.7, logits, targets, ignore_index=ignore_index)
    grad = cross_entropy_backward(0.7, logits, targets, ignore_index=ignore_index)
    assert_close(grad, expected)


def test_rows_marked_minus_100_get_no_gradient_unless_told_otherwise(rng):
    logits, targets = draw(rng, 6, 5)
    targets[[0, 4]] = -100
    grad = cross_entropy_backward(-1.3, logits, targets)
    assert_close(grad, torch_gradient(-1.3, logits, targets))


@pytest.mark.parametrize("n", [0, 3])
def test_the_gradient_is_zero_when_no_row_counts(rng, n):
    grad = cross_entropy_backward(1.5, rng.normal(size=(n, 4)), np.full(n, -100))
    assert_close(grad, np.zeros((n, 4)))


def test_the_gradient_keeps_the_dtype(rng):
    logits, targets = draw(rng, 9, 4)
    logits = logits.astype(np.float32)
    grad = cross_entropy_backward(0.7, logits, targets)
    assert_close(grad, torch_gradient(0.7, logits, targets))


@pytest.mark.parametrize("targets", [[0], [0, 1, 2], [0, 1, 2, 0, 1]], ids=str)
def test_the_gradient_needs_as_many_targets_as_rows(targets):
    with pytest.raises(ValueError):
        cross_entropy_backward(1.0, np.zeros((4, 3)), np.array(targets))


@pytest.mark.parametrize("target", [-1, 3, -3, 100])
def test_the_gradient_for_a_target_that_is_no_class_raises_a_value_error(target):
    with pytest.raises(ValueError):
        cross_entropy_backward(1.0, np.zeros((2, 3)), np.array([1, target]))


def test_the_gradient_leaves_its_arguments_unchanged(rng):
    logits, targets = draw(rng, 5, 3)
    targets[2] = -100
    with unchanged(logits, targets):
        cross_entropy_backward(0.5, logits, targets)


def test_the_gradient_is_right_in_fortran_order_too(rng):
    logits, targets = draw(rng, 5, 7)
    logits, targets = np.asfortranarray(logits), np.repeat(targets, 2)[::2]
    grad = cross_entropy_backward(0.7, logits, targets)
    assert_close(grad, torch_gradient(0.7, logits, targets))


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
def test_the_loss_needs_no_python_loop_over_rows(rng):
    logits, targets = draw(rng, 96, 5)
    assert_no_loop_over("the rows", cross_entropy, (logits[:8], targets[:8]), (logits, targets))


@pytest.mark.speed
def test_the_loss_needs_no_python_loop_over_classes(rng):
    logits, targets = draw(rng, 5, 96)
    targets %= 8
    small = np.ascontiguousarray(logits[:, :8])
    assert_no_loop_over("the classes", cross_entropy, (small, targets), (logits, targets))


@pytest.mark.speed
def test_the_gradient_needs_no_python_loop_over_rows(rng):
    logits, targets = draw(rng, 96, 5)
    small, large = (1.0, logits[:8], targets[:8]), (1.0, logits, targets)
    assert_no_loop_over("the rows", cross_entropy_backward, small, large)


@pytest.mark.speed
def test_the_gradient_needs_no_python_loop_over_classes(rng):
    logits, targets = draw(rng, 5, 96)
    targets %= 8
    small = (1.0, np.ascontiguousarray(logits[:, :8]), targets)
    assert_no_loop_over("the classes", cross_entropy_backward, small, (1.0, logits, targets))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(1024, 16), (4, 600)], ids=["many rows", "many classes"])
def test_the_loss_takes_little_memory(rng, shape):
    logits, targets = draw(rng, *shape)
    assert_memory_at_most(8 * logits.nbytes, cross_entropy, logits, targets)


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(1024, 16), (4, 600)], ids=["many rows", "many classes"])
def test_the_gradient_takes_little_memory(rng, shape):
    logits, targets = draw(rng, *shape)
    assert_memory_at_most(8 * logits.nbytes, cross_entropy_backward, 1.0, logits, targets)
