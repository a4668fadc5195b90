"""The LSTM layer: one cell, run along whole sequences."""

import numpy as np
from jaxtyping import Float


def lstm_forward(
    x: Float[np.ndarray, "n t d"],
    h0: Float[np.ndarray, "n hidden"],
    c0: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "4*hidden d"],
    w_hh: Float[np.ndarray, "4*hidden hidden"],
    b_ih: Float[np.ndarray, "4*hidden"],
    b_hh: Float[np.ndarray, "4*hidden"],
) -> tuple[
    Float[np.ndarray, "n t hidden"], Float[np.ndarray, "n hidden"], Float[np.ndarray, "n hidden"]
]:
    """Read n sequences of t inputs each; return (hs, h_last, c_last).

    hs[:, k] is the hidden state after step k. h_last and c_last are the hidden state and the cell
    state after the last step. From h = h0 and c = c0 on, each step is

        z = x[:, k] W_ihᵀ + b_ih + h W_hhᵀ + b_hh         (n, 4·hidden)
        c ← σ(z_f) ⊙ c + σ(z_i) ⊙ tanh(z_g)
        h ← σ(z_o) ⊙ tanh(c)

    The columns of z are four blocks of `hidden` each, in this order: z_i, z_f, z_g, z_o. σ is the
    sigmoid, 1 / (1 + exp(−z)). There may be thousands of steps, or none: then hs has the shape
    (n, 0, hidden), and the last states equal h0 and c0.

    Numerics  right however large z is (a gate need only be accurate to within the spacing of floats
              near 1); keeps the dtype
    Raises    ValueError if h0 or c0 does not have the shape (n, hidden)
    Speed     no Python loop over n, d or hidden (one over t is fine)
    Source    Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (the forget gate)

    >>> x, h0, c0 = np.ones((1, 3, 2)), np.ones((1, 1)), np.array([[8.0]])
    >>> w_ih, w_hh, b = np.zeros((4, 2)), np.zeros((4, 1)), np.zeros(4)
    >>> hs, h_last, c_last = lstm_forward(x, h0, c0, w_ih, w_hh, b, b)
    >>> c_last
    array([[1.]])
    """
    (n, t, _), hidden = x.shape, w_hh.shape[1]
    for name, state in (("h0", h0), ("c0", c0)):
        if state.shape != (n, hidden):
            raise ValueError(f"{name} has shape {state.shape}, expected {(n, hidden)}")
    # The inputs' part waits for no state, so one product makes it for all steps.
    from_x = x @ w_ih.T + (b_ih + b_hh)  # (n, t, 4·hidden)
    hs = np.empty((n, t, hidden), x.dtype)
    # Copies: without steps, they are what is returned.
    h, c = h0.copy(), c0.copy()
    for k in range(t):
        z = from_x[:, k] + h @ w_hh.T
        i, f, g, o = np.split(z, 4, axis=1)  # (n, 4·hidden) -> four times (n, hidden)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        hs[:, k] = h
    return hs, h, c


def _sigmoid(z: np.ndarray) -> np.ndarray:
    # exp(z) / (1 + exp(z)) for negative z, 1 / (1 + exp(-z)) for the others: nothing overflows.
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
