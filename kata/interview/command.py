"""`kata interview`: hold one, resume or close the open one, report."""

import contextlib
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.text import Text

from kata import hints, keys, stubs
from kata.catalog import INTERVIEW, Catalog, Kata, KataError
from kata.interview import report
from kata.interview.asking import ask, wait_for_enter
from kata.interview.clock import Clock, day, minutes_and_seconds
from kata.interview.coding import Coding
from kata.interview.deck import Deck
from kata.interview.plan import Plan, Wish, plan
from kata.interview.sessions import FollowUp, Interview, Interviews, Task, write
from kata.progress import Progress
from kata.runner import Runner


def history(katas: Catalog) -> RenderableType:
    ended = Interviews(katas.root).ended()
    if not ended:
        return Text("No interview has ended yet: kata interview.")
    return report.history(ended)


def hold(katas: Catalog, progress: Progress, wish: Wish, console: Console, clock: Clock) -> None:
    """Hold an interview, or go on with the one that is open; whatever ends it, it is kept."""
    with conversation(katas, "interview"):
        try:
            _Host(katas, console, clock).run(progress, wish)
        except _LeftError:
            console.print(Text(f"\n{_leaving(katas)}"), soft_wrap=True)
        except (EOFError, KeyboardInterrupt):
            console.print(Text(f"\n{_leaving(katas)}"), soft_wrap=True)
            sys.exit(130)


@contextlib.contextmanager
def conversation(katas: Catalog, command: str) -> Iterator[None]:
    """One at a time, and only with someone there; a full disk, say, is told in one sentence."""
    if not keys.has_terminal():
        raise KataError(f"`kata {command}` is a conversation: run it in a terminal.")
    with Interviews(katas.root).alone():
        try:
            yield
        except OSError as error:
            raise KataError(f"{error}. What was done before is kept.") from error


def _leaving(katas: Catalog) -> str:
    interview = Interviews(katas.root).open()
    if interview is None:
        return "Nothing was begun."
    left = _what_is_left(interview)
    return f"All is kept, with {left}: `kata interview` goes on with it, or closes it."


def _what_is_left(interview: Interview) -> str:
    if all(task.over for task in interview.tasks):
        return "follow-up questions left"
    return f"{minutes_and_seconds(interview.seconds_left)} left"


def other_trees(katas: Catalog, kata: Kata) -> dict[str, str]:
    """Where the other katas lie: a capstone's parts are not what is asked for, so they are right.

    In a repository without solutions they are the learner's.
    """
    tree = "solutions" if katas.has_solutions else "exercises"
    return {other.id: tree for other in katas.katas if other != kata}


class _LeftError(Exception):
    """The learner has left an interview, which stays open."""


class _Host:
    """Holds interviews in a terminal."""

    def __init__(self, katas: Catalog, console: Console, clock: Clock) -> None:
        self._katas = katas
        self._console = console
        self._clock = clock
        self._interviews = Interviews(katas.root)
        self._deck = Deck(katas.root)  # Where it cannot be read, better known before an interview.

    def run(self, progress: Progress, wish: Wish) -> None:
        """Go on with the interview that is open, or hold a new one.

        Raises _LeftError where the learner leaves before its end; what was done is kept.
        """
        interview = self._interviews.open()
        if interview is None:
            self._hold(self._begin(plan(self._katas, progress, wish, self._clock.now())))
        elif self._resumes(interview):
            self._hold(interview)
        else:
            self._end(interview)

    def _begin(self, plan: Plan) -> Interview:
        for kata in plan.katas:
            file = kata.file_in(INTERVIEW)
            if file.is_file():  # Left by another interview, and perhaps written in since.
                stubs.back_up(kata, INTERVIEW)
                file.unlink()
        pairs = zip(plan.katas, plan.limits, strict=True)
        tasks = [Task(kata.id, limit) for kata, limit in pairs]
        return self._interviews.begin(plan.seed, self._clock.now(), tasks)

    def _resumes(self, interview: Interview) -> bool:
        """Ask whether to go on with it (True) or close it."""
        done = sum(task.over for task in interview.tasks)
        began = f"{day(interview.began)}, {interview.began.astimezone():%H:%M}"
        self._console.print(
            Text(
                f"The interview of {began} is open: {done} of {len(interview.tasks)} written, "
                f"{_what_is_left(interview)}."
            )
        )
        self._console.print(Text("r resume it   c close it with what was done   q leave"))
        key = keys.wait_for("rcq")
        if key == "q":
            raise _LeftError
        return key == "r"

    def _hold(self, interview: Interview) -> None:
        katas = _still_there(self._katas, interview.tasks)
        if len(katas) < len(interview.tasks):
            raise KataError("A kata of the open interview is no longer here: close it instead.")
        with Runner(self._katas) as runner:
            for number, (kata, task) in enumerate(zip(katas, interview.tasks, strict=True), 1):
                title = f"{number} of {len(katas)}"
                if not task.over and not self._code(interview, kata, task, title, runner):
                    raise _LeftError
                self._keep(interview, kata)
                self._follow_up(interview, kata, task)
        self._end(interview)

    def _code(
        self, interview: Interview, kata: Kata, task: Task, title: str, runner: Runner
    ) -> bool:
        """Have one kata written; False where the learner leaves."""
        file = kata.file_in(INTERVIEW)
        if not file.is_file():
            stubs.reset(kata, INTERVIEW)
        trees = other_trees(self._katas, kata)
        coding = Coding(
            kata, task, title, trees, runner, self._console, self._clock, interview.save
        )
        return coding.run()

    def _keep(self, interview: Interview, kata: Kata) -> None:
        """Move what was written into the interview's folder, unless it is there already."""
        file = kata.file_in(INTERVIEW)
        kept = interview.folder / f"{kata.id}.py"
        if not file.is_file() or kept.exists():
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        file.replace(kept)
        for folder in (file.parent, file.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()

    def _follow_up(self, interview: Interview, kata: Kata, task: Task) -> None:
        """Ask the follow-up questions that are not marked yet."""
        questions = {question.text: question.answer for question in hints.questions(kata)}
        task.follow_ups = task.follow_ups or [FollowUp(text) for text in questions]
        asked = [entry for entry in task.follow_ups if not entry.mark]
        if not asked:
            return
        what = f"the follow-up questions on {kata.name}; the clock stands still"
        wait_for_enter(self._console, what)
        for number, entry in enumerate(task.follow_ups, 1):
            if not entry.mark:
                heading = f"Follow-up {number} of {len(task.follow_ups)} on {kata.name}"
                answer = questions.get(entry.question, "")
                entry.said, entry.mark = ask(self._console, heading, entry.question, answer)
                interview.save()

    def _end(self, interview: Interview) -> None:
        """Write the report, schedule what comes back, and close the interview."""
        for kata in _still_there(self._katas, interview.tasks):
            self._keep(interview, kata)
        page = report.page(self._katas, interview, self._interviews.ended())
        write(interview.report, page)
        now = self._clock.now()
        self._deck.take(interview, now)
        interview.ended = now
        interview.save()
        self._console.print(Markdown(page))
        file = interview.report.relative_to(self._katas.root)
        self._console.print(Text(f"The report is kept as {file}."), soft_wrap=True)


def _still_there(katas: Catalog, tasks: Sequence[Task]) -> list[Kata]:
    return [katas.by_id[task.kata] for task in tasks if task.kata in katas.by_id]
