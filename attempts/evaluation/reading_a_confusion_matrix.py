import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.reading_a_confusion_matrix import (
    balanced_accuracy,
    most_confused,
    per_class_precision,
    per_class_recall,
    what_accuracy_hides,
)

# --- per_class_recall and per_class_precision ------------------------------------------------


@right(per_class_recall)
def recall_of_one_class_after_the_other(matrix):
    return np.array([row[i] / row.sum() if row.any() else 0.0 for i, row in enumerate(matrix)])


@right(per_class_precision)
def precision_with_a_guarded_divisor(matrix):
    return np.diag(matrix) / np.maximum(matrix.sum(axis=0), 1)


RECALL = "_shares(matrix.diagonal(), matrix.sum(axis=1))"
PRECISION = "_shares(matrix.diagonal(), matrix.sum(axis=0))"

recall_by_columns = slip(
    "It divides by the sums of columns: that is precision. Rows are the true classes.",
    {RECALL: PRECISION},
)

precision_by_rows = slip(
    "It divides by the sums of rows: that is recall. Columns are the predictions.",
    {PRECISION: RECALL},
)

recall_of_all = slip(
    "It divides by the number of all samples. Each class has its own.",
    {RECALL: ("_shares(matrix.diagonal(), np.full(len(matrix), matrix.sum()))")},
)

recall_of_an_absent_class_is_nan = slip(
    "A class that never occurs gets nan. Here 0 / 0 counts as 0.",
    {RECALL: (f"np.where(matrix.any(axis=1), {RECALL}, np.nan)")},
)

recall_of_an_absent_class_is_1 = slip(
    "A class that never occurs gets a recall of 1. Here 0 / 0 counts as 0.",
    {RECALL: (f"np.where(matrix.any(axis=1), {RECALL}, 1.0)")},
)

precision_of_a_class_never_predicted_is_nan = slip(
    "A class that is never predicted gets nan. Here 0 / 0 counts as 0.",
    {PRECISION: (f"np.where(matrix.any(axis=0), {PRECISION}, np.nan)")},
)

precision_of_a_class_never_predicted_is_1 = slip(
    "A class that is never predicted gets a precision of 1. Here 0 / 0 counts as 0.",
    {PRECISION: (f"np.where(matrix.any(axis=0), {PRECISION}, 1.0)")},
)

one_class_against_the_rest = slip(
    "This is the accuracy of each class against the rest: samples of other classes that are "
    "rightly not taken for it count as found.",
    {
        RECALL: (
            "_shares(\n"
            "    matrix.sum() - matrix.sum(0) - matrix.sum(1) + 2 * np.diag(matrix).astype(int),\n"
            "    np.full(len(matrix), matrix.sum()),\n"
            ")"
        )
    },
)

# --- balanced_accuracy -----------------------------------------------------------------------


@right(balanced_accuracy)
def mean_of_a_list(matrix):
    shares = [row[i] / row.sum() for i, row in enumerate(matrix) if row.sum()]
    return sum(shares) / len(shares) if shares else float("nan")


plain_accuracy = slip(
    "This is the accuracy: frequent classes decide it. Here all classes weigh alike.",
    {"float(per_class_recall(matrix)[occurs].mean())": "float(matrix.trace() / matrix.sum())"},
)

absent_classes_count_as_lost = slip(
    "A class that never occurs counts as one that is never found. The mean is over the classes "
    "that occur.",
    {"per_class_recall(matrix)[occurs]": "per_class_recall(matrix)"},
)

mean_precision = slip(
    "This is the mean precision. The balanced accuracy is the mean recall.",
    {"per_class_recall(matrix)[occurs]": "per_class_precision(matrix)[occurs]"},
)

lost_classes_left_out = slip(
    "Classes with a recall of 0 are left out, as if they did not occur.",
    {
        "per_class_recall(matrix)[occurs].mean()": (
            "per_class_recall(matrix).sum() / max(np.count_nonzero(matrix.diagonal()), 1)"
        )
    },
)

nothing_is_0 = slip("Without samples it is 0. A mean of nothing is nan.", {"math.nan": "0.0"})

# --- most_confused ---------------------------------------------------------------------------


@right(most_confused)
def by_comparing_all_pairs(matrix):
    best, pair = 0.0, None
    for i, row in enumerate(matrix.tolist()):
        for j, count in enumerate(row):
            if i != j and count and count / sum(row) > best:
                best, pair = count / sum(row), (i, j)
    return pair


by_count = slip(
    "The pair is chosen by its count. By rate, a rare class that is mostly lost comes before a "
    "frequent one that is sometimes.",
    {"rates = _shares(matrix, matrix.sum(axis=1, keepdims=True))": "rates = matrix.astype(float)"},
)

by_share_of_the_predictions = slip(
    "The rate is taken of the predicted class. It is a share of the true class.",
    {"matrix.sum(axis=1, keepdims=True))": "matrix.sum(axis=0, keepdims=True))"},
)

diagonal_counted = slip(
    "The diagonal takes part, but to be taken for itself is no confusion.",
    {"np.fill_diagonal(rates, 0)": "pass"},
)

pair_swapped = slip(
    "The pair is swapped: the true class comes first, the predicted one second.",
    {"return (i, j) if": "return (j, i) if"},
)

pairs_without_order = slip(
    "The rates of (i, j) and (j, i) are added. To take i for j is another confusion than to take j "
    "for i.",
    {"np.fill_diagonal(rates, 0)": "rates = np.triu(rates + rates.T, 1)"},
)

last_of_equal_rates = slip(
    "Of equal rates, the last one wins. It should be the first.",
    {"int(rates.argmax())": "rates.size - 1 - int(rates[::-1, ::-1].argmax())"},
)

nearly_equal_rates_tie = slip(
    "Rates that differ by very little count as equal, so the first of them wins, not the highest.",
    {"int(rates.argmax())": "int(np.isclose(rates, rates.max()).argmax())"},
)

lower_prediction_first = slip(
    "Of equal rates, the one with the lower prediction wins. The lower true class comes first.",
    {"i, j = divmod(int(rates.argmax())": "j, i = divmod(int(rates.T.argmax())"},
)

errors_as_the_whole = slip(
    "The rate is a share of the class's errors. It should be one of all its samples.",
    {
        "rates = _shares(matrix, matrix.sum(axis=1, keepdims=True))": (
            "errors = matrix - np.diag(matrix.diagonal())\n"
            "rates = _shares(errors, errors.sum(axis=1, keepdims=True))"
        )
    },
)

a_pair_though_all_is_right = slip(
    "Where all predictions are right, it still gives a pair. There is none: return None.",
    {"return (i, j) if rates[i, j] else None": "return i, j"},
)

# --- what_accuracy_hides ---------------------------------------------------------------------


@right(what_accuracy_hides)
def counting_in_whole_numbers(matrix):
    rows = [[int(count) for count in row] for row in matrix]
    supports, predicted = (
        [sum(row) for row in rows],
        [sum(column) for column in zip(*rows, strict=True)],
    )
    right_ones = [row[i] for i, row in enumerate(rows)]
    lines = []
    if not any(supports):
        return lines
    if max(supports) >= sum(right_ones):
        lines += [f"always predicting {supports.index(max(supports))} is no less accurate"]
    for words, totals in (
        ("class {} are found", supports),
        ("predictions of {} are right", predicted),
    ):
        for c, total in enumerate(totals):
            if 2 * right_ones[c] < total:
                lines.append("fewer than half of " + words.format(c))
    if sum(right_ones) < sum(supports):
        i, j = by_comparing_all_pairs(matrix)
        lines += [f"{i} is taken for {j} in {rows[i][j]} of {supports[i]} cases"]
    return lines


only_where_it_is_better = slip(
    "The first sentence is missing where one class alone would be exactly as accurate: that is no "
    "less.",
    {"of_class.max() >= matrix.trace()": "of_class.max() > matrix.trace()"},
)

most_predicted_class = slip(
    "The first sentence names the class that is predicted most. It is the one that occurs most "
    "often.",
    {
        "of_class.max() >=": "of_prediction.max() >=",
        "{of_class.argmax()}": "{of_prediction.argmax()}",
    },
)

last_of_the_most_frequent = slip(
    "Where two classes occur equally often, the first sentence names the higher one.",
    {"{of_class.argmax()}": "{len(of_class) - 1 - of_class[::-1].argmax()}"},
)

always_with_a_baseline = slip(
    "The first sentence is always there. It is true only where the class occurs at least as often "
    "as predictions are right.",
    {"if of_class.max() >= matrix.trace():": "if True:"},
)

nothing_of_classes_rarely_found = slip(
    "Nothing is said of classes of which fewer than half are found.",
    {'found.append(f"fewer than half of class {i} are found")': "pass"},
)

half_is_too_few = slip(
    "A class of which exactly half are found is named as well. Half is not fewer than half.",
    {"per_class_recall(matrix) < 0.5": "per_class_recall(matrix) <= 0.5"},
)

half_is_always_too_few = slip(
    "Exactly half is named as well, of a class and of its predictions. Half is not fewer than "
    "half.",
    {
        "per_class_recall(matrix) < 0.5": "per_class_recall(matrix) <= 0.5",
        "per_class_precision(matrix) < 0.5": "per_class_precision(matrix) <= 0.5",
    },
)

half_right_is_too_few = slip(
    "Predictions of which exactly half are right are named as well. Half is not fewer than half.",
    {"per_class_precision(matrix) < 0.5": "per_class_precision(matrix) <= 0.5"},
)

almost_half_is_taken_for_half = slip(
    "Where a little less than half of a class are found, it is not named: that is taken for half. "
    "The share may have been rounded.",
    {"per_class_recall(matrix) < 0.5": "per_class_recall(matrix).round(12) < 0.5"},
)

absent_classes_named = slip(
    "A class that never occurs is named as one that is not found. There was nothing to find.",
    {"(of_class > 0) & (": "("},
)

classes_never_predicted_named = slip(
    "A class that is never predicted is named as one whose predictions are wrong. There are none.",
    {"(of_prediction > 0) & (": "("},
)

classes_one_after_the_other = slip(
    "The sentences go class by class. All on recall come first, then those on precision.",
    {
        "pair = most_confused(matrix)\n": (
            "low = sorted(\n"
            '    (line for line in found if "half" in line),\n'
            "    key=lambda line: [int(word) for word in line.split() if word.isdigit()],\n"
            ")\n"
            'found = [line for line in found if "half" not in line] + low\n'
            "pair = most_confused(matrix)\n"
        )
    },
)

of_all_cases = slip(
    "The last number counts all samples. It should count those of the true class.",
    {"of {of_class[i]} cases": "of {matrix.sum()} cases"},
)

of_all_predictions = slip(
    "The last number counts what was predicted as the second class. It should count the samples of "
    "the first.",
    {"of {of_class[i]} cases": "of {of_prediction[j]} cases"},
)

of_all_errors = slip(
    "The last number counts the errors of the true class. It should count all its samples.",
    {"of {of_class[i]} cases": "of {of_class[i] - matrix[i, i]} cases"},
)

nothing_is_lost_too = slip(
    "Without samples there is still a sentence. Nothing was counted, so there is nothing to say.",
    {"if not of_class.any():": "if False:"},
)

no_word_of_the_pair = slip(
    "The sentence on the most confused pair is missing.", {"if pair:": "if False:"}
)
