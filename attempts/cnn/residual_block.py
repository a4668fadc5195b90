import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exercises.cnn.conv2d import conv2d
from kata.attempts import right, slip
from solutions.cnn.residual_block import residual_block


@right(residual_block)
def with_convolutions_of_its_own(x, w1, b1, w2, b2, w_skip=None, stride=1):
    def conv(x, w, b):
        if x.shape[1] != w.shape[1] or b.shape != w.shape[:1]:
            raise ValueError("the channels disagree")
        p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = sliding_window_view(p, (3, 3), axis=(2, 3))
        return np.einsum("ncijkl,ockl->noij", windows, w) + b[:, None, None]

    y = conv(x, w1, b1)[:, :, ::stride, ::stride].clip(min=0)
    y = conv(y, w2, b2)
    if w_skip is None:
        skip = x
    elif w_skip.shape[1] != x.shape[1]:
        raise ValueError("the channels of the skip disagree")
    else:
        skip = np.einsum("ncij,oc->noij", x[:, :, ::stride, ::stride], w_skip[..., 0, 0])
    if y.shape != skip.shape:
        raise ValueError("the skip does not fit")
    y = y + skip
    return y * (y > 0)


@right(residual_block)
def with_the_skip_as_a_bias_free_3_by_3(x, w1, b1, w2, b2, w_skip=None, stride=1):
    """A 1 × 1 kernel is a 3 × 3 kernel with a border of zeros."""
    inner = conv2d(x, w1, b1, stride, 1)
    inner[inner < 0] = 0
    y = conv2d(inner, w2, b2, 1, 1)
    if w_skip is None:
        if np.shape(x) != np.shape(y):
            raise ValueError("x does not fit")
        y = y + x
    else:
        framed = np.pad(w_skip, ((0, 0), (0, 0), (1, 1), (1, 1)))
        skip = conv2d(x, framed, np.zeros_like(b2), stride, 1)
        if skip.shape[1] != y.shape[1]:
            raise ValueError("the skip does not fit")
        y = y + skip
    return np.where(y > 0, y, y.dtype.type(0))


no_skip = slip(
    "x is not added: these are two convolutions without a skip.", {"added + skip": "added"}
)

no_last_relu = slip(
    "The ReLU after the sum is missing.", {"np.maximum(added + skip, 0)": "added + skip"}
)

relu_before_the_sum = slip(
    "The last ReLU comes before the sum. It should come after: the second convolution may also "
    "take away from x.",
    {"np.maximum(added + skip, 0)": "np.maximum(added, 0) + skip"},
)

relu_before_and_after_the_sum = slip(
    "There is a ReLU before the sum too, so the block can only add to x, never take away.",
    {"np.maximum(added + skip, 0)": "np.maximum(np.maximum(added, 0) + skip, 0)"},
)

relu_on_the_skip = slip(
    "The skip goes through a ReLU of its own. It should carry x on as it is.",
    {"added + skip": "added + np.maximum(skip, 0)"},
)

no_relu_between = slip(
    "The ReLU between the two convolutions is missing: without it, the two are one linear map.",
    {"np.maximum(conv2d(x, w1, b1, stride, padding=1), 0)": "conv2d(x, w1, b1, stride, padding=1)"},
)

relu_first = slip(
    "A ReLU comes before each convolution, and none after the sum: that is the later, "
    "pre-activation order.",
    {
        "conv2d(x, w1, b1": "conv2d(np.maximum(x, 0), w1, b1",
        "np.maximum(added + skip, 0)": "added + skip",
    },
)

relu_of_x = slip(
    "The first convolution gets a ReLU of x. It gets x itself.",
    {"conv2d(x, w1, b1": "conv2d(np.maximum(x, 0), w1, b1"},
)

skip_after_the_first_convolution = slip(
    "The skip is added between the two convolutions. It goes around both.",
    {
        "added = conv2d(inner, w2, b2, padding=1)": "added = inner",
        "np.maximum(added + skip, 0)": "np.maximum(conv2d(added + skip, w2, b2, padding=1), 0)",
    },
)

skip_from_the_inside = slip(
    "What is added is the first convolution's result. The skip starts at x.",
    {"np.maximum(added + skip, 0)": "np.maximum(added + inner, 0)"},
)

skip_multiplied = slip(
    "The skip is multiplied, as a gate. It should be added.", {"added + skip": "added * skip"}
)

mean_of_the_two = slip(
    "The two summands are averaged. They should be added.",
    {"np.maximum(added + skip, 0)": "np.maximum(added + skip, 0) / 2"},
)

skip_subtracted = slip(
    "The skip is subtracted. It should be added.", {"added + skip": "added - skip"}
)

w_skip_only_where_needed = slip(
    "`w_skip` is only used where the shapes differ. Where it is given, it should be used.",
    {"if w_skip is not None:": "if w_skip is not None and x.shape != added.shape:"},
)

w_skip_only_with_a_stride = slip(
    "`w_skip` is not used where the stride is 1. Where it is given, it should be used.",
    {"if w_skip is not None:": "if w_skip is not None and stride != 1:"},
)

w_skip_of_zeros_not_taken = slip(
    "A `w_skip` of zeros is taken for none, and x is added. It is given, so the skip is zeros.",
    {"if w_skip is not None:": "if np.any(w_skip):"},
)

stride_without_w_skip_refused = slip(
    "A stride is refused where there is no `w_skip`. Only the shapes should decide: pictures of "
    "one pixel keep their size.",
    {
        "skip = x\n": (
            "skip = x\n"
            "if w_skip is None and stride != 1:\n"
            '    raise ValueError("a stride needs w_skip")\n'
        )
    },
)

w_skip_beside_x = slip(
    "Where the shapes allow it, x is added as well as its convolution with `w_skip`. That one "
    "takes x's place.",
    {
        "skip = conv2d(x, w_skip, no_bias, stride)": (
            "skip = conv2d(x, w_skip, no_bias, stride)\n"
            "skip = skip + x if skip.shape == x.shape else skip"
        )
    },
)

w_skip_transposed = slip(
    "`w_skip` is transposed: its first axis is for the output channels, its second for x's.",
    {
        "conv2d(x, w_skip, no_bias": (
            "conv2d(x, w_skip.reshape(w_skip.shape[1], -1).T[:, :, None, None], no_bias"
        )
    },
)

bias_in_the_skip = slip(
    "b2 is added twice: the skip has no bias.", {"no_bias, stride)": "b2, stride)"}
)

relu_after_the_skips_convolution = slip(
    "A ReLU follows the skip's convolution. It is linear: what it gives is added as it is.",
    {
        "skip = conv2d(x, w_skip, no_bias, stride)": (
            "skip = np.maximum(conv2d(x, w_skip, no_bias, stride), 0)"
        )
    },
)

x_strided_without_w_skip = slip(
    "Without `w_skip`, every stride-th pixel of x is added. The skip is x itself, and where it "
    "does not fit, that is an error.",
    {"skip = x\n": "skip = x[:, :, ::stride, ::stride]\n"},
)

stride_in_the_second_convolution = slip(
    "The second convolution has the stride, and the first has none. The numbers in between are "
    "then others, and the work is more.",
    {
        "conv2d(x, w1, b1, stride, padding=1)": "conv2d(x, w1, b1, padding=1)",
        "conv2d(inner, w2, b2, padding=1)": "conv2d(inner, w2, b2, stride, padding=1)",
    },
)

stride_ignored = slip(
    "The argument `stride` is not used.",
    {
        "conv2d(x, w1, b1, stride, padding=1)": "conv2d(x, w1, b1, padding=1)",
        "no_bias, stride)": "no_bias)",
    },
)

stride_in_both_convolutions = slip(
    "Both convolutions have the stride, so the second makes the pictures smaller again, and the "
    "skip no longer fits.",
    {"conv2d(inner, w2, b2, padding=1)": "conv2d(inner, w2, b2, stride, padding=1)"},
)

skip_by_means = slip(
    "The skip's convolution sees means of stride × stride pixels. With a stride, a convolution "
    "sees every stride-th pixel and leaves the others out.",
    {
        "skip = conv2d(x, w_skip, no_bias, stride)": (
            "n, c, height, width = x.shape\n"
            "p = np.pad(x, ((0, 0), (0, 0), (0, -height % stride), (0, -width % stride)))\n"
            "p = p.reshape(n, c, p.shape[2] // stride, stride, p.shape[3] // stride, stride)\n"
            "skip = conv2d(p.mean(axis=(3, 5)), w_skip, no_bias)"
        )
    },
)

no_first_bias = slip("b1 is not added.", {"conv2d(x, w1, b1,": "conv2d(x, w1, 0 * b1,"})

no_second_bias = slip("b2 is not added.", {"conv2d(inner, w2, b2,": "conv2d(inner, w2, 0 * b2,"})

biases_swapped = slip(
    "b1 and b2 are swapped.",
    {"w1, b1, stride": "w1, b2, stride", "conv2d(inner, w2, b2,": "conv2d(inner, w2, b1,"},
)

second_bias_after_the_sum = slip(
    "b2 is added after the last ReLU. It belongs to the second convolution.",
    {
        "conv2d(inner, w2, b2,": "conv2d(inner, w2, 0 * b2,",
        "np.maximum(added + skip, 0)": "np.maximum(added + skip, 0) + b2[:, None, None]",
    },
)

padded_with_the_border = slip(
    "The frame around x repeats its border. It should be of zeros.",
    {
        "conv2d(x, w1, b1, stride, padding=1)": (
            'conv2d(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge"), w1, b1, stride)'
        )
    },
)

one_channel_for_all = slip(
    "The shapes of the two summands are not compared: NumPy broadcasts a single channel over all.",
    {"if skip.shape != added.shape:": "if False:"},
)
