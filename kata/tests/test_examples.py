"""The examples of a docstring are judged by their values."""

import math
import warnings

import numpy as np
import pytest

from kata import catalog, examples
from kata.tests.conftest import ROOT

E = np.array([0.15865525393, 1000.0])
W = np.array([[1, 0], [1, 2]])


def answered(answer, code, wants):
    """The example `>>> code`, where the answer's f is `answer`, or gives it if it is a value."""
    function = answer if callable(answer) else lambda: answer
    (example,) = run(f">>> {code}\n{wants}", f=function)
    return example


def run(text, **names):
    return examples.run_docstring(text, names)


def prints_and_gives(value):
    def answer():
        print("x is", value)
        return value

    return answer


def warns_and_gives(value):
    def answer():
        warnings.warn("overflow encountered in exp", RuntimeWarning, stacklevel=1)
        return value

    return answer


class Shown:
    def __repr__(self):
        return "<shown>"


def raises(error):
    def answer():
        raise error

    return answer


RIGHT = {
    "the same": (0.5, "0.5"),
    "a NumPy float for a float": (np.float64(0.5), "0.5"),
    "another width of a float": (np.float32(0.5), "0.5"),
    "a NumPy integer for an int": (np.int64(3), "3"),
    "a NumPy bool for a bool": (np.True_, "True"),
    "another last digit of a float": (0.6931471805599451, "0.6931471805599453"),
    "a float next to zero": (5.5e-17, "0.0"),
    "minus zero": (-0.0, "0.0"),
    "minus zero in an array": (np.array([-0.0, 1.0]), "array([0., 1.])"),
    "digits of an array that are not shown": (E, "array([1.58655254e-01, 1.00000000e+03])"),
    "another last digit of an array": (np.array([0.12345679]), "array([0.12345678])"),
    "an array next to zero": (np.array([1e-17, 0.5]), "array([0. , 0.5])"),
    "an array on several lines": (W, "array([[1, 0],\n       [1, 2]])"),
    "another width of integers": (W.astype(np.int32), "array([[1, 0], [1, 2]])"),
    "another width of floats": (np.float32([0.5]), "array([0.5])"),
    "the dtype that is shown": (np.float32([0.1]), "array([0.1], dtype=float32)"),
    "nan and inf": (np.array([math.nan, -math.inf]), "array([nan, -inf])"),
    "no entries": (np.zeros((0, 3)), "array([], shape=(0, 3), dtype=float64)"),
    "a list of NumPy floats": ([np.float64(8.0), np.float64(0.1) * 3], "[8.0, 0.3]"),
    "arrays, None and a number": (
        ([np.array([3.0, -0.0]), None], np.float64(5)),
        "([array([3., 0.]), None], 5.0)",
    ),
    "a dict": ({"loss": np.float64(0.5)}, "{'loss': 0.5}"),
    "text": ("vanishing", "'vanishing'"),
    "None, which Python does not show": (None, ""),
    "an object by its text": (slice(2, 3), "slice(2, 3, None)"),
    "an object whose text is no expression": (Shown(), "<shown>"),
    "a debugging print": (prints_and_gives(np.array([0.5])), "array([0.5])"),
    "a warning": (warns_and_gives(0.5), "0.5"),
}

WRONG = {
    "the third digit of a float": (0.691, "0.6931471805599453"),
    "the third digit of an array": (np.array([0.501, 0.499]), "array([0.5, 0.5])"),
    "the eighth digit": (np.array([0.15865555]), "array([0.15865525])"),
    "another sign": (np.array([-0.5]), "array([0.5])"),
    "zero for a tiny value": (np.array([0.0]), "array([9.35762297e-14])"),
    "zero for a tiny float": (0.0, "9.35762297e-14"),
    "a list for an array": ([0.5, 0.5], "array([0.5, 0.5])"),
    "an array for a list": (np.array([0.5, 0.5]), "[0.5, 0.5]"),
    "a tuple for a list": ((0.5, 0.5), "[0.5, 0.5]"),
    "a list for a tuple": ([0.5, 0.5], "(0.5, 0.5)"),
    "an array for a number": (np.array(0.5), "0.5"),
    "a number for an array": (0.5, "array([0.5])"),
    "text for a number": ("0.5", "0.5"),
    "another shape": (np.array([[0.5, 0.5]]), "array([0.5, 0.5])"),
    "another shape without entries": (np.zeros(0), "array([], shape=(0, 3), dtype=float64)"),
    "an item less": ([np.array([1.0])], "[array([1.]), array([2.])]"),
    "floats for integers": (W * 1.0, "array([[1, 0], [1, 2]])"),
    "integers for floats": (W, "array([[1., 0.], [1., 2.]])"),
    "booleans for integers": (np.array([True, False]), "array([1, 0])"),
    "a float for an int": (3.0, "3"),
    "an int for a float": (3, "3.0"),
    "a bool for an int": (True, "1"),
    "another dtype than is shown": (np.array([0.5]), "array([0.5], dtype=float32)"),
    "a masked array for an array": (np.ma.array([0.5]), "array([0.5])"),
    "a number for nan": (np.array([0.0]), "array([nan])"),
    "nan for a number": (np.array([math.nan]), "array([0.])"),
    "None": (None, "array([0.5])"),
    "None in a list": ([None], "[array([0.5])]"),
    "a value where nothing is shown": (0.5, ""),
    "the right value printed": (lambda: print(0.5), "0.5"),
    "an exception": (raises(ValueError("no scores")), "0.5"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("answer", "wants"), RIGHT.values(), ids=RIGHT.keys())
def test_a_right_value_is_right_however_it_is_shown(answer, wants):
    assert answered(answer, "f()", wants).right


@pytest.mark.parametrize(("answer", "wants"), WRONG.values(), ids=WRONG.keys())
def test_another_value_than_is_shown_is_wrong(answer, wants):
    assert not answered(answer, "f()", wants).right


class EmptyError(ValueError):
    """A learner's own."""


PROMISED = "Traceback (most recent call last):\n    ...\nValueError: there are no scores"

RAISED = {
    "the promised error": (ValueError("there are no scores"), True),
    "another text": (ValueError("x is empty"), True),
    "no text": (ValueError, True),
    "a kind of the promised error": (EmptyError(), True),
    "another error": (TypeError("there are no scores"), False),
    "what it is a kind of": (Exception("there are no scores"), False),
    "the end of the program": (SystemExit(1), False),
}


@pytest.mark.parametrize(("error", "right"), RAISED.values(), ids=RAISED.keys())
def test_of_a_promised_error_the_type_counts(error, right):
    assert answered(raises(error), "f()", PROMISED).right == right


def test_a_promised_error_that_is_not_raised_is_missed():
    assert not answered(0.5, "f()", PROMISED).right
    assert not answered(ValueError("there are no scores"), "f()", PROMISED).right


def test_what_an_example_prints_is_compared_as_text():
    assert answered("··##\n··##", "print(f())", "··##\n··##").right
    assert not answered("··##\n···#", "print(f())", "··##\n··##").right
    assert not answered(0.50000000001, "print(f())", "0.5").right
    assert answered(prints_and_gives("··##"), "print(f())", "··##").right


def test_examples_of_one_docstring_share_their_names():
    text = """
    >>> def double(x):
    ...     return 2 * x
    >>> a, b = f(), 1.0
    >>> c = double(
    ...     a
    ... )
    >>> c; c + b
    4.0
    >>> double(b), c
    (2.0, 3.0)
    """
    found = run(text, f=lambda: 1.5)
    assert [example.right for example in found] == [True, True, True, True, True]
    assert not run(">>> b\n1.0", f=None)[0].right


def test_an_answer_need_not_import_numpy_by_the_stubs_name():
    (example,) = run(">>> f(np.array([1.0]))\narray([2.])", f=lambda x: 2 * x)
    assert example.right


def test_a_wanted_object_may_be_one_of_the_answers_own():
    names = {"Point": complex, "f": lambda: 1 + 2j}
    assert run(">>> f()\nPoint(1, 2)", **names)[0].right
    assert not run(">>> f()\nPoint(1, 3)", **names)[0].right


def shown(answer, wants="0.5"):
    example = answered(answer, "f()", wants)
    return example.code, example.wants, example.gives


def test_an_example_tells_what_python_would_show():
    assert shown(np.float64(0.25)) == ("f()", "0.5", "np.float64(0.25)")
    assert shown(prints_and_gives(np.array([-0.0]))) == ("f()", "0.5", "array([-0.])")
    assert shown(None) == ("f()", "0.5", "")
    assert shown(raises(KeyError("w"))) == ("f()", "0.5", "KeyError: 'w'")
    assert shown(raises(SystemExit)) == ("f()", "0.5", "SystemExit")
    assert shown(1, PROMISED) == ("f()", "ValueError: there are no scores", "1")


class Unshowable:
    def __repr__(self):
        raise RecursionError("shown")


class Incomparable(int):
    __hash__ = None

    def __eq__(self, other):
        raise SystemExit("compared")


@pytest.mark.parametrize(
    ("answer", "gives"),
    [
        (Unshowable(), "RecursionError: shown"),
        ([Unshowable()], "RecursionError: shown"),
        (Incomparable(1), "SystemExit: compared"),
    ],
)
def test_a_value_that_cannot_be_shown_or_compared_is_wrong(answer, gives):
    example = answered(answer, "f()", "2")
    assert (example.right, example.gives) == (False, gives)


def test_the_examples_are_those_of_the_docstrings_as_handed_out():
    kata = catalog.load(ROOT).find("relu")

    class Answer:
        relu = staticmethod(lambda x: np.maximum(x, 0.0))
        relu_backward = leaky_relu = leaky_relu_backward = relu

    found = examples.run(kata, Answer)
    assert [(example.code, example.right) for example in found][:2] == [
        ("relu(np.array([-2.0, 0.0, 3.0]))", True),
        ("relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-2.0, 0.0, 3.0]))", False),
    ]
