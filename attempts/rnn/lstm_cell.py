from kata.attempts import rewrite, slip

SIGMOID = "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))"
BLOCKS = "z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)"

with_one_matrix_for_both = rewrite(
    {
        BLOCKS: "z = np.hstack([x, h]) @ np.hstack([w_ih, w_hh]).T + b_ih + b_hh",
        SIGMOID: "0.5 + 0.5 * np.tanh(0.5 * z)",
    }
)

with_a_gate_axis = rewrite(
    {
        BLOCKS: (
            'z = np.einsum("nd,kjd->knj", x, w_ih.reshape(4, hidden, d))\n'
            'z = z + np.einsum("nm,kjm->knj", h, w_hh.reshape(4, hidden, hidden))\n'
            "z = z + (b_ih + b_hh).reshape(4, 1, hidden)"
        ),
        "np.split(z, 4, axis=1)": "z",
        SIGMOID: "np.exp(-np.logaddexp(0, -z))",
    }
)

with_a_sigmoid_on_masks = rewrite(
    {
        "return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))": (
            "y, negative = np.empty_like(z), z < 0\n"
            "y[negative] = np.exp(z[negative]) / (1 + np.exp(z[negative]))\n"
            "y[~negative] = 1 / (1 + np.exp(-z[~negative]))\n"
            "return y"
        )
    }
)

candidate_by_sigmoid = slip(
    "The candidate goes through a sigmoid: it could only ever add to the memory.",
    {"np.tanh(g)": "_sigmoid(g)"},
)

candidate_without_tanh = slip(
    "The candidate is not squashed: tanh is missing.", {"np.tanh(g)": "g"}
)

gates_by_tanh = slip(
    "The gates go through tanh, but a gate is a share and lies between 0 and 1.",
    {SIGMOID: "np.tanh(z)"},
)

no_forget_gate = slip(
    "The old memory is added in full: the forget gate is missing.", {"_sigmoid(f) * c": "c"}
)

no_input_gate = slip(
    "The candidate is added in full: the input gate is missing.", {"_sigmoid(i) * np": "np"}
)

no_output_gate = slip(
    "The output gate is missing: h′ always shows the whole memory.", {"_sigmoid(o) * np": "np"}
)

forgets_the_new_too = slip(
    "The forget gate weakens the new candidate as well. It decides only about the old memory.",
    {
        "_sigmoid(f) * c + _sigmoid(i) * np.tanh(g)": (
            "_sigmoid(f) * (c + _sigmoid(i) * np.tanh(g))"
        )
    },
)

forget_gate_inverted = slip(
    "1 − f of the memory is kept. Despite its name, the forget gate is the share to keep.",
    {"_sigmoid(f)": "(1 - _sigmoid(f))"},
)

forget_gate_on_h = slip(
    "The forget gate weights h. What it keeps is the memory, c.",
    {"_sigmoid(f) * c": "_sigmoid(f) * h"},
)

forget_gate_coupled = slip(
    "The forget gate is 1 − the input gate. It has a block of its own in z.",
    {"_sigmoid(f) * c": "(1 - _sigmoid(i)) * c"},
)

coupled_gates = slip(
    "The candidate is weighted by 1 − f, as in a GRU. The LSTM has an input gate of its own.",
    {"_sigmoid(i)": "(1 - _sigmoid(f))"},
)

forget_bias_of_one = slip(
    "The forget gate has an extra bias of 1. That belongs in the initial biases, not in the cell.",
    {"_sigmoid(f)": "_sigmoid(f + 1)"},
)

order_f_i_g_o = slip(
    "The input gate and the forget gate have changed places in z.",
    {"i, f, g, o = np": "f, i, g, o = np"},
)

order_i_f_o_g = slip(
    "The last two blocks of z are read as output gate, candidate.",
    {"i, f, g, o = np": "i, f, o, g = np"},
)

order_i_g_f_o = slip(
    "The blocks of z are read as input, candidate, forget, output (as in old TensorFlow code).",
    {"i, f, g, o = np": "i, g, f, o = np"},
)

order_f_i_o_g = slip(
    "The blocks of z are read as forget, input, output, candidate (as in many figures).",
    {"i, f, g, o = np": "f, i, o, g = np"},
)

order_i_o_f_g = slip(
    "The blocks of z are read as input, output, forget, candidate (as in ONNX).",
    {"i, f, g, o = np": "i, o, f, g = np"},
)

gates_interleaved = slip(
    "Every fourth column of z is taken for one gate, but a gate's columns lie side by side.",
    {"np.split(z, 4, axis=1)": "(z[:, k::4] for k in range(4))"},
)

h_without_tanh = slip("h′ is made from the new memory without tanh.", {"np.tanh(c_next)": "c_next"})

h_from_the_old_memory = slip(
    "h′ is made from the old memory, c, not from the new one.", {"np.tanh(c_next)": "np.tanh(c)"}
)

tanh_after_the_output_gate = slip(
    "h′ is the tanh of (gate times memory): tanh belongs on the memory alone.",
    {"_sigmoid(o) * np.tanh(c_next)": "np.tanh(_sigmoid(o) * c_next)"},
)

memory_squashed = slip(
    "The memory itself is squashed by tanh: it would fade at every step.",
    {"return h_next, c_next": "return h_next, np.tanh(c_next)"},
)

results_swapped = slip(
    "The results come in the wrong order: h′ comes first.",
    {"return h_next, c_next": "return c_next, h_next"},
)

states_swapped = slip(
    "h and c have changed places on the way in: c is the memory.",
    {BLOCKS: "h, c = c, h\nz = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)"},
)

weights_reshaped = slip(
    "The weights are reshaped, not transposed, which mixes the numbers of different units.",
    {"w_ih.T": "w_ih.reshape(d, 4 * hidden)", "w_hh.T": "w_hh.reshape(hidden, 4 * hidden)"},
)

no_recurrence = slip("The gates do not see h: the term h W_hhᵀ is missing.", {" + h @ w_hh.T": ""})

no_recurrent_bias = slip(
    "The bias of the recurrent part, b_hh, is missing.", {"(b_ih + b_hh)": "b_ih"}
)

no_input_bias = slip("The bias of the input part, b_ih, is missing.", {"(b_ih + b_hh)": "b_hh"})

naive_sigmoid = slip(
    "exp overflows in the sigmoid: what is the exponent when z is far below 0?",
    {SIGMOID: "1 / (1 + np.exp(-z))"},
)

sigmoid_as_inf_over_inf = slip(
    "exp(z) / (1 + exp(z)) becomes ∞ / ∞, which is nan, when z is far above 0.",
    {SIGMOID: "np.exp(z) / (1 + np.exp(z))"},
)

sigmoid_by_where = slip(
    "np.where computes both of its branches for every z, the overflowing one included.",
    {SIGMOID: "np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))"},
)

clipped_for_float64 = slip(
    "The clipping of z is made for float64: in float32, exp overflows from 89 on.",
    {SIGMOID: "1 / (1 + np.exp(-np.clip(z, -500, 500)))"},
)

clipped_for_float32 = slip(
    "The clipping of z is made for float32: in float16, exp overflows from 12 on.",
    {SIGMOID: "1 / (1 + np.exp(-np.clip(z, -88, 88)))"},
)

tanh_of_c_by_exponentials = slip(
    "tanh is written with exponentials. Those of a large cell state overflow, and ∞ / ∞ is nan.",
    {
        "np.tanh(c_next)": (
            "(np.exp(c_next) - np.exp(-c_next)) / (np.exp(c_next) + np.exp(-c_next))"
        )
    },
)

no_check = slip(
    "A state or bias of another shape is silently broadcast.",
    {'raise ValueError(f"{name} has shape {array.shape}, expected {expected}")': "pass"},
)

biases_unchecked = slip(
    "The states are checked, but a bias of another shape is silently broadcast.",
    {
        '_check_shape("b_ih", b_ih, (4 * hidden,))': "pass",
        '_check_shape("b_hh", b_hh, (4 * hidden,))': "pass",
    },
)

memory_unchecked = slip(
    "The shape of c is not checked: one row of it is silently used for the whole batch.",
    {'_check_shape("c", c, (n, hidden))': "pass"},
)

states_compared_with_each_other = slip(
    "The shapes of h and c are compared with each other, not with x: one row for both is silently "
    "used for the whole batch.",
    {
        '_check_shape("h", h, (n, hidden))': '_check_shape("h", h, c.shape)',
        '_check_shape("c", c, (n, hidden))': "pass",
    },
)

one_row_at_a_time = slip(
    "It loops over the batch in Python. A matrix product does all rows at once.",
    {
        BLOCKS: (
            "h_next, c_next = np.empty_like(h), np.empty_like(c)\n"
            "for r in range(n):\n"
            "    i, f, g, o = np.split(w_ih @ x[r] + w_hh @ h[r] + b_ih + b_hh, 4)\n"
            "    c_next[r] = _sigmoid(f) * c[r] + _sigmoid(i) * np.tanh(g)\n"
            "    h_next[r] = _sigmoid(o) * np.tanh(c_next[r])\n"
            "return h_next, c_next"
        )
    },
)
