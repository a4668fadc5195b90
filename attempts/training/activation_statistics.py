import math

import numpy as np

from kata.attempts import right, slip
from solutions.training.activation_statistics import dead_share, saturated_share, update_ratio


@right(dead_share)
def by_counting_what_is_alive(activations):
    n, units = activations.shape
    if not n or not units:
        raise ValueError("nothing to count")
    return 1 - np.count_nonzero(np.any(activations != 0, axis=0)) / units


@right(dead_share)
def by_the_largest_of_each_column(activations):
    if 0 in activations.shape:
        raise ValueError("nothing to count")
    return float(np.mean(np.maximum.reduce(np.abs(activations)) == 0))


@right(saturated_share)
def both_sides_counted(outputs, limit=0.97):
    if not outputs.size:
        raise ValueError("nothing to count")
    return int(np.sum((outputs > limit) | (outputs < -limit))) / outputs.size


@right(update_ratio)
def through_the_mean_squares(param, update):
    if np.shape(param) != np.shape(update):
        raise ValueError("shapes differ")
    p, u = (float(np.linalg.norm(v.astype(np.float64))) for v in (param, update))
    return u / p if p else (math.nan if u == 0 else math.inf)


# --- Dead units ------------------------------------------------------------------------------

zeros_counted = slip(
    "It counts all zeros. A ReLU that is 0 for half of the samples is healthy; a dead unit is 0 "
    "for all.",
    {".all(axis=0).mean()": ".mean()"},
)

zero_for_any_sample = slip(
    "A unit counts as dead if it is 0 for any sample. It has to be 0 for all.",
    {".all(axis=0)": ".any(axis=0)"},
)

samples_for_units = slip(
    "It counts samples for which all units are 0. A unit is a column: look over the samples.",
    {".all(axis=0)": ".all(axis=1)"},
)

number_of_dead_units = slip(
    "This is the number of dead units. The share is asked for.",
    {".all(axis=0).mean()": ".all(axis=0).sum()"},
)

divided_by_the_samples = slip(
    "The number of dead units is divided by the number of samples. The share is that of the units.",
    {".all(axis=0).mean()": ".all(axis=0).sum() / len(activations)"},
)

share_of_living_units = slip(
    "This is the share of units that are alive.",
    {
        "float((activations == 0).all(axis=0).mean())": (
            "1.0 - float((activations == 0).all(axis=0).mean())"
        )
    },
)

zero_on_average = slip(
    "A unit whose mean is 0 need not be dead: its values may cancel.",
    {"(activations == 0).all(axis=0)": "(activations.mean(axis=0) == 0)"},
)

negative_as_dead = slip(
    "Negative values count as dead. A dead unit is exactly 0; other activations go below.",
    {"(activations == 0)": "(activations <= 0)"},
)

nearly_zero_as_dead = slip(
    "Tiny values count as 0. A unit that gives anything but 0 gets a gradient.",
    {"(activations == 0)": "(np.abs(activations) < 1e-8)"},
)

nan_as_dead = slip(
    "A unit with nan counts as dead. nan is trouble of another kind.",
    {"(activations == 0)": "(np.nan_to_num(activations) == 0)"},
)

no_activations_unchecked = slip(
    "Without samples or units there is no share: that should raise a ValueError.",
    {"if activations.size == 0": "if False"},
)

no_samples_unchecked = slip(
    "Only the number of units is checked. Without samples every unit would be dead.",
    {"if activations.size == 0": "if activations.shape[1] == 0"},
)

# --- Saturation ------------------------------------------------------------------------------

one_side_only = slip(
    "Only entries near +1 are counted. tanh is just as flat near −1.",
    {"np.abs(outputs) > limit": "outputs > limit"},
)

units_saturated_for_all = slip(
    "It counts units that are saturated for every sample. Single entries should count.",
    {"(np.abs(outputs) > limit)": "(np.abs(outputs) > limit).all(axis=0)"},
)

units_saturated_for_any = slip(
    "It counts units that are saturated for any sample. Single entries should count.",
    {"(np.abs(outputs) > limit)": "(np.abs(outputs) > limit).any(axis=0)"},
)

limit_included = slip(
    "An entry that equals the limit counts as saturated. Only those beyond it are.",
    {"np.abs(outputs) > limit": "np.abs(outputs) >= limit"},
)

limit_ignored = slip(
    "The argument `limit` is not used.", {"np.abs(outputs) > limit": "np.abs(outputs) > 0.97"}
)

limit_of_the_slope = slip(
    "The limit is applied to the slope, 1 − y². It is meant for |y|.",
    {"np.abs(outputs) > limit": "1 - outputs**2 < 1 - limit"},
)

not_saturated_share = slip(
    "This is the share of entries within the limit.",
    {"np.abs(outputs) > limit": "np.abs(outputs) <= limit"},
)

number_of_saturated_entries = slip(
    "This is the number of saturated entries. The share is asked for.",
    {"(np.abs(outputs) > limit).mean()": "(np.abs(outputs) > limit).sum()"},
)

tanh_applied_again = slip(
    "tanh is applied once more. What is passed in are its outputs.",
    {"np.abs(outputs)": "np.abs(np.tanh(outputs))"},
)

default_limit_of_0_99 = slip(
    "The default limit is not 0.97.", {"limit: float = 0.97": "limit: float = 0.99"}
)

no_outputs_unchecked = slip(
    "Without outputs there is no share: that should raise a ValueError.",
    {"if outputs.size == 0": "if False"},
)

# --- Steps -----------------------------------------------------------------------------------

ratio_upside_down = slip(
    "The ratio is upside down: the step is divided by the parameter.",
    {"return step / length": "return length / step if step else math.inf"},
)

spreads_for_lengths = slip(
    "It compares standard deviations. A step that moves all weights alike has none; the lengths "
    "are asked for.",
    {"math.sqrt(np.square(v, dtype=np.float64).sum())": "float(v.std(dtype=np.float64))"},
)

in_powers_of_ten = slip(
    "This is the logarithm of the ratio. Take it where you plot.",
    {"return step / length": "return math.log10(step / length) if step else -math.inf"},
)

no_roots = slip(
    "The roots are missing: this is the ratio of the squared lengths.",
    {
        "math.sqrt(np.square(v, dtype=np.float64).sum())": (
            "float(np.square(v, dtype=np.float64).sum())"
        )
    },
)

entry_by_entry = slip(
    "Each entry's ratio is taken, and then their mean. One weight near 0 decides that; compare the "
    "lengths of the whole arrays.",
    {
        "return step / length": (
            'with np.errstate(all="ignore"):\n'
            "    return float(np.mean(np.abs(update.astype(np.float64) / param)))"
        )
    },
)

sums_of_sizes = slip(
    "The lengths are sums of absolute values. They should be Euclidean.",
    {
        "math.sqrt(np.square(v, dtype=np.float64).sum())": (
            "float(np.abs(v.astype(np.float64)).sum())"
        )
    },
)

largest_entries = slip(
    "The largest entries are compared. The lengths count all entries.",
    {
        "math.sqrt(np.square(v, dtype=np.float64).sum())": (
            "float(np.abs(v).astype(np.float64).max())"
        )
    },
)

squares_in_float32 = slip(
    "Squares of float32 numbers are taken in float32: they overflow from 2e19 on, and are 0 below "
    "1e-23.",
    {"np.square(v, dtype=np.float64)": "np.square(v)"},
)

epsilon_in_the_denominator = slip(
    "A small number is added to the parameter's length: the ratio of tiny parameters is then "
    "wrong, and that of zeros is not inf.",
    {"if length == 0:\n    return math.inf if step else math.nan": "length += 1e-12"},
)

zero_parameter_gives_zero = slip(
    "A parameter of zeros gives 0, as if nothing moved. Beside zeros, any step is infinite.",
    {"return math.inf if step else math.nan": "return 0.0"},
)

zero_beside_zero_is_infinite = slip(
    "A step of 0 beside a parameter of 0 gives inf: it is nan, 0/0.",
    {"math.inf if step else math.nan": "math.inf"},
)

division_by_zero = slip(
    "A parameter of zeros divides by zero: Python raises an error where inf or nan is asked for.",
    {"if length == 0:": "if False:"},
)

shapes_unchecked = slip(
    "An update of another shape than the parameter is not refused.",
    {"if param.shape != update.shape": "if False"},
)

sizes_for_shapes = slip(
    "Only the numbers of entries are compared: a transposed update is let through.",
    {"param.shape != update.shape": "param.size != update.size"},
)
