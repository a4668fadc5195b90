"""A run may be ended at any time: the next one goes on, with marks that still hold."""

import dataclasses

import pytest
from filelock import FileLock

from kata.catalog import KataError
from kata.grade import roster, workers
from kata.grade.marks import from_dict, to_dict
from kata.grade.workers import News
from kata.tests.grade.support import FORMULA, LINES, SECRET, found_in, hand_in, stored


@pytest.fixture
def go_on(katas, chosen, handed_in, graded, output, monkeypatch):
    """Runs once more, with workers that know the marks; gives what they had to grade.

    That is for each submission the number of katas that needed no grading.
    """
    known = stored(graded)
    given = {}

    def work(root, count, tasks):
        for task in tasks:
            given[task.name] = len(task.begun["katas"]) if task.begun else 0
            marks = {name: value for name, value in known[task.name].items() if name != "seal"}
            yield News(task.name, marks)

    monkeypatch.setattr(workers, "on_this_machine", work)

    def go_on(folder=handed_in, seed=(0, True), names=chosen):
        given.clear()
        rows = roster.grade_class(katas, folder, names, seed, output)
        assert [row.name for row in rows if row.marks] == sorted(known)
        return dict(given)

    return go_on


def test_finished_marks_are_taken_as_they_are(go_on, graded, output):
    assert go_on() == {}
    assert stored(output) == stored(graded)
    for name in roster._REPORTS:
        assert (output / name).read_bytes() == (graded / name).read_bytes()


def test_changed_submissions_are_graded_anew(go_on, own_class):
    assert go_on(own_class) == {}
    hand_in(own_class / "bob", relu="def relu(x):\n    return x\n")
    assert go_on(own_class) == {"bob": 0}
    assert go_on(own_class) == {}


def truncated(text):
    return text[: len(text) // 2]


def with_more_points(text):
    return text.replace('"score": 10.0', '"score": 1000.0')


SPOILED = {
    "truncated": truncated,
    "better": with_more_points,
    "empty": lambda text: "",
    "no object": lambda text: "[1]",
    "another object": lambda text: '{"seal": 1}',
    "no text": lambda text: "\udcff\udcfe",
    "nested": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_marks_that_are_not_as_they_were_written_are_made_anew(go_on, graded, output, spoil):
    file = output / "submissions" / "ada.json"
    spoiled = spoil(file.read_text())
    file.write_bytes(spoiled.encode("utf-8", "surrogateescape"))
    assert go_on() == {"ada": 0}
    assert stored(output) == stored(graded)


def test_what_a_killed_run_had_begun_to_write_is_cleared_away(go_on, output):
    left_over = [output / "run.json.17.new", output / "submissions" / "ada.json.17.new"]
    for file in left_over:
        file.write_text("{")
    assert go_on() == {}
    assert not any(file.exists() for file in left_over)


def test_a_run_goes_on_after_the_last_kata_that_was_graded(
    katas, grader, chosen, handed_in, graded, tmp_path, monkeypatch
):
    known = {name: from_dict(unsealed(data)) for name, data in stored(graded).items()}
    output = tmp_path / "marks"
    # The first is not solved: the katas after it have to know that.
    first = dataclasses.replace(known["eve"], katas=known["eve"].katas[:1], complete=False)

    def stopped(root, count, tasks):
        yield from (News(task.name, to_dict(first)) for task in tasks if task.name == "eve")
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "on_this_machine", stopped)
    with pytest.raises(KeyboardInterrupt):
        roster.grade_class(katas, handed_in, chosen, (SECRET, True), output)
    assert [len(data["katas"]) for data in stored(output).values()] == [1]

    begun = {}

    def work(root, count, tasks):
        for task in tasks:
            begun[task.name] = task.begun and len(task.begun["katas"])
            if task.name == "eve":
                yield News(task.name, task.grade(katas, grader))
            else:
                yield News(task.name, to_dict(known[task.name]))

    monkeypatch.setattr(workers, "on_this_machine", work)
    roster.grade_class(katas, handed_in, chosen, (0, True), output)
    assert begun == {"ada": None, "bob": None, "eve": 1, FORMULA: None, LINES: None}
    assert found_in(output) == found_in(graded)


def unsealed(data):
    return {name: value for name, value in data.items() if name != "seal"}


def test_a_secret_seed_is_drawn_once(katas, chosen, handed_in, tmp_path, monkeypatch):
    seeds = []

    def work(root, count, tasks):
        seeds.extend((task.seed, task.secret) for task in tasks)
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(workers, "on_this_machine", work)
    for number in (5, 6):
        with pytest.raises(KeyboardInterrupt):
            roster.grade_class(katas, handed_in, chosen, (number, True), tmp_path / "marks")
    assert set(seeds) == {(5, True)}


@pytest.mark.parametrize("seed", [(0, False), (SECRET, False)], ids=str)
def test_another_seed_needs_another_folder(go_on, seed):
    with pytest.raises(KataError, match="made with another seed: continue with --seed secret"):
        go_on(seed=seed)


def test_other_katas_need_another_folder(go_on, chosen):
    with pytest.raises(KataError, match="holds marks of other katas"):
        go_on(names=chosen[:1])


def test_a_run_whose_record_is_spoiled_is_not_gone_on_from(go_on, output):
    for text in ("{", "[]", '{"seed": "1", "secret": false, "katas": [], "key": ""}'):
        (output / "run.json").write_text(text)
        with pytest.raises(KataError, match=r"run\.json cannot be read"):
            go_on()


def test_other_files_are_not_written_over(go_on, output):
    (output / "run.json").unlink()
    with pytest.raises(KataError, match="was not written by an earlier run"):
        go_on()


def test_two_runs_do_not_write_to_one_folder(go_on, output):
    with FileLock(output / ".lock"), pytest.raises(KataError, match="Another run is writing"):
        go_on()


def test_what_was_not_graded_is_tried_again(go_on, katas, chosen, handed_in, tmp_path, monkeypatch):
    def fail(root, count, tasks):
        yield from (News(task.name, problem="No sandbox could be started") for task in tasks)

    monkeypatch.setattr(workers, "on_this_machine", fail)
    rows = roster.grade_class(katas, handed_in, chosen, (0, False), tmp_path / "other")
    assert not any(row.marks for row in rows)
    notes = {row.note for row in rows if row.name not in ("empty", "friend")}
    assert notes == {"No sandbox could be started. Run the same command to try again."}
    report = (tmp_path / "other" / "report.md").read_text()
    assert "7 students, 0 of them graded, 2 katas." in report
