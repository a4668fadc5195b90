import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.classics.pca import fit, project, reconstruct


def turned(components):
    flip = np.abs(components).max(axis=1) > components.max(axis=1)
    return np.where(flip[:, None], -components, components)


@right(fit)
def by_the_covariance(x, k):
    if k < 1 or k > x.shape[1] or k >= len(x):
        raise ValueError("there are not as many components")
    centred = x - x.mean(axis=0, keepdims=True)
    variances, vectors = np.linalg.eigh(centred.T @ centred / (len(x) - 1))
    order = np.argsort(variances)[::-1][:k]
    return x.mean(axis=0), turned(vectors[:, order].T), variances[order]


@right(fit)
def by_an_svd_of_the_transpose(x, k):
    if k not in range(1, min(len(x) - 1, x.shape[1]) + 1):
        raise ValueError("there are not as many components")
    mean = np.einsum("nd->d", x) / len(x)
    u, s, _ = np.linalg.svd((x - mean).T, full_matrices=False)
    return mean, turned(u.T[:k]), (s / np.sqrt(len(x) - 1))[:k] ** 2


@right(project)
def by_a_difference_of_products(x, mean, components):
    return np.einsum("nd,kd->nk", x, components) - components @ mean


with_the_mean_first = rewrite({"z @ components + mean": "mean[None, :] + np.dot(z, components)"})

# --- Fit: the mean and the directions --------------------------------------------------------

not_centred = slip(
    "The mean is not subtracted before the SVD, so the first component points towards it.",
    {"np.linalg.svd(x - mean,": "np.linalg.svd(x,"},
)

one_mean_for_all_columns = slip(
    "One mean is taken over all of x. Every column has its own.",
    {"x.mean(axis=0)": "np.full(d, x.mean())"},
)

rows_centred = slip(
    "Each row's own mean is subtracted. It is the columns that should have a mean of 0.",
    {"np.linalg.svd(x - mean,": "np.linalg.svd(x - x.mean(axis=1, keepdims=True),"},
)

columns_standardized = slip(
    "The columns are divided by their deviations. These are the components of the correlations, "
    "not of the covariance.",
    {"np.linalg.svd(x - mean,": "np.linalg.svd((x - mean) / x.std(axis=0, ddof=1),"},
)

least_variance_first = slip(
    "The components come in ascending order of variance, as `eigh` gives them: the first k are "
    "those that vary least.",
    {
        "components, variances = components[:k], sizes[:k] ** 2 / (n - 1)": (
            "r = min(n - 1, d)\n"
            "components, variances = components[:r][::-1][:k], sizes[:r][::-1][:k] ** 2 / (n - 1)"
        )
    },
)

last_k_in_ascending_order = slip(
    "These are the right components, in ascending order of variance. The first should vary most.",
    {
        "components, variances = components[:k], sizes[:k] ** 2 / (n - 1)": (
            "components, variances = components[:k][::-1], sizes[:k][::-1] ** 2 / (n - 1)"
        )
    },
)

rows_of_the_vectors = slip(
    "Rows and columns are mixed up: `svd` gives the directions as rows, `eigh` as columns.",
    {"components, variances = components[:k],": "components, variances = components.T[:k],"},
)

rows_of_the_vectors_of_eigh = slip(
    "Rows and columns are mixed up: `eigh` gives the directions as columns.",
    {
        "_, sizes, components = np.linalg.svd(x - mean, full_matrices=False)": (
            "sizes, components = np.linalg.eigh(np.cov(x - mean, rowvar=False).reshape(d, d))\n"
            "sizes, components = np.sqrt((n - 1) * np.abs(sizes[::-1])), components[::-1]"
        )
    },
)

components_in_columns = slip(
    "The components stand in the columns. They should be the rows.",
    {
        "components * np.sign(components[np.arange(k), largest])[:, None], variances": (
            "(components * np.sign(components[np.arange(k), largest])[:, None]).T, variances"
        )
    },
)

components_with_their_sizes = slip(
    "The components are as long as their deviations. They should have length 1.",
    {"components[:k], sizes": "components[:k] * sizes[:k, None] / np.sqrt(n - 1), sizes"},
)

axes_of_most_variance = slip(
    "These are the columns of most variance. A component may point in any direction.",
    {
        "_, sizes, components = np.linalg.svd(x - mean, full_matrices=False)": (
            "deviations = (x - mean).std(axis=0, ddof=1) * np.sqrt(n - 1)\n"
            "order = np.argsort(-deviations)\n"
            "sizes, components = deviations[order], np.eye(d)[order]"
        )
    },
)

first_entry_positive = slip(
    "The first entry of each component is positive. It should be the entry largest in size.",
    {"np.abs(components).argmax(axis=1)": "np.zeros(k, dtype=int)"},
)

sign_left_open = slip(
    "The signs are left as the decomposition gives them. The largest entry should be positive.",
    {"components * np.sign(components[np.arange(k), largest])[:, None]": "components"},
)

sum_positive = slip(
    "The sum of each component's entries is positive. It should be the entry largest in size.",
    {"components[np.arange(k), largest]": "components.sum(axis=1)"},
)

largest_entry_signed = slip(
    "The entry is the largest one with its sign, not the largest in size: it is nearly always "
    "positive already.",
    {"np.abs(components).argmax": "components.argmax"},
)

signs_from_the_left_vectors = slip(
    "The signs make the largest entries of the left vectors positive, as some libraries do. Those "
    "of the components should be.",
    {
        "_, sizes, components = np": "left, sizes, components = np",
        "np.abs(components).argmax(axis=1)": "np.abs(left[:, :k]).argmax(axis=0)",
        "np.sign(components[np.arange(k), largest])": "np.sign(left[largest, np.arange(k)])",
    },
)

one_sign_for_all = slip(
    "One sign is chosen for all components. Each has its own.",
    {"np.sign(components[np.arange(k), largest])[:, None]": "np.sign(components[0, largest[0]])"},
)

# --- Fit: the variances ----------------------------------------------------------------------

divided_by_n = slip(
    "The variances have the divisor n. It should be n − 1.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] ** 2 / n"},
)

sums_of_squares = slip(
    "These are the squared singular values: sums of squares, not yet divided by n − 1.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] ** 2"},
)

singular_values = slip(
    "These are the singular values of the centred data, not variances.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k].copy()"},
)

singular_values_divided = slip(
    "The singular values are divided by n − 1, but not squared.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] / (n - 1)"},
)

deviations = slip(
    "These are the standard deviations, the roots of the variances.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] / np.sqrt(n - 1)"},
)

shares_of_all = slip(
    "These are the variances' shares of the total. The variances themselves are asked for.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] ** 2 / (sizes**2).sum()"},
)

shares_of_k = slip(
    "These are shares of the variance of the k components. The variances themselves are asked for.",
    {"sizes[:k] ** 2 / (n - 1)": "sizes[:k] ** 2 / (sizes[:k] ** 2).sum()"},
)

tiny_variances_cut_off = slip(
    "Variances below a fixed bound become 0. What is tiny depends on the unit of x.",
    {
        "components, variances = components[:k], sizes[:k] ** 2 / (n - 1)": (
            "components, variances = components[:k], sizes[:k] ** 2 / (n - 1)\n"
            "variances[variances < 1e-10] = 0.0"
        )
    },
)

covariance_of_x_as_it_is = slip(
    "x.T @ x − n · mean · meanᵀ loses the digits of data that are far from 0: almost equal numbers "
    "are subtracted.",
    {
        "_, sizes, components = np.linalg.svd(x - mean, full_matrices=False)": (
            "squares, vectors = np.linalg.eigh(x.T @ x - n * np.outer(mean, mean))\n"
            "sizes = np.sqrt(np.maximum(squares[::-1], 0.0))\n"
            "components = vectors.T[::-1]"
        )
    },
)

full_matrices = slip(
    "It makes an n × n matrix: of left vectors, most of them not needed, or of products of rows.",
    {", full_matrices=False)": ")"},
)

k_unchecked = slip(
    "k is not checked: for one too large, fewer components come back.",
    {"if not 1 <= k <= min(n - 1, d):": "if k < 1 or n < 2:"},
)

k_compared_with_d_alone = slip(
    "k is compared with d alone. The centred rows span at most n − 1 directions.",
    {"if not 1 <= k <= min(n - 1, d):": "if not 1 <= k <= d or n < 2:"},
)

k_up_to_n = slip(
    "k = n is not refused. Centred, n rows span at most n − 1 directions: the last is arbitrary.",
    {"if not 1 <= k <= min(n - 1, d):": "if not 1 <= k <= min(n, d) or n < 2:"},
)

k_below_1_unchecked = slip(
    "A k of 0, or one below it, is not refused.",
    {"if not 1 <= k <= min(n - 1, d):": "if k > min(n - 1, d):"},
)

# --- Project and reconstruct -----------------------------------------------------------------

projected_without_the_mean = slip(
    "The mean is not subtracted.", {"return (x - mean) @ components.T": "return x @ components.T"}
)

projected_from_their_own_mean = slip(
    "The mean of these very rows is subtracted. It should be the given one, that of the fit.",
    {"return (x - mean) @": "return (x - x.mean(axis=0)) @"},
)

reconstructed_without_the_mean = slip(
    "The mean is not added.", {"return z @ components + mean": "return z @ components"}
)

reconstructed_from_the_wrong_side = slip(
    "The components are multiplied from the wrong side: their shapes fit only where k = d.",
    {"return z @ components + mean": "return z @ components.T + mean"},
)
