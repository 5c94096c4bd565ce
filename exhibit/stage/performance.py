"""The stage's loop: one that shows, and tells what it has shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exhibit.contract.board import CommandInbox, Heart, write_status
from exhibit.contract.calibration import Calibration, projector_misfit
from exhibit.contract.geometry import stage_size
from exhibit.contract.notice import read_notice
from exhibit.contract.pacing import Pacer
from exhibit.contract.records import Origin, RecordReader
from exhibit.contract.settings.published import Follower
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot_writer import SlotWriter
from exhibit.contract.timing import Ring
from exhibit.stage.attract import Attract
from exhibit.stage.engine_view import EngineView
from exhibit.stage.label import Labels
from exhibit.stage.mode import Mode, Orders
from exhibit.stage.notice import Notice
from exhibit.stage.pattern import Pattern
from exhibit.stage.renderer import Renderer
from exhibit.stage.show import Show
from exhibit.stage.timings import Timings
from exhibit.stage.visit import Visit
from exhibit.stage.window import Ending, Window

_ATTRACT_HZ, _AT_REST_HZ = 20.0, 10.0
"""While nobody is there not every refresh is composed, and even fewer at rest: in those between it
is only looked whether somebody has come."""
_COMPOSE_LEAD_S = 0.009
"""Composing begins this long before a frame is due: late enough for the newest picture."""
_STATUS_EVERY_S = 1.0
_STATUS_SOON_S = 0.1
_COMPOSITE_EVERY_S, _COMPOSITE_UNSEEN_S = 1 / 15, 1.0
"""From one view of the stage for the pages to the next, while somebody looks and while nobody."""
_LOOKS_ON_S = 3.0
_COMPOSITE_WIDEST_PX = 1920


class Performance:
    """Shows at the display's rate what engine, attract loop and operator ask for.

    Attributes:
        complaints: what else is wrong, for the status.

    Args:
        run_dir: the folder that the processes share.
        follower: the settings in force.
        calibration: where the projection lands on the table.
        window: open, ready to show.
        renderer: composes it.
        clock: monotonic seconds; the engine's heartbeat uses the same.
    """

    def __init__(
        self,
        run_dir: Path,
        follower: Follower,
        calibration: Calibration,
        window: Window,
        renderer: Renderer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run_dir, self._follower, self._clock = run_dir, follower, clock
        self._config = config = follower.config
        self._window, self._renderer = window, renderer
        self._attract = Attract(config.model.bundle, config.visit)
        self._visit = Visit(run_dir)
        self._labels, self._labelled = Labels(), Origin()
        self._origins = RecordReader(run_dir, Origin)
        self._show = Show(renderer, config.stage, calibration, self._attract, config.visit.fade_s)
        self._notice = Notice(window.size)
        self._pattern, self._covered = Pattern(run_dir, window.size), False
        self._engine = EngineView(run_dir)
        self._inbox = CommandInbox(run_dir, "stage")
        self._heart = Heart(run_dir, "stage")
        self._composite = SlotWriter(run_dir / "composite.slot", clock)
        self._orders = Orders()
        self._pacer = Pacer(config.stage.fps, clock)
        self._timings, self._compose_ms = Timings(), Ring()
        self._status_due, self._published_at = 0.0, float("-inf")
        self._unpublished = self._moved = True
        self._skipped = 0
        self._sequence = 0
        self._refused = self._scheduling = ""
        self._calibration = calibration
        self._mismatch = self._misfit(config)
        self.complaints: tuple[str, ...] = ()

    def run(self, stopping: Callable[[], bool], scheduling: str) -> Ending | None:
        """Show until asked to stop, or until the window must be closed.

        Args:
            stopping: says when.
            scheduling: what the kernel granted, for the status.

        Returns:
            Why the window must be closed; None where it was asked to stop.
        """
        self._scheduling = scheduling
        self._attract.rehearse()
        ending = None
        while not stopping() and not (ending := self._window.asked_to_close()):
            self._pacer.wait(_COMPOSE_LEAD_S)
            changed = not self._may_be_skipped() and self._refresh()
            if changed:
                self._pacer.wait()
            self._renderer.show(changed)
            # What rests is on the display when its refresh is due: nobody need wake for that.
            shown_at = max(self._clock(), self._pacer.due)
            self._pacer.done()
            self._timings.show(shown_at, self._renderer.newly_lit())
            self._heart.beat()
            self._publish()
        self._inbox.close()
        return ending

    def _may_be_skipped(self) -> bool:
        """Return whether nobody is there, and nothing says that somebody has come."""
        self._skipped += 1
        every = self._config.stage.fps / (_ATTRACT_HZ if self._moved else _AT_REST_HZ)
        if self._show.mode is not Mode.ATTRACT or self._skipped >= round(every):
            return False
        return not (self._visit.has_news() or self._engine.has_news())

    def _refresh(self) -> bool:
        """Compose the next refresh; returns whether it is another one."""
        self._skipped = 0
        self._follow()
        self._obey()
        self._moved = self._compose()
        return self._moved

    def _follow(self) -> None:
        config = self._follower.follow()
        if config is None:
            return
        if config.model.bundle != self._config.model.bundle:
            self._attract.load(config.model.bundle)
        if config.visit != self._config.visit:
            self._attract.configure(config.visit)
            self._show.farewell_s = config.visit.fade_s
        self._config, self._mismatch = config, self._misfit(config)
        self._show.configure(config.stage)
        # Whoever moved a slider watches for what it does.
        self._published_at = float("-inf")
        self._status_due = min(self._status_due, self._clock() + _STATUS_SOON_S)

    def _obey(self) -> None:
        for order in self._inbox.drain():
            match order:
                case {"do": "freeze", "on": bool(on)}:
                    self._orders = Orders(on, self._orders.blank)
                case {"do": "blank", "on": bool(on)}:
                    self._orders = Orders(self._orders.freeze, on)
                case _:
                    self._refused = f"unknown order {order!r:.80}"

    def _compose(self) -> bool:
        now = self._clock()
        self._engine.look(now, self._config.stage.stale_after_s)
        picture = self._engine.picture
        mode = self._visit.choose(now, self._orders, picture, self._engine.idle, self._config)
        self._show.update(now, mode, picture)
        self._label(now, mode)
        changed = self._cover() if self._pattern.look(now) else self._draw(now)
        self._unpublished = self._unpublished or changed
        return changed

    def _cover(self) -> bool:
        """Show what calibration asks for; what is hidden under it goes on meanwhile."""
        self._covered, pixels = True, self._pattern.take()
        if pixels is not None:
            self._renderer.cover(pixels)
        return pixels is not None

    def _draw(self, now: float) -> bool:
        if self._covered:
            self._covered = False
            self._show.configure(self._config.stage)
        changed = self._show.compose(max(self._pacer.due, now), self._notice)
        if changed:
            self._compose_ms.add(1000 * (self._clock() - now))
        return changed

    def _label(self, now: float, mode: Mode) -> None:
        """Show where the answer comes from, while that is asked for; it lingers with its answer."""
        origin = Origin()
        if self._config.visit.label:
            self._labels.load(self._config.model.bundle)
            if mode is not Mode.PICTURE:
                origin = self._labelled if mode in (Mode.LINGERING, Mode.FROZEN) else Origin()
            else:
                origin = self._origins.look()
        if origin == self._labelled:
            return
        label = self._labels.draw(origin)
        # Labels that are not read yet are asked for again.
        if label is not None or not origin.drawing:
            self._labelled = origin
            self._show.label(label, now)

    def _publish(self) -> None:
        now = self._clock()
        seen = now - self._composite.looked_at < _LOOKS_ON_S
        every_s = _COMPOSITE_EVERY_S if seen else _COMPOSITE_UNSEEN_S
        if self._unpublished and now - self._published_at >= every_s:
            self._published_at = now
            self._sequence += 1
            light = self._renderer.seen(_COMPOSITE_WIDEST_PX)
            self._unpublished = not self._composite.publish(self._sequence, now, light)
        if now >= self._status_due:
            self._status_due = now + _STATUS_EVERY_S
            write_status(self._run_dir, "stage", self._status())
            if self._notice.set(read_notice(self._run_dir, now), self._config.stage):
                # Composed once more, under the notice or without it.
                self._show.configure(self._config.stage)

    def _status(self) -> dict[str, Any]:
        own = (self._attract.fault, self._mismatch, self._refused, self._composite.fault)
        faults = (*own, *self.complaints)
        return {
            **self._follower.status(),
            "state": self._show.mode.value,
            **self._timings.status(self._clock()),
            "stages_ms": {"compose": self._compose_ms.percentiles()},
            "scheduling": self._scheduling,
            "driver": self._window.driver,
            "renderer": self._renderer.name,
            "size_px": list(self._window.size),
            "mirror": self._config.stage.mirror,
            "rotate": self._config.stage.rotate,
            "faults": [text for text in faults if text],
        }

    def _misfit(self, config: Config) -> str:
        stage = config.stage
        size = stage_size(*self._window.size, stage.rotate)
        return projector_misfit(self._calibration, size, stage.mirror, stage.rotate)
