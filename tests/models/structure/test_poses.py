"""Poses must compose as moves of drawings do, or errors against known moves mean nothing."""

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.structure.poses import (  # noqa: E402
    inverse,
    matrices,
    partly_hidden,
    pose_by_moments,
    pose_errors,
    random_poses,
    then,
)


def some(seed: int, count: int = 50) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return random_poses(count).double()


def apply(pose: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    a = matrices(pose)
    return (a[:, :, :2] @ points[:, :, None])[..., 0] + a[:, :, 2]


def test_then_moves_as_one_move_after_the_other() -> None:
    points = torch.randn(50, 2, dtype=torch.float64)
    first, second = some(0), some(1)
    torch.testing.assert_close(
        apply(then(first, second), points), apply(second, apply(first, points))
    )
    torch.testing.assert_close(apply(inverse(first), apply(first, points)), points)
    torch.testing.assert_close(then(first, inverse(first)), torch.zeros_like(first))


def test_pose_errors_of_the_truth_are_none_and_of_others_in_their_units() -> None:
    before, known = some(0), some(1)
    truth = then(before, known)
    assert max(pose_errors(before, truth, known).values()) < 1e-5
    off = truth + torch.tensor([0.02, 0, 0, 0])
    assert pose_errors(before, off, known)["shift %"] == pytest.approx(1.0)
    off = truth + torch.tensor([0, 0, np.log(1.1), 0])
    assert pose_errors(before, off, known)["scale %"] == pytest.approx(10.0)
    upright = torch.zeros_like(before)
    leaning = then(upright, known) + torch.tensor([0, 0, 0, 0.1])
    assert 4 < pose_errors(upright, leaning, known)["slant deg"] < 6


def figure(matrix: list[list[float]]) -> np.ndarray:
    picture = np.full((256, 256), 255, np.uint8)
    cv2.ellipse(picture, (128, 110), (20, 40), 0, 0, 360, 0, 4)
    cv2.line(picture, (128, 150), (128, 190), 0, 4)
    return cv2.warpAffine(picture, np.array(matrix, np.float32), (256, 256), borderValue=255)


def test_pose_by_moments_follows_shift_scale_and_slant() -> None:
    plain = figure([[1, 0, 0], [0, 1, 0]])
    # About the middle: 0.8 as large, leaning by a slope of 0.3, then 20 px to the right.
    matrix = np.array([[0.8, -0.24], [0, 0.8]])
    offset = np.array([127.5, 127.5]) - matrix @ [127.5, 127.5] + [20, 0]
    moved = figure(np.column_stack([matrix, offset]).tolist())
    before, after = pose_by_moments([plain]), pose_by_moments([moved])
    known = torch.tensor([[20 / 128, 0.0, np.log(0.8), 0.3]], dtype=torch.float32)
    errors = pose_errors(before, after, known)
    assert errors["shift %"] < 0.3
    assert errors["slant deg"] < 1
    # The spread of what leans is larger in the picture than upright: by 4 % here.
    assert errors["scale %"] < 1


def test_partly_hidden_covers_a_fifth_of_the_side_from_the_ink_inward() -> None:
    plain = np.full((256, 256), 255, np.uint8)
    cv2.rectangle(plain, (60, 100), (180, 150), 0, 3)
    (covered,) = partly_hidden([plain])
    ink = np.flatnonzero((plain < 128).any(axis=0))
    left = np.flatnonzero((covered < 128).any(axis=0))
    assert left.max() <= ink.max() + 1 - 51
    assert left.min() == ink.min()
