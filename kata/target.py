"""Which code answers to the name `exercises`.

A test says `from exercises.basics.softmax import softmax`. What that finds is settled here, before
the test is loaded: the learner's file, one that was written in an interview, the reference
solution, the solution with an attempt in it, or stand-ins for an answer in another process. A
finder on `sys.meta_path` does it.
"""

import contextlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from kata import loading
from kata.attempts import Attempt, attempts_in
from kata.catalog import EXERCISES, INTERVIEW, Catalog, Kata

NAME = EXERCISES

Change = Callable[[ModuleType], None]


class _Loader(SourceFileLoader):
    """Loads one kata's answer; always compiles afresh.

    Python trusts a cached .pyc when size and whole seconds agree; two quick saves can share both.
    """

    def __init__(self, fullname: str, path: str, kata: Kata, change: Change | None) -> None:
        super().__init__(fullname, path)
        self._kata = kata
        self._change = change

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        importlib.util.decode_source(source)  # Raises where Python would not run the file.
        code = self.source_to_code(source, path)
        file = self._kata.relative(Path(path))
        loading.check_imports(source, file, loading.forbidden(torch=self._kata.torch))
        return code

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except SystemExit as error:
            file = self._kata.relative(Path(self.path))
            raise ImportError(
                f"{file} ends the program while it is loaded (SystemExit)."
            ) from error
        if self._change:
            self._change(module)


class _StandIns(Loader):
    """Loads a module that has these names."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(self._names)


class _Finder(MetaPathFinder):
    def __init__(
        self,
        catalog: Catalog,
        tree: str,
        changes: dict[str, Change],
        stand_ins: dict[str, dict[str, Any]],
        trees: dict[str, str],
    ) -> None:
        self._catalog = catalog
        self._tree = tree
        self._trees = trees
        self._changes = changes
        self._stand_ins = stand_ins

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parts = fullname.split(".")
        if parts[0] != NAME:
            return None
        kata = self._catalog.by_id.get("/".join(parts[1:]))
        if kata is None:
            places = [self._catalog.root.joinpath(tree, *parts[1:]) for tree in self._all_trees()]
            return _folder_spec(fullname, [place for place in places if place.is_dir()])
        if kata.id in self._stand_ins:
            return ModuleSpec(fullname, _StandIns(self._stand_ins[kata.id]))
        file = kata.file_in(self._trees.get(kata.id, self._tree))
        if not file.is_file():  # Nor may another finder take one that lies in another tree.
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        loader = _Loader(fullname, str(file), kata, self._changes.get(kata.id))
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)

    def _all_trees(self) -> list[str]:
        return list(dict.fromkeys([self._tree, *self._trees.values()]))

    def solved(self) -> "_Finder | None":
        """One for the same katas by which all are solved; None where they are."""
        if self._tree == "solutions" and not self._trees:
            return None
        return _Finder(self._catalog, "solutions", {}, {}, {})

    def modules(self) -> list[str]:
        """The names of all modules that it finds."""
        topics = (f"{NAME}.{topic.name}" for topic in self._catalog.topics)
        return [NAME, *topics, *(f"{NAME}.{kata.module}" for kata in self._catalog.katas)]


def install(
    catalog: Catalog,
    tree: str = NAME,
    changes: dict[str, Change] | None = None,
    stand_ins: dict[str, dict[str, Any]] | None = None,
    trees: dict[str, str] | None = None,
) -> None:
    """Let `exercises` stand for the files under `tree`, until the next call.

    `changes` maps a kata's id to what is done to its module once it is loaded, `stand_ins` to the
    names of a module that takes the place of its file, `trees` to the tree that its file lies in,
    where that is another one.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    _forget(NAME)
    sys.meta_path.insert(0, _Finder(catalog, tree, changes or {}, stand_ins or {}, trees or {}))


def installed() -> bool:
    """Whether this process has settled what `exercises` is."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def learners_name(kata: Kata, file: Path) -> str | None:
    """What to call a file that the learner wrote; None for any other file."""
    trees = kata.root / NAME, kata.root / INTERVIEW
    return kata.relative(file) if any(file.is_relative_to(tree) for tree in trees) else None


def put_in(attempt: Attempt) -> Change:
    """The change that puts `attempt` in the place of the names that it replaces."""
    return lambda module: vars(module).update(attempt.answers)


def answer_module(kata: Kata) -> ModuleType:
    """The module that answers for `kata` now."""
    return importlib.import_module(f"{NAME}.{kata.module}")


def solution_module(kata: Kata) -> ModuleType:
    """The reference solution, built on solutions alone, whatever `exercises` stands for."""
    if not kata.parts_in(kata.solution.read_bytes()):
        return house_module(kata, "solutions")
    with _all_solved():
        return house_module(kata, "solutions")


@contextlib.contextmanager
def _all_solved() -> Iterator[None]:
    """Let `exercises` stand for the solutions while the block runs."""
    finder = next((one for one in sys.meta_path if isinstance(one, _Finder)), None)
    solved = finder.solved() if finder else None
    if finder is None or solved is None:
        yield
        return
    place, names = sys.meta_path.index(finder), finder.modules()
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.meta_path[place] = solved
    try:
        yield
    finally:
        sys.meta_path[place] = finder
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)


def public_names(module: ModuleType) -> list[str]:
    """The functions and classes that a module itself defines for use from outside."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def solution_copy(kata: Kata) -> ModuleType:
    """The reference solution once more, in a module of its own that may be changed."""
    name = f"{NAME}_solved.{kata.module}"
    spec = importlib.util.spec_from_file_location(name, kata.solution)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def attempts_of(kata: Kata) -> list[Attempt]:
    """The attempts of `kata`; none where attempts are not shipped."""
    if not kata.attempts.is_file():
        return []
    return attempts_in(house_module(kata, "attempts"), kata.solution)


def house_module(kata: Kata, tree: str) -> ModuleType:
    """A module of this checkout's solutions, attempts or pictures; another one's are forgotten."""
    root = str(kata.root)
    if root not in sys.path[:1]:
        sys.path.insert(0, root)
        _forget("solutions", "attempts", "pictures")
    return importlib.import_module(f"{tree}.{kata.module}")


def _forget(*packages: str) -> None:
    """Let these packages, with all that is in them, be imported anew."""
    # Looked at only where it must be: in a fork, a look at all names copies hundreds of pages.
    if any(package in sys.modules for package in packages):
        for name in [name for name in sys.modules if name.split(".")[0] in packages]:
            del sys.modules[name]


def _folder_spec(fullname: str, folders: Sequence[Path]) -> ModuleSpec | None:
    if not folders:
        return None
    spec = ModuleSpec(fullname, loader=None, is_package=True)
    spec.submodule_search_locations = [str(folder) for folder in folders]
    return spec
