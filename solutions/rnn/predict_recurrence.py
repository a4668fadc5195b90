"""Predict: shapes, parameters, gates and gradients of recurrent networks, in your head.

Return each answer as a literal. Layers are PyTorch's, with batch_first=True, one layer in one
direction and both biases, unless the question says otherwise. σ is the sigmoid.
"""


def rnn_parameters() -> int:
    """How many parameters does nn.RNN(10, 20) have, with 10 inputs and 20 hidden units? An int."""
    return 640  # 20 · 10 + 20 · 20 + 20 + 20, however many steps there are


def lstm_to_gru() -> float:
    """An LSTM and a GRU have the same numbers of inputs and hidden units. How many times as many
    parameters as the GRU does the LSTM have? A float, rounded to 3 decimals.
    """
    return 1.333  # four blocks against three, all of the same shape


def states_of_a_stack() -> tuple[int, int, int]:
    """x of shape (8, 30, 10) goes through a bidirectional nn.LSTM(10, 20, num_layers=3). What is
    the shape of `output`, the first thing that it returns? A tuple of three ints.
    """
    return 8, 30, 40  # all steps of the top layer only, both directions side by side


def last_states_of_a_stack() -> tuple[int, int, int]:
    """x of shape (8, 30, 10) goes through a bidirectional nn.LSTM(10, 20, num_layers=3). What is
    the shape of h_n, the last hidden states? A tuple of three ints.
    """
    return 6, 8, 20  # one for each layer and direction; batch_first does not move this axis


def where_backward_ends() -> int:
    """A bidirectional RNN reads one sequence of 30 steps. At which step of the output, counted from
    0, stands the state of the backward direction that has read the whole sequence? An int.
    """
    return 0  # it starts at step 29 and reads towards the front


def kept_memory() -> float:
    """The gates of an LSTM depend on their biases only: the forget gate is σ(0). An input has put
    16.0 into the memory, and the input gate is closed since. What is left after 4 steps? A float.
    """
    return 1.0  # σ(0) = ½, four times


def what_saves_the_memory() -> float:
    """At the start of training the forget gates of an LSTM are about σ(b), with b their bias. Which
    one leaves more than a hundredth of the memory after 50 steps: 0.0, 1.0 or 3.0?
    """
    return 3.0  # σ(3)⁵⁰ = 0.953⁵⁰ = 0.09, but 0.731⁵⁰ = 2e-7 and 0.5⁵⁰ = 9e-16


def gru_with_z_of_one() -> str:
    """The update gate z of PyTorch's GRU is 1 in a step. What is the new hidden state? "the old
    one", "the candidate" or "zeros".
    """
    return "the old one"  # h′ = (1 − z) ⊙ n + z ⊙ h


def gradient_through_time() -> float:
    """A linear RNN, h′ = 0.5 · h + x, starts from h = 0 and reads 11 numbers. The loss is the last
    h. By which factor is its gradient with respect to the first x smaller than that with respect to
    the last x? 11.0, 512.0, 1024.0 or 2048.0.
    """
    return 1024.0  # ten steps lie between them, each with a factor of 0.5


def clipped() -> str:
    """In an RNN, the gradient with respect to the first of 40 inputs is far smaller than that with
    respect to the last. Both are clipped together, by their norm. What becomes of the ratio first /
    last? "grows", "stays" or "shrinks".
    """
    return "stays"  # all are scaled alike: clipping helps against explosions, not against vanishing


def range_of_the_states() -> str:
    """An LSTM runs for many steps, with all gates fully open and every candidate tanh(g) = 1. Which
    of its two states leaves the range from −1 to 1? "h", "c", "both" or "neither".
    """
    return "c"  # c grows by 1 per step, but h is a share of tanh(c)


def padded_last_state() -> str:
    """A sequence of 3 steps is padded with zeros to 5. All weights and biases of the RNN are
    positive. What is hs[:, −1], compared with the state after step 3: "the same", "another one"
    or "zeros"?
    """
    return "another one"  # zeros are inputs, too: biases and the recurrent weights go on
