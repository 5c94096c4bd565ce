"""Video files and folders of images as cameras, for rehearsals and for looking into a fault."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from exhibit.contract.errors import CameraError
from exhibit.contract.pacing import Pacer
from exhibit.contract.plain_files import plain_bytes
from exhibit.contract.values import Frame, Gray

log = logging.getLogger(__name__)

_FASTEST_HZ = 240.0
_LONGEST_STEP_S = 10.0
_MOST_NAMED = 8
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
_KINDS = ", ".join(sorted(IMAGE_SUFFIXES))


def to_gray(pixels: Any) -> Gray:
    """Return a decoded picture (H, W) or (H, W, 3) as (H, W) uint8, read-only."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels
    result = np.ascontiguousarray(gray, dtype=np.uint8)
    result.setflags(write=False)
    return result


class VideoFile:
    """Plays a video file over and over in real time: the time of its frames, where they have one.

    Args:
        path: the file.
        pacer: ticks at the rate to play it at where they have none.

    Raises:
        CameraError: the file is not a video that OpenCV can decode.
    """

    simulated = False

    def __init__(self, path: Path, pacer: Pacer) -> None:
        self.name = str(path)
        self._path = path
        self._pacer = pacer
        self._sequence = -1
        self._shown_s = float("nan")
        self._video = cv2.VideoCapture(str(path))
        if not self._video.isOpened():
            self._video.release()
            raise CameraError(f"{path} is not a video that can be played")

    @staticmethod
    def rate_hz(path: Path) -> float | None:
        """Return the frames per second that a file says it has, or None.

        Where it says none, OpenCV gives the steps of its clock: 600, 1000 or 90000.
        """
        video = cv2.VideoCapture(str(path))
        rate = video.get(cv2.CAP_PROP_FPS)
        video.release()
        return float(rate) if 0 < rate <= _FASTEST_HZ else None

    def read(self) -> Frame:
        """Wait for the next frame; raises CameraError when none can be decoded."""
        got, pixels = self._video.read()
        if not got:
            self._video.release()
            self._video = cv2.VideoCapture(str(self._path))
            self._shown_s = float("nan")
            got, pixels = self._video.read()
        if not got:
            raise CameraError(f"{self._path} has no frame that can be decoded")
        self._sequence += 1
        return Frame(self._sequence, self._pacer.next(self._step_s()), to_gray(pixels))

    def _step_s(self) -> float | None:
        """Return the time from the frame before to this one, or None where the file has none."""
        before, self._shown_s = self._shown_s, self._video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        step = self._shown_s - before
        return step if 0 < step <= _LONGEST_STEP_S else None

    def close(self) -> None:
        """Close the file."""
        self._video.release()


class ImageFolder:
    """Shows the images of a folder one after the other, over and over.

    Args:
        path: the folder; images are taken in the order of their names.
        pacer: ticks at the rate to show them at.

    Raises:
        CameraError: the folder cannot be read, or has no image.
    """

    simulated = False

    def __init__(self, path: Path, pacer: Pacer) -> None:
        self.name = str(path)
        self._pacer = pacer
        self._sequence = -1
        self._broken: set[Path] = set()
        try:
            there = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith("."))
        except OSError as error:
            raise CameraError(f"folder {path} cannot be read: {error.strerror}") from None
        self._files = [f for f in there if f.suffix.lower() in IMAGE_SUFFIXES]
        self._next = 0
        if not self._files:
            raise CameraError(f"folder {path} has no image ({_KINDS})")
        self._others = [f for f in there if f not in self._files]

    @property
    def mismatches(self) -> tuple[str, ...]:
        """Images that cannot be shown, and files that are none."""
        broken = [f"{file} cannot be decoded; left out" for file in sorted(self._broken)]
        if not self._others:
            return tuple(broken)
        named = ", ".join(file.name for file in self._others[:_MOST_NAMED])
        more = f" and {len(self._others) - _MOST_NAMED} more" * (len(self._others) > _MOST_NAMED)
        return (*broken, f"{self.name}: {named}{more} left out; expected {_KINDS}")

    def read(self) -> Frame:
        """Wait for the next image that can be decoded; raises CameraError when none can."""
        for _ in self._files:
            file = self._files[self._next]
            self._next = (self._next + 1) % len(self._files)
            pixels = _decoded(file)
            if pixels is not None:
                self._broken.discard(file)
                self._sequence += 1
                return Frame(self._sequence, self._pacer.next(), to_gray(pixels))
            if file not in self._broken:
                log.warning("%s cannot be decoded; left out", file)
                self._broken.add(file)
        raise CameraError(f"folder {self.name} has no image that can be decoded")

    def close(self) -> None:
        """Nothing is held open between images."""


def _decoded(file: Path) -> Any | None:
    # Most of what is no image gives None; an empty file, or a header that promises gigapixels, is
    # an error. OpenCV would complain in the log at every frame of what is not there.
    try:
        data = np.frombuffer(plain_bytes(file), np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error):
        return None
