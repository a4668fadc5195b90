"""What to run, and how it went: plain data, which any process can hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kata.catalog import EXERCISES, Kata

SOLVED, FAILED, TODO, BROKEN, CANCELLED = "solved", "failed", "todo", "broken", "cancelled"

# A limit is on the time in which a process works: a busy machine fails nobody. On the clock, what
# only waits may take this many times as long.
PATIENCE = 4


@dataclass(frozen=True)
class Job:
    """What to run.

    `tree` is "exercises", "interview" or "solutions"; `trees` says by id which other katas' files
    lie in another one. `change` is one of `kata.changes`, made to the kata's module; after the
    tests, the docstrings' examples are then run, too. `survey` does that as well, and puts each
    wrong attempt through the tests. `examples` runs the examples in place of the tests, and
    `picture` is where to draw the kata's picture in their place. `diagnose` says whether failures
    are to be explained, `also_two` whether two mistakes at once are tried for that, too. `log` is
    where a crash or a hang leaves its stack.

    For a judge, `sandboxes` is the address of what starts them, `sources` the submission (text in
    Latin-1, one byte a character, by file name), and `parts` the katas whose solutions are lent.
    """

    root: str
    kata: str
    log: str
    tree: str = EXERCISES
    trees: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    change: Sequence[str] = ()
    survey: bool = False
    examples: bool = False
    diagnose: bool = True
    also_two: bool = False
    picture: str = ""
    sandboxes: Sequence[str] = ()
    sources: dict[str, str] = field(default_factory=dict)
    parts: Sequence[str] = ()


def claim(test: str) -> str:
    """The name of a test as the sentence that it is."""
    name, _, case = test.removeprefix("test_").partition("[")
    if name == "manners" and case:  # Its cases are sentences themselves.
        return case.removesuffix("]")
    sentence = name.replace("_", " ")
    return f"{sentence} [{case}" if case else sentence


@dataclass(frozen=True)
class Failure:
    """A test that failed: its name, what was raised, by which line of the test and the answer.

    `call` is its last call of the answer, `prints` what the answer printed in it; both where known.
    """

    name: str
    kind: str = ""
    text: str = ""
    test_line: int = 0
    test_code: str = ""
    answer_file: str = ""
    answer_line: int = 0
    answer_code: str = ""
    call: str = ""
    prints: str = ""

    @property
    def claim(self) -> str:
        """The test's name as the sentence that it is."""
        return claim(self.name)


@dataclass(frozen=True)
class Example:
    """An example in a docstring: what it should give and what it gives, as Python shows both.

    What an example raises, or should raise, is `Type: text`.
    """

    code: str
    wants: str
    gives: str
    right: bool


@dataclass(frozen=True)
class Surveyed:
    """How a wrong attempt fared: whether the tests fail it, and the names of its diagnosis."""

    fails: bool
    mistakes: list[str]


@dataclass(frozen=True)
class Decoyed:
    """Whether the tests let a public name pass that is spoiled in one way.

    `misled` are the tests whose expected values it changed.
    """

    name: str
    kind: str
    passes: bool
    misled: list[str]


@dataclass
class Verdict:
    """How one run went.

    `status` is "solved", "failed", "todo" (nothing begun, though a stub that starts from working
    code has failures), "broken" (it could not be loaded, hung or crashed; `problem` says how) or
    "cancelled". `mistakes` are the names and texts of the known mistakes that explain the failures;
    `telling` is a test that the first of them explains, `at_once` whether only all of them together
    explain it. `functions` names the tests of each function where there are several. A judge also
    tells how the answer's sandbox was protected, or why there was none.
    """

    kata: Kata
    status: str = BROKEN
    problem: str = ""
    tests: list[str] = field(default_factory=list)
    speed: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    telling: str = ""
    at_once: bool = False
    functions: dict[str, list[str]] = field(default_factory=dict)
    prints: str = ""
    survey: dict[str, Surveyed] = field(default_factory=dict)
    decoys: list[Decoyed] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    protections: dict[str, str] = field(default_factory=dict)
    unavailable: str = ""
    seconds_of: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return sum(outcome == "passed" for outcome in self.outcomes.values())

    @property
    def skipped(self) -> int:
        """Tests that need the reference solution, where it is not part of the repository."""
        return sum(outcome == "skipped" for outcome in self.outcomes.values())

    @property
    def todo(self) -> int:
        return sum(outcome == TODO for outcome in self.outcomes.values())

    @property
    def failures_to_show(self) -> list[Failure]:
        """The failures, first the one that fits what the diagnosis says.

        Before all others one that tells of a side effect, as what follows from it can mislead.
        """

        def lateness(failure: Failure) -> tuple[bool, bool]:
            return failure.kind != "SideEffectError", failure.name != self.telling

        return sorted(self.failures, key=lateness)

    def failure_to_show(self, nth: int) -> Failure:
        """The nth of them, counted from 0; after the last, the first again."""
        return self.failures_to_show[nth % len(self.failures)]

    def function_of(self, failure: Failure) -> str:
        """The function that a failed test is about, where there are several; "" if none is told."""
        told = (name for name, tests in self.functions.items() if failure.name in tests)
        return next(told, "")

    @property
    def diagnosis(self) -> list[str]:
        """What to tell the learner, most telling first."""
        return list(dict.fromkeys(text for _, text in self.mistakes))
