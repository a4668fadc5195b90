"""Repositories for students: what is in them, and what must not be."""

import re
import shutil
import tomllib

import pytest

from kata import catalog, stubs
from kata.author import export
from kata.tests.conftest import ROOT
from kata.tests.export.support import MINE, git, texts


def leads_somewhere(page, link):
    """Whether there is such a file, and in it the heading that a link names behind a #."""
    name, _, anchor = link.partition("#")
    file = page.parent / name
    headings = re.findall("(?m)^#+ (.+)$", file.read_text("utf-8")) if anchor else []
    slugs = [heading.lower().replace(" ", "-") for heading in headings]
    return file.is_file() and (not anchor or anchor in slugs)


def lines_in(root, *patterns):
    files = [file for pattern in patterns for file in root.glob(pattern)]
    return {line.strip() for file in files for line in file.read_text("utf-8").splitlines()}


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
    packages = theirs["tool"]["setuptools"]["packages"]
    assert packages == ["exercises", "kata", "kata.interview", "kata.show", "kata.testing"]
    for file in (theirs["project"]["readme"], *theirs["project"]["license-files"]):
        assert (everything / file).is_file()


CHOICES = {
    "all": (),
    "a capstone without its interview": ("--topics", "capstones", "--without-interview"),
}


@pytest.mark.parametrize("chosen", CHOICES.values(), ids=CHOICES)
def test_no_link_leads_nowhere(full, kata, tmp_path, chosen):
    students = tmp_path / "students"
    assert kata(full, "export", students, *chosen)[0] == 0
    links = [
        (page, link)
        for page in students.rglob("*.md")
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    ]
    local = [(page, link) for page, link in links if "://" not in link]
    assert local
    assert not [link for page, link in local if not leads_somewhere(page, link)]


def test_git_takes_all_of_it(everything, tmp_path):
    folder = shutil.copytree(everything, tmp_path / "students")
    expected = set(texts(folder))
    git(folder, "init")
    git(folder, "add", "-A")
    assert set(git(folder, "ls-files").splitlines()) == expected


def test_only_the_chosen_katas_are_there_in_their_order(full, kata, tmp_path):
    some = tmp_path / "some"
    _, out, _ = kata(full, "export", some, "--katas", "dropout, relu,basics/softmax")
    assert f"Wrote 3 katas to {some}." in out
    assert "Added" not in out
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


def test_a_capstone_brings_what_it_builds_on_and_its_data(full, kata, tmp_path):
    some = tmp_path / "some"
    _, out, _ = kata(full, "export", some, "--katas", "digits_mlp")
    built_on = "basics/relu, basics/linear, basics/softmax, basics/log_softmax, "
    assert f"Added, as other katas build on them: {built_on}" in out
    assert "capstones/digits_mlp" not in out
    katas = catalog.load(some)
    assert {kata.name for kata in katas.katas} > {"digits_mlp", "linear", "adam", "softmax"}
    assert (some / "data" / "digits.npz").is_file()
    assert (some / "data" / "README.md").is_file()


def test_katas_and_topics_add_up(full):
    katas = catalog.load(full)
    chosen = export.wanted(katas, ["momentum"], ["rnn"])
    assert chosen == [katas.find("momentum"), *katas.of_topic("rnn")]


def test_interview_questions_can_be_left_out(full, kata, tmp_path):
    some = tmp_path / "some"
    kata(full, "export", some, "--katas", "softmax", "--without-interview")
    hints = (some / "hints" / "basics" / "softmax.md").read_text("utf-8")
    headings = [line for line in hints.splitlines() if line.startswith("##")]
    assert headings == ["## Hint 1", "## Hint 2", "## Hint 3", "## Sources"]
    assert "Goodfellow" in hints
    assert "temperature" not in hints
    assert "Hint 1 of 3" in kata(some, "hint", "softmax")[1]
