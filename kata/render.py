"""How verdicts, hints and lists look on a terminal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.columns import Columns
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

from kata import stubs
from kata.catalog import Catalog, Kata
from kata.fitting import Cuttable, Screen
from kata.progress import Progress
from kata.verdict import BROKEN, SOLVED, TODO, Failure, Verdict

# What each key does.
Keys = Mapping[str, str]

_PRINTED_LINES = 6
_MOST_FUNCTIONS = 6
# Escape sequences of terminals, and what else is no text.
_CONTROLS = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]"
)
_BAR_WIDTH = 30
# What a failed check raises: its text says all.
CHECKS = ("AssertionError", "SideEffectError", "Failed")


def verdict(result: Verdict, missing: Sequence[Kata] = (), nth: int = 0) -> RenderableType:
    """The verdict, then the diagnosis, then one failure: the nth, counted from 0.

    `missing` are the unsolved katas that this one's answer imports.
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
        parts += _explanation(result, nth)
    elif result.status == BROKEN:
        parts = [_headline("✗", result.problem, "bold red")]
    else:
        todo = f", {result.todo} to do" if result.todo else ""
        counts = f"{name}: {result.passed} of {total} tests pass{todo}."
        mark, style = ("✗", "bold red") if result.failures else ("·", "bold yellow")
        parts = [_headline(mark, counts, style), *_functions(result)]
        parts += _explanation(result, nth)
    if missing and result.status != SOLVED:
        names = ", ".join(kata.id for kata in missing)
        parts.insert(1, Text(f"  It imports katas you have not solved yet: {names}.", "yellow"))
    if not result.failures:
        parts += prints(result.prints)
    return Group(*parts)


def _functions(result: Verdict) -> list[RenderableType]:
    """How each function stands, where there are several; of many, those that are not right."""
    states: list[tuple[str, str]] = []
    right = 0
    for name, tests in result.functions.items():
        outcomes = [result.outcomes.get(test, TODO) for test in tests]
        failed = outcomes.count("failed")
        if failed:
            fail = "fails" if failed == 1 else "fail"
            states.append((f"{name} ✗ {failed} of {len(tests)} {fail}", "red"))
        elif TODO in outcomes:
            states.append((f"{name} ·", "yellow"))
        elif len(result.functions) <= _MOST_FUNCTIONS:
            states.append((f"{name} ✓", "green"))
        else:
            right += 1
    if right:
        states.append((f"{right} others ✓", "green"))
    if all(style == "green" for _, style in states):
        return []
    parts = [Text(state, style=style, no_wrap=True) for state, style in states]
    return [Padding(Columns(parts, padding=(0, 3, 0, 0)), (0, 0, 0, 2))]


def _headline(mark: str, text: str, style: str) -> Text:
    return Text(f"{mark} {text}", style=style)


def _explanation(result: Verdict, nth: int) -> list[RenderableType]:
    parts: list[RenderableType] = []
    # In a debug kata, to find the bugs is the exercise.
    texts = result.diagnosis if result.kata.kind != "debug" else []
    if texts:
        title = "This looks like:" if len(texts) == 1 else "This looks like one or more of these:"
        if len(texts) > 1 and result.at_once:
            title = "Two mistakes at once would give these results:"
        parts += [Text(""), Text(title, style="bold")]
        parts += [Cuttable(Padding(_plain(text), (0, 0, 0, 2)), 2) for text in texts]
    if result.failures:
        failure, total = result.failure_to_show(nth), len(result.failures)
        which = f"  ({nth % total + 1} of {total})" if total > 1 else ""
        claim = Text("Fails: ", style="bold").append(failure.claim).append(which, style="dim")
        parts += [Text(""), claim, *raised_by(result.kata, failure)]
        parts += prints(failure.prints or result.prints)
    return parts


def raised_by(kata: Kata, failure: Failure) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if failure.test_line:
        parts.append(_place(kata.test, kata, failure.test_line, failure.test_code))
    if failure.answer_file:
        file = kata.root / failure.answer_file
        parts.append(_place(file, kata, failure.answer_line, failure.answer_code))
    if failure.call:
        call = Text("its last call: ", style="dim").append_text(_plain(failure.call))
        parts.append(Cuttable(Padding(call, (0, 0, 0, 2)), 1))
    text = failure.text.strip() or failure.kind
    if failure.kind not in CHECKS and failure.text.strip():
        text = f"{failure.kind}: {text}"
    return [*parts, Cuttable(Padding(_plain(text, "red"), (0, 0, 0, 2)), 3)]


def _plain(text: str, style: str = "") -> Text:
    """Text of the learner's making, without what would move the cursor or clear the screen."""
    return Text(_CONTROLS.sub("", text), style=style)


def _place(file: Path, kata: Kata, line: int, code: str) -> Text:
    text = Text("  ", no_wrap=True, overflow="ellipsis")
    text.append_text(path(file, kata, line))
    text.append(f"  {code}", style="dim")
    return text


def path(file: Path, kata: Kata, line: int = 0) -> Text:
    """A path from the root, that terminals and editors make clickable."""
    return link(kata.root, file, f":{line}" if line else "")


def link(root: Path, file: Path, place: str = "") -> Text:
    """A path from the root, with a place in it."""
    shown = file.relative_to(root).as_posix() + place
    return Text(shown, style=f"cyan link {file.as_uri()}")


def prints(text: str) -> list[RenderableType]:
    """The first lines of what the answer printed, after an empty line; nothing if it did not."""
    if not text.strip():
        return []
    lines = text.rstrip().splitlines()
    shown = "\n".join(line[:200] for line in lines[:_PRINTED_LINES])
    if len(lines) > _PRINTED_LINES:
        shown += f"\n… and {len(lines) - _PRINTED_LINES} more lines"
    printed = Cuttable(Padding(_plain(shown, "dim"), (0, 0, 0, 2)), 2)
    return [Text(""), Text("Your code printed:", style="bold"), printed]


def heading(kata: Kata, katas: Catalog) -> Text:
    number = f"{katas.katas.index(kata) + 1} of {len(katas.katas)}"
    facts = f"\n{kata.id}, {kata.level}, {kata.minutes} minutes, {number}"
    return Text(kata.title, style="bold").append(facts, style="not bold dim")


def standing(katas: Catalog, progress: Progress) -> Text:
    """The progress bar with its count."""
    total = len(katas.katas)
    solved = sum(progress.is_solved(kata) for kata in katas.katas)
    return _bar(solved / max(total, 1)).append(f"  {solved} of {total} solved", style="not dim")


def _bar(share: float) -> Text:
    done = int(_BAR_WIDTH * share)
    return Text("━" * done, style="green").append("─" * (_BAR_WIDTH - done), style="dim")


def usual_keys(
    failures: int,
    *,
    been_elsewhere: bool,
    has_picture: bool,
    has_solution: bool,
) -> Keys:
    """The keys while a kata is worked on."""
    keys = {"f": "next failure"} if failures > 1 else {}
    keys |= {"h": "hint"} | ({"s": "solution"} if has_solution else {})
    keys |= {"p": "picture"} if has_picture else {}
    keys |= {"t": "topic", "l": "list", "g": "go to"}
    keys |= {"b": "back"} if been_elsewhere else {}
    return keys | {"n": "next", "r": "reset", "q": "quit"}


def screen(
    katas: Catalog,
    progress: Progress,
    kata: Kata,
    body: RenderableType,
    keys: Keys,
    page: int = 0,
    failing: str = "",
) -> Screen:
    """What is asked for, then the learner's progress, the file to edit and the keys.

    The file's line is that of the function that is `failing`, if one is known.
    """
    place = path(kata.exercise, kata, stubs.line_to_begin_at(kata.exercise, failing))
    standing_now = standing(katas, progress)

    def foot(more: bool) -> RenderableType:
        shown = {"v": "more", **keys} if more else keys
        return Group(standing_now, place, _Keys(shown))

    return Screen(heading(kata, katas), body, foot, page)


@dataclass(frozen=True)
class _Keys:
    """Each key with what it does, never cut in two at a line's end."""

    keys: Keys

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        line = ""
        for key, meaning in self.keys.items():
            one = f"{key} {meaning}"
            if line and len(line) + len(one) + 2 > options.max_width:
                yield Text(line, style="bold")
                line = ""
            line += f"  {one}" if line else one
        yield Text(line, style="bold")


def running() -> RenderableType:
    """What stands in place of a verdict until there is one."""
    return Text("Running the tests …", style="dim")


def training(done: float, loss: float, seconds: float) -> RenderableType:
    """How far a training is, and how long it will still take at this pace."""
    bar = _bar(min(max(done, 0.0), 1.0))
    left = f"{seconds * (1 - done) / done:.0f} s left" if 0 < done <= 1 else ""
    bar.append(f"  {done:.0%} trained, loss {loss:.3g}   {left}", style="not dim")
    return Group(Text("Running the tests: your network trains …", style="dim"), bar)


def first_steps(kata: Kata) -> RenderableType:
    """What a newcomer does now."""
    file = kata.relative(kata.exercise)
    return Text(
        f"Open {file} in your editor. Its docstring says what to write.\n"
        "Replace `raise NotImplementedError`, and save: the verdict appears here.\n"
        "Stuck? h gives a hint, then a bigger one; t explains the topic.\n"
        "Leave with q whenever you like: `kata` brings you back here."
    )


def next_step(kata: Kata, katas: Catalog, progress: Progress, question: str) -> RenderableType:
    """What to do after a kata is solved."""
    lines = [f"An interviewer would go on: {question} (a for an answer)"] if question else []
    lines += ["s shows an expert's version beside yours."] if kata.solution.is_file() else []
    members = katas.of_topic(kata.topic)
    following = progress.next_unsolved(katas, after=kata)
    if all(map(progress.is_solved, members)):
        lines += [
            f"That is all of the topic {kata.topic}: read its page again with t, and try "
            f"`kata interview --topic {kata.topic}`."
        ]
    if following is None:
        lines += ["You have solved every kata. `kata interview` keeps you in form."]
    else:
        lines += [f"n goes on to {following.name}: {following.title}."]
    return Cuttable(Padding(Text("\n".join(lines)), (1, 0, 0, 2)), 4)


def markdown(text: str) -> RenderableType:
    from rich.markdown import Markdown  # As slow to load as all else that a list needs.

    return Markdown(text)


def kata_list(
    katas: Catalog, progress: Progress, current: Kata, topics: Sequence[str]
) -> RenderableType:
    """The topics with what is solved of them; of these topics, all katas with their state."""
    rows: list[tuple[Text, ...]] = []
    for topic in katas.topics:
        members = katas.of_topic(topic.name)
        if members:
            solved = sum(progress.is_solved(kata) for kata in members)
            counts = Text(f"{solved} of {len(members)}")
            rows.append((Text(topic.name, style="bold"), counts, Text(), Text(topic.title)))
        if topic.name in topics:
            rows += [_row(kata, progress, current) for kata in members]
    return _in_columns(rows)


def _in_columns(rows: Sequence[Sequence[Text]]) -> RenderableType:
    """A line for each row, cut where it is too long; rich's own tables take ten times as long."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        for cell, width in zip(row[:-1], widths, strict=False):
            cell.pad_right(width - len(cell))
    lines = Text("\n").join(Text("  ").join(row) for row in rows)
    lines.no_wrap, lines.overflow = True, "ellipsis"
    return Group(lines)


def matches(katas: Sequence[Kata], progress: Progress, current: Kata, typed: str) -> RenderableType:
    """What has been typed of a kata's name, and the katas that it could be."""
    found = _in_columns([_row(kata, progress, current) for kata in katas])
    asked = Text("Go to: ", style="bold").append(typed, style="not bold").append("▏", style="dim")
    advice = "Enter goes to the first." if katas else "No kata has a name like this."
    return Group(asked, Text(advice, style="dim"), Text(""), found)


def _row(kata: Kata, progress: Progress, current: Kata) -> tuple[Text, ...]:
    state, style = _state(kata, progress)
    name = Text(f"{'>' if kata == current else ' '} {kata.name}")
    return name, Text(state, style=style), Text(kata.level), Text(kata.title)


def _state(kata: Kata, progress: Progress) -> tuple[str, str]:
    entry = progress[kata]
    if entry.solved:
        return "solved", "green"
    if entry.attempts and not stubs.is_untouched(kata):
        return f"{entry.attempts} {'try' if entry.attempts == 1 else 'tries'}", "yellow"
    return "to do", "dim"


def hint(levels: Sequence[str], level: int, way_to_more: str) -> RenderableType:
    """The hints up to `level`, the newest first; `way_to_more` says how to get one more."""
    parts: list[RenderableType] = []
    for number in range(level, 0, -1):
        parts += [
            Text(f"Hint {number} of {len(levels)}", style="bold"),
            markdown(levels[number - 1]),
        ]
    last = level >= len(levels)
    return Group(*parts, Text("That is the last hint." if last else way_to_more, style="dim"))
