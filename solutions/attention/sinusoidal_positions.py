"""Sinusoidal positions: a fixed vector for each place in a sequence."""

import numpy as np
from jaxtyping import Float


def sinusoidal_positions(
    n_positions: int, d_model: int, base: float = 10000.0
) -> Float[np.ndarray, "n_positions d_model"]:
    """Encode each position by sines and cosines, from high frequencies to low ones.

        pe[p, 2i]     = sin(p / base^(2i / d_model))
        pe[p, 2i + 1] = cos(p / base^(2i / d_model))      p = 0, 1, …      i = 0, 1, …

    Sines and cosines alternate along a row, as in the paper; some libraries put all sines first.
    The result is float64. `n_positions` may be 0.

    Raises    ValueError if d_model is odd
    Speed     no Python loop over positions or columns
    Source    Vaswani et al. 2017, §3.5

    >>> sinusoidal_positions(2, 4, base=4.0).round(3)
    array([[0.   , 1.   , 0.   , 1.   ],
           [0.841, 0.54 , 0.479, 0.878]])
    """
    if d_model % 2:
        raise ValueError(f"d_model is {d_model}: sines and cosines come in pairs")
    exponents = np.arange(0, d_model, 2) / d_model
    angles = np.arange(n_positions)[:, None] / base**exponents
    pe = np.empty((n_positions, d_model))
    pe[:, 0::2] = np.sin(angles)
    pe[:, 1::2] = np.cos(angles)
    return pe
