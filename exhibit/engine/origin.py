"""Where the answer comes from: the drawing that is recalled, or else the nearest real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.records import Origin, RecordWriter
from exhibit.contract.values import Find, Gray, Picture
from exhibit.recall.memory import Memory
from exhibit.recall.nearest import Nearest

_LOOK_EVERY_S = 0.5
"""A picture that is still being drawn changes with every stroke; a label that did is no label."""
_INK_BELOW = 128


class OriginTeller:
    """Tells the stage which drawing to show beside the picture.

    Args:
        run_dir: folder shared with the other processes.
        clock: monotonic seconds.
    """

    def __init__(self, run_dir: Path, clock: Callable[[], float]) -> None:
        self._writer = RecordWriter(run_dir, Origin)
        self._clock = clock
        self._memory: Memory | None = None
        self._nearest: Nearest | None = None
        self._pixels: Gray | None = None
        self._looked = True
        self._due = 0.0
        self._told = Origin()

    def use(self, memory: Memory | None) -> None:
        """Look in another memory from now on; None where the bundle has none."""
        if memory is not self._memory:
            self._memory, self._nearest, self._pixels = memory, None, None

    def tell(self, picture: Picture | None, finds: Sequence[Find], is_asked: bool) -> None:
        """Tell of the newest answer.

        Args:
            picture: a new one, or None where the last one stands.
            finds: the drawings that it is drawn from, where they are known.
            is_asked: a label is shown; else the memory is not searched for one.
        """
        if picture is not None:
            self._pixels, self._looked = picture.pixels, False
        if self._memory is None or self._pixels is None:
            row = 0
        elif finds:
            row = max(finds, key=lambda find: find.scale * find.score).drawing + 1
        else:
            row = self._look(self._memory, self._pixels) if is_asked else 0
        told = Origin(row, 0 if self._memory is None else len(self._memory))
        if told != self._told:
            self._told = told
            self._writer.publish(0, self._clock(), told)

    def _look(self, memory: Memory, pixels: Gray) -> int:
        now = self._clock()
        if self._looked or now < self._due:
            return int(self._told.drawing)
        self._looked, self._due = True, now + _LOOK_EVERY_S
        if pixels.min() >= _INK_BELOW:
            return 0
        if self._nearest is None:
            self._nearest = Nearest(memory.index, memory.barred)
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels
        return self._nearest(np.asarray(grey, np.uint8)) + 1
