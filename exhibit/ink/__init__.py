"""Frame to ink: flat field, sheet, hand, threshold, strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import TableLight
from exhibit.ink.desk_extractor import DeskExtractor
from exhibit.ink.extractor import TableExtractor
from exhibit.ink.rectify import View

Extractor = TableExtractor | DeskExtractor


def make_extractor(
    config: InkConfig,
    ink_size: int,
    stroke_width_px: float,
    camera_to_table: NDArray[np.float64] | None = None,
    mirrored: bool = True,
    light: TableLight | None = None,
) -> Extractor:
    """Make the extractor for a table, or for a desk where the light is visible.

    Args:
        config: settings of the ink; `configure` changes them later.
        ink_size: side of the bundle's ink in pixels.
        stroke_width_px: line width of the bundle's ink in pixels.
        camera_to_table: (3, 3) from pixels of the frame (the middle of the first one is 0.5, 0.5)
            to the table's unit square, x to the visitor's right and y towards the visitor;
            without it the square encloses the sheet's outline, or the whole frame where no
            outline is seen. In visible light it is always the sheet's outline.
        mirrored: the camera sees the sheet from below; without effect where there is a
            `camera_to_table`, which already holds the flip.
        light: what calibration saw of the light, to begin with; frames of another size do without
            it, and in visible light it is not used: a sheet that is held up has the light and the
            surroundings of another place than the blank sheet on the desk had.

    Returns:
        An extractor with `extract(frame)` and `configure(config)`.
    """
    if config.light == "visible":
        return DeskExtractor(config, ink_size, stroke_width_px, mirrored)
    return TableExtractor(
        config, ink_size, stroke_width_px, View(mirrored, camera_to_table), light=light
    )
