"""LoRA: fine-tune a frozen linear layer by training an update of low rank."""

import numpy as np
from jaxtyping import Float


class LoRALinear:
    """A linear layer whose weight is frozen, and an update of low rank that is trained instead.

        y = x Wᵀ + bias + s · x Aᵀ Bᵀ        s = alpha / rank

    W is `weight`; A and B are the attributes `a` (rank, in) and `b` (out, rank): training assigns
    new arrays to them between calls. All arrays share one dtype (float16, float32 or float64), and
    so do the results.

    Speed     forward and backward make no array of W's size, such as B A, unless x or y is that
              large, and loop over no axis in Python
    Source    Hu et al. 2022, §4.1
    """

    def __init__(
        self,
        weight: Float[np.ndarray, "out in"],
        bias: Float[np.ndarray, "out"],
        rank: int,
        alpha: float,
        rng: np.random.Generator,
    ) -> None:
        """Keep weight and bias; `b` starts at 0, `a` as normal numbers of mean 0, variance 1 / in.

        Raises    ValueError if rank is below 1
        """
        self.weight = weight
        self.bias = bias
        raise NotImplementedError

    def forward(self, x: Float[np.ndarray, "*batch in"]) -> Float[np.ndarray, "*batch out"]:
        """Return y.

        >>> layer = LoRALinear(np.eye(2), np.ones(2), 1, alpha=3.0, rng=np.random.default_rng(0))
        >>> layer.a, layer.b = np.array([[1.0, 0.0]]), np.array([[0.0], [2.0]])
        >>> layer.forward(np.array([5.0, 7.0]))
        array([ 6., 38.])
        """
        raise NotImplementedError

    def backward(
        self, grad_y: Float[np.ndarray, "*batch out"], x: Float[np.ndarray, "*batch in"]
    ) -> tuple[
        Float[np.ndarray, "*batch in"], Float[np.ndarray, "rank in"], Float[np.ndarray, "out rank"]
    ]:
        """Return the gradients with respect to x, a and b; `grad_y` is that with respect to y.

        y is forward(x) with the present a and b; their gradients are summed over the batch axes.
        """
        raise NotImplementedError

    def merged(self) -> Float[np.ndarray, "out in"]:
        """Return a new array: the weight of a plain layer that, with this bias, does the same."""
        raise NotImplementedError
