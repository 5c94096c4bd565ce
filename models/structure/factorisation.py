"""Structure from landmarks of heads that turn and change their faces (NRSfM).

What stays the same in all drawings is a rigid shape of rank 3; what changes is a sum of basis
shapes of rank one, each of which moves all points along one line in space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Doubles

ROUNDS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """landmarks_f ≈ camera_f · (rigid + Σₖ weights_fk · line_k · amounts_kᵀ) + centre_f.

    Args:
        cameras: (F, 2, 3), scale and rotation of every drawing, see `scale_and_rotation`.
        centres: (F, 2), where the axis is about which heads turn.
        rigid: (3, P), what all drawings share; right, down, and from the axis to the viewer.
        weights: (F, K).
        lines: (K, 3) unit vectors.
        amounts: (K, P), how far each point moves along the line; unit length.
    """

    cameras: Doubles
    centres: Doubles
    rigid: Doubles
    weights: Doubles
    lines: Doubles
    amounts: Doubles

    def shapes(self) -> Doubles:
        """Every drawing's shape in space, before its head turns: (F, 3, P)."""
        return self.rigid + np.einsum("fk,ki,kp->fip", self.weights, self.lines, self.amounts)

    def depth(self) -> float:
        """How deep the rigid shape is, as a multiple of its width: about 1 for a head.

        Of heads that never turn no depth can be told, and it comes out as next to nothing or as
        a thousand.
        """
        return float(np.ptp(self.rigid[2]) / max(np.ptp(self.rigid[0]), 1e-12))

    def projected(self) -> Doubles:
        """The landmarks that this says: (F, 2, P)."""
        return np.asarray(self.cameras @ self.shapes() + self.centres[..., None], np.float64)


def structure_of(landmarks: Doubles, basis: int, who: Sequence[int] | None = None) -> Structure:
    """Recover shape, cameras and changes from landmarks of many drawings.

    Args:
        landmarks: (F, 2, P), x to the right and y down, all points in every drawing.
        basis: how many basis shapes of rank one.
        who: whose head each of the F drawings shows, where that is known. Cameras are then found
            on the landmarks of the mean head: a narrow face is no turned one. All people must have
            been drawn in the same turns.

    Returns:
        The structure, turned so that the mean camera looks straight at it, about the upright axis
        that stays where it is. From drawings seen from far away nobody can tell it from its mirror
        image in depth that turns the other way; of the two the one is given whose middle is nearer
        than its rim.

    Source: Tomasi and Kanade 1992 for the rigid part; rank-one basis shapes as in the thesis, paper
        III, here one after the other by alternating least squares. There a head turns about the
        mean of its landmarks, which lies before its neck: a turn then carries the head aside.
    """
    turned = landmarks if who is None else _as_the_mean_head(landmarks, np.asarray(who))
    means = turned.mean(axis=2)
    cameras, rigid = _rigid(turned - means[..., None])
    depth = _before_the_axis(cameras, means)
    rigid = rigid + np.array([[0.0], [0.0], [depth]])
    centres = landmarks.mean(axis=2) - depth * cameras[..., 2]
    left = landmarks - centres[..., None] - cameras @ rigid
    weights, lines, amounts = [], [], []
    for _ in range(basis):
        weight, line, amount = _rank_one(left, cameras)
        left = left - np.einsum("f,fi,p->fip", weight, cameras @ line, amount)
        weights.append(weight)
        lines.append(line)
        amounts.append(amount)
    found = (
        np.stack(weights, axis=1) if weights else np.zeros((len(landmarks), 0)),
        np.array(lines).reshape(-1, 3),
        np.array(amounts).reshape(-1, landmarks.shape[2]),
    )
    return Structure(cameras, centres, rigid, *found)


def scale_and_rotation(camera: Doubles) -> tuple[Doubles, Doubles]:
    """Take a camera apart into a lower triangular scale and a rotation, by QR.

    Args:
        camera: (2, 3).

    Returns:
        (2, 2) lower triangular with a positive diagonal, and (3, 3) rotation with determinant 1,
        so that scale · rotation[:2] is the camera.

    Source: thesis, paper III, algorithm 2. QR of the camera's transpose leaves the signs open;
        they are settled by the diagonal, and the third row by the cross product.
    """
    q, r = np.linalg.qr(camera.T)
    signs = np.where(np.diag(r) < 0, -1.0, 1.0)
    rows = (q * signs).T
    return (r.T * signs), np.vstack([rows, np.cross(rows[0], rows[1])])


def yaw_deg(cameras: Doubles) -> Doubles:
    """How far each camera (F, 2, 3) turns the head about the upright axis, in degrees."""
    rotations = np.stack([scale_and_rotation(camera)[1] for camera in cameras])
    return np.asarray(np.rad2deg(np.arctan2(rotations[:, 0, 2], rotations[:, 0, 0])), np.float64)


def _rigid(measured: Doubles) -> tuple[Doubles, Doubles]:
    """The rank-3 part of centred landmarks (F, 2, P): cameras (F, 2, 3) and shape (3, P)."""
    frames, _, points = measured.shape
    u, d, v = np.linalg.svd(measured.reshape(2 * frames, points), full_matrices=False)
    affine = (u[:, :3] * d[:3]).reshape(frames, 2, 3)
    upgrade = _metric(affine)
    cameras, shape = affine @ upgrade, np.linalg.solve(upgrade, v[:3])
    # Of all cameras alike the mean one is made to look straight ahead.
    straight = scale_and_rotation(cameras.mean(axis=0))[1]
    cameras, shape = cameras @ straight.T, straight @ shape
    mirror = np.diag([1.0, 1.0, -1.0]) if _looks_backward(shape) else np.eye(3)
    return cameras @ mirror, mirror @ shape


def _as_the_mean_head(landmarks: Doubles, who: NDArray[np.int64]) -> Doubles:
    """Take out of landmarks (F, 2, P) how the mean of one's drawings differs from all."""
    freed = landmarks + landmarks.mean(axis=0)
    for one in np.unique(who):
        freed[who == one] -= landmarks[who == one].mean(axis=0)
    return freed


def _before_the_axis(cameras: Doubles, means: Doubles) -> float:
    """How far the mean of the landmarks lies before the axis about which heads turn.

    Args:
        cameras: (F, 2, 3).
        means: (F, 2) of the landmarks, which move aside as the head turns.
    """
    aside = cameras[..., 2] - cameras[..., 2].mean(axis=0)
    moved = means - means.mean(axis=0)
    return float((aside * moved).sum() / max(float(np.square(aside).sum()), 1e-12))


def _looks_backward(shape: Doubles) -> bool:
    """Whether the middle of the head lies behind its rim."""
    aside = np.abs(shape[0] - shape[0].mean())
    return float(np.cov(aside, shape[2])[0, 1]) > 0


def _metric(affine: Doubles) -> Doubles:
    """A (3, 3) that makes the two rows of every camera orthogonal and equally long.

    The rows' common length is free for each camera; on the average it is 1.
    """
    a, b = affine[:, 0], affine[:, 1]
    equal = _products(a, a) - _products(b, b)
    orthogonal = _products(a, b)
    unit = (_products(a, a) + _products(b, b)).mean(axis=0) / 2
    rows = np.vstack([equal, orthogonal, len(affine) * unit])
    aims = np.append(np.zeros(2 * len(affine)), len(affine))
    xx, xy, xz, yy, yz, zz = np.linalg.lstsq(rows, aims, rcond=None)[0]
    values, axes = np.linalg.eigh(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
    least = 1e-6 * values[-1]
    return np.asarray(axes * np.sqrt(np.maximum(values, least)), np.float64)


def _products(a: Doubles, b: Doubles) -> Doubles:
    """Rows (F, 6) that multiply the six numbers of a symmetric Q to aᵀQb."""
    x, y, z = (a[:, i] for i in range(3))
    u, v, w = (b[:, i] for i in range(3))
    return np.stack([x * u, x * v + y * u, x * w + z * u, y * v, y * w + z * v, z * w], axis=1)


def _rank_one(left: Doubles, cameras: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """The basis shape that explains most of what is left (F, 2, P), by alternating least squares.

    Returns:
        Weights (F,), line (3,) and amounts (P,) of unit length.
    """
    frames, _, points = left.shape
    _, _, v = np.linalg.svd(left.reshape(2 * frames, points), full_matrices=False)
    amounts, seen = v[0], left @ v[0]
    lines = np.einsum("fij,fi->fj", cameras, seen)
    line = np.linalg.svd(lines, full_matrices=False)[2][0]
    weights = np.zeros(frames)
    for _ in range(ROUNDS):
        aims = cameras @ line
        lengths = np.square(aims).sum(axis=1)
        weights = (aims * (left @ amounts)).sum(axis=1) / np.maximum(lengths, 1e-12)
        pull = np.einsum("f,fi,fip->p", weights, aims, left)
        amounts = pull / max(np.linalg.norm(pull), 1e-12)
        weights = (aims * (left @ amounts)).sum(axis=1) / np.maximum(lengths, 1e-12)
        gram = np.einsum("f,fij,fik->jk", weights**2, cameras, cameras)
        pushed = np.einsum("f,fij,fi->j", weights, cameras, left @ amounts)
        line = np.linalg.lstsq(gram, pushed, rcond=None)[0]
        line = line / max(np.linalg.norm(line), 1e-12)
    aims = cameras @ line
    lengths = np.maximum(np.square(aims).sum(axis=1), 1e-12)
    return (aims * (left @ amounts)).sum(axis=1) / lengths, line, amounts
