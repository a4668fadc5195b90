"""Batch normalization of pictures: one mean and one variance for each channel."""

import numpy as np
from jaxtyping import Float


class BatchNorm2d:
    """Batch normalization of pictures. Each channel is normalized on its own:

        y = gamma · (x − μ) / √(σ² + eps) + beta

        in training     μ and σ² are the mean and the biased variance of all N numbers that the
                        channel has in the batch, N = n · height · width
        in evaluation   μ and σ² are running_mean and running_var

    Four attributes of shape (n_channels,) start as ones (`gamma`, `running_var`) and zeros (`beta`,
    `running_mean`). They are float64 whatever x is. Between calls, each may be assigned another
    float64 array or changed in place.

    Source    Ioffe & Szegedy 2015, Algorithm 1 and §3.2
    """

    def __init__(self, n_channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Keep the settings and make the four attributes."""
        self.n_channels = n_channels
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(n_channels)
        self.beta = np.zeros(n_channels)
        self.running_mean = np.zeros(n_channels)
        self.running_var = np.ones(n_channels)

    def forward(
        self, x: Float[np.ndarray, "n n_channels height width"], training: bool
    ) -> Float[np.ndarray, "n n_channels height width"]:
        """Return y. In training, also move the running values towards those of the batch:

            running_mean ← (1 − momentum) · running_mean + momentum · μ
            running_var  ← (1 − momentum) · running_var  + momentum · σ² · N / (N − 1)

        Evaluation changes no attribute and takes any N, even 0.

        Numerics  computes in float64, also for float16 and float32 x, and stays accurate where |μ|
                  is a million times σ; y has x's dtype
        Raises    ValueError unless x has four axes and n_channels channels and, in training, N ≥ 2
        Speed     no Python loop over pictures, channels, rows or columns

        >>> BatchNorm2d(1, eps=0.0).forward(np.array([[[[1.0, 5.0]]]]), training=True)
        array([[[[-1.,  1.]]]])
        """
        self._check(x, training)
        if training:
            mean = x.mean(axis=(0, 2, 3), dtype=np.float64)
            var = x.var(axis=(0, 2, 3), dtype=np.float64)
            count = len(x) * x.shape[2] * x.shape[3]
            self.running_mean = self._moved(self.running_mean, mean)
            self.running_var = self._moved(self.running_var, var * (count / (count - 1)))
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.gamma / np.sqrt(var + self.eps)
        y = _by_channel(scale) * (x - _by_channel(mean)) + _by_channel(self.beta)
        return y.astype(x.dtype)

    def folded(
        self, w: Float[np.ndarray, "n_channels c_in kh kw"], b: Float[np.ndarray, "n_channels"]
    ) -> tuple[Float[np.ndarray, "n_channels c_in kh kw"], Float[np.ndarray, "n_channels"]]:
        """Return the weights and bias of a single convolution that does the work of two layers:
        one with weights w and bias b, then this layer in evaluation. No attribute is changed.

        Numerics  computes in float64; the results have the dtype that w and b share
        Raises    ValueError unless w has n_channels output channels and b the shape (n_channels,)
        """
        if w.shape[0] != self.n_channels or b.shape != (self.n_channels,):
            raise ValueError(f"w {w.shape} and b {b.shape} need {self.n_channels} output channels")
        slope = self.gamma / np.sqrt(self.running_var + self.eps)
        folded_w = slope[:, None, None, None] * w
        folded_b = slope * (b - self.running_mean) + self.beta
        return folded_w.astype(w.dtype), folded_b.astype(w.dtype)

    def _moved(
        self, old: Float[np.ndarray, "n_channels"], new: Float[np.ndarray, "n_channels"]
    ) -> Float[np.ndarray, "n_channels"]:
        return (1.0 - self.momentum) * old + self.momentum * new

    def _check(self, x: Float[np.ndarray, "n n_channels height width"], training: bool) -> None:
        if x.ndim != 4 or x.shape[1] != self.n_channels:
            raise ValueError(f"x has shape {x.shape}, expected (n, {self.n_channels}, …, …)")
        if training and x.size < 2 * self.n_channels:
            raise ValueError(f"x has shape {x.shape}: too few numbers per channel for a variance")


def _by_channel(values: Float[np.ndarray, "c"]) -> Float[np.ndarray, "c 1 1"]:
    # Without the two axes, NumPy would lay the channels along the width.
    return values[:, None, None]
