"""The failure names the mistake; where it is no known one, nothing is said."""

import numpy as np
import pytest

from kata import catalog, diagnosis
from kata.attempts import Attempt
from kata.outcome import Ending, Outcome, same
from kata.testing import VALUE_ERROR, Note
from kata.tests.conftest import RIGHT, WRONG
from kata.verdict import FAILED, SOLVED

MISTAKES = {
    "without_the_maximum": WRONG,
    "one_sum_for_all_rows": RIGHT.replace("e.sum(axis=axis, keepdims=True)", "np.sum(e)"),
    "one_row_at_a_time": (
        "rows = np.moveaxis(x, axis, -1)\n"
        "flat = rows.reshape(-1, rows.shape[-1])\n"
        "if not rows.shape[-1]: raise ValueError\n"
        "new = [np.exp(r - max(r)) / np.exp(r - max(r)).sum() for r in flat]\n"
        "return np.moveaxis(np.reshape(new, rows.shape), -1, axis).astype(x.dtype)"
    ),
}


@pytest.mark.parametrize(("name", "body"), MISTAKES.items(), ids=MISTAKES.keys())
def test_a_known_mistake_in_other_words_is_named(runner, softmax, answer, name, body):
    answer(body)
    verdict = runner.run(softmax)
    assert verdict.status == FAILED
    assert [mistake for mistake, _ in verdict.mistakes] == [name]


def test_the_failure_that_is_shown_fits_the_mistake_that_is_named(runner, softmax, answer):
    answer("e = np.exp(x - x.max())\nreturn e / e.sum(axis=axis, keepdims=True)")
    verdict = runner.run(softmax)  # It fails on an empty batch, too, but that comes from max.
    assert [name for name, _ in verdict.mistakes] == ["one_maximum_for_all_rows"]
    assert verdict.failures[0].name == "test_of_no_rows_there_are_no_probabilities"
    assert verdict.failures_to_show[0].name == "test_huge_scores_stay_finite"


UNKNOWN = {
    "cubes": "return x**3",
    "a softmax of another temperature": RIGHT.replace("np.exp(", "np.exp(0.5 * "),
    "the right answer, off by a little": RIGHT + " + 1e-4",
    "the right answer in a wrong shape": RIGHT.replace("return e", "return e[None]"),
    "an error of its own": "return x @ x.T @ x @ np.ones(17)",
    "no check of an empty axis": RIGHT.replace(
        'if x.shape[axis] == 0:\n    raise ValueError("x is empty")\n', ""
    ).replace("keepdims=True))", "keepdims=True, initial=-1e308))", 1),
}


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_mistake_that_is_not_known_gets_no_name(runner, softmax, answer, body):
    answer(body)
    verdict = runner.run(softmax, also_two=True)
    assert verdict.status == FAILED
    assert verdict.mistakes == []


def test_two_mistakes_at_once_are_named_if_asked_for(runner, softmax, answer):
    answer(RIGHT.replace("axis=axis", "axis=-1"))
    assert runner.run(softmax).mistakes == []
    verdict = runner.run(softmax, also_two=True)
    named = {name for name, _ in verdict.mistakes}
    assert named == {"maximum_along_the_last_axis", "sum_along_the_last_axis"}
    assert verdict.at_once
    assert verdict.failures_to_show[0].name == verdict.telling


def test_two_known_mistakes_at_once_are_not_mistaken_for_one(runner, softmax, answer):
    answer(WRONG.replace("e.sum(axis=axis, keepdims=True)", "np.sum(e)"))
    names = [name for name, _ in runner.run(softmax).mistakes]
    assert set(names) <= {"without_the_maximum", "one_sum_for_all_rows"}


def test_a_result_that_refuses_to_be_converted_is_a_failure_like_others(runner, softmax, answer):
    answer(
        "class Odd:\n    def __array__(self, *_, **__): raise RuntimeError('no')\nreturn [Odd()]"
    )
    verdict = runner.run(softmax)
    assert (verdict.status, verdict.mistakes) == (FAILED, [])


TWO_FUNCTIONS = """
import numpy as np


def double(x):
    {double}


def halve(x):
    {halve}
"""
TWO_RIGHT = {"double": "return x * 2.0", "halve": "return x / 2.0"}
TWO_TESTS = """
from functools import partial

import numpy as np

from exercises.basics.pair import halve, double
from kata.testing import assert_close, manners


def test_doubles():
    assert_close(double(np.array([1.0, -3.0])), np.array([2.0, -6.0]))


def test_a_large_double():
    assert_close(double(np.array([7.0])), np.array([14.0]))


def test_no_double():
    assert_close(double(np.array([0.0])), np.array([0.0]))


def test_halves():
    assert_close(halve(np.array([1.0, -3.0])), np.array([0.5, -1.5]))


@manners(dtypes=())
def test_manners(rng):
    x = rng.normal(size=3)
    return partial(double, x), partial(halve, x)
"""
TWO_ATTEMPTS = """
import numpy as np

from kata.attempts import wrong
from solutions.basics.pair import double, halve


@wrong(double, "It adds 2.")
def adds(x):
    return x + 2.0


@wrong(double, "It is nan for large numbers.")
def nan_for_large(x):
    with np.errstate(invalid="ignore"):
        return 2.0 * x + 0.0 * np.sqrt(0.5 - np.abs(x).max())


@wrong(double, "It refuses large numbers.")
def refuses_large(x):
    if np.abs(x).max() > 0.5:
        raise ValueError("x is large")
    return 2.0 * x


@wrong(double, "It squares.")
def squares(x):
    return x**2


@wrong(halve, "It halves in place.")
def halves_in_place(x):
    x /= 2.0
    return x.copy()


@wrong(halve, "It takes a third.")
def thirds(x):
    return x / 3.0
"""


@pytest.fixture
def pair(checkout):
    """A kata of two functions, and what writes an answer to it."""
    curriculum = checkout / "curriculum.toml"
    entry = curriculum.read_text().split("[[kata]]")[1].replace("softmax", "pair")
    curriculum.write_text(f"{curriculum.read_text()}\n[[kata]]{entry}")
    kata = catalog.load(checkout).find("pair")
    for file, text in {
        kata.solution: TWO_FUNCTIONS.format(**TWO_RIGHT),
        kata.test: TWO_TESTS,
        kata.attempts: TWO_ATTEMPTS,
    }.items():
        file.write_text(text)

    def write(above="", **bodies):
        text = TWO_FUNCTIONS.format(**TWO_RIGHT | bodies)
        kata.exercise.write_text(
            text.replace("import numpy as np\n", f"import numpy as np\n{above}")
        )
        return kata

    return write


NAMED = {
    "one mistake": ({"double": "return 2.0 + x"}, ["double: It adds 2."]),
    "one in each function": (
        {"double": "return x * x", "halve": "return x * (1 / 3.0)"},
        ["double: It squares.", "halve: It takes a third."],
    ),
    "one known and one unknown": (
        {"double": "return x * x", "halve": "return x * 0.7"},
        ["double: It squares."],
    ),
    "nan where the mistake gives it": (
        {"double": "return 2.0 * x if abs(x).max() < 0.5 else np.full_like(x, np.nan)"},
        ["double: It is nan for large numbers."],
    ),
    "nothing but nan": ({"double": "return np.full_like(x, np.nan)"}, []),
    "an error where the mistake raises one": (
        {"double": "if (abs(x) > 0.5).any():\n        raise ValueError\n    return x + x"},
        ["double: It refuses large numbers."],
    ),
    "nothing but errors": ({"double": "raise ValueError('x is wrong')"}, []),
    "two in one function": ({"double": "return x**2 + 2.0"}, []),
}


@pytest.mark.parametrize(("bodies", "texts"), NAMED.values(), ids=NAMED.keys())
def test_each_function_is_diagnosed_by_itself(runner, pair, bodies, texts):
    verdict = runner.run(pair(**bodies))
    assert verdict.status == FAILED
    assert sorted(verdict.diagnosis) == texts


def test_an_error_of_the_answers_own_may_be_worded_in_any_way(runner, pair):
    kata = pair(halve="raise ValueError('Nothing to halve!')")
    refuses = "\n\n@wrong(halve, 'It refuses.')\ndef refuses(x):\n    raise ValueError('no')\n"
    kata.attempts.write_text(TWO_ATTEMPTS + refuses)
    assert runner.run(kata).diagnosis == ["halve: It refuses."]
    pair(halve="return x + np.ones(7)")  # NumPy's ValueError says something else.
    assert runner.run(kata).diagnosis == []


def test_of_mistakes_that_explain_as_much_none_is_named(runner, pair):
    kata = pair(halve="return x * 0.2")
    fifth = "\n\n@wrong(halve, 'It takes a fifth.')\ndef fifth(x):\n    return x / 5.0\n"
    kata.attempts.write_text(TWO_ATTEMPTS + fifth)
    assert runner.run(kata).diagnosis == ["halve: It takes a fifth."]
    kata.attempts.write_text(TWO_ATTEMPTS + fifth + fifth.replace("fifth", "hundredth_doubled"))
    assert runner.run(kata).diagnosis == []


def test_a_function_that_is_done_is_told_while_another_is_to_do(runner, pair):
    verdict = runner.run(pair(double="raise NotImplementedError"))
    outcomes = [
        (name, {verdict.outcomes[test] for test in tests})
        for name, tests in verdict.functions.items()
    ]
    assert outcomes == [("double", {"todo"}), ("halve", {"passed"})]
    assert runner.run(pair()).functions == {}


def test_a_test_too_long_for_a_diagnosis_takes_no_name_away(runner, pair):
    kata = pair(halve="return x * (1 / 3.0)")
    kata.test.write_text(
        TWO_TESTS.replace(
            "import assert_close, manners", "import assert_close, diagnosing, manners"
        )
        + "\n\ndef test_half_of_much():\n"
        "    if not diagnosing():\n"
        "        assert_close(halve(np.array([1e9])), np.array([5e8]))\n"
    )
    verdict = runner.run(kata)
    assert len(verdict.failures) == 2
    assert verdict.diagnosis == ["halve: It takes a third."]


def test_an_answer_that_writes_into_its_argument_is_told_that_first(runner, pair):
    verdict = runner.run(pair(halve="x *= 0.5\n    return x + 0.0"))
    assert verdict.failures_to_show[0].text == "`x` was written into: return a new array instead."
    assert verdict.diagnosis == ["halve: It halves in place."]


def test_settings_of_the_learners_file_change_no_other_answer(runner, pair):
    above = "np.seterr(all='raise')\nnp.set_printoptions(threshold=3)\nnp.exp(-5.0)\n"
    assert runner.run(pair(above=above)).status == SOLVED
    verdict = runner.run(pair(above=above, double="return x * x"))
    assert verdict.diagnosis == ["double: It squares."]


def test_where_the_time_is_up_nothing_is_named(softmax, monkeypatch):
    found = diagnosis.Diagnosis(softmax)
    failed = outcome((1.0, 2.0))
    found.add(diagnosis.Run("file::test", lambda: None, dict, failed))
    monkeypatch.setattr(diagnosis, "_SECONDS", -1.0)
    assert found.mistakes() == []
    # That was the learner's time; an author's survey has no limit.
    assert found.passes(Attempt("nothing", (), dict), ["test"])


# --- When two runs show the same ---


def outcome(*notes, ending=None):
    return Outcome(tuple(Note(a, e, None if a == e else "differs") for a, e in notes), ending)


RIGHT_AND_WRONG = outcome((1.0, 1.0), (2.0, 3.0))


def test_the_same_wrong_value_is_the_same():
    assert same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (2.0, 3.0), (9.0, 8.0)))


def test_another_wrong_value_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (2.5, 3.0)))


def test_a_right_value_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0), (3.0, 3.0)))


def test_an_earlier_mistake_that_the_learner_does_not_make_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((5.0, 1.0), (2.0, 3.0)))


def test_an_attempt_that_ended_before_is_not():
    assert not same(RIGHT_AND_WRONG, outcome((1.0, 1.0)))


def test_an_error_in_a_later_pass_of_a_loop_is_not():
    ending = Ending("ValueError", "no", 12, is_answers_own=True)
    first, second = outcome(ending=ending), outcome((1.0, 1.0), ending=ending)
    assert same(second, second)
    assert not same(first, second)


def test_small_mistakes_of_different_size_are_told_apart():
    learner = Outcome((Note(np.array([1.0 + 2e-7]), np.array([1.0]), "differs"),), None)
    other = Outcome((Note(np.array([1.0 + 2.3e-7]), np.array([1.0]), "differs"),), None)
    assert same(learner, learner)
    assert not same(learner, other)


def test_the_same_exception_at_the_same_line_is_the_same():
    ending = Ending("ValueError", "shapes (3,) and (4,)", 12)
    assert same(outcome(ending=ending), outcome(ending=ending))
    for other in (
        None,
        Ending("TypeError", ending.text, 12),
        Ending("ValueError", "shapes", 12),
        Ending("ValueError", ending.text, 13),
    ):
        assert not same(outcome(ending=ending), outcome(ending=other))


def test_only_a_check_that_was_given_something_else_shows_numbers():
    wrong, lacking = Note(1.0, 2.0, "1 of 1 differs"), Note(None, VALUE_ERROR, "nothing raised")
    outcomes = [Outcome((wrong,), None), Outcome((lacking,), None)]
    outcomes += [Outcome((wrong,), Ending("NameError", "name 'lr' is not defined", 3))]
    assert list(map(diagnosis._shows_numbers, outcomes)) == [True, False, False]
