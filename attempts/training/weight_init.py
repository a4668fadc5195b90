import math

import numpy as np

from kata.attempts import right, slip
from solutions.training.weight_init import (
    fans,
    kaiming_normal,
    kaiming_uniform,
    xavier_normal,
    xavier_uniform,
)


@right(fans)
def by_counting_entries(shape):
    if len(shape) in (0, 1):
        raise ValueError("a weight has at least two axes")
    n = int(np.prod(shape))
    return n // shape[0], n // shape[1]


@right(xavier_uniform)
def with_the_six_under_the_root(shape, rng, gain=1.0):
    fan_in, fan_out = by_counting_entries(shape)
    bound = gain * np.sqrt(6 / (fan_in + fan_out))
    return bound * (2 * rng.random(tuple(shape)) - 1)


@right(xavier_normal)
def scaled_standard_normal(shape, rng, gain=1.0):
    w = rng.standard_normal(math.prod(shape)).reshape(shape)
    return w * gain / (sum(by_counting_entries(shape)) / 2) ** 0.5


@right(kaiming_uniform)
def as_torch_computes_it(shape, rng):
    fan, _ = by_counting_entries(shape)
    std = math.sqrt(2) / math.sqrt(fan)
    bound = math.sqrt(3) * std
    return (rng.random(size=shape) - 0.5) * 2 * bound


@right(kaiming_normal)
def with_a_transposed_draw(shape, rng):
    fan, _ = by_counting_entries(shape)
    return np.ascontiguousarray(rng.normal(scale=(2 / fan) ** 0.5, size=tuple(shape)[::-1]).T)


# --- Fans ------------------------------------------------------------------------------------

axes_of_keras = slip(
    "The shape is read as (*kernel, in, out), the order of Keras. Here it is (out, in, *kernel).",
    {
        "math.prod(shape[2:])": "math.prod(shape[:-2])",
        "shape[1] * area, shape[0] * area": "shape[-2] * area, shape[-1] * area",
    },
)

fans_swapped = slip(
    "fan_in and fan_out are swapped. A weight has shape (out, in, *kernel): inputs come second.",
    {"return shape[1] * area, shape[0] * area": "return shape[0] * area, shape[1] * area"},
)

kernel_left_out = slip(
    "The kernel is left out. In a convolution each output meets in · k weights, k the product of "
    "the kernel's sizes.",
    {"math.prod(shape[2:])": "1"},
)

kernel_added_up = slip(
    "The kernel's sizes are added up. A kernel of 3 × 5 has 15 weights.",
    {"math.prod(shape[2:])": "sum(shape[2:]) or 1"},
)

first_axis_of_the_kernel_only = slip(
    "Only the first axis of the kernel is counted.",
    {"math.prod(shape[2:])": "math.prod(shape[2:3])"},
)

last_axes_as_in_and_out = slip(
    "The kernel is taken to come first, as in TensorFlow. In torch a weight is (out, in, *kernel).",
    {
        "area = math.prod(shape[2:])": "area = math.prod(shape[:-2])",
        "return shape[1] * area, shape[0] * area": "return shape[-1] * area, shape[-2] * area",
    },
)

kernel_missing_in_fan_out = slip(
    "The kernel is left out of fan_out. An input goes to `out` channels at k places each.",
    {"shape[0] * area": "shape[0]"},
)

too_few_axes_unchecked = slip(
    "A shape with one axis or none is not refused, though it has no fans.",
    {"if len(shape) < 2:": "shape = (*shape, 1, 1)[: max(len(shape), 2)]\nif False:"},
)

# --- Xavier ----------------------------------------------------------------------------------

xavier_with_fan_in = slip(
    "Only fan_in is used. Xavier takes the mean of both fans, for the signal and the gradient.",
    {"math.sqrt(2.0 / (fan_in + fan_out))": "math.sqrt(1.0 / fan_in)"},
)

xavier_with_fan_out = slip(
    "Only fan_out is used. Xavier takes the mean of both fans, for the signal and the gradient.",
    {"math.sqrt(2.0 / (fan_in + fan_out))": "math.sqrt(1.0 / fan_out)"},
)

xavier_with_the_product = slip(
    "The fans are multiplied. It is their mean that counts, so add them.",
    {"math.sqrt(2.0 / (fan_in + fan_out))": "(fan_in * fan_out) ** -0.25"},
)

xavier_with_the_sum = slip(
    "The variance is gain² / (fan_in + fan_out), half of what it should be. The mean of the fans "
    "divides gain², not their sum.",
    {"math.sqrt(2.0 / (fan_in": "math.sqrt(1.0 / (fan_in"},
)

xavier_for_relu = slip(
    "The weights are √2 times too large, as if the gain for ReLU were built in. The gain is an "
    "argument, 1 unless told.",
    {"gain * math.sqrt(2.0 / (fan_in": "gain * math.sqrt(4.0 / (fan_in"},
)

gain_ignored = slip("The argument `gain` is not used.", {"gain * math.sqrt": "math.sqrt"})

gain_in_the_root = slip(
    "`gain` stands under the root. It multiplies the standard deviation, not the variance.",
    {"gain * math.sqrt(2.0 / (fan_in + fan_out))": "math.sqrt(gain * 2.0 / (fan_in + fan_out))"},
)

gain_squared = slip("`gain` multiplies twice.", {"gain * math.sqrt": "gain * gain * math.sqrt"})

divided_by_the_gain = slip(
    "It divides by `gain`. A larger gain means larger weights.",
    {"gain * math.sqrt": "1 / gain * math.sqrt"},
)

variance_as_xavier_std = slip(
    "The root is missing: 2 / (fan_in + fan_out) is the variance, not the standard deviation.",
    {"gain * math.sqrt(2.0 / (fan_in + fan_out))": "gain * (2.0 / (fan_in + fan_out))"},
)

# --- Kaiming ---------------------------------------------------------------------------------

kaiming_with_fan_out = slip(
    "fan_out is taken for fan_in: this keeps the gradient's variance, not the signal's.",
    {"fan_in, _ = fans(shape)": "_, fan_in = fans(shape)"},
)

kaiming_with_both_fans = slip(
    "The mean of both fans is used, as Xavier does. Kaiming uses fan_in.",
    {"math.sqrt(2.0 / fan_in)": "math.sqrt(4.0 / sum(fans(shape)))"},
)

kaiming_without_the_two = slip(
    "The variance is 1 / fan_in, as LeCun's. ReLU drops half of the signal, and Kaiming makes up "
    "for it.",
    {"math.sqrt(2.0 / fan_in)": "math.sqrt(1.0 / fan_in)"},
)

kaiming_with_a_gain_of_two = slip(
    "The weights are √2 times too large, as if the 2 stood outside the root. ReLU halves the mean "
    "of the squares, so the 2 belongs to the variance.",
    {"math.sqrt(2.0 / fan_in)": "2.0 / math.sqrt(fan_in)"},
)

default_of_torch_layers = slip(
    "This is the default of torch's layers, Kaiming with a = √5, which has a sixth of the variance "
    "for ReLU.",
    {"math.sqrt(2.0 / fan_in)": "math.sqrt(1.0 / (3.0 * fan_in))"},
)

bound_as_xavier_std = slip(
    "The standard deviation is gain · √(6 / (fan_in + fan_out)). That is the bound of the uniform "
    "distribution.",
    {
        "_normal(shape, rng, _xavier_std(shape, gain))": (
            "_normal(shape, rng, math.sqrt(3.0) * _xavier_std(shape, gain))"
        )
    },
)

bound_as_kaiming_std = slip(
    "The standard deviation is √(6 / fan_in). That is the bound of the uniform distribution.",
    {
        "_normal(shape, rng, _kaiming_std(shape))": (
            "_normal(shape, rng, math.sqrt(3.0) * _kaiming_std(shape))"
        )
    },
)

variance_as_kaiming_std = slip(
    "The root is missing: 2 / fan_in is the variance, not the standard deviation.",
    {"math.sqrt(2.0 / fan_in)": "(2.0 / fan_in)"},
)

# --- Distributions ---------------------------------------------------------------------------

bound_is_the_std = slip(
    "The bound is the standard deviation itself. Numbers spread evenly up to a bound have a "
    "standard deviation below it.",
    {"math.sqrt(3.0) * std": "std"},
)

bound_from_the_width = slip(
    "The bound is twice what it should be: the interval is 2b wide, and its variance is b²/3.",
    {"math.sqrt(3.0) * std": "math.sqrt(12.0) * std"},
)

three_without_a_root = slip(
    "The bound is 3 · std. A variance of b²/3 gives another factor.",
    {"math.sqrt(3.0) * std": "3.0 * std"},
)

positive_only = slip(
    "All weights are positive: the interval begins at 0. It lies around 0.",
    {"rng.uniform(-bound, bound": "rng.uniform(0.0, bound"},
)

normal_for_uniform = slip(
    "The weights are drawn from a normal distribution where a uniform one is asked for.",
    {"rng.uniform(-bound, bound, size=shape)": "rng.normal(0.0, std, size=shape)"},
)

uniform_for_normal = slip(
    "The weights are spread evenly where a normal distribution is asked for.",
    {"rng.normal(0.0, std, size=shape)": "rng.uniform(-(3**0.5) * std, 3**0.5 * std, size=shape)"},
)

variance_for_std = slip(
    "The variance is passed as the scale. NumPy's normal takes the standard deviation.",
    {
        "_normal(shape, rng, _xavier_std(shape, gain))": (
            "_normal(shape, rng, _xavier_std(shape, gain) ** 2)"
        )
    },
)

truncated = slip(
    "The tails are cut off at two standard deviations. In this kata the normal distribution is "
    "not truncated.",
    {
        "return rng.normal(0.0, std, size=shape)": (
            "w = rng.normal(0.0, std, size=shape)\n"
            "while (far := np.abs(w) > 2 * std).any():\n"
            "    w[far] = rng.normal(0.0, std, size=far.sum())\n"
            "return w"
        )
    },
)

clipped = slip(
    "Weights beyond two standard deviations are moved to that limit. In this kata the normal "
    "distribution is not cut.",
    {
        "rng.normal(0.0, std, size=shape)": (
            "np.clip(rng.normal(0.0, std, size=shape), -2 * std, 2 * std)"
        )
    },
)

made_to_measure = slip(
    "The draw is scaled until its own standard deviation is right. That makes the weights depend "
    "on each other: it is the distribution's standard deviation that is given.",
    {
        "return rng.normal(0.0, std, size=shape)": (
            "w = rng.normal(0.0, std, size=shape)\nreturn w * (std / w.std()) if w.size > 1 else w"
        )
    },
)

centred = slip(
    "The mean of the draw is subtracted. That makes the weights depend on each other: it is the "
    "distribution that has mean 0.",
    {
        "return rng.normal(0.0, std, size=shape)": (
            "w = rng.normal(0.0, std, size=shape)\nreturn w - w.mean()"
        )
    },
)

one_row_for_all_outputs = slip(
    "All outputs get the same weights, so they stay alike for ever. Every weight needs a draw of "
    "its own.",
    {
        "rng.uniform(-bound, bound, size=shape)": (
            "np.broadcast_to(rng.uniform(-bound, bound, size=shape[1:]), tuple(shape)).copy()"
        ),
        "rng.normal(0.0, std, size=shape)": (
            "np.broadcast_to(rng.normal(0.0, std, size=shape[1:]), tuple(shape)).copy()"
        ),
    },
)

one_kernel_for_all_places = slip(
    "All places of a kernel get the same weight. Every weight needs a draw of its own.",
    {
        "rng.uniform(-bound, bound, size=shape)": (
            "rng.uniform(-bound, bound, size=[*shape[:2], *[1] * len(shape[2:])]) + np.zeros(shape)"
        ),
        "rng.normal(0.0, std, size=shape)": (
            "rng.normal(0.0, std, size=[*shape[:2], *[1] * len(shape[2:])]) + np.zeros(shape)"
        ),
    },
)
