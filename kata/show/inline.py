"""Pictures inside the terminal, where it shows them: by sixels, or in kitty's way.

Blocks of colour, which any terminal can show, would be too coarse for axes and labels.
"""

import importlib.util
import logging
from pathlib import Path

from rich.console import Console

from kata import keys

# The cursor can't go up to a picture that is as high as the terminal.
_ROWS_BELOW = 2


def is_possible() -> bool:
    """Whether the terminal can show pictures, and textual-image is there to send them.

    It is asked, and has a tenth of a second to answer; a later answer stays in its input.
    """
    if not keys.has_terminal() or importlib.util.find_spec("textual_image") is None:
        return False
    from textual_image import renderable

    # It warns of terminals that do not tell the size of their letters.
    logging.getLogger("textual_image").addHandler(logging.NullHandler())
    return renderable.Image in (renderable.SixelImage, renderable.TGPImage)


def show(picture: Path, console: Console) -> None:
    """Print a picture, where that is possible."""
    from textual_image import renderable

    image = renderable.Image(picture, width="auto", height="auto")
    console.print(image, height=console.height - _ROWS_BELOW)
