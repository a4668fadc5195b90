import math
from collections import Counter

from kata.attempts import right, slip
from solutions.basics.scalar_autograd import Value


@right(Value)
class Engine:
    """It numbers the values as they come, and goes back through them from the youngest."""

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

each_factors_own_number = slip(
    "The derivatives of a product are swapped: with respect to a it is b, and with respect to b it "
    "is a.",
    {"(self, other.data), (other, self.data)": "(self, self.data), (other, other.data)"},
)

minus_without_its_sign = slip(
    "a − b hands b the gradient with its sign unchanged: it should be negative.",
    {
        "return self + -_as_value(other)": "other = _as_value(other)\n"
        "return _made(self.data - other.data, (self, 1.0), (other, 1.0))"
    },
)

swapped_difference = slip(
    "2 − a is computed as a − 2. Python calls __rsub__ on a with what stands on the left.",
    {"return -self + other": "return self - other"},
)

swapped_quotient = slip(
    "4 / a is computed as a / 4. Python calls __rtruediv__ on a with what stands on the left.",
    {"return self**-1 * other": "return self / other"},
)

quotient_without_its_sign = slip(
    "The derivative of a / b with respect to b is −a / b²; the minus is missing.",
    {
        "return self * _as_value(other) ** -1": "b = _as_value(other)\n"
        "slope = self.data / b.data**2\n"
        "return _made(self.data / b.data, (self, 1 / b.data), (b, slope))"
    },
)

power_without_its_exponent = slip(
    "The derivative of a power lacks the exponent in front: a ** k gives k · a ** (k − 1).",
    {"exponent * self.data": "self.data"},
)

power_not_lowered = slip(
    "The exponent is not lowered: the derivative of a ** k is k · a ** (k − 1).",
    {"(exponent - 1)": "exponent"},
)

power_divided_by_its_base = slip(
    "The derivative of a power is computed as k · aᵏ / a, which fails where a is 0.",
    {"self.data ** (exponent - 1)": "self.data**exponent / self.data"},
)

exp_like_a_power = slip(
    "The derivative of exp is exp itself, not k · a ** (k − 1): e is not the variable.",
    {"(self, e))": "(self, self.data * math.exp(self.data - 1)))"},
)

tanh_at_the_input = slip(
    "tanh's derivative is 1 − t² with t the result; here it is taken at the input.",
    {"1.0 - t * t": "1.0 - self.data**2"},
)

tanh_by_exp = slip(
    "tanh is computed by exp(2 x), which overflows for large numbers.",
    {"t = math.tanh(self.data)": "e = math.exp(2 * self.data)\nt = (e - 1) / (e + 1)"},
)

relu_always_on = slip(
    "relu hands on the gradient everywhere. Where it gives 0 there is none.",
    {"float(self.data > 0)": "1.0"},
)

relu_on_at_zero = slip(
    "At exactly 0 relu's derivative counts as 0; here it is 1, as the comparison has ≥.",
    {"self.data > 0": "self.data >= 0"},
)

no_reflected_sum = slip(
    "Plain numbers on the left are not dealt with: 2 + a needs __radd__, and so on.",
    {"__radd__": "_radd"},
)


# --- backward --------------------------------------------------------------------------------

last_use_wins = slip(
    "A value that is used several times keeps the gradient of one use only: what arrives has to be "
    "added, not assigned.",
    {"upstream.get(other, 0.0) + ": ""},
)

in_the_order_of_discovery = slip(
    "A value hands its gradient on before all of it has arrived: first the parts that were reached "
    "first. Go through the values so that each comes before all that it was made from.",
    {
        "stack.append((value, True))": "finished.append(value)",
        "return finished[::-1]": "return finished",
    },
)

local_derivatives_only = slip(
    "The upstream gradient is left out: the chain rule multiplies the derivatives.",
    {" + upstream[value] * derivative": " + derivative"},
)

starts_with_its_number = slip(
    "It starts with the value's own number. The derivative of a value with respect to itself is 1.",
    {"upstream = {self: 1.0}": "upstream = {self: self.data}"},
)

starts_with_its_grad = slip(
    "It starts with whatever the value's own grad is by then, with this call's 1 added. What an "
    "earlier call or an assignment left there has no part in this one.",
    {"upstream = {self: 1.0}": "upstream = {self: self.grad + 1.0}"},
)

hands_on_old_gradients = slip(
    "Gradients of an earlier call are handed on again: those on the way still hold what arrived "
    "then. What is handed on has to be this call's share only.",
    {
        "upstream = {self: 1.0}": "self.grad += 1.0",
        "value.grad += upstream[value]\n": "pass\n",
        "upstream[other] = upstream.get(other, 0.0) + upstream[value] * derivative": (
            "other.grad += value.grad * derivative"
        ),
    },
)

starts_anew = slip(
    "All grads are set anew by every call. They should be added to.",
    {"value.grad += upstream": "value.grad = upstream"},
)

inputs_forgotten = slip(
    "The value forgets what it was made from once it has its gradients: a second call reaches none "
    "of it.",
    {
        "for value in self._in_order():": "order = self._in_order()\n"
        "self._inputs = ()\n"
        "for value in order:"
    },
)

only_leaves = slip(
    "Only values made from nothing get a grad; those on the way should have theirs, too.",
    {"value.grad += upstream[value]": "value.grad += 0.0 if value._inputs else upstream[value]"},
)

no_grad_of_its_own = slip(
    "The value itself gets no grad: its derivative with respect to itself is 1.",
    {"value.grad += upstream[value]": "value.grad += 0.0 if value is self else upstream[value]"},
)

values_known_by_their_numbers = slip(
    "Values are told apart by their numbers: of two that hold the same number, one is left out.",
    {"value not in seen": "value.data not in seen", "seen.add(value)": "seen.add(value.data)"},
)

recursive = slip(
    "The values are put in order by a function that calls itself: a long chain goes deeper than "
    "Python's stack. A list can serve as the stack.",
    {
        "stack = [(self, False)]": "def visit(value):\n"
        "    if value not in seen:\n"
        "        seen.add(value)\n"
        "        for other, _ in value._inputs:\n"
        "            visit(other)\n"
        "        finished.append(value)\n"
        "\n"
        "visit(self)\n"
        "stack = []"
    },
)

forgets_beside_numbers = slip(
    "The operands are forgotten when one is a plain number: its partner gets no gradient.",
    {
        "other = _as_value(other)\nreturn _made(self.data * other.data": (
            "if not isinstance(other, Value):\n"
            "    return Value(self.data * other)\n"
            "return _made(self.data * other.data"
        )
    },
)

adds_in_place = slip(
    "With a plain number, a sum adds it to the operand itself and gives that back. It should make "
    "a new Value and leave the operand as it is.",
    {
        "other = _as_value(other)\nreturn _made(self.data + other.data": (
            "if not isinstance(other, Value):\n"
            "    self.data += other\n"
            "    return self\n"
            "return _made(self.data + other.data"
        )
    },
)

adds_no_zero = slip(
    "A sum with 0 gives the operand itself back. It should be a new Value, with a grad of its own.",
    {
        "other = _as_value(other)\nreturn _made(self.data + other.data": (
            "if other == 0:\n"
            "    return self\n"
            "other = _as_value(other)\n"
            "return _made(self.data + other.data"
        )
    },
)
