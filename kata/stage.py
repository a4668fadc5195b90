"""pytest made ready for one checkout, in a process that waits for its job.

To read the curriculum, configure pytest and begin a session takes longer than the tests of most
katas, and none of it depends on which tests will be run. No code of the learner's is loaded.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig

from kata import catalog, plugin
from kata.catalog import Kata
from kata.diagnosis import Diagnosis

# Of pytest's own plugins, those that no kata needs: they cost a third of the time. The limits on
# time and the stack of a crash are kept by the child instead.
_UNUSED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "timeout", "unittest",
    "unraisableexception",
)  # fmt: skip
# What of a checkout is read here. Where one has changed since, there has to be a new stage.
_READ = ("curriculum.toml", "pyproject.toml", "conftest.py")


class Stage:
    """A session of pytest in which the tests of one kata can be run, once."""

    def __init__(self, root: Path) -> None:
        """Raises KataError where the curriculum is wrong."""
        os.chdir(root)
        self._root = root
        self._versions = _versions(root)
        self.katas = catalog.load(root)
        self._config = _prepareconfig(_arguments(root))
        self._config._do_configure()
        # Nobody reads pytest's reports here, and what an answer prints is caught by the child.
        for name in ("terminalreporter", "capturemanager"):
            self._config.pluginmanager.unregister(name=name)
        self._session = pytest.Session.from_config(self._config)
        self._config.hook.pytest_sessionstart(session=self._session)

    def is_of(self, root: Path) -> bool:
        """Whether this is still as it would be made for that checkout now."""
        return self._root == root and self._versions == _versions(root)

    def run(self, kata: Kata, seed: int, reporter: object) -> None:
        """Run the tests of a kata; `reporter` is a plugin of pytest's that hears of them."""
        self._config.args[:] = [str(kata.test)]
        self._plugin.seed = seed
        self._plugin.explains_failures = False
        self._config.pluginmanager.register(reporter)
        hook, session = self._config.hook, self._session
        try:
            hook.pytest_collection(session=session)
            hook.pytest_runtestloop(session=session)
        except (KeyboardInterrupt, pytest.exit.Exception, session.Interrupted, session.Failed):
            pass  # What was reported tells how far it came.
        finally:
            hook.pytest_sessionfinish(session=session, exitstatus=pytest.ExitCode.OK)

    def show_progress(self, show: Callable[[float, float], None]) -> None:
        """Tell `show` how far a training is: the share that is done, and its loss."""
        self._plugin.show_progress = show

    def diagnosis_of(self, kata: Kata) -> Diagnosis:
        return self._plugin.diagnosis_of(kata)

    @property
    def _plugin(self) -> plugin.KataPlugin:
        return self._config.stash[plugin.STATE]


def _arguments(root: Path) -> list[str]:
    arguments = [str(root / "tests"), "--rootdir", str(root), "-c", str(root / "pyproject.toml")]
    arguments += [word for name in _UNUSED_PLUGINS for word in ("-p", f"no:{name}")]
    return [*arguments, "--capture=no"]


def _versions(root: Path) -> list[tuple[int, int] | None]:
    files = [root / name for name in _READ]
    facts = [file.stat() if file.is_file() else None for file in files]
    return [fact and (fact.st_mtime_ns, fact.st_size) for fact in facts]
