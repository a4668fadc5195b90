"""The multilayer perceptron, forward: linear layers with an activation between them."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float


def mlp_forward(
    x: Float[np.ndarray, "*batch in"],
    layers: Sequence[tuple[Float[np.ndarray, "_to _from"], Float[np.ndarray, "_to"]]],
    activation: Callable[[np.ndarray], np.ndarray],
) -> Float[np.ndarray, "*batch out"]:
    """Send x through linear layers, with the activation between them.

        h₀ = x
        hₗ = activation(hₗ₋₁ Wₗᵀ + bₗ)        for l = 1, …, L − 1
        y  = h_L₋₁ W_Lᵀ + b_L                 the last layer has no activation

    `layers` is the list [(W₁, b₁), …, (W_L, b_L)]. Wₗ has the shape (to, from) and bₗ the shape
    (to,); a layer's `to` is the next one's `from`. The same layer may appear in the list twice.
    x has any number of leading batch axes (or none), each of any length (also 0). `activation`
    works entry by entry, on arrays of any shape, and keeps their dtype.

    Numerics  keeps the arguments' dtype
    Raises    ValueError if there are no layers, or if a shape does not fit: nothing is broadcast
    Speed     no Python loop over any axis of an array; L − 1 calls of `activation`
    Source    Goodfellow, Bengio & Courville 2016, §6.5.4 (with an activation at the end too)

    >>> layers = [(np.array([[1.0, 1.0], [1.0, -1.0]]), np.zeros(2)),
    ...           (np.array([[2.0, 5.0]]), np.array([-9.0]))]
    >>> mlp_forward(np.array([1.0, 2.0]), layers, lambda z: np.maximum(z, 0))
    array([-3.])
    """
    if not layers:
        raise ValueError("layers is empty: there should be one layer or more")
    h = x
    for i, (w, b) in enumerate(layers):
        if w.ndim != 2 or h.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]:
            raise ValueError(
                f"layers[{i}] has w of shape {w.shape} and b of shape {b.shape}, which do not fit "
                f"an input of shape {h.shape}: expected (to, from) and (to,) for (*batch, from)"
            )
        z = h @ w.T + b
        h = z if i == len(layers) - 1 else activation(z)
    return h
