"""Pictures inside the terminal, where it is one that shows them: kitty's way, and iTerm2's."""

import base64
from collections.abc import Mapping
from pathlib import Path

_KITTYS = ("kitty", "ghostty")
_ITERMS = ("iTerm.app", "WezTerm")
# kitty's protocol takes no longer pieces.
_PIECE = 4096


def sequence(picture: Path, environment: Mapping[str, str]) -> str:
    """What to write to a terminal with these variables to show a PNG; "" where it can't."""
    if "TMUX" in environment:  # It lets neither through.
        return ""
    text = base64.b64encode(picture.read_bytes()).decode()
    if any(name in environment.get("TERM", "") for name in _KITTYS):
        pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
        heads = ["a=T,f=100,m=1", *["m=1"] * (len(pieces) - 1)]
        heads[-1] = heads[-1].replace("m=1", "m=0")
        parts = zip(heads, pieces, strict=True)
        return "".join(f"\x1b_G{head};{piece}\x1b\\" for head, piece in parts) + "\n"
    if environment.get("TERM_PROGRAM") in _ITERMS:
        return f"\x1b]1337;File=inline=1:{text}\x07\n"
    return ""
