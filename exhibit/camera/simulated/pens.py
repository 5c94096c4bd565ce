"""Five pens as an infrared camera sees them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pen:
    """What a pen leaves on tracing paper.

    Args:
        width_mm: mean width of its line.
        absorbance: share of the infrared light its line takes away at full pressure.
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
}
