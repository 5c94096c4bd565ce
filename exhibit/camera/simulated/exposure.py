"""The light of the table and what the sensor makes of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.conditions import Conditions
from exhibit.camera.simulated.view import VIEW_MM, Matrix, detail_px, project
from exhibit.contract.values import Floats

LEDS_MM = np.array([[x, y] for y in (-85.0, 0.0, 85.0) for x in (-135.0, -45.0, 45.0, 135.0)])
_LEVEL = 205.0
_MARK_MM = 9.0
_UNIT_SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
_MARKS_MM = np.array([[-158.0, -116.0], [158.0, -116.0], [158.0, 116.0], [-158.0, 116.0]])
_REDUCED = 4


class Light:
    """A field of LEDs below the table, each a little different from the others."""

    def __init__(
        self, rng: np.random.Generator, conditions: Conditions, size_px: tuple[int, int]
    ) -> None:
        self._conditions = conditions
        self._size_px = size_px
        self._powers = 1 + 0.5 * conditions.unevenness * rng.uniform(-1, 1, len(LEDS_MM))
        self._lean = rng.normal(0, 0.32 * conditions.unevenness, 2)
        self._weak = int(rng.integers(len(LEDS_MM)))
        pixels = rng.standard_normal((size_px[1], size_px[0]), dtype=np.float32)
        # No two pixels of a sensor are equally sensitive.
        self._grain = _with_dust(rng, conditions.dust, 1 + 0.006 * pixels)

    def field(self, table_to_camera: Matrix, dead: tuple[int, ...] = ()) -> Floats:
        """Return (H, W) float32 grey levels of a perfectly white table.

        Args:
            table_to_camera: (3, 3) homography.
            dead: numbers of the LEDs that are out.
        """
        width, height = self._size_px
        xs = np.arange(0, width + _REDUCED, _REDUCED, dtype=np.float64)
        ys = np.arange(0, height + _REDUCED, _REDUCED, dtype=np.float64)
        across, down = np.meshgrid(xs, ys)
        pixels = np.column_stack([across.ravel(), down.ravel()])
        table = project(np.linalg.inv(table_to_camera), pixels)
        # Sharper spots the more uneven the field; the base is light scattered in the box.
        spread = 62.0 - 24.0 * self._conditions.unevenness
        powers = self._powers.copy()
        powers[list(dead)] = 0.0
        squares = ((table[:, None, :] - LEDS_MM[None]) ** 2).sum(axis=-1)
        spots = np.exp(-squares / (2 * spread**2)) @ powers
        full = np.exp(-squares / (2 * spread**2)).sum(axis=1).mean()
        even = 0.45 - 0.25 * self._conditions.unevenness
        lit = even * powers.mean() + (1 - even) * spots / full
        lit *= np.clip(1 + table @ self._lean / (VIEW_MM[0] / 2), 0.3, 2.0)
        centre = np.array([width / 2, height / 2])
        radius = ((pixels - centre) ** 2).sum(axis=1) / (centre**2).sum()
        lit *= 1 - self._conditions.vignetting * radius
        coarse = (_LEVEL * lit).reshape(len(ys), len(xs)).astype(np.float32)
        field = cv2.resize(coarse, None, fx=_REDUCED, fy=_REDUCED, interpolation=cv2.INTER_LINEAR)
        whole = field[_REDUCED // 2 :, _REDUCED // 2 :][:height, :width] * self._grain
        self._print_marks(whole, table_to_camera)
        return np.asarray(whole, np.float32)

    def _print_marks(self, field: Floats, table_to_camera: Matrix) -> None:
        """Darken the registration marks: squares with a hole, printed on the glass."""
        ink = np.zeros(field.shape, np.float32)
        for middle in _MARKS_MM[: self._conditions.border_marks]:
            for size_mm, taken in ((_MARK_MM, 0.8), (_MARK_MM / 2, 0.0)):
                points = project(table_to_camera, middle + _UNIT_SQUARE * size_mm)
                corners = np.round(points * 16).astype(np.int32)
                cv2.fillConvexPoly(ink, corners, taken, cv2.LINE_AA, 4)
        field *= 1 - ink

    @property
    def weakest(self) -> int:
        """Number of the LED that goes out first."""
        return self._weak


def _with_dust(rng: np.random.Generator, specks: int, field: Floats) -> Floats:
    """Put specks and hairs on the glass in front of the camera."""
    height, width = field.shape
    dirt = np.zeros_like(field)
    unit = detail_px((width, height))
    for _ in range(specks):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        depth = float(rng.uniform(0.08, 0.35))
        if rng.random() < 0.15:
            bend = rng.uniform(-9, 9, (6, 2)).cumsum(axis=0) * unit
            hair = np.round(np.array([x, y]) + bend).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(dirt, [hair], False, depth, 1, cv2.LINE_AA)
        else:
            radius = max(1, round(rng.uniform(0.5, 2.2) * unit))
            cv2.circle(dirt, (x, y), radius, depth, -1, cv2.LINE_AA)
    if specks:
        dirt = np.asarray(cv2.GaussianBlur(dirt, (0, 0), 1.1 * unit), np.float32)
    return np.asarray(field * (1 - dirt), np.float32)


class Sensor:
    """Turns light into grey levels: noise, bands of mains flicker, dark level, eight bits."""

    DARK = 4.0

    def __init__(
        self, rng: np.random.Generator, conditions: Conditions, size_px: tuple[int, int]
    ) -> None:
        width, height = size_px
        self._flicker = conditions.flicker
        self._noise_at_paper = conditions.noise
        self._margin = 64
        # A pool larger than the frame, read at another place each time, is new noise for free.
        shape = (height + self._margin, width + self._margin)
        self._pool = [rng.standard_normal(shape, dtype=np.float32) for _ in range(3)]
        self._rows = np.arange(height, dtype=np.float32)[:, None]
        self._sigma = np.zeros((height, width), np.float32)
        self._noise = np.empty((height, width), np.float32)

    def expect(self, field: Floats) -> None:
        """Take the field of light as the level that shot noise follows."""
        self._sigma = self._noise_at_paper * np.sqrt(0.25 + 0.75 * field / field.mean())

    def expose(self, signal: Floats, sequence: int, t_s: float, seed: int) -> NDArray[np.uint8]:
        """Return (H, W) uint8 pixels of a (H, W) float32 signal; the signal may be overwritten."""
        rng = np.random.default_rng((seed, sequence))
        y, x = (int(v) for v in rng.integers(self._margin, size=2))
        height, width = signal.shape
        view = self._pool[int(rng.integers(3))][y : y + height, x : x + width]
        cv2.multiply(view, self._sigma, dst=self._noise)
        if self._flicker:
            phase = 2 * np.pi * (self._rows / height * 1.7 + t_s * 0.83)
            drift = 0.5 * self._flicker * np.sin(2 * np.pi * t_s / 7.0)
            signal *= 1 + self._flicker * np.sin(phase) + drift
        cv2.add(signal, self._noise, dst=signal)
        return np.asarray(cv2.convertScaleAbs(signal, alpha=1.0, beta=self.DARK), np.uint8)
