"""From points of the stage and where they land on the table: the projector's map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points, project
from exhibit.contract.handedness import keeps_handedness
from exhibit.contract.lens import mesh_points, mesh_weights
from exhibit.contract.views import ProjectorView

FEWEST, HELD_OUT = 12, 4
"""Points that a map needs, and how many of them only judge it."""
MEAN_MM, LARGEST_MM = 1.0, 2.0
"""Accepted at held-out points, a person's own error included."""
_OUTLIER_MM = 1.5
_DOUBTFUL_MM, _MOST_DOUBTFUL = 1.0, 4
"""A hand that centres within 0.3 mm is so far off once in two hundred and fifty crosses. Where more
disagree, something moved, and measuring them again is of no use."""
_MESH_FROM = 24
_ROUNDS, _TURNS = 2000, 3


@dataclass(frozen=True, slots=True, eq=False)
class Landing:
    """Where a pixel of the upright stage lands: `stage_px` (2,) and `table_mm` (2,)."""

    stage_px: Points
    table_mm: Points


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A projector's map, and how well it explains what was measured.

    Args:
        view: the map.
        table_mm: (n, 2) mm where the points landed.
        off_mm: (n, 2) mm from there to where the map lets their light fall.
        held_out: (n,) bool, points that only judged.
        left_out: (n,) bool, points that no map explains together with the others.
    """

    view: ProjectorView
    table_mm: Points
    off_mm: Points
    held_out: NDArray[np.bool_]
    left_out: NDArray[np.bool_]

    @property
    def mean_mm(self) -> float:
        """Mean distance at the held-out points."""
        return float(self._distances.mean())

    @property
    def largest_mm(self) -> float:
        """Largest distance at the held-out points."""
        return float(self._distances.max())

    @property
    def _distances(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.norm(self.off_mm[self.held_out], axis=1))


def fit_projection(
    landings: Sequence[Landing], stage_px: tuple[int, int], table_mm: tuple[float, float]
) -> Fit:
    """Return the map from the table to the stage that explains most landings.

    A map is fitted to all but `HELD_OUT` of them, which then say how far light is from ink.

    Args:
        landings: `FEWEST` or more, spread over the table.
        stage_px: width and height of the upright stage.
        table_mm: width and height of the table's area.

    Raises:
        CalibrationError: too few points, too many that contradict each other, a map that flips
            the table, or one that misses the held-out points.

    Source: Fischler and Bolles, Random Sample Consensus (1981), as in OpenCV's `findHomography`,
    fitted on the table, where a person's error has the same size everywhere.
    """
    if len(landings) < FEWEST:
        raise CalibrationError(
            f"{len(landings)} points were measured, expected {FEWEST} or more; go on centring"
        )
    stage = np.array([landing.stage_px for landing in landings], np.float64)
    table = np.array([landing.table_mm for landing in landings], np.float64)
    held_out = spread(table, HELD_OUT)
    stage_to_table, kept = _consensus(stage, table, ~held_out)
    table_to_stage = np.asarray(np.linalg.inv(stage_to_table))
    table_to_stage = table_to_stage / table_to_stage[2, 2]
    if not keeps_handedness(table_to_stage.tolist(), *table_mm):
        raise CalibrationError(
            "the projection is mirrored on the table; change stage.mirror until the projected F "
            "reads like a printed one, and measure again"
        )
    mesh = _mesh(table_to_stage, stage[kept], table[kept], table_mm)
    view = ProjectorView(stage_px, table_to_stage, table_mm, mesh)
    off = view.to_table(stage) - table
    left_out = ~held_out & ~kept
    fit = Fit(view, table, off, held_out, left_out)
    if fit.mean_mm > MEAN_MM or fit.largest_mm > LARGEST_MM:
        raise CalibrationError(
            f"light misses the four points that were held out by {fit.mean_mm:.1f} mm, at most "
            f"{fit.largest_mm:.1f} mm; expected {MEAN_MM:.0f} mm and {LARGEST_MM:.0f} mm or less: "
            "the disc was not on its cross, or table, camera or projector moved: measure again; or "
            "the projector's lens bends lines: use printed marks (`--method mesh`)"
        )
    return fit


def doubtful(landings: Sequence[Landing]) -> list[int]:
    """Return which landings are far from where all the others foretell them, the farthest first.

    Empty where there are too few to say, and where so many disagree that it is no single one.

    Args:
        landings: of a plane.
    """
    kept = list(range(len(landings)))
    found: list[int] = []
    while len(kept) > FEWEST - HELD_OUT:
        off = [_foretold_off_mm(landings, kept, number) for number in kept]
        worst = int(np.argmax(off))
        if off[worst] <= _DOUBTFUL_MM:
            break
        found.append(kept.pop(worst))
    return found if len(found) <= _MOST_DOUBTFUL else []


def _foretold_off_mm(landings: Sequence[Landing], kept: Sequence[int], left_out: int) -> float:
    others = [landings[number] for number in kept if number != left_out]
    stage = np.array([landing.stage_px for landing in others], np.float64)
    table = np.array([landing.table_mm for landing in others], np.float64)
    matrix, _ = cv2.findHomography(stage, table)
    if matrix is None:
        return 0.0
    one = landings[left_out]
    foretold = project(np.asarray(matrix, np.float64), one.stage_px[None])[0]
    return float(np.linalg.norm(foretold - one.table_mm))


def spread(points: Points, count: int) -> NDArray[np.bool_]:
    """Return (n,) bool that marks points well inside the others, one to each quarter.

    Held-out points at the rim would judge how far a map reaches beyond what it was fitted to.
    """
    middle, half = points.mean(axis=0), np.ptp(points, axis=0) / 4 + 1e-9
    marked = np.zeros(len(points), np.bool_)
    for number in range(count):
        side = np.array([1 if number & 1 else -1, 1 if number & 2 else -1])
        distance = np.linalg.norm((points - middle) / half - side, axis=1)
        distance[marked] = np.inf
        marked[int(distance.argmin())] = True
    return marked


def _consensus(
    stage: Points, table: Points, used: NDArray[np.bool_]
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return the map from stage to table and which points it was fitted to."""
    # The same points must give the same map, whatever ran before.
    cv2.setRNGSeed(1)
    found, inliers = cv2.findHomography(
        stage[used], table[used], cv2.RANSAC, _OUTLIER_MM, maxIters=_ROUNDS, confidence=0.999
    )
    kept = np.zeros(len(stage), np.bool_)
    if found is not None:
        kept[np.flatnonzero(used)[inliers.ravel() > 0]] = True
    for _ in range(_TURNS):
        if kept.sum() < FEWEST - HELD_OUT:
            break
        # Four points of a hand make a poor map, beside which good ones seem wrong: all that agree
        # with the map of those that are kept belong to it.
        found, _ = cv2.findHomography(stage[kept], table[kept])
        off = np.linalg.norm(project(np.asarray(found, np.float64), stage) - table, axis=1)
        kept = used & (off < _OUTLIER_MM)
    if kept.sum() < FEWEST - HELD_OUT or kept.sum() < 0.6 * used.sum():
        raise CalibrationError(
            f"only {int(kept.sum())} of {int(used.sum())} points agree within {_OUTLIER_MM} mm; "
            "table, camera or projector moved meanwhile, or the disc lay beside its cross: "
            "measure again"
        )
    return np.asarray(found, np.float64), kept


def _mesh(
    table_to_stage: Matrix, stage: Points, table: Points, table_mm: tuple[float, float]
) -> Points | None:
    """Return the displacement (9, 2) px that is left over the plane's map, from enough points.

    A dozen points centred by hand say nothing of a lens: their own errors would bend the picture.
    """
    if len(stage) < _MESH_FROM:
        return None
    left = stage - project(table_to_stage, table)
    weights = mesh_weights(table, table_mm)
    if np.linalg.matrix_rank(weights, tol=1e-3) < len(mesh_points(table_mm)):
        return None
    found, *_ = np.linalg.lstsq(weights, left, rcond=None)
    return np.asarray(found, np.float64)


def as_points(points: Points) -> tuple[tuple[float, float], ...]:
    """Return (n, 2) points as pairs of plain numbers, for a file."""
    return tuple((float(x), float(y)) for x, y in points)
