"""An interview about softmax, held in a thread of the tests' own process."""

import pytest

from kata import stubs
from kata.catalog import INTERVIEW
from kata.interview.sessions import Interviews
from kata.tests.interview.holding import KEYS, Clock, hold, plan
from kata.tests.terminals import RealTerminal, Verdicts


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def the_learners_file_stays_as_it_is(softmax):
    softmax.exercise.write_text("# What the learner wrote.\n")
    before = softmax.exercise.read_bytes(), softmax.exercise.stat().st_mtime_ns
    yield
    assert (softmax.exercise.read_bytes(), softmax.exercise.stat().st_mtime_ns) == before


@pytest.fixture
def begin(katas, clock, opened, the_learners_file_stays_as_it_is):
    """Begins an interview about some katas, or a review."""

    def begin(*names):
        return opened(lambda console: hold(names, katas, Verdicts(), console, clock))

    return begin


@pytest.fixture
def begin_writing(begin):
    """Begins an interview about softmax, up to where one can write."""

    def begin_writing():
        terminal = begin("softmax")
        plan(terminal)
        terminal.shows("Each save runs the examples", KEYS)
        return terminal

    return begin_writing


@pytest.fixture
def write(softmax):
    """Writes a body for softmax into the interview's file; waits until a terminal has shown it."""

    def write(body, terminal=None, kata=softmax):
        file = kata.file_in(INTERVIEW)
        stub = stubs.handed_out(softmax)
        head = stub[: stub.index("    raise NotImplementedError")]
        file.write_text(head + "\n".join("    " + line for line in body.splitlines()) + "\n")
        if terminal:
            terminal.shows("✓ softmax(np.array([0.0, 0.0]))", KEYS)

    return write


@pytest.fixture
def record(checkout):
    """Reads what is kept of the last interview."""
    return lambda: Interviews(checkout).all()[-1]


@pytest.fixture
def begin_really(checkout, the_learners_file_stays_as_it_is):
    """Begins an interview in a process of its own, at a real terminal."""
    terminals = []

    def begin(kind, *names, size=(60, 100)):
        arguments = ["-m", "kata.tests.interview.holding", kind, *names]
        terminals.append(RealTerminal(arguments, checkout, size))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.process.close(force=True)


@pytest.fixture
def set_time(checkout):
    """Sets the clock of an interview in another process."""

    def set_time(seconds):
        new = checkout / "seconds.new"
        new.write_text(str(seconds))
        new.replace(checkout / "seconds")

    return set_time


@pytest.fixture
def two_stages(checkout):
    """A second kata beside softmax, and a staged set of both."""
    file = checkout / "curriculum.toml"
    text = file.read_text()
    entry = text.split("[[kata]]")[1].replace("softmax", "other")
    staged = '[[staged]]\nname = "both"\ntitle = "T"\nkatas = ["basics/softmax", "basics/other"]\n'
    file.write_text(f"{text}[[kata]]{entry}{staged}")
    for folder in ("tests", "exercises", "solutions", "attempts", "hints"):
        for path in (checkout / folder / "basics").glob("*softmax*"):
            other = path.read_text().replace("basics.softmax", "basics.other")
            path.with_name(path.name.replace("softmax", "other")).write_text(other)
