"""The GRU cell: a gated memory with one state and three blocks."""

import numpy as np
from jaxtyping import Float


def gru_cell(
    x: Float[np.ndarray, "n d"],
    h: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "3*hidden d"],
    w_hh: Float[np.ndarray, "3*hidden hidden"],
    b_ih: Float[np.ndarray, "3*hidden"],
    b_hh: Float[np.ndarray, "3*hidden"],
) -> Float[np.ndarray, "n hidden"]:
    """Read one input for each of n ≥ 0 sequences; return their next hidden states, h′.

        u  = x W_ihᵀ + b_ih      v  = h W_hhᵀ + b_hh      (n, 3·hidden) each
        r  = σ(u_r + v_r)        z  = σ(u_z + v_z)
        g  = tanh(u_g + r ⊙ v_g)
        h′ = (1 − z) ⊙ g + z ⊙ h

    The columns of u, and those of v, are three blocks of `hidden` each, in this order: r, z, g
    (reset gate, update gate, candidate). As in torch, r multiplies v_g, b_hh's share of it
    included; in the paper, it multiplies h before W_hh does. σ(a) is the sigmoid,
    1 / (1 + exp(−a)).

    Numerics  right however large u and v are (a gate need only be accurate to within the spacing of
              floats near 1); keeps the dtype
    Raises    ValueError if the shapes do not fit together as above: nothing is broadcast
    Speed     no Python loop over n, d or hidden
    Source    Cho et al. 2014, §2.3

    >>> x, h = np.ones((1, 2)), np.array([[6.0]])
    >>> w_ih, w_hh, b = np.zeros((3, 2)), np.zeros((3, 1)), np.zeros(3)
    >>> gru_cell(x, h, w_ih, w_hh, b, b)
    array([[3.]])
    """
    (n, d), hidden = x.shape, h.shape[-1]
    _check_shape("h", h, (n, hidden))
    _check_shape("w_ih", w_ih, (3 * hidden, d))
    _check_shape("w_hh", w_hh, (3 * hidden, hidden))
    _check_shape("b_ih", b_ih, (3 * hidden,))
    _check_shape("b_hh", b_hh, (3 * hidden,))

    u, v = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    u_r, u_z, u_g = np.split(u, 3, axis=1)  # (n, 3·hidden) -> three times (n, hidden)
    v_r, v_z, v_g = np.split(v, 3, axis=1)
    r = _sigmoid(u_r + v_r)
    z = _sigmoid(u_z + v_z)
    g = np.tanh(u_g + r * v_g)
    return (1 - z) * g + z * h


def _sigmoid(a: np.ndarray) -> np.ndarray:
    # exp(a) / (1 + exp(a)) for negative a, 1 / (1 + exp(-a)) for the others: nothing overflows.
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))


def _check_shape(name: str, array: np.ndarray, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
