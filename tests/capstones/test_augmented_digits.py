from functools import partial
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.augmented_digits import accuracies, moved, train
from kata.testing import assert_close, diagnosing, draws, manners, recorder

DIGITS = Path(__file__).parents[2] / "data" / "digits.npz"
MOVES = list(product((-1, 0, 1), repeat=2))


def draw_params(rng, sizes):
    shapes = [shape for n_in, n_out in pairwise(sizes) for shape in [(n_out, n_in), (n_out,)]]
    return [rng.normal(size=shape) for shape in shapes]


def draw_data(rng, n, height, width, classes):
    return rng.normal(size=(n, height, width)), rng.integers(classes, size=n)


def moved_by_loops(x, down, right):
    y = np.zeros_like(x)
    for i, j in np.ndindex(x.shape[1:]):
        if 0 <= i + down < x.shape[1] and 0 <= j + right < x.shape[2]:
            y[:, i + down, j + right] = x[:, i, j]
    return y


def torch_logits(params, x):
    x = torch.as_tensor(x).flatten(1)
    for i in range(0, len(params), 2):
        x = F.linear(x if i == 0 else torch.relu(x), *map(torch.as_tensor, params[i : i + 2]))
    return x


def torch_train(params, batches, lr):
    """The params after a step on each batch, and the losses before the steps."""
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    adam, losses = torch.optim.Adam(tensors, lr=lr), []
    for x, y in batches:
        adam.zero_grad()
        loss = F.cross_entropy(torch_logits(tensors, x), torch.as_tensor(y))
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return [tensor.detach().numpy() for tensor in tensors], losses


def trained(x, y, sizes, epochs, batch_size, lr, shift, seed):
    """The params, and what was reported."""
    reports = []

    def report(done, loss):
        reports.append([float(done), float(loss)])

    rng = np.random.default_rng(seed)
    return train(x, y, sizes, epochs, batch_size, lr, shift, rng, report), reports


# --- moved -----------------------------------------------------------------------------------


def test_pictures_moved_by_hand():
    x = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
    assert_close(moved(x, 1, 0), np.array([[[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]]]))
    assert_close(moved(x, -1, 1), np.array([[[0.0, 4.0, 5.0], [0.0, 0.0, 0.0]]]))


@pytest.mark.parametrize("move", MOVES, ids=str)
@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 1, 1), (2, 1, 3), (4, 2, 1), (0, 3, 3)], ids=str)
def test_every_picture_is_moved_alike(rng, shape, move):
    x = rng.normal(size=shape)
    expected = moved_by_loops(x, *move)
    assert_close(moved(x, *move), expected)


# --- accuracies ------------------------------------------------------------------------------


def test_accuracies_worked_out_by_hand():
    # The class is 1 where the upper left pixel is on. Moved to the right or down, it never is.
    params = [np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]), np.array([0.5, 0.0])]
    x = np.array([[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]]])
    # Moved to the left, the first alone is read as a 1; moved up, none is.
    assert_close(accuracies(params, x, np.array([1, 0, 1])), (1.0, 5 / 12))


@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize("sizes", [(12, 3), (12, 5, 4)], ids=str)
def test_accuracies_agree_with_torch(rng, n, sizes):
    params, (x, y) = draw_params(rng, sizes), draw_data(rng, n, 3, 4, sizes[-1])
    y[: n // 2] = torch_logits(params, x).argmax(dim=1)[: n // 2]
    shares = [
        float(np.mean(torch_logits(params, moved_by_loops(x, *move)).argmax(dim=1).numpy() == y))
        for move in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    ]
    expected = shares[0], sum(shares[1:]) / 4
    assert_close(accuracies(params, x, y), expected)


# --- train -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("epochs", "batch_size", "lr"), [(1, 11, 0.1), (4, 40, 0.003)])
@pytest.mark.parametrize("sizes", [(6, 7, 3), (6, 4)], ids=str)
def test_without_a_shift_and_in_one_batch_it_agrees_with_torch(rng, sizes, epochs, batch_size, lr):
    x, y = draw_data(rng, 11, 2, 3, sizes[-1])
    settings = batch_size, lr, 0, 7
    start, _ = trained(x.copy(), y.copy(), sizes, 0, *settings)
    params, losses = torch_train(start, [(x, y)] * epochs, lr)
    reports = [[(epoch + 1) / epochs, loss] for epoch, loss in enumerate(losses)]
    assert_close(trained(x, y, sizes, epochs, *settings), (params, reports))


@pytest.mark.parametrize(("n", "batch_size", "batches"), [(6, 2, 3), (7, 3, 3), (5, 1, 5)], ids=str)
def test_every_batch_makes_a_step_and_its_loss_is_reported(rng, n, batch_size, batches):
    # All rows are alike, so their order cannot matter.
    row, label = draw_data(rng, 1, 2, 3, 4)
    x, y = np.repeat(row, n, axis=0), np.repeat(label, n)
    settings = batch_size, 0.02, 0, 7
    start, _ = trained(x.copy(), y.copy(), (6, 4), 0, *settings)
    params, losses = torch_train(start, [(row, label)] * (2 * batches), 0.02)
    first, second = np.reshape(losses, (2, batches)).mean(axis=1).tolist()
    got = trained(x, y, (6, 4), 2, *settings)
    assert_close(got, (params, [[0.5, first], [1.0, second]]))


def test_every_epoch_deals_the_pictures_anew(rng):
    # Either order of two has odds of 1/2: 24 times the same one, 1.2e-7.
    x, y = rng.normal(size=(2, 1, 2)), np.array([0, 2])
    orders = set()
    for seed in rng.integers(2**32, size=24).tolist():
        start, _ = trained(x.copy(), y.copy(), (2, 3), 0, 1, 0.1, 0, seed)
        params, _ = trained(x.copy(), y.copy(), (2, 3), 2, 1, 0.1, 0, seed)
        for order in product(("0 1", "1 0"), repeat=2):
            rows = map(int, " ".join(order).split())
            outcome, _ = torch_train(start, [(x[[row]], y[[row]]) for row in rows], 0.1)
            if all(map(np.allclose, params, outcome)):
                orders.add(order)
    firsts, repeats = {first for first, _ in orders}, {first == second for first, second in orders}
    assert_close([sorted(firsts), sorted(repeats)], [["0 1", "1 0"], [False, True]])


@pytest.mark.parametrize("shift", [1, 2])
def test_every_epoch_moves_the_picture_anew(rng, shift):
    # With an lr of 0 the params stay as they are, and a loss tells how the picture was moved.
    x, y, sizes, epochs = rng.normal(size=(1, 3, 4)), np.array([2]), (12, 3), 400 * shift
    start, _ = trained(x.copy(), y.copy(), sizes, 0, 1, 0.0, shift, 7)
    places = 2 * shift + 1
    framed = np.pad(x, ((0, 0), (shift, shift), (shift, shift)))
    choices = [framed[0, i : i + 3, j : j + 4] for i, j in np.ndindex(places, places)]
    logits = torch_logits(start, np.array(choices))
    losses = F.cross_entropy(logits, torch.full((len(choices),), 2), reduction="none").numpy()
    params, reports = trained(x, y, sizes, epochs, 1, 0.0, shift, 7)
    assert_close(params, start)
    got = np.array([loss for _, loss in reports])
    nearest = np.abs(got[:, None] - losses).argmin(axis=1)
    assert_close(got, losses[nearest])
    # 400 draws of 9 moves, or 800 of 25: one is missing with odds below 2e-13, and a share is off
    # by 0.15 with odds below 3e-7.
    shares = np.bincount(nearest, minlength=len(choices)) / epochs
    assert_close(np.flatnonzero(shares).tolist(), list(range(len(choices))))
    assert_close(shares, np.full(len(choices), 1 / len(choices)), rtol=0.0, atol=0.15)


def test_each_picture_of_a_batch_is_moved_on_its_own(rng):
    # With an lr of 0, as above; the loss is the mean of two.
    x, y = rng.normal(size=(2, 3, 4)), np.array([2, 0])
    start, _ = trained(x.copy(), y.copy(), (12, 3), 0, 2, 0.0, 1, 7)
    logits = [torch_logits(start, moved_by_loops(x, *move)) for move in MOVES]
    each = [F.cross_entropy(both, torch.tensor(y), reduction="none").numpy() for both in logits]
    first, second = np.array(each).T
    pairs = ((first[:, None] + second) / 2).ravel()
    _, reports = trained(x, y, (12, 3), 60, 2, 0.0, 1, 7)
    got = np.array([loss for _, loss in reports])
    nearest = np.abs(got[:, None] - pairs).argmin(axis=1)
    assert_close(got, pairs[nearest])
    # Both are moved alike with odds of 1/9: in more than half of 60 epochs, less than 1e-12.
    alike = np.mean(nearest // 9 == nearest % 9)
    assert_close({"mostly moved alike": bool(alike > 0.5)}, {"mostly moved alike": False})


@draws()
def test_training_draws_from_rng(rng):
    x = np.arange(12.0).reshape(2, 2, 3)
    return train(x, np.array([0, 1]), (6, 3), 1, 2, 0.1, 1, rng, lambda done, loss: None)[0]


def test_moves_in_training_pay_on_moved_digits(rng, progress):
    if diagnosing():
        return  # It would take too long to try every known mistake on it; other tests show them.
    with np.load(DIGITS) as data:
        x, y = data["images"] / 16, data["labels"].astype(np.int64)
    order = np.random.default_rng(0).permutation(len(x))
    learned, held_back = order[:1400], order[1400:]
    shares = {}
    for shift in (0, 1):
        settings = (64, 128, 10), 20, 32, 0.003, shift, rng, progress
        params = train(x[learned], y[learned], *settings)
        shares[shift] = accuracies(params, x[held_back], y[held_back])
    # The reference reaches 94 % as they are and 93 % moved, with standard deviations of 1 % and
    # 0.7 % from run to run; without moves, 99 % and 48 %.
    as_they_are, when_moved = shares[1]
    reached = (
        f"Trained with a shift of 1, it reads {as_they_are:.1%} of the held-out digits as they are "
        f"and {when_moved:.1%} moved by a pixel (with a shift of 0: {shares[0][0]:.1%} and "
        f"{shares[0][1]:.1%})."
    )
    asked = "At least 88% and 85% are asked. Is each picture moved anew in each epoch?"
    short = as_they_are < 0.88 or when_moved < 0.85
    recorder.check(shares[1], "88% and 85%", f"{reached} {asked}" if short else None)


@manners()
def test_moving_has_manners(rng):
    x = rng.normal(size=(3, 4, 5))
    return partial(moved, x, 1, 0), partial(moved, x, 1, -1), partial(moved, x, 0, 0)


@manners(dtypes=())
def test_manners(rng):
    params, (x, y) = draw_params(rng, (6, 3)), draw_data(rng, 5, 2, 3, 3)
    return (
        partial(accuracies, params, x, y),
        partial(trained, x, y, [6, 3], 2, 2, 0.1, 1, 3),
        partial(trained, x, y, [6, 3], 2, 2, 0.1, 0, 3),
        partial(trained, x, y, [6, 3], 2, 2, 0.1, 1, 4),
    )
