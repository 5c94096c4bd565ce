"""Frames of the camera for as long as the table runs: a lost camera is opened again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from exhibit.camera import Fault
from exhibit.camera.health import FROZEN_FRAMES
from exhibit.contract.errors import CameraError
from exhibit.contract.values import Camera, Frame

SILENT_AFTER_S = 2.5
"""Longer than a camera takes itself to say what is wrong with it."""
BACKOFF_MIN_S, BACKOFF_MAX_S = 1.0, 30.0
_OPEN_POLL_S = 0.2
# A black camera is seen to recover by looking on; the others come back only when opened again.
_CURED_BY_OPENING = ("missing", "stalled", "corrupt", "frozen")
_TELLING_FRAMES = FROZEN_FRAMES + 10
"""A frozen camera that was opened again gives so many frames at most before that is seen again."""


class Source(Protocol):
    """An open camera whose newest frame can be asked for (`exhibit.camera.Grabber`)."""

    captured: int
    dropped: int

    @property
    def camera(self) -> Camera:
        """What is known of the camera."""

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the camera now."""

    def newest(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not seen before, or None when there is none in time."""

    def close(self) -> None:
        """Release the device."""


class CameraFeed:
    """The newest frame of a camera that may come and go.

    Opening may block for seconds, so it happens in a thread of its own and the engine's heart goes
    on beating.

    Attributes:
        camera: the camera that gave the last frame, None before the first.
        fault: what is wrong, in words, or None.

    Args:
        open_source: opens the camera; raises CameraError where it cannot.
        clock: monotonic seconds.
        is_there: whether there is a device to open, at a glance.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        clock: Callable[[], float] = time.monotonic,
        is_there: Callable[[], bool] = lambda: True,
    ) -> None:
        self._open_source, self._is_there = open_source, is_there
        self._was_there = True
        self._frozen = 0  # frames until a camera that was frozen is believed
        self._clock = clock
        self._source: Source | None = None
        self._opening: _Opening | None = _Opening(open_source)
        self._backoff_s = BACKOFF_MIN_S
        self._open_due = self._clock()
        self._heard_at = self._clock()
        self._captured = self._dropped = 0
        self.camera: Camera | None = None
        self.fault: str | None = None

    def newest(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not seen before, or None when there is none in time."""
        if self._source is None:
            self._try_to_open(timeout_s)
            return None
        frame = self._source.newest(timeout_s)
        now = self._clock()
        if frame is not None:
            self._heard_at, self._frozen = now, max(self._frozen - 1, 0)
            if not self._frozen:
                self._backoff_s, self.fault = BACKOFF_MIN_S, None
            self.camera = self._source.camera
            return frame
        fault = self._source.fault
        if fault is not None and fault.kind not in _CURED_BY_OPENING:
            self._heard_at, self.fault = now, fault.detail
        elif fault is not None:
            self._lose(fault.detail)
            self._frozen = _TELLING_FRAMES if fault.kind == "frozen" else 0
        elif now - self._heard_at > SILENT_AFTER_S:
            self._lose(f"no frame for {SILENT_AFTER_S:g} s")
        return None

    @property
    def captured(self) -> int:
        """Frames the camera gave, over all openings."""
        return self._captured + (self._source.captured if self._source else 0)

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced before they were looked at."""
        return self._dropped + (self._source.dropped if self._source else 0)

    def close(self) -> None:
        """Release the camera."""
        if self._source is not None:
            self._captured, self._dropped = self.captured, self.dropped
            self._source.close()
            self._source = None

    def _try_to_open(self, timeout_s: float) -> None:
        if self._opening is None:
            if self._has_come():
                self._open_due, self._backoff_s = self._clock(), BACKOFF_MIN_S
            if self._clock() < self._open_due:
                time.sleep(min(timeout_s, _OPEN_POLL_S))
                return
            self._opening = _Opening(self._open_source)
        if not self._opening.ended.wait(timeout_s):
            return
        source, error, self._opening = self._opening.source, self._opening.error, None
        if source is None:
            self._lose(str(error or "could not be opened"))
            return
        self._source, self._heard_at = source, self._clock()

    def _has_come(self) -> bool:
        """Return whether the device has been plugged in since the last look."""
        before, self._was_there = self._was_there, self._is_there()
        return self._was_there and not before

    def _lose(self, reason: str) -> None:
        self.close()
        self._open_due = self._clock() + self._backoff_s
        self.fault = reason
        self._backoff_s = min(2 * self._backoff_s, BACKOFF_MAX_S)


class _Opening:
    """One attempt to open the camera, in a thread."""

    def __init__(self, open_source: Callable[[], Source]) -> None:
        self.ended = threading.Event()
        self.source: Source | None = None
        self.error: CameraError | None = None
        self._open_source = open_source
        threading.Thread(target=self._run, name="open-camera", daemon=True).start()

    def _run(self) -> None:
        try:
            self.source = self._open_source()
        except CameraError as error:
            self.error = error
        finally:
            self.ended.set()
