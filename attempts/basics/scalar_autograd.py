from kata.attempts import rewrite, slip

from_the_youngest_back = rewrite(
    {
        "import math": "import itertools\nimport math\n\n_COUNT = itertools.count()",
        "self.grad = 0.0": "self.grad, self._number = 0.0, next(_COUNT)",
        "seen: set[Value] = set()": (
            "found, todo = {self}, [self]\n"
            "while todo:\n"
            "    new = {other for other, _ in todo.pop()._inputs} - found\n"
            "    found |= new\n"
            "    todo += new\n"
            "return sorted(found, key=lambda value: -value._number)"
        ),
    }
)

handed_on_when_all_has_arrived = rewrite(
    {
        "upstream = {self: 1.0}": (
            "uses, todo = {self: 0}, [self]\n"
            "while todo:\n"
            "    for other, _ in todo.pop()._inputs:\n"
            "        todo += [other] if other not in uses else []\n"
            "        uses[other] = uses.get(other, 0) + 1\n"
            "received, ready = dict.fromkeys(uses, 0.0) | {self: 1.0}, [self]\n"
            "while ready:\n"
            "    value = ready.pop()\n"
            "    value.grad += received[value]\n"
            "    for other, derivative in value._inputs:\n"
            "        received[other] += received[value] * derivative\n"
            "        uses[other] -= 1\n"
            "        ready += [] if uses[other] else [other]\n"
            "return"
        )
    }
)

each_operation_with_derivatives_of_its_own = rewrite(
    {
        "return self * -1.0": "return _made(-self.data, (self, -1.0))",
        "return self + -_as_value(other)": (
            "other = _as_value(other)\n"
            "return _made(self.data - other.data, (self, 1.0), (other, -1.0))"
        ),
        "return self * _as_value(other) ** -1": (
            "other = _as_value(other)\n"
            "y = self.data / other.data\n"
            "return _made(y, (self, 1 / other.data), (other, -y / other.data))"
        ),
    }
)

# --- Operations ------------------------------------------------------------------------------

each_factors_own_number = slip(
    "The derivatives of a product are swapped: that with respect to a is b.",
    {"(self, other.data), (other, self.data)": "(self, self.data), (other, other.data)"},
)

minus_without_its_sign = slip(
    "a − b hands b the gradient with its sign unchanged.",
    {
        "return self + -_as_value(other)": (
            "other = _as_value(other)\n"
            "return _made(self.data - other.data, (self, 1.0), (other, 1.0))"
        )
    },
)

minus_forgets = slip(
    "−a forgets that it was made from a, which then gets no gradient.",
    {"return self * -1.0": "return Value(-self.data)"},
)

swapped_difference = slip(
    "2 − a is computed as a − 2. What stands on the left is __rsub__'s argument.",
    {"return -self + other": "return self - other"},
)

swapped_quotient = slip(
    "4 / a is computed as a / 4. What stands on the left is __rtruediv__'s argument.",
    {"return self**-1 * other": "return self / other"},
)

quotient_without_its_sign = slip(
    "The derivative of a / b with respect to b lacks its minus.",
    {
        "return self * _as_value(other) ** -1": (
            "b = _as_value(other)\n"
            "slope = self.data / b.data**2\n"
            "return _made(self.data / b.data, (self, 1 / b.data), (b, slope))"
        )
    },
)

quotient_without_the_square = slip(
    "The derivative of a / b with respect to b lacks the square of b.",
    {
        "return self * _as_value(other) ** -1": (
            "b = _as_value(other)\n"
            "slope = -self.data / b.data\n"
            "return _made(self.data / b.data, (self, 1 / b.data), (b, slope))"
        ),
        "return self**-1 * other": "return _as_value(other) / self",
    },
)

power_without_its_exponent = slip(
    "The derivative of a power lacks the exponent in front.", {"exponent * self.data": "self.data"}
)

power_not_lowered = slip(
    "The derivative of a power keeps the exponent, which should be lowered by 1.",
    {"(exponent - 1)": "exponent"},
)

power_divided_by_its_base = slip(
    "The derivative of a power is computed as k · aᵏ / a, which fails where a is 0.",
    {"self.data ** (exponent - 1)": "self.data**exponent / self.data"},
)

power_like_exp = slip(
    "The derivative of a power is taken with respect to its exponent, which is a plain number.",
    {
        "exponent * self.data ** (exponent - 1)": (
            "self.data**exponent * math.log(abs(self.data) or 1.0)"
        )
    },
)

negative_fractions_refused = slip(
    "Exponents below 0 that are no whole numbers are refused. Above 0, any exponent will do.",
    {
        "derivative = exponent *": (
            "if exponent < 0 and exponent % 1:\n"
            '    raise ValueError("the exponent is negative")\n'
            "derivative = exponent *"
        )
    },
)

exp_like_a_power = slip(
    "exp is differentiated like a power of e, but the variable is in the exponent.",
    {"(self, e))": "(self, self.data * math.exp(self.data - 1)))"},
)

exp_with_the_slope_1 = slip(
    "exp hands on the gradient unchanged, as if its derivative were 1.",
    {"(self, e))": "(self, 1.0))"},
)

tanh_at_the_input = slip(
    "tanh's derivative 1 − t² is taken at the input; t should be the result.",
    {"1.0 - t * t": "1.0 - self.data**2"},
)

tanh_without_the_square = slip(
    "The square is missing in tanh's derivative.", {"1.0 - t * t": "1.0 - t"}
)

tanh_by_exp = slip(
    "On the way to tanh or its derivative, exp or cosh overflows for large numbers.",
    {"t = math.tanh(self.data)": "e = math.exp(2 * self.data)\nt = (e - 1) / (e + 1)"},
)

relu_always_on = slip(
    "relu hands on the gradient everywhere. Where its result is 0 there is none.",
    {"float(self.data > 0)": "1.0"},
)

relu_on_at_zero = slip(
    "At exactly 0 relu's derivative is 1 here, as the comparison has ≥. It should be 0.",
    {"self.data > 0": "self.data >= 0"},
)

no_reflected_sum = slip(
    "A plain number on the left is not handled: 2 + a needs __radd__.", {"__radd__": "_radd"}
)

# --- backward --------------------------------------------------------------------------------

last_use_wins = slip(
    "A value that is used several times keeps the gradient of one use only.",
    {"upstream.get(other, 0.0) + ": ""},
)

in_the_order_of_discovery = slip(
    "A value hands its gradient on before all of it has arrived. Which values have to come first?",
    {
        "stack.append((value, True))": "finished.append(value)",
        "return finished[::-1]": "return finished",
    },
)

level_by_level = slip(
    "A value that is found early hands its gradient on early, though more may reach it by a longer "
    "way.",
    {
        "stack.pop()": "stack.pop(0)",
        "stack.append((value, True))": "finished.append(value)",
        "return finished[::-1]": "return finished",
    },
)

local_derivatives_only = slip(
    "The upstream gradient is left out: the chain rule multiplies the derivatives.",
    {" + upstream[value] * derivative": " + derivative"},
)

starts_with_its_number = slip(
    "It starts with the value's own number. What is a value's derivative with respect to itself?",
    {"upstream = {self: 1.0}": "upstream = {self: self.data}"},
)

starts_with_its_grad = slip(
    "It starts from the value's own grad plus 1. What an earlier call left there should not count.",
    {"upstream = {self: 1.0}": "upstream = {self: self.grad + 1.0}"},
)

hands_on_old_gradients = slip(
    "Gradients of an earlier call are handed on again: the grads on the way still hold them.",
    {
        "upstream = {self: 1.0}": "self.grad += 1.0",
        "value.grad += upstream[value]\n": "pass\n",
        "upstream[other] = upstream.get(other, 0.0) + upstream[value] * derivative": (
            "other.grad += value.grad * derivative"
        ),
    },
)

own_grad_set_and_old_ones_handed_on = slip(
    "The value's own grad is set to 1, not added to, and grads that an earlier call left on the "
    "way are handed on again.",
    {
        "upstream = {self: 1.0}": "self.grad = 1.0",
        "value.grad += upstream[value]\n": "pass\n",
        "upstream[other] = upstream.get(other, 0.0) + upstream[value] * derivative": (
            "other.grad += value.grad * derivative"
        ),
    },
)

starts_anew = slip(
    "Every call overwrites all grads. It should add to them.",
    {"value.grad += upstream": "value.grad = upstream"},
)

inputs_forgotten = slip(
    "The value forgets what it was made from: a second call reaches none of it.",
    {
        "for value in self._in_order():": (
            "order = self._in_order()\nself._inputs = ()\nfor value in order:"
        )
    },
)

only_leaves = slip(
    "Only values made from nothing get a grad; those on the way need theirs too.",
    {"value.grad += upstream[value]": ("value.grad += 0.0 if value._inputs else upstream[value]")},
)

no_grad_of_its_own = slip(
    "The value on which backward is called gets no grad itself.",
    {"value.grad += upstream[value]": ("value.grad += 0.0 if value is self else upstream[value]")},
)

values_known_by_their_numbers = slip(
    "Values are told apart by their numbers: of two with the same number, one is left out.",
    {"value not in seen": "value.data not in seen", "seen.add(value)": "seen.add(value.data)"},
)

recursive = slip(
    "A function that calls itself orders the values: a long chain exhausts Python's stack.",
    {
        "stack = [(self, False)]": (
            "def visit(value):\n"
            "    if value not in seen:\n"
            "        seen.add(value)\n"
            "        for other, _ in value._inputs:\n"
            "            visit(other)\n"
            "        finished.append(value)\n\n"
            "visit(self)\nstack = []"
        )
    },
)

forgets_beside_numbers = slip(
    "A product with a plain number forgets its operand, which then gets no gradient.",
    {
        "other = _as_value(other)\nreturn _made(self.data * other.data": (
            "if not isinstance(other, Value):\n"
            "    return Value(self.data * other)\n"
            "return _made(self.data * other.data"
        )
    },
)

adds_in_place = slip(
    "A sum with a plain number changes the operand itself and gives it back.",
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
    "A sum with 0 gives the operand itself back. It should be a new Value.",
    {
        "other = _as_value(other)\nreturn _made(self.data + other.data": (
            "if other == 0:\n    return self\n"
            "other = _as_value(other)\n"
            "return _made(self.data + other.data"
        )
    },
)

assigned_in_place = slip(
    "`a += 2` changes the Value itself. It should make a new one, as a + 2 does.",
    {
        "def __radd__": (
            'def __iadd__(self, other: "Value | int | float") -> "Value":\n'
            "    self.data += _as_value(other).data\n"
            "    return self\n\n"
            "def __radd__"
        )
    },
)
