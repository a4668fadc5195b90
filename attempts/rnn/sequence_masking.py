import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.sequence_masking import last_states, masked_mean_loss, pad_sequences

FILL = "row[: len(sequence)] = sequence"
STATES = "return np.where(lengths[:, None] > 0, hs[np.arange(len(hs)), steps], 0)"
REAL = "real = losses[np.arange(losses.shape[1]) < lengths[:, None]]"
MEAN = "return float(real.mean(dtype=np.float64)) if real.size else math.nan"
OUTSIDE = "(lengths < 0) | (lengths > t)"


def check(lengths, t):
    if len(lengths) and not 0 <= lengths.min() <= lengths.max() <= t:
        raise ValueError("a length is out of range")


@right(pad_sequences)
def by_stacking_padded_sequences(sequences, value=0.0):
    longest = max(map(len, sequences))
    rows = [
        np.pad(one, ((0, longest - len(one)), (0, 0)), constant_values=value) for one in sequences
    ]
    return np.stack(rows), np.array([*map(len, sequences)], dtype=np.int64)


@right(last_states)
def along_the_axis(hs, lengths):
    check(lengths, hs.shape[1])
    places = np.where(lengths > 0, lengths.astype(int) - 1, 0)[:, None, None]
    states = np.take_along_axis(hs, places, axis=1)[:, 0]
    states[lengths == 0] = 0
    return states


@right(last_states)
def as_a_sum_of_one_step(hs, lengths):
    check(lengths, hs.shape[1])
    is_last = np.arange(1, hs.shape[1] + 1) == lengths[:, None]
    return np.where(is_last[:, :, None], hs, 0).sum(axis=1)


@right(masked_mean_loss)
def as_a_sum_over_a_count(losses, lengths):
    check(lengths, losses.shape[1])
    mask = np.arange(losses.shape[1]) < lengths.reshape(-1, 1)
    if mask.sum() == 0:
        return float("nan")
    return float(np.where(mask, losses, 0).sum(dtype=np.float64) / mask.sum())


with_where_in_the_mean = rewrite(
    {
        REAL: "mask = np.arange(losses.shape[1]) < lengths[:, None]",
        MEAN: "return float(losses.mean(dtype=np.float64, where=mask))",
    }
)

# --- Padding ---------------------------------------------------------------------------------

padded_at_the_start = slip(
    "The padding stands before the sequences. It belongs after them.",
    {FILL: "row[len(row) - len(sequence) :] = sequence"},
)

cut_to_the_shortest = slip(
    "All sequences are cut to the length of the shortest. Pad them to that of the longest.",
    {"lengths.max()": "lengths.min()", FILL: "row[:] = sequence[: len(row)]"},
)

last_step_repeated = slip(
    "The padding repeats the last step of a sequence. It is `value`.",
    {FILL: f"{FILL}\nif len(sequence):\n    row[len(sequence) :] = sequence[-1]"},
)

value_ignored = slip(
    "The padding is 0, whatever `value` is.", {"np.full(shape, value,": "np.full(shape, 0,"}
)

sorted_by_length = slip(
    "The sequences are sorted, the longest first. Each should stay in its row.",
    {
        "lengths = np.array([len(sequence) for": (
            "sequences = sorted(sequences, key=len, reverse=True)\n"
            "lengths = np.array([len(sequence) for"
        )
    },
)

lengths_of_the_padded = slip(
    "The lengths are those after padding, all equal. Asked for are those of the sequences.",
    {"return batch, lengths": "return batch, np.full_like(lengths, batch.shape[1])"},
)

places_of_the_last_steps = slip(
    "These are the places of the last steps, one less than the lengths.",
    {"return batch, lengths": "return batch, lengths - 1"},
)

lengths_from_the_padding = slip(
    "The lengths are read off the batch: a real step that equals `value` is not counted.",
    {"return batch, lengths": "return batch, (batch != value).any(axis=2).sum(axis=1)"},
)

one_step_for_an_empty_one = slip(
    "An empty sequence has a length of 1. It has no real step.",
    {"return batch, lengths": "return batch, np.maximum(lengths, 1)"},
)

# --- The last states -------------------------------------------------------------------------

last_column = slip(
    "The state after the last step of the batch is taken: shorter sequences have read padding by "
    "then.",
    {STATES: "return hs[:, -1].copy()"},
)

last_column_of_the_real_ones = slip(
    "The state after the last step of the batch is taken: shorter sequences have read padding by "
    "then. Only empty ones are set to 0.",
    {"hs[np.arange(len(hs)), steps]": "hs[:, -1]"},
)

one_step_too_far = slip(
    "The lengths are used as places: steps are counted from 0, so the last real one is a place "
    "before.",
    {"np.maximum(lengths, 1) - 1": "np.minimum(lengths.astype(int), hs.shape[1] - 1)"},
)

one_step_too_early = slip(
    "The state one step before the last real one is taken.",
    {"np.maximum(lengths, 1) - 1": "np.maximum(lengths.astype(int) - 2, 0)"},
)

first_states = slip(
    "The states after the first step are taken.", {"steps = np.": "steps = 0 * np."}
)

first_state_of_an_empty_one = slip(
    "An empty sequence gets a state that belongs to padding. It has none: zeros are asked for.",
    {STATES: "return hs[np.arange(len(hs)), steps]"},
)

last_place_for_an_empty_one = slip(
    "An empty sequence gets the state at place −1, the last one of its row. It has none: zeros are "
    "asked for.",
    {
        "np.maximum(lengths, 1) - 1": "lengths.astype(int) - 1",
        STATES: "return hs[np.arange(len(hs)), steps]",
    },
)

unsigned_wraps = slip(
    "Where the lengths are unsigned, 0 − 1 is the largest number of their dtype.",
    {"np.maximum(lengths, 1) - 1": "np.maximum(lengths - 1, 0)"},
)

emptied_by_a_product = slip(
    "Empty sequences are multiplied by 0, but 0 · nan is nan. Choose instead of multiplying.",
    {STATES: "return hs[np.arange(len(hs)), steps] * (lengths[:, None] > 0).astype(hs.dtype)"},
)

masked_by_a_product = slip(
    "The states are multiplied by a mask, but 0 · nan is nan: padding still has an effect.",
    {
        STATES: (
            "last = np.arange(1, hs.shape[1] + 1) == lengths[:, None]\n"
            "return np.einsum('ntd,nt->nd', hs, last.astype(hs.dtype))"
        )
    },
)

mean_of_the_states = slip(
    "The states of a sequence are averaged. The last one is asked for.",
    {
        STATES: (
            "real = np.arange(hs.shape[1]) < lengths[:, None]\n"
            "total = np.where(real[:, :, None], hs, 0).sum(axis=1)\n"
            "return (total / np.maximum(lengths, 1)[:, None]).astype(hs.dtype)"
        )
    },
)

# --- The mean loss ---------------------------------------------------------------------------

mean_over_all_steps = slip("The padding is averaged too.", {REAL: "real = losses"})

divided_by_all_steps = slip(
    "The padding adds nothing to the sum, but it is still counted.",
    {"real.mean(dtype=np.float64)": "real.sum(dtype=np.float64) / losses.size"},
)

divided_by_the_sequences = slip(
    "The sum is divided by the number of sequences. It is the real steps that count.",
    {"real.mean(dtype=np.float64)": "real.sum(dtype=np.float64) / len(losses)"},
)

not_divided = slip("This is the sum. The mean is asked for.", {"real.mean(": "real.sum("})

mean_of_means = slip(
    "This is the mean of the sequences' means: a step of a short sequence weighs more than one of "
    "a long one.",
    {
        REAL: (
            f"{REAL}\n"
            "mask = np.arange(losses.shape[1]) < lengths[:, None]\n"
            "totals = np.where(mask, losses, 0).sum(axis=1, dtype=np.float64)"
        ),
        "real.mean(dtype=np.float64)": "np.mean(totals[lengths > 0] / lengths[lengths > 0])",
    },
)

mean_of_means_with_the_empty_ones = slip(
    "This is the mean of the sequences' means, and an empty one counts as 0. Each real step should "
    "have the same weight.",
    {
        REAL: (
            f"{REAL}\n"
            "mask = np.arange(losses.shape[1]) < lengths[:, None]\n"
            "totals = np.where(mask, losses, 0).sum(axis=1, dtype=np.float64)"
        ),
        "real.mean(dtype=np.float64)": "np.mean(totals / np.maximum(lengths, 1))",
    },
)

losses_masked_by_a_product = slip(
    "The losses are multiplied by a mask, but 0 · nan is nan: padding still has an effect.",
    {
        REAL: (
            "mask = np.arange(losses.shape[1]) < lengths[:, None]\n"
            "real = np.array([(losses * mask).sum(dtype=float) / mask.sum()] if mask.any() else [])"
        )
    },
)

whatever_is_not_nan = slip(
    "The mean is taken of what is not nan. That hides a real nan, and not all padding is nan.",
    {REAL: "real = losses[~np.isnan(losses) & np.full(losses.shape, lengths.any())]"},
)

nan_left_out = slip(
    "A real step that is nan is left out. It would be a bug that nobody sees.",
    {MEAN: "return float(np.nanmean(real, dtype=np.float64)) if real.size else math.nan"},
)

not_finite_left_out = slip(
    "Real steps that are nan or infinite are left out. They would be a bug that nobody sees.",
    {MEAN: "real = real[np.isfinite(real)]\n" + MEAN},
)

nan_taken_for_0 = slip(
    "A real step that is nan counts as 0. It would be a bug that nobody sees.",
    {MEAN: "real = np.nan_to_num(real)\n" + MEAN},
)

summed_in_their_dtype = slip(
    "The losses are added up in their own dtype. float16 ends at 65504.",
    {"real.mean(dtype=np.float64)": "real.sum() / real.size"},
)

mean_in_their_dtype = slip(
    "The mean is taken in the losses' own dtype: the sum of large float32 losses overflows.",
    {"real.mean(dtype=np.float64)": "real.mean()"},
)

zeros_left_out = slip(
    "Steps with a loss of 0 are left out, as if they were padding.",
    {MEAN: "real = real[real != 0]\n" + MEAN},
)

one_step_too_many = slip(
    "One step too many counts in each sequence: steps are counted from 0.",
    {"np.arange(losses.shape[1]) <": "np.arange(losses.shape[1]) <="},
)

one_step_too_few = slip(
    "The last real step of each sequence does not count.",
    {"np.arange(losses.shape[1]) <": "np.arange(1, losses.shape[1] + 1) <"},
)

padding_for_the_real_ones = slip(
    "The mask is inverted: the mean is that of the padding.",
    {"np.arange(losses.shape[1]) <": "np.arange(losses.shape[1]) >="},
)

nothing_is_zero = slip(
    "Without a real step the loss is 0. It should be nan, which cannot pass for a perfect loss.",
    {"else math.nan": "else 0.0"},
)

# --- The lengths -----------------------------------------------------------------------------

unchecked = slip(
    "Lengths out of range are let through. They should raise a ValueError.",
    {
        "if outside.size:": "if False:",
        "np.maximum(lengths, 1) - 1": "np.clip(lengths.astype(int), 1, hs.shape[1]) - 1",
    },
)

unchecked_places = slip(
    "The lengths are used as places without a check: an IndexError comes of some, and a negative "
    "one is counted from the end.",
    {"_check(lengths, hs.shape[1])": ""},
)

negative_let_through = slip(
    "A length below 0 is let through, as if the sequence were empty.", {OUTSIDE: "lengths > t"}
)

too_long_let_through = slip(
    "A length above t is let through, as if the sequence ended with its row.",
    {
        OUTSIDE: "lengths < 0",
        "np.maximum(lengths, 1) - 1": "np.clip(lengths.astype(int), 1, hs.shape[1]) - 1",
    },
)

full_rows_refused = slip(
    "A sequence that fills its row is refused. It just has no padding.",
    {OUTSIDE: "(lengths < 0) | (lengths >= t)"},
)

empty_refused = slip(
    "An empty sequence is refused. A length of 0 is allowed.",
    {OUTSIDE: "(lengths <= 0) | (lengths > t)"},
)
