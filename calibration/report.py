"""What was measured, as one page of HTML that a browser also prints: figures, arrows, zones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from exhibit.contract.calibration import Calibration, Made, Residual

_MAGNIFIED = 40.0
"""A millimetre of error is drawn so many millimetres long."""
_FITTED, _HELD_OUT = "#1c5d75", "#b4451f"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #1d1d1b; background: #fff; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
figure { margin: 1rem 0; break-inside: avoid; } svg { width: 100%; max-width: 42rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } .fail { color: #b4451f; }
"""
Row = tuple[str, str]


def report_html(now: Calibration, before: Calibration | None) -> str:
    """Return a page about a calibration, beside the one that it took the place of.

    Args:
        now: what holds.
        before: what held before, or None.
    """
    parts = [
        "<h1>Calibration</h1>",
        _figures(now, before),
        "<h2>The table, as the camera sees it</h2>",
        _pair(now, before, "camera"),
        "<h2>Light on ink</h2>",
        _pair(now, before, "projector"),
        *_zones(now),
        *_pens(now),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Calibration</title><style>{_STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def _figures(now: Calibration, before: Calibration | None) -> str:
    rows = list(_rows(now))
    known = dict(_rows(before)) if before is not None else {}
    head = "<tr><th></th><th>now</th>" + ("<th>before</th>" if before is not None else "") + "</tr>"
    body = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td>"
        + (f"<td>{escape(known.get(name, '–'))}</td>" if before is not None else "")
        + "</tr>"
        for name, value in rows
    )
    return f"<table>{head}{body}</table>"


def _rows(known: Calibration) -> Iterator[Row]:
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


def _pair(now: Calibration, before: Calibration | None, section: str) -> str:
    shown = [("now", now)] if before is None else [("now", now), ("before", before)]
    figures = "".join(
        f"<figure><figcaption>{name}</figcaption>{_arrows(known, section)}</figure>"
        for name, known in shown
    )
    return f'<div class="pair">{figures}</div>'


def _arrows(known: Calibration, section: str) -> str:
    """Return a drawing of the sheet: where points were measured, and how far the map is off."""
    part = getattr(known, section)
    residuals: Sequence[Residual] = () if part is None else part.residuals
    if not residuals:
        return "<p>Not measured, or by a person's eyes alone.</p>"
    width, height = known.table_mm
    lines = "".join(_arrow(residual) for residual in residuals)
    longest = max(float(np.hypot(*residual.off_mm)) for residual in residuals)
    inside = {(int(3 * x / width), int(3 * y / height)) for x, y in (r.at_mm for r in residuals)}
    return (
        f'<svg viewBox="-12 -12 {width + 24:g} {height + 24:g}" role="img" '
        f'aria-label="{len(residuals)} points, the largest error {longest:.2f} mm">'
        f'<rect width="{width:g}" height="{height:g}" fill="none" stroke="#888"/>{lines}</svg>'
        f"<p>{len(residuals)} points in {len(inside)} of 9 regions; the longest arrow is "
        f"{longest:.2f} mm, drawn {_MAGNIFIED:g} times as long. "
        f'<span style="color:{_HELD_OUT}">Held out</span> points judge the map.</p>'
    )


def _arrow(residual: Residual) -> str:
    (x, y), (dx, dy) = residual.at_mm, residual.off_mm
    colour = _HELD_OUT if residual.held_out else _FITTED
    end_x, end_y = x + _MAGNIFIED * dx, y + _MAGNIFIED * dy
    return (
        f'<g stroke="{colour}" fill="{colour}"><circle cx="{x:.1f}" cy="{y:.1f}" r="1.6"/>'
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}"/></g>'
    )


def _zones(now: Calibration) -> Iterator[str]:
    light = now.light
    if light is None or not light.zones:
        return
    yield "<h2>Light, zone by zone</h2>"
    rows = len(light.zones)
    cells = []
    for row, zones in enumerate(light.zones):
        for column, share in enumerate(zones):
            grey = round(255 * min(share, 1.0))
            text = "#fff" if grey < 128 else "#000"
            x, y = 60 * column, 40 * row
            cells.append(
                f'<rect x="{x}" y="{y}" width="60" height="40" fill="rgb({grey},{grey},{grey})" '
                f'stroke="#888"/><text x="{x + 30}" y="{y + 25}" text-anchor="middle" '
                f'fill="{text}" font-size="14">{100 * share:.0f} %</text>'
            )
    size = f"0 0 {60 * len(light.zones[0])} {40 * rows}"
    yield f'<figure><svg viewBox="{size}" role="img" aria-label="zones">{"".join(cells)}</svg>'
    yield "<figcaption>Of the brightest zone, as the visitor sees the table.</figcaption></figure>"


def _pens(now: Calibration) -> Iterator[str]:
    if now.pens is None:
        return
    yield "<h2>Pens</h2><table><tr><th>box</th><th>contrast</th><th>to noise</th><th></th></tr>"
    for reading in now.pens.readings:
        verdict = "pass" if reading.passed else '<span class="fail">FAIL</span>'
        yield (
            f"<tr><td>{reading.box}</td><td>{reading.contrast:.2f}</td>"
            f"<td>{reading.contrast_to_noise:.0f}</td><td>{verdict}</td></tr>"
        )
    yield "</table>"
