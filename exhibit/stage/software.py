"""The window composed by the processor, and of it only what has changed."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import cv2
import numpy as np

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of, changed_boxes
from exhibit.stage.coming import Coming, Spare
from exhibit.stage.fade import Fade
from exhibit.stage.label import hang_label
from exhibit.stage.mount import Mount
from exhibit.stage.notice import Notice
from exhibit.stage.placement import Placement
from exhibit.stage.rim import Rim
from exhibit.stage.tone import Tone
from exhibit.stage.turn import SIDE_PX
from exhibit.stage.warp import PAPER


class Memory(Protocol):
    """A window whose memory is written, as `exhibit.stage.window.Window`."""

    def canvas(self) -> Gray: ...

    def show(self, boxes: list[Box] | None) -> None: ...


class Software:
    """Composes into the memory of a window.

    Attributes:
        light: (H, W, 4) uint8, that memory: blue, green, red, and one that is not shown.
        composed: the parts of `light` that were written last.
        newest, is_coming: as of `Renderer`.

    Args:
        window: open.
        placement: where pictures land.
        config: of the light.
    """

    name = "software"

    def __init__(self, window: Memory, placement: Placement, config: StageConfig) -> None:
        self._window = window
        self.light = window.canvas()
        self.composed = [box_of(self.light)]
        self._picture: Gray | None = None
        self._coming: Coming | None = None
        self._spare = Spare()
        self._label: Gray | None = None
        self._hung: Gray | None = None
        self._hanging: Gray | None = None
        self._labelled = False
        self._captured_at: float | None = None
        self._fade = Fade(np.full(self.light.shape[:2], PAPER, np.uint8))
        self._tone = Tone(config)
        self._take(placement)
        # Pictures may stop at any moment, and all that the attract loop takes is there then.
        self._mount(np.full((SIDE_PX, SIDE_PX), PAPER, np.uint8))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window in pixels."""
        height, width = self.light.shape[:2]
        return width, height

    @property
    def newest(self) -> Gray | None:
        """As of `Renderer`."""
        return self._picture if self._coming is None else self._coming.pixels

    @property
    def is_coming(self) -> bool:
        """As of `Renderer`."""
        return self._coming is not None

    def hang(self, placement: Placement) -> None:
        """Show pictures elsewhere in the window, the newest at once."""
        self._take(placement)
        newest = self.newest
        if newest is not None:
            self._picture, self._coming = newest, None
            self._fade = Fade(self._mounted(newest))

    def colour(self, config: StageConfig, level: float) -> None:
        """Give greys another light from now on."""
        self._tone, self._dirty = Tone(config, level), True

    def label(self, label: Gray | None) -> None:
        """Hang a label beside pictures that are faded to from now on, or none."""
        self._label = label
        self._hung = None if label is None else hang_label(label, self._placement)

    def fade_to(
        self,
        pixels: Gray,
        labelled: bool,
        now: float,
        duration_s: float,
        captured_at: float | None = None,
    ) -> None:
        """Begin to fade to a picture, of which as much is drawn as one refresh has time for."""
        self._labelled = labelled
        hung = self._hung if labelled else None
        if hung is self._hanging and self._fade.target.ndim == pixels.ndim:
            self._coming = Coming(pixels, duration_s, self._boxes_to(pixels), captured_at)
            self.go_on(now)
            return
        self._picture, self._captured_at, self._coming = pixels, captured_at, None
        self._spare.outdated()
        self._fade.start(self._mounted(pixels, self._fade.target), now, duration_s)

    def go_on(self, now: float) -> None:
        """Draw a share of the picture that comes, and fade to it once all of it is drawn."""
        coming, target = self._coming, self._fade.target
        assert coming is not None
        most_px = self._mount.most_px(coming.pixels)
        draw = partial(self._draw, coming.pixels)
        window = coming.draw(draw, target, most_px, self._spare)
        if window is None:
            return
        self._picture, self._coming = coming.pixels, None
        self._captured_at = coming.captured_at
        self._fade.start(window, now, coming.duration_s, coming.boxes)

    def compose(self, now: float, notice: Notice | None = None) -> bool:
        """Write the light of the window at `now`; False where nothing changed."""
        light = self._window.canvas()
        if light.ctypes.data != self.light.ctypes.data:
            self._dirty = True
        self.light = light
        if not (self._dirty or self._fade.share < 1):
            return False
        window = self._fade.blend(now)
        self.composed = [box_of(light)] if self._dirty else self._fade.boxes
        if self._dirty:
            light.fill(0)
        self._dirty = False
        for box in self.composed:
            for part, mask in self._rim.lit_in(box):
                self._tone.apply(part.of(window), part.of(light), mask)
        if self.composed and notice is not None:
            notice.draw(light)
        return bool(self.composed)

    def cover(self, pixels: Gray) -> None:
        """Write pixels as they are over all of the window."""
        self.light = self._window.canvas()
        way = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_RGB2BGRA
        cv2.cvtColor(pixels, way, dst=self.light)
        self.composed = [box_of(self.light)]

    def newly_lit(self) -> float | None:
        """Return `captured_at` of a picture whose light was composed for the first time."""
        if self._captured_at is None or not self._fade.contributes:
            return None
        captured_at, self._captured_at = self._captured_at, None
        return captured_at

    def show(self, changed: bool) -> None:
        """Show what was written last."""
        self._window.show(self.composed if changed else [])

    def seen(self, widest_px: int) -> Gray:
        """Return (h, w, 3) RGB of the window, every n-th pixel of it, at most so wide."""
        step = -(-self.light.shape[1] // widest_px)
        return np.asarray(cv2.cvtColor(self.light[::step, ::step], cv2.COLOR_BGRA2RGB), np.uint8)

    def _take(self, placement: Placement) -> None:
        self._placement, self._mount = placement, Mount(placement)
        self._rim, self._dirty = Rim(placement), True
        self.label(self._label)

    def _boxes_to(self, pixels: Gray) -> list[Box]:
        """Return where the window changes with the picture shown now."""
        before, changed = self._picture, [box_of(pixels)]
        if before is not None and before.shape == pixels.shape:
            changed = changed_boxes(before, pixels)
        return [box for part in changed for box in self._mount.boxes(pixels, part)]

    def _draw(self, pixels: Gray, box: Box, window: Gray) -> None:
        self._mount.draw(pixels, box, window)
        self._hang_over(window, box)

    def _mounted(self, pixels: Gray, out: Gray | None = None) -> Gray:
        window = self._mount(pixels, out)
        self._hanging = self._hung if self._labelled else None
        self._hang_over(window, box_of(window))
        return window

    def _hang_over(self, window: Gray, box: Box) -> None:
        """Lay the label over a part of a window, where one is shown."""
        if self._hanging is None or box.is_empty:
            return
        part, hung = box.of(window), box.of(self._hanging)
        if window.ndim == 3:
            hung = np.asarray(cv2.cvtColor(hung, cv2.COLOR_GRAY2RGB), np.uint8)
        cv2.min(part, hung, dst=part)
