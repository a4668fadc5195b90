import numpy as np

from kata.attempts import right, wrong
from solutions.basics.gradient_check import numerical_gradient, relative_error


def check(h):
    if h <= 0:
        raise ValueError("h should be positive")


def number(result):
    if np.size(result) != 1:
        raise ValueError("the function should give one number")
    return float(result)


def measured(x, slope):
    """The gradient whose entry at each index is `slope` of the index."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = slope(index)
    return gradient


def step(x, index, by):
    moved = x.astype(np.float64)
    moved[index] += by
    return moved


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


@wrong(
    numerical_gradient,
    "It looks ahead of x only (a forward difference). Its error falls with h; that of a central "
    "difference falls with h².",
)
def forward_difference(function, x, h=1e-5):
    check(h)
    before = number(function(x.astype(np.float64)))
    return measured(x, lambda i: (number(function(step(x, i, h))) - before) / h)


@wrong(
    numerical_gradient,
    "It looks behind x only (a backward difference). Its error falls with h; that of a central "
    "difference falls with h².",
)
def backward_difference(function, x, h=1e-5):
    check(h)
    before = number(function(x.astype(np.float64)))
    return measured(x, lambda i: (before - number(function(step(x, i, -h)))) / h)


@wrong(
    numerical_gradient,
    "The rise is divided by h. From x − h to x + h is twice as far.",
)
def divided_by_h(function, x, h=1e-5):
    return 2 * numerical_gradient(function, x, h)


@wrong(
    numerical_gradient,
    "`/ 2 * h` divides by 2 and then multiplies by h. The whole of 2 h belongs below the line.",
)
def multiplied_by_h(function, x, h=1e-5):
    return numerical_gradient(function, x, h) * (h * h)


@wrong(numerical_gradient, "The sign is turned: the value behind x is taken off the one ahead.")
def behind_minus_ahead(function, x, h=1e-5):
    return -numerical_gradient(function, x, h)


@wrong(
    numerical_gradient,
    "All entries are moved at once, so every slope is the sum of all. One entry moves at a time.",
)
def all_entries_moved_at_once(function, x, h=1e-5):
    check(h)
    rise = number(function(x + h)) - number(function(x - h))
    return np.full(x.shape, rise / (2 * h))


@wrong(
    numerical_gradient,
    "The loop goes over the first axis only and moves a whole row at a time. Every entry has a "
    "slope of its own.",
)
def whole_rows_moved(function, x, h=1e-5):
    check(h)
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        gradient[i] = number(function(step(x, i, h))) - number(function(step(x, i, -h)))
    return gradient / (2 * h)


@wrong(
    numerical_gradient,
    "An entry is not put back after its turn, so the later slopes are measured at another place.",
)
def not_put_back(function, x, h=1e-5):
    check(h)
    moved = x.astype(np.float64)

    def slope(index):
        moved[index] += h
        ahead = number(function(moved))
        moved[index] -= 2 * h
        return (ahead - number(function(moved))) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "x itself is moved and put back. Meanwhile, all others who hold it see another x.",
)
def x_moved_and_put_back(function, x, h=1e-5):
    if x.dtype != np.float64:
        return numerical_gradient(function, x, h)
    check(h)

    def slope(index):
        here = x[index]
        x[index] = here + h
        ahead = number(function(x))
        x[index] = here - h
        behind = number(function(x))
        x[index] = here
        return (ahead - behind) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "x itself is moved by + h, − 2 h and + h. That does not even end where it began: each step "
    "rounds.",
)
def x_moved_there_and_back(function, x, h=1e-5):
    if x.dtype != np.float64:
        return numerical_gradient(function, x, h)
    check(h)

    def slope(index):
        x[index] += h
        ahead = number(function(x))
        x[index] -= 2 * h
        behind = number(function(x))
        x[index] += h
        return (ahead - behind) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "It works in x's own dtype. In float32 a small step changes the last digits only, and integers "
    "cannot be moved by a fraction at all.",
)
def in_the_dtype_of_x(function, x, h=1e-5):
    check(h)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += x.dtype.type(h)
        behind[index] -= x.dtype.type(h)
        gradient[index] = (number(function(ahead)) - number(function(behind))) / (2 * h)
    return gradient


@wrong(
    numerical_gradient,
    "The function gets x's dtype, and only the result is float64. Integers cannot be moved by a "
    "fraction, and float32 has too few digits for a small step.",
)
def moved_in_the_dtype_of_x(function, x, h=1e-5):
    check(h)

    def slope(index):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += x.dtype.type(h)
        behind[index] -= x.dtype.type(h)
        return (number(function(ahead)) - number(function(behind))) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "The gradient is measured in float64, and then rounded to x's dtype. That of integers would "
    "have no fractions.",
)
def rounded_to_the_dtype_of_x(function, x, h=1e-5):
    return numerical_gradient(function, x, h).astype(x.dtype)


@wrong(
    numerical_gradient,
    "The steps are made in a flat array. For an x that is not in C order, `ravel` makes that a "
    "copy, and nothing moves.",
)
def lost_in_a_flat_copy(function, x, h=1e-5):
    check(h)
    moved = x.astype(np.float64)
    flat, gradient = moved.ravel(), np.zeros(x.size)
    for i, here in enumerate(flat.tolist()):
        flat[i] = here + h
        ahead = number(function(moved))
        flat[i] = here - h
        gradient[i] = (ahead - number(function(moved))) / (2 * h)
        flat[i] = here
    return gradient.reshape(x.shape)


@wrong(
    numerical_gradient,
    "The function gets a flat array. It should get one of x's shape.",
)
def the_function_gets_a_flat_array(function, x, h=1e-5):
    flat = x.astype(np.float64).ravel()
    return numerical_gradient(function, flat, h).reshape(x.shape)


@wrong(
    numerical_gradient,
    "The gradient is flat. A gradient has the shape of what it belongs to.",
)
def a_flat_gradient(function, x, h=1e-5):
    return numerical_gradient(function, x, h).ravel()


@wrong(numerical_gradient, "The argument h is not used: the step is always 1e-5.")
def h_ignored(function, x, h=1e-5):
    check(h)
    return numerical_gradient(function, x)


@wrong(numerical_gradient, "The default of h is not 1e-5.")
def another_default(function, x, h=1e-6):
    return numerical_gradient(function, x, h)


@wrong(
    numerical_gradient,
    "The step grows with the entry. That is often wise, but here it is h for every entry.",
)
def a_step_in_proportion(function, x, h=1e-5):
    check(h)

    def slope(index):
        by = h * max(1.0, abs(float(x[index])))
        rise = number(function(step(x, index, by))) - number(function(step(x, index, -by)))
        return rise / (2 * by)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "It goes half a step to each side and divides by h. The step to each side is h.",
)
def half_a_step_to_each_side(function, x, h=1e-5):
    return numerical_gradient(function, x, h / 2)


@wrong(
    numerical_gradient,
    "Where the function gives several numbers, they are added up without a word. That hides a "
    "forgotten sum or mean: it should be refused.",
)
def several_numbers_added_up(function, x, h=1e-5):
    return numerical_gradient(lambda moved: np.sum(function(moved)), x, h)


@wrong(
    numerical_gradient,
    "Where the function gives several numbers, the first is taken. It should be refused.",
)
def the_first_of_several_numbers(function, x, h=1e-5):
    def first(moved):
        result = np.asarray(function(moved))
        if result.size == 0:
            raise ValueError("the function should give one number")
        return result.flat[0]

    return numerical_gradient(first, x, h)


@wrong(
    numerical_gradient,
    "`float` refuses an array of several numbers with a TypeError. It should be a ValueError.",
)
def several_numbers_left_to_float(function, x, h=1e-5):
    check(h)

    def slope(index):
        return (float(function(step(x, index, h))) - float(function(step(x, index, -h)))) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "An h of 0 is not refused, and 0/0 is nan; nor is one below 0.",
)
def any_h(function, x, h=1e-5):
    def slope(index):
        rise = number(function(step(x, index, h))) - number(function(step(x, index, -h)))
        with np.errstate(all="ignore"):
            return np.float64(rise) / (2 * h)

    return measured(x, slope)


@wrong(
    numerical_gradient,
    "It calls the function more than twice for an entry. The value at x itself is not needed: it "
    "cancels.",
)
def a_mean_of_two_differences(function, x, h=1e-5):
    check(h)

    def slope(index):
        here = number(function(x.astype(np.float64)))
        ahead = (number(function(step(x, index, h))) - here) / h
        behind = (here - number(function(step(x, index, -h)))) / h
        return (ahead + behind) / 2

    return measured(x, slope)


# --- The error -------------------------------------------------------------------------------


def check_shapes(actual, expected):
    if actual.shape != expected.shape:
        raise ValueError("the shapes should be the same")


def parts(actual, expected):
    """How far apart the entries are, and how large together."""
    check_shapes(actual, expected)
    a, e = actual.astype(np.float64), expected.astype(np.float64)
    return np.abs(a - e), np.abs(a) + np.abs(e)


def worst(errors):
    return float(errors.max(initial=0.0))


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


@wrong(
    relative_error,
    "The errors are averaged, so that one wrong entry among many right ones hardly shows. The "
    "worst counts.",
)
def the_mean_error(actual, expected):
    gap, size = parts(actual, expected)
    errors = gap / np.maximum(1e-8, size)
    return float(errors.mean()) if errors.size else 0.0


@wrong(
    relative_error,
    "Norms are compared, of the difference and of both gradients. Beside large entries, a wrong "
    "small one does not show: each is to be compared with its own size.",
)
def from_norms(actual, expected):
    gap, _ = parts(actual, expected)
    sizes = np.linalg.norm(actual) + np.linalg.norm(expected)
    return float(np.linalg.norm(gap) / max(1e-8, sizes))


@wrong(
    relative_error,
    "The largest difference is divided by the largest size. They may belong to different entries: "
    "each difference belongs beside its own entry's size.",
)
def largest_by_largest(actual, expected):
    gap, size = parts(actual, expected)
    return float(worst(gap) / np.maximum(1e-8, worst(size)))


@wrong(
    relative_error,
    "This is the absolute error: nothing is divided by the entries' size.",
)
def the_absolute_error(actual, expected):
    gap, _ = parts(actual, expected)
    return worst(gap)


@wrong(
    relative_error,
    "The difference is divided by the size of `expected` alone. Here it is divided by both sizes "
    "together.",
)
def beside_expected_alone(actual, expected):
    gap, _ = parts(actual, expected)
    return worst(gap / np.maximum(1e-8, np.abs(expected)))


@wrong(
    relative_error,
    "The difference is divided by the larger of the two sizes. Here it is divided by their sum.",
)
def beside_the_larger(actual, expected):
    gap, _ = parts(actual, expected)
    return worst(gap / np.maximum(1e-8, np.maximum(np.abs(actual), np.abs(expected))))


@wrong(
    relative_error,
    "The difference is divided by the mean of the two sizes. Here it is divided by their sum, so "
    "that no error is above 1.",
)
def beside_the_mean_size(actual, expected):
    gap, size = parts(actual, expected)
    return worst(gap / np.maximum(1e-8, size / 2))


@wrong(
    relative_error,
    "The entries are added before the size is taken. Of opposite signs, they cancel.",
)
def the_size_of_the_sum(actual, expected):
    gap, _ = parts(actual, expected)
    return worst(gap / np.maximum(1e-8, np.abs(actual + expected)))


@wrong(
    relative_error,
    "The difference keeps its sign: where `actual` is too small, nothing shows.",
)
def signed_differences(actual, expected):
    _, size = parts(actual, expected)
    gap = actual.astype(np.float64) - expected
    return worst(gap / np.maximum(1e-8, size))


@wrong(relative_error, "There is no floor below the line: two entries of 0 give 0/0.")
def without_the_floor(actual, expected):
    gap, size = parts(actual, expected)
    with np.errstate(all="ignore"):
        return worst(gap / size)


@wrong(
    relative_error,
    "The floor is added to the size. It should replace a size that is below it, and leave the "
    "others alone.",
)
def the_floor_added(actual, expected):
    gap, size = parts(actual, expected)
    return worst(gap / (size + 1e-8))


@wrong(
    relative_error, "The floor is not 1e-8: entries near 0 are compared too strictly or too lax."
)
def another_floor(actual, expected):
    gap, size = parts(actual, expected)
    return worst(gap / np.maximum(1e-12, size))


@wrong(
    relative_error,
    "nan is passed over, so a gradient that holds one may pass the check.",
)
def nan_passed_over(actual, expected):
    gap, size = parts(actual, expected)
    errors = gap / np.maximum(1e-8, size)
    return worst(errors[~np.isnan(errors)])


@wrong(
    relative_error,
    "nan in both counts as equal, so a gradient that holds one may pass the check.",
)
def nan_equal_to_nan(actual, expected):
    both = np.isnan(actual) & np.isnan(expected)
    return relative_error(np.where(both, 0.0, actual), np.where(both, 0.0, expected))


@wrong(
    relative_error,
    "Arrays of different shapes are broadcast without a word, and every entry is compared with "
    "others than its own.",
)
def shapes_broadcast(actual, expected):
    return relative_error(*np.broadcast_arrays(actual, expected))


@wrong(
    relative_error,
    "Arrays of different shapes are made flat, and pass if they have equally many entries.",
)
def shapes_made_flat(actual, expected):
    return relative_error(actual.ravel(), expected.ravel())


@wrong(
    relative_error,
    "The entries are paired in the order in which they lie in memory, which may differ.",
)
def paired_as_in_memory(actual, expected):
    check_shapes(actual, expected)
    return relative_error(actual.ravel(order="K"), expected.ravel(order="K"))


@wrong(
    relative_error,
    "It works in the arrays' own dtype: in float32 the error has few digits.",
)
def in_the_dtype_of_the_arrays(actual, expected):
    check_shapes(actual, expected)
    size = np.abs(actual) + np.abs(expected)
    errors = np.abs(actual - expected) / np.maximum(size.dtype.type(1e-8), size)
    return float(errors.max(initial=0.0))


@wrong(relative_error, "It gives an error for each entry. The result is one number, the worst.")
def an_error_for_each_entry(actual, expected):
    gap, size = parts(actual, expected)
    return gap / np.maximum(1e-8, size)


@wrong(relative_error, "Without entries there is no maximum, so an empty gradient raises an error.")
def no_entries_forgotten(actual, expected):
    gap, size = parts(actual, expected)
    return float(np.max(gap / np.maximum(1e-8, size)))


@wrong(
    relative_error,
    "It writes into `actual`: an operation such as -= changes the caller's array.",
)
def written_into_actual(actual, expected):
    error = relative_error(actual, expected)
    actual -= expected.astype(actual.dtype)
    return error


@wrong(
    relative_error,
    "It goes through the entries in Python. NumPy compares all of them at once.",
)
def one_entry_at_a_time(actual, expected):
    check_shapes(actual, expected)
    errors = [0.0]
    for index in np.ndindex(actual.shape):
        a, e = float(actual[index]), float(expected[index])
        errors.append(abs(a - e) / np.maximum(1e-8, abs(a) + abs(e)))
    return float(np.max(errors))
