"""A thread that drains a camera and keeps only its newest frame."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from exhibit.camera.faults import Fault, fault_of
from exhibit.contract.errors import CameraError
from exhibit.contract.values import Camera, Frame

_JOIN_S = 1.5
_RETRY_S = 0.05


class Grabber:
    """Reads a camera in a thread of its own; the newest frame wins, the others are counted.

    Args:
        camera: where frames come from; `read` may block, and raises CameraError with no frame.
        clock: monotonic seconds.
        max_age_s: an older frame is as good as none.
    """

    def __init__(
        self,
        camera: Camera,
        clock: Callable[[], float] = time.monotonic,
        max_age_s: float = 1.0,
    ) -> None:
        self.camera = camera
        self.captured = 0
        self.dropped = 0
        self._clock = clock
        self._max_age_s = max_age_s
        self._news = threading.Condition()
        self._frame: Frame | None = None
        self._fault: Fault | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grabber", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def newest(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not given out yet; waits for one up to `timeout_s`."""
        with self._news:
            self._news.wait_for(lambda: self._frame is not None, timeout_s)
            frame, self._frame = self._frame, None
            if frame is None:
                return None
            if self._clock() - frame.captured_at > self._max_age_s:
                self.dropped += 1
                return None
            return frame

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the camera now, or None when frames come as they should."""
        return self._fault

    def close(self) -> None:
        """Stop reading; the camera is released as soon as the read under way has ended."""
        self._stopping.set()
        if self._thread.ident is None:
            self.camera.close()
        else:
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        # The thread that reads a device also gives it back: never while a read is under way.
        try:
            self._read()
        finally:
            self.camera.close()

    def _read(self) -> None:
        while not self._stopping.is_set():
            try:
                frame = self.camera.read()
            except CameraError as error:
                self._fault = fault_of(error, self._clock())
                # The camera waits by its own back-off; this only keeps a closed one from spinning.
                self._stopping.wait(_RETRY_S)
                continue
            self._put(frame)

    def _put(self, frame: Frame) -> None:
        with self._news:
            if self._frame is not None:
                self.dropped += 1
            self._frame = frame
            self._fault = None
            self.captured += 1
            self._news.notify_all()
