"""Standardize: columns of mean 0 and standard deviation 1, learned from the training rows alone."""

import numpy as np
from jaxtyping import Float64


class Standardizer:
    """Shift and scale every column by the mean and the standard deviation of the fitted rows.

        z = (x − mean) / std          std = √(mean of (x − mean)²)

    The mean over the n rows divides by n. A column whose fitted values are all equal has a std of 1
    instead, even where rounding makes it not quite 0, as for 0.1 three times. d may be 0.

    Numerics  right for columns of any scale from 1e-9 to 1e9, also far from 0, such as 1e9,
              1e9 + 1 and 1e9 + 2
    Source    LeCun, Bottou, Orr & Müller 1998, §4.3

    >>> scaler = Standardizer()
    >>> scaler.fit(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> scaler.transform(np.array([[4.0, 6.0]]))
    array([[2., 1.]])
    """

    def __init__(self) -> None:
        """Start with nothing fitted."""
        raise NotImplementedError

    def fit(self, x: Float64[np.ndarray, "n d"]) -> None:
        """Learn mean and std from x, which has one row or more; forget what was fitted before."""
        raise NotImplementedError

    def transform(self, x: Float64[np.ndarray, "m d"]) -> Float64[np.ndarray, "m d"]:
        """Standardize the rows of x, any number of them, with the fitted mean and std.

        Raises    ValueError before the first fit, or if x has another number of columns than fitted
        """
        raise NotImplementedError

    def inverse(self, z: Float64[np.ndarray, "m d"]) -> Float64[np.ndarray, "m d"]:
        """Undo `transform`: x = z · std + mean.

        Raises    as `transform`
        """
        raise NotImplementedError
