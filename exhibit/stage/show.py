"""The show: from pictures, attract loop and orders to what is faded to, and when."""

from __future__ import annotations

import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.slot import Published
from exhibit.contract.values import Gray
from exhibit.stage.attract import Attract
from exhibit.stage.mode import Mode
from exhibit.stage.notice import Notice
from exhibit.stage.placement import place
from exhibit.stage.renderer import Renderer
from exhibit.stage.warp import PAPER

SOFTEST_S, _CLEAN_S = 0.2, 0.2
"""No change from one state to another is shorter than the first; a fresh sheet is clean after the
second."""
_ANSWERED_FROM = (Mode.PICTURE, Mode.ATTRACT, Mode.CLEAN)
_LABELLED = (Mode.PICTURE, Mode.LINGERING, Mode.FROZEN)
_BLANK: Gray = np.full((16, 16), PAPER, np.uint8)


class Show:
    """Decides what a renderer fades to.

    Args:
        renderer: composes the window.
        config: tone, mirror, rotation and fade.
        calibration: where the projection lands on the table.
        attract: the attract loop.
        farewell_s: seconds in which a picture fades whose sheet was taken away.
    """

    def __init__(
        self,
        renderer: Renderer,
        config: StageConfig,
        calibration: Calibration,
        attract: Attract,
        farewell_s: float,
    ) -> None:
        self.mode = Mode.ATTRACT
        self._renderer = renderer
        self._calibration = calibration
        self._attract, self.farewell_s = attract, farewell_s
        self._attract_due = 0.0
        self._level = 1.0
        self._blended_at: float | None = None
        self._hang = config.mirror, config.rotate
        self._latest: Published | None = None
        self.configure(config)

    def configure(self, config: StageConfig) -> None:
        """Take new settings; a new mirror or rotation holds from the picture shown now."""
        self._config = config
        self._renderer.colour(config, self._level)
        hang = (config.mirror, config.rotate)
        if hang != self._hang:
            self._hang = hang
            self._renderer.hang(place(*self._renderer.size, config, self._calibration))

    def label(self, label: Gray | None, now: float) -> None:
        """Show a label (h, w) uint8 beside the answers, or none from now on."""
        self._renderer.label(label)
        newest = self._renderer.newest
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
        if self._renderer.is_coming and not entering:
            # Whatever else is new waits for its turn, or one that is drawn slowly would never come.
            self._renderer.go_on(now)
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

    def compose(self, now: float, notice: Notice | None = None) -> bool:
        """Compose the window at `now`, a notice over it; False where nothing changed."""
        if self._move_level(now):
            self._renderer.colour(self._config, self._level)
        return self._renderer.compose(now, notice)

    def _rest(self, now: float, fade_s: float) -> None:
        """Fade to empty paper, on which the attract loop begins; nothing of a visit is kept."""
        self._attract.begin()
        self._attract_due = now + fade_s
        self._latest = None
        self._fade_to(_BLANK, now, fade_s)

    def _fade_to(
        self, pixels: Gray, now: float, duration_s: float, captured_at: float | None = None
    ) -> None:
        labelled = self.mode in _LABELLED
        self._renderer.fade_to(pixels, labelled, now, duration_s, captured_at)

    def _move_level(self, now: float) -> bool:
        target = 0.0 if self.mode is Mode.BLANK else 1.0
        elapsed = 0.0 if self._blended_at is None else now - self._blended_at
        self._blended_at = now
        if self._level == target:
            return False
        step = elapsed / max(self._config.crossfade_ms / 1000, SOFTEST_S)
        self._level += float(np.clip(target - self._level, -step, step))
        return True
