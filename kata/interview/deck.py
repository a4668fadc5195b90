"""What comes back, and when: katas and follow-up questions as cards of a spaced repetition.

The intervals are those of FSRS (Ye, Su & Cao 2022, A Stochastic Shortest Path Algorithm for
Optimizing Spaced Repetition Scheduling), in whole days: what was missed comes back tomorrow.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from kata import store
from kata.interview.sessions import HALF, KNEW, NO, Challenge, Interview

_RATINGS = {KNEW: Rating.Good, HALF: Rating.Hard, NO: Rating.Again}
# Without steps of minutes: nobody sits there waiting for them.
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def key(kata: str, question: str = "") -> str:
    """The name of a card: a kata's id, or the id and a follow-up question."""
    return f"{kata}: {question}" if question else kata


class Deck:
    """The cards of one checkout; every change is written at once."""

    def __init__(self, root: Path) -> None:
        self._file = root / store.FOLDER / "cards.json"
        self._cards = store.read(self._file, _parsed) or {}

    @property
    def due(self) -> Mapping[str, datetime]:
        """When each card is due, the earliest first."""
        dates = {name: card.due for name, card in self._cards.items()}
        return dict(sorted(dates.items(), key=lambda item: item[1]))

    def due_by(self, now: datetime) -> list[str]:
        """The cards that are due on this day or were earlier, the most overdue first."""
        today = now.astimezone().date()
        return [name for name, due in self.due.items() if due.astimezone().date() <= today]

    def mark(self, name: str, mark: str, now: datetime) -> None:
        self._rate(name, mark, now)
        self._write()

    def take(self, interview: Interview, now: datetime) -> None:
        """Schedule all that an interview asked for; to do so twice is to do so once."""
        for name, mark in _marks(interview):
            last = self._cards.get(name, Card()).last_review
            if last is None or last < interview.began:
                self._rate(name, mark, now)
        self._write()

    def _rate(self, name: str, mark: str, now: datetime) -> None:
        card, _ = _SCHEDULER.review_card(self._cards.get(name, Card()), _RATINGS[mark], now)
        self._cards[name] = card

    def _write(self) -> None:
        store.save(self._file, {name: card.to_dict() for name, card in self._cards.items()})


def _parsed(data: dict[str, Any]) -> dict[str, Card]:
    cards = {name: Card.from_dict(card) for name, card in data.items()}
    for card in cards.values():
        _SCHEDULER.review_card(card, Rating.Good, card.due)  # Raises where the card is garbled.
    return cards


def _marks(interview: Interview) -> Iterator[tuple[str, str]]:
    """The cards of what an interview asked for, with their marks."""
    for challenge in interview.challenges:
        if challenge.over:
            yield key(challenge.kata), _mark_of(challenge)
        for follow_up in challenge.follow_ups:
            if follow_up.mark:
                yield key(challenge.kata, follow_up.question), follow_up.mark


def _mark_of(challenge: Challenge) -> str:
    """Right at the first try is known, right after more tries is half known."""
    if not challenge.is_right:
        return NO
    return KNEW if challenge.tries <= 1 else HALF
