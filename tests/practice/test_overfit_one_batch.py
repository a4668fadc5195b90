from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from exercises.practice.overfit_one_batch import Classifier
from kata.testing import assert_close, unchanged

# Of the features, the hidden units of each layer, and the classes.
NETWORKS = pytest.mark.parametrize("sizes", [(3, 5, 4), (2, 6, 5, 3), (4, 4, 4, 4, 4)], ids=str)


def floats(values):
    return torch.tensor(values, dtype=torch.float64)


def draw(rng, sizes, n):
    """Weights, transposed in memory, and n rows with their classes."""
    shapes = [shape for n_in, n_out in pairwise(sizes) for shape in ((n_in, n_out), (n_out,))]
    weights = [torch.from_numpy(rng.normal(size=shape).T) for shape in shapes]
    y = torch.from_numpy(rng.integers(sizes[-1], size=n))
    return weights, torch.from_numpy(rng.normal(size=(n, sizes[0]))), y


def logits_of(weights, x, kept=1.0):
    """In training with a dropout of 1, no hidden unit is kept: `kept` is 0."""
    for i in range(0, len(weights) - 2, 2):
        x = kept * torch.relu(F.linear(x, *weights[i : i + 2]))
    return F.linear(x, *weights[-2:])


def descend(weights, batches, lr, kept=1.0):
    """The weights after a step of gradient descent for each batch, and the losses before them."""
    losses = []
    for x, y in batches:
        weights = [weight.clone().requires_grad_() for weight in weights]
        loss = F.cross_entropy(logits_of(weights, x, kept), y)
        grads = torch.autograd.grad(loss, weights)
        weights = [(w - lr * grad).detach() for w, grad in zip(weights, grads, strict=True)]
        losses.append(loss.item())
    return weights, losses


def test_logits_may_be_negative():
    weights = [floats([[2.0], [-2.0]]), floats([1.0, 1.0]), floats([[1.0, -3.0]]), floats([0.5])]
    logits = Classifier(weights, dropout=0.0).forward(floats([[1.0], [-1.0]]))
    assert_close(logits.detach(), floats([[3.5], [-8.5]]))


@NETWORKS
def test_logits_agree_with_a_network_written_out(rng, sizes):
    weights, x, _ = draw(rng, sizes, 6)
    expected = [logits_of(weights, scale * x) for scale in (1.0, -1e4)]
    classifier = Classifier(weights, dropout=0.0)
    got = [classifier.forward(x.mul_(scale)).detach() for scale in (1.0, -1e4)]
    assert_close(got, expected)


@NETWORKS
@pytest.mark.parametrize(
    ("steps", "dropout", "scale"), [(0, 0.0, 1.0), (1, 0.0, 1e3), (5, 1.0, 1.0)]
)
def test_the_check_is_gradient_descent_of_all_weights_on_the_batch(
    rng, sizes, dropout, steps, scale
):
    weights, x, y = draw(rng, sizes, 6)
    x *= scale
    expected, losses = descend(weights, [(x, y)] * steps, lr=0.2)
    classifier = Classifier(weights, dropout)
    assert_close(classifier.overfit(x, y, steps, lr=0.2), losses)
    assert_close(classifier.weights(), expected)


def test_the_check_is_passed_where_rows_look_alike_at_first():
    # The hidden units begin with the same value for all rows, so they have to learn. Class 2 has
    # a negative logit in all of them, and gets its probability all the same.
    eye, y = torch.eye(3, dtype=torch.float64), torch.arange(3)
    weights = [torch.ones_like(eye), 0 * eye[0], eye, floats([0.0, 0.0, -3.0])]
    _, expected = descend(weights, [(eye, y)] * 300, lr=2.0)
    losses = Classifier(weights, dropout=0.9).overfit(eye, y, 300, 2.0)
    assert_close((losses, losses[-1] < 5e-4), (expected, True))
    # Where nothing is left to learn, all steps are taken nevertheless.
    weights[3] = floats([60.0, 0.0, -3.0])
    losses = Classifier(weights, dropout=0.9).overfit(eye, 0 * y, 4, 2.0)
    assert_close(losses, [0.0] * 4, atol=1e-12)


@pytest.mark.parametrize("sizes", [(3, 5, 4), (2, 6, 5, 3)], ids=str)
@pytest.mark.parametrize(
    ("batch_size", "dropout"), [(1, 0.0), (3, 0.0), (3, 1.0), (7, 0.0), (20, 1.0)]
)
def test_training_makes_a_step_for_each_batch_with_dropout(rng, sizes, dropout, batch_size):
    weights, x, y = draw(rng, sizes, 7)
    batches = list(zip(x.split(batch_size), y.split(batch_size), strict=True))
    expected, _ = descend(weights, batches * 2, lr=0.1, kept=1 - dropout)
    classifier = Classifier(weights, dropout)
    classifier.fit(x, y, 2, batch_size, lr=0.1)
    assert_close(classifier.weights(), expected)


def last_hidden_units_in_training(classifier, n, epochs=1):
    """(2 n, units): those of two trainings, in batches of two. Row i is of class i.

    The last layer is almost 0, so all n + 1 classes are as probable. Class n has no row: what class
    i got beside it in a step is the hidden units of row i, times lr, and halved by the mean.
    """
    lr, units = 1e-12, []
    x = torch.ones(n, 1, dtype=torch.float64)
    for _ in range(2):
        classifier.overfit(x, torch.arange(n), 0, lr)
        before = classifier.weights()[-2]
        classifier.fit(x, torch.arange(n), epochs, 2, lr)
        step = classifier.weights()[-2] - before
        units.append((step[:n] - step[n]) * 2 / lr)
    return torch.cat(units)


def test_units_drop_out_independently_and_what_is_kept_is_scaled_up(rng):
    # The feature and every first hidden unit are 1. Each of the second ones is 1 more than its own
    # first one, before they drop out.
    n, size, dropout = 4, 500, 0.3
    one, eye = torch.ones(size, dtype=torch.float64), torch.eye(size, dtype=torch.float64)
    last = [torch.zeros(n + 1, size, dtype=torch.float64), floats([0.0] * (n + 1))]
    classifier = Classifier([one[:, None], 0 * one, eye, one, *last], dropout)
    units = last_hidden_units_in_training(classifier, n)
    scale = 1 / (1 - dropout)
    second, first = (units > 0.5).double(), (units > 2.2).double()
    assert_close(units, second * scale * (1 + first * scale), rtol=1e-6, atol=1e-6)
    # Shares of 500 units: with a standard deviation of at most 2.3 %.
    assert_close(1 - second.mean(dim=1), 0.3 * torch.ones_like(units[:, 0]), rtol=0.0, atol=0.13)
    first_too = first.sum(dim=1) / second.sum(dim=1)
    assert_close(first_too, 0.7 * torch.ones_like(first_too), rtol=0.0, atol=0.16)
    # No two rows, whether of a batch or not, lose the same units.
    pairs = (1 - second) @ (1 - second).T / size
    expected = torch.full_like(pairs, 0.3**2).fill_diagonal_(0.3)
    assert_close(pairs, expected, rtol=0.0, atol=0.13)
    # Nor does a row in two epochs.
    twice = (last_hidden_units_in_training(classifier, n, epochs=2) < 0.5).double().mean(dim=1)
    assert_close(twice, torch.full_like(twice, 0.3**2), rtol=0.0, atol=0.1)


def test_training_and_the_check_take_turns(rng):
    weights, x, y = draw(rng, (3, 4, 3), 5)
    classifier, losses = Classifier(weights, dropout=1.0), []
    expected, expected_losses = weights, []
    for _ in range(2):
        expected, two = descend(expected, [(x, y)] * 2, lr=0.3)
        expected, _ = descend(expected, [(x, y)], lr=0.1, kept=0.0)
        expected_losses += two
        losses += classifier.overfit(x, y, 2, lr=0.3)
        classifier.fit(x, y, 1, 5, lr=0.1)
    assert_close((losses, classifier.weights()), (expected_losses, expected))


def test_it_agrees_with_the_reference(rng, reference):
    weights, x, y = draw(rng, (3, 6, 4), 8)
    right = reference.Classifier(weights, dropout=0.0)
    expected = right.overfit(x, y, 3, 0.1), right.fit(x, y, 2, 3, 0.1), right.weights()
    own = Classifier(weights, dropout=0.0)
    assert_close((own.overfit(x, y, 3, 0.1), own.fit(x, y, 2, 3, 0.1), own.weights()), expected)


def test_the_arguments_are_left_unchanged_and_the_weights_are_copies(rng):
    weights, x, y = draw(rng, (3, 4, 3), 6)
    expected = [weight.clone() for weight in weights]
    with unchanged(weights, x, y):
        classifier = Classifier(weights, dropout=0.5)
        before = classifier.weights()
        classifier.fit(x, y, 1, 4, lr=0.1)
        classifier.overfit(x, y, 2, lr=0.1)
    assert_close(before, expected)


def test_two_classifiers_share_nothing(rng):
    weights, x, y = draw(rng, (3, 4, 3), 6)
    expected, _ = descend(weights, [(x, y)] * 2, lr=0.3)
    one, other = Classifier(weights, dropout=0.0), Classifier(weights, dropout=1.0)
    one.overfit(x, y, 1, lr=0.3)
    other.fit(x, y, 1, 2, lr=0.1)
    one.fit(x, y, 1, 6, lr=0.3)
    assert_close(one.weights(), expected)
