"""What parameters draw must be what the factorisation saw, and a yaw among them a yaw."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.structure.factorisation import Structure, yaw_deg  # noqa: E402
from models.structure.projection import (  # noqa: E402
    YAW,
    changes_of,
    drawn,
    parameters_of,
    rotations,
)


def some_structure() -> Structure:
    chance = np.random.default_rng(0)
    cameras = chance.normal(size=(6, 2, 3))
    cameras[:, 0, 0] += 3
    cameras[:, 1, 1] += 3
    return Structure(
        cameras=cameras,
        centres=chance.normal(size=(6, 2)),
        rigid=chance.normal(size=(3, 9)),
        weights=chance.normal(size=(6, 2)),
        lines=np.array([[0, 1, 0], [0.6, 0, 0.8]]),
        amounts=chance.normal(size=(2, 9)),
    )


def test_drawn_of_a_structures_parameters_is_its_projection() -> None:
    found = some_structure()
    parameters = torch.from_numpy(parameters_of(found))
    seen = drawn(parameters, torch.from_numpy(found.rigid), torch.from_numpy(changes_of(found)))
    np.testing.assert_allclose(seen.numpy(), found.projected(), atol=1e-12)


def test_parameters_of_cameras_have_their_yaw() -> None:
    found = some_structure()
    np.testing.assert_allclose(np.rad2deg(parameters_of(found)[:, YAW]), yaw_deg(found.cameras))


def test_rotations_turn_about_the_upright_axis_first() -> None:
    """A yaw that is asked for turns the head about its own axis, however it nods."""
    parameters = torch.zeros(2, 8, dtype=torch.float64)
    parameters[:, YAW + 2] = 0.4
    parameters[1, YAW] = 0.3
    level, turned = rotations(parameters)
    axis = torch.tensor([0, 1.0, 0], dtype=torch.float64)
    torch.testing.assert_close(level @ axis, turned @ axis)
    angle = torch.arccos(((level.T @ turned).trace() - 1) / 2)
    assert float(angle) == pytest.approx(0.3)
