"""What can be seen in a picture, in numbers and words, so that two pictures can be compared.

A file's bytes change with the library that draws it, and the last digits with the machine.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Facts = list[dict[str, Any]]

# Two pictures look different if something has moved by this share of its panel.
VISIBLE = 0.02


def facts(figure: Figure, most: int | None = None) -> Facts:
    """What each panel shows; of its curves and pictures, no more than `most` places."""
    return [_of_panel(panel, most) for panel in figure.axes]


def difference(one: Facts, other: Facts) -> float:
    """How far apart two pictures are: the largest distance in a panel, from 0 to 1.

    1 stands for other words, other panels, or something that is there in one of the two alone.
    """
    if len(one) != len(other):
        return 1.0
    return max((_between(a, b) for a, b in zip(one, other, strict=True)), default=0.0)


def _of_panel(panel: Axes, most: int | None) -> dict[str, Any]:
    spans = [
        abs(float(np.diff(_scaled(axis, axis.get_view_interval()))[0])) for axis in _axes(panel)
    ]
    bars = [[bar.get_height() for bar in container] for container in panel.containers]
    return {
        "words": [text.get_text() for text in (panel.title, *panel.texts)],
        "curves": [
            [
                [_sampled(_scaled(axis, values), most), span]
                for axis, values, span in zip(_axes(panel), line.get_data(), spans, strict=True)
            ]
            for line in panel.lines
        ],
        "bars": [[[_sampled(heights, most), spans[1]]] for heights in bars],
        "shades": [
            [[_sampled(image.get_array(), most), float(np.ptp(image.get_clim()))]]
            for image in panel.images
        ],
    }


def _axes(panel: Axes) -> tuple[Any, Any]:
    return panel.xaxis, panel.yaxis


def _scaled(axis: Any, values: Any) -> np.ndarray:
    """Values as the axis places them: their logarithms, where it is logarithmic."""
    numbers = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        return np.asarray(np.log10(numbers) if axis.get_scale() == "log" else numbers)


def _sampled(values: Any, most: int | None) -> Any:
    flat = np.ma.filled(np.ma.asarray(values, np.float64), np.nan).ravel()
    if most is None:
        return flat
    if len(flat) > most:
        flat = flat[np.linspace(0, len(flat) - 1, most).astype(int)]
    return [float(f"{value:.4g}") for value in flat]


def _between(one: dict[str, Any], other: dict[str, Any]) -> float:
    if one["words"] != other["words"]:
        return 1.0
    worst = 0.0
    for kind in ("curves", "bars", "shades"):
        if len(one[kind]) != len(other[kind]):
            return 1.0
        for a, b in zip(one[kind], other[kind], strict=True):
            for (values, span), (others, _) in zip(a, b, strict=True):
                worst = max(worst, _distance(values, others, span))
    return worst


def _distance(values: Any, others: Any, span: float) -> float:
    x, y = np.array(values), np.array(others)
    if x.shape != y.shape:
        return 1.0
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    with np.errstate(all="ignore"):
        apart = np.where(same, 0.0, np.abs(x - y) / (span or 1.0))
    return float(np.nan_to_num(np.minimum(apart, 1.0), nan=1.0).max(initial=0.0))
