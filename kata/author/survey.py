"""A worker that also tries a kata's wrong attempts and decoys, for `kata verify`."""

import contextlib
import importlib
from multiprocessing.connection import Connection

from kata import child, entry, target
from kata.author.decoys import Decoy, decoys_of
from kata.bounds import SECONDS_OF_OUR_OWN
from kata.diagnosis import Diagnosis, test_name

# Loaded here, before a process is forked for each run. Only authors have it.
with contextlib.suppress(ModuleNotFoundError):
    importlib.import_module("beartype")


def serve(connection: Connection, root: str) -> None:
    """As `entry.serve`, for a surveyor."""
    entry.serve(connection, root, Surveyor)


class Surveyor(child.Worker):
    """Puts each wrong attempt and decoy through the tests that the solution has just passed."""

    def conclude(self, diagnosis: Diagnosis, speed: list[str]) -> None:
        if not self.job.survey:
            super().conclude(diagnosis, speed)
            return
        self.run_examples()
        for attempt in diagnosis.wrong_attempts:
            self.begin(attempt.name, SECONDS_OF_OUR_OWN)
            fails, mistakes = diagnosis.survey(attempt)
            names = [mistake.name for mistake in mistakes]
            self.send("surveyed", name=attempt.name, fails=fails, mistakes=names)
        for writing, others in decoys_of(target.answer_module(self.kata)):
            self._try(writing, others, diagnosis, speed)

    def _try(
        self, writing: Decoy, others: list[Decoy], diagnosis: Diagnosis, speed: list[str]
    ) -> None:
        """Put the decoys of one public name through the tests that call it."""
        itself = diagnosis.comparing_with_itself
        self.begin(writing.attempt.name, SECONDS_OF_OUR_OWN)
        # Its results, not its speed, are to be told from right ones.
        misled, calling = self._misled_by(writing, diagnosis, [*speed, *itself])
        for decoy in (writing, *others):
            self.begin(decoy.attempt.name, SECONDS_OF_OUR_OWN)
            # The slowest come last, if they are needed.
            passes = all(diagnosis.passes(decoy.attempt, names) for names in (calling, itself))
            if decoy.felt:
                values = {"name": decoy.public_name, "kind": decoy.kind, "passes": passes}
                self.send("decoyed", **values, misled=misled if decoy is writing else [])

    def _misled_by(
        self, decoy: Decoy, diagnosis: Diagnosis, but: list[str]
    ) -> tuple[list[str], list[str]]:
        """The tests that let a decoy change what they expect, and those that call it at all."""
        misled, calling = [], []
        for name, expects_else in diagnosis.expectations(decoy.attempt, but):
            if expects_else:
                misled.append(name)
            if decoy.take_called():
                calling.append(test_name(name))
        return misled, calling
