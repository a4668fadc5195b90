"""Questions without a clock: what comes back today (`kata review`), or any (`kata quiz`)."""

import contextlib
import random
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.text import Text

from kata import hints, mistakes
from kata.catalog import Catalog, KataError
from kata.interview.asking import ask
from kata.interview.clock import Clock, day
from kata.interview.command import conversation
from kata.interview.deck import Deck, key
from kata.interview.sessions import HALF, KNEW
from kata.progress import Progress

MINUTES = 10
# A question is answered in a minute; to say how one would write a kata takes two.
_QUESTION_MINUTES, _KATA_MINUTES = 1, 2


@dataclass(frozen=True)
class Flashcard:
    """What is asked of a kata: a follow-up question, or how one would write it."""

    name: str
    kata: str
    question: str
    answer: str
    minutes: int
    advice: str = ""


def flashcards(katas: Catalog) -> dict[str, Flashcard]:
    """All that could come back, by the name of its card."""
    found = []
    for kata in katas.katas:
        # The last hint says in words how it is done.
        how = f"How would you write {kata.name} ({kata.title})? Say the steps."
        advice = f"To write it again: `kata interview --kata {kata.name}`"
        answer = hints.read(kata).levels[-1]
        found.append(Flashcard(key(kata.id), kata.id, how, answer, _KATA_MINUTES, advice))
        for asked in hints.questions(kata):
            name = key(kata.id, asked.text)
            found.append(Flashcard(name, kata.id, asked.text, asked.answer, _QUESTION_MINUTES))
    return {card.name: card for card in found}


def due_today(
    known: dict[str, Flashcard], deck: Deck, now: datetime
) -> tuple[list[Flashcard], int]:
    """The cards for ten minutes, the most overdue first, and how many more are due."""
    due = [known[name] for name in deck.due_by(now) if name in known]
    chosen = _filling(due, MINUTES)
    return chosen, len(due) - len(chosen)


def quiz_of(
    known: dict[str, Flashcard],
    deck: Deck,
    topics: Collection[str],
    minutes: int,
    now: datetime,
    rng: random.Random,
    troubled: Collection[str] = (),
) -> list[Flashcard]:
    """Follow-up questions of these topics: first what is due, then what was never asked.

    Of the latter, those on `troubled` katas come first. What is not due yet comes last, the soonest
    first.
    """
    asked = {name: card for name, card in known.items() if name != card.kata}
    of_topics = {name: card for name, card in asked.items() if card.kata.split("/")[0] in topics}
    due = [name for name in deck.due_by(now) if name in of_topics]
    new = [name for name in of_topics if name not in deck.due]
    rng.shuffle(new)
    new.sort(key=lambda name: of_topics[name].kata not in troubled)
    later = [name for name in deck.due if name in of_topics and name not in due]
    return _filling([of_topics[name] for name in (*due, *new, *later)], minutes)


def _filling(cards: list[Flashcard], minutes: int) -> list[Flashcard]:
    """The first of the cards that fit into these minutes."""
    chosen: list[Flashcard] = []
    for card in cards:
        if sum(one.minutes for one in (*chosen, card)) <= minutes:
            chosen.append(card)
    return chosen


def hold(katas: Catalog, console: Console, clock: Clock) -> None:
    """Ask what is due today, and schedule each card as soon as it is marked."""
    with _questions(katas, console, "review"):
        deck = Deck(katas.root)
        known = flashcards(katas)
        chosen, more = due_today(known, deck, clock.now())
        if not chosen:
            console.print(Text(_nothing_due(known, deck)))
            return
        _go_through(chosen, deck, console, clock)
        rest = f" {more} more due: run `kata review` again." if more else ""
        console.print(Text(f"Done for today: {len(chosen)} reviewed.{rest}", style="bold green"))


def hold_quiz(
    katas: Catalog, console: Console, clock: Clock, topics: Collection[str], minutes: int
) -> None:
    """Hold a quiz on these topics; what is missed comes back in the reviews."""
    with _questions(katas, console, "quiz"):
        deck = Deck(katas.root)
        known = flashcards(katas)
        week = mistakes.of_the_week(katas, Progress(katas.root))
        troubled = {kata for kata, names in week.items() if names}
        now, rng = clock.now(), random.Random()
        chosen = quiz_of(known, deck, topics, minutes, now, rng, troubled)
        if not chosen:
            raise KataError("There are no questions: they are not part of this repository.")
        marks = _go_through(chosen, deck, console, clock)
        text = (
            f"Done: you knew {marks.count(KNEW)} of {len(marks)}, and half of {marks.count(HALF)}."
        )
        console.print(Text(f"{text} `kata review` brings back what you missed.", "bold green"))


@contextlib.contextmanager
def _questions(katas: Catalog, console: Console, command: str) -> Iterator[None]:
    """A conversation in which what was marked before it is broken off is kept."""
    with conversation(katas, command):
        try:
            yield
        except (EOFError, KeyboardInterrupt):
            console.print(Text("\nYour marks are saved."))
            sys.exit(130)


def _go_through(cards: list[Flashcard], deck: Deck, console: Console, clock: Clock) -> list[str]:
    """Ask all of these, and give the marks; each is kept as soon as it is given."""
    marks = []
    for number, card in enumerate(cards, 1):
        heading = f"{number} of {len(cards)}, {card.kata}"
        _, mark = ask(console, heading, card.question, card.answer)
        deck.mark(card.name, mark, clock.now())
        marks.append(mark)
        if card.advice:
            console.print(Text(f"{card.advice}\n", style="dim"))
    return marks


def _nothing_due(known: dict[str, Flashcard], deck: Deck) -> str:
    coming = [due for name, due in deck.due.items() if name in known]
    if not coming:
        return "Nothing is due. What `kata interview` asks you will come back here."
    return f"Nothing is due today. The next card is due on {day(coming[0])}."
