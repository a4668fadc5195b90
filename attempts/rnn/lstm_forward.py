import numpy as np

from attempts.rnn.lstm_cell import (
    candidate_by_sigmoid,
    candidate_without_tanh,
    gates_interleaved,
    order_f_i_o_g,
    order_i_g_f_o,
    order_i_o_f_g,
)
from kata.attempts import rewrite, right, slip
from solutions.rnn.lstm_forward import lstm_forward

SIGMOID = "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))"
STEP = "z = from_x[:, k] + h @ w_hh.T"
C = "c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)"
H = "h = _sigmoid(o) * np.tanh(c)"


@right(lstm_forward)
def with_lists_and_input_and_state_side_by_side(x, h0, c0, w_ih, w_hh, b_ih, b_hh):
    if not h0.shape == c0.shape == (len(x), w_hh.shape[1]):
        raise ValueError("the first states do not fit")
    half = x.dtype.type(0.5)
    w, hs, cs = np.hstack([w_ih, w_hh]).T, [h0], [c0]
    for inputs in np.moveaxis(x, 1, 0):
        z = np.concatenate([inputs, hs[-1]], axis=1) @ w + b_ih + b_hh
        i, f, g, o = np.moveaxis(z.reshape(len(z), 4, -1), 1, 0)
        i, f, o = (half + half * np.tanh(half * gate) for gate in (i, f, o))
        cs.append(f * cs[-1] + i * np.tanh(g))
        hs.append(o * np.tanh(cs[-1]))
    return np.stack(hs, axis=1)[:, 1:].copy(), hs[-1].copy(), cs[-1].copy()


with_slices = rewrite(
    {
        "i, f, g, o = np.split(z, 4, axis=1)": (
            "i, f = z[:, :hidden], z[:, hidden : 2 * hidden]\n"
            "g, o = z[:, 2 * hidden : 3 * hidden], z[:, 3 * hidden :]"
        ),
        SIGMOID: "1 / (1 + np.exp(-z))",
        "hs[:, k] = h": "hs[:, k, :] = h.copy()",
    }
)

# --- What is carried on ----------------------------------------------------------------------

memory_not_carried = slip(
    "Every step starts from c0. The memory is carried on from step to step.",
    {C: "c = _sigmoid(f) * c0 + _sigmoid(i) * np.tanh(g)"},
)

state_not_carried = slip(
    "The gates of every step see h0. They see the hidden state after the step before.",
    {"h @ w_hh.T\n": "h0 @ w_hh.T\n"},
)

starts_from_zeros = slip(
    "The sequence starts from zeros. It starts from h0 and c0.",
    {"h, c = h0.copy(), c0.copy()": "h, c = 0 * h0, 0 * c0"},
)

memory_starts_from_zeros = slip(
    "The memory starts from zeros. It starts from c0.",
    {"h, c = h0.copy(), c0.copy()": "h, c = h0.copy(), 0 * c0"},
)

first_states_swapped = slip(
    "h0 and c0 have changed places.", {"h, c = h0.copy(), c0.copy()": "h, c = c0.copy(), h0.copy()"}
)

gates_see_the_memory = slip(
    "The gates see the cell state. They see the hidden state, h.", {"h @ w_hh.T\n": "c @ w_hh.T\n"}
)

backwards_in_time = slip(
    "The inputs are read from the last to the first.", {"from_x[:, k]": "from_x[:, t - 1 - k]"}
)

first_input_at_every_step = slip(
    "Every step reads the first input. Step k reads x[:, k].", {"from_x[:, k]": "from_x[:, 0]"}
)

time_and_batch_reshaped = slip(
    "Time and batch are exchanged by a reshape, which mixes the steps of different sequences. To "
    "exchange axes, transpose.",
    {"from_x[:, k]": "from_x.reshape(t, n, 4 * hidden)[k]"},
)

# --- What is returned ------------------------------------------------------------------------

last_states_swapped = slip(
    "The last two results have changed places: h_last comes before c_last.",
    {"return hs, h, c": "return hs, c, h"},
)

memories_returned = slip(
    "hs holds the cell states. It should hold the hidden states.", {"hs[:, k] = h": "hs[:, k] = c"}
)

memory_shown_as_the_last_state = slip(
    "c_last is not the memory itself but what tanh makes of it.",
    {"return hs, h, c": "return hs, h, np.tanh(c)"},
)

hidden_state_twice = slip(
    "The last hidden state is returned twice. The third result is the last cell state.",
    {"return hs, h, c": "return hs, h, h.copy()"},
)

h0_among_the_states = slip(
    "Each place of hs holds the state before its step: h0 stands first and the last is missing.",
    {"hs[:, k] = h\n": "pass\n", STEP: f"hs[:, k] = h\n{STEP}"},
)

states_in_reverse = slip(
    "hs is in reverse order: the last state stands first.",
    {"return hs, h, c": "return hs[:, ::-1].copy(), h, c"},
)

states_reshaped = slip(
    "The states, one array a step, are reshaped to (n, t, hidden), which mixes the sequences. To "
    "exchange axes, transpose.",
    {"return hs, h, c": "return hs.swapaxes(0, 1).reshape(n, t, hidden), h, c"},
)

states_stacked_from_a_list = slip(
    "The states are stacked from a list, which fails where there are none. Without steps, hs has "
    "the shape (n, 0, hidden).",
    {"return hs, h, c": "return np.stack([hs[:, k] for k in range(t)], axis=1), h, c"},
)

# --- The step --------------------------------------------------------------------------------

order_f_i_g_o = slip(
    "The input gate and the forget gate have changed places in z.",
    {"i, f, g, o = np": "f, i, g, o = np"},
)

order_i_f_o_g = slip(
    "The last two blocks of z are read as output gate, candidate.",
    {"i, f, g, o = np": "i, f, o, g = np"},
)

no_forget_gate = slip(
    "The old memory is added in full: the forget gate is missing.", {"_sigmoid(f) * c": "c"}
)

no_input_gate = slip(
    "The candidate is added in full: the input gate is missing.", {"_sigmoid(i) * np": "np"}
)

no_output_gate = slip(
    "The output gate is missing: the hidden state always shows the whole memory.",
    {"_sigmoid(o) * np": "np"},
)

one_added_to_the_forget_gate = slip(
    "1 is added to the forget gate in every call. That is a way to draw b, not a part of the cell.",
    {"_sigmoid(f) * c": "_sigmoid(f + 1) * c"},
)

gates_coupled = slip(
    "The forget gate is 1 minus the input gate, as in a GRU. It has a block of its own.",
    {"_sigmoid(f) * c": "(1 - _sigmoid(i)) * c"},
)

h_without_tanh = slip("The hidden state is made from the memory without tanh.", {"np.tanh(c)": "c"})

h_from_the_old_memory = slip(
    "The hidden state is made from the memory before the step. It shows the new one.",
    {f"{H}\n": "pass\n", C: f"{H}\n{C}"},
)

memory_squashed = slip(
    "The memory is squashed by tanh before it is carried on: it fades at every step.",
    {H: "c = np.tanh(c)\nh = _sigmoid(o) * c"},
)

weights_reshaped = slip(
    "W_ih is reshaped, not transposed, which mixes the numbers of different units.",
    {"w_ih.T": "w_ih.reshape(-1, 4 * hidden)"},
)

no_recurrent_bias = slip("b_hh is missing at every step.", {"(b_ih + b_hh)": "b_ih"})

no_input_bias = slip("b_ih is missing at every step.", {"(b_ih + b_hh)": "b_hh"})

sigmoid_as_inf_over_inf = slip(
    "exp(z) / (1 + exp(z)) becomes ∞ / ∞, which is nan, when z is far above 0.",
    {SIGMOID: "np.exp(z) / (1 + np.exp(z))"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {"np.tanh(g)": "((np.exp(g) - np.exp(-g)) / (np.exp(g) + np.exp(-g)))"},
)

tanh_by_one_exponential = slip(
    "tanh is written with one exponential that overflows for large z, and ∞ / ∞ is nan.",
    {"np.tanh(g)": "((np.exp(2 * g) - 1) / (np.exp(2 * g) + 1))"},
)

first_states_unchecked = slip(
    "An h0 or c0 of another shape is not refused: NumPy broadcasts one row, or one unit, over all.",
    {"if state.shape != (n, hidden):": "if False:"},
)

memory_unchecked = slip(
    "The shape of h0 is checked, that of c0 is not: one row of it would be used for all sequences.",
    {"if state.shape != (n, hidden):": 'if name == "h0" and state.shape != (n, hidden):'},
)

states_compared_with_each_other = slip(
    "The shapes of h0 and c0 are compared with each other, not with (n, hidden): one row for both "
    "would be used for all sequences.",
    {"if state.shape != (n, hidden):": "if h0.shape != c0.shape:"},
)

one_sequence_at_a_time = slip(
    "It loops over the batch in Python. A matrix product takes a step of all sequences at once.",
    {STEP: ("z = from_x[:, k] + np.array([w_hh @ one for one in h]).reshape(n, 4 * hidden)")},
)
