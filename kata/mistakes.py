"""The mistakes that a learner made: what each one is, and what they are about again and again."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from kata.catalog import Catalog, Kata
from kata.progress import Progress

_DAYS = 7
# What mistakes are about, by words in their names: only words that mean the same in all katas.
_SUBJECTS = {
    "an axis": "axis transposed",
    "a sign": "sign uphill negated",
    "a mean or a sum": "averaged summed",
    "overflow": "overflow overflows underflow underflows",
    "a mask or padding": "mask masked padding padded",
    "an argument that is not checked": "unchecked",
    "two things that are swapped": "swapped exchanged",
}


def texts(kata: Kata) -> dict[str, str]:
    """What each mistake of a kata says, by its name; read, as to load them takes NumPy."""
    return _texts(kata.attempts, kata.root)


def _texts(file: Path, root: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    found: dict[str, str] = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("attempts."):
            theirs = _texts(root.joinpath(*str(node.module).split(".")).with_suffix(".py"), root)
            imported = {alias.asname or alias.name: alias.name for alias in node.names}
            found |= {name: theirs[own] for name, own in imported.items() if own in theirs}
        elif isinstance(node, ast.Assign | ast.FunctionDef | ast.ClassDef):
            found |= dict(_texts_of(node))
    return found


def _texts_of(node: ast.Assign | ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The names and texts of `name = slip(text, …)` and of what is marked by `@wrong(…, text)`."""
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        calls: Sequence[ast.expr] = [node.value]
    else:
        names, calls = [node.name], node.decorator_list
    for call in calls:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("slip", "wrong"):
            words = [part.value for part in call.args if isinstance(part, ast.Constant)]
            yield from ((name, str(text)) for name in names for text in words)


def made(kata: Kata, progress: Progress) -> list[str]:
    """What the mistakes that the learner made in a kata say, the latest first."""
    says = texts(kata)
    names = reversed(progress[kata].mistakes)
    return [says.get(name, name.replace("_", " ")) for name in names]


def of_the_week(katas: Catalog, progress: Progress) -> dict[str, list[str]]:
    """The names of the mistakes that were named in these seven days, by the id of their kata.

    A mistake stands there once for each day.
    """
    first = (date.today() - timedelta(days=_DAYS - 1)).isoformat()
    return {
        kata.id: [
            name for name, days in progress[kata].mistakes.items() for day in days if day >= first
        ]
        for kata in katas.katas
    }


def told(katas: Catalog, progress: Progress) -> list[str]:
    """A line for each subject of more than one mistake of this week, at most three."""
    found: dict[str, list[str]] = defaultdict(list)
    for kata, names in of_the_week(katas, progress).items():
        for name in names:
            found[_subject(name)].append(kata)
    found.pop("", None)
    often = sorted(found.items(), key=lambda item: -len(item[1]))[:3]
    return [
        f"{'Twice' if len(at) == 2 else f'{len(at)} times'} this week: {subject} "
        f"({', '.join(dict.fromkeys(at))})."
        for subject, at in often
        if len(at) > 1
    ]


def _subject(name: str) -> str:
    words = set(name.split("_"))
    return next((about for about, known in _SUBJECTS.items() if words & set(known.split())), "")
