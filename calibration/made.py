"""When something is measured, and with what."""

from __future__ import annotations

from datetime import UTC, datetime

import cv2

from exhibit.contract.calibration import Made


def made_now() -> Made:
    """Return the date and the version of OpenCV, for what has just been measured."""
    return Made(at=datetime.now(UTC).replace(microsecond=0), opencv=cv2.__version__)
