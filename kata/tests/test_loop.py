"""What `kata` and a mock interview share: one thread handles what happens, one thing at a time."""

import threading

import pytest

from kata.loop import Loop
from kata.tests.terminals import Terminal, Verdicts
from kata.verdict import FAILED, SOLVED, Verdict


@pytest.fixture
def loop(katas, monkeypatch):
    """A loop that notes what it hears of, and the terminal at which it runs."""

    def program(console):
        loop = loops[0] = Loop(Verdicts(), console)
        loop.run(
            begin=lambda: loop.draw("begun", "drawn"),
            on_key=lambda key: loop.draw(f"key {key}"),
            on_tick=lambda: None,
            on_resize=lambda: loop.draw("resized"),
        )
        console.print("over")

    loops = [None]
    terminal = Terminal(program, monkeypatch)
    terminal.shows("begun", "drawn")
    yield loops[0], terminal
    terminal.leave()


@pytest.mark.parametrize("key", ["", "\x03", "\x04"], ids=["end", "ctrl-c", "ctrl-d"])
def test_it_ends_with_a_key_that_leaves_or_with_the_terminal(loop, key):
    _, terminal = loop
    terminal.press("x")
    terminal.shows("key x")
    terminal.press(key)
    terminal.shows("over")
    assert terminal.ends() is None


def test_a_terminal_of_another_size_is_noticed(loop):
    _, terminal = loop
    terminal.console.width = 70
    terminal.shows("resized")


def test_only_the_last_of_several_runs_gives_a_verdict(loop, softmax, monkeypatch):
    loop, terminal = loop
    verdicts, told = [], threading.Event()

    def run(kata, *, cancelled, on_progress, first=False):
        if first:
            assert cancelled.wait(30)
        return Verdict(kata, FAILED if first else SOLVED)

    monkeypatch.setattr(loop._runner, "run", run, raising=False)
    for options in ({"first": True}, {}):
        loop.test(softmax, lambda verdict: (verdicts.append(verdict.status), told.set()), **options)
    assert told.wait(30)
    terminal.press("\x04")
    terminal.shows("over")
    assert verdicts == [SOLVED]


@pytest.mark.parametrize("slow", [True, False], ids=["slow", "quick"])
def test_it_hears_of_tests_that_take_longer_than_a_moment(loop, softmax, monkeypatch, slow):
    loop, terminal = loop
    heard, told = threading.Event(), threading.Event()

    def run(kata, *, cancelled, on_progress):
        assert not slow or heard.wait(30)
        return Verdict(kata, SOLVED)

    monkeypatch.setattr(loop._runner, "run", run, raising=False)
    monkeypatch.setattr("kata.loop._SLOW_SECONDS", 0.05 if slow else 30.0)
    loop.test(softmax, lambda verdict: told.set(), on_slow=heard.set)
    assert told.wait(30)
    terminal.press("\x04")
    terminal.shows("over")
    assert heard.is_set() is slow
