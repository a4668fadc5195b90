import math

import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.feed_forward import feed_forward, swiglu

HIDDEN = "gelu(x @ w1.T + b1)"
OUT = "hidden @ w2.T + b2"
GATE = "silu(x @ w_gate.T)"
UP = "up = x @ w_up.T"
DOWN = "(gate * up) @ w_down.T"


@right(feed_forward)
def with_a_gelu_of_its_own(x, w1, b1, w2, b2):
    z = np.einsum("...d,hd->...h", x, w1) + b1
    erf = np.array([math.erf(v / math.sqrt(2)) for v in z.ravel()]).reshape(z.shape)
    y = np.einsum("...h,dh->...d", (0.5 * z * (1 + erf)).astype(x.dtype), w2)
    return y + b2


with_biases_as_weights = rewrite(
    {
        HIDDEN: (
            "gelu(np.append(x, np.ones((*x.shape[:-1], 1), x.dtype), axis=-1)"
            " @ np.column_stack([w1, b1]).T)"
        )
    }
)


@right(swiglu)
def with_gate_and_up_in_one_product(x, w_gate, w_up, w_down):
    hidden = len(w_gate)
    both = x @ np.concatenate([w_gate, w_up]).T
    gate, up = both[..., :hidden], both[..., hidden:]
    return gate / (1 + np.exp(-gate)) * up @ w_down.T


with_the_sigmoid_through_tanh = rewrite(
    {GATE: "x @ w_gate.T\ngate = gate * (1 + np.tanh(gate / 2)) / 2"}
)

# --- feed_forward ----------------------------------------------------------------------------

gelu_by_tanh = slip(
    "The GELU is the approximation by tanh, right to three digits or so. The exact one uses erf.",
    {
        "hidden = gelu(x @ w1.T + b1)": (
            "from exercises.basics.gelu import gelu_tanh\nhidden = gelu_tanh(x @ w1.T + b1)"
        )
    },
)

gelu_by_a_sigmoid = slip(
    "The GELU is the approximation z · sigmoid(1.702 z), off by up to 0.02. The exact one uses "
    "erf.",
    {HIDDEN: "silu(1.702 * (x @ w1.T + b1)) / 1.702"},
)

relu_for_gelu = slip(
    "The activation is ReLU, as in the first transformer. In this kata it is GELU.",
    {HIDDEN: "np.maximum(x @ w1.T + b1, 0)"},
)

silu_for_gelu = slip(
    "The activation is SiLU. In `feed_forward` it is GELU.", {HIDDEN: "silu(x @ w1.T + b1)"}
)

tanh_for_gelu = slip(
    "The activation is tanh. It should be GELU.", {HIDDEN: "np.tanh(x @ w1.T + b1)"}
)

no_activation = slip(
    "There is no activation between the two linear layers: together they are one linear map.",
    {HIDDEN: "x @ w1.T + b1"},
)

activation_last = slip(
    "GELU is applied to the result as well. The second layer is linear.",
    {OUT: "gelu(hidden @ w2.T + b2)"},
)

activation_only_last = slip(
    "GELU comes after the second layer. It belongs between the two.",
    {HIDDEN: "x @ w1.T + b1", OUT: "gelu(hidden @ w2.T + b2)"},
)

activation_first = slip(
    "GELU is applied to x, before the first layer. It belongs after that layer.",
    {HIDDEN: "gelu(x) @ w1.T + b1"},
)

first_bias_after_the_activation = slip(
    "b1 is added after the activation. It belongs to the first layer, inside GELU.",
    {HIDDEN: "gelu(x @ w1.T) + b1"},
)

no_first_bias = slip("b1 is not added.", {HIDDEN: "gelu(x @ w1.T)"})

no_second_bias = slip("b2 is not added.", {OUT: "hidden @ w2.T"})

residual_added = slip(
    "x is added to the result. The way around the network belongs to the block, not to this "
    "function.",
    {OUT: "x + hidden @ w2.T + b2"},
)

w1_not_transposed = slip(
    "w1 is not transposed: its rows belong to the hidden units.", {HIDDEN: "gelu(x @ w1 + b1)"}
)

w2_not_transposed = slip(
    "w2 is not transposed: its rows belong to the outputs.", {OUT: "hidden @ w2 + b2"}
)

w1_on_the_way_back = slip(
    "w1 serves for both layers. The way back has weights of its own, w2.", {OUT: "hidden @ w1 + b2"}
)

x_normalized_first = slip(
    "x is normalized first. The norm belongs to the block, not to this function.",
    {
        "hidden = gelu(x @ w1.T + b1)": (
            "z = (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + 1e-5)\n"
            "hidden = gelu(z @ w1.T + b1)"
        )
    },
)

# --- swiglu ----------------------------------------------------------------------------------

gate_and_up_swapped = slip(
    "SiLU is applied to the wrong map of x: w_gate gives what goes through it, w_up what does not.",
    {GATE: "x @ w_gate.T", UP: "up = silu(x @ w_up.T)"},
)

silu_of_the_product = slip(
    "SiLU is applied to the product of the two maps. Only the gate goes through it, before the "
    "product.",
    {GATE: "x @ w_gate.T", DOWN: "silu(gate * up) @ w_down.T"},
)

silu_of_both = slip(
    "Both maps go through SiLU. The one by w_up should stay linear.", {UP: "up = silu(x @ w_up.T)"}
)

no_silu = slip(
    "The gate has no activation, as in the bilinear variant. It should go through SiLU.",
    {GATE: "x @ w_gate.T"},
)

sigmoid_for_silu = slip(
    "The gate goes through a sigmoid, as in the first gated linear unit. SiLU is z · sigmoid(z).",
    {GATE: "(1 + np.tanh((x @ w_gate.T) / 2)) / 2"},
)

gelu_for_silu = slip("The gate goes through GELU: that is GEGLU.", {GATE: "gelu(x @ w_gate.T)"})

relu_for_silu = slip(
    "The gate goes through ReLU: that is ReGLU.", {GATE: "np.maximum(x @ w_gate.T, 0)"}
)

sum_for_product = slip(
    "The two maps are added. The gate should multiply.", {"gate * up": "gate + up"}
)

no_up = slip(
    "w_up is not used: silu(x W_gateᵀ) is all that is mapped back.", {"(gate * up)": "gate"}
)

gate_twice = slip(
    "Gate and up both come from w_gate. The map that is gated has weights of its own.",
    {UP: "up = x @ w_gate.T"},
)

silu_last = slip(
    "SiLU is applied to the result, not to the gate.",
    {GATE: "x @ w_gate.T", DOWN: "silu((gate * up) @ w_down.T)"},
)

gated_residual_added = slip(
    "x is added to the result. The way around the network belongs to the block, not to this "
    "function.",
    {DOWN: "x + (gate * up) @ w_down.T"},
)

one_position_at_a_time = slip(
    "It loops over the positions in Python. A matrix product serves all of them.",
    {GATE: "np.apply_along_axis(lambda row: silu(w_gate @ row), -1, x)"},
)

w_down_not_transposed = slip(
    "w_down is not transposed: its rows belong to the outputs.", {DOWN: "(gate * up) @ w_down"}
)
