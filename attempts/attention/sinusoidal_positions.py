import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.sinusoidal_positions import sinusoidal_positions

SINES = "pe[:, 0::2] = np.sin(angles)"
COSINES = "pe[:, 1::2] = np.cos(angles)"
EXPONENTS = "np.arange(0, d_model, 2) / d_model"
POSITIONS = "np.arange(n_positions)[:, None]"


@right(sinusoidal_positions)
def by_complex_powers(n_positions, d_model, base=10000.0):
    if d_model % 2 == 1:
        raise ValueError("an even width is needed")
    rates = np.exp(np.arange(d_model // 2) * (-2 * np.log(base) / d_model))
    turned = np.exp(1j * np.outer(np.arange(float(n_positions)), rates))
    return np.stack([turned.imag, turned.real], axis=-1).reshape(n_positions, d_model)


@right(sinusoidal_positions)
def by_sines_with_a_phase(n_positions, d_model, base=10000.0):
    if d_model & 1:
        raise ValueError("an even width is needed")
    p, column = np.indices((n_positions, d_model))
    odd = column % 2
    return np.sin(p * base ** (-(column - odd) / d_model) + np.pi / 2 * odd)


by_repeated_rates = rewrite(
    {
        SINES: "angles = np.repeat(angles, 2, axis=1)",
        COSINES: "pe = np.where(np.arange(d_model) % 2, np.cos(angles), np.sin(angles))",
    }
)

halves = slip(
    "All sines come first, then all cosines. Here they take turns along a row.",
    {"pe[:, 0::2]": "pe[:, : d_model // 2]", "pe[:, 1::2]": "pe[:, d_model // 2 :]"},
)

cosines_first = slip(
    "Sines and cosines are swapped: column 0 is a sine.",
    {"np.sin(angles)": "np.cos(angles)", COSINES: "pe[:, 1::2] = np.sin(angles)"},
)

sines_only = slip(
    "The odd columns are sines too. A sine with its cosine says where on the wave a position is.",
    {"np.cos(angles)": "np.sin(angles)"},
)

no_cosines = slip(
    "The odd columns stay 0: their cosines are missing.",
    {"np.empty(": "np.zeros(", COSINES: "pass"},
)

a_rate_for_each_column = slip(
    "Sine and cosine of a pair have different rates, as each column has an exponent of its own. "
    "The exponent is 2i / d_model for both.",
    {
        EXPONENTS: "np.arange(d_model) / d_model",
        SINES: "pe[:, 0::2] = np.sin(angles[:, 0::2])",
        COSINES: "pe[:, 1::2] = np.cos(angles[:, 1::2])",
    },
)

column_for_pair = slip(
    "i is taken for the column, and doubled again. It is the number of the pair: columns 2i and "
    "2i + 1 share it.",
    {
        EXPONENTS: "2 * np.arange(d_model) / d_model",
        SINES: "pe[:, 0::2] = np.sin(angles[:, 0::2])",
        COSINES: "pe[:, 1::2] = np.cos(angles[:, 1::2])",
    },
)

even_columns_doubled = slip(
    "The even columns 0, 2, 4, … are doubled again for the exponent. They are 2i already.",
    {EXPONENTS: "2 * np.arange(0, d_model, 2) / d_model"},
)

pair_not_doubled = slip(
    "The exponent is i / d_model, so the waves slow down half as fast as they should.",
    {EXPONENTS: "np.arange(d_model // 2) / d_model"},
)

up_to_base_itself = slip(
    "The exponents run up to 1. Divided by d_model, the last one stays below it.",
    {EXPONENTS: "np.arange(0, d_model, 2) / max(d_model - 2, 1)"},
)

equal_waves = slip(
    "All pairs have the fastest wave: every power of base is 1, as where the exponents are divided "
    "as whole numbers.",
    {EXPONENTS: "np.arange(0, d_model, 2) // d_model"},
)

times_the_power = slip(
    "The position is multiplied by the power of base. The waves should become slower from pair to "
    "pair.",
    {"/ base**exponents": "* base**exponents"},
)

logarithm_to_base_ten = slip(
    "exp undoes the natural logarithm; this one is to base 10.",
    {"/ base**exponents": "* np.exp(-np.log10(base) * exponents)"},
)

slow_waves_first = slip(
    "The waves run from slow to fast. The first pair is the fastest.",
    {"base**exponents": "base**exponents[::-1]"},
)

base_times_exponent = slip(
    "base is multiplied by the exponents. It should be raised to them.",
    {"/ base**exponents": "/ np.maximum(base * exponents, 1)"},
)

positions_from_1 = slip(
    "The first position is 1. They count from 0.",
    {POSITIONS: "np.arange(1, n_positions + 1)[:, None]"},
)

whole_turns = slip(
    "The angles are multiplied by 2π. They are p / base^(2i / d_model) as they are, in radians.",
    {"np.arange(n_positions)": "2 * np.pi * np.arange(n_positions)"},
)

in_degrees = slip(
    "The angles are read as degrees. They are in radians.",
    {"np.arange(n_positions)": "np.radians(np.arange(n_positions))"},
)

scaled_to_the_length = slip(
    "Positions are divided by their number. The same place would get another vector in a longer "
    "sequence.",
    {POSITIONS: POSITIONS + " / max(n_positions, 1)"},
)

in_float32 = slip(
    "The angles are float32, which leaves seven digits, and fewer behind the point as they grow.",
    {
        "angles = np.arange(n_positions)": "angles = np.arange(n_positions, dtype=np.float32)",
        "base**exponents": "(base**exponents).astype(np.float32)",
    },
)

odd_width_cut = slip(
    "An odd d_model is taken, and a sine is left without its cosine.",
    {"if d_model % 2:": "if False:", COSINES: "pe[:, 1::2] = np.cos(angles[:, : d_model // 2])"},
)
