"""What tensor models tell of drawn heads themselves, where no generator has a part in it.

python -m benchmarks.tensor_truth --heads turned40 [--out FILE]

A head's code is what is known of its drawing: its landmarks, or its grey values as principal
components. Models are made of all people but the last four. Moves are judged by the truth: the
drawing that was asked for is there, and a move is told where that one of the person's drawings is
the nearest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.telling import tell
from benchmarks.tensor import reconstruction
from exhibit.contract.values import Doubles
from models.directions.factorial import Cells, Factorial, pictures_of, read_cells
from models.directions.transfer import HELD_OUT, Row, asked, held_out, left, moved_heads, told
from models.structure.landmarks import read_landmarks

COMPONENTS, SIDE_PX = 256, 64


def landmark_codes(cells: Cells, dataset: Path) -> Factorial:
    """Where the landmarks lie in the picture, in percent of its side: (..., 1, 2 · landmarks)."""
    places = 100 * read_landmarks(dataset, cells).points[:, :2]
    return Factorial(cells, places.reshape(*cells.files.shape, 1, -1))


def picture_codes(cells: Cells, dataset: Path) -> Factorial:
    """Principal components of the drawings of all people but those who are held out.

    Returns:
        Codes in grey levels from 0 to 1, (..., 1, at most 256).
    """
    ink = 1 - pictures_of(cells, dataset, SIDE_PX).reshape(cells.files.size, -1) / 255
    seen = ink[: -cells.files[-HELD_OUT:].size]
    mean = seen.mean(axis=0)
    values, axes = np.linalg.eigh((seen - mean).T @ (seen - mean))
    kept = axes[:, np.argsort(-values)[:COMPONENTS]]
    return Factorial(cells, ((ink - mean) @ kept).reshape(*cells.files.shape, 1, -1))


def told_of_codes(seen: Factorial, unseen: Factorial) -> dict[str, Row]:
    """How well each method's moves arrive at the drawings of the people held out.

    Returns:
        By method: shares told as `transfer.told` gives them, of codes by their squared distance,
        and what is left of that distance.
    """
    wanted = asked(unseen.cells.files.shape)
    found = moved_heads(seen, unseen)
    true = unseen.codes[..., 0, :]
    return {
        method: told(codes, true, wanted, _apart) | left(found, method, wanted)
        for method, codes in found.items()
    }


def _apart(code: Doubles, other: Doubles) -> float:
    return float(np.square(code - other).sum())


@click.command()
@click.option("--heads", type=click.Path(path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), help="Report as JSON.")
def main(heads: Path, out: Path | None) -> None:
    """Measure reconstruction and moves of tensor models of what is known of drawings."""
    cells = read_cells(heads)
    report: dict[str, Any] = {"people": cells.files.shape[0] - HELD_OUT}
    for name, codes_of in (("landmarks", landmark_codes), ("pictures", picture_codes)):
        codes = codes_of(cells, heads)
        seen, unseen = held_out(codes)
        report[name] = {
            "fit": reconstruction(seen, unseen, stacked=False),
            "moves": told_of_codes(seen, unseen),
        }
    tell(report, out)


if __name__ == "__main__":
    main()
