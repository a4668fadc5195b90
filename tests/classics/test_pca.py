from functools import partial

import numpy as np
import pytest
import torch

from exercises.classics.pca import fit, project, reconstruct
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
)

SIZES = [(20, 3), (7, 6), (5, 5), (4, 9), (2, 3), (9, 1)]


def draw(rng, n=20, d=3, ratio=0.7):
    """Random x, each deviation `ratio` times the one before, along directions that are no axes."""
    r = min(n - 1, d)
    centred = rng.normal(size=(n, r)) - 1.0 / n
    centred -= centred.mean(axis=0)
    scores = np.linalg.qr(centred)[0] * ratio ** np.arange(r) * 3.0 * np.sqrt(n)
    directions = np.linalg.qr(rng.normal(size=(d, r)))[0].T
    return scores @ directions + rng.normal(scale=2.0, size=d)


def in_torch(x, k):
    """By the eigenvectors of the covariance, which torch gives in ascending order."""
    covariance = torch.cov(torch.tensor(x.T)).reshape(x.shape[1], x.shape[1])
    variances, vectors = (one.numpy() for one in torch.linalg.eigh(covariance))
    components = vectors.T[::-1][:k]
    signs = [1.0 if max(row, key=abs) > 0 else -1.0 for row in components.tolist()]
    return x.mean(axis=0), components * np.array(signs)[:, None], variances[::-1][:k].copy()


# --- Fit -------------------------------------------------------------------------------------


def test_a_rectangle_worked_out_by_hand():
    # Its sides lie along (0.8, −0.6) and (0.6, 0.8); from the middle it is 5 and 1 to them.
    a, b, middle = np.array([4.0, -3.0]), np.array([0.6, 0.8]), np.array([10.0, 20.0])
    x = middle + np.array([a + b, a - b, -a + b, -a - b])
    expected = middle, np.array([[0.8, -0.6], [0.6, 0.8]]), np.array([100.0, 4.0]) / 3.0
    assert_close(fit(x, 2), expected)


@pytest.mark.parametrize("k", [1, 2, "all"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_fit_agrees_with_torch(rng, size, k):
    x = draw(rng, *size)
    largest = min(size[0] - 1, size[1])
    k = largest if k == "all" else min(k, largest)
    expected = in_torch(x, k)
    assert_close(fit(x, k), expected)


@pytest.mark.parametrize("unit", [1.0, 1e-9])
@pytest.mark.parametrize("size", [(12, 5), (6, 9)], ids=str)
def test_variances_may_lie_close_together_and_be_tiny(rng, size, unit):
    x = unit * draw(rng, *size, ratio=0.99)
    expected = in_torch(x, 3)
    assert_close(fit(x, 3), expected)


def test_all_agrees_with_the_reference(rng, reference):
    x, z = draw(rng, 11, 4), rng.normal(size=(5, 2))
    mean, components, variances = reference.fit(x, 2)
    expected = (
        (mean.copy(), components.copy(), variances),
        reference.project(x, mean, components),
        reference.reconstruct(z, mean, components),
    )
    results = fit(x, 2), project(x, mean, components), reconstruct(z, mean, components)
    assert_close(results, expected)


def test_the_largest_entry_of_each_component_is_positive(rng):
    x = np.concatenate([draw(rng, 30, 7), draw(rng, 30, 7)])
    expected = np.ones(7)
    _, components, _ = fit(x, 7)
    largest = components[np.arange(7), np.abs(components).argmax(axis=1)]
    assert_close(np.sign(largest), expected)


@pytest.mark.parametrize("first", [-1.0, 1.0])
def test_a_component_whose_entries_have_one_sign_is_positive(rng, first):
    direction = rng.uniform(0.5, 1.0, size=4)
    expected = direction[None] / np.linalg.norm(direction)
    _, components, _ = fit(np.linspace(first, -first, 6)[:, None] * direction, 1)
    assert_close(components, expected)


def test_an_entry_that_is_hardly_larger_than_another_is_the_positive_one():
    expected = np.array([[-1.0, 1.0001]]) / np.hypot(1.0, 1.0001)
    _, components, _ = fit(np.array([[0.0, 0.0], [1.0, -1.0001]]), 1)
    assert_close(components, expected)


def test_data_far_from_0_keep_their_digits(rng):
    # Multiples of 2⁻²⁰, which the shift leaves exact.
    x, far = np.round(draw(rng, 16, 3) * 2.0**20) / 2.0**20, 2.0**20
    mean, components, variances = in_torch(x, 3)
    expected = mean + far, components, variances
    assert_close(fit(x + far, 3), expected)


@pytest.mark.parametrize(
    ("size", "k"),
    [((9, 3), 0), ((9, 3), -1), ((9, 3), 4), ((3, 9), 3), ((3, 9), 5), ((1, 4), 1), ((2, 5), 2)],
    ids=str,
)
def test_a_k_without_as_many_components_raises_a_value_error(rng, size, k):
    assert_value_error(fit, rng.normal(size=size), k)


# --- Project and reconstruct -----------------------------------------------------------------


def test_coordinates_worked_out_by_hand():
    # From the mean to (10, 9) it is (6, 3): 0.6 · 6 + 0.8 · 3 along one, 0.8 · 6 − 0.6 · 3 along
    # the other component.
    mean, components = np.array([4.0, 6.0]), np.array([[0.6, 0.8], [0.8, -0.6]])
    assert_close(project(np.array([[10.0, 9.0]]), mean, components), np.array([[6.0, 3.0]]))
    assert_close(reconstruct(np.array([[6.0, 3.0]]), mean, components), np.array([[10.0, 9.0]]))


@pytest.mark.parametrize(("n", "d", "k"), [(7, 5, 2), (3, 4, 4), (1, 3, 1)], ids=str)
def test_both_agree_with_sums_over_the_components(rng, n, d, k):
    components = np.linalg.qr(rng.normal(size=(d, k)))[0].T
    x, z, mean = rng.normal(size=(n, d)), rng.normal(size=(n, k)), rng.normal(size=d)
    expected = (
        np.array([[np.dot(row - mean, one) for one in components] for row in x]),
        np.array(
            [mean + sum(s * one for s, one in zip(row, components, strict=True)) for row in z]
        ),
    )
    assert_close((project(x, mean, components), reconstruct(z, mean, components)), expected)


def test_what_is_lost_is_the_variance_left_out(rng):
    x = draw(rng, 20, 4)
    lost = in_torch(x, 4)[2][2:].sum() * 19
    mean, components, _ = fit(x, 2)
    back = reconstruct(project(x, mean, components), mean, components)
    assert_close(float(((x - back) ** 2).sum()), float(lost))


# --- Manners and speed -----------------------------------------------------------------------


@manners(dtypes=())
def test_manners(rng):
    x, z, mean = draw(rng, 12, 4), rng.normal(size=(6, 2)), rng.normal(size=4)
    components = np.linalg.qr(rng.normal(size=(4, 2)))[0].T
    return (
        partial(fit, x, 1),
        partial(fit, x, 3),
        partial(project, x, mean, components),
        partial(reconstruct, z, mean, components),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sized(rows, features):
        # There are more rows than features at all sizes: a fit may go two ways.
        return draw(rng, 200 + rows, features), np.zeros(features), rng.normal(size=(2, features))

    def wide(rows, features):
        return draw(rng, rows, 200 + features), 2

    assert_vectorized(lambda x, *_: fit(x, 2), sized)
    assert_vectorized(fit, wide)
    assert_vectorized(project, sized)
    assert_vectorized(lambda x, *rest: reconstruct(x[:, :2], *rest), sized)


@pytest.mark.speed
def test_memory_stays_far_below_a_number_for_each_two_rows(rng):
    x, limit = rng.normal(size=(600, 8)), 8 * 600**2 // 4
    assert_memory_at_most(limit, fit, x, 2)
    assert_memory_at_most(limit, project, x, x[0].copy(), x[1:3].copy())
    assert_memory_at_most(limit, reconstruct, x[:, :2].copy(), x[0].copy(), x[1:3].copy())
