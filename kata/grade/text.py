"""Texts that a stranger's code had a hand in, made fit to be shown."""

import html
import re
import unicodedata

# What moves a terminal's cursor, colours it or names its window.
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
_UNUSUAL = re.compile(r"[^ -~]")
# To the log of a workflow, a line that begins with the one or has the other is a command.
_BEGINS_COMMAND = re.compile(r"^([^\S\n]*)::", re.MULTILINE)
_HAS_COMMAND = re.compile(r"##(?=(vso)?\[)", re.IGNORECASE)


def clean(text: str, *, lines: bool) -> str:
    """`text` without control and formatting characters, and with no command to a workflow's log.

    With `lines`, line breaks and tabs stay; without, they become spaces, and the line may be
    wrapped anywhere: no part of it is a command. What UTF-8 cannot encode and XML cannot hold
    becomes a question mark.
    """
    text = _ESCAPE_SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = _UNUSUAL.sub(lambda found: _kept(found[0], lines=lines), text)
    harmless = _BEGINS_COMMAND.sub(r"\1. ::", kept) if lines else re.sub(":(?=:)", ": ", kept)
    return _HAS_COMMAND.sub("# #", harmless)


def _kept(character: str, *, lines: bool) -> str:
    if character in "\n\t":
        return character if lines else " "
    category = unicodedata.category(character)
    if category == "Cs" or ord(character) & 0xFFFE == 0xFFFE:  # The latter is no character.
        return "?"
    # Zl and Zp end a line for some readers.
    return "" if category in ("Cc", "Cf", "Zl", "Zp") else character


def short(text: str, most: int) -> str:
    """`text`, cut to `most` characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"


def number(value: float) -> str:
    """A score as people write it: 7.5, not 7.50."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


# --- Markdown --------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Text that means no more than its letters, in a table or a line of Markdown."""
    harmless = html.escape(clean(text, lines=False), quote=False)
    return re.sub(r"([\\`*_{}\[\]|~#])", r"\\\1", harmless)


def fenced(text: str) -> str:
    """A block of code, whatever fences are in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def table_row(cells: list[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"
