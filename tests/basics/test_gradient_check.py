import numpy as np
import pytest
import torch

from exercises.basics.gradient_check import numerical_gradient, relative_error
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

SHAPES = [(7,), (5, 3), (2, 3, 4), (3, 1), (1, 4), (0, 4)]


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


@pytest.mark.parametrize("h", [2.0, 0.25, 0.001], ids=str)
def test_the_step_is_h(rng, h):
    weights, x = rng.normal(size=(3, 4)), 2 * rng.normal(size=(3, 4))
    assert_close(numerical_gradient(cubic(weights), x, h), slopes_of_cubic(weights, x, h))


def test_the_step_is_a_hundred_thousandth_unless_told():
    # 10¹⁰ · h³ / h is 1.
    gradient = numerical_gradient(lambda x: 1e10 * np.sum(x**3), np.zeros((2, 3)))
    assert_close(gradient, np.ones((2, 3)))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_right_for_any_shape(rng, shape):
    weights, x = rng.normal(size=shape), rng.normal(size=shape)
    assert_close(numerical_gradient(cubic(weights), x, 0.5), slopes_of_cubic(weights, x, 0.5))


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


def test_arrays_that_are_not_in_c_order_are_right_too(rng):
    weights, x = rng.normal(size=(4, 5)), rng.normal(size=(5, 4)).T
    assert_close(numerical_gradient(cubic(weights), x, 0.5), slopes_of_cubic(weights, x, 0.5))


@pytest.mark.parametrize("dtype", [np.float32, np.int64], ids=["float32", "int64"])
def test_it_works_in_float64_whatever_the_dtype_of_x(rng, dtype):
    weights, x = rng.normal(size=(3, 4)), rng.integers(-3, 4, size=(3, 4)).astype(dtype)
    expected = slopes_of_cubic(weights, x.astype(np.float64), 0.001)
    assert_close(numerical_gradient(cubic(weights), x, 0.001), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.int64], ids=["float32", "int64"])
def test_the_function_gets_float64_whatever_the_dtype_of_x(dtype):
    dtypes = []

    def function(x):
        dtypes.append(str(x.dtype))
        return x.sum()

    numerical_gradient(function, np.ones(2, dtype), 0.5)
    assert_close(sorted(set(dtypes)), ["float64"])


@pytest.mark.parametrize("number", [float, np.asarray], ids=["a float", "an array without axes"])
def test_the_function_may_give(number):
    gradient = numerical_gradient(lambda x: number(x[0, 0] * x[0, 1]), np.array([[3.0, 5.0]]), 0.5)
    assert_close(gradient, np.array([[5.0, 3.0]]))


def test_a_constant_has_a_gradient_of_0():
    assert_close(numerical_gradient(lambda x: 3.0, np.ones((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize("h", [0.0, -1e-5], ids=str)
def test_an_h_that_is_not_positive_raises_a_value_error(h):
    with pytest.raises(ValueError):
        numerical_gradient(lambda x: x.sum(), np.ones(3), h)


RESULTS = {
    "an array like x": lambda x: x**2,
    "two numbers": lambda x: x[:2],
    "a row": lambda x: x[None],
    "no numbers": lambda x: x[:0],
}


@pytest.mark.parametrize("result", RESULTS)
def test_a_function_that_does_not_give_one_number_raises_a_value_error(result):
    with pytest.raises(ValueError):
        numerical_gradient(RESULTS[result], np.ones(3))


def test_the_function_is_called_at_most_twice_for_each_entry():
    calls = []

    def function(x):
        calls.append(1)
        return x.sum()

    numerical_gradient(function, np.ones((3, 4)))
    assert_close(len(calls) <= 24, True)


def test_x_is_not_written_into_not_even_for_a_while(rng):
    x = rng.normal(size=(8, 5))
    before, seen = x.copy(), []

    def function(moved):
        seen.append(x.copy())
        return np.sum(moved**2)

    with unchanged(x):
        numerical_gradient(function, x)
    assert_close(seen, [before] * len(seen), rtol=0.0)


# --- The error -------------------------------------------------------------------------------


def test_errors_worked_out_by_hand():
    # |2 − 3| / (2 + 3) = 1/5 is more than |4 − 5| / 9.
    actual, expected = np.array([[1.0, 2.0], [0.0, -4.0]]), np.array([[1.0, 3.0], [0.0, -5.0]])
    assert_close(relative_error(actual, expected), 0.2)


@pytest.mark.parametrize("shape", SHAPES[:-1], ids=str)
def test_it_is_the_worst_of_all_entries(rng, shape):
    actual = rng.normal(size=shape)
    expected = actual * rng.uniform(0.5, 1.5, size=shape)
    pairs = zip(actual.ravel().tolist(), expected.ravel().tolist(), strict=True)
    assert_close(
        relative_error(actual, expected), max(abs(a - e) / (abs(a) + abs(e)) for a, e in pairs)
    )


def test_a_wrong_entry_shows_beside_much_larger_ones():
    actual, expected = np.array([1e6, 1e-3, -1e6]), np.array([1e6, 3e-3, -1e6])
    assert_close(relative_error(actual, expected), 0.5)


def test_a_gradient_of_the_wrong_sign_has_the_error_1(rng):
    gradient = rng.normal(size=(3, 4))
    assert_close(relative_error(gradient, -gradient), 1.0)


def test_equal_gradients_have_the_error_0(rng):
    gradient = rng.normal(size=(3, 4))
    gradient[1] = 0.0
    assert_close(relative_error(gradient, gradient.copy()), 0.0)


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [(3e-9, 1e-9, 0.2), (0.0, -2e-10, 0.02), (3e-8, 1e-8, 0.5), (0.0, 0.0, 0.0)],
    ids=["below", "0 and far below", "above", "two zeros"],
)
def test_tiny_entries_are_compared_beside_the_floor(actual, expected, error):
    assert_close(relative_error(np.array([actual, 1.0]), np.array([expected, 1.0])), error)


def test_no_entries_have_the_error_0():
    assert_close(relative_error(np.zeros((0, 3)), np.zeros((0, 3))), 0.0)


@pytest.mark.parametrize("where", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("which", [0, 1], ids=["actual", "expected"])
def test_an_entry_that_is_nan_makes_the_error_nan(which, where):
    gradients = np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 3.0])
    gradients[which][where] = np.nan
    assert_close(relative_error(*gradients), np.nan)


def test_nan_in_both_is_an_error_of_nan_too():
    gradient = np.array([[1.0, np.nan], [2.0, 3.0]])
    assert_close(relative_error(gradient, gradient.copy()), np.nan)


def test_the_error_agrees_with_the_reference(rng, reference):
    actual, expected = rng.normal(size=(2, 4, 6))
    error = relative_error(actual, expected)
    assert_close(error, reference.relative_error(actual, expected))


def test_gradients_in_different_orders_in_memory_are_compared_entry_by_entry(rng):
    actual = rng.normal(size=(4, 5))
    expected = actual.copy()
    expected[2, 1] *= 3.0
    assert_close(relative_error(actual, np.asfortranarray(expected)), 0.5)
    assert_close(relative_error(actual[::2].T, expected[::2].T), 0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.int64], ids=["float32", "int64"])
def test_the_error_is_a_float_from_float64_whatever_the_dtypes(dtype):
    actual, expected = np.array([[3, 1], [3, 2]], dtype=dtype)
    # In float32, only eight digits of a third are right.
    assert_close(relative_error(actual, expected), 1 / 3, rtol=1e-12)


@pytest.mark.parametrize(
    "shapes",
    [
        [(3,), (1, 3)],
        [(1, 3), (3,)],
        [(3,), (4, 3)],
        [(4, 1), (4, 3)],
        [(3, 1), (3,)],
        [(4, 3), (3,)],
        [(4, 3), (4, 1)],
        [(3,), (1,)],
        [(2, 3), (3, 2)],
        [(2, 3), (6,)],
        [(0, 3), (3, 0)],
    ],
    ids=str,
)
def test_other_shapes_raise_a_value_error(shapes):
    with pytest.raises(ValueError):
        relative_error(*map(np.ones, shapes))


def test_the_error_leaves_both_gradients_unchanged(rng):
    actual, expected = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    with unchanged(actual, expected):
        relative_error(actual, expected)


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_the_error_has_no_python_loop(rng, shape):
    actual, expected = rng.normal(size=(2, *shape))
    small = actual[:2, :2].copy(), expected[:2, :2].copy()
    assert_no_loop_over("the entries", relative_error, small, (actual, expected))


# --- Both together ---------------------------------------------------------------------------


def test_a_right_gradient_passes_and_a_slip_shows(rng):
    x = rng.uniform(0.5, 1.5, size=(4, 3))
    measured = numerical_gradient(lambda x: np.sum(np.log(x) * x), x)
    gradient = np.log(x) + 1
    assert_close(relative_error(gradient, measured) < 1e-7, True)
    gradient[2, 1] *= 1.01
    assert_close(relative_error(gradient, measured) > 1e-3, True)
