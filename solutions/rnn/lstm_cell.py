"""The LSTM cell: one step of a gated memory."""

import numpy as np
from jaxtyping import Float


def lstm_cell(
    x: Float[np.ndarray, "n d"],
    h: Float[np.ndarray, "n hidden"],
    c: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "4*hidden d"],
    w_hh: Float[np.ndarray, "4*hidden hidden"],
    b_ih: Float[np.ndarray, "4*hidden"],
    b_hh: Float[np.ndarray, "4*hidden"],
) -> tuple[Float[np.ndarray, "n hidden"], Float[np.ndarray, "n hidden"]]:
    """Read one input; return the next hidden state and the next cell state, (h′, c′).

        z  = x W_ihᵀ + b_ih + h W_hhᵀ + b_hh      (n, 4·hidden)
        c′ = σ(z_f) ⊙ c + σ(z_i) ⊙ tanh(z_g)
        h′ = σ(z_o) ⊙ tanh(c′)

    The columns of z are four blocks of `hidden` each, in this order: z_i, z_f, z_g, z_o (input
    gate, forget gate, candidate, output gate). σ is the sigmoid, 1 / (1 + exp(−z)).

    Numerics  right however large z and c are (a gate need only be accurate to within the spacing of
              floats near 1), without overflow, division or invalid-value warnings; keeps the dtype
    Raises    ValueError if the shapes do not fit together as above: nothing is broadcast
    Speed     no Python loop over n, d or hidden
    Source    Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (the forget gate)

    >>> x, h, c = np.ones((1, 2)), np.ones((1, 1)), np.array([[6.0]])
    >>> w_ih, w_hh, b = np.zeros((4, 2)), np.zeros((4, 1)), np.zeros(4)
    >>> h_next, c_next = lstm_cell(x, h, c, w_ih, w_hh, b, b)
    >>> c_next
    array([[3.]])
    """
    (n, d), hidden = x.shape, h.shape[-1]
    _check_shape("h", h, (n, hidden))
    _check_shape("c", c, (n, hidden))
    _check_shape("w_ih", w_ih, (4 * hidden, d))
    _check_shape("w_hh", w_hh, (4 * hidden, hidden))
    _check_shape("b_ih", b_ih, (4 * hidden,))
    _check_shape("b_hh", b_hh, (4 * hidden,))

    z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)
    i, f, g, o = np.split(z, 4, axis=1)  # (n, 4·hidden) -> four times (n, hidden)
    c_next = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    h_next = _sigmoid(o) * np.tanh(c_next)
    return h_next, c_next


def _sigmoid(z: np.ndarray) -> np.ndarray:
    # exp(z) / (1 + exp(z)) for negative z, 1 / (1 + exp(-z)) for the others: no exponent is
    # above 0, so nothing overflows.
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def _check_shape(name: str, array: np.ndarray, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
