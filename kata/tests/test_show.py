"""`kata show`: every picture shows a mistake, and no answer gets the better of it."""

import io

import pytest
from PIL import Image
from rich.console import Console
from textual_image import renderable

from kata import catalog, entry, keys, target
from kata.catalog import KataError
from kata.runner import Runner
from kata.show import facts, inline, request, script, sheet
from kata.tests.conftest import RIGHT, ROOT, solutions_for_exercises

KATAS = catalog.load(ROOT)
DRAWN = script.having_one(KATAS.katas)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # Such as a mistake that overflows.
@pytest.mark.parametrize("kata", DRAWN, ids=lambda kata: kata.name)
def test_a_mistake_can_be_seen(kata):
    drawn = script.load(kata)
    (mistake,) = [one for one in target.attempts_of(kata) if one.name == drawn.SHOWS]
    assert not mistake.is_right
    with solutions_for_exercises(KATAS):
        right = facts.facts(sheet.alone(drawn, target.answer_module(kata)))
    with solutions_for_exercises(KATAS, {kata.id: target.put_in(mistake)}):
        wrong = facts.facts(sheet.alone(drawn, target.answer_module(kata)))
    assert facts.difference(right, wrong) > facts.VISIBLE
    assert script.sentence(kata).endswith(".")


# How a picture begins in each of the ways that textual-image chooses from.
WAYS = {"SixelImage": "\x1bP", "TGPImage": "\U0010eeee", "HalfcellImage": "", "UnicodeImage": ""}


@pytest.mark.parametrize(("way", "begins"), WAYS.items(), ids=WAYS.keys())
def test_a_terminal_that_can_is_sent_the_picture(tmp_path, monkeypatch, way, begins):
    monkeypatch.setattr(renderable, "Image", getattr(renderable, way))
    monkeypatch.setattr(keys, "has_terminal", lambda: True)
    assert inline.is_possible() == bool(begins)
    picture = tmp_path / "picture.png"
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    Image.new("RGB", (400, 900), "white").save(picture)
    if begins:
        inline.show(picture, terminal)
        sent = terminal.file.getvalue()
        assert begins in sent
        assert 1 < sent.count("\n") < terminal.height


def test_nothing_else_is_asked_or_sent_a_picture(monkeypatch):
    monkeypatch.setattr(renderable, "Image", renderable.SixelImage)
    assert not inline.is_possible()


# --- Whatever an answer does ------------------------------------------------------------------


@pytest.fixture
def show(katas, softmax):
    with Runner(katas, "spawn", entry.draw) as runner:
        yield lambda: request.show(softmax, runner)


HOSTILE = {
    "raises": ("raise KeyError('no')", "softmax raised KeyError: 'no', at exercises/basics/"),
    "ends Python": ("import os; os._exit(3)", "ended Python (exit code 3)"),
    "leaves": ("raise SystemExit", "softmax raised SystemExit, at exercises/basics/softmax.py:"),
    "gives nothing": ("return None", "What softmax gives can't be drawn: TypeError"),
    "hangs": ("while True: pass", "exceeded 0.8 seconds, at exercises/basics/softmax.py:"),
    "is no Python": ("return (", "exercises/basics/softmax.py:"),
}


@pytest.mark.parametrize(("body", "sentence"), HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_that_fails_gets_one_sentence(show, answer, body, sentence):
    answer(body)
    shown = show()
    assert not shown.is_good
    assert sentence in shown.sentence
    assert "\n" not in shown.sentence


def test_a_stub_has_the_reference_shown_and_a_right_answer_both(show, answer, softmax):
    shown = show()
    assert shown.is_good
    assert shown.sentence.startswith("softmax is to do; the reference shows: ")
    stub = shown.file.read_bytes()
    answer("print('drawing')\n" + RIGHT)
    shown = show()
    assert shown.is_good
    assert shown.sentence == script.sentence(softmax)
    assert "drawing" in shown.prints
    assert shown.file.read_bytes() not in (stub, b"")


def test_without_a_picture_or_matplotlib_it_says_so(katas, softmax, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(KataError, match=r"pip install -e '.\[show\]'"):
        request.show(softmax, None)
    softmax.picture.unlink()
    with pytest.raises(KataError, match="has no picture"):
        request.show(softmax, None)
