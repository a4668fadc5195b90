"""The closing lines of a run of pytest: each topic, and in it each kata that was run."""

from collections import Counter
from collections.abc import Iterable

import pytest

from kata import catalog, stubs
from kata.catalog import Catalog, Kata

TODO = "todo"
NO_REFERENCE = "the reference solution is not part of this repository"


class Summary:
    """What is known of each kata that was run."""

    def __init__(
        self, katas: Catalog, terminal: pytest.TerminalReporter, collected: Iterable[str]
    ) -> None:
        self._katas = katas
        self._terminal = terminal
        self._collected = Counter(map(self._kata_of_file, collected))
        self._counts: dict[str, Counter[str]] = {}
        self._needs: dict[str, set[str]] = {}
        self._chooses = _chooses_tests(terminal.config)
        for category in ("passed", "failed", "error", "skipped", TODO):
            for report in terminal.stats.get(category, []):
                self._count(report, category)

    def _count(self, report: pytest.TestReport | pytest.CollectReport, category: str) -> None:
        kata_id = getattr(report, "kata", None) or self._kata_of_file(report.nodeid)
        if kata_id:
            self._counts.setdefault(kata_id, Counter())[category] += 1
            needed = {getattr(report, TODO, kata_id)} - {kata_id}
            self._needs.setdefault(kata_id, set()).update(needed)

    def _kata_of_file(self, nodeid: str) -> str | None:
        kata = self._katas.of_test(self._katas.root / nodeid.split("::")[0])
        return kata.id if kata else None

    @property
    def solved(self) -> list[Kata]:
        """The katas of which all tests were run, and none failed."""
        return [self._katas.by_id[name] for name in self._counts if self._is_solved(name)]

    def _is_solved(self, name: str) -> bool:
        counts = self._counts[name]
        run_to_the_end = counts.total() == self._collected[name]
        return run_to_the_end and not self._chooses and _all_passed(counts)

    def write(self) -> None:
        for topic in self._katas.topics:
            run = [kata for kata in self._katas.of_topic(topic.name) if kata.id in self._counts]
            if run:
                self._write_topic(topic, run)
        skipped = sum(map(_lacks_reference, self._terminal.stats.get("skipped", [])))
        if skipped:
            self._terminal.write_line("")
            self._terminal.write_line(_without_reference(skipped))

    def _write_topic(self, topic: catalog.Topic, run: Iterable[Kata]) -> None:
        katas = list(run)
        solved = sum(self._is_solved(kata.id) for kata in katas)
        self._terminal.write_line("")
        self._terminal.write_line(f"{topic.title}: {solved} of {len(katas)} solved", bold=True)
        for kata in katas:
            counts = self._counts[kata.id]
            color = (
                "green" if _all_passed(counts) else "yellow" if _is_unbegun(kata, counts) else "red"
            )
            self._terminal.write_line(f"  {kata.name:<28} {self._state(kata)}", **{color: True})

    def _state(self, kata: Kata) -> str:
        counts, needs = self._counts[kata.id], self._needs[kata.id]
        if self._is_solved(kata.id):
            return "solved"
        if _all_passed(counts):
            return f"{counts['passed']} pass, of those that were run"
        if needs:
            return f"needs {' and '.join(sorted(needs))}, to do"
        if _is_unbegun(kata, counts):
            return f"to do      {kata.relative(kata.exercise)}"
        if counts["error"]:
            return f"cannot be loaded or run; see above, or: kata test {kata.name}"
        text = f"{counts['passed']} of {_total(counts)} pass"
        if counts[TODO]:
            text += f", {counts[TODO]} to do"
        return f"{text}; for a hint: kata hint {kata.name}"


def _lacks_reference(report: pytest.TestReport | pytest.CollectReport) -> bool:
    # Of a skip, pytest gives the file, the line and "Skipped: " with the reason.
    return isinstance(report.longrepr, tuple) and report.longrepr[2].endswith(NO_REFERENCE)


def _without_reference(tests: int) -> str:
    if tests == 1:
        what = "1 test compares with the reference solution; it is skipped here and runs"
    else:
        what = f"{tests} tests compare with the reference solution; they are skipped here and run"
    return f"{what} when you are graded."


def _chooses_tests(config: pytest.Config) -> bool:
    """Whether some tests of the files that are run are left out."""
    options = ("keyword", "markexpr", "deselect", "lf", "stepwise")
    chosen = any(config.getoption(name, None) for name in options)
    return chosen or any("::" in argument for argument in config.args)


def _total(counts: Counter[str]) -> int:
    """The tests that say something of the answer."""
    return counts.total() - counts["skipped"]


def _all_passed(counts: Counter[str]) -> bool:
    return 0 < counts["passed"] == _total(counts)


def _is_unbegun(kata: Kata, counts: Counter[str]) -> bool:
    nothing_else = counts["passed"] + counts[TODO] == _total(counts)
    return nothing_else and (not counts["passed"] or stubs.is_untouched(kata))
