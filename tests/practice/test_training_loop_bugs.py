import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.practice.training_loop_bugs import Classifier
from kata.testing import assert_close, unchanged

BATCH_SIZES = pytest.mark.parametrize("batch_size", [1, 2, 4, 7, 20])


def draw(rng, n):
    """Random weights, and n rows with a class of its own each."""
    shapes = [(5, 3), (5,), (n + 1, 5), (n + 1,), (n, 3)]
    *weights, x = (torch.from_numpy(rng.normal(size=shape)) for shape in shapes)
    return weights, x, torch.from_numpy(rng.permutation(n + 1)[:n])


def only_b2_speaks_for_class_1():
    """Weights, and rows whose classes are found, though not from b2 alone.

    With dropout = 1 no hidden unit is left in training, so nothing is left to chance.
    """
    w1, b1 = [[1.0], [-1.0]], [0.5, 0.25]
    w2, b2 = [[9.0, 0.0], [0.0, 0.0], [0.0, 9.0]], [0.0, 1.0, 0.0]
    weights = [torch.tensor(weight, dtype=torch.float64) for weight in (w1, b1, w2, b2)]
    x = torch.tensor([[2.0], [-2.0], [3.0], [1.0], [-4.0]], dtype=torch.float64)
    return weights, x, torch.tensor([0, 2, 0, 0, 2])


def logits_of(weights, x):
    w1, b1, w2, b2 = weights
    return F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2)


def loss_of(weights, x, y):
    return F.cross_entropy(logits_of(weights, x), y)


def trained(weights, batches, lr):
    """The weights after a step of gradient descent for each batch, and the losses before them."""
    losses = []
    for x, y in batches:
        weights = [weight.clone().requires_grad_() for weight in weights]
        loss = loss_of(weights, x, y)
        grads = torch.autograd.grad(loss, weights)
        weights = [(w - lr * grad).detach() for w, grad in zip(weights, grads, strict=True)]
        losses.append(loss.item())
    return weights, losses


def name_of(weights, possible):
    """Which of the possible outcomes these weights are."""
    alike = [name for name, other in possible.items() if all(map(torch.allclose, weights, other))]
    return alike[0] if alike else "another"


# --- evaluate --------------------------------------------------------------------------------


@BATCH_SIZES
def test_evaluation_gives_the_mean_cross_entropy_of_all_rows(rng, batch_size):
    weights, x, y = draw(rng, 7)
    expected = [loss_of(weights, sign * x, y).item() for sign in (1, -1)]
    classifier = Classifier(weights, dropout=0.0, lr=0.1)
    losses = [classifier.evaluate(x.mul_(sign), y, batch_size)[0] for sign in (1, -1)]
    assert_close(losses, expected)


@BATCH_SIZES
def test_evaluation_gives_the_share_of_rows_whose_class_is_found(rng, batch_size):
    weights, x, _ = draw(rng, 7)
    y = logits_of(weights, x).argmax(dim=1)
    y[[2, 6]] = (y[[2, 6]] + 1) % 8
    _, accuracy = Classifier(weights, dropout=0.0, lr=0.1).evaluate(x, y, batch_size)
    assert_close(accuracy, 5 / 7)


@pytest.mark.parametrize("epochs", [0, 1], ids=["at once", "after training"])
def test_no_unit_drops_out_in_an_evaluation(rng, epochs):
    weights, x, y = only_b2_speaks_for_class_1()
    expected = loss_of(weights, x, y).item()
    classifier = Classifier(weights, dropout=1.0, lr=0.0)
    classifier.fit(x, y, epochs, batch_size=5, rng=rng)
    assert_close(classifier.evaluate(x, y, batch_size=5), (expected, 1.0))


# --- fit: the steps --------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [9, 30])
@pytest.mark.parametrize("epochs", [0, 1, 12])
def test_with_all_rows_in_one_batch_it_is_gradient_descent(rng, epochs, batch_size):
    # In one batch the order cannot matter, as long as each row keeps its class.
    weights, x, y = draw(rng, 9)
    expected, losses = trained(weights, [(x, y)] * epochs, lr=0.2)
    classifier = Classifier(weights, dropout=0.0, lr=0.2)
    history = classifier.fit(x, y, epochs, batch_size, rng)
    assert_close(history, losses)
    assert_close(classifier.weights(), expected)


def test_a_step_knows_nothing_of_an_earlier_fit_or_evaluation(rng):
    weights, x, y = draw(rng, 7)
    expected, losses = trained(weights, [(x, y)] * 3, lr=0.3)
    classifier = Classifier(weights, dropout=0.0, lr=0.3)
    history = classifier.fit(x, y, epochs=1, batch_size=7, rng=rng)
    classifier.evaluate(x, y, batch_size=3)
    history += classifier.fit(x, y, epochs=2, batch_size=7, rng=rng)
    assert_close(history, losses)
    assert_close(classifier.weights(), expected)


@pytest.mark.parametrize(
    ("n", "batch_size", "sizes"), [(6, 2, [2, 2, 2]), (7, 3, [3, 3, 1]), (3, 1, [1, 1, 1])], ids=str
)
def test_every_batch_makes_one_step_and_no_row_is_lost(rng, n, batch_size, sizes):
    # All rows are alike, so their order cannot matter.
    weights, row, label = draw(rng, 1)
    expected, losses = trained(weights, [(row, label)] * 6, lr=0.1)
    classifier = Classifier(weights, dropout=0.0, lr=0.1)
    history = classifier.fit(row.repeat(n, 1), label.repeat(n), 2, batch_size, rng)
    assert_close(
        history, [np.average(losses[:3], weights=sizes), np.average(losses[3:], weights=sizes)]
    )
    assert_close(classifier.weights(), expected)


def test_it_agrees_with_the_reference(rng, reference):
    weights, x, y = draw(rng, 11)
    right = reference.Classifier(weights, dropout=0.0, lr=0.1)
    history, evaluation = right.fit(x, y, 3, 11, rng), right.evaluate(x, y, 4)
    classifier = Classifier(weights, dropout=0.0, lr=0.1)
    assert_close(classifier.fit(x, y, 3, 11, rng), history)
    assert_close(classifier.evaluate(x, y, 4), evaluation)


# --- fit: the order of the rows --------------------------------------------------------------


def draw_rows_whose_order_matters(n):
    """Always the same ones: for some draws, with units that never wake, the order is no matter."""
    weights, x, _ = draw(np.random.default_rng(0), n)
    return weights, x, torch.full((n,), 2)


def fitted(weights, x, y, epochs, batch_size, rng):
    classifier = Classifier(weights, dropout=0.0, lr=0.1)
    classifier.fit(x, y, epochs, batch_size, rng)
    return classifier.weights()


def after_batches(weights, x, y, text):
    """The weights after the batches of a text such as "01 2", which has two."""
    batches = [[int(row) for row in rows] for rows in text.split()]
    return trained(weights, [(x[rows], y[rows]) for rows in batches], lr=0.1)[0]


def test_the_order_is_drawn_from_rng():
    arguments = draw_rows_whose_order_matters(20)
    one, other = (fitted(*arguments, 2, 3, np.random.default_rng(5)) for _ in range(2))
    assert_close(one, other)


def test_every_epoch_of_every_run_has_an_order_of_its_own(rng):
    # Either order of two rows has odds of 1/2: 24 times the same one, 1.2e-7.
    weights, x, y = draw_rows_whose_order_matters(2)
    orders = ["0 1, 0 1", "0 1, 1 0", "1 0, 0 1", "1 0, 1 0"]
    possible = {order: after_batches(weights, x, y, order.replace(",", "")) for order in orders}
    seen = [name_of(fitted(weights, x, y, 2, 1, rng), possible).split(", ") for _ in range(24)]
    firsts = {first for first, *_ in seen}
    repeats = {order[0] == order[-1] for order in seen}
    assert_close({"orders of the first": sorted(firsts)}, {"orders of the first": ["0 1", "1 0"]})
    assert_close(
        {"the second has the same": sorted(repeats)}, {"the second has the same": [False, True]}
    )


def test_the_order_of_an_epoch_does_not_follow_from_that_of_the_one_before(rng):
    # If it did there were six pairs at most. That 24 draws of 36 pairs show no more has odds of
    # 36! / (6! 30!) · (6 / 36)²⁴, below 1e-12.
    weights, x, y = draw_rows_whose_order_matters(3)
    orders = [" ".join(order) for order in itertools.permutations("012")]
    pairs = [f"{first} {second}" for first in orders for second in orders]
    possible = {pair: after_batches(weights, x, y, pair) for pair in pairs}
    seen = {name_of(fitted(weights, x, y, 2, 1, rng), possible) for _ in range(24)}
    assert_close({"each has one successor": len(seen) <= 6}, {"each has one successor": False})


def test_the_rows_of_a_batch_are_not_always_the_same(rng):
    # Row 0 meets row 1 with odds of 1/3; in all of 14 runs, 2.1e-7.
    weights, x, y = draw_rows_whose_order_matters(4)
    possible = {order: after_batches(weights, x, y, order) for order in ("01 23", "23 01")}
    seen = {name_of(fitted(weights, x, y, 1, 2, rng), possible) for _ in range(14)}
    assert_close(
        {"batches other than 01 and 23": "another" in seen}, {"batches other than 01 and 23": True}
    )


# --- fit: dropout ----------------------------------------------------------------------------


@pytest.mark.parametrize("evaluations", [0, 1], ids=["at once", "after an evaluation"])
def test_units_drop_out_in_training(rng, evaluations):
    weights, x, y = only_b2_speaks_for_class_1()
    expected = [weight.clone() for weight in weights[:3]]
    classifier = Classifier(weights, dropout=1.0, lr=0.1)
    for _ in range(2):
        for _ in range(evaluations):
            classifier.evaluate(x, y, batch_size=2)
        classifier.fit(x, y, epochs=1, batch_size=2, rng=rng)
    assert_close(classifier.weights()[:3], expected)


def test_an_epochs_loss_is_that_with_dropout(rng):
    weights, x, y = only_b2_speaks_for_class_1()
    expected = F.cross_entropy(weights[3].expand(5, 3), y).item()
    classifier = Classifier(weights, dropout=1.0, lr=0.0)
    assert_close(classifier.fit(x, y, 2, 2, rng), [expected] * 2)


def test_each_unit_of_each_row_drops_out_by_itself_and_what_is_kept_is_scaled_up(rng):
    # All units are 1. The last layer is almost 0, so the three classes are as probable. Class 2 has
    # no row: what class i gets beside it in a step is the units of row i, times lr, and halved by
    # the mean.
    size, lr, units = 2000, 1e-12, []
    shapes = [(size, 1), (size,), (3, size), (3,)]
    weights = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
    weights[1] += 1.0
    classifier = Classifier(weights, dropout=0.3, lr=lr)
    for _ in range(2):
        before = classifier.weights()[2]
        classifier.fit(torch.ones(2, 1, dtype=torch.float64), torch.arange(2), 1, 2, rng)
        step = classifier.weights()[2] - before
        units.append((step[:2] - step[2]) * 2 / lr)
    units = torch.cat(units)
    dropped = (units < 0.5).double()
    assert_close(units, (1 - dropped) / 0.7, rtol=1e-6, atol=1e-6)
    # Shares of 2,000 units: with a standard deviation of at most 1.1 %.
    pairs = dropped @ dropped.T / size
    expected = torch.full_like(pairs, 0.3**2).fill_diagonal_(0.3)
    assert_close(pairs, expected, rtol=0.0, atol=0.07)


# --- Whose memory it is ----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_weights_keep_their_dtype(rng, dtype):
    weights, x, y = draw(rng, 7)
    classifier = Classifier([weight.to(dtype) for weight in weights], dropout=0.5, lr=0.1)
    classifier.fit(x.to(dtype), y, epochs=1, batch_size=3, rng=rng)
    assert_close([str(weight.dtype) for weight in classifier.weights()], [str(dtype)] * 4)


def test_the_arguments_are_left_unchanged(rng):
    weights, x, y = draw(rng, 7)
    with unchanged(weights, x, y):
        classifier = Classifier(weights, dropout=0.5, lr=0.1)
        classifier.fit(x, y, epochs=2, batch_size=3, rng=rng)
        classifier.evaluate(x, y, batch_size=3)


def test_weights_that_were_given_or_handed_out_are_the_callers_own(rng):
    weights, x, y = draw(rng, 7)
    given = [weight.clone() for weight in weights]
    classifier = Classifier(given, dropout=0.0, lr=0.1)
    for mine in (given, classifier.weights()):
        for weight in mine:
            weight.fill_(7.0)
        assert_close(classifier.weights(), weights)
    before = classifier.weights()
    classifier.fit(x, y, epochs=2, batch_size=3, rng=rng)
    assert_close(before, weights)


def test_two_classifiers_share_nothing(rng):
    weights, x, y = draw(rng, 7)
    expected, losses = trained(weights, [(x, y)] * 2, lr=0.3)
    one, other = Classifier(weights, dropout=0.0, lr=0.3), Classifier(weights, dropout=1.0, lr=0.1)
    history = one.fit(x, y, epochs=1, batch_size=7, rng=rng)
    other.fit(x, y, epochs=1, batch_size=3, rng=rng)
    history += one.fit(x, y, epochs=1, batch_size=7, rng=rng)
    assert_close(history, losses)
    assert_close(one.weights(), expected)
