"""Early stopping: keep the best parameters, and end training when nothing gets better."""

from collections.abc import Sequence

import numpy as np


class EarlyStopping:
    """A watch over the validation loss: call `step` after every epoch.

    An epoch is good if loss < best_loss − min_delta: its loss and its parameters are then the new
    `best_loss` and `best_params`. All other epochs are bad, including those whose loss is nan, and
    leave both unchanged. They start as ∞ and None.

    Source    Goodfellow, Bengio & Courville 2016, §7.8

    >>> stopping = EarlyStopping(patience=2)
    >>> [stopping.step(loss, [np.array([loss])]) for loss in (5.0, 4.0, 4.5, 4.25)]
    [False, False, False, True]
    >>> stopping.best_loss, stopping.best_params
    (4.0, [array([4.])])
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        """Start before the first epoch.

        Raises    ValueError unless patience ≥ 1 and min_delta ≥ 0
        """
        self.patience = patience
        self.min_delta = min_delta
        raise NotImplementedError

    def step(self, loss: float, params: Sequence[np.ndarray]) -> bool:
        """Take an epoch's loss and parameters; return whether training should stop.

        It should if the last `patience` epochs were all bad. If training goes on all the same,
        `step` may be called again, by the same rules. `best_params` is a list of copies: the caller
        may train on in the same arrays.
        """
        raise NotImplementedError
