"""A class is graded as its submissions would be one by one, and a run may be ended at any time."""

import contextlib
import csv
import dataclasses
import io
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import distributed
import pytest
from filelock import FileLock

from kata import catalog, cli, stubs
from kata.catalog import KataError
from kata.grade import class_report, roster, submission, workers
from kata.grade.class_report import Row
from kata.grade.grading import Grader
from kata.grade.marks import KataMark, Marks, TestMark, from_dict, to_dict
from kata.grade.workers import News, Task
from kata.tests.conftest import ROOT

NAMES = ("softmax", "relu")
SECRET = 918273645
EXITS = "import os\n\n\ndef softmax(x, axis=-1):\n    os._exit(0)\n"
# Folders that strangers named.
FORMULA = "=cmd|' -C calc'!A0"
LINES = "two\nlines [a](b) | <b>"
LONG = "x" * 200


def answers(*, of):
    katas = catalog.load(ROOT)
    return {name: of(katas.find(name)) for name in NAMES}


def solution(kata):
    return kata.solution.read_text()


def hand_in(folder, **sources):
    basics = folder / "exercises" / "basics"
    basics.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        (basics / f"{name}.py").write_text(source)


def without_the_maximum():
    right = answers(of=solution)["softmax"]
    wrong = right.replace("x - x.max(axis=axis, keepdims=True)", "x")
    assert wrong != right
    return wrong


@pytest.fixture(scope="module")
def katas():
    return catalog.load(ROOT)


@pytest.fixture(scope="module")
def chosen(katas):
    return [katas.find(name) for name in NAMES]


@pytest.fixture(scope="module")
def grader(katas):
    with Grader(katas) as grader:
        yield grader


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A class: right, wrong and broken answers, and what else lies in such a folder."""
    folder = tmp_path_factory.mktemp("homework") / "class"
    right = answers(of=solution)
    hand_in(folder / "ada", **right)
    hand_in(folder / "bob", **answers(of=stubs.handed_out))
    hand_in(folder / "eve", softmax=EXITS, relu=right["relu"])
    hand_in(folder / FORMULA, softmax=without_the_maximum(), relu=right["relu"])
    hand_in(folder / LINES, relu="def relu(:\n")
    (folder / "empty").mkdir()
    (folder / ".git").mkdir()
    (folder / "roster.txt").write_text("ada bob eve")
    (folder / "friend").symlink_to(folder / "ada")
    return folder


@pytest.fixture(scope="module")
def graded(katas, chosen, handed_in, tmp_path_factory):
    """The folder with the marks of one real run, with a secret seed; tests get a copy of it."""
    output = tmp_path_factory.mktemp("graded") / "marks"
    roster.grade_class(katas, handed_in, chosen, (SECRET, True), output, processes=2)
    return output


@pytest.fixture
def output(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "marks")


@pytest.fixture
def own_class(handed_in, tmp_path):
    """A copy of the class that may be changed."""
    return shutil.copytree(handed_in, tmp_path / "class", symlinks=True)


def stored(output):
    files = sorted((output / "submissions").glob("*.json"))
    found = [json.loads(file.read_text()) for file in files]
    return {data["submission"]: data for data in found}


def found_in(output):
    """What was found out, without the times."""
    return {name: without_times(data) for name, data in stored(output).items()}


def without_times(data):
    if isinstance(data, list):
        return [without_times(value) for value in data]
    if isinstance(data, dict):
        times = ("seconds", "began", "seal")
        return {name: without_times(value) for name, value in data.items() if name not in times}
    return data


# --- A whole run -----------------------------------------------------------------------------


def test_a_class_is_graded_as_its_submissions_are_one_by_one(grader, chosen, handed_in, graded):
    found = found_in(graded)
    assert set(found) == {"ada", "bob", "eve", FORMULA, LINES}
    for name, data in found.items():
        taken = submission.read(handed_in / name)
        alone = grader.grade(taken, chosen, seed=SECRET, secret=True)
        assert without_times(json.loads(json.dumps(to_dict(alone)))) == data


def test_every_submission_has_a_row_in_the_csv(graded):
    header, *rows = csv.reader(io.StringIO((graded / "marks.csv").read_text()))
    kata_columns = [f"basics/{name}" for name in NAMES]
    assert header == ["name", "score", "points", "percent", *kata_columns, "note"]
    by_name = {row[0]: row[1:] for row in rows}
    assert list(by_name) == [f"'{FORMULA}", "ada", "bob", "empty", "eve", LINES.replace("\n", " ")]
    assert by_name["ada"] == ["20", "20", "100.0", "10", "10", ""]
    assert by_name["bob"] == ["0", "20", "0.0", "0", "0", ""]
    assert by_name["eve"] == ["10", "20", "50.0", "0", "10", ""]
    assert by_name["empty"] == ["", "20", "", "", "", "There is no folder exercises/ in it."]


def test_every_submission_has_a_row_in_the_table(graded):
    lines = (graded / "marks.md").read_text().splitlines()
    assert len(lines) == 2 + 6
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}
    assert "| ada | 20 | 20 | 100.0 | 10 | 10 |  |" in lines


def test_the_report_says_what_to_talk_about(graded):
    report = (graded / "report.md").read_text()
    assert "6 submissions, 5 of them graded, 2 katas." in report
    assert "| basics/relu | 3 (60 %) | 1 (20 %) | 1 (20 %) | 0 (0 %) | 100 % |" in report
    assert "- basics/softmax, 1 of 5: exp overflows for large scores.\n" in report
    assert "- basics/softmax: eve: the answer ended Python (exit code 0)." in report
    assert "&lt;b&gt;: exercises/basics/relu.py:1: invalid syntax\n" in report
    assert "- empty: There is no folder exercises/ in it.\n" in report
    # A crash is told as such, not as failing tests.
    assert "not explained" not in report


def test_a_secret_seed_is_told_only_where_the_run_is_kept(graded):
    assert json.loads((graded / "run.json").read_text())["seed"] == SECRET
    for name in class_report.FILES:
        assert str(SECRET) not in (graded / name).read_text()


# --- Going on --------------------------------------------------------------------------------


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
    for name in class_report.FILES:
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
    with pytest.raises(KataError, match="holds marks with another seed: go on with --seed secret"):
        go_on(seed=seed)


def test_other_katas_need_another_folder(go_on, chosen):
    with pytest.raises(KataError, match="holds marks of other katas"):
        go_on(names=chosen[:1])


def test_a_run_whose_record_is_spoiled_is_not_gone_on_from(go_on, output):
    for text in ("{", "[]", '{"seed": "1", "secret": false, "katas": []}'):
        (output / "run.json").write_text(text)
        with pytest.raises(KataError, match=r"run\.json cannot be read"):
            go_on()


def test_other_files_are_not_written_over(go_on, output):
    (output / "run.json").unlink()
    with pytest.raises(KataError, match="is not of an earlier run"):
        go_on()


def test_two_runs_do_not_write_to_one_folder(go_on, output):
    with FileLock(output / ".lock"), pytest.raises(KataError, match="Another run is writing"):
        go_on()


def test_what_was_not_graded_is_tried_again(go_on, katas, chosen, handed_in, tmp_path, monkeypatch):
    def fail(root, count, tasks):
        yield from (News(task.name, problem="no sandbox could be started") for task in tasks)

    monkeypatch.setattr(workers, "on_this_machine", fail)
    rows = roster.grade_class(katas, handed_in, chosen, (0, False), tmp_path / "other")
    assert not any(row.marks for row in rows)
    notes = {row.note for row in rows if row.name != "empty"}
    assert notes == {
        "It was not graded: no sandbox could be started. The same command tries again."
    }
    report = (tmp_path / "other" / "report.md").read_text()
    assert "6 submissions, 0 of them graded, 2 katas." in report


# --- What marks depend on --------------------------------------------------------------------


@pytest.fixture
def own_checkout(tmp_path):
    root = tmp_path / "checkout"
    for name in ("tests", "solutions", "attempts", "data"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("curriculum.toml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    return root


COUNT = {
    "tests/basics/test_softmax.py": True,
    "solutions/basics/softmax.py": True,
    "attempts/basics/softmax.py": True,
    "attempts/basics/relu.py": True,
    "solutions/attention/scaled_dot_product.py": True,
    "conftest.py": True,
    "tests/basics/test_relu.py": False,
    "solutions/basics/relu.py": False,
}


@pytest.mark.parametrize(("name", "counts"), COUNT.items(), ids=COUNT)
def test_marks_depend_on_the_files_of_their_katas_and_what_those_build_on(
    own_checkout, name, counts
):
    def hashed():
        katas = catalog.load(own_checkout)
        return workers.hash_of_checkout(katas, [katas.find("scaled_dot_product")])

    before = hashed()
    assert hashed() == before
    with (own_checkout / name).open("a") as file:
        file.write("\n# Changed.\n")
    assert (hashed() != before) is counts


def test_marks_do_not_depend_on_where_the_checkout_is(own_checkout, katas):
    there = catalog.load(own_checkout)
    assert workers.hash_of_checkout(there, there.katas) == workers.hash_of_checkout(
        katas, katas.katas
    )


def test_marks_depend_on_the_points(own_checkout):
    katas = catalog.load(own_checkout)
    file = own_checkout / "curriculum.toml"
    file.write_text(file.read_text().replace("points = 10\n", "points = 11\n"))
    changed = catalog.load(own_checkout)
    one, other = (
        workers.hash_of_checkout(katas, [katas.find("relu")]) for katas in (katas, changed)
    )
    assert one != other


# --- Folders ---------------------------------------------------------------------------------


def test_marks_go_beside_the_class_and_never_into_it(tmp_path):
    homework = tmp_path / "homework"
    (homework / "ada").mkdir(parents=True)
    assert roster.folder_of_marks(homework, None) == tmp_path / "homework-marks"
    assert roster.folder_of_marks(homework, tmp_path / "marks") == tmp_path / "marks"
    link = tmp_path / "link"
    link.symlink_to(homework / "ada")
    for output in (homework, homework / "marks", homework / "ada" / "marks", link):
        with pytest.raises(KataError, match="is among the submissions"):
            roster.folder_of_marks(homework, output)
    submissions = homework.rename(tmp_path / "submissions")
    with pytest.raises(KataError, match="is among the submissions"):
        roster.folder_of_marks(submissions, tmp_path)


def test_a_class_needs_submissions(katas, chosen, tmp_path):
    def grade(folder):
        roster.grade_class(katas, folder, chosen, (0, False), tmp_path / "marks")

    with pytest.raises(KataError, match="is no folder"):
        grade(tmp_path / "nowhere")
    homework = tmp_path / "homework"
    homework.mkdir()
    (homework / "ada.zip").write_bytes(b"PK")
    (homework / ".hidden").mkdir()
    with pytest.raises(KataError, match="has no folders"):
        grade(homework)
    hand_in(homework)
    with pytest.raises(KataError, match="is a single submission"):
        grade(homework)
    assert not (tmp_path / "marks").exists()


def test_a_folder_that_cannot_be_written_to_is_told(katas, chosen, handed_in, tmp_path):
    (tmp_path / "marks").write_text("a file")
    with pytest.raises(KataError, match=r"Cannot write to .*marks: File exists"):
        roster.grade_class(katas, handed_in, chosen, (0, False), tmp_path / "marks")


NAMES_OF_STRANGERS = (
    "ada", "ADA.md", "run", "a..", "-rf", LONG, LONG + "y", "a/b"[::2], "two\nlines", "two lines",
    FORMULA, "名前", os.fsdecode(b"\xff\xfe"), os.fsdecode(b"\xff\xfd"), "CON ", "a\\b", "{}",
)  # fmt: skip


def test_every_name_has_a_file_of_its_own(katas, chosen, tmp_path, monkeypatch):
    homework = tmp_path / "homework"
    for name in NAMES_OF_STRANGERS:
        (homework / name / "exercises").mkdir(parents=True)

    def work(root, count, tasks):
        for task in tasks:
            marks = Marks(task.name, task.seed, task.secret, "", {}, complete=True)
            yield News(task.name, to_dict(marks))

    monkeypatch.setattr(workers, "on_this_machine", work)
    output = tmp_path / "marks"
    rows = roster.grade_class(katas, homework, chosen, (0, False), output)
    assert {row.name for row in rows} == set(NAMES_OF_STRANGERS)
    assert set(stored(output)) == set(NAMES_OF_STRANGERS)
    files = [file.name for file in (output / "submissions").iterdir()]
    assert all(re.fullmatch(r"[\w.-]{1,110}\.json", name, re.ASCII) for name in files)
    assert "ada.json" in files


# --- Tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\r\n=1",
        "a;=1",
        'a"=1',
        'a;"=1',
        'a";" =1',
        "a\t=1",
        "\x00=1",
        "＝1",
    ],
    ids=repr,
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula(chosen, name, separator):
    rows = [Row(name, note=name)]
    text = class_report.csv_of(rows, chosen)
    for line in csv.reader(io.StringIO(text), delimiter=separator):
        assert not any(cell.strip(' "').startswith(tuple("=+-@＝")) for cell in line)


def mark(status="failed", *, kata="basics/softmax", failed=(), mistakes=(), passed=0, **fields):
    tests = [TestMark(f"test_right_{number}", "passed") for number in range(passed)]
    tests += [TestMark(name, "failed", kind="AssertionError") for name in failed]
    fields = {"tests": tuple(tests), "mistakes": tuple(mistakes), "score": 0.0} | fields
    return KataMark(kata, "Softmax", "tests/basics/test_softmax.py", 10, status=status, **fields)


def report_of(katas, *marks, protections=None):
    rows = [
        Row(f"s{number}", Marks(f"s{number}", 0, False, "", protections or {}, (one,), True))
        for number, one in enumerate(marks)
    ]
    return class_report.report_of(rows, [katas.find("softmax")])


OVERFLOW = ("without_the_maximum", "exp overflows for large scores. What could you subtract?")
NAMELESS = ("always_float64", "")


def test_mistakes_are_counted_by_their_first_sentence(katas):
    report = report_of(
        katas,
        mark(mistakes=[OVERFLOW, OVERFLOW], failed=["test_a"]),
        mark(mistakes=[OVERFLOW, NAMELESS], failed=["test_a"]),
        mark("solved", passed=4, score=10.0),
    )
    assert "- basics/softmax, 2 of 3: exp overflows for large scores.\n" in report
    assert "- 1 of 3: always\\_float64\n" in report
    assert "What could you subtract" not in report
    assert "test_a" not in report


def test_failing_tests_are_counted_where_no_mistake_is_known(katas):
    failed = ["test_each_row_sums_to_one[3]", "test_each_row_sums_to_one[4]", "test_a_huge_score"]
    report = report_of(
        katas, mark(failed=failed, passed=1), mark(failed=failed[:1]), mark("todo"), mark("missing")
    )
    assert "- 2 of 4, not explained: each row sums to one.\n" in report
    assert "- 1 of 4, not explained: a huge score.\n" in report
    assert "| basics/softmax | 0 (0 %) | 2 (50 %) | 1 (25 %) | 1 (25 %) | 12 % |" in report
    assert "What to talk about" not in report


def test_answers_that_ended_are_listed_with_their_text_made_harmless(katas):
    text = "the answer exceeded 10 seconds. Is there an infinite loop?"
    timed_out = TestMark("test_a", "failed", kind="AnswerError", text=text)
    problem = "ValueError: \x1b[31m[a](b)</details>\n## heading"
    report = report_of(katas, mark(tests=(timed_out,)), mark("broken", problem=problem))
    assert f"- basics/softmax: s0: {text}\n" in report
    assert "- basics/softmax: s1: ValueError: \\[a\\](b)&lt;/details&gt;\n" in report
    assert "not explained" not in report
    assert "## heading" not in report


def test_protections_that_did_not_hold_are_told(katas):
    held = report_of(katas, mark(), protections={"files": "held"})
    assert "Protections" not in held
    lost = report_of(katas, mark(), mark(), protections={"files": "this kernel has no Landlock"})
    assert "- files, for 2 of 2: this kernel has no Landlock.\n" in lost


# --- Workers ---------------------------------------------------------------------------------


class Deadly:
    """Ends the process that receives it."""

    def __reduce__(self):
        return os._exit, (3,)


def task(katas, chosen, name, sources):
    found = {f"exercises/basics/{kata}.py": text.encode() for kata, text in sources.items()}
    ids = tuple(kata.id for kata in chosen)
    checkout = workers.hash_of_checkout(katas, chosen)
    return Task(name, found, {}, ids, 0, False, checkout)


def test_a_submission_that_ends_two_workers_is_given_up_and_costs_no_other(katas, chosen):
    good = task(katas, chosen, "bob", answers(of=stubs.handed_out))
    deadly = dataclasses.replace(good, name="eve", refused={"": Deadly()})
    news = list(workers.on_this_machine(ROOT, 1, iter([deadly, good])))
    assert [item.problem for item in news if item.name == "eve"] == [
        "the process that graded it ended (exit code 3)"
    ]
    marks = [item.marks for item in news if item.name == "bob"]
    assert [mark["status"] for mark in marks[-1]["katas"]] == ["todo", "todo"]


def test_a_submission_goes_on_when_its_worker_is_killed(katas, chosen):
    sources = {"relu": answers(of=solution)["relu"]}
    tasks = iter([task(katas, chosen, name, sources) for name in ("ada", "bob")])
    with contextlib.closing(workers.on_this_machine(ROOT, 1, tasks)) as news:
        # The first kata was not handed in, the second is being tested.
        while len((begun := next(news)).marks["katas"]) < 1:
            pass
        (worker,) = multiprocessing.active_children()
        worker.kill()
        rest = list(news)
    assert begun.name == "ada"
    assert [item.problem for item in rest] == [""] * len(rest)
    # What was done is not done again.
    assert [len(item.marks["katas"]) for item in rest if item.name == "ada"] == [1, 2]
    assert [item.marks["score"] for item in rest if item.marks["complete"]] == [10, 10]
    assert not multiprocessing.active_children()


def test_what_fails_in_a_worker_is_tried_again_and_told(katas, chosen):
    unknown = dataclasses.replace(task(katas, chosen, "ada", {}), katas=("basics/none",))
    (news,) = workers.on_this_machine(ROOT, 1, iter([unknown]))
    assert news.problem.startswith("There is no kata 'basics/none'")


# --- The command -----------------------------------------------------------------------------


@pytest.fixture
def kata(tmp_path):
    """Starts `kata` in a session of its own; all its processes have a mark."""
    own = tmp_path / "own"
    own.mkdir()
    environment = os.environ | {
        "COLUMNS": "100",
        "TMPDIR": str(own),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{own}",
    }
    started = []

    def kata(*arguments, cwd=ROOT):
        run = subprocess.Popen(
            [sys.executable, "-m", "kata", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(run)
        return run

    yield kata
    for run in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()


def wait_for(condition, what):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


def marked(folder):
    """The command lines of the processes whose environment or command line names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if os.fsencode(folder) in command + (process / "environ").read_bytes():
                found.append(command)
    return found


def test_the_command_writes_a_line_for_each_submission(kata, output, handed_in):
    run = kata("grade", "--class", handed_in, *NAMES, "--seed", "secret", "--output", output)
    out, err = run.communicate()
    assert run.returncode == 0, err
    assert out == f"5 of 6 submissions are graded: read {output / 'report.md'} first.\n"
    assert len(err.splitlines()) == 6
    assert ": ada: 20 of 20 points\n" in err


@pytest.fixture
def refused(monkeypatch, capsys):
    """Runs `kata` here, which has to refuse; gives the sentence that it says."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(workers, "_SECONDS_TO_CONNECT", 0.2)

    def refused(*arguments):
        monkeypatch.setattr(sys, "argv", ["kata", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 2
        (sentence,) = capsys.readouterr().err.splitlines()
        return sentence

    return refused


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--format", "json"], "With --class there is one --output"),
        (["--fail-under", "50"], "With --class there is one --output"),
        (["--output", "a", "--output", "b"], "With --class there is one --output"),
        (["--seed", "x"], "--seed is 'x'"),
        (["--dask", "127.0.0.1:1"], "No dask scheduler answers at 127.0.0.1:1"),
        (["--dask", "nonsense"], "No dask scheduler answers at nonsense"),
        (["--dask", ""], "No dask scheduler answers at"),
        (["softmacs"], "There is no kata 'softmacs'. Did you mean basics/softmax"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(refused, handed_in, tmp_path, arguments, text):
    output = [] if "--output" in arguments else ["--output", tmp_path / "marks"]
    assert text in refused("grade", *arguments, "--class", handed_in, *output)


def test_dask_is_for_a_class(refused, handed_in):
    assert "--dask is for a class" in refused("grade", handed_in, "--dask", "127.0.0.1:1")


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@linux
def test_ctrl_c_keeps_what_is_done_and_ends_all(kata, handed_in, tmp_path):
    output = tmp_path / "marks"
    run = kata("grade", "--class", handed_in, "--output", output, *NAMES)
    wait_for(lambda: stored(output), "a mark")
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate()
    assert run.returncode == 130
    text = f"Stopped. What is done is kept in {output}; the same command goes on from there.\n"
    assert err.endswith(text)
    assert "Traceback" not in err
    assert stored(output)
    assert not marked(tmp_path / "own")


@linux
def test_a_run_that_is_killed_leaves_no_process_and_goes_on(kata, own_class, graded, tmp_path):
    names = ("bob", "eve")
    for folder in own_class.iterdir():
        if folder.is_dir() and not folder.is_symlink() and folder.name not in names:
            shutil.rmtree(folder)
    output = tmp_path / "marks"
    output.mkdir()
    shutil.copy(graded / "run.json", output)
    command = ("grade", "--class", own_class, "--output", output, *NAMES, "--seed", "secret")
    run = kata(*command)
    wait_for(lambda: stored(output).get("eve", {}).get("katas"), "a mark")
    run.kill()
    wait_for(lambda: not marked(tmp_path / "own"), "the end of all processes")
    assert not (output / "report.md").exists()
    (run := kata(*command)).communicate()
    assert run.returncode == 0
    expected = found_in(graded)
    assert found_in(output) == {name: expected[name] for name in names}
    assert (output / "report.md").exists()


@linux
def test_a_judge_that_waits_for_an_answer_ends_with_a_killed_run(kata, checkout, tmp_path):
    curriculum = checkout / "curriculum.toml"
    # Nothing ends by itself while this test waits.
    curriculum.write_text(curriculum.read_text().replace("seconds = 2\n", "seconds = 3000\n"))
    hangs = "def softmax(x, axis=-1):\n    while True:\n        pass\n"
    hand_in(tmp_path / "class" / "ada", softmax=hangs)
    run = kata("grade", "--class", tmp_path / "class", cwd=checkout)
    own = tmp_path / "own"

    def is_testing():
        # The nursery, a keeper, a sandbox.
        return sum(b"nursery.main" in command for command in marked(own)) >= 3

    wait_for(is_testing, "a sandbox")
    os.killpg(run.pid, signal.SIGKILL)
    wait_for(lambda: not marked(own), "the end of all processes")


# --- Dask ------------------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path):
    """Starts a process of dask in a folder; gives it and a file with what it says."""
    started = []

    def start(*arguments, cwd=ROOT, **environment):
        log = tmp_path / f"dask-{len(started)}.txt"
        own = {"DASK_TEMPORARY_DIRECTORY": str(tmp_path), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments), "--no-dashboard"],
            cwd=cwd,
            env=os.environ | own | environment,
            stderr=log.open("w"),
        )
        started.append(process)
        return process, log

    yield start
    # In no session of their own: what ends the tests' process group ends them. Workers end first.
    for process in reversed(started):
        process.terminate()
        process.wait()


@pytest.fixture
def scheduler(start, tmp_path):
    """The address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    start(
        "distributed.cli.dask_scheduler",
        *("--host", "127.0.0.1", "--port", "0", "--scheduler-file", file),
    )
    # The file is there a moment before its text is.
    wait_for(lambda: file.is_file() and file.read_text().endswith("}"), "the scheduler")
    return json.loads(file.read_text())["address"]


@pytest.fixture
def start_workers(start, scheduler):
    """Starts workers as a teacher would, and waits until there are so many."""

    def start_workers(count, *arguments, **settings):
        both = ("--nworkers", count, "--nthreads", "1", "--host", "127.0.0.1", *arguments)
        _, log = start("distributed.cli.dask_worker", scheduler, *both, **settings)
        wait_for(lambda: log.read_text().count("Starting established connection") >= count, "all")

    return start_workers


def test_a_worker_of_dask_is_killed_and_nothing_is_lost(
    start_workers, scheduler, katas, chosen, handed_in, graded, tmp_path, monkeypatch
):
    start_workers(2, DASK_DISTRIBUTED__WORKER__DAEMON="False")
    output, killed = tmp_path / "marks", []
    settled = roster._Display.settled
    with distributed.Client(scheduler, set_as_default=False) as client:
        pids = client.run(os.getpid)
        assert len(pids) == 2

        def kill_one(display, row):
            """At the first points, one that is at work."""
            settled(display, row)
            if row.marks and row.marks.score and not killed:
                killed.extend(name for name, tasks in client.processing().items() if tasks)
                os.kill(pids[killed[0]], signal.SIGKILL)

        monkeypatch.setattr(roster._Display, "settled", kill_one)
        roster.grade_class(katas, handed_in, chosen, (SECRET, True), output, dask=scheduler)
    assert killed
    assert found_in(output) == found_in(graded)
    for name in class_report.FILES:
        assert (output / name).read_bytes() == (graded / name).read_bytes()


@pytest.fixture
def grade_by_dask(scheduler, katas, chosen, handed_in, tmp_path):
    def grade():
        output = tmp_path / "marks"
        try:
            roster.grade_class(katas, handed_in, chosen, (0, False), output, dask=scheduler)
        finally:
            assert not (output / "submissions").exists()

    return grade


def test_workers_of_dask_have_to_be_there_and_to_have_processes(start_workers, grade_by_dask):
    with pytest.raises(KataError, match="has no workers: start some with `dask worker tcp://"):
        grade_by_dask()
    start_workers(1)
    with pytest.raises(KataError, match="may not start processes: start it with --no-nanny"):
        grade_by_dask()


def test_workers_of_dask_need_the_same_checkout(start_workers, grade_by_dask, own_checkout):
    test = own_checkout / "tests" / "basics" / "test_relu.py"
    test.write_text(test.read_text().replace("assert", "assert True or"))
    start_workers(1, "--no-nanny", cwd=own_checkout)
    with pytest.raises(KataError, match="has another checkout of the katas"):
        grade_by_dask()
