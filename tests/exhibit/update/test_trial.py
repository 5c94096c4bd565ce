"""A new version that does not show must go by itself, and one that does must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exhibit.contract.errors import UpdateError
from exhibit.update.health import Health
from exhibit.update.trial import Trial
from exhibit.update.versions import Versions
from tests.exhibit.update.made_up import begin, make_version
from tests.fakes.clock import FakeClock

WELL, DOWN = Health(True, "a/0", {}), Health(False, "", {"no_table": "no table runs"})


class Tried:
    """A table that says of itself what a test tells it to, one thing after the other."""

    def __init__(self, prefix: Path, restart: str = "true") -> None:
        self.versions, self.clock, self.said = begin(prefix), FakeClock(), list[str]()
        self.old, self.new = self.versions.current, make_version(self.versions, "0.2.0")
        self._restart = restart

    def run(self, found: Iterator[Health], before: Health = WELL) -> str:
        """Try the new version."""

        def health(folder: Path) -> Health:
            return before if folder == self.old else next(found)

        trial = Trial(
            self.versions,
            self._restart,
            self.said.append,
            health=health,
            clock=self.clock,
            wait=self.clock.advance,
        )
        return trial.of(self.new)

    @property
    def links(self) -> tuple[Path | None, Path | None, Path | None]:
        """What starts, what could be gone back to, and what is on trial."""
        return self.versions.current, self.versions.before, self.versions.trial


def _then(*begin: Health) -> Iterator[Health]:
    yield from begin
    while True:
        yield begin[-1]


def test_trial_version_that_comes_up_late_is_kept(tmp_path: Path) -> None:
    tried = Tried(tmp_path)
    assert tried.run(_then(*[DOWN] * 20, WELL)) == ""
    assert tried.links == (tried.new, tried.old, None)


def test_trial_version_that_never_shows_goes_within_a_minute_and_says_why(tmp_path: Path) -> None:
    tried = Tried(tmp_path)
    assert tried.run(_then(DOWN)) == "no table runs"
    assert tried.links == (tried.old, None, None)
    assert tried.clock() - 100.0 == pytest.approx(60.0)


def test_trial_version_whose_processes_end_again_and_again_goes(tmp_path: Path) -> None:
    tried = Tried(tmp_path)
    lives = (Health(True, f"a/{number // 3}", {}) for number in range(1000))
    assert tried.run(lives) == "it is not up, or not for long"
    assert tried.links[0] == tried.old


def test_trial_fault_of_the_place_is_not_held_against_a_version(tmp_path: Path) -> None:
    unplugged = Health(True, "a/0", {"camera_lost": "camera: unplugged"})
    tried = Tried(tmp_path)
    assert tried.run(_then(unplugged), before=unplugged) == ""


def test_trial_fault_that_came_with_the_version_is(tmp_path: Path) -> None:
    tried = Tried(tmp_path)
    on_cpu = Health(True, "a/0", {"on_cpu": "pictures are made on the processor"})
    assert tried.run(_then(on_cpu)) == "pictures are made on the processor"
    assert tried.links[0] == tried.old


def test_trial_that_is_broken_off_goes_back(tmp_path: Path) -> None:
    tried = Tried(tmp_path)

    def pressed() -> Iterator[Health]:
        yield WELL
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tried.run(pressed())
    assert tried.links == (tried.old, None, None)


@pytest.mark.parametrize(
    ("restart", "said"), [("false", "exit code 1"), ("/nowhere/at-all", "No such file")]
)
def test_trial_that_cannot_start_the_table_goes_back(
    tmp_path: Path, restart: str, said: str
) -> None:
    tried = Tried(tmp_path, restart)
    with pytest.raises(UpdateError, match=said):
        tried.run(_then(WELL))
    assert tried.links == (tried.old, None, None)
    assert Versions(tmp_path).current == tried.old
