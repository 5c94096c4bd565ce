"""Which tokens lie on the table: markers that are seen again and again, and then no longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract import token_card
from exhibit.contract.geometry import Matrix, project
from exhibit.contract.laid_tokens import LaidToken
from exhibit.contract.values import Gray, InkEvent
from exhibit.tokens.finder import Sighting

_FRAMES = 2
"""A marker is a token once it was seen in so many frames, one after the other."""
LEAVES_S = 0.4
"""A token that was not seen for so long is gone: a hand that passes, or a slide, is shorter."""
_BACKLASH_DEG = 1.0
"""A resting token seems to turn by less, from frame to frame."""
_HALF = token_card.MARKER_MM / 2
_MARKER = np.array([[-_HALF, -_HALF], [_HALF, -_HALF], [_HALF, _HALF], [-_HALF, _HALF]])


@dataclass(slots=True, eq=False)
class _Seen:
    corners: NDArray[np.float64]
    angle_deg: float
    at: float
    frames: int = 1
    laid_at: float | None = None


class TokenWatch:
    """Follows tokens from frame to frame.

    Attributes:
        lying: tokens that lie on the table, in the order in which they were laid down.

    Args:
        to_visitor: (3, 3) from frame pixels, the middle of the first (0.5, 0.5), to where the
            visitor sees things, in any unit; a flip of a mirrored camera is part of it.
    """

    def __init__(self, to_visitor: Matrix) -> None:
        self._to_visitor = to_visitor
        self._seen: dict[int, _Seen] = {}
        self.lying: tuple[LaidToken, ...] = ()

    def step(self, sightings: Iterable[Sighting], now_s: float) -> tuple[InkEvent, ...]:
        """Take the markers of one frame into account.

        Returns:
            `token_laid` and `token_taken`, with the number of the token.
        """
        found = {sighting.number: sighting for sighting in sightings}
        events = [InkEvent("token_taken", str(n)) for n in self._forget(found.keys(), now_s)]
        for number, sighting in found.items():
            seen = self._see(sighting, now_s)
            if seen.laid_at is None and seen.frames >= _FRAMES:
                seen.laid_at = now_s
                events.append(InkEvent("token_laid", str(number)))
        laid = ((n, seen) for n, seen in self._seen.items() if seen.laid_at is not None)
        lying = (self._laid(number, seen) for number, seen in laid)
        self.lying = tuple(sorted(lying, key=lambda token: token.laid_at))
        return tuple(events)

    def covered(self, shape: tuple[int, int]) -> Gray | None:
        """Return (H, W) uint8, 1 where tokens and their shadows lie, or None where none does."""
        if not self._seen:
            return None
        mask = np.zeros(shape, np.uint8)
        left, top, right, bottom = token_card.CARD_MM
        reach = token_card.SHADOW_MM
        low, high = (left - reach, top - reach), (right + reach, bottom + reach)
        card = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        for seen in self._seen.values():
            to_frame = cv2.getPerspectiveTransform(
                _MARKER.astype(np.float32), seen.corners.astype(np.float32)
            )
            outline = project(np.asarray(to_frame, np.float64), card) - 0.5
            cv2.fillConvexPoly(mask, np.round(outline).astype(np.int32), 1)
        return mask

    def _see(self, sighting: Sighting, now_s: float) -> _Seen:
        corners = sighting.corners
        upper_left, upper_right, lower_right, lower_left = project(self._to_visitor, corners)
        x, y = upper_left + upper_right - lower_left - lower_right
        angle_deg = float(np.degrees(np.arctan2(x, -y)))
        before = self._seen.get(sighting.number)
        if before is None:
            seen = self._seen[sighting.number] = _Seen(corners, angle_deg, now_s)
            return seen
        turned = (angle_deg - before.angle_deg + 180.0) % 360.0 - 180.0
        turned -= float(np.clip(turned, -_BACKLASH_DEG, _BACKLASH_DEG))
        before.angle_deg = (before.angle_deg + turned + 180.0) % 360.0 - 180.0
        before.corners, before.at = corners, now_s
        before.frames += 1
        return before

    def _forget(self, found: Iterable[int], now_s: float) -> list[int]:
        """Drop what is not seen any more; returns the numbers of tokens that were taken away."""
        gone = []
        for number in self._seen.keys() - set(found):
            seen = self._seen[number]
            if seen.laid_at is None:
                del self._seen[number]
            elif now_s - seen.at > LEAVES_S:
                del self._seen[number]
                gone.append(number)
        return sorted(gone)

    def _laid(self, number: int, seen: _Seen) -> LaidToken:
        x, y = project(self._to_visitor, seen.corners).mean(axis=0)
        laid_at = seen.at if seen.laid_at is None else seen.laid_at
        # Where it lies matters to people alone: it need not be told anew for noise.
        return LaidToken(
            number, round(seen.angle_deg, 2), round(float(x), 2), round(float(y), 2), laid_at
        )
