"""The command line: parses, calls one module, prints."""

import importlib.metadata
import importlib.util
import io
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from kata import catalog, hints, keys, mistakes, render, stubs
from kata.arguments import Name, Names, Seed, Topics, chosen_katas, chosen_topics, console
from kata.catalog import Catalog, Kata, KataError
from kata.interview.cli import app as evening
from kata.progress import Progress
from kata.runner import Runner
from kata.verdict import SOLVED, Verdict


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
    _run(runner, kata, katas, progress)
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
        verdicts = [_run(runner, kata, katas, progress, seed) for kata in chosen]
    if any(verdict.status != SOLVED for verdict in verdicts):
        raise typer.Exit(1)


def _run(runner: Runner, kata: Kata, katas: Catalog, progress: Progress, seed: int = 0) -> Verdict:
    verdict = runner.run(kata, seed=seed)
    progress.judged(verdict)
    console.print(render.verdict(verdict, progress.unsolved_before(kata, katas)))
    return verdict


@app.command()
def debug(name: Name) -> None:
    """Step through the call that fails first, in Python's debugger."""
    katas = catalog.load()
    kata = katas.find(name)
    with Runner(katas) as runner:
        verdict = runner.run(kata)
    console.print(render.verdict(verdict, Progress(katas.root).unsolved_before(kata, katas)))
    if verdict.failures:
        from kata import debugger

        # Of the slow ones, what they call is not known, but stepping through it takes no longer.
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
    """Draw a picture from your own functions, the reference's beside it."""
    katas = catalog.load()
    from kata import entry
    from kata.show import inline, request, script, words

    if only_list:
        console.print(words.listed(chosen_katas(katas, names) or katas.katas))
        return
    named = chosen_katas(katas, names) or [Progress(katas.root).current(katas)]
    # A topic's name stands for those of its katas that have a picture.
    chosen = named if len(named) == 1 else script.having_one(named)
    all_good = True
    with Runner(katas, "spawn", entry.draw) as runner:
        for kata in chosen:
            shown = request.show(kata, runner)
            console.print(words.told(shown, clickable=console.is_terminal), soft_wrap=True)
            if shown.file and console.is_terminal:
                sys.stdout.write(inline.sequence(shown.file, os.environ))
            all_good &= shown.is_good
    if not all_good:
        raise typer.Exit(1)


@app.command()
def hint(
    name: Name, more: Annotated[bool, typer.Option("--more", help="Show one more.")] = False
) -> None:
    """Show the hints that you have seen; the first one if you have seen none."""
    katas = catalog.load()
    kata, progress = katas.find(name), Progress(katas.root)
    levels, seen = hints.read(kata).levels, progress[kata].hints
    level = min(max(seen + more, 1), len(levels))
    progress.hinted(kata, level)
    console.print(render.hint(levels, level, f"`kata hint {kata.name} --more` shows one more."))


@app.command()
def solution(name: Name, yes: Annotated[bool, typer.Option(help="Do not ask.")] = False) -> None:
    """Show your code beside the solution."""
    katas = catalog.load()
    kata, progress = katas.find(name), Progress(katas.root)
    if not kata.solution.is_file():
        raise KataError("The solutions are not part of this repository.")
    if not progress.is_solved(kata):
        if not yes:
            typer.confirm(f"{kata.name} is not solved yet. Show the solution anyway?", abort=True)
        progress.saw_solution(kata)
    console.print(render.Comparison(kata))


@app.command()
def reset(name: Name, yes: Annotated[bool, typer.Option(help="Do not ask.")] = False) -> None:
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
    """Write a page of what you have solved, for the front of your fork."""
    katas = catalog.load()
    from kata import share

    page = share.write(katas)
    console.print(Text(f"Wrote {page.name}. Commit it, and link to it from your profile."))


@app.command()
def verify(names: Names = None, seed: Seed = 0) -> None:
    """Prove that katas keep their contract; for authors and CI."""
    katas = _full_checkout()
    from kata.author import report, verify

    chosen = chosen_katas(katas, names)
    with report.proofs(console) as on_proof:
        proofs = verify.verify(katas, chosen or katas.katas, seed=seed, on_proof=on_proof)
    lines = [line for proof in proofs for line in proof.lines()]
    lines += [] if chosen else verify.stray_files(katas)
    for line in lines:
        console.print(Text(line, style="red"), soft_wrap=True)
    _exit_unless(not lines, f"{len(proofs)} katas proven.", f"{len(lines)} problems.")


@app.command()
def bench(names: Names = None) -> None:
    """Time your kernels against loops, the reference and torch."""
    katas = _full_checkout()
    from kata.author import bench, report

    chosen = {kata.id for kata in chosen_katas(katas, names)}
    kernels = [kernel for kernel in bench.kernels_of(katas) if kernel.kata in chosen or not chosen]
    if not kernels:
        raise KataError(
            "None of these katas has a kernel to time; `kata bench` shows those that do."
        )
    report.timings(console, bench.measure(katas, kernels))


@app.command()
def grade(
    submission: Annotated[
        Path | None, typer.Argument(help="A folder with a learner's exercises/.")
    ] = None,
    names: Names = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="FORMAT", help="Repeat for several formats."),
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option("--output", metavar="PATH", help="Where to write; one for each --format."),
    ] = None,
    seed: Annotated[
        str, typer.Option(metavar="N|secret", help="Other random inputs; secret ones nobody knows.")
    ] = "0",
    fail_under: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="Exit with 1 below this share of the points."),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--class", metavar="ROSTER", help="Mark a class: a CSV, or a folder of submissions."
        ),
    ] = None,
    course: Annotated[
        Path | None,
        typer.Option(metavar="TOML", help="With --class: which katas count, and how much."),
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="With --class: grade this one again, and no other."),
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="With --class: reports without names.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="With --class: on this scheduler's workers."),
    ] = None,
) -> None:
    """Mark a submission or a class; their code runs behind a wall."""
    if sys.platform == "win32":
        raise KataError("`kata grade` needs Linux or macOS; on Windows, use it in WSL.")
    katas = _full_checkout()
    from kata.grade import command

    seeds = command.seed(seed)
    for_class = {"course": course, "student": student, "anonymous": anonymous, "dask": dask}
    if roster is not None:
        if formats or fail_under is not None or len(outputs or []) > 1:
            raise KataError("With --class there is one --output, no --format, no --fail-under.")
        # Without a submission, all that is named are katas.
        named = ([str(submission)] if submission else []) + (names or [])
        wishes = command.ClassWishes(roster, next(iter(outputs or []), None), course, seeds)
        wishes = replace(wishes, again=tuple(student or ()), anonymous=anonymous, dask=dask)
        raise typer.Exit(command.grade_class(katas, chosen_katas(katas, named), wishes, console))
    for name, value in for_class.items():
        if value:
            raise KataError(f"--{name} is for a class: add --class ROSTER.")
    reports = command.Reports.of(formats or [], outputs or [])
    chosen = chosen_katas(katas, names) or list(katas.katas)
    marks = command.grade(katas, _given(submission), chosen, *seeds, reports, console)
    percent = 100 * marks.score / max(1, marks.points)
    raise typer.Exit(1 if fail_under is not None and percent < fail_under else 0)


@app.command()
def new(path: Annotated[str, typer.Argument(metavar="TOPIC/NAME")]) -> None:
    """Write the files of a new kata and its entry; for authors."""
    katas = _full_checkout()
    from kata.author import scaffold

    kata = scaffold.new(katas, path)
    console.print(Text(f"Wrote the files of {kata.id} and its entry in curriculum.toml."))
    console.print(Text(f"Begin with {kata.relative(kata.solution)}."))
    console.print(Text(f"`kata verify {kata.name}` tells you what is still missing."))


@app.command()
def freeze(names: Annotated[list[str], typer.Argument(metavar="NAME…")]) -> None:
    """Write stubs anew from their solutions; for authors."""
    katas = _full_checkout()
    for kata in [katas.find(name) for name in names]:
        backup = stubs.reset(kata)
        console.print(Text(f"{kata.relative(kata.exercise)} is the stub of its solution."))
        if backup:
            console.print(Text(f"The file before it is kept as {kata.relative(backup)}."))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    names: Annotated[
        str | None, typer.Option("--katas", metavar="NAME,NAME…", help="Only these katas.")
    ] = None,
    topics: Annotated[
        str | None, typer.Option(metavar="NAME,NAME…", help="Only the katas of these topics.")
    ] = None,
    without_interview: Annotated[
        bool, typer.Option("--without-interview", help="Leave the interview questions out.")
    ] = False,
) -> None:
    """Write a repository for students, without solutions."""
    katas = _full_checkout()
    from kata.author import export

    wanted = export.wanted(katas, _listed(names), _listed(topics))
    chosen = export.with_what_they_build_on(katas, wanted)
    workflow = export.export(katas, chosen, folder, interview=not without_interview)
    console.print(Text(f"Wrote {len(chosen)} katas to {folder}."), soft_wrap=True)
    added = ", ".join(kata.id for kata in chosen if kata not in wanted)
    if added:
        console.print(Text(f"Added, as other katas build on them: {added}."), soft_wrap=True)
    console.print(Text(workflow), soft_wrap=True)


def _full_checkout() -> Catalog:
    """The katas, for commands that need more than students get."""
    katas = catalog.load()
    if not katas.has_solutions:
        raise KataError(
            "This command is for authors and teachers: "
            "it needs the solutions, which are not part of this repository."
        )
    return katas


def _listed(names: str | None) -> list[str]:
    return names.split(",") if names is not None else []


def _given(folder: Path | None) -> Path:
    if folder is None:
        raise KataError("Name the folder of a submission: kata grade SUBMISSION.")
    return folder


def _exit_unless(good: bool, yes: str, no: str) -> NoReturn:
    console.print(Text(yes if good else no, style="bold green" if good else "bold red"))
    raise typer.Exit(0 if good else 1)
