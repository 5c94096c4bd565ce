"""The simulated table: frames of visitors who draw, with the truth about each of them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.conditions import CLEAN, Conditions, Polarity
from exhibit.camera.simulated.exposure import Light, Sensor
from exhibit.camera.simulated.hands import cast
from exhibit.camera.simulated.layers import Exposed
from exhibit.camera.simulated.paper import PAPER, Paper, Stock
from exhibit.camera.simulated.raised import Rise
from exhibit.camera.simulated.scene import Moment, Scene
from exhibit.camera.simulated.script import make_visit
from exhibit.camera.simulated.texture import clouds
from exhibit.camera.simulated.tracks import Track
from exhibit.camera.simulated.view import (
    Matrix,
    detail_px,
    knock,
    px_per_mm,
    table_to_camera,
    tremble,
)
from exhibit.camera.simulated.visit import Visit
from exhibit.contract.values import Frame, Gray, Truth

_BARE: dict[Polarity, float] = {"bright": 0.22, "dark": 0.5}
"""Reflectance of the table without a sheet: lit from below one looks through it into the dark."""
_TEXELS_PER_PX = 2.0
_REST_S, _STILL = 0.1, 1e-6


class SimulatedTable:
    """A table that needs no camera; the same arguments give the same frames at the same times.

    Times should go forwards: going back to an earlier one is right but slow.

    Args:
        conditions: how difficult the table is.
        seed: everything random follows from it.
        size_px: width and height of a frame.
        fps: frames per second; `sequence` of a frame is its time times this.
        mirrored: True for a camera below the table.
        polarity: whether hands are bright or dark; None lets the seed choose from the conditions.
    """

    def __init__(
        self,
        conditions: Conditions = CLEAN,
        seed: int = 1,
        size_px: tuple[int, int] = (640, 480),
        fps: float = 30.0,
        mirrored: bool = True,
        polarity: Polarity | None = None,
    ) -> None:
        rng = np.random.default_rng((seed, 0xCA))
        self.conditions = conditions
        self.seed = seed
        self.size_px = size_px
        self.fps = fps
        chosen = conditions.polarities[int(rng.integers(len(conditions.polarities)))]
        self.polarity: Polarity = polarity or chosen
        straight = table_to_camera(size_px, mirrored, conditions.tilt, rng)
        self._views: tuple[Matrix, Matrix] = (straight, knock(size_px, rng) @ straight)
        self._light = Light(rng, conditions, size_px)
        self._sensor = Sensor(rng, conditions, size_px)
        self._stock = Stock(rng, _TEXELS_PER_PX * px_per_mm(size_px))
        shape = (size_px[1], size_px[0])
        bare = _BARE[self.polarity] * (1 + 0.05 * clouds(rng, shape, size_px[0] / 6))
        self._bare = np.asarray(bare, np.float32)
        self._visits: list[Visit] = []
        self._scene: Scene | None = None
        self._scene_visit = -1
        self._scene_time = -np.inf
        self._lit_by: tuple[bool, bool] | None = None
        self._field = np.zeros(shape, np.float32)
        self._signal = np.zeros(shape, np.float32)

    def visit_at(self, t_s: float) -> Visit:
        """Return the visit that a time belongs to."""
        while not self._visits or self._visits[-1].ends_at <= t_s:
            starts_at = self._visits[-1].ends_at if self._visits else 0.0
            visit = make_visit(self.seed, len(self._visits), starts_at, self.conditions)
            self._visits.append(visit)
        return next(v for v in self._visits if t_s < v.ends_at)

    def frame_at(self, t_s: float) -> Frame:
        """Return the frame of a time in seconds (0 and later); `captured_at` is that time."""
        visit = self.visit_at(t_s)
        view = self._views[self._happened(self.conditions.knocked_after_s, t_s)]
        relit = self._relight(t_s, view)
        if self.conditions.shake_px:
            view = tremble(self.size_px, self.conditions.shake_px, t_s, float(self.seed)) @ view
        scene = self._scene_of(visit, t_s)
        box = scene.show(_moment(visit, t_s, self.conditions.exposure_s), view)
        if relit:
            np.multiply(self._field, scene.reflectance, out=self._signal)
        elif box is not None:
            area = np.s_[box[1] : box[3], box[0] : box[2]]
            self._signal[area] = self._field[area] * scene.reflectance[area]
        signal, hand = self._with_hands(visit, t_s, view)
        sequence = int(t_s * self.fps + 1e-6)
        pixels = self._sensor.expose(signal, sequence, t_s, self.seed)
        ink, mass = scene.ink.copy(), scene.mass.copy()
        for array in (pixels, ink, mass, hand):
            array.setflags(write=False)
        tokens = tuple(card.truth(_rests(visit, card.number, t_s)) for card in scene.cards)
        truth = Truth(ink, mass, hand, scene.corners, scene.raised, tokens)
        return Frame(sequence, t_s, pixels, truth)

    def frames(self, count: int, start_s: float = 0.0) -> Iterator[Frame]:
        """Yield `count` frames in time order at the table's frame rate."""
        for number in range(count):
            yield self.frame_at(start_s + number / self.fps)

    def flat_field(self) -> Gray:
        """Return a noiseless frame of blank paper over the whole view, all LEDs alive."""
        field = self._light.field(self._views[0]) * PAPER + Sensor.DARK
        return np.asarray(np.clip(field, 0, 255), np.uint8)

    def frame_of(self, page: Gray, size_mm: tuple[float, float], sequence: int) -> Gray:
        """Return a frame of a printed page that lies in the middle of the table, and nobody there.

        Args:
            page: (H, W) uint8, 0 ink and 255 paper.
            size_mm: its width and height.
            sequence: of the frame; every frame has noise of its own.
        """
        height, width = page.shape
        to_mm = np.array([[1, 0, (1 - width) / 2], [0, 1, (1 - height) / 2], [0, 0, 1.0]])
        to_mm[0] *= size_mm[0] / width
        to_mm[1] *= size_mm[1] / height
        lies = (self._views[0] @ to_mm, self.size_px)
        paper = cv2.warpPerspective(np.full_like(page, 255), *lies, flags=cv2.INTER_AREA)
        seen = cv2.warpPerspective(page, *lies, flags=cv2.INTER_AREA).astype(np.float32) / 255
        reflectance = np.where(paper > 0, seen * PAPER, self._bare)
        self._relight(0.0, self._views[0])
        signal = np.asarray(self._field * reflectance, np.float32)
        return self._sensor.expose(signal, sequence, sequence / self.fps, self.seed)

    def dark_frame(self) -> Gray:
        """Return a noiseless frame with all light off."""
        return np.full((self.size_px[1], self.size_px[0]), int(Sensor.DARK), np.uint8)

    @staticmethod
    def _happened(after_s: float | None, t_s: float) -> bool:
        return after_s is not None and t_s >= after_s

    def _relight(self, t_s: float, view: Matrix) -> bool:
        """Compute the field of light anew when an LED died or the camera was moved."""
        dead = self._happened(self.conditions.led_dies_after_s, t_s)
        key = (dead, self._happened(self.conditions.knocked_after_s, t_s))
        if key == self._lit_by:
            return False
        self._lit_by = key
        self._field = self._light.field(view, (self._light.weakest,) if dead else ())
        self._sensor.expect(self._field)
        return True

    def _scene_of(self, visit: Visit, t_s: float) -> Scene:
        """Return the scene of a visit; a fresh one for a new sheet or a step back in time."""
        if self._scene is None or visit.index != self._scene_visit or t_s < self._scene_time:
            rng = np.random.default_rng((self.seed, visit.index, 0x5E))
            paper = Paper(rng, self.conditions, visit.lines, self._stock)
            cover = None
            if visit.cover is not None:
                cover = Paper(rng, self.conditions, visit.cover.lines, self._stock)
            detail = detail_px(self.size_px)
            optics = (self.conditions.defocus_px * detail, detail)
            self._scene = Scene(self._bare, (paper, cover), optics, self.polarity)
            self._scene_visit = visit.index
        self._scene_time = t_s
        return self._scene

    def _with_hands(
        self, visit: Visit, t_s: float, view: Matrix
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return a copy of the signal with the hands in it, and where they are."""
        signal = self._signal.copy()
        covered = np.zeros(signal.shape, np.bool_)
        for hand in visit.hands:
            exposure_s = self.conditions.exposure_s
            shade = cast(hand, t_s, exposure_s, self.polarity, (view, self.size_px))
            if shade is None:
                continue
            x0, y0, x1, y1 = shade.box
            area = np.s_[y0:y1, x0:x1]
            shade.fall_on(signal[area], self._field[area])
            covered[area] |= shade.hides
        return signal, covered


def _moment(visit: Visit, t_s: float, exposure_s: float) -> Moment:
    """Return where the sheets of a visit are at a time."""

    def exposed(track: Track) -> Exposed:
        half_s = exposure_s / 2
        return track.at(t_s - half_s), track.at(t_s), track.at(t_s + half_s)

    amounts = ((lift.corner, float(lift.track.at(t_s)[0])) for lift in visit.lifts)
    rise = next((Rise(corner, mm) for corner, mm in amounts if mm > 0), None)
    cards = tuple(
        (token.number, exposed(token.track))
        for token in visit.tokens
        if token.from_s <= t_s < token.until_s
    )
    cover = visit.cover
    if cover is None:
        return Moment(t_s, exposed(visit.sheet), rise, cards=cards)
    counts = cover.lies_from <= t_s < cover.lies_until
    return Moment(t_s, exposed(visit.sheet), rise, exposed(cover.sheet), counts, cards)


def _rests(visit: Visit, number: int, t_s: float) -> bool:
    """Return whether a token has not moved for a moment, nor will."""
    track = next(token.track for token in visit.tokens if token.number == number)
    before, after = track.at(t_s - _REST_S), track.at(t_s + _REST_S)
    return bool(np.abs(after - before).max() < _STILL)
