"""The feed-forward network of a transformer block, in its two usual forms.

The same weights are applied to each position, a vector along the last axis of x, separately. x has
any number of batch axes, of length 1 or more, or none. `gelu` and `silu` are your own, from the
kata basics/gelu; gelu may loop, so feed_forward has no Speed line.

    Numerics  keeps the dtype, the same for all arrays
"""

import numpy as np
from jaxtyping import Float

from exercises.basics.gelu import gelu, silu


def feed_forward(
    x: Float[np.ndarray, "*batch d"],
    w1: Float[np.ndarray, "hidden d"],
    b1: Float[np.ndarray, "hidden"],
    w2: Float[np.ndarray, "d hidden"],
    b2: Float[np.ndarray, "d"],
) -> Float[np.ndarray, "*batch d"]:
    """Pass every position through two linear layers, with the exact GELU between them.

        y = gelu(x W₁ᵀ + b₁) W₂ᵀ + b₂

    Source    Vaswani et al. 2017, §3.3 (there with ReLU)

    >>> feed_forward(np.array([[1.0], [-1.0]]), np.eye(1), np.zeros(1), 2 * np.eye(1), np.ones(1))
    array([[2.68268949],
           [0.68268949]])
    """
    hidden = gelu(x @ w1.T + b1)
    return hidden @ w2.T + b2


def swiglu(
    x: Float[np.ndarray, "*batch d"],
    w_gate: Float[np.ndarray, "hidden d"],
    w_up: Float[np.ndarray, "hidden d"],
    w_down: Float[np.ndarray, "d hidden"],
) -> Float[np.ndarray, "*batch d"]:
    """Gate one linear map of x by the SiLU of another, entry by entry, then map back to width d.

        y = (silu(x W_gateᵀ) ⊙ (x W_upᵀ)) W_downᵀ

    There are no biases.

    Speed     no Python loop over any axis
    Source    Shazeer 2020, §2 (FFN_SwiGLU); Touvron et al. 2023 (LLaMA), §2.2

    >>> swiglu(np.array([[1.0]]), np.array([[1.0]]), np.array([[3.0]]), np.array([[10.0]]))
    array([[21.93175736]])
    """
    gate = silu(x @ w_gate.T)
    up = x @ w_up.T
    return (gate * up) @ w_down.T
