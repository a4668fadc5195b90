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
        self._mean: np.ndarray | None = None
        self._std: np.ndarray | None = None

    def fit(self, x: Float64[np.ndarray, "n d"]) -> None:
        """Learn mean and std from x, which has one row or more; forget what was fitted before."""
        self._mean = x.mean(axis=0)
        constant = x.max(axis=0) == x.min(axis=0)
        self._std = np.where(constant, 1.0, x.std(axis=0))

    def transform(self, x: Float64[np.ndarray, "m d"]) -> Float64[np.ndarray, "m d"]:
        """Standardize the rows of x, any number of them, with the fitted mean and std.

        Raises    ValueError before the first fit, or if x has another number of columns than fitted
        """
        mean, std = self._fitted(x)
        return (x - mean) / std

    def inverse(self, z: Float64[np.ndarray, "m d"]) -> Float64[np.ndarray, "m d"]:
        """Undo `transform`: x = z · std + mean.

        Raises    as `transform`
        """
        mean, std = self._fitted(z)
        return z * std + mean

    def _fitted(self, x: Float64[np.ndarray, "m d"]) -> tuple[np.ndarray, np.ndarray]:
        if self._mean is None or self._std is None:
            raise ValueError("nothing is fitted yet: call fit first")
        if x.shape[1] != len(self._mean):
            raise ValueError(f"got {x.shape[1]} columns, but {len(self._mean)} were fitted")
        return self._mean, self._std
