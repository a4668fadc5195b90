"""Draws docs/failure.svg, the README's picture, from a real run of `kata`.

    python docs/picture.py

A wrong softmax is put into a copy of this checkout, its tests are run, and what the terminal shows
is written as an SVG. A test of the tool runs this too and compares.
"""

import io
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kata import catalog, render, stubs
from kata.progress import Progress
from kata.runner import Runner

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "failure.svg"

ANSWER = """\
    scores = np.exp(x)
    return scores / scores.sum(axis=axis, keepdims=True)
"""


def draw() -> str:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "checkout")
        ignored = shutil.ignore_patterns(".*", "docs", "data", "__pycache__")
        shutil.copytree(ROOT, root, ignore=ignored)
        katas = catalog.load(root)
        for kata in katas.katas:
            kata.exercise.write_text(stubs.handed_out(kata), encoding="utf-8")
        softmax = katas.find("softmax")
        stub = stubs.handed_out(softmax)
        hole = stub.index("    raise NotImplementedError")
        softmax.exercise.write_text(stub[:hole] + ANSWER, encoding="utf-8")
        with Runner(katas) as runner:
            verdict = runner.run(softmax)
        console = Console(record=True, width=96, height=40, file=io.StringIO(), force_terminal=True)
        console.print(Text("$ kata\n"))
        keys = render.usual_keys(
            len(verdict.failures),
            been_elsewhere=False,
            has_picture=softmax.picture.is_file(),
            has_solution=softmax.solution.is_file(),
        )
        body = render.verdict(verdict)
        console.print(render.screen(katas, Progress(root), softmax, body, keys))
    return console.export_svg(title="exercises/basics/softmax.py saved", unique_id="failure")


def main() -> None:
    PICTURE.write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
