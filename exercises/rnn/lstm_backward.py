"""The backward pass of an LSTM cell."""

import numpy as np
from jaxtyping import Float


def lstm_cell_backward(
    grad_h: Float[np.ndarray, "n hidden"],
    grad_c: Float[np.ndarray, "n hidden"],
    x: Float[np.ndarray, "n d"],
    h: Float[np.ndarray, "n hidden"],
    c: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "4*hidden d"],
    w_hh: Float[np.ndarray, "4*hidden hidden"],
    b_ih: Float[np.ndarray, "4*hidden"],
    b_hh: Float[np.ndarray, "4*hidden"],
) -> tuple[
    Float[np.ndarray, "n d"],
    Float[np.ndarray, "n hidden"],
    Float[np.ndarray, "n hidden"],
    Float[np.ndarray, "4*hidden d"],
    Float[np.ndarray, "4*hidden hidden"],
    Float[np.ndarray, "4*hidden"],
    Float[np.ndarray, "4*hidden"],
]:
    """Turn the loss's gradients with respect to h′ and c′ into those with respect to all inputs.

        z  = x W_ihᵀ + b_ih + h W_hhᵀ + b_hh      four blocks of columns: z_i, z_f, z_g, z_o
        c′ = σ(z_f) ⊙ c + σ(z_i) ⊙ tanh(z_g)
        h′ = σ(z_o) ⊙ tanh(c′)

    `grad_h` belongs to h′. `grad_c` is what comes to c′ from the next step; add what flows back
    through h′. Returns the gradients of x, h, c, w_ih, w_hh, b_ih and b_hh, in this order, those of
    weights and biases summed over the batch.

    Numerics  right however large z is (a gate need only be accurate to within the spacing of floats
              near 1); keeps the dtype
    Raises    ValueError if grad_h or grad_c does not have the shape (n, hidden)
    Speed     no Python loop over n, d or hidden
    Source    Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (the forget gate)

    >>> one, w, b = np.array([[1.0]]), np.zeros((4, 1)), np.zeros(4)
    >>> grads = lstm_cell_backward(0 * one, one, one, one, 8 * one, w, w, b, b)
    >>> grads[2], grads[5]
    (array([[0.5]]), array([0. , 2. , 0.5, 0. ]))
    """
    raise NotImplementedError
