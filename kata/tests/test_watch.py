"""`kata` on a terminal: saves, keys and what ends it."""

import io
import os
import signal
import threading
import time

import pytest
from rich.console import Console

from kata import catalog, stubs
from kata.progress import Progress
from kata.show import request
from kata.show.request import Shown
from kata.tests import conftest
from kata.tests.terminals import LOOP, MISTAKE, RIGHT, TWO, WRONG, RealTerminal, Verdicts
from kata.watch import Watch

KEYS = "h hint.*q quit"

needs_pexpect = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")


@pytest.fixture
def katas(checkout):
    """Two more katas beside softmax."""
    file = checkout / "curriculum.toml"
    entry = file.read_text().split("[[kata]]")[1]
    text = (checkout / "exercises/basics/softmax.py").read_text()
    for name in ("other", "third"):
        file.write_text(file.read_text() + "[[kata]]" + entry.replace("softmax", name))
        for tree in ("exercises", "solutions"):
            (checkout / tree / "basics" / f"{name}.py").write_text(text)
    return catalog.load(checkout)


@pytest.fixture
def start(katas, opened):
    """Starts `kata` in this process; waits until it shows a text, if not that softmax is to do."""

    def start(verdicts=None, text="softmax is to do."):
        watched = katas, Progress(katas.root), verdicts or Verdicts()
        terminal = opened(lambda console: Watch(*watched, console).run())
        terminal.shows(text, KEYS)
        return terminal

    return start


@pytest.fixture
def screen(start):
    return start()


@pytest.fixture
def really(checkout):
    """Starts `kata` in a process of its own, at a real terminal."""
    terminals = []

    def really(*arguments):
        terminals.append(RealTerminal(["-m", "kata", *arguments], checkout))
        return terminals[-1]

    yield really
    for terminal in terminals:
        terminal.process.close(force=True)


def test_a_learners_day(screen, answer, softmax, checkout):
    answer(WRONG)
    screen.shows(MISTAKE, KEYS)
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.press("s")
    screen.shows("Press s again to see it anyway", KEYS)
    answer(RIGHT)
    screen.shows("softmax is solved: all ", KEYS)
    screen.press("s")
    screen.shows("y /= y.sum", KEYS)
    screen.press("l")
    screen.shows("solved", KEYS)
    screen.press("n")
    screen.shows("other is to do", KEYS)
    screen.press("q")
    assert screen.ends() is None
    entry = Progress(checkout)[softmax]
    assert (entry.attempts, entry.hints, entry.solution_seen) == (1, 1, False)
    assert entry.solved


def test_a_longer_look_names_what_the_first_one_does_not(screen, answer, softmax, checkout):
    answer(TWO)
    screen.shows(MISTAKE, KEYS)
    screen.press("q")
    assert screen.ends() is None
    entry = Progress(checkout)[softmax]
    assert (entry.attempts, list(entry.mistakes)) == (1, ["without_the_maximum"])


def test_without_attempts_there_is_no_longer_look(start, answer, softmax):
    softmax.attempts.unlink()
    verdicts = Verdicts()
    screen = start(verdicts)
    for body, shown in ((TWO, "got 0, expected 1"), (RIGHT, "softmax is solved")):
        answer(body)
        screen.shows(shown, KEYS)
    assert len(verdicts.runs) == 3


def test_a_longer_look_takes_nothing_from_the_screen_that_is_read(start, answer, monkeypatch):
    verdicts = Verdicts()
    runs, looks = verdicts.run, threading.Event()

    def run(kata, *, also_two=False, **options):
        if also_two:
            looks.wait(30)
        return runs(kata, also_two=also_two, **options)

    monkeypatch.setattr(verdicts, "run", run)
    screen = start(verdicts)
    answer(TWO)
    screen.shows("got 0, expected 1", KEYS)
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    looks.set()
    screen.press("h")
    screen.shows("Hint 2 of 3", KEYS)
    screen.press(" ")
    screen.shows(MISTAKE, KEYS)


def test_after_the_last_kata_it_says_so(screen, answer, katas):
    for name in ("other", "third"):
        Progress(katas.root).ran(katas.find(name), solved=True)
    answer(RIGHT)
    screen.shows("softmax is solved", KEYS)
    screen.press("n")
    screen.shows("You have solved every kata.", KEYS)


def test_asking_twice_shows_the_solution_and_is_noted(screen, softmax, checkout):
    screen.press("s")
    screen.shows("this is recorded", KEYS)
    screen.press("s")
    screen.shows("y /= y.sum", KEYS)
    assert Progress(checkout)[softmax].solution_seen


def test_another_key_between_takes_the_question_back(screen, softmax, checkout):
    screen.press("s")
    screen.shows("this is recorded", KEYS)
    screen.press("l")
    screen.shows("to do", KEYS)
    screen.press("s")
    screen.shows("this is recorded", KEYS)
    assert not Progress(checkout)[softmax].solution_seen


@pytest.mark.parametrize(("key", "asked"), [("r", "Press y to reset"), ("g", "Go to:")])
def test_a_save_takes_back_what_was_asked(screen, answer, softmax, key, asked):
    screen.press(key)
    screen.shows(asked)
    answer(WRONG)
    screen.shows(MISTAKE, KEYS)
    screen.press("y")
    screen.shows(MISTAKE, KEYS)
    assert softmax.exercise.read_text() != stubs.handed_out(softmax)


def test_reset_asks_and_keeps_a_copy(screen, answer, softmax, checkout):
    answer(WRONG)
    screen.shows(MISTAKE, KEYS)
    screen.press("r")
    screen.shows("Press y to reset", KEYS)
    screen.press("x")
    screen.shows(MISTAKE, KEYS)
    assert softmax.exercise.read_text() != stubs.handed_out(softmax)
    screen.press("r")
    screen.shows("Press y to reset", KEYS)
    screen.press("y")
    screen.shows("softmax is to do.", KEYS)
    assert softmax.exercise.read_text() == stubs.handed_out(softmax)
    assert len(list((checkout / ".kata" / "backups" / "basics").iterdir())) == 1


def test_an_endless_loop_holds_up_neither_keys_nor_saves(screen, answer):
    answer(LOOP)
    screen.press("l")
    screen.shows("to do", KEYS)
    answer(RIGHT)
    screen.shows("softmax is solved", KEYS)


def test_after_a_time_limit_the_loop_goes_on(screen, answer):
    answer(LOOP)
    screen.shows("It exceeded 0.3 seconds.", KEYS)
    answer(RIGHT)
    screen.shows("softmax is solved", KEYS)


def test_a_half_written_file_gets_its_verdict_when_it_is_whole(screen, answer, softmax):
    answer(RIGHT)
    text = softmax.exercise.read_text()
    softmax.exercise.write_text(text[: len(text) // 2])
    softmax.exercise.write_text(text)
    screen.shows("softmax is solved", KEYS)


def test_an_editor_that_replaces_the_file_is_noticed(screen, answer, softmax):
    answer(RIGHT)
    text = softmax.exercise.read_text()
    screen.shows("softmax is solved", KEYS)
    other = softmax.exercise.with_name("softmax.py.swp")
    other.write_text(text.replace(RIGHT, WRONG))
    os.replace(other, softmax.exercise)
    screen.shows(MISTAKE, KEYS)


def test_a_deleted_file_is_told_and_comes_back(screen, softmax):
    softmax.exercise.unlink()
    screen.shows("is gone", KEYS)
    screen.press("r")
    screen.shows("Press y to reset", KEYS)
    screen.press("y")
    screen.shows("softmax is to do.", KEYS)


def test_a_save_of_another_kata_leads_there(screen, katas):
    other = katas.find("other")
    other.exercise.write_text(other.exercise.read_text() + "    " + RIGHT)
    screen.shows("other is solved", KEYS)
    assert Progress(katas.root).current(katas) == other


@pytest.mark.parametrize(
    "changed",
    [
        ["exercises/basics/other.py", "exercises/basics/third.py"],
        ["exercises/basics/other.py", "exercises/basics/softmax.py"],
        ["exercises/basics/other.py", ".git/refs/stash"],
        ["exercises/basics/other.py", ".git/logs/HEAD"],
        [".git/logs/HEAD"],
    ],
    ids=str,
)
@pytest.mark.parametrize("ticks", [0, 1, 15], ids="{} ticks apart".format)
def test_files_that_change_together_lead_nowhere(katas, changed, ticks):
    """As after `git checkout`, which is no work on any of them."""
    for name in (".git/refs", ".git/logs"):
        (katas.root / name).mkdir(parents=True)
    verdicts = Verdicts()
    watch = Watch(katas, Progress(katas.root), verdicts, Console(file=io.StringIO()))
    for name in changed:
        (katas.root / name).write_text("# another branch\n")
        for _ in range(ticks):
            watch._look()
    for _ in range(100):
        watch._look()
    assert verdicts.runs == ["basics/softmax"] * ("exercises/basics/softmax.py" in changed)


def test_a_newcomer_is_told_what_to_do(start):
    start(text="Open exercises/basics/softmax.py in your editor.")


def test_a_hint_can_be_read_again_without_the_next_one(screen):
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.press("l")
    screen.shows("basics", KEYS)
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.press("h")
    screen.shows("Hint 2 of 3", KEYS)


def test_typing_a_part_of_a_name_goes_to_a_kata_and_b_leads_back(screen):
    screen.press("g")
    screen.shows("Go to:")
    for key in "q\x7fthi":  # Here q is a letter like others.
        screen.press(key)
    screen.shows("Go to: thi", "third")
    screen.press("\r")
    screen.shows("basics/third", "third is to do")
    screen.press("b")
    screen.shows("basics/softmax", "softmax is to do")


def test_escape_leaves_the_search(screen):
    screen.press("g")
    screen.shows("Go to:")
    screen.press("\x1b")
    screen.shows("softmax is to do", KEYS)


def test_a_solved_kata_ends_with_a_question_and_its_answer_and_the_next_kata(screen, answer):
    answer(RIGHT)
    screen.shows("An interviewer would go on:", "n goes on to other")
    screen.press("a")
    screen.shows("softmax", KEYS)


def test_the_topics_page_is_one_key_away(screen, checkout):
    (checkout / "exercises" / "basics" / "README.md").write_text("# The basics\n")
    screen.press("t")
    screen.shows("The basics", KEYS)


@pytest.mark.parametrize("reads", [False, True], ids=["watching", "reading a hint"])
def test_a_training_shows_how_far_it_is_unless_something_is_read(start, answer, reads):
    verdicts = Verdicts()
    terminal = start(verdicts)
    answer("return train(x)")
    terminal.shows("25% trained, loss 1.5", "s left")
    if reads:
        terminal.press("h")
        terminal.shows("Hint 1 of 3", KEYS)
    verdicts.may_go_on.set()
    if reads:  # What is read stays until a key is pressed.
        terminal.shows("Hint 1 of 3", "Enter verdict  " + KEYS)
        terminal.press("\r")
    terminal.shows(MISTAKE, KEYS)
    assert ("75% trained" in terminal.text) is not reads


def test_what_is_shown_fits_a_terminal_of_another_size(screen):
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.console.width = 70
    screen.shows("Hint 1 of 3", KEYS)


@pytest.fixture
def drawings(monkeypatch):
    """The pictures that were asked for; each shows how many there have been."""
    drawn = []

    def show(kata, runner, cancelled):
        drawn.append(kata.name)
        return Shown(kata, f"Picture {len(drawn)} of {kata.name}.", kata.root / "picture.png")

    monkeypatch.setattr(request, "show", show)
    return drawn


def test_p_draws_on_every_save_until_it_is_pressed_again(screen, answer, drawings):
    answer(WRONG)
    screen.shows(MISTAKE, "p picture")
    screen.press("p")
    screen.shows("Picture 1 of softmax.", "picture.png")
    answer(RIGHT)
    screen.shows("softmax is solved", "Picture 2 of softmax.")
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.press("x")
    screen.shows("Picture 2 of softmax.", KEYS)
    screen.press("p")
    screen.shows("softmax is solved", KEYS)
    answer(WRONG)
    screen.shows(MISTAKE, KEYS)
    assert drawings == ["softmax", "softmax"]


def test_a_kata_without_a_picture_has_none_drawn(screen, drawings):
    screen.press("p")
    screen.shows("Picture 1 of softmax.")
    screen.press("n")
    screen.shows("other is to do", KEYS)
    assert drawings == ["softmax"]


# --- In a process of its own ------------------------------------------------------------------


@needs_pexpect
def test_a_save_at_a_real_terminal_and_a_kill_leave_a_readable_record(
    really, answer, checkout, softmax
):
    screen = really()
    screen.shows("softmax is to do.", KEYS)
    answer(conftest.WRONG)
    screen.shows("exp overflows for large scores.", KEYS)
    screen.process.kill(signal.SIGKILL)
    assert Progress(checkout)[softmax].attempts == 1


@needs_pexpect
def test_after_ctrl_z_and_fg_keys_still_need_no_enter(really):
    import termios  # Not on Windows.

    screen = really()
    screen.shows("Running", KEYS)
    descriptor = screen.process.child_fd
    as_the_shell_has_it = termios.tcgetattr(descriptor)
    as_the_shell_has_it[3] |= termios.ICANON | termios.ECHO
    screen.process.kill(signal.SIGSTOP)
    termios.tcsetattr(descriptor, termios.TCSANOW, as_the_shell_has_it)
    screen.process.kill(signal.SIGCONT)
    screen.press("h")
    screen.shows("Hint 1 of 3", KEYS)
    screen.process.sendintr()
    assert screen.ends() == 0


@needs_pexpect
@pytest.mark.parametrize(
    ("command", "begun"), [([], "q quit"), (["verify"], "decoys")], ids=["watch", "verify"]
)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0, 5.0])
def test_ctrl_c_while_getting_ready_or_running_leaves_no_traceback(really, command, begun, seconds):
    screen = really(*command)
    screen.shows(begun)
    time.sleep(seconds)
    screen.process.sendintr()
    screen.ends()
    assert "Traceback" not in screen.process.before
    assert "KeyboardInterrupt" not in screen.process.before
