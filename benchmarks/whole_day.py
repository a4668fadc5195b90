"""Whether a learner loses anything in a day of work that is interrupted again and again.

    python benchmarks/whole_day.py [EVENTS] [SEED]

Plays EVENTS (300) random events at `kata`, on a pseudo-terminal in a clone: saves, right and wrong,
keys, Ctrl-C, Ctrl-Z, windows of other sizes, commands, stashes, pulls of newer versions with and
without conflicts, and one time in four a SIGKILL in the middle. After each, no traceback has been
shown, each file is as the learner left it, what a screen called solved is on record, and `kata`
opens at the kata where it was left.
"""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect
from told import numbers_told

from kata import catalog
from kata.catalog import Kata

ROOT = Path(__file__).resolve().parents[1]
KATA = [sys.executable, "-m", "kata"]
TITLE = re.compile(r"^(\w+/\w+), (?:easy|medium|hard)", re.MULTILINE)
SOLVED = re.compile(r"^✓ (\w+) is solved", re.MULTILINE)
KEYS = "hsflvtbnpa"
SIZES = [(24, 80), (20, 60), (40, 120)]
WRONG = {
    "an error": "raise RuntimeError('not yet')\n",
    "half a file": "def (",
    "a loop without end": "while True:\n    pass\n",
    "an exit": "import os\nos._exit(3)\n",
}


class LostError(Exception):
    """Something was lost, or a traceback shown."""


class Day:
    """A clone with a learner at work in it, and the repository that it was cloned from."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.origin, self.root, self.draw = folder / "origin", folder / "clone", draw
        self._git(folder, "clone", "-q", str(ROOT), str(self.origin))
        self._git(folder, "clone", "-q", str(self.origin), str(self.root))
        self.katas = catalog.load(self.root)
        cheap = [kata for kata in self.katas.katas if kata.topic in ("basics", "optimization")]
        self.chosen = draw.sample(cheap, 12)
        self.files = {kata.id: kata.exercise.read_text() for kata in self.katas.katas}
        self.solved: set[str] = set()
        self.place = ""
        self.screen: pexpect.spawn | None = None
        self.log = ""
        self.pulls = 0

    # --- The terminal ---

    def open(self) -> None:
        self.screen = pexpect.spawn(
            KATA[0], KATA[1:], cwd=str(self.root), dimensions=SIZES[0], encoding="utf-8"
        )
        self.log = ""
        if not self._shows(TITLE, 60):
            raise LostError(f"nothing is shown: {self.log[-2000:]!r}")
        opened = TITLE.search(self._text())[1]
        if self.place and opened != self.place:
            raise LostError(f"it was left at {self.place}, and opens at {opened}")

    def close(self) -> None:
        self.look(0)
        if self.screen:
            self.screen.kill(signal.SIGKILL)
            self.screen.close()
        self.screen = None

    def look(self, seconds: float) -> None:
        """Read what is shown in this time; note where the learner is and what is solved."""
        end = time.monotonic() + seconds
        while self.screen:
            try:
                self.log += self.screen.read_nonblocking(1 << 16, 0.05)
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF:
                break
            for screen in self.log.split("\x1b[2J")[1:]:
                self._note(plain(screen))
            self.log = "\x1b[2J" + self.log.rpartition("\x1b[2J")[2]
            if time.monotonic() > end:
                break

    def _note(self, screen: str) -> None:
        if "Traceback" in screen:
            raise LostError(f"a traceback: {screen}")
        if title := TITLE.search(screen):
            self.place = title[1]
        if title and (name := SOLVED.search(screen)):
            self.solved.add(title[1].partition("/")[0] + "/" + name[1])

    def _shows(self, pattern: re.Pattern[str], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not pattern.search(self._text()):
            self.look(0.1)
        return bool(pattern.search(self._text()))

    def _text(self) -> str:
        return plain(self.log.rpartition("\x1b[2J")[2])

    # --- Events ---

    def save(self) -> None:
        kata = self._kata() if self.draw.random() < 0.7 else self.draw.choice(self.chosen)
        right = kata.solution.read_text()
        texts = {kind: right + ending for kind, ending in WRONG.items()}
        texts |= {"right": right, "as before": self.files[kata.id]}
        kind = self.draw.choice(["right", *texts])
        self._write(kata, texts[kind])
        if kind == "right" and self.draw.random() < 0.7:
            self._shows(SOLVED, 5)

    def press(self) -> None:
        for key in self.draw.choices(KEYS, k=self.draw.randint(1, 4)):
            self._send(key)

    def go(self) -> None:
        kata = self.draw.choice(self.chosen)
        self._send("g")
        self._send(kata.name)
        self._send("\r")

    def reset(self) -> None:
        """Put the stub back, and find the file among the copies."""
        kata, before = self._kata(), self._kata().exercise.read_text()
        self._send("r")
        if not self._shows(re.compile("Press y to reset"), 10):
            return
        self._send("y")
        end = time.monotonic() + 10
        while kata.exercise.read_text() == before and time.monotonic() < end:
            self.look(0.1)
        self.files[kata.id] = after = kata.exercise.read_text()
        copies = (self.root / ".kata" / "backups").rglob(f"*{kata.name}*")
        if after != before and before not in [copy.read_text() for copy in copies]:
            raise LostError(f"a reset of {kata.id} kept no copy")
        self.look(1)
        self.solved.discard(kata.id)

    def stop_and_go_on(self) -> None:
        if self.screen:
            self.screen.kill(signal.SIGSTOP)
            self.screen.kill(signal.SIGCONT)

    def resize(self) -> None:
        if self.screen:
            self.screen.setwinsize(*self.draw.choice(SIZES))

    def leave(self) -> None:
        self._send(self.draw.choice("q\x03"))
        self.look(1)
        self.close()

    def command(self) -> None:
        name = self.draw.choice(self.chosen).name
        self.run(*self.draw.choice([["list"], ["hint", name], ["test", name], ["share"], ["test"]]))

    def quiz(self) -> None:
        """Begin a quiz or an interview, and kill it."""
        self.close()
        words = self.draw.choice([["quiz"], ["interview", "--minutes", "30"]])
        screen = pexpect.spawn(
            KATA[0], [*KATA[1:], *words], cwd=str(self.root), encoding="utf-8", timeout=1
        )
        shown = ""
        for key in ["", *self.draw.choices("1234\r ", k=self.draw.randint(0, 6))]:
            screen.send(key)
            try:
                shown += screen.read_nonblocking(1 << 16, self.draw.random() * 3)
            except (pexpect.TIMEOUT, pexpect.EOF):
                break
        if "Traceback" in shown:
            raise LostError(shown)
        screen.kill(signal.SIGKILL)
        screen.close()

    def stash(self) -> None:
        """What git does to many files at once moves nobody."""
        place, self.place = self.place, ""
        changed = self._git(self.root, "stash").returncode == 0
        self.look(1)
        if changed:
            self._git(self.root, "stash", "pop")
        self.look(1)
        self.place = place if self.screen is None else self.place
        if place and self.place and self.place != place:
            raise LostError(f"a stash moved the learner from {place} to {self.place}")
        self.place = place

    def pull(self) -> None:
        """Publish another docstring of a kata, and pull it, with the answers committed."""
        self.pulls += 1
        kata = self.draw.choice(self.chosen)
        words = f"News {self.pulls}: "
        for tree in ("exercises", "solutions"):
            file = self.origin / tree / f"{kata.id}.py"
            text = file.read_text()
            file.write_text(re.sub(r'    """', f'    """{words}', text, count=1))
        self._git(self.origin, "commit", "-qam", "News")
        self._git(self.root, "add", "exercises")
        self._git(self.root, "commit", "-qm", "My answers")
        pulled = self._git(self.root, "pull", "-q", "--no-rebase")
        for other in self.katas.katas:
            text = other.exercise.read_text()
            if other.id != kata.id and text != self.files[other.id]:
                raise LostError(f"a pull of {kata.id} changed {other.id}")
        if pulled.returncode:
            self.look(2)
            if "<<<<<<<" not in kata.exercise.read_text():
                raise LostError(f"a pull fails: {pulled.stderr}")
            told = self.run("test", kata.name)
            if "git" not in told:
                raise LostError(f"of the marks of a conflict, kata test says {told}")
            self._git(self.root, "checkout", "--ours", f"exercises/{kata.id}.py")
            self._git(self.root, "commit", "-qam", "Keep mine")
        self.files[kata.id] = kata.exercise.read_text()

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [*KATA, *words], cwd=self.root, capture_output=True, text=True, timeout=120
        )
        told = done.stdout + done.stderr
        if "Traceback" in told:
            raise LostError(f"kata {' '.join(words)}: {told}")
        return told

    # --- What must hold ---

    def check(self) -> None:
        for kata in self.katas.katas:
            if kata.exercise.read_text() != self.files[kata.id]:
                raise LostError(f"{kata.id} is not what the learner wrote")
        record = self.root / ".kata" / "progress.json"
        known = json.loads(record.read_text())["katas"] if record.is_file() else {}
        missing = [name for name in self.solved if not known.get(name, {}).get("solved")]
        if missing:
            raise LostError(f"shown as solved, and not on record: {missing}")

    def _kata(self) -> Kata:
        return self.katas.find(self.place) if self.place else self.chosen[0]

    def _write(self, kata: Kata, text: str) -> None:
        kata.exercise.write_text(text)
        self.files[kata.id] = text

    def _send(self, key: str) -> None:
        if self.screen and self.screen.isalive():
            self.screen.send(key)

    @staticmethod
    def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=A Learner", "-c", "user.email=learner@example.com"]
        return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True)


def plain(shown: str) -> str:
    """What is shown, without escape codes."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x1b\x07]*(?:\x1b\\|\x07)", "", shown)
    return text.replace("\r\n", "\n")


EVENTS = {
    Day.save: 10,
    Day.press: 6,
    Day.go: 4,
    Day.reset: 1,
    Day.stop_and_go_on: 1,
    Day.resize: 2,
    Day.leave: 1,
    Day.command: 2,
    Day.quiz: 1,
    Day.stash: 1,
    Day.pull: 1,
}


def main() -> None:
    count, seed = numbers_told(str(__doc__), count=300, seed=0)
    draw, folder = random.Random(seed), Path(tempfile.mkdtemp(prefix="whole-day-"))
    day, kills = Day(folder, draw), 0
    try:
        for number in range(count):
            if day.screen is None or not day.screen.isalive():
                day.close()
                day.open()
            event = draw.choices(list(EVENTS), list(EVENTS.values()))[0]
            print(f"{number} at {day.place}: {event.__name__}", flush=True)
            event(day)
            day.look(draw.random() * 2)
            if draw.random() < 0.25:
                kills += 1
                day.close()
            day.check()
    except LostError as problem:
        sys.exit(f"{problem}\nin {folder}")
    finally:
        if day.screen:
            day.screen.kill(signal.SIGKILL)
    shutil.rmtree(folder)
    print(f"{count} events, {kills} kills, {day.pulls} pulls: nothing was lost")


if __name__ == "__main__":
    main()
