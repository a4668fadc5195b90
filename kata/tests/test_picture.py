"""The README shows what `kata` really prints."""

import importlib.util
import re

from kata.tests.conftest import ROOT


def words(svg):
    """What stands in the picture. How it is drawn may change with the library that draws it."""
    return " ".join(re.findall(r">([^<>]+)</text>", svg)).replace("&#160;", " ").split()


def test_the_readmes_picture_says_what_kata_prints_now():
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    shown = words(picture.PICTURE.read_text(encoding="utf-8"))
    assert "overflows" in shown
    assert words(picture.draw()) == shown, "run docs/picture.py"
