import numpy as np

from kata.attempts import right, slip
from solutions.cnn.box_iou import box_iou


@right(box_iou)
def one_axis_after_the_other(a, b):
    def overlap(low_a, high_a, low_b, high_b):
        length = np.minimum.outer(high_a, high_b) - np.maximum.outer(low_a, low_b)
        return np.where(length > 0, length, 0.0)

    for x1, y1, x2, y2 in (a.T, b.T):
        if np.any(x1 > x2) or np.any(y1 > y2):
            raise ValueError("a box is inside out")
    ax1, ay1, ax2, ay2 = a.T.astype(float)
    bx1, by1, bx2, by2 = b.T.astype(float)
    shared = overlap(ax1, ax2, bx1, bx2) * overlap(ay1, ay2, by1, by2)
    total = np.add.outer((ax2 - ax1) * (ay2 - ay1), (bx2 - bx1) * (by2 - by1))
    with np.errstate(invalid="ignore"):
        iou = shared / (total - shared)
    return np.nan_to_num(iou, nan=0.0).astype(a.dtype)


@right(box_iou)
def with_clipped_boxes(a, b):
    """What two boxes share is one of them, clipped to the other."""
    dtype = a.dtype
    a, b = a.astype(np.float64).reshape(-1, 1, 2, 2), b.astype(np.float64).reshape(1, -1, 2, 2)
    if min(np.diff(a, axis=2).min(initial=0), np.diff(b, axis=2).min(initial=0)) < 0:
        raise ValueError("corners in the wrong order")
    low, high = b[:, :, :1], b[:, :, 1:]
    shared = np.prod(np.diff(np.clip(a, low, high), axis=2), axis=(2, 3))
    union = np.prod(a[:, :, 1] - a[:, :, 0], -1) + np.prod(b[:, :, 1] - b[:, :, 0], -1) - shared
    union[shared == 0] = 1.0
    return (shared / union).astype(dtype)


one_pixel_more = slip(
    "1 is added to widths and heights, as for pixels with inclusive ends. In this kata the width "
    "is x2 − x1.",
    {
        "np.maximum(ends - starts, 0.0)": "np.maximum(ends - starts + 1, 0.0)",
        "(boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])": (
            "(boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)"
        ),
    },
)

negative_sides = slip(
    "Boxes apart from each other have negative overlaps, and two negative sides multiply to a "
    "positive area.",
    {"np.maximum(ends - starts, 0.0)": "ends - starts"},
)

negative_sides_of_boxes_with_area = slip(
    "Boxes apart from each other have negative overlaps, and two negative sides multiply to a "
    "positive area.",
    {
        "np.maximum(ends - starts, 0.0)": "ends - starts",
        "where=union > 0": "where=np.minimum.outer(_areas(wide_a), _areas(wide_b)) > 0",
    },
)

clamped_after_the_product = slip(
    "Only the area is kept from being negative. Where boxes are apart in both directions, two "
    "negative sides have already become a positive area.",
    {
        "np.maximum(ends - starts, 0.0)": "ends - starts",
        "shared = sides[..., 0] * sides[..., 1]": (
            "shared = np.maximum(sides[..., 0] * sides[..., 1], 0.0)"
        ),
    },
)

sizes_of_the_sides = slip(
    "The overlap's sides are taken without their sign. A negative one means that the boxes are "
    "apart.",
    {"np.maximum(ends - starts, 0.0)": "np.abs(ends - starts)"},
)

corners_swapped = slip(
    "The shared box runs from the smaller start to the larger end: that box holds both. What they "
    "share starts where the later one starts.",
    {
        "np.maximum(wide_a[:, None, :2], wide_b[:, :2])": (
            "np.minimum(wide_a[:, None, :2], wide_b[:, :2])"
        ),
        "np.minimum(wide_a[:, None, 2:], wide_b[:, 2:])": (
            "np.maximum(wide_a[:, None, 2:], wide_b[:, 2:])"
        ),
    },
)

only_one_direction = slip(
    "Only the overlap along x is looked at. Boxes side by side in x may be far apart in y.",
    {
        "shared = sides[..., 0] * sides[..., 1]": (
            "shared = sides[..., 0] * np.minimum.outer(\n"
            "    wide_a[:, 3] - wide_a[:, 1], wide_b[:, 3] - wide_b[:, 1]\n)"
        )
    },
)

width_and_height = slip(
    "The last two numbers of a box are taken for its width and height. They are its other corner.",
    {
        "wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)": (
            "wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)\n"
            "wide_a[:, 2:] += wide_a[:, :2]\n"
            "wide_b[:, 2:] += wide_b[:, :2]"
        )
    },
)

both_of_x_first = slip(
    "A box is taken for (x1, x2, y1, y2). It is (x1, y1, x2, y2).",
    {
        "wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)": (
            "wide_a, wide_b = a[:, [0, 2, 1, 3]].astype(float), b[:, [0, 2, 1, 3]].astype(float)"
        )
    },
)

shared_counted_twice = slip(
    "The union is the sum of both areas, which counts what they share twice.",
    {" + _areas(wide_b) - shared": " + _areas(wide_b)"},
)

shared_taken_off_twice = slip(
    "What both share is missing in the union: it is subtracted twice.",
    {" + _areas(wide_b) - shared": " + _areas(wide_b) - 2 * shared"},
)

dice = slip(
    "This is Dice's coefficient, twice the shared area over the sum of both. The union is wanted "
    "below.",
    {
        " + _areas(wide_b) - shared": " + _areas(wide_b)",
        "np.divide(shared, union": "np.divide(2 * shared, union",
    },
)

over_the_smaller = slip(
    "The shared area is divided by that of the smaller box. It should be divided by the union.",
    {
        "_areas(wide_a)[:, None] + _areas(wide_b) - shared": (
            "np.minimum.outer(_areas(wide_a), _areas(wide_b))"
        )
    },
)

over_a = slip(
    "The shared area is divided by that of the box in a. It should be divided by the union.",
    {"_areas(wide_a)[:, None] + _areas(wide_b) - shared": ("_areas(wide_a)[:, None] + 0 * shared")},
)

over_the_hull = slip(
    "The shared area is divided by that of the box around both. The union leaves out the corners "
    "that neither covers.",
    {
        "union = _areas(wide_a)[:, None] + _areas(wide_b) - shared": (
            "low = np.minimum(wide_a[:, None, :2], wide_b[:, :2])\n"
            "high = np.maximum(wide_a[:, None, 2:], wide_b[:, 2:])\n"
            "union = np.prod(high - low, axis=-1)"
        )
    },
)

areas_alone = slip(
    "This is the shared area alone. It should be divided by the union.",
    {"return iou.astype": "iou = shared\nreturn iou.astype"},
)

generalized = slip(
    "The empty part of the box around both is subtracted: that is the generalized IoU.",
    {
        "return iou.astype": "low = np.minimum(wide_a[:, None, :2], wide_b[:, :2])\n"
        "high = np.maximum(wide_a[:, None, 2:], wide_b[:, 2:])\n"
        "hull = np.prod(high - low, axis=-1)\n"
        "iou = iou - np.divide(hull - union, hull, out=np.zeros_like(hull), where=hull > 0)\n"
        "return iou.astype"
    },
)

distances = slip(
    "This is 1 − IoU, a distance. Boxes that agree should have 1.",
    {"return iou.astype": "iou = 1 - iou\nreturn iou.astype"},
)

tables_axes_swapped = slip(
    "The table is transposed: its rows belong to a, its columns to b.",
    {"return iou.astype(a.dtype)": "return iou.T.astype(a.dtype)"},
)

epsilon_in_the_union = slip(
    "A small constant is added to the union, so that boxes that agree do not quite have 1. Only a "
    "union of 0 needs care.",
    {
        "out=np.zeros_like(union), where=union > 0)": "out=np.zeros_like(union), where=union > 0)\n"
        "iou = shared / (union + 1e-6)"
    },
)

tiny_boxes_taken_for_none = slip(
    "Tiny boxes have 0, even with themselves: a constant added to the union, or a limit below "
    "which it counts as 0, is larger than their areas. Only a union of 0 needs care.",
    {"where=union > 0)": "where=union > 1e-16)"},
)

nothing_over_nothing = slip(
    "Two boxes without area give 0/0, which is nan. Their IoU is 0.",
    {
        "np.divide(shared, union, out=np.zeros_like(union)": (
            "np.divide(shared, union, out=np.full_like(union, np.nan)"
        )
    },
)

nothing_agrees_with_nothing = slip(
    "Two boxes without area get 1. They should get 0.",
    {"out=np.zeros_like(union)": "out=np.ones_like(union)"},
)

overflow_in_float16 = slip(
    "Areas are computed in the boxes' own dtype. In float16, 300 × 300 is already infinite.",
    {
        "wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)": (
            "wide_a, wide_b = a.astype(a.dtype), b.astype(b.dtype)"
        )
    },
)

overflow_to_nan = slip(
    "Areas are computed in the boxes' own dtype. In float16, 300 × 300 is infinite, and infinite "
    "areas give nan.",
    {
        "wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)": "wide_a, wide_b = a, b",
        "where=union > 0": "where=union != 0",
    },
)

always_float64 = slip(
    "The result is float64 whatever the boxes are.", {"return iou.astype(a.dtype)": "return iou"}
)

corners_unchecked = slip(
    "Corners in the wrong order are not refused: such a box has a negative side.",
    {"if (boxes[:, 2:] < boxes[:, :2]).any():": "if False:"},
)

only_a_is_checked = slip(
    "Only the boxes in a are checked. Those in b may have their corners in the wrong order, too.",
    {'(("a", a), ("b", b))': '(("a", a),)'},
)

only_the_last_box_is_checked = slip(
    "Only the last box in a and in b is checked. Any of them may have its corners in the wrong "
    "order.",
    {"(boxes[:, 2:] < boxes[:, :2])": "(boxes[-1:, 2:] < boxes[-1:, :2])"},
)

only_x_is_checked = slip(
    "Only x2 < x1 is refused. y2 < y1 is no box either.",
    {"(boxes[:, 2:] < boxes[:, :2])": "(boxes[:, 2] < boxes[:, 0])"},
)

only_negative_areas_refused = slip(
    "Only boxes with a negative area are refused. With both corners in the wrong order the area is "
    "positive.",
    {"(boxes[:, 2:] < boxes[:, :2])": "(_areas(boxes) < 0)"},
)

boxes_without_area_refused = slip(
    "Boxes without area are refused. They are allowed: only x2 < x1 and y2 < y1 are not.",
    {"boxes[:, 2:] < boxes[:, :2]": "boxes[:, 2:] <= boxes[:, :2]"},
)

one_box_of_a_at_a_time = slip(
    "It goes through the boxes in a one at a time in Python. An axis of length 1 lets NumPy meet "
    "each box in a with each in b.",
    {
        "starts = np.maximum(wide_a[:, None, :2], wide_b[:, :2])": (
            "starts = np.zeros((len(a), len(b), 2))\n"
            "for row, box in zip(starts, wide_a, strict=True):\n"
            "    row[...] = np.maximum(box[:2], wide_b[:, :2])"
        )
    },
)

one_box_of_b_at_a_time = slip(
    "It goes through the boxes in b one at a time in Python. An axis of length 1 lets NumPy meet "
    "each box in a with each in b.",
    {
        "starts = np.maximum(wide_a[:, None, :2], wide_b[:, :2])": (
            "starts = np.zeros((len(a), len(b), 2))\n"
            "for j, box in enumerate(wide_b):\n"
            "    starts[:, j] = np.maximum(wide_a[:, :2], box[:2])"
        )
    },
)

one_pair_at_a_time = slip(
    "It goes through the pairs of boxes one at a time in Python. NumPy can compare all of them at "
    "once.",
    {
        "starts = np.maximum(wide_a[:, None, :2], wide_b[:, :2])": (
            "starts = np.zeros((len(a), len(b), 2))\n"
            "for i, j in np.ndindex(len(a), len(b)):\n"
            "    starts[i, j] = np.maximum(wide_a[i, :2], wide_b[j, :2])"
        )
    },
)

shared_box_too_long = slip(
    "The sides of the shared box are too long by 1, as if coordinates counted pixels. They are "
    "points.",
    {"np.maximum(ends - starts, 0.0)": "np.maximum(ends - starts + 1, 0.0)"},
)
