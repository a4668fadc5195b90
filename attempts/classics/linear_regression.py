import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.classics.linear_regression import linear_regression


def check(x, y, l2):
    if x.ndim != 2 or np.shape(y) != (len(x),):
        raise ValueError("the shapes do not fit")
    if not len(x) or l2 < 0:
        raise ValueError("there is nothing to fit")


@right(linear_regression)
def through_singular_values(x, y, l2=0.0):
    check(x, y, l2)
    centre = x.mean(0)
    u, s, vt = np.linalg.svd(x - centre, full_matrices=False)
    kept = s > 1e-12 * s.max(initial=0.0)
    shrunk = np.divide(s, s**2 + l2, out=np.zeros_like(s), where=kept)
    w = vt.T @ (shrunk * (u.T @ y))
    return w, float((y - x @ w).mean())


@right(linear_regression)
def by_the_normal_equations_of_centred_rows(x, y, l2=0.0):
    check(x, y, l2)
    rows = x - x.mean(axis=0)
    gram = rows.T @ rows + l2 * np.identity(x.shape[1])
    moment = rows.T @ (y - y.mean())
    w = np.linalg.solve(gram, moment) if l2 else np.linalg.pinv(gram, rcond=1e-12) @ moment
    return w, float(y.mean() - x.mean(axis=0) @ w)


@right(linear_regression)
def by_one_weight_for_each_row(x, y, l2=0.0):
    """The dual form: w is a combination of the centred rows."""
    check(x, y, l2)
    rows = x - x.mean(axis=0, keepdims=True)
    kernel = rows @ rows.T + l2 * np.eye(len(x))
    w = rows.T @ (np.linalg.pinv(kernel, rcond=1e-12, hermitian=True) @ (y - y.mean()))
    return w, float(np.mean(y - np.dot(x, w)))


with_y_as_it_is = rewrite({"y - y_mean, np.zeros(d)": "y, np.zeros(d)"})

# --- The bias --------------------------------------------------------------------------------

no_bias = slip(
    "The plane goes through the origin, for b is always 0.",
    {"x[0] + (x - x[0]).mean(axis=0), y.mean()": "np.zeros(d), 0.0"},
)

bias_is_the_mean_of_y = slip(
    "b is the mean of y. That would be right if the columns of x had a mean of 0.",
    {"float(y_mean - x_mean @ w)": "float(y_mean)"},
)

bias_with_the_wrong_sign = slip(
    "b has the wrong sign.", {"float(y_mean - x_mean @ w)": "float(x_mean @ w - y_mean)"}
)

bias_penalized = slip(
    "b is penalized like a weight, and counts as one where the smallest w is chosen. A shift of y "
    "should move b alone.",
    {
        "rows = np.vstack([x - x_mean, np.sqrt(l2) * np.eye(d)])": (
            "ones = np.ones((len(x), 1))\n"
            "rows = np.vstack([np.hstack([x, ones]), np.sqrt(l2) * np.eye(d + 1)])"
        ),
        "y - y_mean, np.zeros(d)": "y, np.zeros(d + 1)",
        "return w, float(y_mean - x_mean @ w)": "return w[:-1].copy(), float(w[-1])",
    },
)

bias_under_the_penalty = slip(
    "b is penalized like a weight. A shift of y should move b alone.",
    {
        "d = x.shape[1]": (
            "d = x.shape[1]\n"
            "if l2 > 0:\n"
            "    ones = np.ones((len(x), 1))\n"
            "    rows = np.vstack([np.hstack([x, ones]), np.sqrt(l2) * np.eye(d + 1)])\n"
            "    w = np.linalg.lstsq(rows, np.concatenate([y, np.zeros(d + 1)]), rcond=None)[0]\n"
            "    return w[:-1].copy(), float(w[-1])"
        ),
    },
)

bias_in_the_smallest_norm = slip(
    "Where many w share the lowest loss, it is b² + Σ w² that is made small. b should have no "
    "part in that choice.",
    {
        "rows = np.vstack([x - x_mean, np.sqrt(l2) * np.eye(d)])": (
            "ones = np.ones((len(x), 1))\n"
            "penalty = np.hstack([np.sqrt(l2) * np.eye(d), np.zeros((d, 1))])\n"
            "rows = np.vstack([np.hstack([x, ones]), penalty])"
        ),
        "y - y_mean, np.zeros(d)": "y, np.zeros(d)",
        "return w, float(y_mean - x_mean @ w)": "return w[:-1].copy(), float(w[-1])",
    },
)

x_not_centred = slip(
    "w is that of a plane through the origin: y was centred, the columns of x were not.",
    {"np.vstack([x - x_mean": "np.vstack([x"},
)

one_mean_for_all_columns = slip(
    "One mean is taken over the whole of x. Every column has its own.",
    {"x[0] + (x - x[0]).mean(axis=0), y.mean()": "np.full(d, x.mean()), y.mean()"},
)

# --- The penalty -----------------------------------------------------------------------------

square_root_missing = slip(
    "The penalty is l2² · Σ w²: rows that are added to x get squared with the errors.",
    {"np.sqrt(l2) * np.eye(d)": "l2 * np.eye(d)"},
)

penalty_times_rows = slip(
    "The penalty is multiplied by n, as if the errors' part of the loss were a mean. It is a sum.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(l2 * len(x)) * np.eye(d)"},
)

penalty_divided_by_rows = slip(
    "The penalty is divided by n. Both parts of the loss are plain sums.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(l2 / len(x)) * np.eye(d)"},
)

penalty_beside_half_a_mean = slip(
    "The penalty counts 2 n times, as if beside half the mean of the squared errors. Here it is "
    "beside their plain sum.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(2 * l2 * len(x)) * np.eye(d)"},
)

half_the_penalty = slip(
    "The penalty counts half. There is no factor ½ in this loss.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(l2 / 2) * np.eye(d)"},
)

twice_the_penalty = slip(
    "The penalty counts twice. Both parts of the loss have a factor 2 in their gradient.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(l2 * 2) * np.eye(d)"},
)

shrunk_afterwards = slip(
    "The unpenalized w is divided by 1 + l2. That is right only for columns that are orthonormal.",
    {"np.sqrt(l2) * np.eye(d)": "0 * np.eye(d)", "rcond=None)[0]": "rcond=None)[0] / (1 + l2)"},
)

columns_standardized = slip(
    "The columns are divided by their deviations before the fit, so the penalty falls on other "
    "weights than w.",
    {
        "rows = np.vstack([x - x_mean,": (
            "deviation = x.std(axis=0) + (x.std(axis=0) == 0)\n"
            "rows = np.vstack([(x - x_mean) / deviation,"
        ),
        "rcond=None)[0]": "rcond=None)[0] / deviation",
    },
)

always_a_small_penalty = slip(
    "A small constant is always added to the diagonal: at l2 = 0 the result is close to the best "
    "w, but not it.",
    {"np.sqrt(l2) * np.eye(d)": "np.sqrt(l2 + 1e-6) * np.eye(d)"},
)

# --- The solution ----------------------------------------------------------------------------

normal_equations_with_ones = slip(
    "The matrix of the normal equations, with its column of ones, is solved as it is: it has no "
    "inverse where many w are best, and squares what columns far from 0 lose in digits.",
    {
        "w = np.linalg.lstsq(rows, targets, rcond=None)[0]": (
            "ones = np.hstack([x, np.ones((len(x), 1))])\n"
            "matrix = ones.T @ ones + l2 * np.diag(np.arange(d + 1.0) < d)\n"
            "w = np.linalg.solve(matrix, ones.T @ y)"
        ),
        "return w, float(y_mean - x_mean @ w)": "return w[:-1].copy(), float(w[-1])",
    },
)

normal_equations_inverted = slip(
    "The matrix of the normal equations is inverted. Where many w are best, it has no inverse.",
    {
        "np.linalg.lstsq(rows, targets, rcond=None)[0]": (
            "np.linalg.inv(rows.T @ rows) @ (rows.T @ targets)"
        )
    },
)

each_column_alone = slip(
    "Each weight is fitted as if its column were alone. Columns that move together have to share.",
    {
        "np.linalg.lstsq(rows, targets, rcond=None)[0]": (
            "(rows.T @ targets) / np.maximum((rows**2).sum(axis=0), 1e-300)"
        )
    },
)

small_columns_taken_for_constants = slip(
    "A column that varies little counts as constant. How much it varies depends on its unit: a "
    "millionth of a kilometre is a millimetre.",
    {"d = x.shape[1]": "d = x.shape[1]\nx = np.where(x.std(axis=0) < 1e-8, x[0], x)"},
)

# --- Manners ---------------------------------------------------------------------------------

shapes_unchecked = slip(
    "An x with a single axis does not raise the ValueError that was promised.",
    {"x.ndim != 2 or y.shape != x.shape[:1]": "len(x) != len(y)"},
)

no_rows_unchecked = slip(
    "Nothing checks that there is a row. Without one, the means are nan.",
    {"if len(x) == 0:": "if False:"},
)

negative_penalty_unchecked = slip(
    "A negative l2 raises no error.",
    {"if l2 < 0:": "if False:", "np.sqrt(l2) * np.eye(d)": "np.sqrt(abs(l2)) * np.eye(d)"},
)
