import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.cnn.batch_norm_2d import BatchNorm2d

MEAN = "x.mean(axis=(0, 2, 3), dtype=np.float64)"
VAR = "x.var(axis=(0, 2, 3), dtype=np.float64)"
COUNT = "count = len(x) * x.shape[2] * x.shape[3]"
UNBIASED = "var * (count / (count - 1))"
MOVED_VAR = f"self._moved(self.running_var, {UNBIASED})"
MOMENTUM = "(1.0 - self.momentum) * old + self.momentum * new"
RUNNING_VALUES = "mean, var = self.running_mean, self.running_var"
SCALE = "scale = self.gamma"
ROOT = "np.sqrt(var + self.eps)"
SHIFT = " + _by_channel(self.beta)"
FOLDED_ROOT = "np.sqrt(self.running_var + self.eps)"
FOLDED_W = "slope[:, None, None, None] * w"
FOLDED_B = "slope * (b - self.running_mean) + self.beta"


@right(BatchNorm2d)
class WithPixelsAsRows:
    """Every pixel is a row of channels: then it is the batch norm of rows of features."""

    def __init__(self, n_channels, eps=1e-5, momentum=0.1):
        self.c, self.eps, self.momentum = n_channels, eps, momentum
        self.gamma, self.running_var = np.ones((2, n_channels)).copy()
        self.beta, self.running_mean = np.zeros((2, n_channels)).copy()

    def forward(self, x, training):
        if len(x.shape) != 4 or x.shape[1] != self.c:
            raise ValueError("these are not pictures with the right channels")
        n, c, height, width = x.shape
        rows = np.moveaxis(x, 1, -1).reshape(n * height * width, c).astype(np.float64)
        mean, var = self.running_mean, self.running_var
        if training:
            if len(rows) < 2:
                raise ValueError("a variance takes two numbers")
            mean = rows.mean(0)
            var = np.square(rows - mean).mean(0)
            unbiased = rows.var(axis=0, ddof=1)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var = self.running_var + self.momentum * (unbiased - self.running_var)
        y = (rows - mean) * (var + self.eps) ** -0.5 * self.gamma + self.beta
        return np.moveaxis(y.reshape(n, height, width, c), -1, 1).astype(x.dtype)

    def folded(self, w, b):
        if len(w) != self.c or b.shape != (self.c,):
            raise ValueError("the channels do not fit")
        std = np.sqrt(self.running_var + self.eps)
        wide = np.einsum("o,oikl->oikl", self.gamma / std, w)
        bias = self.beta + (b - self.running_mean) * self.gamma / std
        return wide.astype(w.dtype), bias.astype(b.dtype)


# Statistics keep all four axes, of length 1, and folding goes through flattened kernels.
with_kept_axes = rewrite(
    {
        MEAN: "x.astype(np.float64).mean(axis=(0, 2, 3), keepdims=True)",
        VAR: "np.square(x - mean).mean(axis=(0, 2, 3), keepdims=True)",
        COUNT: "count = x.size // self.n_channels",
        MOMENTUM: "old + self.momentum * (new.ravel() - old)",
        ROOT: "(var.ravel() + self.eps) ** 0.5",
        "values[:, None, None]": "values.reshape(1, -1, 1, 1)",
        FOLDED_W: "(np.diag(slope) @ w.reshape(len(w), -1)).reshape(w.shape)",
        FOLDED_B: "slope * b + (self.beta - slope * self.running_mean)",
    }
)

# --- Which numbers share a mean ----------------------------------------------------------------


def _normalized_over(axes, text):
    """In training, x is normalized over these axes, not over pictures, rows and columns."""
    taken = f"(axis={axes}, dtype=np.float64, keepdims=True)"
    y = f"_by_channel(self.gamma) * (x - x.mean{taken}) / np.sqrt(x.var{taken} + self.eps)"
    return slip(text, {SHIFT: f"{SHIFT}\nif training:\n    y = {y}{SHIFT}"})


statistics_over_the_pictures_only = _normalized_over(
    0,
    "In training, every pixel has a mean and a variance of its own, over the pictures only. All "
    "pixels of a channel share one.",
)

statistics_of_each_picture = _normalized_over(
    (2, 3),
    "In training, each picture is normalized by its own pixels: that is instance norm. The mean "
    "and the variance of a channel run over the pictures too.",
)

statistics_over_the_channels = _normalized_over(
    (1, 2, 3),
    "In training, all channels of a picture are normalized together: that is layer norm. Each "
    "channel has a mean and a variance of its own, over all pictures.",
)

one_mean_for_all_channels = slip(
    "One mean and one variance for the whole batch. Each channel has its own.",
    {"count =": "mean[:], var[:] = x.mean(dtype=float), x.var(dtype=float)\ncount ="},
)

mean_of_the_pictures_variances = slip(
    "The variance is the mean of the pictures' variances. That leaves out how the pictures' means "
    "differ.",
    {VAR: "x.var(axis=(2, 3), dtype=np.float64).mean(axis=0)"},
)

variance_of_the_pictures_means = slip(
    "The variance is that of the pictures' means. Most of it is within the pictures.",
    {VAR: "x.mean(axis=(2, 3), dtype=np.float64).var(axis=0)"},
)

mean_of_the_squares = slip(
    "The variance is taken as mean(x²) − mean(x)²: with a large mean, nearly all digits cancel.",
    {VAR: "np.square(x, dtype=np.float64).mean(axis=(0, 2, 3)) - mean**2"},
)

statistics_in_the_dtype_of_x = slip(
    "The mean and the variance of float32 numbers are taken in float32: a mean of 10⁶ is then off "
    "by more than the numbers may differ.",
    {MEAN: "x.mean(axis=(0, 2, 3))", VAR: "x.var(axis=(0, 2, 3))"},
)

channels_along_the_width = slip(
    "gamma, beta, μ and σ² run along the width: that is how NumPy broadcasts them. Most "
    "sizes raise an error then; equal ones give wrong numbers.",
    {"return values[:, None, None]": "return values"},
)

channels_along_the_height = slip(
    "What belongs to the channels runs along the height: it is one axis short.",
    {"return values[:, None, None]": "return values[:, None]"},
)

# --- The formula -------------------------------------------------------------------------------

normalized_by_the_unbiased_variance = slip(
    "The batch is normalized by the unbiased variance (ddof 1). That one is only kept in "
    "running_var; the batch itself takes the biased one.",
    {MOVED_VAR: f"{MOVED_VAR}\nvar *= count / (count - 1)"},
)

no_epsilon = slip(
    "forward leaves out eps: a channel that is constant in the batch becomes 0/0.",
    {ROOT: "np.sqrt(var)"},
)

epsilon_outside_the_root = slip(
    "forward adds eps to the root. It belongs inside, added to the variance.",
    {ROOT: "(np.sqrt(var) + self.eps)"},
)

epsilon_ignored = slip("The argument `eps` is not used in forward.", {ROOT: "np.sqrt(var + 1e-5)"})

no_root = slip(
    "The square root is missing in forward: it divides by the variance.", {ROOT: "(var + self.eps)"}
)

no_mean = slip("The mean is not subtracted in forward.", {"(x - _by_channel(mean))": "x"})

no_gamma = slip(
    "forward does not use gamma: the normalized values are never scaled.", {SCALE: "scale = 1"}
)

no_beta = slip("forward does not use beta: the normalized values are never shifted.", {SHIFT: ""})

no_affine_map = slip(
    "gamma and beta are both missing: this is only the normalization.",
    {SCALE: "scale = 1", SHIFT: ""},
)

# --- The running values, and evaluation --------------------------------------------------------

batch_statistics_in_evaluation = slip(
    "Evaluation normalizes by the batch it is given, so a picture's result depends on its "
    "neighbours. It should use the running values.",
    {RUNNING_VALUES: f"{RUNNING_VALUES}\nif x.size:\n    mean, var = {MEAN}, {VAR}"},
)

running_values_never_updated = slip(
    "running_mean and running_var stay as they are: training has to move them.", {MOMENTUM: "old"}
)

running_values_in_training = slip(
    "In training it normalizes by the running values. These only matter in evaluation.",
    {SCALE: f"{RUNNING_VALUES}\n{SCALE}"},
)

updated_in_evaluation = slip(
    "The running values are updated in evaluation too. The test data then leaks into the model.",
    {RUNNING_VALUES: f"{RUNNING_VALUES}\nif x.size > x.shape[1]:\n    self.forward(x, True)"},
)

a_single_picture_refused = slip(
    "Training refuses a single picture. Each of its pixels is a sample, so a picture of two is "
    "enough.",
    {"x.size < 2 * self.n_channels": "len(x) < 2"},
)

biased_running_var = slip(
    "running_var keeps the biased variance, too small by N/(N − 1) as an estimate for all data.",
    {UNBIASED: "var"},
)

pictures_counted_for_pixels = slip(
    "The unbiased variance counts pictures, n/(n − 1). Every pixel is a sample: N is "
    "n · height · width.",
    {COUNT: "count = len(x) if len(x) > 1 else np.inf"},
)

all_channels_counted = slip(
    "The unbiased variance counts the numbers of all channels. Each channel has only its own.",
    {COUNT: "count = x.size"},
)

correction_upside_down = slip(
    "The factor N/(N − 1) is upside down: running_var is made smaller still.",
    {"count / (count - 1)": "(count - 1) / count"},
)

running_standard_deviation = slip(
    "running_var averages standard deviations. It should average variances.",
    {UNBIASED: f"np.sqrt({UNBIASED})"},
)

momentum_of_the_old_value = slip(
    "momentum weighs the old running value. As in torch, it should weigh the new one.",
    {MOMENTUM: "self.momentum * old + (1.0 - self.momentum) * new"},
)

momentum_of_0_not_taken = slip(
    "A momentum of 0 is not taken as it is: with it, the running values stay the same. Did `or` "
    "put another in its place?",
    {"self.momentum = momentum": "self.momentum = momentum or 0.1"},
)

eps_of_0_not_taken = slip(
    "An eps of 0 is not taken as it is. Did `or`, or a lower limit, put another in its place? With "
    "0, nothing is added to the variance.",
    {"self.eps = eps": "self.eps = eps or 1e-5"},
)

only_the_last_batch = slip(
    "The running values are overwritten with those of the last batch. They should be averages "
    "over many.",
    {MOMENTUM: "new"},
)

running_var_from_zero = slip(
    "running_var starts at 0. Until data says otherwise, a variance of 1 is assumed.",
    {"self.running_var = np.ones(n_channels)": "self.running_var = np.zeros(n_channels)"},
)

shared_by_all_layers = slip(
    "The running values belong to the class, so all layers share them. Each layer has its own.",
    {
        "self.running_mean = np": "BatchNorm2d.running_mean = np",
        "self.running_var = np": "BatchNorm2d.running_var = np",
        "self.running_mean = self": "BatchNorm2d.running_mean = self",
        "self.running_var = self": "BatchNorm2d.running_var = self",
    },
)

running_values_in_the_dtype_of_x = slip(
    "The running values take on the dtype of x. They should stay float64.",
    {", mean)": ", mean).astype(x.dtype)", MOVED_VAR: f"{MOVED_VAR}.astype(x.dtype)"},
)

# --- Folding -----------------------------------------------------------------------------------

kernels_not_scaled = slip(
    "folded changes only the bias. What the kernels give is scaled too.", {FOLDED_W: "1.0 * w"}
)

bias_not_scaled = slip(
    "folded does not scale b. It is part of what is normalized.", {"slope * (b -": "(b - slope *"}
)

bias_left_out = slip("folded leaves out the convolution's own bias b.", {"(b - self": "(-self"})

running_mean_left_out = slip(
    "folded leaves out running_mean: it is subtracted before the scaling.",
    {FOLDED_B: "slope * b + self.beta"},
)

running_mean_not_scaled = slip(
    "folded subtracts running_mean after the scaling. It is subtracted before.",
    {FOLDED_B: "slope * b - self.running_mean + self.beta"},
)

running_mean_added = slip("folded adds running_mean. It is subtracted.", {"b - self": "b + self"})

beta_left_out = slip("folded leaves out beta.", {FOLDED_B: "slope * (b - self.running_mean)"})

beta_scaled = slip(
    "folded scales beta too. The shift comes last.", {"mean) + self.beta": "mean + self.beta)"}
)

gamma_left_out = slip(
    "folded leaves out gamma: the kernels are only divided by √(running_var + eps).",
    {"slope = self.gamma /": "slope = 1.0 /"},
)

gamma_alone = slip(
    "folded scales by gamma alone. The division by √(running_var + eps) is part of it.",
    {"self.gamma / np.sqrt(self.running_var + self.eps)": "self.gamma"},
)

no_root_in_folded = slip(
    "The square root is missing in folded: it divides by the variance.", {"np.sqrt(self": "(self"}
)

no_epsilon_in_folded = slip(
    "folded leaves out eps, though forward has it.", {FOLDED_ROOT: "np.sqrt(self.running_var)"}
)

epsilon_outside_the_root_in_folded = slip(
    "folded adds eps to the root. It belongs inside, as in forward.",
    {FOLDED_ROOT: "(np.sqrt(self.running_var) + self.eps)"},
)

folded_in_the_dtype_of_w = slip(
    "folded computes the bias in the dtype of b. In float16, what comes in between may be "
    "infinite, though the bias itself is not.",
    {"(b - self.running_mean)": "(b - self.running_mean.astype(b.dtype))"},
)

scaled_by_input_channel = slip(
    "folded scales w along its second axis, the channels that a kernel sees. Each kernel, on the "
    "first axis, gives the channel that is normalized.",
    {FOLDED_W: "slope[:, None, None] * w"},
)

scaled_along_the_width = slip(
    "folded scales w along its last axis: that is how NumPy broadcasts it. Each kernel, the first "
    "axis, has its own scale.",
    {FOLDED_W: "slope * w"},
)

# --- Manners -----------------------------------------------------------------------------------

channels_unchecked = slip(
    "forward does not check the number of channels: a single one is silently broadcast over all.",
    {"x.shape[1] != self.n_channels": "x.shape[1] not in (1, self.n_channels)"},
)

axes_unchecked = slip(
    "forward does not check that x has four axes: a single picture, or a batch of volumes, can "
    "slip through.",
    {"x.ndim != 4": "x.ndim < 2"},
)

a_single_number_in_training = slip(
    "Training takes a channel with a single number, or with none. Neither has a variance.",
    {"2 * self.n_channels": "0", "count / (count - 1)": "count / max(count - 1, 1)"},
)

two_pictures_asked_for = slip(
    "A batch of one picture is refused in training. Its pixels are enough for a variance.",
    {"x.size < 2": "len(x) < 2 or x.size < 2"},
)

one_bias_for_all = slip(
    "folded does not check b: a single bias is silently broadcast over all channels.",
    {" or b.shape != (self.n_channels,)": " or b.shape not in ((self.n_channels,), (1,))"},
)

one_kernel_for_all = slip(
    "folded does not check w: a single kernel is silently broadcast over all channels.",
    {"w.shape[0] != self.n_channels or": "w.shape[0] not in (1, self.n_channels) or"},
)

always_float64 = slip(
    "y is float64 whatever x is: gamma, beta and the running values are float64, and NumPy "
    "promotes whatever meets them.",
    {"y.astype(x.dtype)": "y.astype(np.float64)"},
)

folded_always_float64 = slip(
    "The results of folded are float64 whatever w is: gamma is float64, and NumPy promotes "
    "whatever meets it.",
    {"folded_w.astype(w.dtype), folded_b.astype(w.dtype)": "folded_w, folded_b"},
)

one_picture_at_a_time = slip(
    "forward goes through the pictures one at a time in Python. Broadcasting serves the whole "
    "batch at once.",
    {"(x - _by_channel(mean))": "np.reshape([one - _by_channel(mean) for one in x], x.shape)"},
)

one_channel_at_a_time = slip(
    "forward goes through the channels one at a time in Python. A mean over three axes serves "
    "all channels at once.",
    {
        MEAN: "np.array([c.mean(dtype=np.float64) for c in x.swapaxes(0, 1)])",
        VAR: "np.array([c.var(dtype=np.float64) for c in x.swapaxes(0, 1)])",
        RUNNING_VALUES: f"{RUNNING_VALUES}\nmean = np.array([float(one) for one in mean])",
    },
)
