"""A page of what a learner has done, for the front of their own fork.

The pictures that `kata show` has drawn of solved katas are copied beside it.
"""

from pathlib import Path

from kata import store
from kata.catalog import Catalog, Kata
from kata.interview.sessions import Interviews
from kata.progress import Progress
from kata.show.request import picture_of

PAGE, PICTURES = "PROGRESS.md", "progress"


def write(katas: Catalog) -> tuple[Path, int]:
    """Write the page and its pictures, in place of earlier ones; gives how many these are."""
    page, progress = katas.root / PAGE, Progress(katas.root)
    drawn = [
        kata for kata in katas.katas if progress.is_solved(kata) and picture_of(kata).is_file()
    ]
    for kata in drawn:
        store.write_whole(katas.root / _copy_of(kata), picture_of(kata).read_bytes())
    lines = [text(katas, progress, _best_minutes(katas))]
    lines += [f"\n{kata.title}\n\n![{kata.title}]({_copy_of(kata)})\n" for kata in drawn]
    store.write(page, "".join(lines))
    return page, len(drawn)


def _copy_of(kata: Kata) -> str:
    return f"{PICTURES}/{kata.name}.png"


def text(katas: Catalog, progress: Progress, minutes: dict[str, float]) -> str:
    """The page in Markdown: a line for each kata that is solved, topic by topic.

    `minutes` are the learner's best times in interviews, by kata.
    """
    solved = [kata for kata in katas.katas if progress.is_solved(kata)]
    lines = ["# Deep learning, written by hand", ""]
    lines += [f"Solved: {len(solved)} of {len(katas.katas)} katas.", ""]
    for topic in katas.topics:
        members = [kata for kata in solved if kata.topic == topic.name]
        if members:
            total = len(katas.of_topic(topic.name))
            lines += [f"## {topic.title}: {len(members)} of {total}", ""]
            lines += ["| kata | solved | tries | interview |", "|---|---|---|---|"]
            lines += [_row(kata, progress, minutes.get(kata.id)) for kata in members]
            lines.append("")
    return "\n".join(lines)


def _row(kata: Kata, progress: Progress, minutes: float | None) -> str:
    entry = progress[kata]
    day, tries = (entry.solved or "")[:10], entry.attempts + 1
    link = f"[{kata.title}]({kata.relative(kata.exercise)})"
    time = f"{minutes:.0f} of {kata.minutes} min" if minutes is not None else ""
    return f"| {link} | {day} | {tries} | {time} |"


def _best_minutes(katas: Catalog) -> dict[str, float]:
    best: dict[str, float] = {}
    for interview in Interviews(katas.root).ended():
        for challenge in interview.challenges:
            if challenge.right_after is not None:
                minutes = challenge.right_after / 60
                best[challenge.kata] = min(minutes, best.get(challenge.kata, minutes))
    return best
