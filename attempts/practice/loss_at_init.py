import numpy as np

from kata.attempts import right, slip
from solutions.practice.loss_at_init import init_head, prior_loss, uniform_loss

SUM = "if not abs(priors.sum() - 1) <= 1e-6:"
W = "rng.normal(0.0, 0.01, size=(len(priors), features))"
ENTROPY = "abs(float(np.sum(p * np.log(p))))"


@right(uniform_loss)
def through_a_softmax(k):
    if k <= 0:
        raise ValueError("no classes")
    logits = np.zeros(k)
    return float(-np.log(np.exp(logits)[0] / np.exp(logits).sum()))


@right(prior_loss)
def one_class_at_a_time(priors):
    if min(priors) < 0 or abs(sum(priors) - 1) > 1e-6:
        raise ValueError("these are no priors")
    return float(sum(p * np.log(1 / p) for p in priors if p))


@right(init_head)
def by_scaling(features, priors, rng):
    if np.any(priors <= 0) or not np.isclose(np.sum(priors), 1, rtol=0, atol=1e-6):
        raise ValueError("these are no priors of classes that occur")
    return 0.01 * rng.standard_normal((len(priors), features)), np.log(priors)


# --- uniform_loss ----------------------------------------------------------------------------

in_bits = slip(
    "The logarithm is that to base 2. Losses are in nats.", {"math.log(k)": "math.log2(k)"}
)

one_over_k = slip(
    "This is the probability of the right class. The loss is the negative logarithm of it.",
    {"math.log(k)": "1 / k"},
)

negative = slip(
    "The sign is wrong: a loss is the negative logarithm of a probability.",
    {"math.log(k)": "-math.log(k)"},
)

one_class_refused = slip(
    "A single class is refused. It is certain, and costs 0.", {"if k < 1:": "if k < 2:"}
)

no_classes = slip(
    "Nothing checks that there is a class.",
    {"if k < 1:": "if k < -99:", "math.log(k)": "math.log(max(k, 1))"},
)

# --- prior_loss ------------------------------------------------------------------------------

entropy_in_bits = slip(
    "The entropy is in bits: the logarithm is that to base 2.",
    {ENTROPY: "abs(float(np.sum(p * np.log2(p))))"},
)

entropy_with_nan = slip(
    "A prior of 0 makes the loss nan: 0 · log 0 counts as 0, but NumPy computes 0 · −∞.",
    {"p = priors[priors > 0]": "p = priors"},
)

eps_in_the_logarithm = slip(
    "A small number is added to every prior before the logarithm is taken. Where a class is rare, "
    "that shows.",
    {"p = priors[priors > 0]": "p = priors", ENTROPY: "-float(np.sum(p * np.log(p + 1e-12)))"},
)

mean_over_the_classes = slip(
    "It takes the mean over the classes. The priors are weights already: take the sum.",
    {ENTROPY: "abs(float(np.mean(p * np.log(p))))"},
)

unweighted = slip(
    "All classes weigh alike. A class counts as often as it occurs.",
    {ENTROPY: "abs(float(np.mean(np.log(p))))"},
)

always_the_most_frequent = slip(
    "Only the most frequent class counts. The rows of the others have a loss too.",
    {ENTROPY: "abs(float(np.log(p.max())))"},
)

log_of_the_number_of_classes = slip(
    "This is the loss of equal priors, log k.", {ENTROPY: "math.log(len(priors))"}
)

# --- init_head -------------------------------------------------------------------------------

bias_of_0 = slip(
    "The bias is 0, so all classes begin equally likely.",
    {"np.log(priors)": "np.zeros(len(priors))"},
)

bias_of_priors = slip(
    "The bias is the priors themselves. A bias adds to logits, and those are logarithms.",
    {"np.log(priors)": "priors.copy()"},
)

bias_positive = slip(
    "The bias has the wrong sign: the rarest class begins as the most likely.",
    {"np.log(priors)": "-np.log(priors)"},
)

bias_of_log_odds = slip(
    "The bias is log p / (1 − p), which is right before a sigmoid. Before a softmax it is log p.",
    {"np.log(priors)": "np.log(priors / (1 - priors))"},
)

weights_of_unit_size = slip(
    "The weights have a deviation of 1: the logits begin far apart, and the loss too high.",
    {W: "rng.normal(size=(len(priors), features))"},
)

weights_as_in_a_hidden_layer = slip(
    "The weights have a deviation of 1 / √features, as in a hidden layer. Here it is 0.01.",
    {W: "rng.normal(0.0, features**-0.5, size=(len(priors), features))"},
)

weights_of_variance_a_hundredth = slip(
    "0.01 is the variance of the weights. It should be their standard deviation.",
    {W: "rng.normal(0.0, np.sqrt(0.01), size=(len(priors), features))"},
)

weights_transposed = slip(
    "The weights have the shape (features, k). It should be (k, features), as in torch.",
    {W: "rng.normal(0.0, 0.01, size=(features, len(priors)))"},
)

rare_classes_floored = slip(
    "Small priors are raised before the logarithm is taken. Only a prior of 0 needs care, and it "
    "is an error.",
    {"np.log(priors)": "np.log(np.maximum(priors, 1e-7))"},
)

uniform_weights = slip(
    "The weights are uniform, not normal.",
    {W: "rng.uniform(-0.01, 0.01, size=(len(priors), features))"},
)

a_prior_of_0 = slip(
    "A prior of 0 is let through: its bias is −∞, and no gradient will ever change that.",
    {"(priors == 0).any()": "False"},
)

# --- Both ------------------------------------------------------------------------------------

sum_of_exactly_1 = slip(
    "Priors whose sum differs from 1 by rounding alone are refused. 1e-6 is near enough.",
    {SUM: "if priors.sum() != 1:"},
)

sum_unchecked = slip(
    "Nothing checks that the priors add up to 1: counts or percentages go through.",
    {SUM: "if False:"},
)

sign_unchecked = slip(
    "A prior below 0 is let through if the sum is 1.", {"(priors < 0).any()": "False"}
)
