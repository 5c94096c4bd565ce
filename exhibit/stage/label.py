"""The label: the real drawing that an answer comes from, with its caption, as a museum has it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread

import cv2
import numpy as np

from exhibit.contract.bundle import find_bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.geometry import project, scaling, translation
from exhibit.contract.memory import DRAWINGS, PROVENANCE, Provenance, read_encoded, read_provenance
from exhibit.contract.records import Origin
from exhibit.contract.values import Gray
from exhibit.stage.drawings import Drawings, StoredDrawings
from exhibit.stage.placement import Placement

_SIDE_PX, _DRAWING_PX, _LINE_PX, _LETTERS_PX = 320, 240, 24, 18
_LETTERS_A_LINE = 34
_PAPER, _INK = 255, 30
_WIDE = 0.27
"""Width of a label as a share of the picture's side."""
_GAP = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Drawings of a memory, and where each is from."""

    drawings: Drawings
    provenance: tuple[Provenance, ...]


class Labels:
    """The labels of a bundle's drawings, read in a thread and drawn when they are asked for."""

    def __init__(self) -> None:
        self._bundle = ""
        self._known: _Known | None = None

    def load(self, bundle: str) -> Thread | None:
        """Begin to read the labels of a bundle, given by name or folder, if it is another one.

        Returns:
            the thread that reads.
        """
        if bundle == self._bundle:
            return None
        self._bundle, self._known = bundle, None
        reader = Thread(target=self._read, args=(bundle,), name="labels")
        reader.start()
        return reader

    def draw(self, origin: Origin) -> Gray | None:
        """Return a label (h, w) uint8, None where nothing is known of its drawing."""
        known, row = self._known, round(origin.drawing) - 1
        # While one bundle follows another, the engine may still speak of the one before.
        if known is None or row < 0 or round(origin.drawings) != len(known.drawings):
            return None
        return draw_label(known.drawings[row], caption(known.provenance[row]))

    def _read(self, bundle: str) -> None:
        try:
            folder = find_bundle(bundle)
            if not (folder / DRAWINGS).is_file():
                return
            drawings = StoredDrawings(read_encoded(folder / DRAWINGS))
            provenance = read_provenance(folder / PROVENANCE)
        except (BundleError, OSError):
            return  # the engine says what is wrong with the bundle
        if bundle == self._bundle and len(provenance) == len(drawings):
            self._known = _Known(drawings, provenance)


def caption(drawing: Provenance) -> tuple[str, ...]:
    """Return what stands under a drawing: title, artist, book and year, where they are known."""
    page = f"{drawing.book}, p. {drawing.page}" if drawing.book and drawing.page else drawing.book
    year = str(drawing.year) if drawing.year is not None else ""
    title = drawing.title or drawing.caption
    return tuple(text for text in (title, drawing.artist, page, year) if text)


def draw_label(drawing: Gray, lines: Sequence[str]) -> Gray:
    """Return a label (h, w) uint8: a drawing (R, R), and the lines of its caption under it."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, _LETTERS_A_LINE)]
    high = _DRAWING_PX + _LINE_PX * (len(wrapped) + 1)
    label = np.full((high, _SIDE_PX), _PAPER, np.uint8)
    small = cv2.resize(drawing, (_DRAWING_PX, _DRAWING_PX), interpolation=cv2.INTER_AREA)
    label[:_DRAWING_PX, :_DRAWING_PX] = small
    cv2.line(label, (0, _DRAWING_PX + 6), (_SIDE_PX, _DRAWING_PX + 6), _INK, 1)
    face = cv2.FontFace("sans")
    for number, text in enumerate(wrapped, start=1):
        place = (0, _DRAWING_PX + 6 + number * _LINE_PX)
        cv2.putText(label, text, place, (_INK,) * 3, face, _LETTERS_PX)
    return label


def hang_label(label: Gray, placement: Placement) -> Gray:
    """Return the window (H, W) uint8 with a label on paper, beside the picture where that is lit.

    It hangs right of the picture, or left, below or above; where there is room nowhere it hangs in
    the picture's lower right corner.
    """
    high, wide = _WIDE * label.shape[0] / label.shape[1], _WIDE
    low = 1 - high
    corners = ((1 + _GAP, low), (-_GAP - wide, low), (1 - wide, 1 + _GAP), (1 - wide, -_GAP - high))
    free = (corner for corner in corners if _is_lit(corner, wide, high, placement))
    left, top = next(free, (1 - wide, low))
    to_square = translation(left, top) @ scaling(wide / label.shape[1], high / label.shape[0])
    size = (placement.width_px, placement.height_px)
    return np.asarray(
        cv2.warpPerspective(
            label,
            np.asarray(placement.square_to_projector @ to_square, np.float64),
            size,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(_PAPER,) * 4,
        ),
        np.uint8,
    )


def _is_lit(corner: tuple[float, float], wide: float, high: float, placement: Placement) -> bool:
    left, top = corner
    square = np.array(
        [[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]]
    )
    points = project(placement.square_to_projector, square)
    inside = (points >= 0) & (points <= (placement.width_px, placement.height_px))
    if placement.lit is None:
        return bool(inside.all())
    lit = placement.lit.astype(np.float32)
    within = (cv2.pointPolygonTest(lit, (float(x), float(y)), False) >= 0 for x, y in points)
    return bool(inside.all()) and all(within)
