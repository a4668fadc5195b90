"""Five bugs in a training loop.

This program trains a small classifier and says how good it is. As handed out, it runs without an
error, but five bugs keep it from doing what its docstrings say.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


# TODO: find the five bugs and mend them; the docstrings are right.
class Classifier:
    """A linear layer, ReLU, dropout, and a second linear layer whose outputs are the logits.

    `weights` is [w1, b1, w2, b2], with w1 of shape (hidden, features) and w2 (classes, hidden).
    Each hidden unit of each row drops out with probability `dropout` in `fit`, and the units that
    are kept are divided by 1 - dropout; at a dropout of 1 none is kept. None drops out in
    `evaluate`, whichever method was called before. `lr` is the step size of plain gradient descent.
    x has the dtype of the weights, float32 or float64, and they keep it. No argument of a method is
    written into.
    """

    def __init__(self, weights: list[Tensor], dropout: float, lr: float) -> None:
        """Start from copies of `weights`."""
        hidden, features = weights[0].shape
        classes = len(weights[3])
        self.model = nn.Sequential(
            nn.Linear(features, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
            nn.Softmax(dim=1),
        ).to(weights[0].dtype)
        with torch.no_grad():
            for parameter, weight in zip(self.model.parameters(), weights, strict=True):
                parameter.copy_(weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)
        self.loss = nn.CrossEntropyLoss()

    def weights(self) -> list[Tensor]:
        """Return copies of the weights as they are now: [w1, b1, w2, b2]."""
        return [parameter.detach().clone() for parameter in self.model.parameters()]

    def fit(
        self,
        x: Float[Tensor, "n features"],
        y: Int[Tensor, "n"],
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[float]:
        """Train on the rows of x, whose classes are y; return the loss of each epoch.

        An epoch goes once through all rows, in a new order drawn from rng, in batches of
        `batch_size`; the last batch has the rows that are left over. Each batch makes one step
        along the gradient of its mean cross-entropy, and of nothing else. An epoch's loss is the
        mean over all rows of the cross-entropy, with dropout, before the step of their batch.
        """
        history = []
        for _ in range(epochs):
            order = torch.from_numpy(rng.permutation(len(x)))
            x = x[order]
            total = 0.0
            for start in range(0, len(x), batch_size):
                x_batch = x[start : start + batch_size]
                y_batch = y[start : start + batch_size]
                loss = self.loss(self.model(x_batch), y_batch)
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(x_batch)
            history.append(total / len(x))
        return history

    @torch.no_grad()
    def evaluate(
        self, x: Float[Tensor, "n features"], y: Int[Tensor, "n"], batch_size: int
    ) -> tuple[float, float]:
        """Return the mean cross-entropy over all rows and the accuracy, the share predicted right.

        The predicted class is that of the largest logit. Batches only save memory: `batch_size`
        does not change the result. The weights do not change.
        """
        losses, accuracies = [], []
        for start in range(0, len(x), batch_size):
            x_batch = x[start : start + batch_size]
            y_batch = y[start : start + batch_size]
            logits = self.model(x_batch)
            losses.append(self.loss(logits, y_batch).item())
            accuracies.append((logits.argmax(dim=1) == y_batch).double().mean().item())
        return sum(losses) / len(losses), sum(accuracies) / len(accuracies)
