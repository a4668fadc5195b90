"""What comes back, and when."""

import json
import random
from datetime import timedelta

import pytest

from kata import catalog
from kata.catalog import KataError
from kata.interview import asking, review
from kata.interview.deck import Deck, key
from kata.interview.sessions import Challenge, Interviews
from kata.tests.conftest import ROOT
from kata.tests.interview.holding import DAY, NOW, QUESTION, answer_all
from kata.tests.terminals import RIGHT


@pytest.fixture
def interviewed(begin_writing, write):
    """Holds an interview in which softmax is right and the questions get these marks."""

    def interviewed(marks):
        terminal = begin_writing()
        write(RIGHT, terminal)
        terminal.press("d")
        answer_all(terminal, marks)
        terminal.shows("Report saved")
        assert terminal.ends() is None

    return interviewed


def answer(terminal, heading, mark):
    terminal.shows(heading, QUESTION)
    terminal.press("\r")
    terminal.shows("Did you know it?")
    terminal.press(mark)


def test_what_was_missed_comes_back_the_next_day(begin, interviewed, clock):
    interviewed("nkkkk")
    terminal = begin("review")
    terminal.shows("Nothing is due today. The next card is due on 2 Mar 2026.")
    assert terminal.ends() is None

    clock.at = DAY - 3600  # An hour earlier, but the next day.
    terminal = begin("review")
    terminal.shows("1 of 1, basics/softmax", QUESTION)
    terminal.press("\r")
    terminal.shows("every exponent is at most 0", "Did you know it?")
    terminal.press("k")
    terminal.shows("Done for today: 1 reviewed.")
    assert terminal.ends() is None
    begin("review").shows("Nothing is due today")


def test_a_review_that_is_broken_off_keeps_what_was_marked(begin, interviewed, clock):
    interviewed("nnnnn")
    clock.at = DAY
    terminal = begin("review")
    answer(terminal, "1 of 5", "n")
    terminal.shows("2 of 5", QUESTION)
    terminal.press("\x03")
    terminal.shows("Your marks are saved")
    assert terminal.ends().code == 130
    begin("review").shows("1 of 4", QUESTION)


def test_a_missed_kata_comes_back_too(begin, checkout, softmax):
    Deck(checkout).mark(key(softmax.id), "no", NOW - timedelta(days=1))
    terminal = begin("review")
    answer(terminal, "How would you write softmax", "h")
    terminal.shows("To write it again: `kata interview --kata softmax`")
    assert terminal.ends() is None


def test_with_nothing_asked_for_yet_a_review_says_where_to_begin(begin):
    terminal = begin("review")
    terminal.shows("What `kata interview` asks you will come back here")
    assert terminal.ends() is None


def test_a_review_takes_ten_minutes_at_most_and_begins_with_the_most_overdue(katas, softmax):
    deck, known = Deck(katas.root), review.flashcards(katas)
    for days, name in enumerate(reversed(known)):
        deck.mark(name, "no", NOW - timedelta(days=30 - days))
    questions = [name for name in known if name != softmax.id]
    assert len(questions) == 5
    chosen, more = review.due_today(known, deck, NOW)
    assert ([card.name for card in chosen], more) == ([*reversed(known)], 0)
    fifteen = {f"{name} {i}": card for i in range(3) for name, card in known.items()}
    for name in fifteen:
        deck.mark(name, "no", NOW - timedelta(days=3))
    chosen, more = review.due_today(fifteen, deck, NOW)
    assert sum(card.minutes for card in chosen) in (9, 10)
    assert len(chosen) + more == len(fifteen) == 18


def test_what_is_known_comes_back_later_and_later(checkout):
    deck, now, waits = Deck(checkout), NOW, []
    for _ in range(4):
        deck.mark("a", "knew", now)
        waits.append((deck.due["a"] - now).days)
        now = deck.due["a"]
    assert waits == sorted(set(waits))
    deck.mark("a", "no", now)
    assert (deck.due["a"] - now).days < waits[-1]
    assert Deck(checkout).due == deck.due


def test_an_interview_counts_once_however_often_it_is_taken(checkout):
    challenge = Challenge("basics/softmax", 600, over=True)
    interview = Interviews(checkout).begin(7, NOW, [challenge])
    deck = Deck(checkout)
    deck.take(interview, NOW)
    due = dict(deck.due)
    deck.take(interview, NOW + timedelta(days=1))
    assert due
    assert deck.due == due


@pytest.mark.parametrize(
    "garbled",
    [
        {"due": "2026-03-01T12:00:00"},
        {"due": 5},
        {"state": 9},
        {"state": 3, "step": None},
        {"stability": "x"},
        {"stability": float("nan")},
        {"stability": -1.0},
        {"last_review": "yesterday"},
    ],
)
def test_a_garbled_deck_is_set_aside(checkout, garbled):
    Deck(checkout).mark("a", "knew", NOW)
    file = checkout / ".kata" / "cards.json"
    cards = json.loads(file.read_text())
    cards["a"] |= garbled
    file.write_text(json.dumps(cards))
    before = file.read_bytes()
    with pytest.raises(KataError, match=r"It is now cards\.broken\.json"):
        Deck(checkout)
    assert file.with_name("cards.broken.json").read_bytes() == before
    assert Deck(checkout).due == {}


@pytest.mark.parametrize("names", [("review",), ("softmax",)], ids="".join)
def test_a_garbled_deck_is_told_before_anything_begins(checkout, begin, names):
    file = checkout / ".kata" / "cards.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[]")
    error = begin(*names).ends()
    assert isinstance(error, KataError)
    assert "cannot be read" in str(error)
    assert Interviews(checkout).all() == []


def test_a_quiz_asks_at_once_and_what_was_missed_comes_back(begin, clock):
    terminal = begin("quiz", "basics", "2")
    answer(terminal, "1 of 2, basics/softmax", "k")
    answer(terminal, "2 of 2, basics/softmax", "n")
    terminal.shows("Done: you knew 1 of 2, and half of 0.")
    assert terminal.ends() is None
    clock.at = DAY
    begin("review").shows("1 of 1, basics/softmax")


def test_every_question_of_every_hint_can_come_up_in_a_quiz(tmp_path):
    katas = catalog.load(ROOT)
    known = review.flashcards(katas)
    topics = [topic.name for topic in katas.topics]
    questions = {name for name, card in known.items() if name != card.kata}
    minutes, rng = len(questions), random.Random(0)
    drawn = review.quiz_of(known, Deck(tmp_path), topics, minutes, NOW, rng)
    assert {card.name for card in drawn} == questions


def test_a_quiz_keeps_to_its_topics_and_minutes(tmp_path):
    katas, deck = catalog.load(ROOT), Deck(tmp_path)
    known = review.flashcards(katas)
    for seed in range(1000):
        rng = random.Random(seed)
        topic, minutes = rng.choice(katas.topics).name, rng.randint(1, 20)
        drawn = review.quiz_of(known, deck, [topic], minutes, NOW, rng)
        assert {card.kata.split("/")[0] for card in drawn} == {topic}
        assert sum(card.minutes for card in drawn) == len({card.name for card in drawn}) == minutes


def test_a_quiz_begins_with_katas_in_which_mistakes_were_made_this_week(tmp_path):
    katas = catalog.load(ROOT)
    known, rng = review.flashcards(katas), random.Random(0)
    troubled = {"optimization/adam"}
    drawn = review.quiz_of(known, Deck(tmp_path), ["optimization"], 5, NOW, rng, troubled)
    assert {card.kata for card in drawn} == troubled


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("One sentence, i.e. one point.", 1),
        ("No. That is why (Smith et al. 2016).", 1),
        ("There are two of them. Here is √v\nas the second.", 2),
        ("Formulas stay whole:\n\n    y = x. Z = y", 1),
        ("- One.\n- Two. Not three.\n", 2),
        ("- One more.\n" * 12, 9),
    ],
)
def test_a_model_answer_has_points(answer, points):
    assert len(asking.points(answer)) == points
