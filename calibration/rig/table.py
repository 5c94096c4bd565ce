"""A made-up table whose camera and projector are known exactly: lens, poses, throw, lens shift.

The camera is modelled as the visitor's side sees it; from below the frame is that, mirrored. A page
is anything printed: grey, so many pixels a millimetre, in a pose of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.rig.conditions import CONDITIONS, Light, lit
from exhibit.contract.geometry import Matrix, Points, project
from exhibit.contract.lens import Lens, over_pixels
from exhibit.contract.values import Gray

TABLE_MM = (420.0, 297.0)
FRAME_PX, STAGE_PX = (640, 480), (1920, 1080)
_SUPERSAMPLED = 3
"""Rays a pixel, along each side."""
_SLACK_PX = 4


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where something lies: `rotation` (3, 3) and `shift` (3,) mm, from its plane to the table.

    The table's third axis points away from the visitor, down to the camera.
    """

    rotation: Matrix
    shift: NDArray[np.float64]

    def place(self, points_mm: Points) -> NDArray[np.float64]:
        """Return (n, 3) mm on or above the table of (n, 2) mm on the thing."""
        flat = np.column_stack([points_mm, np.zeros(len(points_mm))])
        return np.asarray(flat @ self.rotation.T + self.shift)


LYING = Pose(np.eye(3), np.zeros(3))


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Something printed: (H, W) uint8 grey, its pixels a millimetre, and where it lies."""

    pixels: Gray
    px_per_mm: float
    pose: Pose = LYING


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """One table.

    Args:
        lens: of the camera, in pixels of the frame as the visitor's side sees it.
        rotation: (3, 3) from the table's axes to the camera's.
        shift: (3,) mm, the table's origin as the camera sees it.
        table_to_stage: (3, 3) from mm on the table to pixels of the upright stage.
        light: paper, light and noise.
        mirrored: the camera looks from below.
        size_px: width and height of its frames.
    """

    lens: Lens
    rotation: Matrix
    shift: NDArray[np.float64]
    table_to_stage: Matrix
    light: Light
    mirrored: bool = True
    size_px: tuple[int, int] = FRAME_PX

    def see(self, points_mm: NDArray[np.float64]) -> Points:
        """Return (n, 2) pixels of the turned frame where points (n, 3) of the table appear."""
        rays = points_mm @ self.rotation.T + self.shift
        return self.lens.bend(project(self.lens.matrix, rays[:, :2] / rays[:, 2:]))

    def see_table(self, points_mm: Points) -> Points:
        """Return (n, 2) pixels of the turned frame where points (n, 2) mm on the table appear."""
        return self.see(LYING.place(points_mm))

    def land(self, stage_px: Points) -> Points:
        """Return (n, 2) mm on the table where pixels of the upright stage land."""
        return project(np.asarray(np.linalg.inv(self.table_to_stage)), stage_px)

    def moved(self, turn: tuple[float, float, float], shift_mm: NDArray[np.float64]) -> Rig:
        """Return the rig after somebody knocked against its camera: Rodrigues' turn and a shift."""
        rotation = turn_about(np.array(turn, np.float64))
        return replace(self, rotation=rotation @ self.rotation, shift=self.shift + shift_mm)

    def canvas(
        self, pages: tuple[Page, ...], under: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return how bright every ray of the turned frame is, 0 to 1, several to a pixel.

        Pages later in the tuple lie on top; where there is none there is bare table.

        Args:
            pages: what lies there.
            under: a canvas on which they lie.
        """
        if under is None:
            width, height = (side * _SUPERSAMPLED for side in self.size_px)
            under = np.full((height, width), self.light.table, np.float32)
        canvas = under.copy()
        for page in pages:
            self._print(page, canvas)
        return canvas

    def scene(
        self, pages: tuple[Page, ...], under: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return (H, W) float32, how bright the turned frame is before light and noise, 0 to 1."""
        canvas = self.canvas(pages, under)
        small = cv2.resize(canvas, self.size_px, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), self.light.blur_px), np.float32)

    def expose(self, scene: NDArray[np.float32], rng: np.random.Generator) -> Gray:
        """Return a frame (H, W) uint8 of a scene as it comes from the camera."""
        turned = lit(scene, self.light, rng)
        return np.ascontiguousarray(turned[:, ::-1]) if self.mirrored else turned

    def look(self, pages: tuple[Page, ...], rng: np.random.Generator) -> Gray:
        """Return one frame of pages on the table."""
        return self.expose(self.scene(pages), rng)

    def _print(self, page: Page, canvas: NDArray[np.float32]) -> None:
        """Write a page into the rays that meet it."""
        sides = np.array(page.pixels.shape[::-1])
        part = self._around(page)
        rays = _straight(self.lens, self.size_px)[part]
        pose = page.pose
        columns = np.column_stack([pose.rotation[:, 0], pose.rotation[:, 1], pose.shift])
        page_to_ray = self.rotation @ columns + np.outer(self.shift, [0, 0, 1])
        ray_to_page = np.linalg.inv(self.lens.matrix @ page_to_ray)
        straight = rays.reshape(-1, 2).astype(np.float64)
        at = project(np.asarray(ray_to_page, np.float64), straight) * page.px_per_mm
        hit = ((at >= 0) & (at < sides)).all(axis=1).reshape(rays.shape[:2])
        x, y = ((at[:, axis] - 0.5).astype(np.float32).reshape(hit.shape) for axis in (0, 1))
        grey = cv2.remap(page.pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        printed = self.light.ink + (self.light.paper - self.light.ink) / 255 * grey
        np.copyto(canvas[part], printed.astype(np.float32), where=hit)

    def _around(self, page: Page) -> tuple[slice, slice]:
        """Return the part of a canvas in which a page appears."""
        width, height = np.divide(page.pixels.shape[::-1], page.px_per_mm)
        share = np.linspace(0, 1, 9)
        rim = np.concatenate([
            np.column_stack([x * width, y * height])
            for x, y in ((share, 0 * share), (share, 0 * share + 1),
                         (0 * share, share), (0 * share + 1, share))
        ])  # fmt: skip
        seen = self.see(page.pose.place(rim))
        low, high = seen.min(axis=0) - _SLACK_PX, seen.max(axis=0) + _SLACK_PX
        low, high = (np.clip(v, 0, self.size_px).astype(int) * _SUPERSAMPLED for v in (low, high))
        return slice(low[1], high[1]), slice(low[0], high[0])


@lru_cache(maxsize=8)
def _straight(lens: Lens, size_px: tuple[int, int]) -> NDArray[np.float32]:
    """Return (H, W, 2): which straight pixel every ray of a frame's pixels comes from."""
    width, height = (side * _SUPERSAMPLED for side in size_px)
    return over_pixels(
        lambda rays: lens.straighten(rays / _SUPERSAMPLED), (width, height), 2 * _SUPERSAMPLED
    )


def make_rig(seed: int) -> Rig:
    """Return a rig whose lens, poses, throw, lens shift and light depend on a seed."""
    rng = np.random.default_rng(seed)
    lens, distance = _lens(rng)
    rotation = turn_about(np.radians(rng.uniform((-6, -6, -4), (6, 6, 4))))
    middle = np.array([TABLE_MM[0] / 2, TABLE_MM[1] / 2, 0])
    aim = np.array([*rng.uniform(-8, 8, 2), distance])
    names = tuple(CONDITIONS)
    return Rig(
        lens=lens,
        rotation=rotation,
        shift=aim - rotation @ middle,
        table_to_stage=_projection(rng),
        light=CONDITIONS[names[seed % len(names)]],
        mirrored=bool(rng.random() < 0.7),
    )


def turn_about(axis: NDArray[np.float64]) -> Matrix:
    """Return the (3, 3) rotation about an axis (3,) by its length in radians."""
    return np.asarray(cv2.Rodrigues(axis)[0], np.float64)


def _lens(rng: np.random.Generator) -> tuple[Lens, float]:
    """Return a lens, and how far in mm the table is away so that it fills 72 to 84 % of a frame."""
    width, height = FRAME_PX
    focal = width * rng.uniform(0.75, 1.3)
    matrix = np.array(
        [
            [focal, 0, width / 2 + rng.uniform(-12, 12)],
            [0, focal * rng.uniform(0.995, 1.005), height / 2 + rng.uniform(-12, 12)],
            [0, 0, 1],
        ]
    )
    k1 = rng.uniform(-0.32, 0.05)
    distortion = (k1, -0.3 * k1 * rng.uniform(0.2, 0.6), *rng.uniform(-1e-3, 1e-3, 2), 0.0)
    distance = max(TABLE_MM[0] / width, TABLE_MM[1] / height) * focal / rng.uniform(0.72, 0.84)
    return Lens(matrix, (*map(float, distortion),)), float(distance)  # type: ignore[arg-type]


def _projection(rng: np.random.Generator) -> Matrix:
    """Return the map from mm to stage of a projector with some throw, lens shift and tilt."""
    width, height = STAGE_PX
    throw = rng.uniform(0.5, 1.9)
    focal = throw * width
    matrix = np.array(
        [[focal, 0, width / 2], [0, focal, height * (0.5 + rng.uniform(-0.5, 0.1))], [0, 0, 1]]
    )
    rotation = turn_about(np.radians(rng.uniform((-8, -8, -3), (8, 8, 3))))
    # So large that the table lies inside of the picture, with some to spare.
    wide = max(TABLE_MM[0], TABLE_MM[1] * width / height) * rng.uniform(1.12, 1.35)
    middle = np.array([TABLE_MM[0] / 2, TABLE_MM[1] / 2, 0])
    distance = throw * wide
    off = (height / 2 - matrix[1, 2]) * distance / focal
    aim = np.array([0, off, distance])
    shift = aim - rotation @ middle
    found = matrix @ np.column_stack([rotation[:, 0], rotation[:, 1], shift])
    return np.asarray(found / found[2, 2])
