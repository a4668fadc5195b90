from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.xor import classify, init, perceptron_accuracy, picture, train
from kata.testing import assert_close, draws, manners

XOR, AND, OR = [0, 1, 1, 0], [0, 0, 0, 1], [0, 1, 1, 1]


def corners():
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def draw_params(rng, hidden):
    return [rng.normal(size=shape) for shape in [(hidden, 2), (hidden,), (1, hidden), (1,)]]


def draw_points(rng, n):
    return rng.uniform(-0.5, 1.5, size=(n, 2)), rng.integers(2, size=n)


def torch_output(params, x):
    w1, b1, w2, b2 = map(torch.as_tensor, params)
    return F.linear(torch.relu(F.linear(torch.as_tensor(x), w1, b1)), w2, b2)[:, 0]


def torch_train(params, x, y, steps, lr):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    sgd, losses = torch.optim.SGD(tensors, lr=lr), []
    for _ in range(steps):
        sgd.zero_grad()
        loss = F.mse_loss(torch_output(tensors, x), torch.as_tensor(y, dtype=torch.float64))
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return [tensor.detach().numpy() for tensor in tensors], losses


# --- One perceptron ---------------------------------------------------------------------------


def test_what_a_perceptron_gets_right_worked_out_by_hand():
    # (1, 0) with label 0 is right at once; (0, 1) with label 1 is not, and sets w to (0, 1), b to
    # 1. So after one epoch both points get the label 1.
    x, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    assert_close([perceptron_accuracy(x, y, epochs, 1.0) for epochs in (0, 1, 9)], [0.5, 0.5, 1.0])


def test_without_epochs_nothing_is_learned():
    x, y = np.array([[0.0, 1.0]]), np.array([1])
    assert_close([perceptron_accuracy(x, y, epochs, 1.0) for epochs in (0, 1)], [0.0, 1.0])


@pytest.mark.parametrize("y", [AND, OR], ids=["and", "or"])
def test_a_perceptron_learns_what_a_line_divides(y):
    assert_close(perceptron_accuracy(corners(), np.array(y), 20, 0.1), 1.0)


@pytest.mark.parametrize("lr", [0.25, 1.0])
def test_a_perceptron_labels_half_of_xor_right_however_long_it_learns(lr):
    shares = [perceptron_accuracy(corners(), np.array(XOR), epochs, lr) for epochs in (1, 2, 101)]
    assert_close(shares, [0.5] * 3)


@pytest.mark.parametrize("n", [1, 23])
@pytest.mark.parametrize("epochs", [0, 1, 3, 8])
def test_the_share_agrees_with_the_reference(rng, reference, n, epochs):
    x, y = draw_points(rng, n)
    expected = reference.perceptron_accuracy(x, y, epochs, 0.3)
    assert_close(perceptron_accuracy(x, y, epochs, 0.3), expected)


# --- The first params -------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [1, 5])
def test_the_params_have_their_shapes_in_float64(rng, hidden):
    params = init(hidden, rng)
    assert_close([param.shape for param in params], [(hidden, 2), (hidden,), (1, hidden), (1,)])
    assert_close([str(param.dtype) for param in params], ["float64"] * 4)


def test_both_biases_begin_at_zero(rng):
    for hidden in (7, 1, 1):
        _, b1, _, b2 = init(hidden, rng)
        b1 += 1.0  # The arrays are the caller's: neither b2 nor the next call shares them.
        assert_close([b1, b2], [np.ones(hidden), np.zeros(1)])
        b2 += 1.0


def test_the_weights_are_normal_with_variance_2_over_the_number_of_inputs(rng):
    # At least 40,000 draws a layer. The bounds are at least 5.6 standard deviations of what is
    # measured.
    w1, _, w2, _ = init(40_000, rng)
    for w, n_in in ((w1, 2), (w2, 40_000)):
        z = w * np.sqrt(n_in / 2)
        assert_close(float(z.mean()), 0.0, atol=0.03)
        assert_close(float(z.std()), 1.0, rtol=0.02)
        # Of a normal distribution 4.55 % is more than two standard deviations away.
        assert_close(float(np.mean(np.abs(z) > 2)), 0.0455, atol=0.006)


@pytest.mark.parametrize("size", [np.array, np.abs], ids=["weights", "sizes"])
def test_no_weight_depends_on_others(rng, size):
    calls = [init(5, rng) for _ in range(300)]
    weights = np.array([np.concatenate([w1.ravel(), w2.ravel()]) for w1, _, w2, _ in calls])
    with np.errstate(all="ignore"):
        correlation = np.nan_to_num(np.corrcoef(size(weights), rowvar=False))
    # Independent weights are correlated by 0.4 with odds of 1e-12. The smallest eigenvalue is 0 if
    # one is a sum of others, else near (1 − √(15 / 300))² = 0.6: below 0.15 with odds of 1e-10.
    assert_close((np.abs(correlation) > 0.4).astype(float), np.eye(15))
    summed = np.linalg.eigvalsh(correlation).min() < 0.15
    assert_close({"one is a sum of others": bool(summed)}, {"one is a sum of others": False})


@draws()
def test_w1_is_drawn_from_rng(rng):
    return init(4, rng)[0]


@draws()
def test_w2_is_drawn_from_rng(rng):
    return init(4, rng)[2]


# --- Training ---------------------------------------------------------------------------------


def by_hand():
    """Params with one hidden unit, which gives x₁ + x₂ and is then taken twice, less 1."""
    return [np.array([[1.0, 1.0]]), np.array([0.0]), np.array([[2.0]]), np.array([-1.0])]


def test_a_step_worked_out_by_hand():
    # The point (1, 1) has h = 2 and the output 3: loss 9, and a gradient of 6 with respect to the
    # output, so of 12 with respect to w2 and h, and of 6 with respect to b2.
    params, losses = train(by_hand(), np.array([[1.0, 1.0]]), np.array([0]), 1, 0.25)
    w1, b1 = np.array([[-2.0, -2.0]]), np.array([-3.0])
    w2, b2 = np.array([[-1.0]]), np.array([-2.5])
    assert_close(losses, [9.0])
    assert_close(params, [w1, b1, w2, b2])


@pytest.mark.parametrize(("hidden", "n"), [(5, 11), (1, 1), (4, 4)], ids=str)
@pytest.mark.parametrize(("steps", "lr"), [(0, 0.1), (1, 0.3), (2, 0.1), (7, 0.03)], ids=str)
def test_params_and_losses_agree_with_torch(rng, hidden, n, steps, lr):
    start, (x, y) = draw_params(rng, hidden), draw_points(rng, n)
    params, losses = torch_train(start, x, y, steps, lr)
    assert_close(train(start, x, y, steps, lr), (params, losses))


@pytest.mark.parametrize("off", [0.0, 1e-6], ids=["nothing", "next to nothing"])
def test_every_step_is_taken_though_nothing_is_left_to_learn(off):
    start = [param + off for param in by_hand()]
    x, y = np.array([[0.5, 0.0], [0.0, 1.0]]), np.array([0, 1])
    params, losses = torch_train(start, x, y, 6, 0.1)
    assert_close(train(start, x, y, 6, 0.1), (params, losses))


def test_training_agrees_with_the_reference(rng, reference):
    # In shapes that were there before, so that nothing can be kept by shape.
    start, (x, y) = draw_params(rng, 5), draw_points(rng, 11)
    start[1][:], x[:2] = 0.0, 0.0  # Two points are where relu has its kink.
    expected = reference.train(start, x, y, 2, 0.1)
    assert_close(train(start, x, y, 2, 0.1), expected)


def test_two_layers_learn_xor():
    # A start of the test's own: whether it is learned is no matter of luck.
    start = draw_params(np.random.default_rng(0), 16)
    params, losses = train(start, corners(), np.array(XOR), 500, 0.05)
    assert_close({"the last loss": losses[-1]}, {"the last loss": 0.0}, atol=0.01)
    assert_close(classify(params, corners()), np.array(XOR))
    lines = picture(params, 4).split("\n")
    assert_close([lines[3][0], lines[0][0], lines[3][3], lines[0][3]], ["·", "#", "#", "·"])


# --- What it has learned ----------------------------------------------------------------------


def test_labels_worked_out_by_hand():
    # The outputs are −1, −½, ½ and 3: ½ is not above ½.
    x = np.array([[-1.0, 0.0], [0.25, 0.0], [0.5, 0.25], [1.0, 1.0]])
    assert_close(classify(by_hand(), x), np.array([0, 0, 0, 1]))


@pytest.mark.parametrize("n", [0, 1, 50])
def test_labels_agree_with_torch(rng, n):
    params, (x, _) = draw_params(rng, 6), draw_points(rng, n)
    # The border is moved into the middle of the outputs, so that both labels are there.
    params[3] += 0.5 - np.median(torch_output(params, x).numpy()) - 1e-6 if n else 0.0
    expected = (torch_output(params, x) > 0.5).long().numpy()
    assert_close(classify(params, x), expected)


def half_plane(a, b, c):
    """Params of a network that gives the label 1 where a·x₁ + b·x₂ > c."""
    return [np.array([[a, b]]), np.array([-c]), np.array([[1e6]]), np.array([0.0])]


def test_the_picture_shows_x1_to_the_right_and_x2_upwards():
    assert_close(picture(half_plane(1.0, 0.0, 0.7), 5), "···##\n" * 4 + "···##")
    assert_close(picture(half_plane(0.0, 1.0, 0.7), 5), "#####\n#####\n·····\n·····\n·····")
    assert_close(picture(half_plane(1.0, 2.0, 2.4), 4), "·###\n···#\n····\n····")


def test_a_character_stands_for_the_middle_of_its_cell():
    # The middles of three cells are −1/6, ½ and 7/6.
    for c, line in ((-0.2, "###"), (-0.1, "·##"), (0.45, "·##"), (0.55, "··#"), (1.2, "···")):
        assert_close(picture(half_plane(1.0, 0.0, c), 3), f"{line}\n{line}\n{line}")
    # On the diagonal the output is exactly ½.
    assert_close(picture(by_hand(), 8).split("\n"), ["·" * n + "#" * (8 - n) for n in range(8)])


@pytest.mark.parametrize("size", [1, 2, 7, 12, 49])
def test_the_picture_agrees_with_torch(rng, size):
    # 49 steps of 2 / 49 are not quite 2.
    params = draw_params(rng, 6)
    middles = [2 * (i + 0.5) / size - 0.5 for i in range(size)]
    cells = np.array([[x1, x2] for x2 in reversed(middles) for x1 in middles])
    params[3] += 0.5 - np.median(torch_output(params, cells).numpy()) - 1e-6
    above = (torch_output(params, cells) > 0.5).reshape(size, size).tolist()
    expected = ["".join("#" if label else "·" for label in line) for line in above]
    assert_close(picture(params, size).split("\n"), expected)


# --- Manners ----------------------------------------------------------------------------------


@manners(dtypes=())
def test_manners(rng):
    params, (x, y) = draw_params(rng, 4), draw_points(rng, 8)
    y[:2] = [0, 1]
    params[3] += 0.5 - np.median(torch_output(params, x).numpy())
    return (
        partial(perceptron_accuracy, x, y, 3, 0.1),
        partial(train, params, x, y, 3, 0.1),
        partial(train, params, x, y, 3, 0.2),
        partial(train, params, x, y, 2, 0.1),
        partial(train, params, x, y, 0, 0.1),
        partial(classify, params, x),
        partial(picture, params, 5),
        partial(picture, params, 6),
    )
