"""A camera that does what drivers do wrong, in the place of `cv2.VideoCapture`.

The table's own code for V4L2 reads it. A pipe stands for its device: the name is there while the
camera is plugged in. Whatever else lies in its place is opened by OpenCV itself. It sees the
simulated table.
"""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import exhibit.camera  # noqa: F401 - first of all it says how long OpenCV may wait for a driver
from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.values import Gray

_FPS = 15.0
_SIZE_PX = (640, 480)
_SELECT_S = 1.0
"""So long OpenCV waits for a driver that gives nothing (OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT)."""
_NOISE, _DEAD = 2, 0.4
_ZONES = (3, 4)


class MadeUpCamera:
    """A device node: frames of the simulated table, and the faults that an order names.

    Args:
        path: the device.
        order: a file; what it holds is wrong with the camera, and nothing while it is not there.
    """

    def __init__(self, path: Path, order: Path) -> None:
        self._path, self._order = path, order
        self._table = SimulatedTable(DIFFICULTIES["clean"], 1, _SIZE_PX, _FPS)
        self._rng = np.random.default_rng(1)
        self._settings: dict[int, float] = {}
        self._began = self._due = time.monotonic()
        self._frame: Gray = np.zeros(_SIZE_PX[::-1], np.uint8)

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Say whether the device is there."""
        return _is_camera(self._path)

    def grab(self) -> bool:
        """Wait for the next frame, as long as a driver would."""
        ordered = self._ordered()
        if ordered == "hangs":
            threading.Event().wait()
        if ordered == "stalled" or not _is_camera(self._path):
            time.sleep(_SELECT_S)
            return False
        self._due = max(self._due + 1 / _FPS, time.monotonic() - 1 / _FPS)
        time.sleep(max(self._due - time.monotonic(), 0.0))
        if ordered != "frozen":
            seen = self._table.frame_at(time.monotonic() - self._began).pixels
            self._frame = self._noisy(_spoilt(seen, ordered))
        return True

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the frame taken, as OpenCV does with what a cable has damaged."""
        if self._ordered() == "corrupt":
            whole = cv2.imencode(".jpg", self._frame)[1]
            decoded = cv2.imdecode(whole[len(whole) // 2 :], cv2.IMREAD_COLOR)
            return decoded is not None, decoded
        return True, cv2.cvtColor(self._frame, cv2.COLOR_GRAY2BGR)

    def set(self, prop: int, value: float) -> bool:
        """Take a setting."""
        self._settings[prop] = value
        return True

    def get(self, prop: int) -> float:
        """Return a setting; frames have no time of their own."""
        sides = (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH)
        if prop in sides:
            return float(self._frame.shape[sides.index(prop)])
        return self._settings.get(prop, -1.0)

    def release(self) -> None:
        """Give the device back."""

    def _ordered(self) -> str:
        try:
            return self._order.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def _noisy(self, pixels: Gray) -> Gray:
        noise = self._rng.integers(-_NOISE, _NOISE + 1, pixels.shape, np.int16)
        return np.asarray(np.clip(pixels + noise, 0, 255), np.uint8)


def put_in_place(order: Path) -> None:
    """Let `cv2.VideoCapture` open made-up cameras where a pipe is their device."""
    of_opencv: Callable[..., Any] = cv2.VideoCapture

    def opened(path: str, *arguments: int) -> Any:
        if _is_camera(Path(path)):
            return MadeUpCamera(Path(path), order)
        return of_opencv(path, *arguments)

    cv2.VideoCapture = opened  # type: ignore[assignment, misc]


def _is_camera(path: Path) -> bool:
    return path.exists() and stat.S_ISFIFO(path.stat().st_mode)


def _spoilt(seen: Gray, ordered: str) -> Gray:
    match ordered:
        case "black":
            return np.zeros_like(seen)
        case "glaring":
            return np.full_like(seen, 254)
        case "small":
            return np.ascontiguousarray(cv2.resize(seen, (320, 240), interpolation=cv2.INTER_AREA))
        case "dead light":
            light = np.ones(_ZONES, np.float32)
            light[1, 1] = _DEAD
            size = (seen.shape[1], seen.shape[0])
            return np.asarray(seen * cv2.resize(light, size), np.uint8)
    return seen
