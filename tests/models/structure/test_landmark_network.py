"""Landmarks must go with their pictures, and be found where they are."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from models.structure.landmark_network import (  # noqa: E402
    LandmarkNetwork,
    distances,
    landmark_lesson,
    located,
    marked,
    varied,
)
from models.structure.learning import Course, learn  # noqa: E402
from models.training.run.limits import RunLimits  # noqa: E402
from tests.models.redrawn import write_heads  # noqa: E402


def dotted(points: np.ndarray) -> torch.Tensor:
    """Pictures (n, 1, 64, 64) with a soft dot at each of (n, 2) places."""
    y, x = torch.meshgrid(*((torch.arange(64) + 0.5) / 64,) * 2, indexing="ij")
    places = torch.from_numpy(points).float()[:, :, None, None]
    ink = torch.exp(-((x - places[:, 0]) ** 2 + (y - places[:, 1]) ** 2) / 0.0015)
    return (1 - 2 * ink)[:, None]


def test_varied_moves_landmarks_with_their_pictures() -> None:
    points = np.random.default_rng(0).uniform(0.3, 0.7, (30, 2))
    torch.manual_seed(0)
    shown, moved = varied(dotted(points), torch.from_numpy(points).float()[:, :, None])
    ink = ((1 - shown[:, 0]) / 2).clamp(min=0.25) - 0.25
    centres = (torch.arange(64) + 0.5) / 64
    total = ink.sum(dim=(1, 2))
    x, y = (ink.sum(dim=1) @ centres) / total, (ink.sum(dim=2) @ centres) / total
    assert (torch.stack([x, y], dim=1) - moved[:, :, 0]).abs().max() < 0.01
    assert (moved[:, :, 0].numpy() - points).std() > 0.01


def test_located_reads_maps_at_their_centre_of_mass() -> None:
    network = LandmarkNetwork(["a", "b"])
    torch.nn.init.zeros_(network.maps.weight)
    torch.nn.init.zeros_(network.maps.bias)
    found = located(network, np.full((3, 64, 64), 255, np.uint8))
    np.testing.assert_allclose(found, np.full((3, 2, 2), 0.5), atol=1e-6)


def test_landmark_lesson_is_learnt_and_holds_people_back(tmp_path) -> None:
    heads = write_heads(tmp_path / "heads")
    lesson, pictures, truth = landmark_lesson(heads)
    assert lesson.count == 45
    assert pictures.shape == (45, 64, 64)
    course = Course(
        folder=tmp_path / "run",
        resume=False,
        limits=RunLimits(pictures=480),
        batch=16,
        learning_rate=3e-3,
    )
    untaught = distances(located(lesson.make().eval(), pictures), truth).mean()
    network = learn(lesson, course)
    assert distances(located(network, pictures), truth).mean() < 0.8 * untaught
    assert (tmp_path / "run" / "latest.png").is_file()


def test_distances_are_in_percent_of_the_side() -> None:
    found = np.zeros((4, 2, 3))
    assert distances(found, found + np.array([0.03, 0.04])[:, None]) == pytest.approx([5, 5, 5])


def test_marked_draws_a_dot_on_each_landmark() -> None:
    sheet = marked(np.full((2, 64, 64), 255, np.uint8), np.full((2, 2, 1), 0.5))
    assert sheet[96, 96].tolist() == [220, 30, 30]
    assert sheet[10, 10].tolist() == [255, 255, 255]
