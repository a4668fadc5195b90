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
    for name, grad in (("grad_h", grad_h), ("grad_c", grad_c)):
        if grad.shape != h.shape:
            raise ValueError(f"{name} has shape {grad.shape}, expected {h.shape}")
    z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)  # (n, 4·hidden) -> four times (n, hidden)
    i, f, g, o = _sigmoid(z_i), _sigmoid(z_f), np.tanh(z_g), _sigmoid(z_o)
    shown = np.tanh(f * c + i * g)

    # Two ways lead to the memory: straight from the next step, and through h′.
    grad_memory = grad_c + grad_h * o * (1 - shown**2)
    grad_i = grad_memory * g * i * (1 - i)
    grad_f = grad_memory * c * f * (1 - f)
    grad_g = grad_memory * i * (1 - g**2)
    grad_o = grad_h * shown * o * (1 - o)
    grad_z = np.hstack([grad_i, grad_f, grad_g, grad_o])
    grad_b = grad_z.sum(axis=0)
    return (
        grad_z @ w_ih,
        grad_z @ w_hh,
        grad_memory * f,
        grad_z.T @ x,
        grad_z.T @ h,
        grad_b,
        grad_b.copy(),
    )


def _sigmoid(z: np.ndarray) -> np.ndarray:
    # exp(z) / (1 + exp(z)) for negative z, 1 / (1 + exp(-z)) for the others: nothing overflows.
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
