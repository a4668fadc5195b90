"""EMA of weights: a smoothed copy of the network's weights, used for evaluation."""

from collections.abc import Sequence

import numpy as np


class EMA:
    """An exponential moving average of every parameter of a network.

        average ← decay · average + (1 − decay) · param

    `decay` is from 0 to 1. The averages start equal to the first parameters, so no bias correction
    is needed. For float64 parameters they are computed and kept in float64, for others in float32
    or float64.

    Source    Polyak & Juditsky 1992; Tarvainen & Valpola 2017 (mean teacher)

    >>> ema = EMA([np.array([8.0, 0.0])], decay=0.75)
    >>> ema.update([np.array([4.0, 4.0])])
    >>> ema.averages()
    [array([7., 1.])]
    """

    def __init__(self, params: Sequence[np.ndarray], decay: float = 0.999) -> None:
        """Start from `params`, arrays of any shapes with one axis or more.

        Here and in `update`, none of the caller's arrays is kept: they may be overwritten later.
        """
        self.decay = decay
        self._averages = [param.astype(np.float64) for param in params]
        self._dtypes = [param.dtype for param in params]

    def update(self, params: Sequence[np.ndarray]) -> None:
        """Move each average towards its parameter; called after each training step.

        Raises    ValueError unless `params` are as many as the first ones, with their shapes; their
                  dtypes may differ
        """
        shapes, expected = [p.shape for p in params], [a.shape for a in self._averages]
        if shapes != expected:
            raise ValueError(f"params have shapes {shapes}, the first ones had {expected}")
        self._averages = [
            self.decay * average + (1 - self.decay) * param.astype(np.float64)
            for average, param in zip(self._averages, params, strict=True)
        ]

    def averages(self) -> list[np.ndarray]:
        """Return copies of the averages, each in the dtype that its parameter had in __init__."""
        dtyped = zip(self._averages, self._dtypes, strict=True)
        return [average.astype(dtype) for average, dtype in dtyped]
