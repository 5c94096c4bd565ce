"""How good or bad a simulated table is, and what its visitors do: classes of conditions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Polarity = Literal["bright", "dark"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything that may differ between two tables; each table draws the details from its seed.

    Args:
        name: name of the difficulty class.
        pens: names of the pens in use (see `pens.PENS`); empty when hands move but nobody draws.
        pens_each: how many of them a visitor takes in turns, from stroke to stroke.
        polarities: how a hand looks on the paper; a table has one of them.
        unevenness: 0 an even field of light, 1 every LED is a spot of its own.
        vignetting: share of light lost in the frame's corners.
        noise: standard deviation of the sensor's noise on paper, in grey levels.
        defocus_px: standard deviation of the lens's blur for a frame 640 pixels wide.
        flicker: amplitude of the bands of brightness that roll through the frame, 0..1.
        tilt: how far the camera looks at the table from the side, 0..1.
        knocked_after_s: when somebody bumps into the camera, or None.
        shake_px: how far the camera trembles both ways, for a frame 640 pixels wide.
        led_dies_after_s: when an LED goes out, or None.
        wear: creases, crumples and smudges of the paper, 0..1.
        stains: most coffee stains on one sheet.
        tapes: corners of the sheet with a strip of tape.
        border_marks: registration marks on the glass at the corners of the view, 0 to 4.
        dust: specks on the glass.
        exposure_s: time of one exposure, for the blur of what moves.
        visitors: how many draw at once, 1 or 2.
        fills: most shapes that a visitor makes black in one drawing.
        palms: how many times a child's palm comes down while one sheet is drawn on.
        moves: how many times the sheet is moved while it is drawn on.
        turns: how many times it is turned over once the drawing is done.
        rubbings: how many strokes are rubbed out once the drawing is done.
        lifts: how many times it is lifted after that: a corner, then the whole sheet, in turns.
        tokens: how many printed tokens are laid down, turned and taken away, one after the other:
            the first beside the drawing, the second on it, and so on in turns.
        covers: 1 where a fresh sheet is laid over it then, drawn on and taken away.
    """

    name: str
    pens: tuple[str, ...] = ("liner", "brush", "pencil_6b")
    pens_each: int = 1
    polarities: tuple[Polarity, ...] = ("bright",)
    unevenness: float = 0.25
    vignetting: float = 0.15
    noise: float = 1.5
    defocus_px: float = 0.6
    flicker: float = 0.0
    tilt: float = 0.0
    knocked_after_s: float | None = None
    shake_px: float = 0.0
    led_dies_after_s: float | None = None
    wear: float = 0.1
    stains: int = 0
    tapes: int = 0
    border_marks: int = 0
    dust: int = 4
    exposure_s: float = 0.008
    visitors: int = 1
    fills: int = 0
    palms: int = 0
    moves: int = 0
    turns: int = 0
    rubbings: int = 0
    lifts: int = 0
    covers: int = 0
    tokens: int = 0


CLEAN = Conditions("clean")
UNEVEN = Conditions(
    "uneven",
    pens=("liner", "brush", "pencil_6b", "pencil_2b"),
    polarities=("bright", "dark"),
    unevenness=0.8,
    vignetting=0.4,
    noise=3.0,
    defocus_px=0.8,
    flicker=0.04,
    tilt=0.5,
    moves=1,
)
HANDS = Conditions(
    "hands",
    pens=("liner", "brush", "pencil_6b", "pencil_2b"),
    polarities=("bright", "dark"),
    unevenness=0.4,
    vignetting=0.25,
    noise=2.0,
    defocus_px=0.7,
    exposure_s=0.02,
    visitors=2,
    palms=3,
)
WORN = Conditions(
    "worn",
    pens=("liner", "pencil_6b", "pencil_2b", "felt"),
    polarities=("bright", "dark"),
    unevenness=0.4,
    vignetting=0.25,
    noise=2.5,
    defocus_px=0.8,
    tilt=0.3,
    wear=1.0,
    stains=2,
    tapes=2,
    border_marks=4,
    dust=40,
    moves=1,
)
DEAD_LED = Conditions(
    "dead_led",
    pens=("liner", "brush", "pencil_6b", "pencil_2b", "felt"),
    polarities=("bright", "dark"),
    unevenness=0.6,
    vignetting=0.35,
    noise=3.0,
    defocus_px=0.9,
    flicker=0.03,
    tilt=0.5,
    knocked_after_s=8.0,
    led_dies_after_s=4.0,
    wear=0.6,
    stains=1,
    tapes=1,
    border_marks=4,
    dust=20,
    exposure_s=0.015,
    visitors=1,
    palms=1,
    moves=1,
)

BLANK = replace(HANDS, name="blank", pens=(), wear=0.3, dust=10)

HANDLED = replace(
    CLEAN,
    name="handled",
    pens=("brush", "pencil_6b", "pencil_2b"),
    polarities=("bright", "dark"),
    unevenness=0.4,
    vignetting=0.25,
    noise=2.0,
    rubbings=1,
    lifts=2,
    covers=1,
)
"""Paper that is lifted, drawn on and rubbed out, and covered with a fresh sheet."""

DIFFICULTIES = {c.name: c for c in (CLEAN, UNEVEN, HANDS, WORN, DEAD_LED)}
"""The five classes of the benchmark, easiest first; `BLANK` has hands and never any ink."""

_ORDINARY = replace(
    CLEAN,
    polarities=("bright", "dark"),
    unevenness=0.4,
    vignetting=0.25,
    noise=2.0,
    defocus_px=0.7,
    wear=0.2,
)
FELT = replace(
    _ORDINARY,
    name="felt",
    pens=("marker_3", "marker_5", "marker_9", "marker_16"),
    pens_each=4,
)
FILLED = replace(_ORDINARY, name="filled", fills=6)
COLOURED = replace(
    _ORDINARY,
    name="coloured",
    pens=("blue", "green", "red", "orange", "crayon"),
    pens_each=5,
    fills=4,
)
PENCIL_AND_PEN = replace(
    _ORDINARY,
    name="pencil_and_pen",
    pens=("liner", "pencil_2b", "brush", "pencil_h"),
    pens_each=4,
)
SHAKING = replace(_ORDINARY, name="shaking", shake_px=3.0, fills=2)
TWO_VISITORS = replace(
    _ORDINARY,
    name="two_visitors",
    pens=("liner", "brush", "pencil_6b", "marker_3", "marker_5"),
    visitors=2,
    fills=3,
)

DRAWN_WITH = {c.name: c for c in (FELT, FILLED, COLOURED, PENCIL_AND_PEN, SHAKING, TWO_VISITORS)}
"""Six classes more on an ordinary table: what visitors draw with, and how."""
