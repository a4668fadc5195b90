import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.calibration import expected_calibration_error, reliability


def check(probs, targets):
    if probs.shape[0] != targets.shape[0]:
        raise ValueError("probs and targets differ in length")


# --- reliability -----------------------------------------------------------------------------


@right(reliability)
def one_bin_after_the_other(probs, targets, n_bins):
    check(probs, targets)
    confidence, is_right = np.max(probs, axis=-1), np.argmax(probs, axis=-1) == targets
    rows = []
    for i in range(n_bins):
        inside = (confidence > i / n_bins) & (confidence <= (i + 1) / n_bins)
        n = np.count_nonzero(inside)
        means = (confidence[inside].mean(), is_right[inside].mean()) if n else (np.nan, np.nan)
        rows.append((*means, n))
    means, accuracies, counts = zip(*rows, strict=True)
    return np.array(means), np.array(accuracies), np.array(counts, dtype=np.int64)


@right(reliability)
def by_rounding_up(probs, targets, n_bins):
    check(probs, targets)
    rows = np.arange(len(probs))
    winner = probs.argmax(axis=1)
    bins = np.clip(np.ceil(probs[rows, winner] * n_bins).astype(int) - 1, 0, n_bins - 1)
    one_hot = bins[:, None] == np.arange(n_bins)
    count = one_hot.sum(axis=0, dtype=np.int64)
    sums = np.stack([probs[rows, winner], winner == targets]) @ one_hot
    means = np.full((2, n_bins), np.nan)
    np.divide(sums, count, out=means, where=count > 0)
    return means[0].copy(), means[1].copy(), count


left_edges_inside = slip(
    "A confidence that equals an edge goes into the bin above. It belongs to the bin that ends "
    "there.",
    {'side="left"': 'side="right"'},
)

edges_by_a_small_constant = slip(
    "A confidence a little above an edge falls below it, as where a small constant is taken off, "
    "or digits are rounded away.",
    {"(edges, confidence,": "(edges, confidence - 1e-9,"},
)

certainty_falls_out = slip(
    "A confidence of exactly 1 falls into no bin.",
    {
        "edges = np.arange(1, n_bins) / n_bins": (
            "is_right = is_right[confidence < 1]\n"
            "confidence = confidence[confidence < 1]\n"
            "edges = np.arange(1, n_bins) / n_bins"
        )
    },
)

one_bin_too_few = slip(
    "These are n_bins edges, which make one bin too few. The bins of all are too wide.",
    {"np.arange(1, n_bins) / n_bins": "np.linspace(0, 1, max(n_bins, 2))[1:-1]"},
)

bins_from_chance_up = slip(
    "The bins divide the range from 1/k, the least possible confidence, to 1. They should divide 0 "
    "to 1.",
    {
        "np.arange(1, n_bins) / n_bins": (
            "1 / probs.shape[1] + (1 - 1 / probs.shape[1]) * np.arange(1, n_bins) / n_bins"
        )
    },
)

bins_between_the_extremes = slip(
    "The bins divide the range of the confidences that occur, as np.histogram does unless told "
    "otherwise. They should divide 0 to 1.",
    {
        "np.arange(1, n_bins) / n_bins": (
            "np.linspace(confidence.min(initial=1), confidence.max(initial=0), n_bins + 1)[1:-1]"
        )
    },
)

bins_of_equal_counts = slip(
    "The bins are quantiles: all hold about as many rows. They should be equally wide.",
    {
        "edges = np.arange(1, n_bins) / n_bins": (
            "shares = np.arange(1, n_bins) / n_bins\n"
            "edges = np.quantile(confidence, shares) if len(probs) else shares"
        )
    },
)

probability_of_the_target = slip(
    "The target's probability is taken for the confidence. It is that of the prediction, right or "
    "wrong.",
    {
        "confidence = probs.max(axis=1)": (
            "confidence = probs[np.arange(len(probs)), targets.astype(np.int64)]"
        )
    },
)

probability_of_the_last_class = slip(
    "The last class's probability is taken for the confidence, as for a yes or no. It is the "
    "largest of the row.",
    {"confidence = probs.max(axis=1)": "confidence = probs[:, -1].copy()"},
)

lead_over_the_second = slip(
    "The confidence is taken as the lead over the second class. It is the largest probability.",
    {
        "confidence = probs.max(axis=1)": (
            "two = np.sort(np.pad(probs, ((0, 0), (1, 0))), axis=1)[:, -2:]\n"
            "confidence = two[:, 1] - two[:, 0]"
        )
    },
)

last_of_equal_classes = slip(
    "On a tie, the last class is predicted. It should be the lowest.",
    {
        "probs.argmax(axis=1) == targets": (
            "probs.shape[1] - 1 - probs[:, ::-1].argmax(axis=1) == targets"
        )
    },
)

middles_of_the_bins = slip(
    "The middle of each bin is given for its confidence. It should be the mean over its rows.",
    {
        "return mean_confidence, accuracy, count": (
            "middles = (np.arange(n_bins) + 0.5) / n_bins\n"
            "return np.where(count > 0, middles, np.nan), accuracy, count"
        )
    },
)

sums_not_means = slip(
    "The confidences and the hits of each bin are added up. They should be divided by its count.",
    {"(total / count for total in sums)": "(total * (count / count) for total in sums)"},
)

shares_of_all_rows = slip(
    "The sums are divided by the number of all rows. Each bin has its own count.",
    {
        "(total / count for total in sums)": (
            "(total / len(probs) * (count / count) for total in sums)"
        )
    },
)

empty_bins_at_zero = slip(
    "A bin without rows gets zeros, as if it were never right and never confident. A mean of "
    "nothing is nan.",
    {"total / count for": "total / np.maximum(count, 1) for"},
)

empty_bins_left_out = slip(
    "Bins without rows are left out. Each of the n_bins should have its place.",
    {
        "return mean_confidence, accuracy, count": (
            "return tuple(x[count > 0] for x in (mean_confidence, accuracy, count))"
        )
    },
)

accuracy_first = slip(
    "Accuracy and confidence have changed places.",
    {"return mean_confidence, accuracy, count": "return accuracy, mean_confidence, count"},
)

shares_for_counts = slip(
    "The counts are given as shares of all rows.",
    {
        "return mean_confidence, accuracy, count": (
            "return mean_confidence, accuracy, count / max(len(probs), 1)"
        )
    },
)

counts_of_hits = slip(
    "The counts are those of rows that are right. All rows of a bin should be counted.",
    {
        "return mean_confidence, accuracy, count": (
            "return mean_confidence, accuracy, np.bincount(bins[is_right], minlength=n_bins)"
        )
    },
)

one_target_for_all_rows = slip(
    "The lengths are not compared: a single target is broadcast over all rows.",
    {"if len(probs) != len(targets):": "if len(targets) not in (1, len(probs)):"},
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python. One maximum along an axis serves all rows.",
    {
        "confidence = probs.max(axis=1)": (
            "confidence = np.array([row.max() for row in probs], float)"
        )
    },
)

# --- expected_calibration_error --------------------------------------------------------------


@right(expected_calibration_error)
def from_sums_of_differences(probs, targets, n_bins):
    """n · ECE is the sum over the bins of |Σ (right − confidence)|: no bin has to be divided."""
    check(probs, targets)
    top = probs.max(axis=1)
    gaps = (probs.argmax(axis=1) == targets) - top
    of_row = np.sum(top[:, None] > np.arange(1, n_bins) / n_bins, axis=1)
    sums = np.zeros(n_bins)
    np.add.at(sums, of_row, gaps)
    return float(np.abs(sums).sum() / len(top)) if len(top) else float("nan")


@right(expected_calibration_error)
def one_bin_of_the_diagram_after_the_other(probs, targets, n_bins):
    error = 0.0
    for confidence, accuracy, count in zip(*reliability(probs, targets, n_bins), strict=True):
        if count:
            error += abs(accuracy - confidence) * count / len(probs)
    return error if len(probs) else float("nan")


ERROR = "float(np.nansum(count * gaps) / len(targets))"

unweighted_mean = slip(
    "All bins weigh alike. They should be weighted by their counts.",
    {ERROR: "float(np.nanmean(gaps))"},
)

divided_by_all_bins = slip(
    "The gaps are divided by the number of bins. They should be weighted by their counts.",
    {ERROR: "float(np.nansum(gaps) / n_bins)"},
)

largest_gap = slip(
    "This is the largest gap, the maximum calibration error. It should be the weighted mean.",
    {ERROR: "float(np.nanmax(gaps))"},
)

signed_gaps = slip(
    "The gaps keep their signs, so that modest bins make up for bold ones.",
    {"gaps = np.abs(accuracy - confidence)": "gaps = accuracy - confidence"},
)

signed_gaps_the_other_way_round = slip(
    "The gaps keep their signs, so that modest bins make up for bold ones.",
    {"gaps = np.abs(accuracy - confidence)": "gaps = confidence - accuracy"},
)

squared_gaps = slip(
    "The gaps are squared. The ECE takes their absolute values.",
    {"np.abs(accuracy - confidence)": "(accuracy - confidence) ** 2"},
)

root_of_the_mean_square = slip(
    "This is the root of the mean square of the gaps. The ECE is the mean of their sizes.",
    {ERROR: "float(np.sqrt(np.nansum(count * gaps**2) / len(targets)))"},
)

gaps_of_single_rows = slip(
    "The gap is taken of every row by itself, so even a calibrated classifier has one. It is a gap "
    "between means.",
    {ERROR: ("float(np.mean(abs((probs.argmax(axis=1) == targets) - probs.max(axis=1))))")},
)

gap_of_all_rows = slip(
    "It compares the accuracy of all rows with their mean confidence: bins make no difference.",
    {ERROR: "abs(float(np.nansum(count * accuracy) - np.nansum(count * confidence))) / len(probs)"},
)

sum_of_gaps = slip(
    "The gaps are added up by count, but not divided by the number of rows.",
    {ERROR: "float(np.nansum(count * gaps))"},
)

empty_bins_spoil_the_sum = slip(
    "A bin without rows has a gap of nan, and so has the sum. It should add nothing.",
    {"np.nansum(count": "np.sum(count"},
)

no_rows_are_calibrated = slip(
    "Without rows the error is 0. A mean of nothing is nan.", {"return math.nan": "return 0.0"}
)

gaps_between_middles = slip(
    "Accuracy is compared with the middle of each bin. It should be compared with the mean "
    "confidence of its rows.",
    {"np.abs(accuracy - confidence)": ("np.abs(accuracy - (np.arange(n_bins) + 0.5) / n_bins)")},
)
