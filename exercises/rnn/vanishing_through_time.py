"""Vanishing through time: how much of the first state is still felt, step after step.

Numerics  right for results from 1e-100 to 1e100, where no unit is near saturation (sums inside
          tanh of up to 5 in size); everything is in float64
Speed     no Python loop over d or hidden (one over t is fine)
Source    Hochreiter 1991; Bengio, Simard & Frasconi 1994; Gers, Schmidhuber & Cummins 2000
"""

import numpy as np
from jaxtyping import Float64


def rnn_sensitivity(
    x: Float64[np.ndarray, "t d"],
    h0: Float64[np.ndarray, "hidden"],
    w_ih: Float64[np.ndarray, "hidden d"],
    w_hh: Float64[np.ndarray, "hidden hidden"],
    b: Float64[np.ndarray, "hidden"],
) -> Float64[np.ndarray, "t"]:
    """Measure how strongly each state of a plain RNN depends on h0.

        hs[k] = tanh(W_ih x[k] + W_hh hs[k − 1] + b)          hs[−1] stands for h0
        sensitivity[k] = ‖∂hs[k] / ∂h0‖                       for k = 0, …, t − 1

    ∂hs[k]/∂h0 is the whole Jacobian, hidden × hidden, at the states that this x leads to.
    ‖J‖ is the spectral norm, the largest singular value: the most by which J stretches a vector.

    >>> w_hh = np.array([[0.0, 4.0], [0.5, 0.0]])
    >>> rnn_sensitivity(np.zeros((4, 1)), np.zeros(2), np.ones((2, 1)), w_hh, np.zeros(2))
    array([4., 2., 8., 4.])
    """
    raise NotImplementedError


def lstm_cell_path(forget_gates: Float64[np.ndarray, "t hidden"]) -> Float64[np.ndarray, "t"]:
    """Measure how strongly each cell state of an LSTM depends on c0, along the memory alone.

        cs[k] = forget_gates[k] ⊙ cs[k − 1] + new[k]          cs[−1] stands for c0
        path[k] = ‖∂cs[k] / ∂c0‖                              for k = 0, …, t − 1

    The gates, each from 0 to 1, and what is new in a step count as constants: that they depend on
    earlier states, through h, is ignored. The norm is the spectral one.

    >>> lstm_cell_path(np.array([[0.5, 0.8], [0.9, 0.5]]))
    array([0.8 , 0.45])
    >>> half, most = 1 / (1 + np.exp(-np.array([0.0, 3.0])))  # for forget biases of 0 and 3
    >>> [f"{lstm_cell_path(np.full((50, 1), gate))[-1]:.0e}" for gate in (half, most)]
    ['9e-16', '9e-02']
    """
    raise NotImplementedError
