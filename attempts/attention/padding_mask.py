import numpy as np

from kata.attempts import right, slip
from solutions.attention.padding_mask import decoder_mask, padding_mask

REAL = "np.arange(t) < lengths[:, None, None, None]"
OUTSIDE = "(lengths < 0) | (lengths > t)"
BOTH = "past & padding_mask(lengths, t)"


def check(lengths, t):
    if np.any((lengths < 0) | (lengths > t)):
        raise ValueError("a length is out of range")


@right(padding_mask)
def as_rows_of_a_triangle(lengths, t):
    check(lengths, t)
    return np.tri(t + 1, t, -1, dtype=bool)[lengths.astype(int)].reshape(len(lengths), 1, 1, t)


@right(padding_mask)
def as_a_comparison_of_grids(lengths, t):
    check(lengths, t)
    positions = np.broadcast_to(np.arange(t), (len(lengths), t))
    return np.expand_dims(positions < lengths.reshape(-1, 1), (1, 2))


@right(decoder_mask)
def as_a_limit_for_each_query(lengths, t):
    check(lengths, t)
    limits = np.minimum.outer(lengths.astype(int), np.arange(t) + 1)
    return (np.arange(t) < limits[..., None])[:, None]


@right(decoder_mask)
def as_a_product_of_zeros_and_ones(lengths, t):
    check(lengths, t)
    real = (np.arange(t)[None] < lengths[:, None]).astype(float)
    return np.einsum("bj,ij->bij", real, np.tril(np.ones((t, t))))[:, np.newaxis] == 1


# --- Padding ---------------------------------------------------------------------------------

first_of_the_padding_too = slip(
    "The first position of the padding counts as real. Positions are counted from 0.",
    {"np.arange(t) <": "np.arange(t) <="},
)

last_real_one_lost = slip(
    "The last real key of a sequence is hidden.", {"np.arange(t) <": "np.arange(1, t + 1) <"}
)

inverted = slip(
    "The mask is inverted: True is for real keys here. (In torch's nn.MultiheadAttention, "
    "`key_padding_mask` is True for padding.)",
    {"np.arange(t) <": "np.arange(t) >="},
)

padded_at_the_start = slip(
    "The padding is taken to be at the start of the sequences. It is at their ends.",
    {REAL: "np.arange(t) >= t - lengths[:, None, None, None].astype(int)"},
)

longest_for_all = slip(
    "All sequences get the mask of the longest one, so the padding of the others is seen.",
    {REAL: f"({REAL}).any(axis=0, keepdims=True).repeat(len(lengths), axis=0)"},
)

shortest_for_all = slip(
    "All sequences get the mask of the shortest one, which hides real keys of the others.",
    {REAL: f"({REAL}).all(axis=0, keepdims=True).repeat(len(lengths), axis=0)"},
)

nothing_hidden = slip(
    "No key is hidden: the padding is seen.", {"np.arange(t) <": "0 * np.arange(t) <= 0 *"}
)

last_one_only = slip(
    "Only the last real key of each sequence is seen. All before it are real, too.",
    {"np.arange(t) <": "1 + np.arange(t) =="},
)

empty_ones_see_all = slip(
    "An empty sequence is not masked at all. All of its keys are padding.",
    {REAL: f"({REAL}) | (lengths[:, None, None, None] == 0)"},
)

empty_ones_see_one = slip(
    "In an empty sequence one key is seen. All of its keys are padding.",
    {"lengths[:, None, None, None]": "np.maximum(lengths, 1)[:, None, None, None]"},
)

positions_in_the_dtype_of_the_lengths = slip(
    "Positions are counted in the lengths' dtype, which may end at 127: those beyond it wrap "
    "around.",
    {"np.arange(t) <": "np.arange(t).astype(lengths.dtype) <"},
)

too_long_let_through = slip(
    "A length above t is let through. Such a sequence was cut off somewhere without a word.",
    {OUTSIDE: "lengths < 0"},
)

negative_let_through = slip(
    "A length below 0 is let through, as if the sequence were empty.", {OUTSIDE: "lengths > t"}
)

unchecked = slip("Lengths below 0 and above t are let through.", {"if outside.size:": "if False:"})

unpadded_refused = slip(
    "A sequence as long as the batch is refused. It just has no padding.",
    {OUTSIDE: "(lengths < 0) | (lengths >= t)"},
)

empty_refused = slip(
    "An empty sequence is refused. A length of 0 is allowed.",
    {OUTSIDE: "(lengths <= 0) | (lengths > t)"},
)

one_sequence_at_a_time = slip(
    "It goes through the sequences one at a time in Python. A column of lengths can be compared "
    "with a row of positions.",
    {
        REAL: (
            "np.array([np.arange(t) < length for length in lengths], bool)"
            ".reshape(len(lengths), 1, 1, t)"
        )
    },
)

# --- Decoder ---------------------------------------------------------------------------------

either_is_enough = slip(
    "A key is seen if it is real or in the past. It has to be both.",
    {BOTH: "past | padding_mask(lengths, t)"},
)

padding_forgotten = slip(
    "Only the future is hidden: within a query's past, the padding is seen.",
    {BOTH: "past & padding_mask(lengths, t).any(axis=3, keepdims=True, where=False, initial=True)"},
)

future_forgotten = slip(
    "Only the padding is hidden: the future is seen.",
    {"np.tri(t, dtype=bool)": "np.ones((t, t), dtype=bool)"},
)

not_itself = slip(
    "A position does not see itself, and the first one sees nothing.",
    {"np.tri(t, dtype=bool)": "np.tri(t, k=-1, dtype=bool)"},
)

one_ahead = slip(
    "A position also sees the next one, the very token that it is to predict.",
    {"np.tri(t, dtype=bool)": "np.tri(t, k=1, dtype=bool)"},
)

past_hidden = slip(
    "The triangle is the upper one: a position sees the future, not the past.",
    {"np.tri(t, dtype=bool)": "np.tri(t, dtype=bool).T"},
)

queries_hidden_too = slip(
    "Queries that are padding see nothing. Only keys are masked here.",
    {BOTH: f"{BOTH} & padding_mask(lengths, t).swapaxes(2, 3)"},
)

triangle_at_the_end_of_the_keys = slip(
    "The triangle is moved so that the last query sees just the real keys. Query and key of one "
    "position have the same number.",
    {
        BOTH: (
            "padding_mask(lengths, t) & (np.arange(t) <= np.arange(t)[:, None]"
            " + lengths[:, None, None, None].astype(int) - t)"
        )
    },
)

lengths_unchecked = slip(
    "Lengths below 0 and above t are let through.",
    {BOTH: "past & (np.arange(t) < lengths[:, None, None, None])"},
)
