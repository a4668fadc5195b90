"""The RNN layer: one cell, run along whole sequences."""

import numpy as np
from jaxtyping import Float


def rnn_forward(
    x: Float[np.ndarray, "n t d"],
    h0: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "hidden d"],
    w_hh: Float[np.ndarray, "hidden hidden"],
    b_ih: Float[np.ndarray, "hidden"],
    b_hh: Float[np.ndarray, "hidden"],
) -> Float[np.ndarray, "n t hidden"]:
    """Read n sequences of t inputs each; return the hidden state after every step.

        hs[:, k] = tanh(x[:, k] W_ihᵀ + b_ih + hs[:, k − 1] W_hhᵀ + b_hh)

    At step 0, h0 takes the place of hs[:, k − 1]; it is not among the states returned. There may be
    thousands of steps, or none: then hs has the shape (n, 0, hidden).

    Numerics  right however large the arguments of tanh are; keeps the dtype
    Raises    ValueError if h0 does not have the shape (n, hidden)
    Speed     no Python loop over n, d or hidden (one over t is fine)
    Source    Elman 1990; Goodfellow, Bengio & Courville 2016, §10.2

    >>> x, h0 = np.array([[[1.0], [0.0]]]), np.array([[0.5]])
    >>> w_ih, w_hh, b = np.array([[1.0]]), np.array([[2.0]]), np.array([0.0])
    >>> rnn_forward(x, h0, w_ih, w_hh, b, b)
    array([[[0.96402758],
            [0.95857591]]])
    """
    raise NotImplementedError
