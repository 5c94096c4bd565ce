"""What a report of a calibration says: figures, where errors are, coverage, zones and pens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.views import CORNERS_A_REGION
from exhibit.contract.calibration import Calibration, Made, PenReading, Residual

MAGNIFIED = 40.0
"""A millimetre of error is drawn so many millimetres long."""
NOT_MEASURED = "Not measured, or by a person's eyes alone."
_THIN = 0.6
"""How bright a region is drawn in which too few corners were seen."""


@dataclass(frozen=True, slots=True)
class Arrows:
    """Where errors are: residuals on a table of so many mm, and what is to be said of them."""

    table_mm: tuple[float, float]
    residuals: Sequence[Residual]
    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Regions by rows: what is written in each, and how bright it is drawn, 0 to 1."""

    cells: Sequence[Sequence[tuple[str, float]]]
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A calibration, beside the one that it took the place of.

    Attributes:
        figures: name, value now, and value before where there was one.
        compared: whether there was one.
        camera: errors of the camera's map, now and before.
        projector: errors of the projector's map, now and before.
        coverage: of the frame by the views of the lens; None where it is not known.
        zones: of the light; None where it was not measured.
        pens: how each was seen.
    """

    figures: Sequence[tuple[str, str, str]]
    compared: bool
    camera: Sequence[Arrows]
    projector: Sequence[Arrows]
    coverage: Grid | None
    zones: Grid | None
    pens: Sequence[PenReading]


def report_of(now: Calibration, before: Calibration | None) -> Report:
    """Return what is to be said of a calibration.

    Args:
        now: what holds.
        before: what held before, or None.
    """
    known = {} if before is None else dict(_figures(before))
    shown = [now] if before is None else [now, before]
    return Report(
        figures=[(name, value, known.get(name, "–")) for name, value in _figures(now)],
        compared=before is not None,
        camera=[_arrows(each, "camera") for each in shown],
        projector=[_arrows(each, "projector") for each in shown],
        coverage=_coverage(now),
        zones=_zones(now),
        pens=() if now.pens is None else now.pens.readings,
    )


def _figures(known: Calibration) -> Iterator[tuple[str, str]]:
    lens, camera, projector, light = known.lens, known.camera, known.projector, known.light
    yield "sheet", f"{known.table_mm[0]:g} × {known.table_mm[1]:g} mm"
    if lens is not None:
        yield "lens: root mean square", f"{lens.error_px:.2f} px"
        yield "lens: views (dropped)", f"{lens.views} ({lens.views_dropped})"
        for name, value, deviation in _lens_figures(known):
            yield f"lens: {name}", f"{value:.4g} ± {deviation:.2g}"
        yield "lens: measured", _made(lens.made)
    if camera is not None:
        yield "camera: largest error", f"{camera.error_mm:.2f} mm"
        if camera.mm_per_px is not None:
            yield "camera: a pixel sees", f"{camera.mm_per_px:.2f} mm"
        yield "camera: border marks", ", ".join(str(mark.id) for mark in camera.marks) or "none"
        yield "camera: measured", _made(camera.made)
    if projector is not None:
        yield "projector: method", projector.method + (", mesh" if projector.mesh_px else "")
        if projector.error_mean_mm is not None:
            yield "projector: held out, mean", f"{projector.error_mean_mm:.2f} mm"
            yield "projector: held out, largest", f"{projector.error_max_mm:.2f} mm"
        yield "projector: measured", _made(projector.made)
    if light is not None:
        if light.paper_share is not None:
            yield "light: blank paper", f"{100 * light.paper_share:.0f} %"
        yield "light: dark frame", "yes" if light.dark is not None else "no"
        yield "light: measured", _made(light.made)


def _lens_figures(known: Calibration) -> list[tuple[str, float, float]]:
    lens = known.lens
    if lens is None:
        return []
    names = ("focal length x", "focal length y", "middle x", "middle y", "k1", "k2", "p1", "p2")
    values = (*lens.focal_px, *lens.centre_px, *lens.distortion)
    deviations = (
        *lens.focal_uncertainty_px,
        *lens.centre_uncertainty_px,
        *lens.distortion_uncertainty,
    )
    return list(zip(names, values, deviations, strict=False))


def _made(made: Made | None) -> str:
    return "?" if made is None else f"{made.at:%Y-%m-%d %H:%M} UTC, OpenCV {made.opencv}"


def _arrows(known: Calibration, section: str) -> Arrows:
    part = getattr(known, section)
    residuals: Sequence[Residual] = () if part is None else part.residuals
    if not residuals:
        return Arrows(known.table_mm, (), NOT_MEASURED)
    width, height = known.table_mm
    longest = max(float(np.hypot(*residual.off_mm)) for residual in residuals)
    inside = {(int(3 * x / width), int(3 * y / height)) for x, y in (r.at_mm for r in residuals)}
    words = (
        f"{len(residuals)} points in {len(inside)} of 9 regions; the longest arrow is "
        f"{longest:.2f} mm, drawn {MAGNIFIED:g} times as long."
    )
    return Arrows(known.table_mm, residuals, words)


def _coverage(known: Calibration) -> Grid | None:
    if known.lens is None or not known.lens.coverage:
        return None
    cells = [
        [(str(count), 1.0 if count >= CORNERS_A_REGION else _THIN) for count in row]
        for row in known.lens.coverage
    ]
    words = f"Corners of the board in each region of the frame, {CORNERS_A_REGION} or more wanted."
    return Grid(cells, words)


def _zones(known: Calibration) -> Grid | None:
    if known.light is None or not known.light.zones:
        return None
    cells = [
        [(f"{100 * share:.0f} %", min(share, 1.0)) for share in row] for row in known.light.zones
    ]
    return Grid(cells, "Of the brightest zone, as the visitor sees the table.")
