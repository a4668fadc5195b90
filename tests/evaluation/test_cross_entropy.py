import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.cross_entropy import cross_entropy, cross_entropy_backward
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    loss,
    manners,
    torch_gradients,
)

LOSS, GRADIENT = "the loss", "the gradient"
BOTH = pytest.mark.parametrize("what", [LOSS, GRADIENT])

# Any integer may mark the rows that are ignored.
MARKS = [("int64", mark) for mark in (-1, 0, 2, 99, 2**40)]
MARKS += [("int8", -1), ("uint8", 255), ("uint64", 2**64 - 1)]


def answer(what, logits, targets, *ignore_index):
    if what == LOSS:
        return cross_entropy(logits, targets, *ignore_index)
    return cross_entropy_backward(0.7, logits, targets, *ignore_index)


def in_torch(what, logits, targets):
    mean = partial(F.cross_entropy, target=torch.tensor(targets))
    if what == LOSS:
        return mean(torch.tensor(logits)).item()
    return torch_gradients(mean, [logits], 0.7)[0]


def draw(rng, n, k, labels=None):
    return rng.normal(scale=3.0, size=(n, k)), rng.integers(0, labels or k, size=n)


def draw_marked(rng, dtype, mark):
    """Logits, targets some of which are `mark`, and these targets with torch's own mark, −100."""
    logits, targets = draw(rng, 9, 4)
    targets[:4] = [0, 1, 2, 3]
    marked = targets.astype(dtype)
    marked[[1, 5, 6]] = mark
    is_marked = [target == mark for target in marked.tolist()]
    return logits, marked, np.where(is_marked, -100, targets)


# --- Values ----------------------------------------------------------------------------------


def test_the_loss_is_minus_the_logarithm_of_the_right_probability():
    # The probabilities are 1/8, 2/8 and 5/8.
    assert_close(cross_entropy(np.log([[1.0, 2.0, 5.0]]), np.array([1])), math.log(4.0))


def test_the_loss_is_the_mean_over_the_rows():
    # The right classes have probability 1/4 and 1/2, so log 4 and log 2.
    logits = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]])
    assert_close(cross_entropy(logits, np.array([1, 0])), 1.5 * math.log(2.0))


def test_the_gradient_worked_out_by_hand():
    # The probabilities are 1/8, 2/8, 5/8 and 1/2, 1/4, 1/4; the loss is a mean over two rows.
    logits = np.log([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])
    grad = cross_entropy_backward(16.0, logits, np.array([1, 0]))
    assert_close(grad, np.array([[1.0, -6.0, 5.0], [-4.0, 2.0, 2.0]]))


@loss(F.cross_entropy)
def test_it_is_a_loss(rng, rows, classes):
    return partial(cross_entropy, *draw(rng, rows, classes)), cross_entropy_backward


@BOTH
def test_it_agrees_with_the_reference(rng, reference, what):
    # In a shape that was there before, so that nothing can be kept by shape.
    logits, targets = draw(rng, 7, 4)
    targets[[0, 3, 6]] = 2
    if what == LOSS:
        expected = reference.cross_entropy(logits, targets, ignore_index=2)
        assert_close(cross_entropy(logits, targets, ignore_index=2), expected)
    else:
        expected = reference.cross_entropy_backward(-2.5, logits, targets, ignore_index=2)
        assert_close(cross_entropy_backward(-2.5, logits, targets, ignore_index=2), expected)


# --- Numerics --------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("dtype", "exponent"), [("float64", 300), ("float32", 37)], ids=["float64", "float32"]
)
def test_the_least_probable_class_is_right_at_any_scale(what, dtype, exponent):
    scales = np.logspace(-exponent, exponent, 21)
    scales = np.concatenate([scales, -scales])
    logits = (scales[:, None] * np.array([1.0, 0.0, -1.0])).astype(dtype)
    rows = [(logits[[i]], np.array([2 if scales[i] > 0 else 0])) for i in range(len(scales))]
    expected = [in_torch(what, *row) for row in rows]
    # float32 logits have seven digits, and so has the loss.
    rtol = {"float64": 1e-9, "float32": 1e-5}[dtype]
    assert_close([answer(what, *row) for row in rows], expected, rtol=rtol)


def test_many_losses_whose_sum_is_beyond_float32_have_a_mean():
    logits = np.repeat(np.array([[1e37, -1e37]], np.float32), 40, axis=0)
    assert_close(cross_entropy(logits, np.ones(40, np.int64)), 2e37, rtol=1e-5)


def test_the_loss_of_rows_far_apart_in_one_batch_is_right():
    logits = np.array([[0.0, 1.0], [-800.0, -799.0], [800.0, 801.0]])
    assert_close(cross_entropy(logits, np.array([0, 0, 0])), math.log(1.0 + math.e))


def test_rows_far_apart_in_one_batch_each_get_their_gradient():
    logits = np.array([[0.0, 0.0], [-800.0, -800.0], [800.0, 800.0]])
    grad = cross_entropy_backward(6.0, logits, np.array([0, 1, 1]))
    assert_close(grad, np.array([[-1.0, 1.0], [1.0, -1.0], [1.0, -1.0]]))


@BOTH
@pytest.mark.parametrize(
    ("dtype", "labels", "k"), [("int8", 128, 200), ("uint8", 256, 300), ("int64", 300, 300)]
)
def test_targets_may_have_any_integer_dtype(rng, what, dtype, labels, k):
    logits, targets = draw(rng, 90, k, labels)
    targets[:2] = labels - 1
    expected = in_torch(what, logits, targets)
    assert_close(answer(what, logits, targets.astype(dtype)), expected)


# --- Rows that are ignored -------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("dtype", "mark"), MARKS)
def test_ignored_rows_do_not_count(rng, what, dtype, mark):
    logits, targets, for_torch = draw_marked(rng, dtype, mark)
    expected = in_torch(what, logits, for_torch)
    assert_close(answer(what, logits, targets, mark), expected)


@BOTH
def test_rows_marked_minus_100_are_ignored_unless_told_otherwise(rng, what):
    logits, targets, for_torch = draw_marked(rng, "int8", -100)
    expected = in_torch(what, logits, for_torch)
    assert_close(answer(what, logits, targets), expected)


@BOTH
@pytest.mark.parametrize("mark", [-100, 0, 3])
@pytest.mark.parametrize(("n", "dtype"), [(1, "float64"), (3, "float32"), (0, "float32")])
def test_where_no_row_counts_the_loss_is_nan_and_the_gradient_zero(rng, what, n, dtype, mark):
    logits, targets = rng.normal(size=(n, 4)).astype(dtype), np.full(n, mark)
    expected = {LOSS: math.nan, GRADIENT: np.zeros((n, 4), dtype)}[what]
    assert_close(answer(what, logits, targets, mark), expected)


@BOTH
@pytest.mark.parametrize("mark", [-100, 1, 7])
def test_of_a_single_class_the_rows_that_count_cost_nothing(what, mark):
    expected = {LOSS: 0.0, GRADIENT: np.zeros((3, 1))}[what]
    logits, targets = np.array([[2.0], [-1.0], [0.5]]), np.array([0, mark, 0])
    assert_close(answer(what, logits, targets, mark), expected)


# --- Errors ----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("target", [-1, 3, 2**32])
def test_a_target_that_is_no_class_raises_a_value_error_where_a_class_is_ignored(what, target):
    assert_value_error(answer, what, np.zeros((2, 3)), np.array([1, target]), 1)


@BOTH
def test_minus_100_is_no_class_where_another_index_is_ignored(what):
    assert_value_error(answer, what, np.zeros((2, 3)), np.array([1, -100]), -1)


# --- Manners and speed -----------------------------------------------------------------------


@manners()
def test_manners(rng):
    logits, targets = rng.normal(scale=3.0, size=(7, 4)), rng.permutation([0, 0, 1, 1, 2, 3, 3])
    some = np.where(targets == 2, -100, targets)
    return (
        partial(cross_entropy, logits, targets),
        partial(cross_entropy, logits, targets, 0),
        partial(cross_entropy, logits, some),
        partial(cross_entropy_backward, 0.7, logits, targets),
        partial(cross_entropy_backward, -1.3, logits, targets),
        partial(cross_entropy_backward, 0.7, logits, targets, 0),
        partial(cross_entropy_backward, 0.7, logits, some),
    )


@pytest.mark.speed
@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1024, 16), (8, 1200)], ids=["many rows", "many classes"])
def test_memory_stays_within_64_bytes_for_each_logit(rng, what, shape, dtype):
    logits, targets = draw(rng, *shape)
    targets[0] = -100
    assert_memory_at_most(64 * logits.size, answer, what, logits.astype(dtype), targets)
