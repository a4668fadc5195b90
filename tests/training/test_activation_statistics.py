import math
from functools import partial

import numpy as np
import pytest

from exercises.training.activation_statistics import dead_share, saturated_share, update_ratio
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

SHAPES = pytest.mark.parametrize(
    "shape", [(7, 5), (5, 7), (1, 6), (6, 1), (1, 1), (4, 4), (200, 3)], ids=str
)
DTYPES = pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
NOTHING = pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)], ids=str)


def draw_rectified(rng, n, units):
    """Activations of which many are 0, and some columns all 0."""
    return np.maximum(rng.normal(size=(n, units)) + rng.choice([-9.0, 0.5], size=units), 0.0)


# --- Dead units ------------------------------------------------------------------------------


def test_only_a_unit_that_is_0_for_every_sample_is_dead():
    activations = np.array([[0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0, 2.0]])
    assert_close(dead_share(activations), 0.4)


@SHAPES
def test_dead_units_are_counted_as_in_a_loop(rng, shape):
    activations = draw_rectified(rng, *shape)
    dead = [all(value == 0 for value in unit) for unit in activations.T.tolist()]
    assert_close(dead_share(activations), sum(dead) / shape[1])


@pytest.mark.parametrize(
    "value", [-1.0, 1e-300, -1e-300, np.float32(1e-30), np.float16(1e-5), np.nan, np.inf]
)
def test_a_unit_with_any_other_value_is_alive(value):
    activations = np.zeros_like(value, shape=(3, 4))
    activations[1, 2] = value
    assert_close(dead_share(activations), 0.75)


def test_opposite_values_and_negative_zeros():
    # The second column sums to 0, and is alive; the third is 0, whatever its sign.
    activations = np.array([[1.0, -2.0, -0.0], [1.0, 2.0, 0.0]])
    assert_close(dead_share(activations), 1 / 3)


# --- Saturation ------------------------------------------------------------------------------


def test_entries_beyond_the_limit_on_either_side_are_saturated():
    outputs = np.array([[0.5, -0.99, 0.97], [0.98, 0.0, -0.97], [-1.0, 1.0, 0.1], [0.0, 0.0, 0.0]])
    assert_close(saturated_share(outputs), 4 / 12)


@SHAPES
@pytest.mark.parametrize("limit", [0.0, 0.5, 0.9, 0.97])
def test_saturated_entries_are_counted_as_in_a_loop(rng, shape, limit):
    outputs = np.tanh(rng.normal(scale=2.0, size=shape))
    beyond = [value > limit or value < -limit for value in outputs.ravel().tolist()]
    assert_close(saturated_share(outputs, limit), sum(beyond) / outputs.size)


def test_the_limit_itself_and_nan_are_not_saturated():
    outputs = np.array([[0.5, -0.5, 0.75], [np.nan, -0.75, 0.0]])
    assert_close([saturated_share(outputs, limit) for limit in (0.5, 0.75, 1.5)], [2 / 6, 0.0, 0.0])


# --- Steps -----------------------------------------------------------------------------------


def test_a_step_of_0_02_beside_a_length_of_5():
    param, update = np.array([[3.0], [-4.0]]), np.array([[0.0], [0.02]])
    assert_close(update_ratio(param, update), 0.004)


@pytest.mark.parametrize("shape", [(4, 3), (7,), (2, 3, 5), (1,), (1, 1)], ids=str)
def test_the_ratio_is_that_of_the_lengths(rng, shape):
    # The mean is far from 0, so that a standard deviation would differ.
    param, update = rng.normal(loc=2.0, size=shape), rng.normal(loc=-0.1, scale=0.01, size=shape)
    lengths = [math.hypot(*v.ravel().tolist()) for v in (update, param)]
    assert_close(update_ratio(param, update), lengths[0] / lengths[1])


@pytest.mark.parametrize(
    ("param", "update", "expected"),
    [(0.0, 0.1, math.inf), (0.0, 0.0, math.nan), (0.1, 0.0, 0.0), (-0.0, -1.0, math.inf)],
)
def test_a_parameter_of_zeros_gives_inf_or_nan_without_a_warning(param, update, expected):
    with np.errstate(all="raise"):
        ratio = update_ratio(np.full((2, 3), param), np.full((2, 3), update))
    assert_close(ratio, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "sizes", [(1e30, 1e27), (1e-30, 1e-28), (1e30, 1e-30), (1e-30, 1e30), (1e-20, 1e-20)]
)
def test_entries_of_any_size_have_the_right_ratio(sizes, dtype):
    param, update = (np.array([size, -size, 0.0], dtype) for size in sizes)
    expected = float(update[0]) / float(param[0])
    close = 1e-6 if dtype == "float32" else 1e-9
    assert_close(update_ratio(param, update), expected, rtol=close)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_parameter_and_its_update_may_differ_in_dtype(dtype):
    narrow, wide = np.array([2.0, 0.0], dtype), np.array([0.3, 1e-30])
    assert_close([update_ratio(narrow, wide), update_ratio(wide, narrow)], [0.15, 2 / 0.3])


# --- All three -------------------------------------------------------------------------------


@DTYPES
def test_the_results_are_floats_whatever_the_dtype(rng, dtype):
    activations = draw_rectified(rng, 6, 5).astype(dtype)
    outputs = np.array([[0.25, 0.75, -1.0]], dtype)
    param, update = np.array([3.0, 4.0], dtype), np.array([0.0, 2.5], dtype)
    expected = [float(np.mean(activations.max(axis=0) == 0)), 2 / 3, 0.5]
    result = dead_share(activations), saturated_share(outputs, 0.5), update_ratio(param, update)
    assert_close(list(result), expected)


def test_they_agree_with_the_reference(rng, reference):
    activations, outputs = draw_rectified(rng, 9, 8), np.tanh(rng.normal(scale=3, size=(8, 9)))
    expected = (
        reference.dead_share(activations),
        reference.saturated_share(outputs),
        reference.update_ratio(outputs, 0.01 * outputs**2),
    )
    step = 0.01 * outputs**2
    result = dead_share(activations), saturated_share(outputs), update_ratio(outputs, step)
    assert_close(result, expected)


@NOTHING
def test_nothing_to_count_raises_a_value_error(shape):
    assert_value_error(dead_share, np.zeros(shape))
    assert_value_error(saturated_share, np.zeros(shape))


@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 1), (3, 4), (12,), (1,)], ids=str)
def test_an_update_of_another_shape_raises_a_value_error(shape):
    assert_value_error(update_ratio, np.ones((4, 3)), np.ones(shape))


# No dtypes: the results are floats, whatever the arguments are.
@manners(dtypes=[])
def test_manners(rng):
    outputs = np.tanh(rng.normal(scale=2.0, size=(6, 5)))
    return (
        partial(dead_share, draw_rectified(rng, 6, 5)),
        partial(saturated_share, outputs),
        partial(saturated_share, outputs, 0.0),
        partial(update_ratio, rng.normal(size=(3, 4)), rng.normal(size=(3, 4))),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def sized(samples, units):
        return (draw_rectified(rng, samples, units),)

    assert_vectorized(dead_share, sized)
    assert_vectorized(saturated_share, sized)
    assert_vectorized(
        update_ratio, lambda rows, columns: tuple(rng.normal(size=(2, rows, columns)))
    )
