from kata.attempts import right, slip
from solutions.cnn.predict_shapes import dilated_size, multiplications, overlap, parameters


@right(parameters)
def worked_out_by_kernels():
    return 64 * 3 * 7 * 7 + 64


@right(multiplications)
def worked_out_by_channels():
    return 16 * 32 * (3 * 8) ** 2


@right(dilated_size)
def worked_out_by_the_last_tap():
    return 10 - 2 * (3 - 1)


@right(overlap)
def as_a_fraction():
    return 1 / 3


rounded_up = slip(
    "The size is rounded up: a window that would reach beyond the padded picture is left out.",
    {"2, 64, 112, 112": "2, 64, 113, 113"},
)

without_the_first_position = slip(
    "111 is the number of steps, or the size with padding on one side only. The first position "
    "counts too, and padding is on each side.",
    {"2, 64, 112, 112": "2, 64, 111, 111"},
)

without_padding = slip("This is the size without padding.", {"2, 64, 112, 112": "2, 64, 109, 109"})

without_the_stride = slip(
    "This is the size with a stride of 1.", {"2, 64, 112, 112": "2, 64, 224, 224"}
)

input_channels_kept = slip(
    "This y has the channels of x. It has one channel for every kernel.",
    {"2, 64, 112, 112": "2, 3, 112, 112"},
)

channels_last = slip(
    "This puts the channels last. In PyTorch they come right after the pictures.",
    {"2, 64, 112, 112": "2, 112, 112, 64"},
)

channels_multiplied = slip(
    "This gives each input channel 64 channels of its own. A kernel sums over all input channels, "
    "so it gives one channel.",
    {"2, 64, 112, 112": "2, 192, 112, 112"},
)

without_biases = slip("These are the weights alone. Each kernel has a bias, too.", {"9472": "9408"})

one_slice_for_all_channels = slip(
    "This counts one slice of 7 × 7 for a kernel. It needs one for every channel of x.",
    {"9472": "3200"},
)

a_bias_for_every_slice = slip(
    "This counts a bias for each slice of a kernel. The sum over the channels gets one.",
    {"9472": "9600"},
)

weights_for_every_position = slip(
    "This counts weights for every position. All positions share the same kernels.",
    {"9472": "118816768"},
)

a_kernel_for_every_picture = slip(
    "The parameters are counted once for every picture. A batch shares the same kernels.",
    {"9472": "18944"},
)

positions_not_counted = slip(
    "These are the weights of the layer. Each of them is used again at every position.",
    {"294912": "4608"},
)

input_channels_not_counted = slip(
    "The input channels are not counted. Each number of y sums over all 16 of them.",
    {"294912": "18432"},
)

output_channels_not_counted = slip(
    "This is the work for one kernel. There are 32.", {"294912": "9216"}
)

positions_of_x = slip(
    "The kernels are counted at 10 × 10 positions. Without padding, they fit in fewer.",
    {"294912": "460800"},
)

additions_counted = slip(
    "Additions are counted too. The question is about the products.", {"294912": "589824"}
)

dilation_ignored = slip(
    "This is the size for a dilation of 1. With 2, the taps lie farther apart.",
    {"return 6 ": "return 8 "},
)

kernel_times_dilation = slip(
    "The kernel is taken to be 3 · 2 = 6 pixels wide. Between three taps there are only two gaps.",
    {"return 6 ": "return 5 "},
)

dilation_as_stride = slip(
    "The dilation is taken for a stride. It moves the taps apart; the positions stay dense.",
    {"return 6 ": "return 4 "},
)

strides_ignored = slip(
    "This is the receptive field for strides of 1. After a stride of 2, neighbours lie two pixels "
    "apart.",
    {"return 15 ": "return 7 "},
)

kernels_added = slip(
    "The kernels' sizes are added. Neighbouring windows overlap, and strides matter.",
    {"return 15 ": "return 9 "},
)

kernels_multiplied = slip(
    "The kernels' sizes are multiplied. Neighbouring windows overlap.", {"return 15 ": "return 27 "}
)

own_stride_counted = slip(
    "Each layer's kernel is scaled by its own stride too. Only the strides of the layers before it "
    "spread what it sees.",
    {"return 15 ": "return 21 "},
)

one_stride_counted = slip(
    "Strides do not add up, they multiply: the last layer's neighbours lie 2 · 2 pixels apart.",
    {"return 15 ": "return 11 "},
)

padding_everywhere = slip(
    "This lets the second convolution keep the size. It has no padding.", {"1568": "2048"}
)

no_padding_anywhere = slip(
    "This lets the first convolution make the picture smaller. It has a padding of 1.",
    {"1568": "1152"},
)

first_channels = slip(
    "The channels are those of the first convolution. The second gives 32.", {"1568": "784"}
)

channels_not_flattened = slip("This is one channel. All of them are flattened.", {"1568": "49"})

last_pooling_forgotten = slip("The second pooling is missing.", {"1568": "6272"})

padded_with_zeros = slip(
    "The padding is taken for zeros, and 0 is more than −1. Then a negative channel would light up "
    "along its border.",
    {"-1.0": "0.0"},
)

infinite_corner = slip(
    "−∞ is what the padding holds, but the window also meets pixels.", {"-1.0": "-float('inf')"}
)

padding_left_out = slip(
    "The mean is taken over pixels only. By default, PyTorch counts the padded zeros too.",
    {"0.25": "1.0"},
)

edge_for_corner = slip(
    "This counts half of the window as padding. At a corner, more of it is.", {"0.25": "0.5"}
)

kernel_flipped = slip(
    "The kernel is flipped, as in a textbook's convolution. Layers slide it as it is.",
    {"21.0, 42.0": "12.0, 24.0"},
)

running_values_counted = slip(
    "The running mean and variance are counted. They are kept, but no gradient trains them.",
    {"128": "256"},
)

only_one_for_each_channel = slip(
    "This counts only one parameter for each channel. The normalized values are scaled and "
    "shifted.",
    {"128": "64"},
)

a_pair_for_every_pixel = slip(
    "This counts parameters for every pixel. All positions of a channel share them.",
    {"128": "100352"},
)

both_move = slip(
    "A mean over all positions cannot tell where its numbers are.",
    {'return "moves, stays"': 'return "moves, moves"'},
)

both_stay = slip(
    "Convolution is equivariant, not invariant: what it finds is found elsewhere.",
    {'return "moves, stays"': 'return "stays, stays"'},
)

the_wrong_way_round = slip(
    "It is the other way round: convolution keeps track of the place, the mean loses it.",
    {'return "moves, stays"': 'return "stays, moves"'},
)

all_changes = slip(
    "Nothing is computed anew: the same weights meet the same pixels, at another place.",
    {'return "moves, stays"': 'return "changes, changes"'},
)

share_of_one_box = slip(
    "This is the share of one box that is covered. The union is larger than a box.",
    {"0.333": "0.5"},
)

union_with_the_overlap_twice = slip("The overlap is counted twice in the union.", {"0.333": "0.25"})
