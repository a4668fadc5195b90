"""Activation statistics: dead units, saturated units, and how large the steps are."""

import numpy as np
from jaxtyping import Float


def dead_share(activations: Float[np.ndarray, "n units"]) -> float:
    """Return the share of units that are dead: exactly 0 for every sample.

    A ReLU that is off for some samples is fine; one that is off for all of them gets no gradient.
    −0 counts as 0; a unit with a negative entry or a nan is not dead. The share is a float.

    Raises    ValueError if there are no samples or no units
    Speed     no Python loop over samples or units
    Source    Maas, Hannun & Ng 2013, §2

    >>> dead_share(np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]]))
    0.5
    """
    raise NotImplementedError


def saturated_share(outputs: Float[np.ndarray, "n units"], limit: float = 0.97) -> float:
    """Return the share of all entries that are saturated: beyond `limit` on either side of 0.

    `outputs` come from a tanh, whose slope, 1 − y², is nearly 0 where |y| is near 1. An entry y is
    saturated if |y| > limit, a Python number, 0 or more; a nan is not. The share is a float.

    Raises    ValueError if there are no samples or no units
    Speed     no Python loop over samples or units
    Source    Glorot & Bengio 2010, §3

    >>> saturated_share(np.array([[0.5, -0.99], [0.98, 0.0]]))
    0.5
    """
    raise NotImplementedError


def update_ratio(param: Float[np.ndarray, "*shape"], update: Float[np.ndarray, "*shape"]) -> float:
    """Return a step's length relative to that of the parameter it changes, as a float.

        ratio = ‖update‖ / ‖param‖        ‖v‖ = √(Σ v²), over all entries

    Values around 1e-3 are usual. The ratio is inf if only the parameter is all 0, and nan if both
    are, without a warning.

    Numerics  right for entries that are 0 or from 1e-30 to 1e30 in size, in float32 as in float64;
              the dtypes of the two may differ
    Raises    ValueError if the shapes differ
    Speed     no Python loop over any axis

    >>> update_ratio(np.array([[3.0], [-4.0]]), np.array([[0.0], [0.02]]))
    0.004
    """
    raise NotImplementedError
