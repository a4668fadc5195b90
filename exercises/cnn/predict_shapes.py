"""Predict: the shapes and numbers of convolutional networks, in your head.

Return each answer as a literal. Convolutions and pooling are PyTorch's: x is (n, c, height, width),
padding is on each side and, in convolutions, zeros; a convolution has stride 1, dilation 1 and a
bias, unless the question says otherwise.
"""


def strided_convolution() -> tuple[int, int, int, int]:
    """x has shape (2, 3, 224, 224). What is the shape of y after a convolution with 64 kernels of
    7 × 7, stride 2 and padding 3? A tuple of four ints.
    """
    raise NotImplementedError


def parameters() -> int:
    """How many parameters, biases included, does that layer have: 64 kernels of 7 × 7 for an x of
    shape (2, 3, 224, 224), with stride 2 and padding 3? An int.
    """
    raise NotImplementedError


def multiplications() -> int:
    """x has shape (1, 16, 10, 10). How many multiplications of a weight by a number of x does a
    convolution with 32 kernels of 3 × 3, stride 1 and no padding take? An int.
    """
    raise NotImplementedError


def dilated_size() -> int:
    """x is 10 × 10. What is the height of y after a 3 × 3 convolution with dilation 2, stride 1
    and no padding? An int.
    """
    raise NotImplementedError


def receptive_field() -> int:
    """Three 3 × 3 convolutions follow each other. The first two have stride 2, the last stride 1.
    How many rows of x can influence one number of the last y, far from the border? An int.
    """
    raise NotImplementedError


def flattened() -> int:
    """A picture of 3 × 32 × 32 goes through a convolution with 16 kernels of 3 × 3 and padding 1,
    max pooling of 2 × 2 with stride 2, a convolution with 32 kernels of 3 × 3 without padding, and
    the same pooling again. How many inputs does the linear layer after it have? An int.
    """
    raise NotImplementedError


def pooled_corner() -> float:
    """x is 1 × 1 × 4 × 4, and all its numbers are −1.0. What is y[0, 0, 0, 0] after max pooling
    3 × 3 with stride 2 and padding 1? A float.
    """
    raise NotImplementedError


def averaged_corner() -> float:
    """x is 1 × 1 × 4 × 4, and all its numbers are 1.0. What is y[0, 0, 0, 0] after average pooling
    2 × 2 with stride 2 and padding 1, with PyTorch's defaults? A float.
    """
    raise NotImplementedError


def sliding() -> tuple[float, float]:
    """A kernel [1.0, 10.0] slides over a row [1.0, 2.0, 4.0], with a bias of 0. What does a
    convolutional layer return? A tuple of two floats.
    """
    raise NotImplementedError


def batch_norm_parameters() -> int:
    """How many trainable parameters does nn.BatchNorm2d have for an x of shape (8, 64, 28, 28)? An
    int.
    """
    raise NotImplementedError


def moved_picture() -> str:
    """An object on a black background, far from the border before and after, moves four pixels to
    the right. The network: three 3 × 3 convolutions with padding 1 and no bias, then the mean over
    height and width of each channel. What happens to the last convolution's output, and to the
    means? One of "moves, moves", "moves, stays", "stays, moves", "stays, stays", "changes,
    changes".
    """
    raise NotImplementedError


def overlap() -> float:
    """Of two boxes of 10 × 10 pixels, the second is the first moved five pixels to the right. What
    is their intersection over union? A float, rounded to 3 decimals.
    """
    raise NotImplementedError
