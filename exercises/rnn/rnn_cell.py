"""The RNN cell: one step of a plain recurrent network."""

import numpy as np
from jaxtyping import Float


def rnn_cell(
    x: Float[np.ndarray, "n d"],
    h: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "hidden d"],
    w_hh: Float[np.ndarray, "hidden hidden"],
    b_ih: Float[np.ndarray, "hidden"],
    b_hh: Float[np.ndarray, "hidden"],
) -> Float[np.ndarray, "n hidden"]:
    """Read one input for each of n ≥ 0 sequences; return their next hidden states, h′.

        h′ = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh)

    Numerics  right however large the argument of tanh is; keeps the dtype
    Raises    ValueError if the shapes do not fit together as above: nothing is broadcast
    Speed     no Python loop over n, d or hidden
    Source    Elman 1990; Goodfellow, Bengio & Courville 2016, §10.2

    >>> x, h = np.array([[1.0, 2.0]]), np.array([[0.5]])
    >>> w_ih, w_hh = np.array([[3.0, -1.0]]), np.array([[-4.0]])
    >>> rnn_cell(x, h, w_ih, w_hh, b_ih=np.array([1.75]), b_hh=np.array([0.25]))
    array([[0.76159416]])
    """
    raise NotImplementedError
