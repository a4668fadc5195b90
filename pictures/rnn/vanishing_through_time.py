"""An RNN forgets its first state exponentially; an LSTM does unless its forget gates are open."""

from typing import Any

import numpy as np

SIZE = 7.5, 3.4
SHOWS = "slope_not_squared"
STEPS, INPUTS, HIDDEN = 50, 16, 64
BIASES = (0.0, 1.0, 3.0)


def weights(blocks: int) -> list[np.ndarray]:
    """W_ih and W_hh as torch draws them: uniform within 1 / √hidden."""
    rng = np.random.default_rng(0)
    shapes = [(blocks * HIDDEN, INPUTS), (blocks * HIDDEN, HIDDEN)]
    return [rng.uniform(-1, 1, size=shape) / HIDDEN**0.5 for shape in shapes]


def forget_gates(x: np.ndarray, bias: float) -> np.ndarray:
    """The forget gates of an LSTM along a sequence, (t, hidden)."""
    w_ih, w_hh = weights(4)
    h, c, gates = np.zeros(HIDDEN), np.zeros(HIDDEN), []
    for inputs in x:
        i, f, g, o = np.split(w_ih @ inputs + w_hh @ h, 4)
        gates.append(sigmoid(f + bias))
        c = gates[-1] * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return np.array(gates)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def draw(answer: Any, figure: Any) -> None:
    x, zeros = np.random.default_rng(1).normal(size=(STEPS, INPUTS)), np.zeros(HIDDEN)
    w_ih, w_hh = weights(1)
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(HIDDEN, HIDDEN)))
    lines = {
        f"LSTM's memory, forget bias {bias:.0f}": answer.lstm_cell_path(forget_gates(x, bias))
        for bias in reversed(BIASES)
    }
    lines["RNN, orthogonal W_hh"] = answer.rnn_sensitivity(x, zeros, w_ih, turn, zeros)
    lines["RNN, torch's default"] = answer.rnn_sensitivity(x, zeros, w_ih, w_hh, zeros)
    panel = figure.subplots()
    panel.set(title="what is still felt of the first state", xlabel="steps", ylim=(1e-16, 10))
    panel.set_yscale("log")
    for name, norms in lines.items():
        style = "--" if name.startswith("RNN") else "-"
        panel.plot(range(1, STEPS + 1), norms, style, linewidth=1.4, label=name)
    panel.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
