import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.optimization.clip_gradients import clip_by_global_norm, clip_by_value
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    unchanged,
)

SHAPES = [(3, 4), (5,), (2, 1, 3), (0, 2), (1,)]
NOTHING = {
    "no gradients": [],
    "only None": [None, None],
    "no entries": [np.zeros((0, 3)), None],
    "zeros": [np.zeros((2, 3)), np.zeros(4)],
}


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def draw_with_none(rng):
    grads = draw(rng)
    grads[0] = grads[2] = None
    return grads


def run_torch(clip, grads, limit):
    """The gradients after one of torch's functions, and what it returns."""
    tensors = []
    for grad in grads:
        tensor = torch.zeros(() if grad is None else grad.shape, dtype=torch.float64)
        tensor.grad = None if grad is None else torch.tensor(grad, dtype=torch.float64)
        tensors.append(tensor)
    returned = clip(tensors, limit)
    return [None if t.grad is None else t.grad.numpy() for t in tensors], returned


def torch_norm(grads, max_norm):
    clipped, norm = run_torch(torch.nn.utils.clip_grad_norm_, grads, max_norm)
    return clipped, norm.item()


def torch_value(grads, clip_value):
    return run_torch(torch.nn.utils.clip_grad_value_, grads, clip_value)[0]


def copies(grads):
    return [None if grad is None else grad.copy() for grad in grads]


# --- By the global norm ----------------------------------------------------------------------


def test_a_norm_of_5_is_halved_to_two_and_a_half():
    clipped, norm = clip_by_global_norm([np.array([3.0, 0.0]), np.array([[-4.0]])], 2.5)
    scale = 2.5 / 5.000001
    assert_close(norm, 5.0)
    assert_close(clipped, [np.array([3.0 * scale, 0.0]), np.array([[-4.0 * scale]])])


@pytest.mark.parametrize("max_norm", [0.0, 0.01, 0.7, 3.0, 1000.0, np.inf], ids=str)
@pytest.mark.parametrize("scale", [1e-6, 0.1, 1.0, 50.0], ids=str)
def test_the_norm_agrees_with_torch(rng, scale, max_norm):
    grads = draw(rng, scale)
    expected = torch_norm(grads, max_norm)
    assert_close(clip_by_global_norm(grads, max_norm), expected)


@pytest.mark.parametrize(
    ("norm", "max_norm"), [(5e-6, 3e-6), (0.5, 0.5), (0.5, 0.5 + 5e-7)], ids=str
)
def test_the_small_constant_is_added_to_the_norm(norm, max_norm):
    grads = [norm * np.array([0.6, -0.8])]
    expected = [grads[0] * max_norm / (norm + 1e-6)]
    assert_close(clip_by_global_norm(grads, max_norm), (expected, norm), atol=0.0)


@pytest.mark.parametrize("grads", NOTHING.values(), ids=NOTHING.keys())
@pytest.mark.parametrize("max_norm", [0.0, 1.5, np.inf], ids=str)
def test_where_there_is_nothing_the_norm_is_0(grads, max_norm):
    assert_close(clip_by_global_norm(copies(grads), max_norm), (grads, 0.0))


@pytest.mark.parametrize("max_norm", [0.9, 100.0], ids=["clipping", "not clipping"])
def test_none_keeps_its_place_beside_the_clipped_gradients(rng, max_norm):
    grads = draw_with_none(rng)
    expected = torch_norm(grads, max_norm)
    with unchanged(grads):
        assert_close(clip_by_global_norm(grads, max_norm), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("max_norm", [1e-6, 2.5, 1e30], ids=str)
def test_the_norm_of_entries_of_any_size_is_right(max_norm, dtype):
    ones = [np.array([[1.0], [-1.0]], dtype=dtype), np.array([-1.0, 1.0], dtype=dtype)]
    sizes = np.logspace(-30, 30, 41).tolist()
    scales = [min(1.0, max_norm / (2 * size + 1e-6)) for size in sizes]
    of_size = [[one * dtype(size) for one in ones] for size in sizes]
    expected = [
        ([(grad * np.float64(scale)).astype(dtype) for grad in grads], 2 * size)
        for grads, scale, size in zip(of_size, scales, sizes, strict=True)
    ]
    results = [clip_by_global_norm(grads, max_norm) for grads in of_size]
    # The entries may be of float32, but their norm is a float.
    assert_close(results, expected, rtol=1e-5 if dtype == np.float32 else None, atol=0.0)


@pytest.mark.parametrize("max_norm", [1.3, 100.0, 0.0], ids=str)
def test_clipping_by_norm_keeps_each_dtype(rng, max_norm):
    grads = draw(rng)
    grads[0], grads[2] = grads[0].astype(np.float32), grads[2].astype(np.float32)
    clipped, norm = torch_norm(grads, max_norm)
    expected = [e.astype(grad.dtype) for e, grad in zip(clipped, grads, strict=True)], norm
    # The factor and a part of the norm may have been rounded to float32 on the way.
    assert_close(clip_by_global_norm(grads, max_norm), expected, rtol=1e-5)


# --- By value --------------------------------------------------------------------------------


def test_entries_beyond_2_become_2():
    grads = [np.array([3.0, 0.5, -2.0]), np.array([[-4.0], [2.0]])]
    expected = [np.array([2.0, 0.5, -2.0]), np.array([[-2.0], [2.0]])]
    assert_close(clip_by_value(grads, 2.0), expected)


@pytest.mark.parametrize("clip_value", [0.0, 0.01, 0.7, 1.5, 1000.0, np.inf], ids=str)
def test_values_agree_with_torch(rng, clip_value):
    grads = draw(rng)
    expected = torch_value(grads, clip_value)
    assert_close(clip_by_value(grads, clip_value), expected)


@pytest.mark.parametrize("clip_value", [0.6, 100.0], ids=["clipping", "not clipping"])
def test_none_keeps_its_place_beside_clipped_values(rng, clip_value):
    grads = draw_with_none(rng)
    expected = torch_value(grads, clip_value)
    with unchanged(grads):
        assert_close(clip_by_value(grads, clip_value), expected)


@pytest.mark.parametrize("grads", NOTHING.values(), ids=NOTHING.keys())
@pytest.mark.parametrize("clip_value", [0.0, 1.5, np.inf], ids=str)
def test_where_there_is_nothing_nothing_is_clipped(grads, clip_value):
    assert_close(clip_by_value(copies(grads), clip_value), grads)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("clip_value", [1e-6, 3.0, 1e29], ids=str)
def test_entries_of_any_size_are_clipped(clip_value, dtype):
    sizes = np.logspace(-30, 30, 41).astype(dtype)
    clipped = np.where(sizes > clip_value, dtype(clip_value), sizes)
    assert_close(clip_by_value([sizes, -sizes], clip_value), [clipped, -clipped], atol=0.0)


@pytest.mark.parametrize("clip_value", [2.0, 100.0, 0.0], ids=str)
def test_clipping_by_value_keeps_each_dtype(clip_value):
    grads = [np.array([3.0, 0.5], dtype=np.float32), np.array([-4.0])]
    clipped = torch_value(grads, clip_value)
    expected = [e.astype(grad.dtype) for e, grad in zip(clipped, grads, strict=True)]
    assert_close(clip_by_value(grads, clip_value), expected)


# --- Both ------------------------------------------------------------------------------------


def test_both_agree_with_the_reference(rng, reference):
    grads = draw(rng, 4.0)
    expected = reference.clip_by_global_norm(grads, 1.3), reference.clip_by_value(grads, 1.3)
    assert_close((clip_by_global_norm(grads, 1.3), clip_by_value(grads, 1.3)), expected)


@pytest.mark.parametrize("grads", [[], [None], [np.ones(2)]], ids=["nothing", "None", "an array"])
@pytest.mark.parametrize("limit", [-1.0, -1e-9, -np.inf], ids=str)
def test_a_negative_limit_raises_a_value_error(limit, grads):
    assert_value_error(clip_by_global_norm, copies(grads), limit)
    assert_value_error(clip_by_value, copies(grads), limit)


@manners()
def test_manners(rng):
    grads, zeros = draw(rng), [np.zeros(3)]
    calls = [(grads, 1.3), (grads, 0.2), (grads, math.inf), (zeros, 0.6)]
    return [partial(clip, *call) for clip in (clip_by_global_norm, clip_by_value) for call in calls]


@pytest.mark.speed
@pytest.mark.parametrize("limit", [0.1, 1e3], ids=["clipping", "not clipping"])
def test_no_python_loop(rng, limit):
    def draw(rows, columns, depth):
        shapes = (rows, columns), (rows, columns, depth), (rows,)
        return [rng.normal(size=shape) for shape in shapes], limit

    assert_vectorized(clip_by_global_norm, draw)
    assert_vectorized(clip_by_value, draw)
