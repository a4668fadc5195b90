"""The stubs: what a solution leaves to be written, put back as it was handed out, or begun."""

import ast
import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from kata.catalog import Kata, KataError
from kata.store import FOLDER, write_whole

HOLE = "raise NotImplementedError"


def handed_out(kata: Kata) -> str:
    """The stub as it was handed out.

    Raises KataError if neither a solution nor a copy of the stub is there.
    """
    for file in (kata.original, kata.start):
        if file.is_file():
            return file.read_text(encoding="utf-8")
    if not kata.solution.is_file():
        raise KataError(f"{kata.relative(kata.original)} is missing: there is no stub to put back.")
    return derived(kata.solution.read_text(encoding="utf-8"))


def derived(solution: str) -> str:
    """The stub of a solution: public bodies are left to be written, and private helpers left out.

    What is imported for these alone goes with them, except for other exercises and what the
    examples use. An `__init__` keeps the lines that store a setting, and leaves nothing to be
    written if all else that it sets is private.
    """
    tree = ast.parse(solution)
    lines = solution.splitlines(keepends=True)
    for start, end, text in sorted(_cuts(tree, lines), reverse=True):
        lines[start:end] = [text]
    stub = "".join(lines)
    unused = _imported(ast.parse(stub)) - _names_in(ast.parse(stub)) - _words_in_examples(stub)
    return re.sub(r"\n{4,}", "\n\n\n", _without_imports(stub, unused))


def reset(kata: Kata, tree: str = "exercises") -> Path | None:
    """Put the original stub there. Gives where the learner's file was kept, if there was one."""
    stub = handed_out(kata)
    file = kata.file_in(tree)
    backup = back_up(kata, tree) if file.is_file() else None
    write_whole(file, stub.encode())
    return backup


def back_up(kata: Kata, tree: str = "exercises") -> Path:
    """Keep a copy of the learner's file as it is now."""
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
    backup = kata.root / FOLDER / "backups" / kata.topic / f"{kata.name}.{now}.py"
    write_whole(backup, kata.file_in(tree).read_bytes())
    return backup


def docstrings(kata: Kata) -> list[str]:
    """The docstrings of the stub: of the module, its functions and its classes."""
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    nodes = ast.walk(ast.parse(handed_out(kata)))
    found = [ast.get_docstring(node) for node in nodes if isinstance(node, documented)]
    return [text for text in found if text]


def is_untouched(kata: Kata) -> bool:
    """Whether the learner's file is the stub as it was handed out."""
    try:
        return kata.exercise.read_bytes() == handed_out(kata).encode()
    except (OSError, KataError):
        return False


def line_to_begin_at(file: Path, name: str = "") -> int:
    """The line that defines `name`; else that of the first thing to do, or the first definition."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    defined = [n for n, line in enumerate(lines, 1) if line.startswith(("def ", "class "))]
    named = [n for n in defined if re.match(rf"\w+ {name}\b", lines[n - 1])] if name else []
    todo = [n for n, line in enumerate(lines, 1) if HOLE in line or "TODO" in line]
    return next(iter(named + todo + defined), 1)


# --- From a solution to its stub ---------------------------------------------------------------


def _cuts(module: ast.Module, lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """The lines to replace, from one to before another, and what by."""
    for node in module.body:
        if _is_private(node):
            yield _with_what_leads_to_it(node, lines)
        elif isinstance(node, ast.FunctionDef):
            yield _body(node, lines)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if _is_private(method):
                    yield _with_what_leads_to_it(method, lines)
                elif isinstance(method, ast.FunctionDef):
                    yield _body(method, lines)


def _is_private(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            pass
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            pass
        case _:
            return False
    return name.startswith("_") and not name.endswith("__")


def _with_what_leads_to_it(node: ast.stmt, lines: list[str]) -> tuple[int, int, str]:
    """The lines of a definition and of the comments and the blank lines above it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(part.lineno for part in decorators)]) - 1
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    while start and not lines[start - 1].strip():
        start -= 1
    return start, node.end_lineno or start, ""


def _body(function: ast.FunctionDef, lines: list[str]) -> tuple[int, int, str]:
    """The lines below a function's docstring, and what the learner finds there."""
    documented = ast.get_docstring(function) is not None
    first = function.body[0]
    start = (first.end_lineno or 0) if documented else first.lineno - 1
    body = function.body[documented:]
    settings = [part for part in body if _stores_a_setting(part, function)]
    kept = [line for part in settings for line in lines[part.lineno - 1 : part.end_lineno]]
    others = [part for part in body if part not in settings]
    if not settings or not all(_sets_what_is_private(part) for part in others):
        kept.append(" " * first.col_offset + f"{HOLE}\n")
    return start, function.end_lineno or start, "".join(kept)


def _stores_a_setting(part: ast.stmt, function: ast.FunctionDef) -> bool:
    match part:
        case ast.Assign(
            targets=[ast.Attribute(value=ast.Name(id="self"))], value=ast.Name(id=name)
        ):
            parameters = [argument.arg for argument in function.args.args]
            return function.name == "__init__" and name in parameters
    return False


def _sets_what_is_private(part: ast.stmt) -> bool:
    match part:
        case ast.Assign(targets=[ast.Attribute(attr=name)]):
            return name.startswith("_")
        case ast.AnnAssign(target=ast.Attribute(attr=name)):
            return name.startswith("_")
    return False


def _imported(module: ast.Module) -> set[str]:
    """The names that a module imports, but for those of other exercises."""
    return {
        (alias.asname or alias.name).partition(".")[0]
        for node in module.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not getattr(node, "module", "").startswith("exercises")
        for alias in node.names
    }


def _names_in(module: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}


def _words_in_examples(stub: str) -> set[str]:
    code = [line for line in stub.splitlines() if line.lstrip().startswith((">>> ", "... "))]
    return set(re.findall(r"\w+", "\n".join(code)))


def _without_imports(stub: str, unused: set[str]) -> str:
    lines = stub.splitlines(keepends=True)
    for node in reversed(ast.parse(stub).body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [one for one in node.names if (one.asname or one.name) not in unused]
        if len(names) == len(node.names):
            continue
        start, end = node.lineno - 1, node.end_lineno or 0
        if not names:
            # A block of its own goes with the blank line below it.
            alone = not lines[start - 1].strip() and not lines[end].strip()
            lines[start : end + alone] = []
        else:
            node.names = names
            lines[start:end] = [ast.unparse(node) + "\n"]
    return "".join(lines)
