"""A drawing is moved whole, within bounds, until it lies on the ink."""

import cmath
from dataclasses import replace

import cv2
import numpy as np
import pytest

from exhibit.contract.values import Find, Gray
from exhibit.recall.lines import lines_of
from exhibit.recall.placing import lay
from exhibit.recall.pose import STILL, Pose, pose_towards
from tests.exhibit.recall import shapes

WHOLE = Find(0, False, 1.0, np.zeros(2, np.float32), 1.0)


def posed(drawing: Gray, ink: Gray) -> tuple[Pose, float]:
    return pose_towards(lines_of(drawing), lines_of(ink))


def about_the_middle(pose: Pose) -> Pose:
    """The same turn and slant, with the sheet's middle where it was."""
    middle = 0.5 + 0.5j
    return replace(pose, shift=middle - pose.turn * middle - pose.slant * middle.conjugate())


@pytest.mark.parametrize(
    "moved",
    [
        replace(STILL, shift=0.06 - 0.03j),
        about_the_middle(Pose(turn=1.1 + 0j)),
        about_the_middle(Pose(turn=cmath.rect(1.0, 0.1))),
        about_the_middle(Pose(turn=cmath.rect(0.95, -0.05), slant=0.03 + 0.02j)),
    ],
)
def test_pose_towards_ink_of_the_drawing_in_another_pose_is_that_pose(moved: Pose) -> None:
    ink = lay(shapes.house(), WHOLE, 256, moved)
    found, lying_on = posed(shapes.house(), ink)
    corners = np.array([0.2 + 0.2j, 0.8 + 0.2j, 0.2 + 0.8j, 0.8 + 0.8j], np.complex64)
    assert np.abs(found.before(corners) - moved.before(corners)).max() < 4 / 256
    assert lying_on > 0.9


def test_pose_towards_what_lies_there_already_stays() -> None:
    found, lying_on = posed(shapes.house(), shapes.house())
    assert abs(found.turn - 1) < 0.01 and abs(found.shift) < 0.01 and abs(found.slant) < 0.01
    assert lying_on > 0.95


@pytest.mark.parametrize("angle", [-1.2, -0.5, 0.5, 1.2])
def test_pose_towards_ink_that_lies_on_its_side_turns_no_farther_than_allowed(angle: float) -> None:
    ink = lay(shapes.house(), WHOLE, 256, about_the_middle(Pose(turn=cmath.rect(1, angle))))
    found, _ = posed(shapes.house(), ink)
    assert abs(cmath.phase(found.turn)) <= 0.2 + 1e-6
    assert 0.84 < abs(found.turn) < 1.19
    assert abs(found.slant) <= 0.07 * abs(found.turn) + 1e-6


@pytest.mark.parametrize("ink", [shapes.blank(), np.zeros((128, 128), np.uint8)])
def test_pose_towards_ink_without_lines_stays(ink: Gray) -> None:
    assert posed(shapes.house(), ink) == (STILL, 0.0)


def test_pose_towards_ink_out_of_reach_stays() -> None:
    drawing = np.asarray(cv2.circle(shapes.blank(), (210, 210), 25, 0, 3), np.uint8)
    ink = np.asarray(cv2.circle(shapes.blank(), (50, 50), 25, 0, 3), np.uint8)
    found, lying_on = posed(drawing, ink)
    assert found.before(np.array([0.2 + 0.2j], np.complex64)) == pytest.approx(0.2 + 0.2j)
    assert lying_on == 0


def test_after_is_where_before_came_from() -> None:
    pose = Pose(0.1 - 0.05j, cmath.rect(1.1, 0.15), 0.04 + 0.02j)
    points = np.array([0.1 + 0.9j, 0.5 + 0.5j, 0.8 + 0.2j], np.complex64)
    np.testing.assert_allclose(pose.after(pose.before(points)), points, atol=1e-5)
    moved = pose.moved(0.2 - 0.1j)
    np.testing.assert_allclose(moved.after(points), pose.after(points) + (0.2 - 0.1j), atol=1e-5)
    np.testing.assert_allclose(pose.sized(0.8).after(points), 0.8 * pose.after(points), atol=1e-5)


@pytest.mark.parametrize("middle", [(128, 60), (200, 128), (128, 200), (56, 56)])
def test_pose_towards_ink_beyond_the_edge_keeps_the_drawing_on_the_sheet(
    middle: tuple[int, int],
) -> None:
    drawing = np.asarray(cv2.circle(shapes.blank(), middle, 46, 0, 3), np.uint8)
    towards = tuple(round(at + 0.25 * (at - 128)) for at in middle)
    ink = np.asarray(cv2.circle(shapes.blank(), towards, 50, 0, 3), np.uint8)
    found, _ = posed(drawing, ink)
    after = found.after(lines_of(drawing).at)
    assert min(after.real.min(), after.imag.min()) > 0.01
    assert max(after.real.max(), after.imag.max()) < 0.99
    assert abs(found.shift) > 0.02


def test_pose_towards_larger_ink_grows_no_larger_than_the_sheet() -> None:
    drawing = np.asarray(cv2.rectangle(shapes.blank(), (100, 8), (150, 248), 0, 3), np.uint8)
    ink = np.asarray(cv2.rectangle(shapes.blank(), (95, -20), (155, 276), 0, 3), np.uint8)
    found, _ = posed(drawing, ink)
    after = found.after(lines_of(drawing).at)
    assert 0.01 < after.imag.min() < after.imag.max() < 0.99


def test_pose_towards_leaves_what_the_edge_cut_before() -> None:
    drawing = np.asarray(cv2.circle(shapes.blank(), (128, 250), 60, 0, 3), np.uint8)
    found, _ = posed(drawing, drawing)
    assert abs(found.shift) < 0.02
