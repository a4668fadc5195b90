"""Rotary positions: rotate queries and keys, so that their scores depend on their distance."""

import numpy as np
from jaxtyping import Float, Integer


def rope(
    x: Float[np.ndarray, "*batch t d"],
    positions: Integer[np.ndarray, "t"] | None = None,
    base: float = 10000.0,
) -> Float[np.ndarray, "*batch t d"]:
    """Rotate each pair of features by an angle proportional to the vector's position.

        y[2i]     = x[2i] · cos θ − x[2i + 1] · sin θ
        y[2i + 1] = x[2i] · sin θ + x[2i + 1] · cos θ        θ = p / base^(2i / d)

    `positions` holds the p ≥ 0 of each of the t vectors, in any order, perhaps repeated, and the
    same for the whole batch; None means 0, 1, …, t − 1. A pair is two neighbouring features, as in
    the paper and in Meta's LLaMA; Hugging Face pairs feature i with i + d/2 instead.

    Numerics  right for positions up to 100,000, whatever x's dtype is; keeps x's dtype
    Raises    ValueError if d is odd or `positions` has another shape than (t,)
    Speed     no Python loop over the batch, the positions or the features
    Source    Su et al. 2021 (RoFormer), §3.4.2

    >>> rope(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).round(3)
    array([[ 1.   ,  0.   ],
           [ 0.54 ,  0.841],
           [-0.909, -0.416]])
    """
    *_, t, d = x.shape
    if d % 2:
        raise ValueError(f"x has {d} features: they are turned in pairs")
    if positions is None:
        positions = np.arange(t)
    if positions.shape != (t,):
        raise ValueError(f"positions has shape {positions.shape}, expected {(t,)}")

    # In float64: a float32 angle of 100,000 may be off by 0.004, whatever x's dtype keeps.
    angles = positions[:, None] / base ** (np.arange(0, d, 2) / d)  # (t, d / 2)
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    y = np.empty_like(x)
    y[..., 0::2] = even * cos - odd * sin
    y[..., 1::2] = even * sin + odd * cos
    return y
