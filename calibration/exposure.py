"""The exposure and gain at which blank paper stands at 70 % of what the sensor can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.errors import CalibrationError
from exhibit.contract.values import Gray

PAPER_SHARE, _CLOSE = 0.70, 0.02
_FULL, _CLIPPED_LEVEL, _CLIPPED_SHARE = 255.0, 250, 0.005
_LARGEST_GAIN = 1023
_TRIES = 12
_UNITS_A_SECOND = 10_000
"""V4L2 counts exposure in steps of 100 µs."""

Look = Callable[[int, int | None], Sequence[Gray]]
"""Takes frames (H, W) with an exposure and a gain, None where the gain is left alone."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was found: `paper_share` of what the sensor can hold is the brightness of paper."""

    exposure: int
    gain: int | None
    paper_share: float


def find_exposure(look: Look, fps: float) -> Exposure:
    """Return the exposure at which paper is as bright as it should be; the gain only if needed.

    Args:
        look: takes frames of a blank sheet.
        fps: frames a second, which an exposure must leave room for.

    Raises:
        CalibrationError: too dark at the longest exposure and the largest gain, too bright at the
            shortest, the camera does not follow, or some zone is white without detail.
    """
    longest = max(1, int(_UNITS_A_SECOND / fps))
    exposure, share = _search(lambda value: paper_share(look(value, None)), 1, longest)
    gain = None
    if share < PAPER_SHARE - _CLOSE and exposure == longest:
        gain, share = _search(lambda value: paper_share(look(longest, value)), 0, _LARGEST_GAIN)
    if not is_right(share):
        raise CalibrationError(
            f"paper stands at {100 * share:.0f} % at exposure {exposure}"
            f"{'' if gain is None else f' and gain {gain}'}, expected {100 * PAPER_SHARE:.0f} %; "
            f"{_remedy(share)}"
        )
    clipped = float(np.mean(np.stack(look(exposure, gain)) >= _CLIPPED_LEVEL))
    if clipped > _CLIPPED_SHARE:
        raise CalibrationError(
            f"with paper at {100 * share:.0f} %, {100 * clipped:.1f} % of the picture is white "
            f"without detail, expected {100 * _CLIPPED_SHARE:.1f} % or less; the light is uneven: "
            "dim the brightest LEDs, or turn away a lamp that shines into the camera"
        )
    return Exposure(exposure, gain, round(share, 3))


def better_exposure(share: float, exposure: int | None, fps: float) -> int | None:
    """Return the exposure at which paper is likely to be as bright as it should be.

    For somebody who sets it by hand and looks again; None where it is right, or can do no more.

    Args:
        share: how bright paper is now, as a share of the brightest there is.
        exposure: what the camera is locked at, None where it is left alone.
        fps: frames a second, which an exposure must leave room for.
    """
    longest = max(1, int(_UNITS_A_SECOND / fps))
    if exposure is None:
        return max(1, longest // 2)
    if is_right(share):
        return None
    # White without detail says nothing of how much too bright it is.
    factor = 1 / 3 if share >= _CLIPPED_LEVEL / _FULL else PAPER_SHARE / max(share, 0.01)
    value = min(max(1, round(factor * exposure)), longest)
    return None if value == exposure else value


def is_right(share: float) -> bool:
    """Return whether paper is as bright as it should be."""
    return abs(share - PAPER_SHARE) <= 2 * _CLOSE


def paper_share(frames: Sequence[Gray]) -> float:
    """Return how bright paper is in the middle of frames, as a share of the brightest there is."""
    stack = np.stack(frames)
    _, height, width = stack.shape
    middle = stack[:, height // 4 : -(height // 4), width // 4 : -(width // 4)]
    return float(np.median(middle)) / _FULL


def _search(share_at: Callable[[int], float], low: int, high: int) -> tuple[int, float]:
    """Return the value whose share is nearest to what is wanted; brighter goes with larger."""
    best = (high, share_at(high))
    if best[1] < PAPER_SHARE:
        return best
    for _ in range(_TRIES):
        if high - low <= 1 or abs(best[1] - PAPER_SHARE) <= _CLOSE / 4:
            break
        # In the middle of ratios: twice the time is twice the light.
        value = min(max(round(float(np.sqrt(max(low, 1) * high))), low + 1), high - 1)
        share = share_at(value)
        if abs(share - PAPER_SHARE) < abs(best[1] - PAPER_SHARE):
            best = (value, share)
        low, high = (value, high) if share < PAPER_SHARE else (low, value)
    return best


def _remedy(share: float) -> str:
    if share > PAPER_SHARE:
        return "close the lens's aperture, dim the light, or set fewer frames a second"
    return "more light, a wider aperture, or camera.fps lower"
