import math

import numpy as np

from kata.attempts import right, slip
from solutions.training.orthogonal_init import orthogonal


@right(orthogonal)
def nearest_to_a_normal_matrix(shape, rng, gain=1.0):
    """The singular values of a normal matrix set to 1."""
    out, *rest = shape
    if not rest:
        raise ValueError("a weight has at least two axes")
    u, _, vt = np.linalg.svd(rng.standard_normal((out, math.prod(rest))), full_matrices=False)
    return (gain * (u @ vt)).reshape(shape)


@right(orthogonal)
def as_torch_does(shape, rng, gain=1.0):
    if len(shape) in (0, 1):
        raise ValueError("a weight has at least two axes")
    flat = rng.normal(size=(shape[0], int(np.prod(shape[1:]))))
    wide = flat.shape[0] < flat.shape[1]
    q, r = np.linalg.qr(flat.T if wide else flat)
    q = q * np.sign(np.diagonal(r))
    return np.reshape(q.T if wide else q, tuple(shape)) * gain


signs_left_to_lapack = slip(
    "Q is taken as it comes: the signs of R's diagonal follow a rule, so some matrices are never "
    "drawn.",
    {"q *= np.where(np.diag(r) < 0, -1.0, 1.0)": "pass"},
)

singular_vectors = slip(
    "The singular vectors are taken as they come: their signs follow a rule, so some matrices are "
    "more likely than others.",
    {
        "q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))": (
            "q, _, r = np.linalg.svd(rng.normal(size=(rows, columns)), full_matrices=False)"
        ),
        "q *= np.where(np.diag(r) < 0, -1.0, 1.0)": "pass",
        "else q.T": "else r",
    },
)

one_sign_for_all = slip(
    "One random sign for the whole matrix. Every column needs a sign of its own.",
    {"np.where(np.diag(r) < 0, -1.0, 1.0)": "rng.choice([-1.0, 1.0])"},
)

absolute_values = slip(
    "The entries' signs are dropped: rows of positive entries cannot be orthogonal.",
    {"q *= np.where(np.diag(r) < 0, -1.0, 1.0)": "q = np.abs(q)"},
)

rotations_only = slip(
    "Only rotations are drawn, with determinant 1. Reflections should be as likely.",
    {"w = q if": "if rows == columns and np.linalg.det(q) < 0:\n    q[:, 0] *= -1.0\nw = q if"},
)

reflections_only = slip(
    "This is the reflection along one random vector: orthogonal, but close to the identity.",
    {
        "w = q if": "n, k = q.shape\nv = rng.normal(size=n)\n"
        "q = (np.eye(n) - 2 * np.outer(v, v) / (v @ v))[:, :k]\nw = q if"
    },
)

permutation = slip(
    "This is a permutation with random signs: orthogonal, but most entries are 0. All orthogonal "
    "matrices should be equally likely.",
    {
        "w = q if": "n, k = q.shape\n"
        "q = (np.eye(n) * rng.choice([-1.0, 1.0], size=n))[:, rng.permutation(n)[:k]]\nw = q if"
    },
)

positive_draws = slip(
    "The matrix that is made orthogonal has no negative entries, so all columns begin near one "
    "direction. Draw from a normal distribution.",
    {"rng.normal(size=(max": "rng.random(size=(max"},
)

even_draws = slip(
    "The matrix that is made orthogonal is drawn evenly from a cube, whose corners are farther "
    "away: some directions are more likely. A normal distribution prefers none.",
    {"rng.normal(size=(max": "rng.uniform(-1.0, 1.0, size=(max"},
)

normal_draws_alone = slip(
    "These are normal draws, scaled: rows are orthogonal only roughly.",
    {"w = q if": "q = rng.normal(size=q.shape) / math.sqrt(len(q))\nw = q if"},
)

normalized_only = slip(
    "The vectors have length 1 but are not orthogonal.",
    {"w = q if": "q = rng.normal(size=q.shape)\nq /= np.linalg.norm(q, axis=0)\nw = q if"},
)

not_transposed = slip(
    "For wide shapes, orthogonal columns are reshaped where they should become rows: transpose "
    "first.",
    {"q if rows >= columns else q.T": "q"},
)

every_place_of_the_kernel = slip(
    "Each place of the kernel has an orthogonal matrix of its own. The weight is one matrix of "
    "`out` rows.",
    {
        "return gain * w.reshape(shape)": (
            "places = math.prod(shape[2:])\n"
            "if places == 1:\n"
            "    return gain * w.reshape(shape)\n"
            "parts = [orthogonal(shape[:2], rng, gain) for _ in range(places)]\n"
            "return np.stack(parts, axis=-1).reshape(shape)"
        )
    },
)

kernel_as_columns = slip(
    "Only the kernel makes the columns, and the inputs count as rows. The weight has `out` rows.",
    {
        "shape[0], math.prod(shape[1:])": (
            "(shape[0], shape[1]) if len(shape) == 2 else "
            "(shape[0] * shape[1], math.prod(shape[2:]))"
        )
    },
)

last_axis_as_columns = slip(
    "All axes but the last count as rows. The weight has `out` rows, and all the others make its "
    "columns.",
    {"shape[0], math.prod(shape[1:])": "math.prod(shape[:-1]), shape[-1]"},
)

gain_ignored = slip("The argument `gain` is not used.", {"gain * w.reshape": "w.reshape"})

gain_squared = slip(
    "`gain` multiplies twice: rows should be gain long.",
    {"gain * w.reshape": "gain * gain * w.reshape"},
)

root_of_the_gain = slip(
    "The root of `gain` multiplies: W Wᵀ should be gain² · I.",
    {"gain * w.reshape": "math.sqrt(gain) * w.reshape"},
)

entries_of_variance_one = slip(
    "It is scaled until its entries have variance 1. The rows, or columns, should be gain long.",
    {"gain * w.reshape": "gain * math.sqrt(max(rows, columns)) * w.reshape"},
)

divided_by_the_rows = slip(
    "It is divided by the root of the number of rows: each should be gain long.",
    {"gain * w.reshape": "gain / math.sqrt(rows) * w.reshape"},
)

gain_of_relu = slip(
    "The weights are √2 times too large, as if the gain for ReLU were built in. The gain is an "
    "argument, 1 unless told.",
    {"gain * w.reshape": "gain * math.sqrt(2.0) * w.reshape"},
)

too_few_axes_unchecked = slip(
    "A shape with one axis or none is not refused.",
    {
        "if len(shape) < 2:": "if False:",
        "rows, columns = shape[0]": "rows, columns = (*shape, 1)[0]",
    },
)
