from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.rope import rope
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

DTYPES = pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64], ids=["float16", "float32", "float64"]
)
SHAPES = [(5, 4), (2, 3, 7, 6), (6, 6, 6), (2, 4, 4, 4), (2, 1, 8), (3, 5, 2), (2, 2), (2, 600)]


def in_torch(x, positions=None, base=10000.0):
    """Each pair is a complex number, and is multiplied by another of length 1."""
    x = torch.tensor(x)
    *_, t, d = x.shape
    positions = torch.arange(t) if positions is None else torch.tensor(positions)
    rates = torch.tensor([base ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    angles = torch.outer(positions.double(), rates)
    turned = torch.view_as_complex(x.double().reshape(*x.shape[:-1], d // 2, 2))
    turned = turned * torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(turned).flatten(-2).to(x.dtype).numpy()


def test_two_pairs_worked_out_by_hand():
    # At position 2 the angles are 2 / 4^0 = 2 and 2 / 4^(2/4) = 1.
    y = rope(np.array([[1.0, 0.0, 0.0, 1.0]]), np.array([2]), base=4.0)
    assert_close(y, np.array([[np.cos(2), np.sin(2), -np.sin(1), np.cos(1)]]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("base", [10000.0, 7.0])
def test_it_agrees_with_torch(rng, shape, base):
    x = rng.normal(size=shape)
    expected = in_torch(x, base=base)
    assert_close(rope(x, base=base), expected)


@pytest.mark.parametrize(
    "positions",
    [[3, 4, 5, 6], [9, 0, 700, 3], [9, 8, 1, 3], [2, 2, 0, 0], [0, 0, 0, 0], [4000, 3000, 5, 1]],
    ids=str,
)
def test_given_positions_agree_with_torch(rng, positions):
    x, positions = rng.normal(size=(2, 3, 4, 6)), np.array(positions)
    expected = in_torch(x, positions)
    assert_close(rope(x, positions), expected)


@pytest.mark.parametrize("position", [0, 1, 50])
def test_one_new_token_is_turned_by_its_own_position(rng, position):
    x, positions = rng.normal(size=(2, 1, 6)), np.array([position])
    expected = in_torch(x, positions)
    assert_close(rope(x, positions), expected)


@pytest.mark.parametrize(("dtype", "largest"), [("int8", 127), ("uint8", 255)])
def test_the_largest_position_of_a_small_dtype_is_one_like_any_other(rng, dtype, largest):
    x, positions = rng.normal(size=(2, 3, 6)), np.array([largest - 1, 0, largest])
    expected = in_torch(x, positions)
    assert_close(rope(x, positions.astype(dtype)), expected)


def test_base_is_ten_thousand_unless_told(rng):
    x = rng.normal(size=(2, 9, 8))
    expected = in_torch(x)
    assert_close(rope(x), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x, positions = rng.normal(size=(3, 5, 8)), rng.integers(1000, size=5)
    expected = reference.rope(x, positions, 500.0)
    assert_close(rope(x, positions, 500.0), expected)


def scores(q, k, start):
    positions = np.arange(start, start + 5)
    return rope(q.copy(), positions.copy()) @ rope(k.copy(), positions).swapaxes(-1, -2)


@pytest.mark.parametrize("start", [1, 13, 400])
def test_scores_depend_on_distances_alone(rng, start):
    q, k = rng.normal(size=(2, 3, 5, 6))
    expected = scores(q, k, 0)
    assert_close(scores(q, k, start), expected)


@DTYPES
def test_far_positions_are_right_in_every_dtype(rng, dtype):
    x = rng.normal(size=(2, 6, 8)).astype(dtype)
    positions = np.array([0, 1, 4097, 65_537, 99_999, 100_000])
    expected = in_torch(x, positions)
    # Where two products nearly cancel, what they were rounded by is left.
    assert_close(rope(x, positions), expected, atol=max(8 * np.finfo(dtype).eps, 1e-9))


@DTYPES
def test_many_vectors_are_numbered_right_in_every_dtype(rng, dtype):
    x = rng.uniform(-1.0, 1.0, size=(5000, 4)).astype(dtype)
    expected = in_torch(x)
    assert_close(rope(x), expected, atol=max(8 * np.finfo(dtype).eps, 1e-9))


@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 1), (2, 3, 5)], ids=str)
def test_an_odd_number_of_features_raises_a_value_error(shape):
    assert_value_error(rope, np.ones(shape))


@pytest.mark.parametrize(
    ("t", "shape"),
    [(4, (1,)), (4, (3,)), (4, (5,)), (4, (1, 4)), (4, (4, 1)), (4, (2, 4)), (4, ()), (1, (4,))],
    ids=str,
)
def test_positions_of_another_shape_raise_a_value_error(t, shape):
    assert_value_error(rope, np.ones((2, t, 6)), np.ones(shape, dtype=int))


@manners()
def test_manners(rng):
    x, positions = rng.normal(size=(2, 3, 5, 4)), rng.integers(1, 100, size=5)
    return (
        partial(rope, x),
        partial(rope, x, positions),
        partial(rope, x, positions, 50.0),
        partial(rope, x[0, 0], positions),
        partial(rope, x[0, :, :1]),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def drawn(batch, groups, heads, positions, pairs):
        x = rng.normal(size=(batch, groups, heads, positions, 2 * pairs))
        return x, rng.integers(9, size=positions)

    assert_vectorized(rope, drawn)
    assert_vectorized(lambda x, positions: rope(x), drawn)
    assert_vectorized(rope, lambda batch: (rng.normal(size=(batch, 4, 6)),))
    assert_vectorized(rope, lambda batch, heads: (rng.normal(size=(batch, heads, 4, 6)),))
