from functools import partial

import numpy as np
import pytest
import torch

from exercises.basics.softmax import softmax
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    manners,
    of_four_axes,
)


def in_torch(x, axis=-1):
    return torch.softmax(torch.tensor(x), dim=axis).numpy()


def test_logarithms_of_1_2_and_5_become_eighths():
    scores = np.log([1.0, 2.0, 5.0])
    assert_close(softmax(scores), np.array([0.125, 0.25, 0.625]))


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1)], ids=str)
def test_it_agrees_with_torch_on_the_last_axis(rng, shape):
    x = rng.normal(scale=3.0, size=shape)
    expected = in_torch(x)
    assert_close(softmax(x), expected)


@pytest.mark.parametrize("axis", [0, 1, 2, -2, -3])
def test_it_agrees_with_torch_on_any_axis(rng, axis):
    x = rng.normal(scale=3.0, size=(2, 3, 4))
    expected = in_torch(x, axis)
    assert_close(softmax(x, axis), expected)


def test_of_no_rows_there_are_no_probabilities():
    for x, axis in ((np.zeros((0, 4), np.float32), -1), (np.zeros((4, 0)), 0)):
        assert_close(softmax(x, axis), x)


def test_it_agrees_with_the_reference(rng, reference):
    x = rng.normal(scale=5.0, size=(11, 6))
    expected = reference.softmax(x, axis=0)
    assert_close(softmax(x, axis=0), expected)


def test_huge_scores_stay_finite():
    x = np.array([[1000.0, 1001.0, 1002.0], [-1e300, 0.0, 1e300]])
    expected = np.array([[1.0, np.e, np.e**2], [0.0, 0.0, 1.0]])
    expected[0] /= expected[0].sum()
    assert_close(softmax(x), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_scores_may_be_as_large_as_their_dtype_allows(dtype):
    x = np.finfo(dtype).max * np.array([[-1, 0, 1], [1, 1, -1]], dtype)
    with np.errstate(over="ignore"):
        assert_close(softmax(x), np.array([[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]], dtype))


def test_equal_scores_share_alike_however_huge_they_are():
    assert_close(softmax(np.array([1e20, 1e20, -1e20, 1e20])), np.array([1.0, 1.0, 0.0, 1.0]) / 3)


def test_rows_far_apart_in_one_batch_are_each_right():
    x = np.array([[0.0, 1.0], [-800.0, -799.0], [800.0, 801.0]])
    assert_close(softmax(x), np.tile([1 / (1 + np.e), np.e / (1 + np.e)], (3, 1)))


@pytest.mark.parametrize(("dtype", "lowest"), [(np.float32, -86.0), (np.float64, -700.0)])
def test_tiny_probabilities_keep_their_digits(dtype, lowest):
    x = np.array([0.0, -50.0, lowest], dtype)
    expected = in_torch(x)
    assert_close(softmax(x), expected, atol=0.0)


def test_the_same_scores_in_other_shapes_give_other_probabilities(rng):
    scores = rng.normal(size=12)
    shapes = [(12,), (3, 4), (4, 3), (2, 3, 2)]
    expected = [in_torch(scores.reshape(shape)) for shape in shapes]
    assert_close([softmax(scores.reshape(shape).copy()) for shape in shapes], expected)


@pytest.mark.parametrize(("shape", "axis"), [((0,), -1), ((3, 0), -1), ((0, 3), 0)], ids=str)
def test_no_scores_along_the_axis_raise_a_value_error(shape, axis):
    assert_value_error(softmax, np.zeros(shape), axis)


@manners()
def test_manners(rng):
    x = rng.normal(size=(2, 3, 4))
    return *(partial(softmax, one) for one in (x, x[..., :1], x[0, 0])), partial(softmax, x, axis=1)


@pytest.mark.speed
@pytest.mark.parametrize("axis", [-1, 0, 1, -2, -3])
def test_no_python_loop(rng, axis):
    assert_vectorized(lambda x: softmax(x, axis), of_four_axes(rng))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
# Beside x, the buffers that NumPy casts in, such as those of a sum in float64, are small.
@pytest.mark.parametrize("shape", [(256, 128), (24, 700)], ids=["many rows", "many scores"])
def test_memory_stays_within_four_times_x(rng, shape, dtype):
    x = rng.normal(size=shape).astype(dtype)
    assert_memory_at_most(4 * x.nbytes, softmax, x)
