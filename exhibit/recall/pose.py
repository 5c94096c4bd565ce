"""Move, turn, size and slant a drawing, whole, until its lines lie on the ink as well as they can.

A drawing in another pose is as well drawn as before; one that is bent to each bulge of a quick
sketch is not. So most of the way to the ink is gone here, and little is left to bending.

Source: iterated closest points, with offsets across lines as in Chen and Medioni, "Object modelling
    by registration of multiple range images", Image and Vision Computing 10(3), 1992; ours has
    weights that fall with distance, and an affine map within bounds.
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass, replace

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.lines import Lines, Nearest, Points, lies_on

_MOST_POINTS = 160
_REACHES = (0.20, 0.16, 0.12, 0.09, 0.07, 0.07)
"""How far ink looks for a line, in shares of the side, from the first step to the last."""
_BEYOND = 1.5
"""What is farther off than so many reaches asks for nothing."""
_STAYS, _KEEPS_SIZE, _KEEPS_SHAPE = 0.01, 0.015, 0.05
"""How much the drawing resists being moved, turned and sized, and slanted."""
_SLIDES = 0.3
"""What an offset along a line counts, where one across it counts 1."""
_MARGIN = 0.02
"""Of the sheet's side, that stays free along its edge."""
_LEAST_SIZE, _MOST_SIZE = 0.85, 1.18
_MOST_TURN = 0.2
"""In radians: standing figures stay upright."""
_MOST_SLANT = 0.07
"""One way stretched by up to 1.15 as much as the other."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a drawing is moved, whole: what is seen at z lay before at `before(z)`.

    Points are complex, x + iy, in shares of the picture's side; see `exhibit.recall.field` for the
    bounds on `turn` and `slant`.
    """

    shift: complex = 0j
    turn: complex = 1 + 0j
    slant: complex = 0j

    def before(self, z: Points) -> Points:
        """Return where what is seen at points z lay before."""
        return np.asarray(self.shift + self.turn * z + self.slant * z.conj(), np.complex64)

    def after(self, z: Points) -> Points:
        """Return where what lay at points z is seen."""
        away = z - self.shift
        size = abs(self.turn) ** 2 - abs(self.slant) ** 2
        back = (self.turn.conjugate() * away - self.slant * away.conj()) / size
        return np.asarray(back, np.complex64)

    def moved(self, by: complex) -> Pose:
        """Return the pose in which everything is seen by so much farther."""
        return replace(self, shift=self.shift - self.turn * by - self.slant * by.conjugate())

    def sized(self, by: float) -> Pose:
        """Return the pose in which everything is seen so much larger, about where 0 is seen."""
        return replace(self, turn=self.turn / by, slant=self.slant / by)


STILL = Pose()


def pose_towards(drawing: Lines, ink: Lines) -> tuple[Pose, float]:
    """Find the pose in which lines lie on the ink best, and none is moved off the sheet.

    Args:
        drawing: its lines, where a find has laid it.
        ink: the visitor's lines.

    Returns:
        The pose, and the share of the ink that lines of the drawing then lie on and run along with.
    """
    pose = STILL
    if not len(ink.at) or not len(drawing.at):
        return pose, 0.0
    ink, nearest = ink.thinned(_MOST_POINTS), Nearest(drawing)
    for reach in _REACHES:
        offsets, alike, along = _towards(pose, nearest, ink)
        off = np.abs(offsets) / reach
        weights = np.where(off < _BEYOND, np.maximum(0, alike) / (1 + off**2), 0)
        wanted = pose.before(ink.at) + offsets
        pose = _fitted(ink.at, wanted, along, np.asarray(weights, np.float32))
    pose = _kept_on_sheet(pose, drawing)
    offsets, alike, _ = _towards(pose, nearest, ink)
    return pose, float(np.mean(lies_on(offsets, alike)))


def _kept_on_sheet(pose: Pose, lines: Lines) -> Pose:
    """Return a pose made smaller and moved so that no line leaves the sheet that lay on it before.

    A drawing that lay beyond the margin may go on to.
    """
    after = pose.after(lines.at)
    pose = pose.sized(min(1.0, *(_shrinking(*one) for one in _axes(lines.at, after))))
    after = pose.after(lines.at)
    return pose.moved(complex(*(_back(*one) for one in _axes(lines.at, after))))


def _axes(before: Points, after: Points) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    return (before.real, after.real), (before.imag, after.imag)


def _shrinking(before: Floats, after: Floats) -> float:
    """Return how much smaller what is seen must be to have room along one axis."""
    room = min(_MARGIN, float(before.min())), max(1 - _MARGIN, float(before.max()))
    return min(1.0, (room[1] - room[0]) / max(float(np.ptp(after)), 1e-9))


def _back(before: Floats, after: Floats) -> float:
    """Return how far to move along one axis to bring on the sheet what lay there before."""
    low = max(0.0, float(min(before.min(), _MARGIN) - after.min()))
    high = max(0.0, float(after.max() - max(before.max(), 1 - _MARGIN)))
    return low - high if min(low, high) == 0 else 0.0


def _towards(pose: Pose, nearest: Nearest, ink: Lines) -> tuple[Points, Floats, Points]:
    """Return how far off the nearest lines are that run alike, how alike, and along what the ink
    runs in this pose, a unit step."""
    step = np.sqrt(ink.along)
    step = pose.turn * step + pose.slant * step.conj()
    step = np.asarray(step / np.maximum(np.abs(step), 1e-9), np.complex64)
    offsets, alike = nearest.towards(pose.before(ink.at), np.asarray(step * step, np.complex64))
    return offsets, alike, step


def _fitted(at: Points, wanted: Points, along: Points, weights: Floats) -> Pose:
    """Return the pose that brings points nearest to the lines they want, by least squares.

    Along a line they may slide: which of its points is nearest says little.
    """
    middle = complex(at.mean())
    away = at.astype(np.complex128) - middle
    moves = np.stack([np.ones_like(away), away, away.conj()], axis=1)
    moves = np.concatenate([moves, 1j * moves], axis=1)
    asked, root = wanted - at, np.sqrt(weights)
    spread = float((np.abs(away) ** 2).mean()) + 1e-6
    resists = np.array([_STAYS, _KEEPS_SIZE * spread, _KEEPS_SHAPE * spread] * 2) * len(at)
    products, sums = np.diag(resists), np.zeros(len(resists))
    for axis, share in ((1j * along, 1.0), (along, _SLIDES)):
        rows = (share * root)[:, None] * (axis.conj()[:, None] * moves).real
        products += rows.T @ rows
        sums += rows.T @ (share * root * (axis.conj() * asked).real)
    found = np.linalg.solve(products, sums)
    shift, turn, slant = (complex(one) for one in found[:3] + 1j * found[3:])
    turn, slant = _bounded(1 + turn, slant)
    return Pose(middle + shift - turn * middle - slant * middle.conjugate(), turn, slant)


def _bounded(turn: complex, slant: complex) -> tuple[complex, complex]:
    """Bring turn, size and slant within their bounds."""
    angle = max(-_MOST_TURN, min(_MOST_TURN, cmath.phase(turn)))
    size = max(1 / _MOST_SIZE, min(1 / _LEAST_SIZE, abs(turn)))
    most = _MOST_SLANT * size
    return cmath.rect(size, angle), slant * min(1.0, most / max(abs(slant), 1e-9))
