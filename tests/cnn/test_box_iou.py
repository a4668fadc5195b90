from functools import partial

import numpy as np
import pytest

from exercises.cnn.box_iou import box_iou
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, dtype=np.float64):
    """Boxes of which many overlap, and many do not."""
    starts = rng.uniform(-5.0, 5.0, size=(n, 2))
    return np.hstack([starts, starts + rng.uniform(0.5, 6.0, size=(n, 2))]).astype(dtype)


def draw_on_a_grid(rng, n):
    """Boxes that often touch, are alike, or have no width or no height."""
    corners = np.sort(rng.integers(4, size=(n, 2, 2)), axis=1)
    return corners.reshape(n, 4).astype(np.float64)


def iou_of_two(one, other):
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = one.tolist(), other.tolist()
    width, height = min(ax2, bx2) - max(ax1, bx1), min(ay2, by2) - max(ay1, by1)
    shared = width * height if width > 0 and height > 0 else 0.0
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / union if union > 0 else 0.0


def one_by_one(a, b):
    pairs = [iou_of_two(one, other) for one in a for other in b]
    return np.array(pairs, dtype=np.float64).reshape(len(a), len(b))


def test_two_boxes_with_three_others_worked_out_by_hand():
    a = np.array([[0.0, 0.0, 4.0, 2.0], [1.0, 1.0, 2.0, 2.0]])
    b = np.array([[2.0, 0.0, 6.0, 2.0], [0.0, 0.0, 4.0, 2.0], [7.0, 7.0, 9.0, 9.0]])
    expected = np.array([[4 / 12, 1.0, 0.0], [0.0, 1 / 8, 0.0]])
    assert_close(box_iou(a, b), expected)


@pytest.mark.parametrize("corner", [0.0, 1e5])
@pytest.mark.parametrize(("n", "m"), [(7, 11), (5, 5), (1, 6), (6, 1), (1, 1), (4, 4), (30, 20)])
def test_it_agrees_with_pairs_taken_one_by_one(rng, n, m, corner):
    a, b = draw(rng, n) + corner, draw(rng, m) + corner
    expected = one_by_one(a, b), one_by_one(a, a)
    assert_close((box_iou(a, b), box_iou(a, a)), expected)


def test_boxes_on_a_grid_agree_too(rng):
    a, b = draw_on_a_grid(rng, 40), draw_on_a_grid(rng, 30)
    expected = one_by_one(a, b)
    assert_close(box_iou(a, b), expected)


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
def test_no_boxes_give_an_empty_table(rng, n, m):
    a, b = draw(rng, n, np.float32), draw(rng, m, np.float32)
    assert_close(box_iou(a, b), np.zeros((n, m), np.float32))


def test_it_agrees_with_the_reference(rng, reference):
    a, b = draw(rng, 9), draw(rng, 8)
    expected = reference.box_iou(a, b)
    assert_close(box_iou(a, b), expected)


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        ([0.0, 0.0, 1.0, 1.0], 1.0),
        ([1.0, 0.0, 2.0, 1.0], 0.0),
        ([0.0, 1.0, 1.0, 2.0], 0.0),
        ([1.0, 1.0, 2.0, 2.0], 0.0),
        ([3.0, 3.0, 5.0, 5.0], 0.0),
        ([-5.0, 3.0, -3.0, 5.0], 0.0),
        ([0.0, 3.0, 1.0, 5.0], 0.0),
        ([0.5, 0.0, 0.5, 1.0], 0.0),
        ([0.5, 0.5, 0.5, 0.5], 0.0),
        ([0.0, 0.0, 1.0, 0.5], 0.5),
        ([0.25, 0.25, 0.75, 0.75], 0.25),
    ],
    ids=str,
)
def test_the_unit_box_with_another_one(other, iou):
    unit = np.array([[0.0, 0.0, 1.0, 1.0]])
    assert_close(box_iou(unit, np.array([other])), np.array([[iou]]))


@pytest.mark.parametrize("side", [1e-150, 1e-30, 1e-3, 1e60])
def test_the_size_of_boxes_does_not_matter(side):
    boxes = side * np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0]])
    expected = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert_close(box_iou(boxes, boxes.copy()), expected)


@pytest.mark.parametrize("side", [1e-5, 1e-9])
def test_small_ious_have_all_their_digits(side):
    large, small = np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[0.0, 0.0, side, side / 3]])
    assert_close(box_iou(large, small) / side**2, np.array([[1 / 3]]))


@pytest.mark.parametrize("box", [[2.0, 3.0, 2.0, 3.0], [2.0, 3.0, 2.0, 5.0], [2.0, 3.0, 6.0, 3.0]])
def test_a_box_without_area_has_0_even_with_itself(box):
    boxes = np.array([box])
    assert_close(box_iou(boxes, boxes.copy()), np.zeros((1, 1)))
    assert_close(box_iou(boxes, boxes), np.zeros((1, 1)))


# The sides of the largest are too large for the boxes' dtype, and not only the areas.
@pytest.mark.parametrize(
    ("dtype", "end"),
    [
        (np.float16, 2.0),
        (np.float16, 300.0),
        (np.float16, 1024.0),
        (np.float16, 60000.0),
        (np.float32, 1e30),
        (np.float32, 3e38),
    ],
)
def test_sides_and_areas_may_be_larger_than_the_dtype_holds(dtype, end):
    boxes = np.array([[-end, -end, end, end], [-end, -end, 0.0, end]], dtype)
    expected = np.array([[1.0, 0.5], [0.5, 1.0]], dtype)
    assert_close(box_iou(boxes, boxes.copy()), expected)


@pytest.mark.parametrize("others", [0, 2, 20])
@pytest.mark.parametrize("where", ["a", "b"])
@pytest.mark.parametrize(
    "box",
    [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, -1e-300, 1.0]],
    ids=str,
)
def test_corners_in_the_wrong_order_raise_a_value_error(rng, box, where, others):
    good = {"a": draw(rng, others), "b": draw(rng, others)}
    # In the midst of the good ones.
    bad = np.insert(good[where], others // 2, box, axis=0)
    assert_value_error(box_iou, **good | {where: bad})


@manners()
def test_manners(rng):
    a, b, c = draw(rng, 6), draw(rng, 4), draw(rng, 4)
    return partial(box_iou, a, b), partial(box_iou, a, c)


@pytest.mark.speed
@pytest.mark.parametrize("others", [1, 3, 9])
def test_no_python_loop_over_the_boxes_in_a(rng, others):
    assert_vectorized(box_iou, lambda boxes_in_a: (draw(rng, boxes_in_a), draw(rng, others)))


@pytest.mark.speed
@pytest.mark.parametrize("others", [1, 3, 9])
def test_no_python_loop_over_the_boxes_in_b(rng, others):
    assert_vectorized(box_iou, lambda boxes_in_b: (draw(rng, others), draw(rng, boxes_in_b)))


@pytest.mark.speed
def test_no_python_loop_over_the_fewer_of_both(rng):
    assert_vectorized(box_iou, lambda boxes: (draw(rng, boxes), draw(rng, boxes)))
