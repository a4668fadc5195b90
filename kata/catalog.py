"""What a kata is, where its files are, and in which order katas come.

Everything is read from `curriculum.toml`, at the root of the trees.
"""

import contextlib
import difflib
import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

KINDS = ("implement", "vectorize", "debug", "capstone", "predict")
LEVELS = ("easy", "medium", "hard")

# The folders for the learner's answers, and for what is written in a mock interview.
EXERCISES, INTERVIEW = "exercises", "interview"

# A test that takes longer than this hangs, for all that a learner can tell.
SECONDS_PER_TEST = 5.0


class KataError(Exception):
    """Something the user can put right; its text is one sentence that says how."""


@dataclass(frozen=True)
class Kata:
    """One exercise and the paths of all its files."""

    root: Path
    topic: str
    name: str
    title: str
    kind: str
    level: str
    minutes: int
    points: int
    after: tuple[str, ...] = ()
    torch: bool = False
    seconds: float = SECONDS_PER_TEST
    idea: str = ""

    def __post_init__(self) -> None:
        """A kata for which no idea is given has one of its own."""
        if self.idea == "":
            object.__setattr__(self, "idea", self.id)

    @property
    def id(self) -> str:
        return f"{self.topic}/{self.name}"

    @property
    def module(self) -> str:
        return f"{self.topic}.{self.name}"

    def file_in(self, tree: str) -> Path:
        """The file with an answer, in one of the folders that hold answers."""
        return self.root / tree / self.topic / f"{self.name}.py"

    @cached_property
    def exercise(self) -> Path:
        return self.file_in(EXERCISES)

    @property
    def original(self) -> Path:
        """A copy of the stub, where there is no solution to derive it from: in an export."""
        return self.root / "kata" / "originals" / self.topic / f"{self.name}.py"

    @property
    def start(self) -> Path:
        """The stub of a kata that starts from working code; it is not derived from a solution."""
        return self.root / "solutions" / self.topic / f"{self.name}.start.py"

    @cached_property
    def test(self) -> Path:
        return self.root / "tests" / self.topic / f"test_{self.name}.py"

    @property
    def solution(self) -> Path:
        return self.file_in("solutions")

    @property
    def attempts(self) -> Path:
        return self.root / "attempts" / self.topic / f"{self.name}.py"

    @property
    def picture(self) -> Path:
        """The script that draws the picture of this kata; not every kata has one."""
        return self.file_in("pictures")

    @property
    def hints(self) -> Path:
        return self.root / "hints" / self.topic / f"{self.name}.md"

    def parts_in(self, source: bytes) -> list[str]:
        """The ids of the katas that this one builds on, as far as an answer mentions them."""
        parts = ((part, part.partition("/")[2].encode()) for part in self.after)
        return [part for part, name in parts if EXERCISES.encode() in source and name in source]

    def relative(self, path: Path) -> str:
        """`path` as a learner would type it from the root."""
        return path.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class Topic:
    name: str
    title: str


@dataclass(frozen=True)
class Selection:
    """Katas for an interview: to be drawn from, or stages, to be written one after the other."""

    name: str
    title: str
    katas: tuple[Kata, ...]


@dataclass(frozen=True)
class Catalog:
    """All topics and katas of one checkout, in the order of study."""

    root: Path
    topics: tuple[Topic, ...]
    katas: tuple[Kata, ...]
    sets: tuple[Selection, ...] = ()
    staged: tuple[Selection, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Kata]:
        return {kata.id: kata for kata in self.katas}

    @property
    def has_solutions(self) -> bool:
        """False in a repository for students."""
        return (self.root / "solutions").is_dir()

    def of_topic(self, topic: str) -> list[Kata]:
        return [kata for kata in self.katas if kata.topic == topic]

    def find(self, name: str) -> Kata:
        """The kata called `topic/kata`, or `kata` where that is unique, or whose file this is."""
        typed = name.strip()
        if os.path.isabs(typed):
            with contextlib.suppress(ValueError):  # No path has a null byte.
                typed = os.path.realpath(typed)  # It may lead through a link.
        wanted = PurePosixPath(typed.replace("\\", "/")).as_posix().removesuffix(".py")
        below = wanted.removeprefix(f"{self.root.as_posix()}/").removeprefix(f"{EXERCISES}/")
        if below in self.by_id:
            return self.by_id[below]
        matches = [kata for kata in self.katas if kata.name == wanted]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise KataError(f"{name!r} is {' and '.join(kata.id for kata in matches)}: say which.")
        if self.of_topic(wanted):
            raise KataError(f"{name!r} is a topic: `kata list {wanted}` shows its katas.")
        raise KataError(f"There is no kata {name!r}. {self._nearest(wanted)}")

    def find_all(self, name: str) -> list[Kata]:
        """The katas of the topic called `name`, or the one kata that `find` finds."""
        return self.of_topic(name.strip("/ ")) or [self.find(name)]

    def like(self, typed: str, most: int = 12) -> list[Kata]:
        """The katas that someone who types this may mean, the likeliest first."""
        typed = typed.strip().lower().replace(" ", "_")
        names = [kata.name for kata in self.katas]
        close = difflib.get_close_matches(typed, names, n=most, cutoff=0.6)

        def likeness(kata: Kata) -> int | None:
            if kata.name.startswith(typed):
                return 0
            return 1 if typed in kata.id else 2 if kata.name in close else None

        ranked = [(likeness(kata), kata) for kata in self.katas]
        found = [(rank, kata) for rank, kata in ranked if rank is not None]
        return [kata for _, kata in sorted(found, key=lambda one: one[0])][:most]

    def of_exercise(self, path: Path) -> Kata | None:
        """The kata that the learner answers in this file, or answered in an interview."""
        kata = self.by_id.get(f"{path.parent.name}/{path.stem}")
        return kata if kata and path in map(kata.file_in, (EXERCISES, INTERVIEW)) else None

    def of_test(self, path: Path) -> Kata | None:
        kata = self.by_id.get(f"{path.parent.name}/{path.stem.removeprefix('test_')}")
        return kata if kata and path == kata.test else None

    def _nearest(self, wanted: str) -> str:
        names = {kata.name: kata.id for kata in self.katas} | {
            kata.id: kata.id for kata in self.katas
        }
        close = difflib.get_close_matches(wanted, names, n=5, cutoff=0.5)
        ids = list(dict.fromkeys(names[match] for match in close))[:3]
        if ids:
            return f"Did you mean {' or '.join(ids)}?"
        return "`kata list` shows them all."


def find_root(start: Path | None = None) -> Path:
    """The folder with `curriculum.toml`: above `start` (default: here), else beside the tool."""
    here = (start or Path.cwd()).resolve()
    beside_the_tool = Path(__file__).resolve().parent.parent
    for folder in (here, *here.parents, beside_the_tool):
        if (folder / "curriculum.toml").is_file():
            return folder
    raise KataError("Found no curriculum.toml here or above: change to the folder of the katas.")


def load(root: Path | None = None) -> Catalog:
    """Read `curriculum.toml`.

    Raises KataError when the file is missing or an entry is not as it should be.
    """
    root = (root or find_root()).resolve()
    path = root / "curriculum.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KataError(f"Cannot read {path}: {error}.") from error
    try:
        topics = tuple(Topic(**entry) for entry in data.get("topic", []))
    except TypeError as error:
        raise KataError(
            f"curriculum.toml: a [[topic]] needs a name and a title ({error})."
        ) from error
    katas = tuple(_kata(root, entry) for entry in data.get("kata", []))
    _check(topics, katas)
    sets = tuple(_selection(katas, entry, "set") for entry in data.get("set", []))
    staged = tuple(_selection(katas, entry, "staged") for entry in data.get("staged", []))
    return Catalog(
        root,
        topics,
        katas,
        tuple(one for one in sets if one.katas),
        tuple(one for one in staged if len(one.katas) > 1),
    )


def _selection(katas: tuple[Kata, ...], entry: dict[str, Any], table: str) -> Selection:
    """The katas that an entry names, or whose topics it names; an export has not all of them."""
    try:
        name, title, named = str(entry["name"]), str(entry["title"]), list(entry["katas"])
    except (KeyError, TypeError) as error:
        raise KataError(
            f"curriculum.toml: a [[{table}]] needs a name, a title and katas ({error})."
        ) from error
    found = [kata for one in named for kata in katas if one in (kata.id, kata.topic)]
    return Selection(name, title, tuple(dict.fromkeys(found)))


def _kata(root: Path, entry: dict[str, Any]) -> Kata:
    fields = dict(entry)
    path = str(fields.pop("name", ""))
    if path.count("/") != 1:
        raise KataError(f"curriculum.toml: the name {path!r} should be 'topic/kata'.")
    topic, name = path.split("/")
    fields["after"] = tuple(fields.get("after", ()))
    try:
        kata = Kata(root=root, topic=topic, name=name, **fields)
    except TypeError as error:
        problem = str(error).removeprefix("Kata.__init__() ")
        raise KataError(f"curriculum.toml: {path}: {problem}.") from error
    if kata.kind not in KINDS:
        raise KataError(f"curriculum.toml: {path}: kind is {kata.kind!r}, not one of {KINDS}.")
    if kata.level not in LEVELS:
        raise KataError(f"curriculum.toml: {path}: level is {kata.level!r}, not one of {LEVELS}.")
    if not isinstance(kata.idea, str):
        raise KataError(
            f"curriculum.toml: {path}: idea is {kata.idea!r}, not a few words in quotes."
        )
    return kata


def _check(topics: tuple[Topic, ...], katas: tuple[Kata, ...]) -> None:
    names = {topic.name for topic in topics}
    seen: set[str] = set()
    for kata in katas:
        if kata.topic not in names:
            raise KataError(f"curriculum.toml: {kata.id}: there is no [[topic]] {kata.topic!r}.")
        if kata.id in seen:
            raise KataError(f"curriculum.toml: {kata.id} stands there twice.")
        unknown = [name for name in kata.after if name not in seen]
        if unknown:
            raise KataError(
                f"curriculum.toml: {kata.id}: `after` names {unknown[0]}, not above it."
            )
        seen.add(kata.id)
