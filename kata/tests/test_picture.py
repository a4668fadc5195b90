"""The README shows what `kata` really prints."""

import re

from docs import picture


def words(svg):
    """What stands in the picture. How it is drawn may change with the library that draws it."""
    return " ".join(re.findall(r">([^<>]+)</text>", svg)).replace("&#160;", " ").split()


def test_the_readmes_picture_says_what_kata_prints_now():
    shown = words(picture.PICTURE.read_text(encoding="utf-8"))
    assert "overflows" in shown
    assert words(picture.draw()) == shown, "run docs/picture.py"
