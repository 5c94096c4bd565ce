"""Drawing and strokes must move together, or the encoder is taught lines that are not there."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from models.sketches.deform import (
    Deformation,
    random_deformation,
    smooth_field,
)
from models.sketches.raster import draw_strokes

CIRCLE = np.stack(
    [
        0.5 + 0.3 * np.cos(np.linspace(0, 2 * np.pi, 60)),
        0.5 + 0.3 * np.sin(np.linspace(0, 6.283, 60)),
    ],
    axis=1,
).astype(np.float32)
DRAWN = draw_strokes([CIRCLE], 256, 3.0)


@pytest.mark.parametrize("seed", range(6))
def test_random_deformation_moves_strokes_to_where_the_drawing_goes(seed):
    how = random_deformation(np.random.default_rng(seed))
    warped = how.warp(DRAWN, 128)
    (moved,) = how.moved((CIRCLE,))
    inside = moved[((moved > 0.02) & (moved < 0.98)).all(axis=1)]
    away = cv2.distanceTransform((warped > 200).astype(np.uint8), cv2.DIST_L2, 5)
    at = np.round(inside * 128 - 0.5).astype(int)
    assert away[at[:, 1], at[:, 0]].max() <= 1.5


def test_moved_is_the_inverse_of_source_of():
    how = random_deformation(np.random.default_rng(9))
    (moved,) = how.moved((CIRCLE,))
    assert np.abs(how.source_of(moved) - CIRCLE).max() < 1e-3


@pytest.mark.parametrize("cells", [1, 4, 8])
def test_smooth_field_however_strong_never_folds(cells):
    field = smooth_field(np.random.default_rng(cells), 1.0, cells) * 64
    dx_dy, dx_dx = np.gradient(field[..., 0])
    dy_dy, dy_dx = np.gradient(field[..., 1])
    jacobian = (1 + dx_dx) * (1 + dy_dy) - dx_dy * dy_dx
    assert jacobian.min() > 0


def test_warp_without_change_is_the_picture_reduced():
    still = Deformation(np.eye(2, 3), np.zeros((64, 64, 2), np.float32))
    reduced = cv2.resize(DRAWN, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(still.warp(DRAWN, 128).astype(int) - reduced).max() <= 1
