"""The command line: parses, calls one module, prints."""

import contextlib
import importlib.util
import io
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from kata import catalog, hints, keys, mistakes, render, stubs
from kata.arguments import Name, Names, Seed, Topics, chosen_katas, chosen_topics, console
from kata.catalog import Catalog, Kata, KataError
from kata.comparison import Comparison
from kata.interview.cli import app as evening
from kata.progress import Progress
from kata.runner import Runner
from kata.staff import app as staff
from kata.verdict import SOLVED, Verdict

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class _Commands(TyperGroup):
    """The commands; the name of a kata goes to that kata."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["go", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(evening)
app.add_typer(staff)


def main() -> None:
    """Entry point; a `KataError` is one sentence on stderr and exit code 2."""
    # A child of multiprocessing's runs the script of its parent again, but not a package's own.
    sys.modules["__main__"].__spec__ = importlib.util.find_spec("kata.__main__")
    for stream in (sys.stdout, sys.stderr):  # A pipe may be of an encoding without ✓.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except KataError as error:
        Console(stderr=True, highlight=False).print(Text(str(error), style="red"), soft_wrap=True)
        sys.exit(2)


def _tell_version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata  # Every command would wait for it.

        console.print(f"kata {importlib.metadata.version('deep-learning-essentials')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Learn deep learning by writing it. Without a command, kata tests your file on every save.

    With the name of a kata, as in `kata adam`, it goes there.
    """
    if context.invoked_subcommand is None:
        katas = catalog.load()
        with Runner(katas) as runner:
            _watch(katas, Progress(katas.root), runner)


@app.command(hidden=True)
def go(name: Name) -> None:
    """Go to a kata; what `kata NAME` does."""
    katas = catalog.load()
    try:
        kata = katas.find(name)
    except KataError as error:
        raise KataError(f"{error} `kata --help` shows the commands.") from None
    progress = Progress(katas.root)
    progress.move_to(kata)
    with Runner(katas) as runner:
        _watch(katas, progress, runner)


def _watch(katas: Catalog, progress: Progress, runner: Runner) -> None:
    if keys.has_terminal():
        from kata.watch import Watch

        Watch(katas, progress, runner, console).run()
        return
    kata = progress.current(katas)
    console.print(render.heading(kata, katas))
    _run(runner, kata, katas, progress, also_two=True)
    console.print(render.standing(katas, progress))
    console.print(render.path(kata.exercise, kata, stubs.line_to_begin_at(kata.exercise)))


@app.command("list")
def list_katas(topics: Topics = None) -> None:
    """List the katas and your progress, topic by topic."""
    katas = catalog.load()
    progress = Progress(katas.root)
    current = progress.current(katas)
    console.print(render.kata_list(katas, progress, current, chosen_topics(katas, topics)))
    for line in mistakes.told(katas, progress):
        console.print(Text(line, style="yellow"))


@app.command("test")
def run_tests(names: Names = None, seed: Seed = 0) -> None:
    """Test katas once; without a name, the current one."""
    katas = catalog.load()
    progress = Progress(katas.root)
    chosen = chosen_katas(katas, names) or [progress.current(katas)]
    with Runner(katas) as runner:
        alone = len(chosen) == 1  # Only then a look for two mistakes is worth its seconds.
        verdicts = [_run(runner, kata, katas, progress, seed, also_two=alone) for kata in chosen]
    if any(verdict.status != SOLVED for verdict in verdicts):
        raise typer.Exit(1)


def _run(
    runner: Runner,
    kata: Kata,
    katas: Catalog,
    progress: Progress,
    seed: int = 0,
    *,
    also_two: bool,
) -> Verdict:
    with _waiting():
        verdict = runner.run(kata, seed=seed, also_two=also_two)
    progress.judged(verdict)
    console.print(render.verdict(verdict, progress.unsolved_parts(kata, katas)))
    return verdict


def _waiting() -> contextlib.AbstractContextManager[object]:
    """Show on a terminal that tests run, until they have."""
    text = "Running the tests …"
    return console.status(text) if console.is_terminal else contextlib.nullcontext()


@app.command()
def debug(name: Name) -> None:
    """Step through the call that fails first, in Python's debugger."""
    katas = catalog.load()
    kata = katas.find(name)
    with Runner(katas) as runner, _waiting():
        verdict = runner.run(kata)
    console.print(render.verdict(verdict, Progress(katas.root).unsolved_parts(kata, katas)))
    if verdict.failures:
        from kata import debugger

        # What a slow test calls may not be known; then the first failure will do.
        called = [failure for failure in verdict.failures if failure.call] or verdict.failures
        debugger.debug(kata, called[0].name)
    raise typer.Exit(0 if verdict.failures or verdict.status == SOLVED else 1)


@app.command()
def show(
    names: Names = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Only show which katas have a picture.")
    ] = False,
) -> None:
    """Draw pictures from your functions and the reference's."""
    katas = catalog.load()
    from kata import entry
    from kata.show import inline, request, script, words

    if only_list:
        console.print(words.listed(chosen_katas(katas, names) or katas.katas))
        return
    named = chosen_katas(katas, names) or [Progress(katas.root).current(katas)]
    # A topic's name stands for those of its katas that have a picture.
    chosen = named if len(named) == 1 else script.having_one(named)
    all_good, is_inline = True, inline.is_possible()
    with Runner(katas, "spawn", entry.draw) as runner:
        for kata in chosen:
            with keys.ignored():
                shown = request.show(kata, runner)
            console.print(words.told(shown, clickable=console.is_terminal), soft_wrap=True)
            if shown.file and is_inline:
                inline.show(shown.file, console)
            all_good &= shown.is_good
    if not all_good:
        raise typer.Exit(1)


@app.command()
def hint(
    name: Name, more: Annotated[bool, typer.Option("--more", help="Show one more.")] = False
) -> None:
    """Show the hints that you have seen, or the first one."""
    katas = catalog.load()
    kata, progress = katas.find(name), Progress(katas.root)
    levels, seen = hints.read(kata).levels, progress[kata].hints
    level = min(max(seen + more, 1), len(levels))
    progress.hinted(kata, level)
    console.print(render.hint(levels, level, f"`kata hint {kata.name} --more` shows one more."))


@app.command()
def solution(name: Name, yes: Yes = False) -> None:
    """Show your code beside the solution."""
    katas = catalog.load()
    kata, progress = katas.find(name), Progress(katas.root)
    if not kata.solution.is_file():
        raise KataError("The solutions are not part of this repository.")
    if not progress.is_solved(kata):
        if not yes:
            typer.confirm(f"{kata.name} is not solved yet. Show the solution anyway?", abort=True)
        progress.saw_solution(kata)
    console.print(Comparison(kata))


@app.command()
def reset(name: Name, yes: Yes = False) -> None:
    """Put the stub back; a copy of your file is kept."""
    katas = catalog.load()
    kata = katas.find(name)
    if not yes:
        typer.confirm(f"Reset {kata.relative(kata.exercise)}?", abort=True)
    backup = stubs.reset(kata)
    Progress(katas.root).forget(kata)
    console.print(Text(f"{kata.relative(kata.exercise)} is the stub again."))
    if backup:
        console.print(Text(f"Your file is kept as {kata.relative(backup)}."))


@app.command()
def share() -> None:
    """Write a page of what you have solved, for your fork."""
    katas = catalog.load()
    from kata import share

    page, pictures = share.write(katas)
    shown = f", with {pictures} of your pictures in {share.PICTURES}/" if pictures else ""
    console.print(Text(f"Wrote {page.name}{shown}. Commit it, and link to it from your profile."))
    if not pictures:
        console.print(Text("What `kata show` draws of solved katas will be on it, too."))
