import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.weighted_cross_entropy import (
    balanced_weights,
    weighted_cross_entropy,
    weighted_cross_entropy_backward,
)
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    loss,
    manners,
    torch_gradients,
)

SCALES = [1e-30, 1.0, 30.0, 800.0, 1e4, 1e30]


def in_torch(logits, targets, weights):
    return F.cross_entropy(logits, targets, weight=weights)


def draw(rng, n, k):
    logits, targets = rng.normal(scale=3.0, size=(n, k)), rng.integers(0, k, size=n)
    return logits, targets, rng.uniform(0.1, 5.0, size=k)


# --- The loss and its gradient ---------------------------------------------------------------


def test_the_loss_is_divided_by_the_weights_of_the_targets():
    # The right classes have probability 1/4 and 1/2, so log 4 and log 2, with weights 3 and 1.
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    result = weighted_cross_entropy(logits, np.array([1, 0]), np.array([1.0, 3.0, 10.0]))
    assert_close(result, (3 * 2 + 1 * 1) * math.log(2.0) / 4)


def test_the_gradient_worked_out_by_hand():
    # The probabilities are 1/4, 1/4, 1/2 and 1/2, 1/4, 1/4. The rows weigh 3/4 and 1/4.
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    arguments = logits, np.array([1, 0]), np.array([1.0, 3.0, 10.0])
    grad = weighted_cross_entropy_backward(16.0, *arguments)
    assert_close(grad, np.array([[3.0, -9.0, 6.0], [-2.0, 1.0, 1.0]]))


@loss(in_torch)
def test_it_is_a_loss(rng, rows, classes):
    return partial(weighted_cross_entropy, *draw(rng, rows, classes)), (
        weighted_cross_entropy_backward
    )


@pytest.mark.parametrize("factor", [1e5, 1e-14])
def test_weights_that_are_all_scaled_change_nothing(rng, factor):
    logits, targets, weights = draw(rng, 7, 4)
    others = torch.tensor(targets), torch.tensor(weights)
    expected = in_torch(torch.tensor(logits), *others).item()
    [grad] = torch_gradients(lambda x: in_torch(x, *others), [logits], 0.7)
    arguments = logits, targets, factor * weights
    assert_close(weighted_cross_entropy(*arguments), expected)
    assert_close(weighted_cross_entropy_backward(0.7, *arguments), grad)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
def test_logits_of_any_size_are_right(dtype, rtol):
    logits = np.array([[[a, 0.0, -a], [-a, 0.5 * a, a]] for a in SCALES], dtype)
    # Two rows far apart: each needs a maximum of its own.
    apart = 1e12 * np.array([[1.0], [-1.0]]) + np.array([0.0, -1.0, 1.0])
    logits = np.concatenate([logits, apart[None].astype(dtype)])
    targets, weights = np.array([2, 1]), np.array([0.5, 2.0, 1.5], dtype)
    others = torch.tensor(targets), torch.tensor(weights)
    losses = [in_torch(torch.tensor(batch), *others).item() for batch in logits]
    grads = [torch_gradients(lambda x: in_torch(x, *others), [batch])[0] for batch in logits]
    got = [weighted_cross_entropy(batch, targets, weights) for batch in logits]
    assert_close(got, losses, rtol=rtol)
    got = [weighted_cross_entropy_backward(1.0, batch, targets, weights) for batch in logits]
    assert_close(got, grads, rtol=rtol)


def test_without_rows_the_loss_is_a_float_and_the_gradient_keeps_the_dtype():
    nothing = np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.ones(4, np.float32)
    assert_close(weighted_cross_entropy(*nothing), math.nan)
    assert_close(weighted_cross_entropy_backward(1.0, *nothing), np.zeros((0, 4), np.float32))


# --- Weights from the targets ----------------------------------------------------------------


def test_weights_worked_out_by_hand():
    # 6 targets, 3 classes: each class should weigh 2 in total.
    targets = np.array([2, 0, 2, 1, 2, 1])
    assert_close(balanced_weights(targets, 3), np.array([2.0, 1.0, 2 / 3]))


@pytest.mark.parametrize(("n", "k"), [(50, 3), (7, 7), (5, 1), (1, 1), (2000, 10)])
def test_weights_follow_the_counts(rng, n, k):
    targets = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, size=n - k)]))
    expected = np.array([n / (k * targets.tolist().count(c)) for c in range(k)])
    assert_close(balanced_weights(targets, k), expected)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_more_targets_than_8_bits_hold_are_counted(dtype):
    targets = np.repeat(np.array([0, 1, 2], dtype), [300, 140, 1])
    assert_close(balanced_weights(targets, 3), 441 / 3 / np.array([300, 140, 1]))


@pytest.mark.parametrize(
    ("targets", "k"), [([1, 2], 3), ([0, 2], 3), ([0, 1], 3), ([0], 2), ([], 1)], ids=str
)
def test_a_class_that_does_not_occur_raises_a_value_error(targets, k):
    assert_value_error(balanced_weights, np.array(targets, dtype=np.int64), k)


@pytest.mark.parametrize("stranger", [-1, -3, 3, 4, 2**32])
def test_a_target_that_is_no_class_has_no_weight(stranger):
    assert_value_error(balanced_weights, np.array([0, 1, 2, stranger]), 3)
    # As many labels as classes, though one is another.
    assert_value_error(balanced_weights, np.array([0, 1, stranger]), 3)


# --- All -------------------------------------------------------------------------------------


@manners()
def test_manners(rng):
    logits, _, weights = draw(rng, 7, 4)
    targets = rng.permutation([0, 0, 1, 1, 2, 3, 3])
    return (
        partial(weighted_cross_entropy, logits, targets, weights),
        partial(weighted_cross_entropy, logits, targets, weights[::-1].copy()),
        partial(weighted_cross_entropy_backward, 0.7, logits, targets, weights),
        partial(weighted_cross_entropy_backward, -1.3, logits, targets, weights),
    )


@manners(dtypes=())
def test_manners_of_the_weights(rng):
    return partial(balanced_weights, rng.permutation([0, 0, 1, 1, 2, 3, 3]), 4)


@pytest.mark.speed
def test_weights_need_no_python_loop(rng):
    def draw_targets(rows, classes):
        return rng.permutation(np.tile(np.arange(classes), rows)), classes

    assert_vectorized(balanced_weights, draw_targets)
