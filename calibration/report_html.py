"""A report as one page of HTML, which needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from calibration.report import MAGNIFIED, Arrows, Grid, Report
from exhibit.contract.calibration import Residual

_FITTED, _HELD_OUT = "#1c5d75", "#b4451f"
_CELL = (60, 40)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #1d1d1b; background: #fff; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
figure { margin: 1rem 0; break-inside: avoid; } svg { width: 100%; max-width: 42rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
        gap: 1rem; }
.fail { color: #b4451f; }
"""


def report_html(report: Report) -> str:
    """Return a report as one page."""
    parts = [
        "<h1>Calibration</h1>",
        _figures(report),
        "<h2>The table, as the camera sees it</h2>",
        _pair(report.camera),
        "<h2>Light on ink</h2>",
        _pair(report.projector),
        *_grid("Where the lens was looked at", report.coverage),
        *_grid("Light, zone by zone", report.zones),
        *_pens(report),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Calibration</title><style>{_STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def _figures(report: Report) -> str:
    head = "<tr><th></th><th>now</th>" + ("<th>before</th>" if report.compared else "") + "</tr>"
    body = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(now)}</td>"
        + (f"<td>{escape(before)}</td>" if report.compared else "")
        + "</tr>"
        for name, now, before in report.figures
    )
    return f"<table>{head}{body}</table>"


def _pair(shown: Sequence[Arrows]) -> str:
    figures = "".join(
        f"<figure><figcaption>{name}</figcaption>{_drawn(arrows)}</figure>"
        for name, arrows in zip(("now", "before"), shown, strict=False)
    )
    return f'<div class="pair">{figures}</div>'


def _drawn(arrows: Arrows) -> str:
    """Return a drawing of the sheet: where points were measured, and how far the map is off."""
    if not arrows.residuals:
        return f"<p>{escape(arrows.words)}</p>"
    width, height = arrows.table_mm
    lines = "".join(_arrow(residual) for residual in arrows.residuals)
    return (
        f'<svg viewBox="-12 -12 {width + 24:g} {height + 24:g}" role="img" '
        f'aria-label="{escape(arrows.words)}">'
        f'<rect width="{width:g}" height="{height:g}" fill="none" stroke="#888"/>{lines}</svg>'
        f'<p>{escape(arrows.words)} <span style="color:{_HELD_OUT}">Held out</span> points judge '
        "the map.</p>"
    )


def _arrow(residual: Residual) -> str:
    (x, y), (dx, dy) = residual.at_mm, residual.off_mm
    colour = _HELD_OUT if residual.held_out else _FITTED
    end_x, end_y = x + MAGNIFIED * dx, y + MAGNIFIED * dy
    return (
        f'<g stroke="{colour}" fill="{colour}"><circle cx="{x:.1f}" cy="{y:.1f}" r="1.6"/>'
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}"/></g>'
    )


def _grid(title: str, grid: Grid | None) -> Iterator[str]:
    if grid is None:
        return
    wide, high = _CELL
    cells = []
    for row, line in enumerate(grid.cells):
        for column, (words, bright) in enumerate(line):
            grey = round(255 * bright)
            ink = "#fff" if grey < 128 else "#000"
            x, y = wide * column, high * row
            cells.append(
                f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" '
                f'fill="rgb({grey},{grey},{grey})" stroke="#888"/><text x="{x + wide // 2}" '
                f'y="{y + 25}" text-anchor="middle" fill="{ink}" font-size="14">{words}</text>'
            )
    size = f"0 0 {wide * len(grid.cells[0])} {high * len(grid.cells)}"
    yield f"<h2>{title}</h2>"
    yield f'<figure><svg viewBox="{size}" role="img" aria-label="{title}">{"".join(cells)}</svg>'
    yield f"<figcaption>{escape(grid.words)}</figcaption></figure>"


def _pens(report: Report) -> Iterator[str]:
    if not report.pens:
        return
    yield "<h2>Pens</h2><table><tr><th>box</th><th>contrast</th><th>to noise</th><th></th></tr>"
    for reading in report.pens:
        verdict = "pass" if reading.passed else '<span class="fail">FAIL</span>'
        yield (
            f"<tr><td>{reading.box}</td><td>{reading.contrast:.2f}</td>"
            f"<td>{reading.contrast_to_noise:.0f}</td><td>{verdict}</td></tr>"
        )
    yield "</table>"
