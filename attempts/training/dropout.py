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
    "What is kept is not scaled up: the mean of the output shrinks by 1 − p in training, and the "
    "next layer sees another scale in evaluation.",
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
    "This is the first paper's form, scaled by 1 − p in evaluation. Here the scaling is done in "
    "training, so that evaluation costs nothing.",
    {"x.copy()": "x * (1.0 - p)", "x * keep / (1.0 - p)": "x * keep"},
)

scaled_in_evaluation_too = slip(
    "Evaluation is scaled as well as training. There nothing is dropped, so there is nothing to "
    "make up for.",
    {"x.copy()": "x / (1.0 - p if p < 1.0 else 1.0)"},
)

p_as_the_probability_to_keep = slip(
    "p is taken for the probability to keep. It is the probability to drop.",
    {
        "if not training:": "p = 1.0 - p\nif not training:",
    },
)

comparison_reversed = slip(
    "The mask keeps with probability p, though the scale is that of dropping with probability p. "
    "Look at the direction of the comparison.",
    {">= p": "< p"},
)

scaled_by_one_over_p = slip(
    "What is kept is divided by p. A share of 1 − p is kept, so that is what has to be made up "
    "for.",
    {"(1.0 - p)": "(p or 1.0)"},
)

scaled_down = slip(
    "What is kept is multiplied by 1 − p. That makes the mean smaller still.",
    {"/ (1.0 - p)": "* (1.0 - p)"},
)

scaled_by_the_root = slip(
    "What is kept is divided by √(1 − p): that keeps the mean of the squares. It is the mean that "
    "should stay.",
    {"(1.0 - p)": "(1.0 - p) ** 0.5"},
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
    "The mask is one row of draws for the last axis, the same everywhere else. Every entry needs "
    "a draw of its own.",
    {"rng.random(x.shape)": "rng.random(x.shape[-1:])"},
)

whole_samples = slip(
    "Whole samples are dropped: there is one draw for each index of the first axis. Every entry "
    "needs a draw of its own.",
    {"rng.random(x.shape)": "rng.random((len(x), *[1] * (x.ndim - 1)))"},
)

whole_rows = slip(
    "The last axis is dropped as a whole, as spatial dropout does with channels. Every entry "
    "needs a draw of its own.",
    {"rng.random(x.shape)": "rng.random((*x.shape[:-1], 1))"},
)

one_draw_in_all = slip(
    "Everything or nothing is dropped: there is one draw in all. Every entry needs its own.",
    {"rng.random(x.shape)": "rng.random()"},
)

an_exact_number = slip(
    "Exactly a share p of the entries is dropped each time, so the entries are not independent. "
    "Toss a coin for each.",
    {"rng.random(x.shape) >= p": "rng.permutation(x.size).reshape(x.shape) >= round(p * x.size)"},
)

normal_draws = slip(
    "The draws are from a normal distribution, and so below p with another probability than p. "
    "They should be spread evenly from 0 to 1.",
    {"rng.random(": "rng.normal(size="},
)

whole_percents = slip(
    "The draws are whole percents: p is met to two digits only. Draw any number from 0 to 1.",
    {"rng.random(x.shape) >= p": "rng.integers(100, size=x.shape) >= 100 * p"},
)

a_fixed_seed = slip(
    "Every call drops the same entries, whatever `rng` is, as from a generator with a fixed seed. "
    "Draw anew from `rng`.",
    {"rng.random(x.shape)": "np.random.default_rng(42).random(x.shape)"},
)

the_global_generator = slip(
    "The draws come from elsewhere, such as NumPy's global generator, so no run can be repeated. "
    "Draw from `rng`.",
    {"rng.random(x.shape)": "np.random.rand(*x.shape)"},
)

gaussian_noise = slip(
    "This is Gaussian dropout: multiplicative noise with the right mean, but nothing is dropped.",
    {
        "keep = rng.random(x.shape) >= p": (
            "noise = rng.normal(1.0, np.sqrt(p / (1.0 - p)), size=x.shape)\n"
            "return (x * noise).astype(x.dtype)"
        ),
    },
)

the_smallest_entries = slip(
    "The smallest entries are dropped. Chance should decide, not the values.",
    {
        "keep = rng.random(x.shape) >= p": "ranks = np.abs(x).argsort(axis=None).argsort()\n"
        "keep = ranks.reshape(x.shape) >= p * x.size",
    },
)

nan_for_p_of_1 = slip(
    "With p = 1, the entries are multiplied by 0 and divided by 0: nan. That case needs care.",
    {"return np.zeros_like(x)": "pass"},
)

division_by_zero_for_p_of_1 = slip(
    "With p = 1, the scale 1/(1 − p) divides by zero. That case needs care.",
    {"return np.zeros_like(x)": "pass", "x * keep / (1.0 - p)": "x * keep * (1.0 / (1.0 - p))"},
)

p_unchecked = slip(
    "p is not checked: it has to be within 0 and 1.",
    {'raise ValueError(f"p is {p}, expected a probability from 0 to 1")': "pass"},
)

p_unchecked_in_evaluation = slip(
    "p is not checked when not training.",
    {"if not 0.0": "if training and not 0.0"},
)

p_of_1_refused = slip(
    "p = 1 is refused. To drop everything is extreme, but allowed.",
    {"p <= 1.0": "p < 1.0"},
)

always_float64 = slip(
    "In training, the result is float64 whatever x is: something on the way converts it.",
    {"x * keep": "x * keep.astype(np.float64)"},
)

one_entry_at_a_time = slip(
    "It tosses for one entry at a time in Python. A generator can fill a whole array.",
    {
        "keep = rng.random(x.shape) >= p": "draws = [rng.random() >= p for _ in range(x.size)]\n"
        "keep = np.array(draws, dtype=bool).reshape(x.shape)",
    },
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python.",
    {
        "keep = rng.random(x.shape) >= p": (
            "rows = [rng.random(x.shape[1:]) >= p for _ in range(len(x))]\n"
            "keep = np.array(rows, dtype=bool).reshape(x.shape)"
        ),
    },
)
