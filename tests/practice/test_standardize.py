from functools import partial

import numpy as np
import pytest
import torch

from exercises.practice.standardize import Standardizer
from kata.testing import assert_close, assert_value_error, manners, unchanged

METHODS = pytest.mark.parametrize("method", ["transform", "inverse"])


def use(method, fitted, x):
    """Fit a new Standardizer and use it."""
    scaler = Standardizer()
    scaler.fit(fitted)
    return {"transform": scaler.transform, "inverse": scaler.inverse}[method](x)


def in_torch(method, fitted, x):
    fitted, x = torch.tensor(fitted), torch.tensor(x)
    mean = fitted.mean(dim=0)
    std = (fitted - mean).square().mean(dim=0).sqrt()
    std[(fitted == fitted[0]).all(dim=0)] = 1.0
    return ((x - mean) / std if method == "transform" else x * std + mean).numpy()


def test_three_rows_worked_out_by_hand():
    # Means 3 and 10; the mean squares of what remains are 6 and 0.
    fitted = np.array([[0.0, 10.0], [3.0, 10.0], [6.0, 10.0]])
    z = use("transform", fitted, np.array([[3.0, 10.0], [3.0 + 6.0**0.5, 14.0]]))
    assert_close(z, np.array([[0.0, 0.0], [1.0, 4.0]]))


@pytest.mark.parametrize("shape", [(7, 3), (2, 5), (6, 1), (4, 4), (3, 0)], ids=str)
@pytest.mark.parametrize("rows", [1, 5, 0])
@METHODS
def test_it_agrees_with_torch_on_other_rows(rng, method, rows, shape):
    fitted, x = rng.normal(3.0, 2.0, size=shape), rng.normal(size=(rows, shape[1]))
    expected = in_torch(method, fitted, x)
    assert_close(use(method, fitted, x), expected)


def test_it_agrees_with_the_reference(rng, reference):
    fitted, x = rng.normal(5.0, 3.0, size=(9, 4)), rng.normal(size=(3, 4))
    scaler = reference.Standardizer()
    scaler.fit(fitted)
    expected = scaler.transform(x)
    assert_close(use("transform", fitted, x), expected)


@METHODS
def test_columns_of_any_scale_are_right(rng, method):
    scales = np.geomspace(1e-9, 1e9, 19)
    fitted, x = rng.normal(1.0, size=(8, 19)) * scales, rng.normal(1.0, size=(5, 19)) * scales
    fitted[2:, ::2] = fitted[0, ::2]  # Here one row alone differs.
    x = x if method == "transform" else x / scales
    expected = in_torch(method, fitted, x)
    # Column by column: a small one is not judged beside a large one.
    assert_close(list(use(method, fitted, x).T), list(expected.T))


@METHODS
def test_a_column_far_from_0_keeps_its_digits(rng, method):
    # Multiples of 2⁻²⁰, which the shift leaves exact.
    fitted, x = (
        rng.permutation(np.arange(3.0))[:, None],
        np.round(rng.normal(size=(5, 1)) * 2**20) / 2**20,
    )
    expected, far = in_torch(method, fitted, x), 2.0**30
    if method == "transform":
        assert_close(use(method, fitted + far, x + far), expected)
    else:
        assert_close(use(method, fitted + far, x), expected + far)


# In most of these, rounding makes the standard deviation another number than 0.
@pytest.mark.parametrize("n", [1, 2, 3, 6, 10])
@pytest.mark.parametrize("value", [0.0, 0.1, -0.7, 1e6 + 0.1, 1e-8 / 3], ids=str)
@METHODS
def test_a_constant_column_is_only_shifted(rng, method, value, n):
    fitted = np.stack([np.full(n, value), rng.normal(size=n) if n > 1 else np.ones(n)], axis=1)
    x = rng.normal(size=(4, 2))
    expected = in_torch(method, fitted, x)
    assert_close(use(method, fitted, x), expected)


@pytest.mark.parametrize("columns", [2, 3])
def test_a_second_fit_forgets_the_first(rng, columns):
    first, second = rng.normal(size=(6, 3)), rng.normal(4.0, 2.0, size=(5, columns))
    x = np.ones((2, columns))
    expected = [in_torch(method, second, x) for method in ("transform", "inverse")]
    scaler = Standardizer()
    scaler.fit(first)
    scaler.transform(first)
    scaler.fit(second)
    assert_close([scaler.transform(x), scaler.inverse(x)], expected)


def test_two_objects_share_nothing_and_keep_what_they_learned(rng):
    rows, others, x = rng.normal(size=(6, 3)), rng.normal(4.0, 2.0, size=(6, 3)), np.ones((2, 3))
    expected = [in_torch("transform", one, x) for one in (rows, rows, others)]
    back = in_torch("inverse", rows, x)
    one, other = Standardizer(), Standardizer()
    one.fit(rows)
    with unchanged(others):
        other.fit(others)
    rows[...] = 7.0
    first = one.transform(x.copy())
    one.inverse(other.transform(5.0 * x))
    assert_close([first, one.transform(x), other.transform(x)], expected)
    assert_close(one.inverse(x), back)


@METHODS
def test_before_the_first_fit_it_raises_a_value_error(method):
    scaler = Standardizer()
    methods = {"transform": scaler.transform, "inverse": scaler.inverse}
    assert_value_error(methods[method], np.ones((3, 2)))


@pytest.mark.parametrize(("fitted", "given"), [(3, 1), (1, 3), (3, 2)], ids=str)
@pytest.mark.parametrize("rows", [2, 0])
@METHODS
def test_another_number_of_columns_raises_a_value_error(rng, method, rows, fitted, given):
    assert_value_error(use, method, rng.normal(size=(4, fitted)), np.ones((rows, given)))


@manners(dtypes=())
def test_manners(rng):
    fitted, x = rng.normal(size=(6, 3)), rng.normal(size=(4, 3))
    return partial(use, "transform", fitted, x), partial(use, "inverse", fitted, x)
