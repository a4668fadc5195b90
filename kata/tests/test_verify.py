"""`kata verify` finds whatever breaks a kata's contract: one thing of each kind is broken here."""

import re

import pytest

from kata import catalog, stubs
from kata.verify import (
    prove,
    stray_files,
)

SOLUTION, STUB = "solutions/basics/softmax.py", "exercises/basics/softmax.py"
TEST, ATTEMPTS = "tests/basics/test_softmax.py", "attempts/basics/softmax.py"
HINTS = "hints/basics/softmax.md"
RAISE = re.compile(r"    raise NotImplementedError.*\n")


def body_of_the_solution(text):
    return text[text.index("    if x.shape") :]


def edit(checkout, name, change):
    file = checkout / name
    file.write_text(change(file.read_text()))


def proof_of(checkout, runner):
    return prove(catalog.load(checkout).find("softmax"), runner)


def test_an_unbroken_kata_is_proven(checkout, katas, runner):
    assert proof_of(checkout, runner).lines() == []
    assert stray_files(katas) == []


def a_stub_that_passes(checkout):
    solution = (checkout / SOLUTION).read_text()
    edit(checkout, STUB, lambda text: RAISE.sub("", text) + body_of_the_solution(solution))
    stubs.freeze(catalog.load(checkout))


def a_stub_that_fails_for_another_reason(checkout):
    edit(checkout, STUB, lambda text: RAISE.sub("    return x.no_such_thing\n", text))
    stubs.freeze(catalog.load(checkout))


def a_stub_with_a_hole_fewer(checkout):
    edit(
        checkout,
        STUB,
        lambda text: text.replace("    raise", "    if not x.size: return x\n    raise"),
    )
    stubs.freeze(catalog.load(checkout))


BROKEN = {
    "a stub that passes": (a_stub_that_passes, "stub: the stub passes test_"),
    "a stub that fails for another reason": (
        a_stub_that_fails_for_another_reason,
        "but not by NotImplementedError",
    ),
    "a stub that passes one test": (a_stub_with_a_hole_fewer, "stub: the stub passes test_"),
    "a stub that is not kept": (
        lambda c: edit(c, STUB, lambda t: t + "\n"),
        "kata/originals/basics/softmax.py is not the stub",
    ),
    "a solution that fails": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("y /=", "y *=")),
        "seeds: with seed 0, the solution fails test_",
    ),
    "a solution that belies its annotation": (
        lambda c: (
            [
                edit(c, name, lambda t: t.replace('-> Float[np.ndarray, "*shape"]', "-> float"))
                for name in (SOLUTION, STUB)
            ]
            and stubs.freeze(catalog.load(c))
        ),
        "types: with its annotations checked, the solution fails",
    ),
    "a right attempt that fails": (
        lambda c: edit(
            c, ATTEMPTS, lambda t: t.replace("np.exp(x - top - np.log", "np.exp(x - np.log")
        ),
        "right: through_log_sum_exp, a right answer, fails",
    ),
    "a wrong attempt that passes": (
        lambda c: edit(
            c, ATTEMPTS, lambda t: t.replace("e / e.sum()", "e / e.sum(axis, keepdims=True)")
        ),
        "wrong: one_sum_for_all_rows, a wrong answer, is solved",
    ),
    "an attempt diagnosed as another too": (
        lambda c: edit(
            c,
            ATTEMPTS,
            lambda t: (
                t
                + '\n\n@wrong(softmax, "Twice.")\n'
                + "def twin(x, axis=-1):\n    return logarithms(x, axis)\n"
            ),
        ),
        "wrong: logarithms is diagnosed as twin too",
    ),
    "an attempt diagnosed as another": (
        lambda c: edit(
            c,
            ATTEMPTS,
            lambda t: (
                t
                + "\n\nstate = []\n\n\n"
                + '@wrong(softmax, "Drifts.")\ndef drifting(x, axis=-1):\n    state.append(0)\n'
                + "    return softmax(x, axis) + len(state)\n"
            ),
        ),
        "wrong: drifting is diagnosed as nothing",
    ),
    "too few attempts": (
        lambda c: edit(c, ATTEMPTS, lambda t: t[: t.index("@wrong")]),
        "texts: 0 wrong attempts; at least 4 are needed",
    ),
    "attempts that cannot be loaded": (
        lambda c: edit(c, ATTEMPTS, lambda t: "import nowhere\n" + t),
        "attempts/basics/softmax.py: ModuleNotFoundError",
    ),
    "tests that decoys pass": (
        lambda c: edit(
            c,
            TEST,
            lambda t: "def assert_close(*_, **__): pass\n" + t.replace("    assert_close,\n", ""),
        ),
        "decoys: softmax passes with zeros for its results",
    ),
    "tests that let an error of 0.001 pass": (
        lambda c: edit(
            c,
            TEST,
            lambda t: (
                t
                + "\n\nstrict = assert_close\n\n\n"
                + "def assert_close(a, b, atol=0):\n    strict(a, b, rtol=0.5, atol=0.02)\n"
            ),
        ),
        "decoys: softmax passes with off by 0.001 for its results",
    ),
    "a drifted docstring": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("along one axis", "along an axis")),
        "texts: softmax has another docstring in the stub than in the solution",
    ),
    "a drifted signature": (
        lambda c: edit(c, SOLUTION, lambda t: t.replace("axis: int = -1", "axis: int = 1")),
        "texts: softmax has another signature in the stub than in the solution",
    ),
    "a public helper in the solution": (
        lambda c: edit(c, SOLUTION, lambda t: t + "\n\ndef helper():\n    pass\n"),
        "texts: the solution defines helper, the stub does not",
    ),
    "a missing hint level": (
        lambda c: edit(c, HINTS, lambda t: t.replace("## Hint 2", "## Another hint")),
        "texts: hints/basics/softmax.md should have the sections Hint 1, Hint 2,",
    ),
    "an empty hint": (
        lambda c: edit(
            c, HINTS, lambda t: re.sub(r"(?s)(## Hint 2\n).*?(## Hint 3)", r"\1\n\2", t)
        ),
        "the section 'Hint 2' is empty",
    ),
    "a missing file": (
        lambda c: (c / HINTS).unlink(),
        "texts: hints/basics/softmax.md is missing",
    ),
    "a stray file": (
        lambda c: (c / "solutions/basics/softmin.py").write_text(""),
        "solutions/basics/softmin.py belongs to no kata in curriculum.toml",
    ),
    "a topic without its page": (
        lambda c: (c / "exercises/basics/README.md").unlink(),
        "exercises/basics/README.md is missing",
    ),
}


@pytest.mark.parametrize(("break_it", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_contract_is_named(checkout, runner, break_it, problem):
    break_it(checkout)
    found = proof_of(checkout, runner).lines() + stray_files(catalog.load(checkout))
    assert any(problem in line for line in found), found
