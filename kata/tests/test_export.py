"""Repositories for students: what is in them, what must not be, and that everything works there."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kata import catalog, stubs
from kata.author import export
from kata.catalog import KataError
from kata.tests.conftest import ROOT

MINE = "# the teacher's own work, which nobody else may see"
TREES = (
    "attempts", "classroom", "data", "docs", "exercises", "hints", "kata", "solutions", "tests",
)  # fmt: skip
FILES = (".gitignore", "LICENSE", "conftest.py", "curriculum.toml", "README.md", "pyproject.toml")


@pytest.fixture
def full(tmp_path):
    """A copy of this repository in which a teacher has worked."""
    root = tmp_path / "full"
    for tree in TREES:
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    for kata in catalog.load(root).katas:
        kata.exercise.write_text(f"{MINE}\n{kata.solution.read_text('utf-8')}", "utf-8")
    (root / "exercises" / "basics" / "notes.py").write_text(MINE)
    (root / ".kata" / "backups").mkdir(parents=True)
    (root / ".kata" / "backups" / "softmax.py").write_text(MINE)
    (root / "deep_learning_essentials.egg-info").mkdir()
    (root / "kata" / "__pycache__").mkdir()
    (root / "kata" / "__pycache__" / "cli.pyc").write_text(MINE)
    return root


@pytest.fixture
def kata():
    def kata(folder, *arguments, stdin=""):
        return run(folder, "kata", *arguments, stdin=stdin)

    return kata


def leads_somewhere(page, link):
    """Whether there is such a file, and in it the heading that a link names behind a #."""
    name, _, anchor = link.partition("#")
    file = page.parent / name
    headings = re.findall("(?m)^#+ (.+)$", file.read_text("utf-8")) if anchor else []
    slugs = [heading.lower().replace(" ", "-") for heading in headings]
    return file.is_file() and (not anchor or anchor in slugs)


def run(folder, module, *arguments, stdin=""):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment | {"COLUMNS": "100"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=250,
    )


@pytest.fixture
def everything(full, kata):
    result = kata(full, "export", "../students")
    assert result.returncode == 0, result.stderr
    return full.parent / "students"


@pytest.fixture
def one(full, kata):
    """Softmax alone."""
    assert kata(full, "export", "../one", "--katas", "softmax").returncode == 0
    return full.parent / "one"


def texts(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes().decode(errors="replace")
        for file in folder.rglob("*")
        if file.is_file()
    }


def lines_in(root, *patterns):
    files = [file for pattern in patterns for file in root.glob(pattern)]
    return {line.strip() for file in files for line in file.read_text("utf-8").splitlines()}


# --- What is in it, and what is not ----------------------------------------------------------


def test_no_line_of_a_solution_or_an_attempt_is_in_it(everything):
    answers = lines_in(ROOT, "solutions/**/*.py", "attempts/**/*.py")
    # What students are told anyway.
    known = lines_in(ROOT, "tests/**/*.py", "hints/**/*.md", "kata/**/*.py")
    for kata in catalog.load(ROOT).katas:
        known |= {line.strip() for line in stubs.handed_out(kata).splitlines()}
    telling = {line for line in answers - known if len(line) >= 25}
    assert len(telling) > 1000
    for name, text in texts(everything).items():
        told = telling & {line.strip() for line in text.splitlines()}
        assert not told, name


def test_nothing_of_the_teachers_is_in_it(everything, full):
    files = texts(everything)
    assert not [name for name, text in files.items() if MINE in text]
    assert not [name for name, text in files.items() if str(full) in text or str(ROOT) in text]
    parts = {part for name in files for part in name.split("/")}
    assert not parts & {"solutions", "attempts", "classroom", "grade", ".git", ".kata"}
    assert not [name for name in files if name.endswith((".pyc", ".lock")) or "egg-info" in name]
    assert not [name for name in files if name.startswith("kata/tests/")]


def test_each_stub_is_the_original(everything):
    katas = catalog.load(everything).katas
    assert len(katas) == len(catalog.load(ROOT).katas)
    for kata in katas:
        stub = stubs.handed_out(catalog.load(ROOT).find(kata.id))
        assert kata.exercise.read_text() == kata.original.read_text() == stub


def test_it_installs_what_the_full_repository_does(everything):
    ours, theirs = (
        tomllib.loads((root / "pyproject.toml").read_text("utf-8")) for root in (ROOT, everything)
    )
    for name in ("name", "dependencies", "requires-python", "scripts"):
        assert theirs["project"][name] == ours["project"][name]
    assert theirs["tool"]["pytest"] == ours["tool"]["pytest"]
    assert theirs["tool"]["setuptools"]["packages"] == ["kata", "kata.interview", "kata.testing"]
    for file in (theirs["project"]["readme"], *theirs["project"]["license-files"]):
        assert (everything / file).is_file()


def test_each_room_of_its_tool_can_be_loaded(everything):
    code = (
        "import importlib, pathlib\n"
        "files = [file for file in pathlib.Path('kata').rglob('[!_]*.py')]\n"
        "rooms = ['.'.join(file.with_suffix('').parts) for file in files]\n"
        "for room in rooms: print(importlib.import_module(room).__file__)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=everything, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    loaded = result.stdout.splitlines()
    assert len(loaded) > 20
    assert all(Path(file).is_relative_to(everything) for file in loaded)


@pytest.mark.parametrize("chosen", [(), ("--topics", "capstones", "--without-interview")], ids=str)
def test_no_link_leads_nowhere(full, kata, chosen):
    assert kata(full, "export", "../students", *chosen).returncode == 0
    pages = list((full.parent / "students").rglob("*.md"))
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    ]
    local = [(page, link) for page, link in links if "://" not in link]
    assert local
    assert not [link for page, link in local if not leads_somewhere(page, link)]


def test_git_takes_all_of_it(everything):
    git(everything, "init")
    git(everything, "add", "-A")
    assert set(git(everything, "ls-files").splitlines()) == set(texts_outside_git(everything))


def texts_outside_git(folder):
    return [name for name in texts(folder) if not name.startswith(".git/")]


def git(folder, *words):
    done = subprocess.run(
        ["git", "-c", "core.quotepath=off", *words], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- Which katas -----------------------------------------------------------------------------


def test_only_the_chosen_katas_are_there_in_their_order(full, kata):
    result = kata(full, "export", "../some", "--katas", "dropout, relu,basics/softmax")
    assert "Wrote 3 katas to ../some." in result.stdout
    assert "Added" not in result.stdout
    some = full.parent / "some"
    katas = catalog.load(some)
    assert [kata.name for kata in katas.katas] == ["relu", "softmax", "dropout"]
    assert [topic.name for topic in katas.topics] == ["basics", "training"]
    head = (ROOT / "curriculum.toml").read_text("utf-8").split("[[")[0]
    assert (some / "curriculum.toml").read_text("utf-8").startswith(head)
    files = texts(some)
    assert not [name for name in files if "linear" in name or "data" in name.split("/")]
    assert "linear.py" not in files["exercises/basics/README.md"]
    assert "relu, softmax |" in files["README.md"]
    assert 'KATAS: "basics/relu basics/softmax training/dropout"' in files[export.WORKFLOW]


def test_a_capstone_brings_what_it_builds_on_and_its_data(full, kata):
    result = kata(full, "export", "../some", "--katas", "digits_mlp")
    built_on = "basics/relu, basics/linear, basics/softmax, basics/log_softmax, "
    assert f"Added, as other katas build on them: {built_on}" in result.stdout
    assert "capstones/digits_mlp" not in result.stdout
    katas = catalog.load(full.parent / "some")
    assert {kata.name for kata in katas.katas} > {"digits_mlp", "linear", "adam", "softmax"}
    assert (full.parent / "some" / "data" / "digits.npz").is_file()
    assert (full.parent / "some" / "data" / "README.md").is_file()


def test_katas_and_topics_add_up(full, kata):
    assert kata(full, "export", "../s", "--katas", "momentum", "--topics", "cnn").returncode == 0
    assert [kata.name for kata in catalog.load(full.parent / "s").katas] == ["momentum", "conv2d"]


def test_interview_questions_can_be_left_out(full, kata):
    arguments = "--katas", "softmax", "--without-interview"
    assert kata(full, "export", "../s", *arguments).returncode == 0
    hints = (full.parent / "s" / "hints" / "basics" / "softmax.md").read_text("utf-8")
    headings = [line for line in hints.splitlines() if line.startswith("##")]
    assert headings == ["## Hint 1", "## Hint 2", "## Hint 3", "## Sources"]
    assert "Goodfellow" in hints
    assert "temperature" not in hints
    assert "Hint 1 of 3" in kata(full.parent / "s", "hint", "softmax").stdout


# --- Refusals --------------------------------------------------------------------------------

REFUSED = {
    "a kata that is not there": (["../s", "--katas", "sofmax"], "Did you mean basics/softmax"),
    "an empty name": (["../s", "--katas", ""], "There is no kata ''."),
    "a topic that is not there": (
        ["../s", "--topics", "cnn,magic"],
        "There is no topic 'magic'; there are basics, optimization, cnn, ",
    ),
    "a folder with something in it": (["../taken"], "../taken is not empty: name a new folder."),
    "a file": (["../file"], "../file is a file: name a new folder."),
    "a folder in this repository": (["students"], "students lies in this repository: name a "),
    "a folder that would need another": (["../a/b"], "There is no folder ../a to write b into."),
}


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses_in_one_sentence_and_writes_nothing(full, kata, arguments, sentence):
    (full.parent / "taken").mkdir()
    (full.parent / "taken" / "thesis.txt").write_text("finished")
    (full.parent / "file").write_text("")
    result = kata(full, "export", *arguments)
    assert result.returncode == 2
    assert sentence in result.stderr.replace("\\", "/")
    assert len(result.stderr.splitlines()) == 1
    assert sorted(file.name for file in full.parent.iterdir()) == ["file", "full", "taken"]
    assert texts(full.parent / "taken") == {"thesis.txt": "finished"}


def test_an_empty_folder_is_taken(full):
    (full.parent / "empty").mkdir()
    katas = catalog.load(full)
    export.export(katas, [katas.find("softmax")], full.parent / "empty")
    assert (full.parent / "empty" / "exercises" / "basics" / "softmax.py").is_file()


def test_the_folder_one_is_in_is_left_alone(full, monkeypatch):
    (full.parent / "empty").mkdir()
    monkeypatch.chdir(full.parent / "empty")
    with pytest.raises(KataError, match="The folder that you are in would be replaced"):
        export.export(catalog.load(full), [], Path())


@pytest.mark.parametrize("missing", [export.TEMPLATE, "hints/rnn/lstm_cell.md", "LICENSE"])
def test_a_failure_on_the_way_leaves_nothing_behind(full, missing):
    (full / missing).unlink()
    katas = catalog.load(full)
    with pytest.raises(KataError, match=Path(missing).name):
        export.export(katas, katas.katas, full.parent / "students")
    assert [file.name for file in full.parent.iterdir()] == ["full"]


# --- What the workflow grades with -----------------------------------------------------------

ON_GITHUB = {
    "https": "https://github.com/ada/deep.katas.git",
    "https without an end": "https://github.com/ada/deep.katas",
    "https with a token": "https://ada:ghp_s3cr3t@github.com/ada/deep.katas.git",
    "ssh": "git@github.com:ada/deep.katas.git",
    "a URL for ssh": "ssh://git@github.com/ada/deep.katas.git",
}
ELSEWHERE = {
    "another host": "https://gitlab.com/ada/katas.git",
    "a host that looks like it": "https://evil.example/github.com/ada/katas.git",
    "a folder": "/srv/git/github.com/ada/katas.git",
}


@pytest.fixture
def committed(full):
    git(full, "init")
    git(full, "add", "LICENSE")
    git(full, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-m", "All")
    return full


@pytest.mark.parametrize("url", ON_GITHUB.values(), ids=ON_GITHUB.keys())
def test_it_is_pinned_to_the_commit_of_a_repository_on_github(committed, url):
    git(committed, "remote", "add", "origin", url)
    katas = catalog.load(committed)
    said = export.export(katas, katas.katas, committed.parent / "students")
    commit = git(committed, "rev-parse", "HEAD").strip()
    assert f"ada/deep.katas as it is in commit {commit[:10]}, which has to be on GitHub" in said
    files = texts(committed.parent / "students")
    assert '\n  KATAS_REPOSITORY: "ada/deep.katas"\n' in files[export.WORKFLOW]
    assert f'\n  KATAS_COMMIT: "{commit}"\n' in files[export.WORKFLOW]
    assert '\n  KATAS: ""\n' in files[export.WORKFLOW]
    assert not [name for name, text in files.items() if "s3cr3t" in text]


@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_without_a_repository_on_github_the_place_to_fill_in_is_named(committed, url):
    git(committed, "remote", "add", "origin", url)
    assert export.pinned(committed) is None


def test_without_git_the_place_to_fill_in_is_named(one, full, kata):
    said = kata(full, "export", "../other", "--katas", "relu").stdout
    assert "is not a repository on GitHub: write what to grade with at the top of" in said
    workflow = (one / export.WORKFLOW).read_text("utf-8")
    assert 'KATAS_REPOSITORY: "OWNER/NAME"' in workflow
    assert f'KATAS_COMMIT: "{"0" * 40}"' in workflow


# --- Working in it ---------------------------------------------------------------------------


def put_solution(folder, name):
    shutil.copy(ROOT / "solutions" / f"{name}.py", folder / "exercises" / f"{name}.py")


def test_the_commands_of_learners_work(one, kata):
    assert "softmax is to do" in kata(one).stdout
    assert "0 of 1" in kata(one, "list").stdout
    assert "Hint 1 of 3" in kata(one, "hint", "softmax").stdout
    assert kata(one, "test", "softmax").returncode == 1
    put_solution(one, "basics/softmax")
    result = kata(one, "test", "softmax")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"softmax is solved: all \d+ tests pass\.", result.stdout)
    assert "Left for grading, as they need the reference solution: 1." in result.stdout
    assert "1 of 1" in kata(one, "list").stdout
    assert kata(one, "reset", "softmax", "--yes").returncode == 0
    assert "basics/softmax" in kata(one, "interview", "--list", "--minutes", "10").stdout
    katas = catalog.load(one)
    assert katas.katas[0].exercise.read_bytes() == katas.katas[0].original.read_bytes()


NEEDS_SOLUTIONS = (
    ["verify"], ["verify", "softmax"], ["bench"], ["new", "basics/sigmoid"], ["freeze", "softmax"],
    ["export", "../again"], ["grade", "."],
)  # fmt: skip


@pytest.mark.parametrize("arguments", NEEDS_SOLUTIONS, ids=" ".join)
def test_the_commands_of_authors_say_why_they_do_not_work(one, kata, arguments):
    result = kata(one, *arguments)
    assert result.returncode == 2
    assert result.stderr == (
        "This command is for authors and teachers: "
        "it needs the solutions, which are not part of this repository.\n"
    )


def test_the_solution_is_said_not_to_be_there(one, kata):
    result = kata(one, "solution", "softmax")
    assert result.returncode == 2
    assert result.stderr == "The solutions are not part of this repository.\n"


def test_plain_pytest_works_and_says_what_is_left_for_grading(one):
    put_solution(one, "basics/softmax")
    result = run(one, "pytest", "tests/basics/test_softmax.py")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Neural network basics: 1 of 1 solved" in result.stdout
    left = (
        "1 test compares with the reference solution; "
        "it is skipped here and runs when you are graded."
    )
    assert left in result.stdout.splitlines()


def test_no_untouched_stub_counts_as_solved(everything):
    result = run(everything, "pytest")
    assert result.returncode == 1
    assert "Traceback" not in result.stdout + result.stderr
    topics = len(catalog.load(everything).topics)
    assert len(re.findall(r": 0 of \d+ solved", result.stdout)) == topics
    assert re.search(r"\n\d+ tests compare with the reference solution; they are", result.stdout)


def test_all_solutions_pass_in_it(everything):
    for kata in catalog.load(everything).katas:
        put_solution(everything, kata.id)
    result = run(everything, "pytest")
    assert result.returncode == 0, result.stdout
    assert not re.search(r": 0 of \d+ solved", result.stdout)
