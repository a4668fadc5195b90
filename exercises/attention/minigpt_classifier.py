"""A small GPT as a classifier of sequences, of different lengths in one batch."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from exercises.attention.minigpt_bugs import MiniGPT


class GPTClassifier:
    """A GPT with a linear head that scores the classes of a whole sequence.

        logits = (features of the last real token) headᵀ + bias

    The features are those of your own MiniGPT (minigpt_bugs). `lengths` says how many tokens at the
    start of each row are real; the padding after them may be any tokens, and has no effect.

    Raises    ValueError, in all methods that take lengths, if one is less than 1 or more than t
    Source    Radford, Narasimhan, Salimans & Sutskever 2018, §3.2

    >>> weights = {"tokens": torch.eye(2), "positions": torch.zeros(3, 2), "norm": torch.ones(2)}
    >>> model = GPTClassifier(weights, [], 1, head=4 * torch.eye(2), bias=torch.tensor([1.0, 2.0]))
    >>> model.logits(torch.tensor([[0, 1, 1], [0, 1, 1]]), torch.tensor([1, 3])).round().tolist()
    [[5.0, -2.0], [-3.0, 6.0]]
    """

    def __init__(
        self,
        weights: dict[str, Tensor],
        blocks: list[dict[str, Tensor]],
        n_heads: int,
        head: Float[Tensor, "classes d"],
        bias: Float[Tensor, "classes"],
    ) -> None:
        """Make the GPT; keep the head."""
        self.head = head
        self.bias = bias
        raise NotImplementedError

    def logits(
        self, tokens: Int[Tensor, "n t"], lengths: Int[Tensor, "n"]
    ) -> Float[Tensor, "n classes"]:
        """Score every class for each sequence, in the weights' dtype."""
        raise NotImplementedError

    def loss(
        self, tokens: Int[Tensor, "n t"], lengths: Int[Tensor, "n"], labels: Int[Tensor, "n"]
    ) -> Float[Tensor, ""]:
        """Return the mean cross-entropy against `labels`; right for logits of any size."""
        raise NotImplementedError

    def step(
        self,
        tokens: Int[Tensor, "n t"],
        lengths: Int[Tensor, "n"],
        labels: Int[Tensor, "n"],
        lr: float,
    ) -> float:
        """Move `head` and `bias` by −lr · (gradient of the loss); return the loss before that."""
        raise NotImplementedError
