from kata.attempts import right, slip
from solutions.rnn.predict_recurrence import (
    gradient_through_time,
    kept_memory,
    lstm_to_gru,
    rnn_parameters,
)


@right(rnn_parameters)
def worked_out_by_units():
    return 20 * (10 + 20 + 2)


@right(lstm_to_gru)
def four_blocks_over_three():
    return 4 / 3


@right(kept_memory)
def halved_four_times():
    return 16 * 0.5**4


@right(gradient_through_time)
def ten_factors_of_two():
    return float(2**10)


one_bias = slip(
    "Only one bias is counted. PyTorch has two, though their sum would do.",
    {"return 640 ": "return 620 "},
)

no_biases = slip("The biases are left out.", {"return 640 ": "return 600 "})

no_recurrent_weights = slip(
    "The weights from the state to the state are left out.", {"return 640 ": "return 240 "}
)

blocks_of_an_lstm = slip(
    "These are the four blocks of an LSTM. A plain RNN has one.", {"return 640 ": "return 2560 "}
)

the_other_way_round = slip(
    "This is the GRU beside the LSTM. The LSTM is the larger one.",
    {"return 1.333 ": "return 0.75 "},
)

an_lstm_beside_an_rnn = slip(
    "The LSTM has four times as many as a plain RNN. The GRU has more than one block, too.",
    {"return 1.333 ": "return 4.0 "},
)

two_blocks_in_a_gru = slip(
    "The GRU has two gates, but the candidate has a block, too.", {"return 1.333 ": "return 2.0 "}
)

states_beside_gates = slip(
    "This takes the GRU's three blocks for two thirds of the LSTM's. That has four.",
    {"return 1.333 ": "return 1.5 "},
)

one_direction = slip(
    "The two directions are kept apart, side by side.", {"return 8, 30, 40 ": "return 8, 30, 20 "}
)

all_layers = slip(
    "The steps of all layers are counted. Only the top layer's are returned.",
    {"return 8, 30, 40 ": "return 8, 30, 120 "},
)

last_step_only = slip(
    "This has one state for each sequence. `output` has all steps.",
    {"return 8, 30, 40 ": "return 8, 1, 40 "},
)

time_first = slip(
    "This has time first, PyTorch's default. Here, batch_first is True.",
    {"return 8, 30, 40 ": "return 30, 8, 40 "},
)

batch_first_for_the_last_states = slip(
    "batch_first is for sequences. h_n always has layers and directions first.",
    {"return 6, 8, 20 ": "return 8, 6, 20 "},
)

directions_side_by_side = slip(
    "In h_n the directions are not side by side: each has an entry of its own, as each layer has.",
    {"return 6, 8, 20 ": "return 3, 8, 40 "},
)

layers_only = slip(
    "Only layers are counted. Each has two directions.", {"return 6, 8, 20 ": "return 3, 8, 20 "}
)

top_layer_only = slip(
    "These are the last states of the top layer. h_n has those of all layers.",
    {"return 6, 8, 20 ": "return 2, 8, 20 "},
)

backward_ends_at_the_end = slip(
    "At the last step, the backward direction has read one number only.",
    {"return 0 ": "return 29 "},
)

beyond_the_end = slip(
    "There is no step 30: they are counted from 0. And where does the backward direction begin?",
    {"return 0 ": "return 30 "},
)

nothing_forgotten = slip(
    "A forget gate of σ(0) is not open. What is σ(0)?", {"return 1.0 ": "return 16.0 "}
)

all_forgotten = slip(
    "A forget gate of σ(0) is not closed. What is σ(0)?", {"return 1.0 ": "return 0.0 "}
)

one_step_less = slip("The memory is halved four times.", {"return 1.0 ": "return 2.0 "})

halved_once = slip("The memory is halved at every step, not once.", {"return 1.0 ": "return 8.0 "})

a_quarter_a_step = slip(
    "A share of the whole is subtracted here: 16 / 4. Each step halves what is left.",
    {"return 1.0 ": "return 4.0 "},
)

bias_of_zero_saves = slip(
    "At 0 the gate is half open, and half of the memory is lost at each step.",
    {"return 3.0 ": "return 0.0 "},
)

bias_of_one_saves = slip(
    "At 1 the gate is 0.73, and 0.73⁵⁰ is 2e-7. A bias of 1 is a good start for shorter spans.",
    {"return 3.0 ": "return 1.0 "},
)

update_gate_reversed = slip(
    "z is the share of the old state here. In some papers it is that of the candidate.",
    {'return "the old one"': 'return "the candidate"'},
)

update_gate_taken_for_reset = slip(
    "z does not reset anything: it chooses between the old state and the candidate.",
    {'return "the old one"': 'return "zeros"'},
)

one_step_too_many = slip(
    "The first number enters at the first step and then passes through ten more.",
    {"return 1024.0 ": "return 2048.0 "},
)

one_step_too_few = slip(
    "From the first to the last of 11 numbers there are ten steps.",
    {"return 1024.0 ": "return 512.0 "},
)

linear_in_time = slip(
    "The gradient shrinks by a factor at every step, not by an equal amount.",
    {"return 1024.0 ": "return 11.0 "},
)

clipping_helps = slip(
    "Clipping shortens the gradient as a whole: the small part is not raised.",
    {'return "stays"': 'return "grows"'},
)

clipping_harms = slip(
    "Clipping scales small and large parts by the same number.",
    {'return "stays"': 'return "shrinks"'},
)

hidden_state_leaves = slip(
    "h is a gate times tanh(c), so its size stays below 1.", {'return "c"': 'return "h"'}
)

both_leave = slip(
    "One of them leaves, but h is a gate times tanh(c).", {'return "c"': 'return "both"'}
)

neither_leaves = slip(
    "Nothing squashes the memory itself: what open gates let in adds up.",
    {'return "c"': 'return "neither"'},
)

padding_does_nothing = slip(
    "An input of 0 is an input: what do the biases and the recurrent weights make of it?",
    {'return "another one"': 'return "the same"'},
)

padding_resets = slip(
    "Zeros as inputs do not reset the state: biases and recurrent weights still act.",
    {'return "another one"': 'return "zeros"'},
)
