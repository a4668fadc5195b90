"""Diagnose a fit: from the losses of a training to what to try next."""

from collections.abc import Sequence


def diagnose(
    train_losses: Sequence[float], val_losses: Sequence[float], baseline: float, target: float
) -> str:
    """Say what is wrong with a training, from its losses after each epoch.

    `baseline` is the loss of guessing without looking at the inputs, `target` a loss that is good
    enough; 0 ≤ target < baseline. Losses jump about, so `train` and `val` are means: those of the
    last n // 5 of n epochs, and of at least one. The first of these that holds is returned:

        "diverging"      any loss, of either kind, is nan or ∞; or train > 1.5 · baseline
        "not learning"   train > 0.9 · baseline
        "good"           val ≤ target
        "underfitting"   train − target ≥ val − train: at least half of the gap to the target is
                         there on the training rows already
        "overfitting"    anything else

    Raises    ValueError if there are no epochs, or not as many training as validation losses
    Source    Ng, Machine Learning Yearning, 2018, ch. 20–27 (bias and variance)

    >>> diagnose([2.0, 1.0, 0.25], [2.0, 1.0, 1.5], baseline=2.3, target=0.2)
    'overfitting'
    """
    raise NotImplementedError
