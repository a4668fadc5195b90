"""The commands for authors and teachers: they need the solutions, which students may not have."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from kata import catalog, stubs
from kata.arguments import Names, Seed, chosen_katas, console
from kata.catalog import Catalog, KataError

app = typer.Typer()


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
    _exit_unless(not lines, f"Katas proven: {len(proofs)}.", f"Problems: {len(lines)}.")


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
        typer.Option(
            min=0.0, max=100.0, metavar="PERCENT", help="Exit with 1 below this share of points."
        ),
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
            kept = f"The file that stood there before is kept as {kata.relative(backup)}."
            console.print(Text(kept), soft_wrap=True)


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
