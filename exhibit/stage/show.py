"""The show: from pictures, attract loop and orders to the light of the window."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.slot import Published
from exhibit.contract.values import Gray
from exhibit.stage.attract import Attract
from exhibit.stage.box import Box, box_of, changed_box
from exhibit.stage.fade import Fade
from exhibit.stage.label import hang_label
from exhibit.stage.mode import Mode
from exhibit.stage.mount import PAPER, Mount, inside_of, lit_mask
from exhibit.stage.placement import place
from exhibit.stage.tone import Tone

SOFTEST_S, _CLEAN_S = 0.2, 0.2
"""No change from one state to another is shorter than the first; a fresh sheet is clean after the
second."""
_ANSWERED_FROM = (Mode.PICTURE, Mode.ATTRACT, Mode.CLEAN)
_LABELLED = (Mode.PICTURE, Mode.LINGERING, Mode.FROZEN)
_BLANK: Gray = np.full((16, 16), PAPER, np.uint8)


class Show:
    """Composes the window, one frame at a time, and of it only what has changed.

    Attributes:
        light: (H, W, 3) uint8 RGB.
        composed: the part of `light` that was written last.

    Args:
        size: width and height of the window in pixels.
        config: tone, mirror, rotation and fade.
        calibration: where the projection lands on the table.
        attract: the attract loop.
        farewell_s: seconds in which a picture fades whose sheet was taken away.
    """

    def __init__(
        self,
        size: tuple[int, int],
        config: StageConfig,
        calibration: Calibration,
        attract: Attract,
        farewell_s: float,
    ) -> None:
        self.light = np.zeros((size[1], size[0], 3), np.uint8)
        self.composed = box_of(self.light)
        self.mode = Mode.ATTRACT
        self._size = size
        self._calibration = calibration
        self._attract, self.farewell_s = attract, farewell_s
        self._picture: Gray | None = None
        self._label: Gray | None = None
        self._hung: Gray | None = None
        self._hanging: Gray | None = None
        self._inside = Box(0, 0, 0, 0)
        self._attract_due = 0.0
        self._level = 1.0
        self._blended_at: float | None = None
        self._hang: tuple[bool, int] | None = None
        self._latest: Published | None = None
        self._captured_at: float | None = None
        self._fade = Fade(np.full((size[1], size[0]), PAPER, np.uint8))
        self.configure(config)

    def configure(self, config: StageConfig) -> None:
        """Take new settings; a new mirror or rotation holds from the picture shown now."""
        self._config = config
        self._tone = Tone(config, self._level)
        self._dirty = True
        hang = (config.mirror, config.rotate)
        if hang == self._hang:
            return
        self._hang = hang
        placement = place(*self._size, config, self._calibration)
        self._placement, self._mount = placement, Mount(placement)
        self._hung = None if self._label is None else hang_label(self._label, placement)
        self._mask = lit_mask(placement)
        if self._mask is not None:
            self._inside = inside_of(self._mask)
        if self._picture is not None:
            self._fade = Fade(self._window(self._picture))

    def label(self, label: Gray | None, now: float) -> None:
        """Show a label (h, w) uint8 beside the answers, or none from now on."""
        self._label = label
        self._hung = None if label is None else hang_label(label, self._placement)
        if self.mode in _LABELLED and self._picture is not None:
            self._fade_to(self._picture, now, SOFTEST_S)

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
        if mode is Mode.PICTURE and picture is not None:
            if picture is not self._latest or entering:
                self._fade_to(picture.pixels, now, crossfade_s)
            if picture is not self._latest and before in _ANSWERED_FROM:
                self._captured_at = picture.captured_at
            self._latest = picture
        elif mode is Mode.CLEAN and entering:
            self._fade_to(_BLANK, now, _CLEAN_S)
        elif mode is Mode.ATTRACT and entering:
            self._rest(now, self.farewell_s if before is Mode.LINGERING else crossfade_s)
        elif mode is Mode.ATTRACT and now >= self._attract_due:
            step = self._attract.step(now)
            self._attract_due = now + step.lasts_s
            # The next picture may come before this fade is over, and goes on from there.
            self._fade_to(step.picture, now, max(step.lasts_s, SOFTEST_S))

    def compose(self, now: float) -> bool:
        """Write the light of the window at `now` into `light`; False where nothing changed."""
        moved = self._move_level(now)
        if not (self._dirty or moved or self._fade.share < 1):
            return False
        window = self._fade.blend(now)
        if moved:
            self._tone = Tone(self._config, self._level)
        box = box_of(self.light) if moved or self._dirty else self._fade.box
        self._dirty = False
        if box.is_empty:
            return False
        self._tone.apply(box.of(window), box.of(self.light))
        self._darken(box)
        self.composed = box
        return True

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

    def _fade_to(self, pixels: Gray, now: float, duration_s: float) -> None:
        before, self._picture = self._picture, pixels
        target, box = self._fade.target, None
        hung = self._hung if self.mode in _LABELLED else None
        if hung is self._hanging and target.ndim == pixels.ndim:
            changed = box_of(pixels)
            if before is not None and before.shape == pixels.shape:
                changed = changed_box(before, pixels)
            box = self._mount.redraw(pixels, changed, target)
            self._hang_over(target, box)
        else:
            target = self._window(pixels, target)
        self._fade.start(target, now, duration_s, box)

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

    def _darken(self, box: Box) -> None:
        """Let no light fall beside the table; what lies inside of it is not touched."""
        if self._mask is None:
            return
        for rim in box.without(self._inside):
            mask, light = rim.of(self._mask), rim.of(self.light)
            cv2.multiply(light, mask, dst=light, scale=1 / 255)

    def _move_level(self, now: float) -> bool:
        target = 0.0 if self.mode is Mode.BLANK else 1.0
        elapsed = 0.0 if self._blended_at is None else now - self._blended_at
        self._blended_at = now
        if self._level == target:
            return False
        step = elapsed / max(self._config.crossfade_ms / 1000, SOFTEST_S)
        self._level += float(np.clip(target - self._level, -step, step))
        return True
