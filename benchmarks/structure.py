"""How well depths and turns of drawn heads are recovered from where their landmarks are drawn.

python -m benchmarks.structure --heads heads [--json]

Nothing but x and y of the landmarks is used; depths and yaws are the truth that it is compared to.
Needs the [models] extra.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from exhibit.contract.values import Doubles
from models.directions.factorial import read_cells
from models.structure.factorisation import scale_and_rotation, structure_of, yaw_deg
from models.structure.landmarks import Landmarks, read_landmarks

BASES = (0, 2, 5, 15)
Row = dict[str, float]


def compared(points: Doubles, yaws: Doubles, basis: int, who: Sequence[int] | None = None) -> Row:
    """Recover a structure and compare it with the truth.

    Args:
        points: (F, 3, P), x, y and depth in shares of the side.
        yaws: (F,) degrees.
        basis: shapes of rank one.
        who: whose heads they are, where the structure is told.

    Returns:
        Root mean square errors: of the landmarks in percent of the side, of the yaw in degrees from
        its mean, and of the depths as a share of their own deviation; and the depths' correlation.
    """
    found = structure_of(points[:, :2], basis, who)
    turned = yaw_deg(found.cameras)
    looks = np.stack([scale_and_rotation(camera)[1][2] for camera in found.cameras])
    depths = np.einsum("fi,fip->fp", looks, found.shapes())
    depths = depths - depths.mean(axis=1, keepdims=True)
    true = points[:, 2] - points[:, 2].mean(axis=1, keepdims=True)
    return {
        "landmarks %": 100 * _rms(found.projected() - points[:, :2]),
        "yaw deg": _rms(turned - turned.mean() - yaws + yaws.mean()),
        "depths, r": float(np.corrcoef(depths.ravel(), true.ravel())[0, 1]),
        "depths, error": _rms(depths - true) / float(true.std()),
    }


def _rms(values: Doubles) -> float:
    return float(np.sqrt(np.square(values).mean()))


def table(landmarks: Landmarks, yaws: Doubles, people: int) -> dict[str, Row]:
    """All heads at once, with and without hair, and every person apart (mean over people)."""
    found = {}
    faces = landmarks.without("hair")
    each = len(yaws) // people
    who = np.repeat(np.arange(people), each).tolist()
    for basis in BASES:
        found[f"all points of all people, {basis} shapes"] = compared(landmarks.points, yaws, basis)
        found[f"faces of all people, {basis} shapes"] = compared(faces.points, yaws, basis)
        found[f"faces, told whose, {basis} shapes"] = compared(faces.points, yaws, basis, who)
        apart = [
            compared(landmarks.points[part], yaws[part], basis)
            for part in (slice(i * each, (i + 1) * each) for i in range(people))
        ]
        found[f"each person apart, {basis} shapes"] = {
            name: float(np.mean([row[name] for row in apart])) for name in apart[0]
        }
    return found


@click.command()
@click.option("--heads", type=click.Path(path_type=Path), required=True)
@click.option("--json", "as_json", is_flag=True)
def main(heads: Path, as_json: bool) -> None:
    """Compare recovered depths and turns with the truth."""
    cells = read_cells(heads)
    levels = np.array(cells.levels["yaw_deg"], np.float64)
    yaws = levels[np.indices(cells.files.shape)[-1].ravel()]
    found = table(read_landmarks(heads, cells), yaws, cells.files.shape[0])
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for name, row in found.items():
        click.echo(f"{name:36}" + "".join(f"  {k} {v:7.3f}" for k, v in row.items()))


if __name__ == "__main__":
    main()
