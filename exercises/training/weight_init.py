"""Weight initialization: Xavier and Kaiming, each from a uniform and from a normal distribution.

`shape` is that of a layer's weight, (out, in, *kernel): with two axes a linear layer, with more a
convolution. All sizes are 1 or more. The weights are float64, independent of each other, have mean
0, and get all their randomness from `rng`. Normal distributions are not truncated.

    Xavier's standard deviation      std = gain · √(2 / (fan_in + fan_out)),  gain ≥ 0
    Kaiming's standard deviation     std = √(2 / fan_in),  for ReLU

As in torch.nn.init, with mode "fan_in"; torch's own layers start from none of these.

    Raises    ValueError if `shape` has fewer than two axes
    Speed     no Python loop over any axis
    Source    Glorot & Bengio 2010, eq. 12, 16; He, Zhang, Ren & Sun 2015, eq. 10
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return (fan_in, fan_out): the number of weights into one output, and out of one input.

    With k the product of the kernel's sizes (1 without a kernel), each output of a weight (out, in,
    *kernel) has in · k weights, and each input out · k.

    >>> fans((6, 3, 5, 5))
    (75, 150)
    """
    raise NotImplementedError


def xavier_uniform(
    shape: Sequence[int], rng: np.random.Generator, gain: float = 1.0
) -> Float[np.ndarray, "..."]:
    """Draw weights from a uniform distribution around 0, with Xavier's standard deviation.

    >>> bool(np.abs(xavier_uniform((4, 2), np.random.default_rng(0))).max() <= 1.0)
    True
    """
    raise NotImplementedError


def xavier_normal(
    shape: Sequence[int], rng: np.random.Generator, gain: float = 1.0
) -> Float[np.ndarray, "..."]:
    """Draw weights from a normal distribution with Xavier's standard deviation."""
    raise NotImplementedError


def kaiming_uniform(shape: Sequence[int], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Draw weights from a uniform distribution around 0, with Kaiming's standard deviation."""
    raise NotImplementedError


def kaiming_normal(shape: Sequence[int], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Draw weights from a normal distribution with Kaiming's standard deviation."""
    raise NotImplementedError
