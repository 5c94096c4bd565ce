"""A walk must close and be made of noise, and the files must be those that others play."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.latents import check_walk  # noqa: E402
from models.diffusion.attract import noise_walk, write_loop, write_video  # noqa: E402


def test_noise_walk_passes_the_stops_closes_and_is_as_long_as_noise() -> None:
    stops = torch.randn(4, 1, 16, 16)
    stops *= 16 / stops.flatten(1).norm(dim=1)[:, None, None, None]
    way = noise_walk(stops, 40)
    torch.testing.assert_close(way[::10], stops, rtol=1e-4, atol=1e-4)
    lengths = way.flatten(1).norm(dim=1)
    torch.testing.assert_close(lengths, torch.full((40,), math.sqrt(256)))
    steps = (way - way.roll(1, 0)).flatten(1).norm(dim=1)
    assert steps[0] < 3 * steps.median()


def test_write_loop_is_what_the_table_reads(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (3, 32, 32), np.uint8)
    write_loop(pictures, tmp_path / "loop.npz")
    with np.load(tmp_path / "loop.npz") as arrays:
        check_walk(arrays["attract"], tmp_path / "loop.npz")
        np.testing.assert_array_equal(arrays["attract"], pictures)


def test_write_video_has_all_frames(tmp_path: Path) -> None:
    pictures = np.full((5, 64, 64), 255, np.uint8)
    pictures[:, 20:40, 20:40] = 0
    write_video(pictures, tmp_path / "walk.mp4", 12.0)
    video = cv2.VideoCapture(str(tmp_path / "walk.mp4"))
    found = []
    while (frame := video.read())[0]:
        found.append(frame[1])
    assert len(found) == 5
    assert found[-1][30, 30].max() < 40
    assert found[-1][5, 5].min() > 215
