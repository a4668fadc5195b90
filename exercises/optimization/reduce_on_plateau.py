"""Reduce on plateau: a learning rate that falls when the loss no longer does."""


class ReduceOnPlateau:
    """A learning rate that falls when a metric has not improved for a while.

    The metric should fall; it may be the validation loss after each epoch. It improves if

        metric < best · (1 − threshold)        best starts at ∞

    even where `best` is negative, and then it is the new `best`. Any other metric, even nan, makes
    a bad epoch and leaves `best` unchanged. When more than `patience` epochs in a row are bad,

        lr ← max(lr · factor, min_lr)

    and the count of bad epochs starts at 0 again, while `best` stays.

    Source    torch.optim.lr_scheduler.ReduceLROnPlateau, with mode "min", threshold_mode "rel" and
              an eps of 0 (torch's default, 1e-8, skips smaller reductions)

    >>> schedule = ReduceOnPlateau(lr=8.0, factor=0.5, patience=1)
    >>> [schedule.step(loss) for loss in (3.0, 2.0, 2.0, 2.5, 2.25, 1.0)]
    [8.0, 8.0, 8.0, 4.0, 4.0, 4.0]
    """

    def __init__(
        self,
        lr: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
    ) -> None:
        """Start at the learning rate `lr`, before any metric has been seen.

        Raises    ValueError unless 0 < factor < 1, patience ≥ 0, 0 ≤ threshold < 1 and
                  0 ≤ min_lr ≤ lr
        """
        self.lr = lr
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.min_lr = min_lr
        raise NotImplementedError

    def step(self, metric: float) -> float:
        """Take one epoch's metric and return the learning rate for the next epoch, a float."""
        raise NotImplementedError
