import pytest
import torch

from exercises.basics.scalar_autograd import Value
from kata.testing import assert_close


def run(function, *numbers):
    """The result of function, as a number, and its derivatives with respect to the numbers."""
    values = [Value(number) for number in numbers]
    result = function(*values)
    result.backward()
    return result.data, [value.grad for value in values]


def run_torch(function, *numbers):
    tensors = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers]
    result = function(*tensors)
    result.backward()
    return result.item(), [tensor.grad.item() for tensor in tensors]


# What can be written with Values and with tensors alike.
FUNCTIONS = {
    "a + b": lambda a, b: a + b,
    "a + 2": lambda a, b: a + 2.5 + 0.0 * b,
    "2 + a": lambda a, b: 2 + a + 0.0 * b,
    "-a": lambda a, b: -a + 0.0 * b,
    "a - b": lambda a, b: a - b,
    "a - 2": lambda a, b: a - 2.5 + 0.0 * b,
    "2 - a": lambda a, b: 2.5 - a + 0.0 * b,
    "a * b": lambda a, b: a * b,
    "a * 3": lambda a, b: a * 3 + 0.0 * b,
    "3 * a": lambda a, b: 3.5 * a + 0.0 * b,
    "a / b": lambda a, b: a / b,
    "a / 4": lambda a, b: a / 4 + 0.0 * b,
    "4 / a": lambda a, b: 4 / a + 0.0 * b,
    "a ** 3": lambda a, b: a**3 + 0.0 * b,
    "a ** 1": lambda a, b: a**1 + 0.0 * b,
    "a ** 0": lambda a, b: a**0 + 0.0 * b,
    "a ** -2": lambda a, b: a**-2 + 0.0 * b,
    "(a * a) ** 0.5": lambda a, b: (a * a) ** 0.5 + 0.0 * b,
    "exp": lambda a, b: a.exp() * b,
    "tanh": lambda a, b: (a * b).tanh(),
    "relu": lambda a, b: a.relu() + b.relu() * 3.0,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(("a", "b"), [(1.75, -0.5), (-0.625, 2.25)], ids=["a > b", "a < b"])
def test_it_agrees_with_torch_on(name, a, b):
    assert_close(run(FUNCTIONS[name], a, b), run_torch(FUNCTIONS[name], a, b))


def test_a_neuron_worked_out_by_hand():
    # d = a · b + c = −2 · 3 + 10 = 4, and loss = (d − 1)² has the derivative 2 · 3 = 6 with respect
    # to d.
    loss, grads = run(lambda a, b, c: (a * b + c - 1.0) ** 2, -2.0, 3.0, 10.0)
    assert_close(loss, 9.0)
    assert_close(grads, [18.0, -12.0, 6.0])


def test_a_new_value_has_its_number_and_a_grad_of_0():
    value = Value(3)
    assert_close([value.data, value.grad], [3.0, 0.0])


def test_operations_leave_grad_alone():
    a, b = Value(2.0), Value(3.0)
    c = (a * b).exp()
    assert_close([a.grad, b.grad, c.grad], [0.0, 0.0, 0.0])


def test_operations_leave_their_operands_alone():
    a, b = Value(2.0), Value(-3.0)
    for result in (a + b, a - b, a * b, a / b, -a, a**2, 1 - a, 1 / b, a.exp(), a.tanh(), b.relu()):
        result.backward()
    assert_close([a.data, b.data], [2.0, -3.0])


def test_an_operation_that_keeps_the_number_gives_a_new_value_all_the_same():
    a = Value(2.0)
    same = [a + 0.0, 0.0 + a, a - 0.0, a * 1.0, 1.0 * a, a / 1.0, a**1, a.relu()]
    for result in same:
        result.grad = 7.0
    assert_close([result.data for result in same], [2.0] * 8)
    assert_close(a.grad, 0.0)


def test_what_is_used_twice_gets_the_sum():
    assert_close(run(lambda a: a + a, 3.0), (6.0, [2.0]))
    assert_close(run(lambda a: a * a, 3.0), (9.0, [6.0]))


def shared(a, b):
    """Parts that are used again, at several depths."""
    c = a * b
    d = c + a
    e = (c * d).tanh()
    return e * d + c / (e + 3.0) + d


def test_shared_parts_agree_with_torch():
    assert_close(run(shared, 0.7, -1.3), run_torch(shared, 0.7, -1.3))


def late_and_early(a, b):
    """A part that is used early and late: its second use comes after a long way."""
    c = a.exp()
    way = c * b
    for _ in range(5):
        way = way.tanh() + b
    return way * c


def test_a_part_used_early_and_late_agrees_with_torch():
    assert_close(run(late_and_early, 0.3, -0.4), run_torch(late_and_early, 0.3, -0.4))


def test_the_value_itself_gets_a_grad_of_1():
    a = Value(5.0)
    b = a * 3.0
    b.backward()
    assert_close([b.grad, a.grad], [1.0, 3.0])


def test_a_value_made_from_nothing_has_the_derivative_1_by_itself():
    a = Value(5.0)
    a.backward()
    assert_close(a.grad, 1.0)


def test_values_on_the_way_get_their_grads_too():
    a = Value(2.0)
    b = a * 3.0
    c = b * b
    c.backward()
    assert_close([c.grad, b.grad, a.grad], [1.0, 12.0, 36.0])


def test_what_a_value_was_not_made_from_keeps_its_grad():
    a, b = Value(2.0), Value(3.0)
    unused = a * b
    (a * 5.0).backward()
    assert_close([a.grad, b.grad, unused.grad], [5.0, 0.0, 0.0])


def test_a_second_call_adds_the_same_once_more():
    a = Value(2.0)
    b = a * 3.0
    c = b * b
    c.backward()
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
    a.grad, b.grad = 100.0, 1000.0
    c.backward()
    assert_close([c.grad, b.grad, a.grad], [1.0, 1012.0, 136.0])


@pytest.mark.parametrize("a", [1e-9, 0.5, 1.0], ids=str)
def test_relu_passes_the_gradient_wherever_the_number_is_positive(a):
    assert_close(run(lambda a: a.relu(), a), (a, [1.0]))


def test_at_0_relu_passes_no_gradient():
    assert_close(run(lambda a: a.relu(), 0.0), (0.0, [0.0]))


def test_the_first_power_of_0_has_the_derivative_1():
    assert_close(run(lambda a: a**1, 0.0), (0.0, [1.0]))


def test_a_chain_of_more_operations_than_python_has_room_for_calls_is_no_problem():
    a = Value(1.0)
    b = a
    for _ in range(1500):
        b = b + 0.5
    b.backward()
    assert_close([b.data, a.grad], [751.0, 1.0])


def test_the_work_does_not_grow_with_the_number_of_paths():
    a = Value(1.0)
    b = a
    for _ in range(60):  # There are 2⁶⁰ ways from b to a.
        b = b + b
    b.backward()
    assert_close(a.grad, 2.0**60)


def test_gradient_descent_with_it_finds_a_minimum():
    x = 0.0
    for _ in range(60):
        value = Value(x)
        loss = (value - 3.0) ** 2 + 1.0
        loss.backward()
        x -= 0.2 * value.grad
    assert_close(x, 3.0)
