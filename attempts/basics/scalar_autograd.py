import math
from collections import Counter

from kata.attempts import right, wrong
from solutions.basics.scalar_autograd import Value


@right(Value)
class Engine:
    """The solution in pieces, for one of them to be wrong; it numbers the values as they come."""

    made_so_far = 0

    def __init__(self, data):
        self.data, self.grad = float(data), 0.0
        self.inputs = ()
        Engine.made_so_far += 1
        self.number = Engine.made_so_far

    def made(self, data, *inputs):
        new = type(self)(data)
        new.inputs = inputs
        return new

    def lifted(self, other):
        return other if isinstance(other, Engine) else type(self)(other)

    def __add__(self, other):
        other = self.lifted(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        other = self.lifted(other)
        return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        other = self.lifted(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = self.lifted(other)
        quotient = self.data / other.data
        return self.made(quotient, (self, 1 / other.data), (other, -quotient / other.data))

    def __pow__(self, k):
        return self.made(self.data**k, (self, k * self.data ** (k - 1)))

    def __neg__(self):
        return self.made(-self.data, (self, -1.0))

    def __radd__(self, other):
        return self.lifted(other) + self

    def __rsub__(self, other):
        return self.lifted(other) - self

    def __rmul__(self, other):
        return self.lifted(other) * self

    def __rtruediv__(self, other):
        return self.lifted(other) / self

    def exp(self):
        e = math.exp(self.data)
        return self.made(e, (self, e))

    def tanh(self):
        t = math.tanh(self.data)
        return self.made(t, (self, 1 - t**2))

    def relu(self):
        return self.made(max(0.0, self.data), (self, 1.0 if self.data > 0 else 0.0))

    def behind(self):
        """All values behind this one, the youngest first: made later, so to be done sooner."""
        found, todo = {self.number: self}, [self]
        while todo:
            for other, _ in todo.pop().inputs:
                if other.number not in found:
                    found[other.number] = other
                    todo.append(other)
        return [found[number] for number in sorted(found, reverse=True)]

    def backward(self):
        upstream = {self.number: 1.0}
        for value in self.behind():
            gradient = upstream[value.number]
            value.grad += gradient
            for other, derivative in value.inputs:
                before = upstream.get(other.number, 0.0)
                upstream[other.number] = before + gradient * derivative


@right(Value)
class HandsOnWhenAllHasArrived:
    """A result knows how to share out what it receives, and waits until it has all its parts."""

    def __init__(self, data, operands=(), shares=None):
        self.data, self.grad = float(data), 0.0
        self.operands, self.shares = operands, shares

    @staticmethod
    def lift(other):
        is_one = isinstance(other, HandsOnWhenAllHasArrived)
        return other if is_one else HandsOnWhenAllHasArrived(other)

    def __add__(self, other):
        other = self.lift(other)
        return type(self)(self.data + other.data, (self, other), lambda got: (got, got))

    __radd__ = __add__

    def __mul__(self, other):
        other = self.lift(other)

        def shares(got):
            return got * other.data, got * self.data

        return type(self)(self.data * other.data, (self, other), shares)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-self.lift(other))

    def __rsub__(self, other):
        return self.lift(other) - self

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def __pow__(self, k):
        slope = k * self.data ** (k - 1)
        return type(self)(self.data**k, (self,), lambda got: (got * slope,))

    def exp(self):
        e = math.exp(self.data)
        return type(self)(e, (self,), lambda got: (got * e,))

    def tanh(self):
        t = math.tanh(self.data)
        return type(self)(t, (self,), lambda got: (got * (1 - t * t),))

    def relu(self):
        on = self.data > 0
        return type(self)(self.data if on else 0.0, (self,), lambda got: (got if on else 0.0,))

    def backward(self):
        uses, todo = Counter(), [self]
        while todo:
            for operand in todo.pop().operands:
                if operand not in uses:
                    todo.append(operand)
                uses[operand] += 1
        received, ready = Counter({self: 1.0}), [self]
        while ready:
            value = ready.pop()
            value.grad += received[value]
            shares = value.shares(received[value]) if value.operands else ()
            for operand, share in zip(value.operands, shares, strict=True):
                received[operand] += share
                uses[operand] -= 1
                if not uses[operand]:
                    ready.append(operand)


# --- Operations ------------------------------------------------------------------------------


@wrong(
    Value,
    "The derivatives of a product are swapped: with respect to a it is b, and with respect to b it "
    "is a.",
)
class EachFactorsOwnNumber(Engine):
    def __mul__(self, other):
        other = self.lifted(other)
        return self.made(self.data * other.data, (self, self.data), (other, other.data))


@wrong(Value, "a − b hands b the gradient with its sign unchanged: it should be negative.")
class MinusWithoutItsSign(Engine):
    def __sub__(self, other):
        other = self.lifted(other)
        return self.made(self.data - other.data, (self, 1.0), (other, 1.0))


@wrong(
    Value,
    "2 − a is computed as a − 2. Python calls __rsub__ on a with what stands on the left.",
)
class SwappedDifference(Engine):
    def __rsub__(self, other):
        return self - other


@wrong(
    Value,
    "4 / a is computed as a / 4. Python calls __rtruediv__ on a with what stands on the left.",
)
class SwappedQuotient(Engine):
    def __rtruediv__(self, other):
        return self / other


@wrong(Value, "The derivative of a / b with respect to b is −a / b²; the minus is missing.")
class QuotientWithoutItsSign(Engine):
    def __truediv__(self, other):
        other = self.lifted(other)
        quotient = self.data / other.data
        return self.made(quotient, (self, 1 / other.data), (other, quotient / other.data))


@wrong(
    Value, "The derivative of a power lacks the exponent in front: a ** k gives k · a ** (k − 1)."
)
class PowerWithoutItsExponent(Engine):
    def __pow__(self, k):
        return self.made(self.data**k, (self, self.data ** (k - 1)))


@wrong(Value, "The derivative of exp is exp itself, not k · a ** (k − 1): e is not the variable.")
class ExpLikeAPower(Engine):
    def exp(self):
        return self.made(math.exp(self.data), (self, self.data * math.exp(self.data - 1)))


@wrong(Value, "tanh's derivative is 1 − t² with t the result; here it is taken at the input.")
class TanhAtTheInput(Engine):
    def tanh(self):
        return self.made(math.tanh(self.data), (self, 1 - self.data**2))


@wrong(Value, "relu hands on the gradient everywhere. Where it gives 0 there is none.")
class ReluAlwaysOn(Engine):
    def relu(self):
        return self.made(max(0.0, self.data), (self, 1.0))


@wrong(Value, "At exactly 0 relu's derivative counts as 0; here it is 1, as the comparison has ≥.")
class ReluOnAtZero(Engine):
    def relu(self):
        return self.made(max(0.0, self.data), (self, 1.0 if self.data >= 0 else 0.0))


@wrong(Value, "Plain numbers on the left are not dealt with: 2 + a needs __radd__, and so on.")
class NoReflectedSum(Engine):
    __radd__ = None


# --- backward --------------------------------------------------------------------------------


@wrong(
    Value,
    "A value that is used several times keeps the gradient of one use only: what arrives has to be "
    "added, not assigned.",
)
class LastUseWins(Engine):
    def backward(self):
        upstream = {self.number: 1.0}
        for value in self.behind():
            value.grad += upstream[value.number]
            for other, derivative in value.inputs:
                upstream[other.number] = upstream[value.number] * derivative


@wrong(
    Value,
    "A value hands its gradient on before all of it has arrived: first the parts that were reached "
    "first. Go through the values so that each comes before all that it was made from.",
)
class InTheOrderOfDiscovery(Engine):
    def behind(self):
        found, todo = [self], [self]
        while todo:
            for other, _ in todo.pop(0).inputs:
                if other not in found:
                    found.append(other)
                    todo.append(other)
        return found


@wrong(Value, "The upstream gradient is left out: the chain rule multiplies the derivatives.")
class LocalDerivativesOnly(Engine):
    def backward(self):
        totals = {self.number: 1.0}
        for value in self.behind():
            value.grad += totals[value.number]
            for other, derivative in value.inputs:
                totals[other.number] = totals.get(other.number, 0.0) + derivative


@wrong(
    Value,
    "It starts with the value's own number. The derivative of a value with respect to itself is 1.",
)
class StartsWithItsNumber(Engine):
    def backward(self):
        upstream = {self.number: self.data}
        for value in self.behind():
            value.grad += upstream[value.number]
            for other, derivative in value.inputs:
                before = upstream.get(other.number, 0.0)
                upstream[other.number] = before + upstream[value.number] * derivative


@wrong(
    Value,
    "It starts with whatever the value's own grad is by then, with this call's 1 added. What an "
    "earlier call or an assignment left there has no part in this one.",
)
class StartsWithItsGrad(Engine):
    def backward(self):
        upstream = {self.number: self.grad + 1.0}
        before = self.grad
        for value in self.behind():
            value.grad += upstream[value.number]
            for other, derivative in value.inputs:
                passed = upstream[value.number] * derivative
                upstream[other.number] = upstream.get(other.number, 0.0) + passed
        self.grad = before + 1.0


@wrong(
    Value,
    "Gradients of an earlier call are handed on again: those on the way still hold what arrived "
    "then. What is handed on has to be this call's share only.",
)
class HandsOnOldGradients(Engine):
    def backward(self):
        self.grad += 1.0
        for value in self.behind():
            for other, derivative in value.inputs:
                other.grad += value.grad * derivative


@wrong(Value, "All grads are set anew by every call. They should be added to.")
class StartsAnew(Engine):
    def backward(self):
        for value in self.behind():
            value.grad = 0.0
        super().backward()


@wrong(Value, "Only values made from nothing get a grad; those on the way should have theirs, too.")
class OnlyLeaves(Engine):
    def backward(self):
        behind = self.behind()
        before = {value: value.grad for value in behind}
        super().backward()
        for value in behind:
            if value.inputs:
                value.grad = before[value]


@wrong(Value, "The value itself gets no grad: its derivative with respect to itself is 1.")
class NoGradOfItsOwn(Engine):
    def backward(self):
        super().backward()
        self.grad -= 1.0


@wrong(
    Value,
    "The values are put in order by a function that calls itself: a long chain goes deeper than "
    "Python's stack. A list can serve as the stack.",
)
class Recursive(Engine):
    def behind(self):
        seen, finished = set(), []

        def visit(value):
            if value not in seen:
                seen.add(value)
                for other, _ in value.inputs:
                    visit(other)
                finished.append(value)

        visit(self)
        return finished[::-1]


@wrong(
    Value, "The operands are forgotten when one is a plain number: its partner gets no gradient."
)
class ForgetsBesideNumbers(Engine):
    def __mul__(self, other):
        if isinstance(other, Engine):
            return super().__mul__(other)
        return type(self)(self.data * other)


@wrong(
    Value,
    "With a plain number, a sum adds it to the operand itself and gives that back. It should make "
    "a new Value and leave the operand as it is.",
)
class AddsInPlace(Engine):
    def __add__(self, other):
        if isinstance(other, Engine):
            return super().__add__(other)
        self.data += other
        return self

    __radd__ = __add__


@wrong(
    Value,
    "A sum with 0 gives the operand itself back. It should be a new Value, with a grad of its own.",
)
class AddsNoZero(Engine):
    def __add__(self, other):
        return self if other == 0 else super().__add__(other)

    __radd__ = __add__
