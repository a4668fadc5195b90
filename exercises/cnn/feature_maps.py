"""Feature maps: what a kernel finds in a picture, and where."""

import numpy as np
from jaxtyping import Float, Float64, Real


def feature_maps(
    picture: Real[np.ndarray, "height width"], kernels: Float[np.ndarray, "k kh kw"]
) -> Float[np.ndarray, "k height width"]:
    """Slide each kernel over a grey picture; return one map per kernel, each of the picture's size.

        maps[m, i, j] = Σ_k Σ_l kernels[m, k, l] · p[i + k, j + l]

    p is the picture with its outermost pixels repeated outwards: (kh − 1)/2 rows above and below,
    (kw − 1)/2 columns on the left and on the right. No kernel is flipped. The picture has one row
    and one column or more; k may be 0.

    Numerics  a picture of any integer or floating dtype is first converted to that of the kernels,
              which the maps have too
    Raises    ValueError unless kh and kw are odd
    Speed     no Python loop over kernels, rows or columns (one over a kernel's height and width is
              fine)
    Source    Goodfellow, Bengio & Courville 2016, §9.1

    >>> feature_maps(np.array([[1, 2, 4]], dtype=np.uint8), np.array([[[-1.0, 0.0, 1.0]]]))
    array([[[1., 3., 2.]]])
    """
    raise NotImplementedError


def edges(picture: Real[np.ndarray, "height width"]) -> Float64[np.ndarray, "3 height width"]:
    """Apply Sobel's kernels to a picture, and return three maps: gx, gy and √(gx² + gy²).

        gx   −1  0  1        gy   −1 −2 −1
             −2  0  2              0  0  0
             −1  0  1              1  2  1

    gx is positive where the picture gets brighter to the right, gy where it gets brighter
    downwards. The third map is the strength of an edge in any direction.

    Borders and speed are as in feature_maps. All maps are computed in float64, whatever the dtype.
    """
    raise NotImplementedError
