"""Printed tokens: looked for before ink is made, kept out of it, and told to who acts on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exhibit.contract.geometry import Matrix
from exhibit.contract.laid_tokens import LaidToken, LaidTokenWriter
from exhibit.contract.settings.tokens import TokensConfig
from exhibit.contract.timing import StageTimes
from exhibit.contract.values import Frame, Gray, Ink, InkExtractor
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.watch import LEAVES_S, TokenWatch


class TokenTap:
    """An extractor that finds tokens in each frame first, and covers them: they are no ink.

    What a token does is not done here: who holds the settings reads which tokens lie.

    Attributes:
        extractor: makes the ink; another bundle may need another one while tokens lie there.
        times: how long it takes to look for tokens.

    Args:
        extractor: makes the ink.
        config: whether to look; `configure` changes it later.
        mirrored: the camera looks from below.
        to_visitor: (3, 3) from frame pixels, the middle of the first (0.5, 0.5), to where the
            visitor sees things.
        writer: tells which tokens lie.
    """

    def __init__(
        self,
        extractor: InkExtractor,
        config: TokensConfig,
        mirrored: bool,
        to_visitor: Matrix,
        writer: LaidTokenWriter,
    ) -> None:
        self.extractor, self._config, self._writer = extractor, config, writer
        self._finder = MarkerFinder(mirrored)
        self._to_visitor = to_visitor
        self._watch = TokenWatch(to_visitor)
        self._told: tuple[LaidToken, ...] | None = None
        self._began_at: float | None = None
        self.times = StageTimes("tokens")

    @property
    def lying(self) -> tuple[LaidToken, ...]:
        """Tokens that lie on the table, in the order in which they were laid down."""
        return self._watch.lying

    def configure(self, config: TokensConfig) -> None:
        """Use other settings from the next frame on."""
        self._config = config

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame."""
        if not self._config.enabled:
            if self._watch.lying:
                self._watch = TokenWatch(self._to_visitor)
            self._tell(frame)
            return self.extractor.extract(frame)
        with self.times.measure("tokens"):
            events = self._watch.step(self._finder.find(frame.pixels), frame.captured_at)
            shape = (frame.pixels.shape[0], frame.pixels.shape[1])
            covered = _both(frame.covered, self._watch.covered(shape))
        self._tell(frame)
        ink = self.extractor.extract(replace(frame, covered=covered))
        return replace(ink, events=(*ink.events, *events)) if events else ink

    def _tell(self, frame: Frame) -> None:
        lying = self._watch.lying
        self._began_at = frame.captured_at if self._began_at is None else self._began_at
        if self._told is None and not lying and frame.captured_at - self._began_at < LEAVES_S:
            # An engine that starts again has not looked yet: what lay there holds meanwhile.
            return
        if lying != self._told:
            self._told = lying
            self._writer.publish(frame.sequence, frame.captured_at, lying)


def _both(one: Gray | None, other: Gray | None) -> Gray | None:
    """Return what two masks cover."""
    if one is None or other is None:
        return other if one is None else one
    return np.maximum(one, other)
