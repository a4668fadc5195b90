"""Whether grading behind the wall gives every known answer the marks that it deserves.

    python benchmarks/grade_attempts.py [KATA ...]

For each kata (all, unless some are named): the solution has to earn full points at three seeds, the
untouched stub nothing; each right attempt full points; each wrong attempt less. With each attempt,
the katas that build on this one are graded too, and one that has nothing to do with it: they have
to keep all their points. Also counts the wrong attempts that the diagnosis names. Those that write
into their arguments it cannot: behind the wall, no argument of a test changes.
"""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from told import katas_told

from kata import catalog, stubs, target
from kata.attempts import Attempt, edited
from kata.catalog import Catalog, Kata
from kata.grade.grading import Grader
from kata.grade.marks import SOLVED, TODO, KataMark
from kata.grade.submission import Submission
from kata.wall.judge import solutions

ROOT = Path(__file__).resolve().parent.parent
SEEDS = (0, 1, 2)
# In place of what attempts import from the tool.
DECORATORS = """
def wrong(replaced, text):
    return lambda answer: answer
def right(replaced):
    return lambda answer: answer
def slip(text, edits):
    return None
def rewrite(edits):
    return None
"""


@dataclass(frozen=True)
class Finding:
    """What grading made of one answer: what is wrong with that, and whether a mistake was named."""

    problem: str = ""
    is_wrong: bool = False
    is_named: bool = False


def main() -> None:
    katas = catalog.load(ROOT)
    chosen, _ = katas_told(katas, str(__doc__))
    everything: list[Finding] = []
    start = time.perf_counter()
    with Grader(katas) as grader:
        for kata in chosen:
            found = list(findings(grader, katas, kata))
            everything += found
            print(f"{kata.id}: {in_words(found)}", flush=True)
    print(f"in all: {in_words(everything)}; {time.perf_counter() - start:.0f} s")
    sys.exit(1 if any(finding.problem for finding in everything) else 0)


def in_words(found: list[Finding]) -> str:
    wrong = [finding for finding in found if finding.is_wrong]
    problems = [finding.problem for finding in found if finding.problem]
    counts = f"{len(found)} answers, {sum(one.is_named for one in wrong)} of {len(wrong)} named"
    return "\n  ".join([f"{counts}, {len(problems)} problems", *problems])


def findings(grader: Grader, katas: Catalog, kata: Kata) -> Iterator[Finding]:
    """One for each answer."""
    for seed in SEEDS:
        mark = grader.grade(submission(katas), [kata], seed=seed).katas[0]
        yield Finding("" if is_full(mark) else f"the solution at seed {seed}: {told(mark)}")
    stub = {f"exercises/{kata.id}.py": stubs.handed_out(kata)}
    mark = grader.grade(submission(katas, stub), [kata]).katas[0]
    yield Finding("" if (mark.status, mark.score) == (TODO, 0) else f"the stub: {told(mark)}")
    others = [other for other in katas.katas if kata.id in other.after]
    others += [other for other in katas.katas if other not in (kata, *others)][:1]
    for attempt in target.attempts_of(kata):
        handed_in = submission(katas, with_attempt(kata, attempt))
        own, *rest = grader.grade(handed_in, [kata, *others]).katas
        named = attempt.name in [name for name, _ in own.mistakes]
        yield Finding(problem_of(attempt, own, rest), not attempt.is_right, named)


def problem_of(attempt: Attempt, own: KataMark, rest: list[KataMark]) -> str:
    touched = [mark.id for mark in rest if not is_full(mark)]
    if touched:
        return f"{attempt.name} costs points of {', '.join(touched)}"
    if attempt.is_right:
        return "" if is_full(own) else f"{attempt.name}, which is right: {told(own)}"
    is_paid = own.score >= own.points or own.status == SOLVED
    return f"{attempt.name}, which is wrong, earns all" if is_paid else ""


def submission(katas: Catalog, changed: dict[str, str] | None = None) -> Submission:
    """All solutions, but for what is changed."""
    others = {name: text.encode() for name, text in (changed or {}).items()}
    return Submission("attempts", solutions(katas.katas) | others)


def with_attempt(kata: Kata, attempt: Attempt) -> dict[str, str]:
    """The solution with an attempt in its place, in files."""
    module = kata.id.replace("/", ".")
    attempts = kata.attempts.read_text()
    solution = kata.solution.read_text()
    if attempt.edits:
        return {f"exercises/{kata.id}.py": edited(solution, attempt.edits)}
    attempts = attempts.replace(f"from solutions.{module} import", "from exercises.pristine import")
    attempts = re.sub("from kata.attempts import .*\n", DECORATORS, attempts)
    [replaced] = attempt.replaces
    changed = f"{solution}\n\nfrom exercises.attempted import {attempt.name} as {replaced}\n"
    return {
        "exercises/pristine.py": solution,
        "exercises/attempted.py": attempts,
        f"exercises/{kata.id}.py": changed,
    }


def is_full(mark: KataMark) -> bool:
    return mark.status == SOLVED and mark.score == mark.points


def told(mark: KataMark) -> str:
    failed = [f"{one.name}: {one.kind}: {one.text}" for one in mark.failures if one.text]
    return f"{mark.status}, {mark.score} points. {mark.problem} {' | '.join(failed[:3])}"[:600]


if __name__ == "__main__":
    main()
