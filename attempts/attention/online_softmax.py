import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.online_softmax import blockwise_attention

SCALE = "(1 / math.sqrt(q.shape[1]))"
BLOCKS = "range(0, len(k), block)"
SCORES = "scores = q @ k[start : start + block].T"
NEW_TOP = "new_top = np.maximum(top, scores.max(axis=1, keepdims=True))"
WEIGHTS = "weights = np.exp(scores - new_top)"
SHRINK = "shrink = np.exp(top - new_top)"
TOTAL = "total = total * shrink + weights.sum(axis=1, keepdims=True)"
MEANS = "y = y * shrink + weights @ v[start : start + block]"
START = "np.full((len(q), 1), -np.inf, q.dtype)"


@right(blockwise_attention)
def in_two_passes(q, k, v, block):
    if q.shape[1] != k.shape[1] or len(k) != len(v) or block < 1:
        raise ValueError("shapes or block")
    scale, starts = q.shape[1] ** -0.5, range(0, len(k), block)
    top = np.full(len(q), -np.inf, q.dtype)
    for i in starts:
        np.maximum(top, (k[i : i + block] @ q.T).max(axis=0) * scale, out=top)
    parts = 0
    for i in starts:
        weights = np.exp((k[i : i + block] @ q.T) * scale - top)
        ones = np.ones((len(v[i : i + block]), 1), v.dtype)
        parts = parts + weights.T @ np.hstack([v[i : i + block], ones])
    return parts[:, :-1] / parts[:, -1:]


with_the_logarithm_of_the_sum = rewrite(
    {
        NEW_TOP: "new_top = np.logaddexp(top, np.logaddexp.reduce(scores, axis=1, keepdims=True))",
        "return y / total": "return y",
    }
)

with_a_mean_at_every_step = rewrite(
    {
        TOTAL: f"before = total * shrink\n{TOTAL}",
        MEANS: "y = (before * y + weights @ v[start : start + block]) / total",
        "return y / total": "return y",
    }
)

from_the_last_block_to_the_first = rewrite(
    {BLOCKS: f"reversed({BLOCKS})", START: "np.full((len(q), 1), np.finfo(q.dtype).min, q.dtype)"}
)

nothing_rescaled = slip(
    "What earlier blocks gave is never rescaled: the terms of one sum are relative to different "
    "maxima.",
    {SHRINK: "shrink = 1"},
)

sum_not_rescaled = slip(
    "The sum of the weights is not rescaled when the maximum grows, but the weighted values are.",
    {"total * shrink": "total"},
)

values_not_rescaled = slip(
    "The weighted values are not rescaled when the maximum grows, but the sum of the weights is.",
    {"y * shrink": "y"},
)

rescaled_the_wrong_way = slip(
    "The rescaling has the wrong sign: when the maximum grows, earlier terms should shrink.",
    {SHRINK: "shrink = np.where(np.isneginf(top), 0, np.exp(np.minimum(new_top - top, 80)))"},
)

new_terms_rescaled_too = slip(
    "The terms of the new block are rescaled, too. They are relative to the new maximum already.",
    {
        TOTAL: (
            "shrink = np.where(np.isneginf(top), 1, shrink)\n"
            "total = (total + weights.sum(axis=1, keepdims=True)) * shrink"
        ),
        MEANS: "y = (y + weights @ v[start : start + block]) * shrink",
    },
)

terms_relative_to_the_old_maximum = slip(
    "The terms of a new block are relative to the maximum before it, all earlier ones to the new "
    "maximum.",
    {WEIGHTS: "weights = np.exp(scores - (top if start else new_top))"},
)

maximum_of_the_last_block = slip(
    "The maximum is that of the newest block alone. Where scores fall, the earlier terms are "
    "scaled up until they overflow.",
    {NEW_TOP: "new_top = scores.max(axis=1, keepdims=True)"},
)

maximum_of_the_first_block = slip(
    "The maximum stays that of the first block. Where later scores are far above it, exp "
    "overflows.",
    {NEW_TOP: "new_top = scores.max(axis=1, keepdims=True) if start == 0 else top"},
)

maximum_from_zero = slip(
    "The running maximum starts at a finite number, such as 0. If all scores of a query are far "
    "below it, every term underflows.",
    {START: "np.zeros((len(q), 1), q.dtype)"},
)

without_the_maximum = slip(
    "There is no maximum: exp overflows for large scores.",
    {NEW_TOP: "new_top = np.zeros_like(top)", START: "np.zeros((len(q), 1), q.dtype)"},
)

one_maximum_for_all_queries = slip(
    "One maximum serves all queries: those whose scores are far below it underflow.",
    {NEW_TOP: "new_top = np.maximum(top, scores.max())"},
)

mean_of_the_blocks = slip(
    "It averages the results of the blocks, as if all had the same share of the weights.",
    {
        NEW_TOP: "new_top = scores.max(axis=1, keepdims=True)",
        TOTAL: "total = total + 1",
        MEANS: "y = y + weights / weights.sum(axis=1, keepdims=True) @ v[start : start + block]",
    },
)

sum_of_the_blocks = slip(
    "Each block has a softmax of its own, and the results are added: the weights of a query sum to "
    "the number of blocks.",
    {
        NEW_TOP: "new_top = scores.max(axis=1, keepdims=True)",
        MEANS: "y = y + weights / weights.sum(axis=1, keepdims=True) @ v[start : start + block]",
        "return y / total": "return y",
    },
)

normalized_at_every_block = slip(
    "The result is divided by the sum after every block, and then treated as if it had not been.",
    {MEANS: f"{MEANS}\ny = y / total", "return y / total": "return y"},
)

not_normalized = slip(
    "The weighted values are never divided by the sum of the weights.",
    {"return y / total": "return y"},
)

sum_of_the_last_block = slip(
    "The sum holds the weights of the last block only.", {"total * shrink + weights": "weights"}
)

last_block_only = slip(
    "Only the last block counts: each replaces what was there before it.",
    {"total * shrink + weights": "weights", "y * shrink + weights": "weights"},
)

first_block_only = slip(
    "Only the first block of keys is seen.", {BLOCKS: "range(0, min(block, len(k)), block)"}
)

short_block_dropped = slip(
    "The last block is dropped if it is shorter than the others.",
    {BLOCKS: "range(0, max(len(k) - block, 0) + 1, block)"},
)

short_block_filled_up = slip(
    "The last block is filled up with zeros, and these count: a score of 0 is not a weight of 0.",
    {
        SCORES: (
            f"{SCORES}\n"
            "rest = block - scores.shape[1]\n"
            "scores = np.pad(scores, ((0, 0), (0, rest)))"
        ),
        MEANS: "y = y * shrink + weights[:, : block - rest] @ v[start : start + block]",
    },
)

seam_seen_twice = slip(
    "Neighbouring blocks overlap: the first key of each later block counts twice.",
    {
        SCORES: "scores = q @ k[start : start + block + 1].T",
        MEANS: "y = y * shrink + weights @ v[start : start + block + 1]",
    },
)

no_scale = slip("The scores are not scaled by 1/√d.", {SCALE: "1"})

scaled_by_d = slip(
    "The scores are divided by d. It should be √d.", {"math.sqrt(q.shape[1])": "q.shape[1]"}
)

scaled_by_the_width_of_the_values = slip(
    "The scale is taken from the width of the values. How many products are summed in a score?",
    {"math.sqrt(q.shape[1])": "math.sqrt(v.shape[1])"},
)

epsilon_in_the_sum = slip(
    "A small constant is added to the sum of the weights, which then no longer sum to 1.",
    {"return y / total": "return y / (total + 1e-6)"},
)

all_scores_at_once = slip(
    "It computes all scores at once: t_q × t_k numbers. A block of them should be enough.",
    {BLOCKS: "[0]", SCORES: "block = len(k)\nscores = q @ k.T"},
)

all_scores_kept = slip(
    "It holds t_q × t_k numbers at a time, as if the scores of all blocks were kept to the end.",
    {"y = np.zeros(": "kept = []\ny = np.zeros(", SCORES: f"{SCORES}\nkept.append(scores)"},
)

any_block_let_through = slip(
    "A block below 1 is let through, and no key is seen.",
    {"if block < 1:": "if False:", BLOCKS: "range(0, len(k) if block > 0 else 0, max(block, 1))"},
)

values_unchecked = slip(
    "Values that are not as many as the keys are let through.",
    {
        "if len(v) != len(k):": "if False:",
        MEANS: ("v = np.resize(v, (len(k), v.shape[1]))\n" + MEANS),
    },
)

features_unchecked = slip(
    "Queries and keys of different widths are let through.",
    {
        "if k.shape[1] != q.shape[1]:": "if False:",
        SCORES: (
            "d = min(q.shape[1], k.shape[1])\nscores = q[:, :d] @ k[start : start + block, :d].T"
        ),
    },
)

one_query_at_a_time = slip(
    "It loops over the queries in Python, perhaps block by block. One product gives the scores of "
    "all of them with a block of keys.",
    {SCORES: "scores = np.array([k[start : start + block] @ query for query in q])"},
)

one_key_at_a_time = slip(
    "It goes through the keys one at a time in Python, whatever `block` is.",
    {"y = np.zeros(": "block = 1\ny = np.zeros("},
)
