from functools import partial, reduce
from itertools import combinations, pairwise, product
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


@pytest.mark.parametrize(("epochs", "batch_size", "lr"), [(3, 11, 10.0), (3, 40, 0.003)])
@pytest.mark.parametrize("sizes", [(6, 7, 3), (6, 4)], ids=str)
def test_without_a_shift_and_in_one_batch_it_agrees_with_torch(rng, sizes, epochs, batch_size, lr):
    x, y = draw_data(rng, 11, 2, 3, sizes[-1])
    x[1], y[:2] = x[0], (0, 1)  # So with an lr of 10 the loss rises.
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


def torch_losses(params, x, y):
    """The loss of each picture."""
    return F.cross_entropy(torch_logits(params, x), torch.tensor(y), reduction="none").numpy()


def which_of(values, choices):
    """Which of the choices each value is. All values have to be among them."""
    nearest = np.abs(np.subtract.outer(values, choices)).argmin(axis=1)
    assert_close(np.array(values), choices[nearest])
    return nearest


def losses_while_params_stay(x, y, batch_size, epochs, shift, seed):
    """The params, which with an lr of 0 stay as they were drawn, and the loss of each epoch."""
    sizes, settings = (x[0].size, 3), (batch_size, 0.0, shift, seed)
    start, _ = trained(x.copy(), y.copy(), sizes, 0, *settings)
    params, reports = trained(x, y, sizes, epochs, *settings)
    assert_close(params, start)
    return params, [loss for _, loss in reports]


def moves_in_training(x, y, batch_size, epochs, shift, seed):
    """(epochs, n, 2): how far up and to the left each picture was moved, from 0 to 2 shift."""
    params, losses = losses_while_params_stay(x, y, batch_size, epochs, shift, seed)
    _, height, width = x.shape
    framed, places = np.pad(x, ((0, 0), (shift, shift), (shift, shift))), (2 * shift + 1,) * 2
    ways = [framed[:, i : i + height, j : j + width] for i, j in np.ndindex(places)]
    each = np.transpose([torch_losses(params, way, y) for way in ways])
    means = reduce(np.add.outer, each) / len(x)
    numbers = np.unravel_index(which_of(losses, means.ravel()), means.shape)
    return np.stack(np.unravel_index(np.transpose(numbers), places), axis=2)


def test_every_epoch_deals_the_pictures_anew(rng):
    # Of three pictures two make a batch, and the loss tells which one is left over. One that never
    # is in 40 epochs has odds of 9e-8.
    x, y = rng.normal(size=(3, 1, 2)), np.array([0, 2, 1])
    params, losses = losses_while_params_stay(x, y, 2, 40, 0, 7)
    each = torch_losses(params, x, y)
    left_over = which_of(losses, each.sum() / 4 + each / 4)
    assert_close(sorted(set(left_over.tolist())), [0, 1, 2])


def test_every_epoch_moves_the_picture_anew(rng):
    # 420 draws of 25 moves: one is missing with odds of 9e-7.
    x, y = rng.normal(size=(1, 3, 4)), np.array([2])
    one, other = (moves_in_training(x, y, 1, 210, 2, seed)[:, 0] for seed in (7, 8))
    up, left = np.concatenate([one, other]).T
    shares = np.bincount(5 * up + left, minlength=25) / 420
    assert_close(np.flatnonzero(shares).tolist(), list(range(25)))
    # The standard deviation is 0.01.
    assert_close(shares, np.full(25, 1 / 25), rtol=0.0, atol=0.06)
    # A fifth of the draws, too, is at each end of a range, here ± 1.7 % at two of them.
    ends = [float(np.mean(abs(way - 2) == 2)) for way in (up, left)]
    assert_close(np.mean(ends), 0.4, rtol=0.0, atol=0.09)
    alike = bool(np.mean(one == other) > 0.5)
    assert_close({"alike from another rng": alike}, {"alike from another rng": False})


@pytest.mark.parametrize("batch_size", [1, 2])
def test_each_picture_is_moved_on_its_own(rng, batch_size):
    # Down and to the right, of two pictures: four numbers. Of each two of them, one of the nine
    # pairs is missing after 200 epochs with odds of 5e-10.
    x, y = rng.normal(size=(2, 3, 4)), np.array([2, 0])
    numbers = moves_in_training(x, y, batch_size, 200, 1, 7).reshape(200, 4).T
    pairs = [len(set(zip(*two, strict=True))) for two in combinations(numbers.tolist(), 2)]
    assert_close({"pairs of moves": pairs}, {"pairs of moves": [9] * 6})


def test_training_begins_with_weights_like_those_of_init(rng):
    # 40,000 draws. The bounds are at least 5.6 standard deviations of what is measured.
    settings = (400, 100, 3), 0, 1, 0.1, 0, int(rng.integers(2**32))
    params, _ = trained(np.ones((1, 20, 20)), np.array([0]), *settings)
    z = params[0] * np.sqrt(400 / 2)
    assert_close([float(z.mean()), float(z.std())], [0.0, 1.0], rtol=0.0, atol=0.03)
    assert_close([params[1], params[3]], [np.zeros(100), np.zeros(3)])


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
    params = train(x[learned], y[learned], (64, 128, 10), 20, 32, 0.003, 1, rng, progress)
    shares = accuracies(params, x[held_back], y[held_back])
    # The reference reaches 94 % as they are and 93 % moved, with standard deviations of 1 % and
    # 0.7 % from run to run; without moves, 98 % and 47 %.
    reached = (
        f"Trained with a shift of 1, it reads {shares[0]:.1%} of the held-out digits as they are "
        f"and {shares[1]:.1%} moved by a pixel. With a shift of 0 it would be 99% and 48%."
    )
    asked = "At least 88% and 85% are asked. Is each picture moved anew in each epoch?"
    short = shares[0] < 0.88 or shares[1] < 0.85
    recorder.check(shares, "88% and 85%", f"{reached} {asked}" if short else None)


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
