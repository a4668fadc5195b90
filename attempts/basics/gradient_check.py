import numpy as np

from kata.attempts import right, slip
from solutions.basics.gradient_check import numerical_gradient, relative_error


def check(h):
    if h <= 0:
        raise ValueError("h should be positive")


def number(result):
    if np.size(result) != 1:
        raise ValueError("the function should give one number")
    return float(result)


# --- The gradient ----------------------------------------------------------------------------


@right(numerical_gradient)
def with_the_rows_of_the_identity(function, x, h=1e-5):
    check(h)
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    rises = [number(function(x + step)) - number(function(x - step)) for step in steps]
    return np.array(rises, dtype=np.float64).reshape(x.shape) / (2 * h)


@right(numerical_gradient)
def through_flat_copies(function, x, h=1e-5):
    check(h)
    flat = x.flatten().astype(float)
    slopes = []
    for i, entry in enumerate(flat):
        ahead, behind = flat.copy(), flat.copy()
        ahead[i], behind[i] = entry + h, entry - h
        rise = number(function(ahead.reshape(x.shape))) - number(function(behind.reshape(x.shape)))
        slopes.append(rise / h / 2)
    return np.array(slopes, dtype=float).reshape(x.shape)


forward_difference = slip(
    "It looks ahead of x only (a forward difference). Its error falls with h; that of a central "
    "difference falls with h².",
    {"here - h": "here", "/ (2 * h)": "/ h"},
)

backward_difference = slip(
    "It looks behind x only (a backward difference). Its error falls with h; that of a central "
    "difference falls with h².",
    {"here + h": "here", "/ (2 * h)": "/ h"},
)

divided_by_h = slip(
    "The rise is divided by h. From x − h to x + h is twice as far.",
    {"/ (2 * h)": "/ h"},
)

multiplied_by_h = slip(
    "`/ 2 * h` divides by 2 and then multiplies by h. The whole of 2 h belongs below the line.",
    {"/ (2 * h)": "/ 2 * h"},
)

behind_minus_ahead = slip(
    "The sign is turned: the value behind x should be taken from the one ahead.",
    {"ahead - behind": "behind - ahead"},
)

all_entries_moved_at_once = slip(
    "All entries are moved at once, so every slope is the sum of all. One entry moves at a time.",
    {
        "here = moved[index]": "here = moved.copy()",
        "moved[index] = here + h": "moved[...] = here + h",
        "moved[index] = here - h": "moved[...] = here - h",
        "moved[index] = here\n": "moved[...] = here\n",
    },
)

whole_rows_moved = slip(
    "The loop goes over the first axis only and moves a whole row at a time. Every entry has a "
    "slope of its own.",
    {"np.ndindex(x.shape)": "range(len(x))", "here = moved[index]": "here = moved[index].copy()"},
)

not_put_back = slip(
    "An entry is not put back after its turn, so the later slopes are measured at another place.",
    {"moved[index] = here\n": "pass\n"},
)

x_moved_and_put_back = slip(
    "x itself is moved and put back. Meanwhile, all others who hold it see another x.",
    {"moved = x.astype(np.float64)": "moved = np.asarray(x, dtype=np.float64)"},
)

x_moved_there_and_back = slip(
    "x itself is moved by + h, − 2 h and + h. That does not even end where it began: each step "
    "rounds.",
    {
        "moved = x.astype(np.float64)": "moved = np.asarray(x, dtype=np.float64)",
        "moved[index] = here + h": "moved[index] += h",
        "moved[index] = here - h": "moved[index] -= 2 * h",
        "moved[index] = here\n": "moved[index] += h\n",
    },
)

in_the_dtype_of_x = slip(
    "It works in x's own dtype. In float32 a small step changes the last digits only, and integers "
    "cannot be moved by a fraction at all.",
    {"moved = x.astype(np.float64)": "moved = x.copy()", "np.zeros(x.shape)": "np.zeros_like(x)"},
)

moved_in_the_dtype_of_x = slip(
    "The function gets x's dtype, and only the result is float64. Integers cannot be moved by a "
    "fraction, and float32 has too few digits for a small step.",
    {"moved = x.astype(np.float64)": "moved = x.copy()"},
)

rounded_to_the_dtype_of_x = slip(
    "The gradient is measured in float64, and then rounded to x's dtype. That of integers would "
    "have no fractions.",
    {"np.zeros(x.shape)": "np.zeros_like(x)"},
)

lost_in_a_flat_copy = slip(
    "The steps are made in a flat array. For an x that is not in C order, `ravel` makes that a "
    "copy, and nothing moves.",
    {
        "gradient = np.zeros(x.shape)": "gradient, flat = np.zeros(x.shape), moved.ravel()",
        "np.ndindex(x.shape)": "range(x.size)",
        "here = moved[index]": "here = flat[index]",
        "moved[index] = here + h": "flat[index] = here + h",
        "moved[index] = here - h": "flat[index] = here - h",
        "moved[index] = here\n": "flat[index] = here\n",
        "gradient[index]": "gradient.flat[index]",
    },
)

the_function_gets_a_flat_array = slip(
    "The function gets a flat array. It should get one of x's shape.",
    {
        "ahead = _number(function(moved))": "ahead = _number(function(moved.ravel()))",
        "behind = _number(function(moved))": "behind = _number(function(moved.ravel()))",
    },
)

a_flat_gradient = slip(
    "The gradient is flat. A gradient has the shape of what it belongs to.",
    {"return gradient": "return gradient.ravel()"},
)

another_default = slip("The default of h is not 1e-5.", {"h: float = 1e-5": "h: float = 1e-6"})

a_step_in_proportion = slip(
    "The step grows with the entry. That is often wise, but here it is h for every entry.",
    {
        "here = moved[index]": "here = moved[index]\nstep = h * max(1.0, abs(here))",
        "here + h": "here + step",
        "here - h": "here - step",
        "(2 * h)": "(2 * step)",
    },
)

half_a_step_to_each_side = slip(
    "It goes half a step to each side and divides by h. The step to each side is h.",
    {"here + h": "here + h / 2", "here - h": "here - h / 2", "(2 * h)": "h"},
)

several_numbers_added_up = slip(
    "Where the function gives several numbers, they are added up without a word. That hides a "
    "forgotten sum or mean: it should be refused.",
    {"np.asarray(result)": "np.sum(result)"},
)

the_first_of_several_numbers = slip(
    "Where the function gives several numbers, the first is taken. It should be refused.",
    {"values.size != 1": "values.size == 0", "values.item()": "values.flat[0]"},
)

several_numbers_left_to_float = slip(
    "`float` refuses an array of several numbers with a TypeError. It should be a ValueError.",
    {"values = np.asarray(result)": "return float(result)"},
)

any_h = slip(
    "An h of 0 is not refused, and the rise is divided by 0; nor is one below 0.",
    {"h <= 0": "False"},
)

a_negative_h = slip("Only an h of 0 is refused: one below 0 should be, too.", {"h <= 0": "h == 0"})

a_mean_of_two_differences = slip(
    "It calls the function more than twice for an entry. The value at x itself is not needed: it "
    "cancels.",
    {
        "here = moved[index]": "here, middle = moved[index], _number(function(moved))",
        "(ahead - behind) / (2 * h)": "((ahead - middle) / h + (middle - behind) / h) / 2",
    },
)


# --- The error -------------------------------------------------------------------------------


def check_shapes(actual, expected):
    if actual.shape != expected.shape:
        raise ValueError("the shapes should be the same")


def parts(actual, expected):
    """How far apart the entries are, and how large together."""
    check_shapes(actual, expected)
    a, e = actual.astype(np.float64), expected.astype(np.float64)
    return np.abs(a - e), np.abs(a) + np.abs(e)


@right(relative_error)
def where_the_floor_is_put_in(actual, expected):
    gap, size = parts(actual, expected)
    size[size < 1e-8] = 1e-8
    return max(np.ravel(gap / size).max(), 0.0) if gap.size else 0.0


@right(relative_error)
def from_both_as_one_stack(actual, expected):
    check_shapes(actual, expected)
    both = np.stack([actual, expected]).astype(np.float64)
    gap = np.ptp(both, axis=0)
    sizes = np.linalg.norm(both, ord=1, axis=0)
    return float(np.append(gap / sizes.clip(min=1e-8), 0.0).max())


the_mean_error = slip(
    "The errors are averaged, so that one wrong entry among many right ones hardly shows. The "
    "worst counts.",
    {"errors.max(initial=0.0)": "errors.sum() / max(1, errors.size)"},
)

from_norms = slip(
    "Norms are compared, of the difference and of both gradients. Beside large entries, a wrong "
    "small one does not show: each is to be compared with its own size.",
    {
        "np.abs(a - e)": "np.linalg.norm(a - e)",
        "np.abs(a) + np.abs(e)": "np.linalg.norm(a) + np.linalg.norm(e)",
    },
)

largest_by_largest = slip(
    "The largest difference is divided by the largest size. They may belong to different entries: "
    "each difference belongs beside its own entry's size.",
    {"np.abs(a) + np.abs(e)": "(np.abs(a) + np.abs(e)).max(initial=0.0)"},
)

the_absolute_error = slip(
    "This is the absolute error: nothing is divided by the entries' size.",
    {" / np.maximum(1e-8, np.abs(a) + np.abs(e))": ""},
)

beside_expected_alone = slip(
    "The difference is divided by the size of `expected` alone. Here it is divided by both sizes "
    "together.",
    {"np.abs(a) + np.abs(e)": "np.abs(e)"},
)

beside_the_larger = slip(
    "The difference is divided by the larger of the two sizes. Here it is divided by their sum.",
    {"np.abs(a) + np.abs(e)": "np.maximum(np.abs(a), np.abs(e))"},
)

beside_the_mean_size = slip(
    "The difference is divided by the mean of the two sizes. Here it is divided by their sum, so "
    "that no error is above 1.",
    {"np.abs(a) + np.abs(e)": "(np.abs(a) + np.abs(e)) / 2"},
)

the_size_of_the_sum = slip(
    "The entries are added before the size is taken. Of opposite signs, they cancel.",
    {"np.abs(a) + np.abs(e)": "np.abs(a + e)"},
)

signed_differences = slip(
    "The difference keeps its sign: where `actual` is too small, nothing shows.",
    {"np.abs(a - e)": "(a - e)"},
)

by_squares_and_roots = slip(
    "The sizes are roots of squares. The square of 1e200 is infinite and that of 1e-200 is 0: "
    "`np.abs` squares nothing.",
    {
        "np.abs(a - e)": "np.sqrt((a - e) ** 2)",
        "np.abs(a) + np.abs(e)": "np.sqrt(a**2) + np.sqrt(e**2)",
    },
)

without_the_floor = slip(
    "There is no floor below the line: two entries of 0 give 0/0.",
    {"np.maximum(1e-8, np.abs(a) + np.abs(e))": "(np.abs(a) + np.abs(e))"},
)

the_floor_added = slip(
    "The floor is added to the size. It should replace a size that is below it, and leave the "
    "others alone.",
    {"np.maximum(1e-8, np.abs(a) + np.abs(e))": "(1e-8 + np.abs(a) + np.abs(e))"},
)

another_floor = slip(
    "The floor is not 1e-8: entries near 0 are compared too strictly or too lax.",
    {"np.maximum(1e-8": "np.maximum(1e-12"},
)

nan_passed_over = slip(
    "nan is passed over, so a gradient that holds one may pass the check.",
    {"errors.max(initial=0.0)": "np.nanmax(errors, initial=0.0)"},
)

nan_equal_to_nan = slip(
    "nan in both counts as equal, so a gradient that holds one may pass the check.",
    {
        "np.abs(a - e)": "np.where(np.isnan(a) & np.isnan(e), 0.0, np.abs(a - e))",
        "np.abs(a) + np.abs(e)": "np.nan_to_num(np.abs(a) + np.abs(e))",
    },
)

shapes_broadcast = slip(
    "Arrays of different shapes are broadcast without a word, and every entry is compared with "
    "others than its own.",
    {"actual.shape != expected.shape": "False"},
)

shapes_made_flat = slip(
    "Arrays of different shapes are made flat, and pass if they have equally many entries.",
    {
        "actual.shape != expected.shape": "actual.size != expected.size",
        "actual.astype(np.float64)": "actual.astype(np.float64).ravel()",
        "expected.astype(np.float64)": "expected.astype(np.float64).ravel()",
    },
)

paired_as_in_memory = slip(
    "The entries are paired in the order in which they lie in memory, which may differ.",
    {
        "actual.astype(np.float64)": 'actual.astype(np.float64).ravel(order="K")',
        "expected.astype(np.float64)": 'expected.astype(np.float64).ravel(order="K")',
    },
)

in_the_dtype_of_the_arrays = slip(
    "It works in the arrays' own dtype: in float32 the error has few digits.",
    {"actual.astype(np.float64), expected.astype(np.float64)": "actual, expected"},
)

subtracted_too_early = slip(
    "The arrays are subtracted before they become float64: unsigned integers wrap around.",
    {"np.abs(a - e)": "np.abs((actual - expected).astype(np.float64))"},
)

an_error_for_each_entry = slip(
    "It gives an error for each entry. The result is one number, the worst.",
    {"return float(errors.max(initial=0.0))": "return errors"},
)

no_entries_forgotten = slip(
    "Without entries there is no maximum, so an empty gradient raises an error.",
    {"errors.max(initial=0.0)": "errors.max()"},
)

one_entry_at_a_time = slip(
    "It goes through the entries in Python. NumPy compares all of them at once.",
    {
        "errors.max(initial=0.0)": "np.max([0.0, *(float(error) for error in errors.flat)])",
    },
)
