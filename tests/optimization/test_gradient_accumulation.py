import copy
from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.gradient_accumulation import accumulate
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    manners,
    unchanged,
)

W, B = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.1]]), np.array([0.2, -0.4])


def linear_gradients(batch):
    """Loss, gradients and rows of the mean squared error of x W + B against y."""
    x, y = batch
    error = x @ W.astype(x.dtype) + B.astype(x.dtype) - y
    n = len(x)
    loss = float((error.astype(np.float64) ** 2).sum() / n)
    return loss, [x.T @ error * (2 / n), error.sum(axis=0) * (2 / n)], n


def draw_batches(rng, sizes):
    return [(rng.normal(size=(size, 3)), rng.normal(size=(size, 2))) for size in sizes]


def at_once(batches):
    """The same for all rows in one batch, by torch."""
    x, y = (torch.tensor(np.concatenate(parts)) for parts in zip(*batches, strict=True))
    w, b = (torch.tensor(param, requires_grad=True) for param in (W, B))
    loss = ((x @ w + b - y) ** 2).sum(dim=1).mean()
    loss.backward()
    return loss.item(), [w.grad.numpy(), b.grad.numpy()]


def as_they_are(batch):
    """Batches that are their own loss, gradients and number of terms."""
    return batch


@pytest.mark.parametrize("n", [1, 100, 100_000])
def test_three_quarters_and_one_quarter_of_the_terms_worked_out_by_hand(n):
    batches = [(2.0, [np.array([1.0, 4.0])], 3 * n), (6.0, [np.array([5.0, -8.0])], n)]
    assert_close(accumulate(as_they_are, batches), (3.0, [np.array([2.0, 1.0])]))


@pytest.mark.parametrize(
    "sizes", [(4, 4, 3), (5,), (1, 1), (7, 1), (1, 7), (2, 9, 1, 4, 4)], ids=str
)
def test_it_agrees_with_all_rows_in_one_batch(rng, sizes):
    batches = draw_batches(rng, sizes)
    expected = at_once(batches)
    assert_close(accumulate(linear_gradients, batches), expected)


def test_it_agrees_with_the_reference(rng, reference):
    batches = draw_batches(rng, (3, 8, 2))
    expected = reference.accumulate(linear_gradients, batches)
    assert_close(accumulate(linear_gradients, batches), expected)


def test_every_batch_is_asked_for_once_and_in_order(rng):
    batches, asked = draw_batches(rng, (3, 1, 2)), []
    expected = copy.deepcopy(batches)

    def gradients(batch):
        asked.append(copy.deepcopy(batch))
        return linear_gradients(batch)

    accumulate(gradients, batches)
    assert_close(asked, expected)


@pytest.mark.parametrize("sizes", [(4, 2, 3), (1, 5), (5,), (1,)], ids=str)
def test_the_gradients_of_every_call_may_be_in_the_same_arrays(rng, sizes):
    batches, buffers = draw_batches(rng, sizes), [np.zeros_like(W), np.zeros_like(B)]
    expected = at_once(batches)

    def gradients(batch):
        loss, grads, n = linear_gradients(batch)
        for buffer, grad in zip(buffers, grads, strict=True):
            buffer[...] = grad
        return loss, buffers, n

    loss, grads = accumulate(gradients, batches)
    for buffer in buffers:
        buffer[...] = 7.0
    assert_close((loss, grads), expected)


@pytest.mark.parametrize("n", [1, 2])
def test_what_a_call_returned_is_left_unchanged(rng, n):
    batches = [(1.0, [rng.normal(size=(2, 3)), rng.normal(size=4)], 3) for _ in range(n)]
    with unchanged(batches):
        accumulate(as_they_are, batches)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, 0.0, 5.0])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_batch_without_terms_is_skipped(nothing, place):
    batches = [(2.0, [np.array([1.0])], 3), (6.0, [np.array([5.0])], 1)]
    batches.insert(place, (nothing, [np.array([nothing])], 0))
    assert_close(accumulate(as_they_are, batches), (3.0, [np.array([2.0])]))


def test_a_loss_of_nan_is_no_batch_without_terms():
    batches = [(2.0, [np.array([1.0])], 3), (np.nan, [np.array([np.nan])], 1)]
    assert_close(accumulate(as_they_are, batches), (np.nan, [np.array([np.nan])]))


def test_losses_and_gradients_of_zero_count():
    batches = [(0.0, [np.array([0.0, 4.0])], 1), (-8.0, [np.zeros(2)], 3), (0.0, [np.zeros(2)], 4)]
    assert_close(accumulate(as_they_are, batches), (-3.0, [np.array([0.0, 0.5])]))


def test_without_parameters_there_is_still_a_loss():
    assert_close(accumulate(as_they_are, [(2.0, [], 3), (6.0, [], 1)]), (3.0, []))


def test_each_gradient_keeps_its_dtype(rng):
    x = rng.normal(size=4)

    def gradients(n):
        return 1.0, [x.astype(np.float32), x.copy(), x.astype(np.float16)], n

    expected = gradients(4)[1]
    assert_close(accumulate(gradients, [0, 4, 4, 4])[1], expected)


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_without_any_terms_a_value_error_is_raised(batches):
    assert_value_error(accumulate, as_they_are, [(np.nan, [np.array([np.nan])], 0)] * batches)


@manners()
def test_manners(rng):
    return (
        partial(accumulate, linear_gradients, draw_batches(rng, (4, 4, 3))),
        partial(accumulate, linear_gradients, draw_batches(rng, (5,))),
    )


@pytest.mark.speed
def test_memory_does_not_grow_with_the_number_of_batches():
    def gradients(batch):
        return 1.0, [np.full((100, 100), batch), np.full(10_000, batch)], 2

    one = 2 * 10_000 * 8
    assert_memory_at_most(10 * one, accumulate, gradients, [float(b) for b in range(40)])
