"""The page as a unit of its own: it finds the table that runs, and starts anew with the next."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

from exhibit.contract.board import read_status
from exhibit.contract.notify import ServiceNotifier
from exhibit.contract.run_folders import table_of
from exhibit.operator.desk import Desk

_EVERY_S = 1.0


class Apart:
    """What a supervisor would do for a page, where the service manager starts it.

    Args:
        desk: what the routes share.
        say: prints a line.
        notifier: tells the service manager that the page serves.
        find: returns the run folder of the table with a state folder, None where none runs.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        desk: Desk,
        say: Callable[[str], None],
        notifier: ServiceNotifier,
        find: Callable[[Path], Path | None] = table_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk, self._say, self._notifier = desk, say, notifier
        self._find, self._clock = find, clock
        self._said: set[str] = set()
        self._serves = False

    async def look_on(self) -> None:
        """Go on until there is a reason to start anew; the service manager does that."""
        while not self.look():
            await asyncio.sleep(_EVERY_S)
        leave()
        await asyncio.Event().wait()

    def look(self) -> bool:
        """Tell what is new; returns whether the page must start anew.

        It must where another table runs than the one that it is of, and where its own settings hold
        only from a start. A table that ends is no reason: somebody may want to know why.
        """
        told = read_status(self._desk.run_dir, "operator")
        for line in told.get("console", ()):
            if line not in self._said:
                self._said.add(line)
                self._say(line)
        self._serves = self._serves or bool(told)
        if self._serves:
            self._notifier.showing(self._clock())
        running = self._find(self._desk.state_dir)
        is_other = running is not None and running != self._desk.run_dir
        return is_other or bool(self._desk.settings.in_force.status()["outdated"])


def leave() -> None:
    """Ask this process to end in order."""
    signal.raise_signal(signal.SIGTERM)
