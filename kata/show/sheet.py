"""A sheet with the learner's picture above the reference's, on the same scales."""

import math
import textwrap
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text

_STYLE: dict[Any, Any] = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
_DPI = 130
_TITLE_INCHES = 0.3
_TITLE_WIDTH = 100  # letters


# How all pictures look.
style = partial(mpl.rc_context, _STYLE)


def alone(script: ModuleType, answer: Any) -> Figure:
    """The picture of one answer, as the topics' pages show the solution's."""
    with style():
        figure = Figure(figsize=script.SIZE, layout="constrained")
        script.draw(answer, figure)
    return figure


class Sheet:
    """The parts are drawn one after the other; the learner's may stop half-way."""

    def __init__(self, script: ModuleType, *, has_reference: bool) -> None:
        self._draw = script.draw
        width, height = script.SIZE
        rows = 1 + has_reference
        self._figure = Figure((width, rows * (height + _TITLE_INCHES)), layout="constrained")
        self._yours, *rest = self._figure.subfigures(rows, 1, squeeze=False)[:, 0]
        self._reference: SubFigure | None = next(iter(rest), None)

    def draw_reference(self, answer: Any) -> None:
        if self._reference is not None:
            _entitle(self._reference, "the reference")
            with style():
                self._draw(answer, self._reference)

    def draw_yours(self, answer: Any) -> None:
        """Raises what the answer raises, and what can't be drawn of what it returns."""
        with style():
            self._draw(answer, self._yours)

    def finished(self, remark: str = "") -> Figure:
        """The sheet; a remark says why the learner's part is not whole."""
        _entitle(self._yours, "yours")
        if self._reference is not None:
            panels = _panels(self._yours), _panels(self._reference)
            for own, right in zip(*panels, strict=False):
                _give_same_scales(own, right)
                _mark_other_words(own, right)
            if sum(_lay_over(own, right) for own, right in zip(*panels, strict=False)):
                _entitle(self._yours, "yours (dotted: the reference)")
        if remark:
            _entitle(self._yours, remark, color="firebrick")
        return self._figure

    def save(self, file: Path, remark: str = "") -> None:
        self.finished(remark).savefig(file, dpi=_DPI)


def _panels(figure: SubFigure) -> list[Axes]:
    parts = [panel for part in figure.subfigs for panel in _panels(part)]
    return [*figure.axes, *parts]


def _entitle(figure: SubFigure, title: str, color: str = "black") -> None:
    figure.suptitle(
        textwrap.fill(title, _TITLE_WIDTH),
        x=0.01,
        ha="left",
        weight="bold",
        color=color,
        fontsize=9,
    )


def _give_same_scales(own: Axes, right: Axes) -> None:
    for image, model in zip(own.images, right.images, strict=False):
        image.set_clim(*model.get_clim())
    for axis, other in ((own.xaxis, right.xaxis), (own.yaxis, right.yaxis)):
        is_log = other.get_scale() == "log"
        limits = _common(axis.get_view_interval(), other.get_view_interval(), is_log=is_log)
        axis.set_view_interval(*limits, ignore=True)


def _mark_other_words(own: Axes, right: Axes) -> None:
    """Print in red what the reference does not say in the same place."""
    said = {_place(text): text.get_text() for text in (right.title, *right.texts)}
    for text in (own.title, *own.texts):
        if said.get(_place(text)) != text.get_text():
            text.set_color("firebrick")


def _place(text: Text) -> tuple[float, ...]:
    return tuple(round(float(coordinate), 6) for coordinate in text.get_position())


def _lay_over(own: Axes, right: Axes) -> int:
    """Put the reference's curves over the learner's; gives how many there are."""
    count = 0
    for line in right.lines:
        is_curve = line.get_linestyle() != "None" and np.size(line.get_xdata()) > 1
        if is_curve and line.get_transform() == right.transData:  # Not one across the whole panel.
            own.plot(*line.get_data(), "k:", alpha=0.6, linewidth=1, scalex=False, scaley=False)
            count += 1
    return count


def _common(own: Any, right: Any, *, is_log: bool) -> tuple[float, float]:
    """The reference's limits, widened to show the learner's, though not to more than thrice."""
    if is_log:
        low, high = _common(_log(own), _log(right), is_log=False)
        return 10**low, 10**high
    span = right[1] - right[0]
    low, high = min(right), max(right)
    widest = low - abs(span), high + abs(span)
    ends = max(min(low, *own), widest[0]), min(max(high, *own), widest[1])
    return ends if span > 0 else ends[::-1]


def _log(ends: Any) -> list[float]:
    return [math.log10(max(end, 1e-300)) for end in ends]
