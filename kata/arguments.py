"""What several commands take: names of katas and of topics; and where they print."""

from typing import Annotated

import typer
from rich.console import Console

from kata import catalog
from kata.catalog import Catalog, Kata, KataError

console = Console(highlight=False)


def complete(incomplete: str) -> list[str]:
    try:
        ids = [kata.id for kata in catalog.load().katas]
    except KataError:
        return []
    names = [part for name in ids for part in name.split("/")] + ids
    return list(dict.fromkeys(name for name in names if name.startswith(incomplete)))


Name = Annotated[
    str, typer.Argument(help="A kata: topic/name, or just name.", autocompletion=complete)
]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Katas: topic/name, just name, or a whole topic.", autocompletion=complete),
]
Seed = Annotated[int, typer.Option(help="Draw other random inputs.")]
Topics = Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]…")]


def chosen_katas(katas: Catalog, names: list[str] | None) -> list[Kata]:
    found = [kata for name in names or [] for kata in katas.find_all(name)]
    return list(dict.fromkeys(found))


def chosen_topics(katas: Catalog, named: list[str] | None) -> list[str]:
    """The topics of these names; all where none is named."""
    known = [topic.name for topic in katas.topics]
    for topic in named or ():
        if topic not in known:
            raise KataError(f"There is no topic {topic!r}. The topics are {', '.join(known)}.")
    return named or known
