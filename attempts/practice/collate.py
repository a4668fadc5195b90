import itertools

import numpy as np

from kata.attempts import right, slip
from solutions.practice.collate import collate

MASK = "mask = np.arange(lengths.max()) < lengths[:, None]"
FULL = "ids = np.full(mask.shape, pad, dtype=np.int64)"
FILL = "ids[mask] = [token for tokens in sequences for token in tokens]"
RETURN = "return ids, mask, np.where(mask, ids, -100)"


@right(collate)
def row_by_row(sequences, pad):
    if len(sequences) == 0:
        raise ValueError("no sequences")
    shape = len(sequences), max(map(len, sequences))
    ids, labels = (np.full(shape, filler, dtype=np.int64) for filler in (pad, -100))
    mask = np.zeros(shape, dtype=bool)
    for i, tokens in enumerate(sequences):
        ids[i, : len(tokens)] = labels[i, : len(tokens)] = tokens
        mask[i, : len(tokens)] = True
    return ids, mask, labels


@right(collate)
def through_lists(sequences, pad):
    if not len(sequences):
        raise ValueError("no sequences")

    def filled(rows, filler, dtype):
        columns = itertools.zip_longest(*rows, fillvalue=filler)
        return np.array(list(columns), dtype).reshape(-1, len(rows)).T.copy()

    ones = [[True] * len(tokens) for tokens in sequences]
    return (
        filled(sequences, pad, np.int64),
        filled(ones, False, bool),
        filled(sequences, -100, np.int64),
    )


@right(collate)
def from_the_labels(sequences, pad):
    if not sequences:
        raise ValueError("no sequences")
    labels = np.full((len(sequences), max(map(len, sequences))), -100, np.int64)
    for row, tokens in zip(labels, sequences, strict=True):
        row[: len(tokens)] = tokens
    return np.where(labels < 0, pad, labels), labels >= 0, labels


through_float64 = slip(
    "The ids pass through float64, as in an array made by `np.zeros`. It rounds large integers.",
    {
        FULL: "ids = np.full(mask.shape, float(pad))",
        RETURN: f"ids = ids.astype(np.int64)\n{RETURN}",
    },
)

padded_on_the_left = slip(
    "The padding stands before the tokens. It should follow them.",
    {MASK: MASK.replace("max())", "max())[::-1]")},
)

mask_inverted = slip(
    "The mask is True for padding. It should be True for tokens.",
    {RETURN: RETURN.replace("ids, mask,", "ids, ~mask,")},
)

mask_from_the_ids = slip(
    "The mask is found by comparing ids with `pad`, so a real token of that number counts as "
    "padding.",
    {RETURN: RETURN.replace("ids, mask,", "ids, ids != pad,")},
)

labels_from_the_ids = slip(
    "Every label that equals `pad` becomes −100, even where that is a real token: the model never "
    "learns to predict it.",
    {"np.where(mask, ids, -100)": "np.where(ids != pad, ids, -100)"},
)

mask_and_labels_from_the_ids = slip(
    "Where a real token equals `pad`, both the mask and the labels take it for padding.",
    {RETURN: "return ids, ids != pad, np.where(ids != pad, ids, -100)"},
)

labels_with_pad = slip(
    "The labels hold `pad` where there is padding: the loss would train the model to predict it.",
    {"np.where(mask, ids, -100)": "ids.copy()"},
)

labels_with_minus_1 = slip(
    "Padding has a label of −1. The loss ignores −100 only.",
    {"np.where(mask, ids, -100)": "np.where(mask, ids, -1)"},
)

first_padding_labelled = slip(
    "The first padding of a row has a label, as if it ended the sequence. All padding has −100.",
    {
        "np.where(mask, ids, -100)": (
            "np.where(np.arange(mask.shape[1]) <= lengths[:, None], ids, -100)"
        )
    },
)

labels_shifted = slip(
    "The labels are shifted by one place to the left. Here each stands at its own token.",
    {
        RETURN: "labels = np.full_like(ids, -100)\n"
        "labels[:, :-1] = np.where(mask, ids, -100)[:, 1:]\n"
        "return ids, mask, labels"
    },
)

ids_with_minus_100 = slip(
    "The ids hold −100 where there is padding. That is for labels; ids hold `pad`.",
    {FULL: FULL.replace("pad", "-100")},
)

pad_in_float32 = slip(
    "A large `pad` becomes another number in the ids, as in float32.",
    {FULL: FULL.replace("pad", "int(np.float32(pad))")},
)

padded_with_0 = slip(
    "The ids are padded with 0, whatever `pad` is.", {FULL: FULL.replace("pad", "0")}
)

cut_to_the_shortest = slip(
    "All sequences are cut to the length of the shortest. They should be padded to the longest.",
    {
        MASK: MASK.replace("max", "min"),
        FILL: "ids[mask] = [token for tokens in sequences for token in tokens[: lengths.min()]]",
    },
)

cut_to_the_first = slip(
    "The first sequence decides the length of all. The longest should.",
    {
        MASK: MASK.replace("lengths.max()", "lengths[0]"),
        FILL: "ids[mask] = [token for tokens in sequences for token in tokens[: lengths[0]]]",
    },
)

sorted_by_length = slip(
    "The sequences are sorted by length. Row i should be sequences[i].",
    {"lengths = ": "sequences = sorted(sequences, key=len, reverse=True)\nlengths = "},
)

one_column_too_many = slip(
    "Even the longest sequence is padded.", {MASK: MASK.replace("max()", "max() + 1")}
)

last_token_masked = slip(
    "The last token of each sequence counts as padding in the mask.",
    {RETURN: RETURN.replace("ids, mask,", "ids, np.arange(lengths.max()) < lengths[:, None] - 1,")},
)

empty_sequences_refused = slip(
    "Empty sequences are refused. Their rows are padding alone.",
    {"if not sequences:": "if not all(map(len, sequences)) or not sequences:"},
)

no_sequences = slip(
    "Without sequences it returns empty arrays.",
    {"if not sequences:": "if sequences is None:", "lengths.max()": "lengths.max(initial=0)"},
)
