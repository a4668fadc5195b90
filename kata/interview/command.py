"""`kata interview`: hold one, resume or close the open one, report."""

import contextlib
import itertools
import sys
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from kata import hints, keys, store, stubs
from kata.catalog import INTERVIEW, Catalog, Kata, KataError
from kata.comparison import Comparison
from kata.fitting import Screen
from kata.interview import feedback, growth, stages
from kata.interview.asking import ask, wait_for_enter
from kata.interview.clock import Clock, day, minutes_and_seconds
from kata.interview.coding import Coding, Setting
from kata.interview.deck import Deck
from kata.interview.plan import Plan, Wish, plan
from kata.interview.sessions import EDGES, PLAN, Challenge, FollowUp, Interview, Interviews
from kata.progress import Progress
from kata.runner import Runner


def history(katas: Catalog) -> RenderableType:
    ended = Interviews(katas.root).ended()
    if not ended:
        return Text("No finished interviews yet. Start one with `kata interview`.")
    return feedback.history(ended)


def hold(
    katas: Catalog, progress: Progress, wish: Wish, runner: Runner, console: Console, clock: Clock
) -> None:
    """Hold an interview, or go on with the one that is open; whatever ends it, it is kept."""
    with conversation(katas, "interview"):
        try:
            _Host(katas, progress, runner, console, clock).run(wish)
        except _LeftError:
            console.print(Text(f"\n{_leaving(katas)}"), soft_wrap=True)
        except (EOFError, KeyboardInterrupt):
            console.print(Text(f"\n{_leaving(katas)}"), soft_wrap=True)
            sys.exit(130)


@contextlib.contextmanager
def conversation(katas: Catalog, command: str) -> Iterator[None]:
    """One at a time, and only with someone there; a full disk, say, is told in one sentence."""
    if not keys.has_terminal():
        raise KataError(f"`kata {command}` is interactive: run it in a terminal.")
    with Interviews(katas.root).alone():
        try:
            yield
        except OSError as error:
            raise KataError(f"{error}. Everything up to then is saved.") from error


def _leaving(katas: Catalog) -> str:
    interview = Interviews(katas.root).open()
    if interview is None:
        return "No interview was started."
    left = _what_is_left(interview)
    return f"Saved, with {left}. `kata interview` resumes or closes it."


def _what_is_left(interview: Interview) -> str:
    if interview.finished == interview.challenges:
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

    def __init__(
        self, katas: Catalog, progress: Progress, runner: Runner, console: Console, clock: Clock
    ) -> None:
        self._katas = katas
        self._progress = progress
        self._runner = runner
        self._console = console
        self._clock = clock
        self._interviews = Interviews(katas.root)
        self._deck = Deck(katas.root)  # Where it cannot be read, better known before an interview.

    def run(self, wish: Wish) -> None:
        """Go on with the interview that is open, or hold a new one.

        Raises _LeftError where the learner leaves before its end; what was done is kept.
        """
        interview = self._interviews.open()
        if interview is None:
            now = self._clock.now()
            self._hold(self._begin(plan(self._katas, self._progress, wish, now)))
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
        challenges = [
            Challenge(kata.id, limit, stages=stages.to_come(kata)) for kata, limit in pairs
        ]
        return self._interviews.begin(
            plan.seed, self._clock.now(), challenges, plan.strict, shared=plan.shared
        )

    def _resumes(self, interview: Interview) -> bool:
        """Ask whether to go on with it (True) or close it."""
        done = len(interview.finished)
        began = f"{day(interview.began)}, {interview.began.astimezone():%H:%M}"
        written = f"{done} of {len(interview.challenges)} written"
        text = f"The interview of {began} is still open: {written}, {_what_is_left(interview)}."
        self._console.print(Text(text))
        self._console.print(Text("r resume it   c close it as it is   q leave"))
        key = keys.wait_for("rcq")
        if key == "q":
            raise _LeftError
        return key == "r"

    def _hold(self, interview: Interview) -> None:
        if any(one.kata not in self._katas.by_id for one in interview.challenges):
            raise KataError(
                "A kata of this interview no longer exists: close the interview instead."
            )
        for number, challenge in enumerate(interview.challenges, 1):
            kata = self._katas.by_id[challenge.kata]
            title = f"{number} of {len(interview.challenges)}"
            if not challenge.over:
                self._plan(interview, kata, challenge, title)
                if not self._code(interview, kata, challenge, title):
                    raise _LeftError
            self._credit(interview, kata, challenge)
            self._keep(interview, kata)
            self._talk(interview, kata, challenge)
        self._end(interview)

    def _plan(self, interview: Interview, kata: Kata, challenge: Challenge, title: str) -> None:
        """Ask for the plan and the edge cases before the code, on the same clock."""
        file = kata.file_in(INTERVIEW)
        if not file.is_file():
            store.write(file, stubs.handed_out(kata) + self._what_is_there(interview, kata))
        for stage in challenge.stages:
            if challenge.planned or stage.said or stage.question not in (PLAN, EDGES):
                continue
            left = minutes_and_seconds(challenge.limit - challenge.spent)
            began = self._clock.seconds()
            try:
                heading = f"{title}: {kata.title}, {left} left"
                stages.ask_before(self._console, kata, heading, stage)
            finally:
                spent = challenge.spent + self._clock.seconds() - began
                challenge.spent = min(spent, challenge.limit)
                interview.save()
        challenge.planned = True

    def _what_is_there(self, interview: Interview, kata: Kata) -> str:
        """What stands below the stub of a staged task: all that was to be written before it."""
        if not interview.shared:
            return ""
        before = itertools.takewhile(lambda one: one.kata != kata.id, interview.challenges)
        parts = [
            growth.part(self._katas.by_id[one.kata], feedback.written(interview, one), one.is_right)
            for one in before
            if one.kata in self._katas.by_id
        ]
        return "".join(parts)

    def _code(self, interview: Interview, kata: Kata, challenge: Challenge, title: str) -> bool:
        """Have one kata written; False where the learner leaves."""
        setting = Setting(
            title,
            other_trees(self._katas, kata),
            interview.strict,
            interview.save,
            self._progress.mistook,
        )
        return Coding(kata, challenge, setting, self._runner, self._console, self._clock).run()

    def _credit(self, interview: Interview, kata: Kata, challenge: Challenge) -> None:
        """What was solved counts as solved; shared time that is left goes to the next kata."""
        if challenge.is_right:
            self._progress.ran(kata, solved=True)
        interview.hand_on_time()
        interview.save()

    def _keep(self, interview: Interview, kata: Kata) -> None:
        """Move what was written into the interview's folder, unless it is there already."""
        file = kata.file_in(INTERVIEW)
        kept = interview.folder / f"{kata.id}.py"
        if not file.is_file() or kept.exists():
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        added = self._what_is_there(interview, kata).encode()
        store.write_whole(file, file.read_bytes().removesuffix(added))
        file.replace(kept)
        for folder in (file.parent, file.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()

    def _talk(self, interview: Interview, kata: Kata, challenge: Challenge) -> None:
        """Go through what is not marked yet: plan, edge cases, cost, and follow-up questions."""
        questions = {question.text: question.answer for question in hints.questions(kata)}
        challenge.follow_ups = challenge.follow_ups or [FollowUp(text) for text in questions]
        if all(entry.mark for entry in (*challenge.stages, *challenge.follow_ups)):
            return
        wait_for_enter(self._console, f"the questions on {kata.name}; they are not timed")
        for stage in challenge.stages:
            if not stage.mark:
                stages.review(self._console, kata, stage)
                interview.save()
        for number, entry in enumerate(challenge.follow_ups, 1):
            if not entry.mark:
                heading = f"Follow-up {number} of {len(challenge.follow_ups)} on {kata.name}"
                answer = questions.get(entry.question, "")
                entry.said, entry.mark = ask(self._console, heading, entry.question, answer)
                interview.save()
        self._compare(interview, kata, challenge)

    def _compare(self, interview: Interview, kata: Kata, challenge: Challenge) -> None:
        """Show the solution beside what was written, until the learner goes on."""
        if not kata.solution.is_file():
            return
        if not challenge.is_right:
            self._progress.saw_solution(kata)
        heading = Text(f"Your {kata.name} and the solution", style="bold")
        both = Comparison(kata, feedback.written(interview, challenge), context=3)

        def foot(more: bool) -> Text:
            return Text(f"{'v more   ' if more else ''}Enter go on", style="bold")

        page, key = 0, "v"
        while key == "v":
            self._console.clear()
            self._console.print(Screen(heading, both, foot, page))
            page, key = page + 1, keys.wait_for("v\r\n")

    def _end(self, interview: Interview) -> None:
        """Write the report, schedule what comes back, and close the interview."""
        for challenge in interview.challenges:
            if challenge.kata in self._katas.by_id:
                kata = self._katas.by_id[challenge.kata]
                self._credit(interview, kata, challenge)
                self._keep(interview, kata)
        page = feedback.page(self._katas, interview, self._interviews.ended())
        store.write(interview.report, page)
        now = self._clock.now()
        self._deck.take(interview, now)
        interview.ended = now
        interview.save()
        self._console.clear()
        self._console.print(feedback.summary(self._katas, interview))
