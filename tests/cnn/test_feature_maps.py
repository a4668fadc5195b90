from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.feature_maps import edges, feature_maps
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

CAMERA = Path(__file__).parents[2] / "data" / "camera.npz"
SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
SHAPES = [(6, 8), (5, 5), (3, 4), (1, 7), (7, 1), (2, 2), (1, 1)]


def draw(rng, *shape):
    """A picture of all shades."""
    return rng.integers(256, size=shape).astype(np.uint8)


def camera():
    with np.load(CAMERA) as data:
        return data["picture"]


def in_torch(picture, kernels):
    kh, kw = kernels.shape[1:]
    x = torch.tensor(picture.astype(kernels.dtype))[None, None]
    p = F.pad(x, (kw // 2, kw // 2, kh // 2, kh // 2), mode="replicate")
    return F.conv2d(p, torch.tensor(kernels)[:, None])[0].numpy()


def edges_in_torch(picture):
    gx, gy = in_torch(picture, np.stack([SOBEL, SOBEL.T]))
    return np.stack([gx, gy, np.sqrt(gx**2 + gy**2)])


def test_a_kernel_of_powers_of_ten_shows_what_it_meets():
    picture = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)
    kernels = np.array([[[1.0, 10.0, 100.0]], [[0.0, 0.5, 0.0]]])
    expected = np.array([[[211.0, 321.0, 332.0], [544.0, 654.0, 665.0]], picture / 2])
    assert_close(feature_maps(picture, kernels), expected)


def test_a_step_from_dark_to_bright_worked_out_by_hand():
    picture = np.array([[10, 10, 40], [10, 10, 40]], dtype=np.uint8)
    expected = np.zeros((3, 2, 3))
    expected[0] = expected[2] = [[0.0, 120.0, 120.0]] * 2
    assert_close(edges(picture), expected)


@pytest.mark.parametrize("kernel", [(3, 3), (1, 1), (5, 3), (1, 5), (11, 1), (5, 5)], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_maps_agree_with_torch(rng, shape, kernel):
    picture, kernels = draw(rng, *shape), rng.normal(size=(3, *kernel))
    expected = in_torch(picture, kernels)
    assert_close(feature_maps(picture, kernels), expected)


@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_there_is_a_map_for_each_kernel(rng, k):
    picture, kernels = draw(rng, 6, 4), rng.normal(size=(k, 3, 3)).astype(np.float32)
    expected = in_torch(picture, kernels) if k else np.zeros((0, 6, 4), np.float32)
    assert_close(feature_maps(picture, kernels), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_edges_agree_with_torch(rng, shape):
    picture = draw(rng, *shape)
    expected = edges_in_torch(picture)
    assert_close(edges(picture), expected)


def test_the_camera_man_agrees_with_torch(rng):
    picture, kernels = camera(), rng.normal(size=(2, 3, 5))
    expected = edges_in_torch(picture), in_torch(picture, kernels)
    assert_close((edges(picture.copy()), feature_maps(picture, kernels)), expected)


def test_they_agree_with_the_reference(rng, reference):
    picture, kernels = draw(rng, 9, 11), rng.normal(size=(4, 5, 3))
    expected = reference.feature_maps(picture, kernels), reference.edges(picture)
    assert_close((feature_maps(picture, kernels), edges(picture)), expected)


def test_a_plain_grey_picture_has_no_edges_at_its_border_either():
    assert_close(edges(np.full((4, 5), 200, dtype=np.uint8)), np.zeros((3, 4, 5)))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float16", "float32", "float64"])
def test_pictures_of_any_dtype_give_the_same(rng, dtype):
    picture, kernels = draw(rng, 5, 6), rng.normal(size=(2, 3, 3))
    expected = in_torch(picture, kernels), edges_in_torch(picture)
    picture = picture.astype(dtype)
    assert_close((feature_maps(picture.copy(), kernels), edges(picture)), expected)


@pytest.mark.parametrize("dtype", ["int16", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("largest", [1, 100, 30000])
def test_numbers_are_taken_as_they_are(rng, largest, dtype):
    """Negative ones, fractions and those above 255 too."""
    picture, kernels = rng.uniform(-largest, largest, size=(5, 6)), rng.normal(size=(2, 3, 3))
    picture[2, 3] = largest
    picture = picture.astype(dtype)
    expected = in_torch(picture, kernels), edges_in_torch(picture)
    assert_close((feature_maps(picture.copy(), kernels), edges(picture)), expected)


@pytest.mark.parametrize("dtype", ["uint16", "int32", "uint32", "int64", "uint64"])
def test_large_integers_are_taken_as_they_are(rng, dtype):
    picture, kernels = draw(rng, 5, 6).astype(dtype), rng.normal(size=(2, 3, 3))
    largest = np.iinfo(dtype).max
    picture[2, 3] = largest - largest // 7  # float32 would have to round it.
    expected = in_torch(picture, kernels), edges_in_torch(picture)
    assert_close((feature_maps(picture.copy(), kernels), edges(picture)), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("of_picture", ["uint8", "int64", "uint64", "float32", "float64"])
def test_maps_have_the_dtype_of_the_kernels(rng, of_picture, dtype):
    picture, kernels = draw(rng, 5, 6), rng.normal(size=(2, 3, 3)).astype(dtype)
    expected = in_torch(picture, kernels)
    assert_close(feature_maps(picture.astype(of_picture), kernels), expected)


@pytest.mark.parametrize("k", [0, 2])
@pytest.mark.parametrize("kernel", [(2, 2), (2, 3), (3, 2), (4, 1), (1, 4)], ids=str)
def test_kernels_with_an_even_side_raise_a_value_error(kernel, k):
    assert_value_error(feature_maps, np.ones((5, 6)), np.ones((k, *kernel)))


@manners()
def test_manners_of_feature_maps(rng):
    # Small numbers: float16 has room for no others.
    whole, shades = rng.integers(4, size=(5, 6)), rng.normal(size=(5, 6))
    kernels = rng.normal(size=(2, 3, 5))
    return (
        partial(feature_maps, whole, kernels),
        partial(feature_maps, shades, kernels),
        partial(feature_maps, shades, np.ones((1, 1, 1))),
    )


@manners(dtypes=())
def test_manners_of_edges(rng):
    return partial(edges, rng.integers(100, size=(5, 6))), partial(edges, rng.normal(size=(5, 6)))


@pytest.mark.speed
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("kernel", [(3, 3), (1, 1), (1, 3), (3, 1), (5, 3)], ids=str)
def test_feature_maps_has_no_python_loop(rng, kernel, dtype):
    assert_vectorized(
        feature_maps,
        lambda kernels, rows, columns: (
            draw(rng, rows, columns).astype(dtype),
            rng.normal(size=(kernels, *kernel)),
        ),
    )


@pytest.mark.speed
def test_edges_has_no_python_loop(rng):
    assert_vectorized(edges, lambda rows, columns: (draw(rng, rows, columns),))
