from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.practice.scale_bugs import draw_params, gradients, prepare, step, train
from kata.testing import assert_close, draws, manners

DIGITS = Path(__file__).parents[2] / "data" / "digits.npz"


def draw_network(rng, pixels=6, hidden=5, classes=4):
    shapes = [(hidden, pixels), (hidden,), (classes, hidden), (classes,)]
    return [rng.normal(size=shape) for shape in shapes]


def draw_rows(rng, n, pixels=6, classes=4):
    return rng.random(size=(n, pixels)), rng.integers(classes, size=n)


# --- prepare ---------------------------------------------------------------------------------


def test_pixels_are_scaled_to_0_to_1():
    images = np.array([[[0, 255], [51, 102]], [[204, 1], [0, 0]]], dtype=np.uint8)
    expected = np.array([[0.0, 1.0, 0.2, 0.4], [0.8, 1 / 255, 0.0, 0.0]])
    assert_close(prepare(images), expected)


@pytest.mark.parametrize("largest", [1, 100, 255])
def test_a_dark_picture_stays_dark_whatever_the_others_are(rng, largest):
    images = rng.integers(largest + 1, size=(4, 3, 5)).astype(np.uint8)
    expected = np.array([image.flatten() / 255.0 for image in images])
    assert_close(prepare(images), expected)


# --- draw_params -----------------------------------------------------------------------------


def test_biases_are_0_and_shapes_those_of_the_layers(rng):
    w1, b1, w2, b2 = draw_params(7, 5, 3, rng)
    assert_close([w1.shape, w2.shape], [(5, 7), (3, 5)])
    assert_close([b1, b2], [np.zeros(5), np.zeros(3)])


@pytest.mark.parametrize(("pixels", "hidden", "classes"), [(50, 400, 100), (800, 25, 800)])
def test_the_variance_of_weights_is_2_by_the_inputs(rng, pixels, hidden, classes):
    # Of 20,000 weights or more: a standard deviation of 1 %, in w1's and w2's own units.
    w1, _, w2, _ = draw_params(pixels, hidden, classes, rng)
    variances = np.array([np.mean(w1**2) * pixels, np.mean(w2**2) * hidden])
    assert_close(variances, np.full(2, 2.0), rtol=0.08)
    means = np.array([np.mean(w1) * pixels**0.5, np.mean(w2) * hidden**0.5])
    assert_close(means, np.zeros(2), atol=0.08)


def test_weights_are_independent(rng):
    w1, _, w2, _ = draw_params(400, 400, 400, rng)
    # Correlations have deviations of 0.05 and 0.0025.
    for w in (w1, w1.T, w2, w2.T):
        assert_close(np.abs(np.corrcoef(w) - np.eye(400)).max(), 0.0, rtol=0.0, atol=0.5)
    assert_close(np.corrcoef(w1.ravel(), w2.ravel())[0, 1], 0.0, rtol=0.0, atol=0.1)


@draws()
def test_it_draws_from_rng(rng):
    return draw_params(3, 4, 2, rng)


# --- gradients -------------------------------------------------------------------------------


def mean_loss(w1, b1, w2, b2, x, y):
    return F.cross_entropy(F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2), y)


def expected_gradients(params, x, y):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    loss = mean_loss(*tensors, torch.tensor(x), torch.tensor(y))
    return [grad.numpy() for grad in torch.autograd.grad(loss, tensors)]


def test_two_copies_of_a_row_have_the_gradients_of_one():
    # The logits are 0: half of the probability is on the wrong class.
    params = [np.array([[1.0]]), np.zeros(1), np.zeros((2, 1)), np.zeros(2)]
    expected = [np.zeros((1, 1)), np.zeros(1), np.array([[-1.5], [1.5]]), np.array([-0.5, 0.5])]
    got = gradients(params, np.array([[3.0], [3.0]]), np.array([0, 0]))
    assert_close(got, expected)


@pytest.mark.parametrize("n", [1, 2, 7])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_gradients_are_those_of_the_mean_loss(rng, n, scale):
    params, (x, y) = [scale * param for param in draw_network(rng)], draw_rows(rng, n)
    expected = expected_gradients(params, x, y)
    assert_close(gradients(params, x, y), expected)


# --- step ------------------------------------------------------------------------------------


def as_network(w, b):
    return [np.array([[w]]), np.array([b]), np.array([[w]]), np.array([b])]


@pytest.mark.parametrize("lr", [0.01, 1.0, 10.0])
def test_long_gradients_are_shortened_to_max_norm_together(lr):
    # Their norm is √(1 + 49 + 1 + 49) = 10.
    grads, shorter = as_network(1.0, 7.0), 2.0 / (10.0 + 1e-6)
    expected = as_network(3.0 - lr * shorter, 4.0 - lr * 7 * shorter)
    new = step(as_network(3.0, 4.0), grads, lr, max_norm=2.0, decay=0.0)
    assert_close(new, expected)


@pytest.mark.parametrize("lr", [0.01, 1.0, 10.0])
def test_short_gradients_are_left_as_they_are(lr):
    new = step(as_network(3.0, 4.0), as_network(0.1, -0.7), lr, max_norm=2.0, decay=0.0)
    assert_close(new, as_network(3.0 - lr * 0.1, 4.0 + lr * 0.7))


@pytest.mark.parametrize("size", [0.0, 0.1, 7.0])
def test_weights_decay_and_biases_do_not(size):
    moves = 0.5 * size * min(1.0, 2.0 / (2 * size + 1e-6))
    expected = as_network(3.0 - moves - 0.5 * 0.2 * 3.0, 4.0 - moves)
    new = step(as_network(3.0, 4.0), as_network(size, size), 0.5, max_norm=2.0, decay=0.2)
    assert_close(new, expected)


# --- train -----------------------------------------------------------------------------------


def expected_params(params, x, labels, epochs, batch_size, lr):
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            grads = expected_gradients(params, x[rows], labels[rows])
            norm = np.linalg.norm(np.concatenate([grad.flatten() for grad in grads]))
            shorter = min(1.0, 1.0 / (norm + 1e-6))
            rates = [1e-4 * (param.ndim == 2) for param in params]
            params = [
                param - lr * (shorter * grad + rate * param)
                for param, grad, rate in zip(params, grads, rates, strict=True)
            ]
    return params


@pytest.mark.parametrize(("epochs", "batch_size"), [(0, 4), (1, 4), (3, 5), (2, 20)])
def test_training_takes_the_steps_of_all_batches(rng, epochs, batch_size):
    params, images = draw_network(rng), rng.integers(256, size=(10, 2, 3)).astype(np.uint8)
    labels = rng.integers(4, size=10)
    copies = [param.copy() for param in params]
    expected = expected_params(copies, images.reshape(10, 6) / 255.0, labels, epochs, batch_size, 2)
    assert_close(train(params, images, labels, epochs, batch_size, 2.0), expected)


def test_five_epochs_read_85_percent_of_new_digits(rng):
    with np.load(DIGITS) as data:
        images, labels = (data["images"] * 15).astype(np.uint8), data["labels"].astype(int)
    order = rng.permutation(len(images))
    new, seen = order[:400], order[400:]
    params = draw_params(64, 32, 10, rng)
    w1, b1, w2, b2 = train(params, images[seen], labels[seen], epochs=5, batch_size=32, lr=0.2)
    hidden = np.maximum(images[new].reshape(400, 64) / 255.0 @ w1.T + b1, 0)
    share = np.mean((hidden @ w2.T + b2).argmax(axis=1) == labels[new])
    assert_close({"85 % or more": bool(share >= 0.85)}, {"85 % or more": True})


def test_it_agrees_with_the_reference(rng, reference):
    params, images = draw_network(rng), rng.integers(256, size=(9, 2, 3)).astype(np.uint8)
    labels = rng.integers(4, size=9)
    expected = reference.train(params, images, labels, 2, 4, 0.3)
    assert_close(train(params, images, labels, 2, 4, 0.3), expected)


@manners(dtypes=())
def test_manners(rng):
    params, grads, (x, y) = draw_network(rng), draw_network(rng), draw_rows(rng, 5)
    images = rng.integers(128, size=(5, 2, 3)).astype(np.uint8)
    return (
        partial(prepare, images),
        partial(draw_params, 6, 5, 4, rng),
        partial(gradients, params, x, y),
        partial(step, params, grads, 0.1, 1.0, 0.5),
        partial(step, params, grads, 0.1, 1.0, 0.1),
        partial(step, params, grads, 0.1, 2.0, 0.1),
        partial(train, params, images, y, 1, 2, 0.1),
        partial(train, params, images, y, 0, 2, 0.1),
    )
