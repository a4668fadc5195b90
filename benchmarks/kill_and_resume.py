"""Whether a class can be graded by a run that is killed again and again.

    python benchmarks/kill_and_resume.py [RUNS] [SEED]

Grades a small class undisturbed. Then, RUNS times (50), grades it anew, kills the run with SIGKILL
at a moment drawn at random (in turn the main process, and all of its process group), waits until
nothing that it started is left, and lets the same command go on. It has to end with the marks of
the undisturbed run. Needs Linux.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from told import numbers_told

from kata import catalog, stubs
from kata.tests.grade.support import found_in

ROOT = Path(__file__).resolve().parent.parent
KATAS = ("softmax", "relu", "linear")
# Whatever a killed run left has to end soon; what is still there then would stay.
PATIENCE = 60.0


def main() -> None:
    runs, seed = numbers_told(str(__doc__), runs=50, seed=random.randrange(10**6))
    draw = random.Random(seed)
    print(f"{runs} runs, seed {seed}", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="kill-and-resume-") as folder:
        roster = write_class(Path(folder, "class"))
        start = time.perf_counter()
        subprocess.run(command(roster, Path(folder, "whole")), env=environment(folder), check=True)
        usual = time.perf_counter() - start
        expected = marks_in(Path(folder, "whole"))
        print(f"undisturbed: {usual:.1f} s", flush=True)
        for number in range(runs):
            problem = kill_and_resume(
                roster, Path(folder, str(number)), draw.uniform(0, usual), number % 2 == 1, expected
            )
            wrong += bool(problem)
            print(f"run {number}: {problem or 'as undisturbed'}", flush=True)
    print(f"{wrong} of {runs} runs went wrong")
    sys.exit(1 if wrong else 0)


def kill_and_resume(
    roster: Path, folder: Path, seconds: float, whole_group: bool, expected: dict[str, Any]
) -> str:
    """Gives what was wrong in the end."""
    folder.mkdir()
    marks = folder / "marks"
    run = subprocess.Popen(
        command(roster, marks),
        env=environment(str(folder)),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    if whole_group:
        os.killpg(run.pid, signal.SIGKILL)
    else:
        run.kill()
    run.wait()
    left = wait_for_end_of_all(str(folder))
    done = len(list((marks / "submissions").glob("*.json")))
    print(f"  killed after {seconds:.1f} s, {done} begun; the last process ended {left}")
    resumed = subprocess.run(
        command(roster, marks), env=environment(str(folder)), capture_output=True, text=True
    )
    if resumed.returncode:
        return f"exit code {resumed.returncode}: {resumed.stderr}"
    if marks_in(marks) != expected:
        return "the marks are others"
    return "" if left != "never" else "processes live on"


def command(roster: Path, marks: Path) -> list[str]:
    grade = [sys.executable, "-m", "kata", "grade", "--class", str(roster), *KATAS]
    return [*grade, "--output", str(marks)]


def environment(mark: str) -> dict[str, str]:
    """Marks all processes of a run by a path: in their environment or command line."""
    return os.environ | {"TMPDIR": mark, "PYTHONPATH": f"{ROOT}:{mark}"}


def wait_for_end_of_all(mark: str) -> str:
    start = time.monotonic()
    while time.monotonic() < start + PATIENCE:
        if not processes_with(mark):
            return f"{time.monotonic() - start:.1f} s later"
        time.sleep(0.05)
    print(*processes_with(mark), sep="\n")
    return "never"


def processes_with(mark: str) -> list[str]:
    """The processes with this text in their environment or command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        texts = []
        for name in ("cmdline", "environ"):
            try:
                texts.append((process / name).read_bytes().replace(b"\0", b" ").decode("latin-1"))
            except OSError:  # It has ended, or is another user's.
                texts.append("")
        if any(mark in text for text in texts):
            found.append(f"{process.name} {texts[0]}")
    return found


def marks_in(folder: Path) -> dict[str, Any]:
    """All that a run found out, without the times."""
    texts = {name: (folder / name).read_text() for name in ("marks.csv", "report.md")}
    return texts | found_in(folder)


def write_class(roster: Path) -> Path:
    """Four submissions: right, as handed out, wrong, and one that ends Python."""
    for name in ("right", "stub", "wrong"):
        shutil.copytree(ROOT / "solutions" / "basics", roster / name / "exercises" / "basics")
    for kata in catalog.load(ROOT).of_topic("basics"):
        (roster / "stub" / "exercises" / f"{kata.id}.py").write_text(stubs.handed_out(kata))
    softmax = roster / "wrong" / "exercises" / "basics" / "softmax.py"
    softmax.write_text(softmax.read_text().replace("x - x.max(axis=axis, keepdims=True)", "x"))
    shutil.copytree(roster / "right", roster / "crash")
    crash = "import os\n\n\ndef relu(x):\n    os._exit(0)\n"
    (roster / "crash" / "exercises" / "basics" / "relu.py").write_text(crash)
    return roster


if __name__ == "__main__":
    main()
