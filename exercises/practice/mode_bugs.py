"""Four mix-ups of training and evaluation mode.

This program fine-tunes a network: a body that was trained before stays as it is, and a head on top
of it learns. As handed out it runs without an error, but in four places it trains or evaluates in
the wrong mode.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn


# TODO: find the four bugs and fix them; the docstrings are right.
class _Network(nn.Module):
    """The network of a FineTuner."""

    def __init__(self, weights: list[Tensor], dropout: float) -> None:
        super().__init__()
        hidden, features = weights[0].shape
        self.body = nn.Sequential(nn.Linear(features, hidden), nn.BatchNorm1d(hidden))
        self.norm = nn.BatchNorm1d(hidden)
        self.last = nn.Linear(hidden, len(weights[5]))
        self.dropout = dropout
        self.to(weights[0].dtype)
        self.body.requires_grad_(False)
        linear, norm = self.body
        own = [linear.weight, linear.bias, norm.running_mean, norm.running_var]
        with torch.no_grad():
            for tensor, weight in zip([*own, *self.last.parameters()], weights, strict=True):
                tensor.copy_(weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(torch.relu(self.body(x)))
        return self.last(F.dropout(x, self.dropout))


class FineTuner:
    """A frozen body, and a head that learns.

        body    z = batch norm(x w1ᵀ + b1), always by the statistics `mean` and `var`
        head    logits = dropout(batch norm(relu(z))) w2ᵀ + b2

    `weights` is [w1, b1, mean, var, w2, b2], in float32 or float64 as the rows are. Batch norms are
    those of torch; they start with gain 1 and shift 0, that of the head with mean 0 and variance 1.
    No argument is written into.

    Training and evaluation differ in the head. In training its batch norm uses the batch and
    updates its running statistics. Each unit of each row drops out with probability `dropout`,
    whatever becomes of the others; the units that are kept are divided by 1 - dropout. At a dropout
    of 1 none is kept. In evaluation the batch norm uses the running statistics, nothing drops out,
    and nothing changes. The body never changes.
    """

    def __init__(self, weights: list[Tensor], dropout: float, lr: float) -> None:
        """Start from copies of `weights`; `lr` is the step size of plain gradient descent."""
        self.model = _Network(weights, dropout)
        learning = [*self.model.norm.parameters(), *self.model.last.parameters()]
        self.optimizer = torch.optim.SGD(learning, lr=lr)

    def head(self) -> list[Tensor]:
        """Return copies of the head's [gain, shift, running mean, running variance, w2, b2]."""
        norm, last = self.model.norm, self.model.last
        parts = [norm.weight, norm.bias, norm.running_mean, norm.running_var]
        return [part.detach().clone() for part in [*parts, last.weight, last.bias]]

    def fit(
        self,
        x: Float[Tensor, "n features"],
        y: Int64[Tensor, "n"],
        x_new: Float[Tensor, "m features"],
        y_new: Int64[Tensor, "m"],
        epochs: int,
    ) -> list[float]:
        """Train in epochs of one step on all rows of x; return the loss on x_new after each."""
        history = []
        self.model.train()
        for _ in range(epochs):
            loss = F.cross_entropy(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            history.append(self.evaluate(x_new, y_new))
        return history

    @torch.no_grad()
    def evaluate(self, x: Float[Tensor, "n features"], y: Int64[Tensor, "n"]) -> float:
        """Return the mean cross-entropy of the rows of x in evaluation."""
        self.model.eval()
        return F.cross_entropy(self.model(x), y).item()

    @torch.no_grad()
    def predict(self, x: Float[Tensor, "n features"]) -> Float[Tensor, "n classes"]:
        """Return the logits of the rows of x in evaluation: each depends on its own row alone."""
        return self.model(x)
