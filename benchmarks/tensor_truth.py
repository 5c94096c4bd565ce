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
from benchmarks.tensor import HELD_OUT, asked, moved_codes, reconstruction
from models.directions.factorial import Cells, Doubles, Factorial, pictures_of, read_cells
from models.structure.landmarks import read_landmarks

COMPONENTS, SIDE_PX = 256, 64
Row = dict[str, float]


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


def told(seen: Factorial, unseen: Factorial) -> dict[str, Row]:
    """How well each method's moves arrive at the drawings of the people held out.

    Returns:
        By method: share of moves after which the asked expression (moves of the expression) and the
        asked yaw (moves of the yaw) is that of the person's nearest drawing with all else as
        asked; share of all moves after which the person is the nearest; and the squared distance
        that is left, as a share of that before the move.
    """
    wanted = asked(unseen)
    faces = np.array([start[0] != to[0] for _, start, to in wanted])
    found = moved_codes(seen, unseen)
    true = unseen.codes[..., 0, :]
    before = np.square(found["unmoved"] - found["truth"]).sum(axis=1)
    table = {}
    for name, codes in found.items():
        near = [
            (
                _nearest(code, true[who, :, to[1], to[2]]) == to[0],
                _nearest(code, true[who, to[0], to[1]]) == to[2],
                _nearest(code, true[:, to[0], to[1], to[2]]) == who,
            )
            for code, (who, _, to) in zip(codes, wanted, strict=True)
        ]
        right = np.array(near)
        left = np.square(codes - found["truth"]).sum(axis=1)
        table[name] = {
            "expression told": float(right[faces, 0].mean()),
            "yaw told": float(right[~faces, 1].mean()),
            "who told": float(right[:, 2].mean()),
            "left, expression": float(left[faces].sum() / before[faces].sum()),
            "left, yaw": float(left[~faces].sum() / before[~faces].sum()),
        }
    return table


def _nearest(code: Doubles, others: Doubles) -> int:
    return int(np.square(others - code).sum(axis=1).argmin())


@click.command()
@click.option("--heads", type=click.Path(path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), help="Report as JSON.")
def main(heads: Path, out: Path | None) -> None:
    """Measure reconstruction and moves of tensor models of what is known of drawings."""
    cells = read_cells(heads)
    report: dict[str, Any] = {"people": cells.files.shape[0] - HELD_OUT}
    for name, codes_of in (("landmarks", landmark_codes), ("pictures", picture_codes)):
        codes = codes_of(cells, heads)
        seen, unseen = codes.people(slice(-HELD_OUT)), codes.people(slice(-HELD_OUT, None))
        report[name] = {
            "fit": reconstruction(seen, unseen, stacked=False),
            "moves": told(seen, unseen),
        }
    tell(report, out)


if __name__ == "__main__":
    main()
