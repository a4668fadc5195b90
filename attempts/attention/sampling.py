import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.sampling import next_token_probs, sample

ORDER = 'order = np.argsort(-logits, kind="stable")[:top_k]'
RANKED = "ranked = np.exp((logits[order] - logits[order[0]]) / temperature)\nranked /= ranked.sum()"
WEIGHTS = "ranked = np.exp((logits[order] - logits[order[0]]) / temperature)"
BEFORE = "before = np.cumsum(ranked) - ranked"
DROP = "ranked[before >= top_p] = 0"
PUT_BACK = "probs[order] = ranked"
GREEDY = "probs[logits.argmax()] = 1\nreturn probs"
DRAW = 'np.searchsorted(bounds, rng.random() * bounds[-1], side="right")'


def check(temperature, top_k, top_p):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError("temperature or top_k")
    if top_p is not None and (top_p <= 0 or top_p > 1):
        raise ValueError("top_p")


def softmax(x):
    y = np.exp(x - x.max())
    return y / y.sum()


@right(next_token_probs)
def by_hiding_logits(logits, temperature=1.0, top_k=None, top_p=None):
    check(temperature, top_k, top_p)
    if temperature == 0:
        return np.eye(len(logits))[logits.argmax()]
    scaled = logits / temperature
    rank = np.empty(len(logits), dtype=int)
    rank[np.lexsort((np.arange(len(logits)), -logits))] = np.arange(len(logits))
    if top_k is not None:
        scaled = np.where(rank < top_k, scaled, -np.inf)
    if top_p is not None:
        by_rank = softmax(scaled)[np.argsort(rank)]
        kept = 1 + np.searchsorted(np.cumsum(by_rank), top_p)
        scaled = np.where(rank < kept, scaled, -np.inf)
    return softmax(scaled)


with_the_last_one_found_by_its_sum = rewrite(
    {
        BEFORE: "kept = int(np.argmax(np.append(np.cumsum(ranked)[:-1], 2.0) >= top_p)) + 1",
        DROP: "order, ranked = order[:kept], ranked[:kept]",
    }
)


@right(sample)
def by_choice(probs, rng):
    return int(rng.choice(len(probs), p=probs))


@right(sample)
def as_a_race(probs, rng):
    """The first of exponential waiting times: the Gumbel-max trick without the logarithms."""
    with np.errstate(divide="ignore"):
        return int(np.argmin(rng.exponential(size=len(probs)) / probs))


with_a_temperature_of_0_as_a_top_k_of_1 = rewrite({GREEDY: "temperature, top_k = 1.0, 1"})


# --- The probabilities -----------------------------------------------------------------------

multiplied_by_the_temperature = slip(
    "The logits are multiplied by the temperature: a high one should make the probabilities more "
    "alike.",
    {") / temperature)": ") * temperature)"},
)

temperature_after_top_p = slip(
    "The temperature comes last: top_p is taken of the probabilities at a temperature of 1.",
    {
        ") / temperature)": "))",
        PUT_BACK: "ranked = ranked ** (1 / temperature)\nprobs[order] = ranked / ranked.sum()",
    },
)

temperature_after_the_softmax = slip(
    "The temperature is a power of the probabilities, and they are not divided by their sum again.",
    {RANKED: f"{RANKED.replace(') / temperature', ')')}\nranked **= 1 / temperature"},
)

a_temperature_of_0_taken_for_1 = slip(
    "A temperature of 0 is treated as 1.", {GREEDY: "temperature = 1.0"}
)

a_temperature_of_0_refused = slip(
    "A temperature of 0 is refused. It means the most probable token.",
    {"if temperature < 0:": "if temperature <= 0:"},
)

the_largest_share_at_0 = slip(
    "At a temperature of 0, equal largest logits share the probability. The first gets all of it.",
    {GREEDY: "top = logits == logits.max()\nreturn top / top.sum()"},
)

one_more_than_k = slip(
    "top_k keeps k + 1 tokens.", {"[:top_k]": "[: None if top_k is None else top_k + 1]"}
)

one_less_than_k = slip(
    "top_k keeps k − 1 tokens, unless k is 1.",
    {"[:top_k]": "[: None if top_k is None else max(top_k - 1, 1)]"},
)

equals_of_the_kth_kept = slip(
    "All tokens with a logit as large as the k-th one are kept: with ties, more than k.",
    {
        "[:top_k]": (
            "\nif top_k is not None:\n"
            "    order = order[logits[order] >= logits[order[min(top_k, len(order)) - 1]]]"
        )
    },
)

least_probable_k = slip(
    "top_k keeps the k least probable tokens.", {"[:top_k]": "[0 if top_k is None else -top_k :]"}
)

more_than_there_are_refused = slip(
    "A top_k above the number of tokens is refused. It keeps all of them.",
    {
        ORDER: (
            "if top_k is not None and top_k > len(logits):\n"
            '    raise ValueError("top_k is too large")\n' + ORDER
        )
    },
)

all_of_them_refused = slip(
    "A top_k as large as the number of tokens is refused. It keeps all of them.",
    {ORDER: ('if top_k == len(logits) > 1:\n    raise ValueError("top_k is too large")\n' + ORDER)},
)

dropped_logits_of_zero = slip(
    "The logits of dropped tokens become 0, which still has a probability.",
    {
        ORDER: (
            f"{ORDER}\n"
            "logits = np.where(np.isin(np.arange(len(logits)), order), logits, 0.0)\n"
            'order = np.argsort(-logits, kind="stable")'
        )
    },
)

last_of_equals = slip(
    "Of equal logits the one with the higher index comes first. Was the order turned around after "
    "the sort?",
    {"np.argsort(-logits, kind=": "np.argsort(logits, kind=", "[:top_k]": "[::-1][:top_k]"},
)

in_any_order = slip(
    "Equal logits do not come in the order of their indices. Not every sort of NumPy is stable.",
    {'np.argsort(-logits, kind="stable")': "np.argsort(-logits)"},
)

crossing_token_dropped = slip(
    "The token that takes the sum to top_p or above is dropped, unless it is the first. What is "
    "left has a sum below top_p.",
    {BEFORE: "before = np.cumsum(ranked)\nbefore[0] = 0"},
)

crossing_token_dropped_but_not_at_equality = slip(
    "The token that takes the sum above top_p is dropped, unless it is the first. What is left has "
    "a sum of at most top_p.",
    {BEFORE: "before = np.cumsum(ranked)\nbefore[0] = 0", DROP: "ranked[before > top_p] = 0"},
)

one_too_many_at_equality = slip(
    "Where the sum is exactly top_p, one token too many is kept.",
    {DROP: "ranked[before > top_p] = 0"},
)

one_after_the_crossing = slip(
    "One token too many is kept: the one after that which takes the sum to top_p.",
    {BEFORE: "before = np.append([0.0, 0.0], np.cumsum(ranked))[: len(ranked)]"},
)

single_probabilities_compared = slip(
    "top_p is compared with each token's own probability. It is the sum that counts.",
    {BEFORE: "before = np.append(0.0, top_p * (ranked[1:] < top_p))"},
)

relative_to_the_largest = slip(
    "Tokens are kept by their ratio to the most probable one. That is min-p; top_p counts the sum.",
    {BEFORE: "before = top_p * (ranked < (1 - top_p) * ranked[0])"},
)

min_p = slip(
    "Tokens are kept that are at least top_p times as probable as the most probable one. That is "
    "min-p; top_p counts the sum.",
    {BEFORE: "before = top_p * (ranked < top_p * ranked[0])"},
)

top_p_of_all_tokens = slip(
    "top_p is taken of the probabilities of all tokens, not of those that top_k leaves.",
    {
        "[:top_k]": "",
        PUT_BACK: (
            "if top_k is not None:\n"
            "    ranked[top_k:] = 0\n"
            "    ranked /= ranked.sum()\n"
            "probs[order] = ranked"
        ),
    },
)

not_renormalized_after_top_k = slip(
    "What top_k leaves is not divided by its sum.",
    {RANKED: f"{WEIGHTS}\nranked /= np.exp((logits - logits.max()) / temperature).sum()"},
)

not_renormalized_after_top_p = slip(
    "What top_p leaves is not divided by its sum.", {f"{DROP}\nranked /= ranked.sum()": DROP}
)

summed_in_the_order_of_indices = slip(
    "The running sum goes through the tokens by index. It should start at the most probable one.",
    {
        BEFORE: (
            "by_index = np.argsort(order)\n"
            "before = np.empty_like(ranked)\n"
            "before[by_index] = np.cumsum(ranked[by_index]) - ranked[by_index]"
        )
    },
)

summed_from_the_least_probable = slip(
    "The running sum starts at the least probable token, so the most probable ones are dropped.",
    {BEFORE: "before = np.cumsum(ranked[::-1])[::-1] - ranked"},
)

in_the_order_of_ranks = slip(
    "The probabilities are returned from the largest down. Each belongs at its token's index.",
    {PUT_BACK: "probs[: len(ranked)] = ranked"},
)

put_back_by_the_wrong_permutation = slip(
    "The probabilities are put back by indexing with the sort order, which sorts once more. It "
    "takes the inverse.",
    {
        PUT_BACK: (
            'probs[: len(ranked)] = ranked\nprobs = probs[np.argsort(-logits, kind="stable")]'
        )
    },
)

without_the_maximum = slip(
    "exp overflows for large logits. What can be subtracted without changing the probabilities?",
    {"(logits[order] - logits[order[0]])": "logits[order]"},
)

minus_infinity_as_zero = slip(
    "A logit of −∞ is treated as 0. Its token should never be drawn.",
    {ORDER: f"logits = np.where(np.isneginf(logits), 0.0, logits)\n{ORDER}"},
)

negative_temperature_let_through = slip(
    "A temperature below 0 is let through. It would turn the order of the tokens around.",
    {"if temperature < 0:": "if False:"},
)

top_p_unchecked_beside_top_k = slip(
    "A top_p that is out of range is let through where top_k is given too.",
    {"if top_p is not None and not": "if top_k is None and top_p is not None and not"},
)

unchecked_at_0 = slip(
    "At a temperature of 0, top_k and top_p are not checked.",
    {
        "_check(temperature, top_k, top_p)": (
            "if temperature == 0:\n    top_p = None\nelse:\n    _check(temperature, top_k, top_p)"
        )
    },
)

top_k_below_1_let_through = slip(
    "A top_k below 1 is let through.",
    {
        "top_k is not None and top_k < 1": "False",
        ORDER: f"top_k = None if top_k is None else max(top_k, 1)\n{ORDER}",
    },
)

top_p_of_0_let_through = slip(
    "A top_p of 0 is let through. It would keep nothing.",
    {"not 0 < top_p <= 1": "not 0 <= top_p <= 1", BEFORE: f"{BEFORE}\nbefore[0] = -1"},
)

top_p_above_1_let_through = slip(
    "A top_p above 1 is let through, perhaps one that was meant in percent.",
    {"not 0 < top_p <= 1": "not 0 < top_p"},
)

top_p_of_1_refused = slip(
    "A top_p of 1 is refused. It keeps all tokens.", {"not 0 < top_p <= 1": "not 0 < top_p < 1"}
)

one_token_at_a_time = slip(
    "It goes down the tokens one at a time in Python until the sum is large enough. A cumulative "
    "sum has all those sums at once.",
    {
        DROP: (
            "for rank in range(len(ranked)):\n"
            "    if before[rank] >= top_p:\n"
            "        ranked[rank] = 0"
        )
    },
)

# --- The draw --------------------------------------------------------------------------------

always_the_most_probable = slip(
    "Nothing is drawn: the same token is always taken, perhaps the most probable one.",
    {DRAW: "probs.argmax() + 0 * rng.random()"},
)

the_most_probable_if_sure = slip(
    "A token with a probability near 1 is always drawn. The others are rare, but possible.",
    {
        "bounds = np.cumsum(probs)": (
            "if probs.max() > 0.9:\n    probs = probs >= probs.max()\nbounds = np.cumsum(probs)"
        )
    },
)

all_tokens_alike = slip(
    "All tokens are equally likely, whatever their probabilities are.",
    {DRAW: "rng.integers(len(probs))"},
)

all_possible_tokens_alike = slip(
    "All tokens whose probability is not 0 are equally likely.",
    {DRAW: "rng.choice(np.flatnonzero(probs))"},
)

one_token_too_far = slip(
    "The token after the drawn one is returned.", {DRAW: f"({DRAW} + 1) % len(probs)"}
)

one_token_too_early = slip(
    "The token before the drawn one is returned.", {DRAW: f"({DRAW} - 1) % len(probs)"}
)

rank_for_the_token = slip(
    "The probabilities are sorted before the draw, so what is returned is a rank, not a token.",
    {"np.cumsum(probs)": "np.cumsum(np.sort(probs)[::-1])"},
)

best_of_products = slip(
    "Each probability is multiplied by a uniform number, and the largest product wins. That "
    "favours the probable tokens.",
    {DRAW: "np.argmax(probs * rng.random(len(probs)))"},
)

gumbel_on_probabilities = slip(
    "Gumbel noise is added to the probabilities. The trick adds it to their logarithms.",
    {DRAW: "np.argmax(np.where(probs > 0, probs + rng.gumbel(size=len(probs)), -np.inf))"},
)

improbable_ones_preferred = slip(
    "The running sum starts from the wrong end: a token gets the probability of its mirror image.",
    {"np.cumsum(probs)": "np.cumsum(probs[::-1])"},
)

bounds_one_at_a_time = slip(
    "It goes through the bounds one at a time in Python. They are sorted: NumPy can search them.",
    {
        f"return int({DRAW})": (
            "place = rng.random() * bounds[-1]\n"
            "return next(token for token, bound in enumerate(bounds) if bound > place)"
        )
    },
)
