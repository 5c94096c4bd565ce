import numpy as np
import pytest

from exhibit.contract.geometry import homography, rectangle
from exhibit.contract.lens import Lens, mesh_points
from exhibit.contract.views import CameraView, ProjectorView

TABLE_MM = (420.0, 297.0)
IN_FRAME = np.array([[60, 70], [590, 40], [600, 440], [40, 420]], float)
IN_STAGE = np.array([[250, 120], [1710, 90], [1750, 990], [200, 960]], float)
POINTS = np.array([[10.0, 10], [400, 20], [210, 150], [30, 280]])


def test_camera_view_with_a_lens_goes_to_the_table_and_back() -> None:
    lens = Lens(np.array([[520.0, 0, 320], [0, 520, 240], [0, 0, 1]]), (-0.25, 0.05, 0, 0, 0))
    view = CameraView((640, 480), homography(IN_FRAME, rectangle(*TABLE_MM)), lens)
    assert view.to_table(view.to_frame(POINTS)) == pytest.approx(POINTS, abs=1e-5)
    straight = CameraView((640, 480), view.camera_to_table)
    assert np.linalg.norm(straight.to_table(view.to_frame(POINTS)) - POINTS, axis=1).max() > 1


def test_projector_view_with_a_mesh_goes_to_the_stage_and_back() -> None:
    mesh = np.random.default_rng(1).normal(0, 4, (9, 2))
    plane = homography(rectangle(*TABLE_MM), IN_STAGE)
    view = ProjectorView((1920, 1080), plane, TABLE_MM, mesh)
    assert view.to_table(view.to_stage(POINTS)) == pytest.approx(POINTS, abs=1e-6)


def test_projector_view_adds_the_mesh_at_its_nodes() -> None:
    mesh = np.arange(18.0).reshape(9, 2)
    plane = homography(rectangle(*TABLE_MM), IN_STAGE)
    nodes = mesh_points(TABLE_MM)
    flat, bent = (ProjectorView((1920, 1080), plane, TABLE_MM, m) for m in (None, mesh))
    assert bent.to_stage(nodes) - flat.to_stage(nodes) == pytest.approx(mesh)
