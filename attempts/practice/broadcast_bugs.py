from kata.attempts import rewrite, slip

MEANS = "ratings.mean(axis=1, keepdims=True)"
LENGTHS = "np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)"
COSINES = "a @ b.T / lengths"
SCORES = "np.exp(similar / temperature)"
WEIGHTS = "scores / scores.sum(axis=1, keepdims=True)"
ERRORS = "predicted - actual[:, 0]"

with_einsum_and_columns = rewrite(
    {
        f"ratings - {MEANS}": "ratings - ratings.sum(axis=1)[:, None] / ratings.shape[1]",
        COSINES: 'np.einsum("nd,md->nm", a, b) / lengths',
        f"{WEIGHTS}\nreturn weights @ known": (
            "(scores.T / scores.sum(axis=1)).T\nreturn (weights @ known[:, None])[:, 0]"
        ),
        ERRORS: "predicted[:, None] - actual",
    }
)

through_transposes = rewrite(
    {
        f"ratings - {MEANS}": "(ratings.T - ratings.mean(axis=1)).T",
        f"lengths = {LENGTHS}": "a = a / np.sqrt((a**2).sum(axis=1, keepdims=True))",
        COSINES: "np.stack([a @ (row / np.sqrt(row @ row)) for row in b], axis=1)",
        WEIGHTS: "scores\nknown = known / 1.0",
        "weights @ known": "(weights * known).sum(axis=1) / weights.sum(axis=1)",
        ERRORS: "predicted - actual.T",
    }
)

# --- The four bugs of the stub, each alone -----------------------------------------------------

means_of_items = slip(
    "What is subtracted is the mean of each item over all users, not that of each user.",
    {MEANS: "ratings.mean(axis=0)"},
)

reshaped_for_transposed = slip(
    "`reshape` only reads the same numbers in other lines; it does not turn rows into columns.",
    {COSINES: "a @ b.reshape(-1, len(b)) / lengths"},
)

weights_over_users = slip(
    "The weights add up to 1 over the users whose ratings are predicted; each user's own weights "
    "should.",
    {WEIGHTS: "scores / scores.sum(axis=0)"},
)

all_against_all = slip(
    "(n,) minus (n, 1) is (n, n): every prediction is compared with every user's rating.",
    {ERRORS: "predicted - actual"},
)

# --- Repairs that go wrong ---------------------------------------------------------------------

means_along_the_wrong_axis = slip(
    "The n means are lined up with the d columns: an error unless n = d, and then user i's mean is "
    "subtracted from item i.",
    {MEANS: "ratings.mean(axis=1)"},
)

one_mean_for_all = slip(
    "One mean of all ratings is subtracted. Each user has an own one.", {MEANS: "ratings.mean()"}
)

both_means = slip(
    "The items' means are subtracted too.",
    {
        f"return ratings - {MEANS}": (
            f"ratings = ratings - ratings.mean(axis=0)\nreturn ratings - {MEANS}"
        )
    },
)

scaled_too = slip(
    "The ratings are also divided by the user's standard deviation.",
    {f"ratings - {MEANS}": f"(ratings - {MEANS}) / ratings.std(axis=1, keepdims=True)"},
)

lengths_of_b_for_both = slip(
    "The products are divided by the lengths of b's rows only.",
    {LENGTHS: "np.linalg.norm(b, axis=1)"},
)

lengths_of_a_for_both = slip(
    "The products are divided by the lengths of a's rows only.",
    {LENGTHS: "np.linalg.norm(a, axis=1)[:, None]"},
)

lengths_in_one_line = slip(
    "The lengths of a's rows are lined up with those of b's rows: an error unless n = m, and then "
    "pairs get the wrong lengths.",
    {LENGTHS: "np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)"},
)

lengths_of_columns = slip(
    "The columns of a and b are scaled. A cosine needs the lengths of rows.",
    {
        f"lengths = {LENGTHS}": (
            "a, b = a / np.linalg.norm(a, axis=0), b / np.linalg.norm(b, axis=0)"
        ),
        COSINES: "a @ b.T",
    },
)

one_length = slip(
    "`norm` without an axis is one number for the whole table.",
    {LENGTHS: "np.linalg.norm(a) * np.linalg.norm(b)"},
)

small_number_beside_the_lengths = slip(
    "The cosines of short rows are too near 0. They should not depend on the lengths at all.",
    {LENGTHS: f"({LENGTHS}) + 1e-8"},
)

products_without_lengths = slip(
    "These are products, not cosines: the lengths are missing.", {COSINES: "a @ b.T"}
)

reshaped_in_fortran_order = slip(
    "Reading the numbers in another order while reshaping does not swap the axes either.",
    {COSINES: 'a.reshape(a.shape, order="F") @ b.reshape((-1, len(b)), order="F") / lengths'},
)

sums_along_the_wrong_axis = slip(
    "The n sums are lined up with the m columns: an error unless n = m, and then user i's sum "
    "divides column i.",
    {WEIGHTS: "scores / scores.sum(axis=1)"},
)

weights_over_everything = slip(
    "All n · m weights add up to 1. Those of each user should.", {WEIGHTS: "scores / scores.sum()"}
)

scores_for_weights = slip(
    "The weights do not add up to 1: they are not divided by their sum.", {WEIGHTS: "scores"}
)

temperature_multiplied = slip(
    "The similarities are multiplied by the temperature; they should be divided by it.",
    {SCORES: "np.exp(similar * temperature)"},
)

weights_without_exp = slip(
    "The similarities themselves are the weights; a softmax takes exp first.",
    {SCORES: "similar / temperature"},
)

only_the_most_similar = slip(
    "Only the most similar user's rating is taken; it should be an average of all.",
    {"weights @ known": "known[weights.argmax(axis=1)]"},
)

sum_of_errors = slip(
    "The squared errors are added up; their mean is asked for.",
    {") ** 2).mean())": ") ** 2).sum())"},
)

root_of_the_error = slip(
    "The root of the mean squared error is taken.",
    {f"float((({ERRORS}) ** 2).mean())": f"float(np.sqrt((({ERRORS}) ** 2).mean()))"},
)

absolute_errors = slip(
    "The errors are taken absolutely; they should be squared.",
    {f"({ERRORS}) ** 2": f"np.abs({ERRORS})"},
)

only_the_first_user = slip(
    "All predictions are compared with the first user's rating.", {ERRORS: "predicted - actual[0]"}
)

squared_after_the_mean = slip(
    "The mean error is squared. Errors of opposite sign cancel out in it.",
    {f"(({ERRORS}) ** 2).mean()": f"({ERRORS}).mean() ** 2"},
)

ratings_of_the_others = slip(
    "The users' deviations are compared with the others' ratings, not with their deviations.",
    {"deviations(others)": "others"},
)

ratings_for_deviations = slip(
    "The similarities are those of the ratings, not of their deviations.",
    {"similarities(deviations(ratings), deviations(others))": "similarities(ratings, others)"},
)
