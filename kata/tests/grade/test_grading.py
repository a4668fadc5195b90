"""Marks of whole submissions, behind the wall."""

import random
import tempfile

import pytest

from kata import stubs
from kata.catalog import KataError
from kata.grade.grading import Grader
from kata.grade.submission import Submission
from kata.verdict import Verdict


@pytest.fixture
def grade(grader, katas):
    """Grades the solutions of the katas with these names, some with another source."""

    def grade(*names, changed=None, **options):
        chosen = [katas.find(name) for name in names]
        sources = {kata.name: kata.solution.read_text() for kata in katas.katas} | (changed or {})
        files = {f"exercises/{katas.find(name).id}.py": sources[name].encode() for name in sources}
        return grader.grade(Submission("mine", files, {}), chosen, **options)

    return grade


def test_solutions_of_every_kind_earn_all_points(grade):
    """`kata verify` sees to it that all solutions pass behind the wall."""
    names = ["linear", "pairwise_distances", "training_loop_bugs", "predict_arrays", "xor"]
    marks = grade(*names, seed=3)
    assert [mark.status for mark in marks.katas] == ["solved"] * len(names)
    assert all(mark.score == mark.points for mark in marks.katas)
    assert (marks.score, marks.complete) == (marks.points, True)


def test_the_untouched_stubs_earn_nothing(grader, chosen):
    files = {f"exercises/{kata.id}.py": stubs.handed_out(kata).encode() for kata in chosen}
    marks = grader.grade(Submission("stubs", files, {}), chosen)
    assert {(mark.status, mark.score) for mark in marks.katas} == {("todo", 0.0)}


@pytest.mark.parametrize("name", ["softmax", "pairwise_distances", "training_loop_bugs"])
def test_a_stub_with_a_comment_more_earns_nothing(grader, katas, name):
    """Not even where the stub is code that works, and passes tests as it is."""
    kata = katas.find(name)
    touched = stubs.handed_out(kata) + "\n# I shall do this later.\n"
    files = {f"exercises/{kata.id}.py": touched.encode()}
    assert grader.grade(Submission("touched", files, {}), [kata]).score == 0


def test_a_long_path_to_temporary_files_is_no_matter(katas, tmp_path, monkeypatch):
    """Though the path of a socket has to be short."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    relu = katas.find("relu")
    files = {f"exercises/{relu.id}.py": relu.solution.read_bytes()}
    with Grader(katas) as grader:
        marks = grader.grade(Submission("mine", files, {}), [relu])
    assert marks.score == marks.points


def test_nothing_handed_in_earns_nothing(grader, katas):
    marks = grader.grade(Submission("empty", {}, {}), katas.katas)
    assert {(mark.status, mark.score) for mark in marks.katas} == {("missing", 0.0)}


def test_a_wrong_part_costs_nothing_of_what_is_built_on_it(grade, katas):
    wrong = katas.find("gelu").solution.read_text() + "\n\ndef silu(x):\n    return -x\n"
    gelu, block = grade("gelu", "feed_forward", changed={"gelu": wrong}).katas
    assert gelu.status == "failed"
    assert 0 < gelu.score < gelu.points
    assert (block.status, block.score) == ("solved", block.points)
    assert block.lent == ("basics/gelu",)


WRONG = {
    "gelu": "gelu = silu = 0\n",
    "relu": "import numpy as np\n\n\ndef relu(x):\n    return np.abs(x)\n",
}


def test_a_mark_does_not_depend_on_what_else_is_graded(grade):
    """Nor on the order; `benchmarks/any_company.py` tries more of both."""
    names = ["relu", "gelu", "feed_forward", "tanh"]
    known = found(grade(*names, changed=WRONG))
    assert known["feed_forward"] == ("solved", 10.0, ("basics/gelu",))
    draw = random.Random(12)  # It draws feed_forward before gelu, and without it.
    for _ in range(2):
        chosen = draw.sample(names, draw.randint(1, 3))
        marks = found(grade(*chosen, changed=WRONG))
        assert list(marks) == chosen
        assert marks == {name: known[name] for name in chosen}


def found(marks):
    return {mark.id.split("/")[1]: (mark.status, mark.score, mark.lent) for mark in marks.katas}


def test_what_an_answer_does_not_use_is_not_lent(grade):
    relu, backprop = grade("relu", "backprop", changed={"relu": "relu = 0"}).katas
    assert (relu.score, backprop.score) == (0.0, backprop.points)
    assert backprop.lent == ()


WITHOUT_WORK = (
    "raise ValueError('no')",
    "return None",
    "return next(v for k, v in locals().items() if k != 'self')",
    "return np.zeros(np.shape(list(locals().values())[-1]))",
    "return np.ones(np.shape(list(locals().values())[-1]))",
    "return 0.0",
)


@pytest.mark.parametrize("kata", ["linear", "dropout", "box_iou", "adam"])
def test_answers_without_work_earn_nothing(grade, katas, kata):
    stub = stubs.handed_out(katas.find(kata))
    for line in WITHOUT_WORK:
        answer = "import numpy as np\n" + stub.replace("raise NotImplementedError", line)
        mark = grade(kata, changed={kata: answer}).katas[0]
        assert (mark.status, mark.score) == ("failed", 0.0), line


def test_a_lent_part_may_be_called_thousands_of_times(grade):
    _, xor = grade("backprop", "xor", changed={"backprop": "loss_and_gradients = 0"}).katas
    assert (xor.status, xor.score) == ("solved", xor.points)


def test_to_inherit_from_a_lent_class_is_told(grade, katas):
    answer = "from exercises.attention.minigpt_bugs import MiniGPT\n\n"
    changed = {
        "minigpt_bugs": stubs.handed_out(katas.find("minigpt_bugs")),
        "minigpt_classifier": f"{answer}class GPTClassifier(MiniGPT): pass\n",
    }
    mark = grade("minigpt_classifier", changed=changed).katas[-1]
    assert mark.status == "broken"
    assert "lent by the grader: it can be called, not inherited from" in mark.problem


def test_parts_are_lent_that_end_python(grade):
    conv2d, block = grade(
        "conv2d", "residual_block", changed={"conv2d": "import os\nos._exit(0)\n"}
    ).katas
    assert (conv2d.status, conv2d.score) == ("broken", 0.0)
    assert block.score == block.points


def test_a_known_mistake_is_named(grade, katas):
    right = katas.find("softmax").solution.read_text()
    unshifted = right.replace("x - x.max(axis=axis, keepdims=True)", "x")
    mark = grade("softmax", changed={"softmax": unshifted}).katas[0]
    assert [name for name, _ in mark.mistakes] == ["without_the_maximum"]
    assert 0 < mark.score < mark.points


def test_it_goes_on_from_marks_that_were_begun(grade):
    seen = []
    whole = grade("softmax", "relu", on_marks=seen.append)
    assert [len(marks.katas) for marks in seen] == [0, 1, 2]
    assert [marks.complete for marks in seen] == [False, False, True]
    again = grade("softmax", "relu", begun=seen[1])
    assert again.katas[0] == whole.katas[0]
    assert [mark.score for mark in again.katas] == [mark.score for mark in whole.katas]
    assert again.complete


@pytest.fixture
def with_judges_that_end(grader, monkeypatch):
    """So many judges end before they have run a test, in place of those that would be started."""
    run = grader._runner.run

    def with_judges_that_end(count):
        ended = iter(range(count))

        def run_or_end(kata, **job):
            if next(ended, None) is None:
                return run(kata, **job)
            return Verdict(kata, problem="Loading exercises/basics/relu.py ended Python.")

        monkeypatch.setattr(grader._runner, "run", run_or_end)

    return with_judges_that_end


def test_a_judge_that_ends_before_it_runs_a_test_is_replaced(grade, with_judges_that_end):
    with_judges_that_end(2)
    assert grade("relu").katas[0].status == "solved"


def test_judges_that_all_end_before_they_run_a_test_give_no_mark(grade, with_judges_that_end):
    with_judges_that_end(3)
    with pytest.raises(KataError, match=r"relu was not graded: 3 judges ended before they ran a"):
        grade("relu")
