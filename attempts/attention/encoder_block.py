import math

import numpy as np

from exercises.attention.feed_forward import feed_forward
from exercises.attention.multi_head import multi_head
from exercises.training.layer_norm import layer_norm
from kata.attempts import rewrite, right, slip
from solutions.attention.encoder_block import encoder_block

NORM1 = 'layer_norm(a, *params["norm1"])'
NORM2 = 'layer_norm(a, *params["norm2"])'
ATTENTION = 'multi_head(a, *params["attention"], n_heads, mask)'
PRE_1 = "x = x + attention(norm1(x))"
PRE_2 = "return x + network(norm2(x))"
POST_1 = "x = norm1(x + attention(x))"
POST_2 = "return norm2(x + network(x))"


@right(encoder_block)
def with_nothing_imported(x, params, n_heads, mask=None, norm_first=True):
    n, t, d = x.shape
    w_q, w_k, w_v, w_o = params["attention"]
    w1, b1, w2, b2 = params["network"]

    def norm(z, gamma, beta):
        wide = z.astype(np.float64)
        mean, var = wide.mean(-1, keepdims=True), wide.var(-1, keepdims=True)
        return ((wide - mean) / np.sqrt(var + 1e-5) * gamma + beta).astype(x.dtype)

    def attend(z):
        q, k, v = (
            (z @ w.T).reshape(n, t, n_heads, d // n_heads).transpose(0, 2, 1, 3)
            for w in (w_q, w_k, w_v)
        )
        scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(d // n_heads)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights = weights * (np.ones((), bool) if mask is None else mask)
        total = weights.sum(-1, keepdims=True)
        total[total == 0] = 1
        return (weights / total @ v).transpose(0, 2, 1, 3).reshape(n, t, d) @ w_o.T

    def think(z):
        z = z @ w1.T + b1
        erf = np.array([math.erf(v / math.sqrt(2)) for v in z.flat]).reshape(z.shape)
        return (z * (1 + erf) / 2).astype(x.dtype) @ w2.T + b2

    y = x
    for name, branch in (("norm1", attend), ("norm2", think)):
        if norm_first:
            y = y + branch(norm(y, *params[name]))
        else:
            y = norm(y + branch(y), *params[name])
    return y


@right(encoder_block)
def with_norms_that_do_nothing(x, params, n_heads, mask=None, norm_first=True):
    def norm(z, name, wanted):
        return layer_norm(z, params[name][0], params[name][1]) if wanted else z

    inner = norm(x, "norm1", norm_first)
    x = norm(x + multi_head(inner, *params["attention"], n_heads, mask), "norm1", not norm_first)
    inner = norm(x, "norm2", norm_first)
    return norm(x + feed_forward(inner, *params["network"]), "norm2", not norm_first)


in_one_line_each = rewrite(
    {
        f"{PRE_1}\n{PRE_2}": (
            "return (x + attention(norm1(x))) + network(norm2(attention(norm1(x)) + x))"
        )
    }
)

# --- Which order -----------------------------------------------------------------------------

always_post_norm = slip(
    "`norm_first` is not used: the order is post-norm in any case.", {"if norm_first:": "if False:"}
)

always_pre_norm = slip(
    "`norm_first` is not used: the order is pre-norm in any case.", {"if norm_first:": "if True:"}
)

orders_swapped = slip(
    "Pre-norm and post-norm are swapped.", {"if norm_first:": "if not norm_first:"}
)

network_first = slip(
    "The network comes before attention.",
    {
        f"{PRE_1}\n{PRE_2}": "x = x + network(norm1(x))\nreturn x + attention(norm2(x))",
        f"{POST_1}\n{POST_2}": "x = norm1(x + network(x))\nreturn norm2(x + attention(x))",
    },
)

both_from_x = slip(
    "In pre-norm, attention and network both see x, side by side. The network should see x with "
    "attention's result added.",
    {f"{PRE_1}\n{PRE_2}": "return x + attention(norm1(x)) + network(norm2(x))"},
)

# --- Ways around -----------------------------------------------------------------------------

no_way_around_attention = slip(
    "x is not added to what attention gives.",
    {PRE_1: "x = attention(norm1(x))", POST_1: "x = norm1(attention(x))"},
)

no_way_around_the_network = slip(
    "What the network gets is not added to what it gives.",
    {PRE_2: "return network(norm2(x))", POST_2: "return norm2(network(x))"},
)

no_way_around = slip(
    "Nothing is added: attention and network have no way around them.",
    {
        PRE_1: "x = attention(norm1(x))",
        PRE_2: "return network(norm2(x))",
        POST_1: "x = norm1(attention(x))",
        POST_2: "return norm2(network(x))",
    },
)

around_attention_from_the_normed = slip(
    "In pre-norm, attention's result is added to norm1(x). It is added to x, which no norm "
    "touches.",
    {PRE_1: "x = norm1(x)\nx = x + attention(x)"},
)

around_the_network_from_the_normed = slip(
    "In pre-norm, the network's result is added to norm2(a). It is added to a, which no norm "
    "touches.",
    {PRE_2: "x = norm2(x)\nreturn x + network(x)"},
)

both_from_the_normed = slip(
    "In pre-norm, both results are added to what was normed. They are added to what came before "
    "the norm.",
    {PRE_1: "x = norm1(x)\nx = x + attention(x)", PRE_2: "x = norm2(x)\nreturn x + network(x)"},
)

second_way_from_x = slip(
    "The second way around starts from x, so that attention's result is lost. It starts from a.",
    {
        PRE_1: "start = x\nx = x + attention(norm1(x))",
        PRE_2: "return start + network(norm2(x))",
        POST_1: "start = x\nx = norm1(x + attention(x))",
        POST_2: "return norm2(start + network(x))",
    },
)

second_way_from_x_in_pre_norm = slip(
    "In pre-norm, the second way around starts from x, so that attention's result is lost. It "
    "starts from a.",
    {PRE_1: "start = x\nx = x + attention(norm1(x))", PRE_2: "return start + network(norm2(x))"},
)

second_way_from_x_in_post_norm = slip(
    "In post-norm, the second way around starts from x, so that attention's result is lost. It "
    "starts from a.",
    {POST_1: "start = x\nx = norm1(x + attention(x))", POST_2: "return norm2(start + network(x))"},
)

# --- Norms -----------------------------------------------------------------------------------

no_norms = slip(
    "Pre-norm has no norms at all.", {PRE_1: "x = x + attention(x)", PRE_2: "return x + network(x)"}
)

no_first_norm = slip(
    "In pre-norm, attention sees x itself. It should see norm1(x).", {PRE_1: "x = x + attention(x)"}
)

no_second_norm = slip(
    "In pre-norm, the network sees a itself. It should see norm2(a).",
    {PRE_2: "return x + network(x)"},
)

norm_at_the_end = slip(
    "In pre-norm, the sum is normed once more at the end. That is done once, after the last block, "
    "and not in here.",
    {PRE_2: "return norm2(x + network(norm2(x)))"},
)

results_normed = slip(
    "In pre-norm, what attention and network give is normed. What they get should be.",
    {PRE_1: "x = x + norm1(attention(x))", PRE_2: "return x + norm2(network(x))"},
)

post_norm_of_the_results = slip(
    "In post-norm, what attention and network give is normed before it is added. The sums should "
    "be normed.",
    {POST_1: "x = x + norm1(attention(x))", POST_2: "return x + norm2(network(x))"},
)

second_post_norm_of_the_result = slip(
    "In post-norm, what the network gives is normed before it is added. The sum should be normed.",
    {POST_2: "return x + norm2(network(x))"},
)

no_first_post_norm = slip(
    "In post-norm, the sum after attention is not normed.", {POST_1: "x = x + attention(x)"}
)

no_second_post_norm = slip(
    "In post-norm, the sum after the network is not normed.", {POST_2: "return x + network(x)"}
)

norm1_for_both = slip("norm1 is used in both places.", {NORM2: 'layer_norm(a, *params["norm1"])'})

norm1_for_both_in_pre_norm = slip(
    "In pre-norm, norm1 is used in both places.", {PRE_2: "return x + network(norm1(x))"}
)

norm1_for_both_in_post_norm = slip(
    "In post-norm, norm1 is used in both places.", {POST_2: "return norm1(x + network(x))"}
)

norm2_for_both = slip("norm2 is used in both places.", {NORM1: 'layer_norm(a, *params["norm2"])'})

norms_swapped = slip(
    "norm1 and norm2 are swapped.",
    {
        f"return {NORM1}": 'return layer_norm(a, *params["norm" + "2"])',
        f"return {NORM2}": 'return layer_norm(a, *params["norm" + "1"])',
    },
)

gamma_and_beta_left_out = slip(
    "The norms have no gamma and beta.",
    {
        NORM1: "layer_norm(a, np.ones_like(a[0, 0]), np.zeros_like(a[0, 0]))",
        NORM2: "layer_norm(a, np.ones_like(a[0, 0]), np.zeros_like(a[0, 0]))",
    },
)

another_eps = slip(
    "The norms have another eps than 1e-5.",
    {
        NORM1: 'layer_norm(a, *params["norm1"], eps=1e-6)',
        NORM2: 'layer_norm(a, *params["norm2"], eps=1e-6)',
    },
)

# --- Attention -------------------------------------------------------------------------------

mask_ignored = slip(
    "`mask` is not used.", {ATTENTION: 'multi_head(a, *params["attention"], n_heads)'}
)

mask_ignored_in_post_norm = slip(
    "In post-norm, `mask` is not used.",
    {ATTENTION: 'multi_head(a, *params["attention"], n_heads, mask if norm_first else None)'},
)

mask_inverted = slip(
    "The mask is inverted: True shows a key.",
    {ATTENTION: 'multi_head(a, *params["attention"], n_heads, None if mask is None else ~mask)'},
)

causal = slip(
    "No position sees a later one. An encoder's positions see all that `mask` shows.",
    {
        "def norm1(a):": (
            "mask = np.tri(x.shape[1], dtype=bool) & (mask is None or mask)\n\ndef norm1(a):"
        )
    },
)

one_head = slip(
    "Attention has one head. It should have n_heads.",
    {ATTENTION: 'multi_head(a, *params["attention"], 1, mask)'},
)

weights_in_another_order = slip(
    "K gets the weights of Q, and Q those of K: `params` has them in the order of the arguments.",
    {ATTENTION: 'multi_head(a, *(params["attention"][i] for i in (1, 0, 2, 3)), n_heads, mask)'},
)
