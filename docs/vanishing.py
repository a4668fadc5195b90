"""Draws how much of the first state is still felt in an RNN and in LSTMs, from their solutions.

pip install -e '.[plots]' && python -m docs.vanishing
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.autograd.functional import jacobian

from docs.plots import save
from solutions.basics.sigmoid import sigmoid
from solutions.rnn.lstm_forward import lstm_forward
from solutions.rnn.vanishing_through_time import lstm_cell_path, rnn_sensitivity
from solutions.training.orthogonal_init import orthogonal

STEPS, INPUTS, HIDDEN = 50, 16, 64
BIASES = (0.0, 1.0, 3.0)


def draw_weights(blocks: int) -> list[np.ndarray]:
    """W_ih and W_hh as torch draws them: uniform within 1 / √hidden."""
    rng = np.random.default_rng(0)
    shapes = [(blocks * HIDDEN, INPUTS), (blocks * HIDDEN, HIDDEN)]
    return [rng.uniform(-1, 1, size=shape) / HIDDEN**0.5 for shape in shapes]


def forget_gates(x: np.ndarray, bias: float) -> np.ndarray:
    """The forget gates of an LSTM along a sequence, (t, hidden)."""
    w_ih, w_hh = draw_weights(4)
    b = np.repeat([0.0, bias, 0.0, 0.0], HIDDEN)
    zeros = np.zeros((1, HIDDEN))
    hs, _, _ = lstm_forward(x[None], zeros, zeros, w_ih, w_hh, b, 0 * b)
    before = np.vstack([zeros, hs[0, :-1]])
    block = slice(HIDDEN, 2 * HIDDEN)
    return sigmoid(x @ w_ih[block].T + before @ w_hh[block].T + bias)


def along_all_paths(x: np.ndarray, bias: float) -> float:
    """The norm of the last memory's whole Jacobian with respect to the first."""
    layer = torch.nn.LSTM(INPUTS, HIDDEN, dtype=torch.float64)
    values = *draw_weights(4), np.repeat([0.0, bias, 0.0, 0.0], HIDDEN), np.zeros(4 * HIDDEN)
    with torch.no_grad():
        for own, value in zip(layer.parameters(), values, strict=True):
            own[...] = torch.tensor(value)
    h0 = torch.zeros(1, HIDDEN, dtype=torch.float64)
    whole = jacobian(lambda c0: layer(torch.tensor(x), (h0, c0))[1][1][0], h0)
    return float(torch.linalg.matrix_norm(whole[:, 0], ord=2))


def draw_vanishing() -> None:
    """The norm of the state's Jacobian with respect to the first state, step after step."""
    x = np.random.default_rng(1).normal(size=(STEPS, INPUTS))
    w_ih, w_hh = draw_weights(1)
    turn = orthogonal((HIDDEN, HIDDEN), np.random.default_rng(0))
    zeros = np.zeros(HIDDEN)
    lines = {
        "RNN, orthogonal W_hh": rnn_sensitivity(x, zeros, w_ih, turn, zeros),
        "RNN, torch's default": rnn_sensitivity(x, zeros, w_ih, w_hh, zeros),
    }
    lines |= {
        f"LSTM's memory, forget bias {bias:.0f}": lstm_cell_path(forget_gates(x, bias))
        for bias in BIASES
    }
    figure, panel = plt.subplots(figsize=(7.5, 3.4), layout="constrained")
    for name, norms in sorted(lines.items(), key=lambda line: -line[1][-1]):
        style = "--" if name.startswith("RNN") else "-"
        panel.semilogy(range(1, STEPS + 1), norms, style, linewidth=1.4, label=name)
        print(f"{name}: {norms[-1]:.1e}")
    panel.set(title="what is still felt of the first state", xlabel="steps", ylim=(1e-16, 10))
    panel.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, "vanishing")
    for bias in BIASES:
        print(f"all paths, forget bias {bias:.0f}: {along_all_paths(x, bias):.1e}")


if __name__ == "__main__":
    draw_vanishing()
