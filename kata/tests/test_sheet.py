"""A topic on one page: complete, and readable without a network."""

import re
from html.parser import HTMLParser

import pytest

from kata import catalog, hints, sheet
from kata.progress import Progress
from kata.tests.conftest import ROOT
from kata.verdict import FAILED, Verdict

KATAS = catalog.load(ROOT)


class Page(HTMLParser):
    """The text of a page, and its tags; fails where one is closed that is not open."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.open = "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("topic", KATAS.topics, ids=lambda topic: topic.name)
def test_a_page_has_all_formulas_traps_and_questions_and_needs_nothing_else(topic, tmp_path):
    found = sheet.gather(KATAS, Progress(tmp_path), topic)
    page = Page(sheet.page(found))
    assert page.open == []
    assert not [
        tag for tag in page.tags if {"src", "href"} & {*tag[1]} or tag[0] in ("a", "script")
    ]
    readme = (ROOT / "exercises" / topic.name / "README.md").read_text("utf-8")
    formulas = readme.split("```")[1::2]
    assert len(found.formulas) == len(formulas) > 0
    assert all(formula.strip("\n") in page.text for formula in formulas)
    assert len(found.traps) >= 8
    asked = [hints.questions(kata) for kata in KATAS.of_topic(topic.name)]
    assert [one.questions for one in found.katas] == asked
    assert [tag for tag, _ in page.tags].count("details") >= sum(map(len, asked))
    # What fits by this reckoning fits on A4 in a browser.
    assert float(re.search(r"pre \{ font-size: ([\d.]+)pt", sheet.page(found))[1]) >= 6.5


def test_the_learners_own_mistakes_are_on_it(checkout, katas, softmax):
    progress = Progress(checkout)
    progress.judged(Verdict(softmax, FAILED, mistakes=[("without_the_maximum", "")]))
    file = sheet.write(katas, progress, katas.topics[0])
    assert file == checkout / ".kata/sheets/basics.html"
    text = file.read_text("utf-8")
    assert "<h2>Your mistakes</h2>" in text
    assert "softmax: exp overflows for large scores." in text
