import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kata.attempts import right, slip
from solutions.cnn.conv2d_backward import conv2d_backward


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def check(grad_y, x, w, b, stride, padding):
    if x.shape[1] != w.shape[1] or len(w) != len(b):
        raise ValueError("the channels do not fit")
    sizes = []
    for size, k, s, p in zip(x.shape[2:], w.shape[2:], stride, padding, strict=True):
        if k > size + 2 * p:
            raise ValueError("the kernel does not fit")
        sizes.append((size + 2 * p - k) // s + 1)
    if grad_y.shape != (len(x), len(w), *sizes):
        raise ValueError("grad_y does not fit")


@right(conv2d_backward)
def with_unfolded_pictures(grad_y, x, w, b, stride=1, padding=0):
    (sh, sw), (ph, pw) = stride, padding = pair(stride), pair(padding)
    check(grad_y, x, w, b, stride, padding)
    (n, c_in, height, width), (c_out, _, kh, kw) = x.shape, w.shape
    rows, columns = grad_y.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    unfolded = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c_in * kh * kw, rows * columns)
    flat = grad_y.reshape(n, c_out, rows * columns)
    grad_w = (flat @ unfolded.transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
    back = (w.reshape(c_out, c_in * kh * kw).T @ flat).reshape(n, c_in, kh, kw, rows, columns)
    grad = np.zeros(p.shape, x.dtype)
    for k in range(kh):
        for m in range(kw):
            grad[:, :, k : k + sh * rows : sh, m : m + sw * columns : sw] += back[:, :, k, m]
    grad_x = np.array(grad[:, :, ph : ph + height, pw : pw + width])
    return grad_x, grad_w, flat.sum(axis=(0, 2))


@right(conv2d_backward)
def as_a_convolution_with_flipped_kernels(grad_y, x, w, b, stride=1, padding=0):
    (sh, sw), (ph, pw) = stride, padding = pair(stride), pair(padding)
    check(grad_y, x, w, b, stride, padding)
    (n, _, height, width), (c_out, _, kh, kw) = x.shape, w.shape
    high, wide = height + 2 * ph, width + 2 * pw
    # Zeros between the entries and around them: then every pixel has a window of its own.
    spread = np.zeros((n, c_out, high + kh - 1, wide + kw - 1), x.dtype)
    spread[:, :, kh - 1 : high : sh, kw - 1 : wide : sw] = grad_y
    windows = sliding_window_view(spread, (kh, kw), axis=(2, 3))
    flipped = w[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijkl,ockl->ncij", windows, flipped, optimize=True)
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    seen = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    grad_w = np.einsum("noij,ncijkl->ockl", grad_y, seen, optimize=True)
    grad_x = grad_x[:, :, ph : ph + height, pw : pw + width]
    return grad_x.copy(), grad_w.copy(), np.einsum("noij->o", grad_y)


# --- For the pictures ------------------------------------------------------------------------

flipped_for_the_pictures = slip(
    "The pictures' gradient meets the kernel flipped. Each entry of grad_y goes back through the "
    "very weights that its window has met.",
    {"w[:, :, down, along].T": "w[:, :, kh - 1 - down, kw - 1 - along].T"},
)

overlaps_overwritten = slip(
    "Where windows overlap, the pictures' gradient keeps one of the contributions. They add up.",
    {"grad_p[place] += (": "grad_p[place] = ("},
)

overlaps_averaged = slip(
    "Where windows overlap, the pictures' gradient averages the contributions. They add up.",
    {
        "grad_p, grad_w =": "counts = np.zeros((1, 1, *p.shape[2:]), x.dtype)\ngrad_p, grad_w =",
        "grad_p[place] += (": "counts[place] += 1\ngrad_p[place] += (",
        "grad_x = grad_p": "grad_p /= np.maximum(counts, 1)\ngrad_x = grad_p",
    },
)

stride_forgotten_for_the_pictures = slip(
    "The pictures' gradient is put side by side, as if the stride were 1. Windows begin a stride "
    "apart.",
    {"grad_p[place] += (": ("grad_p[:, :, down : down + rows, along : along + columns] += (")},
)

kernel_meets_the_wrong_channels = slip(
    "The axes of the kernel are mixed up: its output channels are read as input channels. What "
    "sizes allow, its numbers don't.",
    {"w[:, :, down, along].T": ("w[:, :, down, along].reshape(c_in, c_out)")},
)

first_output_channel_only = slip(
    "The pictures' gradient comes through the first output channel only. Every output channel has "
    "seen the picture, so it is a sum over all.",
    {"w[:, :, down, along].T @ grads)": "w[:1, :, down, along].T @ grads[:, :1])"},
)

averaged_over_the_kernel = slip(
    "The pictures' gradient is divided by the size of the kernel. Nothing was averaged on the way "
    "forward.",
    {"w[:, :, down, along].T @ grads)": "w[:, :, down, along].T @ grads / (kh * kw))"},
)

frame_not_cut_off = slip(
    "The pictures' gradient still has its frame. It has the shape of x.",
    {"grad_p[:, :, ph : ph + height, pw : pw + width].copy()": "grad_p"},
)

frame_cut_off_at_the_end = slip(
    "The frame of the pictures' gradient is cut off below and on the right only.",
    {"ph : ph + height, pw : pw + width": ":height, :width"},
)

frame_cut_by_negative_indices = slip(
    "Without padding nothing of the pictures' gradient is left: a slice `0:-0` is empty.",
    {"ph : ph + height, pw : pw + width": "ph:-ph, pw:-pw"},
)

padding_swapped_in_the_cut = slip(
    "The padding's pair is swapped where the frame is cut off the pictures' gradient.",
    {"ph : ph + height, pw : pw + width": "pw : pw + height, ph : ph + width"},
)

# --- For the kernels -------------------------------------------------------------------------

flipped_for_the_kernels = slip(
    "The kernels' gradient comes out flipped: its first entry belongs to the first pixel of each "
    "window.",
    {"grad_w[:, :, down, along] =": "grad_w[:, :, kh - 1 - down, kw - 1 - along] ="},
)

mean_over_the_pictures = slip(
    "The kernels' gradient is averaged over the pictures. It is their sum; if the loss is a mean, "
    "grad_y has that in it already.",
    {".sum(axis=0)": ".sum(axis=0) / max(n, 1)"},
)

mean_over_the_positions = slip(
    "The kernels' gradient is averaged over the positions. All positions share the kernel, so it "
    "is a sum.",
    {".sum(axis=0)": ".sum(axis=0) / (rows * columns)"},
)

first_picture_only = slip(
    "The kernels' gradient comes from the first picture only. All of them have used the kernels.",
    {".sum(axis=0)": "[:1].sum(axis=0)"},
)

last_picture_only = slip(
    "The kernels' gradient comes from the last picture only: each overwrites the ones before.",
    {".sum(axis=0)": "[-1:].sum(axis=0)"},
)

stride_forgotten_for_the_kernels = slip(
    "The kernels' gradient is taken from windows side by side, as if the stride were 1.",
    {"p[place].reshape(": "p[:, :, down : down + rows, along : along + columns].reshape("},
)

padding_forgotten_for_the_kernels = slip(
    "The kernels' gradient is taken from pictures whose padding is all at the end. Half of it is "
    "above and on the left.",
    {
        "p[place].reshape(": (
            "np.pad(x, ((0, 0), (0, 0), (0, 2 * ph), (0, 2 * pw)))[place].reshape("
        )
    },
)

channels_of_the_kernels_swapped = slip(
    "The kernels' gradient has its channels mixed up: numbers for (c_in, c_out) are read as "
    "(c_out, c_in).",
    {
        "(grads @ seen.swapaxes(1, 2)).sum(axis=0)": (
            "(seen @ grads.swapaxes(1, 2)).sum(axis=0).reshape(c_out, c_in)"
        )
    },
)

one_gradient_for_all_kernels = slip(
    "All output channels get the same gradient for their kernels. Each has its own entries in "
    "grad_y.",
    {"(grads @ seen": "(grads.sum(axis=1, keepdims=True) @ seen"},
)

one_gradient_for_all_input_channels = slip(
    "A kernel's slices all get the same gradient, from the sum of the input channels. Each slice "
    "has met its own channel.",
    {"seen.swapaxes(1, 2)": "seen.sum(axis=1, keepdims=True).swapaxes(1, 2)"},
)

pictures_and_kernels_swapped = slip(
    "The kernels' gradient is made of kernels, not of pictures. The derivative of a product is the "
    "other factor.",
    {
        "(grads @ seen.swapaxes(1, 2)).sum(axis=0)": (
            "grads.sum(axis=(0, 2))[:, None] * w[:, :, down, along]"
        )
    },
)

# --- For the biases --------------------------------------------------------------------------

bias_over_the_pictures_only = slip(
    "The biases' gradient is not a sum over everything but the output channel: each bias was added "
    "at every position of every picture.",
    {"grad_y.sum(axis=(0, 2, 3))": "grad_y[:, :, 0, 0].sum(axis=0)"},
)

bias_of_the_first_picture_only = slip(
    "The biases' gradient comes from the first picture only.",
    {"grad_y.sum(axis=(0, 2, 3))": "grad_y[:1].sum(axis=(0, 2, 3))"},
)

bias_averaged_over_the_positions = slip(
    "The biases' gradient is averaged over the positions. It is a sum.",
    {"grad_y.sum(axis=(0, 2, 3))": "grad_y.mean(axis=(2, 3)).sum(axis=0)"},
)

bias_averaged_over_the_pictures = slip(
    "The biases' gradient is averaged over the pictures. It is a sum.",
    {"grad_y.sum(axis=(0, 2, 3))": "grad_y.sum(axis=(0, 2, 3)) / max(n, 1)"},
)

bias_times_b = slip(
    "The biases' gradient is multiplied by b. b is added, so its derivative is 1, whatever it is.",
    {"grad_y.sum(axis=(0, 2, 3))": "grad_y.sum(axis=(0, 2, 3)) * b"},
)

# --- Settings and checks ---------------------------------------------------------------------

both_averaged_over_the_pictures = slip(
    "The kernels' and the biases' gradients are averaged over the pictures. They are sums; if the "
    "loss is a mean, grad_y has that in it already.",
    {
        "(grads @ seen.swapaxes(1, 2)).sum(axis=0)": (
            "(grads @ seen.swapaxes(1, 2)).sum(axis=0) / max(n, 1)"
        ),
        "grad_y.sum(axis=(0, 2, 3))": "grad_y.sum(axis=(0, 2, 3)) / max(n, 1)",
    },
)

order_of_the_results = slip(
    "The gradients come in another order: x, w, b, as the arguments of the forward pass do.",
    {"return grad_x, grad_w, grad": "return grad_w, grad_x, grad"},
)

stride_swapped = slip(
    "The stride's pair is not used as it is: the height's comes first, then the width's.",
    {"(sh, sw), (ph, pw) =": "(sw, sh), (ph, pw) ="},
)

padding_swapped = slip(
    "The padding's pair is swapped: the height's comes first.",
    {"(sh, sw), (ph, pw) =": "(sh, sw), (pw, ph) ="},
)

remainder_refused = slip(
    "A stride that leaves pixels over is refused. They have a gradient of 0.",
    {
        "rows, columns = (height": (
            "if (height + 2 * ph - kh) % sh or (width + 2 * pw - kw) % sw:\n"
            '    raise ValueError("pixels are left over")\n'
            "rows, columns = (height"
        )
    },
)

remainder_at_the_start = slip(
    "The windows are counted from the end of the picture: pixels that the stride leaves over are "
    "at the end, not at the start.",
    {
        "place = np.s_[": "first = (p.shape[2] - kh) % sh, (p.shape[3] - kw) % sw\n"
        "down, along = down + first[0], along + first[1]\n"
        "place = np.s_[",
        "grad_w[:, :, down, along]": "grad_w[:, :, down - first[0], along - first[1]]",
        "w[:, :, down, along].T": "w[:, :, down - first[0], along - first[1]].T",
    },
)

gradient_unchecked = slip(
    "A grad_y that does not have the shape of y is not refused, or refused only where NumPy "
    "happens to fail.",
    {
        "if grad_y.shape != (n, c_out, rows, columns):": (
            "grad_y = np.resize(grad_y, (n, c_out, rows, columns))\nif False:"
        )
    },
)

biases_unchecked = slip(
    "The length of b is not compared with the number of kernels: a b that fits no forward pass is "
    "accepted.",
    {" or b.shape != (c_out,)": ""},
)

only_the_size_of_the_gradient_checked = slip(
    "The shape of grad_y is not compared with that of y, at most the number of entries is.",
    {"grad_y.shape != (n, c_out, rows, columns)": "grad_y.size != n * c_out * rows * columns"},
)

kernel_too_large = slip(
    "A kernel larger than the padded picture gives an empty y, and gradients of zeros. It should "
    "raise a ValueError.",
    {
        "if kh > height + 2 * ph or kw > width + 2 * pw:": (
            "if kh > height + 2 * ph or kw > width + 2 * pw:\n"
            "    return np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)\n"
            "if False:"
        )
    },
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"kh > height + 2 * ph or kw > width + 2 * pw": "kh > height or kw > width"},
)

# --- Speed -----------------------------------------------------------------------------------

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. All of them use the same kernels: one "
    "product can do the whole batch.",
    {
        "grad_p[place] += (w[:, :, down, along].T @ grads)": (
            "grad_p[place] += np.array([w[:, :, down, along].T @ one for one in grads])"
        )
    },
)

one_position_at_a_time = slip(
    "It goes through the positions one at a time in Python. A kernel has few places, a picture "
    "many positions: which loop is the shorter one?",
    {
        "grad_p[place] += (": (
            "for i, j in np.ndindex(rows, columns):\n"
            "    pixel = w[:, :, down, along].T @ grad_y[:, :, i, j].T\n"
            "    grad_p[:, :, i * sh + down, j * sw + along] += pixel.T\n"
            "_ = ("
        )
    },
)
