"""The solutions, for which `exercises` stands here, and the scripts that draw them."""

from pathlib import Path
from types import ModuleType

from kata import catalog, target
from kata.show import script

KATAS = catalog.load(Path(__file__).parents[1])


def solution(name: str) -> ModuleType:
    """The solution of a kata; what it builds on are solutions, too."""
    if not target.installed():
        target.install(KATAS, "solutions")
    return target.answer_module(KATAS.find(name))


def picture(name: str) -> ModuleType:
    """The script of a kata's picture."""
    return script.load(KATAS.find(name))
