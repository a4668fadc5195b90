import math

import numpy as np

from exercises.attention.causal_self_attention import causal_self_attention
from exercises.attention.cross_attention import cross_attention
from exercises.attention.feed_forward import feed_forward
from exercises.training.layer_norm import layer_norm
from kata.attempts import rewrite, right, slip
from solutions.attention.decoder_block import decoder_block

NORM1 = 'layer_norm(x, *params["norm1"])'
NORM2 = 'layer_norm(x, *params["norm2"])'
NORM3 = 'layer_norm(x, *params["norm3"])'
SELF = 'x = x + causal_self_attention(normed, *params["self_attention"], n_heads)'
CROSS = "x = x + cross_attention(normed, memory, *weights, n_heads, memory_lengths)"
NETWORK = 'return x + feed_forward(normed, *params["network"])'
FIRST = f"normed = {NORM1}\n{SELF}"
LAST = f"normed = {NORM3}\n{NETWORK}"
IF = "if memory is not None:"
SECOND = f'{IF}\n    normed = {NORM2}\n    weights = params["cross_attention"]\n    {CROSS}'
# Every position sees all others; the rest is as in causal_self_attention.
SELF_UNMASKED = (
    "from exercises.attention.scaled_dot_product import scaled_dot_product\n"
    'w, b, w_o, b_o = params["self_attention"]\n'
    "cut = (*x.shape[:2], 3, n_heads, x.shape[2] // n_heads)\n"
    "q, k, v = (normed @ w.T + b).reshape(cut).transpose(2, 0, 3, 1, 4)\n"
    "heads = scaled_dot_product(q, k, v).swapaxes(1, 2).reshape(x.shape)\n"
    "x = x + heads @ w_o.T + b_o"
)
# Position s of x sees the memory's positions up to s.
CROSS_CAUSAL = (
    "from exercises.attention.scaled_dot_product import scaled_dot_product\n"
    "w_q, w_k, w_v, w_o = weights\n"
    "width = x.shape[2] // n_heads\n"
    "q, k, v = (\n"
    "    (a @ w.T).reshape(*a.shape[:2], n_heads, width).swapaxes(1, 2)\n"
    "    for a, w in ((normed, w_q), (memory, w_k), (memory, w_v))\n"
    ")\n"
    "mask = np.tri(x.shape[1], memory.shape[1], dtype=bool)\n"
    "if memory_lengths is not None:\n"
    "    real = np.arange(memory.shape[1]) < memory_lengths[:, None]\n"
    "    mask = mask & real[:, None, None]\n"
    "x = x + scaled_dot_product(q, k, v, mask).swapaxes(1, 2).reshape(x.shape) @ w_o.T"
)


@right(decoder_block)
def with_nothing_imported(x, params, n_heads, memory=None, memory_lengths=None):
    n, t, d = x.shape

    def norm(z, name):
        gamma, beta = params[name]
        wide = z.astype(np.float64)
        wide = wide - wide.mean(-1, keepdims=True)
        std = np.sqrt((wide**2).mean(-1, keepdims=True) + 1e-5)
        return (wide / std * gamma + beta).astype(x.dtype)

    def attend(q, k, v, mask):
        q, k, v = (a.reshape(n, -1, n_heads, d // n_heads) for a in (q, k, v))
        scores = np.einsum("nqhe,nkhe->nhqk", q, k) / math.sqrt(d // n_heads)
        scores = np.where(mask, scores, np.asarray(-1e4, scores.dtype))
        weights = np.exp(scores - scores.max(-1, keepdims=True)) * mask
        weights = weights / np.maximum(weights.sum(-1, keepdims=True), np.finfo(x.dtype).tiny)
        return np.einsum("nhqk,nkhe->nqhe", weights, v).reshape(n, t, d)

    w, b, w_o, b_o = params["self_attention"]
    q, k, v = np.split(norm(x, "norm1") @ w.T + b, 3, axis=2)
    y = x + attend(q, k, v, np.tri(t, dtype=bool)) @ w_o.T + b_o
    if memory is not None:
        w_q, w_k, w_v, w_o = params["cross_attention"]
        lengths = np.full(n, memory.shape[1]) if memory_lengths is None else memory_lengths
        mask = (np.arange(memory.shape[1]) < lengths[:, None])[:, None, None]
        y = y + attend(norm(y, "norm2") @ w_q.T, memory @ w_k.T, memory @ w_v.T, mask) @ w_o.T
    w1, b1, w2, b2 = params["network"]
    z = norm(y, "norm3") @ w1.T + b1
    erf = np.array([math.erf(v / math.sqrt(2)) for v in z.flat]).reshape(z.shape)
    return y + (z * (1 + erf) / 2).astype(x.dtype) @ w2.T + b2


@right(decoder_block)
def as_a_list_of_branches(x, params, n_heads, memory=None, memory_lengths=None):
    def cross(z, *weights):
        return cross_attention(z, memory, *weights, n_heads, memory_lengths)

    branches = [
        (
            "norm1",
            "self_attention",
            lambda z, *weights: causal_self_attention(z, *weights, n_heads),
        ),
        ("norm2", "cross_attention", cross),
        ("norm3", "network", feed_forward),
    ]
    for norm, name, branch in branches:
        if name != "cross_attention" or memory is not None:
            x = x + branch(layer_norm(x, *params[norm]), *params[name])
    return x


with_an_early_sum = rewrite(
    {NETWORK: 'y = np.copy(x)\ny += feed_forward(normed, *params["network"])\nreturn y'}
)

# --- Which step, and when --------------------------------------------------------------------

memory_ignored = slip("The memory is not used: there is no cross-attention.", {IF: "if False:"})

weights_wanted_without_a_memory = slip(
    "Without a memory, norm2 and the weights of cross-attention are looked up all the same, and "
    "may be missing.",
    {IF: f"gamma, beta = params['norm2']\n{IF}"},
)

lengths_of_0_taken_for_none = slip(
    "If all lengths are 0, they are taken for none given: the whole memory is seen.",
    {
        CROSS: (
            "if memory_lengths is not None and not memory_lengths.any():\n"
            "    memory_lengths = None\n" + CROSS
        )
    },
)

lengths_ignored = slip(
    "`memory_lengths` does not reach cross-attention.",
    {CROSS: "x = x + cross_attention(normed, memory, *weights, n_heads)"},
)

cross_before_self = slip(
    "Cross-attention comes before self-attention.", {f"{FIRST}\n{SECOND}": f"{SECOND}\n{FIRST}"}
)

network_before_cross = slip(
    "The network comes before cross-attention.",
    {f"{SECOND}\n{LAST}": f"{LAST.replace('return x +', 'x = x +')}\n{SECOND}\nreturn x"},
)

attentions_side_by_side = slip(
    "Both attentions see x, side by side. Cross-attention should see x with the result of "
    "self-attention added.",
    {SELF: f"start = x\n{SELF}", NORM2: 'layer_norm(start, *params["norm2"])'},
)

self_attention_a_second_time = slip(
    "Without a memory, x takes its place. That step should be left out.",
    {IF: "memory = x if memory is None else memory\nif memory is not None:"},
)

not_causal = slip(
    "Self-attention sees later positions too: in a decoder, it is causal.", {SELF: SELF_UNMASKED}
)

cross_attention_causal = slip(
    "Cross-attention has a causal mask: position s sees the memory up to s only. All of the memory "
    "is known.",
    {CROSS: CROSS_CAUSAL},
)

# --- Ways around -----------------------------------------------------------------------------

no_way_around_self_attention = slip(
    "x is not added to what self-attention gives.",
    {SELF: 'x = causal_self_attention(normed, *params["self_attention"], n_heads)'},
)

no_way_around_cross_attention = slip(
    "The sum so far is not added to what cross-attention gives.",
    {CROSS: "x = cross_attention(normed, memory, *weights, n_heads, memory_lengths)"},
)

no_way_around_the_network = slip(
    "The sum so far is not added to what the network gives.",
    {NETWORK: 'return feed_forward(normed, *params["network"])'},
)

no_ways_around = slip(
    "Nothing is added: the steps have no way around them.",
    {
        SELF: 'x = causal_self_attention(normed, *params["self_attention"], n_heads)',
        CROSS: "x = cross_attention(normed, memory, *weights, n_heads, memory_lengths)",
        NETWORK: 'return feed_forward(normed, *params["network"])',
    },
)

around_self_attention_from_the_normed = slip(
    "The result of self-attention is added to norm1(x). It is added to x, which no norm touches.",
    {SELF: 'x = normed + causal_self_attention(normed, *params["self_attention"], n_heads)'},
)

all_from_the_normed = slip(
    "The results are added to what was normed. They are added to the sum so far, which no norm "
    "touches.",
    {
        SELF: 'x = normed + causal_self_attention(normed, *params["self_attention"], n_heads)',
        CROSS: "x = normed + cross_attention(normed, memory, *weights, n_heads, memory_lengths)",
        NETWORK: 'return normed + feed_forward(normed, *params["network"])',
    },
)

last_way_from_x = slip(
    "The last way around starts from x, so that the attentions' results are lost. It starts from "
    "the sum so far.",
    {
        SELF: f"start = x\n{SELF}",
        NETWORK: 'return start + feed_forward(normed, *params["network"])',
    },
)

second_way_from_x = slip(
    "The way around cross-attention starts from x, so that the result of self-attention is lost. "
    "It starts from the sum so far.",
    {SELF: f"start = x\n{SELF}", CROSS: CROSS.replace("x = x +", "x = start +")},
)

# --- Norms -----------------------------------------------------------------------------------

post_norm = slip(
    "The order is post-norm: each sum is normed. In this kata, each step sees a norm, and the sums "
    "stay as they are.",
    {
        FIRST: (
            'x = x + causal_self_attention(x, *params["self_attention"], n_heads)\n'
            'x = layer_norm(x, *params["norm1"])'
        ),
        f"normed = {NORM2}": "pass",
        CROSS: (
            "x = x + cross_attention(x, memory, *weights, n_heads, memory_lengths)\n"
            'x = layer_norm(x, *params["norm2"])'
        ),
        LAST: (
            'x = x + feed_forward(x, *params["network"])\nreturn layer_norm(x, *params["norm3"])'
        ),
    },
)

no_norms = slip("There are no norms.", {NORM1: "x", NORM2: "x", NORM3: "x"})

no_norm1 = slip("Self-attention sees x itself. It should see norm1(x).", {NORM1: "x"})

no_norm2 = slip("Cross-attention sees the sum so far itself. It should see its norm.", {NORM2: "x"})

no_norm3 = slip("The network sees the sum so far itself. It should see its norm.", {NORM3: "x"})

network_of_the_sum_before_cross_attention = slip(
    "The network sees the norm of the sum before cross-attention. It should see that of the sum "
    "with its result.",
    {IF: f"before = x\n{IF}", NORM3: 'layer_norm(before, *params["norm3"])'},
)

norm1_for_all = slip(
    "norm1 is used in every place.",
    {NORM2: 'layer_norm(x, *params["norm" + "1"])', NORM3: 'layer_norm(x, *params["norm" + "1"])'},
)

norm2_before_the_network = slip(
    "norm2 is used before the network. It belongs to cross-attention; the network has norm3.",
    {NORM3: 'layer_norm(x, *params["norm" + "2"])'},
)

norm2_before_the_network_with_a_memory = slip(
    "Where there is a memory, norm2 is used before the network as well. It should be norm3.",
    {NORM3: 'layer_norm(x, *params["norm3" if memory is None else "norm" + "2"])'},
)

norm2_and_norm3_swapped = slip(
    "norm2 and norm3 are swapped.",
    {NORM2: 'layer_norm(x, *params["norm" + "3"])', NORM3: 'layer_norm(x, *params["norm" + "2"])'},
)

memory_normed = slip(
    "The memory is normed by norm2. It comes from the encoder, which has normed it.",
    {CROSS: CROSS.replace("memory, ", 'layer_norm(memory, *params["norm2"]), ', 1)},
)

norm_at_the_end = slip(
    "The sum is normed once more at the end. That is done once, after the last block, and not in "
    "here.",
    {
        NETWORK: (
            'x = x + feed_forward(normed, *params["network"])\n'
            'return layer_norm(x, *params["norm3"])'
        )
    },
)

another_eps = slip(
    "The norms have another eps than 1e-5.",
    {
        NORM1: 'layer_norm(x, *params["norm1"], eps=1e-6)',
        NORM2: 'layer_norm(x, *params["norm2"], eps=1e-6)',
        NORM3: 'layer_norm(x, *params["norm3"], eps=1e-6)',
    },
)

one_head = slip(
    "Both attentions have one head. They should have n_heads.",
    {SELF: SELF.replace("n_heads", "1"), CROSS: CROSS.replace("n_heads", "1")},
)
