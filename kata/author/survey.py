"""A worker that also tries a kata's wrong attempts and decoys, for `kata verify`."""

from multiprocessing.connection import Connection

from kata import child, entry, target
from kata.author.decoys import WRITING, Decoy, decoys_of
from kata.bounds import SECONDS_OF_OUR_OWN
from kata.diagnosis import Diagnosis


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
        for decoy in decoys_of(target.answer_module(self.kata)):
            self.begin(decoy.attempt.name, SECONDS_OF_OUR_OWN)
            self._try(decoy, diagnosis, speed)

    def _try(self, decoy: Decoy, diagnosis: Diagnosis, speed: list[str]) -> None:
        # Its results, not its speed, are to be told from right ones.
        passes = diagnosis.passes(decoy.attempt, speed)
        misled = []
        if decoy.kind == WRITING:
            misled = diagnosis.false_expectations(decoy.attempt, speed)
        if decoy.felt:
            values = {"name": decoy.public_name, "kind": decoy.kind}
            self.send("decoyed", **values, passes=passes, misled=misled)
