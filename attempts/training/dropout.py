import numpy as np

from kata.attempts import right, wrong
from solutions.training.dropout import dropout


def check(p):
    if p < 0 or p > 1:
        raise ValueError("p is no probability")


def dropped_by(mask, x, p):
    """The right answer, given the places to drop: a wrong mask is then the only mistake."""
    return np.where(mask, 0.0, x / (1.0 - p) if p < 1 else 0.0).astype(x.dtype)


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


@wrong(
    dropout,
    "What is kept is not scaled up: the mean of the output shrinks by 1 − p in training, and the "
    "next layer sees another scale in evaluation.",
)
def without_rescaling(x, p, rng, training=True):
    check(p)
    return x * (rng.random(x.shape) >= p) if training else x.copy()


@wrong(
    dropout,
    "Entries are also dropped when not training. Evaluation should use the whole network.",
)
def active_in_evaluation(x, p, rng, training=True):
    return dropout(x, p, rng)


@wrong(
    dropout,
    "Nothing is ever dropped: the network is not regularized at all.",
)
def never_active(x, p, rng, training=True):
    return dropout(x, p, rng, training=False)


@wrong(dropout, "`training` is read the wrong way round: it drops in evaluation only.")
def training_reversed(x, p, rng, training=True):
    return dropout(x, p, rng, not training)


@wrong(
    dropout,
    "This is the first paper's form, scaled by 1 − p in evaluation. Here the scaling is done in "
    "training, so that evaluation costs nothing.",
)
def scaled_in_evaluation_instead(x, p, rng, training=True):
    check(p)
    return x * (rng.random(x.shape) >= p) if training else x * (1 - p)


@wrong(
    dropout,
    "Evaluation is scaled as well as training. There nothing is dropped, so there is nothing to "
    "make up for.",
)
def scaled_in_evaluation_too(x, p, rng, training=True):
    check(p)
    if training or p == 1:
        return dropout(x, p, rng, training)
    return x / (1 - p)


@wrong(
    dropout,
    "p is taken for the probability to keep. It is the probability to drop.",
)
def p_as_the_probability_to_keep(x, p, rng, training=True):
    return dropout(x, 1 - p, rng, training)


@wrong(
    dropout,
    "The mask keeps with probability p, though the scale is that of dropping with probability p. "
    "Look at the direction of the comparison.",
)
def comparison_reversed(x, p, rng, training=True):
    check(p)
    return dropped_by(rng.random(x.shape) >= p, x, p) if training else x.copy()


@wrong(
    dropout,
    "What is kept is divided by p. A share of 1 − p is kept, so that is what has to be made up "
    "for.",
)
def scaled_by_one_over_p(x, p, rng, training=True):
    check(p)
    if not training:
        return x.copy()
    return x * (rng.random(x.shape) >= p) / (p or 1.0)


@wrong(
    dropout,
    "What is kept is multiplied by 1 − p. That makes the mean smaller still.",
)
def scaled_down(x, p, rng, training=True):
    check(p)
    return x * (rng.random(x.shape) >= p) * (1 - p) if training else x.copy()


@wrong(
    dropout,
    "The scale comes from counting how many entries were kept this time. It should depend on p "
    "alone.",
)
def scaled_by_the_counted_share(x, p, rng, training=True):
    check(p)
    keep = rng.random(x.shape) >= p
    share = float(keep.mean()) if keep.size else 1.0
    return x * keep / max(share, 1e-9) if training else x.copy()


@wrong(
    dropout,
    "All samples of the batch lose the same entries: the mask has no batch axis. Every entry needs "
    "a draw of its own.",
)
def one_mask_for_the_batch(x, p, rng, training=True):
    check(p)
    mask = np.broadcast_to(rng.random(x.shape[1:]) < p, x.shape)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "The mask is one row of draws for the last axis, the same everywhere else. Every entry needs a "
    "draw of its own.",
)
def one_mask_for_the_features(x, p, rng, training=True):
    check(p)
    mask = np.broadcast_to(rng.random(x.shape[-1:]) < p, x.shape)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "Whole samples are dropped: there is one draw for each index of the first axis. Every entry "
    "needs a draw of its own.",
)
def whole_samples(x, p, rng, training=True):
    check(p)
    draws = rng.random(x.shape[:1]).reshape(-1, *[1] * (x.ndim - 1))
    return dropped_by(np.broadcast_to(draws < p, x.shape), x, p) if training else x.copy()


@wrong(
    dropout,
    "The last axis is dropped as a whole, as spatial dropout does with channels. Every entry needs "
    "a draw of its own.",
)
def whole_rows(x, p, rng, training=True):
    check(p)
    mask = np.broadcast_to(rng.random((*x.shape[:-1], 1)) < p, x.shape)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "Everything or nothing is dropped: there is one draw in all. Every entry needs its own.",
)
def one_draw_in_all(x, p, rng, training=True):
    check(p)
    mask = np.full(x.shape, rng.random() < p)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "Exactly a share p of the entries is dropped each time, so the entries are not independent. "
    "Toss a coin for each.",
)
def an_exact_number(x, p, rng, training=True):
    check(p)
    mask = rng.permutation(x.size).reshape(x.shape) < round(p * x.size)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "Every call drops the same entries, whatever `rng` is, as from a generator with a fixed seed. "
    "Draw anew from `rng`.",
)
def a_fixed_seed(x, p, rng, training=True):
    return dropout(x, p, np.random.default_rng(42), training)


@wrong(
    dropout,
    "The draws come from elsewhere, such as NumPy's global generator, so no run can be repeated. "
    "Draw from `rng`.",
)
def the_global_generator(x, p, rng, training=True):
    check(p)
    mask = np.random.rand(*x.shape) < p
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "This is Gaussian dropout: multiplicative noise with the right mean, but nothing is dropped.",
)
def gaussian_noise(x, p, rng, training=True):
    check(p)
    if not training:
        return x.copy()
    if p == 1:
        return np.zeros_like(x)
    return (x * rng.normal(1.0, np.sqrt(p / (1 - p)), size=x.shape)).astype(x.dtype)


@wrong(
    dropout,
    "The smallest entries are dropped. Chance should decide, not the values.",
)
def the_smallest_entries(x, p, rng, training=True):
    check(p)
    mask = np.abs(x) < np.quantile(np.abs(x), p) if x.size and p < 1 else np.full(x.shape, p == 1)
    return dropped_by(mask, x, p) if training else x.copy()


@wrong(
    dropout,
    "With p = 1, the entries are multiplied by 0 and divided by 0: nan. That case needs care.",
)
def nan_for_p_of_1(x, p, rng, training=True):
    y = dropout(x, p, rng, training)
    return y * np.nan if training and p == 1 else y


@wrong(
    dropout,
    "With p = 1, the scale 1/(1 − p) divides by zero. That case needs care.",
)
def division_by_zero_for_p_of_1(x, p, rng, training=True):
    check(p)
    if not training:
        return x.copy()
    scale = 1.0 / (1.0 - p)
    return (x * (rng.random(x.shape) >= p) * scale).astype(x.dtype)


@wrong(dropout, "p is not checked: it has to be within 0 and 1.")
def p_unchecked(x, p, rng, training=True):
    return dropout(x, min(max(p, 0.0), 1.0), rng, training)


@wrong(dropout, "p is not checked when not training.")
def p_unchecked_in_evaluation(x, p, rng, training=True):
    return dropout(x, p, rng) if training else x.copy()


@wrong(dropout, "p = 1 is refused. To drop everything is extreme, but allowed.")
def p_of_1_refused(x, p, rng, training=True):
    if p == 1:
        raise ValueError("p must be below 1")
    return dropout(x, p, rng, training)


@wrong(
    dropout,
    "When not training it returns x itself: writing into the result would change x.",
)
def x_itself_in_evaluation(x, p, rng, training=True):
    check(p)
    return dropout(x, p, rng) if training else x


@wrong(
    dropout,
    "It writes into x: `x[mask] = 0` or `x *= …` changes the caller's array.",
)
def in_place(x, p, rng, training=True):
    x[...] = dropout(x, p, rng, training)
    return x.copy()


@wrong(
    dropout,
    "The result is float64 whatever x is: something on the way converts it.",
)
def always_float64(x, p, rng, training=True):
    return dropout(x.astype(np.float64), p, rng, training)


@wrong(dropout, "It tosses for one entry at a time in Python. A generator can fill a whole array.")
def one_entry_at_a_time(x, p, rng, training=True):
    check(p)
    y = x.copy()
    if training:
        for index in np.ndindex(x.shape):
            y[index] = 0 if rng.random() < p else x[index] / (1 - p)
    return y


@wrong(dropout, "It goes through the rows one at a time in Python.")
def one_row_at_a_time(x, p, rng, training=True):
    check(p)
    if not training or x.ndim < 2 or not x.size:
        return dropout(x, p, rng, training)
    return np.stack([dropout(row, p, rng) for row in x])
