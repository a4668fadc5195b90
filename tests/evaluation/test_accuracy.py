import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.evaluation.accuracy import accuracy
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

STRANGERS = [
    *[("int64", target) for target in (-(2**32), -3, -1, 3, 4, 256, 2**32)],
    *[("int8", target) for target in (-128, -1, 3)],
    *[("uint64", target) for target in (3, 2**64 - 1)],
]


def by_sorting(logits, targets, top_k):
    """Row by row: sorted by score, then by index."""
    right = 0
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        best = sorted(range(len(row)), key=lambda j: (-row[j], j))
        right += target in best[:top_k]
    return right / len(logits)


def test_two_of_three_rows_are_right():
    logits = np.array([[0.1, 0.7, 0.2], [3.0, -1.0, 2.0], [-5.0, -4.0, -3.0]])
    assert_close(accuracy(logits, np.array([1, 2, 2])), 2 / 3)


@pytest.mark.parametrize(("top_k", "expected"), [(1, 0.25), (2, 0.5), (3, 0.75), (4, 1.0)])
def test_more_rows_are_right_as_more_classes_count(top_k, expected):
    logits = np.tile([0.0, 3.0, -1.0, 2.0], (4, 1))
    assert_close(accuracy(logits, np.array([0, 1, 2, 3]), top_k), expected)


@pytest.mark.parametrize(("top_k", "expected"), [(1, 1 / 6), (2, 2 / 6), (5, 5 / 6), (6, 1.0)])
def test_where_all_scores_are_equal_the_first_classes_are_the_best(top_k, expected):
    logits, targets = np.full((6, 6), -2.5), np.array([3, 0, 5, 1, 4, 2])
    assert_close(accuracy(logits, targets, top_k), expected)


@pytest.mark.parametrize("top_k", [1, 2, 3, 4])
def test_ties_at_the_border_go_to_the_lower_index(top_k):
    logits = np.array([[1.0, 4.0, 4.0, 4.0], [4.0, 1.0, 4.0, 1.0]])
    pairs = [(i, target) for i in range(2) for target in range(4)]
    expected = [by_sorting(logits[[i]], np.array([target]), top_k) for i, target in pairs]
    got = [accuracy(logits[[i]], np.array([target]), top_k) for i, target in pairs]
    assert_close(got, expected)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5), (1, 5), (3, 1), (1, 1), (9, 2)], ids=str)
def test_it_agrees_with_the_argmax_of_torch(rng, shape):
    logits, targets = rng.normal(size=shape), rng.integers(shape[1], size=shape[0])
    right = torch.tensor(logits).argmax(dim=1) == torch.tensor(targets)
    assert_close(accuracy(logits, targets), right.double().mean().item())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("top_k", [1, 2, 5, 30])
def test_it_agrees_with_sorting_where_many_scores_are_equal(rng, top_k, dtype):
    logits = rng.integers(-3, 4, size=(101, 30)).astype(dtype)
    targets = rng.integers(30, size=101)
    expected = by_sorting(logits, targets, top_k)
    assert_close(accuracy(logits, targets, top_k), expected)


def test_it_agrees_with_the_reference(rng, reference):
    logits, targets = rng.normal(size=(50, 6)), rng.integers(6, size=50)
    expected = reference.accuracy(logits, targets, 3)
    assert_close(accuracy(logits, targets, 3), expected)


@pytest.mark.parametrize("top_k", [1, 2, 3])
@pytest.mark.parametrize(
    "row",
    [
        [-np.inf, 2.0, -np.inf],
        [np.inf, 0.0, np.inf],
        [-1e300, -np.inf, -2e300],
        [0.0, 800.0, 1.0],
        [np.finfo(float).max, np.inf, np.finfo(float).min],
        [1.0, np.nextafter(1.0, 2.0), 1.0],
        np.array([1.0, 1 + 2**-20, 1.0], np.float32),
        [-0.0, 0.0, -0.0],
    ],
    ids=str,
)
def test_scores_that_differ_are_told_apart_however_large_or_near(row, top_k):
    logits = np.array([row])
    expected = [by_sorting(logits, np.array([target]), top_k) for target in range(3)]
    assert_close([accuracy(logits, np.array([t]), top_k) for t in range(3)], expected)


@pytest.mark.parametrize("top_k", [1, 3])
def test_without_rows_it_is_nan(top_k):
    logits = np.zeros((0, 3), dtype=np.float32)
    assert_close(accuracy(logits, np.zeros(0, dtype=np.int64), top_k), math.nan)


@pytest.mark.parametrize(("rows", "n"), [(4, 0), (4, 1), (4, 3), (4, 5), (0, 1)])
def test_as_many_targets_as_rows_are_needed(rows, n):
    assert_value_error(accuracy, np.zeros((rows, 3)), np.zeros(n, dtype=np.int64))


@pytest.mark.parametrize(("dtype", "target"), STRANGERS)
def test_a_target_that_is_no_class_raises_a_value_error(dtype, target):
    assert_value_error(accuracy, np.zeros((2, 3)), np.array([1, target], dtype=dtype))
    assert_value_error(accuracy, np.zeros((2, 3)), np.array([1, target], dtype=dtype), 3)


@pytest.mark.parametrize("n", [0, 2])
@pytest.mark.parametrize("top_k", [-1, 0, 4])
def test_a_top_k_that_is_no_number_of_classes_raises_a_value_error(top_k, n):
    assert_value_error(accuracy, np.zeros((n, 3)), np.array([0, 2])[:n], top_k)


@pytest.mark.parametrize(
    ("target", "top_k", "expected"), [(127, 127, 0.0), (127, 128, 1.0), (0, 1, 1.0)]
)
def test_more_rows_and_classes_than_8_bits_hold_are_counted(target, top_k, expected):
    targets = np.full(300, target, dtype=np.int8)
    assert_close(accuracy(np.zeros((300, 300)), targets, top_k), expected)
    assert_close(accuracy(np.zeros((1, 300)), np.array([256]), 1), 0.0)
    # In 8 bits, 257 would be 1.
    logits = np.where(np.arange(300) == 257, 1.0, 0.0)[None]
    assert_close(accuracy(logits, np.array([1], np.int8), 1), 0.0)


@manners(dtypes=())
def test_manners(rng):
    logits, targets = rng.integers(-3, 4, size=(19, 5)) / 4, rng.integers(5, size=19)
    # Row 0 is right only among three, so that top_k shows.
    logits[0], targets[0] = [0.0, 3.0, 1.0, 2.0, -1.0], 2
    return partial(accuracy, logits, targets), partial(accuracy, logits, targets, 3)


@pytest.mark.speed
@pytest.mark.parametrize("top_k", [1, 3])
def test_no_python_loop(rng, top_k):
    def draw(rows, classes):
        return rng.normal(size=(rows, classes)), rng.integers(classes, size=rows), top_k

    assert_vectorized(accuracy, draw)
