"""An engine that differentiates by itself: numbers that remember how they were made."""

import math


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
        self.data = float(data)
        self.grad = 0.0
        # What it was made from, each with the derivative with respect to it.
        self._inputs: tuple[tuple[Value, float], ...] = ()

    def __add__(self, other: "Value | int | float") -> "Value":
        """Return self + other."""
        other = _as_value(other)
        return _made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __radd__(self, other: int | float) -> "Value":
        """Return other + self."""
        return self + other

    def __neg__(self) -> "Value":
        """Return −self."""
        return self * -1.0

    def __sub__(self, other: "Value | int | float") -> "Value":
        """Return self − other."""
        return self + -_as_value(other)

    def __rsub__(self, other: int | float) -> "Value":
        """Return other − self."""
        return -self + other

    def __mul__(self, other: "Value | int | float") -> "Value":
        """Return self · other."""
        other = _as_value(other)
        return _made(self.data * other.data, (self, other.data), (other, self.data))

    def __rmul__(self, other: int | float) -> "Value":
        """Return other · self."""
        return self * other

    def __truediv__(self, other: "Value | int | float") -> "Value":
        """Return self / other."""
        return self * _as_value(other) ** -1

    def __rtruediv__(self, other: int | float) -> "Value":
        """Return other / self."""
        return self**-1 * other

    def __pow__(self, exponent: int | float) -> "Value":
        """Return self to the power of a plain number."""
        derivative = exponent * self.data ** (exponent - 1)
        return _made(self.data**exponent, (self, derivative))

    def exp(self) -> "Value":
        """Return e to the power of self."""
        e = math.exp(self.data)
        return _made(e, (self, e))

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent of self, which may be of any size."""
        t = math.tanh(self.data)
        return _made(t, (self, 1.0 - t * t))

    def relu(self) -> "Value":
        """Return self where it is positive, else 0. At 0 the derivative counts as 0."""
        return _made(max(self.data, 0.0), (self, float(self.data > 0)))

    def backward(self) -> None:
        """Add self's derivative with respect to v to v.grad, for self and every v it was made from.

        A value used several times gets the sum over all its uses. A second call adds the same
        derivatives again, as PyTorch does with retain_graph=True, whatever was assigned to any
        grad in between. A chain of 5,000 operations must work.

        Speed     the work grows with the number of values that self was made from, not with the
                  number of paths between them
        """
        upstream = {self: 1.0}
        for value in self._in_order():
            value.grad += upstream[value]
            for other, derivative in value._inputs:
                upstream[other] = upstream.get(other, 0.0) + upstream[value] * derivative

    def _in_order(self) -> "list[Value]":
        """All values behind this one, each before those that it was made from."""
        seen: set[Value] = set()
        finished = []
        # A stack of its own: Python's is too small for a long chain.
        stack = [(self, False)]
        while stack:
            value, inputs_are_finished = stack.pop()
            if inputs_are_finished:
                finished.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack += [(other, False) for other, _ in value._inputs]
        return finished[::-1]


def _as_value(number: Value | int | float) -> Value:
    return number if isinstance(number, Value) else Value(number)


def _made(data: float, *inputs: tuple[Value, float]) -> Value:
    value = Value(data)
    value._inputs = inputs
    return value
