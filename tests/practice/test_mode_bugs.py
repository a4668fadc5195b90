import pytest
import torch
import torch.nn.functional as F

from exercises.practice.mode_bugs import FineTuner
from kata.testing import assert_close, unchanged


def draw(rng, n, features=3, hidden=5, classes=4):
    """Random weights, and n rows with their classes."""
    shapes = [(hidden, features), (hidden,), (hidden,), (hidden,), (classes, hidden), (classes,)]
    weights = [torch.from_numpy(rng.normal(size=shape)) for shape in shapes]
    weights[3] = weights[3].abs() + 0.5
    x = torch.from_numpy(rng.normal(size=(n, features)))
    return weights, x, torch.from_numpy(rng.integers(classes, size=n))


def fresh_head(weights):
    hidden = weights[1]
    ones, zeros = torch.ones_like(hidden), torch.zeros_like(hidden)
    return [ones, zeros, zeros.clone(), ones.clone(), *weights[4:]]


def logits_of(weights, head, x, training=False, keep=1.0):
    """The logits by the formulas; in training `head`'s running statistics are updated."""
    w1, b1, mean, var = weights[:4]
    gain, shift, running_mean, running_var, w2, b2 = head
    z = (F.linear(x, w1, b1) - mean) / (var + 1e-5).sqrt()
    h = F.batch_norm(torch.relu(z), running_mean, running_var, gain, shift, training=training)
    return F.linear(h * keep, w2, b2)


def trained(weights, head, x, y, steps, lr, keep=1.0):
    """The head after steps of gradient descent in training mode."""
    for _ in range(steps):
        head = [part.clone() for part in head]
        learning = [head[i].requires_grad_() for i in (0, 1, 4, 5)]
        loss = F.cross_entropy(logits_of(weights, head, x, training=True, keep=keep), y)
        for i, grad in zip((0, 1, 4, 5), torch.autograd.grad(loss, learning), strict=True):
            head[i] = (head[i] - lr * grad).detach()
    return head


# --- Evaluation ------------------------------------------------------------------------------


def test_by_default_the_batch_norms_leave_a_single_row_as_it_is():
    # The body makes (6 - 2) / 2 = 2 of 6, and the head 3 · 2 + 1.
    values = [[[1.0]], [0.0], [2.0], [4.0 - 1e-5], [[3.0 * (1 + 1e-5) ** 0.5]], [1.0]]
    weights = [torch.tensor(value, dtype=torch.float64) for value in values]
    got = FineTuner(weights, 0.0, 0.1).predict(torch.tensor([[6.0]], dtype=torch.float64))
    assert_close(got, torch.tensor([[7.0]], dtype=torch.float64))


@pytest.mark.parametrize("n", [1, 2, 6])
def test_predictions_at_once_use_the_running_statistics(rng, n):
    weights, x, _ = draw(rng, n)
    expected = logits_of(weights, fresh_head(weights), x)
    assert_close(FineTuner(weights, 0.0, 0.1).predict(x), expected)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_evaluation_gives_the_mean_cross_entropy(rng, n):
    weights, x, y = draw(rng, n)
    expected = F.cross_entropy(logits_of(weights, fresh_head(weights), x), y).item()
    assert_close(FineTuner(weights, 0.0, 0.1).evaluate(x, y), expected)


@pytest.mark.parametrize("dropout", [0.5, 1.0])
def test_nothing_drops_out_in_an_evaluation(rng, dropout):
    weights, x, y = draw(rng, 6)
    logits = logits_of(weights, fresh_head(weights), x)
    expected = F.cross_entropy(logits, y).item(), logits
    tuner = FineTuner(weights, dropout, 0.1)
    assert_close((tuner.evaluate(x, y), tuner.predict(x)), expected)


@pytest.mark.parametrize("first", ["evaluate", "predict"])
def test_an_evaluation_changes_nothing(rng, first):
    weights, x, y = draw(rng, 6)
    tuner = FineTuner(weights, 0.0, 0.1)
    for _ in range(2):
        tuner.evaluate(x, y) if first == "evaluate" else tuner.predict(x)
    assert_close(tuner.head(), fresh_head(weights))


# --- Training --------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [0, 1, 2, 4])
def test_every_epoch_is_a_step_in_training_mode(rng, epochs):
    weights, x, y = draw(rng, 7)
    expected = trained(weights, fresh_head(weights), x, y, epochs, lr=0.2)
    tuner = FineTuner(weights, 0.0, 0.2)
    tuner.fit(x, y, x[:2], y[:2], epochs)
    assert_close(tuner.head(), expected)


def test_the_losses_are_those_of_evaluations_after_each_epoch(rng):
    weights, x, y = draw(rng, 9)
    head, expected = fresh_head(weights), []
    for _ in range(3):
        head = trained(weights, head, x[:6], y[:6], 1, lr=0.2)
        expected.append(F.cross_entropy(logits_of(weights, head, x[6:]), y[6:]).item())
    history = FineTuner(weights, 0.0, 0.2).fit(x[:6], y[:6], x[6:], y[6:], 3)
    assert_close(history, expected)


@pytest.mark.parametrize("between", ["nothing", "evaluate", "predict"])
def test_training_goes_on_in_training_mode(rng, between):
    weights, x, y = draw(rng, 7)
    expected = trained(weights, fresh_head(weights), x, y, 2, lr=0.2)
    tuner = FineTuner(weights, 0.0, 0.2)
    for _ in range(2):
        tuner.fit(x, y, x, y, 1)
        if between == "evaluate":
            tuner.evaluate(x, y)
        elif between == "predict":
            tuner.predict(x)
    assert_close(tuner.head(), expected)


def test_the_body_stays_as_it_is(rng):
    weights, x, y = draw(rng, 7)
    tuner = FineTuner(weights, 0.0, 0.2)
    tuner.fit(x + 5, y, x, y, 3)
    tuner.predict(x)
    expected = logits_of(weights, tuner.head(), x)
    assert_close(tuner.predict(x), expected)


@pytest.mark.parametrize("epochs", [1, 3])
def test_all_units_drop_out_where_dropout_is_1(rng, epochs):
    weights, x, y = draw(rng, 7)
    expected = trained(weights, fresh_head(weights), x, y, epochs, lr=0.2, keep=0.0)
    tuner = FineTuner(weights, 1.0, 0.2)
    tuner.fit(x, y, x, y, epochs)
    assert_close(tuner.head(), expected)


def test_each_unit_drops_out_with_the_probability_dropout(rng):
    # The last weights of a unit that both rows have lost get no gradient. That happens to 0.3² of
    # 4,000 units, give or take 0.5 %. Small weights, so that no softmax is saturated.
    weights, x, _ = draw(rng, 2, hidden=4000)
    weights[1], weights[4] = weights[1] + 50.0, weights[4] / 1000
    tuner = FineTuner(weights, 0.3, 1.0)
    tuner.fit(x, torch.tensor([0, 1]), x, torch.tensor([0, 1]), 1)
    lost = (tuner.head()[4] == weights[4]).all(dim=0)
    assert_close(lost.double().mean().item(), 0.09, rtol=0.0, atol=0.03)


# --- Both ------------------------------------------------------------------------------------


def test_it_agrees_with_the_reference(rng, reference):
    weights, x, y = draw(rng, 8)
    right, tuner = reference.FineTuner(weights, 0.0, 0.3), FineTuner(weights, 0.0, 0.3)
    expected = right.fit(x, y, x[:3], y[:3], 3), right.predict(x)
    assert_close((tuner.fit(x, y, x[:3], y[:3], 3), tuner.predict(x)), expected)


def test_arguments_are_left_unchanged_and_results_are_the_callers_own(rng):
    weights, x, y = draw(rng, 7)
    expected = fresh_head(weights)
    with unchanged(weights, x, y):
        tuner = FineTuner(weights, 0.0, 0.2)
        for part in tuner.head():
            part.fill_(7.0)
        assert_close(tuner.head(), expected)
        before = tuner.head()
        tuner.fit(x, y, x, y, 2)
    assert_close(before, expected)
