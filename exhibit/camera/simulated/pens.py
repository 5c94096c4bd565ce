"""Pens as the camera sees them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pen:
    """What a pen leaves on tracing paper.

    Args:
        width_mm: mean width of its line.
        absorbance: share of the light its line takes away at full pressure.
        grain: share of the absorbance that the paper's grain breaks up, 0..1.
        swell: how much pressure changes the width, 0..1.
    """

    width_mm: float
    absorbance: float
    grain: float
    swell: float


# Carbon absorbs infrared, dyes let it through: a felt pen that looks black to us is faint here.
PENS = {
    "liner": Pen(width_mm=1.3, absorbance=0.82, grain=0.05, swell=0.1),
    "brush": Pen(width_mm=2.3, absorbance=0.88, grain=0.05, swell=0.5),
    "pencil_6b": Pen(width_mm=1.7, absorbance=0.62, grain=0.3, swell=0.25),
    "pencil_2b": Pen(width_mm=1.3, absorbance=0.42, grain=0.35, swell=0.2),
    "felt": Pen(width_mm=1.8, absorbance=0.28, grain=0.1, swell=0.1),
    "pencil_h": Pen(width_mm=1.0, absorbance=0.32, grain=0.35, swell=0.15),
    # Felt-tip pens with carbon, from 6 to 30 pixels wide in a frame 640 pixels wide.
    "marker_3": Pen(width_mm=3.3, absorbance=0.78, grain=0.05, swell=0.1),
    "marker_5": Pen(width_mm=5.5, absorbance=0.74, grain=0.08, swell=0.1),
    "marker_9": Pen(width_mm=9.0, absorbance=0.7, grain=0.08, swell=0.1),
    "marker_16": Pen(width_mm=15.5, absorbance=0.68, grain=0.08, swell=0.05),
    # Colours on white paper as a grey camera sees them.
    "blue": Pen(width_mm=2.2, absorbance=0.7, grain=0.1, swell=0.1),
    "green": Pen(width_mm=2.2, absorbance=0.5, grain=0.1, swell=0.1),
    "red": Pen(width_mm=2.6, absorbance=0.58, grain=0.1, swell=0.1),
    "orange": Pen(width_mm=3.2, absorbance=0.34, grain=0.15, swell=0.1),
    "crayon": Pen(width_mm=3.6, absorbance=0.45, grain=0.3, swell=0.2),
}
