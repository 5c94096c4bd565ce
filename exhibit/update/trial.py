"""Letting another version show, watching it, and going back by itself where it is not well."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exhibit.contract.errors import UpdateError
from exhibit.update.health import Health, health_of
from exhibit.update.versions import Versions

WITHIN_S, STEADY_S = 60.0, 10.0
_LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """How another version is tried.

    Attributes:
        versions: of the table.
        restart: the command that ends the table and starts `current`; must not wait for it.
        say: prints a line.
        within_s: how long it may take until it is well.
        steady_s: well means so long without a fault and without a process that ends.
    """

    versions: Versions
    restart: str
    say: Callable[[str], None]
    within_s: float = WITHIN_S
    steady_s: float = STEADY_S
    health: Callable[[Path], Health] = health_of
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = field(default=time.sleep)

    def of(self, folder: Path) -> str:
        """Let a version show, and keep it if it is well.

        Returns:
            Why the version before shows again; "" where the new one is well.

        Raises:
            UpdateError: it cannot be tried, or nothing starts the table; the old one is `current`.
        """
        before = self.versions.current
        known = self.health(before).reasons if before is not None else {}
        self.versions.begin_trial(folder)
        try:
            self._restart()
            self.say(f"{folder.name} starts; watched for {self.within_s:g} s at most ...")
            why = self._watch(folder, known)
        except BaseException:
            # Ctrl-C, a connection that was cut: a version that nobody saw well is not kept.
            self.end()
            raise
        if why:
            self.end()
        else:
            self.versions.confirm()
        return why

    def end(self) -> None:
        """Let the version before show again."""
        self.versions.go_back()
        try:
            self._restart()
        except UpdateError as error:
            self.say(str(error))

    def _watch(self, folder: Path, known: Mapping[str, str]) -> str:
        """Return why a version is not well; "" where it is.

        What was wrong with the version before as well is none of this one's business.
        """
        deadline = self.clock() + self.within_s
        well_since, life = None, ""
        while True:
            found, now = self.health(folder), self.clock()
            faults = [text for code, text in found.reasons.items() if code not in known]
            well = found.shows and not faults
            if not well or found.life != life:
                well_since = None
            life = found.life
            if well and well_since is None:
                well_since = now
            if well_since is not None and now - well_since >= self.steady_s:
                return ""
            if now >= deadline:
                return "; ".join(faults) or "it is not up, or not for long"
            self.wait(_LOOK_EVERY_S)

    def _restart(self) -> None:
        try:
            done = subprocess.run(shlex.split(self.restart), stdin=subprocess.DEVNULL, check=False)
        except OSError as error:
            raise UpdateError(f"'{self.restart}': {error.strerror}") from None
        if done.returncode:
            raise UpdateError(f"'{self.restart}' ended with exit code {done.returncode}")
