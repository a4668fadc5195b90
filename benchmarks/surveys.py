"""What is said about solutions that were changed in one place.

    python benchmarks/surveys.py [KATA …]

Changes each kata's solution (all, or those named) as learners may: a statement is missing, an
operator or a constant is another one, a function prints, gives lists, its first argument or nothing
(variants.py). Each change is tested in the learner's place, and what is named is written to
surveys.txt, a line for each:

    kata | change | names of the mistakes | judgement

The judgement is yours, in the file: `true` if the names say what is wrong, `false` if they do not.
The name `passes` stands for what passes: `same` if it is the same program, `hole` if a test is
missing. `?` is not judged yet. A judgement is kept as long as the rest of its line stays the same,
so `git diff` shows what a change of the diagnosis, of a test or of the attempts does to the names.
What fails without a name is only counted, at the end. An answer that prints has to pass, and has a
line only if it does not: with what it was named, or else `fails`.

A kata whose unchanged solution does not pass is named and left out, and the exit code is 1.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from changed_solutions import Copies
from told import katas_told
from variants import Variant, variants_of

from kata import catalog
from kata.catalog import Catalog, Kata
from kata.verdict import SOLVED, Verdict

PASSES, FAILS, NOT_JUDGED = "passes", "fails", "?"
HEADER = """\
# Written by benchmarks/surveys.py, which says how to read it; only the last field is for your hand.
"""


@dataclass
class Survey:
    """What the file says of one kata: lines without their judgement, and the counts."""

    named: list[str] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)
    counts: str = ""


@dataclass
class Record:
    """The file: the surveys by the kata's id, and the judgements by the rest of their line."""

    surveys: dict[str, Survey] = field(default_factory=dict)
    judgements: dict[str, str] = field(default_factory=dict)


def main() -> None:
    katas = catalog.load()
    chosen, _ = katas_told(katas, str(__doc__))
    file = katas.root / "benchmarks" / "surveys.txt"
    record = read(file)
    done = 0
    with Copies(katas, attempts=True) as copies:
        for kata in chosen:
            if copies.can_tell(kata):
                record.surveys[kata.id] = survey(copies, kata)
                file.write_text(as_text(record, katas), encoding="utf-8")
                done += 1
    sys.exit(1 if done < len(chosen) else 0)


def survey(copies: Copies, kata: Kata) -> Survey:
    """Test every change, and say how many there were."""
    start = time.perf_counter()
    variants = variants_of(kata.solution.read_text(encoding="utf-8"))
    verdicts = list(copies.verdicts_on(kata, [variant.text for variant in variants]))
    found = Survey()
    for variant, verdict in zip(variants, verdicts, strict=True):
        names = names_of(variant, verdict)
        lines = found.passing if names == PASSES else found.named
        if names:
            lines.append(f"{kata.id} | {variant.change} | {names}")
    passed = sum(verdict.status == SOLVED for verdict in verdicts)
    named = sum(bool(verdict.mistakes) for verdict in verdicts)
    found.counts = f"{kata.id}: {len(variants)} changed solutions, {passed} pass, {named} are named"
    print(f"{found.counts}, in {time.perf_counter() - start:.0f} s", flush=True)
    report_wrongly_failed(kata, zip(variants, verdicts, strict=True))
    return found


def names_of(variant: Variant, verdict: Verdict) -> str:
    """What is to be written of a verdict; nothing for what needs no look."""
    if verdict.status == SOLVED:
        return "" if variant.is_right else PASSES
    names = ", ".join(name for name, _ in verdict.mistakes)
    return names or (FAILS if variant.is_right else "")


def report_wrongly_failed(kata: Kata, tested: Iterable[tuple[Variant, Verdict]]) -> None:
    for variant, verdict in tested:
        if variant.is_right and verdict.status != SOLVED:
            failed = [f"{failure.claim}: {failure.text}" for failure in verdict.failures[:1]]
            print(f"  {variant.change}: {verdict.status}.", verdict.problem, *failed, flush=True)


def read(file: Path) -> Record:
    record = Record()
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for line in lines:
        if " | " in line:
            told, judgement = line.rsplit(" | ", 1)
            record.judgements[told] = judgement
            one = record.surveys.setdefault(told.split(" | ")[0], Survey())
            (one.passing if told.endswith(f" | {PASSES}") else one.named).append(told)
        elif ": " in line and not line.startswith("#"):
            record.surveys.setdefault(line.split(": ")[0], Survey()).counts = line
    return record


def as_text(record: Record, katas: Catalog) -> str:
    """The file, with the katas in the order of study."""
    surveys = [record.surveys[kata.id] for kata in katas.katas if kata.id in record.surveys]
    named = [judged(record, line) for one in surveys for line in one.named]
    passing = [judged(record, line) for one in surveys for line in one.passing]
    counts = [one.counts for one in surveys]
    parts = ("# Named", named), ("# Passing", passing), ("# In numbers", counts)
    return HEADER + "".join("\n" + "\n".join([title, *lines]) + "\n" for title, lines in parts)


def judged(record: Record, line: str) -> str:
    return f"{line} | {record.judgements.get(line, NOT_JUDGED)}"


if __name__ == "__main__":
    main()
