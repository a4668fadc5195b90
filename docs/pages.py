"""Draws the pictures of the topics' pages with the solutions, by the scripts in pictures/.

    pip install -e '.[show]' && python -m docs.pages [NAME…]

A test of the tool draws those that take no more than a moment, and compares.
"""

import hashlib
import html
import importlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from docs.solved import KATAS, picture, solution
from kata import target
from kata.show.facts import Facts, facts
from kata.show.sheet import Sheet, alone, style
from pictures import depth, metrics, ravine
from pictures.panels import draw_legend_below

FOLDER = Path(__file__).parent
# Of each curve and each picture, the file records this many places.
RECORDED = 12


@dataclass(frozen=True)
class Page:
    """A picture of a page: what draws it, and the file with its source where that takes long.

    A slow one is not drawn to be compared: its source has to be that with which it was drawn.
    """

    draw: Callable[[], Figure]
    source: Path | None = None

    def digest(self) -> str:
        """That of a slow picture's source; "" for any other."""
        text = self.source.read_text(encoding="utf-8") if self.source else ""
        return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def sized(size: tuple[float, float], draw: Callable[[Any], None]) -> Callable[[], Figure]:
    """What draws a figure of this size, in inches."""

    def drawn() -> Figure:
        with style():
            figure = Figure(size, layout="constrained")
            draw(figure)
        return figure

    return drawn


def of_kata(name: str) -> Page:
    """The picture that `kata show` draws, too."""
    return Page(lambda: alone(picture(name), solution(name)))


def slow(module: str, function: str = "draw", size: tuple[float, float] = (7.5, 2.9)) -> Page:
    def draw(figure: Any) -> None:
        getattr(importlib.import_module(f"docs.{module}"), function)(figure)

    return Page(sized(size, draw), FOLDER / f"{module}.py")


def draw_show() -> Figure:
    """What `kata show adam` draws of a well-known mistake."""
    kata = KATAS.find("adam")
    mistakes = {attempt.name: attempt for attempt in target.attempts_of(kata)}
    wrong = target.solution_copy(kata)
    target.put_in(mistakes[picture("adam").SHOWS])(wrong)
    sheet = Sheet(picture("adam"), has_reference=True)
    sheet.draw_reference(solution("adam"))
    sheet.draw_yours(wrong)
    return sheet.finished()


def draw_activations(figure: Any) -> None:
    """Six activations; each dashed line is the slope."""
    parts = figure.subfigures(2, 2, width_ratios=[2, 1]).flat
    for part, name in zip(parts, ("relu", "sigmoid", "gelu", "tanh"), strict=True):
        picture(name).draw(solution(name), part)


def draw_ravine(figure: Any) -> None:
    names = ("sgd", "momentum", "nesterov", "rmsprop", "adam")
    scripts = {name: picture(name) for name in names}
    ravine.draw_paths(
        figure, {drawn.NAME: drawn.optimizer(solution(name)) for name, drawn in scripts.items()}
    )


def draw_depth(figure: Any) -> None:
    """Six ways to begin."""
    kaiming, xavier = solution("weight_init").kaiming_normal, solution("weight_init").xavier_normal
    networks = {
        "ReLU, twice Kaiming": (lambda *to: 2 * kaiming(*to), depth.RELU),
        "ReLU, Kaiming": (kaiming, depth.RELU),
        "ReLU, Xavier": (xavier, depth.RELU),
        "tanh, Xavier": (xavier, depth.TANH),
        "tanh, orthogonal": (solution("orthogonal_init").orthogonal, depth.TANH),
        "sigmoid, Xavier": (xavier, depth.SIGMOID),
    }
    depth.draw_depth(figure, networks, solution("gradient_flow").gradient_sizes)


def draw_penalties(figure: Any) -> None:
    for part, name in zip(
        figure.subfigures(1, 2), ("l2_regularization", "l1_regularization"), strict=True
    ):
        picture(name).draw(solution(name), part)


def draw_metrics(figure: Any) -> None:
    """ROC, precision against recall with two thresholds, and the reliability of all ten classes."""
    scores, labels, others, their_labels = metrics.eights()
    chosen = solution("choose_threshold").choose_threshold(scores, labels, 1, 9)
    thresholds = {"0.5": 0.5, "chosen by costs": chosen}
    panels = figure.subfigures(1, 3)
    roc, precision = panels[0].subplots(), panels[1].subplots()
    area = solution("roc_auc").roc_auc(others, their_labels)
    metrics.draw_roc(roc, area, thresholds)
    average = solution("average_precision").average_precision(others, their_labels)
    metrics.draw_precision(precision, average, thresholds)
    picture("calibration").draw(solution("calibration"), panels[2])
    draw_legend_below(figure, precision, 3)


def draw_augmentations(figure: Any) -> None:
    """A contact sheet."""
    names = ("flip_and_crop", "cutout", "mixup")
    heights = [picture(name).SIZE[1] for name in names]
    parts = figure.subfigures(len(names), 1, height_ratios=heights)
    for part, name in zip(parts, names, strict=True):
        picture(name).draw(solution(name), part)


def draw_sequences(figure: Any) -> None:
    """What has to wait, what a cache saves, and what positions look like."""
    waiting, cache, positions = figure.subplots(1, 3)
    importlib.import_module("docs.gpt").draw_work(waiting, cache)
    table = solution("sinusoidal_positions").sinusoidal_positions(64, 32)
    picture("sinusoidal_positions").draw_table(positions, table)


PAGES = {
    "show": Page(draw_show),
    "activations": Page(sized((7.5, 4.6), draw_activations)),
    "ravine": Page(sized(ravine.SIZE, draw_ravine)),
    "penalties": Page(sized((7.5, 3.0), draw_penalties)),
    "depth": Page(sized((7.5, 3.4), draw_depth)),
    "feature_maps": of_kata("feature_maps"),
    "vanishing": of_kata("vanishing_through_time"),
    "metrics": Page(sized((7.5, 3.2), draw_metrics)),
    "fits": of_kata("diagnose_fit"),
    "augmentations": Page(sized((7.5, 5.4), draw_augmentations)),
    "attention_reverses": of_kata("attention_reverses"),
    "augmented_digits": of_kata("augmented_digits"),
    "curves": slow("curves", "draw_recorded", (7.5, 5.6)),
    "attention": slow("gpt", "draw_attention"),
    "sequences": Page(sized((7.5, 2.9), draw_sequences), FOLDER / "gpt.py"),
    "tiny_gpt": slow("tiny_gpt", size=(7.5, 2.6)),
    "transfer_names": slow("transfer_names", size=(6.5, 3.2)),
}


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.svg"


def save(name: str) -> None:
    """Write a picture, and in it the numbers that it shows, or the digest of a slow one."""
    page = PAGES[name]
    figure = page.draw()
    record = page.digest() or facts(figure, RECORDED)
    # The same bytes for the same picture.
    with mpl.rc_context({"svg.hashsalt": "katas"}):
        metadata = {"Date": None, "Description": json.dumps(record)}
        figure.savefig(file_of(name), metadata=metadata)


def recorded(name: str) -> Facts | str:
    """What the file says that it shows."""
    text = file_of(name).read_text(encoding="utf-8")
    found = re.search("<dc:description>(.*?)</dc:description>", text, re.DOTALL)
    return json.loads(html.unescape(found[1])) if found else ""


if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        save(name)
        print(file_of(name).relative_to(FOLDER.parent))
