from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.gradient_check import numerical_gradient, relative_error
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    of_four_axes,
    torch_gradients,
)

SHAPES = [(7,), (1,), (5, 3), (2, 3, 4), (2, 1, 3, 1, 2), (3, 1), (1, 4), (4, 4), (0, 4), (0,)]
DTYPES = ["float16", "float32", "int8", "uint8", "int64", "uint64"]


def cubic(weights):
    """A function of an array in which every entry matters to every slope."""
    return lambda x: np.sum(weights * x**3) + np.sum(x) ** 2 / 2


def slopes_of_cubic(weights, x, h):
    """What central differences of it give. A step of h adds weight · h² to the derivative."""
    return weights * (3 * x**2 + h**2) + np.sum(x)


# --- The gradient ----------------------------------------------------------------------------


def test_slopes_worked_out_by_hand():
    # (3³ + 3·3 − 1³ − 1·3) / 2 = 16 and (2·4 − 2·2) / 2 = 2
    gradient = numerical_gradient(lambda x: x[0] ** 3 + x[0] * x[1], np.array([2.0, 3.0]), 1.0)
    assert_close(gradient, np.array([16.0, 2.0]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("h", [2.0, 0.25, 0.01], ids=str)
def test_the_step_is_h_for_any_shape(rng, shape, h):
    weights, x = rng.normal(size=shape), 2 * rng.normal(size=shape)
    expected = slopes_of_cubic(weights, x, h)
    assert_close(numerical_gradient(cubic(weights), x, h), expected)


def test_the_step_is_a_hundred_thousandth_unless_told():
    # 10¹⁰ · h³ / h is 1.
    gradient = numerical_gradient(lambda x: 1e10 * np.sum(x**3), np.zeros((2, 3)))
    assert_close(gradient, np.ones((2, 3)))


def test_it_agrees_with_torch(rng):
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 5))
    (expected,) = torch_gradients(lambda x: torch.tanh(x @ torch.tensor(w)).sum(), [x])
    gradient = numerical_gradient(lambda x: np.tanh(x @ w).sum(), x)
    # By a step of 1e-5, rounding in the function's last digits becomes 1e-10 in the slope.
    assert_close(gradient, expected, atol=1e-8)


def test_it_agrees_with_the_reference(rng, reference):
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 5))
    expected = reference.numerical_gradient(lambda x: np.exp(x @ w).sum(), x, 0.125)
    assert_close(numerical_gradient(lambda x: np.exp(x @ w).sum(), x, 0.125), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_and_the_function_work_in_float64_where_x_has_the_dtype(rng, dtype):
    weights, x = rng.normal(size=(3, 4)), rng.integers(-3, 4, size=(3, 4))
    x = (abs(x) if dtype.startswith("u") else x).astype(dtype)
    expected = slopes_of_cubic(weights, x.astype(np.float64), 0.01)
    dtypes, function = set(), cubic(weights)

    def noting(x):
        dtypes.add(str(x.dtype))
        return function(x)

    assert_close(numerical_gradient(noting, x, 0.01), expected)
    assert_close(sorted(dtypes), ["float64"])


NUMBERS = {
    "a float": float,
    "an array without axes": np.asarray,
    "an array without axes, of uint8": lambda number: np.array(number, np.uint8),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_function_may_give(number):
    function, x = lambda x: NUMBERS[number](100.0 - x[0, 0] * x[0, 1]), np.array([[3.0, 5.0]])
    assert_close(numerical_gradient(function, x, 1.0), np.array([[-5.0, -3.0]]))


@pytest.mark.parametrize("h", [0.0, -1e-300, -1.0], ids=str)
@pytest.mark.parametrize("shape", [(3,), (0, 3)], ids=str)
def test_an_h_that_is_not_positive_raises_a_value_error(h, shape):
    assert_value_error(numerical_gradient, np.sum, np.ones(shape), h)


RESULTS = {
    "an array like x": lambda x: x**2,
    "two numbers": lambda x: x[:2],
    "a row": lambda x: x[None],
    "no numbers": lambda x: x[:0],
}


@pytest.mark.parametrize("result", RESULTS)
def test_a_function_that_does_not_give_one_number_raises_a_value_error(result):
    assert_value_error(numerical_gradient, RESULTS[result], np.ones(3))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_function_is_called_at_most_twice_for_each_entry(shape):
    calls = []

    def counting(x):
        calls.append(1)
        return x.sum()

    numerical_gradient(counting, np.ones(shape))
    most = 2 * int(np.prod(shape))
    assert_close(max(len(calls), most), most)


def test_all_other_entries_stay_as_they_are_however_small():
    x, seen = np.array([1e-20, 3e-17, 0.1]), []
    expected = [x.copy() for _ in range(6)]
    for call, (index, h) in enumerate((i, h) for i in range(3) for h in (0.25, -0.25)):
        expected[call][index] += h

    def function(point):
        seen.append(point.copy())
        return point.sum()

    numerical_gradient(function, x, 0.25)
    assert_close(sorted(seen, key=list), sorted(expected, key=list), atol=0.0)


def test_x_does_not_change_not_even_for_a_moment(rng):
    x = rng.normal(size=(8, 5))
    before, seen = x.copy(), []

    def looking(moved):
        seen.append(x.copy())
        return np.sum(moved**2)

    numerical_gradient(looking, x)
    assert_close([*seen, x], [before] * (len(seen) + 1), rtol=0.0)


# --- The error -------------------------------------------------------------------------------


def test_errors_worked_out_by_hand():
    # |2 − 3| / (2 + 3) = 1/5 is more than |4 − 5| / 9.
    actual, expected = np.array([[1.0, 2.0], [0.0, -4.0]]), np.array([[1.0, 3.0], [0.0, -5.0]])
    assert_close(relative_error(actual, expected), 0.2)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_the_worst_of_all_entries(rng, shape):
    actual, expected = rng.normal(size=(2, *shape))
    pairs = zip(actual.ravel().tolist(), expected.ravel().tolist(), strict=True)
    worst = max((abs(a - e) / (abs(a) + abs(e)) for a, e in pairs), default=0.0)
    assert_close(relative_error(actual, expected), worst)


def test_the_error_agrees_with_the_reference(rng, reference):
    actual, expected = rng.normal(size=(2, 4, 6))
    error = reference.relative_error(actual, expected)
    assert_close(relative_error(actual, expected), error)


@pytest.mark.parametrize("other", [0.0, 0.5, 0.999, 1.0, -0.25, -1.0], ids=str)
def test_it_is_right_for_entries_of_any_size(other):
    sizes = [0.0, 0.9e-8, 1.1e-8, *np.logspace(-300, 300, 41).tolist()]
    errors = [(size - other * size) / max(1e-8, size + abs(other) * size) for size in sizes]
    actual = [relative_error(np.array([s, 1.0]), np.array([other * s, 1.0])) for s in sizes]
    assert_close(actual, errors, atol=0.0)
    actual = [relative_error(np.array([1.0, -other * s]), np.array([1.0, -s])) for s in sizes]
    assert_close(actual, errors, atol=0.0)


@pytest.mark.parametrize("where", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("which", [[0], [1], [0, 1]], ids=["actual", "expected", "both"])
def test_an_entry_that_is_nan_makes_the_error_nan(which, where):
    gradients = np.array([[1.0, 2.0, 3.0], [1.5, 2.0, 3.0]])
    gradients[which, where] = np.nan
    assert_close(relative_error(*gradients), np.nan)
    # The same array is not equal to itself then.
    same = gradients[which[0]]
    assert_close(relative_error(same, same), np.nan)


@pytest.mark.parametrize("actual", [[3, 1, 127], [0, 100, 1]], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_error_is_a_float_from_float64_where_the_dtype_is(dtype, actual):
    expected = [3, 2, 120]
    error = max(abs(a - e) / (a + e) for a, e in zip(actual, expected, strict=True))
    # In float32, only eight digits would be right.
    assert_close(relative_error(np.array(actual, dtype), np.array(expected, dtype)), error)


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")], ids=str)
def test_gradients_of_two_dtypes_differ_by_the_rounding_of_one(dtypes):
    actual, expected = (np.array([0.1, -0.7]).astype(dtype) for dtype in dtypes)
    pairs = zip(actual.tolist(), expected.tolist(), strict=True)
    error = max(abs(a - e) / (abs(a) + abs(e)) for a, e in pairs)
    # The error may be the difference of two shares of about one half.
    assert_close(relative_error(actual, expected), error, atol=1e-15)


def test_an_integer_without_a_counterpart_above_0_is_compared_too():
    assert_close(relative_error(np.array([-128], np.int8), np.array([-122], np.int8)), 6 / 250)


MISFITS = {
    (3,): [(1,), (1, 3), (3, 1), (4, 3)],
    (4, 3): [(4, 1), (1, 3), (3, 4), (12,), (1, 4, 3)],
    (0, 3): [(3, 0), (3,), (1, 3)],
}


@pytest.mark.parametrize(
    ("shape", "other"), [(one, other) for one in MISFITS for other in MISFITS[one]], ids=str
)
def test_two_shapes_raise_a_value_error(shape, other):
    assert_value_error(relative_error, np.ones(shape), np.ones(other))
    assert_value_error(relative_error, np.ones(other), np.ones(shape))


# --- Both ------------------------------------------------------------------------------------


@manners(dtypes=())
def test_manners(rng):
    function, other = cubic(rng.normal(size=(2, 3))), cubic(rng.normal(size=(2, 3)))
    x, (actual, expected) = rng.normal(size=(2, 3)), rng.uniform(1.0, 2.0, size=(2, 4, 3))
    return (
        partial(numerical_gradient, function, x, 0.5),
        partial(numerical_gradient, other, x, 0.5),
        partial(numerical_gradient, function, x, 0.25),
        partial(relative_error, actual, expected),
        partial(relative_error, actual, 3 * expected),
    )


@pytest.mark.speed
def test_the_error_has_no_python_loop(rng):
    assert_vectorized(relative_error, of_four_axes(rng, 2))
