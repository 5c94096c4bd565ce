"""Tokens on the simulated table: found, how exactly turned, at what cost, and the ink meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated import Conditions, SimulatedTable
from exhibit.camera.simulated.visit import Laid, Visit
from exhibit.contract.geometry import mounting, scaling
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Floats, Frame, Gray, Ink, TokenTruth
from exhibit.ink import make_extractor
from exhibit.ink.rectify import square_from_outline
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.watch import TokenWatch

SIZE_PX = (640, 480)
INK_SIZE, STROKE_PX = 256, 2.0
_STEP_S = 0.2
SETTLED_S = 2.0
"""After a token has gone, until ink is compared."""
SEEN_S = 5.0
"""How long a drawn sheet is looked at before the first token comes."""
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


class WithoutHands(SimulatedTable):
    """The same table where everything moves by itself."""

    def visit_at(self, t_s: float) -> Visit:
        """Return the visit that a time belongs to."""
        return replace(super().visit_at(t_s), hands=())


def ink_changed(conditions: Conditions, seed: int) -> dict[str, Any]:
    """Return pixels of settled ink, of the network's plane, that have changed by a token.

    Args:
        conditions: of the table; one token comes and goes beside its drawing, and one on it.
        seed: of the table.

    Returns:
        For both of them, after it has left, `below` where its card lay and `all` over; and at most
        `while` it lay there: with the hands that bring them (`in_hands`), with the same hands and
        nothing in them (`hands`), and with nothing but tokens (`alone`).
    """
    wanted = replace(conditions, tokens=2)
    tokens = SimulatedTable(wanted, seed, SIZE_PX).visit_at(0.0).tokens
    below = [np.zeros((SIZE_PX[1], SIZE_PX[0]), np.uint8) for _ in tokens]
    came_at = [float("inf") for _ in tokens]
    # The first says where the cards lay, and when hands came with them.
    tables = {"in_hands": SimulatedTable, "hands": WithoutTokens, "alone": WithoutHands}
    return {
        name: _changes(table(wanted, seed, SIZE_PX), tokens, below, came_at)
        for name, table in tables.items()
    }


def _changes(
    table: SimulatedTable, tokens: tuple[Laid, ...], below: list[Gray], came_at: list[float]
) -> list[dict[str, int]]:
    """Follow the ink of a table, and compare it before and after each of its tokens.

    Before are the frames from `from_s` until the token or the hand that brings it is in view. A
    pixel has changed that is none of what it was in them: some come and go by themselves.

    Args:
        table: to look at.
        tokens: which tokens come and go, or would.
        below: (H, W) uint8 for each, 1 where its card lay; what is seen of it is added.
        came_at: when each of them, or its hand, is seen first; lowered to what is seen.
    """
    extractor = make_extractor(InkConfig(), INK_SIZE, STROKE_PX)
    finder, watch = MarkerFinder(True), TokenWatch(mounting(*SIZE_PX, True, 0))
    before: dict[int, list[Ink]] = {}
    found = [{"below": 0, "all": 0, "while": 0} for _ in tokens]
    begins_s = tokens[0].from_s - SEEN_S
    lasts_s = tokens[-1].until_s + SETTLED_S - begins_s
    for frame in table.frames(round(lasts_s * table.fps), begins_s):
        watch.step(finder.find(frame.pixels), frame.captured_at)
        covered = watch.covered((SIZE_PX[1], SIZE_PX[0]))
        ink = extractor.extract(replace(frame, covered=covered))
        for place, token in enumerate(tokens):
            figures = found[place]
            is_there = covered is not None or _shows_hand(frame)
            if frame.captured_at >= token.from_s and is_there:
                came_at[place] = min(came_at[place], frame.captured_at)
            if frame.captured_at < token.from_s:
                before[place] = [ink]
            elif frame.captured_at < came_at[place]:
                before[place].append(ink)
            elif frame.captured_at < token.until_s:
                below[place] |= 0 if covered is None else covered
                figures["while"] = max(figures["while"], int(_changed(before[place], ink).sum()))
            elif frame.captured_at < token.until_s + SETTLED_S:
                changed = _changed(before[place], ink)
                figures["all"] = int(changed.sum())
                figures["below"] = int((changed & on_plane(below[place], ink)).sum())
    return found


def _changed(before: list[Ink], after: Ink) -> NDArray[np.bool_]:
    """Return (S, S) bool, where settled ink is none of what it was in any frame before."""
    return np.asarray(np.logical_and.reduce([differs(each, after) for each in before]), np.bool_)


def _shows_hand(frame: Frame) -> bool:
    assert frame.truth is not None
    return bool(frame.truth.hand.any())


def differs(one: Ink, other: Ink) -> NDArray[np.bool_]:
    """Return (S, S) bool, where settled ink of one is none of the other."""
    return np.asarray((one.settled < 128) != (other.settled < 128), np.bool_)


def on_plane(mask: Gray, ink: Ink) -> NDArray[np.bool_]:
    """Return (S, S) bool, where a mask (H, W) uint8 of a frame lies on the network's plane."""
    assert ink.sheet is not None
    to_plane = scaling(INK_SIZE, INK_SIZE) @ square_from_outline(ink.sheet, True)
    return np.asarray(cv2.warpPerspective(mask, to_plane, (INK_SIZE, INK_SIZE)) > 0, np.bool_)
