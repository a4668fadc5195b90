import numpy as np

from kata.attempts import right, slip
from solutions.training.dropout import dropout


def check(p):
    if p < 0 or p > 1:
        raise ValueError("p is no probability")


@right(dropout)
def with_the_scale_in_the_mask(x, p, rng, training=True):
    check(p)
    if not training or p == 0:
        return np.array(x)
    mask = np.zeros_like(x)
    if p < 1:
        mask[rng.uniform(size=x.shape) > p] = 1 / (1 - p)
    return mask * x


@right(dropout)
def with_coin_tosses(x, p, rng, training=True):
    if not (p >= 0 and p <= 1):
        raise ValueError("p must be a probability")
    y = x.copy()
    if training:
        y[rng.binomial(1, p, size=x.shape).astype(bool)] = 0
        y /= max(1 - p, p if p == 1 else 0)
    return y


@right(dropout)
def with_a_threshold_for_float32_draws(x, p, rng, training=True):
    check(p)
    if not training:
        return x + 0
    keep = rng.random(x.size, dtype=np.float32).reshape(x.shape) < 1 - p
    return np.divide(x, 1 - p, out=np.zeros_like(x), where=keep)


without_rescaling = slip(
    "What is kept is not scaled up, so training has a smaller mean than evaluation.",
    {"x * keep / (1.0 - p)": "x * keep"},
)

active_in_evaluation = slip(
    "Entries are also dropped when not training. Evaluation should use the whole network.",
    {"return x.copy()": "pass"},
)

never_active = slip(
    "Nothing is ever dropped: the network is not regularized at all.",
    {"if not training:\n    return x.copy()": "return x.copy()"},
)

training_reversed = slip(
    "`training` is read the wrong way round: it drops in evaluation only.",
    {"if not training": "if training"},
)

scaled_in_evaluation_instead = slip(
    "This is the first paper's form, scaled by 1 − p in evaluation. Scaling belongs in training.",
    {"x.copy()": "x * (1.0 - p)", "x * keep / (1.0 - p)": "x * keep"},
)

scaled_in_evaluation_too = slip(
    "Evaluation is scaled like training. It drops nothing, so there is nothing to make up for.",
    {"x.copy()": "x / (1.0 - p if p < 1.0 else 1.0)"},
)

p_as_the_probability_to_keep = slip(
    "p is used as the probability to keep. It is the probability to drop.",
    {"if not training:": "p = 1.0 - p\nif not training:"},
)

p_below_1_as_the_probability_to_keep = slip(
    "Except where it is 1, p is used as the probability to keep. It is the probability to drop.",
    {"x.shape) >= p": "x.shape) < p", "(1.0 - p)": "(p or 1.0)"},
)

comparison_reversed = slip(
    "The mask keeps with probability p, but the scale is that of dropping with probability p. "
    "Which way does the comparison go?",
    {">= p": "< p"},
)

scaled_by_one_over_p = slip(
    "What is kept is divided by p. But p is the share that is dropped.", {"(1.0 - p)": "(p or 1.0)"}
)

scaled_down = slip(
    "What is kept is multiplied by 1 − p. That makes the mean smaller still.",
    {"/ (1.0 - p)": "* (1.0 - p)"},
)

scaled_by_the_counted_share = slip(
    "The scale comes from counting how many entries were kept this time. It should depend on p "
    "alone.",
    {"/ (1.0 - p)": "* (x.size / max(int(keep.sum()), 1))"},
)

one_mask_for_the_batch = slip(
    "All samples of the batch lose the same entries: the mask has no batch axis. Every entry "
    "needs a draw of its own.",
    {"rng.random(x.shape)": "rng.random(x.shape[1:])"},
)

one_mask_for_the_features = slip(
    "The mask is one row of draws for the last axis, repeated everywhere. Every entry needs a "
    "draw of its own.",
    {"rng.random(x.shape)": "rng.random(x.shape[-1:])"},
)

whole_samples = slip(
    "Whole samples are dropped: there is one draw for each index of the first axis. Every entry "
    "needs a draw of its own.",
    {"rng.random(x.shape)": "rng.random((len(x), *[1] * (x.ndim - 1)))"},
)

whole_rows = slip(
    "The last axis is dropped whole, as spatial dropout does. Every entry needs its own draw.",
    {"rng.random(x.shape)": "rng.random((*x.shape[:-1], 1))"},
)

one_draw_in_all = slip(
    "Everything or nothing is dropped: there is one draw in all. Every entry needs its own.",
    {"rng.random(x.shape)": "rng.random()"},
)

an_exact_number = slip(
    "Exactly a share p of the entries is dropped each time. Whether one is dropped should not "
    "depend on the others.",
    {"rng.random(x.shape) >= p": "rng.permutation(x.size).reshape(x.shape) >= round(p * x.size)"},
)

normal_draws = slip(
    "The draws are from a normal distribution: they are below p with another probability than p.",
    {"rng.random(": "rng.normal(size="},
)

gaussian_noise = slip(
    "Nothing is dropped: no entry becomes 0. Noise of mean 1 alone would be Gaussian dropout.",
    {
        "keep = rng.random(x.shape) >= p": (
            "noise = rng.normal(1.0, np.sqrt(p / (1.0 - p)), size=x.shape)\n"
            "return (x * noise).astype(x.dtype)"
        )
    },
)

nan_for_p_of_1 = slip(
    "With p = 1, the entries are multiplied by 0 and divided by 0: nan.",
    {"return np.zeros_like(x)": "pass"},
)

p_unchecked = slip(
    "p is not checked: it should be within 0 and 1.",
    {'raise ValueError(f"p is {p}, expected a probability from 0 to 1")': "pass"},
)

p_unchecked_in_evaluation = slip(
    "p is not checked when not training.", {"if not 0.0": "if training and not 0.0"}
)

p_of_1_refused = slip(
    "p = 1 is refused. Dropping everything is extreme, but allowed.", {"p <= 1.0": "p < 1.0"}
)
