"""Runs the examples in a kata's docstrings on an answer, and compares values, not their text.

An example is right when its value has the type and the shape that the docstring shows, and agrees
in the digits that can be seen there. `-0.` is right for `0.`, `np.float64(0.5)` for `0.5`, another
last digit for the one shown. What the answer prints meanwhile, or warns of, does not count.
"""

import ast
import doctest
import functools
import io
import re
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kata import stubs
from kata.catalog import Kata
from kata.testing import agree
from kata.verdict import Example

_TEXT_KEPT = 4000
# NumPy shows eight digits after the point. Where it writes exponents, those are relative only.
_DIGITS_SHOWN = 1e-8
_EXPONENT = re.compile(r"\de[+-]\d")
_WIDEST = {"i": np.int64, "u": np.int64, "f": np.float64, "c": np.complex128}


def run(kata: Kata, module: ModuleType) -> list[Example]:
    """Run the examples in the docstrings of `kata`, as handed out, on the answer in `module`."""
    texts = stubs.docstrings(kata)
    return [example for text in texts for example in run_docstring(text, vars(module))]


def run_docstring(text: str, names: Mapping[str, Any]) -> list[Example]:
    """Run the examples in one docstring on the answer whose module has these names.

    As in doctest, an example sees what those before it have set.
    """
    # An answer may import NumPy by another name than the stub did.
    namespace = {"np": np, **names}
    found = doctest.DocTestParser().get_examples(text)
    with warnings.catch_warnings(action="ignore"):
        return [_run(example, namespace) for example in found]


def _run(example: doctest.Example, namespace: dict[str, Any]) -> Example:
    printed = io.StringIO()
    # Only the example's own print: a function of the answer finds the one of its module.
    namespace["print"] = functools.partial(print, file=printed)
    expected_error = example.exc_msg
    try:
        value = _value(example.source, namespace)
        gives = printed.getvalue() + ("" if value is None else f"{value!r}\n")
        right = expected_error is None and (
            _shows(gives, example.want)
            or (not printed.getvalue() and _is_value(value, example.want.strip(), namespace))
        )
    except BaseException as error:  # Learner code may raise anything, SystemExit included.
        gives = f"{type(error).__name__}: {error}".removesuffix(": ")
        right = expected_error is not None and _is_of_type(error, expected_error)
    wants = expected_error or example.want
    return Example(example.source.strip(), wants.strip(), gives[:_TEXT_KEPT].strip(), right)


def _value(source: str, namespace: dict[str, Any]) -> Any:
    """Run `source`; give the value of an expression at its end, None for another statement."""
    tree = ast.parse(source)
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        tree.body.append(last)
    exec(compile(tree, "<example>", "exec"), namespace)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<example>", "eval"), namespace)


def _shows(gives: str, wants: str) -> bool:
    """Whether this is the text itself, as of what an example prints, or of a learner's object."""
    flags = doctest.DONT_ACCEPT_TRUE_FOR_1
    return doctest.OutputChecker().check_output(wants, gives, flags)


def _is_value(value: Any, wants: str, namespace: dict[str, Any]) -> bool:
    """Whether `value` is what the text `wants` stands for, if it is the text of a value."""
    try:
        wanted = eval(wants, namespace | _names_in_reprs())
    except Exception:  # It is no expression, or one of names that mean nothing here.
        return False
    atol = 0.0 if _EXPONENT.search(wants) else _DIGITS_SHOWN
    if "dtype=" in wants:  # As close as in tests: of narrow numbers, fewer digits can be trusted.
        return agree(value, wanted, atol=atol)
    return agree(_widened(value), _widened(wanted), rtol=_DIGITS_SHOWN, atol=atol)


@functools.cache
def _names_in_reprs() -> dict[str, Any]:
    """The names that NumPy writes when it shows an array."""
    dtypes = {dtype.__name__: dtype for dtype in np.sctypeDict.values()}
    return dtypes | {"array": _array, "nan": np.nan, "inf": np.inf}


def _array(values: Any, dtype: Any = None, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """The array that NumPy shows so; of one without entries it shows the shape."""
    array = np.array(values, dtype)
    return array if shape is None else array.reshape(shape)


def _widened(value: Any) -> Any:
    """`value`, its numbers as wide as NumPy's own: of a width that no text shows."""
    if type(value) in (list, tuple):
        return type(value)(map(_widened, value))
    if type(value) is dict:
        return {key: _widened(item) for key, item in value.items()}
    if type(value) is np.ndarray:
        return value.astype(_WIDEST.get(value.dtype.kind, value.dtype))
    return value.item() if isinstance(value, np.number) else value


def _is_of_type(error: BaseException, expected: str) -> bool:
    """Whether `error` is of the type, or of a kind of the type, that `Type: text` names."""
    name = expected.partition(":")[0].strip().rpartition(".")[2]
    return any(kind.__name__ == name for kind in type(error).__mro__)
