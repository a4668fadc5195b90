import numpy as np

from kata.attempts import right, slip
from solutions.cnn.feature_maps import edges, feature_maps


@right(feature_maps)
def tap_by_tap(picture, kernels):
    k, kh, kw = kernels.shape
    if not (kh % 2 and kw % 2):
        raise ValueError("the kernels have no middle")
    height, width = picture.shape
    rows = np.clip(np.arange(height + kh - 1) - kh // 2, 0, height - 1)
    columns = np.clip(np.arange(width + kw - 1) - kw // 2, 0, width - 1)
    p = picture[rows][:, columns].astype(kernels.dtype)
    maps = np.zeros((k, height, width), kernels.dtype)
    for i in range(kh):
        for j in range(kw):
            maps += kernels[:, i, j, None, None] * p[i : i + height, j : j + width]
    return maps


@right(feature_maps)
def as_one_matrix_product(picture, kernels):
    k, kh, kw = kernels.shape
    if (kh * kw) % 2 != 1:
        raise ValueError("the kernels have no middle")
    height, width = picture.shape
    p = np.pad(picture, [(kh // 2,) * 2, (kw // 2,) * 2], mode="edge").astype(kernels.dtype)
    taps = [p[i : i + height, j : j + width].ravel() for i in range(kh) for j in range(kw)]
    return (kernels.reshape(k, kh * kw) @ np.array(taps)).reshape(k, height, width)


@right(edges)
def smoothed_and_subtracted(picture):
    """Sobel's kernels are products: a difference along one axis, a blur along the other."""
    p = np.pad(np.asarray(picture, dtype=np.float64), 1, mode="edge")
    down = p[:-2] + 2 * p[1:-1] + p[2:]
    across = p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
    gx, gy = down[:, 2:] - down[:, :-2], across[2:] - across[:-2]
    return np.array([gx, gy, (gx * gx + gy * gy) ** 0.5])


# --- feature_maps ------------------------------------------------------------------------------

flipped_kernels = slip(
    "The kernels are flipped, as in a textbook's convolution. They should slide as they are, so "
    "an edge keeps its sign.",
    {"np.tensordot(kernels, windows": "np.tensordot(kernels[:, ::-1, ::-1], windows"},
)

kernels_transposed = slip(
    "Each window is read column by column, but the kernel row by row.",
    {"axes=((1, 2), (2, 3))": "axes=((1, 2), (3, 2)) if kh == kw else ((1, 2), (2, 3))"},
)

border_of_zeros = slip(
    "The frame is of zeros: a bright picture then has strong edges all along its border. The frame "
    "should repeat the border.",
    {', mode="edge")': ")"},
)

border_reflected = slip(
    "The frame mirrors the picture without its border (`reflect`). It should repeat the border.",
    {'mode="edge"': 'mode="reflect" if min(picture.shape) > max(kh, kw) // 2 else "edge"'},
)

border_mirrored = slip(
    "The frame mirrors the picture with its border (`symmetric`). In a frame of two or more pixels "
    "that is no longer the border alone.",
    {'mode="edge"': 'mode="symmetric"'},
)

border_wrapped = slip(
    "The frame shows the opposite side of the picture. It should repeat the nearest border.",
    {'mode="edge"': 'mode="wrap"'},
)

border_of_the_mean = slip(
    "The frame has the picture's mean shade. It should repeat the border.",
    {'mode="edge"': 'mode="mean"'},
)

smaller_maps = slip(
    "There is no frame, so the maps are smaller than the picture.",
    {
        'np.pad(numbers, ((kh // 2, kh // 2), (kw // 2, kw // 2)), mode="edge")': (
            "numbers\nif kh > p.shape[0] or kw > p.shape[1]:\n"
            "    return np.zeros((len(kernels), 0, 0), kernels.dtype)"
        )
    },
)

border_left_at_zero = slip(
    "Where a kernel would reach over the border, the map stays 0. The frame gives it something "
    "to see there.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "maps = np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))\n"
            "inside = np.zeros(picture.shape, dtype=bool)\n"
            "high, wide = picture.shape\n"
            "inside[kh // 2 : max(high - kh // 2, 0), kw // 2 : max(wide - kw // 2, 0)] = True\n"
            "return np.where(inside, maps, kernels.dtype.type(0))"
        )
    },
)

frame_after_only = slip(
    "All of the frame is below and on the right, so the maps are shifted. Half of it belongs above "
    "and on the left.",
    {"((kh // 2, kh // 2), (kw // 2, kw // 2))": "((0, kh - 1), (0, kw - 1))"},
)

frame_before_only = slip(
    "All of the frame is above and on the left, so the maps are shifted. Half of it belongs below "
    "and on the right.",
    {"((kh // 2, kh // 2), (kw // 2, kw // 2))": "((kh - 1, 0), (kw - 1, 0))"},
)

frame_swapped = slip(
    "The height and the width of the frame are swapped, so the maps have another size than the "
    "picture.",
    {"((kh // 2, kh // 2), (kw // 2, kw // 2))": "((kw // 2, kw // 2), (kh // 2, kh // 2))"},
)

arithmetic_in_the_dtype_of_the_picture = slip(
    "The kernels are converted to the picture's dtype. In uint8 there are neither negative numbers "
    "nor fractions.",
    {
        "numbers = picture.astype(kernels.dtype)": (
            "numbers, kernels = picture, np.trunc(kernels).astype(np.int64).astype(picture.dtype)"
        ),
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3))).astype(float)"
        ),
    },
)

integers_of_16_bits = slip(
    "Integers are converted to 16 bits with a sign first, where 50,000 becomes negative.",
    {
        "picture.astype(kernels.dtype)": (
            'picture.astype(np.int16 if picture.dtype.kind in "iu" else picture.dtype)'
            ".astype(kernels.dtype)"
        )
    },
)

integers_of_32_bits = slip(
    "Integers are converted to 32 bits first, which do not hold the largest ones.",
    {
        "picture.astype(kernels.dtype)": (
            'picture.astype(np.int32 if picture.dtype.kind in "iu" else picture.dtype)'
            ".astype(kernels.dtype)"
        )
    },
)

picture_cut_to_shades = slip(
    "The picture is cut to 0 … 255 first. Its numbers should be taken as they are, negative and "
    "larger ones too.",
    {"picture.astype(kernels.dtype)": "np.clip(picture, 0, 255).astype(kernels.dtype)"},
)

cut_to_shades = slip(
    "The maps are cut to 0 … 255, as if they were pictures. What is negative is lost.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3))).clip(0, 255)"
        )
    },
)

negative_numbers_cut = slip(
    "Negative numbers have become 0. That would be the next layer's ReLU.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3))).clip(min=0)"
        )
    },
)

without_signs = slip(
    "The maps have lost their signs. A map tells dark-to-bright from bright-to-dark by them.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.abs(np.tensordot(kernels, windows, axes=((1, 2), (2, 3))))"
        )
    },
)

shades_scaled = slip(
    "The shades are divided by 255. They should be taken as they are.",
    {"picture.astype(kernels.dtype)": "picture.astype(kernels.dtype) / kernels.dtype.type(255)"},
)

means_of_the_products = slip(
    "The products in a window are averaged. They should be summed.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3))) / (kh * kw)"
        )
    },
)

kernels_with_their_mean_removed = slip(
    "The mean of each kernel is subtracted from it first. Kernels should be taken as they are.",
    {
        "np.tensordot(kernels, windows": (
            "np.tensordot(kernels - kernels.mean(axis=(1, 2), keepdims=True), windows"
        )
    },
)

maps_last = slip(
    "The kernels' axis comes last in the result. It belongs first.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "return np.tensordot(windows, kernels, axes=((2, 3), (1, 2)))"
        )
    },
)

maps_in_float64 = slip(
    "The maps are always float64. They should have the kernels' dtype.",
    {"picture.astype(kernels.dtype)": "picture.astype(np.float64)"},
)

even_kernels_taken = slip(
    "Kernels with an even side are not refused: they have no middle, so the maps have another size "
    "than the picture.",
    {"if kh % 2 == 0 or kw % 2 == 0:": "if False:"},
)

one_kernel_at_a_time = slip(
    "feature_maps goes through the kernels one at a time in Python. A sum over two axes serves all "
    "kernels at once.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "maps = np.zeros((len(kernels), *picture.shape), kernels.dtype)\n"
            "for one, kernel in zip(maps, kernels, strict=True):\n"
            "    one[...] = np.tensordot(windows, kernel)\n"
            "return maps"
        )
    },
)

one_row_at_a_time = slip(
    "feature_maps goes through the rows one at a time in Python. The windows of all rows can be "
    "seen at once.",
    {
        "return np.tensordot(kernels, windows, axes=((1, 2), (2, 3)))": (
            "rows = [np.tensordot(kernels, row, axes=((1, 2), (1, 2))) for row in windows]\n"
            "return np.stack(rows, axis=1)"
        )
    },
)

# --- edges -------------------------------------------------------------------------------------

directions_swapped = slip(
    "gx and gy are swapped: gx answers to changes along a row, gy to changes along a column.",
    {"gx, gy = feature_maps": "gy, gx = feature_maps"},
)

signs_turned = slip(
    "gx and gy have the wrong sign: they should be positive where it gets brighter to the right "
    "and downwards.",
    {"np.stack([to_the_right, to_the_right.T])": "-np.stack([to_the_right, to_the_right.T])"},
)

gy_turned_upwards = slip(
    "gy has the wrong sign: it should be positive where it gets brighter downwards.",
    {"to_the_right.T": "-to_the_right.T"},
)

sum_of_the_sizes = slip(
    "The strength is |gx| + |gy|, which is larger for slanted edges. It should be the length of "
    "(gx, gy).",
    {"np.hypot(gx, gy)": "np.abs(gx) + np.abs(gy)"},
)

larger_of_the_two = slip(
    "The strength is the larger of |gx| and |gy|. It should be the length of (gx, gy).",
    {"np.hypot(gx, gy)": "np.maximum(np.abs(gx), np.abs(gy))"},
)

strength_squared = slip(
    "The square root is missing in the strength.", {"np.hypot(gx, gy)": "gx**2 + gy**2"}
)

plain_sum = slip(
    "The strength is gx + gy, where edges of opposite signs cancel. It should be the length of "
    "(gx, gy).",
    {"np.hypot(gx, gy)": "gx + gy"},
)

direction_for_strength = slip(
    "The third map is the direction of the edge. It should be its strength.",
    {"np.hypot(gx, gy)": "np.arctan2(gy, gx)"},
)

strength_cut_at_255 = slip(
    "The strength is cut at 255, as if it were a shade.",
    {"np.hypot(gx, gy)": "np.minimum(np.hypot(gx, gy), 255)"},
)

all_weights_alike = slip(
    "The middle row of the kernel weighs as much as its neighbours (Prewitt's kernel). In Sobel's "
    "it counts double.",
    {"[-2.0, 0.0, 2.0]": "[-1.0, 0.0, 1.0]"},
)

divided_by_8 = slip(
    "The kernels are divided by 8. They should be taken as they are written.",
    {"np.stack([to_the_right, to_the_right.T])": "np.stack([to_the_right, to_the_right.T]) / 8"},
)

without_smoothing = slip(
    "These are plain differences of the two neighbours. Sobel's kernels also sum over three rows.",
    {
        "np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])": (
            "np.array([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])"
        )
    },
)

edges_in_the_dtype_of_the_picture = slip(
    "edges gives the dtype of the picture. A gradient can be negative or above 255, and the result "
    "should be float64.",
    {"np.hypot(gx, gy)])": "np.hypot(gx, gy)]).astype(picture.dtype)"},
)
