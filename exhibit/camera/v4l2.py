"""A camera at the table: V4L2 through OpenCV.

Tested with a fake in the place of `cv2.VideoCapture`; it has not been run on hardware.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from exhibit.camera.controls import Capture, Control, apply, controls_for, mismatches
from exhibit.camera.faults import CameraFaultError
from exhibit.camera.files import to_gray
from exhibit.camera.health import Health
from exhibit.contract.plain_files import real_path
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Frame, Gray

log = logging.getLogger(__name__)

BY_ID, BY_PATH = Path("/dev/v4l/by-id"), Path("/dev/v4l/by-path")
SILENT_AFTER_S = 2.0
RECHECK_S = 60.0
_RETRY_S = 0.05
_OLDEST_STAMP_S = 1.0


def find_cameras(folder: Path = BY_ID, by_port: Path = BY_PATH) -> list[Path]:
    """Return the stable paths of all cameras; index1 is a second node of the same camera.

    Two cameras of one model that tell no serial number have one name between them: the other one
    is named by the port that it is plugged into.
    """
    found: dict[Path, Path] = {}
    for names in (folder, by_port):
        if names.is_dir():
            for path in sorted(names.glob("*-video-index0")):
                found.setdefault(real_path(path), path)
    return list(found.values())


def open_v4l2(path: str) -> Capture:
    """Open a device node with OpenCV's V4L2 backend."""
    capture: Capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
    return capture


class V4L2Camera:
    """Frames of one device, with its exposure, gain, white balance and focus locked.

    Args:
        config: section `camera`.
        path: stable path of the device.
        clock: monotonic seconds.
        wait: sleeps for some seconds.
        open_capture: opens the device.

    Raises:
        CameraFaultError: the device cannot be opened or gives no frame within two seconds.
    """

    simulated = False

    def __init__(
        self,
        config: CameraConfig,
        path: str,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        open_capture: Callable[[str], Capture] = open_v4l2,
    ) -> None:
        self.name = path
        self._wrong: dict[Control, str] = {}
        self._told: set[Control] = set()
        self._clock = clock
        self._wait = wait
        self._controls: tuple[Control, ...] = controls_for(config)
        self._health = Health(path)
        self._sequence = -1
        self._capture = open_capture(path)
        # A half-open device would stay busy for the next attempt, so any failure gives it back.
        try:
            if not self._capture.isOpened():
                raise CameraFaultError("missing", f"camera {path} cannot be opened")
            apply(self._capture, self._controls)
            self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1.0)
            self._shape = self._grab().pixels.shape
            self._note(mismatches(self._capture, self._controls))
        except BaseException:
            self._capture.release()
            raise

    @property
    def mismatches(self) -> tuple[str, ...]:
        """Settings that the camera did not take, named with both values."""
        return tuple(self._wrong.values())

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            CameraFaultError: no frame for two seconds, or none that can be decoded, or a frozen,
                black or over-exposed camera.
        """
        frame = self._grab()
        self._health.check(frame.pixels, frame.captured_at)
        is_another = frame.pixels.shape != self._shape
        if is_another or self._clock() - self._checked_at >= RECHECK_S:
            self._shape = frame.pixels.shape
            self._write_again()
        return frame

    def close(self) -> None:
        """Give the device back."""
        self._capture.release()

    def _grab(self) -> Frame:
        began_at, corrupt = self._clock(), 0
        while self._clock() - began_at < SILENT_AFTER_S:
            if self._capture.grab():
                captured_at = self._stamp()
                pixels = self._decode()
                if pixels is not None:
                    self._sequence += 1
                    return Frame(self._sequence, captured_at, pixels)
                corrupt += 1
            self._wait(_RETRY_S)
        if corrupt:
            raise CameraFaultError(
                "corrupt",
                f"camera {self.name}: none of {corrupt} frames in {SILENT_AFTER_S:g} s can be "
                "decoded; is its cable whole, and the port fast enough?",
            )
        raise CameraFaultError("stalled", f"camera {self.name}: no frame for {SILENT_AFTER_S:g} s")

    def _decode(self) -> Gray | None:
        """Return the frame taken, or None where it is corrupt."""
        try:
            got, pixels = self._capture.retrieve()
        except cv2.error:
            return None
        # A lost device can say True with nothing in it.
        return to_gray(pixels) if got and pixels is not None and pixels.size else None

    def _stamp(self) -> float:
        """When the frame was taken: the driver's monotonic time where it makes sense, else now."""
        now = self._clock()
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        return stamp if 0 <= now - stamp <= _OLDEST_STAMP_S else now

    def _write_again(self) -> None:
        """Write what was right and no longer is; what the camera refused is left alone."""
        found = mismatches(self._capture, self._controls)
        drifted = [c for c in found if c not in self._wrong and not c.is_format]
        self._note(found)
        if drifted:
            apply(self._capture, drifted)
            self._wrong = mismatches(self._capture, self._controls)

    def _note(self, wrong: dict[Control, str]) -> None:
        self._checked_at, self._wrong = self._clock(), wrong
        news = [text for control, text in wrong.items() if control not in self._told]
        if news:
            log.warning("camera %s: %s", self.name, "; ".join(news))
        self._told |= wrong.keys()
