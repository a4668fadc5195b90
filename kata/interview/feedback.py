"""What an interview showed, as a page of markdown, and how all of them went."""

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata import hints, render
from kata.catalog import Catalog, Kata
from kata.comparison import changes
from kata.interview.clock import day, minutes_and_seconds
from kata.interview.sessions import (
    COST,
    EDGES,
    HALF,
    KNEW,
    NO,
    PLAN,
    Challenge,
    FollowUp,
    Interview,
)

_IN_WORDS = {KNEW: "known", HALF: "half known", NO: "not known"}
_SIGNS = {"known": "✓", "half known": "half", "not known": "✗", "–": "–"}
_TITLES = {PLAN: "Plan", EDGES: "Edges", COST: "Cost"}


def page(katas: Catalog, interview: Interview, earlier: Sequence[Interview]) -> str:
    """The report of one interview; `earlier` are those that ended before it."""
    began = interview.began.astimezone()
    lines = [f"# Interview of {day(interview.began)}, {began:%H:%M}", ""]
    lines += [_summary(interview), "", *_table(katas, interview, earlier), ""]
    for challenge in interview.challenges:
        if challenge.over or written(interview, challenge).is_file():
            lines += _section(katas, interview, challenge)
    return "\n".join(lines + _to_revise(katas, interview)) + "\n"


def _summary(interview: Interview) -> str:
    text = f"{_solved(interview)} katas solved in {_time(interview.challenges)}."
    if len(interview.finished) < len(interview.challenges):
        text += f" Closed early, with {len(interview.finished) or 'none'} finished."
    return text if interview.seed is None else f"{text} Drawn with seed {interview.seed}."


def _solved(interview: Interview) -> str:
    solved = sum(challenge.is_right for challenge in interview.finished)
    return f"{solved} of {len(interview.challenges)}"


def _table(katas: Catalog, interview: Interview, earlier: Sequence[Interview]) -> list[str]:
    titles = ["Kata", "Solved", "Time", "Usual", "Tries", "Speed tests"]
    titles += [*_TITLES.values(), "Follow-ups", "Before"]
    rows = [_table_row(titles), _table_row(["---"] * len(titles))]
    for one in interview.challenges:
        cells = [_name(one.kata), _correctness(one), _time([one]), _usual(katas, one)]
        cells += [str(one.tries), f"{one.fast} of {one.speed}" if one.speed else "none"]
        cells += [_stage(one, stage) for stage in _TITLES]
        cells += [_marks(one), "; ".join(_times(one.kata, earlier)[-3:]) or "never"]
        rows.append(_table_row(cells))
    return rows


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _usual(katas: Catalog, challenge: Challenge) -> str:
    """How long the kata takes someone who knows Python and NumPy."""
    kata = katas.by_id.get(challenge.kata)
    return f"{kata.minutes} min" if kata else ""


def _stage(challenge: Challenge, stage: str) -> str:
    marks = [entry.mark for entry in challenge.stages if entry.question == stage]
    return _IN_WORDS.get(marks[0], "–") if marks else "–"


def summary(katas: Catalog, interview: Interview) -> RenderableType:
    """The rubric of an interview, and what is next; short enough to stay on any screen."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Kata", "Code", "Time", "Usual", *_TITLES.values(), "Questions"):
        table.add_column(column, no_wrap=True)
    for one in interview.challenges:
        known = f"{one.marks(KNEW)} of {len(one.follow_ups)}" if one.follow_ups else "–"
        stages = [_SIGNS[_stage(one, stage)] for stage in _TITLES]
        spent, usual = minutes_and_seconds(one.spent), _usual(katas, one)
        table.add_row(_name(one.kata), _code(one), spent, usual, *stages, known)
    missed = [one for one in interview.challenges if one.over and not one.is_right]
    lines = [_summary(interview)]
    lines += [f"It looks like: {text}" for one in missed for text in one.mistakes[:1]]
    if missed:
        names = " ".join(f"--kata {_name(one.kata)}" for one in missed)
        lines.append(f"To try again: kata interview {names}")
    if any(not one.is_right or one.marks(KNEW) < len(one.follow_ups) for one in interview.finished):
        lines.append("What you missed comes back from tomorrow on, in `kata review`.")
    saved = Text("Report saved as ").append_text(render.link(katas.root, interview.report))
    title = Text(f"Interview of {day(interview.began)}", style="bold")
    return Group(title, Text(""), table, Text(""), *map(Text, lines), Text(""), saved)


def _code(challenge: Challenge) -> str:
    if not challenge.over:
        return "not finished"
    if challenge.is_right:
        return "✓ at once" if challenge.tries <= 1 else f"✓ in {challenge.tries} tries"
    return f"✗ {challenge.passed} of {challenge.tests}"


def _correctness(challenge: Challenge) -> str:
    if not challenge.over:
        return "not finished"
    return "yes" if challenge.is_right else f"{challenge.passed} of {challenge.tests} tests"


def _time(challenges: Sequence[Challenge]) -> str:
    spent = minutes_and_seconds(sum(challenge.spent for challenge in challenges))
    return f"{spent} of {minutes_and_seconds(sum(challenge.limit for challenge in challenges))}"


def _marks(challenge: Challenge) -> str:
    counts = {words: challenge.marks(mark) for mark, words in _IN_WORDS.items()}
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count) or "none"


def _times(kata: str, interviews: Sequence[Interview]) -> list[str]:
    """How one kata went in these interviews, and when that was."""
    return [
        f"{minutes_and_seconds(one.spent) if one.is_right else 'not solved'} on {day(held.began)}"
        for held in interviews
        for one in held.finished
        if one.kata == kata
    ]


def _section(katas: Catalog, interview: Interview, challenge: Challenge) -> list[str]:
    kata = katas.by_id.get(challenge.kata)
    title = kata.title if kata else challenge.kata
    lines = [f"## {title}", ""]
    file = written(interview, challenge)
    if file.is_file():
        link = file.relative_to(interview.folder).as_posix()
        lines += [f"Your code: [{file.name}]({link})", ""]
        lines += _beside_the_solution(kata, file) if kata and challenge.over else []
    if challenge.mistakes and not challenge.is_right:
        lines += ["It looks like:", "", *(f"- {text}" for text in challenge.mistakes), ""]
    for stage in challenge.stages:
        if stage.said:
            title = _TITLES.get(stage.question, stage.question)
            lines.append(f"- **{title}** {_escaped(stage.said)}")
    marked = [follow_up for follow_up in challenge.follow_ups if follow_up.mark]
    for follow_up in marked:
        lines.append(f"- **{follow_up.question}** {_IN_WORDS[follow_up.mark]}")
        lines += [f"  - You said: {_escaped(follow_up.said)}"] if follow_up.said else []
    return [*lines, ""]


def _beside_the_solution(kata: Kata, file: Path) -> list[str]:
    if not kata.solution.is_file():
        return []
    code = [line.plain for line in changes(kata, file)]
    return ["What the solution has instead:", "", "```diff", *code, "```", ""]


def _escaped(text: str) -> str:
    """What markdown shows as it was typed: 2*x*y has no emphasis."""
    return re.sub(r"([\\`*_\[\]<>#&~|])", r"\\\1", text)


def written(interview: Interview, challenge: Challenge) -> Path:
    """The file that keeps what was written."""
    return interview.folder / Path(challenge.kata).with_suffix(".py")


def _to_revise(katas: Catalog, interview: Interview) -> list[str]:
    """Where to read on about what was not right or not known."""
    lines: list[str] = []
    for challenge in interview.finished:
        kata = katas.by_id.get(challenge.kata)
        if kata is None:
            continue
        missed = [follow_up for follow_up in challenge.follow_ups if follow_up.mark in (HALF, NO)]
        if missed or not challenge.is_right:
            lines.append(
                f"- {kata.title}: {_link(interview, kata, kata.hints)} and the topic's page, "
                f"{_link(interview, kata, kata.exercise.parent / 'README.md')}"
            )
            lines += _answers(kata, missed)
    if not interview.finished:
        return []
    if not lines:
        return ["Nothing to revise: you solved every kata and knew every answer.", ""]
    return ["## To revise", "", *lines, "", "From tomorrow on, `kata review` asks it again.", ""]


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
    for column in ("Interview", "Solved", "Time", "Follow-ups"):
        table.add_column(column, no_wrap=True)
    table.add_column("Katas")
    for interview in interviews:
        table.add_row(*_row(interview))
    names = dict.fromkeys(one.kata for interview in interviews for one in interview.finished)
    courses = [(_name(name), _times(name, interviews)) for name in names]
    again = [f"{name}: {' → '.join(times)}" for name, times in courses if len(times) > 1]
    title = [Text("\nThe same kata again", style="bold")] if again else []
    return Group(table, *title, *map(Text, again))


def _row(interview: Interview) -> list[str]:
    marked = [entry for one in interview.finished for entry in one.follow_ups if entry.mark]
    known = sum(entry.mark == KNEW for entry in marked)
    began = interview.began.astimezone()
    outcomes = [
        f"{'✓' if one.is_right else '✗'}\N{NO-BREAK SPACE}{_name(one.kata)}"
        for one in interview.challenges
    ]
    return [
        f"{day(interview.began)}, {began:%H:%M}",
        _solved(interview),
        _time(interview.challenges),
        f"{known} of {len(marked)} known" if marked else "none",
        ", ".join(outcomes),
    ]


def _name(kata: str) -> str:
    return Path(kata).name
