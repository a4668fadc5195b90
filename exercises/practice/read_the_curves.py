"""Predict: what went wrong, from the curves of real runs.

Each run trained a network with one hidden layer of ReLUs on small pictures of digits, in ten
classes, by gradient descent on the cross-entropy. Most have one mistake. In a table, epoch 0 is
before the first step, and

    during   the mean loss of the epoch's batches, in training mode, while the weights moved
    train    the loss on all training rows after the epoch, evaluated
    val      the loss on the validation rows after the epoch, evaluated
    again    val, evaluated a second time: the same weights and rows
    test     the loss on rows that were set aside before anything else
    acc      the share of validation rows that are classified right
    grad     the mean norm of the gradient of the first layer's weights that a step used

docs/curves.svg shows the curves. Name the cause; each of these is the answer to one question:

    "dead units"              the hidden units give 0 for every row
    "dropout in evaluation"   units drop out in evaluations too
    "labels shuffled"         training labels were shuffled apart from their rows
    "leakage"                 validation rows were trained on
    "no shuffle"              training rows come sorted by class, in every epoch
    "no zero_grad"            gradients of earlier batches are never zeroed
    "nothing"                 the run is as it should be
    "overfitting"             too large a network for its few rows
    "rate too high"
    "rate too low"
    "underfitting"            too small a network, or too much regularization
    "wrong loss"              the loss applies a softmax to probabilities
"""


def run_a() -> str:
    """The cause of run a: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.41    2.41    2.41    2.39    0.10
        1    2.34    2.28    2.30    2.30    2.28    0.14    0.20
        5    1.99    1.95    2.00    2.00    1.99    0.21    0.33
       10    1.85    1.83    1.86    1.86    1.85    0.21    0.28
       20    1.80    1.81    1.86    1.86    1.83    0.18    0.22
    """
    raise NotImplementedError


def run_b() -> str:
    """The cause of run b: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    2.09    2.37    2.16    2.16    2.21    0.23    1.02
        3    1.74    1.35    1.24    1.24    1.44    0.64    1.14
        4    2.25    2.12    2.05    2.05    2.07    0.21    1.25
        5    2.10    2.02    1.91    1.91    1.99    0.28    0.29
       10    1.87    1.96    1.78    1.78    1.94    0.34    0.61
       20    1.63    1.57    1.54    1.54    1.63    0.39    0.30
    """
    raise NotImplementedError


def run_c() -> str:
    """The cause of run c: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    2.32    2.29    2.31    2.31    2.31    0.15    0.30
        5    2.28    2.26    2.31    2.31    2.31    0.10    0.33
       10    2.24    2.20    2.31    2.31    2.31    0.09    0.49
       20    2.15    2.12    2.39    2.39    2.36    0.12    0.78
    """
    raise NotImplementedError


def run_d() -> str:
    """The cause of run d: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    2.15    1.90    1.91    1.91    1.90    0.46    0.53
        5    0.74    0.44    0.42    0.42    0.46    0.93    0.94
       10    0.41    0.20    0.22    0.22    0.22    0.94    0.88
       20    0.27    0.10    0.15    0.15    0.15    0.94    0.82
    """
    raise NotImplementedError


def run_e() -> str:
    """The cause of run e: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.31    2.31    2.31    2.31    0.12
        1    2.31    2.30    2.31    2.31    2.31    0.09    0.00
        5    2.30    2.30    2.31    2.31    2.31    0.09    0.00
       10    2.30    2.30    2.31    2.31    2.31    0.09    0.00
       20    2.30    2.30    2.31    2.31    2.31    0.09    0.00
    """
    raise NotImplementedError


def run_f() -> str:
    """The cause of run f: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    2.02    3.10    3.12    3.12    3.12    0.09    1.56
        5    0.86    3.70    3.54    3.54    3.66    0.11    1.43
       10    0.54    2.73    2.55    2.55    2.62    0.33    1.31
       20    0.22    0.68    0.65    0.65    0.71    0.77    0.82
    """
    raise NotImplementedError


def run_g() -> str:
    """The cause of run g: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.30    2.30    2.30    2.30    0.08
        1    2.29    2.28    2.28    2.28    2.28    0.32    0.04
        5    1.69    1.67    1.65    1.65    1.66    0.85    0.21
       10    1.57    1.57    1.57    1.57    1.58    0.93    0.22
       20    1.50    1.50    1.53    1.53    1.52    0.95    0.15
    """
    raise NotImplementedError


def run_h() -> str:
    """The cause of run h: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.30    2.31    2.31    2.31    0.10
        1    2.30    2.06    2.17    2.17    2.16    0.22    1.21
        5    1.19    0.98    1.38    1.38    1.45    0.66    2.09
       10    0.60    0.57    1.31    1.31    1.36    0.65    1.71
       20    0.27    0.15    1.33    1.33    1.39    0.66    1.21
    """
    raise NotImplementedError


def run_i() -> str:
    """The cause of run i: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.34    2.35    2.33    2.35    0.07
        1    2.23    2.08    2.10    2.14    2.12    0.21    0.65
        5    1.35    1.30    1.35    1.26    1.36    0.51    1.06
       10    1.02    0.99    1.04    0.98    1.05    0.61    1.18
       20    0.91    0.84    0.87    0.88    0.88    0.70    1.11
    """
    raise NotImplementedError


def run_j() -> str:
    """The cause of run j: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    2.32    2.32    2.31    2.31    2.31    0.08    0.36
        5    2.31    2.31    2.31    2.31    2.31    0.09    0.36
       10    2.31    2.31    2.30    2.30    2.30    0.09    0.37
       20    2.30    2.30    2.29    2.29    2.29    0.12    0.37
    """
    raise NotImplementedError


def run_k() -> str:
    """The cause of run k: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.32    2.31    2.31    2.31    0.08
        1    1.67    1.17    1.13    1.13    1.18    0.70    3.30
        5    4.18    3.22    2.92    2.92    3.09    0.33   16.77
       10    4.75    4.82    4.23    4.23    4.97    0.27   19.47
       20    4.51    4.54    4.20    4.20    4.65    0.26   19.47
    """
    raise NotImplementedError


def run_l() -> str:
    """The cause of run l: one of the strings above.

    epoch  during   train     val   again    test     acc    grad
        0            2.31    2.31    2.31    2.31    0.11
        1    2.29    2.14    2.14    2.14    2.18    0.22    0.38
        5    1.20    0.89    0.89    0.89    1.06    0.84    0.92
       10    0.37    0.31    0.31    0.31    0.55    0.95    0.60
       20    0.11    0.10    0.10    0.10    0.36    0.97    0.37
    """
    raise NotImplementedError
