import numpy as np
import pytest
import torch

from exercises.optimization.clip_gradients import clip_by_global_norm, clip_by_value
from kata.testing import assert_close, assert_no_loop_over, unchanged

SHAPES = [(3, 4), (5,), (2, 1, 3), (0, 2), (1,)]


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


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


# --- By the global norm ----------------------------------------------------------------------


def test_a_norm_of_5_is_halved_to_two_and_a_half():
    clipped, norm = clip_by_global_norm([np.array([3.0, 0.0]), np.array([[-4.0]])], 2.5)
    scale = 2.5 / 5.000001
    assert_close(norm, 5.0)
    assert_close(clipped, [np.array([3.0 * scale, 0.0]), np.array([[-4.0 * scale]])])


def test_gradients_shorter_than_max_norm_stay_as_they_are():
    grads = [np.array([3.0, 0.0]), np.array([[-4.0]])]
    assert_close(clip_by_global_norm(grads, 5.1), (grads, 5.0))


@pytest.mark.parametrize("max_norm", [0.0, 0.01, 0.7, 3.0, 1000.0, np.inf], ids=str)
@pytest.mark.parametrize("scale", [1e-6, 0.1, 1.0, 50.0], ids=str)
def test_the_norm_agrees_with_torch(rng, scale, max_norm):
    grads = draw(rng, scale)
    assert_close(clip_by_global_norm(grads, max_norm), torch_norm(grads, max_norm))


def test_the_small_constant_shows_where_the_norm_is_small():
    clipped, norm = clip_by_global_norm([np.array([3e-6]), np.array([-4e-6])], 3e-6)
    assert_close(norm, 5e-6)
    assert_close(clipped, [np.array([1.5e-6]), np.array([-2e-6])])


def test_a_norm_equal_to_max_norm_is_scaled_by_the_small_constant_alone():
    clipped, _ = clip_by_global_norm([np.array([0.3, -0.4])], 0.5)
    assert_close(clipped, [np.array([0.3, -0.4]) * (0.5 / 0.500001)])


@pytest.mark.parametrize("max_norm", [0.0, 2.0, np.inf], ids=str)
def test_zero_gradients_stay_zero(max_norm):
    grads = [np.zeros((2, 3)), np.zeros(4)]
    assert_close(clip_by_global_norm(grads, max_norm), (grads, 0.0))


@pytest.mark.parametrize(
    "grads",
    [
        pytest.param([], id="no gradients"),
        pytest.param([None, None], id="only None"),
        pytest.param([np.zeros((0, 3)), None], id="an empty array"),
    ],
)
def test_no_entries_have_norm_0(grads):
    assert_close(clip_by_global_norm(grads, 1.5), (grads, 0.0))


@pytest.mark.parametrize("max_norm", [0.9, 100.0], ids=["clipping", "not clipping"])
def test_none_keeps_its_place_beside_the_clipped_gradients(rng, max_norm):
    grads = draw(rng)
    grads[0] = grads[2] = None
    assert_close(clip_by_global_norm(grads, max_norm), torch_norm(grads, max_norm))


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("size", [1e30, 1e-30], ids=str)
def test_the_norm_of_huge_and_tiny_entries_is_right(dtype, size):
    grads = [np.array([[3.0], [-1.0]], dtype=dtype), np.array([1.0, -5.0], dtype=dtype)]
    grads = [grad * dtype(size) for grad in grads]
    scale = min(1.0, 2.5 / (6 * size + 1e-6))
    clipped, norm = clip_by_global_norm(grads, 2.5)
    # Entries in float32, but their norm is a float.
    assert_close(norm, 6 * size, rtol=1e-5 if dtype == np.float32 else None)
    assert_close(clipped, [(grad * np.float64(scale)).astype(dtype) for grad in grads])


def test_the_norm_agrees_with_the_reference(rng, reference):
    grads = draw(rng, 4.0)
    assert_close(clip_by_global_norm(grads, 1.3), reference.clip_by_global_norm(grads, 1.3))


def test_clipping_by_norm_is_right_in_fortran_order_too(rng):
    grads = [np.asfortranarray(grad) for grad in draw(rng)]
    assert_close(clip_by_global_norm(grads, 1.3), torch_norm(grads, 1.3))


@pytest.mark.parametrize("max_norm", [1.3, 100.0], ids=["clipping", "not clipping"])
def test_clipping_by_norm_keeps_each_dtype(rng, max_norm):
    grads = draw(rng)
    grads[0], grads[2] = grads[0].astype(np.float32), grads[2].astype(np.float32)
    expected, expected_norm = torch_norm(grads, max_norm)
    clipped, norm = clip_by_global_norm(grads, max_norm)
    assert_close(norm, expected_norm, rtol=1e-5)
    dtypes = [grad.dtype for grad in grads]
    in_dtypes = [e.astype(dtype) for e, dtype in zip(expected, dtypes, strict=True)]
    # The factor may have been rounded to float32 on its way.
    assert_close(clipped, in_dtypes, rtol=1e-5)


@pytest.mark.parametrize("max_norm", [-1.0, -1e-9], ids=str)
def test_a_negative_max_norm_raises_a_value_error(max_norm):
    with pytest.raises(ValueError):
        clip_by_global_norm([np.array([3.0])], max_norm)


@pytest.mark.parametrize("max_norm", [1.3, 100.0], ids=["clipping", "not clipping"])
def test_clipping_by_norm_leaves_the_gradients_unchanged(rng, max_norm):
    grads = draw(rng)
    with unchanged(grads):
        clip_by_global_norm(grads, max_norm)


# --- By value --------------------------------------------------------------------------------


def test_entries_beyond_2_become_2():
    grads = [np.array([3.0, 0.5, -2.0]), np.array([[-4.0], [2.0]])]
    expected = [np.array([2.0, 0.5, -2.0]), np.array([[-2.0], [2.0]])]
    assert_close(clip_by_value(grads, 2.0), expected)


@pytest.mark.parametrize("clip_value", [0.0, 0.01, 0.7, 1.5, 1000.0, np.inf], ids=str)
def test_values_agree_with_torch(rng, clip_value):
    grads = draw(rng)
    assert_close(clip_by_value(grads, clip_value), torch_value(grads, clip_value))


def test_none_keeps_its_place_beside_clipped_values(rng):
    grads = draw(rng)
    grads[0] = grads[2] = None
    assert_close(clip_by_value(grads, 0.6), torch_value(grads, 0.6))


@pytest.mark.parametrize("grads", [[], [None, None]], ids=["no gradients", "only None"])
def test_nothing_to_clip_gives_the_list_back(grads):
    assert_close(clip_by_value(grads, 1.5), grads)


def test_huge_and_tiny_values_are_right():
    grads = [np.array([1e30, -1e30, 1e-30, -1e-30])]
    assert_close(clip_by_value(grads, 3.0), [np.array([3.0, -3.0, 1e-30, -1e-30])], atol=0.0)


def test_values_agree_with_the_reference(rng, reference):
    grads = draw(rng, 4.0)
    assert_close(clip_by_value(grads, 1.3), reference.clip_by_value(grads, 1.3))


def test_clipping_by_value_is_right_in_fortran_order_too(rng):
    grads = [np.asfortranarray(grad) for grad in draw(rng)]
    assert_close(clip_by_value(grads, 0.6), torch_value(grads, 0.6))


def test_clipping_by_value_keeps_each_dtype():
    grads = [np.array([3.0, 0.5], dtype=np.float32), np.array([-4.0])]
    expected = [np.array([2.0, 0.5], dtype=np.float32), np.array([-2.0])]
    assert_close(clip_by_value(grads, 2.0), expected)


@pytest.mark.parametrize("clip_value", [-1.0, -1e-9], ids=str)
def test_a_negative_clip_value_raises_a_value_error(clip_value):
    with pytest.raises(ValueError):
        clip_by_value([np.array([3.0])], clip_value)


@pytest.mark.parametrize("clip_value", [0.6, 100.0], ids=["clipping", "not clipping"])
def test_clipping_by_value_leaves_the_gradients_unchanged(rng, clip_value):
    grads = draw(rng)
    with unchanged(grads):
        clip_by_value(grads, clip_value)


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
@pytest.mark.parametrize("limit", [0.1, 1e3], ids=["clipping", "not clipping"])
def test_clipping_by_norm_has_no_python_loop(rng, limit, shape):
    grad = rng.normal(size=shape)
    small, large = [grad[:8, :8]], [grad]
    assert_no_loop_over("a gradient", clip_by_global_norm, (small, limit), (large, limit))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_clipping_by_value_has_no_python_loop(rng, shape):
    grad = rng.normal(size=shape)
    small, large = [grad[:8, :8]], [grad]
    assert_no_loop_over("a gradient", clip_by_value, (small, 0.1), (large, 0.1))
