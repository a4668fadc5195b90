import numpy as np

from kata.attempts import right, slip
from solutions.rnn.lstm_cell import lstm_cell


def check(x, h, c, w_ih, w_hh, b_ih, b_hh):
    n, d = x.shape
    hidden = h.shape[-1]
    states = h.shape == c.shape == (n, hidden)
    matrices = w_ih.shape == (4 * hidden, d) and w_hh.shape == (4 * hidden, hidden)
    if not (states and matrices and b_ih.shape == b_hh.shape == (4 * hidden,)):
        raise ValueError("the shapes do not fit")


def pre_activations(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The four blocks of z, in their order."""
    check(x, h, c, w_ih, w_hh, b_ih, b_hh)
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    size = h.shape[1]
    return z[:, :size], z[:, size : 2 * size], z[:, 2 * size : 3 * size], z[:, 3 * size :]


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


candidate_by_sigmoid = slip(
    "The candidate goes through a sigmoid: it could then only add to the memory, never take away. "
    "It is a value, not a gate.",
    {"np.tanh(g)": "_sigmoid(g)"},
)

gates_by_tanh = slip(
    "The gates go through tanh: a gate is a share and lies between 0 and 1.",
    {"np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": "np.tanh(z)"},
)

no_forget_gate = slip(
    "The old memory is added in full: the forget gate is missing, so the cell can never let go of "
    "anything.",
    {"_sigmoid(f) * c": "c"},
)

no_input_gate = slip(
    "The candidate is added in full: the input gate is missing, so the cell cannot ignore an "
    "input.",
    {"_sigmoid(i) * np": "np"},
)

no_output_gate = slip(
    "The output gate is missing: h′ always shows the whole memory.",
    {"_sigmoid(o) * np": "np"},
)

forgets_the_new_too = slip(
    "The forget gate weakens the new candidate as well: it decides only about the old memory.",
    {
        "c_next = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)": (
            "c_next = _sigmoid(f) * (c + _sigmoid(i) * np.tanh(g))"
        ),
    },
)

forget_gate_inverted = slip(
    "The forget gate is taken as what to forget, 1 − f of the memory is kept. Despite its name it "
    "is the share to keep.",
    {"_sigmoid(f)": "(1 - _sigmoid(f))"},
)

forget_gate_on_h = slip(
    "The forget gate weighs h, the hidden state. What it keeps is the memory, c.",
    {"_sigmoid(f) * c": "_sigmoid(f) * h"},
)

coupled_gates = slip(
    "The candidate is weighted by 1 − f, as in a GRU. The LSTM has an input gate of its own.",
    {"_sigmoid(i)": "(1 - _sigmoid(f))"},
)

forget_bias_of_one = slip(
    "The forget gate has a bias of 1 on top of the given ones. That belongs to the initial value "
    "of the biases, not to the cell.",
    {"_sigmoid(f)": "_sigmoid(f + 1)"},
)

order_f_i_g_o = slip(
    "The input gate and the forget gate have changed places: the first block of z belongs to the "
    "input gate.",
    {"i, f, g, o = np": "f, i, g, o = np"},
)

order_i_f_o_g = slip(
    "The last two blocks of z are read as output gate, candidate. Their order is candidate, "
    "output gate.",
    {"i, f, g, o = np": "i, f, o, g = np"},
)

order_i_g_f_o = slip(
    "The blocks of z are read in the order input, candidate, forget, output (as in old TensorFlow "
    "code). Here the forget gate comes second.",
    {"i, f, g, o = np": "i, g, f, o = np"},
)

order_f_i_o_g = slip(
    "The blocks of z are read in the order forget, input, output, candidate (as in many figures). "
    "Look at the order that the docstring names.",
    {"i, f, g, o = np": "f, i, o, g = np"},
)

order_i_o_f_g = slip(
    "The blocks of z are read in the order input, output, forget, candidate (as in ONNX's i, o, "
    "f, c). Look at the order that the docstring names.",
    {"i, f, g, o = np": "i, o, f, g = np"},
)

gates_interleaved = slip(
    "Every fourth column of z is taken for one gate. A gate's columns lie side by side, in a "
    "block of their own.",
    {"np.split(z, 4, axis=1)": "(z[:, k::4] for k in range(4))"},
)

h_without_tanh = slip(
    "h′ is made from the new memory without tanh.",
    {"np.tanh(c_next)": "c_next"},
)

h_from_the_old_memory = slip(
    "h′ is made from the old memory: the output gate opens onto the new one, c′.",
    {"np.tanh(c_next)": "np.tanh(c)"},
)

tanh_after_the_output_gate = slip(
    "h′ is the tanh of (gate times memory): tanh belongs on the memory alone.",
    {"_sigmoid(o) * np.tanh(c_next)": "np.tanh(_sigmoid(o) * c_next)"},
)

memory_squashed = slip(
    "The memory itself is squashed by tanh: it would fade at every step. Only what h′ shows of it "
    "is squashed.",
    {"return h_next, c_next": "return h_next, np.tanh(c_next)"},
)

results_swapped = slip(
    "The results come in the wrong order: h′ first, then c′.",
    {"return h_next, c_next": "return c_next, h_next"},
)

states_swapped = slip(
    "h and c have changed places on the way in: h goes through W_hh, c is the memory.",
    {
        "z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)": "h, c = c, h\n"
        "z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)",
    },
)

weights_reshaped = slip(
    "The weights are reshaped to (d, 4·hidden) and (hidden, 4·hidden), not transposed: reshape "
    "keeps the order of the numbers and mixes the units.",
    {"w_ih.T": "w_ih.reshape(d, 4 * hidden)", "w_hh.T": "w_hh.reshape(hidden, 4 * hidden)"},
)

no_recurrence = slip(
    "The gates do not see h: the term h W_hhᵀ is missing.",
    {" + h @ w_hh.T": ""},
)

no_recurrent_bias = slip(
    "The bias of the recurrent part, b_hh, is missing.",
    {"(b_ih + b_hh)": "b_ih"},
)

no_input_bias = slip(
    "The bias of the input part, b_ih, is missing.",
    {"(b_ih + b_hh)": "b_hh"},
)

no_biases = slip(
    "Both biases are missing.",
    {" + (b_ih + b_hh)": ""},
)

naive_sigmoid = slip(
    "exp overflows in the sigmoid: what is the exponent when z is far below 0? Write the sigmoid "
    "so that no exponent is ever large.",
    {"np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": "1 / (1 + np.exp(-z))"},
)

sigmoid_as_inf_over_inf = slip(
    "exp(z) / (1 + exp(z)) becomes ∞/∞, which is nan, when z is far above 0.",
    {"np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": "np.exp(z) / (1 + np.exp(z))"},
)

sigmoid_by_where = slip(
    "np.where computes both of its branches for every z, the overflowing one included, and only "
    "then chooses.",
    {
        "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": (
            "np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))"
        ),
    },
)

clipped_for_float64 = slip(
    "The clipping of z is made for float64: in float32, exp overflows from 89 on.",
    {
        "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": (
            "1 / (1 + np.exp(-np.clip(z, -500, 500)))"
        ),
    },
)

tanh_of_c_by_exponentials = slip(
    "tanh is written out with exponentials. Those of a large cell state overflow, and ∞/∞ is nan.",
    {"np.tanh(c_next)": "(np.exp(c_next) - np.exp(-c_next)) / (np.exp(c_next) + np.exp(-c_next))"},
)

always_float64 = slip(
    "The results are float64 whatever the inputs are: something converts them.",
    {"z = x @": "z = x.astype(np.float64) @"},
)

no_check = slip(
    "A state or bias of another shape is stretched by broadcasting, without a word. Check the "
    "shapes.",
    {'raise ValueError(f"{name} has shape {array.shape}, expected {expected}")': "pass"},
)

biases_unchecked = slip(
    "The states are checked, the biases are not: one of another shape is stretched by "
    "broadcasting.",
    {
        '_check_shape("b_ih", b_ih, (4 * hidden,))': "pass",
        '_check_shape("b_hh", b_hh, (4 * hidden,))': "pass",
    },
)

memory_unchecked = slip(
    "The shape of c is not checked: one row of it is silently used for the whole batch.",
    {'_check_shape("c", c, (n, hidden))': "pass"},
)

one_row_at_a_time = slip(
    "It goes through the batch one row at a time in Python. A matrix product does all rows at "
    "once.",
    {
        "z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)": (
            "h_next, c_next = np.empty_like(h), np.empty_like(c)\n"
            "for r in range(n):\n"
            "    i, f, g, o = np.split(w_ih @ x[r] + w_hh @ h[r] + b_ih + b_hh, 4)\n"
            "    c_next[r] = _sigmoid(f) * c[r] + _sigmoid(i) * np.tanh(g)\n"
            "    h_next[r] = _sigmoid(o) * np.tanh(c_next[r])\n"
            "return h_next, c_next"
        ),
    },
)

one_unit_at_a_time = slip(
    "It goes through the hidden units one at a time in Python. Each gate is one array operation "
    "on all units.",
    {
        "c_next = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)": "c_next = np.empty_like(c)\n"
        "for j in range(hidden):\n"
        "    c_next[:, j] = _sigmoid(f[:, j]) * c[:, j] + _sigmoid(i[:, j]) * np.tanh(g[:, j])",
    },
)

one_input_at_a_time = slip(
    "It adds up the products with x one input at a time in Python: that sum is a matrix product.",
    {"x @ w_ih.T": "sum(x[:, j, None] * w_ih[:, j] for j in range(d))"},
)
