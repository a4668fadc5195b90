from kata.attempts import rewrite, slip

# --- The gradient ----------------------------------------------------------------------------

with_the_rows_of_the_identity = rewrite(
    {
        "gradient = np.zeros(x.shape)": (
            "steps = h * np.eye(x.size).reshape(x.size, *x.shape)\n"
            "rises = [_number(function(moved + s)) - _number(function(moved - s)) for s in "
            "steps]\n"
            "return np.array(rises, np.float64).reshape(x.shape) / (2 * h)"
        )
    }
)

through_flat_copies = rewrite(
    {
        "gradient = np.zeros(x.shape)": (
            "slopes = []\n"
            "for i, entry in enumerate(flat := moved.flatten()):\n"
            "    ahead, behind = flat.copy(), flat.copy()\n"
            "    ahead[i], behind[i] = entry + h, entry - h\n"
            "    ends = [_number(function(end.reshape(x.shape))) for end in (ahead, behind)]\n"
            "    slopes.append((ends[0] - ends[1]) / h / 2)\n"
            "return np.array(slopes, np.float64).reshape(x.shape)"
        )
    }
)

forward_difference = slip(
    "It looks ahead of x only (a forward difference), whose error falls with h. That of a central "
    "difference falls with h².",
    {"here - h": "here", "/ (2 * h)": "/ h"},
)

divided_by_h = slip(
    "The rise is divided by h. From x − h to x + h is twice as far.", {"/ (2 * h)": "/ h"}
)

multiplied_by_h = slip("`/ 2 * h` divides by 2 and then multiplies by h.", {"/ (2 * h)": "/ 2 * h"})

behind_minus_ahead = slip(
    "The sign is reversed: the value ahead of x comes first.", {"ahead - behind": "behind - ahead"}
)

all_entries_moved_at_once = slip(
    "All entries move at once, so every slope is the sum of all of them.",
    {
        "here = moved[index]": "here = moved.copy()",
        "moved[index] = here + h": "moved[...] = here + h",
        "moved[index] = here - h": "moved[...] = here - h",
        "moved[index] = here\n": "moved[...] = here\n",
    },
)

whole_rows_moved = slip(
    "The loop runs over the first axis only and moves whole rows. Every entry has its own slope.",
    {"np.ndindex(x.shape)": "range(len(x))", "here = moved[index]": "here = moved[index].copy()"},
)

not_put_back = slip(
    "An entry is not put back after its turn, so later slopes are measured at another point.",
    {"moved[index] = here\n": "pass\n"},
)

x_moved_and_put_back = slip(
    "x itself is moved and put back. In between, everyone else who holds it sees another x.",
    {"moved = x.astype(np.float64)": "moved = np.asarray(x, dtype=np.float64)"},
)

in_the_dtype_of_x = slip(
    "It works in x's own dtype. In float32 a small step is lost in the rounding, and integers "
    "cannot move by a fraction at all.",
    {"moved = x.astype(np.float64)": "moved = x.copy()", "np.zeros(x.shape)": "np.zeros_like(x)"},
)

rounded_to_the_dtype_of_x = slip(
    "The gradient is rounded to x's dtype. That of an integer array would have no fractions.",
    {"np.zeros(x.shape)": "np.zeros_like(x)"},
)

lost_in_a_flat_copy = slip(
    "The steps go into a flat array. For an x not in C order `ravel` copies, and nothing moves.",
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
    "The function is given a flat array, not one of x's shape.",
    {
        "ahead = _number(function(moved))": "ahead = _number(function(moved.ravel()))",
        "behind = _number(function(moved))": "behind = _number(function(moved.ravel()))",
    },
)

another_default = slip("The default of h is not 1e-5.", {"h: float = 1e-5": "h: float = 1e-6"})

a_step_in_proportion = slip(
    "The step grows with the entry. That is often wise, but this kata asks for h everywhere.",
    {
        "here = moved[index]": "here = moved[index]\nstep = h * max(1.0, abs(here))",
        "here + h": "here + step",
        "here - h": "here - step",
        "(2 * h)": "(2 * step)",
    },
)

half_a_step_to_each_side = slip(
    "It goes half a step to each side. The step to each side is h.",
    {"here + h": "here + h / 2", "here - h": "here - h / 2", "(2 * h)": "h"},
)

several_numbers_added_up = slip(
    "Several numbers from the function are silently added up. That hides a forgotten sum or mean.",
    {"np.asarray(result)": "np.sum(result)"},
)

the_first_of_several_numbers = slip(
    "If the function gives several numbers, the first is silently taken.",
    {"values.size != 1": "values.size == 0", "values.item()": "values.flat[0]"},
)

several_numbers_left_to_float = slip(
    "`float` refuses an array of several numbers with a TypeError, not a ValueError.",
    {"values = np.asarray(result)": "return float(result)"},
)

any_h = slip(
    "An h of 0 is not refused, and the rise is divided by 0; nor is a negative one.",
    {"h <= 0": "False"},
)

a_mean_of_two_differences = slip(
    "It calls the function more than twice for an entry. Does the value at x itself matter?",
    {
        "here = moved[index]": "here, middle = moved[index], _number(function(moved))",
        "(ahead - behind) / (2 * h)": "((ahead - middle) / h + (middle - behind) / h) / 2",
    },
)

# --- The error -------------------------------------------------------------------------------

where_the_floor_is_put_in = rewrite(
    {
        "errors = np.abs(a - e) / np.maximum(1e-8, np.abs(a) + np.abs(e))": (
            "size = np.abs(a) + np.abs(e)\nsize[size < 1e-8] = 1e-8\nerrors = np.abs(a - e) / size"
        )
    }
)

from_both_as_one_stack = rewrite(
    {
        "errors = np.abs(a - e) / np.maximum(1e-8, np.abs(a) + np.abs(e))": (
            "both = np.stack([a, e])\n"
            "errors = np.ptp(both, axis=0) / np.linalg.norm(both, ord=1, axis=0).clip(min=1e-8)"
        )
    }
)

the_mean_error = slip(
    "The errors are averaged, so one wrong entry among many right ones hardly shows.",
    {"errors.max(initial=0.0)": "errors.sum() / max(1, errors.size)"},
)

from_norms = slip(
    "Norms are compared. Beside large entries, a wrong small one does not show.",
    {
        "np.abs(a - e)": "np.linalg.norm(a - e)",
        "np.abs(a) + np.abs(e)": "np.linalg.norm(a) + np.linalg.norm(e)",
    },
)

the_absolute_error = slip(
    "This is the absolute error: nothing is divided by the entries' size.",
    {" / np.maximum(1e-8, np.abs(a) + np.abs(e))": ""},
)

beside_expected_alone = slip(
    "The difference is divided by the size of `expected` alone, not by both sizes together.",
    {"np.abs(a) + np.abs(e)": "np.abs(e)"},
)

beside_the_larger = slip(
    "The difference is divided by the larger of the two sizes, not by their sum.",
    {"np.abs(a) + np.abs(e)": "np.maximum(np.abs(a), np.abs(e))"},
)

beside_the_mean_size = slip(
    "The difference is divided by the mean of the two sizes, not by their sum.",
    {"np.abs(a) + np.abs(e)": "(np.abs(a) + np.abs(e)) / 2"},
)

the_size_of_the_sum = slip(
    "The entries are added before the absolute value is taken: opposite signs cancel.",
    {"np.abs(a) + np.abs(e)": "np.abs(a + e)"},
)

signed_differences = slip(
    "The difference keeps its sign: where `actual` is too small, nothing shows.",
    {"np.abs(a - e)": "(a - e)"},
)

by_squares_and_roots = slip(
    "The sizes are roots of squares. The square of 1e200 is infinite, and that of 1e-200 is 0.",
    {
        "np.abs(a - e)": "np.sqrt((a - e) ** 2)",
        "np.abs(a) + np.abs(e)": "np.sqrt(a**2) + np.sqrt(e**2)",
    },
)

without_the_floor = slip(
    "The denominator has no floor: two entries of 0 give 0/0.",
    {"np.maximum(1e-8, np.abs(a) + np.abs(e))": "(np.abs(a) + np.abs(e))"},
)

the_floor_added = slip(
    "The floor is added to the size. It should only replace sizes that are smaller.",
    {"np.maximum(1e-8, np.abs(a) + np.abs(e))": "(1e-8 + np.abs(a) + np.abs(e))"},
)

nan_passed_over = slip(
    "nan is skipped, so a gradient that holds one may pass the check.",
    {"errors.max(initial=0.0)": "np.nanmax(errors, initial=0.0)"},
)

shapes_broadcast = slip(
    "Arrays of different shapes are silently broadcast: entries meet others than their own.",
    {"actual.shape != expected.shape": "False"},
)

in_the_dtype_of_the_arrays = slip(
    "It works in the arrays' own dtype: in float32 the error has few digits.",
    {"actual.astype(np.float64), expected.astype(np.float64)": "actual, expected"},
)

subtracted_too_early = slip(
    "The arrays are subtracted before they become float64: unsigned integers wrap around.",
    {"np.abs(a - e)": "np.abs((actual - expected).astype(np.float64))"},
)
