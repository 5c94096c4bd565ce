"""Depths and turns must come out of drawings alone, up to what no drawing tells."""

import numpy as np
import pytest

from models.structure.factorisation import scale_and_rotation, structure_of, yaw_deg

YAWS = np.deg2rad(np.tile([-30.0, -15.0, 0.0, 15.0, 30.0], 8))


@pytest.fixture
def chance():
    return np.random.default_rng(0)


def about_the_upright_axis(yaw):
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, 0, sin], [0, 1, 0]])


def head(chance, points: int = 20):
    """A face that bulges toward the viewer, off its mean."""
    x, y = chance.uniform(-1, 1, (2, points))
    shape = np.stack([x, y, 0.8 - x**2 + 0.3 * chance.normal(size=points)])
    return shape - shape.mean(axis=1, keepdims=True)


def drawn(shape, weights=None, line=(0.0, 1.0, 0.0), amounts=None):
    """Landmarks of all turns; every round of five moves along a line by its weight."""
    cameras = np.stack([about_the_upright_axis(yaw) for yaw in YAWS])
    extra = 0 if weights is None else np.einsum("f,i,p->fip", weights, line, amounts)
    return cameras @ (shape + extra) + 0.5


def test_structure_of_a_rigid_head_is_its_depths_and_turns(chance):
    shape = head(chance)
    found = structure_of(drawn(shape), 0)
    np.testing.assert_allclose(found.projected(), drawn(shape), atol=1e-8)
    turned = yaw_deg(found.cameras)
    np.testing.assert_allclose(turned - turned.mean(), np.rad2deg(YAWS), atol=0.1)
    middle = np.argmin(np.abs(turned))
    look = scale_and_rotation(found.cameras[middle])[1][2]
    np.testing.assert_allclose(look @ found.rigid, shape[2], atol=1e-3)


def test_structure_of_a_changing_head_needs_one_basis_shape_for_one_change(chance):
    shape, amounts = head(chance), chance.normal(size=20)
    amounts -= amounts.mean()
    landmarks = drawn(shape, 0.1 * np.repeat(chance.normal(size=8), 5), amounts=amounts)
    apart = [
        np.abs(structure_of(landmarks, basis).projected() - landmarks).max() for basis in (0, 1)
    ]
    assert apart[1] < apart[0] / 3
    found = structure_of(landmarks, 1)
    assert np.abs(found.lines[0] @ [0, 1, 0]) > 0.9
    assert np.linalg.norm(found.lines[0]) == pytest.approx(1)


def test_structure_of_people_of_other_widths_needs_to_know_who_they_are(chance):
    """A turn narrows a face by a few percent: less than faces differ."""
    who = np.repeat(np.arange(8), 5)
    widths = 1 + 0.15 * chance.normal(size=8)
    shape = head(chance)
    people = np.stack([shape * [[width], [1], [1]] for width in widths])
    cameras = np.stack([about_the_upright_axis(yaw) for yaw in YAWS])
    landmarks = cameras @ people[who] + 0.02 * chance.normal(size=(8, 2, 1))[who]

    def off_deg(turned):
        return np.abs(turned - turned.mean() - np.rad2deg(YAWS)).mean()

    blind = structure_of(landmarks, 0)
    found = structure_of(landmarks, 0, who.tolist())
    assert off_deg(yaw_deg(found.cameras)) < 1
    assert off_deg(yaw_deg(blind.cameras)) > 3 * off_deg(yaw_deg(found.cameras))


def test_structure_of_heads_that_turn_about_their_necks_leaves_these_where_they_are(chance):
    """About the mean of its landmarks a head would be carried aside by every turn."""
    shape = head(chance) + np.array([[0.0], [0.0], [0.7]])
    found = structure_of(drawn(shape), 0)
    np.testing.assert_allclose(found.projected(), drawn(shape), atol=1e-8)
    assert np.ptp(found.centres, axis=0) == pytest.approx([0, 0], abs=0.01)
    assert np.ptp(drawn(shape).mean(axis=2), axis=0)[0] > 0.5
    assert found.rigid[2].mean() == pytest.approx(0.7, abs=0.02)


def test_structure_of_more_basis_shapes_never_draws_worse(chance):
    landmarks = drawn(head(chance)) + 0.05 * chance.normal(size=(40, 2, 20))
    errors = [np.square(structure_of(landmarks, k).projected() - landmarks).sum() for k in range(4)]
    assert (np.diff(errors) <= 1e-9).all()


def test_scale_and_rotation_are_a_rotation_and_give_back_the_camera(chance):
    camera = chance.normal(size=(2, 3))
    scale, rotation = scale_and_rotation(camera)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(scale @ rotation[:2], camera, atol=1e-12)
    assert scale[0, 1] == 0
    assert (np.diag(scale) > 0).all()


def test_scale_and_rotation_of_plain_qr_would_flip_the_axes():
    """What the signs are settled for: QR alone gives rows that look the other way."""
    camera = about_the_upright_axis(0.3)
    plain = np.linalg.qr(camera.T)[0].T
    assert not np.allclose(plain, camera)
    np.testing.assert_allclose(scale_and_rotation(camera)[1][:2], camera, atol=1e-12)


def test_yaw_deg_of_scaled_cameras_is_their_turn():
    cameras = np.stack([0.7 * about_the_upright_axis(yaw) for yaw in YAWS[:5]])
    np.testing.assert_allclose(yaw_deg(cameras), np.rad2deg(YAWS[:5]))


@pytest.mark.parametrize("noise", [0.0005, 0.002])
def test_depth_of_heads_that_never_turn_is_that_of_no_head(noise: float, chance) -> None:
    assert 0.25 < structure_of(drawn(head(chance)), 0).depth() < 4
    straight = np.repeat(head(chance)[None, :2], 40, axis=0) + noise * chance.normal(
        size=(40, 2, 20)
    )
    assert not 0.25 < structure_of(straight, 0).depth() < 4
