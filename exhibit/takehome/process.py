"""The process of what is taken home: takes orders and what is drawn, and tells how it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exhibit.contract.board import CommandInbox, Heart, read_status, write_status
from exhibit.contract.errors import NOTHING_TO_DO
from exhibit.contract.records import Origin, RecordReader
from exhibit.contract.settings.published import Follower
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.taking_home import PROCESS, who_asks
from exhibit.takehome.allowance import Allowance
from exhibit.takehome.backroom import Asked, Backroom

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

_TICK_S = 0.1
_FOLLOW_EVERY_S = 0.25
_STATUS_EVERY_S = 0.5
_HANGS_AFTER_S = 120.0
"""Whoever waits for a printer this long waits for ever: the process is started again."""
_INK_BELOW = 128


class TakeHomeProcess:
    """Everything that taking home holds open.

    Args:
        run_dir: folder shared with the other processes.
        clock: monotonic seconds.
        wall: seconds of wall time.

    Raises:
        ConfigError: there are no settings to start with.
    """

    def __init__(
        self,
        run_dir: Path,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._run_dir, self._clock = run_dir, clock
        self._follower = Follower(run_dir, PROCESS)
        self._config = self._follower.config
        self._heart = Heart(run_dir, PROCESS)
        self._inbox = CommandInbox(run_dir, PROCESS)
        self._origin = RecordReader(run_dir, Origin)
        self._allowance = Allowance(clock)
        self.backroom = Backroom(self._config.takehome, self._config.state_dir, clock, wall)
        self._follow_due = self._status_due = float("-inf")
        self._taken, self._orders = 0, 0
        self._answer: dict[str, Any] = {"code": "", "by": "", "number": 0}

    def run(self, stopping: threading.Event) -> int:
        """Go on until asked to stop, or until it is off and nothing is left to do.

        What waits then is on the disk.

        Returns:
            The exit code: 0, `NOTHING_TO_DO`, or 1 where the thread that makes pages has crashed.
        """
        worker = self.backroom.open()
        while not stopping.wait(_TICK_S) and worker.is_alive():
            self.tick()
            if self.is_done:
                return NOTHING_TO_DO
        return 0 if worker.is_alive() else 1

    @property
    def is_done(self) -> bool:
        """Whether it is off, and nothing is left to finish or to remember."""
        config = self._config.takehome
        # How many were taken home within the hour is known here alone.
        done = self.backroom.is_done and not self._allowance.taken_within_the_hour
        return done and not config.enabled and not self._follower.outdated

    def tick(self) -> None:
        """Do what is due now."""
        now = self._clock()
        if now - self.backroom.alive_at < _HANGS_AFTER_S:
            self._heart.beat()
        if now >= self._follow_due:
            self._follow_due = now + _FOLLOW_EVERY_S
            self._follow()
        for command in self._inbox.drain():
            by = who_asks(command)
            if by is not None:
                self._orders += 1
                code = self._take_home(by)
                self._answer = {"code": code, "by": by, "number": self._orders}
                self._status_due = now
        if now >= self._status_due:
            self._status_due = now + _STATUS_EVERY_S
            write_status(self._run_dir, PROCESS, self._status())

    def close(self) -> None:
        """Take no orders any more."""
        self._inbox.close()

    def _follow(self) -> None:
        config = self._follower.follow()
        if config is not None:
            self._config = config
            self.backroom.config = config.takehome

    def _take_home(self, by: str) -> str:
        """Take what is drawn now, and return the code of what became of it."""
        config = self._config.takehome
        if not config.enabled:
            return "off"
        if not (config.printer or config.folder):
            return "nowhere"
        # Ink and picture alone: what the camera saw never comes near paper.
        ink, picture = self._newest("ink"), self._newest("picture")
        if ink is None or picture is None or ink.min() >= _INK_BELOW:
            return "blank"
        refusal = self._allowance.refuse(ink, by, config)
        if refusal is not None:
            return refusal
        self._allowance.take(ink)
        self._taken += 1
        model, visit = self._config.model, self._config.visit
        self.backroom.take(
            Asked(
                ink,
                picture,
                self._origin.look(),
                self._engine_says(),
                (model.bundle, model.fallback),
                visit.languages[0],
                config,
            )
        )
        return "taken"

    def _newest(self, name: str) -> Gray | None:
        # Opened anew: nothing of a visit stays here between two orders.
        found = SlotReader(self._run_dir / f"{name}.slot").peek()
        return None if found is None else found.pixels

    def _engine_says(self) -> str:
        """Return the name of the bundle that answers."""
        try:
            return str(read_status(self._run_dir, "engine").get("bundle", ""))
        except (OSError, ValueError):
            return ""

    def _status(self) -> dict[str, Any]:
        room, enabled = self.backroom, self._config.takehome.enabled
        return {
            **self._follower.status(),
            "state": ("waiting" if room.waiting else "ready") if enabled else "off",
            "taken": self._taken,
            "waiting": room.waiting,
            "lost": room.lost,
            "last": self._answer,
            "notices": self._notices() if enabled else [],
        }

    def _notices(self) -> list[dict[str, str]]:
        config, room = self._config.takehome, self.backroom
        later = f"; {room.waiting} files wait for it" if room.waiting else ""
        found = {
            "takehome_nowhere": ""
            if config.printer or config.folder
            else "taking home is on, but takehome.printer and takehome.folder name no place",
            "takehome_printer": room.printer_problem and room.printer_problem + later,
            "takehome_folder": room.folder_problem and room.folder_problem + later,
            "takehome_disk": room.disk_problem,
            "takehome_many": f"{config.most_an_hour} drawings were taken home within the hour; "
            "takehome.most_an_hour allows no more"
            if self._allowance.is_used_up(config)
            else "",
        }
        return [{"code": code, "text": text} for code, text in found.items() if text]
