"""Proves the contract of every kata: what CI runs, and what an author runs while writing one."""

import ast
import os
import queue
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kata import hints, stubs, target
from kata.attempts import Attempt
from kata.author import scaffold, survey
from kata.catalog import Catalog, Kata, KataError
from kata.grade.grading import Grader
from kata.runner import Runner
from kata.show import script
from kata.verdict import BROKEN, SOLVED, Surveyed, Verdict

RIGHT_ATTEMPTS, WRONG_ATTEMPTS, QUESTIONS = 2, 4, 3

# One worker a core; each runs one kata at a time.
PARALLEL = os.cpu_count() or 1

CHECKS = ("texts", "stub", "solution", "types", "wall", "examples", "right", "wrong", "decoys")


@dataclass
class Proof:
    """What was found for one kata: the problems of each check, and how many cases it had."""

    kata: Kata
    problems: dict[str, list[str]] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)

    def add(self, check: str, problems: list[str], cases: int = 1) -> None:
        self.problems[check] = problems
        self.cases[check] = cases

    @property
    def holds(self) -> bool:
        return not any(self.problems.values())

    def lines(self) -> list[str]:
        found = ((check, line) for check, lines in self.problems.items() for line in lines)
        return [f"{self.kata.id}: {check}: {line}" for check, line in found]


def verify(
    katas: Catalog,
    chosen: Sequence[Kata],
    *,
    seed: int = 0,
    on_proof: Callable[[Proof], None] = lambda proof: None,
) -> list[Proof]:
    """Prove the chosen katas, several at a time; `on_proof` hears of each as it is done.

    Those that may take long come first, so that at the end no core waits for one of them.
    """
    free: queue.SimpleQueue[Prover] = queue.SimpleQueue()
    provers = [Prover(katas) for _ in range(PARALLEL)]
    for prover in provers:
        free.put(prover)

    def one(kata: Kata) -> Proof:
        prover = free.get()
        try:
            proof = prover.prove(kata, seed)
        finally:
            free.put(prover)
        on_proof(proof)
        return proof

    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            slow_ones_first = sorted(chosen, key=lambda kata: -kata.seconds)
            proofs = pool.map(one, slow_ones_first)
            return sorted(proofs, key=lambda proof: chosen.index(proof.kata))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for prover in provers:
                prover.close()


class Prover:
    """Proves one kata after the other; close it at the end."""

    def __init__(self, katas: Catalog) -> None:
        self.runner = Runner(katas, serve=survey.serve)
        self._grader = Grader(katas)

    def close(self) -> None:
        self.runner.close()
        self._grader.close()

    def prove(self, kata: Kata, seed: int) -> Proof:
        """Every check of one kata; those that need a file which is missing are left out.

        The solution is run with this seed, and in other ways with the two after it.
        """
        proof, runner = Proof(kata), self.runner
        missing = missing_files(kata)
        if missing:
            proof.add("texts", missing)
            return proof
        try:
            attempts = target.attempts_of(kata)
        except Exception as error:  # An author's half-written file may raise anything.
            problem = f"{kata.relative(kata.attempts)}: {type(error).__name__}: {error}"
            proof.add("texts", [problem])
            return proof
        proof.add("texts", text_problems(kata) + attempt_problems(attempts))
        proof.add("stub", stub_problems(kata, runner.run(kata, seed=seed, diagnose=False)))
        found = runner.run(kata, tree="solutions", seed=seed, survey=True)
        proof.add("solution", solution_problems(found, seed))
        proof.add("types", types_problems(kata, runner, seed + 1))
        if sys.platform != "win32":  # There is no wall.
            proof.add("wall", wall_problems(kata, self._grader, seed + 2))
        right = [attempt for attempt in attempts if attempt.is_right]
        wrong = [attempt for attempt in attempts if not attempt.is_right]
        proof.add("right", right_problems(kata, right, runner, seed), len(right))
        proof.add("wrong", wrong_problems(wrong, found), len(wrong))
        proof.add("examples", example_problems(found))
        proof.add("decoys", decoy_problems(found), len(found.decoys))
        return proof


# --- Without running anything ----------------------------------------------------------------


def missing_files(kata: Kata) -> list[str]:
    files = (kata.exercise, kata.test, kata.solution, kata.attempts, kata.hints)
    return [f"{kata.relative(file)} is missing" for file in files if not file.is_file()]


def text_problems(kata: Kata) -> list[str]:
    """What is left to write, missing or lost, and where the stub differs from its solution."""
    problems = [*_left_to_write(kata), *_rows_missing(kata), *_named_twice(kata)]
    try:
        asked = len(hints.questions(kata))
        if asked < QUESTIONS:
            file = kata.relative(kata.hints)
            problems.append(
                f"{file}: interview questions: {asked}; at least {QUESTIONS} are needed"
            )
    except KataError as error:
        problems.append(str(error))
    if kata.kind in ("implement", "vectorize") and ">>>" not in kata.exercise.read_text("utf-8"):
        problems.append(f"{kata.relative(kata.exercise)} shows no example (>>>) in a docstring")
    try:
        problems += _interface_problems(kata)
    except (SyntaxError, UnicodeDecodeError) as error:
        problems.append(f"cannot be parsed: {error}")
    if not stubs.is_untouched(kata):
        file, command = kata.relative(kata.exercise), f"kata freeze {kata.name}"
        problems.append(f"{file} is not the stub of the solution: `{command}` writes it")
    return problems


def _left_to_write(kata: Kata) -> Iterator[str]:
    for file in (kata.solution, kata.test, kata.attempts, kata.hints):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            if scaffold.TO_WRITE in line:
                yield f"{kata.relative(file)}:{number} is still to be written: {line.strip()}"


def _rows_missing(kata: Kata) -> Iterator[str]:
    topic_page = kata.exercise.parent / "README.md"
    rows = {
        topic_page: rf"\[{kata.name}\]\({kata.name}\.py\)",
        kata.root / "README.md": rf"\({kata.relative(topic_page)}\).*\b{kata.name}\b",
    }
    for page, row in rows.items():
        # A topic without its page is told once, not for each kata.
        if page.is_file() and not re.search(row, page.read_text(encoding="utf-8")):
            yield f"{kata.relative(page)} does not name {kata.name} in its table"


def _named_twice(kata: Kata) -> Iterator[str]:
    """Attempts that are lost, as another of the same name follows."""
    seen: set[str] = set()
    for node in ast.parse(kata.attempts.read_bytes()).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        names += [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        for name in names:
            if name in seen:
                yield f"{kata.relative(kata.attempts)}:{node.lineno} names {name} a second time"
            seen.add(name)


def attempt_problems(attempts: list[Attempt]) -> list[str]:
    right = sum(attempt.is_right for attempt in attempts)
    wrong = len(attempts) - right
    problems = []
    if right < RIGHT_ATTEMPTS:
        problems.append(f"right attempts: {right}; at least {RIGHT_ATTEMPTS} are needed")
    if wrong < WRONG_ATTEMPTS:
        problems.append(f"wrong attempts: {wrong}; at least {WRONG_ATTEMPTS} are needed")
    return problems


def stray_files(katas: Catalog) -> list[str]:
    """Files in the trees that belong to no kata, and topics without their page."""
    known = {file for kata in katas.katas for file in _files(kata)}
    known.update(script.shared(katas.root))
    topics = [topic.name for topic in katas.topics if katas.of_topic(topic.name)]
    pages = [katas.root / "exercises" / topic / "README.md" for topic in topics]
    problems = [
        f"{page.relative_to(katas.root).as_posix()} is missing"
        for page in pages
        if not page.is_file()
    ]
    for tree in ("exercises", "tests", "solutions", "attempts", "hints", "pictures"):
        for file in sorted((katas.root / tree).rglob("*")):
            ignored = "__pycache__" in file.parts or file.is_dir() or file in pages
            if not ignored and file not in known:
                name = file.relative_to(katas.root).as_posix()
                problems.append(f"{name} belongs to no kata in curriculum.toml")
    return problems


def _files(kata: Kata) -> tuple[Path, ...]:
    return (
        kata.exercise,
        kata.test,
        kata.solution,
        kata.attempts,
        kata.hints,
        kata.start,
        kata.picture,
    )


def _interface_problems(kata: Kata) -> list[str]:
    stub, solution = _interface(kata.exercise), _interface(kata.solution)
    problems = []
    for name in dict.fromkeys([*stub, *solution]):
        if name not in solution:
            problems.append(f"the stub defines {name}, the solution does not")
        elif name not in stub:
            problems.append(f"the solution defines {name}, the stub does not")
        elif stub[name][0] != solution[name][0]:
            problems.append(f"{name} has another signature in the stub than in the solution")
        elif stub[name][1] != solution[name][1]:
            problems.append(f"{name} has another docstring in the stub than in the solution")
    return problems


def _interface(file: Path) -> dict[str, tuple[str, str | None]]:
    """Every public name in a file with its signature and docstring, methods included."""
    tree = ast.parse(file.read_bytes())
    found: dict[str, tuple[str, str | None]] = {"the module": ("", ast.get_docstring(tree))}
    for node, name in _definitions(tree, ""):
        found[name] = _signature(node), ast.get_docstring(node)
    return found


Definition = ast.FunctionDef | ast.ClassDef


def _definitions(parent: ast.AST, prefix: str) -> Iterator[tuple[Definition, str]]:
    for node in ast.iter_child_nodes(parent):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") and node.name != "__init__":
            continue
        yield node, prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, f"{prefix}{node.name}.")


def _signature(node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        return ", ".join(map(ast.unparse, node.bases))
    returns = ast.unparse(node.returns) if node.returns else ""
    return f"({ast.unparse(node.args)}) -> {returns}"


# --- By running the tests --------------------------------------------------------------------


def stub_problems(kata: Kata, verdict: Verdict) -> list[str]:
    """The untouched stub fails, for the reason that its kind says."""
    if verdict.status == BROKEN:
        return [f"the stub: {verdict.problem}"]
    passing = [name for name in verdict.tests if verdict.outcomes.get(name) == "passed"]
    failing = [name for name in verdict.tests if verdict.outcomes.get(name) == "failed"]
    if kata.kind == "vectorize":
        wrong = [name for name in failing if name not in verdict.speed]
        problems = [f"the stub fails {name}, which is not about speed" for name in wrong]
        return problems or ([] if failing else ["the stub passes every test"])
    if kata.kind == "debug":
        return [] if failing else ["the stub passes every test"]
    return [f"the stub passes {name}" for name in passing] + [
        f"the stub fails {name}, but not by NotImplementedError" for name in failing
    ]


def solution_problems(verdict: Verdict, seed: int) -> list[str]:
    """The solution passes."""
    return _unsolved(f"with seed {seed}, the solution", verdict)


def types_problems(kata: Kata, runner: Runner, seed: int) -> list[str]:
    """The solution keeps its own annotations."""
    verdict = runner.run(kata, tree="solutions", seed=seed, change=("checked",))
    return _unsolved(f"with seed {seed} and its annotations checked, the solution", verdict)


def wall_problems(kata: Kata, grader: Grader, seed: int) -> list[str]:
    """All that the tests ask for crosses the wall."""
    verdict = grader.judge_solution(kata, seed)
    return _unsolved(f"with seed {seed} and behind the wall, the solution", verdict)


def right_problems(kata: Kata, right: list[Attempt], runner: Runner, seed: int) -> list[str]:
    """Each right attempt passes the tests, and the examples in the docstrings are true of it."""
    problems = []
    for attempt in right:
        change = ("attempt", attempt.name)
        verdict = runner.run(kata, tree="solutions", seed=seed, change=change)
        problems += _unsolved(f"{attempt.name}, a right answer,", verdict)
        problems += [
            f"the example {example.code} is red for {attempt.name}, a right answer: "
            f"it gives {example.gives or 'nothing'}"
            for example in verdict.examples
            if not example.right
        ]
    return problems


def wrong_problems(wrong: list[Attempt], verdict: Verdict) -> list[str]:
    """Each wrong attempt is failed by the tests, and named, and no other with it."""
    problems = [verdict.problem] if verdict.status == BROKEN else []
    for attempt in wrong:
        surveyed = verdict.survey.get(attempt.name)
        if surveyed:
            problems += _survey_problems(attempt.name, surveyed)
        else:
            problems.append(f"{attempt.name} was not tried")
    return problems


def example_problems(verdict: Verdict) -> list[str]:
    """The examples in the docstrings are true."""
    wrong = [example for example in verdict.examples if not example.right]
    return [f"the example {example.code} gives {example.gives}" for example in wrong]


def _survey_problems(name: str, surveyed: Surveyed) -> list[str]:
    if not surveyed.fails:
        return [f"{name}, a wrong answer, passes"]
    others = [other for other in surveyed.mistakes if other != name]
    if name in surveyed.mistakes:
        return [f"{name} is diagnosed as {other} too" for other in others]
    return [f"{name} is diagnosed as {' and '.join(others) or 'nothing'}"]


def decoy_problems(verdict: Verdict) -> list[str]:
    """No result spoiled in a general way passes, and none changes what a test expects."""
    passing = [decoy for decoy in verdict.decoys if decoy.passes]
    problems = [f"{decoy.name} passes with its results spoiled: {decoy.kind}" for decoy in passing]
    return problems + [
        f"{test} expects something else of an answer that writes into its arguments: "
        "find out what is expected before the answer is called"
        for decoy in verdict.decoys
        for test in decoy.misled
    ]


def _unsolved(what: str, verdict: Verdict) -> list[str]:
    if verdict.status == SOLVED:
        return []
    if verdict.failures:
        failure = verdict.failures[0]
        return [f"{what} fails {failure.name}: {failure.kind}: {failure.text}"]
    return [f"{what} is {verdict.status}: {verdict.problem}"]
