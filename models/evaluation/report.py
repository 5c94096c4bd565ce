"""The measure as a page: figures beside their bars, and the sheets."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from exhibit.contract.values import Gray
from models.evaluation.honest_sheet import honest_sheet
from models.evaluation.measure import CANDIDATES, PER_SHARE, Evidence
from models.evaluation.table_model import TableModel
from models.measures.json_report import rounded
from models.networks.stylegan2.walk import closed_walk
from models.sheets import contact_sheet, evenly, write_png
from models.sketches.raster import Pictures
from models.sketches.visitors import SHARES, Visit

_STYLE = (
    "body{font:16px sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:right}"
    "img{max-width:100%}"
)
_COLUMNS = 14
_WALK_STOPS, _WALK_FRAMES = 4, 14


def write_html(
    report: dict[str, Any],
    evidence: Evidence,
    visits: Sequence[Visit],
    drawings: Pictures,
    model: TableModel,
    folder: Path,
) -> None:
    """Write `index.html` with its sheets into a folder.

    Args:
        report, evidence: of `measure`.
        visits: the sketches measured.
        drawings: the collection, mirrored ones after the rest, as near-copies were sought.
        model: for the interpolation sheet.
        folder: is made.
    """
    sheets = {
        "answers": honest_sheet(visits, evidence, evenly(len(visits), _COLUMNS)),
        "samples": contact_sheet(list(evidence.samples[: 4 * _COLUMNS]), _COLUMNS),
        "interpolation": _interpolation(model),
        "near-copies": near_copies(evidence, drawings),
    }
    captions = {
        "answers": "At 25, 50 and 100 % of the strokes: ink, nearest real drawing, answer",
        "samples": "Unconditional samples",
        "interpolation": "A walk between samples",
        "near-copies": "Answers above their nearest training drawing, nearest first",
    }
    for name, sheet in sheets.items():
        write_png(folder / f"{name}.png", sheet)
    body = [f"<h1>{html.escape(model.card.name)}</h1>", _tables(report)]
    body += [
        f"<h2>{html.escape(captions[name])}</h2><img src='{name}.png' alt='{name}'>"
        for name in sheets
    ]
    page = f"<!doctype html><meta charset='utf-8'><style>{_STYLE}</style>" + "\n".join(body)
    (folder / "index.html").write_text(page, encoding="utf-8")


def _tables(report: dict[str, Any]) -> str:
    parts = []
    for figure in PER_SHARE:
        head = "".join(f"<th>{share} %</th>" for share in SHARES)
        rows = "".join(
            f"<tr><th>{name}</th>"
            + "".join(f"<td>{report[figure][name][str(s)]:.3f}</td>" for s in SHARES)
            + "</tr>"
            for name in CANDIDATES
        )
        parts.append(f"<h2>{figure}</h2><table><tr><th></th>{head}</tr>{rows}</table>")
    single = "".join(
        f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(rounded(value)))}</td></tr>"
        for key, value in report.items()
        if not isinstance(value, dict)
    )
    return f"<table>{single}</table>" + "".join(parts)


def _interpolation(model: TableModel) -> Gray:
    walk = closed_walk(torch.from_numpy(model.samples[:_WALK_STOPS]), _WALK_FRAMES)
    return contact_sheet([model.sample(w) for w in walk.numpy()], _WALK_FRAMES)


def near_copies(evidence: Evidence, drawings: Pictures) -> Gray:
    """Answers above their nearest training drawings, nearest first, at the answers' size."""
    order = np.argsort(evidence.copies.distances)[:_COLUMNS]
    answers = [evidence.pictures["bundle"][100][i] for i in order]
    nearest = [drawings[evidence.copies.nearest[i]] for i in order]
    return contact_sheet([*answers, *nearest], len(answers))
