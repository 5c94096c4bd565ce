"""The values that pass between stages: Frame, Ink, Recalled, Code, Picture.

Every value carries `sequence` and `captured_at` (monotonic seconds) of the frame it came from, so
that latency is measured from the camera to the wall. Pixels are grey, dark on light: uint8 from
0 (ink) to 255 (paper). Arrays are shared between stages and therefore read-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
SheetState = Literal["absent", "moving", "resting", "lifted"]


@dataclass(frozen=True, slots=True, eq=False)
class TokenTruth:
    """A printed token that a simulated table shows.

    Args:
        number: of its marker.
        corners: (4, 2) float32 of the marker in frame pixels, clockwise from the upper left one as
            the token's reader sees it; in a mirrored frame they run the other way.
        angle_deg: how far it is turned clockwise, as the visitor sees it, 0 upright.
        rests: whether it lies still.
    """

    number: int
    corners: Floats
    angle_deg: float
    rests: bool


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What a simulated table knows about its own frame; a real camera never has it.

    Args:
        ink: (H, W) uint8, 0 ink and 255 paper, ink that the camera can see or that a hand hides.
        mass: (H, W) uint8, 0 where that ink fills a shape in, 255 elsewhere.
        hand: (H, W) bool, True where a hand, a pen or its shadow covers the sheet.
        sheet: (4, 2) float32 corners of the sheet in frame pixels, or None with no sheet.
        lifted: (H, W) bool, True where the sheet has left the glass, or None where it lies flat;
            ink and corners of a lifted sheet are given where they lie when it is flat.
        tokens: printed tokens in view.
    """

    ink: Gray
    mass: Gray
    hand: NDArray[np.bool_]
    sheet: Floats | None
    lifted: NDArray[np.bool_] | None = None
    tokens: tuple[TokenTruth, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera frame.

    Args:
        pixels: (H, W) uint8.
        covered: (H, W) uint8, 1 where something lies that is known to be no ink, such as a token;
            None where nothing does.
    """

    sequence: int
    captured_at: float
    pixels: Gray
    truth: Truth | None = None
    covered: Gray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TableLight:
    """The light that calibration saw.

    Args:
        blank: (H, W) uint8, a frame of a blank sheet on the table.
        dark: (H, W) uint8, a frame without light, or None where none was taken.
    """

    blank: Gray
    dark: Gray | None = None


@dataclass(frozen=True, slots=True)
class InkEvent:
    """Something that happened on the table.

    `name` is one of sheet_in, sheet_out, fresh_sheet, sheet_back, stroke_added, sheet_moved,
    sheet_lifted, sheet_flat, sheet_turned, object_left, light_fault, light_back, recalled,
    token_laid, token_taken;
    `detail` says where or which, for the log and for `/tracing/event/<name>`.
    """

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What the visitor drew, turned to the visitor's side and normalised for the encoder.

    There are two planes of it: lines, where a filled shape is its outline, and mass, where the
    visitor made it black. Mass is what an opening with a disc of 2.5 stroke widths leaves of the
    ink, and dots; see `exhibit.ink.planes`. Both are dark on light.

    Args:
        live: (S, S) uint8, everything seen now, S the bundle's ink size, at its stroke width.
        settled: (S, S) uint8, only ink that has been still and uncovered long enough.
        live_mass: (S, S) uint8, 0 where what is seen now is filled in, 255 elsewhere.
        mass: (S, S) uint8, the same of the settled ink.
        mask: (H, W) uint8, binary ink in the frame's own geometry, before thinning.
        hand: (H, W) bool, where a hand or pen covers the sheet.
        sheet: (4, 2) float32 corners in frame pixels, or None when there is no sheet.
        bbox: (x0, y0, x1, y1) of the settled ink in the unit square, or None without ink.
        coverage: share of the sheet that is ink, 0..1.
        events: what happened since the frame before.
        changed_at: monotonic seconds when `settled` last changed.
        sheet_state: `lifted` where the sheet or a corner of it has left the glass.
        lifted: (H, W) bool, where it has, or None.
    """

    sequence: int
    captured_at: float
    live: Gray
    settled: Gray
    live_mass: Gray
    mass: Gray
    mask: Gray
    hand: NDArray[np.bool_]
    sheet: Floats | None
    bbox: tuple[float, float, float, float] | None
    coverage: float
    events: tuple[InkEvent, ...] = ()
    changed_at: float = 0.0
    sheet_state: SheetState = "absent"
    lifted: NDArray[np.bool_] | None = None

    @classmethod
    def at_rest(cls, lines: Gray, mass: Gray, sequence: int = 0, captured_at: float = 0.0) -> Ink:
        """Return ink of no camera, still for long and with nobody there: a file, a sketch.

        Args:
            lines, mass: (S, S) uint8 planes.
            sequence, captured_at: as a frame's.
        """
        return cls(
            sequence=sequence,
            captured_at=captured_at,
            live=lines,
            settled=lines,
            live_mass=mass,
            mass=mass,
            mask=lines,
            hand=np.zeros(lines.shape, np.bool_),
            sheet=None,
            bbox=None,
            coverage=1 - float(lines.mean()) / 255,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Find:
    """A drawing of the memory, and where it lies over the ink.

    It maps the drawing's unit square to the ink's: `p_ink = scale * mirror(p) + offset`, where
    `mirror` turns (x, y) into (1 - x, y) where `mirrored` is set and leaves it alone otherwise.

    Args:
        drawing: row of the memory.
        mirrored: whether the drawing is turned over, left to right.
        scale: side of the drawing's square as a share of the ink's.
        offset: (2,) float32 x, y of the drawing's upper left corner in the ink's unit square.
        score: how well it fits, about 0 for chance and 1 for the ink itself.
    """

    drawing: int
    mirrored: bool
    scale: float
    offset: Floats
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """What the memory holds that fits the ink, laid where the ink is and bent to it.

    `picture` is (R, R) uint8, paper where nothing fits; `finds` are what it was made of. `ink` is
    what it leaves to be drawn of the ink that is answered, (S, S) uint8, and None for all of it.
    """

    sequence: int
    captured_at: float
    picture: Gray
    finds: tuple[Find, ...] = ()
    ink: Gray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """Latent code: `w_plus` (num_ws, w_dim) float32 and, where the bundle has one, `feature`.

    `feature` is (C, side, side) float32, None for bundles with `inversion: w_plus`. `added` (C',
    side, side) is added to the first channels of the generator's map, whatever its gain; where
    `kept` (side, side) is less than 1, the picture fades to paper.
    """

    sequence: int
    captured_at: float
    w_plus: Floats
    feature: Floats | None = None
    added: Floats | None = None
    kept: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A synthesised drawing: `pixels` (R, R) or (R, R, 3) uint8, dark on light."""

    sequence: int
    captured_at: float
    pixels: Gray


class Camera(Protocol):
    """A source of frames: `name` for the operator, `simulated` where no device is behind it."""

    name: str
    simulated: bool

    def read(self) -> Frame:
        """Wait for the next frame; raises CameraError when there is none in time."""

    def close(self) -> None:
        """Release the device; safe to call twice."""


class InkExtractor(Protocol):
    """Frame to ink; keeps what it has learnt of the table between frames."""

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame."""


class Recaller(Protocol):
    """Ink to the drawings of the collection that fit it; keeps what it showed last."""

    def recall(self, ink: Ink) -> Recalled:
        """Return what the memory holds for the ink, at once: searching goes on beside.

        Its picture is the same array for as long as nothing of it changes.
        """


class Encoder(Protocol):
    """Ink to code."""

    def encode(self, ink: Ink, recalled: Recalled | None = None) -> Code:
        """Return the code of the ink, and of what the memory holds for it."""


class Editor(Protocol):
    """Code to code: the bank of directions."""

    def edit(self, code: Code, ink: Ink) -> Code:
        """Return the code moved along the active directions."""


class Generator(Protocol):
    """Code to picture."""

    def synthesise(self, code: Code) -> Picture:
        """Return the picture of the code."""
