"""`kata verify` finds whatever breaks a kata's contract: one thing of each kind is broken here."""

import contextlib
import re

import pytest

from kata import catalog, stubs
from kata.author.verify import (
    CHECKS,
    Prover,
    attempt_problems,
    decoy_problems,
    example_problems,
    missing_files,
    right_problems,
    solution_problems,
    stray_files,
    stub_problems,
    text_problems,
    types_problems,
    wall_problems,
    wrong_problems,
)
from kata.grade.grading import Grader
from kata.target import attempts_of
from kata.tests.conftest import RIGHT, WRONG

SOLUTION, STUB = "solutions/basics/softmax.py", "exercises/basics/softmax.py"
TEST, ATTEMPTS = "tests/basics/test_softmax.py", "attempts/basics/softmax.py"
HINTS, START = "hints/basics/softmax.md", "solutions/basics/softmax.start.py"
RAISE = re.compile(r"    raise NotImplementedError.*\n")


@pytest.fixture
def prover(katas):
    with contextlib.closing(Prover(katas)) as prover:
        yield prover


def body_of_the_solution(text):
    return text[text.index("    if x.shape") :]


def edit(checkout, name, change):
    file = checkout / name
    file.write_text(change(file.read_text()))


def start_from(checkout, change):
    """Let the kata have a stub that is not derived from its solution."""
    (checkout / START).write_text(change((checkout / STUB).read_text()))
    stubs.reset(catalog.load(checkout).find("softmax"))


def test_an_unbroken_kata_is_proven(prover, katas, softmax):
    proof = prover.prove(softmax, 0)
    assert proof.lines() == []
    assert set(proof.problems) == set(CHECKS)
    assert stray_files(katas) == []


def a_stub_that_passes(checkout):
    solution = (checkout / SOLUTION).read_text()
    start_from(checkout, lambda text: RAISE.sub("", text) + body_of_the_solution(solution))


def a_stub_that_fails_for_another_reason(checkout):
    start_from(checkout, lambda text: RAISE.sub("    return x.no_such_thing\n", text))


def a_stub_with_a_hole_fewer(checkout):
    start_from(
        checkout, lambda text: text.replace("    raise", "    if not x.size: return x\n    raise")
    )


def texts(kata, runner):
    return missing_files(kata) or text_problems(kata) + attempt_problems(attempts_of(kata))


def stub(kata, runner):
    return stub_problems(kata, runner.run(kata))


def solution(kata, runner):
    return solution_problems(runner.run(kata, tree="solutions"), 0)


def types(kata, runner):
    return types_problems(kata, runner, 0)


def right(kata, runner):
    return right_problems(kata, [a for a in attempts_of(kata) if a.is_right], runner, 0)


def wrong(kata, runner):
    found = runner.run(kata, tree="solutions", survey=True)
    return wrong_problems([a for a in attempts_of(kata) if not a.is_right], found)


def examples(kata, runner):
    return example_problems(runner.run(kata, tree="solutions", survey=True))


def decoys(kata, runner):
    return decoy_problems(runner.run(kata, tree="solutions", survey=True))


def wall(kata, runner):
    with Grader(catalog.load(kata.root)) as grader:
        return wall_problems(kata, grader, 0)


def everything(kata, runner):
    with contextlib.closing(Prover(catalog.load(kata.root))) as prover:
        return prover.prove(kata, 0).lines()


def strays(kata, runner):
    return stray_files(catalog.load(kata.root))


def belie_the_annotation(checkout):
    for name in (SOLUTION, STUB):
        edit(checkout, name, lambda t: t.replace('-> Float[np.ndarray, "*shape"]', "-> float"))


TWIN = """
twin = slip("The same once more.", {"return y": "y = np.log(y)\\nreturn y"})
"""

MANNERS_ALONE = """
from functools import partial

from exercises.basics.softmax import softmax
from kata.testing import manners


@manners()
def test_manners(rng):
    return partial(softmax, rng.normal(size=(3, 4)))
"""

LAX = """

strict = assert_close


def assert_close(a, b, atol=0):
    strict(a, b, rtol=0.5, atol=0.02)
"""

BLIND = "def assert_close(*_, **__): pass\n\n\ndef manners(): return lambda _: None\n\n\n"


def blinded(test):
    return BLIND + test.replace("    assert_close,\n", "").replace("    manners,\n", "")


OF_ONE_PROCESS = """

def test_the_module():
    assert softmax.__globals__["np"] is np
"""

FAILS_THE_EXAMPLE = "    if x.shape == (2,) and not x.any(): return x\n"

BROKEN = {
    "a stub that passes": (a_stub_that_passes, stub, "the stub passes test_"),
    "a stub that fails for another reason": (
        a_stub_that_fails_for_another_reason,
        stub,
        "but not by NotImplementedError",
    ),
    "a stub that passes one test": (a_stub_with_a_hole_fewer, stub, "the stub passes test_"),
    "a stub that is not that of the solution": (
        lambda c: edit(c, STUB, lambda t: t + "\n"),
        texts,
        "exercises/basics/softmax.py is not the stub of the solution",
    ),
    "a solution that fails": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("y /=", "y *=")),
        solution,
        "with seed 0, the solution fails test_",
    ),
    "a solution that belies its annotation": (
        belie_the_annotation,
        types,
        "with seed 0 and its annotations checked, the solution fails",
    ),
    "a test that asks for what does not cross the wall": (
        lambda c: edit(c, TEST, lambda t: t + OF_ONE_PROCESS),
        wall,
        "with seed 0 and behind the wall, the solution fails test_the_module",
    ),
    "an example that is not true": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("array([0.5, 0.5])", "array([1., 0.])")),
        examples,
        "gives array([0.5, 0.5])",
    ),
    "an example that is not true of a right attempt": (
        lambda c: edit(
            c, ATTEMPTS, lambda t: t.replace("    top =", FAILS_THE_EXAMPLE + "    top =")
        ),
        right,
        "the example softmax(np.array([0.0, 0.0])) is red for through_log_sum_exp, a right answer",
    ),
    "a right attempt that fails": (
        lambda c: edit(c, ATTEMPTS, lambda t: t.replace("x - top - np.log(", "x - np.log(")),
        right,
        "through_log_sum_exp, a right answer, fails",
    ),
    "a wrong attempt that passes": (
        lambda c: edit(
            c, ATTEMPTS, lambda t: t.replace('"y.sum()"', '"y.sum(axis, keepdims=True)"')
        ),
        wrong,
        "one_sum_for_all_rows, a wrong answer, passes",
    ),
    "an attempt diagnosed as another": (
        lambda c: edit(c, ATTEMPTS, lambda t: t + TWIN),
        wrong,
        "logarithms is diagnosed as twin too",
    ),
    "too few attempts": (
        lambda c: edit(c, ATTEMPTS, lambda t: t[: t.index("without_the_maximum")]),
        texts,
        "wrong attempts: 0; at least 4 are needed",
    ),
    "two attempts of one name": (
        lambda c: edit(c, ATTEMPTS, lambda t: t + TWIN + TWIN),
        texts,
        " names twin a second time",
    ),
    "a slip of what does not stand there": (
        lambda c: edit(c, ATTEMPTS, lambda t: t.replace('"return y"', '"return z"')),
        everything,
        "attempts/basics/softmax.py: SlipError: logarithms: 'return z' stands 0 times",
    ),
    "attempts that cannot be loaded": (
        lambda c: edit(c, ATTEMPTS, lambda t: "import nowhere\n" + t),
        everything,
        "attempts/basics/softmax.py: ModuleNotFoundError",
    ),
    "tests that decoys pass": (
        lambda c: edit(c, TEST, blinded),
        decoys,
        "softmax passes with its results spoiled: zeros",
    ),
    "tests that compare an answer with itself alone": (
        lambda c: edit(c, TEST, lambda t: MANNERS_ALONE),
        decoys,
        "softmax passes with its results spoiled: zeros",
    ),
    "tests that let an error of 0.001 pass": (
        lambda c: edit(c, TEST, lambda t: t + LAX),
        decoys,
        "softmax passes with its results spoiled: an error of 0.001",
    ),
    "a drifted docstring": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("along one axis", "along an axis")),
        texts,
        "softmax has another docstring in the stub than in the solution",
    ),
    "a drifted signature": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("axis: int = -1", "axis: int = 1")),
        texts,
        "softmax has another signature in the stub than in the solution",
    ),
    "a public helper in the solution": (
        lambda c: edit(c, SOLUTION, lambda t: t + "\n\ndef helper():\n    pass\n"),
        texts,
        "the solution defines helper, the stub does not",
    ),
    "a missing hint level": (
        lambda c: edit(c, HINTS, lambda t: t.replace("## Hint 2", "## Another hint")),
        texts,
        "hints/basics/softmax.md should have the sections Hint 1, Hint 2,",
    ),
    "missing interview questions": (
        lambda c: edit(
            c, HINTS, lambda t: re.sub(r"(?s)## In an interview\n.*?(## Sources)", r"\1", t)
        ),
        texts,
        "hints/basics/softmax.md: interview questions: 0; at least 3 are needed",
    ),
    "a follow-up question that is none": (
        lambda c: edit(c, HINTS, lambda t: t.replace("**Why subtract", "Why subtract")),
        texts,
        "a follow-up should be **a question?** and its answer",
    ),
    "an empty hint": (
        lambda c: edit(
            c, HINTS, lambda t: re.sub(r"(?s)(## Hint 2\n).*?(## Hint 3)", r"\1\n\2", t)
        ),
        texts,
        "these sections are empty: Hint 2",
    ),
    "a missing file": (
        lambda c: (c / HINTS).unlink(),
        everything,
        "texts: hints/basics/softmax.md is missing",
    ),
    "a stray file": (
        lambda c: (c / "solutions/basics/softmin.py").write_text(""),
        strays,
        "solutions/basics/softmin.py belongs to no kata in curriculum.toml",
    ),
    "a page without the kata's row": (
        lambda c: edit(c, "exercises/basics/README.md", lambda t: t.replace("softmax", "softmin")),
        texts,
        "exercises/basics/README.md does not name softmax in its table",
    ),
    "a README whose topic has another kata of a like name": (
        lambda c: (c / "README.md").write_text(
            "softmax\n| [Basics](exercises/basics/README.md) | online_softmax |\n"
        ),
        texts,
        "README.md does not name softmax in its table",
    ),
    "no example": (
        lambda c: (
            edit(c, SOLUTION, lambda t: t.replace(">>>", "")),
            stubs.reset(catalog.load(c).find("softmax")),
        ),
        texts,
        "exercises/basics/softmax.py shows no example (>>>) in a docstring",
    ),
    "a topic without its page": (
        lambda c: (c / "exercises/basics/README.md").unlink(),
        strays,
        "exercises/basics/README.md is missing",
    ),
}


@pytest.mark.parametrize(("break_it", "check", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_contract_is_named(checkout, prover, break_it, check, problem):
    break_it(checkout)
    found = check(catalog.load(checkout).find("softmax"), prover.runner)
    assert any(problem in line for line in found), found


# --- Stubs that start from working code ---

LOOPING = """\
rows = np.moveaxis(x, axis, -1)
if rows.shape[-1] == 0:
    raise ValueError("x is empty")
y = np.empty_like(rows)
for index in np.ndindex(rows.shape[:-1]):
    e = np.exp(rows[index] - rows[index].max())
    y[index] = e / e.sum()
return np.moveaxis(y, -1, axis)"""


def begin_with(checkout, answer, kind, body):
    edit(checkout, "curriculum.toml", lambda t: t.replace('"implement"', f'"{kind}"'))
    answer(body)
    start_from(checkout, lambda text: text)
    return catalog.load(checkout).find("softmax")


def test_a_right_but_looping_stub_is_as_it_should_be(checkout, answer, prover):
    kata = begin_with(checkout, answer, "vectorize", LOOPING)
    verdict = prover.runner.run(kata)
    assert stub_problems(kata, verdict) == []
    assert verdict.status == "todo"
    assert {failure.name for failure in verdict.failures} <= set(verdict.speed)


def test_a_looping_stub_with_wrong_results_is_named(checkout, answer, prover):
    kata = begin_with(checkout, answer, "vectorize", LOOPING.replace("e / e.sum()", "e"))
    assert any(
        "which is not about speed" in line for line in stub_problems(kata, prover.runner.run(kata))
    )


@pytest.mark.parametrize("kind", ["vectorize", "debug"])
def test_a_stub_with_nothing_left_to_do_is_named(checkout, answer, prover, kind):
    kata = begin_with(checkout, answer, kind, RIGHT)
    assert stub_problems(kata, prover.runner.run(kata)) == ["the stub passes every test"]


def test_a_program_with_a_bug_is_as_it_should_be(checkout, answer, prover):
    kata = begin_with(checkout, answer, "debug", WRONG)
    assert stub_problems(kata, prover.runner.run(kata)) == []


def test_once_touched_working_code_is_no_longer_to_do(checkout, answer, prover):
    kata = begin_with(checkout, answer, "debug", WRONG)
    edit(checkout, STUB, lambda text: text + "\n# mine\n")
    assert prover.runner.run(kata).status == "failed"
