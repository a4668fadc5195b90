from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.digits_cnn import forward, init, loss_and_gradients, predict, train
from kata.testing import assert_close, diagnosing, draws, manners, recorder

DIGITS = Path(__file__).parents[2] / "data" / "digits.npz"

# channels, classes, pictures, height, width
SIZES = [
    ((2, 3), 4, 5, 8, 8),
    ((3, 2), 2, 1, 2, 2),
    ((2, 3), 3, 2, 1, 1),
    ((1, 1), 3, 3, 5, 7),
    ((4, 4), 4, 4, 3, 9),
    ((2, 5), 1, 2, 9, 2),
]


def draw_params(rng, channels, classes):
    first, second = channels
    shapes = [(first, 1, 3, 3), (second, first, 3, 3), (classes, second)]
    return [rng.normal(size=part) for shape in shapes for part in (shape, shape[:1])]


def draw_data(rng, n, height, width, classes):
    return rng.normal(size=(n, 1, height, width)), rng.integers(classes, size=n)


def torch_logits(params, x):
    w1, b1, w2, b2, w3, b3 = map(torch.as_tensor, params)
    x = F.max_pool2d(F.relu(F.conv2d(torch.as_tensor(x), w1, b1, padding=1)), 3, 2, 1)
    x = F.relu(F.conv2d(x, w2, b2, padding=1)).amax(dim=(2, 3))
    return F.linear(x, w3, b3)


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


def trained(params, x, y, epochs, batch_size, lr, seed):
    """The params, and what was reported."""
    reports = []

    def report(done, loss):
        reports.append([float(done), float(loss)])

    rng = np.random.default_rng(seed)
    return train(params, x, y, epochs, batch_size, lr, rng, report), reports


# --- init ------------------------------------------------------------------------------------


def test_params_begin_as_promised(rng):
    params = init((40, 50), 60, rng)
    assert_close([str(param.dtype) for param in params], ["float32"] * 6)
    shapes = [(40, 1, 3, 3), (40,), (50, 40, 3, 3), (50,), (60, 50), (60,)]
    assert_close([param.shape for param in params], shapes)
    assert_close(params[1::2], [np.zeros(n, np.float32) for n in (40, 50, 60)])
    z = [w.astype(np.float64).ravel() * np.sqrt(w[0].size / 2) for w in params[::2]]
    # 360, 18,000 and 3,000 draws. The bounds are at least 5.3 standard deviations wide.
    for draws_of_a_layer, bound in zip(z, (0.28, 0.04, 0.1), strict=True):
        assert_close([draws_of_a_layer.mean(), draws_of_a_layer.std()], [0.0, 1.0], atol=bound)
    # Of a normal distribution 4.55 % is more than two standard deviations away. That share has
    # standard deviations of 0.16 % and 0.38 %.
    for draws_of_a_layer, bound in zip(z[1:], (0.009, 0.021), strict=True):
        assert_close(float(np.mean(np.abs(draws_of_a_layer) > 2)), 0.0455, rtol=0.0, atol=bound)
    # Independent layers are correlated by 0.5 with odds below 1e-20.
    correlation = np.corrcoef([draws_of_a_layer[:360] for draws_of_a_layer in z])
    assert_close(correlation, np.eye(3), rtol=0.0, atol=0.5)


@draws()
def test_params_are_drawn_from_rng(rng):
    return init((2, 3), 2, rng)


# --- forward, loss_and_gradients, predict ----------------------------------------------------


def test_logits_worked_out_by_hand():
    # Each kernel looks at its middle alone: 3 is the largest pixel, 2 · 3 − 1 the feature.
    middle = np.zeros((1, 1, 3, 3))
    middle[0, 0, 1, 1] = 1.0
    params = [middle, np.zeros(1), 2 * middle, np.array([-1.0])]
    params += [np.array([[1.0], [-1.0]]), np.array([0.5, 0.0])]
    x = np.array([[[[1.0, -2.0], [3.0, 0.5]]]])
    assert_close(forward(params, x), np.array([[5.5, -5.0]]))
    assert_close(predict(params, x).tolist(), [0])


@pytest.mark.parametrize(("channels", "classes", "n", "height", "width"), SIZES, ids=str)
def test_logits_loss_and_gradients_agree_with_torch(rng, channels, classes, n, height, width):
    params = draw_params(rng, channels, classes)
    x, y = draw_data(rng, n, height, width, classes)
    logits = torch_logits(params, x).numpy()
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    loss = F.cross_entropy(torch_logits(tensors, x), torch.as_tensor(y))
    loss.backward()
    grads = [tensor.grad.numpy() for tensor in tensors]
    assert_close(forward(params, x), logits)
    assert_close(loss_and_gradients(params, x, y), (loss.item(), grads))
    assert_close(predict(params, x).tolist(), logits.argmax(axis=1).tolist())


def test_equal_maxima_share_one_gradient(rng):
    # In the middle of an even picture all positions are alike, and more than those at the edges.
    # All sums of the convolutions are exact.
    params = [1.0 + np.abs(param).round() for param in draw_params(rng, (2, 3), 4)]
    params[4:] = [0.001 * param for param in draw_params(rng, (2, 3), 4)[4:]]
    x, y = np.ones((2, 1, 9, 8)) * [[[[1.0]]], [[[2.0]]]], rng.integers(4, size=2)
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    loss = F.cross_entropy(torch_logits(tensors, x), torch.as_tensor(y))
    loss.backward()
    grads = [tensor.grad.numpy() for tensor in tensors]
    assert_close(loss_and_gradients(params, x, y), (loss.item(), grads))


def test_the_slope_of_relu_at_0_counts_as_0(rng):
    # A black picture at the initial biases of 0: all that comes before the last bias is 0.
    params, (_, y) = draw_params(rng, (2, 3), 4), draw_data(rng, 2, 4, 5, 4)
    params[1], params[3] = np.zeros(2), np.zeros(3)
    x = np.zeros((2, 1, 4, 5))
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    F.cross_entropy(torch_logits(tensors, x), torch.as_tensor(y)).backward()
    expected = [tensor.grad.numpy() for tensor in tensors]
    assert_close(loss_and_gradients(params, x, y)[1], expected)


def test_float16_stays_float16(rng):
    # Rounding may change which pixel is the maximum, so the values are not compared.
    params, (x, y) = init((2, 3), 4, rng), draw_data(rng, 5, 4, 5, 4)
    params, x = [param.astype(np.float16) for param in params], x.astype(np.float16)
    _, grads = loss_and_gradients(params, x, y)
    assert_close([str(one.dtype) for one in (forward(params, x), *grads)], ["float16"] * 7)


def test_of_equal_logits_predict_takes_the_first():
    params = init((1, 1), 4, np.random.default_rng(0))
    # No exponential of these can be told from another.
    params[4], params[5] = np.zeros((4, 1)), np.array([1000.0, 3000.0, 2000.0, 3000.0])
    assert_close(predict(params, np.ones((3, 1, 2, 2))).tolist(), [1, 1, 1])


# --- train -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("epochs", "batch_size", "lr"), [(3, 7, 30.0), (3, 40, 0.003)])
def test_with_all_pictures_in_one_batch_it_agrees_with_torch(rng, epochs, batch_size, lr):
    params, (x, y) = draw_params(rng, (2, 3), 4), draw_data(rng, 7, 4, 5, 4)
    x[1], y[:2] = x[0], (0, 1)  # So with an lr of 30 the loss rises.
    after, losses = torch_train(params, [(x, y)] * epochs, lr)
    reports = [[(epoch + 1) / epochs, loss] for epoch, loss in enumerate(losses)]
    assert_close(trained(params, x, y, epochs, batch_size, lr, 7), (after, reports))


@pytest.mark.parametrize(("n", "batch_size", "batches"), [(6, 2, 3), (7, 3, 3), (4, 1, 4)], ids=str)
def test_every_batch_makes_a_step_and_its_loss_is_reported(rng, n, batch_size, batches):
    # All pictures are alike, so their order cannot matter.
    params, (row, label) = draw_params(rng, (2, 3), 4), draw_data(rng, 1, 4, 5, 4)
    x, y = np.repeat(row, n, axis=0), np.repeat(label, n)
    after, losses = torch_train(params, [(row, label)] * (2 * batches), 0.02)
    first, second = np.reshape(losses, (2, batches)).mean(axis=1).tolist()
    got = trained(params, x, y, 2, batch_size, 0.02, 7)
    assert_close(got, (after, [[0.5, first], [1.0, second]]))


def test_every_epoch_deals_the_pictures_anew(rng):
    # Of three pictures two make a batch. With an lr of 0 the loss tells which one is left over. One
    # that never is in 40 epochs has odds of 9e-8.
    params, (x, y) = draw_params(rng, (2, 3), 3), draw_data(rng, 3, 3, 4, 3)
    each = F.cross_entropy(torch_logits(params, x), torch.tensor(y), reduction="none").numpy()
    expected = [param.copy() for param in params], np.sort(each.sum() / 4 + each / 4)
    after, reports = trained(params, x, y, 40, 2, 0.0, 7)
    losses = np.unique(np.round([loss for _, loss in reports], 9))
    assert_close((after, losses), expected, rtol=1e-8)


def test_without_epochs_the_params_are_those_given(rng):
    params, (x, y) = draw_params(rng, (2, 3), 4), draw_data(rng, 7, 4, 5, 4)
    expected = [param.copy() for param in params], []
    assert_close(trained(params, x, y, 0, 2, 0.1, 7), expected)


def test_training_in_float32_stays_in_float32(rng):
    params, (x, y) = init((2, 3), 4, rng), draw_data(rng, 5, 4, 5, 4)
    after, _ = trained(params, x.astype(np.float32), y, 2, 2, 0.1, 7)
    assert_close([str(param.dtype) for param in after], ["float32"] * 6)


# --- Digits ----------------------------------------------------------------------------------


def moves_of(x):
    """The pictures moved by a pixel down, up, to the right and to the left."""
    framed, (height, width) = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), x.shape[2:]
    corners = [(0, 1), (2, 1), (1, 0), (1, 2)]
    return [framed[:, :, i : i + height, j : j + width] for i, j in corners]


def share_of_a_connected_network(rng, x, y, moved, y_moved):
    """The share of moved pictures that 128 hidden units, without convolution, read right."""
    shapes = [(128, 64), (128,), (10, 128), (10,)]
    params = [torch.tensor(rng.normal(size=shape) * shape[-1] ** -0.5) for shape in shapes]

    def logits(pictures):
        w1, b1, w2, b2 = params
        return F.linear(F.relu(F.linear(torch.as_tensor(pictures).flatten(1), w1, b1)), w2, b2)

    x, y, adam = torch.tensor(x), torch.tensor(y), torch.optim.Adam(params, lr=0.01)
    for param in params:
        param.requires_grad_()
    for _ in range(150):
        adam.zero_grad()
        F.cross_entropy(logits(x), y).backward()
        adam.step()
    shares = [np.mean(logits(one).argmax(dim=1).numpy() == y_moved) for one in moved]
    return float(np.mean(shares))


def test_it_reads_digits_it_has_never_seen_and_many_that_have_moved(rng, progress):
    if diagnosing():
        return  # It would take too long to try every known mistake on it; other tests show them.
    with np.load(DIGITS) as data:
        x, y = data["images"][:, None] / 16, data["labels"].astype(np.int64)
    order = np.random.default_rng(0).permutation(len(x))
    learned, held_back = order[:1400], order[1400:]
    moved = moves_of(x[held_back])
    params, pictures = init((16, 32), 10, rng), x.astype(np.float32)
    seen = pictures[learned], y[learned]
    params = train(
        params, *seen, 10, 32, 0.003, rng, lambda done, loss: progress(done * 2 / 3, loss)
    )
    params = train(
        params, *seen, 5, 32, 0.0005, rng, lambda done, loss: progress((2 + done) / 3, loss)
    )

    def share(pictures):
        return float(np.mean(predict(params, pictures.astype(np.float32)) == y[held_back]))

    in_place, after_moves = share(x[held_back]), float(np.mean([share(one) for one in moved]))
    connected = share_of_a_connected_network(rng, x[learned], y[learned], moved, y[held_back])
    # The reference reaches 98.3 % and 82 %, with standard deviations of 0.5 % and 3 % over 40 runs.
    reached = (
        f"It reads {in_place:.1%} of the held-out digits, and {after_moves:.1%} moved by a pixel "
        f"(a fully connected network: {connected:.1%} of these)."
    )
    asked = (
        "At least 95% and 60% are asked. If the first is low, was the order of the pictures drawn "
        "anew, and all of Adam's state kept? If only the second is, is the last maximum taken over "
        "all positions?"
    )
    short = in_place < 0.95 or after_moves < 0.6
    recorder.check([in_place, after_moves], "95% and 60%", f"{reached} {asked}" if short else None)


@manners(dtypes=(np.float32,))
def test_manners(rng):
    params, (x, y) = draw_params(rng, (2, 3), 4), draw_data(rng, 5, 4, 5, 4)
    return (
        partial(forward, params, x),
        partial(loss_and_gradients, params, x, y),
        partial(predict, params, x),
    )


@manners(dtypes=())
def test_training_has_manners(rng):
    params, (x, y) = draw_params(rng, (2, 3), 4), draw_data(rng, 5, 4, 5, 4)
    return (
        partial(trained, params, x, y, 0, 2, 0.1, 3),
        partial(trained, params, x, y, 2, 2, 0.1, 3),
        partial(trained, params, x, y, 2, 2, 0.1, 4),
    )
