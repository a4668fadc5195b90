"""What an interviewer asks around the code: a plan and edge cases before it, the cost after it.

The model answers are taken from what a kata has: its hints, the names of its tests, its docstring.
"""

import re

from rich.console import Console
from rich.text import Text

from kata import hints, render, stubs
from kata.catalog import INTERVIEW, Kata
from kata.interview import asking
from kata.interview.sessions import COST, EDGES, PLAN, FollowUp
from kata.verdict import claim

_STAGES = {
    "implement": (PLAN, EDGES, COST),
    "vectorize": (PLAN, EDGES, COST),
    "capstone": (PLAN,),
    "debug": (PLAN,),
    "predict": (),
}
_BEFORE = {
    PLAN: "Your plan: how will you do it, in a sentence or two?",
    EDGES: "Edge cases: which inputs could go wrong, and what would you ask about them?",
}
_PLAN_FOR_BUGS = "Your plan: how will you look for the bugs?"
_AFTER = {
    PLAN: "Your plan: was the key idea in it?",
    EDGES: "Your edge cases: the tests try these, among others. Which did you name?",
    COST: "What does your code cost, in time and in memory, as its arguments grow?",
}
_EDGES_SHOWN = 9
# Tests with these words in their names try what every answer owes, or compare with another.
_NO_EDGE = re.compile(r"manners|torch|reference|by_hand|loop|memory|optimi[sz]er|pace|draws")
_COUNTING = """\
- An operation on arrays, or a sum along an axis, costs as much as its arrays have entries.
- A product of (n, m) and (m, k) costs n·m·k, sorting n numbers n·log n.
- A loop multiplies what is in it; in Python, each round has a price of its own, too.
- Memory is the peak, all that exists at one time: above all, the largest intermediate array.
"""


def to_come(kata: Kata) -> list[FollowUp]:
    """The stages of a kata; no edge cases where its tests try none."""
    known = [stage for stage in _STAGES[kata.kind] if stage != EDGES or edge_cases(kata)]
    return [FollowUp(stage) for stage in known]


def ask_before(console: Console, kata: Kata, heading: str, stage: FollowUp) -> None:
    """Have a plan, or edge cases, said before the code."""
    console.clear()
    console.print(Text(heading, style="bold"))
    file = kata.file_in(INTERVIEW)
    place = render.path(file, kata, stubs.line_to_begin_at(file))
    console.print(Text("Read the task in ").append_text(place).append(", but write no code yet."))
    question = _PLAN_FOR_BUGS if kata.kind == "debug" else _BEFORE[stage.question]
    console.print(Text(f"\n{question}", style="bold"))
    how = "The clock runs. Type it, or say it aloud, then press Enter."
    console.print(Text(how, style="dim"))
    stage.said = asking.type_in()


def review(console: Console, kata: Kata, stage: FollowUp) -> None:
    """Have a stage compared with a model answer, and marked."""
    heading, question = f"Looking back on {kata.name}", _AFTER[stage.question]
    answer = model_answer(kata, stage.question)
    if stage.question == COST:
        stage.said, stage.mark = asking.ask(console, heading, question, answer)
        return
    console.clear()
    console.print(Text(heading, style="dim"))
    console.print(Text(question, style="bold"))
    if stage.said:
        console.print(Text(f"You said: {stage.said}"))
    stage.mark = asking.mark(console, asking.points(answer))


def model_answer(kata: Kata, stage: str) -> str:
    if stage == PLAN:
        return hints.read(kata).levels[1]
    if stage == EDGES:
        return "".join(f"- {case}\n" for case in edge_cases(kata))
    asked = _speed(kata)
    return (f"- The docstring asks for: {asked}.\n" if asked else "") + _COUNTING


def edge_cases(kata: Kata) -> list[str]:
    """What the tests try, in the words of their names; the usual cases come first there."""
    names = re.findall(r"(?m)^def (test_\w+)", kata.test.read_text(encoding="utf-8"))
    cases = [claim(name) for name in names if not _NO_EDGE.search(name)]
    return cases[-_EDGES_SHOWN:]


def _speed(kata: Kata) -> str:
    """What the docstrings promise of the speed, in one line; "" where nothing."""
    found = [
        re.search(r"(?m)^ *Speed {2,}(.*(?:\n {5,}.*)*)", text) for text in stubs.docstrings(kata)
    ]
    return "; ".join(dict.fromkeys(" ".join(match[1].split()) for match in found if match))
