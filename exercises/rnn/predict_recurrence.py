"""Predict: shapes, parameters, gates and gradients of recurrent networks, in your head.

Return each answer as a literal. Layers are PyTorch's, with batch_first=True, one layer in one
direction and both biases, unless the question says otherwise. σ is the sigmoid.
"""


def rnn_parameters() -> int:
    """How many parameters does nn.RNN(10, 20) have, with 10 inputs and 20 hidden units? An int."""
    raise NotImplementedError


def lstm_to_gru() -> float:
    """An LSTM and a GRU have the same numbers of inputs and hidden units. How many times as many
    parameters as the GRU does the LSTM have? A float, rounded to 3 decimals.
    """
    raise NotImplementedError


def states_of_a_stack() -> tuple[int, int, int]:
    """x of shape (8, 30, 10) goes through a bidirectional nn.LSTM(10, 20, num_layers=3). What is
    the shape of `output`, the first thing that it returns? A tuple of three ints.
    """
    raise NotImplementedError


def last_states_of_a_stack() -> tuple[int, int, int]:
    """x of shape (8, 30, 10) goes through a bidirectional nn.LSTM(10, 20, num_layers=3). What is
    the shape of h_n, the last hidden states? A tuple of three ints.
    """
    raise NotImplementedError


def where_backward_ends() -> int:
    """A bidirectional RNN reads one sequence of 30 steps. At which step of the output, counted from
    0, stands the state of the backward direction that has read the whole sequence? An int.
    """
    raise NotImplementedError


def kept_memory() -> float:
    """The gates of an LSTM depend on their biases only: the forget gate is σ(0). An input has put
    16.0 into the memory, and the input gate is closed since. What is left after 4 steps? A float.
    """
    raise NotImplementedError


def what_saves_the_memory() -> float:
    """At the start of training the forget gates of an LSTM are about σ(b), with b their bias. Which
    one leaves more than a hundredth of the memory after 50 steps: 0.0, 1.0 or 3.0?
    """
    raise NotImplementedError


def gru_with_z_of_one() -> str:
    """The update gate z of PyTorch's GRU is 1 in a step. What is the new hidden state? "the old
    one", "the candidate" or "zeros".
    """
    raise NotImplementedError


def gradient_through_time() -> float:
    """A linear RNN, h′ = 0.5 · h + x, starts from h = 0 and reads 11 numbers. The loss is the last
    h. By which factor is its gradient with respect to the first x smaller than that with respect to
    the last x? 11.0, 512.0, 1024.0 or 2048.0.
    """
    raise NotImplementedError


def clipped() -> str:
    """In an RNN, the gradient with respect to the first of 40 inputs is far smaller than that with
    respect to the last. Both are clipped together, by their norm. What becomes of the ratio first /
    last? "grows", "stays" or "shrinks".
    """
    raise NotImplementedError


def range_of_the_states() -> str:
    """An LSTM runs for many steps, with all gates fully open and every candidate tanh(g) = 1. Which
    of its two states leaves the range from −1 to 1? "h", "c", "both" or "neither".
    """
    raise NotImplementedError


def padded_last_state() -> str:
    """A sequence of 3 steps is padded with zeros to 5. All weights and biases of the RNN are
    positive. What is hs[:, −1], compared with the state after step 3: "the same", "another one"
    or "zeros"?
    """
    raise NotImplementedError
