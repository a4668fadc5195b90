import operator
import time

import numpy as np
import pytest
import torch

from exercises.basics.scalar_autograd import Value
from kata.testing import assert_close, diagnosing, python_work

# What can be written with Values and with tensors alike.
EXPRESSIONS = [
    *(f"a {sign} {other}" for sign in "+-*/" for other in ("a", "b", "2.5", "1", "-1")),
    *(f"{number} {sign} a" for sign in "+-*/" for number in ("2.5", "1", "-1", "0")),
    *(f"a {sign} 0" for sign in "+-*"),
    *(f"a ** {exponent}" for exponent in ("0", "1", "2", "3.0", "-1", "-2")),
    *(f"(a * a) ** {exponent}" for exponent in ("0.5", "1.5", "-0.5")),
    *("-a", "a.exp()", "a.tanh()", "a.relu()"),
]
FUNCTIONS = {text: eval(f"lambda a, b: {text}") for text in EXPRESSIONS}
# The others have no value, or none is promised, where a is 0.
NOT_AT_0 = ["a ** 0", "a ** -1", "a ** -2", "(a * a) ** 0.5", "(a * a) ** -0.5"]
AT_0 = [text for text in EXPRESSIONS if "/ a" not in text and text not in NOT_AT_0]


def run(function, *numbers):
    """The result of function, as a number, and its derivatives with respect to the numbers."""
    values = [Value(number) for number in numbers]
    result = function(*values)
    result.backward()
    return result.data, [value.grad for value in values]


def run_torch(function, *numbers):
    tensors = [torch.tensor(float(n), dtype=torch.float64, requires_grad=True) for n in numbers]
    result = function(*tensors)
    result.backward()
    # What has no part in the result has no gradient in torch.
    grads = [torch.zeros(1) if tensor.grad is None else tensor.grad for tensor in tensors]
    return result.item(), [grad.item() for grad in grads]


# --- Operations ------------------------------------------------------------------------------


def test_a_neuron_worked_out_by_hand():
    # d = a · b + c = −2 · 3 + 10 = 4, and loss = (d − 1)² has the derivative 2 · 3 = 6 with respect
    # to d.
    loss, grads = run(lambda a, b, c: (a * b + c - 1.0) ** 2, -2.0, 3.0, 10.0)
    assert_close(loss, 9.0)
    assert_close(grads, [18.0, -12.0, 6.0])


def test_a_new_value_has_its_number_and_a_grad_of_0():
    value = Value(3)
    assert_close([value.data, value.grad], [3.0, 0.0])


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize(("a", "b"), [(1.75, -0.5), (-0.625, 2.25)], ids=["a > b", "a < b"])
def test_it_agrees_with_torch_on(text, a, b):
    expected = run_torch(FUNCTIONS[text], a, b)
    assert_close(run(FUNCTIONS[text], a, b), expected)


@pytest.mark.parametrize("text", AT_0)
def test_it_agrees_with_torch_where_a_is_0_on(text):
    expected = run_torch(FUNCTIONS[text], 0, 3)
    assert_close(run(FUNCTIONS[text], 0, 3), expected)


@pytest.mark.parametrize("operation", ["relu", "tanh", "exp"])
def test_numbers_of_any_size_are_right_in(operation):
    sizes = [*np.logspace(-300, 300, 41).tolist(), 1.0, 3.0, 15.0, 700.0, 710.0]
    most = 700.0 if operation == "exp" else np.inf  # exp overflows soon after.
    numbers = [*(size for size in sizes if size <= most), 0.0, *(-size for size in sizes)]
    tensor = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    results = getattr(tensor, operation)()
    (grads,) = torch.autograd.grad(results.sum(), tensor)
    expected = [(y, [grad]) for y, grad in zip(results.tolist(), grads.tolist(), strict=True)]
    found = [run(lambda a: getattr(a, operation)(), number) for number in numbers]
    # By exponentials, tanh keeps few digits of a number near 0.
    assert_close(found, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
def test_an_assignment_with_an_operation_makes_a_new_value(name):
    for b in (Value(2.0), 2.0):
        a = Value(3.0)
        assigned = getattr(operator, f"i{name}")(a, b)
        assert_close([a.data, assigned.data], [3.0, getattr(operator, name)(3.0, 2.0)])


@pytest.mark.parametrize(("a", "b"), [(2, -3), (1, 1), (1, 0)], ids=str)
def test_no_operation_changes_an_operand_or_gives_one_back(a, b):
    found = {}
    for text, function in FUNCTIONS.items():
        if b or "/ b" not in text:
            operands = Value(a), Value(b)
            operands[0].grad, operands[1].grad = 5.0, 7.0
            function(*operands).grad = 1000.0
            found[text] = [(value.data, value.grad) for value in operands]
    assert_close(found, {text: [(float(a), 5.0), (float(b), 7.0)] for text in found})


# --- backward --------------------------------------------------------------------------------


def late_and_early(a, b):
    """A part that is used early and late: its second use comes after a long way."""
    c = a.exp()
    way = c * b
    for _ in range(5):
        way = way.tanh() + b
    return way * c


def test_a_part_used_early_and_late_agrees_with_torch():
    expected = run_torch(late_and_early, 0.3, -0.4)
    assert_close(run(late_and_early, 0.3, -0.4), expected)


def test_all_values_of_a_random_graph_agree_with_torch_in_each_call(rng):
    numbers = rng.normal(size=4).tolist()
    # One operand is among the latest three, so that most values have a part in the result.
    steps = [rng.integers([0, i + 1, 0], [3, i + 4, i + 4]).tolist() for i in range(30)]

    def grow(values):
        for kind, i, j in steps:
            a, b = values[i], values[j]
            values.append((a + b, a - b, a * b)[kind].tanh())
        return values

    tensors = grow([torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers])
    grads = torch.autograd.grad(tensors[-1], tensors, allow_unused=True)
    expected = [0.0 if grad is None else grad.item() for grad in grads]
    values = grow([Value(number) for number in numbers])
    assert_close([value.data for value in values], [tensor.item() for tensor in tensors])
    for calls in (1, 2, 3):
        values[-1].backward()
        assert_close([value.grad / calls for value in values], expected)


def test_a_value_made_from_nothing_has_the_derivative_1_by_itself():
    a = Value(5.0)
    a.backward()
    assert_close([a.data, a.grad], [5.0, 1.0])


def test_what_a_value_was_not_made_from_keeps_its_grad():
    a, b = Value(2.0), Value(3.0)
    unused = a * b
    b.grad = 4.0
    (a * 5.0).backward()
    assert_close([a.grad, b.grad, unused.grad], [5.0, 4.0, 0.0])


def test_a_second_call_adds_the_same_once_more_whatever_was_made_in_between():
    a = Value(2.0)
    b = a * 3.0
    c = b * b
    c.backward()
    (b + c) * a
    c.backward()
    assert_close([c.grad, b.grad, a.grad], [2.0, 24.0, 72.0])


def test_two_results_add_to_the_grads_of_what_they_share():
    a = Value(2.0)
    b = a * 3.0
    (b * b).backward()
    (b + 1.0).backward()
    assert_close([b.grad, a.grad], [13.0, 39.0])


def test_grads_that_are_assigned_are_added_to_and_change_no_other():
    a = Value(2.0)
    b = a * 3.0
    c = b * b
    for before in [(10.0, 100.0, 1000.0), (0.0, 0.0, 0.0), (-1.0, 0.5, 2.0)]:
        c.grad, b.grad, a.grad = before
        c.backward()
        added = [c.grad - before[0], b.grad - before[1], a.grad - before[2]]
        assert_close(added, [1.0, 12.0, 36.0])


def test_a_chain_of_5000_operations_is_no_problem():
    a = Value(1.0)
    b = a
    for _ in range(5000):
        b = b + 0.5
    b.backward()
    assert_close([b.data, a.grad], [2501.0, 1.0])


def test_the_work_does_not_grow_with_the_number_of_paths():
    a = Value(1.0)
    b = a
    for _ in range(60):  # There are 2⁶⁰ ways from b to a.
        b = b + b
    b.backward()
    assert_close(a.grad, 2.0**60)


@pytest.mark.speed
def test_the_work_does_not_grow_with_the_number_of_other_values():
    a = Value(2.0)
    b = a * a
    alone = python_work(b.backward)
    others = [a * number for number in range(100)]
    assert_close([python_work(b.backward), len(others)], [alone, 100])


def chain(length):
    value = Value(1.0)
    for _ in range(length):
        value = value + 0.5
    return value


def seconds(values):
    start = time.perf_counter()
    for value in values:
        value.backward()
    return time.perf_counter() - start


@pytest.mark.speed
def test_a_long_chain_costs_no_more_than_short_ones_that_are_as_long_together():
    if diagnosing():
        return
    chains = {"long": [chain(1000)], "short": [chain(40) for _ in range(25)]}
    best = dict.fromkeys(chains, float("inf"))
    # On a busy machine, now and then either takes longer. What is quadratic always takes ten times.
    for number in range(20):
        best = {name: min(best[name], seconds(chains[name])) for name in chains}
        if number >= 2 and best["long"] <= 4 * best["short"]:
            return
    assert_close(f"{best['long'] / best['short']:.0f} times as long", "at most 4 times as long")
