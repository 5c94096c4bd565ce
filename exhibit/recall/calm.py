"""What keeps the picture calm: drawings are kept, and what changes waits, and fades.

All times are those at which ink was captured, in monotonic seconds: nothing here has a clock.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from exhibit.contract.values import Find, Gray

LEAST_SCORE = 0.1
"""What fits less than this is no find."""
_MARGIN = 2.75
"""Another drawing has to fit better by this factor."""
_WAIT_S = 0.6
"""For so long it has to be better."""
_LOOK_EVERY_S = 1.0
"""What is kept is compared with others so often, and twice in the wait where one is better."""
_FADE_S = 0.5
_NEAR, _AS_LARGE = 0.12, 1.25
"""Two finds of one drawing are the same up to this distance of centres, in shares of the side, and
this ratio of sizes."""


class Patience:
    """Believes in a change once it has lasted for a while."""

    def __init__(self) -> None:
        self._since: float | None = None

    def believes(self, is_changed: bool, now_s: float) -> bool:
        """Say whether something has been different for long enough; then it starts anew."""
        if not is_changed:
            self._since = None
            return False
        if self._since is None:
            self._since = now_s
        if now_s - self._since < _WAIT_S:
            return False
        self._since = None
        return True


class Choice:
    """The find that is kept for one group of ink while it grows."""

    def __init__(self) -> None:
        self.kept: Find | None = None
        self._best: Find | None = None
        self._is_beaten = False
        self._is_free = True
        self._patience = Patience()

    @property
    def look_after_s(self) -> float:
        """After how long a search can tell anything new: at once where nothing has to wait."""
        if self._is_free:
            return 0.0
        return _WAIT_S / 2 if self._is_beaten else _LOOK_EVERY_S

    def release(self) -> None:
        """Let the next search decide alone and at once: the ink of what is kept has gone."""
        self._is_free = True

    def consider(self, finds: Sequence[Find]) -> None:
        """Take the finds of the newest search into account.

        Args:
            finds: the best first; the drawing that is kept is among them if it fits at all.
        """
        self._best = finds[0] if finds and finds[0].score >= LEAST_SCORE else None
        if self.kept is None or self._is_free:
            self._keep_best()
        else:
            self._is_beaten = _is_beaten(self.kept, self._best, finds)

    def at(self, now_s: float) -> Find | None:
        """Return what is to be shown now: what was kept, or what has been better for a while."""
        if self._patience.believes(self._is_beaten, now_s):
            self._keep_best()
        return self.kept

    def _keep_best(self) -> None:
        if self.kept is None or self._best is None or not is_same(self._best, self.kept):
            self.kept = self._best
        self._is_beaten = False
        # With nothing to keep, whatever is found is welcome at once.
        self._is_free = self.kept is None


def _is_beaten(kept: Find, best: Find | None, finds: Sequence[Find]) -> bool:
    own = next((find for find in finds if find.drawing == kept.drawing), None)
    if own is None or best is None or own.score < LEAST_SCORE:
        return True
    if own is best:
        return not is_same(own, kept)
    return best.score > _MARGIN * own.score


def is_same(find: Find, other: Find) -> bool:
    """Whether two finds show one drawing in about one place."""
    if (find.drawing, find.mirrored) != (other.drawing, other.mirrored):
        return False
    apart = find.offset + find.scale / 2 - other.offset - other.scale / 2
    larger = max(find.scale / other.scale, other.scale / find.scale)
    return bool(np.abs(apart).max() < _NEAR and larger < _AS_LARGE)


class Fade:
    """Fades from one picture to the next."""

    def __init__(self) -> None:
        self._before: Gray | None = None
        self._since = 0.0

    def start(self, before: Gray, now_s: float) -> None:
        """Begin to fade away from a picture (R, R) uint8."""
        self._before, self._since = before, now_s

    def stop(self) -> None:
        """Show what is new at once."""
        self._before = None

    def towards(self, picture: Gray, now_s: float) -> Gray:
        """Return what is to be seen on the way to a picture: that one, once it is over."""
        share = (now_s - self._since) / _FADE_S
        if self._before is None or share >= 1:
            self._before = None
            return picture
        mixed = cv2.addWeighted(picture, max(share, 0), self._before, 1 - max(share, 0), 0)
        return np.asarray(mixed, np.uint8)
