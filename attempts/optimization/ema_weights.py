import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.optimization.ema_weights import EMA

MOVE = "self.decay * average + (1 - self.decay) * param.astype(np.float64)"


@right(EMA)
class WithTheWholeHistory:
    """No recursion: the average is a weighted sum of all that was seen."""

    def __init__(self, params, decay=0.999):
        self.decay, self.history = decay, [[param.copy() for param in params]]

    def update(self, params):
        if [p.shape for p in params] != [p.shape for p in self.history[0]]:
            raise ValueError("these are other parameters")
        self.history.append([param.copy() for param in params])

    def averages(self):
        ages = np.arange(len(self.history))[::-1]
        weights = (1 - self.decay) * self.decay**ages
        weights[0] = self.decay ** ages[0]
        columns = zip(*self.history, strict=True)
        return [
            np.tensordot(weights, np.stack(column).astype(np.float64), 1).astype(column[0].dtype)
            for column in columns
        ]


@right(EMA)
class WritingIntoItsOwnArrays:
    """Each average moves by a part of its distance, in place; lengths and shapes apart."""

    def __init__(self, params, decay=0.999):
        self.decay, self.dtypes = decay, [param.dtype for param in params]
        self.shadow = {i: np.array(param, np.float64) for i, param in enumerate(params)}

    def update(self, params):
        if len(params) != len(self.shadow):
            raise ValueError("the number differs")
        for i, param in enumerate(params):
            if param.shape != self.shadow[i].shape:
                raise ValueError("a shape differs")
        for i, param in enumerate(params):
            self.shadow[i] -= (1 - self.decay) * (self.shadow[i] - param)

    def averages(self):
        return [self.shadow[i].astype(dtype) for i, dtype in enumerate(self.dtypes)]


kept_in_float32_or_more = rewrite(
    {
        "[param.astype(np.float64) for param in params]": (
            "[param.astype(np.promote_types(param.dtype, np.float32)) for param in params]"
        ),
        MOVE: "self.decay * average + (1 - self.decay) * param.astype(average.dtype)",
    }
)

# --- The start ---------------------------------------------------------------------------------

from_zero = slip(
    "The averages start at 0. They should start as the first parameters.",
    {"[param.astype(np.float64) for param in params]": "[0.0 * param for param in params]"},
)

from_zero_and_corrected = slip(
    "The averages start at 0 and are corrected for it, as in Adam, so the first parameters count "
    "for nothing. They should be where the averages start.",
    {
        "self._averages = [param.astype(np.float64) for param in params]": (
            "self._averages, self.t = [np.array(param, float) for param in params], 0"
        ),
        "self._averages = [\n": (
            "if self.t == 0:\n"
            "    self._averages = [0.0 * average for average in self._averages]\n"
            "self.t += 1\n"
            "self._averages = [\n"
        ),
        "[average.astype(dtype) for": (
            "[(average / (1 - self.decay**self.t if self.t else 1.0)).astype(dtype) for"
        ),
    },
)

corrected_for_a_start_at_zero = slip(
    "The averages are corrected for a start at 0, as Adam's are. These start at the first "
    "parameters: they are not too small.",
    {
        "self._averages = [param.astype(np.float64) for param in params]": (
            "self._averages, self.t = [np.array(param, float) for param in params], 0"
        ),
        "self._averages = [\n": "self.t += 1\nself._averages = [\n",
        "[average.astype(dtype) for": (
            "[(average / (1 - self.decay**self.t if self.t else 1.0)).astype(dtype) for"
        ),
    },
)

the_first_update_replaces = slip(
    "The first update takes its parameters over as they are. It should mix them in, as every "
    "other does.",
    {
        "self._averages = [param.astype(np.float64) for param in params]": (
            "self._averages, self.t = [np.array(param, float) for param in params], 0"
        ),
        "self._averages = [\n    self.decay *": (
            "self.t += 1\nself._averages = [\n    param.astype(np.float64) if self.t == 1 else "
            "self.decay *"
        ),
    },
)

a_decay_that_warms_up = slip(
    "The decay is smaller in the first updates, as where an average is warmed up. It should be "
    "`decay` from the first one on.",
    {
        "self._averages = [param.astype(np.float64) for param in params]": (
            "self._averages, self.t = [np.array(param, float) for param in params], 0"
        ),
        "self._averages = [\n    self.decay * average + (1 - self.decay) *": (
            "self.t += 1\n"
            "decay = min(self.decay, (1 + self.t) / (10 + self.t))\n"
            "self._averages = [\n    decay * average + (1 - decay) *"
        ),
    },
)

# --- The move ----------------------------------------------------------------------------------

weights_swapped = slip(
    "The weights are swapped: decay belongs to the old average, 1 − decay to the parameter.",
    {MOVE: "(1 - self.decay) * average + self.decay * param.astype(np.float64)"},
)

the_parameter_in_full = slip(
    "The parameter counts in full, so the averages grow like momentum. Its weight is 1 − decay.",
    {MOVE: "self.decay * average + param.astype(np.float64)"},
)

nothing_fades = slip(
    "The old average counts in full: its weight should be decay.",
    {MOVE: "average + (1 - self.decay) * param.astype(np.float64)"},
)

away_from_the_parameter = slip(
    "The averages move away from the parameters: a sign is wrong.",
    {MOVE: "average - (1 - self.decay) * (param.astype(np.float64) - average)"},
)

the_change_alone = slip(
    "Only 1 − decay of the difference is kept. It should be added to the old average.",
    {MOVE: "(1 - self.decay) * (param.astype(np.float64) - average)"},
)

equal_weights = slip(
    "This is the plain mean of all that was seen, as in SWA. Here old parameters fade by `decay`.",
    {
        "self._averages = [param.astype(np.float64) for param in params]": (
            "self._averages, self.t = [np.array(param, float) for param in params], 1"
        ),
        "self._averages = [\n": "self.t += 1\nself._averages = [\n",
        MOVE: "average + (param.astype(np.float64) - average) / self.t",
    },
)

only_the_last_two = slip(
    "Only the last two parameters are mixed: the average, not the parameter before, should be "
    "carried on.",
    {
        "self._averages = [\n": (
            "before = getattr(self, 'before', self._averages)\n"
            "self.before = [np.array(param, float) for param in params]\n"
            "self._averages = [\n"
        ),
        "zip(self._averages, params,": "zip(before, params,",
    },
)

the_latest_parameters = slip(
    "The parameters come back as they are now: nothing is averaged.",
    {MOVE: "param.astype(np.float64)"},
)

never_moved = slip(
    "The averages never move. Does `update` keep what it works out?",
    {"self._averages = [\n": "moved = [\n"},
)

one_update_late = slip(
    "Each parameter is mixed in one update late.",
    {
        "self._averages = [\n": (
            "late = getattr(self, 'late', self._averages)\n"
            "self.late = [np.array(param, float) for param in params]\n"
            "self._averages = [\n"
        ),
        "zip(self._averages, params,": "zip(self._averages, late,",
    },
)

decay_fixed = slip(
    "The argument `decay` is not used.", {"self.decay = decay": "self.decay = 0.999"}
)

zero_decay_as_not_given = slip(
    "A decay of 0 counts as not given: `or` turns it into the default.",
    {"self.decay = decay": "self.decay = decay or 0.999"},
)

kept_in_the_own_dtype = slip(
    "The averages are kept in the parameters' dtype: in float16 the small moves are rounded away.",
    {
        "[param.astype(np.float64) for param in params]": "[param.copy() for param in params]",
        MOVE: "self.decay * average + (1 - self.decay) * param.astype(average.dtype)",
    },
)

kept_in_float32 = slip(
    "All averages are kept in float32, so those of float64 parameters lose half of their digits.",
    {
        "[param.astype(np.float64) for": "[param.astype(np.float32) for",
        MOVE: "self.decay * average + (1 - self.decay) * param.astype(np.float32)",
    },
)

moved_in_the_own_dtype = slip(
    "(1 − decay) · param is rounded to the parameter's dtype: in float16, little is left of the "
    "digits of so small a number.",
    {MOVE: "self.decay * average + (1 - self.decay) * param"},
)

# --- Whose arrays they are ---------------------------------------------------------------------

the_callers_first_arrays = slip(
    "The first averages are the caller's own arrays: once training overwrites those, the start is "
    "lost.",
    {
        "[param.astype(np.float64) for param in params]": (
            "[param.astype(np.float64, copy=False) for param in params]"
        )
    },
)

dtype_of_the_latest = slip(
    "The averages take the dtypes of the latest parameters. Those of the first ones count.",
    {
        "self._averages = [\n": (
            "self._dtypes = [param.dtype for param in params]\nself._averages = [\n"
        )
    },
)

handed_out_uncopied = slip(
    "`averages` hands out the arrays that it keeps: what the caller writes into them changes the "
    "averages.",
    {"[average.astype(dtype) for": "[average.astype(dtype, copy=False) for"},
)

# --- The check ---------------------------------------------------------------------------------

unchecked = slip(
    "Other parameters than the first are let through: NumPy broadcasts shapes, and zip stops at "
    "the shorter list.",
    {
        "if shapes != expected": "if False",
        "(self._averages, params, strict=True)": ("(self._averages, params, strict=False)"),
    },
)

only_the_number_checked = slip(
    "Only the number of parameters is compared. A parameter of another shape is broadcast.",
    {"if shapes != expected": "if len(shapes) != len(expected)"},
)

shapes_in_any_order = slip(
    "The shapes are compared without their order: parameters that have changed places are let "
    "through where NumPy can broadcast them.",
    {"if shapes != expected": "if sorted(shapes) != sorted(expected)"},
)

sizes_in_place_of_shapes = slip(
    "Sizes are compared instead of shapes: another shape with as many entries is let through.",
    {
        "[p.shape for p in params], [a.shape for a in self._averages]": (
            "[p.size for p in params], [a.size for a in self._averages]"
        )
    },
)

only_shapes_checked = slip(
    "Shapes are compared, the number of parameters is not: zip stops at the shorter list.",
    {
        "if shapes != expected": "if any(s != e for s, e in zip(shapes, expected))",
        "(self._averages, params, strict=True)": "(self._averages, params, strict=False)",
    },
)
