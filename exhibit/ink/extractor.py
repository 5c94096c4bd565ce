"""Frame to ink, for every frame: keeps what it has learnt of the table between frames."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import (
    Floats,
    Frame,
    Gray,
    Ink,
    InkEvent,
    SheetState,
    TableLight,
)
from exhibit.ink import field, rectify, threshold
from exhibit.ink.bare import BareTable
from exhibit.ink.blank import study
from exhibit.ink.curl import LiftWatch
from exhibit.ink.drawn import Drawn
from exhibit.ink.hand import grow
from exhibit.ink.identity import compare_sheets
from exhibit.ink.images import WHOLE, as_gray, box_around, enlarge, perspective
from exhibit.ink.pile import Pile
from exhibit.ink.planes import blank_planes
from exhibit.ink.rectify import InkSquare, View
from exhibit.ink.sheet_ink import Place, SheetInk, warp_ink
from exhibit.ink.sheet_outline import inside
from exhibit.ink.surface import Surface
from exhibit.ink.tracker import Pose, SheetTracker, Tracker
from exhibit.ink.tremble import shaken, steady

_EDGE_PX = 6.0
"""Width of the border of the sheet where its own edge could pass for ink, at 640 pixels."""
_AROUND_PX = 8
"""Of the frame, so much around the sheet is looked at: where it lay is known to a pixel or two."""
_MOVED_PX = 1.2
_NO_OUTLINE_S = 2.0
_JUDGE_S = 1.2
"""Time after a sheet's arrival, beyond that of settling, at which it is compared with the last."""


class TableExtractor:
    """The extractor of a lit table."""

    def __init__(
        self,
        config: InkConfig,
        ink_size: int,
        stroke_width_px: float,
        view: View,
        make_tracker: Callable[[], Tracker] = SheetTracker,
        light: TableLight | None = None,
    ) -> None:
        self._make_tracker = make_tracker
        self._config = config
        self._ink_size = ink_size
        self._stroke_width_px = stroke_width_px
        self._view = view
        self._table_light = light
        self._blank = blank_planes(ink_size)
        self._last_sheet = self._blank.lines
        self._start((0, 0), 0.0)

    def _start(self, shape: tuple[int, int], now_s: float) -> None:
        """Forget everything: the first frame, or frames of another size."""
        self._shape = shape
        small = (max(1, round(shape[0] / field.SHRINK)), max(1, round(shape[1] / field.SHRINK)))
        self._tracker = self._make_tracker()
        light = self._table_light
        if light is not None and light.blank.shape != shape:
            light = None
        self._dark = None if light is None else light.dark
        self._blank_sheet = None if light is None else study(light)
        self._bare = self._unseen_table(small)
        blank_level = None if self._blank_sheet is None else self._blank_sheet.level
        self._surface = Surface(small, self._view.mirrored, blank_level)
        self._began_at = self._seen_at = now_s
        self._noise = 0.0
        self._forget_ink(now_s)

    def _unseen_table(self, small: tuple[int, int]) -> BareTable:
        blank = self._blank_sheet
        return BareTable(small, self._shape, None if blank is None else blank.dust)

    def _forget_ink(self, now_s: float) -> None:
        """There is another sheet, or none."""
        self._ink: SheetInk | None = None
        self._anchor: Floats | None = None
        self._pile, self._lift = Pile(), LiftWatch()
        self._drawn = Drawn(self._blank, now_s)
        self._judge_at: float | None = None

    def configure(self, config: InkConfig) -> None:
        """Use other settings from the next frame on; ink that they change counts at once."""
        before, self._config = self._config, config
        same = (before.threshold, before.despeckle) == (config.threshold, config.despeckle)
        if self._ink is not None and not same:
            self._ink.judge_anew()

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame.

        Raises:
            InputError: the frame is not (H, W) uint8.
        """
        field.check_frame(frame)
        pixels = frame.pixels
        if pixels.shape != self._shape:
            self._start((pixels.shape[0], pixels.shape[1]), frame.captured_at)
        if self._dark is not None:
            pixels = as_gray(cv2.subtract(pixels, self._dark))
        covered = frame.covered
        if covered is not None:
            pixels = self._surface.uncovered(pixels, covered, self._bare.level)
        elapsed_ms = round(1000 * max(0.0, frame.captured_at - self._seen_at))
        self._seen_at = frame.captured_at
        half, small = field.shrink(pixels)
        level = field.paper_level(small)
        noise = threshold.noise_of(pixels)
        self._noise += (0.1 if self._noise else 1.0) * (noise - self._noise)
        pose = self._tracker.step(pixels, level, self._bare.level, frame.captured_at)
        if pose.steadied is not None:
            pixels = steady(pixels, pose.steadied)
            half, small = field.shrink(pixels)
            level = field.paper_level(small)
            covered = None if covered is None else as_gray(steady(covered, pose.steadied) > 0)
        events = self._note_arrival(pose, level, frame.captured_at)
        hands: Gray | None = None
        if self._absent(pose, frame.captured_at):
            self._bare.learn(level, pixels)
        elif pose.resting or pose.corners is None:
            events += self._anchor_at(pose.corners, level)
            view = (pixels, half, small, level)
            unseen = None if covered is None else field.shrink_mask(covered)
            hands, found = self._look(view, (pose.curled, unseen), elapsed_ms, frame.captured_at)
            events += found
        if pose.corners is not None:
            events += self._lift.step(pose.raised or bool(pose.curled))
        return self._result(frame, pose, hands, events)

    def _note_arrival(self, pose: Pose, level: Gray, now_s: float) -> tuple[InkEvent, ...]:
        if pose.left:
            self._last_sheet = self._drawn.settled.lines
            self._forget_ink(now_s)
            return (InkEvent("sheet_out"),)
        if pose.arrived:
            if self._anchor is not None:
                # Until now the whole view passed for a sheet, and its table for paper.
                self._surface.forget_paper()
            if self._bare.looks_like(level):
                self._bare = self._unseen_table((level.shape[0], level.shape[1]))
            self._forget_ink(now_s)
            self._surface.new_sheet()
            self._judge_at = now_s + _JUDGE_S + self._config.settle_ms / 1000
            return (InkEvent("sheet_in"),)
        return ()

    def _identify(self, now_s: float) -> tuple[InkEvent, ...]:
        """Say which sheet has come, once its ink has had the time to settle."""
        if self._judge_at is None or now_s < self._judge_at:
            return ()
        self._judge_at = None
        name = compare_sheets(self._last_sheet, self._drawn.settled.lines)
        return () if name is None else (InkEvent(name),)

    def _absent(self, pose: Pose, now_s: float) -> bool:
        """Whether there is no sheet; a view that never showed an outline is a sheet itself."""
        if pose.corners is not None:
            return False
        if self._tracker.ever_seen or now_s - self._began_at < _NO_OUTLINE_S:
            return True
        return self._anchor is None and self._bare.disturbed

    def _anchor_at(self, corners: Floats | None, level: Gray) -> tuple[InkEvent, ...]:
        """Bring what is known of the ink to where the sheet lies now."""
        whole = rectify.outline_of_frame(self._shape)
        place = whole if corners is None else corners
        if self._anchor is not None and np.abs(place - self._anchor).max() < _MOVED_PX:
            return ()
        events: tuple[InkEvent, ...] = ()
        if self._ink is None or self._anchor is None:
            self._ink = SheetInk(self._shape)
        else:
            self._ink = self._ink.moved(perspective(self._anchor, place))
            events = (InkEvent("sheet_moved"),)
        self._anchor = place.copy()
        to_square = self._view.frame_to_square(self._anchor)
        self._drawn.lies_at(InkSquare(to_square, self._ink_size, self._stroke_width_px))
        edge_px = 0.0 if corners is None else _EDGE_PX * max(self._shape) / 640.0
        self._within = inside(place, self._shape, edge_px)
        self._within_px = cv2.countNonZero(self._within)
        self._box = box_around(self._within, _AROUND_PX) or WHOLE
        height, width = level.shape
        # The paper's level is smooth: near the edge it is mixed with the table's.
        rim_px = edge_px + 2.5 * field.SHRINK
        within = enlarge(inside(place, self._shape, rim_px), (height, width))
        self._rim = as_gray(enlarge(within, self._shape) == 0)
        self._surface.settle_in(level, self._bare.level, within)
        return events

    def _look(
        self,
        view: tuple[Gray, Gray, Gray, Gray],
        hidden: tuple[tuple[Floats, ...], Gray | None],
        elapsed_ms: int,
        now_s: float,
    ) -> tuple[Gray, tuple[InkEvent, ...]]:
        """Take a frame of a resting sheet into account: itself, at two sizes below, and its level.

        Args:
            hidden: triangles that are curled, and (h, w) uint8, 1 where something lies that is no
                ink.

        Returns:
            (h, w) uint8, 1 under hands; and what happened.
        """
        assert self._ink is not None
        limits = threshold.limits_for(self._noise, self._config.threshold)
        look = self._surface.look(*view[1:], hidden, self._config.polarity, now_s)
        contrast = field.contrast(view[0], look.ground, limits.least_light, self._box)
        contrast = self._bare.without_dust(contrast)
        events = look.events
        if look.factor is not None:
            events += self._turn_pile(look.factor, now_s)
        covered = enlarge(look.hidden * np.uint8(255), self._shape)
        free = as_gray(cv2.subtract(self._within, covered))
        if look.doubtful:
            free = np.zeros_like(free)
        near = enlarge(look.near, self._shape)
        lies = None if hidden[1] is None else enlarge(grow(hidden[1], 1), self._shape)
        drawn = None if look.drawn is None else enlarge(look.drawn, self._shape)
        with_hand = bool(look.hands.any())
        place = Place(free, near, self._rim, look.quiet_ms, with_hand, lies, drawn, self._box)
        if self._ink.step(contrast, place, limits, elapsed_ms, self._config):
            self._drawn.settle(self._ink.settled, now_s)
            began = self._ink.note_strokes(now_s)
            events += (InkEvent("stroke_added", str(began)),) if began else ()
        return look.hands, events + self._identify(now_s)

    def _turn_pile(self, factor: float, now_s: float) -> tuple[InkEvent, ...]:
        """A sheet was laid on top of this one, or taken from it."""
        assert self._ink is not None and self._anchor is not None
        self._ink, name = self._pile.turn(factor, self._ink, self._anchor)
        self._drawn.begin_anew(self._ink.settled, now_s)
        self._judge_at = None
        return (InkEvent(name),)

    def _result(
        self, frame: Frame, pose: Pose, hands: Gray | None, events: tuple[InkEvent, ...]
    ) -> Ink:
        corners, drawn = pose.corners, self._drawn
        if hands is None:
            covered = np.zeros(self._shape, np.bool_)
        else:
            covered = enlarge(grow(hands, 1), self._shape).view(np.bool_)
        seen, coverage = None, 0.0
        if self._ink is not None and self._anchor is not None:
            seen = self._ink.seen
            coverage = cv2.countNonZero(self._ink.settled) / max(1, self._within_px)
            if hands is None and corners is not None:
                seen = warp_ink(seen, perspective(self._anchor, corners))
            else:
                self._drawn.follow(seen, frame.sequence, self._config.answer == "live")
        if pose.steadied is not None:
            covered = shaken(as_gray(covered), pose.steadied) > 0
            seen = None if seen is None else shaken(seen, pose.steadied)
        if seen is None:
            mask = np.full(self._shape, 255, np.uint8)
        else:
            mask = as_gray(cv2.threshold(seen, 0, 255, cv2.THRESH_BINARY_INV)[1])
        return Ink(
            sequence=frame.sequence,
            captured_at=frame.captured_at,
            live=drawn.live.lines,
            settled=drawn.settled.lines,
            live_mass=drawn.live.mass,
            mass=drawn.settled.mass,
            mask=mask,
            hand=covered,
            sheet=pose.corners_seen,
            bbox=drawn.bbox,
            coverage=coverage,
            events=events,
            changed_at=drawn.changed_at,
            sheet_state=self._state_of(pose, hands is not None),
            lifted=pose.lifted(self._shape),
        )

    def _state_of(self, pose: Pose, looked: bool) -> SheetState:
        if pose.raised or pose.curled:
            return "lifted"
        if looked:
            return "resting"
        return "absent" if pose.corners is None else "moving"
