import cv2
import numpy as np
import pytest

from exhibit.contract.lens import Lens, mesh_points, mesh_weights

MATRIX = np.array([[520.0, 0, 327.5], [0, 518.0, 236.5], [0, 0, 1]])
BARREL = Lens(MATRIX, (-0.30, 0.09, 0.001, -0.0008, 0.0))
TABLE_MM = (420.0, 297.0)


def frame_points() -> np.ndarray:
    y, x = np.mgrid[0:481:60, 0:641:80]
    return np.column_stack([x.ravel(), y.ravel()]).astype(float)


def test_lens_bends_as_opencv_does_half_a_pixel_apart() -> None:
    straight = frame_points()
    half = np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
    rays = np.column_stack([(straight - [327.5, 236.5]) / [520, 518], np.ones(len(straight))])
    seen, _ = cv2.projectPoints(
        rays, np.zeros(3), np.zeros(3), MATRIX - half, np.array(BARREL.distortion)
    )
    assert np.abs(BARREL.bend(straight) - (seen.reshape(-1, 2) + 0.5)).max() < 1e-9


def test_lens_straighten_undoes_bend() -> None:
    seen = frame_points()
    assert np.abs(BARREL.bend(BARREL.straighten(seen)) - seen).max() < 1e-6


def test_lens_that_folds_at_the_rim_of_the_frame_straightens_to_finite_pixels() -> None:
    """A contour along the frame's corner gave infinities, and took what lay beside it along."""
    matrix = np.array([[510.66, 0, 313.8], [0, 512.14, 242.5], [0, 0, 1]])
    lens = Lens(matrix, (-0.2878, 0.0421, -3e-5, -6e-4, -0.0147))
    corners = np.array([[0.0, 0.0], [640, 0], [640, 480], [0, 480]])
    assert np.isfinite(lens.straighten(corners)).all()
    inside = np.array([[320.0, 240], [100, 60], [560, 420]])
    assert np.abs(lens.bend(lens.straighten(inside)) - inside).max() < 1e-4


def test_mesh_weights_at_a_node_take_that_node_alone() -> None:
    assert mesh_weights(mesh_points(TABLE_MM), TABLE_MM) == pytest.approx(np.eye(9))


def test_mesh_weights_follow_a_curve_of_second_degree_beyond_the_outer_nodes() -> None:
    def bent(points: np.ndarray) -> np.ndarray:
        x, y = points.T / 100
        return np.column_stack([x * x - y, x * y + y * y])

    points = np.array([[0.0, 0.0], [420, 297], [100, 250], [210, 5]])
    weights = mesh_weights(points, TABLE_MM)
    assert weights @ bent(mesh_points(TABLE_MM)) == pytest.approx(bent(points))
