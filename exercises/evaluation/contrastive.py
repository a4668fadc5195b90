"""InfoNCE: picking each row's partner out of the batch."""

import numpy as np
from jaxtyping import Float


def info_nce(
    a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "n d"], temperature: float = 0.1
) -> float:
    """Return the symmetric InfoNCE loss of the pairs (a[i], b[i]), as CLIP has it.

        s[i, j] = cos(a[i], b[j]) / temperature              cos(u, v) = u·v / (|u| |v|)
        loss    = ½ · mean over i of (−log softmax(s[i, :])[i] − log softmax(s[:, i])[i])

    The positive for a[i] is b[i], and vice versa; the negatives are the other rows of the other
    array. Rows of a are never compared with rows of a, nor rows of b with rows of b. Scaling a row
    by a positive number changes nothing. With n = 0 the loss is nan.

    Numerics  right for temperatures from 1e-4 up and rows of lengths from 1e-10 to 1e10; a Python
              float or np.float64, for float32 rows too
    Raises    ValueError if the shapes of a and b differ, or if a row of either is all zeros
    Speed     no Python loop over n or d; at most 128 · n · (n + d) bytes of memory
    Source    van den Oord, Li & Vinyals 2018, §2.3; Radford et al. 2021, §2.3 and Figure 3

    >>> info_nce(np.eye(2), np.array([[0.0, 3.0], [0.0, 3.0]]), temperature=1.0)
    0.7532044340390841
    """
    raise NotImplementedError
