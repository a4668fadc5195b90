"""The pictures in docs/ are those that their scripts draw now."""

import re

import pytest

from docs import pages
from kata.show.facts import VISIBLE, difference, facts
from kata.tests.conftest import ROOT, solutions_for_exercises

QUICK = [name for name, page in pages.PAGES.items() if not page.source]
SLOW = [name for name, page in pages.PAGES.items() if page.source]
# Numbers in words come from trainings, whose last digits are the machine's.
NUMBER = r"\d[\d,.e−-]*"


def without_numbers(seen):
    """The same pictures, each number in their words as a #."""
    return [
        panel | {"words": [re.sub(NUMBER, "#", word) for word in panel["words"]]} for panel in seen
    ]


@pytest.fixture(autouse=True)
def _solved():
    with solutions_for_exercises(pages.KATAS):
        yield


@pytest.mark.parametrize("name", QUICK)
def test_a_picture_is_what_its_script_draws(name):
    recorded = without_numbers(pages.recorded(name))
    drawn = without_numbers(facts(pages.PAGES[name].draw(), pages.RECORDED))
    assert difference(recorded, drawn) < VISIBLE, f"run: python -m docs.pages {name}"


@pytest.mark.parametrize("name", SLOW)
def test_the_script_of_a_slow_picture_has_not_changed_since_it_was_drawn(name):
    assert pages.recorded(name) == pages.PAGES[name].digest(), f"run: python -m docs.pages {name}"


def test_every_picture_has_a_script_and_a_page():
    shown = [ROOT / "README.md", *ROOT.glob("exercises/*/README.md")]
    texts = [page.read_text(encoding="utf-8") for page in shown]
    used = set(re.findall(r"docs/(\w+)\.svg", "".join(texts)))
    assert used == {file.stem for file in (ROOT / "docs").glob("*.svg")}
    assert used == pages.PAGES.keys() | {"failure"}  # For which see test_picture.py.
