"""What lies in `data/`, as pictures want it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[1] / "data"


def load(name: str) -> Any:
    """The arrays of an archive by name, the values of a JSON file, or the words of a text."""
    file = FOLDER / name
    if file.suffix == ".npz":
        with np.load(file) as arrays:
            return dict(arrays)
    text = file.read_text(encoding="utf-8")
    return json.loads(text) if file.suffix == ".json" else text.split()


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The handwritten digits in a random order, ink from 0 to 1, (n, 8, 8), and their classes."""
    arrays = load("digits.npz")
    order = np.random.default_rng(0).permutation(len(arrays["labels"]))
    return arrays["images"][order] / 16, arrays["labels"][order].astype(np.int64)


def photograph() -> np.ndarray:
    """A grey photograph, from 0 to 1, (128, 128)."""
    return load("camera.npz")["picture"] / 255
