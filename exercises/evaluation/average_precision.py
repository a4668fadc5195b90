"""Average precision: the mean precision as recall rises from 0 to 1."""

import numpy as np
from jaxtyping import Float, Integer


def average_precision(scores: Float[np.ndarray, "n"], labels: Integer[np.ndarray, "n"]) -> float:
    """Return the area under precision against recall, as a sum of steps.

        ap = Σₖ (R[k] − R[k − 1]) · P[k]                                        R[0] = 0

    P[k] and R[k] are precision and recall when exactly the samples with a score ≥ t[k] are called
    positive, where t[1] > t[2] > … are the distinct scores: samples with equal scores are called
    together. Scores may be infinite, but are not nan. The label is 1 for a positive sample, 0 for a
    negative one.

    As in scikit-learn, precision is neither interpolated nor joined by trapezoids.

    Raises    ValueError if scores and labels differ in length, or if no sample is positive
    Speed     no Python loop over n; at most 300 · n bytes of memory, so no table of all pairs
    Source    Manning, Raghavan & Schütze 2008, §8.4

    >>> average_precision(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 0, 0, 1]))
    0.75
    """
    raise NotImplementedError
