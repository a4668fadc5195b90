import math
from itertools import accumulate
from operator import mul

from kata.attempts import right, slip
from solutions.cnn.output_size import output_size, receptive_field


def check(*settings):
    if min(settings) < 1:
        raise ValueError("a setting is below 1")


@right(output_size)
def as_the_length_of_a_range(size, kernel, stride=1, padding=0, dilation=1):
    check(kernel, stride, dilation, size + 1, padding + 1)
    starts = range(0, size + 2 * padding - dilation * (kernel - 1), stride)
    if starts.stop <= 0:
        raise ValueError("the kernel does not fit")
    return (starts.stop - 1) // stride + 1


@right(output_size)
def as_torch_writes_it(size, kernel, stride=1, padding=0, dilation=1):
    check(kernel, stride, dilation, size + 1, padding + 1)
    left = size + 2 * padding - dilation * (kernel - 1) - 1
    if left < 0:
        raise ValueError("the kernel does not fit")
    return left // stride + 1


@right(receptive_field)
def backwards_from_one_output(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in reversed(list(layers)):
        check(kernel, stride, dilation)
        field = (field - 1) * stride + dilation * (kernel - 1) + 1
        jump *= stride
    return field, jump


@right(receptive_field)
def as_a_sum_over_products(layers):
    for layer in layers:
        check(*layer)
    jumps = list(accumulate((stride for _, stride, _ in layers), mul, initial=1))
    added = [(k - 1) * d * jump for (k, _, d), jump in zip(layers, jumps, strict=False)]
    return 1 + sum(added), math.prod(stride for _, stride, _ in layers)


# --- The size --------------------------------------------------------------------------------

rounded_up = slip(
    "The division is rounded up: the last window would reach beyond the padded picture.",
    {"(padded - span) // stride": "-(-(padded - span) // stride)"},
)

rounded_to_nearest = slip(
    "The division is rounded to the nearest integer. A window that fits only in part is no "
    "position.",
    {"(padded - span) // stride": "(2 * (padded - span) + stride) // (2 * stride)"},
)

one_inside_the_division = slip(
    "The 1 is added before the division. With a stride above 1, that loses a position or two.",
    {"(padded - span) // stride + 1": "(padded - span + 1) // stride"},
)

one_missing = slip(
    "The 1 is missing: a kernel as wide as the picture still has one position, not none.",
    {"// stride + 1": "// stride"},
)

padding_on_one_side = slip(
    "The padding is counted once. It is added on both sides.",
    {"size + 2 * padding": "size + padding"},
)

padding_ignored = slip(
    "The padding does not count. It makes the picture larger on both sides.",
    {"size + 2 * padding": "size"},
)

dilation_times_kernel = slip(
    "The span is taken as dilation · kernel. There are gaps only between taps, one fewer than "
    "there are taps.",
    {"dilation * (kernel - 1) + 1": "dilation * kernel"},
)

dilation_ignored = slip(
    "The dilation does not count: a kernel that is spread out covers more, and fits in fewer "
    "places.",
    {"dilation * (kernel - 1) + 1": "kernel"},
)

dilation_as_added_gaps = slip(
    "A dilation of d is taken for d pixels left out between taps. It is the distance from tap to "
    "tap, which leaves out d − 1.",
    {"dilation * (kernel - 1) + 1": "(dilation + 1) * (kernel - 1) + 1"},
)

span_one_short = slip(
    "The span is one pixel short: it reaches from the first tap to the last, both included.",
    {"dilation * (kernel - 1) + 1": "dilation * (kernel - 1)"},
)

stride_ignored = slip(
    "The stride does not count: only every stride-th place is a position.",
    {"(padded - span) // stride + 1": "padded - span + 1"},
)

only_whole_windows_side_by_side = slip(
    "The kernels are laid side by side, as if the stride were the kernel's span. They may overlap "
    "or leave gaps.",
    {"(padded - span) // stride + 1": "padded // span"},
)

through_floats = slip(
    "The division goes through a float, which has 53 bits only: huge numbers lose their last "
    "digits.",
    {"(padded - span) // stride": "int((padded - span) / stride)"},
)

sizes_below_one = slip(
    "A kernel that does not fit gives a size, of 0 or less. It should raise a ValueError.",
    {
        'raise ValueError(f"the kernel spans {span} pixels, but the padded size is {padded}")': (
            "pass"
        )
    },
)

compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"span > padded": "span > size"},
)

compared_without_the_dilation = slip(
    "The bare kernel is compared with the padded size. Spread out by its dilation, it may not fit.",
    {"span > padded": "kernel > padded"},
)

an_exact_fit_refused = slip(
    "A kernel that covers all of the padded picture is refused. It has one position.",
    {"span > padded": "span >= padded"},
)

remainder_refused = slip(
    "A stride that leaves a remainder is refused. The pixels that no window reaches are left out.",
    {
        "return (padded - span) // stride + 1": (
            'if (padded - span) % stride:\n    raise ValueError("a remainder is left")\n'
            "return (padded - span) // stride + 1"
        )
    },
)

size_settings_unchecked = slip(
    "Settings out of range are not refused: a stride below 1, or a negative padding, gives some "
    "number or another error.",
    {
        "_check_at_least(0, size=size, padding=padding)\n"
        "_check_at_least(1, kernel=kernel, stride=stride, dilation=dilation)\n"
        "padded": "padded"
    },
)

# --- The receptive field ---------------------------------------------------------------------

stride_counted_too_early = slip(
    "A layer's own stride spreads its taps. It spreads its outputs only: the field grows by it "
    "from the next layer on.",
    {
        "field += (kernel - 1) * dilation * jump": "jump *= stride\n"
        "field += (kernel - 1) * dilation * jump",
        "# A stride spreads the outputs of its layer, and so the taps of the next one only.\n"
        "jump *= stride": "pass",
    },
)

own_stride_only = slip(
    "A layer's taps are spread by its own stride alone. What counts are the strides of all layers "
    "before it, multiplied.",
    {"dilation * jump": "dilation * stride"},
)

strides_ignored = slip(
    "The field grows as if all strides were 1. After a stride, each step of a kernel is that many "
    "pixels of the picture.",
    {"dilation * jump": "dilation"},
)

strides_added = slip(
    "The jump adds up the strides. A stride of 2 after one of 3 is 6 pixels: they multiply.",
    {"jump *= stride": "jump += stride - 1"},
)

layers_backwards = slip(
    "The layers are taken from the last to the first. The first of the list is next to the "
    "picture.",
    {"in layers:": "in layers[::-1]:"},
)

kernels_added_whole = slip(
    "Each layer adds its whole kernel to the field. One of its taps falls on what was already "
    "seen, so it adds one less.",
    {"field += (kernel - 1)": "field += kernel"},
)

field_from_zero = slip(
    "The field is one too small: it starts with the one pixel that a stack without layers sees.",
    {"field, jump = 1, 1": "field, jump = 0, 1"},
)

field_multiplied = slip(
    "The field is multiplied by each kernel. Kernels that overlap only add what lies beyond.",
    {"field += (kernel - 1) * dilation * jump": "field *= dilation * (kernel - 1) + 1"},
)

dilations_ignored = slip(
    "The dilation does not count in the field: a kernel that is spread out sees further.",
    {"(kernel - 1) * dilation * jump": "(kernel - 1) * jump"},
)

dilation_kept_for_later_layers = slip(
    "The jump is multiplied by the dilation too. A dilation spreads the taps of its own layer, not "
    "what comes after.",
    {"jump *= stride": "jump *= stride * dilation"},
)

dilated_kernels_added_whole = slip(
    "The field grows by dilation · kernel − 1. The gaps are between taps: there are kernel − 1 of "
    "them, each `dilation` wide.",
    {"(kernel - 1) * dilation * jump": "(kernel * dilation - 1) * jump"},
)

jump_before_the_last_layer = slip(
    "The jump leaves out the last layer's stride. That spreads the outputs, too.",
    {"return field, jump": "return field, jump // (layers[-1][1] if layers else 1)"},
)

jump_of_the_last_layer = slip(
    "The jump is the last layer's stride. All strides together make it.",
    {"return field, jump": "return field, layers[-1][1] if layers else 1"},
)

field_and_jump_swapped = slip(
    "The two results are swapped: the field comes first, then the jump.",
    {"return field, jump": "return jump, field"},
)

layer_order_misread = slip(
    "A layer is read as (kernel, dilation, stride). Its stride comes before its dilation.",
    {"for kernel, stride, dilation in": "for kernel, dilation, stride in"},
)

layers_unchecked = slip(
    "A layer with a kernel, stride or dilation below 1 is not refused.",
    {"_check_at_least(1, kernel=kernel, stride=stride, dilation=dilation)\nfield": "field"},
)

only_the_last_layer_is_checked = slip(
    "Only the last layer is checked. Any of them may be out of range.",
    {
        "_check_at_least(1, kernel=kernel, stride=stride, dilation=dilation)\n"
        "field": "if (kernel, stride, dilation) == layers[-1]:\n"
        "    _check_at_least(1, kernel=kernel, stride=stride, dilation=dilation)\n"
        "field"
    },
)
