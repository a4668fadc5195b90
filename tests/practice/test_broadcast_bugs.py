from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.practice.broadcast_bugs import (
    deviations,
    evaluate,
    mean_squared_error,
    predict,
    similarities,
)
from kata.testing import assert_close, manners

# With equal sizes more accidents stay silent, so these are among them.
TWO_SIZES = pytest.mark.parametrize(("n", "d"), [(2, 5), (5, 2), (4, 4), (1, 3)])
THREE_SIZES = pytest.mark.parametrize(
    ("n", "m", "d"), [(2, 3, 5), (5, 3, 2), (4, 4, 4), (3, 3, 2), (4, 2, 4), (1, 4, 3), (3, 1, 2)]
)


def tensor(array):
    return torch.from_numpy(array)


# --- deviations ------------------------------------------------------------------------------


def test_each_user_has_an_own_mean():
    got = deviations(np.array([[1.0, 3.0, 5.0], [4.0, 4.0, 1.0]]))
    assert_close(got, np.array([[-2.0, 0.0, 2.0], [1.0, 1.0, -2.0]]))


@TWO_SIZES
def test_deviations_are_those_of_every_row(rng, n, d):
    ratings = rng.normal(size=(n, d)) + 3.0
    expected = np.array([row - np.mean(row) for row in ratings])
    assert_close(deviations(ratings), expected)


# --- similarities ----------------------------------------------------------------------------


def test_similarities_are_cosines():
    a, b = np.array([[3.0, 4.0], [0.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 5.0], [-6.0, -8.0]])
    assert_close(similarities(a, b), np.array([[0.6, 0.8, -1.0], [0.0, 1.0, -0.8]]))


@THREE_SIZES
def test_similarities_are_those_of_all_pairs(rng, n, m, d):
    a, b = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    expected = F.cosine_similarity(tensor(a)[:, None], tensor(b)[None], dim=2).numpy()
    assert_close([similarities(a, b), similarities(1e-6 * a, 1e6 * b)], [expected, expected])
    assert_close(similarities(1e-20 * a, b), expected)


# --- predict ---------------------------------------------------------------------------------


def test_equally_similar_users_have_equal_weights():
    similar = np.array([[0.5, 0.5], [-1.0, 1.0], [0.2, 0.2]])
    got = predict(similar, np.array([1.0, 5.0]), temperature=0.05)
    assert_close(got, np.array([3.0, 5.0, 3.0]))


@pytest.mark.parametrize("temperature", [0.01, 0.3, 20.0])
@pytest.mark.parametrize(("n", "m"), [(2, 3), (5, 2), (4, 4), (1, 3), (3, 1)])
def test_each_users_weights_are_a_softmax(rng, n, m, temperature):
    similar, known = rng.uniform(-1, 1, size=(n, m)), rng.normal(size=m)
    weights = torch.softmax(tensor(similar) / temperature, dim=1)
    expected = (weights @ tensor(known)).numpy()
    assert_close(predict(similar, known, temperature), expected)


# --- mean_squared_error ----------------------------------------------------------------------


def test_right_predictions_have_no_error():
    assert_close(mean_squared_error(np.array([1.0, 5.0]), np.array([[1.0], [5.0]])), 0.0)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_each_user_is_compared_with_the_same_user(rng, n):
    predicted, actual = rng.normal(size=n), rng.normal(size=(n, 1))
    expected = F.mse_loss(tensor(predicted), tensor(actual).flatten()).item()
    assert_close(mean_squared_error(predicted, actual), expected)


# --- evaluate --------------------------------------------------------------------------------


@THREE_SIZES
def test_the_error_of_the_whole_program(rng, n, m, d):
    d += 1  # With one item all deviations would be 0.
    ratings, others = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    actual, known = rng.normal(size=(n, 1)), rng.normal(size=m)
    similar = torch.tensor(np.atleast_2d(np.corrcoef(ratings, others)[:n, n:]))
    predicted = torch.softmax(similar / 0.4, dim=1) @ tensor(known)
    expected = F.mse_loss(predicted, tensor(actual[:, 0])).item()
    assert_close(evaluate(ratings, actual, others, known, 0.4), expected)


def test_it_agrees_with_the_reference(rng, reference):
    ratings, others = rng.normal(size=(4, 6)), rng.normal(size=(7, 6))
    actual, known = rng.normal(size=(4, 1)), rng.normal(size=7)
    expected = reference.evaluate(ratings, actual, others, known, 0.2)
    assert_close(evaluate(ratings, actual, others, known, 0.2), expected)


@manners(dtypes=())
def test_manners(rng):
    a, b, known = rng.normal(size=(3, 4)), rng.normal(size=(5, 4)), rng.normal(size=5)
    similar, actual = rng.uniform(-1, 1, size=(3, 5)), rng.normal(size=(3, 1))
    return (
        partial(deviations, a),
        partial(deviations, np.outer(known, [1.0, -1.0])),  # Their means are 0.
        partial(similarities, a, b),
        partial(predict, similar, known, 0.5),
        partial(predict, similar, known, 0.1),
        partial(predict, similar[:, :1].copy(), known[:1].copy(), 0.5),
        partial(mean_squared_error, a[:, 0].copy(), actual),
        partial(evaluate, a, actual, b, known, 0.5),
    )
