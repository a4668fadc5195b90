"""Three reasons why a network cannot learn one batch by heart.

Before a long training comes a short check: on one small batch, the loss should fall to almost 0.
This program has the check, and runs without an error. But as handed out it fails the check, for
three reasons.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn


# TODO: find the three bugs and fix them; the docstrings are right.
class Classifier(nn.Module):
    """Linear layers with ReLU and dropout between them; the outputs of the last are the logits.

    `weights` is [w1, b1, w2, b2, …], each w of shape (out, in), for two layers or more. All of them
    are trained, by plain gradient descent on the mean cross-entropy of a batch. No argument of a
    method is written into.

    The check, on three rows that look alike at first:

    >>> weights = [torch.ones(3, 3), torch.zeros(3), torch.eye(3), torch.tensor([0.0, 0.0, -3.0])]
    >>> losses = Classifier(weights, dropout=0.9).overfit(torch.eye(3), torch.arange(3), 500, 0.5)
    >>> losses[-1] < 0.01
    True
    """

    def __init__(self, weights: list[Tensor], dropout: float) -> None:
        """Start from copies of `weights`."""
        super().__init__()
        *hidden, head = map(_linear, weights[::2], weights[1::2])
        self.hidden = hidden
        self.head = head
        self.dropout = dropout

    def weights(self) -> list[Tensor]:
        """Return copies of the weights as they are now: [w1, b1, w2, b2, …]."""
        layers = [*self.hidden, self.head]
        return [part.detach().clone() for layer in layers for part in (layer.weight, layer.bias)]

    def forward(self, x: Float[Tensor, "n features"]) -> Float[Tensor, "n classes"]:
        """Return the logits, of any sign; whether units drop out here is left open."""
        for layer in self.hidden:
            x = F.dropout(torch.relu(layer(x)), self.dropout)
        return torch.relu(self.head(x))

    def fit(
        self,
        x: Float[Tensor, "n features"],
        y: Int64[Tensor, "n"],
        epochs: int,
        batch_size: int,
        lr: float,
    ) -> None:
        """Train on the rows of x, whose classes are y: in each epoch a step for each batch.

        Batches take the rows in order; the last one holds what is left. In each step, each
        hidden unit of each row drops out with probability `dropout`, whatever becomes of the
        others; the units that are kept are divided by 1 - dropout. At a dropout of 1 none is kept.
        """
        self.train()
        optimizer = torch.optim.SGD(self.parameters(), lr)
        for _ in range(epochs):
            for x_batch, y_batch in zip(x.split(batch_size), y.split(batch_size), strict=True):
                self._step(x_batch, y_batch, optimizer)

    def overfit(
        self, x: Float[Tensor, "n features"], y: Int64[Tensor, "n"], steps: int, lr: float
    ) -> list[float]:
        """Take `steps` steps on one batch, all of x and y, and return the loss before each.

        Nothing holds the network back: no unit drops out.
        """
        self.eval()
        optimizer = torch.optim.SGD(self.parameters(), lr)
        return [self._step(x, y, optimizer) for _ in range(steps)]

    def _step(
        self,
        x: Float[Tensor, "n features"],
        y: Int64[Tensor, "n"],
        optimizer: torch.optim.Optimizer,
    ) -> float:
        """Take a step along the gradient of the mean cross-entropy; return the loss before it."""
        loss = F.cross_entropy(self(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()


def _linear(weight: Float[Tensor, "out in"], bias: Float[Tensor, "out"]) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer
