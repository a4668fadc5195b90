"""How verdicts, hints, lists and solutions look on a terminal."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kata import stubs
from kata.catalog import Catalog, Kata
from kata.progress import Progress
from kata.verdict import BROKEN, SOLVED, TODO, Failure, Verdict

_PRINTED_LINES = 6
_BAR_WIDTH = 30
_SIDE_BY_SIDE_WIDTH = 150
# What a failed check raises: its text says all.
_CHECKS = ("AssertionError", "SideEffectError", "Failed")


def verdict(result: Verdict, missing: Sequence[Kata] = ()) -> RenderableType:
    """The verdict, then the diagnosis, then the first failure.

    `missing` are the unsolved katas that this one imports, for a capstone.
    """
    name, total = result.kata.name, len(result.tests) - result.skipped
    parts: list[RenderableType]
    if result.status == SOLVED:
        parts = [_headline("✓", f"{name} is solved: all {total} tests pass.", "bold green")]
        if result.skipped:
            skipped = f"  Left for grading, as they need the reference solution: {result.skipped}."
            parts.append(Text(skipped, style="dim"))
    elif result.status == TODO:
        as_it_is = f" As it is, {result.passed} of {total} tests pass." if result.failures else ""
        parts = [_headline("·", f"{name} is to do.{as_it_is}", "bold yellow")]
        parts += _explanation(result)
    elif result.status == BROKEN:
        parts = [_headline("✗", result.problem, "bold red")]
    else:
        todo = f", {result.todo} to do" if result.todo else ""
        counts = f"{name}: {result.passed} of {total} tests pass{todo}."
        parts = [_headline("✗", counts, "bold red"), *_explanation(result)]
    if missing and result.kata.kind == "capstone" and result.status != SOLVED:
        names = ", ".join(kata.id for kata in missing)
        parts.insert(1, Text(f"  It builds on katas you have not solved yet: {names}.", "yellow"))
    return Group(*parts, *prints(result))


def _headline(mark: str, text: str, style: str) -> Text:
    return Text(f"{mark} {text}", style=style)


def _explanation(result: Verdict) -> list[RenderableType]:
    parts: list[RenderableType] = []
    # In a debug kata, to find the bugs is the exercise.
    texts = result.diagnosis if result.kata.kind != "debug" else []
    if texts:
        title = "This looks like:" if len(texts) == 1 else "This looks like one or more of these:"
        parts += [Text(""), Text(title, style="bold")]
        parts += [Padding(Text(text), (0, 0, 0, 2)) for text in texts]
    if result.failures:
        parts += [Text(""), *_failure(result.kata, result.failure_to_show)]
    return parts


def _failure(kata: Kata, failure: Failure) -> list[RenderableType]:
    claim = Text("Fails: ", style="bold")
    claim.append(failure.claim)
    parts: list[RenderableType] = [claim]
    if failure.test_line:
        parts.append(_place(kata.test, kata, failure.test_line, failure.test_code))
    if failure.answer_file:
        file = kata.root / failure.answer_file
        parts.append(_place(file, kata, failure.answer_line, failure.answer_code))
    text = failure.text.strip() or failure.kind
    if failure.kind not in _CHECKS and failure.text.strip():
        text = f"{failure.kind}: {text}"
    return [*parts, Padding(Text(text, style="red"), (0, 0, 0, 2))]


def _place(file: Path, kata: Kata, line: int, code: str) -> Text:
    text = Text("  ", no_wrap=True, overflow="ellipsis")
    text.append_text(path(file, kata, line))
    text.append(f"  {code}", style="dim")
    return text


def path(file: Path, kata: Kata, line: int = 0) -> Text:
    """A path from the root, that terminals and editors make clickable."""
    shown = kata.relative(file) + (f":{line}" if line else "")
    return Text(shown, style=f"cyan link {file.as_uri()}")


def prints(result: Verdict) -> list[RenderableType]:
    """The first lines of what the answer printed, after an empty line; nothing if it did not."""
    if not result.prints.strip():
        return []
    lines = result.prints.rstrip().splitlines()
    shown = "\n".join(line[:200] for line in lines[:_PRINTED_LINES])
    if len(lines) > _PRINTED_LINES:
        shown += f"\n… and {len(lines) - _PRINTED_LINES} more lines"
    printed = Padding(Text(shown, style="dim"), (0, 0, 0, 2))
    return [Text(""), Text("Your code printed:", style="bold"), printed]


def heading(kata: Kata, katas: Catalog) -> Text:
    number = f"{katas.katas.index(kata) + 1} of {len(katas.katas)}"
    facts = f"  {kata.id}, {kata.level}, about {kata.minutes} minutes, {number}"
    return Text(kata.title, style="bold").append(facts, style="not bold dim")


def standing(katas: Catalog, progress: Progress) -> Text:
    """The progress bar with its count."""
    total = len(katas.katas)
    solved = sum(progress.is_solved(kata) for kata in katas.katas)
    done = _BAR_WIDTH * solved // max(total, 1)
    text = Text("━" * done, style="green").append("─" * (_BAR_WIDTH - done), style="dim")
    return text.append(f"  {solved} of {total} solved", style="not dim")


def screen(
    katas: Catalog,
    progress: Progress,
    kata: Kata,
    body: RenderableType,
    solved: bool = False,
) -> RenderableType:
    """What is asked for, then the learner's progress, the file to edit and the keys."""
    place = path(kata.exercise, kata, stubs.line_to_begin_at(kata.exercise))
    standing_now = standing(katas, progress)
    return Group(heading(kata, katas), "", body, "", standing_now, place, _keys(solved))


def _keys(solved: bool) -> Text:
    text = Text()
    for key in ("h hint", "s solution", "l list", "n next", "r reset", "q quit"):
        text.append(key, style="bold green" if solved and key == "n next" else "bold").append("   ")
    return text


def kata_list(katas: Catalog, progress: Progress, current: Kata) -> RenderableType:
    """All katas by topic, with their state."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for topic in katas.topics:
        members = katas.of_topic(topic.name)
        if members:
            solved = sum(progress.is_solved(kata) for kata in members)
            table.add_row(Text(topic.title, style="bold"), f"{solved} of {len(members)}")
        for kata in members:
            state, style = _state(kata, progress)
            name = Text(f"{'>' if kata == current else ' '} {kata.name}")
            table.add_row(name, Text(state, style=style), kata.level, kata.title)
    return table


def _state(kata: Kata, progress: Progress) -> tuple[str, str]:
    entry = progress[kata]
    if entry.solved:
        return "solved", "green"
    if entry.attempts and not stubs.is_untouched(kata):
        return f"{entry.attempts} {'try' if entry.attempts == 1 else 'tries'}", "yellow"
    return "to do", "dim"


def hint(levels: Sequence[str], level: int) -> RenderableType:
    """The hints up to `level`, the newest last."""
    parts: list[RenderableType] = []
    for number, text in enumerate(levels[:level], 1):
        parts += [Text(f"Hint {number} of {len(levels)}", style="bold"), Markdown(text)]
    if level >= len(levels):
        parts.append(Text("That is the last hint.", style="dim"))
    return Group(*parts)


@dataclass(frozen=True)
class Comparison:
    """The learner's code beside the solution; one above the other where there is no room."""

    kata: Kata

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        try:
            mine = self.kata.exercise.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            mine = []
        solution = self.kata.solution.read_text(encoding="utf-8").splitlines()
        if options.max_width < _SIDE_BY_SIDE_WIDTH:
            yield from _unified(mine, solution)
        else:
            yield _side_by_side(mine, solution)


def _side_by_side(mine: list[str], solution: list[str]) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True)
    for title in ("yours", "the solution"):
        table.add_column(title, ratio=1, no_wrap=True)
    for left, right, same in _aligned(mine, solution):
        styles = ("", "") if same else ("yellow", "green")
        table.add_row(Text(left, style=styles[0]), Text(right, style=styles[1]))
    return table


def _aligned(mine: list[str], solution: list[str]) -> Iterable[tuple[str, str, bool]]:
    matcher = difflib.SequenceMatcher(None, mine, solution, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        length = max(b - a, d - c)
        left = mine[a:b] + [""] * (length - (b - a))
        right = solution[c:d] + [""] * (length - (d - c))
        yield from ((one, other, tag == "equal") for one, other in zip(left, right, strict=True))


def _unified(mine: list[str], solution: list[str]) -> Iterable[Text]:
    styles = {"+": "green", "-": "yellow", "@": "dim"}
    for line in difflib.unified_diff(mine, solution, "yours", "the solution", lineterm="", n=100):
        yield Text(line, style=styles.get(line[:1], ""))
