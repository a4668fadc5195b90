"""Sizes: how much a convolution gives, and how much of the picture it sees."""

from collections.abc import Sequence


def output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Count the positions of a kernel along one axis, which is the size of the output there.

        floor((size + 2·padding − span) / stride) + 1        span = dilation · (kernel − 1) + 1

    `padding` is the number of pixels that are added on each side. `dilation` is the distance
    between neighbouring taps of the kernel, so `span` is what the kernel covers. Pooling counts in
    the same way.

    Numerics  exact, however large the numbers are
    Raises    ValueError if size or padding is below 0, if kernel, stride or dilation is below 1, or
              if the span does not fit into the padded size

    >>> output_size(7, kernel=4, stride=2, padding=1)
    3
    """
    raise NotImplementedError


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Find out how far one output of a stack of layers sees along one axis.

    `layers` holds (kernel, stride, dilation) of each layer, the one next to the picture first. The
    result is (field, jump), both in pixels of the picture: from the first to the last pixel that
    one output depends on there are `field` pixels, both included, and the fields of two
    neighbouring outputs begin `jump` pixels apart. Without layers both are 1.

    Numerics  exact, however large the numbers are
    Raises    ValueError if a kernel, stride or dilation is below 1

    >>> receptive_field([(3, 1, 1), (3, 1, 1)])
    (5, 1)
    """
    raise NotImplementedError
