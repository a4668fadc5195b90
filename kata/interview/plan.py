"""What an interview is to hold: what was asked for, and the draw that fills the rest."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata.catalog import LEVELS, Catalog, Kata, KataError, Selection
from kata.interview.clock import minutes_and_seconds
from kata.interview.deck import Deck
from kata.interview.draw import MOST_KATAS, draw
from kata.interview.sessions import COUNTS, STRICTNESS, Interviews
from kata.progress import Progress

MINUTES = 45
# How much sooner than others a kata comes: one that is due or new, one seen today, and what each
# day since then adds, up to two months.
_FIRST, _JUST_SEEN, _PER_DAY, _DAYS = 8.0, 0.05, 0.1, 60


@dataclass(frozen=True)
class Wish:
    """What the learner asked for; None or nothing where the interview is to choose."""

    minutes: int | None = None
    level: str | None = None
    topic: str | None = None
    katas: tuple[Kata, ...] = ()
    seed: int | None = None
    set: str | None = None
    staged: str | None = None
    strict: str = COUNTS


@dataclass(frozen=True)
class Plan:
    """What is to be written, and the time for each in seconds; no seed where nothing was drawn.

    `strict` and `shared` are as in an interview.
    """

    seed: int | None
    katas: tuple[Kata, ...]
    limits: tuple[float, ...]
    strict: str
    shared: bool


def plan(katas: Catalog, progress: Progress, wish: Wish, now: datetime) -> Plan:
    """Draw an interview. The same seed gives the same one, as long as the record is the same."""
    _check(katas, wish)
    seed = None
    named = wish.katas or _found(katas.staged, wish.staged, "staged set")
    if named:
        chosen = list(named)
        minutes = wish.minutes or sum(kata.minutes for kata in chosen)
    else:
        seed = random.randrange(10_000) if wish.seed is None else wish.seed
        minutes = MINUTES if wish.minutes is None else wish.minutes
        chosen = draw(_pool(katas, wish), minutes, _urgency(katas, progress, now), seed)
    each = 60 * minutes / sum(kata.minutes for kata in chosen)
    limits = tuple(each * kata.minutes for kata in chosen)
    return Plan(seed, tuple(chosen), limits, wish.strict, shared=wish.staged is not None)


def _found(selections: Sequence[Selection], name: str | None, what: str) -> tuple[Kata, ...]:
    """The katas of the selection that was asked for; none where none was."""
    for one in selections:
        if one.name == name:
            return one.katas
    if name is None:
        return ()
    names = ", ".join(one.name for one in selections) or "none here"
    raise KataError(f"There is no {what} {name!r}: choose one of {names}.")


def _check(katas: Catalog, wish: Wish) -> None:
    topics = [topic.name for topic in katas.topics]
    if wish.minutes is not None and wish.minutes < 1:
        raise KataError(f"--minutes is {wish.minutes}; it must be at least 1.")
    if wish.level is not None and wish.level not in LEVELS:
        raise KataError(f"There is no level {wish.level!r}: choose one of {', '.join(LEVELS)}.")
    if wish.topic is not None and wish.topic not in topics:
        raise KataError(f"There is no topic {wish.topic!r}: choose one of {', '.join(topics)}.")
    if wish.strict not in STRICTNESS:
        raise KataError(f"--strict is {wish.strict!r}: choose one of {', '.join(STRICTNESS)}.")
    if (wish.katas or wish.staged) and (wish.level or wish.topic or wish.set):
        named = "--kata" if wish.katas else "--staged"
        raise KataError(f"{named} already names the katas: leave out --level, --topic and --set.")
    if wish.katas and wish.staged:
        raise KataError("Give either --kata or --staged.")
    if len(wish.katas) > MOST_KATAS:
        raise KataError(f"An interview has at most {MOST_KATAS} katas: name fewer.")
    if len(set(wish.katas)) < len(wish.katas):
        raise KataError("A kata is named twice: name each only once.")


def _pool(katas: Catalog, wish: Wish) -> list[Kata]:
    """What can be drawn; a capstone only where there is something to put it together from."""
    members = _found(katas.sets, wish.set, "set") or katas.katas
    return [
        kata
        for kata in katas.katas
        if wish.level in (None, kata.level)
        and kata in members
        and wish.topic in (None, kata.topic)
        and (katas.has_solutions or kata.kind != "capstone")
    ]


def _urgency(katas: Catalog, progress: Progress, now: datetime) -> dict[str, float]:
    """How much each kata should come first: new ones and due ones, then those long unseen."""
    seen = _last_seen(katas, progress)
    due = set(Deck(katas.root).due_by(now))
    return {
        kata.id: _FIRST
        if kata.id in due or kata.id not in seen
        else _JUST_SEEN + _PER_DAY * min((now - seen[kata.id]).days, _DAYS)
        for kata in katas.katas
    }


def _last_seen(katas: Catalog, progress: Progress) -> dict[str, datetime]:
    """When each kata was last solved or asked for in an interview."""
    solved = {kata.id: progress[kata].solved for kata in katas.katas}
    seen = {
        name: datetime.fromisoformat(date).astimezone(UTC) for name, date in solved.items() if date
    }
    for interview in Interviews(katas.root).all():
        for name in [challenge.kata for challenge in interview.finished]:
            seen[name] = max(interview.began, seen.get(name, interview.began))
    return seen


def listed(plan: Plan) -> RenderableType:
    """What would be drawn, and how to have it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for kata, limit in zip(plan.katas, plan.limits, strict=True):
        table.add_row(kata.id, minutes_and_seconds(limit), kata.level, kata.title)
    if plan.seed is None:
        return table
    return Group(table, Text(f"Add --seed {plan.seed} to draw these again."))
