"""A small GPT as a classifier of sequences, of different lengths in one batch."""

import torch
import torch.nn.functional as F
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
        self.gpt = MiniGPT(weights, blocks, n_heads)
        self.head = head
        self.bias = bias

    def logits(
        self, tokens: Int[Tensor, "n t"], lengths: Int[Tensor, "n"]
    ) -> Float[Tensor, "n classes"]:
        """Score every class for each sequence, in the weights' dtype."""
        return F.linear(self._pooled(tokens, lengths), self.head, self.bias)

    def loss(
        self, tokens: Int[Tensor, "n t"], lengths: Int[Tensor, "n"], labels: Int[Tensor, "n"]
    ) -> Float[Tensor, ""]:
        """Return the mean cross-entropy against `labels`; right for logits of any size."""
        return F.cross_entropy(self.logits(tokens, lengths), labels)

    def step(
        self,
        tokens: Int[Tensor, "n t"],
        lengths: Int[Tensor, "n"],
        labels: Int[Tensor, "n"],
        lr: float,
    ) -> float:
        """Move `head` and `bias` by −lr · (gradient of the loss); return the loss before that."""
        pooled = self._pooled(tokens, lengths)  # Outside of the graph.
        head = self.head.clone().requires_grad_()
        bias = self.bias.clone().requires_grad_()
        loss = F.cross_entropy(F.linear(pooled, head, bias), labels)
        grad_head, grad_bias = torch.autograd.grad(loss, [head, bias])
        self.head = self.head - lr * grad_head
        self.bias = self.bias - lr * grad_bias
        return loss.item()

    def _pooled(
        self, tokens: Int[Tensor, "n t"], lengths: Int[Tensor, "n"]
    ) -> Float[Tensor, "n d"]:
        """Return the features of each last real token, which alone has seen all of its sequence."""
        t = tokens.shape[1]
        if lengths.min() < 1 or lengths.max() > t:
            raise ValueError(f"lengths are {lengths.tolist()}, expected 1 to {t}")
        # With a causal mask nothing real sees the padding after it.
        return self.gpt.features(tokens)[torch.arange(len(tokens)), lengths - 1]
