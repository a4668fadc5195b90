import numpy as np
import pytest
import torch

from exercises.basics.log_softmax import log_softmax, logsumexp
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_no_loop_over,
    unchanged,
)

EMPTY = [((3, 0), -1), ((0, 3), 0), ((2, 0, 3), 1)]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def torch_logsumexp(x, axis=-1):
    return torch.logsumexp(torch.tensor(x), dim=axis).numpy()


def torch_log_softmax(x, axis=-1):
    return torch.log_softmax(torch.tensor(x), dim=axis).numpy()


# --- logsumexp -------------------------------------------------------------------------------


def test_logarithms_of_1_2_and_5_add_up_to_that_of_8():
    x = np.log([[1.0, 2.0, 5.0], [0.5, 0.25, 0.25]])
    assert_close(logsumexp(x), np.array([np.log(8.0), 0.0]), atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (3, 1), (1, 6), (0, 4)], ids=str)
def test_logsumexp_agrees_with_torch_on_the_last_axis(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    assert_close(logsumexp(x), torch_logsumexp(x))


@pytest.mark.parametrize("axis", [0, 1, 2, -2, -3])
def test_logsumexp_agrees_with_torch_on_any_axis(rng, axis):
    x = rng.normal(scale=3.0, size=(2, 3, 4))
    assert_close(logsumexp(x, axis), torch_logsumexp(x, axis))


def test_logsumexp_agrees_with_the_reference(rng, reference):
    x = rng.normal(scale=20.0, size=(11, 6))
    assert_close(logsumexp(x, axis=0), reference.logsumexp(x, axis=0))


@DTYPES
def test_logsumexp_of_huge_and_tiny_scores_is_right(dtype):
    x = [[1000.0, 1000.0], [-1000.0, -1000.0], [-800.0, 800.0], [1e30, -1e30], [-1e30, -1e30]]
    expected = [1000.0 + np.log(2.0), -1000.0 + np.log(2.0), 800.0, 1e30, -1e30]
    # By rows of one size, so that each is judged beside its own.
    for_each = [logsumexp(np.array([row], dtype=dtype)) for row in x]
    assert_close(for_each, [np.array([one], dtype=dtype) for one in expected])


def test_logsumexp_of_rows_far_apart_in_one_batch_is_right():
    x = np.array([[0.0, 1.0], [-800.0, -799.0], [800.0, 801.0]])
    assert_close(logsumexp(x), np.array([0.0, -800.0, 800.0]) + np.log(1 + np.e))


def test_a_score_of_minus_infinity_adds_nothing():
    x = np.array([[-np.inf, 3.0, -np.inf], [0.0, -np.inf, 0.0], [-np.inf, -900.0, -900.0]])
    assert_close(logsumexp(x), np.array([3.0, np.log(2.0), -900.0 + np.log(2.0)]))


@DTYPES
def test_nothing_but_minus_infinity_adds_up_to_minus_infinity(dtype):
    x = np.array([[-np.inf, -np.inf, -np.inf], [1.0, 1.0, -np.inf]], dtype=dtype)
    assert_close(logsumexp(x), np.array([-np.inf, 1.0 + np.log(2.0)], dtype=dtype))


def test_nothing_but_minus_infinity_along_another_axis_adds_up_to_minus_infinity():
    x = np.array([[-np.inf, 5.0, 0.0], [-np.inf, 5.0, -np.inf]])
    assert_close(logsumexp(x, 0), np.array([-np.inf, 5.0 + np.log(2.0), 0.0]))


@DTYPES
def test_logsumexp_keeps_the_dtype(rng, dtype):
    x = rng.normal(size=(3, 5)).astype(dtype)
    assert_close(logsumexp(x), torch_logsumexp(x))


@pytest.mark.parametrize(("shape", "axis"), EMPTY, ids=str)
def test_nothing_to_add_up_raises_a_value_error(shape, axis):
    with pytest.raises(ValueError):
        logsumexp(np.zeros(shape), axis)


def test_logsumexp_leaves_x_unchanged(rng):
    x = rng.normal(size=(3, 4))
    x[1] = -np.inf
    with unchanged(x):
        logsumexp(x)


# --- log_softmax -----------------------------------------------------------------------------


def test_logarithms_of_1_2_and_5_become_those_of_eighths():
    x = np.log([1.0, 2.0, 5.0])
    assert_close(log_softmax(x), np.log([0.125, 0.25, 0.625]))


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)], ids=str)
def test_log_softmax_agrees_with_torch_on_the_last_axis(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    assert_close(log_softmax(x), torch_log_softmax(x))


@pytest.mark.parametrize("axis", [0, 1, 2, -2, -3])
def test_log_softmax_agrees_with_torch_on_any_axis(rng, axis):
    x = rng.normal(scale=3.0, size=(2, 3, 4))
    assert_close(log_softmax(x, axis), torch_log_softmax(x, axis))


def test_log_softmax_agrees_with_the_reference(rng, reference):
    x = rng.normal(scale=20.0, size=(11, 6))
    assert_close(log_softmax(x, axis=0), reference.log_softmax(x, axis=0))


def test_the_probabilities_of_each_row_sum_to_one(rng):
    x = rng.normal(scale=5.0, size=(9, 4))
    assert_close(np.exp(log_softmax(x)).sum(axis=-1), np.ones(9))


@DTYPES
def test_probabilities_too_small_to_write_down_keep_their_logarithms(dtype):
    x = np.array([[0.0, -800.0, -5000.0], [3000.0, 0.0, 2999.0]], dtype=dtype)
    expected = torch_log_softmax(x.astype(np.float64)).astype(dtype)
    assert_close(log_softmax(x), expected)


def test_log_softmax_of_rows_far_apart_in_one_batch_is_right():
    x = np.array([[0.0, 1.0], [-800.0, -799.0], [800.0, 801.0]])
    assert_close(log_softmax(x), np.tile([0.0, 1.0] - np.log(1 + np.e), (3, 1)))


@DTYPES
def test_log_softmax_of_huge_scores_is_right(dtype):
    x = np.array([[1e30, -1e30, 0.0], [-1e30, -1e30, 1e30]], dtype=dtype)
    expected = np.array([[0.0, -2e30, -1e30], [-2e30, -2e30, 0.0]], dtype=dtype)
    assert_close(log_softmax(x), expected)


@DTYPES
@pytest.mark.parametrize("size", [1e4, 1e20, -1e20, 1e30], ids=str)
def test_equal_scores_share_alike_however_large_they_are(dtype, size):
    x = np.full((2, 4), size, dtype=dtype)
    assert_close(log_softmax(x), np.full((2, 4), -np.log(4.0), dtype=dtype))


def test_a_score_of_minus_infinity_gets_minus_infinity():
    x = np.array([[-np.inf, 3.0, 3.0], [0.0, -np.inf, -np.inf]])
    half = -np.log(2.0)
    assert_close(log_softmax(x), np.array([[-np.inf, half, half], [0.0, -np.inf, -np.inf]]))


@DTYPES
def test_log_softmax_keeps_the_dtype(rng, dtype):
    x = rng.normal(size=(3, 5)).astype(dtype)
    assert_close(log_softmax(x), torch_log_softmax(x))


@pytest.mark.parametrize(("shape", "axis"), [((0,), -1), *EMPTY], ids=str)
def test_no_scores_along_the_axis_raise_a_value_error(shape, axis):
    with pytest.raises(ValueError):
        log_softmax(np.zeros(shape), axis)


def test_log_softmax_leaves_x_unchanged(rng):
    x = rng.normal(size=(3, 4))
    with unchanged(x):
        log_softmax(x)


def test_arrays_in_fortran_order_are_right_too(rng):
    x = np.asfortranarray(rng.normal(size=(3, 5, 4)))
    assert_close(logsumexp(x, axis=1), torch_logsumexp(x, 1))
    assert_close(log_softmax(x, axis=1), torch_log_softmax(x, 1))


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("axis", [0, 1], ids=["the rows", "the columns"])
def test_logsumexp_has_no_python_loop(rng, axis):
    x = rng.normal(size=(96, 96))
    assert_no_loop_over("the scores", logsumexp, (x[:8], axis), (x, axis))
    assert_no_loop_over("the scores", logsumexp, (x[:, :8], axis), (x, axis))


@pytest.mark.speed
@pytest.mark.parametrize("axis", [0, 1], ids=["the rows", "the columns"])
def test_log_softmax_has_no_python_loop(rng, axis):
    x = rng.normal(size=(96, 96))
    assert_no_loop_over("the scores", log_softmax, (x[:8], axis), (x, axis))
    assert_no_loop_over("the scores", log_softmax, (x[:, :8], axis), (x, axis))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(256, 128), (3, 700)], ids=["many rows", "many scores"])
def test_logsumexp_stays_within_six_times_x(rng, shape):
    x = rng.normal(size=shape)
    assert_memory_at_most(6 * x.nbytes, logsumexp, x)


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(256, 128), (3, 700)], ids=["many rows", "many scores"])
def test_log_softmax_stays_within_six_times_x(rng, shape):
    x = rng.normal(size=shape)
    assert_memory_at_most(6 * x.nbytes, log_softmax, x)
