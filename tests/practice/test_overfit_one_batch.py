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
    """Weights, and n rows with their classes."""
    shapes = [shape for n_in, n_out in pairwise(sizes) for shape in ((n_out, n_in), (n_out,))]
    weights = [torch.from_numpy(rng.normal(size=shape)) for shape in shapes]
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
    expected = logits_of(weights, x)
    assert_close(Classifier(weights, dropout=0.0).forward(x).detach(), expected)


@NETWORKS
@pytest.mark.parametrize("dropout", [0.0, 1.0])
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_the_check_is_gradient_descent_of_all_weights_on_the_batch(rng, sizes, dropout, steps):
    weights, x, y = draw(rng, sizes, 6)
    expected, losses = descend(weights, [(x, y)] * steps, lr=0.2)
    classifier = Classifier(weights, dropout)
    assert_close(classifier.overfit(x, y, steps, lr=0.2), losses)
    assert_close(classifier.weights(), expected)


def test_the_check_is_passed_where_rows_look_alike_at_first():
    # The hidden units begin with the same value for all rows, so they have to learn. Class 2 has
    # a negative logit in all of them, and gets its probability all the same.
    weights = [torch.ones(3, 3), torch.zeros(3), torch.eye(3), torch.tensor([0.0, 0.0, -3.0])]
    *_, last = Classifier(weights, dropout=0.9).overfit(torch.eye(3), torch.arange(3), 500, 0.5)
    assert_close({"below 0.01": last < 0.01}, {"below 0.01": True})


@pytest.mark.parametrize("sizes", [(3, 5, 4), (2, 6, 5, 3)], ids=str)
@pytest.mark.parametrize("dropout", [0.0, 1.0])
@pytest.mark.parametrize("batch_size", [1, 3, 7, 20])
def test_training_makes_a_step_for_each_batch_with_dropout(rng, sizes, dropout, batch_size):
    weights, x, y = draw(rng, sizes, 7)
    batches = list(zip(x.split(batch_size), y.split(batch_size), strict=True))
    expected, _ = descend(weights, batches * 2, lr=0.1, kept=1 - dropout)
    classifier = Classifier(weights, dropout)
    classifier.fit(x, y, 2, batch_size, lr=0.1)
    assert_close(classifier.weights(), expected)


def test_each_unit_drops_out_with_the_probability_dropout(rng):
    # The bias of a unit that has dropped out gets no gradient. Of 4,000 units 30 % do, with a
    # standard deviation of 0.7 %.
    weights, x, _ = draw(rng, (2, 4000, 3), 1)
    weights = [0.01 * weight for weight in weights]
    weights[1] = torch.ones_like(weights[1])
    classifier = Classifier(weights, dropout=0.3)
    classifier.fit(x, torch.tensor([1]), 1, 1, lr=1.0)
    dropped = classifier.weights()[1] == 1.0
    assert_close(dropped.double().mean().item(), 0.3, rtol=0.0, atol=0.045)


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
    one, other = Classifier(weights, dropout=0.0), Classifier(weights, dropout=0.0)
    one.overfit(x, y, 2, lr=0.3)
    other.fit(x, y, 1, 2, lr=0.1)
    assert_close(one.weights(), expected)
