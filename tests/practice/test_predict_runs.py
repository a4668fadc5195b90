"""The truth of each question is measured here, with fixed data and a wide margin."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from exercises.practice.predict_runs import (
    best_degrees,
    chosen_on_all_rows,
    first_loss,
    forgotten_eval,
    impossible_picture,
    largest_stable_rate,
    mixed_label,
    smallest_training_set,
    softmax_twice,
    trained_parameters,
    validation_loss,
    without_zero_grad,
)
from kata.testing import assert_close

# Half of the last digit that is asked for.
DIGITS = 5e-4


def assert_digits(answer, truth):
    assert_close(answer, truth, rtol=0.0, atol=DIGITS)


def test_the_loss_before_the_first_step():
    last = nn.Linear(4, 7, dtype=torch.float64)
    for param in last.parameters():
        nn.init.zeros_(param)
    x = torch.arange(56, dtype=torch.float64).reshape(14, 4)
    truth = F.cross_entropy(last(x), torch.arange(14) % 7).item()
    assert_digits(first_loss(), truth)


def diverges(rate):
    point, curvatures = np.ones(2), np.array([2.0, 10.0])
    for _ in range(100):
        point = point - rate * curvatures * point
    return np.abs(point).max() > 1.0


def test_the_largest_stable_rate():
    stable, unstable = 0.01, 1.5
    for _ in range(20):
        middle = (stable + unstable) / 2
        stable, unstable = (stable, middle) if diverges(middle) else (middle, unstable)
    assert_digits(largest_stable_rate(), stable)


def test_the_way_without_zero_grad():
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for _ in range(3):
        (2 * w).backward()
        optimizer.step()
    assert_digits(without_zero_grad(), abs(w.item()))


def test_the_mean_loss_of_a_row():
    losses = np.repeat([1.0, 1.0, 3.0], [32, 32, 16])
    assert_digits(validation_loss(), float(losses.mean()))


def test_the_lowest_loss_after_two_softmaxes():
    # Outputs of every kind, most of them as sure as can be.
    z = torch.tensor(np.random.default_rng(0).normal(scale=1000.0, size=(1000, 5)))
    losses = F.cross_entropy(
        z.softmax(dim=1), torch.zeros(1000, dtype=torch.long), reduction="none"
    )
    assert_digits(softmax_twice(), losses.min().item())


def accuracy_on_noise(rng):
    """Of a nearest mean on the 20 rows that it did not learn from, after a choice on all 40."""
    x, y = rng.normal(size=(40, 2000)), rng.permutation(np.repeat([0, 1], 20))
    correlations = np.abs((y - y.mean()) @ (x - x.mean(axis=0))) / x.std(axis=0)
    x = x[:, np.argsort(-correlations)[:10]]
    means = [x[:20][y[:20] == label].mean(axis=0) for label in (0, 1)]
    distances = [np.square(x[20:] - mean).sum(axis=1) for mean in means]
    return (np.argmin(distances, axis=0) == y[20:]).mean()


def test_the_accuracy_after_a_choice_on_all_rows():
    rng = np.random.default_rng(0)
    accuracy = np.mean([accuracy_on_noise(rng) for _ in range(20)])
    truth = "far above" if accuracy > 0.7 else "far below" if accuracy < 0.3 else "about"
    assert_close(chosen_on_all_rows(), f"{truth} half")


def test_the_picture_that_cannot_come_out():
    row = np.array([1, 2, 3])
    framed = [np.pad(picture, 1) for picture in (row, row[::-1])]
    possible = {"".join(map(str, f[start : start + 3])) for f in framed for start in range(3)}
    (truth,) = {"012", "032", "201", "230", "321"} - possible
    assert_close(impossible_picture(), truth)


def test_the_label_after_mixup():
    classes = np.eye(3)
    truth = 0.8 * classes[2] + (1 - 0.8) * classes[0]
    assert_digits(mixed_label(), tuple(truth.tolist()))


def test_the_smallest_training_set():
    folds = np.array_split(np.arange(10), 3)
    truth = min(len(np.setdiff1d(np.arange(10), fold)) for fold in folds)
    assert_close(smallest_training_set(), truth)


def test_the_parameters_that_are_trained():
    body = nn.Sequential(nn.Linear(20, 8), nn.BatchNorm1d(8)).requires_grad_(False)
    net = nn.Sequential(body, nn.Linear(8, 3))
    net(torch.arange(80.0).reshape(4, 20)).sum().backward()
    truth = sum(param.numel() for param in net.parameters() if param.grad is not None)
    assert_close(trained_parameters(), truth)


def test_what_a_forgotten_eval_does():
    net = nn.Sequential(nn.Linear(1, 1000), nn.Dropout(0.5))
    nn.init.ones_(net[0].weight)
    nn.init.ones_(net[0].bias)
    with torch.no_grad():
        y = net(torch.ones(1, 1))
    dropped = "dropped" if (y == 0).any() else "kept"
    graph = "graph" if y.requires_grad else "no graph"
    assert_close(forgotten_eval(), f"{dropped}, {graph}")


def errors_of_degrees(degrees, rng):
    """The mean squared errors on the points that were fitted, and on new ones."""

    def noisy(x):
        return 4 * x**3 - 3 * x + rng.normal(scale=0.3, size=x.shape)

    x, new_x = np.linspace(-1.0, 1.0, 10), rng.uniform(-1.0, 1.0, size=1000)
    y, new_y = noisy(x), noisy(new_x)
    fits = [np.polynomial.Polynomial.fit(x, y, degree) for degree in degrees]
    return [[np.mean((fit(a) - b) ** 2) for fit in fits] for a, b in ((x, y), (new_x, new_y))]


def test_the_best_degrees():
    degrees, rng = (1, 3, 9), np.random.default_rng(0)
    errors = np.mean([errors_of_degrees(degrees, rng) for _ in range(20)], axis=0)
    on_these, on_new = errors.argmin(axis=1)
    assert_close(best_degrees(), (degrees[on_these], degrees[on_new]))
