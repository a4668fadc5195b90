"""`kata sheet`: a topic on one page, to print on A4 or to read on a phone.

Everything on it stands somewhere else: the formulas and traps on the topic's page, formulas in
docstrings, questions in hints, the learner's own mistakes in the record of progress.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from textwrap import dedent

from markdown_it import MarkdownIt

from kata import hints, mistakes, store, stubs
from kata.catalog import Catalog, Kata, Topic
from kata.progress import Progress

# On paper: so many of a kata's questions, and of all of the learner's mistakes.
_QUESTIONS_PRINTED, _MISTAKES_SHOWN = 2, 12
# A4 without its margins, in points; the columns below the formulas, and the sizes of type to try.
_WIDTH, _HEIGHT = 538.0, 785.0
_COLUMNS, _GAP = 3, 12.0
_SIZES = [size / 10 for size in range(90, 49, -1)]
# How wide a character and how high a line is, as parts of the size of type.
_MONO, _SANS, _LINE = 0.602, 0.5, 1.3

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 12px; max-width: 60rem; }
h1 { font-size: 1.4em; margin: 0 0 .4em; }
h2 { font-size: 1.1em; margin: 1em 0 .3em; border-bottom: 1px solid; }
h3 { font-size: 1em; margin: .8em 0 .1em; }
pre, code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { font-size: 11.5px; line-height: 1.35; overflow-x: auto; margin: .4em 0; padding: .4em;
      background: #8881; }
code { font-size: .9em; }
ul { margin: 0; padding-left: 1.1em; }
p { margin: .3em 0; }
summary { cursor: pointer; padding: .25em 0; }
details > :not(summary) { margin-left: 1em; }
@page { size: A4; margin: 10mm; }
@media print {
  body { font-size: SIZEpt; line-height: 1.25; padding: 0; max-width: none; }
  h1 { margin: 0; }
  h2 { margin: .5em 0 .2em; }
  h2, h3 { break-after: avoid; }
  h3 { margin: 0; }
  summary { break-inside: avoid; }
  pre { font-size: SIZEpt; line-height: 1.15; overflow: hidden; margin: 0 0 .4em; padding: 0;
        background: none; }
  .columns { columns: COLUMNS; column-gap: GAPpt; }
  .kata { margin-top: .3em; }
  summary { padding: 0; list-style: none; display: list-item; margin-left: 1em;
            list-style-type: "– "; }
  .screen { display: none; }
}
"""


@dataclass(frozen=True)
class Asked:
    """A kata on a sheet: what its docstring says first, its formula, its questions."""

    kata: Kata
    summary: str
    formula: str
    questions: list[hints.Question]


@dataclass(frozen=True)
class Sheet:
    """What is on the page of one topic, as markdown where nothing else is said."""

    title: str
    formulas: list[str]  # Plain text.
    traps: list[str]
    mistakes: list[str]
    katas: list[Asked]


def write(katas: Catalog, progress: Progress, topic: Topic) -> Path:
    """Write the sheet of a topic, and give the file."""
    file = katas.root / store.FOLDER / "sheets" / f"{topic.name}.html"
    store.write(file, page(gather(katas, progress, topic)))
    return file


def gather(katas: Catalog, progress: Progress, topic: Topic) -> Sheet:
    members = katas.of_topic(topic.name)
    readme = katas.root / "exercises" / topic.name / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    own = [f"{kata.name}: {said}" for kata in members for said in mistakes.made(kata, progress)]
    return Sheet(
        topic.title,
        re.findall(r"(?ms)^```.*?\n(.*?)\n```$", text),
        _traps(text),
        own[:_MISTAKES_SHOWN],
        [Asked(kata, *_docstring(kata), hints.questions(kata)) for kata in members],
    )


def _traps(text: str) -> list[str]:
    section = re.search(r"(?ms)^## [^\n]*\btraps$(.*?)(?=^## |\Z)", text)
    items = re.split(r"(?m)^- ", section[1])[1:] if section else []
    return [" ".join(item.split()) for item in items]


def _docstring(kata: Kata) -> tuple[str, str]:
    """The first line of the first docstring of a kata that has a formula, and the formula."""
    texts = stubs.docstrings(kata)
    for text in texts:
        formula = re.search(r"\n\n((?:    [^\n]*\n?|\n)+)", text)
        if formula:
            return text.partition("\n")[0], dedent(formula[1]).strip("\n")
    return next((text.partition("\n")[0] for text in texts), ""), ""


# --- The page ---


def page(sheet: Sheet) -> str:
    """The sheet as a page of HTML that needs no other file and no network."""
    title = html.escape(sheet.title)
    style = _STYLE.replace("SIZE", f"{_size(sheet):g}").replace("COLUMNS", str(_COLUMNS))
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>{style.replace('GAP', f'{_GAP:g}')}</style>\n</head>",
        f"<body>\n<h1>{title}</h1>",
        *(f"<pre>{html.escape(formula)}</pre>" for formula in sheet.formulas),
        '<div class="columns">',
        *_list("Your mistakes", sheet.mistakes),
        *_list("Traps", sheet.traps),
        *_questions(sheet.katas),
        "</div>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _list(title: str, items: list[str]) -> list[str]:
    if not items:
        return []
    return [f"<h2>{title}</h2>\n<ul>", *(f"<li>{_inline(item)}</li>" for item in items), "</ul>"]


def _questions(katas: list[Asked]) -> Iterable[str]:
    if katas:
        yield "<h2>Questions</h2>"
    for asked in katas:
        yield f'<div class="kata"><h3>{asked.kata.name}</h3>'
        if asked.formula:
            formula = f"<pre>{html.escape(asked.formula)}</pre>"
            yield _folded(_inline(asked.summary), formula, "screen")
        for number, question in enumerate(asked.questions):
            kind = "" if number < _QUESTIONS_PRINTED else "screen"
            yield _folded(_inline(question.text), _markdown(question.answer), kind)
        yield "</div>"


def _folded(summary: str, inside: str, kind: str) -> str:
    return f'<details class="{kind}"><summary>{summary}</summary>{inside}</details>'


def _markdown(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(_without_links(text)))


def _inline(text: str) -> str:
    return str(MarkdownIt("commonmark").renderInline(_without_links(text)))


def _without_links(text: str) -> str:
    """Links lead from where the text stands, not from the sheet."""
    return re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", text)


def _size(sheet: Sheet) -> float:
    """The largest size of type, in points, with which the sheet fits on A4."""
    return next((size for size in _SIZES if _fits(sheet, size)), _SIZES[-1])


def _fits(sheet: Sheet, size: float) -> bool:
    formulas = [line for formula in sheet.formulas for line in formula.splitlines()]
    if max(map(len, formulas), default=0) * _MONO * size > _WIDTH:
        return False
    line = (_WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS / (_SANS * size)
    questions = [one.text for asked in sheet.katas for one in asked.questions[:_QUESTIONS_PRINTED]]
    texts = [*sheet.mistakes, *sheet.traps, *questions]
    # Headings: a line for each kata and some for the rest.
    lines = sum(ceil((len(text) + 3) / line) for text in texts) + 1.3 * len(sheet.katas) + 6
    rows = 1.15 * len(formulas) + 0.6 * len(sheet.formulas) + _LINE * lines / _COLUMNS + 4
    return rows * size <= _HEIGHT
