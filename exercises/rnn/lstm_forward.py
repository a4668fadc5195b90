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
    raise NotImplementedError
