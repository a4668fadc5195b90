"""The README shows what `kata` really prints."""

import importlib.util

from kata.tests.conftest import ROOT


def test_the_readmes_picture_is_drawn_from_what_kata_prints_now():
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    assert picture.draw() == picture.PICTURE.read_text(encoding="utf-8"), "run docs/picture.py"
