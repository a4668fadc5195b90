"""Collate: one rectangular batch from sequences of different lengths."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int


def collate(
    sequences: Sequence[Sequence[int]], pad: int
) -> tuple[Int[np.ndarray, "n t"], Bool[np.ndarray, "n t"], Int[np.ndarray, "n t"]]:
    """Return (ids, mask, labels) of a batch for a language model.

    Row i belongs to sequences[i], and t is the length of the longest.

        ids      int64: the tokens from the left, then `pad`
        mask     True where there is a token, False where there is padding
        labels   int64: as ids, but −100 where there is padding, so that a loss ignores it

    The labels are not shifted: each stands at the place of its own token. Tokens are 0 or more, and
    `pad` is any integer: it may also occur within sequences, and there it is a token like any
    other. Sequences may be empty.

    Raises    ValueError if there are no sequences
    Source    torch.nn.CrossEntropyLoss, whose ignore_index is −100

    >>> ids, mask, labels = collate([[5, 2], [7]], pad=2)
    >>> ids
    array([[5, 2],
           [7, 2]])
    >>> labels
    array([[   5,    2],
           [   7, -100]])
    """
    raise NotImplementedError
