"""A small GPT as a classifier of sequences, of different lengths in one batch."""

import torch
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
        raise NotImplementedError

    def class_loss(
        self,
        tokens: Int[torch.Tensor, "n t"],
        lengths: Int[torch.Tensor, "n"],
        labels: Int[torch.Tensor, "n"],
    ) -> Float[torch.Tensor, ""]:
        """Return the mean cross-entropy of the sequences' classes, `labels`.

        Numerics  right for class_logits of any size
        """
        raise NotImplementedError

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
        raise NotImplementedError
