"""Non-maximum suppression: of boxes on the same object, keep the best."""

import numpy as np
from jaxtyping import Float, Int64


def nms(
    boxes: Float[np.ndarray, "n 4"], scores: Float[np.ndarray, "n"], iou_threshold: float
) -> Int64[np.ndarray, "kept"]:
    """Return the indices of the boxes that are kept, in descending order of score.

    Keep the box with the highest score (of equal scores, the lower index), drop every other box
    whose IoU with it is larger than `iou_threshold`, and repeat with those that are left until
    there are none. So a box that was dropped drops no others. n may be 0.

    A box is (x1, y1, x2, y2) with x1 ≤ x2 and y1 ≤ y2, which need not be checked; its width is x2 −
    x1. IoU is the area that two boxes share over the area that they cover together; a box without
    area has an IoU of 0 with every other, even an equal one. All boxes are of one class.

    Numerics  computes IoU in float64, even for boxes in float16 and float32; scores, of any size
              and float dtype, may be ±∞, but not nan
    Raises    ValueError if boxes and scores differ in length
    Speed     no Python loop over boxes (one over those that are kept is fine)
    Source    Felzenszwalb, Girshick, McAllester & Ramanan 2010, §7.2

    >>> boxes = np.array([[0.0, 0.0, 4.0, 4.0], [9.0, 0.0, 12.0, 4.0], [1.0, 0.0, 4.0, 4.0]])
    >>> nms(boxes, np.array([0.7, 0.8, 0.9]), 0.5)
    array([2, 1])
    """
    raise NotImplementedError
