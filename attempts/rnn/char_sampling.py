import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.char_sampling import generate

STEP = "logits, state = step(token, state)"
DRAW = "token = _draw(logits, temperature, rng)"
WEIGHTS = "weights = np.exp((logits - logits.max()) / temperature)"
CHOICE = "rng.choice(len(weights), p=weights / weights.sum())"
GREEDY = "if temperature == 0:"
LOOP = f"""while len(tokens) < n:
    {STEP}
    {DRAW}
    if token == end:
        break
    tokens.append(token)
return tokens"""


@right(generate)
def by_the_gumbel_trick(step, state, start, end, n, temperature, rng):
    if temperature < 0:
        raise ValueError("a negative temperature")
    tokens = [start]
    for _ in range(n):
        logits, state = step(tokens[-1], state)
        # Noise of the size of the temperature; none at 0.
        tokens.append(int((logits + temperature * rng.gumbel(size=len(logits))).argmax()))
        if tokens[-1] == end:
            return tokens[1:-1]
    return tokens[1:]


with_a_cumulative_sum = rewrite(
    {
        f"return int({CHOICE})": (
            "bounds = np.cumsum(weights)\n"
            'return int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))'
        )
    }
)

# --- What is read ----------------------------------------------------------------------------

state_not_carried = slip(
    "Every step starts from the first state. It should get what the step before has returned.",
    {STEP: "logits, _ = step(token, state)"},
)

start_read_at_every_step = slip(
    "Every step reads `start`. It should read the token that was drawn last.",
    {STEP: "logits, state = step(start, state)"},
)

likeliest_token_read = slip(
    "The next step reads the most likely token, not the one that was drawn.",
    {
        DRAW: f"likely = int(logits.argmax())\n{DRAW}",
        "tokens.append(token)": ("tokens.append(token)\ntoken = likely"),
    },
)

start_read_twice = slip(
    "A step is spent on `start` before the writing begins, and `start` is then read once more.",
    {"token = start": "token = start\n_, state = step(start, state)"},
)

one_step_too_many = slip(
    "One step more is made than tokens are drawn: its logits are thrown away.",
    {"return tokens": "if token != end and tokens:\n    step(token, state)\nreturn tokens"},
)

two_steps_for_each_token = slip(
    "`step` is called twice for each token, once for the logits and once for the state.",
    {STEP: "logits, _ = step(token, state)\n_, state = step(token, state)"},
)

# --- What is returned ------------------------------------------------------------------------

start_returned = slip(
    "`start` is returned with the new tokens.",
    {"tokens: list[int] = []": "tokens: list[int] = [start]", "< n": "< n + 1"},
)

start_returned_as_one_of_n = slip(
    "`start` is returned as the first of the n tokens.",
    {"tokens: list[int] = []": "tokens: list[int] = [start]"},
)

end_returned = slip(
    "`end` is returned. Writing stops before it.",
    {
        "if token == end:\n    break\ntokens.append(token)": (
            "tokens.append(token)\nif token == end:\n    break"
        )
    },
)

one_token_short = slip(
    "At most n − 1 tokens are written, as if `start` were one of the n.", {"< n": "< n - 1"}
)

one_token_over = slip("Up to n + 1 tokens are written.", {"< n": "< n + 1"})

end_written_over = slip(
    "Writing goes on after `end`, to n tokens. It stops there.", {"    break": "    continue"}
)

end_is_a_token = slip(
    "`end` is taken for a token like any other: all n are written.",
    {"if token == end:": "if False:"},
)

end_0_taken_for_none = slip(
    "An `end` of 0 is taken for none: 0 is a token, too.",
    {"if token == end:": "if end and token == end:"},
)

compared_by_identity = slip(
    "`is` asks for the same object, and Python makes a new one for each integer above 256. Numbers "
    "are compared by `==`.",
    {"if token == end:": "if token is end:"},
)

end_left_out = slip(
    "`end` is left out of the result, but writing goes on after it. It stops there.",
    {
        "while len(tokens) < n:": "for _ in range(n):",
        "if token == end:\n    break\ntokens.append(token)": (
            "if token != end:\n    tokens.append(token)"
        ),
    },
)

start_taken_for_end = slip(
    "Where `start` is `end`, nothing is written. `end` counts only once it is drawn.",
    {"while len(tokens) < n:": "while token != end and len(tokens) < n:"},
)

ended_by_start = slip(
    "Writing stops where `start` is drawn again.", {"if token == end:": "if token in (start, end):"}
)

# --- What is drawn ---------------------------------------------------------------------------

always_the_likeliest = slip(
    "The most likely token is always taken: nothing is drawn.", {GREEDY: "if temperature >= 0:"}
)

all_tokens_alike = slip(
    "All tokens that can be drawn at all are drawn alike, whatever their logits.",
    {WEIGHTS: f"{WEIGHTS}\nweights = np.where(np.isneginf(logits), 0.0, 1.0)"},
)

improbable_left_out = slip(
    "Improbable tokens are left out, as by min-p or top-p. Here every token may come whose logit "
    "is finite.",
    {WEIGHTS: f"{WEIGHTS}\nweights[weights < 0.05] = 0.0"},
)

a_little_for_all = slip(
    "A little is added to all probabilities, so among many tokens some are drawn whose logits are "
    "−∞.",
    {WEIGHTS: f"{WEIGHTS}\nweights = weights + 1e-5"},
)

temperature_multiplied = slip(
    "The logits are multiplied by the temperature. A high one should make the tokens more alike.",
    {") / temperature)": ") * temperature)"},
)

temperature_without_effect = slip(
    "Apart from 0, the temperature has no effect. (To divide probabilities by it has none either: "
    "that is undone where they are divided by their sum.)",
    {") / temperature)": "))"},
)

power_of_probabilities = slip(
    "Probabilities are raised to the power 1 / temperature. Small ones have been rounded to 0 by "
    "then, and stay 0 however high the temperature is.",
    {
        WEIGHTS: (
            "weights = np.exp(logits - logits.max())\n"
            "weights = (weights / weights.sum()) ** (1 / temperature)"
        )
    },
)

softmax_of_probabilities = slip(
    "The softmax is taken twice: of probabilities, which are all much alike.",
    {
        WEIGHTS: (
            f"{WEIGHTS}\nweights = np.where(weights > 0, np.exp(weights / weights.sum()), 0.0)"
        )
    },
)

without_the_maximum = slip(
    "exp overflows for large logits. What can be subtracted without changing the probabilities?",
    {"(logits - logits.max())": "logits"},
)

scaled_in_place = slip(
    "The logits are shifted and divided in the array that `step` returned, which may be the "
    "network's own.",
    {WEIGHTS: "logits -= logits.max()\nlogits /= temperature\nweights = np.exp(logits)"},
)

last_of_equals = slip(
    "At a temperature of 0, the last of the largest logits is taken. It should be the first.",
    {"int(logits.argmax())": "len(logits) - 1 - int(logits[::-1].argmax())"},
)

any_of_equals = slip(
    "At a temperature of 0, one of the largest logits is drawn. It should be the first.",
    {"int(logits.argmax())": "int(rng.choice(np.flatnonzero(logits == logits.max())))"},
)

temperature_0_divided_by = slip(
    "A temperature of 0 is divided by, which gives 0 / 0. It means the largest logit.",
    {GREEDY: "if False:"},
)

temperature_0_refused = slip(
    "A temperature of 0 raises, too. It means the largest logit.",
    {"if temperature < 0:": "if temperature <= 0:"},
)

checked_only_by_a_draw = slip(
    "With n = 0, a temperature below 0 is let through. Is it checked only where a token is drawn?",
    {"if temperature < 0:": "if temperature < 0 < n:"},
)

temperature_0_taken_for_1 = slip(
    "A temperature of 0 is taken for 1, as by `temperature or 1.0`.",
    {GREEDY: "temperature = temperature or 1.0\nif False:"},
)

one_number_for_all_draws = slip(
    "One random number serves for all draws, so they depend on each other. Each takes a new one.",
    {
        "token = start": "token = start\nchosen = rng.random()",
        DRAW: "token = _draw(logits, temperature, chosen)",
        CHOICE: "np.searchsorted(np.cumsum(weights / weights.sum()), rng)",
        "logits: np.ndarray, temperature: float, rng: np.random.Generator": (
            "logits: np.ndarray, temperature: float, rng: float"
        ),
    },
)

improbable_preferred = slip(
    "The logits are used with the wrong sign: improbable tokens are drawn often.",
    {
        WEIGHTS: (
            "finite = np.where(np.isneginf(logits), np.inf, logits)\n"
            "weights = np.exp((finite.min() - finite) / temperature)"
        )
    },
)

negative_temperature_let_through = slip(
    "A temperature below 0 is let through. It would turn the order of the tokens around.",
    {
        "if temperature < 0:": "if False:",
        WEIGHTS: ("scaled = logits / temperature\nweights = np.exp(scaled - scaled.max())"),
    },
)

by_going_through_the_tokens = slip(
    "It goes through the tokens one at a time in Python to find the one that is drawn.",
    {
        f"return int({CHOICE})": (
            "place = rng.random() * weights.sum()\n"
            "for token, bound in enumerate(np.cumsum(weights)):\n"
            "    if bound > place:\n"
            "        return token\n"
            "return len(weights) - 1"
        )
    },
)
