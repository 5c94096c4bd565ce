"""What a bundle's memory makes of sketches, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.recall import Memory
from exhibit.recall.bending import bend
from exhibit.recall.choosing import drawn_in_pose, find_posed
from models.sheets import as_grey, contact_sheet

COLUMNS = 10
_LABEL_PX, _LETTER_PX = 16, 7


def recall_sheet(memory: Memory, inks: Sequence[Gray], labels: Sequence[str], side_px: int) -> Gray:
    """Lay out sketches, each above the drawing that was found for it, placed and then bent.

    Args:
        memory: of the bundle.
        inks: each (S, S) uint8, 0 ink .. 255 paper.
        labels: what to write under each sketch; where its drawing is from stands under that.
        side_px: side of every picture.

    Returns:
        (height, width) uint8; paper where nothing was found.
    """
    pictures: list[Gray] = []
    for start in range(0, len(inks), COLUMNS):
        row = [_column(memory, ink, side_px) for ink in inks[start : start + COLUMNS]]
        named = labels[start : start + COLUMNS]
        for line, texts in enumerate((named, [title for _, title in row], None)):
            drawn = [column[line] for column, _ in row]
            if texts is not None:
                drawn = [
                    _labelled(picture, text) for picture, text in zip(drawn, texts, strict=True)
                ]
            blank = np.full((side_px, side_px), 255, np.uint8)
            pictures += drawn + [blank] * (COLUMNS - len(drawn))
    return contact_sheet(pictures, COLUMNS)


def _column(memory: Memory, ink: Gray, side_px: int) -> tuple[list[Gray], str]:
    shown = as_grey(ink, side_px)
    found = find_posed(memory, ink)
    if found is None:
        return [shown, *[np.full_like(shown, 255)] * 2], ""
    placed = drawn_in_pose(memory, found, side_px)
    drawing = found.find.drawing
    title = memory.provenance[drawing].item if memory.provenance else str(drawing)
    return [shown, placed, as_grey(bend(placed, ink).picture, side_px)], title


def _labelled(picture: Gray, text: str) -> Gray:
    """Write a text below a picture, as much of its end as there is room for."""
    drawn = picture.copy()
    drawn[-_LABEL_PX:] = 255
    letters = picture.shape[1] // _LETTER_PX
    at = (2, picture.shape[0] - 4)
    cv2.putText(drawn, text[-letters:], at, cv2.FONT_HERSHEY_SIMPLEX, 0.38, 0, 1, cv2.LINE_AA)
    return drawn
