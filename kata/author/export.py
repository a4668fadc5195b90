"""`kata export DIR`: a repository for students, without solutions and without the teacher's work.

Everything is written into a temporary folder beside `DIR`, which takes its name when all is there.
"""

import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kata import hints, stubs
from kata.catalog import Catalog, Kata, KataError
from kata.show import script

_PACKAGES_FOR_STUDENTS = ("kata", "kata/interview", "kata/show", "kata/testing")
# In a topic's page; the kata's topic, where it is another one, and its name.
_LINK_TO_KATA = r"\[(\w+)\]\((?:\.\./(\w+)/)?(\w+)\.py\)"
_AS_THEY_ARE = ("conftest.py", "LICENSE", ".gitignore")
_PYPROJECT_TABLES = ("build-system", "project", "project.scripts", "tool.pytest.ini_options")

TEMPLATE = "classroom/github-actions/grade.yml"
WORKFLOW = ".github/workflows/grade.yml"

_README = """\
# Deep learning katas

Write the parts of neural networks yourself, one stub at a time. A moment after you save a file, you
see whether it is right and, if not, how far off it is.

## Set up

You need Python 3.11 to 3.13. In this folder:

    python3 -m venv .venv
    source .venv/bin/activate       # on Windows: .venv\\Scripts\\activate
    pip install -e .

On Linux, pip may choose a build of torch with several gigabytes for GPUs. The CPU build is enough;
install it before the last line:

    pip install "torch>=2.6,<2.14" --index-url https://download.pytorch.org/whl/cpu

## Work

    kata                  shows where you are, and tests each file when you save it
    kata list             all katas, with your state
    kata test NAME        tests one kata once
    kata show NAME        draws a picture from your functions; needs pip install -e '.[show]'
    kata hint NAME        the hints that you have seen; with --more, one more
    kata reset NAME       puts the stub back and keeps a copy of your file
    kata quiz             interview questions, ten minutes of them
    kata sheet            each topic on one page, to print or to read on a phone
    kata interview        a mock interview against the clock
    kata review           what interviews showed you should repeat
    pytest                tests everything; katas not begun are "to do"

A kata is a file in `exercises/`. Beyond what every answer owes, its docstrings say all that its
tests in `tests/` check.

{owed}
| topic | katas |
|---|---|
{topics}

## Hand in

Commit your files in `exercises/` and push. Nothing else counts: changing a test changes no mark.
Tests that compare with the reference solution are skipped here and run when you are graded.
If your teacher has set up the workflow *Grade*, each push shows its marks under *Actions*.
{data}"""

_DATA = "\nEach file in `data/` has [its own source and licence](data/README.md).\n"


@dataclass(frozen=True)
class Pin:
    """The commit of a repository on GitHub that holds the tests and solutions to grade with."""

    repository: str
    commit: str


def wanted(katas: Catalog, names: Sequence[str], topics: Sequence[str]) -> list[Kata]:
    """The katas with these names and of these topics, in order; all where nothing is named.

    Raises KataError for an unknown name or topic.
    """
    if not names and not topics:
        return list(katas.katas)
    known = [topic.name for topic in katas.topics]
    whole = [topic.strip() for topic in topics]
    for topic in whole:
        if topic not in known:
            raise KataError(f"There is no topic {topic!r}; there are {', '.join(known)}.")
    ids = {katas.find(name).id for name in names}
    return [kata for kata in katas.katas if kata.id in ids or kata.topic in whole]


def with_what_they_build_on(katas: Catalog, chosen: Iterable[Kata]) -> list[Kata]:
    """These katas and those that they build on, whose answers a capstone imports; in order."""
    ids = {kata.id for kata in chosen}
    for kata in reversed(katas.katas):  # What a kata builds on stands above it.
        if kata.id in ids:
            ids.update(kata.after)
    return [kata for kata in katas.katas if kata.id in ids]


def export(katas: Catalog, chosen: Sequence[Kata], folder: Path, *, interview: bool = True) -> str:
    """Write the repository for students; gives a sentence on what its workflow grades with.

    Raises KataError, with nothing written, when `folder` cannot be used or a file is missing.
    """
    place = folder.resolve()
    _check_place(katas, folder, place)
    pin = pinned(katas.root)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as temporary:
            repository = Path(temporary, place.name)
            _Writer(katas, chosen, repository, interview=interview).write(pin)
            if place.exists():
                place.rmdir()
            repository.rename(place)
    except (OSError, UnicodeDecodeError) as error:
        raise KataError(f"Nothing was exported: {error}.") from error
    if pin is None:
        return (
            "This checkout is not a repository on GitHub: "
            f"fill in what to grade with at the top of {folder / WORKFLOW}."
        )
    return (
        f"Its workflow grades with commit {pin.commit[:10]} of {pin.repository}: "
        "push that commit first."
    )


def _check_place(katas: Catalog, folder: Path, place: Path) -> None:
    if place.is_relative_to(katas.root):
        raise KataError(
            f"{folder} lies in this repository: name a folder outside, such as ../students."
        )
    if place.exists() and not place.is_dir():
        raise KataError(f"{folder} is a file: name a new folder.")
    if place.is_dir() and any(place.iterdir()):
        raise KataError(f"{folder} is not empty: name a new folder.")
    if place == Path.cwd():
        raise KataError("The folder that you are in would be replaced: name a new one.")
    if not place.parent.is_dir():
        raise KataError(f"There is no folder {folder.parent} to write {place.name} into.")


def pinned(root: Path) -> Pin | None:
    """The commit that is checked out at `root`, if its repository is on GitHub."""
    if not (root / ".git").exists():
        return None
    url, commit = _git(root, "remote", "get-url", "origin"), _git(root, "rev-parse", "HEAD")
    start = r"(?:https://(?:[^/@]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    match = re.fullmatch(start + r"([\w.-]+/[\w.-]+?)(?:\.git)?/?", url)
    return Pin(match[1], commit) if match and re.fullmatch("[0-9a-f]{40}", commit) else None


def _git(root: Path, *words: str) -> str:
    """What git prints; nothing where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", root, *words], capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class _Writer:
    """Writes the files of one repository for students."""

    def __init__(
        self, katas: Catalog, chosen: Sequence[Kata], to: Path, *, interview: bool
    ) -> None:
        self._katas = katas
        self._root = katas.root
        self._chosen = chosen
        self._to = to
        self._interview = interview

    def write(self, pin: Pin | None) -> None:
        for kata in self._chosen:
            self._write_kata(kata)
        for topic in dict.fromkeys(kata.topic for kata in self._chosen):
            self._write_page(topic)
        data = self._data()
        for name in (*_AS_THEY_ARE, *data):
            self._copy(name)
        files = {file for kata in self._chosen for file in script.files(kata)}
        for folder in _PACKAGES_FOR_STUDENTS:
            files.update((self._root / folder).glob("*.py"))
        for file in files:
            self._copy(file.relative_to(self._root).as_posix())
        self._write("curriculum.toml", self._curriculum())
        self._write("pyproject.toml", self._pyproject())
        self._write("README.md", self._readme(has_data=bool(data)))
        self._write(WORKFLOW, self._workflow(pin))

    def _read(self, name: str) -> str:
        return (self._root / name).read_text(encoding="utf-8")

    def _write(self, name: str, text: str) -> None:
        file = self._to / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")

    def _copy(self, name: str) -> None:
        file = self._to / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._root / name, file)

    def _write_kata(self, kata: Kata) -> None:
        # What stands in exercises/ may be the teacher's own answer.
        stub = stubs.handed_out(kata)
        self._write(kata.relative(kata.original), stub)
        self._write(kata.relative(kata.exercise), stub)
        self._copy(kata.relative(kata.test))
        hints.read(kata)
        text = self._read(kata.relative(kata.hints))
        self._write(
            kata.relative(kata.hints), text if self._interview else hints.without_interview(text)
        )

    def _write_page(self, topic: str) -> None:
        """The topic's page and its pictures, without the rows of katas that are left out.

        Where the text names such a kata, it is no link.
        """
        name = f"exercises/{topic}/README.md"
        chosen = {kata.id for kata in self._chosen}

        def is_there(link: re.Match[str]) -> bool:
            return f"{link[2] or topic}/{link[3]}" in chosen

        lines = [
            line
            for line in self._read(name).splitlines(keepends=True)
            if not (row := re.match(rf"\| {_LINK_TO_KATA}", line)) or is_there(row)
        ]
        text = re.sub(
            _LINK_TO_KATA, lambda link: link[0] if is_there(link) else link[1], "".join(lines)
        )
        self._write(name, text)
        for picture in re.findall(r"\(\.\./\.\./(docs/\w+\.svg)\)", text):
            self._copy(picture)

    def _data(self) -> list[str]:
        """The files in data/ that the katas and pictures name, and the page with their licences."""
        texts = [text for kata in self._chosen for text in _code(kata)]
        folder = self._root / "data"
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        used = [file.name for file in files if any(file.name in text for text in texts)]
        return [f"data/{name}" for name in (["README.md", *used] if used else [])]

    def _curriculum(self) -> str:
        """curriculum.toml with its head, its sets, and the chosen katas and their topics."""
        head, *entries = re.split(r"(?m)^(?=\[\[)", self._read("curriculum.toml"))
        names = {kata.id for kata in self._chosen} | {kata.topic for kata in self._chosen}
        sets = ("[[set]]", "[[staged]]")
        kept = [one for one in entries if one.startswith(sets) or _entry_name(one) in names]
        return head + "".join(kept).rstrip() + "\n"

    def _pyproject(self) -> str:
        """What is needed to install and to run pytest; nothing of what authors use."""
        _, *tables = re.split(r"(?m)^(?=\[)", self._read("pyproject.toml"))
        kept = [table for table in tables if table[1:].split("]")[0] in _PYPROJECT_TABLES]
        (to_draw,) = re.findall(r"(?m)^show = .*\n", "".join(tables))
        kept.append(f"[project.optional-dependencies]\n{to_draw}")
        names = ("exercises", *_PACKAGES_FOR_STUDENTS)
        packages = ", ".join(f'"{name.replace("/", ".")}"' for name in names)
        return f"{''.join(kept).rstrip()}\n\n[tool.setuptools]\npackages = [{packages}]\n"

    def _readme(self, *, has_data: bool) -> str:
        rows = []
        for topic in self._katas.topics:
            names = [kata.name for kata in self._chosen if kata.topic == topic.name]
            if names:
                page = f"exercises/{topic.name}/README.md"
                rows.append(f"| [{topic.title}]({page}) | {', '.join(names)} |")
        _, heading, rest = self._read("README.md").partition("### What every answer owes\n")
        owed = heading + rest.partition("\n#")[0]
        data = _DATA if has_data else ""
        return _README.format(topics="\n".join(rows), data=data, owed=owed)

    def _workflow(self, pin: Pin | None) -> str:
        text = self._read(TEMPLATE)
        if len(self._chosen) < len(self._katas.katas):
            text = _filled_in(text, "KATAS", " ".join(kata.id for kata in self._chosen))
        if pin:
            text = _filled_in(text, "KATAS_REPOSITORY", pin.repository)
            text = _filled_in(text, "KATAS_COMMIT", pin.commit)
        return text


def _filled_in(workflow: str, variable: str, value: str) -> str:
    return re.sub(rf"(?m)^(  {variable}: ).*$", rf'\g<1>"{value}"', workflow)


def _code(kata: Kata) -> list[str]:
    pictures = [file.read_text("utf-8") for file in script.files(kata)]
    return [stubs.handed_out(kata), kata.test.read_text("utf-8"), *pictures]


def _entry_name(entry: str) -> str:
    """The name in one [[topic]] or [[kata]] of curriculum.toml."""
    ((table,),) = tomllib.loads(entry).values()
    return str(table["name"])
