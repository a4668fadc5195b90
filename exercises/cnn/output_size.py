"""Sizes: how large a convolution's output is, and how much of the picture it sees."""

from collections.abc import Sequence


def output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Count the positions a kernel can take along one axis: the output's size along that axis.

        floor((size + 2·padding − span) / stride) + 1        span = dilation · (kernel − 1) + 1

    `padding` is the number of pixels that are added on each side. `dilation` is the distance
    between neighbouring taps of the kernel, so `span` is what the kernel covers.

    Numerics  exact, however large the numbers are
    Raises    ValueError if size or padding is below 0, if kernel, stride or dilation is below 1, or
              if the span does not fit into the padded size

    >>> output_size(7, kernel=4, stride=2, padding=1)
    3
    """
    raise NotImplementedError


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Find how many pixels one output of a stack of layers sees along one axis.

    `layers` holds (kernel, stride, dilation) of each layer, the one next to the picture first. The
    result is (field, jump), both in pixels of the picture: `field` counts the pixels from the first
    to the last one that an output depends on, both and any gaps included; `jump` is the distance
    between the first pixels of two neighbouring outputs. Without layers both are 1.

    Numerics  exact, however large the numbers are
    Raises    ValueError if a kernel, stride or dilation is below 1

    >>> receptive_field([(3, 1, 1), (3, 1, 1)])
    (5, 1)
    """
    raise NotImplementedError
