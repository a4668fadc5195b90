import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.lstm_backward import lstm_cell_backward

SIGMOID = "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))"
MEMORY = "grad_memory = grad_c + grad_h * o * (1 - shown**2)"


@right(lstm_cell_backward)
def gate_by_gate(grad_h, grad_c, x, h, c, w_ih, w_hh, b_ih, b_hh):
    if not grad_h.shape == grad_c.shape == c.shape:
        raise ValueError("the gradients do not fit")
    hidden = c.shape[1]
    blocks = [slice(k * hidden, (k + 1) * hidden) for k in range(4)]
    zs = [x @ w_ih[b].T + b_ih[b] + h @ w_hh[b].T + b_hh[b] for b in blocks]
    i, f, o = (1 / (1 + np.exp(-zs[k])) for k in (0, 1, 3))
    g = np.tanh(zs[2])
    t = np.tanh(f * c + i * g)
    grads = [np.zeros_like(array) for array in (x, h, c, w_ih, w_hh, b_ih, b_hh)]
    to_memory = grad_h * o * (1 - t) * (1 + t) + grad_c
    grads[2] += to_memory * f
    to_gates = [
        to_memory * g * (i - i * i),
        to_memory * c * (f - f * f),
        to_memory * i * (1 - g * g),
        grad_h * t * (o - o * o),
    ]
    for b, grad in zip(blocks, to_gates, strict=True):
        grads[0] += grad @ w_ih[b]
        grads[1] += grad @ w_hh[b]
        grads[3][b], grads[4][b] = grad.T @ x, grad.T @ h
        grads[5][b] = grads[6][b] = grad.sum(axis=0)
    return tuple(grads)


with_one_matrix_for_both = rewrite(
    {
        "z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)": (
            "xh, w = np.hstack([x, h]), np.hstack([w_ih, w_hh])\nz = xh @ w.T + b_ih + b_hh"
        ),
        "grad_b = grad_z.sum(axis=0)": (
            "grad_b = grad_z.sum(axis=0)\n"
            "grad_xh, grad_w, d = grad_z @ w, grad_z.T @ xh, x.shape[1]\n"
            "grad_xh = grad_xh[:, :d].copy(), grad_xh[:, d:].copy()\n"
            "grad_w = grad_w[:, :d].copy(), grad_w[:, d:].copy()\n"
            "return *grad_xh, grad_memory * f, *grad_w, grad_b, grad_b.copy()"
        ),
        SIGMOID: "0.5 + 0.5 * np.tanh(0.5 * z)",
    }
)

# --- To the memory ---------------------------------------------------------------------------

nothing_from_the_next_step = slip(
    "grad_c is left out: the memory also gets a gradient straight from the next step.",
    {MEMORY: "grad_memory = grad_h * o * (1 - shown**2)"},
)

nothing_through_the_hidden_state = slip(
    "The memory gets grad_c alone. It is also seen in h′, so grad_h reaches it, too.",
    {MEMORY: "grad_memory = grad_c"},
)

no_derivative_of_the_memory = slip(
    "On the way from h′ to c′, the derivative of tanh is missing.",
    {MEMORY: "grad_memory = grad_c + grad_h * o"},
)

derivative_without_the_square = slip(
    "On the way from h′ to c′, the derivative of tanh is taken as 1 − tanh. It is 1 − tanh².",
    {"(1 - shown**2)": "(1 - shown)"},
)

derivative_from_the_memory = slip(
    "On the way from h′ to c′, 1 − c′² is taken. The derivative of tanh is 1 − tanh(c′)².",
    {"(1 - shown**2)": "(1 - (f * c + i * g) ** 2)"},
)

derivative_from_the_hidden_state = slip(
    "On the way from h′ to c′, 1 − h′² is taken. h′ has the output gate in it: the derivative of "
    "tanh is 1 − tanh(c′)².",
    {"(1 - shown**2)": "(1 - (o * shown) ** 2)"},
)

derivative_at_the_old_memory = slip(
    "On the way from h′ to c′, the derivative of tanh is taken at the old memory, c. It is seen at "
    "the new one.",
    {"(1 - shown**2)": "(1 - np.tanh(c) ** 2)"},
)

the_old_memory_shown = slip(
    "h′ is taken to be σ(z_o) ⊙ tanh(c). It shows the new memory, c′.",
    {"np.tanh(f * c + i * g)": "np.tanh(c)"},
)

output_gate_left_out = slip(
    "On the way from h′ to c′, the output gate is missing.",
    {MEMORY: "grad_memory = grad_c + grad_h * (1 - shown**2)"},
)

next_steps_share_through_tanh = slip(
    "grad_c goes through tanh and the output gate as well. It comes to c′ itself.",
    {MEMORY: "grad_memory = (grad_c + grad_h) * o * (1 - shown**2)"},
)

# --- To the gates ----------------------------------------------------------------------------

no_derivative_of_the_gates = slip(
    "The gradients of the gates have not been through the derivative of the sigmoid.",
    {" * i * (1 - i)": "", " * f * (1 - f)": "", " * o * (1 - o)": ""},
)

derivative_of_tanh_for_the_gates = slip(
    "The gates go back through 1 − gate², which is for tanh. A sigmoid's derivative is "
    "gate · (1 − gate).",
    {
        " * i * (1 - i)": " * (1 - i**2)",
        " * f * (1 - f)": " * (1 - f**2)",
        " * o * (1 - o)": " * (1 - o**2)",
    },
)

derivative_of_the_gates_from_z = slip(
    "The sigmoid's derivative is taken as z · (1 − z). It is σ · (1 − σ).",
    {
        " * i * (1 - i)": " * z_i * (1 - z_i)",
        " * f * (1 - f)": " * z_f * (1 - z_f)",
        " * o * (1 - o)": " * z_o * (1 - z_o)",
    },
)

derivative_of_the_candidate_by_sigmoid = slip(
    "The candidate goes back through g · (1 − g), which is for a sigmoid. The derivative of tanh "
    "is 1 − g².",
    {"(1 - g**2)": "g * (1 - g)"},
)

no_derivative_of_the_candidate = slip(
    "The candidate's gradient has not been through the derivative of tanh.", {" * (1 - g**2)": ""}
)

derivative_of_the_candidate_from_z = slip(
    "The candidate's derivative is taken as 1 − z². It is 1 − g², with g = tanh(z).",
    {"(1 - g**2)": "(1 - z_g**2)"},
)

forget_gate_with_the_new_memory = slip(
    "The forget gate's gradient is taken with the new memory. What the gate has multiplied is the "
    "old one.",
    {"grad_memory * c * f": "grad_memory * (f * c + i * g) * f"},
)

forget_gate_with_the_hidden_state = slip(
    "The forget gate's gradient is taken with h. What the gate has multiplied is the memory, c.",
    {"grad_memory * c * f": "grad_memory * h * f"},
)

input_gate_with_the_memory = slip(
    "The input gate's gradient is taken with the memory. What the gate has multiplied is the "
    "candidate.",
    {"grad_memory * g * i": "grad_memory * c * i"},
)

candidate_without_the_input_gate = slip(
    "The candidate's gradient lacks the factor that the candidate was multiplied by, the input "
    "gate.",
    {"grad_memory * i * (1": "grad_memory * (1"},
)

output_gate_with_the_memory = slip(
    "The output gate's gradient is taken with c′. What the gate has multiplied is tanh(c′).",
    {"grad_h * shown * o": "grad_h * (f * c + i * g) * o"},
)

output_gate_from_the_memory = slip(
    "The output gate's gradient starts from that of the memory. The gate acts on h′ only.",
    {"grad_h * shown * o": "grad_memory * shown * o"},
)

order_f_i_g_o = slip(
    "The blocks of the input gate and the forget gate have changed places on the way back.",
    {"[grad_i, grad_f, grad_g, grad_o]": "[grad_f, grad_i, grad_g, grad_o]"},
)

order_i_f_o_g = slip(
    "The blocks of the candidate and the output gate have changed places on the way back.",
    {"[grad_i, grad_f, grad_g, grad_o]": "[grad_i, grad_f, grad_o, grad_g]"},
)

blocks_read_in_another_order = slip(
    "The blocks are taken to be i, f, o, g, forwards and backwards.",
    {
        "z_i, z_f, z_g, z_o = ": "z_i, z_f, z_o, z_g = ",
        "[grad_i, grad_f, grad_g, grad_o]": "[grad_i, grad_f, grad_o, grad_g]",
    },
)

# --- To the inputs ---------------------------------------------------------------------------

memory_without_the_forget_gate = slip(
    "The gradient of c lacks the forget gate: only that share of c has been kept.",
    {"grad_memory * f,": "grad_memory.copy(),"},
)

memory_with_the_input_gate = slip(
    "The gradient of c is weighted by the input gate. c has been multiplied by the forget gate.",
    {"grad_memory * f,": "grad_memory * i,"},
)

memory_from_the_next_step_only = slip(
    "The gradient of c comes from grad_c alone. What grad_h gives to the new memory goes on to the "
    "old one, too.",
    {"grad_memory * f,": "grad_c * f,"},
)

state_without_the_output_gate = slip(
    "The gradients of x and h lack the output gate's block. All four blocks have seen them.",
    {
        "grad_z @ w_ih,": "grad_z[:, : 3 * h.shape[1]] @ w_ih[: 3 * h.shape[1]],",
        "grad_z @ w_hh,": "grad_z[:, : 3 * h.shape[1]] @ w_hh[: 3 * h.shape[1]],",
    },
)

upstream_added_to_the_state = slip(
    "grad_h is added to the gradient of h. It belongs to h′, which sees h through the gates only.",
    {"grad_z @ w_hh,": "grad_h + grad_z @ w_hh,"},
)

w_hh_with_the_new_state = slip(
    "The gradient of W_hh is taken with h′. What W_hh has multiplied is h.",
    {"grad_z.T @ h,": "grad_z.T @ (o * shown),"},
)

mean_over_the_batch = slip(
    "The gradients of the weights and biases are averaged over the batch. They are sums; if the "
    "loss is a mean, the incoming gradients have that in them already.",
    {
        "grad_z.sum(axis=0)": "grad_z.mean(axis=0)",
        "grad_z.T @ x,": "grad_z.T @ x / len(x),",
        "grad_z.T @ h,": "grad_z.T @ h / len(x),",
    },
)

one_bias_left_out = slip(
    "b_hh gets no gradient. Both biases are added at the same place, so both get the same.",
    {"grad_b.copy()": "0 * grad_b"},
)

states_swapped = slip(
    "The gradients of h and c come in the wrong order: that of h comes first.",
    {"grad_z @ w_hh,\ngrad_memory * f,": "grad_memory * f,\ngrad_z @ w_hh,"},
)

upstream_swapped = slip(
    "grad_h and grad_c have changed places: that of the hidden state comes first.",
    {"z = x @ w_ih.T": "grad_h, grad_c = grad_c, grad_h\nz = x @ w_ih.T"},
)

sigmoid_as_inf_over_inf = slip(
    "exp(z) / (1 + exp(z)) becomes ∞ / ∞, which is nan, when z is far above 0.",
    {SIGMOID: "np.exp(z) / (1 + np.exp(z))"},
)

derivative_by_exponentials = slip(
    "exp(−z) / (1 + exp(−z))² becomes ∞ / ∞, which is nan, when z is far below 0. What is "
    "the derivative in terms of the gate?",
    {
        " * i * (1 - i)": " * np.exp(-z_i) / (1 + np.exp(-z_i)) ** 2",
        " * f * (1 - f)": " * np.exp(-z_f) / (1 + np.exp(-z_f)) ** 2",
        " * o * (1 - o)": " * np.exp(-z_o) / (1 + np.exp(-z_o)) ** 2",
    },
)

gradients_unchecked = slip(
    "A gradient of another shape than the states is not refused: NumPy broadcasts one row, or one "
    "unit, over all.",
    {"if grad.shape != h.shape:": "if False:"},
)

gradients_compared_with_each_other = slip(
    "The shapes of grad_h and grad_c are compared with each other, not with that of h: NumPy "
    "broadcasts one row for both over the whole batch.",
    {"if grad.shape != h.shape:": "if grad_h.shape != grad_c.shape:"},
)

one_row_at_a_time = slip(
    "It loops over the batch in Python. A matrix product sums over the batch.",
    {
        "grad_z.T @ x,": (
            "np.sum([np.outer(a, b) for a, b in zip(grad_z, x, strict=True)], axis=0),"
        )
    },
)
