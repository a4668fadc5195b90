"""An engine that differentiates by itself: numbers that remember how they were made."""


class Value:
    """A number that remembers what it was made from, to find gradients.

    Attributes
        data   the number, a float
        grad   a float, 0.0 at first; `backward` adds to it, and it may be assigned

    a + b, a − b, a · b, a / b and −a give a new Value; a or b may also be a plain number. So does
    a ** k for a plain number k: any k if a > 0, k ≥ 1 if a is 0, and a whole k if a < 0.
    No operation changes its operands or returns one of them, even if the number stays the same.

    Source    Baydin, Pearlmutter, Radul & Siskind 2018, §3.2 (reverse mode)

    >>> a, b = Value(3.0), Value(4.0)
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (15.0, 5.0, 3.0)
    """

    def __init__(self, data: int | float) -> None:
        """Start from a plain number."""
        raise NotImplementedError

    def __add__(self, other: "Value | int | float") -> "Value":
        """Return self + other."""
        raise NotImplementedError

    def __radd__(self, other: int | float) -> "Value":
        """Return other + self."""
        raise NotImplementedError

    def __neg__(self) -> "Value":
        """Return −self."""
        raise NotImplementedError

    def __sub__(self, other: "Value | int | float") -> "Value":
        """Return self − other."""
        raise NotImplementedError

    def __rsub__(self, other: int | float) -> "Value":
        """Return other − self."""
        raise NotImplementedError

    def __mul__(self, other: "Value | int | float") -> "Value":
        """Return self · other."""
        raise NotImplementedError

    def __rmul__(self, other: int | float) -> "Value":
        """Return other · self."""
        raise NotImplementedError

    def __truediv__(self, other: "Value | int | float") -> "Value":
        """Return self / other."""
        raise NotImplementedError

    def __rtruediv__(self, other: int | float) -> "Value":
        """Return other / self."""
        raise NotImplementedError

    def __pow__(self, exponent: int | float) -> "Value":
        """Return self to the power of a plain number."""
        raise NotImplementedError

    def exp(self) -> "Value":
        """Return e to the power of self."""
        raise NotImplementedError

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent of self, which may be of any size."""
        raise NotImplementedError

    def relu(self) -> "Value":
        """Return self where it is positive, else 0. At 0 the derivative counts as 0."""
        raise NotImplementedError

    def backward(self) -> None:
        """Add self's derivative with respect to v to v.grad, for self and every v it was made from.

        A value used several times gets the sum over all its uses. A second call adds the same
        derivatives again, as PyTorch does with retain_graph=True, whatever was assigned to any
        grad in between. A chain of 5,000 operations must work.

        Speed     the work grows with the number of values that self was made from, not with the
                  number of paths between them
        """
        raise NotImplementedError
