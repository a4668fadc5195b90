"""Whether the tests notice a small change to a solution (mutation testing).

    pip install -e '.[mutants]' && python benchmarks/mutants.py [KATA …]

Makes every mutant that cosmic-ray knows of each kata's solution (all, or those named), one at a
time, and tests it in the learner's place. What passes is printed with its line: either a test is
missing, or the mutant does the same as the solution. Annotations are not mutated.
"""

import ast
import contextlib
import difflib
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from kata import catalog
from kata.catalog import Catalog, Kata
from kata.runner import SOLVED, Runner

PARALLEL = 2


def main() -> None:
    original = catalog.load()
    chosen = [original.find(name).id for name in sys.argv[1:]] or list(original.by_id)
    warnings.simplefilter("ignore", SyntaxWarning)  # Some mutants compare with `is`.
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        katas = copy_of(original, Path(folder, "katas"))
        with ThreadPoolExecutor(PARALLEL) as pool:
            counts = list(pool.map(lambda name: survey(katas, katas.by_id[name]), chosen))
    tried, survived = (sum(numbers) for numbers in zip(*counts, strict=True))
    print(f"in all: {survived} of {tried} mutants pass")


def copy_of(katas: Catalog, root: Path) -> Catalog:
    """A checkout of its own, whose exercises may be written into.

    It has no attempts: to find out which one a mutant is like takes longer than to test it.
    """
    ignored = shutil.ignore_patterns(".*", "__pycache__", "attempts")
    shutil.copytree(katas.root, root, ignore=ignored)
    return catalog.load(root)


def survey(katas: Catalog, kata: Kata) -> tuple[int, int]:
    """How many mutants there are, and how many pass; says which."""
    solution = kata.solution.read_text()
    tried, lines = 0, []
    with Runner(katas) as runner:
        for mutant in mutants_of(solution):
            kata.exercise.write_text(mutant)
            tried += 1
            if runner.run(kata).status == SOLVED:
                lines += ["", *changed_lines(solution, mutant)]
    print(f"{kata.id}: {lines.count('')} of {tried} mutants pass", *lines, sep="\n  ", flush=True)
    return tried, lines.count("")


def mutants_of(source: str) -> Iterator[str]:
    """Every text that differs from `source` by one mutation which can change what it does."""
    seen = {meaning(source)}
    operators = [get_operator(name) for name in operator_names()]
    for operator in operators:
        if operator.arguments():  # It has to be told what to mutate.
            continue
        occurrence = 0
        while (mutant := mutate_code(source, operator(), occurrence)) is not None:
            occurrence += 1
            with contextlib.suppress(SyntaxError):
                if meaning(mutant) not in seen:
                    seen.add(meaning(mutant))
                    yield mutant


def meaning(source: str) -> str:
    """The syntax tree without annotations."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
    return ast.dump(tree)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


if __name__ == "__main__":
    main()
