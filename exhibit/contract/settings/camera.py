"""Section `camera`: apart, for the process that reads a camera knows no other section."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from exhibit.contract.settings.section import Section


class CameraConfig(Section):
    """Where frames come from."""

    source: str = "auto"
    """`auto` (first camera found, else the simulated table), `simulated`, a stable device path such
    as /dev/v4l/by-id/...-index0, a video file, or a folder of images."""
    width: int = Field(640, ge=64, le=4096, json_schema_extra={"unit": "px"})
    """Asked of the camera; a larger frame shows finer lines and takes longer."""
    height: int = Field(480, ge=64, le=4096, json_schema_extra={"unit": "px"})
    """Asked of the camera, with the width; what it gives instead is told."""
    fps: float = Field(30.0, ge=1, le=240, json_schema_extra={"unit": "Hz"})
    """Asked of the camera, which may give fewer, and says so."""
    fourcc: str = Field("MJPG", min_length=4, max_length=4)
    """Pixel format asked of the camera (MJPG, YUYV, GREY)."""
    exposure: int | None = Field(None, ge=1, le=100000)
    """Exposure locked at the camera in the driver's units (V4L2: 100 µs); empty leaves it alone."""
    gain: int | None = Field(None, ge=0, le=65535)
    """Gain locked at the camera in the driver's units; empty leaves it alone."""
    white_balance: int | None = Field(None, ge=1000, le=20000, json_schema_extra={"unit": "K"})
    """White balance locked at the camera; empty locks it where it is."""
    focus: int | None = Field(None, ge=0, le=65535)
    """Focus locked at the camera in the driver's units; empty locks it where it is."""
    mirrored: bool = True
    """It sees the drawing mirrored then; off for a camera above."""
    seed: int = Field(1, ge=0)
    """Seed of the simulated table."""
    difficulty: Literal[
        "clean",
        "uneven",
        "hands",
        "worn",
        "dead_led",
        "felt",
        "filled",
        "coloured",
        "pencil_and_pen",
        "shaking",
        "two_visitors",
    ] = "clean"
    """How difficult the simulated table is, or what its visitors draw with."""
