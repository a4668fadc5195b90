"""What surveys.py tries: a solution with one change, as a learner may come to it.

A change is made in the text, so that all other lines stay as they are, with their numbers. Imports,
docstrings, annotations, f-strings and what runs only as a script are never changed.
"""

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from changed_solutions import is_script

Node = ast.expr | ast.stmt

# By the type of the operator: how it is written, and what is written in its place.
OTHER_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.And: ("and", "or"),
}
# Gives an array as a list, also inside of a tuple or a list.
AS_LISTS = """

def _as_lists(result):
    if hasattr(result, "tolist"):
        return result.tolist()
    if isinstance(result, list | tuple):
        return type(result)(map(_as_lists, result))
    return result
"""


@dataclass(frozen=True)
class Variant:
    """A solution with one change: which, in words, and the whole text.

    `is_right` says that the change alters no result.
    """

    change: str
    text: str
    is_right: bool = False


@dataclass(frozen=True)
class Edit:
    """What to put in the place of the text from `start` to `end`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Function:
    """A function with the name of what it is in, and the names of its arguments but self."""

    node: ast.FunctionDef
    name: str
    arguments: list[str]
    is_public: bool

    @property
    def body(self) -> list[ast.stmt]:
        """The statements, without a docstring."""
        return self.node.body[1:] if is_text(self.node.body[0]) else self.node.body

    @property
    def returns(self) -> list[ast.Return]:
        """The returns of a value, those of inner functions not among them."""
        returns = [node for node in own_nodes(self.node) if isinstance(node, ast.Return)]
        return [node for node in returns if node.value]

    @property
    def gives_arrays(self) -> bool:
        annotation = ast.unparse(self.node.returns) if self.node.returns else "ndarray"
        return "ndarray" in annotation or "Tensor" in annotation


class Source:
    """A text, its syntax tree, and where in the text each node stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self._starts = [0, *itertools.accumulate(len(line) + 1 for line in self._lines)]
        self.nodes = sorted(nodes_in(self.tree), key=lambda pair: self.span(pair[0]))
        self._tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))

    def span(self, node: Node) -> tuple[int, int]:
        """Where a node begins and ends, its decorators included."""
        start = self._offset(node.lineno, node.col_offset)
        for decorator in getattr(node, "decorator_list", [])[:1]:
            start = self.span(decorator)[0] - len("@")
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int | None, byte: int | None) -> int:
        assert line is not None  # It always is, in a tree that was parsed.
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:byte].decode())

    def token(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Where the first such token stands in this part of the text."""
        for token in self._tokens:
            first = self._starts[token.start[0] - 1] + token.start[1]
            if start <= first < end and token.string == text:
                return first, first + len(text)
        raise LookupError(f"no {text} in {self.text[start:end]!r}")

    def line_with(self, edit: Edit) -> str:
        """The line that an edit is in, and in it, in brackets, what is changed and to what."""
        start = self.text.rfind("\n", 0, edit.start) + 1
        before, old = self.text[start : edit.start], self.text[edit.start : edit.end]
        after = self.text[edit.end :].split("\n", 1)[0]
        return f"{before}[{old.strip()} -> {edit.new or 'nothing'}]{after}".strip()

    def first_line_of(self, node: Node) -> str:
        more = " …" if node.end_lineno != node.lineno else ""
        return self._lines[node.lineno - 1].strip() + more

    def with_edits(self, *edits: Edit) -> str:
        """The text with these edits, with no fewer lines than before."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
            lost = text.count("\n", edit.start, edit.end) - edit.new.count("\n")
            text = text[: edit.start] + edit.new + "\n" * lost + text[edit.end :]
        return text


def variants_of(text: str) -> list[Variant]:
    """All changes, none of which leaves the program as it is, and no two the same."""
    source = Source(text)
    seen, times, found = {ast.dump(source.tree)}, dict[str, int](), []
    makers: list[Callable[[Source], Iterable[Variant]]] = [
        deletions, operators, constants, prints, lists, first_arguments, lost_returns,
    ]  # fmt: skip
    for variant in itertools.chain.from_iterable(make(source) for make in makers):
        program = ast.dump(ast.parse(variant.text))
        if program in seen:
            continue
        seen.add(program)
        times[variant.change] = times.get(variant.change, 0) + 1
        again = f" ({times[variant.change]})" if times[variant.change] > 1 else ""
        found.append(Variant(variant.change + again, variant.text, variant.is_right))
    return found


def deletions(source: Source) -> Iterator[Variant]:
    """Each statement deleted. A `pass` is left, for it may have been the only one of its block."""
    for node, place in source.nodes:
        if isinstance(node, ast.stmt):
            text = source.with_edits(Edit(*source.span(node), "pass"))
            yield Variant(f"deleted in {place}: {source.first_line_of(node)}", text)


def operators(source: Source) -> Iterator[Variant]:
    """Each operator replaced by a similar one, each minus and `not` left out."""
    edits = [(edit, place) for node, place in source.nodes for edit in operator_edits(source, node)]
    for edit, place in sorted(edits, key=lambda pair: pair[0].start):
        change = f"operator in {place}: {source.line_with(edit)}"
        yield Variant(change, source.with_edits(edit))


def operator_edits(source: Source, node: Node) -> Iterator[Edit]:
    for operator, left, right in operations_of(node):
        if type(operator) in OTHER_OPERATORS:
            old, new = OTHER_OPERATORS[type(operator)]
            suffix = "=" if isinstance(node, ast.AugAssign) else ""
            start, end = source.token(old + suffix, source.span(left)[1], source.span(right)[0])
            yield Edit(start, end, new + suffix)
        elif isinstance(operator, ast.Pow) and is_number(right, 2):
            yield Edit(*source.span(right), "3")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        start, end = source.span(node)
        sign = re.match(r"(-|not) *", source.text[start:end])
        assert sign is not None
        yield Edit(start, start + sign.end(), "")


def operations_of(node: Node) -> list[tuple[ast.AST, ast.expr, ast.expr]]:
    """The operators of an expression, with what stands to the left and right of each."""
    match node:
        case ast.BinOp(left, operator, right) | ast.AugAssign(left, operator, right):
            return [(operator, left, right)]
        case ast.Compare(left, operators, others):
            return list(zip(operators, [left, *others], others, strict=False))
        case ast.BoolOp(operator, values):
            return [(operator, left, right) for left, right in itertools.pairwise(values)]
    return []


def constants(source: Source) -> Iterator[Variant]:
    """Each number that is often mistaken, and each True and False, replaced by another one."""
    signed = [node.operand for node, _ in source.nodes if is_minus_one(node)]
    for node, place in source.nodes:
        new = None if node in signed else other_constant(node)
        if new is not None:
            edit = Edit(*source.span(node), new)
            yield Variant(f"constant in {place}: {source.line_with(edit)}", source.with_edits(edit))


def other_constant(node: ast.AST) -> str | None:
    if is_minus_one(node):
        return "0"
    match node:
        case ast.Constant(bool(value)):
            return str(not value)
        case ast.Constant(int(value)):
            return {0: "1", 1: "2"}.get(value)
        case ast.Constant(float(value)):
            return repr(2 * value or 1.0)
    return None


def prints(source: Source) -> Iterator[Variant]:
    """In every function a print of each argument and of the result; line numbers change here."""
    edits = []
    for function in functions_in(source.tree):
        start = source.span(function.body[0])[0]
        indent = " " * function.body[0].col_offset
        shown = "".join(f"{printed(name)}\n{indent}" for name in function.arguments)
        edits.append(Edit(start, start, shown))
        for node in function.returns:
            first, last = source.span(node)
            edits.append(Edit(first, first + len("return"), "_shown ="))
            edits.append(Edit(last, last, f"; {printed('_shown')}; return _shown"))
    yield Variant("prints of all arguments and results", source.with_edits(*edits), is_right=True)


def printed(name: str) -> str:
    return f'print({name}); print(f"{{{name}}}")'


def lists(source: Source) -> Iterator[Variant]:
    """Each public function that gives arrays gives lists."""
    for function in public_functions_in(source.tree):
        values = [node.value for node in function.returns if node.value]
        edits = [edit for value in values for edit in wrapped(source, value)]
        if edits and function.gives_arrays:
            yield Variant(f"tolist in {function.name}", source.with_edits(*edits) + AS_LISTS)


def wrapped(source: Source, value: ast.expr) -> list[Edit]:
    start, end = source.span(value)
    return [Edit(start, start, "_as_lists(("), Edit(end, end, "))")]


def first_arguments(source: Source) -> Iterator[Variant]:
    """Each public function gives back its first argument."""
    for function in public_functions_in(source.tree):
        if function.arguments:
            start, end = source.span(function.body[0])[0], source.span(function.body[-1])[1]
            new = f"return {function.arguments[0]}"
            change = f"whole body of {function.name}: {new}"
            yield Variant(change, source.with_edits(Edit(start, end, new)))


def lost_returns(source: Source) -> Iterator[Variant]:
    """Each public function works out its results but does not return them."""
    for function in public_functions_in(source.tree):
        edits = []
        for node in function.returns:
            start, end = source.span(node)
            edits += [Edit(start, start + len("return "), ""), Edit(end, end, "; return")]
        if edits:
            yield Variant(f"no result returned in {function.name}", source.with_edits(*edits))


def public_functions_in(tree: ast.Module) -> list[Function]:
    return [function for function in functions_in(tree) if function.is_public]


def functions_in(
    node: ast.AST, place: str = "", in_public: bool = True, in_class: bool = False
) -> Iterator[Function]:
    """All functions, methods and inner functions, in their order."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            is_public = in_public and is_public_name(child.name)
            skip = in_class and not any(map(is_static, child.decorator_list))
            yield Function(child, place + child.name, argument_names(child)[skip:], is_public)
            yield from functions_in(child, f"{place}{child.name}.", in_public=False)
        elif isinstance(child, ast.ClassDef):
            is_public = in_public and is_public_name(child.name)
            yield from functions_in(child, f"{place}{child.name}.", is_public, in_class=True)
        else:
            yield from functions_in(child, place, in_public, in_class)


def argument_names(node: ast.FunctionDef) -> list[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [argument.arg for argument in every]


def is_public_name(name: str) -> bool:
    """Whether it is called from outside and may give a result: `__add__` is, `__init__` is not."""
    is_special = name.startswith("__") and name not in ("__init__", "__post_init__")
    return is_special or not name.startswith("_")


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """What a function does itself, without what the functions inside of it do."""
    todo: list[ast.AST] = list(reversed(function.body))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            todo += reversed(list(ast.iter_child_nodes(node)))


def nodes_in(node: ast.AST, place: str = "") -> Iterator[tuple[Node, str]]:
    """What may be changed, each with the name of the function or class that it is in."""
    annotations = getattr(node, "annotation", None), getattr(node, "returns", None)
    for child in ast.iter_child_nodes(node):
        if child in annotations or is_kept(child):
            continue
        if isinstance(child, Node):
            yield child, place or "the module"
        name = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else ""
        yield from nodes_in(child, ".".join(filter(None, [place, name])))


def is_kept(node: ast.AST) -> bool:
    is_import = isinstance(node, ast.Import | ast.ImportFrom)
    return is_import or is_text(node) or is_script(node) or isinstance(node, ast.JoinedStr)


def is_text(node: ast.AST) -> bool:
    """Whether this is a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def is_static(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "staticmethod"


def is_minus_one(node: ast.AST) -> TypeGuard[ast.UnaryOp]:
    if not isinstance(node, ast.UnaryOp):
        return False
    return isinstance(node.op, ast.USub) and is_number(node.operand, 1)


def is_number(node: ast.AST, number: int) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == number
