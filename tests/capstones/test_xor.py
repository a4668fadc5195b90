import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.xor import classify, init, perceptron_accuracy, picture, train
from kata.testing import assert_close, unchanged

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR, AND, OR = np.array([0, 1, 1, 0]), np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1])


def assert_that(claim, holds):
    assert_close({claim: bool(holds)}, {claim: True})


def draw_params(rng, hidden):
    return [rng.normal(size=shape) for shape in [(hidden, 2), (hidden,), (1, hidden), (1,)]]


def draw_points(rng, n):
    return rng.uniform(-0.5, 1.5, size=(n, 2)), rng.integers(2, size=n)


def torch_output(params, x):
    w1, b1, w2, b2 = params
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


@pytest.mark.parametrize("y", [AND, OR], ids=["and", "or"])
def test_a_perceptron_learns_what_a_line_divides(y):
    assert_close(perceptron_accuracy(CORNERS, y, 20, 0.1), 1.0)


def test_what_a_perceptron_gets_right_worked_out_by_hand():
    # (1, 0) with label 0 is right at once; (0, 1) with label 1 is not, and sets w to (0, 1), b to
    # 1. So after one epoch both points get the label 1.
    x, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    assert_close([perceptron_accuracy(x, y, epochs, 1.0) for epochs in (0, 1, 9)], [0.5, 0.5, 1.0])


@pytest.mark.parametrize("epochs", [1, 2, 5, 100, 101], ids=str)
@pytest.mark.parametrize("lr", [0.25, 1.0], ids=str)
def test_a_perceptron_never_labels_all_of_xor_right(epochs, lr):
    accuracy = perceptron_accuracy(CORNERS, XOR, epochs, lr)
    assert_that("it is one of the shares a line can have", accuracy in (0.25, 0.5, 0.75))


def test_the_share_agrees_with_the_reference(rng, reference):
    x, y = draw_points(rng, 23)
    for epochs in (1, 3, 8):
        expected = reference.perceptron_accuracy(x, y, epochs, 0.3)
        assert_close(perceptron_accuracy(x, y, epochs, 0.3), expected)


# --- The first params -------------------------------------------------------------------------


def test_the_params_have_their_shapes_in_float64(rng):
    params = init(5, rng)
    assert_close([param.shape for param in params], [(5, 2), (5,), (1, 5), (1,)])
    assert_close([str(param.dtype) for param in params], ["float64"] * 4)


def test_both_biases_begin_at_zero(rng):
    _, b1, _, b2 = init(7, rng)
    assert_close([b1, b2], [np.zeros(7), np.zeros(1)])


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


def test_each_weight_is_drawn_on_its_own(rng):
    w1, _, w2, _ = init(50, rng)
    assert_close(len({*w1.ravel().tolist(), *w2.ravel().tolist()}), 150)


def test_the_weights_are_drawn_from_rng(rng):
    first, second = init(4, rng), init(4, rng)
    one, other = (init(4, np.random.default_rng(8)) for _ in range(2))
    for i, name in ((0, "w1"), (2, "w2")):
        assert_that(f"the next {name} is another", not np.array_equal(first[i], second[i]))
        assert_that(f"equal generators give equal {name}", np.array_equal(one[i], other[i]))


# --- Training ---------------------------------------------------------------------------------

# One hidden unit, which gives x₁ + x₂ and is then taken twice, less 1.
BY_HAND = [np.array([[1.0, 1.0]]), np.array([0.0]), np.array([[2.0]]), np.array([-1.0])]


def test_a_step_worked_out_by_hand():
    # The point (1, 1) has h = 2 and the output 3: loss 9, and a gradient of 6 with respect to the
    # output, so of 12 with respect to w2 and h, and of 6 with respect to b2.
    params, losses = train(BY_HAND, np.array([[1.0, 1.0]]), np.array([0]), 1, 0.25)
    w1, b1, w2, b2 = (
        np.array([[-2.0, -2.0]]),
        np.array([-3.0]),
        np.array([[-1.0]]),
        np.array([-2.5]),
    )
    assert_close(losses, [9.0])
    assert_close(params, [w1, b1, w2, b2])


@pytest.mark.parametrize(("steps", "lr"), [(1, 0.3), (2, 0.1), (7, 0.03)], ids=str)
def test_params_and_losses_agree_with_torch(rng, steps, lr):
    start, (x, y) = draw_params(rng, 5), draw_points(rng, 11)
    params, losses = train(start, x, y, steps, lr)
    expected_params, expected_losses = torch_train(start, x, y, steps, lr)
    assert_close(losses, expected_losses)
    assert_close(params, expected_params)


def test_no_step_changes_nothing(rng):
    start, (x, y) = draw_params(rng, 3), draw_points(rng, 4)
    params, losses = train(start, x, y, 0, 0.1)
    assert_close(losses, [])
    assert_close(params, start)


def test_every_step_is_taken_though_no_gradient_is_left():
    # No unit of this network ever wakes up, and the output ½ is the mean of the labels of XOR.
    dead = [np.zeros((3, 2)), np.full(3, -1.0), np.ones((1, 3)), np.array([0.5])]
    params, losses = train(dead, CORNERS, XOR, 6, 0.1)
    assert_close(losses, [0.25] * 6)
    assert_close(params, dead)


def test_training_agrees_with_the_reference(rng, reference):
    start, (x, y) = draw_params(rng, 9), draw_points(rng, 6)
    params, losses = train(start, x, y, 5, 0.07)
    expected_params, expected_losses = reference.train(start, x, y, 5, 0.07)
    assert_close(losses, expected_losses)
    assert_close(params, expected_params)


def test_two_layers_learn_xor():
    # A start of the test's own: whether it is learned is no matter of luck.
    start = draw_params(np.random.default_rng(0), 16)
    params, losses = train(start, CORNERS, XOR, 500, 0.05)
    assert_close(classify(params, CORNERS), XOR)
    assert_that("the loss ends below 0.01", losses[-1] < 0.01)


def test_params_points_and_labels_are_left_unchanged(rng):
    params, (x, y) = draw_params(rng, 4), draw_points(rng, 6)
    with unchanged(params, x, y):
        perceptron_accuracy(x, y, 3, 0.1)
        train(params, x, y, 3, 0.1)
        classify(params, x)
        picture(params, 5)


# --- What it has learned ----------------------------------------------------------------------


def test_labels_worked_out_by_hand():
    # The outputs are −1, −½, ½ and 3: ½ is not above ½.
    x = np.array([[-1.0, 0.0], [0.25, 0.0], [0.5, 0.25], [1.0, 1.0]])
    assert_close(classify(BY_HAND, x), np.array([0, 0, 0, 1]))


def test_labels_agree_with_torch(rng):
    params, (x, _) = draw_params(rng, 6), draw_points(rng, 50)
    output = torch_output([torch.tensor(param) for param in params], x)
    # The middle one of the outputs is moved to ½, so that both labels are there.
    params[3] = params[3] + 0.5 - output.median().item() - 1e-6
    output = torch_output([torch.tensor(param) for param in params], x)
    assert_close(classify(params, x), (output > 0.5).long().numpy())


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


def test_a_picture_of_one_character(rng):
    assert_close(picture(half_plane(1.0, 1.0, 0.9), 1), "#")


@pytest.mark.parametrize("size", [10, 49], ids=str)
def test_a_picture_has_as_many_lines_and_columns_as_asked_for(size):
    # 49 steps of 2 / 49 are not quite 2.
    lines = picture(half_plane(1.0, 0.0, 0.7), size).split("\n")
    assert_close([len(line) for line in lines], [size] * size)


@pytest.mark.parametrize("size", [2, 7, 12], ids=str)
def test_the_picture_agrees_with_the_labels(rng, size):
    params = draw_params(rng, 6)
    middles = [2 * (i + 0.5) / size - 0.5 for i in range(size)]
    lines = [[(x1, x2) for x1 in middles] for x2 in reversed(middles)]
    marks = np.array(["·", "#"])
    expected = ["".join(marks[classify(params, np.array(line))]) for line in lines]
    assert_close(picture(params, size).split("\n"), expected)


def test_the_network_draws_its_boundary_around_the_corners():
    start = draw_params(np.random.default_rng(0), 16)
    params, _ = train(start, CORNERS, XOR, 500, 0.05)
    lines = picture(params, 4).split("\n")
    assert_close([lines[3][0], lines[0][0], lines[3][3], lines[0][3]], ["·", "#", "#", "·"])
