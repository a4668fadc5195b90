"""Four bugs that turn a loss into nan.

This program classifies sets of vectors: attention averages the items of a set, and the average is
compared with a vector for each class. On most batches it is right. But as handed out, four bugs,
each independent of the others, let a single unusual row turn the loss or a gradient into inf or
nan.

The floats of a call share one dtype, float32 or float64, and so do the results.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


# TODO: find the four bugs and fix them; the docstrings are right.
def masked_softmax(scores: Float[Tensor, "n t"], mask: Bool[Tensor, "n t"]) -> Float[Tensor, "n t"]:
    """Return each row's softmax over the entries where mask is True; all others get 0.

    A row without any True gets zeros. Scores lie within ±1e4. t may be 0.
    """
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1)


def unit_rows(x: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Scale each row to length 1. A row of zeros stays as it is.

    Other rows have lengths from 1e-6 to 1e6.
    """
    return x / (x * x).sum(dim=1, keepdim=True).sqrt()


def cross_entropy(logits: Float[Tensor, "n c"], labels: Int[Tensor, "n"]) -> Float[Tensor, ""]:
    """Return the mean of −log softmax(logits)[label] over the rows that have a label.

    A label of -1 says that the row has none. If no row has one, the loss is 0. It is exact for
    logits within ±1000. n may be 0.
    """
    known = labels != -1
    probabilities = torch.softmax(logits, dim=1)
    losses = -torch.log(probabilities[torch.arange(len(labels)), labels])
    return losses[known].sum() / known.sum()


def loss_and_gradients(
    query: Float[Tensor, "d"],
    classes: Float[Tensor, "c d"],
    items: Float[Tensor, "n t d"],
    mask: Bool[Tensor, "n t"],
    labels: Int[Tensor, "n"],
    temperature: float,
) -> tuple[float, list[Tensor]]:
    """Return the loss of a batch, and its gradients with respect to query and classes.

        weights = masked_softmax(items · query, mask)
        pooled  = Σₜ weights[t] · items[t]                         one vector for each set
        logits  = unit_rows(pooled) unit_rows(classes)ᵀ / temperature
        loss    = cross_entropy(logits, labels)

    All are finite for temperatures from 1e-3 on, also where sets have no items, or only items that
    are all zeros, and where rows have no label. Such a row adds nothing to the gradients. No
    class's vector is zero.
    """
    parameters = [parameter.clone().requires_grad_() for parameter in (query, classes)]
    query, classes = parameters
    weights = masked_softmax(items @ query, mask)
    pooled = (weights[:, :, None] * items).sum(dim=1)
    logits = unit_rows(pooled) @ unit_rows(classes).T / temperature
    loss = cross_entropy(logits, labels)
    return loss.item(), list(torch.autograd.grad(loss, parameters))
