"""A page of what a learner has done, for the front of their own fork."""

from pathlib import Path

from kata import store
from kata.catalog import Catalog, Kata
from kata.interview.sessions import Interviews
from kata.progress import Progress

PAGE = "PROGRESS.md"


def write(katas: Catalog) -> Path:
    """Write the page, in place of an earlier one."""
    page = katas.root / PAGE
    store.write(page, text(katas, Progress(katas.root), _best_minutes(katas)))
    return page


def text(katas: Catalog, progress: Progress, minutes: dict[str, float]) -> str:
    """The page in Markdown: a line for each kata that is solved, topic by topic.

    `minutes` are the learner's best times in interviews, by kata.
    """
    solved = [kata for kata in katas.katas if progress.is_solved(kata)]
    lines = ["# Deep learning, written by hand", ""]
    lines += [f"{len(solved)} of {len(katas.katas)} katas solved.", ""]
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
