"""The bidirectional RNN: every state knows the past, and the future too."""

import numpy as np
from jaxtyping import Float, Integer

Weights = tuple[  # w_ih, w_hh, b_ih and b_hh
    Float[np.ndarray, "hidden d"],
    Float[np.ndarray, "hidden hidden"],
    Float[np.ndarray, "hidden"],
    Float[np.ndarray, "hidden"],
]


def bidirectional(
    x: Float[np.ndarray, "n t d"],
    lengths: Integer[np.ndarray, "n"],
    forward: Weights,
    backward: Weights,
) -> Float[np.ndarray, "n t 2*hidden"]:
    """Read each sequence in both directions; return the two states of every step side by side.

    lengths[i], from 0 to t, says how many steps of x[i] are real; n is 1 or more. What stands after
    them, the padding, may be anything, even nan, and has no effect. For a real step k, the result
    holds

        [:, k, :hidden]    the state after x[:, 0], …, x[:, k] have been read, in this order
        [:, k, hidden:]    the state after x[:, last], …, x[:, k] have been read, in this order,
                           where `last` is the sequence's own last real step

    At padded steps it is 0. Each direction has weights of its own, (w_ih, w_hh, b_ih, b_hh), and
    starts from zeros. A step is that of a plain RNN:

        h ← tanh(x[:, k] W_ihᵀ + b_ih + h W_hhᵀ + b_hh)

    Numerics  right however large the arguments of tanh are; keeps the dtype
    Speed     no Python loop over n, d or hidden (one over t is fine)
    Source    Schuster & Paliwal 1997

    >>> one, b = np.array([[1.0]]), np.zeros(1)
    >>> x = np.arctanh(np.array([[[0.5], [0.0]]]))
    >>> bidirectional(x, np.array([1]), (one, one, b, b), (-one, one, b, b))
    array([[[ 0.5, -0.5],
            [ 0. ,  0. ]]])
    """
    raise NotImplementedError
