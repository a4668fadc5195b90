import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.bidirectional import bidirectional

AHEAD = "ahead = _states(x, real, forward, range(t))"
BACK = "back = _states(x, real, backward, reversed(range(t)))"
BOTH = "return np.concatenate([ahead, back], axis=2)"
STEP = "h = np.where(real[:, k, None], np.tanh(from_x[:, k] + h @ w_hh.T), 0)"


def run(x, w_ih, w_hh, b_ih, b_hh):
    states = [np.zeros((len(x), len(w_hh)), x.dtype)]
    for k in range(x.shape[1]):
        states.append(np.tanh(x[:, k] @ w_ih.T + b_ih + states[-1] @ w_hh.T + b_hh))
    return np.stack(states, axis=1)[:, 1:]


@right(bidirectional)
def by_turning_the_real_steps_around(x, lengths, forward, backward):
    k, lengths = np.arange(x.shape[1]), lengths.astype(int)[:, None]
    real = (k < lengths)[:, :, None]
    x = np.where(real, x, 0)
    turned = np.where(k < lengths, lengths - 1 - k, k)[:, :, None]
    back = run(np.take_along_axis(x, turned, axis=1), *backward)
    both = np.dstack([run(x, *forward), np.take_along_axis(back, turned, axis=1)])
    return np.where(real, both, 0)


@right(bidirectional)
def by_pushing_the_real_steps_to_the_end(x, lengths, forward, backward):
    n, t, _ = x.shape
    rows, k, lengths = np.arange(n)[:, None], np.arange(t), lengths.astype(int)[:, None]
    # Turned around whole, a sequence starts late; rolled to the start, it is followed by padding.
    places = (lengths - 1 - k) % t
    both = np.concatenate([run(x, *forward), run(x[rows, places], *backward)[rows, places]], axis=2)
    both[k >= lengths] = 0
    return both


with_the_state_kept = rewrite(
    {
        STEP: (
            "new = np.tanh(x[:, k] @ w_ih.T + h @ w_hh.T + b_ih + b_hh)\n"
            "h = np.where(real[:, [k]], new, h)"
        ),
        "hs[:, k] = h": "hs[:, k][real[:, k]] = h[real[:, k]]",
    }
)

# --- The way back ----------------------------------------------------------------------------

starts_in_the_padding = slip(
    "The backward direction reads the padding first. It should start at each sequence's own last "
    "real step.",
    {BACK: ("back = _states(x, real | True, backward, reversed(range(t)))\nback[~real] = 0")},
)

starts_in_padding_of_zeros = slip(
    "The padding is set to 0, but the backward direction still reads it first, and biases and "
    "weights make something of it.",
    {
        BACK: (
            "clean = np.where(real[..., None], x, 0)\n"
            "back = _states(clean, real | True, backward, reversed(range(t)))\n"
            "back *= real[..., None]"
        )
    },
)

not_turned_back = slip(
    "The backward states stand in the order in which they were made. Each belongs at the step that "
    "it has just read.",
    {
        BACK: (
            f"{BACK}\n"
            "places = lengths[:, None].astype(int) - 1 - np.arange(t)\n"
            "turned = np.where(real, places, np.arange(t))\n"
            "back = np.take_along_axis(back, turned[..., None], axis=1)"
        )
    },
)

turned_back_over_the_padding = slip(
    "The backward states are turned around over the whole row, the padding included, so those of "
    "shorter sequences stand at the wrong steps.",
    {
        BACK: (
            f"{BACK}\n"
            "places = lengths[:, None].astype(int) - 1 - np.arange(t)\n"
            "turned = np.where(real, places, np.arange(t))\n"
            "back = np.take_along_axis(back, turned[..., None], axis=1)[:, ::-1]"
        )
    },
)

turned_around_whole = slip(
    "The backward states are turned around once too often, or not at all: the one at step k has to "
    "be the one that has just read x[:, k].",
    {BACK: f"{BACK}\nback = back[:, ::-1]"},
)

both_forward = slip(
    "The second half has been read forwards, too.", {"reversed(range(t))": "range(t)"}
)

both_backward = slip(
    "The first half has been read backwards, too.",
    {AHEAD: "ahead = _states(x, real, forward, reversed(range(t)))"},
)

last_backward_state_everywhere = slip(
    "Each step gets the backward state after the whole sequence. Step k gets the one that has read "
    "from the end to k.",
    {BACK: f"{BACK}\nback = np.where(real[..., None], back[:, :1], 0)"},
)

next_step_only = slip(
    "The backward state at step k has not read x[:, k] yet. It has, as the forward state.",
    {BACK: f"{BACK}\nback = np.append(back[:, 1:], 0 * back[:, :1], axis=1)"},
)

reads_the_forward_states = slip(
    "The backward direction reads what the forward direction has made. Both read x.",
    {
        BACK: (
            "back = _states(x + ahead.mean(axis=2, keepdims=True), real, backward,"
            " reversed(range(t)))"
        )
    },
)

starts_from_the_last_forward_states = slip(
    "The backward direction starts from where the forward one has ended. It starts from zeros.",
    {
        BACK: (
            "last = ahead[np.arange(len(x)), np.maximum(lengths, 1).astype(int) - 1]\n"
            "back = _states(x, real, backward, reversed(range(t)), last)"
        ),
        "steps: Iterable[int]) ->": "steps: Iterable[int], start=0) ->",
        "shape=(len(x), len(w_hh)))": "shape=(len(x), len(w_hh))) + start",
        STEP: STEP.replace(", 0)", ", h)"),
        "hs[:, k] = h": "hs[:, k] = np.where(real[:, k, None], h, 0)",
    },
)

# --- Both together ---------------------------------------------------------------------------

directions_swapped = slip(
    "The halves have changed places: the forward states come first.",
    {"[ahead, back]": "[back, ahead]"},
)

weights_swapped = slip(
    "Each direction has the other one's weights.",
    {
        AHEAD: "ahead = _states(x, real, backward, range(t))",
        BACK: "back = _states(x, real, forward, reversed(range(t)))",
    },
)

one_set_of_weights = slip(
    "Both directions have the weights of the forward one. They are two networks.",
    {BACK: "back = _states(x, real, forward, reversed(range(t)))"},
)

interleaved = slip(
    "The states of the two directions take turns. Each direction's units stand side by side.",
    {BOTH: "return np.stack([ahead, back], axis=3).reshape(len(x), t, -1)"},
)

summed_twice = slip(
    "The two states are added up, and the sum stands there twice. They are kept apart.",
    {BOTH: "return np.concatenate([ahead + back] * 2, axis=2)"},
)

summed = slip(
    "The two states are added up. They are kept apart, side by side.", {BOTH: "return ahead + back"}
)

joined_along_time = slip(
    "The states of one direction stand after those of the other, as if they were further steps. "
    "Each step has both.",
    {"axis=2)": "axis=1)"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {
        STEP: (
            "z = from_x[:, k] + h @ w_hh.T\n"
            "new = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))\n"
            "h = np.where(real[:, k, None], new, 0)"
        )
    },
)

tanh_by_one_exponential = slip(
    "tanh is written with one exponential that overflows for large z, and ∞ / ∞ is nan.",
    {
        STEP: (
            "z = np.exp(2 * (from_x[:, k] + h @ w_hh.T))\n"
            "h = np.where(real[:, k, None], (z - 1) / (z + 1), 0)"
        )
    },
)

# --- Padding ---------------------------------------------------------------------------------

padding_not_zero = slip(
    "The result goes on after a sequence's end. There it is 0.",
    {BOTH: "return np.concatenate([_states(x, real | True, forward, range(t)), back], axis=2)"},
)

last_state_repeated = slip(
    "The last forward state is repeated at the padded steps. There the result is 0.",
    {
        AHEAD: (
            f"{AHEAD}\n"
            "last = ahead[np.arange(len(x)), np.maximum(lengths, 1) - 1]\n"
            "ahead = np.where(real[..., None], ahead, last[:, None])"
        )
    },
)

masked_by_a_product = slip(
    "Padding is multiplied by 0, but 0 · nan is nan.",
    {STEP: "h = real[:, k, None].astype(x.dtype) * np.tanh(from_x[:, k] + h @ w_hh.T)"},
)

turned_by_unsigned_places = slip(
    "The places to read from are counted down in the dtype of the lengths, and in an unsigned one "
    "0 − 1 is its largest number.",
    {
        BACK: (
            "last = lengths[:, None] - 1\n"
            "places = np.where(real, last - np.arange(t), np.arange(t))[..., None]\n"
            "turned = _states(np.take_along_axis(x, places, 1), real, backward, range(t))\n"
            "back = np.take_along_axis(turned, places, 1)"
        )
    },
)

zeros_taken_for_padding = slip(
    "Steps of zeros are taken for padding. `lengths` says what is real.",
    {"np.arange(t) < lengths[:, None]": "(np.arange(t) < lengths[:, None]) & (x != 0).any(axis=2)"},
)

longest_for_all = slip(
    "All sequences are taken to be as long as the longest.",
    {"< lengths[:, None]": "< lengths.max() + 0 * lengths[:, None]"},
)

sorted_and_not_sorted_back = slip(
    "The rows are sorted by length, and put back by the same permutation. It takes its inverse.",
    {
        "t = x.shape[1]": (
            't = x.shape[1]\norder = np.argsort(-lengths.astype(int), kind="stable")\n'
            "x, lengths = x[order], lengths[order]"
        ),
        "[ahead, back], axis=2)": "[ahead, back], axis=2)[order]",
    },
)

one_step_too_many = slip(
    "One padded step of each sequence counts as real: steps are counted from 0.",
    {"np.arange(t) <": "np.arange(t) <="},
)

last_real_step_lost = slip(
    "The last real step of each sequence counts as padding.",
    {"np.arange(t) <": "np.arange(1, t + 1) <"},
)

# --- The step --------------------------------------------------------------------------------

before_the_step = slip(
    "Each step gets the states from before x[:, k] is read. They should have read it.",
    {f"{STEP}\nhs[:, k] = h": f"hs[:, k] = np.where(real[:, k, None], h, 0)\n{STEP}"},
)

state_not_carried = slip(
    "The state is not carried from step to step.", {"h @ w_hh.T": "(0 * h) @ w_hh.T"}
)

recurrent_weights_not_transposed = slip(
    "W_hh is not transposed. It is square, so no error tells, but row j of it belongs to unit j.",
    {"h @ w_hh.T": "h @ w_hh"},
)

no_recurrent_bias = slip("b_hh is missing at every step.", {"(b_ih + b_hh)": "b_ih"})

no_input_bias = slip("b_ih is missing at every step.", {"(b_ih + b_hh)": "b_hh"})

no_tanh = slip(
    "tanh is missing.", {"np.tanh(from_x[:, k] + h @ w_hh.T)": "from_x[:, k] + h @ w_hh.T"}
)

forward_biases_for_both = slip(
    "The way back adds the biases of the way ahead. It has its own.",
    {"_states(x, real, backward,": "_states(x, real, (*backward[:2], *forward[2:]),"},
)
