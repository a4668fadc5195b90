"""What comes back, and when: katas and follow-up questions as cards of a spaced repetition.

The intervals are those of FSRS (Ye, Su & Cao 2022, A Stochastic Shortest Path Algorithm for
Optimizing Spaced Repetition Scheduling), in whole days: what was missed comes back tomorrow.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from kata.catalog import KataError
from kata.interview.sessions import HALF, KNEW, NO, Interview, Task, write
from kata.progress import FOLDER

_RATINGS = {KNEW: Rating.Good, HALF: Rating.Hard, NO: Rating.Again}
# Without steps of minutes: nobody sits there waiting for them.
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def key(kata: str, question: str = "") -> str:
    """The name of a card: a kata's id, or the id and a follow-up question."""
    return f"{kata}: {question}" if question else kata


class Deck:
    """The cards of one checkout; every change is written at once."""

    def __init__(self, root: Path) -> None:
        self._file = root / FOLDER / "cards.json"
        self._cards = self._read()

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

    def _read(self) -> dict[str, Card]:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            return {name: _card(card) for name, card in data.items()}
        except FileNotFoundError:
            return {}
        except Exception as error:  # What a garbled card leads to, nobody can list.
            raise KataError(
                f"{self._file} cannot be read ({error}): repair it, or remove it to start afresh."
            ) from error

    def _write(self) -> None:
        data = {name: card.to_dict() for name, card in self._cards.items()}
        write(self._file, json.dumps(data, indent=1, ensure_ascii=False))


def _card(data: Any) -> Card:
    """A card as it was kept; raises some error now, rather than later, where it is garbled."""
    card = Card.from_dict(data)
    _SCHEDULER.review_card(card, Rating.Good, card.due)
    return card


def _marks(interview: Interview) -> Iterator[tuple[str, str]]:
    """The cards of what an interview asked for, with their marks."""
    for task in interview.tasks:
        if task.over:
            yield key(task.kata), _mark_of(task)
        for follow_up in task.follow_ups:
            if follow_up.mark:
                yield key(task.kata, follow_up.question), follow_up.mark


def _mark_of(task: Task) -> str:
    """Right at the first try is known, right after more tries is half known."""
    if not task.is_right:
        return NO
    return KNEW if task.tries <= 1 else HALF
