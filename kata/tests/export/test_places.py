"""Where an export may go, and what its workflow grades with."""

from pathlib import Path

import pytest

from kata import catalog
from kata.author import export
from kata.catalog import KataError
from kata.tests.export.support import git, texts

REFUSED = {
    "a kata that is not there": (["../s", "--katas", "sofmax"], "Did you mean basics/softmax"),
    "an empty name": (["../s", "--katas", ""], "There is no kata ''."),
    "a topic that is not there": (
        ["../s", "--topics", "cnn,magic"],
        "There is no topic 'magic'; there are basics, optimization, training, ",
    ),
    "a folder with something in it": (["../taken"], "../taken is not empty: name a new folder."),
    "a file": (["../file"], "../file is a file: name a new folder."),
    "a folder in this repository": (["students"], "students lies in this repository: name a "),
    "a folder that would need another": (["../a/b"], "There is no folder ../a to write b into."),
}


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses_in_one_sentence_and_writes_nothing(own, kata, arguments, sentence):
    (own.parent / "taken").mkdir()
    (own.parent / "taken" / "thesis.txt").write_text("finished")
    (own.parent / "file").write_text("")
    code, _, err = kata(own, "export", *arguments)
    assert (code, len(err.splitlines())) == (2, 1)
    assert sentence in err.replace("\\", "/")
    assert sorted(file.name for file in own.parent.iterdir()) == ["file", "full", "taken"]
    assert texts(own.parent / "taken") == {"thesis.txt": "finished"}


def test_an_empty_folder_is_taken(full, tmp_path):
    katas = catalog.load(full)
    export.export(katas, [katas.find("softmax")], tmp_path)
    assert (tmp_path / "exercises" / "basics" / "softmax.py").is_file()


def test_the_folder_one_is_in_is_left_alone(full, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KataError, match="The folder that you are in would be replaced"):
        export.export(catalog.load(full), [], Path())


@pytest.mark.parametrize("missing", [export.TEMPLATE, "hints/rnn/lstm_cell.md", "LICENSE"])
def test_a_failure_on_the_way_leaves_nothing_behind(own, missing):
    (own / missing).unlink()
    katas = catalog.load(own)
    with pytest.raises(KataError, match=Path(missing).name):
        export.export(katas, katas.katas, own.parent / "students")
    assert [file.name for file in own.parent.iterdir()] == ["full"]


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
def committed(own):
    git(own, "init")
    git(own, "add", "LICENSE")
    git(own, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-m", "All")
    return own


@pytest.mark.parametrize("url", ON_GITHUB.values(), ids=ON_GITHUB.keys())
def test_it_is_pinned_to_the_commit_of_a_repository_on_github(committed, url):
    git(committed, "remote", "add", "origin", url)
    katas = catalog.load(committed)
    said = export.export(katas, [katas.find("softmax")], committed.parent / "students")
    commit = git(committed, "rev-parse", "HEAD").strip()
    assert f"commit {commit[:10]} of ada/deep.katas: push that commit first" in said
    files = texts(committed.parent / "students")
    assert '\n  KATAS_REPOSITORY: "ada/deep.katas"\n' in files[export.WORKFLOW]
    assert f'\n  KATAS_COMMIT: "{commit}"\n' in files[export.WORKFLOW]
    assert '\n  KATAS: "basics/softmax"\n' in files[export.WORKFLOW]
    assert not [name for name, text in files.items() if "s3cr3t" in text]


@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_without_a_repository_on_github_nothing_is_pinned(tmp_path, url):
    git(tmp_path, "init")
    git(tmp_path, "remote", "add", "origin", url)
    assert export.pinned(tmp_path) is None


def test_without_git_the_place_to_fill_in_is_named(one, full, kata, tmp_path):
    _, said, _ = kata(full, "export", tmp_path / "other", "--katas", "relu")
    assert "is not a repository on GitHub: fill in what to grade with at the top of" in said
    workflow = (one / export.WORKFLOW).read_text("utf-8")
    assert 'KATAS_REPOSITORY: "OWNER/NAME"' in workflow
    assert f'KATAS_COMMIT: "{"0" * 40}"' in workflow
