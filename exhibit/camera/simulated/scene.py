"""What lies on the table, in frame pixels: sheets and ink, redrawn only where they changed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.cards import Card
from exhibit.camera.simulated.conditions import Polarity
from exhibit.camera.simulated.layers import Exposed, Layer
from exhibit.camera.simulated.paper import PAPER, Box, Paper
from exhibit.camera.simulated.raised import Rise, defocus, lit
from exhibit.camera.simulated.view import Matrix
from exhibit.contract.values import Floats

_THROUGH, _BEHIND = 0.62, 0.5
"""Lit from below, a sheet before another one: its own share of the light, and the other's."""
_TWO_SHEETS = 0.8
"""Share of the light from above that a second sheet lets through."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Where everything is at one time.

    Args:
        t_s: seconds, for the ink.
        sheet: pose of the sheet at the beginning, middle and end of the exposure.
        rise: what of it has left the glass, or None.
        cover: the same three poses of a sheet on top of it, or None.
        cover_counts: whether that is the visitor's sheet now.
        cards: number and three poses of every token on top.
    """

    t_s: float
    sheet: Exposed
    rise: Rise | None = None
    cover: Exposed | None = None
    cover_counts: bool = False
    cards: tuple[tuple[int, Exposed], ...] = ()


class Scene:
    """The reflectance of the table with one sheet, or with a second one on top.

    Attributes:
        reflectance: (H, W) float32 as the lens draws it, 0..1.
        ink: (H, W) uint8 ground truth, 0 ink and 255 paper.
        mass: (H, W) uint8 ground truth, 0 where ink fills a shape in.
        cards: tokens that lie on top.
    """

    def __init__(
        self,
        bare: Floats,
        papers: tuple[Paper, Paper | None],
        optics: tuple[float, float],
        polarity: Polarity,
    ) -> None:
        """Lay out a table.

        Args:
            bare: (H, W) float32 reflectance without a sheet.
            papers: the sheet, and the one that is laid over it, if any.
            optics: blur of the lens in pixels, and pixels of this frame to one of 640 by 480.
            polarity: from which side the light comes, as in `Conditions`.
        """
        self._bare = bare
        self._polarity = polarity
        self._defocus_px, self._detail_px = optics
        self._reach_px = int(np.ceil(4 * self._defocus_px)) + 1
        shape = (bare.shape[0], bare.shape[1])
        self._sheet = Layer(papers[0], shape)
        self._cover = None if papers[1] is None else Layer(papers[1], shape)
        self._covered = self._counts = False
        self.cards: tuple[Card, ...] = ()
        self._cards_key: tuple[object, ...] = ()
        self.reflectance = bare.copy()
        self.ink = np.full(bare.shape, 255, np.uint8)
        self.mass = self.ink.copy()

    @property
    def corners(self) -> Floats | None:
        """(4, 2) float32 corners of the visitor's sheet in frame pixels, or None out of view.

        They are in the visitor's order: top left, top right, bottom right, bottom left.
        """
        return self._front.corners

    @property
    def raised(self) -> NDArray[np.bool_] | None:
        """(H, W) bool, True where paper has left the glass; None where all of it lies there."""
        return None if self._sheet.raised is None else self._sheet.raised.off

    @property
    def _front(self) -> Layer:
        return self._cover if self._counts and self._cover is not None else self._sheet

    def show(self, moment: Moment, to_camera: Matrix) -> Box | None:
        """Bring the scene to a time; returns the box of pixels that changed.

        Args:
            moment: where everything is.
            to_camera: (3, 3) table to camera.
        """
        changed = self._sheet.paper.draw_until(moment.t_s)
        box = None if changed is None else self._sheet.box_of(changed, self._reach_px + 1)
        moved = self._sheet.place(moment.sheet, to_camera, moment.rise)
        if self._cover is not None:
            changed = self._cover.paper.draw_until(moment.t_s)
            if changed is not None:
                box = self._cover.box_of(changed, self._reach_px + 1)
            covered = moment.cover is not None
            moved |= covered != self._covered or moment.cover_counts != self._counts
            self._covered, self._counts = covered, moment.cover_counts
            if moment.cover is not None:
                moved |= self._cover.place(moment.cover, to_camera, None)
        moved |= self._lay_cards(moment.cards, to_camera)
        height, width = self._bare.shape
        if moved or (box is not None and self._sheet.raised is not None):
            box = (0, 0, width, height)
        elif box is None or self.corners is None:
            return None
        self._redraw(box)
        return box

    def _lay_cards(self, cards: tuple[tuple[int, Exposed], ...], to_camera: Matrix) -> bool:
        """Lay tokens where they are; returns whether anything is different from before."""
        key = tuple((n, *(float(v) for pose in poses for v in pose)) for n, poses in cards)
        if (key, to_camera.tobytes() if cards else b"") == self._cards_key:
            return False
        self._cards_key = (key, to_camera.tobytes() if cards else b"")
        self.cards = tuple(Card(number, poses, to_camera) for number, poses in cards)
        return True

    def _redraw(self, box: Box) -> None:
        """Draw one box of pixels anew, with enough around it for the lens's blur."""
        height, width = self._bare.shape
        margin = self._reach_px
        x0, y0 = max(0, box[0] - margin), max(0, box[1] - margin)
        x1, y1 = min(width, box[2] + margin), min(height, box[3] + margin)
        if x0 >= x1 or y0 >= y1:
            return
        sharp = self._sharp((x0, y0, x1, y1))
        blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), self._defocus_px), np.float32)
        raised = self._sheet.raised
        if raised is not None:
            blurred = defocus(sharp, blurred, raised.height[y0:y1, x0:x1], self._detail_px)
        if max(self._sheet.smear_px) > 1:
            blurred = np.asarray(cv2.blur(blurred, self._sheet.smear_px), np.float32)
        inner = np.s_[box[1] - y0 : box[3] - y0, box[0] - x0 : box[2] - x0]
        target = np.s_[box[1] : box[3], box[0] : box[2]]
        self.reflectance[target] = blurred[inner]
        self.ink[target] = self._front.ink((x0, y0, x1, y1))[inner]
        self.mass[target] = self._front.mass((x0, y0, x1, y1))[inner]

    def _sharp(self, box: Box) -> Floats:
        """Return the reflectance of a box of pixels before the lens."""
        area = np.s_[box[1] : box[3], box[0] : box[2]]
        tone, alpha = self._sheet.look(box)
        if self._sheet.raised is not None:
            tone *= lit(self._sheet.raised.height[area], self._polarity)
        sharp = self._bare[area] + alpha * (tone - self._bare[area])
        if self._covered and self._cover is not None:
            smeared = (cv2.blur(a, self._cover.smear_px) for a in self._cover.look(box))
            over, shows = (np.asarray(a, np.float32) for a in smeared)
            alone = self._bare[area] + shows * (over - self._bare[area])
            both = self._through(sharp, over)
            sharp = np.where(alpha > 0, sharp + shows * alpha * (both - sharp), alone)
        for card in self.cards:
            above, on_card = card.look(box)
            shadow = above / np.float32(PAPER)
            both = np.where(on_card > 0.5, self._through(sharp, above), sharp * shadow)
            sharp = np.where(alpha > 0, both, sharp + on_card * (above - sharp))
        return np.asarray(sharp, np.float32)

    def _through(self, front: Floats, behind: Floats) -> Floats:
        """Return how two sheets look together; the one on the glass is in front."""
        share = behind / np.float32(PAPER)
        if self._polarity == "dark":
            return np.asarray(front * share * np.float32(_TWO_SHEETS), np.float32)
        return np.asarray(front * (np.float32(_THROUGH) + np.float32(_BEHIND) * share), np.float32)
