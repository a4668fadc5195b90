"""Backpropagation through time: the gradients of an RNN layer."""

import numpy as np
from jaxtyping import Float


def rnn_backward(
    grad_hs: Float[np.ndarray, "n t hidden"],
    x: Float[np.ndarray, "n t d"],
    h0: Float[np.ndarray, "n hidden"],
    w_ih: Float[np.ndarray, "hidden d"],
    w_hh: Float[np.ndarray, "hidden hidden"],
    b_ih: Float[np.ndarray, "hidden"],
    b_hh: Float[np.ndarray, "hidden"],
) -> tuple[
    Float[np.ndarray, "n t d"],
    Float[np.ndarray, "n hidden"],
    Float[np.ndarray, "hidden d"],
    Float[np.ndarray, "hidden hidden"],
    Float[np.ndarray, "hidden"],
    Float[np.ndarray, "hidden"],
]:
    """Turn the loss's gradient with respect to all states into those with respect to all inputs.

    The states are those of an RNN layer with t ≥ 1 steps; h0 stands in for the state before the
    first:

        hs[:, k] = tanh(x[:, k] W_ihᵀ + b_ih + hs[:, k − 1] W_hhᵀ + b_hh)

    grad_hs[:, k] is what the loss gives to hs[:, k] directly; add what flows back from later
    states. Returns the exact gradients of x, h0, w_ih, w_hh, b_ih and b_hh, in this order: those of
    weights and biases are summed over the batch and over all steps, none is truncated or clipped.

    Numerics  right however large the arguments of tanh are; keeps the dtype
    Raises    ValueError if grad_hs does not have the shape (n, t, hidden)
    Speed     no Python loop over n, d or hidden (one over t is fine)
    Source    Werbos 1990; Goodfellow, Bengio & Courville 2016, §10.2.2

    >>> x, h0, one, b = np.zeros((1, 3, 1)), np.zeros((1, 1)), np.array([[1.0]]), np.zeros(1)
    >>> grads = rnn_backward(np.array([[[1.0], [10.0], [100.0]]]), x, h0, one, 0.5 * one, b, b)
    >>> grads[0]
    array([[[ 31.],
            [ 60.],
            [100.]]])
    """
    (n, t, _), hidden = x.shape, len(w_hh)
    if grad_hs.shape != (n, t, hidden):
        raise ValueError(f"grad_hs has shape {grad_hs.shape}, expected {(n, t, hidden)}")
    from_x = x @ w_ih.T + (b_ih + b_hh)
    states = np.empty((n, t + 1, hidden), x.dtype)  # h0, then the state after each step
    states[:, 0] = h0
    for k in range(t):
        states[:, k + 1] = np.tanh(from_x[:, k] + states[:, k] @ w_hh.T)
    before, after = states[:, :-1], states[:, 1:]

    grad_z = np.empty_like(after)
    grad_h = np.zeros_like(h0)  # what the step after this one sends back
    for k in reversed(range(t)):
        grad_z[:, k] = (grad_hs[:, k] + grad_h) * (1 - after[:, k] ** 2)
        grad_h = grad_z[:, k] @ w_hh
    # All steps share the weights, so their gradients add up, as those of the batch do.
    grad_w_ih = np.einsum("nth,ntd->hd", grad_z, x, optimize=True)
    grad_w_hh = np.einsum("nth,ntj->hj", grad_z, before, optimize=True)
    grad_b = grad_z.sum(axis=(0, 1))
    return grad_z @ w_ih, grad_h, grad_w_ih, grad_w_hh, grad_b, grad_b.copy()
