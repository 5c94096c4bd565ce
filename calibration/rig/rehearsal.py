"""Made-up hands to rehearse with: they hold the board before a camera, and draw on the pen card."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from calibration.cards import card_of
from calibration.pages import board_page, pens_page
from calibration.papers import PAPERS, Paper
from calibration.printing import render
from calibration.rig.table import TABLE_MM, Page, Pose, Rig, make_rig, turn_about
from exhibit.contract.values import Gray

_SEED, PENS_PX_PER_MM = 0, 6.0
_PENS = ((20, 0.8), (110, 1.0), (225, 1.2))
"""Grey level and width in mm of a liner, a pencil and a marker of dye."""
_TURN_DEG = (22.0, 22.0, 12.0)
_ASIDE_MM, _NEARER_MM = (150.0, 110.0), (-60.0, 200.0)


def held_boards(mirrored: bool) -> Iterator[Gray]:
    """Yield frames of an A4 board that is held still for two frames, elsewhere each time.

    Args:
        mirrored: the frames are to be those of a camera below the table.
    """
    rig, rng = make_rig(_SEED), np.random.default_rng(_SEED)
    page = render(board_page(PAPERS["a4"]), PENS_PX_PER_MM)
    while True:
        scene = rig.scene((Page(page, PENS_PX_PER_MM, _held(rng)),))
        for _ in range(2):
            yield _as_seen(rig, rig.expose(scene, rng), mirrored)


def _held(rng: np.random.Generator) -> Pose:
    turn = turn_about(np.radians(rng.uniform(-1, 1, 3) * _TURN_DEG))
    paper = PAPERS["a4"]
    aside = rng.uniform(-1, 1, 2) * _ASIDE_MM
    middle = np.array([*(np.array(TABLE_MM) / 2 + aside), -rng.uniform(*_NEARER_MM)])
    return Pose(turn, middle - turn @ np.array([paper.width_mm / 2, paper.height_mm / 2, 0]))


def _as_seen(rig: Rig, frame: Gray, mirrored: bool) -> Gray:
    return frame if rig.mirrored == mirrored else np.ascontiguousarray(frame[:, ::-1])


def pens_drawn(paper: Paper) -> Gray:
    """Return the pen card (H, W) with lines of a liner, a pencil and a dye marker, 0 ink."""
    page = render(pens_page(paper), PENS_PX_PER_MM)
    boxes = card_of("pens", paper.name).boxes()
    for (x, y, width, height), (level, wide_mm) in zip(boxes, _PENS, strict=False):
        ends = [
            (round(PENS_PX_PER_MM * (x + share * width)), round(PENS_PX_PER_MM * (y + height / 2)))
            for share in (0.03, 0.97)
        ]
        cv2.line(page, ends[0], ends[1], level, round(wide_mm * PENS_PX_PER_MM))
    return page
