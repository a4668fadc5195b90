"""The scripts in `pictures/`: what each shows, and how it draws.

`pictures/TOPIC/NAME.py` draws the picture of a kata from the kata's functions:

    \"\"\"One sentence on what there is to see.\"\"\"

    SIZE = 7.5, 3.0  # inches
    SHOWS = "uphill"  # a wrong attempt that can be seen in it

    def draw(answer: Any, figure: SubFigure) -> None: ...

`answer` is the kata's module, the learner's or the solution's; `figure` is an empty one, or a part
of one. Both are drawn by the same lines, so what looks different is different.
"""

import ast
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from kata import target
from kata.catalog import Kata, KataError


def sentence(kata: Kata) -> str:
    """What there is to see in the picture of a kata; KataError where it has none."""
    if not kata.picture.is_file():
        raise KataError(f"{kata.id} has no picture. `kata show --list` names those that have one.")
    docstring = ast.get_docstring(ast.parse(kata.picture.read_bytes())) or ""
    return docstring.partition("\n")[0]


def having_one(katas: Sequence[Kata]) -> list[Kata]:
    """Those of these katas that have a picture."""
    return [kata for kata in katas if kata.picture.is_file()]


def shared(root: Path) -> list[Path]:
    """The modules that several pictures use, of the checkout at `root`."""
    return sorted((root / "pictures").glob("*.py"))


def files(kata: Kata) -> list[Path]:
    """The script of a kata and the shared modules behind it; none where it has no picture."""
    found = [kata.picture] if kata.picture.is_file() else []
    for file in found:  # It grows.
        names = _imported(ast.parse(file.read_bytes()))
        others = [kata.root / "pictures" / f"{name}.py" for name in sorted(names)]
        found += [other for other in others if other not in found]
    return found


def _imported(tree: ast.Module) -> set[str]:
    """The modules of `pictures` that a module imports."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "pictures":
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pictures."):
            names.add(str(node.module).removeprefix("pictures."))
    return names


def load(kata: Kata) -> ModuleType:
    """The script of a kata. What it imports from `pictures` is that checkout's."""
    return target.house_module(kata, "pictures")
