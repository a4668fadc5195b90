"""Freezing the backbone: train a new head on the features of a network that stays as it is."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor


class Transfer:
    """A pretrained backbone, frozen, and a new head, the only part that is trained.

        features = relu(gain · (x Wᵀ + b − mean) / √(var + 1e-5) + shift)
        logits   = features Vᵀ + c

    `backbone` holds W as "weight", b as "bias", and "gain", "shift", "mean" and "var", those of a
    batch norm; all may be nn.Parameters. Its mean and var are used in training too, and nothing in
    the backbone ever changes. V and c start at 0. All arrays and results share one dtype.

    Numerics  right for logits of any size
    Source    Yosinski, Clune, Bengio & Lipson 2014 (frozen features)

    >>> backbone = {"weight": torch.eye(2), "bias": torch.zeros(2)}
    >>> backbone |= {"gain": torch.ones(2), "shift": torch.zeros(2)}
    >>> backbone |= {"mean": torch.tensor([0.0, 6.0]), "var": torch.ones(2)}
    >>> transfer = Transfer(backbone, 2)
    >>> transfer.features(torch.tensor([[3.0, 4.0]])).round(decimals=3)
    tensor([[3., 0.]])
    >>> [round(loss, 3) for loss in transfer.fit(torch.ones(1, 2), torch.tensor([1]), 2, 1.0)]
    [0.693, 0.127]
    """

    def __init__(self, backbone: dict[str, Tensor], n_classes: int) -> None:
        """Start from copies of the backbone's arrays, and a head for n_classes."""
        self._backbone = {name: array.detach().clone() for name, array in backbone.items()}
        weight = backbone["weight"]
        shapes = (n_classes, len(weight)), (n_classes,)
        self._head = [torch.zeros(shape, dtype=weight.dtype) for shape in shapes]
        for part in self._head:
            part.requires_grad_()

    def features(self, x: Float[Tensor, "n d"]) -> Float[Tensor, "n hidden"]:
        """Return the features of the rows of x; those of a row depend on no other row."""
        own = self._backbone
        z = F.linear(x, own["weight"], own["bias"])
        # Without training=True, by the statistics that were saved, also while the head is trained.
        return torch.relu(
            F.batch_norm(z, own["mean"], own["var"], own["gain"], own["shift"], eps=1e-5)
        )

    def fit(
        self,
        x: Float[Tensor, "n d"],
        y: Int64[Tensor, "n"],
        steps: int,
        lr: float,
        weight_decay: float = 0.0,
    ) -> list[float]:
        """Train the head on all rows at once; return the mean cross-entropy before each step.

        A step moves V by −lr · (gradient of the mean cross-entropy + weight_decay · V), and c by
        the same rule. A later `fit` goes on from there.
        """
        features = self.features(x)  # They stay the same in all steps.
        optimizer = torch.optim.SGD(self._head, lr, weight_decay=weight_decay)
        losses = []
        for _ in range(steps):
            loss = F.cross_entropy(F.linear(features, *self._head), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    def backbone(self) -> dict[str, Tensor]:
        """Return copies of the backbone's arrays as they are now, by the names they were given."""
        return {name: array.clone() for name, array in self._backbone.items()}

    def head(self) -> list[Tensor]:
        """Return copies of V and c as they are now: [V, c]."""
        return [part.detach().clone() for part in self._head]
