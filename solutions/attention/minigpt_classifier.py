"""A small GPT as a classifier of sequences, of different lengths in one batch."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int

from exercises.attention.minigpt_bugs import MiniGPT


class GPTClassifier(MiniGPT):
    """A GPT with a linear head that scores the classes of a whole sequence.

    It builds on your own MiniGPT, from the kata minigpt_bugs. `weights` also holds "head"
    (classes, d) and "bias" (classes,), the head's:

        class_logits = (features of the last real token) headᵀ + bias

    `lengths` says how many tokens at the start of each row are real. The others, the padding, may
    be any tokens of the vocabulary, and have no effect.

    Raises    ValueError, by every method below, if a length is less than 1 or more than t
    Source    Radford, Narasimhan, Salimans & Sutskever 2018, §3.2

    >>> weights = {"tokens": torch.eye(2), "positions": torch.zeros(3, 2), "norm": torch.ones(2)}
    >>> weights |= {"head": 4 * torch.eye(2), "bias": torch.tensor([1.0, 2.0])}
    >>> model = GPTClassifier(weights, [], n_heads=1)
    >>> model.class_logits(torch.tensor([[0, 1, 1], [0, 1, 1]]), torch.tensor([1, 3])).round()
    tensor([[ 5., -2.],
            [-3.,  6.]])
    """

    def class_logits(
        self, tokens: Int[torch.Tensor, "n t"], lengths: Int[torch.Tensor, "n"]
    ) -> Float[torch.Tensor, "n classes"]:
        """Score every class for each sequence."""
        return F.linear(self._pooled(tokens, lengths), self.weights["head"], self.weights["bias"])

    def class_loss(
        self,
        tokens: Int[torch.Tensor, "n t"],
        lengths: Int[torch.Tensor, "n"],
        labels: Int[torch.Tensor, "n"],
    ) -> Float[torch.Tensor, ""]:
        """Return the mean cross-entropy of the sequences' classes, `labels`.

        Numerics  right for class_logits of any size
        """
        return F.cross_entropy(self.class_logits(tokens, lengths), labels)

    def step(
        self,
        tokens: Int[torch.Tensor, "n t"],
        lengths: Int[torch.Tensor, "n"],
        labels: Int[torch.Tensor, "n"],
        lr: float,
    ) -> float:
        """Take one step of gradient descent with the head alone; return the loss before it.

        weights["head"] and weights["bias"] move by −lr · (gradient of class_loss). All else in
        `weights` and `blocks` is frozen: it stays exactly as it is.
        """
        pooled = self._pooled(tokens, lengths)  # Outside of the graph: only the head is trained.
        head = [self.weights[name].clone().requires_grad_() for name in ("head", "bias")]
        loss = F.cross_entropy(F.linear(pooled, *head), labels)
        for name, grad in zip(("head", "bias"), torch.autograd.grad(loss, head), strict=True):
            self.weights[name] = self.weights[name] - lr * grad
        return loss.item()

    def _pooled(
        self, tokens: Int[torch.Tensor, "n t"], lengths: Int[torch.Tensor, "n"]
    ) -> Float[torch.Tensor, "n d"]:
        """Return the features of each last real token, which alone has seen all of its sequence."""
        t = tokens.shape[1]
        if lengths.min() < 1 or lengths.max() > t:
            raise ValueError(f"lengths are {lengths.tolist()}, expected 1 to {t}")
        # With a causal mask nothing real sees the padding after it.
        return self.features(tokens)[torch.arange(len(tokens)), lengths - 1]
