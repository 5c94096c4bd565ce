"""What is in `calibration.yaml`: one section for every step that measures, units in the names.

Pixels are continuous (the middle of the first is 0.5, 0.5) and of frames that were turned to the
visitor's side first; then the lens is taken out of them, then they are mapped to the table.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

FORMAT: Final = 2
MESH_NODES = 9
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Point = tuple[Finite, Finite]
Row = tuple[Finite, Finite, Finite]
Rows = tuple[Row, Row, Row]
Pixels = Annotated[int, Field(ge=16, le=16384)]
Size = tuple[Pixels, Pixels]
Millimetres = Annotated[float, Field(ge=20, le=5000, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Made(_Section):
    """When a section was measured, and with what."""

    at: AwareDatetime
    """The date, with its time zone."""
    opencv: str = Field(pattern=r"^\d+\.\d+")
    """Version of OpenCV: corners that two versions find may lie half a pixel apart."""


class CameraFormat(_Section):
    """Which camera gave the frames, and what they were."""

    name: str = Field(min_length=1)
    """Stable path of the device, or the file or folder that took its place."""
    fourcc: str
    """Pixel format that the camera was asked for."""
    size_px: Size
    """Width and height of a frame."""


class Residual(_Section):
    """How far a map puts a point from where it is."""

    at_mm: Point
    """Where the point is on the table."""
    off_mm: Point
    """What the map adds to it."""
    held_out: bool = False
    """Whether the map was made without this point."""


class BorderMark(_Section):
    """A mark that stays on the table, as the camera saw it."""

    id: int = Field(ge=0)
    """Which mark it is."""
    corners_mm: tuple[Point, Point, Point, Point]
    """Where its corners lie on the table, clockwise from its own upper left."""


class LensCalibration(_Section):
    """How the camera's lens bends lines."""

    made: Made
    seen_by: CameraFormat
    mirrored: bool
    """`camera.mirrored` when it was measured."""
    focal_px: tuple[Positive, Positive]
    """Focal lengths across and down."""
    centre_px: Point
    """Where the lens's axis meets the frame."""
    distortion: tuple[Finite, Finite, Finite, Finite, Finite]
    """k1, k2, p1, p2 and k3 of OpenCV's model."""
    focal_uncertainty_px: tuple[NotNegative, NotNegative]
    """Standard errors of the focal lengths."""
    centre_uncertainty_px: tuple[NotNegative, NotNegative]
    """Standard errors of the axis."""
    distortion_uncertainty: tuple[NotNegative, NotNegative, NotNegative, NotNegative, NotNegative]
    """Standard errors of k1, k2, p1, p2 and k3."""
    error_px: NotNegative
    """Root mean square of the distances between corners seen and expected."""
    views: int = Field(ge=1)
    """Views of the board that it rests on."""
    views_dropped: int = Field(ge=0)
    """Views that fitted worst and were left out."""
    coverage: tuple[tuple[Annotated[int, Field(ge=0)], ...], ...] = ()
    """Corners of the board seen in each region of the frame, on the visitor's side, by rows."""


class CameraCalibration(_Section):
    """Where the camera sees the table."""

    made: Made | None = None
    seen_by: CameraFormat | None = None
    size_px: Size
    """Width and height of the frames it was measured with."""
    mirrored: bool
    """`camera.mirrored` when it was measured: frames were turned to the visitor's side first."""
    straightened: bool = False
    """Whether the map is from pixels that `lens` was taken out of."""
    error_mm: NotNegative
    """Largest distance on the sheet between a point and where the map puts it."""
    mm_per_px: Positive | None = None
    """Millimetres on the table that a pixel sees, in the middle of the sheet."""
    camera_to_table: Rows
    """From pixels of a frame, turned to the visitor's side, to millimetres on the table."""
    marks: tuple[BorderMark, ...] = ()
    """The marks that stay on the table; empty where there are none."""
    residuals: tuple[Residual, ...] = ()
    """Of every corner of the board."""


class ProjectorCalibration(_Section):
    """Where the projection lands on the table."""

    made: Made | None = None
    method: Literal["corners", "mesh", "disc", "automatic"] = "corners"
    """How it was measured: a mesh moved by hand, a disc laid on crosses, or by a pattern that the
    camera saw; four corners alone in files from before there was a mesh."""
    size_px: Size
    """Width and height of the upright stage it was measured with."""
    mirror: bool
    """`stage.mirror` when it was measured."""
    rotate: Literal[0, 90, 180, 270]
    """`stage.rotate` when it was measured."""
    table_to_projector: Rows
    """From millimetres on the table to pixels of the upright stage, before mirror and rotation."""
    mesh_px: tuple[Point, ...] | None = None
    """Pixels to add to what the map gives at nine nodes, three by three, row by row."""
    error_mean_mm: NotNegative | None = None
    """Mean distance of points that were held out from where the map puts them."""
    error_max_mm: NotNegative | None = None
    """The largest of these distances."""
    residuals: tuple[Residual, ...] = ()
    """Of every point that was measured."""

    @model_validator(mode="after")
    def _nine_nodes(self) -> Self:
        if self.mesh_px is not None and len(self.mesh_px) != MESH_NODES:
            raise ValueError(f"{len(self.mesh_px)} nodes in mesh_px, expected {MESH_NODES}")
        return self


class PictureFile(_Section):
    """A picture beside `calibration.yaml`."""

    file: str = Field(pattern=r"^[^/\\]+\.png$")
    """Name of the file, without a folder."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Digest of the file: another picture under its name is refused."""


class LightCalibration(_Section):
    """How the table is lit; pictures are as they come from the camera, not turned."""

    made: Made | None = None
    seen_by: CameraFormat | None = None
    size_px: Size
    """Width and height of the pictures."""
    simulated: bool
    """Whether the simulated table was looked at: its light says nothing of a camera's."""
    blank: PictureFile
    """A blank sheet where visitors' paper lies."""
    dark: PictureFile | None = None
    """What the sensor says without light."""
    exposure: int | None = None
    """`camera.exposure` with which it was measured; none where the camera was left alone."""
    gain: int | None = None
    """`camera.gain` with which it was measured."""
    paper_share: Share | None = None
    """Brightness of blank paper as a share of what the sensor can hold."""
    zones: tuple[tuple[NotNegative, ...], ...] = ()
    """Brightness of the table's zones as a share of the brightest, as the visitor sees them."""


class PenReading(_Section):
    """How well the camera sees one pen."""

    box: int = Field(ge=1)
    """Number of the pen's box on the card."""
    contrast: Share
    """Share of the paper's light that its line takes."""
    contrast_to_noise: NotNegative
    """The same as a multiple of the noise of paper in one frame."""
    passed: bool
    """Whether both are enough."""


class PensCalibration(_Section):
    """How well the camera sees the pens on the card."""

    made: Made
    readings: tuple[PenReading, ...]


class Calibration(_Section):
    """What is known of geometry and light; a part that was not measured is empty."""

    format: Literal[2] = FORMAT
    """Version of this layout; files of format 1 are read as well."""
    table_mm: tuple[Millimetres, Millimetres] = (420.0, 297.0)
    """Width and height of the table's area: the sheet that visitors draw on."""
    lens: LensCalibration | None = None
    camera: CameraCalibration | None = None
    projector: ProjectorCalibration | None = None
    light: LightCalibration | None = None
    pens: PensCalibration | None = None

    @model_validator(mode="after")
    def _lens_is_there(self) -> Self:
        if self.camera is not None and self.camera.straightened and self.lens is None:
            raise ValueError("camera.straightened is true without a lens; expected section lens")
        return self
