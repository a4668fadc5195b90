from kata.attempts import rewrite, slip

DRAWN = "rng.choice(different, size=int(share * len(different)), replace=False)"
MARK = "np.isin(patients, drawn)"
CHOOSE = "choose_columns(x[train], y[train], keep)"
SCALE = "(chosen - chosen[train].mean(axis=0)) / chosen[train].std(axis=0)"
OTHERS = "(clinics[:, None] == clinics) & train & ~np.eye(len(y), dtype=bool)"
RATES = "np.where(counts > 0, (others * y).sum(axis=1) / np.maximum(counts, 1), 0.5)"
CENTERS = "(features[train & (y == label)].mean(axis=0) for label in (0, 1))"
SCORE = "((rows - c0) ** 2).sum(axis=1) - ((rows - c1) ** 2).sum(axis=1)"

with_sums_without_the_own_label = rewrite(
    {
        DRAWN: "rng.permutation(different)[: int(share * len(different))]",
        f"others = {OTHERS}\ncounts = others.sum(axis=1)\nrates = {RATES}": (
            "rates = np.full(len(y), 0.5)\n"
            "for row, clinic in enumerate(clinics):\n"
            "    own = train & (clinics == clinic)\n"
            "    count = own.sum() - train[row]\n"
            "    if count:\n"
            "        rates[row] = (y[own].sum() - train[row] * y[row]) / count"
        ),
    }
)

with_the_training_rows_cut_out = rewrite(
    {
        MARK: "np.array([patient in set(drawn.tolist()) for patient in patients.tolist()])",
        "correlations = np.abs(y @ x) / np.sqrt((x * x).sum(axis=0))": (
            "correlations = np.abs([np.corrcoef(column, y)[0, 1] for column in x.T])"
        ),
        f"scaled = {SCALE}": (
            "seen = np.delete(chosen, np.flatnonzero(test), axis=0)\n"
            "scaled = (chosen - seen.mean(axis=0)) / seen.std(axis=0)"
        ),
        SCORE: "2 * rows @ (c1 - c0) + c0 @ c0 - c1 @ c1",
    }
)

# --- The four leaks of the stub, each alone ----------------------------------------------------

rows_drawn_for_patients = slip(
    "Rows are drawn, not patients: a patient may have rows on both sides, and is then recognized.",
    {
        f"different = np.unique(patients)\ndrawn = {DRAWN}\nreturn {MARK}": (
            "return rng.permutation(len(patients)) < int(share * len(patients))"
        )
    },
)

scaled_by_all_rows = slip(
    "The columns are scaled by statistics of all rows, so test rows have a part in them.",
    {SCALE: "(chosen - chosen.mean(axis=0)) / chosen.std(axis=0)"},
)

chosen_by_all_rows = slip(
    "The columns are chosen with the labels of the test rows. Among many columns of noise some fit "
    "these by chance.",
    {CHOOSE: "choose_columns(x, y, keep)"},
)

columns_from_test_rows_without_labels = slip(
    "The columns are chosen with the test rows as well, though their labels are hidden. Nothing of "
    "a test row should have a part in the choice.",
    {CHOOSE: "choose_columns(x, np.where(train, y, 0), keep)"},
)

rates_of_all_rows = slip(
    "A clinic's rate is the mean of all its labels: those of test rows, and the row's own, are in "
    "it.",
    {OTHERS: "clinics[:, None] == clinics"},
)

# --- Repairs that go wrong ---------------------------------------------------------------------

patients_as_often_as_their_rows = slip(
    "A patient with many rows is drawn more often than one with few.",
    {
        f"different = np.unique(patients)\ndrawn = {DRAWN}": (
            "wanted = int(share * len(np.unique(patients)))\n"
            "shuffled = rng.permutation(patients).tolist()\n"
            "drawn = np.array(list(dict.fromkeys(shuffled))[:wanted], dtype=int)"
        )
    },
)

drawn_with_replacement = slip(
    "Patients are drawn with replacement: one drawn twice leaves too few of them.",
    {", replace=False": ""},
)

always_the_first_patients = slip(
    "The patients are not drawn: it is always the ones with the smallest numbers.",
    {DRAWN: "different[: int(share * len(different))]"},
)

a_share_of_the_rows = slip(
    "The number of patients drawn is worked out from the number of rows.",
    {DRAWN: "rng.permutation(different)[: int(share * len(patients))]"},
)

rounded_up = slip(
    "The number of patients is rounded up.",
    {"int(share * len(different))": "int(np.ceil(share * len(different)))"},
)

rounded_to_the_nearest = slip(
    "The number of patients is rounded to the nearest. It should be rounded down.",
    {"int(share * len(different))": "round(share * len(different))"},
)

the_others_marked = slip(
    "The rows of all other patients are marked: training and test are swapped.",
    {MARK: "~np.isin(patients, drawn)"},
)

test_rows_scaled_by_themselves = slip(
    "The test rows are scaled by their own mean and standard deviation. They should go through the "
    "scaling that was learned in training.",
    {
        f"scaled = {SCALE}": (
            f"scaled = {SCALE}\n"
            "own = chosen[test]\n"
            "scaled[test] = (own - own.mean(axis=0)) / own.std(axis=0)"
        )
    },
)

not_scaled = slip("The columns are not scaled.", {SCALE: "chosen"})

test_labels_in_the_rates = slip(
    "A clinic's rate leaves out the row's own label, but not those of other test rows.",
    {OTHERS: "(clinics[:, None] == clinics) & ~np.eye(len(y), dtype=bool)"},
)

own_labels_in_the_rates = slip(
    "A training row's own label is in its clinic's rate. In a small clinic the rate gives it away.",
    {OTHERS: "(clinics[:, None] == clinics) & train"},
)

own_labels_where_alone = slip(
    "A training row that is the only one of its clinic gets its own label as rate.",
    {"np.maximum(counts, 1), 0.5)": "np.maximum(counts, 1), np.where(train, y, 0.5))"},
)

overall_rate_for_unknown_clinics = slip(
    "Where a clinic has no other training row, the rate of all training rows is taken; 0.5 is "
    "asked for.",
    {"np.maximum(counts, 1), 0.5)": "np.maximum(counts, 1), y[train].mean())"},
)

zero_for_unknown_clinics = slip(
    "Where a clinic has no other training row, the rate is 0; 0.5 is asked for.",
    {RATES: "(others * y).sum(axis=1) / np.maximum(counts, 1)"},
)

rates_left_out = slip("The clinics' rates are left out.", {RATES: "np.full(len(y), 0.5)"})

chosen_by_the_test_rows = slip(
    "The columns are chosen by the test rows. The training rows should decide.",
    {CHOOSE: "choose_columns(x[test], y[test], keep)"},
)

first_columns = slip("The first columns are taken, not those chosen.", {CHOOSE: "np.arange(keep)"})

centers_of_all_rows = slip(
    "The mean features of a label are taken over test rows too.",
    {CENTERS: "(features[y == label].mean(axis=0) for label in (0, 1))"},
)

signs_of_correlations = slip(
    "The largest correlations are chosen with their sign, so strongly negative ones are lost.",
    {"np.abs(y @ x)": "(y @ x)"},
)

covariances = slip(
    "The columns are chosen by covariance: the scale of a column counts.",
    {" / np.sqrt((x * x).sum(axis=0))": ""},
)

weakest_columns = slip(
    "The least correlated columns are chosen.", {"-correlations": "correlations"}
)

scaled_with_ddof_1 = slip(
    "The standard deviation has ddof 1. It should have ddof 0.",
    {"chosen[train].std(axis=0)": "chosen[train].std(axis=0, ddof=1)"},
)

distances_not_squared = slip(
    "The score is a difference of distances. They should be squared.",
    {SCORE: ("np.linalg.norm(rows - c0, axis=1) - np.linalg.norm(rows - c1, axis=1)")},
)

columns_in_the_order_of_correlation = slip(
    "The columns come in the order of their correlations. They should come in ascending order.",
    {"np.sort(np.argsort(-correlations)[:keep])": "np.argsort(-correlations)[:keep]"},
)

score_reversed = slip(
    "The sign of the score is reversed: rows near c₁ get small ones.",
    {SCORE: "((rows - c1) ** 2).sum(axis=1) - ((rows - c0) ** 2).sum(axis=1)"},
)

scores_of_all_rows = slip(
    "The scores of all rows are returned. Only those of the test rows are asked for.",
    {"rows = features[test]": "rows = features"},
)
