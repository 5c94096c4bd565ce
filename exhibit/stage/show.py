"""The show: from pictures, attract loop and orders to the light of the window."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.slot import Published
from exhibit.contract.values import Gray
from exhibit.stage.attract import Attract
from exhibit.stage.box import Box, box_of, changed_boxes
from exhibit.stage.coming import Coming, Spare
from exhibit.stage.fade import Fade
from exhibit.stage.label import hang_label
from exhibit.stage.mode import Mode
from exhibit.stage.mount import Mount
from exhibit.stage.placement import place
from exhibit.stage.rim import Rim
from exhibit.stage.tone import Tone
from exhibit.stage.warp import PAPER

SOFTEST_S, _CLEAN_S = 0.2, 0.2
"""No change from one state to another is shorter than the first; a fresh sheet is clean after the
second."""
_ANSWERED_FROM = (Mode.PICTURE, Mode.ATTRACT, Mode.CLEAN)
_LABELLED = (Mode.PICTURE, Mode.LINGERING, Mode.FROZEN)
_BLANK: Gray = np.full((16, 16), PAPER, np.uint8)


class Show:
    """Composes the window, one frame at a time, and of it only what has changed.

    Attributes:
        light: (H, W, 4) uint8, the window's memory: blue, green, red, and one that is not shown.
        composed: the parts of `light` that were written last.

    Args:
        light: what to compose into, as the attribute.
        config: tone, mirror, rotation and fade.
        calibration: where the projection lands on the table.
        attract: the attract loop.
        farewell_s: seconds in which a picture fades whose sheet was taken away.
    """

    def __init__(
        self,
        light: Gray,
        config: StageConfig,
        calibration: Calibration,
        attract: Attract,
        farewell_s: float,
    ) -> None:
        self.light, self.composed = light, [box_of(light)]
        self.mode = Mode.ATTRACT
        self._calibration = calibration
        self._attract, self.farewell_s = attract, farewell_s
        self._picture: Gray | None = None
        self._coming: Coming | None = None
        self._spare = Spare()
        self._label: Gray | None = None
        self._hung: Gray | None = None
        self._hanging: Gray | None = None
        self._attract_due = 0.0
        self._level = 1.0
        self._blended_at: float | None = None
        self._hang: tuple[bool, int] | None = None
        self._latest: Published | None = None
        self._captured_at: float | None = None
        self._fade = Fade(np.full(light.shape[:2], PAPER, np.uint8))
        self.configure(config)
        # Pictures may stop at any moment, and all that the loop takes is then there already.
        self._mount(attract.empty)

    def configure(self, config: StageConfig) -> None:
        """Take new settings; a new mirror or rotation holds from the picture shown now."""
        self._config = config
        self._tone = Tone(config, self._level)
        self._dirty = True
        hang = (config.mirror, config.rotate)
        if hang == self._hang:
            return
        self._hang = hang
        height, width = self.light.shape[:2]
        placement = place(width, height, config, self._calibration)
        self._placement, self._mount = placement, Mount(placement)
        self._hung = None if self._label is None else hang_label(self._label, placement)
        self._rim = Rim(placement)
        newest = self._newest()
        if newest is not None:
            self._picture, self._coming = newest, None
            self._fade = Fade(self._window(newest))

    def onto(self, light: Gray) -> None:
        """Compose into this memory from now on, and all of it if it is another."""
        if light.ctypes.data != self.light.ctypes.data:
            self._dirty = True
        self.light = light

    def label(self, label: Gray | None, now: float) -> None:
        """Show a label (h, w) uint8 beside the answers, or none from now on."""
        self._label = label
        self._hung = None if label is None else hang_label(label, self._placement)
        newest = self._newest()
        if self.mode in _LABELLED and newest is not None:
            self._fade_to(newest, now, SOFTEST_S)

    def update(self, now: float, mode: Mode, picture: Published | None) -> None:
        """Decide what to fade to.

        Args:
            now: monotonic seconds.
            mode: what the stage shows from now on.
            picture: the engine's newest, the same object until there is another.
        """
        before, self.mode = self.mode, mode
        entering = mode is not before
        crossfade_s = self._config.crossfade_ms / 1000
        if entering:
            crossfade_s = max(crossfade_s, SOFTEST_S)
        if self._coming is not None and not entering:
            # Whatever else is new waits for its turn, or one that is drawn slowly would never come.
            self._go_on(now)
        elif mode is Mode.PICTURE and picture is not None:
            if picture is not self._latest or entering:
                waited = picture is not self._latest and before in _ANSWERED_FROM
                captured_at = picture.captured_at if waited else None
                self._fade_to(picture.pixels, now, crossfade_s, captured_at)
            self._latest = picture
        elif mode is Mode.CLEAN and entering:
            self._fade_to(_BLANK, now, _CLEAN_S)
        elif mode is Mode.ATTRACT and entering:
            self._rest(now, self.farewell_s if before is Mode.LINGERING else crossfade_s)
        elif mode is Mode.ATTRACT and now >= self._attract_due:
            step = self._attract.step(now)
            self._attract_due = now + step.lasts_s
            self._fade_to(step.picture, now, step.lasts_s)

    def compose(self, now: float) -> bool:
        """Write the light of the window at `now` into `light`; False where nothing changed."""
        moved = self._move_level(now)
        if not (self._dirty or moved or self._fade.share < 1):
            return False
        window = self._fade.blend(now)
        if moved:
            self._tone = Tone(self._config, self._level)
        self.composed = [box_of(self.light)] if moved or self._dirty else self._fade.boxes
        if self._dirty:
            self.light.fill(0)
        self._dirty = False
        for box in self.composed:
            for part, mask in self._rim.lit_in(box):
                self._tone.apply(part.of(window), part.of(self.light), mask)
        return bool(self.composed)

    def newly_lit(self) -> float | None:
        """Return `captured_at` of a picture whose light was composed for the first time."""
        if self._captured_at is None or not self._fade.contributes:
            return None
        captured_at, self._captured_at = self._captured_at, None
        return captured_at

    def _rest(self, now: float, fade_s: float) -> None:
        """Fade to empty paper, on which the attract loop begins; nothing of a visit is kept."""
        self._attract.begin()
        self._attract_due = now + fade_s
        self._latest = None
        self._fade_to(_BLANK, now, fade_s)

    def _newest(self) -> Gray | None:
        """Return the picture that is shown, or the one on its way."""
        return self._picture if self._coming is None else self._coming.pixels

    def _fade_to(
        self, pixels: Gray, now: float, duration_s: float, captured_at: float | None = None
    ) -> None:
        hung = self._hung if self.mode in _LABELLED else None
        if hung is self._hanging and self._fade.target.ndim == pixels.ndim:
            self._coming = Coming(pixels, duration_s, self._boxes_to(pixels), captured_at)
            self._go_on(now)
            return
        self._picture, self._captured_at, self._coming = pixels, captured_at, None
        self._spare.outdated()
        self._fade.start(self._window(pixels, self._fade.target), now, duration_s)

    def _boxes_to(self, pixels: Gray) -> list[Box]:
        """Return where the window changes with the picture shown now."""
        before, changed = self._picture, [box_of(pixels)]
        if before is not None and before.shape == pixels.shape:
            changed = changed_boxes(before, pixels)
        return [box for part in changed for box in self._mount.boxes(pixels, part)]

    def _go_on(self, now: float) -> None:
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

    def _draw(self, pixels: Gray, box: Box, window: Gray) -> None:
        self._mount.draw(pixels, box, window)
        self._hang_over(window, box)

    def _window(self, pixels: Gray, out: Gray | None = None) -> Gray:
        window = self._mount(pixels, out)
        self._hanging = self._hung if self.mode in _LABELLED else None
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

    def _move_level(self, now: float) -> bool:
        target = 0.0 if self.mode is Mode.BLANK else 1.0
        elapsed = 0.0 if self._blended_at is None else now - self._blended_at
        self._blended_at = now
        if self._level == target:
            return False
        step = elapsed / max(self._config.crossfade_ms / 1000, SOFTEST_S)
        self._level += float(np.clip(target - self._level, -step, step))
        return True
