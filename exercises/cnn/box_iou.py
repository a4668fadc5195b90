"""Intersection over union: how well two boxes agree."""

import numpy as np
from jaxtyping import Float


def box_iou(a: Float[np.ndarray, "n 4"], b: Float[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    """Compare every box in a with every box in b.

        iou[i, j] = area of what a[i] and b[j] share / area of what they cover together

    A box is (x1, y1, x2, y2), two opposite corners with x1 ≤ x2 and y1 ≤ y2. Coordinates are
    positions in the plane, not pixel numbers: the width is x2 − x1, so boxes that only touch share
    nothing. If either box has no area, iou is 0. n and m may be 0.

    Numerics  computes in float64, so areas may be larger than float16 or float32 can hold (300 ×
              300 in float16); keeps the dtype, the same for a and b
    Raises    ValueError if a box in a or b has x2 < x1 or y2 < y1
    Speed     no Python loop over boxes
    Source    Everingham et al. 2010, §4.2

    >>> box_iou(np.array([[0.0, 0.0, 2.0, 1.0]]), np.array([[1.0, 0.0, 2.0, 1.0]]))
    array([[0.5]])
    """
    raise NotImplementedError
