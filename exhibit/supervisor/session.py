"""One run of the table, from the run folder's making to its removal."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from exhibit.contract.board import CommandInbox, Heart, read_status, write_status
from exhibit.contract.errors import REFUSED, InputError
from exhibit.contract.installed import INSTALLED_AT
from exhibit.contract.notify import ServiceNotifier
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Follower, Published, publish, read_published
from exhibit.contract.settings.safe_mode import begin_safe_mode, safe_mode_reason, safest
from exhibit.supervisor.console import Console
from exhibit.supervisor.last_run import begin_run, end_run
from exhibit.supervisor.processes import ProcessSpec
from exhibit.supervisor.report import make_report
from exhibit.supervisor.resources import ResourceMeter
from exhibit.supervisor.run_folder import run_folder
from exhibit.supervisor.startup import finish_start
from exhibit.supervisor.supervisor import Supervisor

log = logging.getLogger(__name__)

_TICK_S = 0.1
_LOOK_EVERY_S = 0.5
_SHOWN_WITHIN_S = 2.0
_PAGE_BEATS_WITHIN_S = 5.0
_TOLD_FOR_S = 15 * 60.0


def run_table(
    settings: Published,
    table: tuple[ProcessSpec, ...],
    stopping: threading.Event,
    seconds: float | None,
    report: Path | None,
    say: Callable[[str], None],
    apart: tuple[str, ...] = (),
) -> int:
    """Run a table until it is asked to stop; returns the exit code.

    Args:
        settings: in force at the start.
        table: the processes.
        stopping: set by a signal.
        seconds: how long to run, or None for as long as it is wanted.
        report: where to write the measurements.
        say: prints a line.
        apart: processes of this table that somebody else starts.

    Raises:
        InputError: there is no room in memory, or the report cannot be written.
    """
    state_dir = settings.file.state_dir
    with run_folder() as folder:
        session = Session(folder, settings, table, say, apart)
        session.tell("table_ended", begin_run(state_dir))
        try:
            code = session.run(stopping, seconds)
            end_run(state_dir, session.gave_up)
            if report is not None and code != REFUSED:
                _write_report(report, session.report())
        except Exception as error:
            end_run(state_dir, f"{type(error).__name__}: {error}")
            raise
        finally:
            session.close()
    return code


def _write_report(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"--report {path}: not written: {error.strerror}") from None


class Session:
    """A running table: supervisor, service manager, console and measurements.

    Attributes:
        first_picture_s: seconds from the start to the engine's first picture, None before it.

    Args:
        folder: the run folder.
        settings: in force at the start; published for all processes, which follow them.
        table: the processes.
        say: prints a line.
        apart: processes of this table that somebody else starts.
    """

    def __init__(
        self,
        folder: Path,
        settings: Published,
        table: tuple[ProcessSpec, ...],
        say: Callable[[str], None],
        apart: tuple[str, ...] = (),
    ) -> None:
        self._apart = apart
        self._folder, config = folder, settings.config
        if not publish(folder, settings):
            raise InputError(f"{folder}: no room in memory for settings and pictures")
        self._notifier = ServiceNotifier()
        attended = not self._notifier.present
        self._supervisor = Supervisor(table, config.supervisor, folder, attended)
        self._supervisor.follow(config)
        self._follower = Follower(folder, "supervisor")
        self._inbox = CommandInbox(folder, "supervisor")
        self._heart, self._stage_heart = Heart(folder, "supervisor"), Heart(folder, "stage")
        self._console = Console(config.camera.source, say)
        self._meter = ResourceMeter(time.monotonic())
        self._look_due = 0.0
        self._told = True
        self._left_out = list(settings.left_out)
        self._past: dict[str, tuple[str, float]] = {}  # code and until when, by text
        self._state_dir = settings.file.state_dir
        self._is_up = False
        self.first_picture_s: float | None = None

    def run(self, stopping: threading.Event, seconds: float | None) -> int:
        """Go on until asked to stop, until `seconds` are over, or until the table cannot."""
        ends_at = float("inf") if seconds is None else time.monotonic() + seconds
        while not stopping.is_set() and time.monotonic() < ends_at:
            code = self._supervisor.tick()
            if self._supervisor.crash_loop:
                self._begin_safe_mode()
            if code is not None:
                return code
            self._obey()
            self._heart.beat()
            now = time.monotonic()
            if now - self._stage_heart.last < _SHOWN_WITHIN_S:
                self._notifier.showing(now)
            if now >= self._look_due:
                self._look_due = now + _LOOK_EVERY_S
                self._look()
            stopping.wait(_TICK_S)
        return 0

    def tell(self, code: str, text: str) -> None:
        """Tell of something that is over for as long as somebody may take to look at the page.

        Args:
            code: of the reason, for the page's advice.
            text: what happened; nothing where it is empty.
        """
        if text:
            log.warning("%s", text)
            self._past[text] = (code, time.monotonic() + _TOLD_FOR_S)

    @property
    def gave_up(self) -> str:
        """Why the table could not go on, empty where it ended as it should."""
        return self._supervisor.gave_up

    def report(self) -> dict[str, Any]:
        """Return what was measured so far, with the memory of now."""
        self._meter.sample(self._pids(), float("inf"))
        return make_report(self._supervisor, self._statuses(), self._meter, time.monotonic())

    def close(self) -> None:
        """End all processes."""
        finish_start(self._state_dir)
        self._notifier.stopping()
        self._supervisor.stop()
        self._inbox.close()

    def _begin_safe_mode(self) -> None:
        reason = self._supervisor.crash_loop
        self._supervisor.forgive()
        if safe_mode_reason(self._state_dir) is not None:
            return  # it does not help; the attract loop goes on, and it is tried ever more seldom
        log.error("%s; safe mode", reason)
        try:
            begin_safe_mode(self._state_dir, reason)
        except OSError as error:
            log.error("safe mode cannot be kept: %s", error)
        # A page that is started again takes it up by itself; one that is not there cannot.
        if "operator" not in self._supervisor.watched and not self._page_lives():
            now = read_published(self._folder)
            safe = apply_overrides(now.config, safest(now.file))
            publish(self._folder, replace(now, generation=now.generation + 1, config=safe))

    def _page_lives(self) -> bool:
        return time.monotonic() - Heart(self._folder, "operator").last < _PAGE_BEATS_WITHIN_S

    def _note_that_it_is_up(self) -> None:
        if self._is_up:
            return
        answering = [w.child for w in self._supervisor.watched.values() if w.spec.answers]
        if all(child is not None and child.heart.last for child in answering):
            self._is_up = True
            finish_start(self._state_dir)

    def _look(self) -> None:
        config = self._follower.follow()
        if config is not None:
            self._supervisor.follow(config)
        statuses = self._statuses()
        self._console.look(statuses)
        self._supervisor.renew(statuses)
        shown_at = statuses.get("engine", {}).get("first_picture_at")
        if self.first_picture_s is None and shown_at is not None:
            self.first_picture_s = round(shown_at - self._meter.begun_at, 3)
        self._note_that_it_is_up()
        resident_mb = self._meter.sample(self._pids(), time.monotonic())
        self._supervisor.limit_memory(resident_mb)
        measured = {
            "began_at": self._meter.begun_at,
            "rss_mb_peak": round(self._meter.peak_mb, 1),
            "faults": self._left_out,
            "notices": self._told_of_the_past(),
            "installed_at": str(INSTALLED_AT),
            "apart": self._apart,
        }
        self._say_if_full(
            write_status(
                self._folder, "supervisor", {"processes": self._supervisor.describe(), **measured}
            )
        )

    def _told_of_the_past(self) -> list[dict[str, str]]:
        now = time.monotonic()
        self._past = {text: past for text, past in self._past.items() if past[1] > now}
        return [{"code": code, "text": text} for text, (code, _) in self._past.items()]

    def _pids(self) -> list[int]:
        running = (p["pid"] for p in self._supervisor.describe().values() if p["pid"])
        return [os.getpid(), *running]

    def _say_if_full(self, told: bool) -> None:
        if told and not self._told:
            self.tell("memory_was_full", f"{self._folder.parent}: there was no room in memory")
        if not told and self._told:
            log.error("%s: no room; the table goes on, and cannot say how it is", self._folder)
        self._told = told

    def _statuses(self) -> dict[str, dict[str, Any]]:
        return {name: read_status(self._folder, name) for name in self._supervisor.watched}

    def _obey(self) -> None:
        for command in self._inbox.drain():
            match command:
                case {"do": "restart", "name": str(name)} if name in self._supervisor.watched:
                    self._supervisor.restart(name)
                case _:
                    log.warning("unknown order %.80r", command)
