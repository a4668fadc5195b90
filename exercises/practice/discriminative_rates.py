"""Discriminative rates: in fine-tuning, the lower a layer the smaller its steps."""

from collections.abc import Sequence
from typing import Any

import torch


def parameter_groups(
    layers: Sequence[dict[str, torch.Tensor]], lr: float, decay: float, weight_decay: float
) -> list[dict[str, Any]]:
    """Group the parameters of a network for an optimizer, with a rate for each layer.

        rate of layer i = lr · decay^(last − i)         layer 0 is next to the input

    `layers[i]` holds the parameters of layer i by name. No name is used twice. A layer without
    parameters, {}, counts as one too. There may be no layers, and then there are no groups.

    A group is {"names": list, "lr": float, "weight_decay": float}. It names the parameters of one
    layer and one kind: those with two axes or more get `weight_decay`, the others, such as biases
    and the gains of norms, get 0.0. The kinds stay apart even if `weight_decay` is 0.

    Order     groups go from layer 0 up, in each layer the one with `weight_decay` first; names are
              in the layer's order, and no group is empty
    Tied      one tensor that stands in the layers under several names is in one group only, under
              the first of them
    Raises    ValueError unless 0 < decay ≤ 1
    Source    Howard & Ruder 2018, §3.2; Loshchilov & Hutter 2019 (weight decay)

    >>> head = {"head.w": torch.ones(3, 4), "head.b": torch.ones(3)}
    >>> layers = [{"embed": torch.ones(9, 4)}, head]
    >>> for group in parameter_groups(layers, 0.5, 0.25, 0.1):
    ...     print(group["names"], group["lr"], group["weight_decay"])
    ['embed'] 0.125 0.1
    ['head.w'] 0.5 0.1
    ['head.b'] 0.5 0.0
    """
    raise NotImplementedError
