"""The first steps with a new table: what is right already, and what is still to be done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exhibit.contract.calibration import usable_calibration
from exhibit.contract.slot_reader import SlotReader

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

_PAPER_AT_LEAST, _GLARE_FROM = 90, 250
_GLARING_SHARE, _PAPER_SHARE = 0.02, 0.9


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `code` names the text that says how it stands, with `values` in it."""

    name: str
    ok: bool
    code: str
    values: dict[str, Any]


def steps_of(state: dict[str, Any], run_dir: Path, calibration: Path) -> list[Step]:
    """Return the four steps as they stand now.

    Args:
        state: of the table.
        run_dir: where the camera's newest frame lies.
        calibration: the file that `calibrate` writes.
    """
    engine = state["engine"]
    frame = SlotReader(run_dir / "camera.slot").peek()
    return [
        _camera(engine),
        _exposure(None if frame is None else frame.pixels),
        _calibration(calibration),
        _drawing(engine),
    ]


def _camera(engine: dict[str, Any]) -> Step:
    name = str(engine["camera"] or "")
    if not engine["alive"] or not name:
        return Step("camera", False, "camera_none", {})
    if engine["simulated"]:
        return Step("camera", False, "camera_simulated", {})
    if engine["state"] == "degraded":
        return Step("camera", False, "camera_lost", {"camera": name})
    return Step("camera", True, "camera_ok", {"camera": name})


def _exposure(pixels: Gray | None) -> Step:
    """Judge the light of a frame: paper must be bright, and no large part of it white."""
    if pixels is None:
        return Step("exposure", False, "exposure_none", {})
    glaring = float((pixels >= _GLARE_FROM).mean())
    greys = pixels.flatten()
    at = round(_PAPER_SHARE * (greys.size - 1))
    greys.partition(at)
    paper = int(greys[at])
    if glaring > _GLARING_SHARE:
        return Step("exposure", False, "exposure_bright", {"percent": round(100 * glaring)})
    if paper < _PAPER_AT_LEAST:
        return Step("exposure", False, "exposure_dark", {"level": paper})
    return Step("exposure", True, "exposure_ok", {"level": paper})


def _calibration(path: Path) -> Step:
    found, complaint = usable_calibration(path)
    if complaint:
        return Step("calibration", False, "calibration_bad", {"reason": complaint})
    parts = {
        "camera": found.lens,
        "table": found.camera,
        "projector": found.projector,
        "light": found.light,
    }
    missing = [f"calibrate {name}" for name, part in parts.items() if part is None]
    if missing:
        return Step("calibration", False, "calibration_todo", {"commands": ", ".join(missing)})
    return Step("calibration", True, "calibration_ok", {})


def _drawing(engine: dict[str, Any]) -> Step:
    if not engine["sheet"]:
        return Step("drawing", False, "drawing_sheet", {})
    if not engine["coverage"]:
        return Step("drawing", False, "drawing_line", {})
    return Step("drawing", True, "drawing_ok", {})
