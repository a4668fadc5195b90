import numpy as np

from kata.attempts import right, slip
from solutions.rnn.backprop_through_time import rnn_backward


@right(rnn_backward)
def with_sums_that_grow_on_the_way_back(grad_hs, x, h0, w_ih, w_hh, b_ih, b_hh):
    n, t, _ = x.shape
    if grad_hs.shape != (n, t, *b_hh.shape):
        raise ValueError("grad_hs does not fit")
    states = [h0]
    for k in range(t):
        states.append(np.tanh(x[:, k] @ w_ih.T + b_ih + states[-1] @ w_hh.T + b_hh))
    grads = [np.zeros_like(array) for array in (x, h0, w_ih, w_hh, b_ih, b_hh)]
    for k in range(t - 1, -1, -1):
        grad_h = grads[1] + grad_hs[:, k]
        grad_z = grad_h - grad_h * states[k + 1] * states[k + 1]
        grads[0][:, k] = grad_z @ w_ih
        grads[1] = grad_z @ w_hh
        grads[2] += grad_z.T @ x[:, k]
        grads[3] += grad_z.T @ states[k]
        grads[4] += grad_z.sum(0)
        grads[5] += grad_z.sum(0)
    return tuple(grads)


@right(rnn_backward)
def with_time_and_units_first(grad_hs, x, h0, w_ih, w_hh, b_ih, b_hh):
    if grad_hs.shape != (*x.shape[:2], len(w_hh)):
        raise ValueError("grad_hs does not fit")
    inputs, grads = x.transpose(1, 2, 0), grad_hs.transpose(1, 2, 0)  # (t, units, n)
    states = [h0.T]
    for one in inputs:
        states.append(np.tanh(w_ih @ one + w_hh @ states[-1] + (b_ih + b_hh)[:, None]))
    back, grad_zs = np.zeros_like(h0.T), []
    for state, grad in zip(states[:0:-1], grads[::-1], strict=True):
        grad_zs.insert(0, (grad + back) * (1 - state) * (1 + state))
        back = w_hh.T @ grad_zs[0]
    zs = np.array(grad_zs)
    grad_x = np.ascontiguousarray(np.einsum("tjn,jd->ntd", zs, w_ih))
    grad_w_ih = (zs @ x.transpose(1, 0, 2)).sum(axis=0)
    grad_w_hh = (zs @ np.array(states[:-1]).swapaxes(1, 2)).sum(axis=0)
    grad_b = zs.sum(axis=2).sum(axis=0)
    return grad_x, back.T.copy(), grad_w_ih, grad_w_hh, grad_b, grad_b + 0


# --- From step to step -----------------------------------------------------------------------

last_step_only = slip(
    "Only the last state's gradient is used. grad_hs has one for every state.",
    {"(grad_hs[:, k] + grad_h)": "((grad_hs[:, k] if k == t - 1 else 0 * h0) + grad_h)"},
)

nothing_from_the_next_step = slip(
    "The steps are taken one by one: what comes back from the next step is missing.",
    {"(grad_hs[:, k] + grad_h)": "grad_hs[:, k]"},
)

no_derivative_of_tanh = slip(
    "The derivative of tanh is missing.", {" * (1 - after[:, k] ** 2)": ""}
)

derivative_from_the_state_before = slip(
    "The derivative of tanh is taken at the state before the step. It is 1 − h², with the state "
    "after it.",
    {"1 - after[:, k] ** 2": "1 - before[:, k] ** 2"},
)

derivative_from_the_preactivation = slip(
    "1 − z² is taken with the argument of tanh. The derivative is 1 − h², with its result.",
    {"1 - after[:, k] ** 2": "1 - (from_x[:, k] + before[:, k] @ w_hh.T) ** 2"},
)

derivative_without_the_square = slip(
    "The derivative of tanh is taken as 1 − h. It is 1 − h².",
    {"1 - after[:, k] ** 2": "1 - after[:, k]"},
)

derivative_of_the_sigmoid = slip(
    "h · (1 − h) is the derivative of the sigmoid. That of tanh is 1 − h².",
    {"(1 - after[:, k] ** 2)": "after[:, k] * (1 - after[:, k])"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {
        "states[:, k + 1] = np.tanh(from_x[:, k] + states[:, k] @ w_hh.T)": (
            "z = from_x[:, k] + states[:, k] @ w_hh.T\n"
            "states[:, k + 1] = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"
        )
    },
)

derivative_on_the_later_part_only = slip(
    "A state's own gradient is added after the derivative of tanh. Both parts reach the state, so "
    "both go through it.",
    {
        "(grad_hs[:, k] + grad_h) * (1 - after[:, k] ** 2)": (
            "grad_hs[:, k] + grad_h * (1 - after[:, k] ** 2)"
        )
    },
)

derivative_on_the_own_part_only = slip(
    "What comes back from the next step is added after the derivative of tanh. Both parts reach "
    "the state, so both go through it.",
    {
        "(grad_hs[:, k] + grad_h) * (1 - after[:, k] ** 2)": (
            "grad_hs[:, k] * (1 - after[:, k] ** 2) + grad_h"
        )
    },
)

not_through_tanh = slip(
    "What goes back to the step before has not been through the derivative of tanh.",
    {"grad_h = grad_z[:, k] @ w_hh": "grad_h = (grad_hs[:, k] + grad_h) @ w_hh"},
)

not_through_w_hh = slip(
    "What goes back to the step before has not been through W_hh.",
    {"grad_h = grad_z[:, k] @ w_hh": "grad_h = grad_z[:, k]"},
)

transposed_on_the_way_back = slip(
    "W_hh is transposed on the way back. The forward pass multiplies by W_hhᵀ, so the backward "
    "pass multiplies by W_hh. It is square: no error tells.",
    {"grad_z[:, k] @ w_hh": "grad_z[:, k] @ w_hh.T"},
)

from_the_first_step_on = slip(
    "The steps are taken from the first to the last. A gradient comes from the later states.",
    {"for k in reversed(range(t)):": "for k in range(t):"},
)

truncated = slip(
    "The gradient is cut after some steps, as in truncated backpropagation. The exact gradient was "
    "asked for.",
    {
        "grad_h = grad_z[:, k] @ w_hh": (
            "grad_h = grad_z[:, k] @ w_hh\nif (t - k) % 20 == 0:\n    grad_h = 0 * grad_h"
        )
    },
)

clipped = slip(
    "The gradient is clipped on its way. The exact gradient was asked for.",
    {"grad_h = grad_z[:, k] @ w_hh": "grad_h = np.clip(grad_z[:, k] @ w_hh, -5, 5)"},
)

# --- h0 and x --------------------------------------------------------------------------------

no_gradient_of_h0 = slip(
    "The gradient of h0 is 0. Every state depends on h0, through the first step.",
    {"grad_z @ w_ih, grad_h, grad": "grad_z @ w_ih, 0 * grad_h, grad"},
)

states_from_zero = slip(
    "The states are computed from 0 on, not from h0.", {"states[:, 0] = h0": "states[:, 0] = 0"}
)

states_without_b_hh = slip(
    "The states are computed without b_hh. Both biases are added before tanh.",
    {"(b_ih + b_hh)": "b_ih"},
)

gradient_of_h0_before_w_hh = slip(
    "The gradient of h0 has not been through the first step's W_hh.",
    {"grad_z @ w_ih, grad_h, grad": "grad_z @ w_ih, grad_z[:, 0].copy(), grad"},
)

gradient_of_the_first_state_for_h0 = slip(
    "This is the gradient of the first state, not that of h0, which lies one step before it.",
    {
        "grad_z[:, k] = (grad": "first = grad_hs[:, k] + grad_h\ngrad_z[:, k] = (grad",
        "grad_z @ w_ih, grad_h, grad": "grad_z @ w_ih, first, grad",
    },
)

w_ih_reshaped = slip(
    "W_ih is transposed or reshaped in the gradient of x. The forward pass multiplies by W_ihᵀ, so "
    "the backward pass multiplies by W_ih.",
    {"grad_z @ w_ih, grad_h": "grad_z @ w_ih.T.reshape(w_ih.shape), grad_h"},
)

# --- The weights and biases ------------------------------------------------------------------

w_hh_with_the_state_after = slip(
    "The gradient of W_hh is taken with the state after each step. What W_hh has multiplied is the "
    "state before it.",
    {"grad_z, before, optimize": "grad_z, after, optimize"},
)

w_hh_without_h0 = slip(
    "The first step is missing in the gradient of W_hh. There, W_hh has multiplied h0.",
    {
        '"nth,ntj->hj", grad_z, before, optimize': (
            '"nth,ntj->hj", grad_z[:, 1:], before[:, 1:], optimize'
        )
    },
)

weights_of_the_last_step_back = slip(
    "The weights' gradients are those of one step: each step overwrites the one before. All steps "
    "share the weights, so they add up.",
    {
        '"nth,ntd->hd", grad_z, x, optimize': '"nth,ntd->hd", grad_z[:, :1], x[:, :1], optimize',
        '"nth,ntj->hj", grad_z, before, optimize': (
            '"nth,ntj->hj", grad_z[:, :1], before[:, :1], optimize'
        ),
        "grad_z.sum(axis=(0, 1))": "grad_z[:, 0].sum(axis=0)",
    },
)

biases_of_one_step = slip(
    "The biases' gradient is that of one step. They are added at every step.",
    {"grad_z.sum(axis=(0, 1))": "grad_z[:, 0].sum(axis=0)"},
)

w_ih_of_one_step = slip(
    "The gradient of W_ih is that of one step. All steps use it, so they add up.",
    {'"nth,ntd->hd", grad_z, x, optimize': '"nth,ntd->hd", grad_z[:, :1], x[:, :1], optimize'},
)

mean_over_the_batch = slip(
    "The gradients of the weights and biases are averaged over the batch. They are sums; if the "
    "loss is a mean, grad_hs has that in it already.",
    {
        "grad_z, x, optimize=True)": "grad_z / n, x, optimize=True)",
        "grad_z, before, optimize=True)": "grad_z / n, before, optimize=True)",
        "grad_z.sum(axis=(0, 1))": "grad_z.sum(axis=(0, 1)) / n",
    },
)

mean_over_the_steps = slip(
    "The gradients of the weights and biases are averaged over the steps. They are sums.",
    {
        "grad_z, x, optimize=True)": "grad_z / t, x, optimize=True)",
        "grad_z, before, optimize=True)": "grad_z / t, before, optimize=True)",
        "grad_z.sum(axis=(0, 1))": "grad_z.sum(axis=(0, 1)) / t",
    },
)

biases_from_the_states = slip(
    "The biases' gradient is summed from the gradients of the states. It is that of what goes into "
    "tanh.",
    {"grad_z.sum(axis=(0, 1))": "grad_hs.sum(axis=(0, 1))"},
)

w_hh_transposed = slip(
    "The gradient of W_hh is transposed. It is square, so no error tells: row j belongs to unit j.",
    {"nth,ntj->hj": "nth,ntj->jh"},
)

one_bias_left_out = slip(
    "b_hh gets no gradient. Both biases are added at the same place, so both get the same.",
    {"grad_b, grad_b.copy()": "grad_b, 0 * grad_b"},
)

bias_shared_out = slip(
    "The two biases share their gradient. Each of them gets all of it.",
    {"grad_b, grad_b.copy()": "grad_b / 2, grad_b / 2"},
)

order_of_the_results = slip(
    "The gradients come in another order: x and h0 come first, as in the arguments.",
    {
        "grad_z @ w_ih, grad_h, grad_w_ih, grad_w_hh, grad_b, grad_b.copy()": (
            "grad_w_ih, grad_w_hh, grad_b, grad_b.copy(), grad_z @ w_ih, grad_h"
        )
    },
)

gradient_unchecked = slip(
    "A grad_hs of another shape is not refused: NumPy broadcasts the gradient of one state over "
    "all.",
    {
        "if grad_hs.shape != (n, t, hidden):": (
            "grad_hs = np.resize(grad_hs, (n, t, hidden))\nif False:"
        )
    },
)

one_sequence_at_a_time = slip(
    "It loops over the batch in Python. A matrix product takes a step of all sequences back at "
    "once.",
    {
        "grad_h = grad_z[:, k] @ w_hh": (
            "grad_h = np.array([one @ w_hh for one in grad_z[:, k]]).reshape(h0.shape)"
        )
    },
)
