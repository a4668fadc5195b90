"""What `attempts/` is written in: answers that people write, right ones and wrong ones.

    no_correction_of_m = slip(
        "m is not corrected for its start at 0: the first steps are too short.",
        {"self._m[i] / (1 - beta1 ** self._t[i])": "self._m[i]"},
    )

    @wrong(softmax, "exp overflows for large scores: ...")
    def without_the_maximum(x): ...

    @right(softmax)
    def through_log_sum_exp(x): ...

    with_one_division = rewrite({"y /= y.sum()": "y = y * (1 / y.sum())"})

A slip is the solution with some of its text replaced, and so is a rewrite, which is right all the
same. `wrong` and `right` are for answers that are no edits of the solution.
"""

import __future__

import ast
import contextlib
import functools
import hashlib
import importlib.util
import marshal
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from kata.store import write_whole

Answer = TypeVar("Answer", bound=Callable[..., Any])

_MARK = "__kata_attempt__"


class SlipError(Exception):
    """A slip does not fit its solution."""


@dataclass(frozen=True)
class Attempt:
    """An answer to stand in for public names of a kata.

    `text` says what is wrong with it; it is None for a right answer. `make` gives what stands in,
    by the names that it replaces; `edits` are those of a slip.
    """

    name: str
    replaces: tuple[str, ...]
    make: Callable[[], dict[str, Any]]
    text: str | None = None
    edits: Mapping[str, str] | None = None

    @property
    def is_right(self) -> bool:
        return self.text is None

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What stands in, by the names that it replaces."""
        return self.make()


@dataclass(frozen=True)
class _Slip:
    text: str | None
    edits: Mapping[str, str]


def slip(text: str, edits: Mapping[str, str]) -> Any:
    """The solution with each key of `edits` replaced by its value; `text` says which mistake it is.

    A key stands once in the solution. Further lines of a key and of a value are written as if the
    line in which the key begins were not indented.
    """
    return _Slip(text, edits)


def rewrite(edits: Mapping[str, str]) -> Any:
    """The solution with each key of `edits` replaced by its value, as in a slip: still right."""
    return _Slip(None, edits)


def wrong(replaced: Callable[..., Any], text: str) -> Callable[[Answer], Answer]:
    """Mark an answer that tests must fail; `text` tells its author which mistake it is."""
    return _mark(replaced, text)


def right(replaced: Callable[..., Any]) -> Callable[[Answer], Answer]:
    """Mark an answer that tests must pass, though it is not written like the solution."""
    return _mark(replaced, None)


def attempts_in(module: ModuleType, solution: Path) -> list[Attempt]:
    """The attempts that a module defines, in its order; `solution` is the file that slips edit.

    Raises SlipError if the text of a slip does not stand there, or changes nothing public.
    """
    found = []
    slips = {name: value for name, value in vars(module).items() if isinstance(value, _Slip)}
    compiled = _compiled(slips, solution, Path(str(module.__file__))) if slips else {}
    for name, value in vars(module).items():
        # Not getattr: a class built on an attempt must not pass for that attempt.
        mark = getattr(value, "__dict__", {}).get(_MARK)
        if isinstance(mark, Attempt):
            found.append(mark)
        elif name in slips:
            replaces, code = compiled[name]
            make = functools.partial(_defined, name, replaces, code)
            found.append(Attempt(name, replaces, make, value.text, value.edits))
    return found


def together(one: Attempt, other: Attempt, source: str) -> Attempt | None:
    """An answer with two slips of the solution, `source`, in the place of what the first replaces.

    None where they edit the same text, or leave nothing between them that can be loaded.
    """
    if not one.edits or not other.edits or one.edits.keys() & other.edits.keys():
        return None
    both = f"{one.name} and {other.name}"
    try:
        text = edited(source, {**one.edits, **other.edits})
        answers = _defined(both, one.replaces, _code(both, text))
    except Exception:  # Nobody has tried these two, so what they make may raise anything.
        return None
    return Attempt(both, one.replaces, lambda: answers)


def _mark(replaced: Callable[..., Any], text: str | None) -> Callable[[Answer], Answer]:
    def mark(answer: Answer) -> Answer:
        replaces = replaced.__name__
        attempt = Attempt(answer.__name__, (replaces,), lambda: {replaces: answer}, text)
        setattr(answer, _MARK, attempt)
        return answer

    return mark


# --- Slips -----------------------------------------------------------------------------------

_Compiled = dict[str, tuple[tuple[str, ...], CodeType]]


def edited(source: str, edits: Mapping[str, str]) -> str:
    """`source` with each key of `edits` replaced by its value, one after the other."""
    for old, new in edits.items():
        places = [
            (match, indented)
            for match in re.finditer(re.escape(old.partition("\n")[0]), source)
            if source.startswith(indented := _indent(old, source, match.start()), match.start())
        ]
        if len(places) != 1:
            raise SlipError(f"{old!r} stands {len(places)} times in the solution, not once")
        [(match, indented)] = places
        after = source[match.start() + len(indented) :]
        source = source[: match.start()] + _indent(new, source, match.start()) + after
    return source


def _indent(text: str, source: str, place: int) -> str:
    """`text` with its further lines indented like the line of `source` that has this place."""
    line = source[source.rfind("\n", 0, place) + 1 :]
    return re.sub(r"\n(?=.)", "\n" + line[: len(line) - len(line.lstrip(" "))], text)


def _compiled(slips: Mapping[str, _Slip], solution: Path, file: Path) -> _Compiled:
    """The names that each slip replaces, and its code; kept beside the compiled attempts.

    To compile them takes longer than a test does, and a verdict should come at once.
    """
    source = solution.read_text(encoding="utf-8")
    edits = {name: tuple(slip.edits.items()) for name, slip in slips.items()}
    compiler = Path(__file__).read_bytes()
    key = hashlib.sha256(compiler + repr((source, edits)).encode()).digest()
    cache = Path(importlib.util.cache_from_source(str(file), optimization="slips"))
    try:
        kept_key, kept = marshal.loads(cache.read_bytes())
        if kept_key == key:
            return dict(kept)
    except (OSError, ValueError, EOFError, TypeError):
        pass  # None was kept, or none that can be used.
    compiled = _compile_all(slips, source)
    with contextlib.suppress(OSError):  # Where nothing may be written, they are compiled each time.
        write_whole(cache, marshal.dumps((key, compiled)))
    return compiled


def _compile_all(slips: Mapping[str, _Slip], source: str) -> _Compiled:
    """Raises SlipError with what is wrong with each slip that does not fit."""
    compiled, problems = {}, []
    for name, one in slips.items():
        try:
            compiled[name] = _compile(name, source, one.edits)
        except SlipError as error:
            problems.append(f"{name}: {error}")
        except SyntaxError as error:
            problems.append(
                f"{name}: leaves no valid Python: {error.msg}: {(error.text or '').strip()}"
            )
    if problems:
        raise SlipError("; ".join(problems))
    return compiled


def _compile(name: str, source: str, edits: Mapping[str, str]) -> tuple[tuple[str, ...], CodeType]:
    text = edited(source, edits)
    replaces = _changed_names(ast.parse(source), ast.parse(text))
    if not replaces:
        raise SlipError("changes no public function or class")
    return replaces, _code(name, text)


def _code(name: str, text: str) -> CodeType:
    # Annotations stay text: to evaluate them takes longer than all else.
    flags = __future__.annotations.compiler_flag
    code: CodeType = compile(text, f"<{name}>", "exec", flags=flags, dont_inherit=True)
    return code


def _changed_names(before: ast.Module, after: ast.Module) -> tuple[str, ...]:
    """The public functions and classes that an edit changes, also by what is private.

    What uses a public one is not changed by it: it uses whichever stands in its place.
    """
    old, new = _definitions(before), _definitions(after)
    changed = {
        name for name in new if name not in old or ast.dump(new[name]) != ast.dump(old[name])
    }
    functions = {name for name, node in new.items() if not isinstance(node, ast.Assign)}
    public = {name for name in functions if not name.startswith("_")}
    used = {name: {*_names_in(node)} - public for name, node in new.items()}
    while users := {name for name in new.keys() - changed if used[name] & changed}:
        changed |= users
    return tuple(name for name in new if name in public & changed)


def _definitions(module: ast.Module) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {name: node for target in node.targets for name in _names_in(target)}
    return found


def _names_in(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]


def _defined(name: str, replaces: tuple[str, ...], code: CodeType) -> dict[str, Any]:
    """What a slip's module defines under these names."""
    module = ModuleType(name)
    exec(code, vars(module))
    return {replaced: getattr(module, replaced) for replaced in replaces}
