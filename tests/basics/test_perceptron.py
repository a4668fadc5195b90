from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.perceptron import fit, predict
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


def draw(rng, n=9, d=4):
    """Random samples with random labels."""
    return rng.normal(size=(n, d)), rng.integers(0, 2, size=n)


def draw_exact(rng, n=6, d=3):
    """Samples whose sums and products are exact in any dtype and order, and labels.

    The last two are the same sample with different labels, so that no epoch is without a mistake.
    """
    x, y = rng.integers(-3, 4, size=(n, d)).astype(np.float64), rng.integers(0, 2, size=n)
    x[-2], y[-2:] = x[-1], [0, 1]
    return x, y


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


@pytest.mark.parametrize("shape", [(7, 3), (4, 4), (1, 5), (6, 1), (1, 1), (0, 3)], ids=str)
def test_predict_agrees_with_torch(rng, shape):
    x, w, b = rng.normal(size=shape), rng.normal(size=shape[1]), float(rng.normal())
    expected = predict_by_torch(x, w, b)
    assert_close(predict(x, w, b), expected)


def test_predict_agrees_with_the_reference(rng, reference):
    x, w = rng.normal(size=(30, 6)), rng.normal(size=6)
    expected = reference.predict(x, w, 0.7)
    assert_close(predict(x, w, 0.7), expected)


def test_a_score_of_exactly_0_gets_the_label_0():
    x = np.array([[1.0, 2.0], [0.0, 0.0], [4.0, 0.5]])
    assert_close(predict(x, np.array([2.0, -1.0]), 0.0), np.array([0, 0, 1]))
    assert_close(predict(x, np.zeros(2), 0.0), np.array([0, 0, 0]))


@pytest.mark.parametrize(("dtype", "power"), [("float32", 30), ("float64", 300)])
def test_any_score_above_0_gets_the_label_1_and_any_below_0_the_label_0(dtype, power):
    scores = np.logspace(-power, power, 41)
    x = np.concatenate([scores, -scores])[:, None].astype(dtype)
    assert_close(predict(x, np.ones(1, dtype), 0.0), np.repeat([1, 0], 41))


@pytest.mark.parametrize("shape", [(1,), (2,), (4,), (), (3, 1), (1, 3), (3, 3)], ids=str)
def test_predict_with_a_w_that_does_not_fit_raises_a_value_error(shape):
    assert_value_error(predict, np.ones((3, 3)), np.ones(shape), 0.0)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 3), (3, 5), (5, 1), ()], ids=str)
def test_predict_with_an_x_that_does_not_fit_raises_a_value_error(shape):
    assert_value_error(predict, np.ones(shape), np.ones(3), 0.0)
    assert_value_error(predict, np.ones(shape), np.ones((3, 3)), 0.0)


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


@pytest.mark.parametrize("sizes", [(9, 4), (5, 5), (13, 2), (1, 3), (6, 1), (0, 3)], ids=str)
# Sums of these are exact, so that b is, too.
@pytest.mark.parametrize("lr", [2**-7, 0.25, 1.0, 7.0], ids=str)
def test_fit_agrees_with_torch_on_random_labels(rng, sizes, lr):
    x, y = draw(rng, *sizes)
    expected = fit_by_torch(x, y, 4, lr)
    assert_close(fit(x, y, 4, lr), expected)


def test_fit_agrees_with_the_reference(rng, reference):
    x, y = draw(rng, 20, 3)
    expected = reference.fit(x, y, 12, 0.125)
    assert_close(fit(x, y, 12, 0.125), expected)


@pytest.mark.parametrize("y", [AND, OR, XOR], ids=["and", "or", "xor"])
def test_it_ends_when_and_and_or_are_learnt_and_xor_makes_mistakes_in_every_epoch(y):
    x, y = CORNERS.copy(), y.copy()
    expected = fit_by_torch(x, y, 25, 0.25)
    assert_close(fit(x, y, 25, 0.25), expected)


def test_at_first_every_score_is_0_so_labels_of_0_are_right_at_once(rng):
    x, _ = draw(rng, 5, 3)
    assert_close(fit(x, np.zeros(5, dtype=np.int64), 8, 0.5), (np.zeros(3), 0.0, [0]))


@pytest.mark.parametrize("shape", [(4,), (6,), (1,), (), (5, 1), (1, 5)], ids=str)
@pytest.mark.parametrize("epochs", [0, 2])
def test_labels_that_do_not_fit_the_samples_raise_a_value_error(shape, epochs):
    assert_value_error(fit, np.ones((5, 3)), np.ones(shape, dtype=np.int64), epochs, 0.5)


@pytest.mark.parametrize("shape", [(5,), (5, 3, 2), (1, 3), ()], ids=str)
@pytest.mark.parametrize("epochs", [0, 2])
def test_samples_that_do_not_fit_the_labels_raise_a_value_error(shape, epochs):
    assert_value_error(fit, np.ones(shape), np.ones(5, dtype=np.int64), epochs, 0.5)


@pytest.mark.parametrize("labels", [[1, -1, 1], [0, 1, 2], [-1, 0, 0], [257, 0, 256]], ids=str)
@pytest.mark.parametrize("epochs", [0, 2])
def test_other_labels_than_0_and_1_raise_a_value_error(labels, epochs):
    assert_value_error(fit, np.ones((3, 2)), np.array(labels), epochs, 0.5)


# --- Both ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "lr"), [(1.0, 1e-12), (1e-3, 1e-9), (1e6, 1.0)], ids=str)
def test_fit_is_right_at_any_scale(rng, size, lr):
    x, y = draw(rng)
    x *= size
    w, b, mistakes = fit_by_torch(x, y, 5, lr)
    # Steps cancel: where one order leaves 0, another leaves rounding errors.
    assert_close(fit(x, y, 5, lr), (w, b, mistakes), atol=1e-9 * lr * min(size, 1.0))


@manners()
def test_manners(rng):
    x, y = draw_exact(rng)
    w = rng.integers(-3, 4, size=3).astype(np.float64)
    return partial(predict, x, w, 0.5), partial(fit, x, y, 3, 0.5), partial(fit, x, y, 2, 0.5)


@pytest.mark.speed
def test_predict_has_no_python_loop(rng):
    def sized(samples, features):
        return rng.normal(size=(samples, features)), rng.normal(size=features), 0.5

    assert_vectorized(predict, sized)


@pytest.mark.speed
def test_fit_has_no_python_loop_over_the_features(rng):
    x, y = draw_exact(rng)
    # Features that are always 0 change no prediction, so all make the same mistakes.
    assert_vectorized(
        lambda x: fit(x, y, 3, 0.5),
        lambda features: (np.pad(x, [(0, 0), (0, features - x.shape[1])]),),
    )
