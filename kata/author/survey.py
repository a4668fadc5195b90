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
            self.begin(writing.attempt.name, SECONDS_OF_OUR_OWN)
            misled, left_out = self._misled_by(writing, diagnosis, speed)
            self._try(writing, diagnosis, left_out, misled)
            for decoy in others:
                self.begin(decoy.attempt.name, SECONDS_OF_OUR_OWN)
                self._try(decoy, diagnosis, left_out, [])

    def _misled_by(
        self, decoy: Decoy, diagnosis: Diagnosis, speed: list[str]
    ) -> tuple[list[str], list[str]]:
        """The tests that let a decoy change what they expect, and those that say nothing of it.

        Its results, not its speed, are to be told from right ones; and no other decoy of the same
        function is told by a test that does not call it.
        """
        misled, left_out = [], [*speed]
        for name, expects_else in diagnosis.expectations(decoy.attempt, speed):
            if expects_else:
                misled.append(name)
            if not decoy.take_called():
                left_out.append(test_name(name))
        return misled, left_out

    def _try(
        self, decoy: Decoy, diagnosis: Diagnosis, left_out: list[str], misled: list[str]
    ) -> None:
        passes = diagnosis.passes(decoy.attempt, left_out)
        if decoy.felt:
            values = {"name": decoy.public_name, "kind": decoy.kind}
            self.send("decoyed", **values, passes=passes, misled=misled)
