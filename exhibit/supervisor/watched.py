"""One process of the table over all its lives, also while settings leave it out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exhibit.contract.settings.schema import Config
from exhibit.supervisor.processes import Child, ProcessSpec
from exhibit.supervisor.restart_policy import RestartPolicy
from exhibit.supervisor.silence import Silence, Standstill

_HANGS_FORGOTTEN_S = 3600.0


class Watched:
    """One process of the table over all its lives.

    Attributes:
        is_wanted: whether it is to run: it is on, or may have something to finish.
        rests: it was left out, and has shown no life since: nothing is wrong with it.
        has_rested: it was left out before: its start is not the table's.
        hangs: how often it hung, counted anew once it has lived for an hour, or was asked to end.
    """

    silence: Silence  # of the life under way
    standstill: Standstill  # of its start

    def __init__(self, spec: ProcessSpec, policy: RestartPolicy) -> None:
        self.spec = spec
        self.policy = policy
        self.is_wanted, self.rests, self.has_rested = True, False, False
        self.child: Child | None = None
        self.started_at = 0.0
        self.start_due = 0.0
        self.restarts = 0
        self.last_exit = self.last_words = ""
        self.quick_deaths = 0  # in a row
        self.hangs = 0
        self.asked_to_end = False
        self.aborted_at: float | None = None
        self.aborted_for = ""
        self.hung = False
        self.stopped_at: float | None = None  # since then a signal holds it still
        self.memory_mb = 0.0  # at the last look
        self.killed_at: float | None = None
        self.stuck: list[Child] = []  # killed, and still not gone
        self.past: dict[str, Any] = {}  # what the lives that ended measured
        self._is_on = True
        self._left_at: frozenset[Path] = frozenset()
        self._done_at: frozenset[Path] = frozenset()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return None if self.child is None else self.child.pid

    def begin(self, now: float) -> None:
        """Begin another life at `now` (monotonic seconds): nothing has been done to it yet."""
        self.started_at, self.aborted_for, self.hung = now, "", False
        self.aborted_at = self.killed_at = self.stopped_at = None

    def count_hang(self, lived_s: float) -> None:
        """Take in how the life ended that lasted for so many seconds."""
        if self.asked_to_end or lived_s >= _HANGS_FORGOTTEN_S:
            self.hangs = 0
        self.hangs += self.hung

    def stopped_s(self, now: float) -> float:
        """Return for how many seconds a signal has held it still by now; 0.0 where none does."""
        if self.child is None or not self.child.is_stopped:
            self.stopped_at = None
            return 0.0
        self.stopped_at = now if self.stopped_at is None else self.stopped_at
        return now - self.stopped_at

    def follow(self, config: Config) -> None:
        """Let settings say whether it is wanted."""
        self._is_on, self._left_at = self.spec.is_on(config), self.spec.left_at(config)
        if self._is_on:
            # From now on there may be something to finish anywhere.
            self._done_at = frozenset()
        self._decide()

    def finish(self) -> None:
        """Take its word that nothing is left to finish where it has looked."""
        self._done_at = self._left_at
        self.rest()
        self._decide()

    def rest(self) -> None:
        """Note that it is left out."""
        self.rests = self.has_rested = True

    def _decide(self) -> None:
        self.is_wanted = self._is_on or not self._left_at <= self._done_at

    def describe(self) -> dict[str, Any]:
        """Return its id, restarts, last exit and last words, for the status."""
        return {
            "pid": self.pid,
            "off": self.rests,
            "restarts": self.restarts,
            "memory_mb": round(self.memory_mb, 1),
            "last_exit": self.last_exit,
            "last_words": self.last_words,
        }
