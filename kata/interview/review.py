"""What comes back today, ten minutes of it at most: `kata review`."""

import sys
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.text import Text

from kata import hints
from kata.catalog import Catalog
from kata.interview.asking import ask
from kata.interview.clock import Clock, day
from kata.interview.command import conversation
from kata.interview.deck import Deck, key

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
    chosen, minutes = [], 0
    for card in due:
        if minutes + card.minutes <= MINUTES:
            chosen.append(card)
            minutes += card.minutes
    return chosen, len(due) - len(chosen)


def hold(katas: Catalog, console: Console, clock: Clock) -> None:
    """Hold a review; what was marked before it is broken off is kept."""
    with conversation(katas, "review"):
        try:
            _review(katas, console, clock)
        except (EOFError, KeyboardInterrupt):
            console.print(Text("\nYour marks are saved."))
            sys.exit(130)


def _review(katas: Catalog, console: Console, clock: Clock) -> None:
    """Ask what is due, and schedule each card as soon as it is marked."""
    deck = Deck(katas.root)
    known = flashcards(katas)
    chosen, more = due_today(known, deck, clock.now())
    if not chosen:
        console.print(Text(_nothing_due(known, deck)))
        return
    for number, card in enumerate(chosen, 1):
        heading = f"{number} of {len(chosen)}, {card.kata}"
        _, mark = ask(console, heading, card.question, card.answer)
        deck.mark(card.name, mark, clock.now())
        if card.advice:
            console.print(Text(f"{card.advice}\n", style="dim"))
    rest = f" {more} more due: run `kata review` again." if more else ""
    console.print(Text(f"Done for today: {len(chosen)} reviewed.{rest}", style="bold green"))


def _nothing_due(known: dict[str, Flashcard], deck: Deck) -> str:
    coming = [due for name, due in deck.due.items() if name in known]
    if not coming:
        return "Nothing is due. What `kata interview` asks you will come back here."
    return f"Nothing is due today. The next card is due on {day(coming[0])}."
