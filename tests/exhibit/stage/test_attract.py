from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.bundle import LATENTS
from exhibit.contract.errors import BundleError
from exhibit.stage.attract import Attract, read_walk, turning_curve


def write_walk(folder: Path, attract: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "card.yaml").write_text("name: walk\n")
    np.savez(folder / LATENTS, attract=attract)
    return folder


def test_attract_walks_round_and_round(tmp_path: Path) -> None:
    walk = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8)
    attract = Attract(str(write_walk(tmp_path / "walk", walk)))
    seen = [int(attract.next_picture()[0, 0]) for _ in range(6)]
    assert seen == [1, 2, 0, 1, 2, 0]
    assert attract.fault == ""


def test_attract_without_a_bundle_draws_something_and_says_why(tmp_path: Path) -> None:
    attract = Attract(str(tmp_path / "gone"))
    picture = attract.next_picture()
    assert picture.min() < 100
    assert np.mean(picture) > 200
    assert "gone" in attract.fault


def test_attract_bad_bundle_later_keeps_the_loop_and_says_why(tmp_path: Path) -> None:
    attract = Attract(str(write_walk(tmp_path / "walk", np.full((2, 8, 8), 7, np.uint8))))
    attract.load(str(tmp_path / "gone")).join()
    assert attract.next_picture()[0, 0] == 7
    assert "gone" in attract.fault


def test_read_walk_damaged_archive_names_the_file(tmp_path: Path) -> None:
    folder = write_walk(tmp_path / "walk", np.zeros((2, 8, 8), np.uint8))
    file = folder / LATENTS
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(BundleError, match=r"latents\.npz"):
        read_walk(str(folder))


@pytest.mark.parametrize(
    "attract", [np.zeros((2, 8, 9), np.uint8), np.zeros((2, 8, 8)), np.zeros((0, 8, 8), np.uint8)]
)
def test_read_walk_wrong_shape_is_refused(tmp_path: Path, attract: np.ndarray) -> None:
    with pytest.raises(BundleError, match="expected uint8"):
        read_walk(str(write_walk(tmp_path / "walk", attract)))


def test_turning_curve_closes() -> None:
    pictures = turning_curve().astype(float)
    steps = np.abs(pictures - np.roll(pictures, 1, axis=0)).mean(axis=(1, 2))
    assert 0 < steps[0] <= 1.1 * steps[1:].max()
