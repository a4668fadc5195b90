"""Stubs are derived from solutions."""

import ast

import pytest

from kata import catalog, stubs
from kata.catalog import KataError
from kata.target import public_names, solution_copy
from kata.tests.conftest import ROOT

# Those that do not start from working code.
KATAS = [kata for kata in catalog.load(ROOT).katas if not kata.start.is_file()]

SOLUTION = '''\
"""Counts."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from exercises.basics.softmax import softmax

LIMIT = 3
_SPARE = 2.0


# --- Counting ---------------------------------------------------------------------------------


class Counter:
    """Counts up to a limit."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Store the limit."""
        self.limit = limit
        self._count: int = 0

    def step(self, by: np.ndarray) -> int:
        """Count, and say how far it is."""
        self._count += self._checked(int(by.sum()))
        return self._count

    # No one else asks for it.
    @staticmethod
    def _checked(by: int) -> int:
        return math.floor(by)


class Total:
    """Adds up."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.total = start * 1.0


# A helper.
def _double(values: Sequence[float]) -> list[float]:
    return [_SPARE * value for value in values]


def apply(function: Callable[[float], float], x: float) -> float:
    """Call it, twice."""
    return sum(_double([function(x), softmax(x)]))


if __name__ == "__main__":
    print(apply(abs, 1.0))
'''

STUB = '''\
"""Counts."""

from collections.abc import Callable

import numpy as np

from exercises.basics.softmax import softmax

LIMIT = 3


# --- Counting ---------------------------------------------------------------------------------


class Counter:
    """Counts up to a limit."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Store the limit."""
        self.limit = limit

    def step(self, by: np.ndarray) -> int:
        """Count, and say how far it is."""
        raise NotImplementedError


class Total:
    """Adds up."""

    def __init__(self, start: float) -> None:
        self.start = start
        raise NotImplementedError


def apply(function: Callable[[float], float], x: float) -> float:
    """Call it, twice."""
    raise NotImplementedError


if __name__ == "__main__":
    print(apply(abs, 1.0))
'''


def test_what_is_public_is_left_to_be_written_and_what_is_private_left_out():
    assert stubs.derived(SOLUTION) == STUB


def test_a_stub_of_a_stub_is_that_stub():
    assert stubs.derived(STUB) == STUB


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.id)
def test_a_stub_has_all_public_names_with_their_docstrings_and_nothing_private(kata):
    tree = ast.parse(stubs.handed_out(kata))
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert [node.name for node in defined] == public_names(solution_copy(kata))
    assert all(ast.get_docstring(node) for node in defined)


def test_where_there_is_no_solution_the_copy_of_an_export_is_the_stub(softmax):
    stub = stubs.handed_out(softmax)
    softmax.solution.unlink()
    with pytest.raises(KataError, match="there is no stub to put back"):
        stubs.handed_out(softmax)
    softmax.original.parent.mkdir(parents=True)
    softmax.original.write_text(stub)
    assert stubs.handed_out(softmax) == stub


def test_a_kata_may_start_from_working_code(softmax):
    softmax.start.write_text("def softmax(x): ...\n")
    stubs.reset(softmax)
    assert softmax.exercise.read_text() == "def softmax(x): ...\n"


def test_what_the_examples_use_stays_imported():
    docstring = '"""Do it.\n\n    >>> f(math.pi)\n    """'
    stub = f"import math\n\n\ndef f():\n    {docstring}\n    {stubs.HOLE}\n"
    assert stubs.derived(stub.replace(stubs.HOLE, "return math.e")) == stub


@pytest.mark.parametrize(
    ("text", "line"),
    [(STUB, 24), ("x = 1\n# TODO: mend it.\n", 2), ("x = 1\n\ndef f(): ...\n", 3), ("", 1)],
)
def test_an_editor_opens_at_the_first_thing_to_do(softmax, text, line):
    softmax.exercise.write_text(text)
    assert stubs.line_to_begin_at(softmax.exercise) == line


def test_an_editor_opens_at_the_function_that_fails(softmax):
    softmax.exercise.write_text(STUB)
    lines = {name: stubs.line_to_begin_at(softmax.exercise, name) for name in ("Total", "other")}
    assert lines == {"Total": 27, "other": 24}
