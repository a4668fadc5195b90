"""The checks and the gauges that katas' tests are made of."""

import contextlib
import sys

import numpy as np
import pytest
import torch

from kata import testing
from kata.gauges import uncounted
from kata.testing import (
    assert_close,
    assert_keeps_pace,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_vectorized,
    difference,
    numerical_gradient,
    peak_bytes,
    python_work,
    recording,
    slowdown,
    speed,
    torch_gradients,
    unchanged,
)

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

SAME = {
    "arrays": (X.copy(), X),
    "rounding": (X * (1 + 1e-12), X),
    "nan where nan is expected": (np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
    "inf where inf is expected": (np.array([-np.inf, 1.0]), np.array([-np.inf, 1.0])),
    "a float for a float": (0.5, 0.5),
    "a NumPy float64 for a float": (np.float64(0.5), 0.5),
    "a NumPy integer for an int": (np.int64(3), 3),
    "tensors": (torch.ones(2), torch.ones(2)),
    "tensors in bfloat16": (torch.ones(2).bfloat16() * 1.01, torch.ones(2).bfloat16()),
    "lists of arrays": ([X, X], [X, X]),
    "tuples": ((1.0, X), (1.0, X)),
    "dicts": ({"a": X}, {"a": X}),
    "text": ("vanishing", "vanishing"),
    "NumPy's text for text": (np.array(["vanishing"])[0], "vanishing"),
    "None": (None, None),
    "no entries": (np.zeros((0, 3)), np.zeros((0, 3))),
    "generators": (np.random.default_rng(1), np.random.default_rng(1)),
    "a tiny entry beside a large one": (np.array([1e-12, 1.0]), np.array([0.0, 1.0])),
    "a few roundings beside a large one": (np.float32([5e-7, 1.0]), np.float32([0.0, 1.0])),
    "the same in float16": (np.float16([3e-3, 1.0]), np.float16([0.0, 1.0])),
}


@pytest.mark.parametrize(("actual", "expected"), SAME.values(), ids=SAME.keys())
def test_what_is_right_passes(actual, expected):
    assert_close(actual, expected)


class OfItsOwnKind(str):
    __slots__ = ()

    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class Equal(np.ndarray):
    def __eq__(self, other):
        return np.True_


DIFFERENT = {
    "a value": (
        X + np.array([[0, 0, 0], [0, 0.5, 0]]),
        X,
        "1 of 6 entries differ; the worst at [1, 1]: got 5.5, expected 5",
    ),
    "a shape": (X[None], X, "shape (1, 2, 3), expected (2, 3)"),
    "a shape that broadcasts": (np.ones(1), np.ones(3), "shape (1,), expected (3,)"),
    "a dtype": (X.astype(np.float32), X, "dtype float32, expected float64"),
    "nan": (X * np.nan, X, "got nan, expected 1"),
    "inf": (np.full(2, np.inf), np.ones(2), "got inf, expected 1"),
    "a number where nan is expected": (np.ones(1), np.array([np.nan]), "got 1, expected nan"),
    "a subclass": (X.view(Equal), X, "got a Equal of shape (2, 3)"),
    "a list for an array": ([1.0], np.ones(1), "got a list of 1, expected an array"),
    "None for an array": (None, X, "got None, expected an array"),
    "a tensor for an array": (torch.tensor(X), X, "got a tensor of shape (2, 3)"),
    "an array for a tensor": (np.ones(2), torch.ones(2), "expected a tensor"),
    "a float32 number": (np.float32(0.5), 0.5, "got float32"),
    "an array of no axes for a float": (np.array(0.5), 0.5, "got an array of shape ()"),
    "an int for a float": (1, 1.0, "got int 1"),
    "a bool for an int": (True, 1, "got bool True"),
    "another float": (0.25, 0.5, "got 0.25, expected 0.5"),
    "a float that differs late": (1.0000000015, 1.0, "got 1.0000000014999999, expected 1"),
    "a text of its own kind": (OfItsOwnKind("a"), "b", "got OfItsOwnKind 'a', expected str 'b'"),
    "a tuple for a list": ((X,), [X], "got a tuple of 1, expected a list of 1"),
    "a list too short": ([X], [X, X], "got 1 items, expected 2"),
    "an item of a list": ([X, X + 1], [X, X], "item 1: 6 of 6 entries differ"),
    "a generator": (
        np.random.default_rng(1),
        np.random.default_rng(2),
        "a generator in another state",
    ),
    "another key": ({"a": 1}, {"b": 1}, "got the keys ['a'], expected ['b']"),
    "keys without end": ({"a" * 10**6: 1, "b": 1}, {"b": 1}, f"['{'a' * 57}...', 'b'], expected"),
    "a dict for a list": ({"a": 1}, [1], "got a dict of 1, expected a list of 1"),
    "text without end": ("a" * 10**6, 1, f"got str '{'a' * 56}..., expected"),
    "a value of a dict": ({"a": 1}, {"a": 2}, "'a': got int 1, expected int 2"),
    "other text": ("healthy", "exploding", "got str 'healthy'"),
    "integers off by one": (np.array([1, 2]), np.array([1, 3]), "1 of 2 entries differ"),
    "more than a few roundings": (
        np.float32([2e-6, 1.0]),
        np.float32([0.0, 1.0]),
        "1 of 2 entries differ",
    ),
    "a dtype that no kata promises": (
        np.ones(2, np.complex64) * 1.1,
        np.ones(2, np.complex64),
        "2 of 2 entries differ",
    ),
    "a value in bfloat16": (
        torch.ones(2).bfloat16() * 1.2,
        torch.ones(2).bfloat16(),
        "2 of 2 entries differ",
    ),
    "a tensor's dtype": (torch.ones(2), torch.ones(2).double(), "dtype torch.float32"),
}


@pytest.mark.parametrize(("actual", "expected", "fact"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_is_wrong_fails_with_the_fact(actual, expected, fact):
    with pytest.raises(AssertionError) as caught:
        assert_close(actual, expected)
    assert fact in str(caught.value)


def test_a_small_array_is_shown_whole():
    assert difference(X + 1, X).splitlines()[2:] == [
        "got       [[2. 3. 4.]",
        "           [5. 6. 7.]]",
        "expected  [[1. 2. 3.]",
        "           [4. 5. 6.]]",
    ]


def test_a_large_array_is_told_in_one_line():
    assert "\n" not in difference(np.ones(100), np.zeros(100))


def test_writing_into_an_argument_fails():
    x = np.zeros(3)
    with pytest.raises(AssertionError, match="written into"), unchanged(x):
        x[1] = 1.0


def test_what_an_answer_elsewhere_wrote_into_fails_whole_or_as_a_view():
    x = np.zeros(6)
    for written, is_told in ((x, True), (x[4:], True), (x[::2], True), (np.zeros(6), False)):
        with testing.recording() as notes, contextlib.suppress(AssertionError), unchanged(x):
            testing.recorder.written.append(written)
        assert (notes[0].problem is not None) == is_told


def test_reading_an_argument_passes():
    x = np.array([1.0, np.nan])
    with unchanged(x, [x]):
        x + 1


def test_numerical_gradient_is_that_of_the_weighted_sum():
    upstream = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 1.0]])
    assert_close(numerical_gradient(np.square, X, upstream), 2 * X * upstream, rtol=1e-6)


def test_torch_gradients_come_in_the_order_of_the_inputs():
    a, b = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    grad_a, grad_b = torch_gradients(torch.mul, [a, b], np.array([10.0, 1.0]))
    assert_close([grad_a, grad_b], [np.array([30.0, 5.0]), np.array([10.0, 2.0])])


# --- Gauges ---


def vectorized(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


LOOPS = {
    "for": lambda x: [row.sum() for row in x],
    "while": lambda x: while_loop(x),
    "vectorize": lambda x: np.vectorize(lambda value: value + 1)(x),
    "apply_along_axis": lambda x: np.apply_along_axis(lambda row: row / row.sum(), 1, x),
    "map with a lambda": lambda x: list(map(lambda row: row.sum(), x)),  # noqa: C417
    "recursion": lambda x: x[0].sum() + LOOPS["recursion"](x[1:]) if len(x) else 0,
    "a generator": lambda x: sum(row[0] for row in x),
}


def while_loop(x):
    i = 0
    while i < len(x):
        i += 1
    return i


def test_vectorized_code_does_the_same_work_for_any_size():
    x = np.ones((96, 8))
    assert python_work(vectorized, x[:8]) == python_work(vectorized, x)
    assert_no_loop_over("the rows", vectorized, (x[:8],), (x,))


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
def test_loops_in_python_are_counted(loop):
    x = np.ones((96, 8))
    with pytest.raises(AssertionError, match="Let NumPy do the loop over the rows"):
        assert_no_loop_over("the rows", loop, (x[:8],), (x,))


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
def test_loops_over_one_of_several_sizes_are_counted(loop):
    with pytest.raises(AssertionError, match="Let NumPy do the loop over the rows"):
        assert_vectorized(loop, lambda the_rows, columns: (np.ones((the_rows, columns)),))


def test_a_loop_over_a_few_numbers_alone_is_none():
    def like_isin(x):  # Its loop, too, is never long.
        return while_loop(x[:40])

    few, many = (python_work(like_isin, np.ones(n)) for n in (4, 100))
    assert many > few + 16
    assert_vectorized(like_isin, lambda numbers: (np.ones(numbers),))


def test_a_loop_over_the_smaller_of_two_sizes_is_one():
    def by_the_fewer(x):
        return [x.sum() for _ in range(min(x.shape))]

    with pytest.raises(AssertionError, match="grows with the smaller of two sizes"):
        assert_vectorized(by_the_fewer, lambda rows, columns: (np.ones((rows, columns)),))


def test_a_long_loop_is_counted_only_until_it_is_known_to_be_one():
    few, steps = python_work(while_loop, range(10)), python_work(while_loop, range(5000))
    assert 1000 < few + 1000 < steps
    assert python_work(while_loop, range(5000), most=steps) == steps
    assert python_work(while_loop, range(5000), most=few + 1000) == few + 1001
    with pytest.raises(AssertionError, match=f"{few} interpreter steps, then over {few + 1000}"):
        assert_no_loop_over("the rows", while_loop, (range(10),), (range(5000),))


@pytest.mark.parametrize("dtype", [float, int, bool])
def test_a_debugging_print_takes_as_many_steps_at_any_size(dtype):
    def work(x):
        print(f"{x}", x, repr(x))

    steps = {python_work(work, np.ones((n, m), dtype)) for n in (1, 2, 3, 100) for m in (1, 2, 4)}
    assert len(steps) == 1


def test_what_is_uncounted_is_no_work_and_what_comes_after_it_is():
    def work(paused, counted):
        with uncounted():
            while_loop(np.ones(paused))
        return while_loop(np.ones(counted))

    assert python_work(work, 8, 8) == python_work(work, 96, 8)
    assert python_work(work, 8, 8) + 32 < python_work(work, 8, 96)


def test_counting_leaves_a_debugger_in_place():
    before = sys.gettrace()
    python_work(vectorized, np.ones((2, 2)))
    assert sys.gettrace() is before


def test_memory_at_the_peak_is_measured_to_the_byte_or_nearly():
    x = np.ones(100_000)
    assert x.nbytes <= peak_bytes(np.negative, x) <= x.nbytes + 10_000


def test_the_heads_of_arrays_are_no_part_of_the_memory():
    x = np.ones(1_000)
    assert_memory_at_most(3 * x.nbytes, lambda x: [x + 1, x + 2, x + 3], x)
    with pytest.raises(AssertionError, match="bytes of memory at its peak"):
        assert_memory_at_most(3 * x.nbytes, lambda x: [x + 1, x + 2, x + 3, x[:200] + 4], x)


def test_a_copy_in_float64_is_given_as_a_measure_of_memory():
    x = np.ones((200, 300), dtype=np.float32)
    said = r"The largest argument has 240,000, a copy of it in float64 480,000$"
    with pytest.raises(AssertionError, match=said):
        assert_memory_at_most(x.nbytes, lambda axis, x: x.astype(np.float64), 0, x)


def test_a_debugging_print_takes_no_memory_of_note():
    def work(x):
        print(f"{x}", x, repr(x))

    assert peak_bytes(work, np.ones((200, 500))) < 20_000


HIDDEN_LOOPS = {
    "a list of floats": lambda x: np.array(list(map(float, x))),
    "frompyfunc": lambda x: np.frompyfunc(float, 1, 1)(x).astype(float),
    "quadratic memory": lambda x: (x[:, None] * np.ones(20)).sum(-1),
}


@pytest.mark.parametrize("function", HIDDEN_LOOPS.values(), ids=HIDDEN_LOOPS.keys())
def test_loops_hidden_in_c_show_in_memory(function):
    x = np.ones(10_000)
    with pytest.raises(AssertionError, match="bytes of memory at its peak"):
        assert_memory_at_most(3 * x.nbytes, function, x)


def test_slowdown_is_the_ratio_of_the_best_times():
    def draw():
        return (np.ones(20_000),)

    def ten_times(x):
        for _ in range(10):
            np.exp(x)

    assert 5 < slowdown(ten_times, np.exp, draw) < 20


def test_pace_is_kept_by_the_reference_itself_and_not_by_a_tenfold_one():
    def draw():
        return (np.ones(20_000),)

    assert_keeps_pace(lambda x: np.exp(x), np.exp, draw)
    with pytest.raises(AssertionError, match="times as long as the reference"):
        assert_keeps_pace(lambda x: [np.exp(x) for _ in range(10)], np.exp, draw)


def test_no_clock_is_read_for_the_diagnosis(monkeypatch):
    monkeypatch.setattr(speed, "slowdown", lambda *_: pytest.fail("a clock was read"))
    with recording(diagnosing=True):
        assert_keeps_pace(np.exp, np.exp, lambda: (np.ones(1),))


def test_an_answer_that_turns_gradients_off_does_not_turn_them_off_for_tests():
    with torch.no_grad():
        with recording():
            assert torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
