import numpy as np

from kata.attempts import right, wrong
from solutions.rnn.lstm_cell import lstm_cell


def check(x, h, c, w_ih, w_hh, b_ih, b_hh):
    n, d = x.shape
    hidden = h.shape[-1]
    states = h.shape == c.shape == (n, hidden)
    matrices = w_ih.shape == (4 * hidden, d) and w_hh.shape == (4 * hidden, hidden)
    if not (states and matrices and b_ih.shape == b_hh.shape == (4 * hidden,)):
        raise ValueError("the shapes do not fit")


def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The four blocks of z, in their order."""
    check(x, h, c, w_ih, w_hh, b_ih, b_hh)
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    size = h.shape[1]
    return z[:, :size], z[:, size : 2 * size], z[:, 2 * size : 3 * size], z[:, 3 * size :]


def step(i, f, g, o, c):
    """The right step, for pre-activations that are not."""
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@right(lstm_cell)
def with_one_matrix_for_both(x, h, c, w_ih, w_hh, b_ih, b_hh):
    check(x, h, c, w_ih, w_hh, b_ih, b_hh)
    z = np.hstack([x, h]) @ np.hstack([w_ih, w_hh]).T
    z += b_ih
    z += b_hh
    hidden = h.shape[1]
    # tanh(z) = 2σ(2z) − 1, so that one tanh serves all gates.
    z[:, : 2 * hidden] *= 0.5
    z[:, 3 * hidden :] *= 0.5
    t = np.tanh(z)
    i, f, o = (0.5 + 0.5 * t[:, k * hidden : (k + 1) * hidden] for k in (0, 1, 3))
    c_next = i * t[:, 2 * hidden : 3 * hidden]
    c_next += f * c
    return o * np.tanh(c_next), c_next


@right(lstm_cell)
def with_a_gate_axis(x, h, c, w_ih, w_hh, b_ih, b_hh):
    if np.ndim(x) != 2 or np.ndim(h) != 2 or h.shape != c.shape or len(x) != len(h):
        raise ValueError("x, h and c do not fit")
    hidden = h.shape[1]
    if w_ih.shape[0] != 4 * hidden or w_hh.shape[0] != 4 * hidden:
        raise ValueError("the weights are not for this number of units")
    if b_ih.shape != (len(w_ih),) or b_hh.shape != (len(w_hh),):
        raise ValueError("the biases do not fit")
    z = np.einsum("nd,kjd->knj", x, w_ih.reshape(4, hidden, -1))
    z = z + np.einsum("nm,kjm->knj", h, w_hh.reshape(4, hidden, hidden))
    z = z + (b_ih + b_hh).reshape(4, 1, -1)
    gates = np.exp(-np.logaddexp(0, -z[[0, 1, 3]]))
    c_next = gates[1] * c + gates[0] * np.tanh(z[2])
    return gates[2] * np.tanh(c_next), c_next


@right(lstm_cell)
def with_a_sigmoid_on_masks(x, h, c, w_ih, w_hh, b_ih, b_hh):
    def stable(z):
        y = np.empty_like(z)
        negative = z < 0
        grown = np.exp(z[negative])
        y[negative] = grown / (1 + grown)
        y[~negative] = 1 / (1 + np.exp(-z[~negative]))
        return y

    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    c_next = np.add(np.multiply(stable(f), c), np.multiply(stable(i), np.tanh(g)))
    return np.multiply(stable(o), np.tanh(c_next)), c_next


@wrong(
    lstm_cell,
    "The candidate goes through a sigmoid: it could then only add to the memory, never take away. "
    "It is a value, not a gate.",
)
def candidate_by_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    c_next = sigmoid(f) * c + sigmoid(i) * sigmoid(g)
    return sigmoid(o) * np.tanh(c_next), c_next


@wrong(lstm_cell, "The gates go through tanh: a gate is a share and lies between 0 and 1.")
def gates_by_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = map(np.tanh, pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh))
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "The old memory is added in full: the forget gate is missing, so the cell can never let go of "
    "anything.",
)
def no_forget_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, _, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    c_next = c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "The candidate is added in full: the input gate is missing, so the cell cannot ignore an "
    "input.",
)
def no_input_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    _, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    c_next = sigmoid(f) * c + np.tanh(g)
    return sigmoid(o) * np.tanh(c_next), c_next


@wrong(lstm_cell, "The output gate is missing: h′ always shows the whole memory.")
def no_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    _, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "The forget gate weakens the new candidate as well: it decides only about the old memory.",
)
def forgets_the_new_too(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    c_next = sigmoid(f) * (c + sigmoid(i) * np.tanh(g))
    return sigmoid(o) * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "The forget gate is taken as what to forget, 1 − f of the memory is kept. Despite its name it "
    "is the share to keep.",
)
def forget_gate_inverted(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, -f, g, o, c)


@wrong(
    lstm_cell,
    "The candidate is weighted by 1 − f, as in a GRU. The LSTM has an input gate of its own.",
)
def coupled_gates(x, h, c, w_ih, w_hh, b_ih, b_hh):
    _, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(-f, f, g, o, c)


@wrong(
    lstm_cell,
    "The forget gate has a bias of 1 on top of the given ones. That belongs to the initial value "
    "of the biases, not to the cell.",
)
def forget_bias_of_one(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f + 1, g, o, c)


@wrong(
    lstm_cell,
    "The input gate and the forget gate have changed places: the first block of z belongs to the "
    "input gate.",
)
def order_f_i_g_o(x, h, c, w_ih, w_hh, b_ih, b_hh):
    f, i, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "The last two blocks of z are read as output gate, candidate. Their order is candidate, output "
    "gate.",
)
def order_i_f_o_g(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, o, g = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "The blocks of z are read in the order input, candidate, forget, output (as in old TensorFlow "
    "code). Here the forget gate comes second.",
)
def order_i_g_f_o(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, g, f, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "The blocks of z are read in the order forget, input, output, candidate (as in many figures). "
    "Look at the order that the docstring names.",
)
def order_f_i_o_g(x, h, c, w_ih, w_hh, b_ih, b_hh):
    f, i, o, g = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "The blocks of z are read in the order input, output, forget, candidate (as in ONNX's i, o, f, "
    "c). Look at the order that the docstring names.",
)
def order_i_o_f_g(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, o, f, g = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "Every fourth column of z is taken for one gate. A gate's columns lie side by side, in a block "
    "of their own.",
)
def gates_interleaved(x, h, c, w_ih, w_hh, b_ih, b_hh):
    z = np.hstack(pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh))
    return step(z[:, 0::4], z[:, 1::4], z[:, 2::4], z[:, 3::4], c)


@wrong(lstm_cell, "h′ is made from the new memory without tanh.")
def h_without_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    *_, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    _, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return sigmoid(o) * c_next, c_next


@wrong(lstm_cell, "h′ is made from the old memory: the output gate opens onto the new one, c′.")
def h_from_the_old_memory(x, h, c, w_ih, w_hh, b_ih, b_hh):
    *_, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return sigmoid(o) * np.tanh(c), lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)[1]


@wrong(lstm_cell, "h′ is the tanh of (gate times memory): tanh belongs on the memory alone.")
def tanh_after_the_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    *_, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    _, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return np.tanh(sigmoid(o) * c_next), c_next


@wrong(
    lstm_cell,
    "The memory itself is squashed by tanh: it would fade at every step. Only what h′ shows of it "
    "is squashed.",
)
def memory_squashed(x, h, c, w_ih, w_hh, b_ih, b_hh):
    h_next, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return h_next, np.tanh(c_next)


@wrong(lstm_cell, "The results come in the wrong order: h′ first, then c′.")
def results_swapped(x, h, c, w_ih, w_hh, b_ih, b_hh):
    h_next, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return c_next, h_next


@wrong(
    lstm_cell,
    "h and c have changed places on the way in: h goes through W_hh, c is the memory.",
)
def states_swapped(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(x, c, h, w_ih, w_hh, b_ih, b_hh)


@wrong(
    lstm_cell,
    "The weights are reshaped to (d, 4·hidden) and (hidden, 4·hidden), not transposed: reshape "
    "keeps the order of the numbers and mixes the units.",
)
def weights_reshaped(x, h, c, w_ih, w_hh, b_ih, b_hh):
    check(x, h, c, w_ih, w_hh, b_ih, b_hh)
    z = x @ w_ih.reshape(x.shape[1], -1) + b_ih
    z += h @ w_hh.reshape(h.shape[1], -1) + b_hh
    return step(*np.split(z, 4, axis=1), c)


@wrong(lstm_cell, "The gates do not see h: the term h W_hhᵀ is missing.")
def no_recurrence(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(x, h, c, w_ih, np.zeros_like(w_hh), b_ih, b_hh)


@wrong(lstm_cell, "The bias of the recurrent part, b_hh, is missing.")
def no_recurrent_bias(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(x, h, c, w_ih, w_hh, b_ih, np.zeros_like(b_hh))


@wrong(lstm_cell, "The bias of the input part, b_ih, is missing.")
def no_input_bias(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(x, h, c, w_ih, w_hh, np.zeros_like(b_ih), b_hh)


@wrong(lstm_cell, "Both biases are missing.")
def no_biases(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(x, h, c, w_ih, w_hh, np.zeros_like(b_ih), np.zeros_like(b_hh))


@wrong(
    lstm_cell,
    "exp overflows in the sigmoid: what is the exponent when z is far below 0? Write the sigmoid "
    "so that no exponent is ever large.",
)
def naive_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "exp(z) / (1 + exp(z)) becomes ∞/∞, which is nan, when z is far above 0.",
)
def sigmoid_as_inf_over_inf(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    i, f, o = (np.exp(z) / (1 + np.exp(z)) for z in (i, f, o))
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "np.where computes both of its branches for every z, the overflowing one included, and only "
    "then chooses.",
)
def sigmoid_by_where(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    i, f, o = (
        np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))) for z in (i, f, o)
    )
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "The clipping of z is made for float64: in float32, exp overflows from 89 on.",
)
def clipped_for_float64(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    i, f, o = (1 / (1 + np.exp(-np.clip(z, -500, 500))) for z in (i, f, o))
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


@wrong(
    lstm_cell,
    "tanh is written out with exponentials. Those of a large cell state overflow, and ∞/∞ is nan.",
)
def tanh_of_c_by_exponentials(x, h, c, w_ih, w_hh, b_ih, b_hh):
    *_, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    _, c_next = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    up, down = np.exp(c_next), np.exp(-c_next)
    return sigmoid(o) * (up - down) / (up + down), c_next


@wrong(lstm_cell, "The results are float64 whatever the inputs are: something converts them.")
def always_float64(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return lstm_cell(*(np.float64(array) for array in (x, h, c, w_ih, w_hh, b_ih, b_hh)))


@wrong(
    lstm_cell,
    "It writes into c: an operation such as `c *= f` changes the caller's array.",
)
def writes_into_c(x, h, c, w_ih, w_hh, b_ih, b_hh):
    h_next, c[...] = lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return h_next, c.copy()


@wrong(
    lstm_cell,
    "A state or bias of another shape is stretched by broadcasting, without a word. Check the "
    "shapes.",
)
def no_check(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "The states are checked, the biases are not: one of another shape is stretched by "
    "broadcasting.",
)
def biases_unchecked(x, h, c, w_ih, w_hh, b_ih, b_hh):
    check(x, h, c, w_ih, w_hh, np.zeros(len(w_ih)), np.zeros(len(w_ih)))
    i, f, g, o = np.split(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
    return step(i, f, g, o, c)


@wrong(
    lstm_cell,
    "It goes through the batch one row at a time in Python. A matrix product does all rows "
    "at once.",
)
def one_row_at_a_time(x, h, c, w_ih, w_hh, b_ih, b_hh):
    check(x, h, c, w_ih, w_hh, b_ih, b_hh)
    h_next, c_next = np.empty_like(h), np.empty_like(c)
    for row in range(len(x)):
        i, f, g, o = np.split(w_ih @ x[row] + w_hh @ h[row] + b_ih + b_hh, 4)
        h_next[row], c_next[row] = step(i, f, g, o, c[row])
    return h_next, c_next


@wrong(
    lstm_cell,
    "It goes through the hidden units one at a time in Python. Each gate is one array operation on "
    "all units.",
)
def one_unit_at_a_time(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh)
    h_next, c_next = np.empty_like(h), np.empty_like(c)
    for j in range(h.shape[1]):
        states = step(i[:, j], f[:, j], g[:, j], o[:, j], c[:, j])
        h_next[:, j], c_next[:, j] = states
    return h_next, c_next


@wrong(
    lstm_cell,
    "It adds up the products with x one input at a time in Python: that sum is a matrix product.",
)
def one_input_at_a_time(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = pre_activations(0 * x, h, c, w_ih, w_hh, b_ih, b_hh)
    z = np.hstack([i, f, g, o])
    for j in range(x.shape[1]):
        z += x[:, j, None] * w_ih[:, j]
    return step(*np.split(z, 4, axis=1), c)
