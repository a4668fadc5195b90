import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.rnn_forward import rnn_forward

LOOP = """h = h0
for k in range(t):
    h = np.tanh(from_x[:, k] + h @ w_hh.T)
    hs[:, k] = h
return hs"""
STEP = "h = np.tanh(from_x[:, k] + h @ w_hh.T)"


@right(rnn_forward)
def with_a_list_of_states(x, h0, w_ih, w_hh, b_ih, b_hh):
    if h0.shape != (len(x), len(b_hh)):
        raise ValueError("h0 does not fit")
    states = [h0]
    for inputs in x.swapaxes(0, 1):
        states.append(np.tanh(w_ih @ inputs.T + w_hh @ states[-1].T + (b_ih + b_hh)[:, None]).T)
    return np.stack(states, axis=1)[:, 1:].copy()


with_input_and_state_side_by_side = rewrite(
    {
        STEP: (
            "h = np.hstack([x[:, k], h]) @ np.hstack([w_ih, w_hh]).T\n"
            "h += b_ih\n"
            "h += b_hh\n"
            "h = np.tanh(h)"
        )
    }
)

state_not_carried = slip(
    "Every step starts from h0. It should start from the state after the step before.",
    {"h @ w_hh.T": "h0 @ w_hh.T"},
)

starts_from_zeros = slip(
    "The first step starts from zeros. It should start from h0.",
    {"h = h0": "h = np.zeros_like(h0)"},
)

first_rows_state_for_all = slip(
    "All sequences start from the first row of h0. Each has its own first state.",
    {"h = h0": "h = h0[:1]"},
)

first_input_at_every_step = slip(
    "Every step reads the first input. Step k reads x[:, k].", {"from_x[:, k]": "from_x[:, 0]"}
)

input_one_step_late = slip(
    "Each step reads the input of the step before.", {"from_x[:, k]": "from_x[:, max(k - 1, 0)]"}
)

backwards_in_time = slip("The sequence is read from its end.", {STEP: "k = t - 1 - k\n" + STEP})

read_backwards_written_forwards = slip(
    "The inputs are read from the last to the first.", {"from_x[:, k]": "from_x[:, t - 1 - k]"}
)

states_in_reverse = slip(
    "The states come out in reverse order: the last one stands first.",
    {"return hs": "return hs[:, ::-1].copy()"},
)

h0_among_the_states = slip(
    "Each place holds the state before its step: h0 stands first and the last state is missing.",
    {"h = np.tanh(from_x[:, k] + h @ w_hh.T)\nhs[:, k] = h": f"hs[:, k] = h\n{STEP}"},
)

last_state_everywhere = slip(
    "All places hold the last state, as when one array is written into at every step.",
    {"hs[:, k] = h": "hs[:] = h[:, None]"},
)

first_state_everywhere = slip(
    "Only the first step is taken: all places hold the state after it.",
    {"hs[:, k] = h": "hs[:, k] = h if k == 0 else hs[:, 0]"},
)

states_summed = slip(
    "The states add up from step to step. Each one replaces the one before.",
    {STEP: "h = h + np.tanh(from_x[:, k] + h @ w_hh.T)"},
)

carried_without_tanh = slip(
    "What is carried on has not been through tanh. The next step should get the squashed state.",
    {STEP: "h = from_x[:, k] + h @ w_hh.T", "hs[:, k] = h": "hs[:, k] = np.tanh(h)"},
)

no_tanh = slip(
    "tanh is missing: the whole sequence goes through one linear map.",
    {"np.tanh(from_x[:, k] + h @ w_hh.T)": "from_x[:, k] + h @ w_hh.T"},
)

tanh_of_each_part = slip(
    "tanh is applied to the input's part and to the state's part, each on its own. It belongs "
    "around their sum.",
    {"np.tanh(from_x[:, k] + h @ w_hh.T)": "np.tanh(from_x[:, k]) + np.tanh(h @ w_hh.T)"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {
        STEP: (
            "z = from_x[:, k] + h @ w_hh.T\nh = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"
        )
    },
)

tanh_by_one_exponential = slip(
    "tanh is written with one exponential that overflows for large z, and ∞ / ∞ is nan.",
    {STEP: ("z = np.exp(2 * (from_x[:, k] + h @ w_hh.T))\nh = (z - 1) / (z + 1)")},
)

clipped = slip(
    "The argument of tanh is clipped, so the states never come as near to ±1 as they should.",
    {STEP: "h = np.tanh(np.clip(from_x[:, k] + h @ w_hh.T, -9, 9))"},
)

time_and_batch_reshaped = slip(
    "Time and batch are exchanged by a reshape, which mixes the steps of different sequences. To "
    "exchange axes, transpose.",
    {"from_x[:, k]": "from_x.reshape(t, n, hidden)[k]"},
)

states_reshaped = slip(
    "The states, one array a step, are reshaped to (n, t, hidden), which mixes the sequences. To "
    "exchange axes, transpose.",
    {"return hs": "return hs.swapaxes(0, 1).reshape(n, t, hidden)"},
)

sequences_chained = slip(
    "A sequence starts where the one before it in the batch has ended. Each starts from its own "
    "row of h0.",
    {
        LOOP: (
            "h = h0[0] if n else h0\n"
            "for row, k in np.ndindex(n, t):\n"
            "    h = np.tanh(from_x[row, k] + w_hh @ h)\n"
            "    hs[row, k] = h\n"
            "return hs"
        )
    },
)

recurrent_weights_not_transposed = slip(
    "W_hh is not transposed. It is square, so no error tells, but row j of it belongs to unit j.",
    {"h @ w_hh.T": "h @ w_hh"},
)

input_weights_reshaped = slip(
    "W_ih is reshaped, not transposed, which mixes the numbers of different units.",
    {"w_ih.T": "w_ih.reshape(-1, hidden)"},
)

no_recurrent_bias = slip("b_hh is missing at every step.", {"(b_ih + b_hh)": "b_ih"})

no_input_bias = slip("b_ih is missing at every step.", {"(b_ih + b_hh)": "b_hh"})

first_state_unchecked = slip(
    "An h0 of another shape is not refused: NumPy broadcasts one row, or one unit, over all.",
    {"if h0.shape != (n, hidden):": "if False:"},
)

states_stacked_from_a_list = slip(
    "The states are stacked from a list, which fails where there are none. Without steps, the "
    "result has the shape (n, 0, hidden).",
    {"return hs": "return np.stack([hs[:, k] for k in range(t)], axis=1)"},
)

by_recursion = slip(
    "Each step calls the one before it: Python's stack ends at about a thousand calls.",
    {
        LOOP: (
            "def fill(k):\n"
            "    hs[:, k] = np.tanh(from_x[:, k] + (fill(k - 1) if k else h0) @ w_hh.T)\n"
            "    return hs[:, k]\n"
            "\n"
            "if t:\n"
            "    fill(t - 1)\n"
            "return hs"
        )
    },
)

one_sequence_at_a_time = slip(
    "It loops over the batch in Python. A matrix product takes a step of all sequences at once.",
    {
        STEP: (
            "h = np.array([np.tanh(from_x[r, k] + w_hh @ h[r]) for r in range(n)])\n"
            "h = h.reshape(n, hidden)"
        )
    },
)
