"""Tokens on the simulated table: found, how exactly turned, at what cost, and the ink meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from exhibit.camera.simulated import Conditions, SimulatedTable
from exhibit.camera.simulated.visit import Laid, Visit
from exhibit.contract.geometry import mounting
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Floats, Frame, Gray, Ink, TokenTruth
from exhibit.ink import make_extractor
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.watch import TokenWatch

SIZE_PX = (640, 480)
_INK_SIZE, _STROKE_PX = 256, 2.0
_STEP_S = 0.2
_SETTLED_S = 2.5
"""After the hand has gone, until ink is compared."""
_BEFORE_S = 0.6
_UNDER_HAND = 0.02


@dataclass
class Found:
    """What was seen of tokens at rest."""

    frames: int = 0
    found: int = 0
    under_hands: int = 0
    found_under_hands: int = 0
    others: int = 0
    errors_deg: list[float] = field(default_factory=list)
    cost_ms: list[float] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Take in what was seen elsewhere."""
        for name in ("frames", "found", "under_hands", "found_under_hands", "others"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors_deg += other.errors_deg
        self.cost_ms += other.cost_ms

    def figures(self) -> dict[str, Any]:
        """Return shares and percentiles."""
        cost = np.array(self.cost_ms)
        error = float(np.percentile(self.errors_deg, 95)) if self.errors_deg else None
        return {
            "frames": self.frames,
            "found_share": round(self.found / max(self.frames, 1), 4),
            "angle_error_p95_deg": None if error is None else round(error, 2),
            "below_hands": [self.found_under_hands, self.under_hands],
            "other_tokens_found": self.others,
            "processor_ms_mean": round(float(cost.mean()), 3),
            "processor_ms_p95": round(float(np.percentile(cost, 95)), 3),
        }


def at_rest(conditions: Conditions, frames: int, number: int = 1) -> Found:
    """Look at tokens that lie still.

    Args:
        conditions: of the table.
        frames: how many in all, of as many tables as that takes.
        number: 1 for tokens beside the drawing, 2 for tokens on it.
    """
    whole, seed = Found(), 1
    while whole.frames < frames:
        table = SimulatedTable(replace(conditions, tokens=number), seed, SIZE_PX)
        (token,) = (t for t in table.visit_at(0.0).tokens if t.number == number)
        whole.add(_look(table, token, frames - whole.frames))
        seed += 1
    return whole


def _look(table: SimulatedTable, token: Laid, most: int) -> Found:
    finder, found = MarkerFinder(True), Found()
    to_visitor = mounting(*SIZE_PX, True, 0)
    for at_s in np.arange(token.from_s, token.until_s, _STEP_S):
        frame = table.frame_at(float(at_s))
        truth = _truth_of(frame, token.number)
        if truth is None or not truth.rests or found.frames >= most:
            continue
        watch = TokenWatch(to_visitor)
        begun = time.thread_time()
        seen = finder.find(frame.pixels)
        watch.step(seen, 0.0)
        watch.covered((SIZE_PX[1], SIZE_PX[0]))
        found.cost_ms.append(1000.0 * (time.thread_time() - begun))
        watch.step(seen, 0.03)
        laid = {laid.number: laid.angle_deg for laid in watch.lying}
        found.others += len(laid.keys() - {token.number})
        if _hidden_share(frame, truth) > _UNDER_HAND:
            found.under_hands += 1
            found.found_under_hands += token.number in laid
            continue
        found.frames += 1
        if token.number in laid:
            found.found += 1
            error = (laid[token.number] - truth.angle_deg + 180.0) % 360.0 - 180.0
            found.errors_deg.append(abs(error))
    return found


def _truth_of(frame: Frame, number: int) -> TokenTruth | None:
    assert frame.truth is not None
    return next((t for t in frame.truth.tokens if t.number == number), None)


def _hidden_share(frame: Frame, truth: TokenTruth) -> float:
    """Return how much of a marker is below a hand or its shadow."""
    assert frame.truth is not None
    marker = _filled(truth.corners, frame.pixels.shape)
    return float((frame.truth.hand & (marker > 0)).sum() / max(marker.sum(), 1))


def _filled(corners: Floats, shape: tuple[int, ...]) -> Gray:
    mask = np.zeros(shape, np.uint8)
    return np.asarray(cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), (1,)), np.uint8)


def false_finds(conditions: Conditions, frames: int, seed: int) -> int:
    """Return how often a marker is found in frames of a table where nobody lays one."""
    table, finder = SimulatedTable(conditions, seed, SIZE_PX), MarkerFinder(True)
    return sum(len(finder.find(frame.pixels)) for frame in table.frames(frames))


class WithoutTokens(SimulatedTable):
    """The same table with the same hands, and nothing in them."""

    def visit_at(self, t_s: float) -> Visit:
        """Return the visit that a time belongs to."""
        return replace(super().visit_at(t_s), tokens=())


def ink_changed(conditions: Conditions, seed: int, number: int) -> dict[str, int]:
    """Return pixels of settled ink that a token's coming and going has changed.

    Args:
        conditions: of the table.
        seed: of the table.
        number: 1 for a token beside the drawing, 2 for one on it.

    Returns:
        `below`: in the frame, where the card lay, after it has left; `all`: of the network's plane,
        everywhere; `all_without`: the same where the same hands come and go with nothing in them;
        `while_lying`: of the plane, at most while it lay there.
    """
    wanted = replace(conditions, tokens=number)
    table = SimulatedTable(wanted, seed, SIZE_PX)
    (token,) = (t for t in table.visit_at(0.0).tokens if t.number == number)
    before, during, after, below = _followed(table, token)
    plain = _followed(WithoutTokens(wanted, seed, SIZE_PX), token)
    return {
        "below": int(((before.mask != after.mask) & (below > 0)).sum()),
        "all": _differs(before, after),
        "all_without": _differs(plain[0], plain[2]),
        "while_lying": max(_differs(before, ink) for ink in during),
    }


def _differs(one: Ink, other: Ink) -> int:
    return int(((one.settled < 128) != (other.settled < 128)).sum())


def _followed(table: SimulatedTable, token: Laid) -> tuple[Ink, list[Ink], Ink, Gray]:
    """Return the ink before a token, while it lies, and after it; and where it was covered."""
    extractor = make_extractor(InkConfig(), _INK_SIZE, _STROKE_PX)
    finder, watch = MarkerFinder(True), TokenWatch(mounting(*SIZE_PX, True, 0))
    until_s = token.until_s + _SETTLED_S
    before: Ink | None = None
    during: list[Ink] = []
    below = np.zeros((SIZE_PX[1], SIZE_PX[0]), np.uint8)
    for frame in _frames(table, until_s):
        watch.step(finder.find(frame.pixels), frame.captured_at)
        covered = watch.covered((SIZE_PX[1], SIZE_PX[0]))
        ink = extractor.extract(replace(frame, covered=covered))
        if frame.captured_at < token.from_s - _BEFORE_S:
            before = ink
        if watch.lying:
            during = [*during[-300:], ink]
            below |= np.zeros_like(below) if covered is None else covered
    assert before is not None
    return before, during or [ink], ink, below


def _frames(table: SimulatedTable, until_s: float) -> Iterator[Frame]:
    return table.frames(round(until_s * table.fps))
