from functools import partial

import numpy as np
import pytest

from exercises.cnn.nms import nms
from kata.testing import assert_close, assert_no_loop_over, assert_value_error, manners


def draw(rng, n, spread=10.0):
    """Boxes, of which many overlap, with scores."""
    starts = rng.uniform(0.0, spread, size=(n, 2))
    boxes = np.hstack([starts, starts + rng.uniform(1.0, 6.0, size=(n, 2))])
    return boxes, rng.normal(size=n)


def draw_on_a_grid(rng, n):
    """Boxes that are often alike, touch or have no area, with scores that are often equal."""
    corners = np.sort(rng.integers(5, size=(n, 2, 2)), axis=1)
    return corners.reshape(n, 4).astype(np.float64), rng.integers(4, size=n) / 4


def iou_of_two(one, other):
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = one, other
    width, height = min(ax2, bx2) - max(ax1, bx1), min(ay2, by2) - max(ay1, by1)
    shared = width * height if width > 0 and height > 0 else 0.0
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / union if union > 0 else 0.0


def one_by_one(boxes, scores, iou_threshold):
    boxes, scores, kept = boxes.tolist(), scores.tolist(), []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(iou_of_two(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(i)
    return indices(*kept)


def indices(*kept):
    return np.array(kept, dtype=np.int64)


def draw_apart(n, dtype=np.float64):
    """Boxes in a row, none of which touches another."""
    x = 2.0 * np.arange(n)
    return np.stack([x, 0 * x, x + 1.0, 0 * x + 1.0], axis=1).astype(dtype)


@pytest.mark.parametrize(("unit", "corner"), [(1, 0), (1, -4), (1, -1e5), (1, 1e5), (1e-30, 0)])
def test_of_two_boxes_on_one_object_the_better_is_kept(unit, corner):
    boxes = np.array([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 4.0, 4.0], [9.0, 0.0, 12.0, 4.0]])
    assert_close(nms(unit * boxes + corner, np.array([0.7, 0.9, 0.8]), 0.5), indices(1, 2))


def test_a_dropped_box_drops_no_other():
    # Neighbours have an IoU of 6/14, the first and the last one of 2/18.
    boxes = np.array([[0.0, 0.0, 10.0, 1.0], [4.0, 0.0, 14.0, 1.0], [8.0, 0.0, 18.0, 1.0]])
    assert_close(nms(boxes, np.array([0.9, 0.8, 0.7]), 0.4), indices(0, 2))


@pytest.mark.parametrize("iou_threshold", [-0.1, 0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("n", [2, 7, 60])
def test_it_agrees_with_boxes_taken_one_by_one(rng, n, iou_threshold):
    boxes, scores = draw(rng, n)
    expected = one_by_one(boxes, scores, iou_threshold)
    assert_close(nms(boxes, scores, iou_threshold), expected)


# None of these is an IoU of boxes on the grid up to rounding, except 0.
@pytest.mark.parametrize("iou_threshold", [0.0, 0.07, 0.23, 0.47, 0.83])
def test_boxes_on_a_grid_agree_too(rng, iou_threshold):
    boxes, scores = draw_on_a_grid(rng, 50)
    expected = one_by_one(boxes, scores, iou_threshold)
    assert_close(nms(boxes, scores, iou_threshold), expected)


def test_it_agrees_with_the_reference(rng, reference):
    boxes, scores = draw(rng, 40)
    expected = reference.nms(boxes, scores, 0.4)
    assert_close(nms(boxes, scores, 0.4), expected)


@pytest.mark.parametrize("n", [0, 1])
def test_no_box_and_a_single_box(rng, n):
    assert_close(nms(*draw(rng, n), 0.5), indices(*range(n)))


def test_an_iou_that_equals_the_threshold_drops_nothing():
    boxes = np.array([[0.0, 0.0, 2.0, 1.0], [1.0, 0.0, 2.0, 1.0], [0.0, 0.0, 2.0, 1.0]])
    scores, below = np.array([0.9, 0.8, 0.7]), float(np.nextafter(0.5, 0.0))
    results = [nms(boxes, scores, threshold) for threshold in (below, 0.5, 1.0)]
    assert_close(results, [indices(0), indices(0, 1), indices(0, 1, 2)])


@pytest.mark.parametrize(
    "other",
    [
        [1.0, 0.0, 2.0, 1.0],
        [0.0, 1.0, 1.0, 2.0],
        [3.0, 3.0, 5.0, 5.0],
        [0.0, 3.0, 1.0, 5.0],
        [0.5, 0.5, 0.5, 0.5],
        [0.5, 0.0, 0.5, 1.0],
    ],
    ids=str,
)
def test_boxes_that_share_no_area_are_all_kept(other):
    boxes = np.array([other, [0.0, 0.0, 1.0, 1.0], other])
    boxes[2] += 20.0
    assert_close(nms(boxes, np.array([0.1, 0.2, 0.3]), 0.0), indices(2, 1, 0))


def test_equal_boxes_without_area_are_all_kept():
    assert_close(nms(np.full((3, 4), 2.0), np.array([0.1, 0.3, 0.2]), 0.5), indices(1, 2, 0))


@pytest.mark.parametrize("n", [2, 5, 500])
def test_of_equal_scores_the_lower_index_comes_first(n):
    apart = draw_apart(n)
    assert_close(nms(apart, np.zeros(n), 0.5), indices(*range(n)))
    expected = indices(*range(1, n, 2), *range(0, n, 2))
    assert_close(nms(apart, np.arange(n) % 2 / 2, 0.5), expected)
    assert_close(nms(np.tile(apart[:1], (n, 1)), np.full(n, 0.25), 0.5), indices(0))


@pytest.mark.parametrize("dtype", [np.float64, np.float16], ids=["float64", "float16"])
def test_scores_may_have_any_sign_and_size_whatever_the_dtype_of_the_boxes(dtype):
    scores = np.array([-1e300, 0.0, -1.0, 1e300, 1e-300, -np.inf, np.inf])
    assert_close(nms(draw_apart(7, dtype), scores, 0.9), indices(6, 3, 4, 1, 2, 0, 5))


# float16 holds no number above 65504, and float32 none from 2¹²⁸: with the larger units, not even
# the sides fit.
@pytest.mark.parametrize(
    ("dtype", "unit"),
    [(np.float16, 100.0), (np.float16, 2.0**14), (np.float32, 100.0), (np.float32, 2.0**126)],
)
def test_iou_is_compared_in_float64(dtype, unit):
    # The second box is a third of the first.
    boxes = unit * np.array([[-3.0, 0.0, 3.0, 3.0], [-3.0, 0.0, -1.0, 3.0]])
    boxes = boxes.astype(dtype)
    scores = np.array([0.5, 0.25], dtype)
    results = [nms(boxes, scores, threshold) for threshold in (1 / 3 - 1e-10, 1 / 3 + 1e-10)]
    assert_close(results, [indices(0), indices(0, 1)])


@pytest.mark.parametrize(("boxes", "scores"), [(3, 4), (4, 3), (1, 3), (3, 1), (0, 1), (1, 0)])
def test_other_numbers_of_boxes_than_of_scores_raise_a_value_error(boxes, scores):
    assert_value_error(nms, np.zeros((boxes, 4)), np.zeros(scores), 0.5)


@manners(dtypes=())
def test_manners(rng):
    boxes, scores = draw(rng, 12)
    # Three of a kind, so that a high threshold keeps more of them than a low one does.
    boxes[:3] = [[0.0, 0.0, 10.0, 10.0], [0.0, 0.0, 10.0, 7.0], [0.0, 0.0, 7.0, 10.0]]
    return partial(nms, boxes, scores, 0.3), partial(nms, boxes, scores, 0.99)


@pytest.mark.speed
def test_no_python_loop_over_boxes_that_are_dropped(rng):
    def on_one_object(n, *others):
        starts = np.vstack([rng.uniform(0.0, 0.1, size=(n, 2)), *others])
        # The best one, which drops all but the others, comes first; the others come last.
        scores = np.array([2.0, *rng.uniform(size=n - 1), *[-1.0] * len(others)])
        return np.hstack([starts, starts + 10.0]), scores, 0.5

    for others in ([], [[50.0, 50.0]]):
        few, many = on_one_object(4, *others), on_one_object(100, *others)
        assert_no_loop_over("the boxes that are dropped", nms, few, many)
