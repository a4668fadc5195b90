"""The commands for the evening before an interview: `interview`, `review`, `quiz` and `sheet`."""

from typing import Annotated

import typer
from rich.text import Text

from kata import catalog, render
from kata.arguments import Topics, chosen_katas, chosen_topics, complete, console
from kata.progress import Progress
from kata.runner import Runner

app = typer.Typer()


@app.command()
def interview(
    minutes: Annotated[int | None, typer.Option(help="How long it takes; 45 by default.")] = None,
    level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Only easy, medium or hard katas.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(metavar="TOPIC", help="Only katas of this topic.")
    ] = None,
    only_set: Annotated[
        str | None,
        typer.Option("--set", metavar="SET", help="Only llm, vision, classical or training."),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--kata", metavar="NAME", help="Ask this kata; up to four.", autocompletion=complete
        ),
    ] = None,
    staged: Annotated[
        str | None,
        typer.Option(metavar="SET", help="One task that grows: gpt, attention or network."),
    ] = None,
    strict: Annotated[
        str,
        typer.Option(
            metavar="full|counts|none",
            help="Before the end, tell all, how many tests pass, or nothing.",
        ),
    ] = "counts",
    seed: Annotated[int | None, typer.Option(help="Draw the same katas again.")] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Only show which katas would be drawn.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Only show how your interviews went.")
    ] = False,
) -> None:
    """Hold a mock interview: plan, code, questions, rubric."""
    katas = catalog.load()
    from kata.interview import command
    from kata.interview.clock import Clock
    from kata.interview.plan import Wish, listed, plan

    chosen = tuple(chosen_katas(katas, names))
    wish = Wish(minutes, level, topic, chosen, seed, only_set, staged, strict)
    progress, clock = Progress(katas.root), Clock()
    if history:
        console.print(command.history(katas))
    elif only_list:
        console.print(listed(plan(katas, progress, wish, clock.now())))
    else:
        with Runner(katas) as runner:
            command.hold(katas, progress, wish, runner, console, clock)


@app.command()
def review() -> None:
    """Repeat what is due after interviews, for ten minutes."""
    katas = catalog.load()
    from kata.interview import review
    from kata.interview.clock import Clock

    review.hold(katas, console, Clock())


@app.command()
def quiz(
    topics: Topics = None,
    minutes: Annotated[int, typer.Option(min=1, help="A question takes about one.")] = 10,
) -> None:
    """Answer interview questions for ten minutes, without code."""
    katas = catalog.load()
    from kata.interview import review
    from kata.interview.clock import Clock

    review.hold_quiz(katas, console, Clock(), chosen_topics(katas, topics), minutes)


@app.command()
def sheet(topics: Topics = None) -> None:
    """Write each topic on one page, for paper or a phone."""
    katas = catalog.load()
    from kata import sheet

    named = chosen_topics(katas, topics)
    progress = Progress(katas.root)
    for topic in katas.topics:
        if topic.name in named and katas.of_topic(topic.name):
            file = sheet.write(katas, progress, topic)
            console.print(Text("Wrote ").append_text(render.link(katas.root, file)), soft_wrap=True)
