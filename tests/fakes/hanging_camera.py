"""A camera whose driver hangs: `python -m tests.fakes.hanging_camera`, as exhibit.camera.reading.

`camera.source` says where: `opening`, or `reading` after some frames; `black` gives dark frames and
`changing` frames of two sizes.
"""

from __future__ import annotations

import itertools
import time

import numpy as np

from exhibit.camera.faults import CameraFaultError
from exhibit.camera.reading import main
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Frame

_HANGS_S = 3600.0


class HangingCamera:
    """Gives frames until it hangs."""

    simulated = False

    def __init__(self, config: CameraConfig) -> None:
        self.name, self.mismatches = f"hanging {config.source}", ("gain: asked 3, got 4",)
        self._source, self._numbers = config.source, itertools.count()
        if self._source == "opening":
            time.sleep(_HANGS_S)

    def read(self) -> Frame:
        """Return a frame, or hang."""
        time.sleep(0.01)
        number = next(self._numbers)
        if self._source == "reading" and number == 5:
            time.sleep(_HANGS_S)
        if self._source == "black" and number >= 5:
            raise CameraFaultError("black", "it is black")
        side = 32 if self._source == "changing" and number % 2 else 64
        return Frame(number, time.monotonic(), np.full((side, 48), number % 256, np.uint8))

    def close(self) -> None:
        """Nothing is open."""


if __name__ == "__main__":
    main(HangingCamera)
