import numpy as np

from kata.attempts import right, slip
from solutions.cnn.nms import nms


def table(boxes):
    """The IoU of all pairs."""
    x1, y1, x2, y2 = boxes.astype(np.float64).T
    width = np.minimum.outer(x2, x2) - np.maximum.outer(x1, x1)
    height = np.minimum.outer(y2, y2) - np.maximum.outer(y1, y1)
    shared = width.clip(min=0) * height.clip(min=0)
    areas = (x2 - x1) * (y2 - y1)
    union = np.add.outer(areas, areas) - shared
    return shared / np.where(union > 0, union, 1.0)


@right(nms)
def with_a_table_of_all_pairs(boxes, scores, iou_threshold):
    if boxes.shape[0] != scores.shape[0]:
        raise ValueError("as many scores as boxes, please")
    too_close = table(boxes) > iou_threshold
    alive = np.ones(len(scores), dtype=bool)
    kept = []
    while alive.any():
        # argmax gives the first of equal ones; one is always alive here.
        candidates = np.flatnonzero(alive)
        best = candidates[np.argmax(scores[candidates])]
        kept.append(best)
        alive &= ~too_close[best]
        alive[best] = False
    return np.asarray(kept, dtype=np.int64)


@right(nms)
def by_sorting_first_and_marking(boxes, scores, iou_threshold):
    n = len(boxes)
    if n != len(scores):
        raise ValueError("lengths differ")
    order = np.lexsort((np.arange(n), -scores))
    x1, y1, x2, y2 = boxes[order].astype(np.float64).T
    areas, kept, start = (x2 - x1) * (y2 - y1), [], 0
    dropped = np.zeros(n, dtype=bool)
    while start < n:
        kept.append(order[start])
        width = np.minimum(x2, x2[start]) - np.maximum(x1, x1[start])
        height = np.minimum(y2, y2[start]) - np.maximum(y1, y1[start])
        shared = np.where((width > 0) & (height > 0), width * height, 0.0)
        union = areas + areas[start] - shared
        with np.errstate(invalid="ignore"):
            dropped |= shared / union > iou_threshold
        dropped[start] = True
        ahead = np.flatnonzero(~dropped[start:])
        start = start + int(ahead[0]) if ahead.size else n
    return np.array(kept, np.int64)


# --- Which boxes suppress which ----------------------------------------------------------------

# One table of all pairs: it passes the tests of speed, as learners' tables do.
dropped_boxes_drop_others = slip(
    "A box that was dropped still drops others. Only those that are kept do.",
    {
        "kept = []": (
            "ranked = wide[left]\n"
            "starts = np.maximum(ranked[:, None, :2], ranked[:, :2])\n"
            "ends = np.minimum(ranked[:, None, 2:], ranked[:, 2:])\n"
            "shared = np.maximum(ends - starts, 0.0).prod(axis=2)\n"
            "areas = (ranked[:, 2:] - ranked[:, :2]).prod(axis=1)\n"
            "union = areas[:, None] + areas - shared\n"
            "ious = np.divide(shared, union, out=np.zeros_like(union), where=union > 0)\n"
            "kept = left[~np.triu(ious > iou_threshold, 1).any(axis=0)]\n"
            "left = left[:0]"
        )
    },
)

only_the_best_drops_others = slip(
    "Only the very best box drops others. Each box that is kept does, in turn.",
    {
        "left = rest[_iou(wide[best], wide[rest]) <= iou_threshold]": (
            "far = _iou(wide[best], wide[rest]) <= iou_threshold\n"
            "left = rest[far] if len(kept) == 1 else rest"
        )
    },
)

neighbours_in_order_only = slip(
    "Each box is compared with the last one that was kept. It may overlap an earlier one, too.",
    {
        "left = rest[_iou(wide[best], wide[rest]) <= iou_threshold]": (
            "far = _iou(wide[best], wide[rest]) <= iou_threshold\n"
            "left = rest[np.argmax(far) :] if far.any() else rest[:0]"
        )
    },
)

nothing_dropped = slip(
    "All boxes are kept: this is only the order of their scores.",
    {"rest[_iou(wide[best], wide[rest]) <= iou_threshold]": "rest"},
)

overlapping_boxes_kept = slip(
    "The comparison is the wrong way round: boxes that overlap stay, and those elsewhere go.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) > iou_threshold"},
)

dropped_at_the_threshold = slip(
    "An IoU that equals the threshold drops a box. Only a larger one should.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) < iou_threshold"},
)

threshold_as_a_distance = slip(
    "The threshold is compared with 1 − IoU. It is one for IoU itself.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) <= 1 - iou_threshold"},
)

threshold_ignored = slip(
    "The argument `iou_threshold` is not used.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) <= 0.5"},
)

threshold_of_0_not_taken = slip(
    "A threshold of 0 is not taken as it is. Did `or` put another in its place? 0 counts as false.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) <= (iou_threshold or 0.5)"},
)

any_overlap = slip(
    "Boxes are dropped for any overlap at all, however small.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) <= 0"},
)

# --- The order ---------------------------------------------------------------------------------

worst_first = slip(
    "The worst box comes first, and drops better ones: `argsort` sorts from low to high.",
    {"np.argsort(-scores": "np.argsort(scores"},
)

never_sorted = slip(
    "The boxes are taken in the order in which they come, whatever their scores are.",
    {'np.argsort(-scores, kind="stable")': "np.arange(len(scores))"},
)

higher_index_first = slip(
    "Of equal scores, the higher index comes first. Was a sort read backwards? That turns ties "
    "around.",
    {'np.argsort(-scores, kind="stable")': 'np.argsort(scores, kind="stable")[::-1]'},
)

sort_not_stable = slip(
    "Of equal scores, any may come first: not every sort keeps their order.",
    {', kind="stable"': ""},
)

sorted_by_coordinate = slip(
    "The boxes are taken by their lower edge, as in some early code. The scores should decide.",
    {"np.argsort(-scores": "np.argsort(-boxes[:, 3]"},
)

sorted_by_area = slip(
    "The largest box is taken first. The scores should decide.",
    {"np.argsort(-scores": "np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(axis=1)"},
)

indices_sorted = slip(
    "The right boxes are kept, but in the order of their indices. The highest score comes first.",
    {"np.array(kept, dtype=np.int64)": "np.array(sorted(kept), dtype=np.int64)"},
)

positions_among_the_sorted = slip(
    "These are positions in the sorted order. The caller needs indices into `boxes`.",
    {
        "kept = []": "order, kept = left, []",
        "np.array(kept, dtype=np.int64)": (
            "np.argsort(order)[np.array(kept, dtype=np.int64)].astype(np.int64)"
        ),
    },
)

the_best_left_out = slip(
    "The boxes with the highest scores are missing: what drops the others should be kept itself.",
    {"np.array(kept, dtype=np.int64)": "np.array(kept[1:], dtype=np.int64)"},
)

# --- The overlap -------------------------------------------------------------------------------

one_pixel_more = slip(
    "1 is added to widths and heights, as for pixels with inclusive ends. In this kata the width "
    "is x2 − x1.",
    {
        "np.maximum(ends - starts, 0.0)": "np.maximum(ends - starts + 1, 0.0)",
        "(others[:, 2:] - others[:, :2]).prod": "(others[:, 2:] - others[:, :2] + 1).prod",
        "(box[2:] - box[:2]).prod": "(box[2:] - box[:2] + 1).prod",
    },
)

negative_sides = slip(
    "Boxes apart from each other have negative overlaps, and two negative sides multiply to a "
    "positive area.",
    {"np.maximum(ends - starts, 0.0)": "(ends - starts)"},
)

corners_swapped = slip(
    "The shared box runs from the smaller start to the larger end: that box holds both. What they "
    "share starts where the later one starts.",
    {
        "np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])": (
            "np.minimum(box[:2], others[:, :2]), np.maximum(box[2:], others[:, 2:])"
        )
    },
)

width_and_height = slip(
    "The last two numbers of a box are taken for its width and height. They are its other corner.",
    {
        "wide = boxes.astype(np.float64)": (
            "wide = boxes.astype(np.float64)\nwide[:, 2:] += wide[:, :2]"
        )
    },
)

both_of_x_first = slip(
    "A box is taken for (x1, x2, y1, y2). It is (x1, y1, x2, y2).",
    {"boxes.astype(np.float64)": "boxes[:, [0, 2, 1, 3]].astype(np.float64)"},
)

shared_counted_twice = slip(
    "The union counts what both boxes share more than once, as the sum of both areas does.",
    {"areas - shared": "areas"},
)

over_the_smaller = slip(
    "What two boxes share is divided by the area of the smaller one. It should be divided by the "
    "union.",
    {
        "(box[2:] - box[:2]).prod() + areas - shared": (
            "np.minimum((box[2:] - box[:2]).prod(), areas)"
        )
    },
)

over_the_kept_box = slip(
    "What two boxes share is divided by the area of the one that is kept. It should be divided by "
    "the union.",
    {"(box[2:] - box[:2]).prod() + areas - shared": "(box[2:] - box[:2]).prod() + 0 * areas"},
)

over_the_other_box = slip(
    "What two boxes share is divided by the area of the one that may be dropped, as in some early "
    "code. It should be divided by the union.",
    {"(box[2:] - box[:2]).prod() + areas - shared": "areas"},
)

nothing_over_nothing = slip(
    "Boxes without area are dropped. Their IoU with any box is 0: neither nan, as 0/0 is, nor 1.",
    {"out=np.zeros_like(union)": "out=np.full_like(union, np.nan)"},
)

epsilon_in_the_union = slip(
    "A small constant is added to the union, and boxes with tiny areas no longer drop each other. "
    "Only a union of 0 needs care.",
    {
        "np.divide(shared, union, out=np.zeros_like(union), where=union > 0)": (
            "shared / (union + 1e-12)"
        )
    },
)

overlap_in_the_dtype_of_the_boxes = slip(
    "An IoU close to the threshold is on the wrong side of it, as where IoU is not computed in "
    "float64 (in float16, 300 × 300 is already infinite), or where the comparison is not exact.",
    {"boxes.astype(np.float64)": "boxes"},
)

infinite_overlap_drops = slip(
    "An IoU close to the threshold is on the wrong side of it, as where IoU is not computed in "
    "float64 (in float16, 300 × 300 is already infinite, and ∞ over ∞ is nan).",
    {"boxes.astype(np.float64)": "boxes", "where=union > 0": "where=~(union <= 0)"},
)

# --- Manners -----------------------------------------------------------------------------------

lengths_unchecked = slip(
    "Boxes and scores of different numbers are not refused. What has no partner is then dropped, "
    "or missed by an index.",
    {
        "if len(boxes) != len(scores):": "n = min(len(boxes), len(scores))\n"
        "boxes, scores = boxes[:n], scores[:n]\n"
        "if False:"
    },
)

no_boxes_give_floats = slip(
    "Without boxes the result is float64: an array of an empty list is. It should be int64.",
    {"np.array(kept, dtype=np.int64)": "np.array(kept)"},
)

infinite_scores_replaced = slip(
    "An infinite score becomes a finite number, so it may tie with others. It is above all.",
    {"np.argsort(-scores": "np.argsort(-np.nan_to_num(scores, posinf=1e300)"},
)

lowest_scores_left_out = slip(
    "A box with a score of −∞ is never kept. Was −∞ the mark of boxes that are gone?",
    {"np.array(kept, dtype": "np.array([i for i in kept if scores[i] > -np.inf], dtype"},
)

threshold_below_0_not_taken = slip(
    "A threshold below 0 is taken for 0. No IoU is as small, so one box drops all others.",
    {"wide[rest]) <= iou_threshold": "wide[rest]) <= max(iou_threshold, 0.0)"},
)

one_box_at_a_time = slip(
    "Python goes through all boxes, also those that are dropped. An index array, or a mask, can "
    "leave them all out at once.",
    {
        "left = rest[_iou(wide[best], wide[rest]) <= iou_threshold]": (
            "ious = _iou(wide[best], wide[rest])\n"
            "left = rest[[iou <= iou_threshold for iou in ious]] if len(rest) else rest"
        )
    },
)
