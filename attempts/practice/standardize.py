import numpy as np

from kata.attempts import right, slip
from solutions.practice.standardize import Standardizer

MEAN = "self._mean = x.mean(axis=0)"
STD = "np.where(constant, 1.0, x.std(axis=0))"
COLUMNS = "if x.shape[1] != len(self._mean):"


@right(Standardizer)
class WithColumnsOneByOne:
    def __init__(self):
        self.columns = None

    def fit(self, x):
        self.columns = []
        for column in x.T:
            mean = sum(column) / len(column)
            variance = sum((value - mean) ** 2 for value in column) / len(column)
            same = all(value == column[0] for value in column)
            self.columns.append((mean, 1.0 if same else variance**0.5))

    def check(self, x):
        if self.columns is None or len(self.columns) != x.shape[1]:
            raise ValueError("fit the same columns first")

    def transform(self, x):
        self.check(x)
        z = np.empty(x.shape)
        for j, (mean, std) in enumerate(self.columns):
            z[:, j] = (x[:, j] - mean) / std
        return z

    def inverse(self, z):
        self.check(z)
        x = np.empty(z.shape)
        for j, (mean, std) in enumerate(self.columns):
            x[:, j] = z[:, j] * std + mean
        return x


@right(Standardizer)
class WithAKeptCopy:
    rows = None

    def fit(self, x):
        self.rows = x.copy()

    def statistics(self, x):
        if self.rows is None or x.shape[-1] != self.rows.shape[-1]:
            raise ValueError("these columns were not fitted")
        std = np.sqrt(np.var(self.rows, axis=0))
        std[np.ptp(self.rows, axis=0) == 0] = 1
        return np.mean(self.rows, axis=0), std

    def transform(self, x):
        mean, std = self.statistics(x)
        return (x - mean) / std

    def inverse(self, z):
        mean, std = self.statistics(z)
        return mean + std * z


divided_by_n_minus_1 = slip(
    "The variance divides by n − 1. Here it divides by n.",
    {"x.std(axis=0)": "x.std(axis=0, ddof=min(1, len(x) - 1))"},
)

variance = slip(
    "It divides by the variance: the square root is missing.", {"x.std(axis=0)": "x.var(axis=0)"}
)

one_number_for_all_columns = slip(
    "One mean and one std serve all columns. Each column has its own.",
    {MEAN: "self._mean = np.full(x.shape[1], x.mean())", "x.std(axis=0)": "x.std()"},
)

own_statistics = slip(
    "`transform` takes the mean and std of the rows it is given, not of those that were fitted. "
    "In validation, that is other scales than in training.",
    {
        "return (x - mean) / std": (
            "self.fit(x) if len(x) else None\nreturn (x - self._mean) / self._std"
        )
    },
)

constant_columns_unchecked = slip(
    "A column of equal values has a std of 0, and the division by it gives nan or ∞.",
    {STD: "x.std(axis=0)"},
)

only_a_std_of_0 = slip(
    "The std of equal values, rounded, need not be 0: for 0.1 three times it is about 1e-17. A "
    "comparison with 0 misses that.",
    {STD: "np.where(x.std(axis=0) == 0, 1.0, x.std(axis=0))"},
)

any_small_std = slip(
    "A column with small values counts as constant. Only equal values do.",
    {"x.max(axis=0) == x.min(axis=0)": "x.std(axis=0) < 1e-8"},
)

epsilon_added = slip(
    "A small constant is added to the std, which shows in columns of a small scale.",
    {STD: "np.where(constant, 1.0, x.std(axis=0) + 1e-8)"},
)

only_epsilon_added = slip(
    "A small constant is added to the std. That avoids a division by 0, but other values of a "
    "constant column become huge, and columns of a small scale too small.",
    {STD: "x.std(axis=0) + 1e-8"},
)

mean_of_squares = slip(
    "The variance is the mean of the squares less the square of the mean. Far from 0, these are "
    "almost equal, and their difference has no digits left.",
    {STD: "np.where(constant, 1.0, np.sqrt(np.abs((x**2).mean(axis=0) - self._mean**2)))"},
)

nearly_constant_columns = slip(
    "A column that varies little beside its mean counts as constant. Only equal values do.",
    {"x.max(axis=0) == x.min(axis=0)": "np.isclose(x.max(axis=0), x.min(axis=0), atol=0.0)"},
)

earlier_rows_kept = slip(
    "A second `fit` still counts the rows of the first. It should forget them.",
    {
        MEAN: (
            'rows = getattr(self, "_rows", x)\n'
            "if rows is not x and rows.shape[1] == x.shape[1]:\n"
            "    x = np.concatenate([rows, x])\n"
            f"self._rows = x\n{MEAN}"
        )
    },
)

constant_columns_to_0 = slip(
    "A column that was constant when fitted always becomes 0. Other values in later rows should "
    "differ from it.",
    {
        STD: f"{STD}\nself._constant = constant",
        "return (x - mean) / std": "return np.where(self._constant, 0.0, (x - mean) / std)",
    },
)

between_0_and_1 = slip(
    "The columns are scaled from 0 to 1 by their smallest and largest values. Asked for are mean "
    "and std.",
    {MEAN: "self._mean = x.min(axis=0)", "x.std(axis=0)": "np.ptp(x, axis=0)"},
)

mean_not_subtracted = slip(
    "`transform` does not subtract the mean.", {"return (x - mean) / std": "return x / std"}
)

mean_not_added_back = slip(
    "`inverse` does not add the mean.", {"return z * std + mean": "return z * std"}
)

inverse_in_the_wrong_order = slip(
    "`inverse` adds the mean before it multiplies. What was done last has to be undone first.",
    {"return z * std + mean": "return (z + mean) * std"},
)

unfitted_unchecked = slip(
    "Before the first fit it works as if mean 0 and std 1 had been fitted.",
    {
        "self._mean is None or self._std is None": "False",
        COLUMNS: "if self._mean is None or self._std is None:\n"
        "    return np.zeros(x.shape[1]), np.ones(x.shape[1])\n"
        "if x.shape[1] != len(self._mean):",
    },
)

columns_unchecked = slip(
    "Nothing compares the number of columns with the fitted one: a single column is broadcast.",
    {COLUMNS: "if 1 not in (x.shape[1], len(self._mean)) and x.shape[1] != len(self._mean):"},
)
