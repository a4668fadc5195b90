"""Loading an answer: which imports are not allowed, and one sentence about one that won't load."""

import ast
import traceback
from collections.abc import Callable
from types import TracebackType

# What no answer may lean on. Libraries that hold the answer are open only to katas about them.
HOUSE = frozenset({"solutions", "attempts", "tests", "kata", "conftest"})
LIBRARIES = frozenset({"torch", "scipy", "sklearn", "jax", "tensorflow", "keras"})

_MESSAGE_KEPT = 4000

# The name to show for a code object's file, or None if it is none of the learner's.
NameOf = Callable[[str], str | None]


class ForbiddenImportError(ImportError):
    """An answer imports what would give it away."""


_CONFLICT_MARKERS = ("<<<<<<< ", "=======", ">>>>>>> ")


def forbidden(*, torch: bool) -> frozenset[str]:
    """The top-level names that may not be imported; `torch` where the kata is about it."""
    return HOUSE if torch else HOUSE | LIBRARIES


def check_imports(source: bytes, file: str, forbidden: frozenset[str]) -> None:
    """Raise ForbiddenImportError if a source imports one of these; `file` is what to call it.

    What stands under `if __name__ == "__main__":` is not loaded, and may import anything.
    """
    module = ast.parse(source)
    module.body = [statement for statement in module.body if not _is_for_scripts(statement)]
    for node in ast.walk(module):
        for root in _imported_roots(node) & forbidden:
            place = f"{file}:{getattr(node, 'lineno', 0)}"
            raise ForbiddenImportError(f"{place} imports {root}: {reason(root)}", name=root)


def _is_for_scripts(statement: ast.stmt) -> bool:
    """Whether this is an `if __name__ == "__main__":` without an else."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and ast.unparse(statement.test) == "__name__ == '__main__'"
    )


def reason(root: str) -> str:
    """Why this may not be imported."""
    if root in HOUSE:
        return "an answer may not lean on the tests, the solutions or the tool."
    return "this kata is to be written in NumPy."


def is_of_encoding(text: str) -> bool:
    """Whether this is what Python says of a file that is not UTF-8."""
    return "codec can't decode" in text or "invalid or missing encoding declaration" in text


def problem(error: BaseException, name_of: NameOf) -> str:
    """One sentence about what was raised; a syntax error has its line and a caret."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return _syntax_problem(error, name_of(error.filename) or error.filename)
    if isinstance(error, ForbiddenImportError):
        return str(error)
    place = last_place(error, name_of)
    prefix = f"{place[0]}:{place[1]}: " if place else ""
    return f"{prefix}{type(error).__name__}: {error}"[:_MESSAGE_KEPT]


def last_place(error: BaseException, name_of: NameOf) -> tuple[str, int, str] | None:
    """The file, line and code of the innermost frame in the learner's files.

    An error from another process carries its place, as `answer_place`.
    """
    carried: tuple[str, int, str] | None = getattr(error, "answer_place", None)
    if carried:
        return carried
    found: TracebackType | None = None
    entry = error.__traceback__
    while entry:
        if name_of(entry.tb_frame.f_code.co_filename):
            found = entry
        entry = entry.tb_next
    if found is None:
        return None
    frame = traceback.extract_tb(found, limit=1)[0]
    return name_of(frame.filename) or "", frame.lineno or 0, frame.line or ""


def _imported_roots(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.split(".")[0]}
    return set()


def _syntax_problem(error: SyntaxError, file: str) -> str:
    headline = f"{file}:{error.lineno}: {error.msg}"
    code = (error.text or "").rstrip("\n")
    if code.startswith(_CONFLICT_MARKERS):
        return (
            f"{file}:{error.lineno}: git has left two versions here, one above ======= and one "
            "below. Keep one, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>."
        )
    if not code.strip():
        return headline
    indent = len(code) - len(code.lstrip())
    caret = " " * max(0, (error.offset or 1) - 1 - indent) + "^"
    return f"{headline}\n    {code.strip()}\n    {caret}"
