"""What an interview showed, as a page of markdown; and the course of all of them."""

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata import hints
from kata.catalog import Catalog, Kata
from kata.interview.clock import day, minutes_and_seconds
from kata.interview.sessions import HALF, KNEW, NO, FollowUp, Interview, Task

_IN_WORDS = {KNEW: "known", HALF: "half known", NO: "not known"}


def page(katas: Catalog, interview: Interview, earlier: Sequence[Interview]) -> str:
    """The report of one interview; `earlier` are those that ended before it."""
    began = interview.began.astimezone()
    lines = [f"# Interview of {day(interview.began)}, {began:%H:%M}", ""]
    lines += [_summary(interview), "", *_table(interview, earlier), ""]
    for task in interview.tasks:
        if task.over or _written(interview, task).is_file():
            lines += _section(katas, interview, task)
    return "\n".join(lines + _to_revise(katas, interview)) + "\n"


def _summary(interview: Interview) -> str:
    tasks = [task for task in interview.tasks if task.over]
    right = sum(task.is_right for task in tasks)
    text = f"{right} of {len(interview.tasks)} katas right, in {_time(interview.tasks)}."
    if len(tasks) < len(interview.tasks):
        text += f" It was closed with {len(tasks) or 'none'} finished."
    return text if interview.seed is None else f"{text} Drawn with seed {interview.seed}."


def _table(interview: Interview, earlier: Sequence[Interview]) -> list[str]:
    rows = [
        "| Kata | Right | Time | Tries | Speed tests | Follow-ups | Before |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for task in interview.tasks:
        cells = [_name(task.kata), _correctness(task), _time([task]), str(task.tries), _speed(task)]
        cells += [_marks(task), _before(task.kata, earlier)]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _correctness(task: Task) -> str:
    if not task.over:
        return "not done"
    return "yes" if task.is_right else f"{task.passed} of {task.tests} tests"


def _time(tasks: Sequence[Task]) -> str:
    spent = minutes_and_seconds(sum(task.spent for task in tasks))
    return f"{spent} of {minutes_and_seconds(sum(task.limit for task in tasks))}"


def _speed(task: Task) -> str:
    return f"{task.fast} of {task.speed}" if task.speed else "none"


def _marks(task: Task) -> str:
    counts = [
        f"{task.marks(mark)} {words}" for mark, words in _IN_WORDS.items() if task.marks(mark)
    ]
    return ", ".join(counts) or "none"


def _before(kata: str, earlier: Sequence[Interview]) -> str:
    """How it went the last three times."""
    texts = []
    for interview in earlier:
        for task in interview.tasks:
            if task.kata == kata and task.over:
                how = minutes_and_seconds(task.spent) if task.is_right else "not right"
                texts.append(f"{how} on {day(interview.began)}")
    return "; ".join(texts[-3:]) or "never"


def _section(katas: Catalog, interview: Interview, task: Task) -> list[str]:
    kata = katas.by_id.get(task.kata)
    title = kata.title if kata else task.kata
    lines = [f"## {title}", ""]
    file = _written(interview, task)
    if file.is_file():
        lines += [
            f"What you wrote: [{file.name}]({file.relative_to(interview.folder).as_posix()})",
            "",
        ]
    if task.mistakes and not task.is_right:
        lines += ["It looked like:", "", *(f"- {text}" for text in task.mistakes), ""]
    marked = [follow_up for follow_up in task.follow_ups if follow_up.mark]
    for follow_up in marked:
        lines.append(f"- **{follow_up.question}** {_IN_WORDS[follow_up.mark]}")
        lines += [f"  - You said: {_escaped(follow_up.said)}"] if follow_up.said else []
    return [*lines, ""] if marked else lines


def _escaped(text: str) -> str:
    """What markdown shows as it was typed: 2*x*y has no emphasis."""
    return re.sub(r"([\\`*_\[\]<>#&~|])", r"\\\1", text)


def _written(interview: Interview, task: Task) -> Path:
    return interview.folder / Path(task.kata).with_suffix(".py")


def _to_revise(katas: Catalog, interview: Interview) -> list[str]:
    """Where to read on about what was not right or not known."""
    lines: list[str] = []
    for task in interview.tasks:
        kata = katas.by_id.get(task.kata)
        if not (kata and task.over):
            continue
        missed = [follow_up for follow_up in task.follow_ups if follow_up.mark in (HALF, NO)]
        if missed or not task.is_right:
            lines.append(
                f"- {kata.title}: {_link(interview, kata, kata.hints)} and the topic's "
                f"page, {_link(interview, kata, kata.exercise.parent / 'README.md')}"
            )
            lines += _answers(kata, missed)
    if not any(task.over for task in interview.tasks):
        return []
    if not lines:
        return ["Nothing to revise: all that was asked was right or known.", ""]
    return ["## To revise", "", *lines, "", "`kata review` brings it back from tomorrow on.", ""]


def _answers(kata: Kata, missed: Sequence[FollowUp]) -> list[str]:
    known = {question.text: question.answer for question in hints.questions(kata)}
    lines = []
    for follow_up in missed:
        answer = known.get(follow_up.question, "").replace("\n", "\n    ")
        lines.append(f"  - **{follow_up.question}** {answer}")
    return lines


def _link(interview: Interview, kata: Kata, file: Path) -> str:
    up = "../" * len(interview.folder.relative_to(kata.root).parts)
    return f"[{kata.relative(file)}]({up}{kata.relative(file)})"


def history(interviews: Sequence[Interview]) -> RenderableType:
    """All interviews, the oldest first, and the times of each kata that came more than once."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Interview", "Right", "Time", "Follow-ups"):
        table.add_column(column, no_wrap=True)
    table.add_column("Katas")
    for interview in interviews:
        table.add_row(*_row(interview))
    courses = _courses(interviews)
    if not courses:
        return table
    return Group(table, Text("\nThe same kata again", style="bold"), *map(Text, courses))


def _row(interview: Interview) -> list[str]:
    tasks = [task for task in interview.tasks if task.over]
    marked = [entry for task in tasks for entry in task.follow_ups if entry.mark]
    known = sum(entry.mark == KNEW for entry in marked)
    began = interview.began.astimezone()
    return [
        f"{day(interview.began)}, {began:%H:%M}",
        f"{sum(task.is_right for task in tasks)} of {len(interview.tasks)}",
        _time(interview.tasks),
        f"{known} of {len(marked)} known" if marked else "none",
        ", ".join(_outcome(task) for task in interview.tasks),
    ]


def _outcome(task: Task) -> str:
    return f"{'✓' if task.is_right else '✗'}\N{NO-BREAK SPACE}{_name(task.kata)}"


def _name(kata: str) -> str:
    return Path(kata).name


def _courses(interviews: Sequence[Interview]) -> list[str]:
    times: dict[str, list[str]] = {}
    for interview in interviews:
        for task in interview.tasks:
            if task.over:
                how = minutes_and_seconds(task.spent) if task.is_right else "not right"
                times.setdefault(task.kata, []).append(how)
    return [
        f"{_name(kata)}: {' → '.join(course)}" for kata, course in times.items() if len(course) > 1
    ]
