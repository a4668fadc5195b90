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
    expected = [logits_of(weights, fresh_head(weights), sign * x) for sign in (1, -1)]
    tuner = FineTuner(weights, 0.0, 0.1)
    assert_close([tuner.predict(x.mul_(sign)) for sign in (1, -1)], expected)


@pytest.mark.parametrize("n", [1, 2, 6, 150])
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


def losses_after_each_epoch(weights, x, y, x_new, y_new, epochs, lr):
    """The head after all epochs, and the losses on the new rows."""
    head, losses = fresh_head(weights), []
    for _ in range(epochs):
        head = trained(weights, head, x, y, 1, lr)
        losses.append(F.cross_entropy(logits_of(weights, head, x_new), y_new).item())
    return head, losses


def test_the_losses_are_those_of_evaluations_after_each_epoch(rng):
    weights, x, y = draw(rng, 9)
    data = x[:6], y[:6], x[6:], y[6:]
    _, expected = losses_after_each_epoch(weights, *data, 3, lr=0.2)
    assert_close(FineTuner(weights, 0.0, 0.2).fit(*data, 3), expected)


def test_training_goes_on_while_the_losses_on_new_rows_rise(rng):
    # The new rows are those trained on, but with other classes.
    weights, x, y = draw(rng, 7)
    data = x, y, x, (y + 1) % 4
    head, expected = losses_after_each_epoch(weights, *data, 25, lr=0.5)
    tuner = FineTuner(weights, 0.0, 0.5)
    assert_close((tuner.fit(*data, 25), tuner.head()), (expected, head))


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


def units_in_training(tuner, x, y, lr, epochs=1):
    """(4, units): those of two rows, of classes 0 and 1, in two trainings.

    With last weights of almost 0 all three classes are as probable. Class 2 has no row: what
    another class gets beside it in a step is the units of its row, times lr, and halved by the
    mean.
    """
    units = []
    for _ in range(2):
        before = tuner.head()[4]
        tuner.fit(x, y, x, y, epochs)
        step = tuner.head()[4] - before
        units.append((step[:2] - step[2]) * 2 / lr)
    return torch.cat(units)


def test_units_drop_out_independently_and_what_is_kept_is_scaled_up(rng):
    # The head's batch norm makes -1 of every unit of the first row, and 1 of those of the second.
    size, dropout, lr = 2000, 0.3, 1e-12
    x, y = torch.tensor([[0.0], [1000.0]], dtype=torch.float64), torch.tensor([0, 1])
    one, last = torch.ones(size, dtype=torch.float64), torch.zeros(3, size, dtype=torch.float64)
    weights = [one[:, None], 0 * one, 0 * one, one, last, last[:, 0]]
    units = units_in_training(FineTuner(weights, dropout, lr), x, y, lr)
    kept = (units.abs() > 0.5).double()
    signs = torch.tensor([[-1.0], [1.0], [-1.0], [1.0]], dtype=torch.float64)
    assert_close(units, signs * kept / (1 - dropout), rtol=1e-6, atol=1e-6)
    # How often two rows have lost the same unit: with a standard deviation of at most 1 %.
    lost = 1 - kept
    expected = torch.full((4, 4), dropout**2, dtype=torch.float64).fill_diagonal_(dropout)
    assert_close(lost @ lost.T / size, expected, rtol=0.0, atol=0.06)
    # Nor do two epochs lose the same units.
    sums = units_in_training(FineTuner(weights, dropout, lr), x, y, lr, epochs=2)
    twice = (sums.abs() < 0.5).double().mean(dim=1)
    assert_close(twice, torch.full_like(twice, dropout**2), rtol=0.0, atol=0.06)


# --- Both ------------------------------------------------------------------------------------


def test_it_agrees_with_the_reference(rng, reference):
    weights, x, y = draw(rng, 8)
    right, tuner = reference.FineTuner(weights, 0.0, 0.3), FineTuner(weights, 0.0, 0.3)
    expected = right.fit(x, y, x[:3], y[:3], 3), right.predict(x)
    assert_close((tuner.fit(x, y, x[:3], y[:3], 3), tuner.predict(x)), expected)


def test_a_network_may_be_in_float32(rng):
    weights, x, y = draw(rng, 7)
    head = trained(weights, fresh_head(weights), x, y, 1, lr=0.2)
    expected = [part.float() for part in [*head, logits_of(weights, head, x)]]
    x = x.float()
    tuner = FineTuner([weight.float() for weight in weights], 0.0, 0.2)
    tuner.fit(x, y, x, y, 1)
    assert_close([*tuner.head(), tuner.predict(x)], expected, rtol=1e-3, atol=1e-3)


def test_arguments_are_left_unchanged_and_results_belong_to_the_caller(rng):
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


def test_two_tuners_share_nothing_with_each_other_nor_with_their_arguments(rng):
    weights, x, y = draw(rng, 7)
    expected = [
        logits_of(weights, fresh_head(weights), x),
        trained(weights, fresh_head(weights), x, y, 2, lr=0.2),
    ]
    one, other = FineTuner(weights, 0.0, 0.2), FineTuner(weights, 0.0, 0.5)
    other.fit(x, y, x, y, 2)
    for weight in weights:
        weight.fill_(7.0)
    before = one.predict(x)
    one.fit(x, y, x, y, 2)
    assert_close([before, one.head()], expected)
