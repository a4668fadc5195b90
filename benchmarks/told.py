"""What a program is told on its command line: some numbers, then perhaps katas to look at."""

import argparse

from kata.catalog import Catalog, Kata, KataError


def katas_told(katas: Catalog, text: str, **numbers: int) -> tuple[list[Kata], list[int]]:
    """The katas, or all if none is named, and the numbers, which have these usual values.

    `--help` shows `text`. Ends the program where something else is told.
    """
    parser = _parser(text, numbers)
    parser.add_argument("kata", nargs="*", help="usually all")
    found = parser.parse_args()
    try:
        chosen = [katas.find(name) for name in found.kata]
    except KataError as error:
        parser.error(str(error))
    return chosen or list(katas.katas), [getattr(found, name) for name in numbers]


def numbers_told(text: str, **numbers: int) -> list[int]:
    """As `katas_told`, for a program that asks for no katas."""
    found = _parser(text, numbers).parse_args()
    return [getattr(found, name) for name in numbers]


def _parser(text: str, numbers: dict[str, int]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in numbers.items():
        parser.add_argument(name, type=int, nargs="?", default=usual, help=f"usually {usual}")
    return parser
