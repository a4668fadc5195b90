"""What `exercises` stands for."""

import sys
from dataclasses import replace

import pytest

from kata import loading, target
from kata.catalog import INTERVIEW


@pytest.fixture(autouse=True)
def as_before():
    """Other tests of this process get their own `exercises` back."""
    path, finders = list(sys.path), list(sys.meta_path)
    house = ("exercises", "solutions", "attempts")
    modules = {name: module for name, module in sys.modules.items() if name.split(".")[0] in house}
    yield
    sys.path[:], sys.meta_path[:] = path, finders
    for name in [name for name in sys.modules if name.split(".")[0] in house]:
        del sys.modules[name]
    sys.modules.update(modules)


def test_by_itself_it_is_the_learners_file(katas, softmax):
    softmax.exercise.write_text("softmax = 'mine'")
    target.install(katas)
    assert target.answer_module(softmax).softmax == "mine"
    assert target.answer_module(softmax).__file__ == str(softmax.exercise)


def test_it_can_be_the_solution(katas, softmax):
    target.install(katas, "solutions")
    assert target.answer_module(softmax).__file__ == str(softmax.solution)
    assert target.answer_module(softmax).__name__ == "exercises.basics.softmax"


def test_it_can_be_the_solution_with_an_attempt_in_it(katas, softmax):
    attempt = target.attempts_of(softmax)[0]
    target.install(katas, "solutions", {softmax.id: target.put_in(attempt)})
    assert target.answer_module(softmax).softmax is attempt.answers["softmax"]


def test_the_next_choice_replaces_the_last(katas, softmax):
    target.install(katas, "solutions")
    target.answer_module(softmax)
    target.install(katas)
    assert target.answer_module(softmax).__file__ == str(softmax.exercise)


def test_a_missing_file_is_not_replaced_by_one_of_another_tree(katas, softmax):
    target.install(katas, INTERVIEW, trees={"basics/another": "solutions"})
    with pytest.raises(ModuleNotFoundError, match=r"exercises\.basics\.softmax"):
        target.answer_module(softmax)


def test_a_solution_is_built_on_solutions_whatever_the_learner_has_of_them(katas, softmax):
    other = replace(softmax, name="other", after=(softmax.id,))
    other.solution.write_text("from exercises.basics.softmax import softmax as part")
    softmax.exercise.write_text("softmax = 'mine'")
    target.install(replace(katas, katas=(softmax, other)))
    mine = target.answer_module(softmax)
    reference = target.solution_module(other)
    assert reference.part.__code__.co_filename == str(softmax.solution)
    assert target.answer_module(softmax) is mine


def test_the_solution_stays_reachable_whatever_was_chosen(katas, softmax):
    target.install(katas)
    assert target.solution_module(softmax).__file__ == str(softmax.solution)


@pytest.mark.parametrize(
    "line",
    [
        "import torch",
        "import torch.nn as nn",
        "from torch.nn import functional",
        "import numpy, scipy",
        "def f():\n    import sklearn",
        "from solutions.basics.softmax import softmax",
        "import tests.basics",
        "from attempts.basics import softmax",
        "import kata.testing",
    ],
)
def test_an_answer_may_not_import_what_gives_it_away(katas, softmax, line):
    softmax.exercise.write_text(line)
    target.install(katas)
    with pytest.raises(
        loading.ForbiddenImportError, match=r"exercises/basics/softmax\.py:\d imports"
    ):
        target.answer_module(softmax)


@pytest.mark.parametrize("line", ["import math", "from functools import reduce", "torch = 1"])
def test_an_answer_may_import_everything_else(katas, softmax, line):
    softmax.exercise.write_text(line)
    target.install(katas)
    target.answer_module(softmax)


def test_an_answer_may_build_on_other_exercises(katas, softmax):
    softmax.exercise.write_text(
        "from exercises.basics import softmax as own_package\nx = own_package"
    )
    target.install(katas)
    target.answer_module(softmax)


def test_attempts_are_listed_in_their_order(softmax):
    names = [attempt.name for attempt in target.attempts_of(softmax)]
    assert names[:3] == ["through_log_sum_exp", "with_the_axis_moved_last", "without_the_maximum"]


def test_where_attempts_are_not_shipped_there_are_none(softmax):
    softmax.attempts.unlink()
    assert target.attempts_of(softmax) == []
