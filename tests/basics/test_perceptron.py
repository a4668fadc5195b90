import numpy as np
import pytest
import torch

from exercises.basics.perceptron import fit, predict
from kata.testing import assert_close, assert_no_loop_over, unchanged

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


def draw(rng, n=9, d=4):
    """Random samples with random labels."""
    return rng.normal(size=(n, d)), rng.integers(0, 2, size=n)


def draw_separable(rng, n=15, d=4):
    """Random samples on two sides of a plane, at a distance of at least 1 from it.

    By Novikoff's bound, some 30 mistakes at most are made in all.
    """
    normal = rng.normal(size=d)
    normal /= np.linalg.norm(normal)
    x = rng.normal(size=(n, d))
    y = (x @ normal + 0.5 > 0).astype(np.int64)
    return x + np.outer(2.0 * y - 1.0, normal), y


def predict_by_torch(x, w, b):
    return (torch.tensor(x) @ torch.tensor(w) + b > 0).long().numpy()


def fit_by_torch(x, y, epochs, lr):
    """By autograd: (ŷ − y) · score has the gradient that the rule goes down."""
    weights = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    samples = torch.tensor(np.column_stack([x, np.ones(len(x))]))
    mistakes = []
    for _ in range(epochs):
        mistakes.append(0)
        for sample, label in zip(samples, y.tolist(), strict=True):
            score = sample @ weights
            predicted = int(score > 0)
            if predicted != label:
                (gradient,) = torch.autograd.grad((predicted - label) * score, weights)
                weights = (weights - lr * gradient).detach().requires_grad_()
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            break
    return weights[:-1].detach().numpy(), weights[-1].item(), mistakes


# --- predict ---------------------------------------------------------------------------------


def test_three_labels_worked_out_by_hand():
    # The scores are 2 − 0.5, 0 − 0.5 and 4.5 − 0.5.
    x, w = np.array([[3.0, 1.0], [1.0, 1.0], [0.5, -4.0]]), np.array([1.0, -1.0])
    assert_close(predict(x, w, -0.5), np.array([1, 0, 1]))


@pytest.mark.parametrize("shape", [(7, 3), (4, 4), (1, 5), (6, 1), (0, 3)], ids=str)
def test_predict_agrees_with_torch(rng, shape):
    x, w, b = rng.normal(size=shape), rng.normal(size=shape[1]), float(rng.normal())
    assert_close(predict(x, w, b), predict_by_torch(x, w, b))


def test_a_score_of_exactly_0_gets_the_label_0():
    x = np.array([[1.0, 2.0], [0.0, 0.0], [4.0, 0.5]])
    assert_close(predict(x, np.array([2.0, -1.0]), 0.0), np.array([0, 0, 1]))
    assert_close(predict(x, np.zeros(2), 0.0), np.array([0, 0, 0]))


def test_the_bias_can_turn_every_label():
    x, w = np.array([[1.0], [-2.0]]), np.array([3.0])
    assert_close(predict(x, w, 6.5), np.array([1, 1]))
    assert_close(predict(x, w, -6.5), np.array([0, 0]))


def test_the_smallest_score_above_0_gets_the_label_1():
    x = np.array([[1e-30], [-1e-30], [1e30], [-1e30]])
    assert_close(predict(x, np.array([0.5]), 0.0), np.array([1, 0, 1, 0]))


def test_predict_agrees_with_the_reference(rng, reference):
    x, w = rng.normal(size=(30, 6)), rng.normal(size=6)
    assert_close(predict(x, w, 0.7), reference.predict(x, w, 0.7))


def test_predict_is_right_in_fortran_order_too(rng):
    x, w = np.asfortranarray(rng.normal(size=(11, 4))), rng.normal(size=4)
    assert_close(predict(x, w, 0.3), predict_by_torch(x, w, 0.3))


def test_labels_of_float32_samples_are_int64():
    x, w = np.array([[3.0, 1.0], [1.0, 2.0]], dtype=np.float32), np.ones(2, dtype=np.float32)
    assert_close(predict(x, w, -3.5), np.array([1, 0]))


@pytest.mark.parametrize("shape", [(1,), (2,), (4,), (), (3, 1), (1, 3)], ids=str)
def test_predict_with_a_w_that_does_not_fit_raises_a_value_error(shape):
    with pytest.raises(ValueError):
        predict(np.ones((5, 3)), np.ones(shape), 0.0)


@pytest.mark.parametrize("shape", [(3,), (2, 5, 3), (3, 5), (5, 1)], ids=str)
def test_predict_with_an_x_that_does_not_fit_raises_a_value_error(shape):
    with pytest.raises(ValueError):
        predict(np.ones(shape), np.ones(3), 0.0)


def test_predict_leaves_its_arguments_unchanged(rng):
    x, w = rng.normal(size=(5, 3)), rng.normal(size=3)
    with unchanged(x, w):
        predict(x, w, 0.5)


# --- fit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (0, (np.array([0.0, 0.0]), 0.0, [])),
        (1, (np.array([-1.0, 0.5]), 0.0, [2])),
        (2, (np.array([-2.0, 1.0]), 0.0, [2, 2])),
        (3, (np.array([-1.5, 2.0]), 0.5, [2, 2, 1])),
        (4, (np.array([-1.5, 2.0]), 0.5, [2, 2, 1, 0])),
        (50, (np.array([-1.5, 2.0]), 0.5, [2, 2, 1, 0])),
    ],
    ids=["no epoch", "1 epoch", "2 epochs", "3 epochs", "4 epochs", "50 epochs"],
)
def test_two_samples_worked_out_by_hand(epochs, expected):
    assert_close(fit(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0]), epochs, 0.5), expected)


@pytest.mark.parametrize("sizes", [(9, 4), (5, 5), (13, 2), (1, 3), (6, 1)], ids=str)
def test_fit_agrees_with_torch_on_random_labels(rng, sizes):
    x, y = draw(rng, *sizes)
    assert_close(fit(x, y, 4, 0.3), fit_by_torch(x, y, 4, 0.3))


@pytest.mark.parametrize("lr", [0.01, 1.0, 7.0], ids=str)
def test_fit_agrees_with_torch_at_any_lr(rng, lr):
    x, y = draw(rng)
    assert_close(fit(x, y, 3, lr), fit_by_torch(x, y, 3, lr))


def test_fit_agrees_with_the_reference(rng, reference):
    x, y = draw(rng, 20, 3)
    assert_close(fit(x, y, 12, 0.1), reference.fit(x, y, 12, 0.1))


def test_it_ends_at_the_first_epoch_without_a_mistake(rng):
    x, y = draw_separable(rng)
    w, b, mistakes = fit(x, y, 100, 0.5)
    assert_close((w, b, mistakes), fit_by_torch(x, y, 100, 0.5))
    assert_close(mistakes.index(0), len(mistakes) - 1)
    assert_close(predict(x, w, b), y)


@pytest.mark.parametrize("y", [AND, OR], ids=["and", "or"])
def test_and_and_or_are_learnt(y):
    w, b, mistakes = fit(CORNERS, y, 20, 0.25)
    assert_close((w, b, mistakes), fit_by_torch(CORNERS, y, 20, 0.25))
    assert_close(predict(CORNERS, w, b), y)


def test_xor_makes_mistakes_in_every_epoch():
    w, b, mistakes = fit(CORNERS, XOR, 25, 0.25)
    assert_close((w, b, mistakes), fit_by_torch(CORNERS, XOR, 25, 0.25))
    assert_close(len(mistakes), 25)


def test_at_first_every_score_is_0_so_labels_of_0_are_right_at_once(rng):
    x, _ = draw(rng, 5, 3)
    assert_close(fit(x, np.zeros(5, dtype=np.int64), 8, 0.5), (np.zeros(3), 0.0, [0]))


def test_twice_the_lr_gives_twice_the_w_and_b_and_the_same_mistakes(rng):
    x, y = draw(rng)
    w, b, mistakes = fit(x, y, 6, 0.5)
    assert_close(fit(x, y, 6, 1.0), (2 * w, 2 * b, mistakes))


def test_fit_is_right_in_fortran_order_too(rng):
    x, y = draw(rng)
    assert_close(fit(np.asfortranarray(x), y, 4, 0.3), fit_by_torch(x, y, 4, 0.3))


def test_w_keeps_the_dtype_of_x_and_b_is_a_float(rng):
    # Multiples of 1/4, whose sums and products are exact in float32.
    x, y = rng.integers(-8, 9, size=(7, 3)) / 4.0, np.array([1, 0, 1, 1, 0, 0, 1])
    w, b, mistakes = fit_by_torch(x, y, 4, 0.5)
    assert_close(fit(x.astype(np.float32), y, 4, 0.5), (w.astype(np.float32), b, mistakes))


@pytest.mark.parametrize("shape", [(4,), (6,), (1,), (), (5, 1), (1, 5)], ids=str)
def test_labels_that_do_not_fit_the_samples_raise_a_value_error(shape):
    with pytest.raises(ValueError):
        fit(np.ones((5, 3)), np.ones(shape, dtype=np.int64), 2, 0.5)


@pytest.mark.parametrize("shape", [(5,), (5, 3, 2)], ids=str)
def test_samples_without_two_axes_raise_a_value_error(shape):
    with pytest.raises(ValueError):
        fit(np.ones(shape), np.ones(5, dtype=np.int64), 2, 0.5)


@pytest.mark.parametrize("labels", [[1, -1, 1], [0, 1, 2], [-1, 0, 0]], ids=str)
def test_other_labels_than_0_and_1_raise_a_value_error(labels):
    with pytest.raises(ValueError):
        fit(np.ones((3, 2)), np.array(labels), 2, 0.5)


def test_fit_leaves_its_arguments_unchanged(rng):
    x, y = draw(rng)
    with unchanged(x, y):
        fit(x, y, 3, 0.5)


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 8), (8, 96)], ids=["samples", "features"])
def test_predict_has_no_python_loop(rng, shape):
    x, w = rng.normal(size=shape), rng.normal(size=shape[1])
    assert_no_loop_over("x", predict, (x[:8, :8], w[:8], 0.5), (x, w, 0.5))


@pytest.mark.speed
def test_fit_has_no_python_loop_over_the_features(rng):
    # Features that are always 0 change no prediction, so both make the same mistakes.
    x = np.pad(rng.integers(-4, 5, size=(6, 8)) / 2.0, [(0, 0), (0, 88)])
    y = np.array([1, 0, 1, 1, 0, 1])
    assert_close(fit(x, y, 3, 0.5), fit_by_torch(x, y, 3, 0.5))
    assert_no_loop_over("the features", fit, (x[:, :8], y, 3, 0.5), (x, y, 3, 0.5))
