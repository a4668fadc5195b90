import numpy as np

from exercises.evaluation.cross_entropy import cross_entropy
from kata.attempts import right, slip
from solutions.evaluation.perplexity import perplexity


@right(perplexity)
def through_the_cross_entropy(logits, targets, ignore_index=-100):
    if logits.shape[:-1] != targets.shape:
        raise ValueError("the shapes do not fit")
    with np.errstate(all="ignore"):
        rows = logits.reshape(targets.size, logits.shape[-1])
        return np.exp(np.float64(cross_entropy(rows, targets.ravel(), ignore_index)))


@right(perplexity)
def with_logaddexp(logits, targets, ignore_index=-100):
    if logits.shape[:-1] != targets.shape:
        raise ValueError("the shapes do not fit")
    mask = targets != ignore_index
    vocabulary = np.arange(logits.shape[-1])
    if not np.isin(targets[mask], vocabulary).all():
        raise ValueError("a target is no token")
    wide = logits.astype(np.float64)
    log_p = wide - np.logaddexp.reduce(wide, axis=-1, keepdims=True)
    safe = np.where(mask, targets, 0).astype(np.int64)
    of_targets = np.take_along_axis(log_p, safe[..., None], axis=-1)[..., 0]
    if not mask.any():
        return float("nan")
    mean = -(of_targets * mask).sum() / mask.sum()
    with np.errstate(over="ignore"):
        return float(np.exp(mean))


MEAN = "np.exp(losses.mean(dtype=np.float64))"

power_of_two = slip(
    "2 is raised to a loss in nats. Base and logarithm have to match.",
    {"np.exp(losses.mean": "np.exp2(losses.mean"},
)

exponential_of_bits = slip(
    "The loss is in bits, but e is raised to it. Base and logarithm have to match.",
    {
        "losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]": (
            "losses = (np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]) / np.log(2)"
        )
    },
)

without_the_exponential = slip(
    "This is the loss. The perplexity is its exponential.", {MEAN: "losses.mean(dtype=np.float64)"}
)

without_the_sign = slip(
    "The sign is missing: this is one over the perplexity, which is never below 1.",
    {MEAN: "np.exp(-losses.mean(dtype=np.float64))"},
)

mean_of_exponentials = slip(
    "The mean is taken of each token's exponential, so that a single unlikely token decides. It is "
    "taken of the logarithms.",
    {MEAN: "np.exp(losses).mean(dtype=np.float64)"},
)

exponential_of_the_sum = slip(
    "It takes the exponential of the sum. That grows with the text; divide by the number of tokens "
    "first.",
    {"losses.mean(": "losses.sum("},
)

MEANS = (
    "table = np.zeros(targets.shape)\n"
    "table[counts] = losses\n"
    "sums, numbers = table.sum(axis=-1), counts.sum(axis=-1)\n"
    "means = (sums / np.maximum(numbers, 1))[numbers > 0]\n"
    "with np.errstate"
)

mean_of_sequences = slip(
    "The losses are averaged within each sequence first, so that tokens of short sequences weigh "
    "more. All tokens that count weigh alike.",
    {"with np.errstate": MEANS, MEAN: "np.exp(means.mean())"},
)

mean_of_perplexities = slip(
    "It is a mean of the sequences' perplexities. The logarithms of all tokens are averaged first, "
    "and the exponential comes last.",
    {"with np.errstate": MEANS, MEAN: "np.exp(means).mean()"},
)

ignored_tokens_in_the_divisor = slip(
    "The sum leaves out the tokens that do not count, but it is divided by the number of all.",
    {"losses.mean(dtype=np.float64)": "losses.sum(dtype=np.float64) / targets.size"},
)

divided_by_the_sequences = slip(
    "It divides by the number of sequences. The mean is over tokens.",
    {
        "losses.mean(dtype=np.float64)": (
            "losses.sum(dtype=np.float64) / (targets.size / targets.shape[-1])"
        )
    },
)

zero_is_no_index = slip(
    "An `ignore_index` of 0 counts as none at all: 0 is false in `if` and `or`. Token 0 may be "
    "ignored like any other.",
    {"targets != ignore_index": "targets != (ignore_index or -100)"},
)

ignores_all_negative_targets = slip(
    "Every negative target is ignored. Only `ignore_index` should be.",
    {"counts = targets != ignore_index": "counts = (targets != ignore_index) & (targets >= 0)"},
)

ignores_nothing_but_negative_targets = slip(
    "Targets are left out because they are negative. Which ones are is for `ignore_index` to say.",
    {"counts = targets != ignore_index": "counts = targets >= 0"},
)

targets_shifted_by_one = slip(
    "The targets are shifted by one position. They already are the tokens to be predicted.",
    {
        "counts = targets != ignore_index": (
            "if targets.shape[-1] > 1:\n"
            "    logits, targets = logits[..., :-1, :], targets[..., 1:]\n"
            "counts = targets != ignore_index"
        )
    },
)

entropy_of_the_model = slip(
    "This is the exponential of the model's own entropy: how unsure it is, not how wrong.",
    {
        "losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]": (
            "log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))\n"
            "losses = -(np.exp(log_p) * log_p).sum(axis=1)"
        )
    },
)

softmax_over_the_tokens = slip(
    "The softmax runs over the positions. At each position it runs over the vocabulary.",
    {
        "x.max(axis=1, keepdims=True)": "x.max(axis=0)",
        "np.log(np.exp(x).sum(axis=1))": "np.log(np.exp(x).sum(axis=0))[right]",
    },
)

without_the_normalizer = slip(
    "The logits are taken for log-probabilities: the logarithm of the normalizing sum is missing.",
    {"np.log(np.exp(x).sum(axis=1)) - x[": "-logits[counts]["},
)

without_the_maximum = slip(
    "exp overflows for large logits. What can you subtract without changing the probabilities?",
    {"x = x - x.max(axis=1, keepdims=True)": "pass"},
)

one_maximum_for_all = slip(
    "One maximum serves all positions: at one far below it every exp underflows to 0.",
    {"x.max(axis=1, keepdims=True)": "x.max()"},
)

product_of_probabilities = slip(
    "The probabilities are multiplied before the root is taken: the product of many underflows to "
    "0.",
    {MEAN: "np.prod(np.exp(-losses.astype(np.float64))) ** (-1 / len(losses))"},
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 makes the "
    "perplexity infinite.",
    {
        "losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]": (
            "p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)\n"
            "losses = -np.log(p[np.arange(len(x)), right])"
        )
    },
)

probabilities_clipped = slip(
    "A small constant keeps the probabilities above 0, and so caps what an unlikely token costs.",
    {
        "losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]": (
            "p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)\n"
            "losses = -np.log(np.maximum(p[np.arange(len(x)), right], 1e-12))"
        )
    },
)

overflow_error = slip(
    "`math.exp` raises an OverflowError where the perplexity is too large. It should be inf.",
    {"float(np.exp(losses.mean(dtype=np.float64)))": "math.exp(losses.mean(dtype=np.float64))"},
)

overflow_warning = slip(
    "NumPy warns of an overflow where the perplexity is too large. It should be inf without a "
    "warning.",
    {'over="ignore"': 'over="warn"'},
)

exponential_in_float32 = slip(
    "The exponential of a float32 loss is taken in float32, which is too narrow for it.",
    {MEAN: "np.exp(losses.mean())"},
)

nothing_is_certain = slip(
    "Where no token counts, the perplexity is 1, that of a model that is always right. It is nan.",
    {"return math.nan": "return 1.0"},
)

targets_left_to_numpy = slip(
    "Targets that are no token are left to NumPy: some raise an IndexError, some pick a token from "
    "the end.",
    {"if strangers.size:": "if False:"},
)

negative_targets_from_the_end = slip(
    "Negative targets are let through: NumPy counts them from the end, so −1 means the last token.",
    {"(right < 0)": "(right < -x.shape[1])"},
)

only_sizes_are_compared = slip(
    "Only the numbers of tokens are compared. Targets of another shape should raise a ValueError.",
    {
        "if targets.shape != logits.shape[:-1]:": (
            "if targets.size == logits[..., 0].size:\n"
            "    targets = targets.reshape(logits.shape[:-1])\n"
            "if targets.shape != logits.shape[:-1]:"
        )
    },
)

one_token_at_a_time = slip(
    "It goes through the tokens one at a time in Python. Two arrays as an index pick one logit at "
    "each position.",
    {"x[np.arange(len(x)), right]": "np.array([x[i, right[i]] for i in range(len(x))])"},
)
