"""Whether the tests notice a small change to a solution (mutation testing).

    pip install -e '.[mutants]' && python benchmarks/mutants.py [KATA …]

Makes every mutant that cosmic-ray knows of each kata's solution (all, or those named), one at a
time, and tests it in the learner's place. What passes is printed with its line: either a test is
missing, or the mutant does the same as the solution. Annotations, the texts of errors and what runs
only as a script are not mutated. A kata whose unchanged solution does not pass is named and left
out, and the exit code is 1.
"""

import ast
import contextlib
import difflib
import itertools
import sys
import warnings
from collections.abc import Iterator

from changed_solutions import Copies, is_script
from told import katas_told

from kata import catalog
from kata.catalog import Kata
from kata.verdict import SOLVED


def main() -> None:
    katas = catalog.load()
    chosen, _ = katas_told(katas, str(__doc__))
    warnings.simplefilter("ignore", SyntaxWarning)  # Some mutants compare with `is`.
    with Copies(katas, attempts=False) as copies:
        counts = [survey(copies, kata) for kata in chosen if copies.can_tell(kata)]
    tried, survived = (sum(numbers) for numbers in zip((0, 0), *counts, strict=True))
    print(f"in all: {survived} of {tried} mutants pass")
    sys.exit(1 if len(counts) < len(chosen) else 0)


def survey(copies: Copies, kata: Kata) -> tuple[int, int]:
    """How many mutants there are, and how many pass; says which."""
    solution = kata.solution.read_text(encoding="utf-8")
    mutants, answers = itertools.tee(mutants_of(solution))
    tried, lines = 0, []
    for mutant, verdict in zip(mutants, copies.verdicts_on(kata, answers), strict=True):
        tried += 1
        if verdict.status == SOLVED:
            lines += ["", *changed_lines(solution, mutant)]
    print(f"{kata.id}: {lines.count('')} of {tried} mutants pass", *lines, sep="\n  ", flush=True)
    return tried, lines.count("")


def mutants_of(source: str) -> Iterator[str]:
    """Every text that differs from `source` by one mutation which can change what it does."""
    # Not above: each process that runs tests loads this file again, and has no use for these.
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

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
    """The syntax tree without annotations, texts of errors and what runs only as a script."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not is_script(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc.args = []
    return ast.dump(tree)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


if __name__ == "__main__":
    main()
